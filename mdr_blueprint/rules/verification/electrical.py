"""Electrical safety besides verdicts and values: essential performance, applied parts, critical components."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.facts import Known
from mdr_blueprint.load import Dossier, Law
from mdr_blueprint.model import ClauseAnswer, Component, EssentialPerformance
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import base, call, gaps, is_missing, lacks, listed, unsaid
from mdr_blueprint.rules.verification.measurements import measured
from mdr_blueprint.source import Sources

GENERAL = "iec-60601-1"
SHOCK = "8"
"""The clause on protection against electric shock."""
ESSENTIAL = "IEC 60601-1 4.3; MDR Annex I 1 and 18.1"


def judges_shock(dossier: Dossier) -> bool:
    """Whether a clause on protection against electric shock is passed or failed."""
    return any(entry.owner == GENERAL and entry.key.partition(".")[0] == SHOCK and entry.record.verdict in ("P", "F")
               for entry in entries(dossier, ClauseAnswer))


def leaves_out_shock(dossier: Dossier) -> bool:
    """Whether all of that clause does not apply, or stands in another report."""
    entry = dossier.get(f"{GENERAL}#{SHOCK}", ClauseAnswer)
    left_out = entry is not None and entry.record.retired is None and entry.record.verdict in ("N/A", "N/E")
    return left_out and not judges_shock(dossier)


def withstands_defibrillation(law: Law, known: Known) -> bool | None:
    """Whether the facts say that an applied part is declared to; None where they do not say."""
    content = law.standard(GENERAL)
    clause = content.clauses.get("8.5.5") if content else None
    return known.judge(clause.when).holds if clause and clause.when else None


@rule("VER548", "E", basis=ESSENTIAL)
def essential_performance_without_risk(dossier: Dossier) -> Iterator[Found]:
    """An essential performance names no risk.

    Why: a performance is essential because its loss is an unacceptable risk; without that risk it is a wish of the specification.
    Fix: name in `risks` the risks that its loss or degradation leads to.
    """
    for entry in entries(dossier, EssentialPerformance):
        if lacks(entry, "risks"):
            yield Found.on(entry, f"{call(entry)} names no risk that makes it essential", "risks")


@rule("VER549", "E", basis=ESSENTIAL)
def essential_performance_without_proof(dossier: Dossier) -> Iterator[Found]:
    """No test shows that an essential performance is kept.

    Why: the laboratory tests it in normal and in single fault condition and during the tests of immunity, and asks by what.
    Fix: name in `verified_by` the test or the report.
    """
    for entry in entries(dossier, EssentialPerformance):
        if lacks(entry, "verified_by"):
            yield Found.on(entry, f"{call(entry)} is shown by no test and no report", "verified_by")


@rule("VER564", "W", basis=ESSENTIAL, requires=("VER526",))
def unnamed_essential_performance(dossier: Dossier, sources: Sources) -> Iterator[Found]:
    """The clause on essential performance is judged, and the project names none.

    Why: what has to be kept during faults and disturbances is decided by it; also that there is none is a decision on risks.
    Fix: name it under `essential_performance`, or judge the clause N/A and say in `remark` why no loss of performance is an
    unacceptable risk.
    """
    clause = dossier.get(f"{GENERAL}#4.3", ClauseAnswer)
    if clause is None or clause.record.retired or clause.record.verdict not in ("P", "F"):
        return
    if is_missing(dossier, sources, "essential_performance"):
        yield Found.on(clause, f"{call(clause)} is {clause.record.verdict}, but the project names no essential performance",
                       "verdict")


@rule("VER578", "W", basis=ESSENTIAL)
def incomplete_essential_performance(dossier: Dossier) -> Iterator[Found]:
    """It is not said how far an essential performance may degrade.

    Why: where it ends is what the laboratory tests against: in normal use, with a single fault, and during tests of immunity,
    whose pass criterion by IEC 60601-1-2 it is.
    Fix: add what the message names; where no degradation is allowed, say that.
    """
    for entry in entries(dossier, EssentialPerformance):
        missing = gaps(entry, "limit", "single_fault", "immunity")
        if missing:
            yield Found.on(entry, f"{call(entry)} has no {listed(missing, 'or')}")


@rule("VER552", "E", basis="IEC 60601-1 8.3 and 6.2")
def applied_part_without_type(dossier: Dossier) -> Iterator[Found]:
    """An applied part has no type.

    Why: type B, BF or CF decides how much current may flow through the patient, and stands as a symbol on the part.
    Fix: add `type` (B, BF or CF).
    """
    for entry in entries(dossier, Component):
        if "applied_part" in entry.raw and unsaid(entry, "applied_part", "type"):
            yield Found.on(entry, f"{call(entry)} is an applied part without a type", "applied_part", key=True)


@rule("VER577", "W", basis="IEC 60601-1 3.8, 7.9.2 and 8.5.5", requires=("VER552",))
def incomplete_applied_part(dossier: Dossier, law: Law, known: Known) -> Iterator[Found]:
    """An applied part is not described, or against the facts.

    Why: where and for how long it touches the patient decides about temperature and materials, and whether it withstands
    defibrillation about tests and marking.
    Fix: add what the message names, or correct the fact.
    """
    declared = withstands_defibrillation(law, known)
    for entry in entries(dossier, Component):
        part = entry.record.applied_part
        if part is None:
            continue
        asked = ("contact",) if declared is False else ("contact", "defibrillation_proof")
        missing = [f"`{field}`" for field in asked if unsaid(entry, "applied_part", field)]
        if missing:
            yield Found.on(entry, f"the applied part {call(entry)} has no {listed(missing, 'or')}", "applied_part", key=True)
        if part.defibrillation_proof and declared is False:
            yield Found.on(entry, f"the applied part {call(entry)} is defibrillation-proof, and by the facts of the device no "
                           "part is", "applied_part", "defibrillation_proof")


@rule("VER565", "E", basis="IEC 60601-1 8.3 and 8.7.3 (limits by type of applied part)")
def part_type_contradicted(dossier: Dossier) -> Iterator[Found]:
    """A part is measured as another type of applied part than it is.

    Why: the type sets the limit; a part of type CF that is measured as type BF passes with ten times the current.
    Fix: correct `part_type` and the limit, or the type in `applied_part` of the component.
    """
    for entry in entries(dossier, ClauseAnswer):
        for index, measurement in measured(entry):
            part = dossier.get(base(measurement.part), Component) if measurement.part else None
            type_ = part.record.applied_part.type if part is not None and part.record.applied_part else None
            if part is not None and type_ and measurement.part_type in ("B", "BF", "CF") and measurement.part_type != type_:
                yield Found.on(entry, f"in {call(entry)} {measurement.quantity} is measured as type {measurement.part_type}, but "
                               f"{call(part)} is of type {type_}", "measurements", index, "part_type")


@rule("VER553", "W", basis="IEC 60601-1 4.8 and 8.10.1")
def incomplete_critical_component(dossier: Dossier) -> Iterator[Found]:
    """A critical component is not identified, or no standard or mark of it is named.

    Why: safety rests on this very part; another one of the same size may be built in tomorrow and nobody could tell.
    Fix: add manufacturer, type, ratings, and the standard that it meets or its mark of conformity.
    """
    for entry in entries(dossier, Component):
        if "critical" not in entry.raw or (entry.record.critical is None and entry.raw["critical"]):
            continue
        missing = [f"`{field}`" for field in ("manufacturer", "type", "ratings") if unsaid(entry, "critical", field)]
        if unsaid(entry, "critical", "standard") and unsaid(entry, "critical", "mark"):
            missing.append("`standard` or `mark`")
        if missing:
            yield Found.on(entry, f"the critical {call(entry)} has no {listed(missing)}", "critical", key=True)


@rule("VER579", "W", basis="IEC 60601-1 4.6, 4.8, 8.3, 8.8 and 8.9; MDR Annex II 6.1(b)")
def unrecorded_protection(dossier: Dossier, sources: Sources, known: Known) -> Iterator[Found]:
    """Protection against electric shock is judged, and its barriers, applied parts or critical components are not named.

    Why: the verdicts rest on them: on each barrier between mains and a person, on the type of each applied part, and on the
    components that must not be exchanged.
    Fix: write what the message names, or leave the clause to the report that has it (N/E).
    """
    if not judges_shock(dossier):
        return
    components = [entry.raw for entry in entries(dossier, Component)]
    judged = "protection against electric shock is judged, but"
    if is_missing(dossier, sources, "insulation"):
        yield Found.missing(dossier, "insulation", f"{judged} the project describes no `insulation`")
    if not any("critical" in raw for raw in components):
        yield Found.missing(dossier, "components", f"{judged} no component is `critical`")
    if known.values.get("body_contact") == "true" and not any("applied_part" in raw for raw in components):
        yield Found.missing(dossier, "components", f"{judged} no component is an `applied_part`, and the device touches the body")
