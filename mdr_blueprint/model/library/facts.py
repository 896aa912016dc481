"""The vocabulary of device facts."""

from __future__ import annotations

from typing import Literal

from mdr_blueprint.model.base import Part
from mdr_blueprint.model.library.origin import Confidence, LawSource, When
from mdr_blueprint.model.scalars import Flag, Text


class FactDefinition(Part):
    """A device fact: the question a manufacturer answers, and the words that answer it."""

    question: Text
    type: Literal["number"] | None = None
    values: dict[str, Text] = {}
    """Value -> what it means; a fact without values is true or false, or a number."""
    absent: Text | None = None
    """The value that the class assumes where it is not stated."""
    judgement: Flag = False
    """The answer needs an argument."""
    note: Text | None = None

    @property
    def answers(self) -> tuple[str, ...]:
        """The words that answer it; none for a number."""
        return tuple(self.values) or (() if self.type == "number" else ("true", "false"))


class DerivedFact(Part):
    """A fact that follows from others and is never stated; without a condition the compiler computes it."""

    question: Text
    values: dict[str, Text] = {}
    when: When | None = None
    citation: Text | None = None
    confidence: Confidence | None = None
    note: Text | None = None

    @property
    def answers(self) -> tuple[str, ...]:
        return tuple(self.values) or ("true", "false")


class Contradiction(Part):
    """Facts that cannot hold together."""

    when: When
    why: Text
    basis: Text | None = None
    confidence: Confidence | None = None


class Vocabulary(Part):
    source: LawSource
    facts: dict[str, FactDefinition]
    derived: dict[str, DerivedFact] = {}
    contradictions: tuple[Contradiction, ...] = ()
