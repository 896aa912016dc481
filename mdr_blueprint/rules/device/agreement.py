"""Whether the class that the project decided on agrees with what Annex VIII gives for the facts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mdr_blueprint.classification import SUFFIXES, Classified, class_words
from mdr_blueprint.facts import Known, known_of
from mdr_blueprint.load import Dossier, Entry, Law
from mdr_blueprint.model import Accessory, Classification, Component, Device, SoftwareItem, Variant
from mdr_blueprint.model.device import AccessoryClass, Facts
from mdr_blueprint.rules.device.classification import base_class
from mdr_blueprint.rules.device.facts import usable
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import call, first, listed

NUMBER = r"\d{1,2}(?!\d|\.\d)"
RULES_NAMED = re.compile(rf"\brules?\s+({NUMBER}(?:\s*(?:,|;|to|through|and|or|/|-|–)+\s*{NUMBER})*)", re.IGNORECASE)
"""`Rule 10`, `Rules 1, 5 and 9`, `Rules 2 to 4`; not the implementing rules, such as `rule 3.3`."""
RANGE = re.compile(r"(\d+)(?:\s*(?:to|through|-|–)\s*(\d+))?")
FACTS = ("DEV220", "DEV221", "DEV222")


def rules_named(text: str) -> set[int]:
    """The numbers of the rules that a text speaks of."""
    named: set[int] = set()
    for phrase in RULES_NAMED.findall(text):
        for start, end in RANGE.findall(phrase):
            named.update(range(int(start), int(end or start) + 1))
    return named


def _deciding(classified: Classified) -> str:
    """`by Rule 10, last paragraph (ionising = diagnostic)`."""
    hits = [hit for hit in classified.hits if hit.device_class == classified.base_class]
    return "by " + listed([f"{hit.place} ({hit.reason})" if hit.reason else hit.place for hit in hits]) if hits else "by no rule"


def _device(dossier: Dossier, law: Law) -> tuple[Entry[Device], Entry[Classification]] | None:
    """The device and the decision on its class, where its facts can be judged."""
    device, decided = next(entries(dossier, Device), None), next(entries(dossier, Classification), None)
    return (device, decided) if device and decided and usable(device.record.facts, law) else None


def _parts(dossier: Dossier, law: Law) -> Iterator[tuple[Entry[Any], AccessoryClass, Known]]:
    """Accessories and parts sold separately with a class and with facts that can be judged."""
    for entry in entries(dossier, Accessory, Component):
        decided: AccessoryClass | None = entry.record.classification
        alone = entry.cls is Accessory or entry.record.sold_separately
        if alone and decided is not None and usable(entry.record.facts, law):
            yield entry, decided, known_of(entry.record.facts, law, decided)


def _disagreement(declared: str | None, number: int | None, classified: Classified) -> tuple[str, str] | None:
    """What is wrong with a declared class and rule, and in which of the two fields."""
    own = base_class(declared)
    if own is not None and own != classified.base_class:
        given = f"class {classified.base_class} {_deciding(classified)}"
        return f"is declared as class {declared}, but the facts give {given}", "device_class"
    if own is not None and number is not None and classified.deciding_rules and number not in classified.deciding_rules:
        return f"is declared by Rule {number}, but the facts give the class {_deciding(classified)}", "rule"
    return None


@rule("DEV225", "E", basis="MDR Annex VIII, above all 3.5; Article 51(1)", requires=("DEV205",))
def class_against_facts(dossier: Dossier, law: Law, known: Known) -> Iterator[Found]:
    """The declared class or rule is not the one that follows from the facts.

    Why: a class that is too low leads to the wrong conformity assessment, and every certificate and report behind it falls.
    Fix: correct the class and the rule, or the fact that the message names; argue in `rationale` where the rules leave a choice.
    """
    for _, decided in filter(None, [_device(dossier, law)]):
        wrong = _disagreement(decided.record.device_class, decided.record.rule, known.classified)
        if wrong:
            yield Found.on(decided, f"the device {wrong[0]}", wrong[1])


@rule("DEV226", "W", basis="MDR Annex VIII 3.5; Annex II 1.1(f)", requires=("DEV205",))
def rule_not_in_rationale(dossier: Dossier, law: Law, known: Known) -> Iterator[Found]:
    """A rule that covers the device is not mentioned in the rationale.

    Why: the strictest of all rules that apply decides; a rationale that leaves one out has not shown that it was looked at.
    Fix: say in `rationale` what the rule gives, and why another one is stricter.
    """
    for _, decided in filter(None, [_device(dossier, law)]):
        named = rules_named(f"{decided.record.rationale or ''} Rule {decided.record.rule or 0}")
        left_out = {hit.rule: hit for hit in known.classified.hits if hit.rule is not None and hit.rule not in named}
        if left_out and decided.record.rationale:
            told = listed([f"{hit.place} (class {hit.device_class})" for hit in left_out.values()])
            yield Found.on(decided, f"the rationale does not mention {told}, which the facts call for", "rationale")


@rule("DEV227", "W", basis="MDR Annex VIII 3.3 and Rule 11; MDCG 2019-11", requires=("DEV205",))
def software_without_statement(dossier: Dossier, law: Law, known: Known) -> Iterator[Found]:
    """The device has software, and the rationale says nothing of implementing rule 3.3 or Rule 11.

    Why: whether software shares the class of the device it drives or has one of its own is the first question a reviewer asks
    about it.
    Fix: say in `rationale` which of the two holds for the software, and why.
    """
    for _, decided in filter(None, [_device(dossier, law)]):
        text, stated = decided.record.rationale or "", known.stated.get("software")
        software = stated != "none" if stated else next(entries(dossier, SoftwareItem), None) is not None
        named = rules_named(text) | {hit.rule for hit in known.classified.hits}
        if software and text and 11 not in named and "3.3" not in text:
            source = f"software = {stated}" if stated else "the project has software items"
            yield Found.on(decided, f"{source}, and the rationale mentions neither implementing rule 3.3 nor Rule 11",
                           "rationale")


@rule("DEV228", "E", basis="MDR Article 52(7)(a) to (c)", requires=("DEV205", "DEV206", "DEV225", "DEV231"))
def suffix_against_facts(dossier: Dossier, law: Law, known: Known) -> Iterator[Found]:
    """Class I lacks a suffix that the facts call for, or has one that they do not.

    Why: for what is sterile, measuring or reusable a notified body takes part, and only for that; without the suffix nobody
    plans for it.
    Fix: write the class as `Is`, `Im`, `Ir` or `Is/Im`, or correct the fact.
    """
    for _, decision in filter(None, [_device(dossier, law)]):
        wrong = _suffixes(decision.record.device_class, known)
        if wrong:
            yield Found.on(decision, f"the device is declared as class {decision.record.device_class}, but {wrong}",
                           "device_class")
    for entry, decided, own in _parts(dossier, law):
        wrong = _suffixes(decided.device_class, own)
        if wrong:
            yield Found.on(entry, f"{call(entry)} is declared as class {decided.device_class}, but {wrong}", "classification",
                           "device_class")


def _suffixes(declared: str | None, known: Known) -> str:
    """What is wrong with the suffixes of class I; another class has none, and a class that the facts do not give is told."""
    if base_class(declared) != "I":
        return ""
    written = class_words(declared or "")
    wrong = []
    for name, fact in SUFFIXES.items():
        value = known.stated.get(fact)
        if (value == "true") is not (name in written):
            wrong.append(f"`{fact}` is not stated" if value is None else f"{fact} = {value}")
    return listed(wrong) if wrong else ""


@rule("DEV231", "E", basis="MDR Annex VIII 3.2 and 3.5", requires=("DEV206", "DEV230"))
def part_class_against_facts(dossier: Dossier, law: Law) -> Iterator[Found]:
    """The declared class or rule of an accessory, or of a part sold separately, does not follow from its own facts.

    Why: it is placed on the market by that class, with the documents and the notified body that go with it.
    Fix: correct its class and rule, or the fact that the message names.
    """
    for entry, decided, known in _parts(dossier, law):
        wrong = _disagreement(decided.device_class, decided.rule, known.classified)
        if wrong:
            yield Found.on(entry, f"{call(entry)} {wrong[0]}", "classification", wrong[1])


@rule("DEV232", "W", basis="MDR Annex VIII 3.5; Annex II 1.1(i)", requires=FACTS)
def variant_of_another_class(dossier: Dossier, law: Law, known: Known) -> Iterator[Found]:
    """The facts of a variant give another class than those of the device.

    Why: one file describes one class; a variant of another class needs its own conformity assessment, and often its own file.
    Fix: put the variant into a file of its own, or correct its facts.
    """
    device = next(entries(dossier, Device), None)
    if device is None or not usable(device.record.facts, law):
        return
    for entry in entries(dossier, Variant):
        facts: Facts = {**device.record.facts, **entry.record.facts}
        if not entry.record.facts or not usable(facts, law):
            continue
        own, whole = known_of(facts, law, dossier.single(Classification)).classified, known.classified
        if (own.base_class, own.suffixes) != (whole.base_class, whole.suffixes):
            yield Found.on(entry, f"{call(entry)} comes to class {_printed(own)} {_deciding(own)}, the device to class "
                           f"{_printed(whole)}", "facts", key=True)


def _printed(classified: Classified) -> str:
    return "/".join(classified.suffixes) or classified.base_class


@rule("DEV233", "W", basis="MDR Annex VIII 3.5; Annex II 1.1(f)", requires=(*FACTS, "DEV223"))
def class_rests_on_unstated_facts(dossier: Dossier, law: Law, known: Known) -> Iterator[Found]:
    """Facts that could raise the class are not stated.

    Why: what is not stated was taken for the harmless answer; a class that rests on silence is not argued.
    Fix: state the facts that the message names, also where the answer is `false` or `none`; `mdr classify` lists them all.
    """
    for entry in entries(dossier, Device):
        if not usable(entry.record.facts, law):
            continue
        given = known.classified
        told = [f"`{item.fact}` ({item.place}: class {item.device_class})" for item in given.assumed]
        told += [f"`{SUFFIXES[name]}` (class {name})" for name in given.open_suffixes]
        if told:
            yield Found.on(entry, f"class {_printed(given)} rests on {len(told)} fact{'s' if len(told) > 1 else ''} not stated: "
                           f"{first(told, 5)}", "facts", key=True)


@rule("DEV234", "W", basis="MDR Article 22(1) to (4)", requires=FACTS)
def pack_with_class(dossier: Dossier, known: Known) -> Iterator[Found]:
    """A system or procedure pack has a class.

    Why: a system or pack by Article 22(1) and (3) is not assessed as a device: each device in it keeps its own class. One
    that needs a class is a device in its own right by Article 22(4).
    Fix: take `classification` out, or correct the fact `system_or_pack`.
    """
    if known.stated.get("system_or_pack") == "true":
        for entry in entries(dossier, Classification):
            yield Found.on(entry, "system_or_pack = true, and the project declares a class", "device_class")


@rule("DEV238", "W", basis="MDR Annex I 17; Annex VIII 3.3", requires=FACTS)
def software_denied(dossier: Dossier, known: Known) -> Iterator[Found]:
    """The facts say that there is no software, and the project has software items.

    Why: the requirements of section 17, the security of the software and its standards then seem not to apply.
    Fix: correct the fact `software`, or retire the items.
    """
    item = next(entries(dossier, SoftwareItem), None)
    if known.stated.get("software") == "none" and item is not None:
        for entry in entries(dossier, Device):
            yield Found.on(entry, f"software = none, but there is {call(item)}", "facts", "software")
