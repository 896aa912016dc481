"""The clauses of a standard as they are in force for one device, with a verdict for each: the effective tree.

The general standard is merged with the particular and collateral standards that the project applies; a clause that they replace
or take out keeps its row and says so. What the facts of the device exclude is not applicable with the facts as the reason,
until the facts change. A verdict of a parent is computed from what stands below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from mdr_blueprint.facts import Known
from mdr_blueprint.facts import said as said_facts
from mdr_blueprint.load import Dossier, Entry, Law
from mdr_blueprint.model import AppliedStandard, ClauseAnswer
from mdr_blueprint.model.library import ClauseItem, Standard

Verdict = Literal["P", "F", "N/A", "N/E", "open"]
Source = Literal["answer", "facts", "particular", "excluded", "above", "nobody"]
"""Who says it: the record; the facts; a standard that takes the clause out; an exclusion in `standards`; a clause above that does
not apply or stands in another report; nobody yet.
"""
WORST_FIRST: tuple[Verdict, ...] = ("F", "open", "N/E", "P", "N/A")
"""A failure is never hidden. What nobody has judged comes before what was left out on purpose: else a parent would look finished
while work below it is not done. A pass beside clauses that do not apply is a pass.
"""

COVERING: tuple[Verdict, ...] = ("N/A", "N/E")
"""Verdicts of a heading that stand for what nobody judges below it: what does not apply, or stands in another report, does so
with all its parts. A failure does not: it says that one clause failed.
"""


@dataclass(frozen=True, slots=True)
class Change:
    """What another standard does to a clause."""

    standard: str
    key: str
    mode: str
    """`replaced`, `added`, `amended` or `not_applicable`."""


@dataclass(frozen=True, slots=True)
class ClauseState:
    """One clause in force, or taken out, for one device."""

    standard: str
    key: str
    item: ClauseItem
    depth: int
    """0 for a clause that stands at the top of its standard."""
    has_children: bool
    own: Verdict
    """Of the clause itself."""
    verdict: Verdict
    """With what stands below it."""
    source: Source
    why: str = ""
    """Facts, standard or exclusion behind a verdict that nobody typed."""
    is_typed: bool = False
    """Whether that reason is a text of the project: the exclusion of the clause, or of one above it."""
    changes: tuple[Change, ...] = ()
    entry: Entry[ClauseAnswer] | None = None

    @property
    def id(self) -> str:
        """As a record names it: `iec-60601-1#8.7.3`."""
        return f"{self.standard}#{self.key}"


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict of a clause from those of its parts."""
    found = set(verdicts)
    return next((verdict for verdict in WORST_FIRST if verdict in found), "open")


def reopened_by(answer: ClauseAnswer, known: Known) -> tuple[tuple[str, str], ...]:
    """The facts that an answer rests on and that do not hold for the device."""
    return tuple((name, fact.value) for name, fact in answer.facts.items() if known.values.get(name) != fact.value)


def in_force(standard: Standard, edition: str | None) -> Mapping[str, ClauseItem]:
    """The clauses of an edition. An edition that the library does not know is read as the newest one."""
    order = {name: number for number, name in enumerate(standard.editions)}
    at = order.get(edition or standard.edition, len(order))
    return {
        key: item
        for key, item in standard.clauses.items()
        if order.get(item.since or "", -1) <= at <= order.get(item.until or "", len(order))
    }


def measures(standard: Standard) -> bool:
    """Whether something is measured by a standard, as in the IEC 60601 series. Each of its clauses is then examined by itself."""
    return any(item.table for item in standard.clauses.values())


def covering(standard: Standard) -> tuple[Verdict, ...]:
    """The verdicts of a heading that stand for what is below it. In a standard on processes, whose chapters are audited as a
    whole, a pass is one of them; where something is measured it is not: a pass at 8 must not hide a leakage current that nobody
    measured.
    """
    return COVERING if measures(standard) else (*COVERING, "P")


def particulars(dossier: Dossier, law: Law, base: str) -> list[str]:
    """The standards that the project applies and that change the clauses of this one."""
    applied = (entry for entry in dossier.of(AppliedStandard) if not entry.record.retired and not entry.record.not_applied)
    return [entry.key for entry in applied if (known := law.standard(entry.key)) is not None and known.base == base]


def clause_tree(dossier: Dossier, law: Law, known: Known, standard: str) -> tuple[ClauseState, ...]:
    """The clauses of a standard in their order, each with its verdict. Empty where the library lists no clauses."""
    content = law.standard(standard)
    if content is None or not content.clauses:
        return ()
    return _Tree(dossier, law, known, content).states()


class _Tree:
    def __init__(self, dossier: Dossier, law: Law, known: Known, standard: Standard) -> None:
        self.known = known
        self.standard = standard
        self.covering = covering(standard)
        applied = dossier.get(standard.id, AppliedStandard)
        self.excluded = dict(applied.record.excluded) if applied else {}
        self.clauses = in_force(standard, applied.record.edition if applied else None)
        self.children: dict[str, list[str]] = {}
        for key, item in self.clauses.items():
            if item.parent in self.clauses:
                self.children.setdefault(item.parent or "", []).append(key)
        self.changes: dict[str, list[Change]] = {}
        self.titles: dict[str, str] = {}
        for id_ in particulars(dossier, law, standard.id):
            self._take_changes(dossier, law, id_)
        self.answers = {
            entry.key: entry
            for entry in dossier.of(ClauseAnswer)
            if entry.owner == standard.id and entry.record.retired is None
        }

    def _take_changes(self, dossier: Dossier, law: Law, id_: str) -> None:
        content, applied = law.standard(id_), dossier.get(id_, AppliedStandard)
        if content is None:
            return
        self.titles[id_] = content.designation.split(":")[0]
        for key, item in in_force(content, applied.record.edition if applied else None).items():
            if item.changes and item.mode:
                self.changes.setdefault(item.changes, []).append(Change(id_, key, item.mode))

    def states(self) -> tuple[ClauseState, ...]:
        found: list[ClauseState] = []
        for key, item in self.clauses.items():
            if item.parent not in self.clauses:
                self._walk(key, 0, None, found)
        return tuple(found)

    def _walk(self, key: str, depth: int, above: ClauseState | None, found: list[ClauseState]) -> Verdict:
        """Add a clause and what stands below it; gives its verdict."""
        state = self._own(key, depth, above)
        place = len(found)
        found.append(state)
        below = [self._walk(child, depth + 1, state, found) for child in self.children.get(key, ())]
        if below:
            told = [state.own] if state.source != "nobody" else []
            found[place] = replace(state, verdict=worst([*told, *below]))
        return found[place].verdict

    def _own(self, key: str, depth: int, above: ClauseState | None) -> ClauseState:
        item, entry = self.clauses[key], self.answers.get(key)
        changes = tuple(self.changes.get(key, ()))
        own, source, why = self._verdict(key, item, entry, changes, above)
        is_typed = source == "excluded" or (source == "above" and above is not None and above.is_typed)
        has_children = key in self.children
        return ClauseState(self.standard.id, key, item, depth, has_children, own, own, source, why, is_typed, changes, entry)

    def _verdict(
        self,
        key: str,
        item: ClauseItem,
        entry: Entry[ClauseAnswer] | None,
        changes: tuple[Change, ...],
        above: ClauseState | None,
    ) -> tuple[Verdict, Source, str]:
        """What is said of the clause itself. A record goes before everything else while the facts hold that it rests on; rules
        find where it is contradicted.
        """
        said = entry.record.verdict if entry else None
        if entry is not None and said is not None and said != "open":
            lost = reopened_by(entry.record, self.known)
            return ("open", "answer", f"judged {said} while {said_facts(lost)}") if lost else (said, "answer", "")
        if key in self.excluded:
            return "N/A", "excluded", self.excluded[key]
        out = next((change for change in changes if change.mode in ("not_applicable", "replaced")), None)
        if out is not None:
            words = "takes it out" if out.mode == "not_applicable" else "replaces it"
            return "N/A", "particular", f"{self.titles[out.standard]} {words} ({out.key})"
        outcome = self.known.judge(item.when)
        if item.when is not None and outcome.holds is False:
            return "N/A", "facts", self.known.why(item.when)
        covered = above is not None and above.own in self.covering and above.source != "nobody"
        if above is not None and covered and said != "open":
            return above.own, "above", above.why or f"as clause {above.key}"
        return "open", "nobody" if said is None else "answer", ""


def hooks(standard: Standard) -> tuple[str, ...]:
    """The clauses that point into the risk management file."""
    return tuple(key for key, item in standard.clauses.items() if item.rm_hook)


def leaves(states: Iterable[ClauseState]) -> Iterator[ClauseState]:
    """The clauses that have none below them: what is judged one by one."""
    return (state for state in states if not state.has_children)
