"""The `cards` view of a table: each row as a small block under a bold line, for rows that hold much text."""

from __future__ import annotations

import re

from mdr_blueprint.tables import Cell, Gap, Lines, Row, Table, Words
from mdr_blueprint.tables.shapes import words
from mdr_blueprint.write.word.markup import GAP, PLAIN, SPACER, paragraph, run
from mdr_blueprint.write.word.tables import GAP_CELL, USUAL, cell_content, frame_cell, table_frame
from mdr_blueprint.write.word.text import Context, line

LABEL_SHARE = 0.22
DOT, SHORT = " · ", 36
"""Values of no more characters than this, of which several follow each other, stand side by side."""
STEP = re.compile(r"[a-z]?\d+\. ")
"""A step of a sequence keeps its line."""
WHOLE_UNTIL = 1500
"""A card of no more characters than this is kept on one page."""


def card_blocks(table: Table, context: Context, width: int) -> str:
    """The rows of a table as cards, or a sentence where it has none."""
    if not table.rows:
        return paragraph(run(f"{table.title}. ", PLAIN._replace(bold=True)) + run(table.empty))
    return "".join(_card(table, row, context, width) for row in table.rows) + SPACER


def _card(table: Table, row: Row, context: Context, width: int) -> str:
    bookmark = context.links.claim(row.subject)
    title = f"{table.columns[0].title} {words(row.cells[0])}".replace("\n", ", ")
    lines = [(column.title, cell) for column, cell in zip(table.columns[1:], row.cells[1:], strict=True) if cell != ""]
    whole = sum(len(words(cell)) for _, cell in lines) <= WHOLE_UNTIL
    mark = context.links.mark(bookmark) if bookmark else ""
    heading = paragraph(mark + run(title, GAP if isinstance(row.cells[0], Gap) else PLAIN), "CardTitle")
    if not lines:
        return heading
    widths = (int(width * LABEL_SHARE), width - int(width * LABEL_SHARE))
    rows = [_line(label, cell, widths, context, keep=whole and at < len(lines) - 1) for at, (label, cell) in enumerate(lines)]
    return heading + table_frame("CardTable", widths, "".join(rows))


def _line(label: str, cell: Cell, widths: tuple[int, int], context: Context, *, keep: bool) -> str:
    """One field of a card; `keep` holds it on the page of the next one."""
    content, length = _content(cell, context)
    name = paragraph(run(label), USUAL.header, "" if keep else '<w:keepNext w:val="0"/>')
    split = "<w:trPr><w:cantSplit/></w:trPr>" if length < WHOLE_UNTIL else ""
    fill = GAP_CELL if isinstance(cell, Gap) else ""
    return f"<w:tr>{split}{frame_cell(name, widths[0])}{frame_cell(content, widths[1], fill)}</w:tr>"


def _content(cell: Cell, context: Context) -> tuple[str, int]:
    """A card is wide: short values that stand below each other in a column stand side by side here."""
    if not isinstance(cell, Lines) or not cell.items:
        return cell_content(cell, USUAL.text, context)
    content, length = "", 0
    beside: list[str] = []
    for item in (*cell.items, None):
        if item is not None and not isinstance(item, Words) and len(str(item)) <= SHORT and not STEP.match(str(item)):
            beside.append(line(item, context))
            length += len(str(item)) + len(DOT)
            continue
        if beside:
            content += paragraph(run(DOT).join(beside), USUAL.text.style)
            beside = []
        if item is not None:
            more, size = cell_content(item, USUAL.text, context)
            content, length = content + more, length + size
    return content, length
