"""Whether the class is decided and argued, for the device and for each accessory (Annex VIII)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mdr_blueprint.classification import class_words
from mdr_blueprint.facts import Known
from mdr_blueprint.load import Dossier, Entry, Law
from mdr_blueprint.model import Accessory, Classification, Component
from mdr_blueprint.model.device import AccessoryClass
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import call, gaps, is_missing, lacks, listed, short
from mdr_blueprint.source import Sources

CLASSES = ("I", "Is", "Im", "Ir", "IIa", "IIb", "III")
RULES = range(1, 23)
REVISION = "(?:rev|revision|version|v)"
MDCG = re.compile(r"(?<![a-z0-9])mdcg-\d{4}-\d+")


def base_class(text: str | None) -> str | None:
    """The class without the suffixes of class I; None where the text names none, or two."""
    words = {word[:1] if word in CLASSES[1:4] else word
             for word in class_words(text or "")}
    return words.pop() if len(words) == 1 and words <= {"I", "IIa", "IIb", "III"} else None


def _no_class(text: str) -> str | None:
    """Why a text is no class, as a message says it; None where it is one."""
    word = next((word for word in class_words(text) if word not in CLASSES), None)
    if word is None and class_words(text):
        return None if base_class(text) else f"`{text}` is more than one class"
    return f"`{word or text}` is no class of the Regulation; there are {listed(list(CLASSES))}"


@rule("DEV204", "E", basis="MDR Annex II 1.1(f); Annex VIII")
def missing_classification(dossier: Dossier, sources: Sources, known: Known) -> Iterator[Found]:
    """The project does not say which class the device has.

    Why: the class decides on the conformity assessment, and on half of the documents that are due.
    Fix: write `classification` with class, rule and rationale.
    """
    pack = known.stated.get("system_or_pack") == "true"  # has no class by Article 22
    if is_missing(dossier, sources, "classification") and not pack:
        yield Found.missing(dossier, "classification", "the project does not say which class the device has")


@rule("DEV205", "E", basis="MDR Annex II 1.1(f); Annex VIII 3.5")
def class_without_rule(dossier: Dossier) -> Iterator[Found]:
    """The classification has no class, rule, rationale or guidance, or one that does not exist.

    Why: Annex II asks for the class and the reasons by the rules; a class without a rule is an opinion.
    Fix: add what the message names; `guidance` is the document, with revision, that the rationale follows.
    """
    for entry in entries(dossier, Classification):
        missing = gaps(entry, "device_class", "rule", "rationale", "guidance")
        if missing:
            yield Found.on(entry, f"the classification has no {listed(missing, 'or')}")
        text, number = entry.record.device_class, entry.record.rule
        wrong = _no_class(text) if text else None
        if wrong:
            yield Found.on(entry, wrong, "device_class")
        if number is not None and number not in RULES:
            yield Found.on(entry, f"there is no rule {number}; Annex VIII has rules 1 to 22", "rule")


@rule("DEV206", "E", basis="MDR Annex VIII 3.2; Article 2(2)")
def unclassified_accessory(dossier: Dossier) -> Iterator[Found]:
    """An accessory is not classified in its own right.

    Why: the Regulation classifies accessories separately from the device they are used with.
    Fix: add `classification` with class, rule and rationale to the accessory.
    """
    for entry in entries(dossier, Accessory):
        yield from _own_class(entry, f"{call(entry)} has no classification of its own", "classification")


@rule("DEV230", "E", basis="MDR Annex VIII 3.2; Article 23(2)")
def unclassified_part(dossier: Dossier) -> Iterator[Found]:
    """A part that is sold separately is not classified in its own right.

    Why: placed on the market alone it is a device or an accessory of its own; the class of the whole does not carry over.
    Fix: add `classification` with class, rule and rationale to the component, and its own `facts`.
    """
    for entry in entries(dossier, Component):
        if entry.record.sold_separately:
            yield from _own_class(entry, f"{call(entry)} is sold separately and has no classification of its own",
                                  "sold_separately")


def _own_class(entry: Entry[Any], message: str, step: str) -> Iterator[Found]:
    own: AccessoryClass | None = entry.record.classification
    if own is None:
        if lacks(entry, "classification"):
            yield Found.on(entry, message, step)
        return
    raw = entry.raw.get("classification")
    missing = [f"`{name}`" for name in ("device_class", "rule", "rationale")
               if getattr(own, name) in (None, "") and not (isinstance(raw, dict) and raw.get(name))]
    if missing:
        yield Found.on(entry, f"the classification of {call(entry)} has no {listed(missing, 'or')}", "classification")
    wrong = _no_class(own.device_class) if own.device_class else None
    if wrong:
        yield Found.on(entry, f"class of {call(entry)}: {wrong}", "classification", "device_class")


@rule("DEV229", "W", basis="MDR Annex II 1.1(f); MDCG 2021-24; MDCG 2019-11", requires=("DEV205",))
def outdated_guidance(dossier: Dossier, law: Law) -> Iterator[Found]:
    """The guidance behind a rationale is unknown, does not name its revision, or is not the newest.

    Why: revisions of the guidance move examples from one class to another; a reviewer reads the rationale by the newest one.
    Fix: read the newest revision, correct the rationale where it differs, and name it in `guidance` with its revision.
    """
    for decision in entries(dossier, Classification):
        for message in _outdated(decision.record.guidance, law):
            yield Found.on(decision, message, "guidance")
    for entry in entries(dossier, Accessory, Component):
        own: AccessoryClass | None = entry.record.classification
        for message in _outdated(own.guidance if own else None, law):
            yield Found.on(entry, f"{call(entry)}: {message}", "classification", "guidance")


def _outdated(text: str | None, law: Law) -> Iterator[str]:
    """What is wrong with the guidance that a text names, by the dated register."""
    if not text:
        return
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower())
    found = False
    for id_, document in law.guidance.documents.items():
        named = re.search(rf"(?<![a-z0-9]){re.escape(id_)}(?![0-9])(?:-{REVISION}-?(\d+))?", plain)
        if named is None:
            continue
        found = True
        name = re.sub(r"^MDCG-", "MDCG ", id_.upper()) if id_.startswith("mdcg-") else id_.replace("-", " ")
        newest = f"Rev.{document.revision}" + (f" of {document.date}" if document.date else "") if document.revision else ""
        known = f"; the newest known is {newest} (register of {law.guidance.source.checked})" if newest else ""
        revision = named[1]
        if document.status == "superseded":
            yield f"{name} is superseded"
        elif revision is None and document.revision not in (None, "0"):
            yield f"{name} is named without its revision{known}"
        elif revision is not None and document.revision is not None and revision != document.revision:
            yield f"{name} Rev.{revision} is {'not the newest' if revision in document.earlier else 'not known'}{known}"
    unknown = [token for token in dict.fromkeys(MDCG.findall(plain)) if token not in law.guidance.documents]
    for token in unknown:
        yield f"{token.upper().replace('-', ' ', 1)} is not in the register of guidance (of {law.guidance.source.checked})"
    if not found and not unknown:
        yield f"\"{short(text)}\" is no document of the register of guidance (of {law.guidance.source.checked})"
