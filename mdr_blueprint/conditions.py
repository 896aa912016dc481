"""Conditions over device facts: one form for every data file, one three-valued judgement that says why.

A condition is a mapping with one key: `{fact: value}`, `{fact: [one, of, these]}`, `{all: [...]}`, `{any: [...]}` or
`{not: {...}}`. A fact that is not stated is unknown (Kleene): what rests on it stays open instead of becoming false.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any as Raw


@dataclass(frozen=True, slots=True)
class Is:
    """The fact has one of these values."""

    fact: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


Condition = Is | All | Any | Not


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a condition comes to."""

    holds: bool | None
    """None where the facts that are stated leave it open."""
    because: tuple[tuple[str, str], ...] = ()
    """The facts that decided it, with their values."""
    open: tuple[str, ...] = ()
    """The facts whose absence leaves it open."""


ALWAYS = Outcome(True)


def parse(raw: Raw) -> Condition:
    """The condition that a mapping writes. ValueError says what is wrong with it."""
    if not isinstance(raw, Mapping) or len(raw) != 1:
        raise ValueError("a condition is a mapping with one key, such as {active: true}; several are {all: [{...}, {...}]}")
    ((key, value),) = raw.items()
    if key in ("all", "any"):
        if not isinstance(value, list | tuple) or not value:
            raise ValueError(f"`{key}` takes a list of conditions")
        parts = tuple(parse(item) for item in value)
        return All(parts) if key == "all" else Any(parts)
    if key == "not":
        return Not(parse(value))
    values = value if isinstance(value, list | tuple) else [value]
    if not values or not all(isinstance(item, str) for item in values):
        raise ValueError(f"`{key}` takes a value or a list of values")
    return Is(key, tuple(values))


def judge(condition: Condition | None, facts: Mapping[str, str]) -> Outcome:
    """Whether a condition holds for these facts, and why; no condition always holds."""
    if condition is None:
        return ALWAYS
    if isinstance(condition, Is):
        value = facts.get(condition.fact)
        if value is None:
            return Outcome(None, open=(condition.fact,))
        return Outcome(value in condition.values, ((condition.fact, value),))
    if isinstance(condition, Not):
        inner = judge(condition.part, facts)
        return Outcome(None if inner.holds is None else not inner.holds, inner.because, inner.open)
    decisive = isinstance(condition, Any)  # one that holds decides `any`, one that does not decides `all`
    parts = []
    for part in condition.parts:
        outcome = judge(part, facts)
        if outcome.holds is decisive:
            return outcome
        parts.append(outcome)
    because = tuple(dict.fromkeys(pair for part in parts for pair in part.because))
    open_ = tuple(dict.fromkeys(fact for part in parts for fact in part.open))
    return Outcome(None if open_ else not decisive, because, open_)


def clauses(condition: Condition) -> Iterator[Is]:
    """Every question that a condition asks of a fact."""
    if isinstance(condition, Is):
        yield condition
    elif isinstance(condition, Not):
        yield from clauses(condition.part)
    else:
        for part in condition.parts:
            yield from clauses(part)


def names(condition: Condition | None) -> set[str]:
    """The facts that a condition asks for."""
    return {clause.fact for clause in clauses(condition)} if condition is not None else set()


def words(condition: Condition | None) -> str:
    """The condition as a reader of the data would say it: `ionising = diagnostic or therapeutic`."""
    if condition is None:
        return "always"
    if isinstance(condition, Is):
        return f"{condition.fact} = {' or '.join(condition.values)}"
    if isinstance(condition, Not):
        return f"not ({words(condition.part)})"
    joint = " and " if isinstance(condition, All) else " or "
    return joint.join(f"({words(part)})" if isinstance(part, All | Any) else words(part) for part in condition.parts)
