"""Whether the process around the risks was planned, recorded and reviewed (ISO 14971:2019, 4.4, 5.1, 7.6 and 9)."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.completeness import Count, is_written, missing_blocks, open_items
from mdr_blueprint.diagnostics import Related
from mdr_blueprint.facts import Known
from mdr_blueprint.graph import Graph
from mdr_blueprint.load import Dossier, Law
from mdr_blueprint.model import Device, Harm, Risk, RiskAnalysis, RiskPlan, RiskPolicy, RiskReview
from mdr_blueprint.model.risk_process import ReviewStatement
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import call, first, gaps, is_missing, lacks, listed, short
from mdr_blueprint.source import Sources

PLAN = "ISO 14971:2019 4.4; MDR Annex I 3(a)"
RECORD = "ISO 14971:2019 5.1"
REVIEW = "ISO 14971:2019 7.6 and 9"
STATEMENTS = {
    "completeness": "the risks of all hazardous situations are considered and all controls are done",
    "plan_carried_out": "the plan was carried out",
    "overall_residual_risk": "the overall residual risk is acceptable",
    "feedback": "information from production and use is collected and reviewed",
}
"""What the review says, by its fields."""
ELSEWHERE = "e"
"""The part of the plan whose absence is told of another record (RISK417)."""


def has_risks(dossier: Dossier) -> bool:
    """Whether there is a risk to plan for; a project without one is told of that alone (RISK434, RISK413)."""
    return next(entries(dossier, Risk), None) is not None


@rule("RISK446", "E", basis=PLAN)
def missing_risk_plan(dossier: Dossier, sources: Sources) -> Iterator[Found]:
    """The project has risks and no risk management plan.

    Why: what is acceptable, who decides and how controls are verified is settled before the first risk is judged; without a plan
    each risk was judged by rules of its own.
    Fix: write a `risk_plan` with scope, phases, roles, reviews, criteria, verification and feedback.
    """
    if is_missing(dossier, sources, "risk_plan") and has_risks(dossier):
        yield Found.missing(dossier, "risk_plan", "the project has risks and no risk management plan")


@rule("RISK447", "E", basis=PLAN)
def incomplete_risk_plan(dossier: Dossier) -> Iterator[Found]:
    """The risk management plan lacks one of its parts.

    Why: the standard asks for seven parts, and a reviewer ticks them off one by one; what the plan leaves out was done without
    one.
    Fix: write the fields that the message names.
    """
    for entry in entries(dossier, RiskPlan):
        missing = [block for block in missing_blocks(dossier) if block.letter != ELSEWHERE]
        if missing:
            fields = [f"{listed([f'`{name}`' for name in block.fields if not is_written(entry, name)])} ({block.letter})"
                      for block in missing]
            yield Found.on(entry, f"the risk management plan has no {listed(fields, 'and no')}")
        for index, activity in enumerate(entry.record.feedback):
            absent = [f"`{name}`" for name in ("method", "interval", "responsible") if not getattr(activity, name)]
            if absent:
                yield Found.on(entry, f"the planned activity \"{short(activity.source)}\" has no {listed(absent, 'or')}",
                               "feedback", index)


@rule("RISK448", "W", basis="ISO 14971:2019 4.1 and 4.4; ISO 13485:2016 4.2.4 (documents are approved before they are used)")
def unapproved_risk_plan(dossier: Dossier) -> Iterator[Found]:
    """Nobody approved the risk management plan.

    Why: a plan that nobody put into force binds nobody.
    Fix: add `approved_by` with name and date.
    """
    for entry in entries(dossier, RiskPlan):
        approver = entry.record.approved_by
        if approver is None:
            if lacks(entry, "approved_by"):
                yield Found.on(entry, "the risk management plan names nobody who approved it", "approved_by")
        elif approver.date is None and not entry.raw["approved_by"].get("date"):
            yield Found.on(entry, "the approval of the risk management plan has no date", "approved_by")


@rule("RISK450", "W", basis=RECORD)
def missing_risk_analysis_record(dossier: Dossier, sources: Sources) -> Iterator[Found]:
    """Nothing says who made the risk analysis, when, and of what.

    Why: an analysis is as good as the people who made it, and holds for what they looked at; both are asked in every audit.
    Fix: write `risk_analysis` with scope, date, device revision and persons.
    """
    if is_missing(dossier, sources, "risk_analysis"):
        if has_risks(dossier):
            yield Found.missing(dossier, "risk_analysis", "the project has risks, and nothing says who analysed them, when and "
                                "within which limits")
        return
    for entry in entries(dossier, RiskAnalysis):
        missing = gaps(entry, *_header(dossier, "scope", "date", "persons"))
        if missing:
            yield Found.on(entry, f"the risk analysis has no {listed(missing, 'or')}")


def _header(dossier: Dossier, *fields: str) -> tuple[str, ...]:
    """What a record of work on the device says of itself: the revision too, where the device has one."""
    device = dossier.single(Device)
    return (*fields, "device_revision") if device and device.revision else fields


@rule("RISK451", "W", basis=RECORD)
def analysis_of_another_revision(dossier: Dossier) -> Iterator[Found]:
    """The risk analysis was made of another revision of the device.

    Why: what was changed since has not been analysed, and the file does not show that it need not be.
    Fix: analyse the changes, then bring `device_revision` and `date` up to date.
    """
    yield from _of_another_revision(dossier, RiskAnalysis, "was made of")


def _of_another_revision(dossier: Dossier, kind: type[RiskAnalysis | RiskReview], verb: str) -> Iterator[Found]:
    device = next(entries(dossier, Device), None)
    for entry in entries(dossier, kind):
        revision = entry.record.device_revision
        if device and device.record.revision and revision and revision != device.record.revision:
            yield Found.on(entry, f"the {kind.singular} {verb} revision `{revision}`; this file describes "
                           f"`{device.record.revision}`", "device_revision",
                           related=(Related("revision of the device", device.at("revision")),))


@rule("RISK452", "W", basis=REVIEW)
def missing_risk_review(dossier: Dossier, sources: Sources) -> Iterator[Found]:
    """The review of risk management before release is missing or makes not all of its statements.

    Why: the risk management report is signed by people who looked at the whole; no count of records can say it for them.
    Fix: write `risk_review` with date, device revision, persons and, for each statement, whether it `holds`.
    """
    if is_missing(dossier, sources, "risk_review"):
        if has_risks(dossier):
            yield Found.missing(dossier, "risk_review", "the project has risks, and nobody reviewed before release how risk "
                                "management was carried out")
        return
    for entry in entries(dossier, RiskReview):
        missing = gaps(entry, *_header(dossier, "date", "persons"))
        if missing:
            yield Found.on(entry, f"the review of risk management has no {listed(missing, 'or')}")
        for name, words in STATEMENTS.items():
            statement: ReviewStatement | None = getattr(entry.record, name)
            unread = entry.raw[name].get("holds") if statement else entry.raw.get(name)
            if (statement is None or statement.holds is None) and not unread:
                yield Found.on(entry, f"the review of risk management does not say in `{name}` whether {words}", name)


@rule("RISK453", "E", basis=REVIEW)
def review_contradicted(dossier: Dossier, graph: Graph, law: Law, known: Known) -> Iterator[Found]:
    """The review says that a statement holds, and the records are open.

    Why: a signature under a gap is the finding that costs an auditor's trust in all the others.
    Fix: close what the message counts, or set `holds: false` and say in `text` what is left to do.
    """
    for entry in entries(dossier, RiskReview):
        held = {name for name in STATEMENTS if (said := getattr(entry.record, name)) is not None and said.holds}
        counts = [count for count in open_items(dossier, graph, law, known) if count.is_open] if held else []
        for name, words in STATEMENTS.items():
            against = [count for count in counts if _speaks_against(count, name, held)]
            if name in held and against:
                yield Found.on(entry, f"the review says that {words}, but the records are open: "
                               f"{'; '.join(map(_counted, against))}", name, "holds")


def _speaks_against(count: Count, statement: str, held: set[str]) -> bool:
    """What is not complete was not carried out either; it is told once."""
    also = statement == "plan_carried_out" and count.statement == "completeness" and "completeness" not in held
    return also or count.statement == statement


def _counted(count: Count) -> str:
    """`2 of 14 hazards without a hazardous situation (`HZ-1`, `HZ-2`)`."""
    if not count.total:
        return f"there are no {count.noun}"
    which = [f"`{id_}`" for id_ in count.open] if count.of_records else list(count.open)
    return f"{len(count.open)} of {count.total} {count.what} ({first(which, 3)})"


@rule("RISK454", "W", basis=REVIEW)
def review_of_another_revision(dossier: Dossier) -> Iterator[Found]:
    """The review of risk management looked at another revision of the device.

    Why: what the reviewers found acceptable is not what this file describes.
    Fix: review this revision, then bring `device_revision` and `date` up to date.
    """
    yield from _of_another_revision(dossier, RiskReview, "looked at")


@rule("RISK462", "W", basis="ISO 14971:2019 4.3 (competence) and 5.5", requires=("RISK436",))
def harm_without_medical_author(dossier: Dossier) -> Iterator[Found]:
    """Nobody with medical knowledge is named for the severity of a harm.

    Why: how bad an injury is, and what becomes of it, is a medical judgement; every verdict with this harm rests on it.
    Fix: name in `author` of the harm who judged its severity, with role and date.
    """
    if not has_risks(dossier):
        return
    harms = list(entries(dossier, Harm))
    unsigned = [entry for entry in harms if lacks(entry, "author")]
    if len(harms) > 1 and len(unsigned) == len(harms):
        yield Found(Harm.kind_name, harms[0].place, f"none of the {len(harms)} harms names who with medical knowledge judged its "
                    "severity")
        return
    for entry in unsigned:
        yield Found.on(entry, f"{call(entry)} does not name who with medical knowledge judged its severity")


@rule("RISK479", "W", basis="ISO 14971:2019 4.4 and 5.1 (the criteria stand before risks are judged by them)")
def criteria_after_analysis(dossier: Dossier) -> Iterator[Found]:
    """The risk policy or the risk management plan was approved only after the risk analysis.

    Why: criteria that are set when the results are known can be bent to them.
    Fix: look at all estimates again under the approved criteria, and give the analysis the date of that day.
    """
    analysis = next(entries(dossier, RiskAnalysis), None)
    if analysis is None or analysis.record.date is None:
        return
    for entry in entries(dossier, RiskPolicy, RiskPlan):
        approved = entry.record.approved_by.date if entry.record.approved_by else None
        if approved is not None and approved > analysis.record.date:
            yield Found.on(entry, f"{call(entry)} was approved on {approved}, after the risk analysis of {analysis.record.date}",
                           "approved_by", "date", related=(Related("date of the risk analysis", analysis.at("date")),))
