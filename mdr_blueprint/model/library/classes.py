"""Classification rules of Annex VIII, and what class and facts ask of a manufacturer."""

from __future__ import annotations

from typing import Literal

from mdr_blueprint.model.base import Part
from mdr_blueprint.model.library.origin import Confidence, LawSource, When
from mdr_blueprint.model.scalars import Count, Flag, Text

BaseClass = Literal["I", "IIa", "IIb", "III"]


class Definition(Part):
    """A definition of Annex VIII and the facts that hold it."""

    term: Text
    text: Text
    facts: tuple[Text, ...] = ()
    confidence: Confidence | None = None
    note: Text | None = None


class Implementing(Part):
    """An implementing rule of Annex VIII, chapter II."""

    title: Text
    text: Text
    note: Text | None = None


class GuidanceRevision(Part):
    date: Text | None = None
    confidence: Confidence | None = None
    note: Text | None = None


class GuidanceChoice(Part):
    """The guidance that the rules are read by: a parameter of the classification."""

    default: Text
    revisions: dict[str, GuidanceRevision]


class RuleOutcome(Part):
    """An indent, exception or paragraph of a classification rule."""

    clause: Text
    text: Text
    device_class: BaseClass
    when: When | None = None
    general: Flag = False
    """What holds where nothing else of the rule does."""
    replaces: Text | None = None
    """The outcome that it withdraws."""
    guidance: tuple[Text, ...] = ()
    """The revisions of the guidance that it is limited to."""
    confidence: Confidence | None = None
    note: Text | None = None


class ClassRule(Part):
    """A classification rule with its indents and exceptions."""

    section: Text
    title: Text
    scope_text: Text
    scope: When | None = None
    yields_to: tuple[Count, ...] = ()
    """Rules beside which it is silent."""
    outcomes: dict[str, RuleOutcome]
    traps: tuple[Text, ...] = ()
    recheck: Text | None = None
    """What a later guidance is said to change."""
    note: Text | None = None


class AnnexVIII(Part):
    source: LawSource
    guidance: GuidanceChoice
    definitions: dict[str, Definition]
    implementing: dict[str, Implementing]
    rules: dict[str, ClassRule]


class Detail(Part):
    when: When | None = None
    text: Text


class Obligation(Part):
    """What class and facts ask of a manufacturer: a route, a document, a marking, a report."""

    title: Text
    kind: Literal["route", "document", "marking", "registration", "report", "retention", "procedure"]
    citation: Text
    duty: Text
    when: When | None = None
    details: tuple[Detail, ...] = ()
    confidence: Confidence | None = None
    note: Text | None = None


class Obligations(Part):
    source: LawSource
    obligations: dict[str, Obligation]
