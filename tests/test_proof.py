"""The run that speaks for a test, and whether a proof holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from mdr_blueprint import compile, proof
from mdr_blueprint.proof import described, is_proven, runs_of, speaker, speaking
from mdr_blueprint.revision import Revision
from mdr_blueprint.tables import Inputs, Tables

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
    assert speaker(made.dossier, made.graph, "TC-1") is found
    assert (found and found.id) == (None if speaks is None else f"RUN-{speaks}")
    assert is_proven(made.dossier, made.graph, ["TC-1"]) is holds


def test_documents_prove_when_they_are_approved(tmp_path: Path) -> None:
    (tmp_path / "project.yaml").write_text(PROJECT + "  {}\n")
    made = compile(tmp_path)
    assert is_proven(made.dossier, made.graph, ["EV-1"])
    assert not is_proven(made.dossier, made.graph, ["EV-1", "EV-2"])
    assert not is_proven(made.dossier, made.graph, [])


@pytest.mark.verifies("REQ-SRC-04")
def test_runs_of_a_test_are_sorted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A nightly report makes thousands of runs of one test; each rule and table asks which of them speaks."""
    looked_at: list[str] = []
    day = proof._day
    monkeypatch.setattr(proof, "_day", lambda run: looked_at.append(run.id) or day(run))
    runs = "".join(
        f"  RUN-{n:03}: {{test: TC-1, device_revision: v1, date: 2026-03-01, result: pass, imported: {{format: junit, cases: 2, skipped: [a], "
        f"time: 2026-03-01T{n // 60:02}:{n % 60:02}:00}}}}\n"
        for n in range(300)
    )
    (tmp_path / "project.yaml").write_text(PROJECT + runs)
    made = compile(tmp_path)
    assert [finding.subject for finding in made.report.findings if finding.code == "VER571"] == ["RUN-299"]
    assert len(looked_at) == 2 * 300  # sorted and grouped
    tables = Tables(Inputs(made.sources, made.dossier, made.graph, made.law, made.report, Revision("test")))
    for name in ("results_by_revision", "delta_assessments", "imported_runs", "tests"):
        assert tables.get(name).rows or name == "delta_assessments"
    assert len(looked_at) == 2 * 300
