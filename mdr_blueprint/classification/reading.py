"""Facts as people hand them over become values of the vocabulary; what it does not hold is reported, never raised."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mdr_blueprint.classification.result import Unknown
from mdr_blueprint.diagnostics import nearest
from mdr_blueprint.load import Law
from mdr_blueprint.model.library import FactDefinition

NOT_STATED = "not stated"


def understood(facts: Any, law: Law) -> tuple[dict[str, str], list[Unknown]]:
    """The facts that the vocabulary knows, as it writes them, and those that it does not know."""
    stated: dict[str, str] = {}
    unknown: list[Unknown] = []
    if not isinstance(facts, Mapping):
        return stated, [] if facts is None else [Unknown("facts", None, "facts are a mapping of names to values")]
    for name, fact in facts.items():
        value = plain(fact)
        definition = law.facts.facts.get(name) if isinstance(name, str) else None
        if definition is None:
            unknown.append(Unknown(str(name), value, "unknown fact", nearest(str(name), law.facts.facts)))
        elif value is None:
            unknown.append(Unknown(name, None, "a fact has one value, plain or as {value, argument}"))
        elif value in definition.answers or (definition.type == "number" and value.isdecimal()):
            stated[name] = value
        else:
            answers = ", ".join(definition.answers) or "a whole number"
            unknown.append(Unknown(name, value, f"the answer is one of: {answers}", nearest(value, definition.answers)))
    return stated, unknown


def plain(fact: Any) -> str | None:
    """The value of a fact as the vocabulary writes it: `True` and `{value: true}` are `true`."""
    if isinstance(fact, Mapping):
        fact = fact.get("value")
    fact = getattr(fact, "value", fact)
    if isinstance(fact, bool):
        return str(fact).lower()
    return str(fact) if isinstance(fact, str | int) else None


def assumed_value(definition: FactDefinition) -> str:
    """The value that counts for the class where the fact is not stated."""
    return definition.absent or ("false" if "false" in definition.answers else NOT_STATED)
