"""The process around the chain (ISO 14971:2019, clauses 4, 5.1 to 5.3 and 7.4 to 10).

Criteria, plan, questions, weighing, review, feedback.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from mdr_blueprint.model.base import Cardinality, Inverse, Keys, NotAField, Part, Record, Ref
from mdr_blueprint.model.project import Approver
from mdr_blueprint.model.risk import COMPUTED
from mdr_blueprint.model.scalars import Count, Day, Flag, Number, Prose, Text

if TYPE_CHECKING:
    from mdr_blueprint.model.device import Component, Misuse
    from mdr_blueprint.model.documents import Claim, Evidence, SoftwareItem, Soup, Statement
    from mdr_blueprint.model.risk import Control, FailureMode, Harm, Hazard, Risk, Sequence, Situation
    from mdr_blueprint.model.verification import Requirement, Test

Acceptability = Literal["acceptable", "not_acceptable"]


class ProbabilityScale(Part):
    """Bands by their upper edges, half-open, the last one closed at 1."""

    unit: Text | None = None
    """What the probability is counted by: per use, per hour, per patient, per device and year."""
    bands: dict[str, Number] = {}
    edge: Literal["band_above", "band_below"] | None = None
    """Where a value on an edge belongs: to the band above it, which is the rule where nothing is said, or to the one below."""


class RiskPolicy(Record):
    """Criteria for risk acceptability (ISO 14971 4.2 and 4.4); without it the library's policy is used and a finding says so."""

    kind_name: ClassVar[str] = "risk_policy"
    singular: ClassVar[str] = "risk policy"
    plural: ClassVar[str] = "Risk policy"
    keys: ClassVar[Keys] = "single"

    severity: tuple[Text, ...] = ()
    """From the least to the most severe."""
    probability: ProbabilityScale | None = None
    """P1: probability that the hazardous situation occurs."""
    p2: ProbabilityScale | None = None
    """P2: probability that the situation leads to the harm."""
    combine: dict[str, dict[str, Text]] = {}
    """P1 band -> P2 band -> band of the probability of harm: a lookup, never a product of ranks."""
    matrix: dict[str, dict[str, Acceptability]] = {}
    """Severity -> probability band -> verdict, before the reduction argument is read."""
    not_estimable: dict[str, Acceptability] = {}
    """Severity -> verdict where the probability cannot be estimated (4.4 d); without it the highest band decides."""
    disclose_from: Text | None = None
    """Severity from which on every residual risk is disclosed to users (clause 8)."""
    text: Prose | None = None
    """What the criteria rest on: law, standards, state of the art, concerns of those affected."""
    approved_by: Approver | None = None


class LifePhase(Part):
    """A phase of the life cycle and what is done in it."""

    phase: Text
    activities: Text | None = None


class Responsibility(Part):
    """A role, its tasks, and who holds it with which competence (ISO 14971 4.3)."""

    role: Text
    tasks: Text | None = None
    name: Text | None = None
    competence: Text | None = None


class FeedbackActivity(Part):
    """A planned way in which experience from production and use is collected and reviewed (ISO 14971 10)."""

    source: Text
    method: Text | None = None
    interval: Text | None = None
    responsible: Text | None = None
    next: Day | None = None
    """Day on which the next review is due."""


class PlanChange(Part):
    """A change of the plan."""

    date: Day | None = None
    text: Text


class RiskPlan(Record):
    """Risk management plan (ISO 14971 4.4; Annex I 3(a)).

    Criteria stand in the risk policy, method and criteria for the overall residual risk in `overall_residual_risk`.
    """

    kind_name: ClassVar[str] = "risk_plan"
    singular: ClassVar[str] = "risk management plan"
    plural: ClassVar[str] = "Risk management plan"
    keys: ClassVar[Keys] = "single"

    scope: Prose | None = None
    """Device, configurations and limits of what is planned (a)."""
    phases: tuple[LifePhase, ...] = ()
    """Phases of the life cycle that it covers (a)."""
    roles: tuple[Responsibility, ...] = ()
    """Responsibilities and authorities (b)."""
    reviews: Prose | None = None
    """When and by whom the activities are reviewed (c)."""
    criteria: Prose | None = None
    """How the criteria were derived and are applied, also where no probability can be estimated (d)."""
    verification: Prose | None = None
    """How implementation and effectiveness of controls are verified (f)."""
    feedback: tuple[FeedbackActivity, ...] = ()
    """Production and post-production activities (g)."""
    hazard_libraries: tuple[Text, ...] = ()
    """Hazard libraries that the analysis is compared with."""
    changes: tuple[PlanChange, ...] = ()
    approved_by: Approver | None = None


class Participant(Part):
    """A person who took part, in which role and with which competence."""

    name: Text
    role: Text | None = None
    organisation: Text | None = None
    competence: Text | None = None


class RiskAnalysis(Record):
    """Who analysed what, when, and by which techniques (ISO 14971 5.1)."""

    kind_name: ClassVar[str] = "risk_analysis"
    singular: ClassVar[str] = "risk analysis"
    plural: ClassVar[str] = "Risk analysis"
    keys: ClassVar[Keys] = "single"

    scope: Prose | None = None
    techniques: Prose | None = None
    date: Day | None = None
    device_revision: Text | None = None
    persons: tuple[Participant, ...] = ()
    evidence: Annotated[tuple[Ref[Evidence], ...], Inverse("evidence_for")] = ()


class Question(Record):
    """A characteristic related to safety (ISO 14971 5.3): the answer to a question of the library, or to one of its own."""

    kind_name: ClassVar[str] = "questionnaire"
    singular: ClassVar[str] = "question"
    plural: ClassVar[str] = "Characteristics related to safety"

    title: Text | None = None
    """The question, where the library does not hold it."""
    answer: Flag | None = None
    rationale: Prose | None = None
    limits: Text | None = None
    """Limits of the characteristic, with units."""
    leads_to: Annotated[
        tuple[Ref[Hazard], ...], Inverse("asked_by"), Cardinality("1..n", "0..n", untargeted="RISK457", when="answer")
    ] = ()


class BenefitRisk(Record):
    """Weighing of a residual risk that is not acceptable by the matrix (ISO 14971:2019, 7.4)."""

    kind_name: ClassVar[str] = "benefit_risks"
    singular: ClassVar[str] = "benefit-risk analysis"
    plural: ClassVar[str] = "Benefit-risk analyses"

    title: Text
    benefits: Annotated[tuple[Ref[Claim], ...], Inverse("weighed_in"), Cardinality("1..n", "0..n", untargeted="RISK438")] = ()
    argument: Prose | None = None
    alternatives: Prose | None = None
    """What else the patient has: state of the art, other devices, no treatment."""
    outweighs: Flag | None = None
    """Whether the benefits outweigh the residual risk."""
    evidence: Annotated[tuple[Ref[Evidence], ...], Inverse("evidence_for")] = ()
    approved_by: Approver | None = None


class OverallResidualRisk(Record):
    """Evaluation of the overall residual risk (ISO 14971 clause 8)."""

    kind_name: ClassVar[str] = "overall_residual_risk"
    singular: ClassVar[str] = "overall residual risk"
    plural: ClassVar[str] = "Overall residual risk"
    keys: ClassVar[Keys] = "single"

    method: Prose | None = None
    """How all residual risks together are evaluated, and the criteria by which they are acceptable (4.4 e)."""
    conclusion: Prose | None = None
    evidence: Annotated[tuple[Ref[Evidence], ...], Inverse("evidence_for")] = ()


class ReviewStatement(Part):
    """A statement of the review before release: whether it holds, and the judgement behind it."""

    holds: Flag | None = None
    text: Prose | None = None


class RiskReview(Record):
    """Review before release (ISO 14971 7.6 and 9): the statements of the report, by the persons who answer for them."""

    kind_name: ClassVar[str] = "risk_review"
    singular: ClassVar[str] = "review of risk management"
    plural: ClassVar[str] = "Review of risk management"
    keys: ClassVar[Keys] = "single"

    date: Day | None = None
    device_revision: Text | None = None
    persons: tuple[Participant, ...] = ()
    completeness: ReviewStatement | None = None
    """The risks from all hazardous situations are considered and all control activities are done (7.6)."""
    plan_carried_out: ReviewStatement | None = None
    """The plan was carried out (9)."""
    overall_residual_risk: ReviewStatement | None = None
    """The overall residual risk is acceptable by the criteria of the plan (9)."""
    feedback: ReviewStatement | None = None
    """Methods are in place to collect and review information from production and use (9)."""
    evidence: Annotated[tuple[Ref[Evidence], ...], Inverse("evidence_for")] = ()


class Judgement(Part):
    """Whether information from production or use matters for safety, by whom and when (ISO 14971 10.3)."""

    safety_relevant: Flag | None = None
    reason: Text | None = None
    by: Text | None = None
    date: Day | None = None


class ObservedRate(Part):
    """How often something happened in how many cases, to be held against the estimate of a risk."""

    not_fields: ClassVar[Mapping[str, NotAField]] = {"band": COMPUTED}

    risk: Annotated[Ref[Risk], Inverse("observed_in"), Cardinality("1", "0..n")]
    factor: Literal["p1", "p2", "p"] = "p"
    """What was counted: hazardous situations (p1), harms among situations (p2), or harms (p)."""
    events: Count
    of: Number
    """Number of cases, in the unit of the scale."""


class Observation(Record):
    """Information from production, use or the state of the art, and what follows from it (ISO 14971 10.2 to 10.4)."""

    kind_name: ClassVar[str] = "observations"
    singular: ClassVar[str] = "observation"
    plural: ClassVar[str] = "Production and post-production information"

    title: Text
    source: Literal[
        "complaint", "incident", "service", "production", "user", "supplier", "literature", "similar_device", "state_of_the_art"
    ] | None = None  # fmt: skip
    date: Day | None = None
    device_revision: Text | None = None
    text: Prose | None = None
    judged: Judgement | None = None
    touches: Annotated[
        tuple[
            Ref[
                Hazard | Situation | Sequence | Risk | Harm | Control | FailureMode | Misuse | Question | BenefitRisk | RiskPolicy
                | RiskPlan | OverallResidualRisk | Requirement | Test | Statement | Component | Claim | Soup | SoftwareItem
            ],
            ...,
        ],
        Inverse("prompted_by"),
        Cardinality("1..n", "0..n", untargeted="RISK474", when="judged.safety_relevant"),
    ] = ()  # fmt: skip
    """Records that are looked at again because of it, or were added."""
    rates: tuple[ObservedRate, ...] = ()
    actions: Prose | None = None
    evidence: Annotated[tuple[Ref[Evidence], ...], Inverse("evidence_for")] = ()
