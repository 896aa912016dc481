"""What the audit says of the answers of pip-audit, which stands in here: no database is asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import audit
import pytest
from projects import ROOT

CLEAN = {"name": "lxml", "version": "6.1.3", "vulns": []}
VULNERABLE = {"name": "lxml", "version": "6.1.3", "vulns": [{"id": "PYSEC-0", "fix_versions": ["6.2"]}]}
SKIPPED = {"name": "rich", "version": "15.0.0", "skip_reason": "Dependency not found on PyPI"}


def run(folder: Path, *, answer: list | None = None, error: str = "", code: int = 0) -> tuple[int, str]:
    """The exit code and the words of tools/audit.py where pip-audit answers so."""
    stand_in = folder / "pip_audit"
    stand_in.mkdir()
    (stand_in / "__init__.py").write_text("", "utf-8")
    words = "" if answer is None else json.dumps({"dependencies": answer, "fixes": []})
    (stand_in / "__main__.py").write_text(f"import sys\nsys.stdout.write({words!r})\nsys.stderr.write({error!r})\nsys.exit({code})\n", "utf-8")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(folder), str(ROOT)))}
    done = subprocess.run([sys.executable, ROOT / "tools" / "audit.py"], env=environment, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout


def test_no_known_vulnerability(tmp_path):
    assert run(tmp_path, answer=[CLEAN]) == (0, "1 packages checked, 0 with a known vulnerability\n")


def test_a_vulnerability_is_an_error(tmp_path):
    code, words = run(tmp_path, answer=[VULNERABLE], code=1)
    assert code == 1
    assert "lxml 6.1.3: PYSEC-0, mended in 6.2" in words


@pytest.mark.parametrize("error", ["requests.exceptions.ConnectionError: Failed to resolve", "ERROR:pip_audit._cli:Tip: your network may be blocking this service."])
@pytest.mark.verifies("REQ-SUP-04")
def test_no_answer_is_said(tmp_path, error):
    assert run(tmp_path, error=error, code=1) == (0, f"{audit.UNREACHED}\n")


@pytest.mark.verifies("REQ-SUP-04")
def test_a_database_that_knows_no_package_is_no_database(tmp_path):
    """A mirror of an index answers 404 to every question; pip-audit then finds no vulnerability and ends with 0."""
    assert run(tmp_path, answer=[SKIPPED]) == (0, f"{audit.UNREACHED}\n")


def test_what_was_skipped_is_named(tmp_path):
    code, words = run(tmp_path, answer=[CLEAN, SKIPPED])
    assert code == 0
    assert "not checked, since the database does not know them: rich\n1 packages checked" in words


def test_a_wrong_call_is_no_answer_about_packages(tmp_path):
    code, words = run(tmp_path, error="pip-audit: error: unrecognized arguments: --x", code=2)
    assert code == 2
    assert "unrecognized arguments" in words
    assert audit.UNREACHED not in words
