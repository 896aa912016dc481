"""Whether the facts that a project states are those of the vocabulary, can hold together, and are enough for a class."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from mdr_blueprint.diagnostics import did_you_mean
from mdr_blueprint.facts import DECISIVE, Known, known_of, said
from mdr_blueprint.load import Dossier, Entry, Law
from mdr_blueprint.model import Accessory, ClauseAnswer, Component, Device, GsprAnswer, Variant
from mdr_blueprint.model.device import Facts
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import call, listed, short

PRODUCTS = (Device, Variant, Accessory, Component)
"""Records whose facts say what a product is."""
ANSWERS = (GsprAnswer, ClauseAnswer)
"""Records that stand while some facts hold."""
WORDS = "MDR Annex II 1.1; vocabulary of device facts"


def _facts(entry: Entry[Any]) -> Facts:
    facts: Facts = entry.record.facts
    return facts


def usable(facts: Facts, law: Law) -> bool:
    """Whether a class follows from some facts: each is of the vocabulary, none contradict each other, and one decides."""
    known = known_of(facts, law)
    return (len(known.stated) == len(facts) and any(name in known.stated for name in DECISIVE)
            and not any(known.judge(contradiction.when).holds for contradiction in law.facts.contradictions))


def _decides(entry: Entry[Any], known: Known) -> bool:
    """Whether a class follows from the facts of a record, or would if all that is written there could be read."""
    written = entry.raw.get("facts")
    names: Collection[str] = written if isinstance(written, dict) else DECISIVE if written else ()
    return any(name in known.stated or name in names for name in DECISIVE)


@rule("DEV215", "E", basis="MDR Annex VIII 3.5 and Annex II 1.1(f)")
def judgement_without_argument(dossier: Dossier, law: Law) -> Iterator[Found]:
    """A fact that is a judgement has no argument.

    Why: such a fact moves the class; a reviewer who judges otherwise needs to see on what it rests.
    Fix: write it as `{value: ..., argument: ...}`.
    """
    for entry in entries(dossier, *PRODUCTS):
        for name, fact in _facts(entry).items():
            definition = law.facts.facts.get(name)
            if definition is not None and definition.judgement and not fact.argument:
                whose = "" if entry.cls is Device else f" of {call(entry)}"
                yield Found.on(entry, f"the fact `{name}: {fact.value}`{whose} is a judgement and has no argument", "facts", name)


@rule("DEV220", "E", basis=WORDS, always_error=True)
def unknown_fact(dossier: Dossier, law: Law) -> Iterator[Found]:
    """A fact is none of the vocabulary.

    Why: nothing reads it: class, requirements and standards stay as if it had not been stated, and nobody sees that.
    Fix: use a name of the vocabulary (`gspr/facts.yaml`), or take the fact out.
    """
    vocabulary = law.facts
    for entry in entries(dossier, *PRODUCTS, *ANSWERS):
        for name in _facts(entry):
            if name in vocabulary.facts:
                continue
            if name not in vocabulary.derived:
                yield Found.on(entry, f"`{name}` is no device fact{did_you_mean(name, vocabulary.facts)}", "facts", name,
                               key=True)
            elif not isinstance(entry.record, ANSWERS):
                yield Found.on(entry, f"`{name}` follows from other facts and is never stated", "facts", name, key=True,
                               fix="state the facts that it follows from, and take this one out")


@rule("DEV221", "E", basis=WORDS, always_error=True)
def unknown_fact_value(dossier: Dossier, law: Law) -> Iterator[Found]:
    """A fact has a value that the vocabulary does not know.

    Why: a value that no condition names decides nothing, so the fact counts as not stated.
    Fix: use one of the values that the message names.
    """
    for entry in entries(dossier, *PRODUCTS, *ANSWERS):
        for name, fact in _facts(entry).items():
            definition = law.facts.facts.get(name)
            if definition is not None and definition.type == "number":
                if not fact.value.isdecimal():
                    yield Found.on(entry, f"`{name}` is a number, not `{short(fact.value)}`", "facts", name)
                elif name == "driven_rule" and fact.value not in law.annex_viii.rules:
                    yield Found.on(entry, f"there is no rule {short(fact.value)}; Annex VIII has rules 1 to 22", "facts", name)
                continue
            answers = definition or law.facts.derived.get(name)
            if answers is not None and fact.value not in answers.answers:
                values = listed([f"`{value}`" for value in answers.answers], "or")
                yield Found.on(entry, f"`{short(fact.value)}` is no value of `{name}`; there are {values}"
                               f"{did_you_mean(fact.value, answers.answers)}", "facts", name)


@rule("DEV222", "E", basis="MDR Annex II 1.1; Annex VIII", requires=("DEV220", "DEV221"))
def contradictory_facts(dossier: Dossier, law: Law) -> Iterator[Found]:
    """Facts cannot hold together.

    Why: whatever is drawn from them, class, requirements, standards, is drawn from a product that cannot exist.
    Fix: correct the fact that is wrong.
    """
    device = next(entries(dossier, Device), None)
    base = _facts(device) if device else {}
    for entry in entries(dossier, *PRODUCTS):
        inherited = base if entry.cls is Variant else {}
        if not _facts(entry):
            continue
        known = known_of({**inherited, **_facts(entry)}, law)
        for contradiction in law.facts.contradictions:
            outcome = known.judge(contradiction.when)
            own = [name for name, _ in outcome.because if name in _facts(entry)]
            if outcome.holds and own:
                whose = "" if entry is device else f" of {call(entry)}"
                why = contradiction.why.rstrip(".")
                why = why[0].lower() + why[1:] if why[1:2].islower() or why[1:2] == " " else why
                yield Found.on(entry, f"{said(outcome.because)}{whose} cannot hold together: {why}", "facts", own[-1])


@rule("DEV223", "E", basis="MDR Annex VIII; Annex II 1.1(f)", requires=("DEV220", "DEV221"))
def device_without_facts(dossier: Dossier, known: Known) -> Iterator[Found]:
    """The device states no facts from which a class follows.

    Why: class, requirements, standards and duties are drawn from the facts; without them each stays an assertion that
    nothing checks.
    Fix: state the facts of the device under `facts`, first of all those that the message names.
    """
    for entry in entries(dossier, Device):
        if not _decides(entry, known):
            names = listed([f"`{name}`" for name in DECISIVE], "or")
            yield Found.on(entry, f"the device states none of the facts {names}: no class follows", "facts", key=True)


@rule("DEV224", "W", basis="MDR Annex VIII 3.2", requires=("DEV220", "DEV221"))
def part_without_facts(dossier: Dossier, law: Law) -> Iterator[Found]:
    """An accessory, or a part that is sold separately, states no facts from which its class follows.

    Why: it is classified in its own right, by what it is and does itself; without facts nothing compares its class with the
    rules.
    Fix: state its facts under `facts`, first of all those that the message names.
    """
    for entry in entries(dossier, Accessory, Component):
        if entry.cls is Component and not entry.record.sold_separately:
            continue
        if not _decides(entry, known_of(_facts(entry), law)):
            names = listed([f"`{name}`" for name in DECISIVE], "or")
            yield Found.on(entry, f"{call(entry)} states none of the facts {names}: no class follows", "facts", key=True)
