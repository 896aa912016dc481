"""What each fact of the vocabulary drives, counted from the conditions of the law data. Shared by several families."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache

from mdr_blueprint.conditions import Condition, names
from mdr_blueprint.load import Law

WORDS = {
    "annex_i": ("requirement", "requirements"),
    "rule": ("rule", "rules"),
    "point": ("point", "points"),
    "obligation": ("obligation", "obligations"),
    "standard": ("standard", "standards"),
    "clause": ("clause", "clauses"),
    "question": ("question on safety", "questions on safety"),
    "hazard": ("library hazard", "library hazards"),
}
"""What is driven -> its words for one and for several."""


@lru_cache(maxsize=4)
def drives(law: Law) -> Mapping[str, Counter[str]]:
    """For each fact the number of things of each kind that ask for it, by themselves or through a fact that follows from it.

    The class is no such way: what it decides hangs on all facts of the rules together.
    """
    found: dict[str, Counter[str]] = {}
    behind: dict[str, frozenset[str]] = {}
    for kind, asked in _asked(law):
        for fact in frozenset().union(*(_behind(name, law, behind) for name in asked)):
            found.setdefault(fact, Counter())[kind] += 1
    return found


def drives_words(law: Law, fact: str) -> str:
    """`12 requirements, 1 standard`."""
    counts = drives(law).get(fact, Counter())
    return ", ".join(f"{counts[kind]} {words[counts[kind] > 1]}" for kind, words in WORDS.items() if counts[kind])


def _asked(law: Law) -> Iterator[tuple[str, set[str]]]:
    """The facts that each thing asks for, in all of its conditions together."""
    for condition in (*(i.when for i in law.gspr.values() if i.answerable), *(t.when for t in law.gspr_texts.values())):
        yield "annex_i", names(condition)
    for rule in law.annex_viii.rules.values():
        yield "rule", _of(rule.scope, *(outcome.when for outcome in rule.outcomes.values()))
    yield "rule", {"software", "driven_class", "driven_rule"}  # implementing rule 3.3, which has no outcomes of its own
    for points in (law.annex_ii, law.annex_iii, law.annex_iv.points, law.annex_xiv.points):
        for point in points.values():
            yield "point", names(point.when)
    for obligation in law.obligations.obligations.values():
        yield "obligation", _of(obligation.when, *(detail.when for detail in obligation.details))
    for id_ in law.standard_ids:
        standard = law.standard(id_)
        yield "standard", names(standard.when if standard else None)
        for clause in standard.clauses.values() if standard else ():
            yield "clause", names(clause.when)
    for question in law.questions.questions.values():
        yield "question", _of(question.yes_when, question.no_when)
    for hazard in law.library_hazards.values():
        yield "hazard", names(hazard.when)


def _of(*conditions: Condition | None) -> set[str]:
    return set().union(*map(names, conditions))


def _behind(name: str, law: Law, known: dict[str, frozenset[str]]) -> frozenset[str]:
    """The facts that a person states behind a name: itself, or those that it follows from."""
    if name not in known:
        derived = law.facts.derived.get(name)
        parts = names(derived.when) if derived else set()
        known[name] = frozenset().union(*(_behind(part, law, known) for part in parts)) if parts else frozenset((name,))
    return known[name]
