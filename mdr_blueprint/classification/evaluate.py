"""The class of a device: all 22 rules evaluated, every hit kept, the strictest taken (Annex VIII 3.5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mdr_blueprint.classification.assumed import assumptions, contradictions
from mdr_blueprint.classification.parts import OutcomePart, parts
from mdr_blueprint.classification.reading import Reading, understood
from mdr_blueprint.classification.result import CLASSES, SUFFIXES, Classified, Hit, Other, Unknown
from mdr_blueprint.diagnostics import nearest
from mdr_blueprint.load import Law


def classify(facts: Mapping[str, Any], law: Law, guidance: str | None = None) -> Classified:
    """The class by Annex VIII; each fact is a plain value, `{value, argument}` or an object with a `value`."""
    stated, unknown = understood(facts, law)
    revision = _revision(guidance, law, unknown)
    reading = Reading.of(stated, law)
    every = parts(law, revision)
    holding = [part for part in every if reading.holds(part.holds)]
    standing = [part for part in holding if not any(map(reading.holds, part.rivals.values()))]
    silent = _silent(standing, law)
    hits = tuple(_hit(part, reading) for part in standing if part.rule not in silent)
    base = max((hit.device_class for hit in hits), key=CLASSES.index, default=CLASSES[0])
    suffixes = tuple(name for name, fact in SUFFIXES.items() if base == "I" and stated.get(fact) == "true")
    return Classified(
        device_class=suffixes[0] if suffixes else base,
        base_class=base,
        suffixes=suffixes,
        open_suffixes=tuple(name for name, fact in SUFFIXES.items() if base == "I" and fact not in stated),
        deciding_rules=tuple(sorted({hit.rule for hit in hits if hit.rule and hit.device_class == base})),
        hits=hits,
        others=tuple(_others({hit.rule for hit in hits}, silent, every, reading, law)),
        withdrawn=tuple(
            _withdrawn(part, standing, reading) for part in holding if part not in standing and part.rule not in silent
        ),
        assumed=assumptions(base, every, reading, law),
        unknown=tuple(unknown),
        contradictions=tuple(contradictions(stated, base, law)),
        remarks=tuple(_remarks(stated, hits)),
        guidance=revision,
        facts=stated,
    )


def _revision(guidance: str | None, law: Law, unknown: list[Unknown]) -> str:
    choice = law.annex_viii.guidance
    if guidance is None:
        return choice.default
    if str(guidance) in choice.revisions:
        return str(guidance)
    meant = nearest(str(guidance), choice.revisions)
    unknown.append(Unknown("guidance", str(guidance), f"unknown guidance; {choice.default} is used", meant))
    return choice.default


def _silent(standing: Iterable[OutcomePart], law: Law) -> dict[int | None, tuple[int, ...]]:
    """The rules that give way, each with those that it gives way to."""
    covering = {part.rule for part in standing}
    silent: dict[int | None, tuple[int, ...]] = {}
    for key, rule in reversed(law.annex_viii.rules.items()):  # a rule gives way to later ones, which may be silent themselves
        others = tuple(other for other in rule.yields_to if other in covering and other not in silent)
        if others:
            silent[int(key)] = others
    return silent


def _hit(part: OutcomePart, reading: Reading) -> Hit:
    driven = reading.stated.get("driven_rule")
    rule = part.rule or next((number for number in range(1, 23) if str(number) == driven), None)
    return Hit(rule, part.clause, part.device_class, reading.said(part.holds), part.outcome)


def _withdrawn(part: OutcomePart, standing: Iterable[OutcomePart], reading: Reading) -> Hit:
    clauses = {other.clause for other in standing if other.rule == part.rule}
    winners = {clause: rival for clause, rival in part.rivals.items() if clause in clauses}
    reason = f"{' and '.join(winners)} instead: {reading.said(*winners.values())}"
    return Hit(part.rule, part.clause, part.device_class, reason, part.outcome)


def _others(
    hit: set[int | None], silent: Mapping[int | None, tuple[int, ...]], parts: Iterable[OutcomePart], reading: Reading, law: Law
) -> Iterator[Other]:
    for key, rule in law.annex_viii.rules.items():
        number = int(key)
        if number in hit:
            continue
        if not reading.holds(rule.scope):
            reason = f"not {rule.scope_text}: {reading.said(rule.scope)}"
        elif number in silent:
            reason = f"silent: {_cover(silent[number])}"
        else:
            reason = f"no part of the rule holds: {reading.said(*(part.holds for part in parts if part.rule == number))}"
        yield Other(number, rule.title, reason)


def _cover(numbers: tuple[int, ...]) -> str:
    if len(numbers) == 1:
        return f"Rule {numbers[0]} covers it"
    return f"Rules {', '.join(map(str, numbers[:-1]))} and {numbers[-1]} cover it"


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
