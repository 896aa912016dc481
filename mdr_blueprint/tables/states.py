"""How far a point of Annex II or III is. Shared by several families."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mdr_blueprint.answers import covers_point
from mdr_blueprint.load import Entry
from mdr_blueprint.model import Evidence
from mdr_blueprint.model.library import AnnexPoint
from mdr_blueprint.tables.inputs import Inputs, kept
from mdr_blueprint.tables.shapes import Cell, Gap

STATES = ("complete", "gaps", "not started", "not applicable")
"""In the order in which they are counted."""
DONE = ("complete", "not applicable")
PARTS = {
    "annex_ii:1": "Annex II 1 Device, variants and accessories",
    "annex_ii:2": "Annex II 2 Information supplied with the device",
    "annex_ii:3": "Annex II 3 Design and manufacture",
    "annex_ii:4": "Annex II 4 Safety and performance requirements",
    "annex_ii:5": "Annex II 5 Benefit-risk analysis and risk management",
    "annex_ii:6": "Annex II 6 Verification and validation",
    "annex_iii": "Annex III Post-market surveillance",
}
"""Parts of the documentation, by the beginning of the names of their points."""


@dataclass(frozen=True, slots=True)
class State:
    """State of one point, in one of the words of `STATES`."""

    word: str
    records: int
    gaps: int
    why: str = ""
    """The facts that rule the point out, or that it is not stated whether it applies."""
    documents: tuple[str, ...] = ()
    """Evidence records that name the point, or one above it."""

    @property
    def cell(self) -> Cell:
        return self.word if self.word in DONE else Gap(self.word)


def state_of(inputs: Inputs, name: str, point: AnnexPoint) -> State:
    """A point is complete when every kind of record it asks for is there and none of these records has an open finding; one that
    no kind of record answers, when documents name it and all of them are approved.

    At stage `draft` findings are infos; they count here all the same, because what is open does not depend on the stage.
    """
    outcome = inputs.known.judge(point.when)
    why = inputs.why(point.when) if not outcome.holds else ""
    if outcome.holds is False:
        return State("not applicable", 0, 0, why)
    records, gaps, missing = 0, 0, 0
    for kind in point.kinds:
        entries = inputs.dossier.kind(kind)
        records += len(entries)
        missing += not entries and kind not in point.optional
        gaps += inputs.open_findings[kind]
    documents = list(_documents(inputs, name))
    records += len(documents)
    if "evidence" not in point.kinds:
        gaps += sum(1 for entry in documents for f in inputs.report.about(entry.id) if f.waived is None)
    unfinished = any(entry.record.status != "approved" for entry in documents)
    word = "not started" if not records else "gaps" if gaps or missing or unfinished else "complete"
    return State(word, records, gaps, why, tuple(entry.id for entry in documents))


def _documents(inputs: Inputs, name: str) -> Iterator[Entry[Evidence]]:
    """Evidence that names a point or one above it: a plan that is said to answer 1 answers 1(a) as well."""
    for entry in kept(inputs.dossier.of(Evidence)):
        if any(covers_point(named, name) for named in entry.record.points):
            yield entry


def by_part(inputs: Inputs) -> dict[str, dict[str, int]]:
    """How many points of each part of the documentation are in each state."""
    counts = {part: dict.fromkeys(STATES, 0) for part in PARTS.values()}
    for name, point in inputs.law.points.items():
        part = next(words for head, words in PARTS.items() if name.startswith(head))
        counts[part][state_of(inputs, name, point).word] += 1
    return counts


def summary(inputs: Inputs) -> dict[str, int]:
    """How many points are in each state."""
    counts = by_part(inputs).values()
    return {state: number for state in STATES if (number := sum(part[state] for part in counts))}
