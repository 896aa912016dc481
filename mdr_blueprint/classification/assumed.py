"""The facts that are not stated and could raise the class, and the contradictions between those that are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from mdr_blueprint.classification.parts import OutcomePart
from mdr_blueprint.classification.reading import Reading, following
from mdr_blueprint.classification.result import CLASSES, Assumption, Conflict
from mdr_blueprint.conditions import judge, names
from mdr_blueprint.load import Law
from mdr_blueprint.model.library import Contradiction


def assumptions(base: str, parts: Iterable[OutcomePart], reading: Reading, law: Law) -> tuple[Assumption, ...]:
    """Per fact the strictest class it could lead to, by the part that needs the fewest other facts to differ.

    An answer that would contradict a stated fact is no possibility, and a fact is not named beside others that are enough
    without it. Strictest first, then by rule.
    """
    found: dict[str, Assumption] = {}
    enough: list[Mapping[str, tuple[str, ...]]] = []
    for possible in sorted(_possible(base, parts, reading, _Answers(reading.stated, law)), key=_Possible.rank):
        if any(_covers(fewer, possible.would_be) for fewer in enough):
            continue
        enough.append(possible.would_be)
        for fact, would_be in possible.would_be.items():
            if fact not in found:
                part, others = possible.part, tuple(other for other in possible.would_be if other != fact)
                question = law.facts.facts[fact].question
                found[fact] = Assumption(fact, question, would_be, part.rule, part.clause, part.device_class, others)
            elif _same(found[fact], possible):
                found[fact] = replace(found[fact], would_be=tuple(dict.fromkeys((*found[fact].would_be, *would_be))))
    return tuple(sorted(found.values(), key=lambda item: (-CLASSES.index(item.device_class), item.rule or 0)))


@dataclass(frozen=True, slots=True)
class _Possible:
    """A way in which a part could stand: the facts that would have to differ, and how."""

    part: OutcomePart
    would_be: Mapping[str, tuple[str, ...]]

    def rank(self) -> tuple[int, int, int]:
        return -CLASSES.index(self.part.device_class), len(self.would_be), self.part.rule or 0


def _covers(fewer: Mapping[str, tuple[str, ...]], more: Mapping[str, tuple[str, ...]]) -> bool:
    return fewer.keys() < more.keys() and all(set(more[fact]) <= set(answers) for fact, answers in fewer.items())


def _same(assumption: Assumption, possible: _Possible) -> bool:
    """Whether it is the same assumption, reached in another way."""
    part = possible.part
    same_part = (assumption.rule, assumption.clause, assumption.device_class) == (part.rule, part.clause, part.device_class)
    return same_part and {assumption.fact, *assumption.together_with} == set(possible.would_be)


def _possible(base: str, parts: Iterable[OutcomePart], reading: Reading, answers: _Answers) -> Iterator[_Possible]:
    for part in parts:
        if CLASSES.index(part.device_class) > CLASSES.index(base):
            for way in part.ways:
                differing = [fact for fact, allowed in way.items() if reading.values[fact] not in allowed]
                if not any(fact in reading.stated for fact in differing):
                    would_be = {fact: answers.left(fact, way[fact]) for fact in differing}
                    if all(would_be.values()):
                        yield _Possible(part, would_be)


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
    known = following({**stated, "device_class": base}, law)
    for entry in law.facts.contradictions:
        outcome = judge(entry.when, known)
        if outcome.holds:
            yield Conflict(entry.why, outcome.because, entry.basis)
