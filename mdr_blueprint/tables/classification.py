"""The class of the device, of its variants, accessories and parts sold separately, each with the reasons from the facts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mdr_blueprint.classification import Classified, Hit, guidance_named
from mdr_blueprint.facts import Subject, subjects
from mdr_blueprint.model import Accessory, Classification, Component, Record, Variant
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, spaced
from mdr_blueprint.tables.shapes import Cell, Column, Gap, Lines, Row, has_gap, row, value

EMPTY_ANSWERS = ("false", "none")
"""Answers by which a fact says that something is not there."""
KIND_WORDS: dict[type[Record], str] = {
    Variant: "variant",
    Accessory: "accessory",
    Component: "part sold separately",
}
SHOWN = 4
"""How many facts that are not stated a cell names before it only counts the rest."""
NO_FACTS = "no facts stated"


@table(
    "classification_decision",
    "Decision and answer from the facts",
    Column("Item", 18),
    Column("Decision of the manufacturer", 28),
    Column("From the facts", 40),
    Column("Agree", 12),
)
def classification_decision(inputs: Inputs) -> Iterator[Row]:
    """What the manufacturer decided, and what Annex VIII gives for the facts of the device."""
    decided, given = inputs.dossier.single(Classification), inputs.classified
    declared, rule, clause = (decided.device_class, decided.rule, decided.clause) if decided else (None, None, None)
    deciding = _deciding(given)
    by_facts = bool(given.facts)
    of_class: Cell = f"class {', '.join(given.suffixes) or given.base_class}" if by_facts else Gap(NO_FACTS)
    same_class = by_facts and declared is not None and given.agrees_with(declared)
    yield _side_by_side("Risk class", declared and f"class {declared}", of_class, same_class)
    none = Gap("no rule applies" if by_facts else NO_FACTS)
    rules: Cell = _listed([f"Rule {number}" for number in given.deciding_rules]) or none
    yield _side_by_side("Deciding rule of Annex VIII", rule and f"Rule {rule}", rules, rule in given.deciding_rules)
    places = tuple(f"{hit.place}: {spaced(hit.reason)}" if hit.reason else hit.place for hit in deciding)
    named = _plain(clause or "")
    same = any(_plain(hit.clause) in named or (named and named in _plain(hit.clause)) for hit in deciding)
    yield Row(
        ("Place in the rule", clause or "", Lines(places) if places else "", "yes" if same else "other words" if clause else ""),
        "classification",
    )
    guidance = decided.guidance if decided else None
    yield _side_by_side("Guidance", guidance, given.guidance, given.guidance == guidance_named(guidance, inputs.law))


def _side_by_side(item: str, declared: str | int | None, given: Cell, agree: bool) -> Row:
    return row("classification", item, value(declared), given, "yes" if agree else Gap("no"))


def _deciding(given: Classified) -> list[Hit]:
    return [hit for hit in given.hits if hit.device_class == given.base_class]


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


@table(
    "classification_definitions",
    "Definitions of Annex VIII on which the facts rest",
    Column("Annex VIII", 9),
    Column("Term", 20),
    Column("Meaning (own words)", 46),
    Column("Facts of the device", 25),
    empty="The facts of the device call for none.",
)
def classification_definitions(inputs: Inputs) -> Iterator[Row]:
    """The definitions whose facts the device states, other than by saying that nothing of the kind is there. Where an answer is
    the term itself (`transient`), the others that the same fact could name are left out.
    """
    stated = {name: answer for name, answer in inputs.known.stated.items() if answer not in EMPTY_ANSWERS}
    definitions = inputs.law.annex_viii.definitions
    named = {name for item in definitions.values() for name in item.facts if item.term.startswith(stated.get(name, "?"))}
    for key, item in definitions.items():
        facts = [n for n in item.facts if n in stated and (n not in named or item.term.startswith(stated[n]))]
        if facts:
            yield row(None, key, item.term, item.text, Lines(tuple(spaced(f"{name} = {stated[name]}") for name in facts)))


@table(
    "classification_implementing",
    "Implementing rules of Annex VIII",
    Column("Annex VIII", 9),
    Column("Rule", 22),
    Column("What it says (own words)", 69),
)
def classification_implementing(inputs: Inputs) -> Iterator[Row]:
    for key, rule in inputs.law.annex_viii.implementing.items():
        yield row(None, key, rule.title, rule.text)


@table(
    "classification_rules",
    "Rules of Annex VIII",
    Column("Rule", 5),
    Column("Subject (own words)", 27),
    Column("Result", 20),
    Column("Reason", 48),
    sheet=True,
)
def classification_rules(inputs: Inputs) -> Iterator[Row]:
    """Every rule: what of it applies and by which facts, what gives way, or why nothing of it applies."""
    given = inputs.classified
    others = {other.rule: other.reason for other in given.others}
    for hit in (hit for hit in given.hits if hit.rule is None):
        yield _hit_row("3.3", "Software that drives a device", hit, _word(hit, given))
    for key, rule in inputs.law.annex_viii.rules.items():
        number = int(key)
        for hit in given.hits:
            if hit.rule == number:
                yield _hit_row(key, rule.title, hit, _word(hit, given))
        for hit in given.withdrawn:
            if hit.rule == number:
                yield _hit_row(key, rule.title, hit, "gives way")
        if number in others:
            yield Row((key, rule.title, "does not apply", spaced(others[number])))


def _word(hit: Hit, given: Classified) -> str:
    return "applies and decides" if hit.device_class == given.base_class else "applies"


def _hit_row(key: str, title: str, hit: Hit, word: str) -> Row:
    return Row((key, title, Lines((f"{word}: class {hit.device_class}", hit.clause)), spaced(hit.reason)))


@table(
    "classification_assumed",
    "Facts that are not stated and could raise the class",
    Column("Fact", 18),
    Column("Question", 38),
    Column("Would raise it", 16),
    Column("To class", 7),
    Column("By", 22),
    empty="No fact that is not stated could raise the class.",
)
def classification_assumed(inputs: Inputs) -> Iterator[Row]:
    for item in inputs.classified.assumed:
        would = spaced(" or ".join(item.would_be))
        if item.together_with:
            would += f", together with {spaced(', '.join(item.together_with))}"
        yield Row((Gap(spaced(item.fact)), item.question, would, item.device_class, item.place), "device", gap=True)


@table(
    "classification_notes",
    "What to know before relying on the class",
    Column("Kind", 14),
    Column("About", 22),
    Column("What", 64),
    empty="Nothing was found.",
)
def classification_notes(inputs: Inputs) -> Iterator[Row]:
    """Contradictions, facts the vocabulary does not know, and for the rules that hit their traps and what to check again."""
    given = inputs.classified
    for conflict in given.contradictions:
        facts = spaced(", ".join(f"{name} = {answer}" for name, answer in conflict.because))
        basis = f" ({conflict.basis})" if conflict.basis else ""
        yield row("device", Gap("contradiction"), facts, f"{conflict.why}{basis}")
    for unknown in given.unknown:
        yield row("device", Gap("not understood"), spaced(unknown.fact), unknown.message)
    for suffix in given.open_suffixes:
        yield row("device", Gap("open"), f"suffix {suffix}", "the fact behind this suffix of class I is not stated")
    for remark in given.remarks:
        yield row("device", "remark", "", remark)
    for number in dict.fromkeys(hit.rule for hit in given.hits if hit.rule):
        rule = inputs.law.annex_viii.rules[str(number)]
        for trap in rule.traps:
            yield row(None, "often overlooked", f"Rule {number}", trap)
        if rule.recheck:
            yield row(None, "check again", f"Rule {number}", rule.recheck)


@table(
    "classification_subjects",
    "Variants, accessories and parts sold separately, each in its own right",
    Column("What", 22),
    Column("Kind", 11),
    Column("Declared", 14),
    Column("From the facts", 9),
    Column("Rules that apply, and why", 44),
    empty="There is no accessory, no part that is sold separately and no variant with facts of its own.",
)
def classification_subjects(inputs: Inputs) -> Iterator[Row]:
    """Each by its own facts (Annex VIII 3.2); a variant has the facts of the device and those in which it differs."""
    decided = inputs.dossier.single(Classification)
    for subject in subjects(inputs.dossier, inputs.law):
        given = subject.known.classified
        own = subject.entry.cls is not Variant
        declared = subject.declared if own else decided.device_class if decided else None
        shown = declared and (f"{declared}{_rule_words(subject)}" if own else f"{declared}, as the device")
        facts: Cell = Gap(NO_FACTS) if not given.facts else ", ".join(given.suffixes) or given.base_class
        if given.facts and declared and not given.agrees_with(declared):
            facts = Gap(str(facts))
        hits = tuple(f"{hit.place}, class {hit.device_class}: {spaced(hit.reason)}" for hit in given.hits)
        assumed = [spaced(item.fact) for item in given.assumed]
        named = ", ".join(assumed[:SHOWN]) + (f" and {len(assumed) - SHOWN} more" if len(assumed) > SHOWN else "")
        lines: tuple[str | Gap, ...] = (*hits, Gap(f"not stated, could raise the class: {named}")) if assumed else hits
        cells = (
            inputs.titled(subject.entry.id),
            KIND_WORDS[subject.entry.cls],
            value(shown),
            facts,
            Lines(lines) if lines else Gap("no rule applies"),
        )
        yield Row(cells, subject.entry.id, has_gap(cells))


def _rule_words(subject: Subject) -> str:
    record = subject.entry.record
    decided = record.classification
    if decided is None or decided.rule is None:
        return ""
    return f", Rule {decided.rule}" + (f", {decided.clause}" if decided.clause else "")
