"""What is still open in the risk file, counted from its records: the one notion of it that rules and tables share.

The review before release (ISO 14971:2019, 7.6 and 9) makes four statements, by persons. `open_items` gives for each of them
what the records lack; a rule holds the statement against it, a table shows both side by side.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from mdr_blueprint.answers import answer_of
from mdr_blueprint.evaluation import final, level, policy_of
from mdr_blueprint.facts import Known
from mdr_blueprint.graph import Graph
from mdr_blueprint.load import Dossier, Entry, Law
from mdr_blueprint.model import (
    BenefitRisk,
    Control,
    Hazard,
    OverallResidualRisk,
    Question,
    Record,
    Risk,
    RiskPlan,
    RiskPolicy,
    Situation,
)
from mdr_blueprint.proof import is_proven

R = TypeVar("R", bound=Record)
StatementName = Literal["completeness", "plan_carried_out", "overall_residual_risk", "feedback"]
"""The statements of the review, by their fields in `risk_review`."""
PROOFS = (("verified_implementation", "implementation"), ("verified_effectiveness", "effectiveness"))
FEEDBACK = ("3(e)", "3(f)")
"""What Annex I asks of the information from production and use."""


@dataclass(frozen=True, slots=True)
class PlanBlock:
    """A part of the risk management plan (ISO 14971:2019, 4.4) and where the records hold it."""

    letter: str
    title: str
    fields: tuple[str, ...]
    kind: str = "risk_plan"
    """The kind of record that has the fields."""


PLAN_BLOCKS = (
    PlanBlock("a", "scope and phases of the life cycle", ("scope", "phases")),
    PlanBlock("b", "responsibilities and authorities", ("roles",)),
    PlanBlock("c", "reviews", ("reviews",)),
    PlanBlock("d", "criteria for risk acceptability", ("criteria",)),
    PlanBlock("e", "method and criteria for the overall residual risk", ("method",), "overall_residual_risk"),
    PlanBlock("f", "verification of risk controls", ("verification",)),
    PlanBlock("g", "production and post-production activities", ("feedback",)),
)
"""The seven parts of the plan, in the order of the standard."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many of some records are open, and which."""

    name: str
    """A short name that stays: `hazards`, `situations`, `verdicts`, `introduced`, `implementation`, `effectiveness`, `plan`,
    `questions`, `libraries`, `weighing`, `arguments`, `evaluation`, `outweighed`, `activities`, `requirements`.
    """
    statement: StatementName
    """The statement that does not hold while something is open."""
    noun: str
    """What is counted: "hazards"."""
    lack: str
    """What the open ones lack: "without a hazardous situation and without the reason why none arises"."""
    basis: str
    total: int
    open: tuple[str, ...]
    """Ids in file order; words where `of_records` is false."""
    of_records: bool = True
    needed: bool = False
    """There is something to count in every complete risk file: none at all is a gap as well."""

    @property
    def what(self) -> str:
        """What is counted, as a table says it: "hazards without a hazardous situation ..."."""
        return f"{self.noun} {self.lack}"

    @property
    def is_open(self) -> bool:
        return bool(self.open) or (self.needed and not self.total)


def open_items(dossier: Dossier, graph: Graph, law: Law, known: Known) -> tuple[Count, ...]:
    """Everything that the review asks for, statement by statement; a count without open items is among them."""
    return (
        *_completeness(dossier, graph, law),
        *_plan_carried_out(dossier, graph, law, known),
        *_overall_residual_risk(dossier, graph, law),
        *_feedback(dossier, graph, law),
    )


def missing_blocks(dossier: Dossier) -> list[PlanBlock]:
    """The parts of the plan that are not written, or not whole; all of them where there is no plan."""
    missing = []
    for block in PLAN_BLOCKS:
        entry = dossier.entries.get(block.kind)
        if entry is None or entry.record.retired is not None or not all(is_written(entry, field) for field in block.fields):
            missing.append(block)
    return missing


def is_written(entry: Entry[Any], field: str) -> bool:
    """Whether a field says something; a value that could not be read is reported as such and is no gap."""
    return bool(getattr(entry.record, field, None) or entry.raw.get(field))


def _live(dossier: Dossier, cls: type[R]) -> Iterator[Entry[R]]:
    """Records that are not retired, by themselves or with the one they stand in."""
    for entry in dossier.of(cls):
        owner = dossier.entries.get(entry.owner) if entry.owner else None
        if entry.record.retired is None and (owner is None or owner.record.retired is None):
            yield entry


def _completeness(dossier: Dossier, graph: Graph, law: Law) -> Iterator[Count]:
    hazards, situations = list(_live(dossier, Hazard)), list(_live(dossier, Situation))
    risks, controls = list(_live(dossier, Risk)), list(_live(dossier, Control))
    followed = {target for entry in situations for target in graph.targets(entry.id, "hazards")}
    at_risk = {entry.owner for entry in risks}
    policy = policy_of(dossier, law)
    yield Count(
        "hazards",
        "completeness",
        "hazards",
        "without a hazardous situation and without the reason why none arises",
        "ISO 14971 5.4",
        len(hazards),
        tuple(e.id for e in hazards if not e.record.not_arising and e.id not in followed),
        needed=True,
    )
    yield Count(
        "situations",
        "completeness",
        "hazardous situations",
        "without a risk",
        "ISO 14971 5.5",
        len(situations),
        tuple(e.id for e in situations if e.id not in at_risk),
        needed=True,
    )
    yield Count(
        "verdicts",
        "completeness",
        "risks",
        "without a verdict after control",
        "ISO 14971 6 and 7.3",
        len(risks),
        tuple(
            e.id
            for e in risks
            if (e.record.controls and e.record.residual is None)
            or level(policy, dossier, final(e.record), e.record.harm) is None
        ),
        needed=True,
    )
    yield Count(
        "introduced",
        "completeness",
        "controls",
        "that do not say what they introduce",
        "ISO 14971 7.5",
        len(controls),
        tuple(e.id for e in controls if not ((new := e.record.introduces) and (new.none or new.situations))),
    )
    for relation, words in PROOFS:
        yield Count(
            words,
            "completeness",
            "controls",
            f"whose {words} has no proof that passed or is approved",
            "ISO 14971 7.2",
            len(controls),
            tuple(e.id for e in controls if not is_proven(dossier, graph, graph.targets(e.id, relation))),
        )


def left_out(dossier: Dossier, law: Law, known: Known, name: str) -> tuple[list[str], int]:
    """The hazards of a library that no hazard of the project answers or argues away, and how many concern the device at all."""
    answered = {id_ for entry in _live(dossier, Hazard) for id_ in entry.record.library}
    library = law.hazard_libraries.get(name)
    due = [id_ for id_, hazard in (library.hazards if library else {}).items() if known.judge(hazard.when).holds is not False]
    return [id_ for id_ in due if id_ not in answered], len(due)


def unanswered(dossier: Dossier, law: Law) -> list[str]:
    """The questions on safety, of the library and of the project, that nobody answered; a retired one is settled."""
    asked = dict.fromkeys((*law.questions.questions, *(entry.id for entry in dossier.of(Question))))
    found = ((id_, dossier.get(id_, Question)) for id_ in asked)
    return [id_ for id_, entry in found if entry is None or (entry.record.answer is None and entry.record.retired is None)]


def _refused(dossier: Dossier, law: Law) -> list[Entry[Risk]]:
    """Risks that the matrix does not accept after control."""
    policy = policy_of(dossier, law)
    levels = ((entry, level(policy, dossier, final(entry.record), entry.record.harm)) for entry in _live(dossier, Risk))
    return [entry for entry, found in levels if found is not None and found.verdict == "not_acceptable"]


def _plan_carried_out(dossier: Dossier, graph: Graph, law: Law, known: Known) -> Iterator[Count]:
    risks = list(_live(dossier, Risk))
    plan = dossier.single(RiskPlan)
    compared = {name: left_out(dossier, law, known, name) for name in (plan.hazard_libraries if plan else ())}
    questions = {*law.questions.questions, *(entry.id for entry in _live(dossier, Question))}
    yield Count(
        "plan",
        "plan_carried_out",
        "parts of the risk management plan",
        "that are not written",
        "ISO 14971 4.4",
        len(PLAN_BLOCKS),
        tuple(f"{block.title} ({block.letter})" for block in missing_blocks(dossier)),
        of_records=False,
    )
    yield Count(
        "questions",
        "plan_carried_out",
        "questions on safety",
        "without an answer",
        "ISO 14971 5.3",
        len(questions),
        tuple(unanswered(dossier, law)),
        of_records=False,
    )
    yield Count(
        "libraries",
        "plan_carried_out",
        "hazards of the libraries that the plan names",
        "neither used nor argued away",
        "ISO 14971 5.4",
        sum(due for _, due in compared.values()),
        tuple(id_ for left, _ in compared.values() for id_ in left),
        of_records=False,
    )
    yield Count(
        "weighing",
        "plan_carried_out",
        "risks",
        "not acceptable by the matrix after control and without a benefit-risk analysis",
        "ISO 14971 7.4",
        len(risks),
        tuple(e.id for e in _refused(dossier, law) if not graph.targets(e.id, "benefit_risk")),
    )
    yield Count(
        "arguments",
        "plan_carried_out",
        "risks",
        "without the argument why no further reduction is possible",
        "Annex I 2",
        len(risks),
        tuple(e.id for e in risks if not e.record.reduction_argument),
    )


def _overall_residual_risk(dossier: Dossier, graph: Graph, law: Law) -> Iterator[Count]:
    overall, policy = dossier.single(OverallResidualRisk), dossier.single(RiskPolicy)
    parts = {
        "the method": overall and overall.method,
        "the conclusion": overall and overall.conclusion,
        "the evidence": overall and overall.evidence,
        "criteria that somebody approved": policy and policy.approved_by,
    }
    yield Count(
        "evaluation",
        "overall_residual_risk",
        "parts of the evaluation of the overall residual risk",
        "that are missing",
        "ISO 14971 4.4 and 8",
        len(parts),
        tuple(words for words, content in parts.items() if not content),
        of_records=False,
    )
    named = (id_ for entry in _refused(dossier, law) for id_ in graph.targets(entry.id, "benefit_risk"))
    weighed = {id_: dossier.get(id_, BenefitRisk) for id_ in named}
    yield Count(
        "outweighed",
        "overall_residual_risk",
        "benefit-risk analyses",
        "of a risk that the matrix does not accept in which the benefits do not outweigh it",
        "ISO 14971 7.4",
        len(weighed),
        tuple(id_ for id_, entry in weighed.items() if entry is None or entry.record.outweighs is not True),
    )


def _feedback(dossier: Dossier, graph: Graph, law: Law) -> Iterator[Count]:
    plan = dossier.single(RiskPlan)
    planned = plan.feedback if plan else ()
    yield Count(
        "activities",
        "feedback",
        "planned activities in production and use",
        "without a method, an interval or a responsible person",
        "ISO 14971 4.4 and 10",
        len(planned),
        tuple(activity.source for activity in planned if not (activity.method and activity.interval and activity.responsible)),
        of_records=False,
        needed=True,
    )
    unproven = []
    for key in FEEDBACK:
        answer = answer_of(dossier, law, key)
        documents = graph.targets(answer.id, "evidence") if answer else []
        if not is_proven(dossier, graph, documents):
            unproven.append(f"gspr:{key}")
    yield Count(
        "requirements",
        "feedback",
        "requirements of Annex I on the feedback from production and use",
        "without approved evidence",
        "ISO 14971 10; Annex I 3(e) and 3(f)",
        len(FEEDBACK),
        tuple(unproven),
    )
