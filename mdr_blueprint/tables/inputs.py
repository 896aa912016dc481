"""What every table may read, and the words that all tables share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mdr_blueprint.classification import Classified
from mdr_blueprint.clause_tree import ClauseState, clause_tree
from mdr_blueprint.conditions import Condition
from mdr_blueprint.diagnostics import Report
from mdr_blueprint.evaluation import p1_bands, p2_bands, policy_of
from mdr_blueprint.facts import Known, known
from mdr_blueprint.graph import Graph
from mdr_blueprint.load import Dossier, Entry, Law
from mdr_blueprint.markdown import parse_prose
from mdr_blueprint.model import KINDS, AppliedStandard, ClauseAnswer, Evidence, Record, Risk, Situation
from mdr_blueprint.model.closed import closed_words
from mdr_blueprint.revision import Revision
from mdr_blueprint.source import Sources
from mdr_blueprint.tables.shapes import Cell, Gap, Lines, RecordLink, Words

NUMBERS = re.compile(r"(\d+)")
SPELLED = re.compile(r"\w+")
CLINICAL_BENEFIT = "clinical_benefit"
"""The kind of a claim by which it is a benefit; other kinds are the team's own words."""
INDENTS = {"i1": "first", "i2": "second", "i3": "third", "i4": "fourth", "i5": "fifth", "i6": "sixth"}
"""Annex I does not number its indents; a citation counts them in words, and no list has more."""


@dataclass(frozen=True)
class Inputs:
    """What every table may read."""

    sources: Sources
    dossier: Dossier
    graph: Graph
    law: Law
    report: Report
    revision: Revision

    @cached_property
    def known(self) -> Known:
        """The facts of the device, what follows from them, and its class."""
        return known(self.dossier, self.law)

    @property
    def classified(self) -> Classified:
        """The class by the facts."""
        return self.known.classified

    @cached_property
    def _clause_trees(self) -> dict[str, tuple[ClauseState, ...]]:
        return {}

    def clause_states(self, standard: str) -> tuple[ClauseState, ...]:
        """The clauses of a standard as they are in force for the device, each with its verdict."""
        if standard not in self._clause_trees:
            self._clause_trees[standard] = clause_tree(self.dossier, self.law, self.known, standard)
        return self._clause_trees[standard]

    @cached_property
    def clause_answers(self) -> dict[str, list[Entry[ClauseAnswer]]]:
        """What the project says of clauses, by their standard."""
        found: dict[str, list[Entry[ClauseAnswer]]] = {}
        for entry in kept(self.dossier.of(ClauseAnswer)):
            found.setdefault(entry.owner or "", []).append(entry)
        return found

    @cached_property
    def open_findings(self) -> dict[str, int]:
        """How many findings that are not waived there are about each kind and its records."""
        found = {}
        for kind in KINDS:
            subjects = {kind, *(entry.id for entry in self.dossier.kind(kind))}
            found[kind] = sum(1 for subject in subjects for f in self.report.about(subject) if f.waived is None)
        return found

    @cached_property
    def rest_on_retired(self) -> dict[str, tuple[str, ...]]:
        """The records in use that refer to retired ones, and to which."""
        entries = self.dossier.entries
        retired = [entry.id for entry in entries.values() if entry.record.retired is not None]
        found: dict[str, dict[str, None]] = {}
        for id_ in retired:
            for source in self.graph.sources(id_):
                if entries[source].record.retired is None:
                    found.setdefault(source, {})[id_] = None
        return {source: tuple(ids) for source, ids in found.items()}

    @cached_property
    def _listed(self) -> frozenset[str]:
        """The words of closed lists: of the model, of the library, and of the risk policy."""
        law, policy = self.law, policy_of(self.dossier, self.law)
        facts = {**law.facts.facts, **law.facts.derived}
        answers = (answer for definition in law.facts.facts.values() for answer in definition.values)
        bands = (*policy.severity, *p1_bands(policy), *p2_bands(policy))
        risk = (*law.hazard_categories.categories, *law.hazard_libraries)
        return closed_words().union((CLINICAL_BENEFIT,), facts, answers, risk, law.points, bands)

    def worded(self, text: str) -> str:
        """A word of a closed list as people write it; any other text as it stands."""
        return spaced(text) if text in self._listed else text

    def reason(self, text: str) -> str:
        """A sentence of the compiler as people write it: names and values of facts in it are words of closed lists."""
        return SPELLED.sub(lambda found: self.worded(found[0]), text)

    def why(self, condition: Condition | None) -> str:
        """Whether the facts call for something, in words: `applies because ionising = diagnostic`."""
        return spaced(self.known.why(condition))

    def say(self, text: str | None) -> str:
        """A text as it is printed, with its figures."""
        return self.dossier.say(text)

    def prose(self, text: str | None, missing: str = "missing") -> Cell:
        """A prose field as a cell."""
        return Words(parse_prose(self.say(text))) if text else Gap(missing)

    def link(self, id_: str, label: str | None = None) -> RecordLink:
        entry = self.dossier.entries.get(id_)
        if label is None and entry is not None and entry.cls.keys == "single":
            label = entry.cls.plural
        return RecordLink(id_, label or shown(id_))

    def titled(self, id_: str) -> RecordLink:
        """A link that shows id and title."""
        entry = self.dossier.entries.get(id_)
        if entry is not None and entry.cls.keys == "single":
            return RecordLink(id_, entry.cls.plural)
        words = self.say(self.dossier.label_of(entry)) if entry else ""
        return RecordLink(id_, f"{shown(id_)} {words}".strip())

    def marked(self, id_: str) -> RecordLink:
        """A link that shows id and title, and whether the record is illustrative: in a row that is about another one."""
        link, entry = self.titled(id_), self.dossier.entries.get(id_)
        return RecordLink(id_, self.illustrative(entry, link.label)) if entry else link

    def links(self, ids: Iterable[str], missing: str | None = "missing", *, titles: bool = False) -> Cell:
        """References as lines of a cell; a gap where there are none, or empty if `missing` is None."""
        items = tuple(self.titled(i) if titles else self.link(i) for i in ids)
        if items:
            return items[0] if len(items) == 1 else Lines(items)
        return Gap(missing) if missing is not None else ""

    def places(self, id_: str, relation: str, missing: str | None = "missing") -> Cell:
        """References with the section they name, in words: `EV-023, section 4.2 Limiter trips`."""
        items = tuple(RecordLink(e.target, self.cited(e.target, e.place), e.place) for e in self.graph.out(id_, relation))
        if items:
            return items[0] if len(items) == 1 else Lines(items)
        return Gap(missing) if missing is not None else ""

    def cited(self, id_: str, place: str | None) -> str:
        """How a human cites a place: id, version, section in words, and whether it is only planned."""
        words = shown(id_)
        entry = self.dossier.get(id_, Evidence)
        if entry and entry.record.version:
            words += f" v{entry.record.version}"
        if place:
            heading = self.heading(entry, place)
            words += f", section {heading or place}"
        if entry and entry.record.status == "planned":
            words += " (planned)"
        return words

    def heading(self, entry: Entry[Any] | None, place: str) -> str | None:
        path = getattr(entry.record, "path", None) if entry else None
        file = self.sources.inventory.get(path) if path else None
        headings = (file.headings if file else None) or {}
        return headings[place][0] if place in headings else None

    def illustrative(self, entry: Entry[Any], text: str) -> str:
        """The text, marked where its record is illustrative."""
        return f"{text} (illustrative)" if entry.record.illustrative else text


def shown(id_: str) -> str:
    """An id as a person reads it: `GSPR 22.2, second indent`; `IEC 60601-1 clause 8.7.3` keeps its words elsewhere."""
    if id_.startswith("gspr:"):
        section, _, indent = id_[5:].partition("/")
        return f"GSPR {section}, {INDENTS[indent]} indent" if indent in INDENTS else f"GSPR {id_[5:]}"
    return id_.removeprefix("document:")


def spaced(text: str) -> str:
    """Names of facts and their values as words."""
    return text.replace("_", " ")


def kept(entries: Iterable[Entry[Any]]) -> Iterator[Entry[Any]]:
    """Records that are not retired; retired ones are listed on a page of their own."""
    return (entry for entry in entries if entry.record.retired is None)


def records(inputs: Inputs, cls: type[Record]) -> Iterator[Entry[Any]]:
    """The records of a kind that a table lists: as written where one file holds them all, else by id, so that splitting a file
    changes no table.
    """
    found = list(kept(inputs.dossier.of(cls)))
    if len({entry.place.path for entry in found}) > 1:
        found.sort(key=lambda entry: natural(entry.id))
    return iter(found)


def natural(id_: str) -> list[tuple[int, str]]:
    """Sorts `R-2` before `R-10`."""
    parts = NUMBERS.split(id_.casefold())
    return [number_order(part) if place % 2 else (-1, part) for place, part in enumerate(parts)]


def number_order(digits: str) -> tuple[int, str]:
    """Sorts whole numbers of any length, which a clause may have and `int` has not: of two the shorter is the smaller."""
    plain = digits.lstrip("0")
    return len(plain), plain


def live_risks(inputs: Inputs) -> Iterator[Entry[Risk]]:
    """Risks that are not retired, by themselves or with their situation."""
    for entry in records(inputs, Risk):
        situation = inputs.dossier.get(entry.owner or "", Situation)
        if situation is None or situation.record.retired is None:
            yield entry


def prose_or_empty(inputs: Inputs, text: str | None) -> Cell:
    cell = inputs.prose(text, "")
    return cell if isinstance(cell, Words) else ""


def standard_words(inputs: Inputs, id_: str) -> str:
    """`IEC 60601-1, edition 3.2`."""
    known = inputs.law.standard(id_)
    entry = inputs.dossier.get(id_, AppliedStandard)
    name = known.designation.split(":")[0] if known else id_
    return f"{name}, edition {entry.record.edition}" if entry and entry.record.edition else name


def answered_standards(inputs: Inputs) -> Sequence[str]:
    """Standards whose clauses the project judges, in file order."""
    return list(inputs.clause_answers)
