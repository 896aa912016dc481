"""How components fail, and what it comes to: a feeder of the sequences of events, never evaluated by itself."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.load import Entry
from mdr_blueprint.model import Component, FailureMode
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, records
from mdr_blueprint.tables.shapes import Cell, Column, Gap, Lines, Row, row, value


@table(
    "failure_modes",
    "Failure modes and their effects",
    Column("Failure mode", 20),
    Column("Component", 16),
    Column("Function", 18),
    Column("Mechanism", 20),
    Column("Local effect", 20),
    Column("Effect on the device", 22),
    Column("Noticed by", 20),
    Column("Guarded by", 13),
    Column("Causes in situations, or why none", 30),
    sheet=True,
)
def failure_modes(inputs: Inputs) -> Iterator[Row]:
    """Component by component. One that is no cause and does not say why is a gap, and so is one without an effect."""
    for entry in _by_component(inputs):
        record = entry.record
        yield row(
            entry.id,
            inputs.titled(entry.id),
            inputs.links(inputs.graph.targets(entry.id, "component"), titles=True),
            inputs.say(record.function),
            inputs.say(record.mechanism),
            inputs.say(record.local_effect),
            inputs.say(record.effect) if record.no_safety_effect else value(inputs.say(record.effect)),
            inputs.say(record.noticed_by),
            inputs.links(inputs.graph.targets(entry.id, "guarded_by"), None),
            _leads_to(inputs, entry),
        )


def _by_component(inputs: Inputs) -> list[Entry[FailureMode]]:
    """In the order of the components, those without one at the end."""
    order = {entry.id: number for number, entry in enumerate(records(inputs, Component))}
    found: list[Entry[FailureMode]] = list(records(inputs, FailureMode))
    return sorted(found, key=lambda entry: order.get(entry.record.component or "", len(order)))


def _leads_to(inputs: Inputs, entry: Entry[FailureMode]) -> Cell:
    """The situations in whose sequences it is a cause; else why it has no effect on safety."""
    sequences = [inputs.dossier.entries[id_] for id_ in inputs.graph.sources(entry.id, "events.cause")]
    found = dict.fromkeys(sequence.owner or sequence.id for sequence in sequences if sequence.record.retired is None)
    owners = [id_ for id_ in found if inputs.dossier.entries[id_].record.retired is None]
    why = entry.record.no_safety_effect
    if why and owners:
        return Lines((*map(inputs.titled, owners), Gap("said to have no effect on safety")))
    if why:
        return f"no effect on safety: {inputs.say(why)}"
    return inputs.links(owners, "neither a cause nor without effect", titles=True)


@table(
    "unanalysed_components",
    "Components without a failure mode",
    Column("Component", 40),
    Column("Part of", 30),
    Column("Failure modes", 26),
    empty="Every component has a failure mode, or an assembly that it is part of has one.",
)
def unanalysed_components(inputs: Inputs) -> Iterator[Row]:
    """Only the parts at the bottom: what consists of others fails by them. A gap where the device is active."""
    none: Cell = Gap("none recorded") if inputs.known.stated.get("active") == "true" else "none recorded"
    for entry in records(inputs, Component):
        if not _named_by(inputs, entry.id, "part_of") and not _fails(inputs, entry.id, set()):
            whole = inputs.links(inputs.graph.targets(entry.id, "part_of"), None, titles=True)
            yield row(entry.id, inputs.titled(entry.id), whole, none)


def _fails(inputs: Inputs, id_: str, seen: set[str]) -> bool:
    """Whether a component, or an assembly that it stands in, has a failure mode."""
    seen.add(id_)
    above = (whole for whole in inputs.graph.targets(id_, "part_of") if whole not in seen)
    return _named_by(inputs, id_, "component") or any(_fails(inputs, whole, seen) for whole in above)


def _named_by(inputs: Inputs, id_: str, relation: str) -> bool:
    """Whether a record in use names this one by a relation."""
    found = (inputs.dossier.entries.get(source) for source in inputs.graph.sources(id_, relation))
    return any(other is not None and other.record.retired is None for other in found)
