"""The risk file (ISO 14971:2019): hazard, hazardous situation, harm, risk, control and what they rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from mdr_blueprint.model.base import Inverse, Keys, Part, Record, Ref, headline
from mdr_blueprint.model.project import Approver
from mdr_blueprint.model.scalars import Number, Prose, Text

if TYPE_CHECKING:
    from mdr_blueprint.model.device import Component, Misuse
    from mdr_blueprint.model.documents import Claim, Evidence, Statement
    from mdr_blueprint.model.verification import Requirement, Test


class ProbabilityScale(Part):
    """Bands by their upper edges, half-open, the last one closed at 1."""

    unit: Text | None = None
    bands: dict[str, Number] = {}


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
    matrix: dict[str, dict[str, Literal["acceptable", "not_acceptable"]]] = {}
    """Severity -> probability band -> verdict, before the reduction argument is read."""
    text: Prose | None = None
    approved_by: Approver | None = None


class Harm(Record):
    """Injury or damage to the health of people, or damage to property or the environment."""

    kind_name: ClassVar[str] = "harms"
    singular: ClassVar[str] = "harm"
    plural: ClassVar[str] = "Harms"

    title: Text
    severity: Text | None = None
    mechanism: Literal["direct", "indirect"] | None = None
    """`indirect` where the harm comes through a wrong or late diagnosis."""
    text: Prose | None = None


class Hazard(Record):
    """A potential source of harm."""

    kind_name: ClassVar[str] = "hazards"
    singular: ClassVar[str] = "hazard"
    plural: ClassVar[str] = "Hazards"

    title: Text
    category: Text | None = None
    """Topic of the hazard taxonomy, such as `energy.rf_heating`."""
    text: Prose | None = None
    library: Text | None = None
    """Number of the library hazard it answers, such as M8."""
    not_arising: Text | None = None
    """Why no hazardous situation can arise from it in this device; the hazard is kept so that a reader sees it was considered."""


class Event(Part):
    """One step of a sequence of events."""

    text: Text
    cause: Annotated[Ref[FailureMode | Misuse] | None, Inverse("causes")] = None


class Sequence(Record):
    """A foreseeable sequence of events that ends in its situation."""

    kind_name: ClassVar[str] = "sequences"
    singular: ClassVar[str] = "sequence of events"
    plural: ClassVar[str] = "Sequences of events"
    parent: ClassVar[str | None] = "situations"

    title: Text | None = None
    events: tuple[Event, ...] = ()

    @property
    def label(self) -> str:
        return self.title or headline(" → ".join(event.text for event in self.events))


class Estimate(Part):
    """Probability of harm as P1 and P2, as one band, or the reason why it cannot be estimated; and what it rests on."""

    p1: Text | None = None
    p2: Text | None = None
    p: Text | None = None
    not_estimable: Text | None = None
    harm: Annotated[Ref[Harm] | None, Inverse("lesser_harm_of")] = None
    """A lesser harm, where a control limits the severity."""
    basis: Annotated[tuple[Ref[Evidence], ...], Inverse("basis_of")] = ()


class Risk(Record):
    """Hazardous situation x harm: the unit of evaluation."""

    kind_name: ClassVar[str] = "risks"
    singular: ClassVar[str] = "risk"
    plural: ClassVar[str] = "Risks"
    parent: ClassVar[str | None] = "situations"

    harm: Annotated[Ref[Harm], Inverse("harm_of")]
    initial: Estimate | None = None
    controls: Annotated[tuple[Ref[Control], ...], Inverse("controls_risk")] = ()
    residual: Estimate | None = None
    reduction_argument: Text | None = None
    """Why no further measure is possible without worsening the benefit-risk balance (Annex I 2)."""
    benefit_risk: Annotated[Ref[BenefitRisk] | None, Inverse("weighs")] = None
    disclosed_in: Annotated[tuple[Ref[Statement], ...], Inverse("discloses")] = ()

    @property
    def label(self) -> str:
        return ""


class Situation(Record):
    """A circumstance in which people, property or the environment are exposed to one or more hazards."""

    kind_name: ClassVar[str] = "situations"
    singular: ClassVar[str] = "hazardous situation"
    plural: ClassVar[str] = "Hazardous situations"

    title: Text
    hazards: Annotated[tuple[Ref[Hazard], ...], Inverse("leads_to")] = ()
    condition: Literal["normal", "single_fault", "misuse"] | None = None
    exposed: tuple[Literal["patient", "user", "builder", "service", "bystander", "environment"], ...] = ()
    text: Prose | None = None
    sequences: dict[str, Sequence] = {}
    risks: dict[str, Risk] = {}


class Introduces(Part):
    """What a control brings with it (ISO 14971 7.5): situations, or why none."""

    none: Text | None = None
    situations: Annotated[tuple[Ref[Situation], ...], Inverse("introduced_by")] = ()


class ConsideredOption(Part):
    """A measure of a higher kind that was considered (ISO 14971 7.1)."""

    kind: Literal["inherent", "protective", "information_for_safety"]
    text: Text
    rejected: Text | None = None


class Control(Record):
    """A risk control measure."""

    kind_name: ClassVar[str] = "controls"
    singular: ClassVar[str] = "risk control"
    plural: ClassVar[str] = "Risk controls"

    kind: Literal["inherent", "protective", "information_for_safety"] | None = None
    text: Text
    acts_on: tuple[Literal["p1", "p2", "p", "severity"], ...] = ()
    implemented_by: Annotated[tuple[Ref[Requirement | Statement], ...], Inverse("implements")] = ()
    verified_implementation: Annotated[tuple[Ref[Test | Evidence], ...], Inverse("proves_implementation_of")] = ()
    verified_effectiveness: Annotated[tuple[Ref[Test | Evidence], ...], Inverse("proves_effectiveness_of")] = ()
    introduces: Introduces | None = None
    options_considered: tuple[ConsideredOption, ...] = ()


class FailureMode(Record):
    """A component's way to fail: a feeder of sequences, never evaluated by itself."""

    kind_name: ClassVar[str] = "failure_modes"
    singular: ClassVar[str] = "failure mode"
    plural: ClassVar[str] = "Failure modes"

    title: Text
    component: Annotated[Ref[Component] | None, Inverse("fails_as")] = None
    effect: Text | None = None
    no_safety_effect: Text | None = None
    """Why it leads to no hazardous situation."""


class BenefitRisk(Record):
    """Weighing of a residual risk that is not acceptable by the matrix (ISO 14971 7.4)."""

    kind_name: ClassVar[str] = "benefit_risks"
    singular: ClassVar[str] = "benefit-risk analysis"
    plural: ClassVar[str] = "Benefit-risk analyses"

    title: Text
    benefits: Annotated[tuple[Ref[Claim], ...], Inverse("weighed_in")] = ()
    argument: Prose | None = None
    evidence: Annotated[tuple[Ref[Evidence], ...], Inverse("evidence_for")] = ()


class OverallResidualRisk(Record):
    """Evaluation of the overall residual risk (ISO 14971 clause 8)."""

    kind_name: ClassVar[str] = "overall_residual_risk"
    singular: ClassVar[str] = "overall residual risk"
    plural: ClassVar[str] = "Overall residual risk"
    keys: ClassVar[Keys] = "single"

    method: Prose | None = None
    conclusion: Prose | None = None
    evidence: Annotated[tuple[Ref[Evidence], ...], Inverse("evidence_for")] = ()
