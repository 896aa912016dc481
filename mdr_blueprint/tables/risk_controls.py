"""Tables of risk controls, their two proofs, and the failure modes that feed the sequences."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.model import Control, FailureMode
from mdr_blueprint.model.risk import ConsideredOption
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, records
from mdr_blueprint.tables.proofs import proof_result
from mdr_blueprint.tables.shapes import Cell, Column, Gap, Lines, Row, row, value

KINDS = {
    "inherent": "inherently safe design",
    "protective": "protective measure",
    "information_for_safety": "information for safety",
}


@table(
    "controls",
    "Risk controls",
    Column("Control", 10),
    Column("Measure", 40),
    Column("Kind", 16),
    Column("Acts on", 9),
    Column("Risks", 12),
    Column("Implemented by", 26),
    Column("Introduces", 22),
    Column("Options of a higher kind", 34),
    sheet=True,
)
def controls(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, Control):
        record = entry.record
        introduced = record.introduces
        new: Cell = Gap("not answered")
        if introduced and introduced.situations:
            new = inputs.links(introduced.situations)
        elif introduced and introduced.none:
            new = f"nothing: {inputs.say(introduced.none)}"
        yield row(
            entry.id,
            inputs.link(entry.id),
            inputs.say(record.text),
            value(KINDS.get(record.kind or "")),
            value(", ".join(factor.upper() if factor != "severity" else factor for factor in record.acts_on)),
            inputs.links(inputs.graph.sources(entry.id, "controls"), "no risk"),
            inputs.links(inputs.graph.targets(entry.id, "implemented_by"), titles=True),
            new,
            options(inputs, record.options_considered),
        )


def options(inputs: Inputs, considered: tuple[ConsideredOption, ...]) -> Cell:
    lines = tuple(
        f"{KINDS[o.kind]}: {inputs.say(o.text)}" + (f". Rejected: {inputs.say(o.rejected)}" if o.rejected else "")
        for o in considered
    )
    return Lines(lines) if lines else ""


@table(
    "control_verification",
    "Verification of risk controls",
    Column("Control", 10),
    Column("Measure", 36),
    Column("Implemented: proof", 32),
    Column("Result", 14),
    Column("Effective: proof", 32),
    Column("Result", 14),
    sheet=True,
)
def control_verification(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, Control):
        cells: list[Cell] = []
        for relation in ("verified_implementation", "verified_effectiveness"):
            targets = inputs.graph.targets(entry.id, relation)
            cells.append(inputs.links(targets, titles=True))
            results = tuple(proof_result(inputs, target) for target in targets)
            cells.append(Lines(results) if results else "")
        yield row(entry.id, inputs.link(entry.id), inputs.say(entry.record.text), *cells)


@table(
    "failure_modes",
    "Failure modes",
    Column("Failure mode", 14),
    Column("Title", 30),
    Column("Component", 24),
    Column("Effect", 32),
    Column("Causes in situations", 34),
    sheet=True,
)
def failure_modes(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, FailureMode):
        owners = [inputs.dossier.entries[s].owner or s for s in inputs.graph.sources(entry.id, "events.cause")]
        leads: Cell = inputs.links(dict.fromkeys(owners), titles=True)
        if isinstance(leads, Gap) and entry.record.no_safety_effect:
            leads = f"no effect on safety: {inputs.say(entry.record.no_safety_effect)}"
        yield row(
            entry.id,
            inputs.link(entry.id),
            inputs.say(entry.record.title),
            inputs.links(inputs.graph.targets(entry.id, "component"), titles=True),
            value(inputs.say(entry.record.effect)),
            leads,
        )
