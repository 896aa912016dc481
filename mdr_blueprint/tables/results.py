"""Results by revision of the device, why one of another revision is said to hold for this one, and runs of automated tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mdr_blueprint.load import Entry
from mdr_blueprint.model import Evidence, Run, Test
from mdr_blueprint.proof import counting, speaker
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, records
from mdr_blueprint.tables.proofs import described, runs_of
from mdr_blueprint.tables.shapes import Cell, Column, Gap, LineItem, Lines, Row, row, value

NONE = "no delta assessment"
SHOWN = 6
"""How many test cases a cell names before it only counts the rest."""


@table(
    "results_by_revision",
    "Results by revision of the device",
    Column("Test", 28),
    Column("Device revision", 12),
    Column("Result", 12),
    Column("Date", 11),
    Column("Run", 14),
    Column("Evidence", 28),
    Column("What it says of the described revision", 38),
    sheet=True,
    marks="Result",
)
def results_by_revision(inputs: Inputs) -> Iterator[Row]:
    """For each test the newest run on each revision: first the revision that the file describes, then the others, the newest
    first. A test that was not run on the described revision is a gap, unless a run on another one is argued to be enough; a later
    run on another one that failed is a gap in any case.
    """
    current = described(inputs)
    for test in records(inputs, Test):
        runs = runs_of(inputs, test.id)
        newest: dict[str | None, Entry[Run]] = {}
        for run in runs:
            newest.setdefault(run.record.device_revision, run)
        here = newest.pop(current, None) if current else None
        if not runs:
            yield row(test.id, inputs.titled(test.id), value(current), Gap("not run"), "", "", "", "")
        if here is not None:
            yield _result(inputs, here, "made on this revision", counts=True)
        speaks = speaker(inputs.dossier, inputs.graph, test.id)
        counts = counting(runs, current) if runs else None
        for run in newest.values():
            said = _said(inputs, run, current, here=here is not None, speaks=run is speaks, counts=run is counts)
            yield _result(inputs, run, said, counts=run is speaks or run is counts)


def _said(inputs: Inputs, run: Entry[Run], current: str | None, *, here: bool, speaks: bool, counts: bool) -> Cell:
    """What a run on another revision says of the described one."""
    if current is None:
        return ""
    if speaks and run.record.result != "pass":
        return Gap("the newest run of the test, and not passed")
    if counts:
        return _argument(inputs, run, current)
    return f"made again on {current}" if here else "does not count for it"


def _result(inputs: Inputs, run: Entry[Run], said: Cell, *, counts: bool) -> Row:
    """A row; a result that does not count any more is history and no gap."""
    record = run.record
    words = inputs.illustrative(run, record.result or "no result")
    result: Cell = words if record.result == "pass" or not counts else Gap(words)
    return row(
        run.id,
        inputs.titled(record.test),
        value(record.device_revision, "no revision"),
        result,
        value(record.date, "no date"),
        inputs.link(run.id),
        inputs.places(run.id, "evidence", "no report"),
        said,
    )


def _argument(inputs: Inputs, entry: Entry[Run] | Entry[Evidence], current: str) -> Cell:
    """What is argued for the described revision."""
    delta = entry.record.delta_assessment
    if delta is None:
        return Gap(NONE)
    if delta.revision != current:
        return Gap(f"argued for {delta.revision}, not {current}")
    return inputs.prose(delta.argument, "no argument")


@table(
    "delta_assessments",
    "Results of another revision and why they hold",
    Column("Result", 30),
    Column("Looked at", 11),
    Column("Said to hold for", 12),
    Column("Argument", 46),
    Column("By", 16),
    Column("Date", 11),
    Column("Rests on", 20),
    sheet=True,
    empty="Every result is of the revision that this file describes.",
)
def delta_assessments(inputs: Inputs) -> Iterator[Row]:
    """Runs whose test was not made on the described revision, and documents about another one; without an argument they are
    gaps. Assessments of older results stay as they were.
    """
    current = described(inputs)
    if current is None:
        return
    for test in records(inputs, Test):
        runs = runs_of(inputs, test.id)
        speaks = counting(runs, current) if runs else None
        for run in runs:
            if run.record.device_revision not in (None, current) and (run.record.delta_assessment or run is speaks):
                yield _assessed(inputs, run, current, due=run is speaks)
    for entry in records(inputs, Evidence):
        if entry.record.device_revision in (None, current):
            continue
        due = entry.record.status == "approved" and bool(inputs.graph.into(entry.id))
        if due or entry.record.delta_assessment:
            yield _assessed(inputs, entry, current, due=due)


def _assessed(inputs: Inputs, entry: Entry[Run] | Entry[Evidence], current: str, *, due: bool) -> Row:
    """A row; where no assessment is due any more, what is missing in it is no gap."""
    delta, looked_at = entry.record.delta_assessment, entry.record.device_revision or ""
    test = entry.record.test if isinstance(entry.record, Run) else ""
    shown = inputs.link(entry.id, f"{entry.id} of {test}") if test else inputs.titled(entry.id)
    if delta is None:
        return row(entry.id, shown, looked_at, "", Gap(NONE), "", "", "")
    return row(
        entry.id,
        shown,
        looked_at,
        Gap(f"{delta.revision}, not {current}") if due and delta.revision != current else delta.revision,
        inputs.prose(delta.argument, "no argument"),
        value(inputs.say(delta.by), "nobody named"),
        value(delta.date, "no date"),
        inputs.places(entry.id, "delta_assessment.evidence", None),
    )


@table(
    "imported_runs",
    "Runs of automated tests",
    Column("Run", 16),
    Column("Test", 28),
    Column("Device revision", 12),
    Column("Suite", 20),
    Column("Time", 18),
    Column("Cases", 8),
    Column("Failed", 26),
    Column("Skipped", 26),
    Column("Result", 12),
    sheet=True,
    empty="No run was imported from a report of automated tests.",
    marks="Result",
)
def imported_runs(inputs: Inputs) -> Iterator[Row]:
    """Runs that an importer wrote, with the cases that failed or were skipped by name. A result that is not a pass is a gap while
    no other run speaks for the test.
    """
    for entry in records(inputs, Run):
        read = entry.record.imported
        if read is None:
            continue
        test = entry.record.test
        speaks = speaker(inputs.dossier, inputs.graph, test)
        is_over = speaks is not None and speaks.id != entry.id
        yield row(
            entry.id,
            inputs.link(entry.id),
            inputs.titled(test),
            value(entry.record.device_revision, "no revision"),
            read.suite or "not stated",
            read.time or "not stated",
            "not counted" if read.cases is None else str(read.cases),
            _cases(read.failed, missing=not is_over),
            _cases(read.skipped, missing=not is_over and len(read.skipped) == read.cases),
            _outcome(inputs, entry, is_over=is_over),
        )


def _outcome(inputs: Inputs, run: Entry[Run], *, is_over: bool) -> Cell:
    words = inputs.illustrative(run, run.record.result or "no result")
    return words if run.record.result == "pass" or is_over else Gap(words)


def _cases(names: Sequence[str], *, missing: bool) -> Cell:
    """The first names, and how many there are where they are more."""
    if not names:
        return "0"
    items: list[LineItem] = [Gap(name) if missing else name for name in names[:SHOWN]]
    if len(names) > SHOWN:
        items.append(f"and {len(names) - SHOWN} more")
    return items[0] if len(items) == 1 else Lines(tuple(items))
