"""Facts as people hand them over become values of the vocabulary; what it does not hold is reported, never raised."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mdr_blueprint.classification.result import Unknown
from mdr_blueprint.conditions import All, Condition, Is, Not, judge
from mdr_blueprint.diagnostics import nearest
from mdr_blueprint.load import Law

NOT_STATED = "not stated"


@dataclass(frozen=True)
class Reading:
    """The facts of a device as the class reads them."""

    stated: Mapping[str, str]
    values: Mapping[str, str]
    """All facts of the vocabulary: one that is not stated has its `absent` value, else it is false, else `NOT_STATED`."""

    @classmethod
    def of(cls, stated: Mapping[str, str], law: Law) -> Reading:
        return cls(stated, {**_absent(law), **stated})

    def holds(self, condition: Condition | None) -> bool:
        """Never open, since every fact has a value; so no reasons need to be kept."""
        if condition is None:
            return True
        if isinstance(condition, Is):
            return self.values[condition.fact] in condition.values
        if isinstance(condition, Not):
            return not self.holds(condition.part)
        return (all if isinstance(condition, All) else any)(map(self.holds, condition.parts))

    def said(self, *conditions: Condition | None) -> str:
        """The facts that decide: `contact = surgical, active = false; not stated: energy`."""
        pairs = dict(pair for condition in conditions for pair in judge(condition, self.values).because)
        told = ", ".join(f"{fact} = {value}" for fact, value in pairs.items() if fact in self.stated)
        untold = ", ".join(fact for fact in pairs if fact not in self.stated)
        return "; ".join(part for part in (told, untold and f"not stated: {untold}") if part)


@lru_cache(maxsize=4)
def _absent(law: Law) -> Mapping[str, str]:
    return {
        name: definition.absent or ("false" if "false" in definition.answers else NOT_STATED)
        for name, definition in law.facts.facts.items()
    }


def following(values: Mapping[str, str], law: Law) -> dict[str, str]:
    """Some facts, and the derived ones that they decide."""
    known = dict(values)
    for name, derived in law.facts.derived.items():
        holds = judge(derived.when, known).holds if derived.when is not None else None
        if holds is not None:
            known[name] = str(holds).lower()
    return known


def guidance_named(text: str | None, law: Law) -> str | None:
    """The revision of the guidance that a text speaks of, None where it names none that the rules can be read by."""
    said = _letters(text or "")
    revisions = law.annex_viii.guidance.revisions
    return next((name for name in revisions if re.search(rf"{_letters(name)}(?!\d)", said)), None)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def understood(facts: Any, law: Law) -> tuple[dict[str, str], list[Unknown]]:
    """The facts that the vocabulary knows, as it writes them, and those that it does not know, with what was probably meant."""
    if not isinstance(facts, Mapping):
        return {}, [] if facts is None else [Unknown("facts", None, "facts are a mapping of names to values")]
    stated = stated_in(facts, law)
    return stated, [_unknown(name, plain(fact), law) for name, fact in facts.items() if name not in stated]


def stated_in(facts: Mapping[Any, Any], law: Law) -> dict[str, str]:
    """The facts that the vocabulary knows, as it writes them."""
    stated: dict[str, str] = {}
    for name, fact in facts.items():
        definition = law.facts.facts.get(name) if isinstance(name, str) and name not in law.facts.derived else None
        value = plain(fact)
        if definition is None or value is None:
            continue
        if value in definition.answers or (definition.type == "number" and value.isdecimal()):
            stated[name] = value
    return stated


def _unknown(name: Any, value: str | None, law: Law) -> Unknown:
    """Why a fact cannot be used."""
    if name in law.facts.derived:
        return Unknown(name, value, "follows from other facts and is never stated")
    definition = law.facts.facts.get(name) if isinstance(name, str) else None
    if definition is None:
        return Unknown(str(name), value, "unknown fact", nearest(str(name), law.facts.facts))
    if value is None:
        return Unknown(name, None, "a fact has one value, plain or as {value, argument}")
    answers = ", ".join(definition.answers) or "a whole number"
    return Unknown(name, value, f"the answer is one of: {answers}", nearest(value, definition.answers))


def plain(fact: Any) -> str | None:
    """The value of a fact as the vocabulary writes it: `True` and `{value: true}` are `true`."""
    if isinstance(fact, Mapping):
        fact = fact.get("value")
    fact = getattr(fact, "value", fact)
    if isinstance(fact, bool):
        return str(fact).lower()
    return str(fact) if isinstance(fact, str | int) else None
