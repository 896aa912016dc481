"""Whether the limits that measured values are held against are those that the clauses set."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mdr_blueprint.clause_tree import in_force, particulars
from mdr_blueprint.load import Dossier, Law
from mdr_blueprint.model import AppliedStandard, ClauseAnswer, Component
from mdr_blueprint.model.law import Measurement
from mdr_blueprint.model.library import ClauseFigure, ClauseItem
from mdr_blueprint.model.scalars import number
from mdr_blueprint.quantities import UnitError, compare
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import base, call, listed
from mdr_blueprint.rules.verification.measurements import BOUNDS, measured

Words = frozenset[str]
WORD = re.compile(r"\d+(?:\.\d+)*|[^\W\d_]+")
FILLING = frozenset({
    "a", "an", "and", "as", "at", "by", "for", "from", "in", "is", "of", "on", "or", "per", "that", "the", "to", "with",
    "condition", "type", "x",
})  # fmt: skip
"""Words that say nothing of a quantity, a part or a condition."""
ABBREVIATED = {"nc": "normal", "sfc": "single fault", "one": "1", "two": "2", "alternating": "ac", "direct": "dc"}
IMPLIED = {
    "leakage": frozenset({"current"}), "touch": frozenset({"current", "leakage"}),
    "auxiliary": frozenset({"current", "patient"}),
    "creepage": frozenset({"distance"}), "clearance": frozenset({"air", "distance"}),
}  # fmt: skip
"""Word -> words that add nothing beside it: an earth leakage is a current."""
CURRENTS = frozenset({"ac", "dc"})
PARTS = frozenset({"b", "bf", "cf"})
NORMAL, FAULT = frozenset({"normal"}), frozenset({"single", "fault"})


@dataclass(frozen=True, slots=True)
class Subject:
    """What a figure or a measurement is of, in words that do not depend on how it is written. None: it does not say."""

    quantity: Words
    head: Words
    """The quantity up to its first comma."""
    part: Words | None
    current: Words | None
    condition: Words | None


def _words(text: str | None) -> Words:
    """`Leakage currents, Type BF` and `leakage current type bf` are the same words."""
    text = re.sub(r"\b([A-Za-z])\.\s*([A-Za-z])\.?(?:\s*([A-Za-z])\.)?(?![\w])", r"\1\2\3", text or "").casefold()
    found = (ABBREVIATED.get(word, word) for word in WORD.findall(text.replace("r.m.s", "rms").replace("_", " ")))
    single = (word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith("ss") else word
              for words in found for word in words.split())
    return frozenset(single) - FILLING


def subject_of(quantity: str, part: str | None, current: str | None, condition: str | None) -> Subject:
    """What stands among the words of the quantity counts where its own field is empty."""
    words = _words(quantity)
    said = words & CURRENTS
    of_part = words & PARTS
    of_condition = FAULT if words >= FAULT else NORMAL & words
    taken = said | of_part | of_condition
    return Subject(
        _plain(words - taken),
        _plain(_words(quantity.partition(",")[0]) - taken),
        _words(part) - {"applied", "part"} or of_part or None,
        _words(current) & CURRENTS or _words(current) - {"current"} or said or None,
        _condition(condition) or of_condition or None,
    )


def _plain(words: Words) -> Words:
    return words - frozenset().union(*(IMPLIED.get(word, frozenset()) for word in words))


def _condition(text: str | None) -> Words:
    """`NC`, `normal condition, 110 % of mains` and `normal` are one; a normal operating mode is another thing."""
    words = _words(text)
    if words >= FAULT:
        return FAULT
    return NORMAL if words >= NORMAL and not words & {"mode", "operating", "use"} else words


@rule("VER554", "E", basis="MDR Annex II 4(c); the figure of the clause as the library holds it", requires=("VER521",))
def limit_laxer_than_pack(dossier: Dossier, law: Law) -> Iterator[Found]:
    """A limit is laxer than the one that the clause sets, or stands on the other side of it.

    Why: the value passes a limit that the standard does not grant.
    Fix: write the limit of the clause; where another one holds, such as that of a particular standard, correct quantity, type of
    part or condition so that the row says what it is.
    """
    books: dict[str, Figures] = {}
    for entry in entries(dossier, ClauseAnswer):
        if not entry.record.measurements:
            continue
        owner = entry.owner or ""
        if owner not in books:
            books[owner] = Figures(dossier, law, owner)
        figures = books[owner].of(entry.key)
        for index, measurement in measured(entry) if figures else ():
            wrong = _laxer(measurement, about(figures, _measured_of(dossier, measurement)))
            if wrong:
                yield Found.on(entry, f"in {call(entry)} {measurement.quantity} is held against {wrong}",
                               "measurements", index, "limit")


class Figures:
    """The figures of a standard in the applied edition, with those of the applied standards that change it.

    A current may be written down at the clause that sets its limit or at the one that measures it: the figures of all clauses
    below the same clause of the second level count.
    """

    def __init__(self, dossier: Dossier, law: Law, owner: str) -> None:
        self.levels: dict[str, str] = {}
        found: dict[str, list[ClauseFigure]] = {}
        edition, clauses = _in_force(dossier, law, owner)
        for key, item in clauses.items():
            self.levels[key] = _second_level(clauses, key)
            found[key] = _set_by(item, edition)
        for id_ in particulars(dossier, law, owner):
            edition, changing = _in_force(dossier, law, id_)
            for item in changing.values():
                if item.changes:
                    kept = [] if item.mode in ("replaced", "not_applicable") else found.get(item.changes, [])
                    found[item.changes] = [*kept, *_set_by(item, edition)]
        self.below: dict[str, list[tuple[ClauseFigure, Subject]]] = {}
        for key, figures in found.items():
            below = self.below.setdefault(self.levels.get(key, key), [])
            below += [(f, subject_of(f.quantity, f.part_type, f.current, f.condition)) for f in figures]

    def of(self, key: str) -> list[tuple[ClauseFigure, Subject]]:
        return self.below.get(self.levels.get(key, key), [])


def _in_force(dossier: Dossier, law: Law, id_: str) -> tuple[str | None, Mapping[str, ClauseItem]]:
    """The edition that the project applies, the newest where the library does not know it, and its clauses."""
    content, applied = law.standard(id_), dossier.get(id_, AppliedStandard)
    if content is None:
        return None, {}
    said = applied.record.edition if applied else None
    edition = said if said in content.editions else content.edition
    return edition, in_force(content, edition)


def _set_by(item: ClauseItem, edition: str | None) -> list[ClauseFigure]:
    return [figure for figure in item.figures if not figure.editions or edition in figure.editions]


def _second_level(clauses: Mapping[str, ClauseItem], key: str) -> str:
    """`8.7` of `8.7.4.5`; a clause at the top is its own."""
    while (parent := clauses[key].parent) in clauses and clauses[parent or ""].parent in clauses:
        key = parent or ""
    return key


def _measured_of(dossier: Dossier, measurement: Measurement) -> Subject:
    """What a measurement is of; the type of an applied part also from the component."""
    part = dossier.get(base(measurement.part), Component) if measurement.part else None
    applied = part.record.applied_part if part is not None else None
    type_ = measurement.part_type or (applied.type if applied else None)
    return subject_of(measurement.quantity, type_, measurement.current, measurement.condition)


def about(figures: list[tuple[ClauseFigure, Subject]], of: Subject) -> list[ClauseFigure]:
    """The figures that may hold for a measurement: those of its quantity, or where there are none, those that its quantity is the
    common head of. What the measurement does not say rules none out.
    """
    same = [(figure, subject) for figure, subject in figures if subject.quantity == of.quantity]
    if not same:
        same = [(figure, subject) for figure, subject in figures if subject.head == of.quantity]
        same = same if len({subject.quantity for _, subject in same}) > 1 else []
    return [figure for figure, subject in same if _may_hold(subject, of)]


def _may_hold(figure: Subject, of: Subject) -> bool:
    if figure.condition not in (None, NORMAL, FAULT) and figure.condition != of.condition:
        return False
    pairs = ((figure.part, of.part), (figure.current, of.current), (figure.condition, of.condition))
    return all(of_figure is None or said is None or of_figure == said for of_figure, said in pairs)


def _laxer(measurement: Measurement, figures: list[ClauseFigure]) -> str:
    """What is wrong with a limit that keeps none of the figures; nothing where it keeps one or cannot be compared."""
    if measurement.limit is None or measurement.bound is None or not figures:
        return ""
    allowed: list[str] = []
    unit = measurement.limit_unit or measurement.unit
    for figure in figures:
        value = number(figure.value)
        if value is None or figure.bound is None:
            return ""
        try:
            kept = figure.bound == measurement.bound and compare(
                measurement.limit, unit, value, figure.unit, figure.bound).keeps
        except UnitError:
            return ""
        if kept:
            return ""
        allowed.append(f"{BOUNDS[figure.bound]} {figure.value} {figure.unit or ''}".strip())
    limit = f"{measurement.limit} {unit or ''}".strip()
    return f"{BOUNDS[measurement.bound]} {limit}, but the clause allows {listed(list(dict.fromkeys(allowed)), 'or')}"
