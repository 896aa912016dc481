"""Electrical safety by the IEC 60601 series: what a laboratory asks besides verdicts and measured values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from mdr_blueprint.model.base import Cardinality, Inverse, Keys, Part, Record, Ref
from mdr_blueprint.model.scalars import Count, Day, Flag, Number, Prose, Text

if TYPE_CHECKING:
    from mdr_blueprint.model.device import Component
    from mdr_blueprint.model.documents import Evidence
    from mdr_blueprint.model.law import ClauseAnswer
    from mdr_blueprint.model.risk import Risk
    from mdr_blueprint.model.verification import Requirement, Test

Protection = Literal["MOPP", "MOOP"]
"""Means of patient protection, means of operator protection."""


class AppliedPart(Part):
    """A part that in normal use comes into contact with the patient for the device to function (IEC 60601-1 3.8, 8.3)."""

    type: Literal["B", "BF", "CF"] | None = None
    defibrillation_proof: Flag | None = None
    contact: Text | None = None
    """Where and for how long it touches whom."""
    treated_as: Flag | None = None
    """It is no applied part by definition and is treated as one (4.6)."""


class CriticalComponent(Part):
    """What a laboratory asks of a component on which safety rests (IEC 60601-1 4.8, 8.10)."""

    manufacturer: Text | None = None
    type: Text | None = None
    ratings: Text | None = None
    standard: Text | None = None
    """Standard that it meets, with its edition."""
    mark: Text | None = None
    """Mark or certificate of conformity of the component."""


class Laboratory(Part):
    """Who tested, and by which accreditation."""

    name: Text
    address: Text | None = None
    accreditation: Text | None = None
    """Number and body of the accreditation by ISO/IEC 17025; or that there is none."""


class TestParticulars(Record):
    """What a laboratory puts at the head of its report: the equipment as tested, its classes, surroundings and samples."""

    kind_name: ClassVar[str] = "test_particulars"
    singular: ClassVar[str] = "particulars of the tested equipment"
    plural: ClassVar[str] = "Particulars of the tested equipment"
    keys: ClassVar[Keys] = "single"

    laboratory: Laboratory | None = None
    device_revision: Text | None = None
    samples: Text | None = None
    """Serial numbers and state of what was tested."""
    received: Day | None = None
    """When the samples came to the laboratory."""
    configuration: Text | None = None
    """Parts, accessories and other equipment that it was tested with."""
    software: Text | None = None
    """Software of the samples, with its version."""
    documents: Annotated[tuple[Ref[Evidence], ...], Inverse("came_with")] = ()
    """Accompanying documents that came with the samples (7.9)."""
    tested_from: Day | None = None
    tested_to: Day | None = None
    protection: Literal["class_I", "class_II", "internal"] | None = None
    """Protection against electric shock (6.2)."""
    supply: Text | None = None
    """Rated voltage, phases, frequency and input (4.11)."""
    connection: Text | None = None
    """How it is connected to the supply: detachable cord, fixed cord, permanently."""
    ingress: Text | None = None
    """Code of protection against ingress (6.3), such as IP20."""
    mode_of_operation: Text | None = None
    """Continuous, or with which duty cycle (6.6)."""
    mobility: Literal["transportable", "portable", "mobile", "stationary", "fixed", "hand_held", "body_worn"] | None = None
    location: Text | None = None
    """Where it is used, and by whom: hospital, home, emergency services."""
    anaesthetics: Literal["none", "AP", "APG"] | None = None
    """Category for use with flammable anaesthetics (annex G)."""
    oxygen_rich: Flag | None = None
    """For use in an oxygen rich environment (6.5)."""
    sterilisation: Text | None = None
    """Methods of sterilisation that were declared (6.4)."""
    environment: Text | None = None
    """Temperature, humidity and pressure in use."""
    altitude: Text | None = None
    pollution_degree: Text | None = None
    overvoltage_category: Text | None = None
    mass: Text | None = None
    decision_rule: Prose | None = None
    """How a value whose uncertainty reaches over its limit is judged (ISO/IEC 17025 7.8.6)."""
    deviations: Prose | None = None
    """Where a test departs from its method, and why; or that none does."""
    text: Prose | None = None
    evidence: Annotated[tuple[Ref[Evidence], ...], Inverse("evidence_for")] = ()


class MeansOfProtection(Part):
    kind: Protection
    count: Count


class WorkingVoltage(Part):
    """The highest voltage across an insulation in normal use."""

    rms: Number | None = None
    peak: Number | None = None
    unit: Text | None = None


class Spacing(Part):
    """A distance in air or along a surface."""

    required: Number | None = None
    measured: Number | None = None
    unit: Text | None = None


class DielectricTest(Part):
    """Dielectric strength (8.8.3)."""

    voltage: Number | None = None
    unit: Text | None = None
    duration: Text | None = None
    result: Literal["pass", "fail"] | None = None


class Insulation(Record):
    """A barrier between two parts of the circuit: a row of the insulation table (IEC 60601-1 8.5 to 8.9)."""

    kind_name: ClassVar[str] = "insulation"
    singular: ClassVar[str] = "insulation"
    plural: ClassVar[str] = "Insulation"

    title: Text
    area: Text | None = None
    """Letter of the area in the insulation diagram."""
    between: tuple[Text, ...] = ()
    """The two sides of the barrier."""
    components: Annotated[tuple[Ref[Component], ...], Inverse("insulated_by")] = ()
    protection: MeansOfProtection | None = None
    working_voltage: WorkingVoltage | None = None
    material: Text | None = None
    """Material group or comparative tracking index."""
    pollution_degree: Text | None = None
    creepage: Spacing | None = None
    clearance: Spacing | None = None
    dielectric: DielectricTest | None = None
    not_needed: dict[Literal["creepage", "clearance", "dielectric"], Text] = {}
    """What the standard does not ask of this barrier, and why: no creepage distance through solid insulation."""
    requirement: Text | None = None
    """Where the required values come from: table, row, factor."""
    remark: Text | None = None
    clauses: Annotated[tuple[Ref[ClauseAnswer], ...], Inverse("insulated_by")] = ()
    evidence: Annotated[tuple[Ref[Evidence], ...], Inverse("evidence_for")] = ()


class EssentialPerformance(Record):
    """A function whose loss or degradation beyond the stated limit is an unacceptable risk (IEC 60601-1 4.3)."""

    kind_name: ClassVar[str] = "essential_performance"
    singular: ClassVar[str] = "essential performance"
    plural: ClassVar[str] = "Essential performance"

    title: Text
    limit: Text | None = None
    """Between full performance and its loss."""
    single_fault: Text | None = None
    """Which degradation is allowed in single fault condition."""
    immunity: Text | None = None
    """Which degradation is allowed during tests of immunity: the pass criterion for IEC 60601-1-2."""
    risks: Annotated[
        tuple[Ref[Risk], ...], Inverse("makes_essential"), Cardinality("1..n", "0..n", untargeted="VER548")
    ] = ()
    """The risks that make it essential."""
    requirements: Annotated[tuple[Ref[Requirement], ...], Inverse("keeps_essential")] = ()
    verified_by: Annotated[
        tuple[Ref[Test | Evidence], ...], Inverse("proves_essential"), Cardinality("1..n", "0..n", untargeted="VER549")
    ] = ()
