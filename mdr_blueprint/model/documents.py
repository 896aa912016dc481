"""Evidence, what the user reads (label and IFU), claims, and the software inventory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from mdr_blueprint.model.base import Cardinality, Inverse, Part, Record, Ref
from mdr_blueprint.model.scalars import Day, Prose, Sha256, Text

if TYPE_CHECKING:
    from mdr_blueprint.model.law import ClauseAnswer, GsprAnswer
    from mdr_blueprint.model.verification import DeltaAssessment, Requirement


class Held(Part):
    """Evidence that is kept outside git."""

    system: Text | None = None
    number: Text | None = None
    sha256: Sha256 | None = None


class Evidence(Record):
    """A controlled document that proves something (Annex II 4(d))."""

    kind_name: ClassVar[str] = "evidence"
    singular: ClassVar[str] = "evidence document"
    plural: ClassVar[str] = "Evidence documents"

    title: Text
    type: Text | None = None
    """report, protocol, plan, certificate, review, analysis, literature."""
    version: Text | None = None
    author_date: Day | None = None
    """Day on which it was written."""
    date: Day | None = None
    """Day on which it was approved."""
    status: Literal["planned", "draft", "approved", "obsolete"] | None = None
    path: Text | None = None
    """File in the project."""
    held: Held | None = None
    """Where it is kept, if not in git."""
    device_revision: Text | None = None
    delta_assessment: DeltaAssessment | None = None
    """Where it is about an older revision of the device."""
    text: Prose | None = None
    points: tuple[Text, ...] = ()
    """Points of Annex II or III that the document answers where no kind of record does, such as `annex_iii:1`."""


class Statement(Record):
    """A sentence that stands on the label, the packaging, in the IFU or on the display."""

    kind_name: ClassVar[str] = "statements"
    singular: ClassVar[str] = "statement"
    plural: ClassVar[str] = "Statements"

    title: Text
    shown_on: tuple[Literal["label", "packaging", "ifu", "display"], ...] = ()
    text: Prose | None = None
    section: Text | None = None
    """Section of the IFU it stands in."""
    why: Annotated[
        tuple[Ref[GsprAnswer | ClauseAnswer | Requirement], ...],
        Inverse("stated_in"),
        Cardinality("1..n", "0..n", untargeted="LAB601", or_named_by=("disclosed_in", "implemented_by")),
    ] = ()


class Claim(Record):
    """A claimed clinical benefit or performance."""

    kind_name: ClassVar[str] = "claims"
    singular: ClassVar[str] = "claim"
    plural: ClassVar[str] = "Claims"

    title: Text
    kind: Text | None = None
    text: Prose | None = None
    magnitude: Text | None = None
    """How large a clinical benefit is, by which measure."""
    likelihood: Text | None = None
    """How many patients of the intended population have it."""
    duration: Text | None = None
    """How long it lasts."""
    evidence: Annotated[tuple[Ref[Evidence], ...], Inverse("evidence_for"), Cardinality("1..n", "0..n", untargeted="LAB605")] = ()


class Review(Part):
    """A review of the published anomalies of a SOUP item."""

    date: Day | None = None
    source: Text | None = None
    result: Text | None = None


class Soup(Record):
    """Software of unknown provenance (IEC 62304)."""

    kind_name: ClassVar[str] = "soup"
    singular: ClassVar[str] = "SOUP item"
    plural: ClassVar[str] = "SOUP"

    title: Text
    version: Text | None = None
    supplier: Text | None = None
    licence: Text | None = None
    item: Annotated[Ref[SoftwareItem] | None, Inverse("uses")] = None
    needs: Text | None = None
    """Function and performance that the device needs of it (IEC 62304 5.3.3)."""
    requires: Text | None = None
    """Hardware and software that it needs (IEC 62304 5.3.4)."""
    anomalies_reviewed: Review | None = None
    purl: Text | None = None


class SoftwareItem(Record):
    """A part of the device software with its safety class."""

    kind_name: ClassVar[str] = "software_items"
    singular: ClassVar[str] = "software item"
    plural: ClassVar[str] = "Software items"

    title: Text
    text: Prose | None = None
    safety_class: Text | None = None
    part_of: Annotated[tuple[Ref[SoftwareItem], ...], Inverse("consists_of", acyclic=True)] = ()
