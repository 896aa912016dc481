"""The shapes of a cell as a sheet shows them: a text, whether it is a gap, and the record it leads to."""

from __future__ import annotations

import re
from typing import NamedTuple

from mdr_blueprint.markdown import plain_blocks
from mdr_blueprint.tables import Cell, Gap, Lines, MatrixField, RecordLink, Table, Words

LONGEST = 32_767  # characters in a cell, counted as UTF-16 does
UNPRINTABLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
WHOLE_NUMBER = re.compile(r"0|[1-9][0-9]{0,14}")
LABELS = frozenset({"clause", "edition", "number", "revision", "section", "version"})


class Shown(NamedTuple):
    """`target` is the id of the one record that the cell names. A field of a matrix has a `verdict`; its text is its count."""

    text: str
    gap: bool = False
    target: str | None = None
    verdict: str = ""


def show(cell: Cell) -> Shown:
    """What a cell shows. The text may be longer than a sheet can hold."""
    if isinstance(cell, str):
        return Shown(clean(cell))
    if isinstance(cell, RecordLink):
        return Shown(clean(cell.label), target=cell.id)
    if isinstance(cell, Lines):
        if len(cell.items) == 1:
            return show(cell.items[0])
        return Shown(clean("\n".join(_text(item) for item in cell.items)), any(isinstance(item, Gap) for item in cell.items))
    if isinstance(cell, MatrixField):
        return Shown(str(cell.count), verdict=cell.verdict)
    return Shown(clean(_text(cell)), isinstance(cell, Gap))


def _text(cell: str | RecordLink | Gap | Words) -> str:
    return plain_blocks(cell.blocks) if isinstance(cell, Words) else str(cell)


def clean(text: str) -> str:
    """The text without what XML or Excel cannot hold; a character that is lost leaves a mark."""
    if not text.isprintable():
        text = UNPRINTABLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    # Excel reads _x000D_ in a cell as a character of that number; the underscore itself can be written so
    return LOOKS_ESCAPED.sub("_x005F_", text) if "_x" in text else text


def cut(text: str) -> str:
    """The text, ended by a note where it is longer than a cell can hold."""
    if len(text) <= LONGEST // 2 or units(text) <= LONGEST:
        return text
    note = f"\n[cut here: the text has {units(text):,} characters, a cell of a workbook holds {LONGEST:,}]"
    kept = text[: LONGEST - len(note)]
    while units(kept) + len(note) > LONGEST:
        kept = kept[: -((units(kept) + len(note) - LONGEST + 1) // 2)]
    return kept + note


def units(text: str) -> int:
    """The length of a text in UTF-16."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def number_columns(table: Table) -> frozenset[int]:
    """Columns that hold counts: whole numbers and nothing else, so that they sort as numbers.

    Ids, versions and numbers of clauses are labels and stay text: 1.10 is not 1.1.
    """
    return frozenset(
        at
        for at, column in enumerate(table.columns)
        if at and LABELS.isdisjoint(column.title.lower().split()) and _all_numbers(table, at)
    )


def _all_numbers(table: Table, at: int) -> bool:
    found = False
    for row in table.rows:
        cell = row.cells[at]
        if isinstance(cell, Gap) or cell == "":
            continue
        if not (isinstance(cell, str) and WHOLE_NUMBER.fullmatch(cell)):
            return False
        found = True
    return found


def lines(text: str, width: float) -> int:
    """How many lines a text takes in a column of this width, roughly: a line loses part of a word at its end."""
    if len(text) <= width * 0.95 and "\n" not in text:
        return 1
    room = max(width * 1.25 - 2.5, 4)
    return sum(int(-(-len(line) // room)) or 1 for line in text.split("\n"))


def fits(text: str, width: float) -> bool:
    """Whether a text stands on one line of a column of this width; capitals are wide."""
    return "\n" not in text and 0.78 * len(text) + 0.3 * sum(map(str.isupper, text)) <= width - 0.7
