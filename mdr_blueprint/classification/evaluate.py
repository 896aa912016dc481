"""The class of a device: all 22 rules evaluated, every hit kept, the strictest taken (Annex VIII 3.5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mdr_blueprint.classification.assumed import assumptions, contradictions
from mdr_blueprint.classification.parts import OutcomePart, parts
from mdr_blueprint.classification.reading import assumed_value, understood
from mdr_blueprint.classification.result import CLASSES, Classified, Hit, Other, Unknown
from mdr_blueprint.conditions import Outcome, judge
from mdr_blueprint.diagnostics import nearest
from mdr_blueprint.load import Law

SUFFIXES = {"Is": "sterile", "Im": "measuring", "Ir": "reusable_surgical_instrument"}
"""Class I with a part for a notified body, by the fact that makes it so (Article 52(7)), in the order of printing."""


def classify(facts: Mapping[str, Any], law: Law, guidance: str | None = None) -> Classified:
    """The class by Annex VIII; each fact is a plain value, `{value, argument}` or an object with a `value`."""
    stated, unknown = understood(facts, law)
    choice = law.annex_viii.guidance
    revision = guidance or choice.default
    if revision not in choice.revisions:
        known = nearest(revision, choice.revisions)
        unknown.append(Unknown("guidance", revision, f"unknown guidance; {choice.default} is used", known))
        revision = choice.default
    values = {name: assumed_value(definition) for name, definition in law.facts.facts.items()} | stated
    ready = parts(law, revision)
    standing = [part for part in ready if judge(part.stands, values).holds]
    covering = {part.rule for part in standing}
    rules = law.annex_viii.rules.items()
    silent = {int(number): tuple(other for other in rule.yields_to if other in covering) for number, rule in rules}
    hits = tuple(_hit(part, stated, values) for part in standing if part.rule is None or not silent[part.rule])
    base = max((hit.device_class for hit in hits), key=CLASSES.index, default=CLASSES[0])
    suffixes = tuple(name for name, fact in SUFFIXES.items() if base == "I" and values[fact] == "true")
    return Classified(
        device_class=suffixes[0] if suffixes else base,
        base_class=base,
        suffixes=suffixes,
        open_suffixes=tuple(name for name, fact in SUFFIXES.items() if base == "I" and fact not in stated),
        deciding_rules=tuple(sorted({hit.rule for hit in hits if hit.rule and hit.device_class == base})),
        hits=hits,
        others=tuple(_others({hit.rule for hit in hits}, silent, ready, stated, values, law)),
        withdrawn=tuple(_withdrawn(ready, stated, values)),
        assumed=assumptions(base, ready, stated, values, law),
        unknown=tuple(unknown),
        contradictions=tuple(contradictions(stated, base, law)),
        remarks=tuple(_remarks(stated, hits)),
        guidance=revision,
        facts=stated,
    )


def _hit(part: OutcomePart, stated: Mapping[str, str], values: Mapping[str, str]) -> Hit:
    driven = stated.get("driven_rule", "")
    rule = part.rule or (int(driven) if driven in map(str, range(1, 23)) else None)
    reason = _said([judge(part.holds, values)], stated)
    return Hit(rule, part.clause, part.device_class, reason, part.outcome)


def _withdrawn(parts: Iterable[OutcomePart], stated: Mapping[str, str], values: Mapping[str, str]) -> Iterator[Hit]:
    for part in parts:
        if part.rivals and judge(part.holds, values).holds and not judge(part.stands, values).holds:
            winners = [(clause, outcome) for clause, rival in part.rivals.items() if (outcome := judge(rival, values)).holds]
            reason = f"{' and '.join(clause for clause, _ in winners)} instead: {_said([o for _, o in winners], stated)}"
            yield Hit(part.rule, part.clause, part.device_class, reason, part.outcome)


def _others(
    hit: set[int | None],
    silent: Mapping[int, tuple[int, ...]],
    parts: Iterable[OutcomePart],
    stated: Mapping[str, str],
    values: Mapping[str, str],
    law: Law,
) -> Iterator[Other]:
    for key, rule in law.annex_viii.rules.items():
        number = int(key)
        scope = judge(rule.scope, values)
        if number in hit:
            continue
        if not scope.holds:
            reason = f"not {rule.scope_text}: {_said([scope], stated)}"
        elif silent[number]:
            reason = f"silent: {_rules(silent[number])}"
        else:
            failed = [judge(part.holds, values) for part in parts if part.rule == number]
            reason = f"no part of the rule holds: {_said(failed, stated)}"
        yield Other(number, rule.title, reason)


def _remarks(stated: Mapping[str, str], hits: tuple[Hit, ...]) -> Iterator[str]:
    if not stated:
        yield "No fact is stated: the class rests on assumptions alone."
    elif not hits:
        yield "No rule hits by the facts that are stated: the class shown is only the lowest there is."
    if stated.get("software") == "drives_device":
        if stated.get("driven_class", "none") == "none":
            yield "The class of the device that the software drives is not stated, so implementing rule 3.3 gives no class."
        elif any(hit.rule is None for hit in hits):
            yield "The rule that gives the class of the driven device is not stated as a number from 1 to 22."
    if stated.get("medical_purpose") == "false":
        yield "Without a medical purpose the product is a device only by Annex XVI or as an accessory."


def _said(outcomes: Iterable[Outcome], stated: Mapping[str, str]) -> str:
    """The facts that decided: `contact = surgical, active = false; not stated: energy`."""
    pairs = dict(pair for outcome in outcomes for pair in outcome.because)
    told = ", ".join(f"{fact} = {value}" for fact, value in pairs.items() if fact in stated)
    untold = ", ".join(fact for fact in pairs if fact not in stated)
    return "; ".join(part for part in (told, untold and f"not stated: {untold}") if part)


def _rules(numbers: tuple[int, ...]) -> str:
    last = sorted(numbers)
    if len(last) == 1:
        return f"Rule {last[0]} covers it"
    return f"Rules {', '.join(map(str, last[:-1]))} and {last[-1]} cover it"
