"""For tests of importers: a small project, reports, and what an import did."""

from __future__ import annotations

from html import escape
from pathlib import Path

import pytest

from mdr_blueprint.diagnostics import UsageError
from mdr_blueprint.importers import import_junit
from mdr_blueprint.importers.writing import Patch
from mdr_blueprint.load import load
from mdr_blueprint.model import Run
from mdr_blueprint.source import read

PROJECT = "project: {title: A file, stage: draft}\n"
DEVICE = "device: {name: Scanner, revision: v1.0.0}\n"
TESTS = """\
tests:
  TC-201: {title: Export}
  TC-202: {title: Side}
  TC-203: {title: Archive, automated: ["tests.test_archive::test_*", tests/test_disk.py::TestFull::test_stop]}
"""
RUNS = """\
# Runs, by hand.
runs:
  RUN-201-1:  # the first
    test: TC-201
    device_revision: v0.9.0
    date: 2026-01-15
    result: pass
    text: >-
      Folded by hand,
      on two lines.
    evidence: [ EV-1 ]   # spaces on purpose

  RUN-203-1:
    test: "TC-203"
    device_revision: 'v0.9.0'
    result:   pass
    date: 2026-01-15
    # nothing else was seen

# The end.
"""
TIME = "2026-03-02T10:15:00"


def case(name: str, inside: str = "", classname: str = "tests.test_export") -> str:
    return f'<testcase classname="{escape(classname)}" name="{escape(name)}">{inside}</testcase>'


def suite(*cases: str, time: str | None = TIME, name: str = "pytest") -> str:
    stamp = f' timestamp="{time}"' if time else ""
    return f'<testsuite name="{name}"{stamp}>{"".join(cases)}</testsuite>'


def junit(*suites: str) -> str:
    return f'<?xml version="1.0" encoding="utf-8"?>\n<testsuites>{"".join(suites)}</testsuites>'


FAILED, SKIPPED = '<failure message="no">trace</failure>', "<skipped/>"


def small_project(root: Path) -> Path:
    """Three tests, two runs that were written by hand, two documents."""
    for path, text in {"project.yaml": PROJECT, "device.yaml": DEVICE, "tests.yaml": TESTS, "v/runs.yaml": RUNS,
                       "evidence.yaml": "evidence: {EV-1: {title: Report}, EV-2: {title: Other}}\n"}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8", newline="\n")
    return root


def bring(root: Path, xml: str, **options: object):
    """Import a report and write."""
    report = root.parent / "junit.xml"
    report.write_text(xml, "utf-8")
    made = import_junit(report, root, **options)
    made.write()
    return made


def counts(made) -> tuple[int, int, int, int]:
    plan = made.plan
    return len(plan.added), len(plan.changed), plan.unchanged, len(plan.executed.unmatched)


def runs(root: Path) -> dict[str, Run]:
    return {entry.id: entry.record for entry in load(read(root)).of(Run)}


def removed(patch: Patch) -> list[str]:
    return [line for line in patch.diff().splitlines()[2:] if line.startswith("-")]


def refusal(root: Path, xml: str, **options: object) -> str:
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    with pytest.raises(UsageError) as caught:
        bring(root, xml, **options)
    assert before == {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    return str(caught.value)
ONCE = junit(suite(case("test_TC_201"), case("test_TC_201_b", FAILED)), suite(case("test_TC_202")))
