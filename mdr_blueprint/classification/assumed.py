"""The facts that are not stated and could raise the class, and the contradictions between those that are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from mdr_blueprint.classification.parts import OutcomePart
from mdr_blueprint.classification.result import CLASSES, Assumption, Conflict
from mdr_blueprint.conditions import judge, names
from mdr_blueprint.load import Law
from mdr_blueprint.model.library import Contradiction


def assumptions(
    base: str, parts: Iterable[OutcomePart], stated: Mapping[str, str], values: Mapping[str, str], law: Law
) -> tuple[Assumption, ...]:
    """Per fact the strictest class it could lead to, by the part that needs the fewest other facts to differ.

    An answer that would contradict a stated fact is no possibility. Strictest first, then by rule.
    """
    best: dict[str, tuple[tuple[int, int, int], Assumption]] = {}
    answers = _Answers(stated, law)
    for part in parts:
        strictness = CLASSES.index(part.device_class)
        if strictness <= CLASSES.index(base):
            continue
        for way in part.ways:
            differing = [fact for fact, allowed in way.items() if values[fact] not in allowed]
            rank = (-strictness, len(differing), part.rule or 0)
            better = [fact for fact in differing if fact not in best or rank < best[fact][0]]
            if not better or any(fact in stated for fact in differing):
                continue
            would_be = {fact: answers.left(fact, way[fact]) for fact in differing}
            if not all(would_be.values()):
                continue
            for fact in better:
                others = tuple(other for other in differing if other != fact)
                question = law.facts.facts[fact].question
                found = Assumption(fact, question, would_be[fact], part.rule, part.clause, part.device_class, others)
                best[fact] = rank, found
    ranked = sorted(best.values(), key=lambda item: (item[0][0], item[0][2], item[0][1]))
    return tuple(assumption for _, assumption in ranked)


class _Answers:
    """The answers that a fact could still have beside those stated."""

    def __init__(self, stated: Mapping[str, str], law: Law) -> None:
        self._stated = stated
        self._law = law
        self._possible: dict[str, tuple[str, ...]] = {}

    def left(self, fact: str, allowed: frozenset[str]) -> tuple[str, ...]:
        if fact not in self._possible:
            entries = _contradictions_of(self._law).get(fact, ())
            self._possible[fact] = tuple(
                answer
                for answer in self._law.facts.facts[fact].answers
                if not any(judge(entry.when, {**self._stated, fact: answer}).holds for entry in entries)
            )
        return tuple(answer for answer in self._possible[fact] if answer in allowed)


@lru_cache(maxsize=4)
def _contradictions_of(law: Law) -> Mapping[str, list[Contradiction]]:
    """The contradictions that name a fact."""
    entries: dict[str, list[Contradiction]] = {}
    for entry in law.facts.contradictions:
        for fact in names(entry.when):
            entries.setdefault(fact, []).append(entry)
    return entries


def contradictions(stated: Mapping[str, str], base: str, law: Law) -> Iterator[Conflict]:
    """What is stated and what follows from it, but cannot hold together."""
    known = {**stated, "device_class": base}
    for name, derived in law.facts.derived.items():
        holds = judge(derived.when, known).holds if derived.when else None
        if holds is not None:
            known[name] = str(holds).lower()
    for entry in law.facts.contradictions:
        outcome = judge(entry.when, known)
        if outcome.holds:
            yield Conflict(entry.why, outcome.because, entry.basis)
