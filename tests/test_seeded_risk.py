"""A risk file without a finding, and the slips that a risk manager would make in it: each is found at its line, and once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from projects import small

from mdr_blueprint import compile
from mdr_blueprint.diagnostics import Finding

Defect = dict[str, Any]
DEFECTS: list[Defect] = yaml.safe_load((Path(__file__).parent / "seeded" / "risk_defects.yaml").read_text("utf-8"))
TODAY = date(2026, 6, 30)


def findings(folder: Path) -> list[Finding]:
    return compile(folder, as_of=TODAY).report.findings


def found(folder: Path) -> list[str]:
    """`RISK403 risk.yaml:439` of every finding, of whatever severity."""
    return sorted(f"{finding.code} {finding.place.path}:{finding.place.line}" for finding in findings(folder))


def seeded(folder: Path, defects: Iterable[Defect]) -> list[str]:
    """Make these slips in a new project; what is due."""
    small(folder, "stethoscope")
    chosen = list(defects)
    for defect in chosen:
        for edit in defect["edits"]:
            path = folder / edit["file"]
            text = path.read_text("utf-8")
            assert text.count(edit["replace"]) == 1, f"{defect['slip']}: the text to replace stands there once"
            path.write_text(text.replace(edit["replace"], edit["by"]), "utf-8")
    return sorted(f"{defect['code']} {place(folder, defect)}" for defect in chosen)


def place(folder: Path, defect: Defect) -> str:
    name = defect["edits"][0]["file"]
    lines = (folder / name).read_text("utf-8").splitlines()
    (number,) = (number for number, line in enumerate(lines, 1) if defect["at"] in line)
    return f"{name}:{number}"


def test_the_template_has_no_finding(tmp_path):
    assert found(small(tmp_path / "project", "stethoscope")) == []


@pytest.mark.verifies("REQ-RUL-01", "REQ-RIS-06")
@pytest.mark.parametrize("defect", DEFECTS, ids=[defect["slip"].replace(" ", "-") for defect in DEFECTS])
def test_each_slip_alone(tmp_path, defect):
    due = seeded(tmp_path / "project", [defect])
    assert found(tmp_path / "project") == due
    (finding,) = findings(tmp_path / "project")
    assert defect["says"] in finding.message
    assert finding.basis
    assert finding.fix, "the finding says how to mend it"


@pytest.mark.verifies("REQ-RUL-01", "REQ-RIS-06")
def test_all_slips_at_once(tmp_path):
    due = seeded(tmp_path / "project", DEFECTS)
    assert found(tmp_path / "project") == due
