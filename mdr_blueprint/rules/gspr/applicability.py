"""Whether what an answer says of applicability agrees with the facts of the device."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mdr_blueprint.answers import points_below
from mdr_blueprint.conditions import Condition
from mdr_blueprint.facts import Known, said
from mdr_blueprint.load import Dossier, Law
from mdr_blueprint.model import Device, GsprAnswer
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import call, first, listed
from mdr_blueprint.source import Sources

ANSWER = "MDR Annex I; Annex II 4(a)"
CMR = re.compile(r"\b(CMRs?|carcinogen\w*|mutagen\w*|endocrine|toxic to reproduction|reprotoxic)\b", re.IGNORECASE)
RELEASED = re.compile(r"particle|debris|leach|residue|degradation|release|wear\b", re.IGNORECASE)
MANY = 12
"""How many facts may be asked for one by one; of more, those are named that most waits for."""
ROWS = ("GSPR302", "GSPR308", "GSPR314")
"""Who answers no row has been told so."""


@rule("GSPR323", "E", basis=ANSWER, requires=(*ROWS, "DEV220", "DEV221"))
def reopened_answer(dossier: Dossier, law: Law, known: Known, sources: Sources) -> Iterator[Found]:
    """An answer rests on facts that do not hold for the device.

    Why: the device was changed, or described otherwise, after the row was answered; nobody has looked at the row since.
    Fix: answer the row anew, then bring `facts` in line with the device.
    """
    if sources.is_partial and next(entries(dossier, Device), None) is None:
        return
    for entry in entries(dossier, GsprAnswer):
        for name, fact in entry.record.facts.items():
            now, then = known.values.get(name), fact.value
            if now == then:
                continue
            state = "that is not stated any more" if now is None else f"now {said(((name, now),))}"
            item = law.gspr.get(entry.key)
            outcome = known.judge(item.when) if item is not None and item.when is not None else None
            more = "" if outcome is None or outcome.holds is None or outcome.holds is entry.record.applicable else (
                f", and the requirement {known.why(item.when if item else None)}")
            yield Found.on(entry, f"{call(entry)} rests on {said(((name, then),))}, but {state}{more}", "facts", name)


@rule("GSPR318", "E", basis=ANSWER, requires=(*ROWS, "GSPR323"))
def applies_after_all(dossier: Dossier, law: Law, known: Known) -> Iterator[Found]:
    """A requirement is said not to apply although the facts say that it does.

    Why: file and device contradict each other; a reviewer who reads both asks which of them is wrong.
    Fix: answer the requirement as applicable, or correct the fact that the message names.
    """
    for entry in entries(dossier, GsprAnswer):
        item = law.gspr.get(entry.key)
        if item is None or not item.answerable or entry.record.applicable is not False:
            continue
        outcome = known.judge(item.when)
        if outcome.holds:
            why = f"applies because {said(outcome.because)}" if outcome.because else "applies to every device"
            yield Found.on(entry, f"GSPR `{entry.key}` is answered as not applicable, but {why}", "applicable")


@rule("GSPR319", "W", basis=ANSWER, requires=(*ROWS, "GSPR323"))
def excluded_by_facts(dossier: Dossier, law: Law, known: Known) -> Iterator[Found]:
    """A requirement is answered as applicable although the facts exclude it.

    Why: either a fact is wrong, and then the class may be wrong too, or the row promises proof of something that the device
    has not got.
    Fix: correct the fact that the message names, or answer the row as not applicable, with the reason.
    """
    for entry in entries(dossier, GsprAnswer):
        item = law.gspr.get(entry.key)
        if item is not None and entry.record.applicable and known.judge(item.when).holds is False:
            yield Found.on(entry, f"GSPR `{entry.key}` is answered as applicable, but {known.why(item.when)}", "applicable")


@rule("GSPR320", "W", basis=ANSWER, requires=("DEV220", "DEV221", "DEV223"))
def unstated_fact(dossier: Dossier, law: Law, known: Known) -> Iterator[Found]:
    """A fact is not stated, and requirements of Annex I, standards or duties stay open for it.

    Why: nobody can tell from the file whether they apply; what the file says of them is compared with nothing.
    Fix: state the fact under `facts` of the device; `false` or `none` is an answer too.
    """
    device = next(entries(dossier, Device), None)
    if device is None:
        return
    standards = {id_: standard.when for id_ in law.standard_ids if (standard := law.standard(id_)) and standard.when}
    waits = {
        "GSPR": _waiting(known, {key: item.when for key, item in law.gspr.items() if item.answerable}),
        "standard": _waiting(known, standards),
        "duty": _waiting(known, {key: duty.when for key, duty in law.obligations.obligations.items()}),
    }
    names = list(dict.fromkeys(fact for waiting in waits.values() for fact in waiting))
    if len(names) > MANY:
        names.sort(key=lambda name: -sum(len(waiting.get(name, ())) for waiting in waits.values()))
        left = listed([_number(what, len({key for keys in waiting.values() for key in keys}))
                       for what, waiting in waits.items() if waiting])
        most = first([f"`{name}`" for name in names], MANY)
        yield Found.on(device, f"{len(names)} facts are not stated, which leaves open {left}; most waits for {most}", "facts",
                       key=True, fix="answer them under `facts` of the device, first those that most waits for")
        return
    for name in names:
        left = listed([_counted(what, waiting[name]) for what, waiting in waits.items() if name in waiting])
        yield Found.on(device, f"`{name}` is not stated, which leaves open {left}", "facts", key=True,
                       fix=f"answer under `facts` of the device: {law.facts.facts[name].question}")


def _waiting(known: Known, conditions: Mapping[str, Condition | None]) -> dict[str, list[str]]:
    """Fact that is not stated -> what waits for it."""
    waiting: dict[str, list[str]] = {}
    for key, condition in conditions.items():
        for name in known.judge(condition).open:
            waiting.setdefault(name, []).append(key)
    return waiting


def _counted(what: str, keys: list[str]) -> str:
    """`3 GSPR rows: `11.3`, `11.4` and `11.5``; duties are only counted, their names are none that a person knows."""
    named = first([f"`{key}`" for key in keys], 4)
    if what == "duty":
        return _number(what, len(keys))
    return f"{what} {named}" if len(keys) == 1 else f"{_number(what, len(keys))}: {named}"


def _number(what: str, number: int) -> str:
    one, many = {"GSPR": ("GSPR row", "GSPR rows"), "standard": ("standard", "standards"), "duty": ("duty", "duties")}[what]
    return f"{number} {one if number == 1 else many}"


@rule("GSPR321", "E", basis=ANSWER, requires=(*ROWS, "GSPR318"))
def points_not_covered(dossier: Dossier, law: Law, known: Known) -> Iterator[Found]:
    """One answer is to stand for points that need answers of their own.

    Why: each point asks for something else; an answer for all of them hides those that were forgotten.
    Fix: answer the points that the message names, and take `covers_points` out.
    """
    for entry in entries(dossier, GsprAnswer):
        item = law.gspr.get(entry.key)
        if item is None or not entry.record.covers_points or entry.record.applicable is None:
            continue
        below = [key for key in points_below(law, entry.key) if law.gspr[key].answerable]
        if not below:
            yield Found.on(entry, f"{call(entry)} says that it covers the points below, and there are none", "covers_points",
                           fix="take `covers_points` out")
        elif entry.record.applicable:
            if not item.one_answer:
                yield Found.on(entry, f"{call(entry)} covers the points below, but each of them asks for an answer of its own: "
                               f"{first([f'`{key}`' for key in below])}", "covers_points")
        else:
            kept = [key for key in below if known.judge(law.gspr[key].when).holds is not False]
            if kept:
                reasons = list(dict.fromkeys(known.why(law.gspr[key].when) for key in kept))
                yield Found.on(entry, f"{call(entry)} rules out the points below as well, but the facts do not exclude "
                               f"{first([f'`{key}`' for key in kept], 4)}: {first(reasons, 2)}", "covers_points")


@rule("GSPR322", "W", basis=ANSWER, requires=(*ROWS, "GSPR321"))
def covered_and_answered_differently(dossier: Dossier, law: Law) -> Iterator[Found]:
    """An answer covers a point that is answered differently.

    Why: the two rows of the checklist contradict each other.
    Fix: take `covers_points` out and answer each point, or take out the answer to the point.
    """
    for entry in entries(dossier, GsprAnswer):
        if not entry.record.covers_points or entry.record.applicable is None:
            continue
        for key in points_below(law, entry.key):
            below = dossier.get(f"gspr:{key}", GsprAnswer)
            if (below is not None and below.record.retired is None and below.record.applicable is not None
                    and below.record.applicable is not entry.record.applicable):
                yield Found.on(below, f"GSPR `{key}` is answered as {below.record.label}, and `{entry.key}` answers for it as "
                               f"{entry.record.label}", "applicable")


@rule("GSPR326", "W", basis="MDR Annex I 10.4.1, first paragraph", requires=(*ROWS, "GSPR318"))
def substances_waved_away(dossier: Dossier) -> Iterator[Found]:
    """The whole of 10.4.1 is ruled out for want of CMR substances.

    Why: its first paragraph asks to keep down all that the device releases, particles, wear debris and residues included,
    whatever the substance; only the limit below it is about CMR and endocrine-disrupting substances.
    Fix: answer `10.4.1` for what the device releases, and the substances in `10.4.1(a)` and `10.4.1(b)`.
    """
    entry = dossier.get("gspr:10.4.1", GsprAnswer)
    if entry is None or entry.record.retired is not None or entry.record.applicable is not False:
        return
    text = entry.record.justification or ""
    if CMR.search(text) and not RELEASED.search(text):
        yield Found.on(entry, "GSPR `10.4.1` is ruled out for want of certain substances, and its first paragraph asks about all "
                       "that is released", "justification")
