"""Tables about needs, requirements, tests and runs."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.load import Entry
from mdr_blueprint.model import Instrument, Need, Requirement, Run, Test
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, prose_or_empty, records
from mdr_blueprint.tables.proofs import origin, standing
from mdr_blueprint.tables.shapes import Cell, Column, Gap, LineItem, Lines, RecordLink, Row, Words, row, value


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
        yield row(
            entry.id,
            inputs.link(entry.id),
            inputs.say(record.title),
            inputs.prose(record.text),
            value(record.level),
            value(record.kind),
            inputs.links(origin(inputs, entry.id), "no origin"),
            inputs.links(inputs.graph.targets(entry.id, "allocated_to"), None),
            inputs.links(inputs.graph.targets(entry.id, "verified_by"), "no test"),
        )


@table(
    "tests",
    "Tests",
    Column("Test", 10),
    Column("Title", 24),
    Column("Method", 40),
    Column("Acceptance criterion", 30),
    Column("Samples", 22),
    Column("Verifies", 14),
    Column("Last result", 14),
    sheet=True,
)
def tests(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, Test):
        verifies = inputs.graph.sources(entry.id, "verified_by", "verified_implementation", "verified_effectiveness")
        yield row(
            entry.id,
            inputs.link(entry.id),
            inputs.say(entry.record.title),
            _method(inputs, entry),
            value(inputs.say(entry.record.acceptance)),
            inputs.say(entry.record.sample),
            inputs.links(verifies, "nothing"),
            standing(inputs, entry.id).shown,
        )


def _method(inputs: Inputs, entry: Entry[Test]) -> Cell:
    """What is done, and the protocol or the automated cases that do it."""
    protocol = inputs.places(entry.id, "protocol", None)
    items: list[LineItem] = [*protocol.items] if isinstance(protocol, Lines) else []
    items += [protocol] if isinstance(protocol, RecordLink) else []
    items += [f"automated: {', '.join(entry.record.automated)}"] if entry.record.automated else []
    method = prose_or_empty(inputs, entry.record.method)
    if isinstance(method, Words):
        items.insert(0, method)
    return Gap() if not items else items[0] if len(items) == 1 else Lines(tuple(items))


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
    marks="Result",
)
def runs(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, Run):
        record = entry.record
        failed = record.result == "fail"
        after: list[LineItem] = [inputs.say(record.disposition)] if record.disposition else []
        after += [Gap("no disposition")] if failed and not after else []
        after += [RecordLink(record.retest, f"retest {record.retest}")] if record.retest else [Gap("no retest")] if failed else []
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
            Lines(tuple(after)) if len(after) > 1 else after[0] if after else "",
        )


@table(
    "instruments",
    "Instruments",
    Column("Instrument", 12),
    Column("Title", 34),
    Column("Serial number", 16),
    Column("Calibrated", 12),
    Column("Due", 12),
    marks="Title",
)
def instruments(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, Instrument):
        record = entry.record
        yield row(
            entry.id,
            inputs.link(entry.id),
            inputs.illustrative(entry, record.title),
            inputs.say(record.serial) or "not stated",
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
