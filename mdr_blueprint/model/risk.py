"""The chain of the risk file (ISO 14971:2019, clauses 5 to 7): hazard, hazardous situation, harm, risk, control, failure mode.

Plan, criteria, questions, review and feedback stand in `risk_process`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from mdr_blueprint.model.base import Cardinality, Inverse, NotAField, Part, Record, Ref, headline
from mdr_blueprint.model.project import Approver
from mdr_blueprint.model.scalars import Prose, Text

if TYPE_CHECKING:
    from mdr_blueprint.model.device import Accessory, Component, Misuse, Variant
    from mdr_blueprint.model.documents import Evidence, Statement
    from mdr_blueprint.model.risk_process import BenefitRisk
    from mdr_blueprint.model.verification import Requirement, Test


COMPUTED = NotAField("typed-level", "levels and verdicts are computed from the estimate and the risk policy")
RPN = NotAField("risk-priority-number", "a product of ranks is no risk: it counts detection and knows no harm")
TYPED = ("level", "verdict", "risk_level", "risk_class", "residual_risk", "acceptable", "acceptability", "score")
"""What people call the level of a risk where they type it in."""
OF_HARM = NotAField("typed-level", "severity is that of the harm; where a control limits it, name the lesser harm in `harm`")


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
    author: Approver | None = None
    """Who with medical knowledge judged the severity."""


class Hazard(Record):
    """A potential source of harm."""

    kind_name: ClassVar[str] = "hazards"
    singular: ClassVar[str] = "hazard"
    plural: ClassVar[str] = "Hazards"

    title: Text
    category: Text | None = None
    """Topic of the hazard taxonomy, such as `energy.rf_heating`."""
    text: Prose | None = None
    library: tuple[Text, ...] = ()
    """Library hazards that it answers, such as M8."""
    not_arising: Text | None = None
    """Why no hazardous situation can arise from it in this device; the hazard is kept so that a reader sees it was considered."""


class Event(Part):
    """One step of a sequence of events."""

    text: Text
    cause: Annotated[
        Ref[FailureMode | Misuse] | None,
        Inverse("causes"),
        Cardinality("0..1", "1..n", unnamed="RISK412", unnamed_unless="no_safety_effect", counted="failure_modes"),
    ] = None


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
    """Probability of harm as P1 and P2, as one band, or the reason why it cannot be estimated; and what it rests on.

    A probability is the name of a band, or a number in the unit of the scale, which falls into a band.
    """

    not_fields: ClassVar[Mapping[str, NotAField]] = {
        **dict.fromkeys(TYPED, COMPUTED),
        "severity": OF_HARM,
        **dict.fromkeys(("rpn", "detection", "occurrence"), RPN),
    }
    p1: Text | None = None
    p2: Text | None = None
    p: Text | None = None
    not_estimable: Text | None = None
    harm: Annotated[Ref[Harm] | None, Inverse("lesser_harm_of"), Cardinality("0..1", "0..n")] = None
    """A lesser harm, where a control limits the severity."""
    basis: Annotated[tuple[Ref[Evidence], ...], Inverse("basis_of")] = ()


class Risk(Record):
    """Hazardous situation x harm: the unit of evaluation."""

    kind_name: ClassVar[str] = "risks"
    singular: ClassVar[str] = "risk"
    plural: ClassVar[str] = "Risks"
    parent: ClassVar[str | None] = "situations"
    not_fields: ClassVar[Mapping[str, NotAField]] = {
        **dict.fromkeys(TYPED, COMPUTED),
        "severity": OF_HARM,
        **dict.fromkeys(("rpn", "detection", "occurrence"), RPN),
    }

    harm: Annotated[Ref[Harm], Inverse("harm_of"), Cardinality("1", "0..n")]
    initial: Estimate | None = None
    controls: Annotated[tuple[Ref[Control], ...], Inverse("controls_risk"), Cardinality("0..n", "1..n", unnamed="RISK405")] = ()
    residual: Estimate | None = None
    reduction_argument: Text | None = None
    """Why no further measure is possible without worsening the benefit-risk balance (Annex I 2)."""
    benefit_risk: Annotated[Ref[BenefitRisk] | None, Inverse("weighs"), Cardinality("0..1", "1..n", unnamed="RISK478")] = None
    disclosed_in: Annotated[tuple[Ref[Statement], ...], Inverse("discloses"), Cardinality("0..n", "0..n")] = ()

    @property
    def label(self) -> str:
        return ""


class Situation(Record):
    """A circumstance in which people, property or the environment are exposed to one or more hazards."""

    kind_name: ClassVar[str] = "situations"
    singular: ClassVar[str] = "hazardous situation"
    plural: ClassVar[str] = "Hazardous situations"

    title: Text
    hazards: Annotated[
        tuple[Ref[Hazard], ...],
        Inverse("leads_to"),
        Cardinality("1..n", "1..n", untargeted="RISK429", unnamed="RISK404", unnamed_unless="not_arising"),
    ] = ()
    condition: Literal["normal", "single_fault", "misuse"] | None = None
    applies_to: Annotated[tuple[Ref[Variant | Accessory | Component], ...], Inverse("meant_in")] = ()
    """The configurations or parts in which alone it can arise; all of them where nothing is named."""
    exposed: tuple[Literal["patient", "user", "builder", "service", "bystander", "environment"], ...] = ()
    text: Prose | None = None
    sequences: Annotated[dict[str, Sequence], Cardinality("1..n", "1", untargeted="RISK414")] = {}
    risks: Annotated[dict[str, Risk], Cardinality("1..n", "1", untargeted="RISK413")] = {}


class Introduces(Part):
    """What a control brings with it (ISO 14971 7.5): situations, or why none."""

    none: Text | None = None
    situations: Annotated[
        tuple[Ref[Situation], ...],
        Inverse("introduced_by"),
        Cardinality("1..n", "0..n", untargeted="RISK415", unless="introduces.none"),
    ] = ()


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
    implemented_by: Annotated[
        tuple[Ref[Requirement | Statement], ...], Inverse("implements"), Cardinality("1..n", "0..n", untargeted="RISK419")
    ] = ()
    verified_implementation: Annotated[
        tuple[Ref[Test | Evidence], ...],
        Inverse("proves_implementation_of"),
        Cardinality("1..n", "0..n", untargeted="RISK401"),
    ] = ()
    verified_effectiveness: Annotated[
        tuple[Ref[Test | Evidence], ...],
        Inverse("proves_effectiveness_of"),
        Cardinality("1..n", "0..n", untargeted="RISK402"),
    ] = ()
    introduces: Introduces | None = None
    options_considered: tuple[ConsideredOption, ...] = ()


class FailureMode(Record):
    """A component's way to fail: a feeder of sequences, never evaluated by itself."""

    kind_name: ClassVar[str] = "failure_modes"
    singular: ClassVar[str] = "failure mode"
    plural: ClassVar[str] = "Failure modes"
    not_fields: ClassVar[Mapping[str, NotAField]] = {
        **dict.fromkeys(("rpn", "risk_priority_number", "occurrence", "detection", "severity", "criticality"), RPN),
        **dict.fromkeys(("level", "risk_level", "acceptable", "score"), COMPUTED),
    }

    title: Text
    component: Annotated[Ref[Component] | None, Inverse("fails_as"), Cardinality("1", "0..n", untargeted="RISK470")] = None
    function: Text | None = None
    """What the component is there for, and no longer does."""
    mechanism: Text | None = None
    """Why it fails."""
    local_effect: Text | None = None
    """What is seen at the component itself."""
    effect: Text | None = None
    """What it means for the device and those around it."""
    noticed_by: Text | None = None
    """How it shows, and to whom. It lowers no risk by itself: a measure that relies on it is a risk control."""
    guarded_by: Annotated[tuple[Ref[Control | Requirement | Test], ...], Inverse("guards_against")] = ()
    """What is provided against it."""
    no_safety_effect: Text | None = None
    """Why it leads to no hazardous situation."""
