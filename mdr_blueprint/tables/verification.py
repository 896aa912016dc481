"""Tables about needs, requirements, tests, runs and the matrix that joins them."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.model import Instrument, Need, Requirement, Run, Test
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, prose_or_empty, records
from mdr_blueprint.tables.proofs import last_result, last_run
from mdr_blueprint.tables.shapes import Cell, Column, Gap, Lines, RecordLink, Row, row, value


@table(
    "requirements",
    "Requirements",
    Column("Requirement", 14),
    Column("Title", 24),
    Column("Text", 44),
    Column("Level", 10),
    Column("Kind", 10),
    Column("Origin", 18),
    Column("Allocated to", 14),
    Column("Verified by", 12),
    sheet=True,
)
def requirements(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, Requirement):
        record = entry.record
        origin = [*inputs.graph.targets(entry.id, "satisfies"), *inputs.graph.sources(entry.id, "implemented_by")]
        yield row(
            entry.id,
            inputs.link(entry.id),
            inputs.say(record.title),
            inputs.prose(record.text),
            value(record.level),
            value(record.kind),
            inputs.links(origin, "no origin"),
            inputs.links(inputs.graph.targets(entry.id, "allocated_to"), None),
            inputs.links(inputs.graph.targets(entry.id, "verified_by"), "no test"),
        )


@table(
    "tests",
    "Tests",
    Column("Test", 10),
    Column("Title", 26),
    Column("Method", 44),
    Column("Acceptance criterion", 34),
    Column("Verifies", 16),
    Column("Last result", 16),
    sheet=True,
)
def tests(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, Test):
        verifies = inputs.graph.sources(entry.id, "verified_by", "verified_implementation", "verified_effectiveness")
        yield row(
            entry.id,
            inputs.link(entry.id),
            inputs.say(entry.record.title),
            inputs.prose(entry.record.method),
            value(inputs.say(entry.record.acceptance)),
            inputs.links(verifies, "nothing"),
            last_result(inputs, entry.id),
        )


@table(
    "runs",
    "Test runs",
    Column("Run", 14),
    Column("Test", 30),
    Column("Device revision", 12),
    Column("Date", 11),
    Column("Result", 14),
    Column("Instruments", 14),
    Column("Evidence", 34),
    Column("Disposition", 30),
    sheet=True,
)
def runs(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, Run):
        record = entry.record
        after: Cell = inputs.say(record.disposition)
        if record.result == "fail" and not record.disposition:
            after = Gap("no disposition")
        if record.retest:
            after = Lines((after if isinstance(after, (str, Gap)) else "", RecordLink(record.retest, f"retest {record.retest}")))
        result = value(record.result)
        if record.illustrative and isinstance(result, str):
            result = f"{result} (illustrative)"
        yield row(
            entry.id,
            inputs.link(entry.id),
            inputs.titled(record.test),
            value(record.device_revision),
            value(record.date),
            result,
            inputs.links(inputs.graph.targets(entry.id, "instruments"), None),
            inputs.places(entry.id, "evidence"),
            after,
        )


@table(
    "instruments",
    "Instruments",
    Column("Instrument", 12),
    Column("Title", 34),
    Column("Serial number", 16),
    Column("Calibrated", 12),
    Column("Due", 12),
)
def instruments(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, Instrument):
        record = entry.record
        yield row(
            entry.id,
            inputs.link(entry.id),
            inputs.illustrative(entry, record.title),
            value(record.serial),
            value(record.calibrated),
            value(record.due),
        )


@table(
    "need_trace",
    "Need to result",
    Column("User need", 26),
    Column("Requirement", 30),
    Column("Test", 30),
    Column("Result", 16),
    Column("Evidence", 30),
    sheet=True,
)
def need_trace(inputs: Inputs) -> Iterator[Row]:
    """One row per need, requirement and test; requirements that rest on no need follow with the origin they have."""
    graph = inputs.graph
    told: set[str] = set()
    for need in records(inputs, Need):
        below = requirements_below(inputs, need.id)
        if not below:
            yield row(need.id, inputs.titled(need.id), Gap("no requirement"), "", "", "")
        for requirement in below:
            told.add(requirement)
            yield from _requirement_rows(inputs, inputs.titled(need.id), requirement)
    for entry in records(inputs, Requirement):
        if entry.id not in told:
            origin = [*graph.targets(entry.id, "satisfies"), *graph.sources(entry.id, "implemented_by")]
            yield from _requirement_rows(inputs, inputs.links(origin, "no origin"), entry.id)


def requirements_below(inputs: Inputs, id_: str) -> list[str]:
    """Requirements that satisfy a need, and those that satisfy these, breadth first."""
    found: dict[str, None] = {}
    todo = [id_]
    while todo:
        for source in inputs.graph.sources(todo.pop(0), "satisfies"):
            if source not in found:
                found[source] = None
                todo.append(source)
    return list(found)


def _requirement_rows(inputs: Inputs, first: Cell, requirement: str) -> Iterator[Row]:
    tests_of = inputs.graph.targets(requirement, "verified_by")
    if not tests_of:
        yield row(requirement, first, inputs.titled(requirement), Gap("no test"), "", "")
    for test in tests_of:
        latest = last_run(inputs, test)
        evidence = inputs.places(latest, "evidence") if latest else ""
        yield row(requirement, first, inputs.titled(requirement), inputs.titled(test), last_result(inputs, test), evidence)


@table("needs", "User needs", Column("Need", 10), Column("Title", 28), Column("Text", 50), Column("Requirements", 30))
def needs(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, Need):
        yield row(
            entry.id,
            inputs.link(entry.id),
            inputs.say(entry.record.title),
            prose_or_empty(inputs, entry.record.text),
            inputs.links(inputs.graph.sources(entry.id, "satisfies"), "no requirement"),
        )
