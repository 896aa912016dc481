"""Tables of risk controls: what they are, what was rejected for them, what proves them, what they bring with them."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.load import Entry
from mdr_blueprint.model import Control
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, kept, live_risks, records
from mdr_blueprint.tables.levels import live, risks_of, with_levels
from mdr_blueprint.tables.proofs import proof
from mdr_blueprint.tables.shapes import Cell, Column, Gap, Row, row, value

KINDS = {
    "inherent": "inherently safe design",
    "protective": "protective measure",
    "information_for_safety": "information for safety",
}
"""In the order in which they are to be considered."""
ORDER = tuple(KINDS)
HALVES = (("verified_implementation", "implemented"), ("verified_effectiveness", "effective"))


@table(
    "controls",
    "Risk controls",
    Column("Control", 10),
    Column("Measure", 44),
    Column("Kind", 16),
    Column("Acts on", 9),
    Column("Risks", 16),
    Column("Implemented by", 30),
    sheet=True,
)
def controls(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, Control):
        record = entry.record
        yield row(
            entry.id,
            inputs.link(entry.id),
            inputs.say(record.text),
            kind(entry),
            value(", ".join(factor.upper() if factor != "severity" else factor for factor in record.acts_on)),
            inputs.links(risks_of(inputs, entry.id), "no risk"),
            inputs.links(inputs.graph.targets(entry.id, "implemented_by"), titles=True),
        )


def kind(control: Entry[Control]) -> Cell:
    return value(KINDS.get(control.record.kind or ""))


@table(
    "rejected_options",
    "Rejected options",
    Column("Control", 10),
    Column("Measure taken", 34),
    Column("Kind taken", 16),
    Column("Kind considered", 16),
    Column("Option considered", 30),
    Column("Why it was not taken", 38),
    Column("Risks", 12),
    sheet=True,
    empty="No option of a higher kind is recorded.",
)
def rejected_options(inputs: Inputs) -> Iterator[Row]:
    """What was considered and not taken; a higher kind that nobody took or rejected for a risk is a gap."""
    used, rejected = _kinds_of_risks(inputs)
    for entry in records(inputs, Control):
        head = (inputs.link(entry.id), inputs.say(entry.record.text), kind(entry))
        risks = risks_of(inputs, entry.id)
        for option in entry.record.options_considered:
            why = value(inputs.say(option.rejected), "no reason")
            yield row(entry.id, *head, KINDS[option.kind], inputs.say(option.text), why, inputs.links(risks, "no risk"))
        for higher, skipped in _skipped(entry, risks, used, rejected).items():
            yield row(entry.id, *head, KINDS[higher], Gap("neither taken nor rejected"), "", inputs.links(skipped))


def _kinds_of_risks(inputs: Inputs) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """For each risk the kinds of its controls, and the kinds that these name as rejected with a reason."""
    used: dict[str, set[str]] = {}
    rejected: dict[str, set[str]] = {}
    for risk in live_risks(inputs):
        controls = [c for id_ in inputs.graph.targets(risk.id, "controls") if (c := inputs.dossier.get(id_, Control))]
        used[risk.id] = {entry.record.kind for entry in kept(controls) if entry.record.kind}
        rejected[risk.id] = {o.kind for entry in kept(controls) for o in entry.record.options_considered if o.rejected}
    return used, rejected


def _skipped(
    control: Entry[Control], risks: list[str], used: dict[str, set[str]], rejected: dict[str, set[str]]
) -> dict[str, list[str]]:
    """Higher kind -> risks for which it is missing; said once for a risk, at the control that is next in the order."""
    found: dict[str, list[str]] = {}
    own = ORDER.index(control.record.kind) if control.record.kind else 0
    for at in range(own):
        for risk in risks:
            between = used.get(risk, set()) & set(ORDER[at:own])
            if risk in used and not between and ORDER[at] not in rejected[risk]:
                found.setdefault(ORDER[at], []).append(risk)
    return found


@table(
    "control_verification",
    "Verification of risk controls",
    Column("Control", 10),
    Column("Measure", 36),
    Column("Kind", 14),
    Column("To be shown", 12),
    Column("Proof", 36),
    Column("Result", 12),
    Column("Device revision", 12),
    Column("Date", 11),
    Column("Report", 20),
    sheet=True,
)
def control_verification(inputs: Inputs) -> Iterator[Row]:
    """A row for each proof: that the control is there, and that it works. A half that nothing proves is a gap."""
    for entry in records(inputs, Control):
        head = (inputs.link(entry.id), inputs.say(entry.record.text), kind(entry))
        for relation, half in HALVES:
            proofs = [proof(inputs, edge) for edge in inputs.graph.out(entry.id, relation)]
            for found in proofs:
                yield row(entry.id, *head, half, found.shown, found.result, found.revision, found.date, found.report)
            if not proofs:
                yield row(entry.id, *head, half, Gap("no proof"), "", "", "", "")


@table(
    "introduced",
    "What risk controls bring with them",
    Column("Control", 10),
    Column("Measure", 38),
    Column("New hazardous situation, or why none", 44),
    Column("Its risks after control", 36),
    sheet=True,
)
def introduced(inputs: Inputs) -> Iterator[Row]:
    """A row for each situation that a control introduces; else why there is none, else a gap."""
    for entry in records(inputs, Control):
        head, new = (inputs.link(entry.id), inputs.say(entry.record.text)), entry.record.introduces
        situations = inputs.graph.targets(entry.id, "introduces.situations")
        for id_ in situations:
            left = with_levels(inputs, live(inputs, inputs.graph.targets(id_, "risks")), "no risk")
            yield row(entry.id, *head, inputs.titled(id_), left)
        if not situations:
            none = new.none if new else None
            yield row(entry.id, *head, f"none: {inputs.say(none)}" if none else Gap("not answered"), "")
