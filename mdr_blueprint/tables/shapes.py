"""What a table is: six shapes of a cell, rows, columns. Writers know these and nothing of the records behind them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from mdr_blueprint.markdown import Blocks, plain_blocks

ILLUSTRATIVE = "illustrative"


@dataclass(frozen=True, slots=True)
class RecordLink:
    """A link to a record, or to the section `place` of its document; `label` is shown."""

    id: str
    label: str
    place: str | None = None

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing; shown as such in every output."""

    text: str = "missing"

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Words:
    """Prose in a cell."""

    blocks: Blocks


@dataclass(frozen=True, slots=True)
class Lines:
    """Several things in one cell, each on a line of its own."""

    items: tuple[LineItem, ...]


@dataclass(frozen=True, slots=True)
class MatrixField:
    """A field of a risk matrix: the criterion it stands for, and the risks that stand in it."""

    verdict: Literal["acceptable", "not_acceptable", "open"]
    items: tuple[RecordLink, ...] = ()

    @property
    def count(self) -> int:
        return len(self.items)

    def __str__(self) -> str:
        return f"{VERDICTS[self.verdict]}: {self.count}"


VERDICTS = {"acceptable": "acceptable", "not_acceptable": "not acceptable", "open": "no criterion"}

LineItem = str | RecordLink | Gap | Words
Cell = str | RecordLink | Gap | Words | Lines | MatrixField


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading and how wide it is beside the others (a share, in characters of text)."""

    title: str
    width: int = 12


@dataclass(frozen=True, slots=True)
class Row:
    """Cells in the order of the columns. `subject` is the record the row is about; `gap` tells that something is missing."""

    cells: tuple[Cell, ...]
    subject: str | None = None
    gap: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    """Unique; `clauses-iec-60601-1` where the table has an option."""
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    empty: str = "Nothing recorded."
    """What is shown where there are no rows."""

    @property
    def width(self) -> int:
        """Sum of the widths; a table of more than about 100 is put on landscape paper."""
        return sum(column.width for column in self.columns)

    @property
    def is_matrix(self) -> bool:
        """Whether it is a picture of fields, and no list of rows."""
        return any(isinstance(cell, MatrixField) for row in self.rows for cell in row.cells)

    @property
    def gaps(self) -> int:
        return sum(1 for row in self.rows if row.gap)


def value(text: object, missing: str = "missing") -> Cell:
    """A plain value as a cell, a gap where there is none."""
    return str(text) if text not in (None, "") else Gap(missing)


def has_gap(cells: Iterable[Cell]) -> bool:
    return any(
        isinstance(cell, Gap) or (isinstance(cell, Lines) and any(isinstance(i, Gap) for i in cell.items)) for cell in cells
    )


def row(subject: str | None, *cells: Cell) -> Row:
    """A row that is a gap if one of its cells is."""
    return Row(cells, subject, has_gap(cells))


def gap_row(columns: int, text: str, subject: str | None = None) -> Row:
    """A row that stands for something that is not there."""
    return Row((Gap(text), *[""] * (columns - 1)), subject, gap=True)


def says_illustrative(row: Row, own: int = 0) -> bool:
    """Whether a row says that its record is illustrative: in its first cell, in the one at `own`, or where it names the record.
    What other cells say is about other records, or quotes a figure.
    """
    return any(
        _is_marked(line)
        for at, cell in enumerate(row.cells)
        for line in (cell.items if isinstance(cell, Lines) else (cell,))
        if at in (0, own) or (isinstance(line, RecordLink) and line.id == row.subject)
    )


def _is_marked(line: Cell) -> bool:
    return not isinstance(line, Words) and str(line).endswith((ILLUSTRATIVE, f"({ILLUSTRATIVE})"))


def words(cell: Cell) -> str:
    """The text of a cell."""
    if isinstance(cell, Lines):
        return "\n".join(words(item) for item in cell.items)
    return plain_blocks(cell.blocks) if isinstance(cell, Words) else str(cell)
