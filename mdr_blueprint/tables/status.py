"""How ready the file is: per point of Annex II and III. Words are complete, gaps, not started; never a verdict on the device."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.model import KINDS
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs
from mdr_blueprint.tables.shapes import Cell, Column, Gap, LineItem, Lines, Row
from mdr_blueprint.tables.states import DONE, STATES, State, by_part, state_of


@table(
    "readiness",
    "Readiness by Annex II and III",
    Column("Point", 18),
    Column("What must be there (own words)", 40),
    Column("State", 14),
    Column("Records", 9),
    Column("Open findings", 9),
    Column("Answered by, or why it is not due", 40),
    sheet=True,
)
def readiness(inputs: Inputs) -> Iterator[Row]:
    for name, point in inputs.law.points.items():
        state = state_of(inputs, name, point)
        cells = (
            point.citation,
            point.title,
            state.cell,
            str(state.records or ""),
            str(state.gaps or ""),
            _answered_by(inputs, point.kinds, state),
        )
        yield Row(cells, None, gap=state.word not in DONE)


def _answered_by(inputs: Inputs, kinds: tuple[str, ...], state: State) -> Cell:
    if state.word == "not applicable":
        return state.why
    lines: list[LineItem] = [", ".join(KINDS[kind].plural for kind in kinds)] if kinds else []
    lines += (inputs.titled(id_) for id_ in state.documents)
    if not lines:
        lines.append(Gap("no document names this point"))
    if state.why:
        lines.append(state.why)
    return Lines(tuple(lines)) if len(lines) > 1 else lines[0]


@table(
    "readiness_counts",
    "Readiness in numbers",
    Column("Part of the documentation", 44),
    Column("Points", 9),
    *(Column(state.capitalize(), 13) for state in STATES),
)
def readiness_counts(inputs: Inputs) -> Iterator[Row]:
    parts = by_part(inputs)
    totals = dict.fromkeys(STATES, 0)
    for part, counts in parts.items():
        yield _counts(part, counts)
        totals = {state: totals[state] + counts[state] for state in STATES}
    yield _counts("All", totals)


def _counts(part: str, counts: dict[str, int]) -> Row:
    cells = (str(number) if state in DONE or not number else Gap(str(number)) for state, number in counts.items())
    return Row((part, str(sum(counts.values())), *cells), None, gap=any(counts[state] for state in STATES if state not in DONE))


@table(
    "points",
    "Points of Annex II and III shown here",
    Column("Point", 20),
    Column("What must be there (own words)", 44),
    Column("State", 24),
    Column("Open findings", 9),
    option="document",
    empty="No point of Annex II or III is shown here.",
)
def points(inputs: Inputs, document: str) -> Iterator[Row]:
    """The points that one document shows, with their state."""
    for name, point in inputs.law.points.items():
        if document in point.documents:
            state = state_of(inputs, name, point)
            word: LineItem = state.word if state.word in DONE else Gap(state.word)
            shown: Cell = Lines((word, state.why)) if state.why else word
            yield Row((point.citation, point.title, shown, str(state.gaps or "")), None, gap=state.word not in DONE)
