"""Broken input: one folder per case, and word for word what a user is told about it."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import TODAY, of_family

from mdr_blueprint import Compilation, compile
from mdr_blueprint.cli.check import line_reader
from mdr_blueprint.diagnostics import Report
from mdr_blueprint.formats import text

FOLDER = Path(__file__).parent / "broken"
CASES = sorted(path for path in FOLDER.iterdir() if path.is_dir())


def report_of(compilation: Compilation) -> str:
    """What `mdr check` prints of identity and reading; the other families have cases of their own."""
    return text.render(Report.of(of_family(compilation)), line_of=line_reader(compilation.sources))


@pytest.mark.verifies("REQ-SRC-01", "REQ-MSG-01")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_said_about_broken_input(case, golden):
    golden(case / "expected.txt", report_of(compile(case, as_of=TODAY)))


@pytest.mark.verifies("REQ-SRC-02")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_records_outside_the_fault_are_kept(case):
    kept = {
        line.split(":")[0].strip()
        for path in case.rglob("*.yaml")
        for line in path.read_text("utf-8").splitlines()
        if "{title: Kept}" in line
    }
    whole = {entry.id for entry in compile(case, as_of=TODAY).dossier.entries.values() if entry.whole}
    assert kept <= whole


@pytest.mark.verifies("REQ-SRC-01")
@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.name not in ("empty_files", "yml_files", "nested_project")],
    ids=lambda case: case.name,
)
def test_broken_input_is_an_error_at_every_stage(case):
    assert compile(case, as_of=TODAY).report.has_errors


def test_every_place_lies_in_its_file():
    for case in CASES:
        for finding in of_family(compile(case, as_of=TODAY)):
            for place in (finding.place, *(related.place for related in finding.related)):
                lines = (case / place.path).read_text("utf-8").split("\n")
                assert place.line <= len(lines), (case.name, place)
                assert place.column <= len(lines[place.line - 1]) + 1, (case.name, place)
