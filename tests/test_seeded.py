"""A whole small technical file without a finding, and thirty slips in it that are each found by a rule of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
import yaml

from mdr_blueprint import compile

SEEDED = Path(__file__).parent / "seeded"
DEFECTS: list[dict[str, str]] = yaml.safe_load((SEEDED / "defects.yaml").read_text("utf-8"))
TODAY = date(2026, 6, 30)
FAMILIES = {"ID", "DEV", "GSPR", "RISK", "VER", "LAB", "DOC"}


def found(folder: Path) -> list[str]:
    """`VER508 verification.yaml:30` of every finding, of whatever severity."""
    findings = compile(folder, as_of=TODAY).report.findings
    return sorted(f"{finding.code} {finding.place.path}:{finding.place.line}" for finding in findings)


def seeded(folder: Path, defects: Iterable[dict[str, str]]) -> list[str]:
    """Make these slips in a copy of the clean project; what is due."""
    shutil.copytree(SEEDED / "clean", folder)
    chosen = list(defects)
    for defect in chosen:
        path = folder / defect["file"]
        text = path.read_text("utf-8")
        assert text.count(defect["replace"]) == 1, f"{defect['code']}: the text to replace stands there once"
        path.write_text(text.replace(defect["replace"], defect["by"]), "utf-8")
    return sorted(f"{defect['code']} {place(folder, defect)}" for defect in chosen)


def place(folder: Path, defect: dict[str, str]) -> str:
    name = defect.get("in", defect["file"])
    lines = (folder / name).read_text("utf-8").splitlines()
    (number,) = (number for number, line in enumerate(lines, 1) if defect["at"] in line)
    return f"{name}:{number}"


def test_a_whole_technical_file_has_no_finding():
    assert found(SEEDED / "clean") == []


def test_there_are_thirty_defects_of_thirty_rules():
    codes = {defect["code"] for defect in DEFECTS}
    assert len(DEFECTS) == len(codes) == 30
    assert {code.rstrip("0123456789") for code in codes} == FAMILIES


@pytest.mark.verifies("REQ-RUL-01", "REQ-RUL-06", "REQ-FAC-04")
def test_thirty_defects_at_once(tmp_path):
    due = seeded(tmp_path / "project", DEFECTS)
    assert found(tmp_path / "project") == due


@pytest.mark.verifies("REQ-RUL-01", "REQ-RUL-06")
@pytest.mark.parametrize("defect", DEFECTS, ids=[defect["code"] for defect in DEFECTS])
def test_each_defect_alone(tmp_path, defect):
    due = seeded(tmp_path / "project", [defect])
    assert found(tmp_path / "project") == due
