"""Requirements, tests, runs and clauses without a finding, and the slips in them: each is found at its line, and by one rule."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from mdr_blueprint import compile
from mdr_blueprint.diagnostics import Finding

Defect = dict[str, Any]
SEEDED = Path(__file__).parent / "seeded"
DEFECTS: list[Defect] = yaml.safe_load((SEEDED / "proof_defects.yaml").read_text("utf-8"))
TODAY = date(2026, 6, 30)


def findings(folder: Path) -> list[Finding]:
    return compile(folder, as_of=TODAY).report.findings


def where(finding: Finding) -> str:
    return f"{finding.code} {finding.place.path}:{finding.place.line}"


@cache
def clean() -> Counter[str]:
    """The rest of the technical file is left out there; what that leaves open is not of interest here."""
    return Counter(map(where, findings(SEEDED / "proof_clean")))


def seeded(folder: Path, defect: Defect) -> list[str]:
    """Make a slip in a copy of the clean project; what is due, and behind it what else the slip leaves open."""
    shutil.copytree(SEEDED / "proof_clean", folder)
    for edit in defect["edits"]:
        path = folder / edit["file"]
        text = path.read_text("utf-8")
        assert text.count(edit["replace"]) == 1, "the text to replace stands there once"
        assert edit["replace"].count("\n") == edit["by"].count("\n"), "an edit keeps the number of lines"
        path.write_text(text.replace(edit["replace"], edit["by"]), "utf-8")
    first = {"code": defect["code"], "in": defect.get("in", defect["edits"][0]["file"]), "at": defect["at"]}
    return [line_of(folder, place) for place in (first, *defect.get("also", ()))]


def line_of(folder: Path, place: Defect) -> str:
    text = (folder / place["in"]).read_text("utf-8")
    assert text.count(place["at"]) == 1, "the line is named by what stands there once"
    return f"{place['code']} {place['in']}:{text[: text.index(place['at'])].count(chr(10)) + 1}"


def test_the_clean_proof_has_no_finding():
    assert [place for place in clean() if place.startswith(("ID", "VER"))] == []


@pytest.mark.verifies("REQ-RUL-01", "REQ-RUL-06")
@pytest.mark.parametrize("defect", DEFECTS, ids=[defect["slip"].replace(" ", "-") for defect in DEFECTS])
def test_each_slip_alone(tmp_path, defect):
    due = seeded(tmp_path / "project", defect)
    new = [finding for finding in findings(tmp_path / "project") if not clean()[where(finding)]]
    assert sorted(map(where, new)) == sorted(due)
    finding = next(finding for finding in new if where(finding) == due[0])
    assert defect["says"] in finding.message
    assert finding.basis
    assert finding.fix, "the finding says how to mend it"
