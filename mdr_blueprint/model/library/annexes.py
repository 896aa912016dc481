"""Identifiers of Annexes I, II and III: what is asked and where a project answers it."""

from __future__ import annotations

from typing import Literal

from mdr_blueprint.model.base import Part
from mdr_blueprint.model.library.origin import Confidence, LawSource, When
from mdr_blueprint.model.scalars import Flag, Text


class GsprItem(Part):
    """An identifier of Annex I with its place and an own-words topic."""

    citation: Text
    parent: Text | None = None
    chapter: Text
    kind: Literal["section", "point", "indent"]
    role: Literal["heading", "lead", "req", "cond", "interpretive", "informational"]
    topic: Text
    when: When | None = None
    """The facts by which it applies; None where it always does."""
    one_answer: Flag = False
    """One answer may stand for the points below."""
    changed: Text | None = None
    """What a later text changed."""
    note: Text | None = None

    @property
    def answerable(self) -> bool:
        """Whether a row of the checklist is due for it."""
        return self.role in ("req", "lead", "interpretive")


class GsprText(Part):
    """A text of Annex I that has no number of its own and carries a duty."""

    belongs_to: Text
    citation: Text
    topic: Text
    when: When | None = None
    answered_by: tuple[Text, ...] = ()
    """Identifiers whose answers meet it."""
    confidence: Confidence | None = None
    note: Text | None = None


class Refused(Part):
    """An identifier that people bring from another text, and what it is in Annex I."""

    instead: tuple[Text, ...]
    origin: Text
    confidence: Confidence | None = None
    note: Text | None = None


class AnnexI(Part):
    source: LawSource
    requirements: dict[str, GsprItem]
    texts: dict[str, GsprText] = {}
    refused: dict[str, Refused] = {}


class AnnexPoint(Part):
    """A point of Annex II or III: what must be there and what in a project answers it."""

    citation: Text
    title: Text
    needs: Text
    kinds: tuple[Text, ...] = ()
    optional: tuple[Text, ...] = ()
    """Kinds among these that a complete file may lack: not every device has accessories or variants."""
    documents: tuple[Text, ...] = ()
    when: When | None = None
    confidence: Confidence | None = None
    note: Text | None = None


class AnnexPoints(Part):
    source: LawSource
    points: dict[str, AnnexPoint]
