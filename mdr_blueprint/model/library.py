"""The shape of the library's data: identifiers of the law, standards, the default policy, taxonomies."""

from __future__ import annotations

from typing import Literal

from mdr_blueprint.model.base import Part
from mdr_blueprint.model.risk import RiskPolicy
from mdr_blueprint.model.scalars import Flag, Text

Confidence = Literal["high", "secondary", "unverified"]


class LawSource(Part):
    """Where a data file comes from, of which date, and how sure it is."""

    id: Text
    title: Text
    regulation: Text | None = None
    celex: Text | None = None
    consolidated: Text | None = None
    consolidated_celex: Text | None = None
    checked: Text | None = None
    reference: Text | None = None
    confidence: Confidence | None = None
    note: Text | None = None


class GsprItem(Part):
    """An identifier of Annex I with its place and an own-words topic."""

    citation: Text
    parent: Text | None = None
    chapter: Text
    kind: Literal["section", "point", "indent"]
    role: Literal["heading", "lead", "req", "cond", "interpretive", "informational"]
    topic: Text
    trigger: Text | None = None

    @property
    def answerable(self) -> bool:
        """Whether a row of the checklist is due for it."""
        return self.role in ("req", "lead", "interpretive")


class AnnexI(Part):
    source: LawSource
    requirements: dict[str, GsprItem]


class AnnexPoint(Part):
    """A point of Annex II or III: what must be there and what in a project answers it."""

    citation: Text
    title: Text
    needs: Text
    kinds: tuple[Text, ...] = ()
    documents: tuple[Text, ...] = ()
    confidence: Confidence | None = None
    note: Text | None = None


class AnnexPoints(Part):
    source: LawSource
    points: dict[str, AnnexPoint]


class ClauseItem(Part):
    """A clause of a standard: its number, its place in the tree and an own-words title."""

    title: Text
    parent: Text | None = None
    kind: Literal["requirement", "test", "marking", "document"] | None = None
    rm_hook: Flag = False
    """The clause points into the risk management file."""
    confidence: Confidence | None = None
    note: Text | None = None


class OjListing(Part):
    """A citation in the Official Journal under the Regulation."""

    decision: Text | None = None
    date: Text | None = None
    listed: Text | None = None
    confidence: Confidence | None = None
    note: Text | None = None


class Standard(Part):
    """A standard as dated data: edition, status, source."""

    id: Text
    title: Text
    designation: Text
    european: Text | None = None
    edition: Text
    editions: tuple[Text, ...] = ()
    status: Literal["harmonised", "state_of_the_art", "superseded", "unknown"]
    oj: OjListing | None = None
    successor: Text | None = None
    checked: Text
    reference: Text
    confidence: Confidence
    note: Text | None = None
    supports: tuple[Text, ...] = ()
    clauses: dict[str, ClauseItem] = {}
    clauses_note: Text | None = None


class DefaultPolicy(Part):
    source: LawSource
    risk_policy: RiskPolicy


class HazardCategory(Part):
    title: Text
    branch: Text
    text: Text | None = None


class Taxonomy(Part):
    source: LawSource
    categories: dict[str, HazardCategory]


class LibraryHazard(Part):
    """A hazard that a kind of device typically has, with the measures that are usually taken."""

    title: Text
    category: Text
    situation: Text
    harm: Text
    controls: dict[str, Text] = {}
    evidence: Text | None = None
    note: Text | None = None


class HazardLibrary(Part):
    source: LawSource
    hazards: dict[str, LibraryHazard]
