"""The run that speaks for a test, and whether a proof holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from mdr_blueprint import compile
from mdr_blueprint.proof import described, is_proven, runs_of, speaking

PROJECT = """project: {title: T}
device: {name: Box, revision: v2}
tests: {TC-1: {title: It holds}}
evidence:
  EV-1: {title: Report, status: approved}
  EV-2: {title: Plan, status: draft}
runs:
"""
ON_V2 = "{test: TC-1, device_revision: v2, date: 2026-03-01, result: %s}"
ON_V1 = "{test: TC-1, device_revision: v1, date: 2026-04-01, result: %s}"
ARGUED = "{test: TC-1, device_revision: v1, date: 2026-02-01, result: pass, delta_assessment: {revision: v2, argument: Same part}}"
TIMED = "{test: TC-1, device_revision: v2, date: 2026-03-01, result: %s, imported: {format: junit, time: 2026-03-01T%s}}"


@pytest.mark.parametrize(
    ("runs", "speaks", "holds"),
    [
        ([ON_V2 % "pass"], 0, True),
        ([ON_V2 % "pass", ON_V1 % "pass"], 0, True),
        ([ON_V2 % "pass", ON_V1 % "fail"], 1, False),
        ([ON_V2 % "fail", ON_V1 % "pass"], 0, False),
        ([ARGUED, ON_V1 % "pass"], 0, True),
        ([ON_V2 % "fail", ON_V2 % "pass"], 1, True),
        ([TIMED % ("fail", "11:00:00"), TIMED % ("pass", "10:00:00")], 0, False),
        ([TIMED % ("fail", "11:00:00"), ON_V2 % "pass"], 1, True),
        ([ON_V2 % "pass", "{test: TC-1, date: 2026-05-01, result: fail, retired: {reason: wrong unit, date: 2026-05-02}}"], 0, True),
        ([ON_V2 % "pass", ON_V1 % "blocked"], 0, True),
        ([ON_V1 % "pass"], 0, True),
        ([TIMED % ("pass", "09:30:00+00:00"), TIMED % ("fail", "10:00:00+02:00")], 0, True),
        ([], None, False),
    ],
    ids=["alone", "later pass elsewhere", "later failure elsewhere", "failed here, passed elsewhere", "argued, and newer not argued",
         "retest", "time stamps of one day", "one without time stamp", "retired", "later and blocked elsewhere", "elsewhere alone", "time stamps of two zones", "never run"],
)
def test_the_run_that_speaks_for_a_test(tmp_path: Path, runs: list[str], speaks: int | None, holds: bool) -> None:
    lines = "".join(f"  RUN-{number}: {run}\n" for number, run in enumerate(runs))
    (tmp_path / "project.yaml").write_text(PROJECT + (lines or "  {}\n"))
    made = compile(tmp_path)
    found = speaking(runs_of(made.dossier, made.graph, "TC-1"), described(made.dossier))
    assert (found and found.id) == (None if speaks is None else f"RUN-{speaks}")
    assert is_proven(made.dossier, made.graph, ["TC-1"]) is holds


def test_documents_prove_when_they_are_approved(tmp_path: Path) -> None:
    (tmp_path / "project.yaml").write_text(PROJECT + "  {}\n")
    made = compile(tmp_path)
    assert is_proven(made.dossier, made.graph, ["EV-1"])
    assert not is_proven(made.dossier, made.graph, ["EV-1", "EV-2"])
    assert not is_proven(made.dossier, made.graph, [])
