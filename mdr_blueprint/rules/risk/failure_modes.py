"""Whether the failure analysis feeds the risk analysis (ISO 14971:2019, 5.4)."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.diagnostics import Related
from mdr_blueprint.facts import Known
from mdr_blueprint.graph import Graph
from mdr_blueprint.load import Dossier
from mdr_blueprint.model import Component, FailureMode
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import call, first, gaps, is_missing, is_used, lacks, listed, referring, unread
from mdr_blueprint.source import Sources

FAILURES = "ISO 14971:2019 5.4; ISO/TR 24971:2020 Annex B (failure analysis feeds the risk analysis)"


@rule("RISK412", "W", basis=FAILURES)
def unmapped_failure_mode(dossier: Dossier, graph: Graph, sources: Sources) -> Iterator[Found]:
    """A failure mode is the cause of no event.

    Why: a failure analysis beside the risk file is the usual gap: an effect on the patient stands there that the risk table
    does not know.
    Fix: name it as `cause` of an event, or say in `no_safety_effect` why it harms nobody.
    """
    excused = unread(dossier, sources)
    for entry in entries(dossier, FailureMode):
        if lacks(entry, "no_safety_effect") and entry.id not in excused and not is_used(graph, entry.id, "events.cause"):
            yield Found.on(entry, f"{call(entry)} is the cause of no event and does not say why it has no effect on safety")


@rule("RISK470", "W", basis=FAILURES)
def failure_mode_without_effect(dossier: Dossier) -> Iterator[Found]:
    """A failure mode does not say what fails, or what that means for the device.

    Why: a failure without a component is in no row of its analysis, and one without an effect cannot be followed into a hazardous
    situation.
    Fix: add `component` and `effect`; where it harms nobody, `no_safety_effect` stands for the effect.
    """
    for entry in entries(dossier, FailureMode):
        harmless = not lacks(entry, "no_safety_effect")
        missing = gaps(entry, "component") if harmless else gaps(entry, "component", "effect")
        if missing:
            yield Found.on(entry, f"{call(entry)} has no {listed(missing, 'or')}")


@rule("RISK471", "E", basis=FAILURES)
def failure_mode_contradiction(dossier: Dossier, graph: Graph) -> Iterator[Found]:
    """A failure mode is said to have no effect on safety, and is the cause of an event that leads to a hazardous situation.

    Why: one of the two is wrong, and a reader believes the more comfortable one.
    Fix: take `no_safety_effect` out, or give the event its true cause.
    """
    for entry in entries(dossier, FailureMode):
        if lacks(entry, "no_safety_effect"):
            continue
        events = list(referring(graph, entry.id, "events.cause"))
        if events:
            named = first(list(dict.fromkeys(f"`{sequence.owner or sequence.id}`" for sequence, _ in events)))
            yield Found.on(entry, f"{call(entry)} is said to have no effect on safety, but is the cause of an event in {named}",
                           "no_safety_effect",
                           related=[Related("cause of this event", graph.place_of(edge)) for _, edge in events[:3]])


@rule("RISK472", "I", basis=FAILURES)
def component_without_failure_mode(dossier: Dossier, graph: Graph, known: Known, sources: Sources) -> Iterator[Found]:
    """A component of an active device has no failure mode.

    Why: a part whose failure nobody thought of is where the first complaint comes from.
    Fix: add failure modes of the part or of the assembly it stands in; one without harm says so in `no_safety_effect`.
    """
    if known.stated.get("active") != "true":
        return
    components = list(entries(dossier, Component))
    if not components:
        return
    if is_missing(dossier, sources, "failure_modes"):
        parts = f"{len(components)} component{'s' if len(components) > 1 else ''}"
        yield Found.missing(dossier, "failure_modes", f"the device is active and has {parts}, but no failure mode is written",
                            "write how the components can fail, under `failure_modes`.")
        return
    excused = unread(dossier, sources)
    for entry in components:
        inner = is_used(graph, entry.id, "part_of", kind="components")
        if not inner and entry.id not in excused and not _fails(graph, entry.id):
            yield Found.on(entry, f"{call(entry)} has no failure mode, nor has any assembly that it is part of")


def _fails(graph: Graph, id_: str) -> bool:
    """Whether a component, or an assembly that it stands in, has a failure mode."""
    todo, seen = [id_], {id_}
    while todo:
        here = todo.pop()
        if is_used(graph, here, "component", kind="failure_modes"):
            return True
        above = [target for target in graph.targets(here, "part_of") if target not in seen]
        seen.update(above)
        todo += above
    return False
