"""The chain of the risk file from hazard to proof: as a tree, and as a matrix with its breaks. No level is read from a record."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.load import Entry
from mdr_blueprint.model import Harm, Hazard, Sequence, Situation
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, records
from mdr_blueprint.tables.levels import after, change, live, live_situations
from mdr_blueprint.tables.proofs import proof
from mdr_blueprint.tables.shapes import Cell, Column, Gap, LineItem, Lines, RecordLink, Row, row


@table(
    "hazard_tree",
    "From hazard to control",
    Column("Hazard", 24),
    Column("Hazardous situation", 28),
    Column("Sequence of events", 44),
    Column("Risk", 34),
    Column("Risk control", 34),
    empty="No hazard is recorded.",
)
def hazard_tree(inputs: Inputs) -> Iterator[Row]:
    """One row per hazard, situation, risk and control, made to be shown as a tree. A situation is written out below the first
    of its hazards; the others name that one.

    A row is about no single record, so each level says for itself what is illustrative or refers to nothing.
    """
    graph = inputs.graph
    written: dict[str, str] = {}
    for hazard in records(inputs, Hazard):
        first, why = _node(inputs, hazard.id), hazard.record.not_arising
        situations = live_situations(inputs, graph.sources(hazard.id, "hazards"))
        if not situations:
            reason = f"does not arise: {inputs.say(why)}" if why else Gap("no hazardous situation")
            yield row(None, first, reason, "", "", "")
        for situation in situations:
            place = written.setdefault(situation.id, hazard.id)
            if place == hazard.id:
                yield from _branch(inputs, first, situation)
            else:
                yield row(None, first, _node(inputs, situation.id, f"written out below {place}"), "", "", "")
    for situation in records(inputs, Situation):
        if not graph.targets(situation.id, "hazards"):
            yield from _branch(inputs, Gap("no hazard"), situation)


def _branch(inputs: Inputs, first: Cell, situation: Entry[Situation]) -> Iterator[Row]:
    """What hangs below a situation: its sequences, which lead to each of its risks, and what controls these."""
    graph, second = inputs.graph, _node(inputs, situation.id)
    chains = _chains(inputs, situation)
    found = live(inputs, graph.targets(situation.id, "risks"))
    if not found:
        yield row(None, first, second, chains, Gap("no risk"), "")
    for risk in found:
        harm = inputs.dossier.get(risk.record.harm, Harm)
        named = RecordLink(risk.id, f"{risk.id} {inputs.say(harm.record.title) if harm else risk.record.harm}")
        fourth = _node(inputs, risk.id, change(inputs, risk), shown=named)
        controls = graph.targets(risk.id, "controls")
        if not controls:
            left = after(inputs, risk)
            accepted = left is not None and left.verdict == "acceptable"
            yield row(None, first, second, chains, fourth, "none, acceptable without" if accepted else Gap("no control"))
        for control in controls:
            yield row(None, first, second, chains, fourth, _node(inputs, control))


def _chains(inputs: Inputs, situation: Entry[Situation]) -> Cell:
    """Each sequence on a line, with the records that its events name as causes."""
    items: list[LineItem] = []
    for id_ in inputs.graph.targets(situation.id, "sequences"):
        entry = inputs.dossier.get(id_, Sequence)
        if entry is None or entry.record.retired is not None:
            continue
        steps = [inputs.say(event.text) + (f" ({event.cause})" if event.cause else "") for event in entry.record.events]
        items += [RecordLink(id_, f"{id_} {' → '.join(steps)}")] if steps else [inputs.link(id_), Gap("no event")]
    return Lines(tuple(items)) if items else Gap("no sequence of events")


def _node(inputs: Inputs, id_: str, *lines: LineItem, shown: RecordLink | None = None) -> Cell:
    """A record with its title, what else is said of it, and the marks that a row about it would carry."""
    entry = inputs.dossier.entries[id_]
    shown = shown or inputs.titled(id_)
    if entry.record.retired is not None:
        lines = (*lines, Gap("retired"))
    if entry.record.illustrative:
        shown = RecordLink(id_, f"{shown} (illustrative)")
    broken = tuple(Gap(f"broken reference {target}") for target in inputs.graph.broken.get(id_, ()))
    return Lines((shown, *lines, *broken)) if lines or broken else shown


@table(
    "hazard_trace",
    "Hazard to evidence",
    Column("Hazard", 24),
    Column("Hazardous situation", 26),
    Column("Risk", 10),
    Column("Control", 30),
    Column("Implemented", 26),
    Column("Effective", 26),
    sheet=True,
)
def hazard_trace(inputs: Inputs) -> Iterator[Row]:
    """One row per hazard, situation, risk and control; where the chain breaks, the row is a gap."""
    graph = inputs.graph
    for hazard in records(inputs, Hazard):
        first = inputs.titled(hazard.id)
        situations = live_situations(inputs, graph.sources(hazard.id, "hazards"))
        if not situations:
            why = hazard.record.not_arising
            reason = f"does not arise: {inputs.say(why)}" if why else Gap("no hazardous situation")
            yield row(hazard.id, first, reason, "", "", "", "")
        for situation in situations:
            second = inputs.titled(situation.id)
            found = live(inputs, graph.targets(situation.id, "risks"))
            if not found:
                yield row(situation.id, first, second, Gap("no risk"), "", "", "")
            for risk in found:
                third, control_ids = inputs.link(risk.id), graph.targets(risk.id, "controls")
                if not control_ids:
                    yield row(risk.id, first, second, third, Gap("no control"), "", "")
                for control in control_ids:
                    yield row(
                        risk.id,
                        first,
                        second,
                        third,
                        inputs.titled(control),
                        _proofs(inputs, control, "verified_implementation"),
                        _proofs(inputs, control, "verified_effectiveness"),
                    )


def _proofs(inputs: Inputs, control: str, relation: str) -> Cell:
    """The proofs of one half, each with what is open about it: one that was not run, did not pass or is not approved is a gap."""
    items: list[LineItem] = []
    for edge in inputs.graph.out(control, relation):
        found = proof(inputs, edge)
        items += [found.shown, *(said for said in (found.result, found.revision) if isinstance(said, Gap))]
    return Lines(tuple(items)) if items else Gap("no proof")
