"""The device: purpose, users, classification, configurations, parts, and the figures quoted anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import BeforeValidator

from mdr_blueprint.model.base import Cardinality, Inverse, Keys, Part, Record, Ref
from mdr_blueprint.model.scalars import Count, Flag, Number, Prose, Text

if TYPE_CHECKING:
    from mdr_blueprint.model.documents import Claim, Evidence
    from mdr_blueprint.model.electrical import AppliedPart, CriticalComponent
    from mdr_blueprint.model.risk import Situation


class Fact(Part):
    """A device fact; a judgement carries the argument for it."""

    value: Text
    argument: Text | None = None


def _fact(value: Any) -> Any:
    return {"value": value} if isinstance(value, str) else value


Facts = dict[str, Annotated[Fact, BeforeValidator(_fact)]]
"""Name of a fact -> its value, plain or as `{value, argument}`."""


class Emdn(Part):
    """Code of the European Medical Device Nomenclature and the version it was taken from."""

    code: Text
    version: Text | None = None
    illustrative: Flag | None = None


class Device(Record):
    """The device in the configuration this file describes (Annex II 1.1)."""

    kind_name: ClassVar[str] = "device"
    singular: ClassVar[str] = "device"
    plural: ClassVar[str] = "Device"
    keys: ClassVar[Keys] = "single"

    name: Text
    """Trade name."""
    model: Text | None = None
    revision: Text | None = None
    """The configuration this file describes; runs and evidence name the one they tested."""
    description: Prose | None = None
    principle: Prose | None = None
    """How it works, mode of action (Annex II 1.1(d))."""
    qualification: Prose | None = None
    """Why the product is a device (Annex II 1.1(e))."""
    novelty: Prose | None = None
    """Novel features (Annex II 1.1(g))."""
    history: Prose | None = None
    """Earlier generations by the manufacturer (Annex II 1.2(a))."""
    similar_devices: Prose | None = None
    """Similar devices on the markets (Annex II 1.2(b))."""
    lifetime: Text | None = None
    emdn: Emdn | None = None
    facts: Facts = {}
    """What the device is and does, in the one vocabulary that drives classification and applicability."""


class IntendedPurpose(Record):
    """The use for which the device is intended (Article 2(12); Annex II 1.1(a) and (c))."""

    kind_name: ClassVar[str] = "intended_purpose"
    singular: ClassVar[str] = "intended purpose"
    plural: ClassVar[str] = "Intended purpose"
    keys: ClassVar[Keys] = "single"

    statement: Text | None = None
    """The one sentence that label, IFU and declaration repeat."""
    indications: Prose | None = None
    contraindications: Prose | None = None
    patients: Prose | None = None
    body_parts: tuple[Text, ...] = ()
    users: Annotated[tuple[Ref[UserProfile], ...], Inverse("intended_user_of")] = ()
    environment: Prose | None = None
    benefits: Annotated[tuple[Ref[Claim], ...], Inverse("benefit_of")] = ()
    misuse: Annotated[tuple[Ref[Misuse], ...], Inverse("misuse_of")] = ()


class UserProfile(Record):
    """A group of intended users."""

    kind_name: ClassVar[str] = "users"
    singular: ClassVar[str] = "user profile"
    plural: ClassVar[str] = "Users"

    title: Text
    training: Text | None = None
    text: Prose | None = None


class Misuse(Record):
    """A reasonably foreseeable misuse (Annex I 3(c))."""

    kind_name: ClassVar[str] = "misuses"
    singular: ClassVar[str] = "foreseeable misuse"
    plural: ClassVar[str] = "Foreseeable misuse"

    title: Text
    text: Prose | None = None
    situations: Annotated[
        tuple[Ref[Situation], ...],
        Inverse("arises_from_misuse"),
        Cardinality("1..n", "0..n", untargeted="DEV211", or_named_by=("events.cause",)),
    ] = ()


class Classification(Record):
    """The manufacturer's own decision on the class (Annex VIII; Annex II 1.1(f))."""

    kind_name: ClassVar[str] = "classification"
    singular: ClassVar[str] = "classification"
    plural: ClassVar[str] = "Classification"
    keys: ClassVar[Keys] = "single"

    device_class: Text | None = None
    rule: Count | None = None
    clause: Text | None = None
    rationale: Prose | None = None
    guidance: Text | None = None


class AccessoryClass(Part):
    """Classification of an accessory, or of a part that is sold separately, in its own right (Annex VIII 3.2)."""

    device_class: Text | None = None
    rule: Count | None = None
    clause: Text | None = None
    rationale: Prose | None = None
    guidance: Text | None = None


class Operator(Part):
    """An economic operator or a person on label and declaration; `none` says why there is none."""

    name: Text | None = None
    address: Text | None = None
    srn: Text | None = None
    contact: Text | None = None
    illustrative: Flag | None = None
    none: Text | None = None


class Operators(Record):
    """Who stands on label and declaration."""

    kind_name: ClassVar[str] = "operators"
    singular: ClassVar[str] = "operators"
    plural: ClassVar[str] = "Operators"
    keys: ClassVar[Keys] = "single"

    manufacturer: Operator | None = None
    authorised_representative: Operator | None = None
    prrc: Operator | None = None
    """Person responsible for regulatory compliance (Article 15)."""


class Variant(Record):
    """A configuration to be placed on the market (Annex II 1.1(i))."""

    kind_name: ClassVar[str] = "variants"
    singular: ClassVar[str] = "variant"
    plural: ClassVar[str] = "Variants"

    title: Text
    text: Prose | None = None
    components: Annotated[tuple[Ref[Component], ...], Inverse("in_variant")] = ()
    facts: Facts = {}
    """Facts here override the device's."""


class Accessory(Record):
    """An accessory, classified in its own right (Annex II 1.1(h); Annex VIII 3.2)."""

    kind_name: ClassVar[str] = "accessories"
    singular: ClassVar[str] = "accessory"
    plural: ClassVar[str] = "Accessories"

    title: Text
    text: Prose | None = None
    facts: Facts = {}
    classification: AccessoryClass | None = None


class Interface(Part):
    """A connection of a component to another."""

    to: Annotated[Ref[Component], Inverse("interface_of")]
    kind: Text | None = None
    text: Text | None = None


class Component(Record):
    """A part of the device (Annex II 1.1(j))."""

    kind_name: ClassVar[str] = "components"
    singular: ClassVar[str] = "component"
    plural: ClassVar[str] = "Components"

    title: Text
    text: Prose | None = None
    part_of: Annotated[tuple[Ref[Component], ...], Inverse("consists_of", acyclic=True)] = ()
    version: Text | None = None
    supplier: Text | None = None
    material: Text | None = None
    """Raw materials where they matter (Annex II 1.1(k))."""
    open_source: Flag | None = None
    source: Text | None = None
    """Where the design or the statement comes from."""
    interfaces: tuple[Interface, ...] = ()
    applied_part: AppliedPart | None = None
    critical: CriticalComponent | None = None
    """Where electrical, mechanical or thermal safety rests on the component."""
    sold_separately: Flag | None = None
    """It is also placed on the market alone and then classified in its own right (Annex VIII 3.2)."""
    facts: Facts = {}
    """Of the part alone, where it is sold separately."""
    classification: AccessoryClass | None = None
    """Where it is sold separately."""


class Figure(Record):
    """A figure quoted anywhere stands here once; texts name it as `{figure:ID}`."""

    kind_name: ClassVar[str] = "figures"
    singular: ClassVar[str] = "figure"
    plural: ClassVar[str] = "Figures"

    title: Text
    value: Number | None = None
    text: Text | None = None
    """The value in words where it is no number."""
    unit: Text | None = None
    source: Text | None = None
    evidence: Annotated[tuple[Ref[Evidence], ...], Inverse("evidence_for")] = ()
    computed: Text | None = None
    """How it follows from other figures."""

    @property
    def quoted(self) -> str:
        """`48 mT`, as a sentence quotes it."""
        value = self.text or ("" if self.value is None else str(self.value))
        return f"{value} {self.unit}" if self.unit and value else value
