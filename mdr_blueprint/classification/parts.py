"""The outcomes of all rules made ready for one reading of the law: what each asks, and what takes it away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from mdr_blueprint.classification.reading import NOT_STATED
from mdr_blueprint.classification.result import CLASSES, DRIVEN
from mdr_blueprint.conditions import All, Any, Condition, Is, Not
from mdr_blueprint.load import Law
from mdr_blueprint.model.library import ClassRule, Vocabulary

Way = Mapping[str, frozenset[str]]
"""One way to meet a condition: facts, each with the values that will do."""


@dataclass(frozen=True, slots=True)
class OutcomePart:
    """An outcome of a rule."""

    rule: int | None
    """None for software by implementing rule 3.3, whose rule is that of the driven device."""
    outcome: str
    clause: str
    device_class: str
    holds: Condition
    """Its own words, the scope of the rule included."""
    rivals: Mapping[str, Condition]
    """The parts of its rule that take it away, by their clause."""
    ways: tuple[Way, ...]
    """All ways in which it holds and no rival does."""


@lru_cache(maxsize=4)
def parts(law: Law, revision: str) -> tuple[OutcomePart, ...]:
    """Every outcome that is in force under a revision of the guidance, in the order of the rules; software by 3.3 last."""
    rules = law.annex_viii.rules.items()
    return (
        *(part for number, rule in rules for part in _parts_of(int(number), rule, revision, law.facts)),
        *(_driven(device_class, law.facts) for device_class in CLASSES),
    )


def _parts_of(number: int, rule: ClassRule, revision: str, vocabulary: Vocabulary) -> Iterator[OutcomePart]:
    in_force = {id_: outcome for id_, outcome in rule.outcomes.items() if not outcome.guidance or revision in outcome.guidance}
    for id_, outcome in in_force.items():
        rivals = {
            other.clause: other.when
            for other_id, other in in_force.items()
            if other.when and (other.replaces == id_ or (outcome.general and other_id != id_))
        }
        holds = All(tuple(condition for condition in (rule.scope, outcome.when) if condition))
        stands = All((*holds.parts, *(Not(rival) for rival in rivals.values())))
        ways = tuple(_ways(stands, vocabulary))
        yield OutcomePart(number, id_, outcome.clause, outcome.device_class, holds, rivals, ways)


def _driven(device_class: str, vocabulary: Vocabulary) -> OutcomePart:
    condition = All((Is("software", ("drives_device",)), Is("driven_class", (device_class,))))
    ways = tuple(_ways(condition, vocabulary))
    return OutcomePart(None, "3.3", DRIVEN, device_class, condition, {}, ways)


def _ways(condition: Condition, vocabulary: Vocabulary, wanted: bool = True) -> Iterator[Way]:
    """The disjunctive normal form of a condition, or with `wanted` false of its contrary."""
    if isinstance(condition, Is):
        every = frozenset((*vocabulary.facts[condition.fact].answers, NOT_STATED))
        yield {condition.fact: every & {*condition.values} if wanted else every - {*condition.values}}
    elif isinstance(condition, Not):
        yield from _ways(condition.part, vocabulary, not wanted)
    elif isinstance(condition, Any) is wanted:  # by De Morgan the contrary of `all` is any of the contraries
        for part in condition.parts:
            yield from _ways(part, vocabulary, wanted)
    else:
        for ways in product(*(tuple(_ways(part, vocabulary, wanted)) for part in condition.parts)):
            if all((way := _both(ways)).values()):
                yield way


def _both(ways: tuple[Way, ...]) -> Way:
    merged: dict[str, frozenset[str]] = {}
    for way in ways:
        for fact, values in way.items():
            merged[fact] = merged[fact] & values if fact in merged else values
    return merged
