"""Tables about needs, requirements, tests and runs."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.model import Instrument, Need, Requirement, Run, Test
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, prose_or_empty, records
from mdr_blueprint.tables.proofs import last_result
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
