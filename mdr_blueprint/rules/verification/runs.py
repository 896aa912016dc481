"""Whether tests were carried out, on which device, with which instruments and with which end (Annex II 6.1(b))."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from mdr_blueprint.diagnostics import Related
from mdr_blueprint.graph import Graph
from mdr_blueprint.load import Dossier, Entry
from mdr_blueprint.model import ClauseAnswer, Evidence, Instrument, Run, Test
from mdr_blueprint.proof import described, is_argued, runs_of, speaking
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import (
    base,
    call,
    first,
    gaps,
    is_used,
    lacks,
    listed,
    referring,
    shortfall,
    unread,
    unsaid,
)
from mdr_blueprint.rules.verification.measurements import measured
from mdr_blueprint.source import Sources

RESULTS = "MDR Annex II 6.1(b); ISO 13485:2016 7.3.6"
CALIBRATION = "ISO 13485:2016 7.6"
PROVES = ("verified_by", "verified_implementation", "verified_effectiveness")


def _ended(dossier: Dossier, graph: Graph, test: Entry[Test]) -> list[Entry[Run]]:
    """The runs of a test that say how they ended, the newest first; one that does not is told by VER517."""
    return [run for run in runs_of(dossier, graph, test.id) if run.record.result is not None]


@rule("VER505", "E", basis=RESULTS, requires=("VER503",))
def test_without_run(dossier: Dossier, graph: Graph, sources: Sources) -> Iterator[Found]:
    """A test was never carried out.

    Why: what it should prove is planned, not proven.
    Fix: carry it out and record the run.
    """
    excused = unread(dossier, sources)
    for entry in entries(dossier, Test):
        if entry.id not in excused and not is_used(graph, entry.id, "test", kind="runs"):
            yield Found.on(entry, f"{call(entry)} has no run")


@rule("VER506", "E", basis="ISO 13485:2016 7.3.6 and 8.3; MDR Annex II 6.1(b)")
def open_failure(dossier: Dossier) -> Iterator[Found]:
    """A failed run has no disposition or no retest.

    Why: a failure that just stays in the file says that the device does not meet its requirement.
    Fix: write in `disposition` what was decided, and name in `retest` the run that followed.
    """
    for entry in entries(dossier, Run):
        if entry.record.result == "fail":
            missing = gaps(entry, "disposition", "retest")
            if missing:
                yield Found.on(entry, f"{call(entry)} of `{entry.record.test}` failed and has no {listed(missing, 'or')}",
                               "result")


@rule("VER508", "W", basis="MDR Annex II 6.1(b) (tests on the device in question)", requires=("VER505",))
def other_revision_tested(dossier: Dossier, graph: Graph) -> Iterator[Found]:
    """A test was passed on another revision of the device alone.

    Why: the file describes one revision; a result of another one holds only if the difference is argued.
    Fix: repeat the test on this revision, or argue in `delta_assessment` of the run for this revision why its result still holds.
    """
    current = described(dossier)
    for test in entries(dossier, Test) if current is not None else ():
        run = speaking(_ended(dossier, graph, test), current)
        if run is None or run.record.result != "pass":
            continue  # VER519 tells of a failure, whatever it was made on
        other = run.record.device_revision
        if other is not None and other != current and not is_argued(run.record, current):
            yield Found.on(run, f"{call(run)} of `{test.id}` tested revision `{other}`; this file describes `{current}`"
                           f"{shortfall(run.record.delta_assessment)}", "device_revision")


@rule("VER555", "W", basis="MDR Annex II 6.1(b); ISO 13485:2016 4.2.5 and 7.3.9 (records of changes)")
def unsigned_delta_assessment(dossier: Dossier) -> Iterator[Found]:
    """A delta assessment does not say who made it or when.

    Why: it stands in for a test that was not repeated; somebody has to answer for that, and the day tells which changes it knew.
    Fix: add `by` and `date`.
    """
    for entry in entries(dossier, Run, Evidence):
        missing = [f"`{field}`" for field in ("by", "date") if unsaid(entry, "delta_assessment", field)]
        if not unsaid(entry, "delta_assessment") and missing:
            yield Found.on(entry, f"the delta assessment of {call(entry)} has no {listed(missing, 'or')}", "delta_assessment",
                           key=True)


@rule("VER558", "E", basis="ISO 13485:2016 7.3.6 and 8.3", requires=("VER506",))
def wrong_retest(dossier: Dossier) -> Iterator[Found]:
    """What is named as the retest of a failed run is no later run of the same test.

    Why: the failure looks closed, and nothing shows that the device meets the criterion now.
    Fix: name in `retest` the run of the same test that followed.
    """
    for entry in entries(dossier, Run):
        retest = dossier.get(base(entry.record.retest), Run) if entry.record.retest else None
        if retest is None or retest.id == entry.id:
            continue
        day, later = entry.record.date, retest.record.date
        if base(retest.record.test) != base(entry.record.test):
            yield Found.on(entry, f"{call(entry)} of `{entry.record.test}` names as its retest `{retest.id}`, a run of "
                           f"`{retest.record.test}`", "retest")
        elif day is not None and later is not None and later < day:
            yield Found.on(entry, f"{call(entry)} of {day} names as its retest `{retest.id}` of {later}, which came before it",
                           "retest")


@rule("VER509", "E", basis=CALIBRATION)
def calibration_expired(dossier: Dossier) -> Iterator[Found]:
    """An instrument was used outside the period of its calibration.

    Why: the measured values of that day cannot be relied on, and neither can the verdict that rests on them.
    Fix: correct the dates, or repeat the measurement with a calibrated instrument.
    """
    for entry in entries(dossier, Run):
        for index, reference in enumerate(entry.record.instruments):
            found = _outside(dossier, reference, entry.record.date)
            if found:
                instrument, why = found
                yield Found.on(entry, f"{call(entry)} used {call(instrument)} on {entry.record.date}, {why}", "instruments",
                               index,
                               related=(Related("calibration", instrument.place),))
    for clause in entries(dossier, ClauseAnswer):
        for index, measurement in measured(clause):
            found = _outside(dossier, measurement.instrument, measurement.date)
            if found:
                instrument, why = found
                yield Found.on(clause, f"in {call(clause)} {measurement.quantity} was measured with {call(instrument)} on "
                               f"{measurement.date}, {why}", "measurements", index, "instrument",
                               related=(Related("calibration", instrument.place),))


def _outside(dossier: Dossier, reference: str | None, day: date | None) -> tuple[Entry[Any], str] | None:
    instrument = dossier.get(base(reference), Instrument) if reference else None
    if instrument is None or day is None:
        return None
    calibrated, due = instrument.record.calibrated, instrument.record.due
    if calibrated is not None and due is not None and due < calibrated:
        return None  # VER523 tells
    if due is not None and day > due:
        return instrument, f"after its calibration was due on {due}"
    if calibrated is not None and day < calibrated:
        return instrument, f"before its calibration of {calibrated}"
    return None


@rule("VER516", "E", basis=RESULTS, requires=("VER517",))
def run_without_evidence(dossier: Dossier) -> Iterator[Found]:
    """A test run names no evidence.

    Why: a result in a table is a claim; the report behind it is the proof that the reviewer opens.
    Fix: name the report, with its section, in `evidence`.
    """
    for entry in entries(dossier, Run):
        if lacks(entry, "evidence"):
            yield Found.on(entry, f"{call(entry)} of `{entry.record.test}` names no evidence", "evidence")


@rule("VER517", "E", basis=RESULTS)
def run_without_result(dossier: Dossier) -> Iterator[Found]:
    """A test run has no result or no date.

    Why: a run that does not say how and when it ended proves nothing.
    Fix: add `result` (pass, fail, blocked) and `date`.
    """
    for entry in entries(dossier, Run):
        missing = gaps(entry, "result", "date")
        if missing:
            yield Found.on(entry, f"test run `{entry.key}` of `{entry.record.test}` has no {listed(missing, 'or')}")


@rule("VER519", "E", basis="ISO 14971:2019 7.2; MDR Annex II 6.1(b)", requires=("VER506", "VER558"))
def verification_not_passed(dossier: Dossier, graph: Graph) -> Iterator[Found]:
    """The run that speaks for a test that proves something was not passed.

    Why: requirements and controls that rest on this test are linked and look covered, but what the test shows is that they
    are not met; a pass on another revision of the device does not undo a failure on the one that the file describes.
    Fix: mend the device and repeat the test on the revision that the file describes.
    """
    current = described(dossier)
    for test in entries(dossier, Test):
        runs = _ended(dossier, graph, test)
        run = speaking(runs, current)
        if run is None or run.record.result == "pass":
            continue
        proven = list(dict.fromkeys(f"`{entry.id}`" for entry, _ in referring(graph, test.id, *PROVES)))
        if proven:
            yield Found.on(run, f"the last run of {call(test)} {_on(run, runs, current)}ended with `{run.record.result}`; "
                           f"{first(proven)} {'rest' if len(proven) > 1 else 'rests'} on it", "result")


def _on(run: Entry[Run], runs: list[Entry[Run]], current: str | None) -> str:
    """The revision that a run speaks for, where a newer one on another revision was passed."""
    if run is runs[0]:
        return ""
    how = "on" if run.record.device_revision == current else "that is argued to hold for"
    return f"{how} `{current}` "


@rule("VER523", "W", basis=CALIBRATION)
def instrument_without_calibration(dossier: Dossier) -> Iterator[Found]:
    """An instrument does not say when it was calibrated or when it is due, or is due before it was calibrated.

    Why: whether a measurement can be trusted depends on the calibration on that day.
    Fix: give `calibrated` and `due`, the later one in `due`.
    """
    for entry in entries(dossier, Instrument):
        missing, calibrated, due = gaps(entry, "calibrated", "due"), entry.record.calibrated, entry.record.due
        if missing:
            yield Found.on(entry, f"{call(entry)} has no {listed(missing, 'or')}")
        elif calibrated is not None and due is not None and due < calibrated:
            yield Found.on(entry, f"{call(entry)} is due on {due}, before it was calibrated on {calibrated}", "due")


@rule("VER525", "E", basis="MDR Annex II 6.1(b); ISO 13485:2016 7.3.6 (record of the item tested)")
def run_without_revision(dossier: Dossier) -> Iterator[Found]:
    """A test run does not say which revision of the device was tested.

    Why: a result belongs to a configuration; without it nobody can say whether it holds for the device on the market.
    Fix: add `device_revision`.
    """
    for entry in entries(dossier, Run):
        if lacks(entry, "device_revision"):
            yield Found.on(entry, f"{call(entry)} of `{entry.record.test}` names no revision of the device", "device_revision")
