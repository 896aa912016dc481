"""The tree of a table: its columns are the levels, and neighbours that begin with the same cells share their branch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from mdr_blueprint.tables import Cell, Column, Row, Table


@dataclass(frozen=True, slots=True)
class Branch:
    """A cell of one or several rows, with what hangs below it."""

    level: str
    """Title of the column: what the words are."""
    cell: Cell
    ending: tuple[Row, ...] = ()
    """The rows of which this is the last cell."""
    branches: tuple[Branch, ...] = ()


Path = list[tuple[int, Cell]]
"""What is left of a row: its cells, with the numbers of their columns."""


def branches(table: Table) -> tuple[Branch, ...]:
    """The branches of the first level, in the order of the rows. An empty cell is no level: what follows it moves up."""
    paths = [(row, [(at, cell) for at, cell in enumerate(row.cells) if cell != ""]) for row in table.rows]
    return _branches(table.columns, paths)


def _branches(columns: Sequence[Column], paths: Iterable[tuple[Row, Path]]) -> tuple[Branch, ...]:
    found = []
    for (at, cell), alike in groupby((pair for pair in paths if pair[1]), key=lambda pair: pair[1][0]):
        below = [(row, path[1:]) for row, path in alike]
        ending = tuple(row for row, path in below if not path)
        found.append(Branch(columns[at].title, cell, ending, _branches(columns, below)))
    return tuple(found)
