"""From hazard to harm: whether the analysis is whole (ISO 14971:2019, clause 5)."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.conditions import Any, Is
from mdr_blueprint.diagnostics import did_you_mean
from mdr_blueprint.facts import Known, said
from mdr_blueprint.graph import Graph
from mdr_blueprint.load import Dossier, Law
from mdr_blueprint.model import Device, Hazard, Sequence, Situation
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import call, gaps, is_missing, is_used, lacks, listed, unread
from mdr_blueprint.source import Sources

SECURITY = "information.data_lost_altered_disclosed"
"""The category of the hazard taxonomy that holds information security."""
EXPOSED = Any((Is("networked", ("true",)), Is("radio", ("true",)), Is("electronic", ("true",))))
"""What makes a device open to attack."""
CHAIN = "ISO 14971:2019 5.4; MDR Annex I 3(b)"


@rule("RISK404", "E", basis=CHAIN)
def orphan_hazard(dossier: Dossier, graph: Graph, sources: Sources) -> Iterator[Found]:
    """A hazard leads to no hazardous situation.

    Why: a hazard that is named and not followed up is an open question; nobody can see whether it was analysed or forgotten.
    Fix: name it in `hazards` of a situation, or say in `not_arising` why no situation can come of it in this device.
    """
    excused = unread(dossier, sources)
    for entry in entries(dossier, Hazard):
        if lacks(entry, "not_arising") and entry.id not in excused and not is_used(graph, entry.id, "hazards"):
            yield Found.on(entry, f"{call(entry)} leads to no hazardous situation and does not say why none can arise")


@rule("RISK413", "E", basis="ISO 14971:2019 5.5 and 6")
def situation_without_risk(dossier: Dossier) -> Iterator[Found]:
    """A hazardous situation has no risk.

    Why: without a harm and an estimate the situation was described and never judged.
    Fix: add `risks` with the harm it can lead to and an initial estimate.
    """
    for entry in entries(dossier, Situation):
        if lacks(entry, "risks"):
            yield Found.on(entry, f"{call(entry)} has no risk: no harm is named and nothing is estimated", "risks")


@rule("RISK414", "E", basis=CHAIN)
def situation_without_sequence(dossier: Dossier) -> Iterator[Found]:
    """A hazardous situation does not say how it comes about.

    Why: P1 is the probability of a sequence of events; without the sequence the number rests on nothing and no control has a
    point of attack.
    Fix: add `sequences` with the events in their order.
    """
    for entry in entries(dossier, Situation):
        if lacks(entry, "sequences"):
            yield Found.on(entry, f"{call(entry)} has no sequence of events that leads to it", "sequences")
    for entry in entries(dossier, Sequence):
        if lacks(entry, "events"):
            yield Found.on(entry, f"sequence of events `{entry.key}` of `{entry.owner}` has no events", "events")


@rule("RISK427", "W", basis="MDR Annex I 18.1; IEC 60601-1:2005+A1:2012+A2:2020 4.7")
def no_single_fault_analysis(dossier: Dossier) -> Iterator[Found]:
    """An active device has no situation in single fault condition.

    Why: an active device stays acceptable when one part fails only if someone looked at what happens when one part fails.
    Fix: add the situations that follow from a single fault, with `condition: single_fault`.
    """
    device = next(entries(dossier, Device), None)
    active = device.record.facts.get("active") if device else None
    if device is None or active is None or active.value != "true":
        return
    situations = list(entries(dossier, Situation))
    if situations and all(entry.record.condition != "single_fault" for entry in situations):
        yield Found.on(device, f"the device is active, but none of its {len(situations)} hazardous situations is one of a "
                       "single fault", "facts", "active")


@rule("RISK429", "E", basis="ISO 14971:2019 3.5 and 5.4")
def situation_without_hazard(dossier: Dossier) -> Iterator[Found]:
    """A hazardous situation names no hazard.

    Why: exposure to nothing is no hazardous situation; it is missing from every table that is sorted by hazard.
    Fix: name one or more hazards in `hazards`.
    """
    for entry in entries(dossier, Situation):
        if lacks(entry, "hazards"):
            yield Found.on(entry, f"{call(entry)} names no hazard", "hazards")


@rule("RISK433", "W", basis="ISO 14971:2019 5.4 and Annex C (kinds of hazards, as a prompt)")
def unknown_hazard_category(dossier: Dossier, law: Law) -> Iterator[Found]:
    """The category of a hazard is not in the taxonomy.

    Why: the taxonomy shows which kinds of hazards were considered; a hazard under a name of its own is missing from that
    overview.
    Fix: use a category of the hazard taxonomy, written `branch.topic`.
    """
    for entry in entries(dossier, Hazard):
        category = entry.record.category
        if category is not None and category not in law.hazard_categories.categories:
            hint = did_you_mean(category, law.hazard_categories.categories)
            yield Found.on(entry, f"`{category}` of {call(entry)} is no category of the hazard taxonomy{hint}", "category")


@rule("RISK434", "E", basis="MDR Annex I 3 and Annex II 5(b); ISO 14971:2019 4.5")
def missing_risk_analysis(dossier: Dossier, sources: Sources) -> Iterator[Found]:
    """The project has no hazards or no hazardous situations.

    Why: the risk management file is the part of the technical file that all others lean on; without it no control, warning or
    test has a reason.
    Fix: write the hazards and the hazardous situations of the device; the hazard libraries in `risk/` are a start.
    """
    for kind, words in (("hazards", "hazards"), ("situations", "hazardous situations")):
        if is_missing(dossier, sources, kind):
            yield Found.missing(dossier, kind, f"the project names no {words}")


@rule("RISK441", "W", basis="ISO 14971:2019 5.4 (normal and fault conditions); MDR Annex I 3(c)")
def situation_without_condition(dossier: Dossier) -> Iterator[Found]:
    """A hazardous situation does not say under which condition it arises or who is exposed.

    Why: normal use, single fault and misuse are judged by different evidence, and a risk to a bystander is overlooked where
    only the patient is thought of.
    Fix: add `condition` (normal, single_fault, misuse) and `exposed`.
    """
    for entry in entries(dossier, Situation):
        missing = gaps(entry, "condition", "exposed")
        if missing:
            yield Found.on(entry, f"{call(entry)} has no {listed(missing, 'or')}")


@rule("RISK443", "E", basis="MDR Annex I 17.2, 17.4 and 18.8; MDCG 2019-16", requires=("DEV220", "DEV221", "RISK434"))
def no_security_hazard(dossier: Dossier, known: Known, sources: Sources) -> Iterator[Found]:
    """The device has software or a network, and no hazard of information security is named.

    Why: data that are lost, altered or disclosed, by an attack or by chance, harm patients as a short circuit does; Annex I asks
    for protection against unauthorised access.
    Fix: add the hazards of the category `information.data_lost_altered_disclosed`, and follow them up.
    """
    device = next(entries(dossier, Device), None)
    if device is None or is_missing(dossier, sources, "hazards"):
        return
    outcome = known.judge(EXPOSED)
    hazards = list(entries(dossier, Hazard))
    if outcome.holds and hazards and all(entry.record.category != SECURITY for entry in hazards):
        fact = outcome.because[0][0]
        yield Found.on(device, f"{said(outcome.because)}, but none of the {len(hazards)} hazards is of the category `{SECURITY}`",
                       "facts", fact)
