"""What a classification says: the class, the hits that give it, and everything a reader needs to judge it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

CLASSES = ("I", "IIa", "IIb", "III")
"""From the least strict to the strictest."""
SUFFIXES = {"Is": "sterile", "Im": "measuring", "Ir": "reusable_surgical_instrument"}
"""Class I with a part for a notified body, by the fact that makes it so (Article 52(7)), in the order of printing."""
DRIVEN = "through implementing rule 3.3"
"""The clause by which software takes the class of the device that it drives."""


def class_words(text: str) -> list[str]:
    """`Class Is/Im` as `[Is, Im]`; a device may be both at once."""
    return [word for word in re.split(r"[\s,/+]+", text.strip().removeprefix("Class ").removeprefix("class ")) if word]


def place_in_rules(rule: int | None, clause: str) -> str:
    """`Rule 10, last paragraph`, or the implementing rule where no rule is known."""
    return f"Rule {rule}, {clause}" if rule else clause.removeprefix("through ")


@dataclass(frozen=True, slots=True)
class Hit:
    """An indent, exception or paragraph that gives a class."""

    rule: int | None
    """None for software by implementing rule 3.3 where the rule of the driven device is not stated."""
    clause: str
    device_class: str
    reason: str
    outcome: str
    """Its id in the library's data; `3.3` for software that takes the class of the device it drives."""

    @property
    def place(self) -> str:
        return place_in_rules(self.rule, self.clause)


@dataclass(frozen=True, slots=True)
class Other:
    """A rule that does not hit, and why."""

    rule: int
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Assumption:
    """A fact that is not stated and would raise the class."""

    fact: str
    question: str
    would_be: tuple[str, ...]
    """The answers that would raise it."""
    rule: int | None
    clause: str
    device_class: str
    together_with: tuple[str, ...] = ()
    """Other facts, not stated either, that would have to differ as well."""

    @property
    def place(self) -> str:
        return place_in_rules(self.rule, self.clause)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A name or a value that the vocabulary does not hold."""

    fact: str
    value: str | None
    message: str
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Facts that cannot hold together."""

    why: str
    because: tuple[tuple[str, str], ...]
    basis: str | None = None


@dataclass(frozen=True)
class Classified:
    device_class: str
    """As printed: I, Is, Im, Ir, IIa, IIb or III."""
    base_class: str
    suffixes: tuple[str, ...]
    open_suffixes: tuple[str, ...]
    """Suffixes of class I whose fact is not stated."""
    deciding_rules: tuple[int, ...]
    hits: tuple[Hit, ...]
    others: tuple[Other, ...]
    withdrawn: tuple[Hit, ...]
    """Outcomes that hold but give way to an exception or to a special part of the same rule; the reason says to which."""
    assumed: tuple[Assumption, ...]
    unknown: tuple[Unknown, ...]
    contradictions: tuple[Conflict, ...]
    remarks: tuple[str, ...]
    """What a reader must know before relying on the class."""
    guidance: str
    facts: Mapping[str, str]
    """The facts as understood."""

    def agrees_with(self, declared: str) -> bool:
        """Whether a declared class, with all suffixes of class I, is the same."""
        return set(class_words(declared)) == set(self.suffixes or (self.device_class,))
