"""The class of a device by Annex VIII: every rule that hits, why the others do not, and what was assumed.

All 22 rules are evaluated and the strictest hit counts (3.5). Two readings of the same conditions: for the class a fact that
is not stated takes its `absent` value, else it counts as false; read three-valued, an outcome that stays open and is stricter
than the result names the facts that were *assumed*. What cannot be read is reported in the result and never raised.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mdr_blueprint.conditions import All, Condition, Is, Not, Outcome, judge, names
from mdr_blueprint.diagnostics import nearest
from mdr_blueprint.load import Law
from mdr_blueprint.model.library import ClassRule, FactDefinition

CLASSES = ("I", "IIa", "IIb", "III")
SUFFIXES = {"Is": "sterile", "Im": "measuring", "Ir": "reusable_surgical_instrument"}
"""Class I with a part for a notified body, by the fact that makes it so (Article 52(7)), in the order of printing."""
NOT_STATED = "not stated"
THROUGH_3_3 = "through implementing rule 3.3"


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
        return f"Rule {self.rule}, {self.clause}" if self.rule else self.clause


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
        return f"Rule {self.rule}, {self.clause}" if self.rule else self.clause


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


@dataclass(frozen=True, slots=True)
class _Part:
    """An outcome made ready: when its own words hold, and when it stands against the rest of its rule."""

    rule: int | None
    outcome: str
    clause: str
    device_class: str
    holds: Condition
    stands: Condition
    rivals: Mapping[str, Condition]
    """The parts of the rule that take it away, by their clause."""


def classify(facts: Mapping[str, Any], law: Law, guidance: str | None = None) -> Classified:
    """The class by Annex VIII; each fact is a plain value, `{value, argument}` or an object with a `value`."""
    stated, unknown = understood(facts, law)
    choice = law.annex_viii.guidance
    revision = guidance or choice.default
    if revision not in choice.revisions:
        known = nearest(revision, choice.revisions)
        unknown.append(Unknown("guidance", revision, f"unknown guidance; {choice.default} is used", known))
        revision = choice.default
    values = {name: _assumed_value(definition) for name, definition in law.facts.facts.items()} | stated
    parts = tuple(_parts(law, revision))
    standing = [part for part in parts if judge(part.stands, values).holds]
    covering = {part.rule for part in standing}
    silent = {int(number): tuple(covering.intersection(rule.yields_to)) for number, rule in law.annex_viii.rules.items()}
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
        others=tuple(_others({hit.rule for hit in hits}, silent, parts, stated, values, law)),
        withdrawn=tuple(_withdrawn(parts, stated, values)),
        assumed=_assumed(base, parts, stated, values, law),
        unknown=tuple(unknown),
        contradictions=tuple(_contradictions(stated, base, law)),
        remarks=tuple(_remarks(stated, hits)),
        guidance=revision,
        facts=stated,
    )


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


def _assumed_value(definition: FactDefinition) -> str:
    return definition.absent or ("false" if "false" in definition.answers else NOT_STATED)


def _parts(law: Law, revision: str) -> Iterator[_Part]:
    for number, rule in law.annex_viii.rules.items():
        yield from _parts_of(int(number), rule, revision)
    for device_class in CLASSES:
        driven = All((Is("software", ("drives_device",)), Is("driven_class", (device_class,))))
        yield _Part(None, "3.3", THROUGH_3_3, device_class, driven, driven, {})


def _parts_of(number: int, rule: ClassRule, revision: str) -> Iterator[_Part]:
    outcomes = {id_: outcome for id_, outcome in rule.outcomes.items() if not outcome.guidance or revision in outcome.guidance}
    for id_, outcome in outcomes.items():
        rivals = {
            other.clause: other.when
            for other_id, other in outcomes.items()
            if other.when and (other.replaces == id_ or (outcome.general and other_id != id_))
        }
        holds = All(tuple(condition for condition in (rule.scope, outcome.when) if condition))
        stands = All((*holds.parts, *(Not(rival) for rival in rivals.values())))
        yield _Part(number, id_, outcome.clause, outcome.device_class, holds, stands, rivals)


def _hit(part: _Part, stated: Mapping[str, str], values: Mapping[str, str]) -> Hit:
    driven = stated.get("driven_rule", "")
    rule = part.rule or (int(driven) if driven in map(str, range(1, 23)) else None)
    reason = _said([judge(part.holds, values)], stated)
    return Hit(rule, part.clause, part.device_class, reason, part.outcome)


def _withdrawn(parts: Iterable[_Part], stated: Mapping[str, str], values: Mapping[str, str]) -> Iterator[Hit]:
    for part in parts:
        if part.rivals and judge(part.holds, values).holds and not judge(part.stands, values).holds:
            winners = [(clause, outcome) for clause, rival in part.rivals.items() if (outcome := judge(rival, values)).holds]
            reason = f"{' and '.join(clause for clause, _ in winners)} instead: {_said([o for _, o in winners], stated)}"
            yield Hit(part.rule, part.clause, part.device_class, reason, part.outcome)


def _others(
    hit: set[int | None],
    silent: Mapping[int, tuple[int, ...]],
    parts: Iterable[_Part],
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


def _assumed(
    base: str, parts: Iterable[_Part], stated: Mapping[str, str], values: Mapping[str, str], law: Law
) -> tuple[Assumption, ...]:
    """Per fact the strictest class it could lead to, by the part that needs the fewest other facts to differ."""
    best: dict[str, tuple[tuple[int, int, int], Assumption]] = {}
    for part in parts:
        outcome = judge(part.stands, stated) if CLASSES.index(part.device_class) > CLASSES.index(base) else Outcome(False)
        for fact in outcome.open:
            found = _alternatives(fact, part.stands, outcome.open, stated, values, law)
            if not found:
                continue
            together = min(found.values(), key=len)
            rank = (-CLASSES.index(part.device_class), len(together), part.rule or 0)
            if fact not in best or rank < best[fact][0]:
                would_be = tuple(value for value, others in found.items() if others == together)
                question = law.facts.facts[fact].question
                best[fact] = rank, Assumption(fact, question, would_be, part.rule, part.clause, part.device_class, together)
    return tuple(assumption for _, assumption in sorted(best.values(), key=lambda item: (item[0][0], item[0][2], item[0][1])))


def _alternatives(
    fact: str, condition: Condition, open_: tuple[str, ...], stated: Mapping[str, str], values: Mapping[str, str], law: Law
) -> dict[str, tuple[str, ...]]:
    """The answers to a fact by which the condition can still hold, each with the other facts that must differ for it."""
    found = {}
    for value in law.facts.facts[fact].answers:
        given = {**stated, fact: value}
        if value == values[fact] or judge(condition, given).holds is False or any(_contradictions(given, None, law, fact)):
            continue
        together = []
        for other in open_:
            if other not in given:
                as_assumed = {**given, other: values[other]}
                if judge(condition, as_assumed).holds is False:
                    together.append(other)
                else:
                    given = as_assumed
        found[value] = tuple(together)
    return found


def _contradictions(stated: Mapping[str, str], base: str | None, law: Law, fact: str | None = None) -> Iterator[Conflict]:
    """Contradictions between what is stated and what follows; with `fact`, only those that name it."""
    known = dict(stated)
    if base:
        known["device_class"] = base
        for name, derived in law.facts.derived.items():
            holds = judge(derived.when, known).holds if derived.when else None
            if holds is not None:
                known[name] = str(holds).lower()
    for entry in law.facts.contradictions:
        if fact is None or fact in names(entry.when):
            outcome = judge(entry.when, known)
            if outcome.holds:
                yield Conflict(entry.why, outcome.because, entry.basis)


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
