"""Standards with their clauses, and guidance documents, as dated data."""

from __future__ import annotations

from typing import Literal

from mdr_blueprint.model.base import Part
from mdr_blueprint.model.library.origin import Confidence, LawSource, When
from mdr_blueprint.model.scalars import Flag, Text


class ClauseFigure(Part):
    """A figure that a clause sets: a limit, a distance, a level."""

    quantity: Text
    value: Text
    unit: Text | None = None
    bound: Literal["at_most", "at_least"] | None = None
    part_type: Text | None = None
    current: Text | None = None
    condition: Text | None = None
    editions: tuple[Text, ...] = ()
    """The editions that set it; all of them where none is named."""
    confidence: Confidence | None = None
    note: Text | None = None


class ClauseItem(Part):
    """A clause of a standard: its number, its place in the tree and an own-words title."""

    title: Text
    parent: Text | None = None
    kind: Literal["requirement", "test", "marking", "document"] | None = None
    rm_hook: Flag = False
    """The clause points into the risk management file."""
    asks: Text | None = None
    """What it asks of the risk file, in our own words."""
    steps: tuple[Text, ...] = ()
    """Clauses of ISO 14971 that it touches."""
    table: Text | None = None
    """Kind of measurement that it asks for, such as `leakage`."""
    when: When | None = None
    """The facts with which it applies; None where it always does."""
    changes: Text | None = None
    """In a particular or collateral standard: the clause of the general standard that it changes."""
    mode: Literal["replaced", "added", "amended", "not_applicable"] | None = None
    """How it changes that clause."""
    since: Text | None = None
    """Edition that brought it."""
    until: Text | None = None
    """Last edition that has it."""
    figures: tuple[ClauseFigure, ...] = ()
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
    when: When | None = None
    """The facts that call for it; None where none do."""
    always: Flag = False
    """Every device calls for it."""
    supports: tuple[Text, ...] = ()
    base: Text | None = None
    """In a particular or collateral standard: the general standard whose clauses it changes."""
    checked_by: Text | None = None
    """Who held the clauses against a licensed copy; None where nobody did."""
    clauses: dict[str, ClauseItem] = {}
    clauses_note: Text | None = None


class GuidanceDocument(Part):
    """A guidance document in the dated register."""

    title: Text
    revision: Text | None = None
    earlier: tuple[Text, ...] = ()
    date: Text | None = None
    status: Literal["current", "superseded", "unknown"]
    subject: Text | None = None
    confidence: Confidence | None = None
    note: Text | None = None


class Guidance(Part):
    source: LawSource
    documents: dict[str, GuidanceDocument]
