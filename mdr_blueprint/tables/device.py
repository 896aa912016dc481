"""Tables about the device: configuration, parts, people, figures."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.model import (
    Accessory,
    Claim,
    Component,
    Device,
    Figure,
    Misuse,
    Operators,
    SoftwareItem,
    Soup,
    UserProfile,
    Variant,
)
from mdr_blueprint.model.library import FactDefinition
from mdr_blueprint.tables.drives import drives_words
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, prose_or_empty, records
from mdr_blueprint.tables.shapes import Cell, Column, Gap, Lines, Row, gap_row, row, value


@table(
    "facts",
    "Device facts",
    Column("Fact", 15),
    Column("Question", 34),
    Column("Value", 14),
    Column("Argument", 34),
    Column("Drives", 24),
    empty="No facts are recorded.",
)
def facts(inputs: Inputs) -> Iterator[Row]:
    """The facts of the device, each with the question it answers and what rests on it."""
    device = inputs.dossier.single(Device)
    for name, fact in (device.facts if device else {}).items():
        definition = inputs.law.facts.facts.get(name)
        yield row(
            "device",
            inputs.worded(name),
            definition.question if definition else Gap("not in the vocabulary"),
            _answer(inputs, fact.value, definition),
            value(inputs.say(fact.argument)) if definition and definition.judgement else inputs.say(fact.argument),
            drives_words(inputs.law, name),
        )


def _answer(inputs: Inputs, answer: str, definition: FactDefinition | None) -> str:
    """An answer by its meaning, with the word that the reasons use: `magnetic resonance (mri)`."""
    meaning = definition.values.get(answer) if definition else None
    word = inputs.worded(answer)
    return f"{meaning} ({word})" if meaning and meaning != word else word


@table("operators", "Economic operators", Column("Role", 22), Column("Name", 24), Column("Address", 34), Column("SRN", 18))
def operators(inputs: Inputs) -> Iterator[Row]:
    record = inputs.dossier.single(Operators)
    if record is None:
        return
    roles = (
        ("Manufacturer", record.manufacturer),
        ("Authorised representative", record.authorised_representative),
        ("Person responsible for regulatory compliance", record.prrc),
    )
    for role, who in roles:
        if who is None:
            yield row("operators", role, Gap(), "", "")
        elif who.none:
            yield row("operators", role, f"None: {who.none}", "", "")
        else:
            name = f"{who.name or ''} (illustrative)" if who.illustrative else who.name
            yield Row((role, value(name), who.address or "", who.srn or ""), "operators", not who.name)


@table("users", "Intended users", Column("Profile", 16), Column("Title", 22), Column("Training", 34), Column("Description", 40))
def users(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, UserProfile):
        record = entry.record
        yield row(
            entry.id, inputs.link(entry.id), record.title, value(inputs.say(record.training)), prose_or_empty(inputs, record.text)
        )


@table(
    "misuses",
    "Reasonably foreseeable misuse",
    Column("Misuse", 18),
    Column("Title", 30),
    Column("Description", 40),
    Column("Hazardous situations", 40),
)
def misuses(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, Misuse):
        situations = inputs.links(inputs.graph.targets(entry.id, "situations"), titles=True)
        yield row(entry.id, inputs.link(entry.id), entry.record.title, prose_or_empty(inputs, entry.record.text), situations)


@table(
    "variants",
    "Configurations and variants",
    Column("Variant", 14),
    Column("Title", 26),
    Column("Components", 40),
    Column("Facts that differ", 24),
)
def variants(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, Variant):
        differ = tuple(f"{inputs.worded(name)}: {inputs.worded(fact.value)}" for name, fact in entry.record.facts.items())
        yield row(
            entry.id,
            inputs.link(entry.id),
            entry.record.title,
            inputs.links(inputs.graph.targets(entry.id, "components"), titles=True),
            Lines(differ) if differ else "none",
        )


@table(
    "accessories",
    "Accessories",
    Column("Accessory", 14),
    Column("Title", 24),
    Column("Class", 8),
    Column("Rule", 14),
    Column("Rationale", 50),
)
def accessories(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, Accessory):
        decided = entry.record.classification
        rule = (
            ""
            if decided is None or decided.rule is None
            else f"Rule {decided.rule}" + (f", {decided.clause}" if decided.clause else "")
        )
        yield row(
            entry.id,
            inputs.link(entry.id),
            entry.record.title,
            value(decided and decided.device_class),
            value(rule),
            inputs.prose(decided.rationale if decided else None),
        )


@table(
    "components",
    "Components",
    Column("Component", 15),
    Column("Title", 26),
    Column("Part of", 13),
    Column("Version", 9),
    Column("Supplier", 22),
    Column("Open source", 8),
    sheet=True,
    marks="Title",
)
def components(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, Component):
        record = entry.record
        open_source = "" if record.open_source is None else "yes" if record.open_source else "no"
        yield row(
            entry.id,
            inputs.link(entry.id),
            inputs.illustrative(entry, record.title),
            inputs.links(inputs.graph.targets(entry.id, "part_of"), None),
            value(record.version),
            inputs.say(record.supplier),
            open_source,
        )


@table("materials", "Materials", Column("Component", 15), Column("Title", 30), Column("Material", 60), marks="Title")
def materials(inputs: Inputs) -> Iterator[Row]:
    """Components that name their material; a gap where none does."""
    found = [entry for entry in records(inputs, Component) if entry.record.material]
    for entry in found:
        yield row(
            entry.id,
            inputs.link(entry.id),
            inputs.illustrative(entry, inputs.say(entry.record.title)),
            inputs.say(entry.record.material),
        )
    if not found:
        yield gap_row(3, "no component names a material")


@table(
    "interfaces",
    "Interfaces between components",
    Column("From", 28),
    Column("To", 28),
    Column("Kind", 18),
    Column("Description", 36),
)
def interfaces(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, Component):
        for interface in entry.record.interfaces:
            yield row(
                entry.id, inputs.titled(entry.id), inputs.titled(interface.to), value(interface.kind), inputs.say(interface.text)
            )


@table(
    "figures",
    "Figures",
    Column("Figure", 16),
    Column("What", 32),
    Column("Value", 16),
    Column("Status", 12),
    Column("Source", 50),
    sheet=True,
    marks="Status",
)
def figures(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, Figure):
        record = entry.record
        status = "illustrative" if record.illustrative else "computed" if record.computed else "sourced"
        source = record.source or record.computed
        evidence = inputs.links(inputs.graph.targets(entry.id, "evidence"), None)
        yield row(
            entry.id,
            inputs.link(entry.id),
            record.title,
            value(record.quoted),
            status,
            value(inputs.say(source)) if source or not evidence else evidence,
        )


@table("claims", "Claims", Column("Claim", 10), Column("Title", 40), Column("Kind", 16), Column("Evidence", 40), sheet=True)
def claims(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, Claim):
        yield row(
            entry.id,
            inputs.link(entry.id),
            inputs.say(entry.record.title),
            value(inputs.worded(entry.record.kind or "")),
            inputs.places(entry.id, "evidence"),
        )


@table(
    "software_items",
    "Software items",
    Column("Item", 14),
    Column("Title", 30),
    Column("Safety class", 8),
    Column("Part of", 14),
    Column("Description", 44),
    sheet=True,
)
def software_items(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, SoftwareItem):
        yield row(
            entry.id,
            inputs.link(entry.id),
            entry.record.title,
            value(entry.record.safety_class),
            inputs.links(inputs.graph.targets(entry.id, "part_of"), None),
            prose_or_empty(inputs, entry.record.text),
        )


@table(
    "soup",
    "Software of unknown provenance (SOUP)",
    Column("Item", 14),
    Column("Title", 18),
    Column("Version", 10),
    Column("Supplier", 20),
    Column("Used in", 12),
    Column("What is needed of it", 30),
    Column("What it needs", 24),
    Column("Anomalies reviewed", 28),
    sheet=True,
    marks="Title",
)
def soup(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, Soup):
        record = entry.record
        review = record.anomalies_reviewed
        reviewed: Cell = Gap() if review is None else ", ".join(str(x) for x in (review.date, review.source, review.result) if x)
        yield row(
            entry.id,
            inputs.link(entry.id),
            inputs.illustrative(entry, record.title),
            value(record.version),
            value(record.supplier),
            inputs.links(inputs.graph.targets(entry.id, "item")),
            value(inputs.say(record.needs)),
            inputs.say(record.requires),
            reviewed,
        )
