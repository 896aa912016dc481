"""How ready the file is: per point of Annex II and III. Words are complete, gaps, not started; never a verdict on the device."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.model import KINDS
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs
from mdr_blueprint.tables.shapes import Cell, Column, Gap, Lines, Row
from mdr_blueprint.tables.states import state_of


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
