"""How ready the file is: per point of Annex II and III. Words are complete, gaps, not started; never a verdict on the device."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mdr_blueprint.model import KINDS
from mdr_blueprint.model.library import AnnexPoint
from mdr_blueprint.tables.engine import Cell, Column, Gap, Inputs, Lines, Row, table


@dataclass(frozen=True, slots=True)
class State:
    """State of one point: `complete`, `gaps`, `not started`, or `no record kind yet`."""

    word: str
    records: int
    gaps: int


@table(
    "readiness",
    "Readiness by Annex II and III",
    Column("Point", 20),
    Column("What must be there (own words)", 44),
    Column("State", 18),
    Column("Records", 9),
    Column("Open findings", 9),
    Column("Answered by", 34),
    sheet=True,
)
def readiness(inputs: Inputs) -> Iterator[Row]:
    for points in (inputs.law.annex_ii, inputs.law.annex_iii):
        for point in points.values():
            state = state_of(inputs, point)
            word: Cell = state.word if state.word == "complete" else Gap(state.word)
            names = tuple(KINDS[kind].plural for kind in point.kinds)
            yield Row(
                (
                    point.citation,
                    point.title,
                    word,
                    str(state.records or ""),
                    str(state.gaps or ""),
                    Lines(names) if names else "evidence documents outside the records",
                ),
                None,
                gap=isinstance(word, Gap),
            )


@table(
    "points",
    "Points of Annex II and III shown here",
    Column("Point", 20),
    Column("What must be there (own words)", 50),
    Column("State", 18),
    Column("Open findings", 9),
    option="document",
    empty="No point of Annex II or III is shown here.",
)
def points(inputs: Inputs, document: str) -> Iterator[Row]:
    """The points that one document shows, with their state."""
    for group in (inputs.law.annex_ii, inputs.law.annex_iii):
        for point in group.values():
            if document in point.documents:
                state = state_of(inputs, point)
                word: Cell = state.word if state.word == "complete" else Gap(state.word)
                yield Row((point.citation, point.title, word, str(state.gaps or "")), None, gap=isinstance(word, Gap))


def state_of(inputs: Inputs, point: AnnexPoint) -> State:
    """A point is complete when every kind of record it asks for is there and none of these records has an open finding.

    At stage `draft` findings are infos; they count here all the same, because what is open does not depend on the stage.
    """
    if not point.kinds:
        return State("no record kind yet", 0, 0)
    records, gaps, missing = 0, 0, 0
    for kind in point.kinds:
        entries = inputs.dossier.kind(kind)
        records += len(entries)
        missing += not entries
        gaps += sum(1 for f in inputs.report.about(kind) if f.waived is None and kind not in inputs.dossier.entries)
        gaps += sum(1 for entry in entries for f in inputs.report.about(entry.id) if f.waived is None)
    if not records:
        return State("not started", 0, gaps)
    return State("gaps" if gaps or missing else "complete", records, gaps)


def summary(inputs: Inputs) -> dict[str, int]:
    """How many points are in each state."""
    counts: dict[str, int] = {}
    for points in (inputs.law.annex_ii, inputs.law.annex_iii):
        for point in points.values():
            word = state_of(inputs, point).word
            counts[word] = counts.get(word, 0) + 1
    return counts
