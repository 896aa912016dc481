"""Annex I, sections 1 to 9: what is asked of risk management, where this file answers, and what its records hold."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.completeness import PLAN_BLOCKS, missing_blocks, open_items
from mdr_blueprint.load import Entry
from mdr_blueprint.model import (
    BenefitRisk,
    Claim,
    Control,
    Hazard,
    Misuse,
    Observation,
    OverallResidualRisk,
    Question,
    Record,
    Risk,
    RiskAnalysis,
    RiskPlan,
    RiskPolicy,
    RiskReview,
    UserProfile,
)
from mdr_blueprint.tables.answered import DONE, answered
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, live_risks, records
from mdr_blueprint.tables.levels import after, is_refused
from mdr_blueprint.tables.shapes import Cell, Column, Gap, LineItem, Lines, RecordLink, Row, has_gap

SECTIONS = tuple(str(number) for number in range(1, 10))
PLAN, SAFETY, ANALYSIS, VERIFICATION, BENEFIT, REPORT = (
    "risk_management_plan",
    "safety_characteristics",
    "risk_analysis",
    "risk_control_verification",
    "benefit_risk_analysis",
    "risk_management_report",
)
PURPOSE, DESCRIPTION = "intended_purpose", "device_description"
DOCUMENTS = {
    PLAN: "risk management plan",
    SAFETY: "characteristics related to safety",
    ANALYSIS: "risk analysis",
    VERIFICATION: "risk control and its verification",
    BENEFIT: "benefit-risk analysis",
    REPORT: "risk management report",
    PURPOSE: "intended purpose",
    DESCRIPTION: "device description",
}
"""Document -> how a cell calls it."""
WHERE = {
    "1": (BENEFIT, REPORT),
    "2": (ANALYSIS,),
    "3": (PLAN, REPORT),
    "3(a)": (PLAN,),
    "3(b)": (SAFETY, ANALYSIS),
    "3(c)": (ANALYSIS,),
    "3(d)": (VERIFICATION,),
    "3(e)": (PLAN, REPORT),
    "3(f)": (REPORT,),
    "4": (ANALYSIS, REPORT),
    "4(a)": (VERIFICATION,),
    "4(b)": (VERIFICATION,),
    "4(c)": (VERIFICATION,),
    "5": (ANALYSIS,),
    "5(a)": (ANALYSIS,),
    "5(b)": (PURPOSE,),
    "6": (DESCRIPTION,),
    "7": (ANALYSIS,),
    "8": (BENEFIT, REPORT),
}
"""Identifier -> the documents in which this file answers it."""
Held = tuple[LineItem, ...]


@table(
    "risk_requirements",
    "Annex I, sections 1 to 9, in this file",
    Column("Annex I", 8),
    Column("Topic (own words)", 30),
    Column("Answered in", 20),
    Column("What the records hold", 44),
    Column("Answer in the checklist", 16),
    sheet=True,
)
def risk_requirements(inputs: Inputs) -> Iterator[Row]:
    """Each requirement on risk management with counts of the records and the status of its answer."""
    held, answers = _held(inputs), answered(inputs)
    for key, item in inputs.law.gspr.items():
        if key.partition("(")[0] not in SECTIONS:
            continue
        answer, id_ = answers[key], f"gspr:{key}"
        documents = tuple(RecordLink(f"page:{name}", DOCUMENTS[name]) for name in WHERE.get(key, ()))
        lines = held.get(key, ())
        if item.when is not None:
            lines = (*lines, inputs.why(item.when))
        cells: tuple[Cell, ...] = (
            RecordLink(id_, item.citation) if answer.entry else item.citation,
            item.topic,
            Lines(documents) if documents else "",
            Lines(lines) if lines else "",
            answer.status if answer.status in DONE else Gap(answer.status),
        )
        yield Row(cells, id_, has_gap(cells))


def _held(inputs: Inputs) -> dict[str, Held]:
    """Identifier -> what the records hold for it, in words; a lack is a gap."""
    counts = {count.name: count for count in open_items(inputs.dossier, inputs.graph, inputs.law, inputs.known)}
    risks = list(live_risks(inputs))

    def done(name: str, words: str) -> LineItem:
        """A count of the review, from its bright side."""
        count = counts[name]
        return _of(count.total - len(count.open), count.total, words)

    arguments = done("arguments", "risks with the argument why no further reduction is possible")
    verdicts = done("verdicts", "risks with a verdict after control")
    disclosed = _of(sum(bool(e.record.disclosed_in) for e in risks), len(risks), "residual risks disclosed")
    weighed, overall = _weighed(inputs, risks), _overall(inputs)
    return {
        "1": (_benefits(inputs), *weighed, overall),
        "2": (arguments,),
        "3": tuple(_recorded(inputs, cls) for cls in (RiskPlan, RiskAnalysis, RiskReview)),
        "3(a)": tuple(_plan(inputs)),
        "3(b)": (_questions(inputs), done("hazards", "hazards followed to a situation or argued away")),
        "3(c)": (
            _of(sum(e.record.initial is not None for e in risks), len(risks), "risks estimated before control"),
            _misuse(inputs),
        ),
        "3(d)": (
            verdicts,
            done("implementation", "controls proven to be implemented"),
            done("effectiveness", "controls proven to be effective"),
        ),
        "3(e)": tuple(_feedback(inputs)),
        "3(f)": (_followed(inputs),),
        "4": (*weighed, overall, disclosed),
        "4(a)": (_controls(inputs, "inherent", "inherently safe design"),),
        "4(b)": (_controls(inputs, "protective", "protective measure"),),
        "4(c)": (_controls(inputs, "information_for_safety", "information for safety"),),
        "5": (_hazards(inputs, "use.", "use"),),
        "5(b)": (_number(inputs, UserProfile),),
        "7": (_hazards(inputs, "function.cleaning_transport_storage", "cleaning, transport and storage"),),
        "8": (*weighed, overall),
    }


def _of(number: int, total: int, words: str) -> LineItem:
    """`38 of 40 risks with ...`, a gap where some are missing or there are none at all."""
    text = f"{number} of {total} {words}" if total else f"no {words}"
    return text if total and number == total else Gap(text)


def _number(inputs: Inputs, cls: type[Record]) -> LineItem:
    number = len(list(records(inputs, cls)))
    return f"{number} {cls.singular if number == 1 else f'{cls.singular}s'}" if number else Gap(f"no {cls.singular}")


def _recorded(inputs: Inputs, cls: type[Record]) -> LineItem:
    record = inputs.dossier.single(cls)
    live = record is not None and record.retired is None
    return RecordLink(cls.kind_name, f"{cls.singular} recorded") if live else Gap(f"no {cls.singular}")


def _plan(inputs: Inputs) -> Iterator[LineItem]:
    lacking = [block.letter for block in missing_blocks(inputs.dossier)]
    words = f"{len(PLAN_BLOCKS) - len(lacking)} of {len(PLAN_BLOCKS)} blocks of the plan"
    yield Gap(f"{words}, missing: {', '.join(lacking)}") if lacking else words
    for what, record in (("plan", inputs.dossier.single(RiskPlan)), ("criteria", inputs.dossier.single(RiskPolicy))):
        by = record.approved_by if record else None
        yield f"{what} approved by {inputs.say(by.name)}" if by else Gap(f"{what} not approved")


def _questions(inputs: Inputs) -> LineItem:
    """Of the library's questions and the project's own."""
    own = {entry.id: entry.record.answer for entry in records(inputs, Question)}
    asked = own.keys() | inputs.law.questions.questions.keys()
    return _of(sum(answer is not None for answer in own.values()), len(asked), "questions on safety answered")


def _benefits(inputs: Inputs) -> LineItem:
    claims = list(records(inputs, Claim))
    return _of(sum(bool(entry.record.evidence) for entry in claims), len(claims), "claims that name evidence")


def _weighed(inputs: Inputs, risks: list[Entry[Risk]]) -> Held:
    """How many risks the matrix does not accept, and how many of them are judged to be outweighed."""
    refused = [entry for entry in risks if is_refused(after(inputs, entry))]
    words = f"{len(refused)} of {len(risks)} risks not acceptable by the matrix after control"
    if not refused:
        return (words,)
    outweighed = {entry.id for entry in records(inputs, BenefitRisk) if entry.record.outweighs}
    judged = sum(entry.record.benefit_risk in outweighed for entry in refused)
    return words, _of(judged, len(refused), "of these judged to be outweighed by benefits")


def _overall(inputs: Inputs) -> LineItem:
    record = inputs.dossier.single(OverallResidualRisk)
    if record is None or not record.conclusion:
        return Gap("overall residual risk not concluded")
    return RecordLink("overall_residual_risk", "overall residual risk concluded")


def _misuse(inputs: Inputs) -> LineItem:
    found = list(records(inputs, Misuse))
    followed = sum(bool(e.record.situations or inputs.graph.sources(e.id, "events.cause")) for e in found)
    return _of(followed, len(found), "foreseeable misuses followed to a situation")


def _controls(inputs: Inputs, kind: str, words: str) -> LineItem:
    kinds = [entry.record.kind for entry in records(inputs, Control)]
    return f"{words}: {kinds.count(kind)} of {len(kinds)} controls"


def _hazards(inputs: Inputs, category: str, words: str) -> LineItem:
    number = sum((entry.record.category or "").startswith(category) for entry in records(inputs, Hazard))
    return f"hazards of {words}: {number}" if number else Gap(f"no hazard of {words}")


def _feedback(inputs: Inputs) -> Iterator[LineItem]:
    plan = inputs.dossier.single(RiskPlan)
    number = len(plan.feedback) if plan else 0
    yield f"{number} sources of information planned" if number else Gap("no source of information planned")
    seen = [entry.record.judged for entry in records(inputs, Observation)]
    judged = sum(found is not None and found.safety_relevant is not None for found in seen)
    yield _of(judged, len(seen), "observations judged") if seen else "no observation yet"


def _followed(inputs: Inputs) -> LineItem:
    """How much of what matters for safety led back to a record."""
    found = [e for e in records(inputs, Observation) if e.record.judged is not None and e.record.judged.safety_relevant]
    if not found:
        return "no observation that matters for safety"
    return _of(sum(bool(e.record.touches) for e in found), len(found), "observations that matter led back to a record")
