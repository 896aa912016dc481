"""What users are told: information for safety, which is a risk control, and the disclosure of residual risks, which is none."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.evaluation import Level, policy_of, rank
from mdr_blueprint.load import Entry
from mdr_blueprint.model import Control, Harm, Statement
from mdr_blueprint.rules.risk.effect import USABILITY
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, live_risks, records
from mdr_blueprint.tables.levels import after, is_refused, risks_of, verdict
from mdr_blueprint.tables.proofs import proof
from mdr_blueprint.tables.shapes import Cell, Column, Gap, LineItem, Lines, RecordLink, Row, row

SHOWN_ON = {"label": "label", "packaging": "packaging", "ifu": "IFU", "display": "display"}


@table(
    "information_for_safety",
    "Information for safety",
    Column("Control", 10),
    Column("Measure", 34),
    Column("Statement", 30),
    Column("Where it stands", 20),
    Column("Risks", 12),
    Column("Evaluated with users", 32),
    sheet=True,
    empty="No risk control is information for safety.",
)
def information_for_safety(inputs: Inputs) -> Iterator[Row]:
    """A row for each statement that implements information for safety, with the evidence that users act on it."""
    for entry in records(inputs, Control):
        if entry.record.kind != "information_for_safety":
            continue
        statements = [id_ for id_ in inputs.graph.targets(entry.id, "implemented_by") if _is_statement(inputs, id_)]
        head = (inputs.link(entry.id), inputs.say(entry.record.text))
        tail = (inputs.links(risks_of(inputs, entry.id), "no risk"), _with_users(inputs, entry))
        for id_ in statements:
            yield row(entry.id, *head, inputs.titled(id_), _stands(inputs, id_), *tail)
        if not statements:
            yield row(entry.id, *head, Gap("no statement"), "", *tail)


def _is_statement(inputs: Inputs, id_: str) -> bool:
    entry = inputs.dossier.entries.get(id_)
    return entry is not None and entry.kind == "statements"


def _with_users(inputs: Inputs, control: Entry[Control]) -> Cell:
    """The proofs of effectiveness that are usability evidence, to be seen from type or title, with what they say today."""
    items: list[LineItem] = []
    for edge in inputs.graph.out(control.id, "verified_effectiveness"):
        entry = inputs.dossier.entries[edge.target]
        text = f"{getattr(entry.record, 'type', '') or ''} {getattr(entry.record, 'title', '')}".casefold()
        if any(word in text for word in USABILITY):
            found = proof(inputs, edge)
            items += [found.shown, found.result]
    return Lines(tuple(items)) if items else Gap("no usability evidence")


@table(
    "disclosures",
    "Disclosure of residual risks",
    Column("Risk", 10),
    Column("Hazardous situation", 28),
    Column("Harm", 20),
    Column("Severity", 12),
    Column("After control", 14),
    Column("Statement", 32),
    Column("Where it stands", 20),
    sheet=True,
    empty="No residual risk is disclosed, and none has to be by the policy.",
)
def disclosures(inputs: Inputs) -> Iterator[Row]:
    """A row for each statement that tells of a residual risk; a risk that has to be disclosed and is not stands as a gap."""
    for entry in live_risks(inputs):
        left = after(inputs, entry)
        statements = inputs.graph.targets(entry.id, "disclosed_in")
        if not statements and not _has_to_be_disclosed(inputs, left):
            continue
        harm = (entry.record.residual and entry.record.residual.harm) or entry.record.harm
        named = inputs.dossier.get(harm, Harm)
        head: tuple[Cell, ...] = (
            inputs.link(entry.id),
            inputs.titled(entry.owner or ""),
            RecordLink(harm, inputs.say(named.record.title)) if named else harm,
            left.severity if left else "",
            verdict(left),
        )
        for id_ in statements:
            counted = [c for c in inputs.graph.sources(id_, "implemented_by") if c in inputs.graph.targets(entry.id, "controls")]
            said: Cell = inputs.titled(id_)
            if counted:
                said = Lines((inputs.titled(id_), Gap(f"counted as risk control {', '.join(counted)} as well")))
            yield row(entry.id, *head, said, _stands(inputs, id_))
        if not statements:
            yield row(entry.id, *head, Gap("not disclosed"), "")


def _has_to_be_disclosed(inputs: Inputs, left: Level | None) -> bool:
    """What the matrix does not accept, and what the policy asks for by its severity."""
    policy = policy_of(inputs.dossier, inputs.law)
    least = rank(policy.disclose_from, policy.severity)
    own = rank(left.severity, policy.severity) if left else None
    return is_refused(left) or (least is not None and own is not None and own >= least)


def _stands(inputs: Inputs, id_: str) -> Cell:
    """`IFU section 4.2, label`; a gap where the statement stands nowhere."""
    entry = inputs.dossier.get(id_, Statement)
    if entry is None:
        return Gap()
    named = entry.record.section or ""
    section = f" section {named}" if named[:1].isdigit() else f", {named}" if named else ""
    shown = [SHOWN_ON[place] + (section if place == "ifu" else "") for place in entry.record.shown_on]
    return ", ".join(shown) or Gap("shown nowhere")
