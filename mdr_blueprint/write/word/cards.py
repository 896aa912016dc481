"""The `cards` view of a table: each row as a small block under a bold line, for rows that hold much text."""

from __future__ import annotations

from mdr_blueprint.tables import Cell, Gap, Lines, Row, Table
from mdr_blueprint.write.word.markup import GAP, PLAIN, SPACER, paragraph, run
from mdr_blueprint.write.word.tables import GAP_CELL, USUAL, cell_content, cell_text, frame_cell, table_frame
from mdr_blueprint.write.word.text import Context

LABEL_SHARE = 0.22
LINE, SHORT = 110, 24
"""Characters of a line of a card, and of a value of which several stand on one line."""
WHOLE_UNTIL = 1500
"""A card of no more characters than this is kept on one page."""


def card_blocks(table: Table, context: Context, width: int) -> str:
    """The rows of a table as cards, or a sentence where it has none."""
    if not table.rows:
        return paragraph(run(f"{table.title}. ", PLAIN._replace(bold=True)) + run(table.empty))
    return "".join(_card(table, row, context, width) for row in table.rows) + SPACER


def _card(table: Table, row: Row, context: Context, width: int) -> str:
    bookmark = context.links.claim(row.subject)
    title = f"{table.columns[0].title} {cell_text(row.cells[0])}".replace("\n", ", ")
    lines = [(column.title, cell) for column, cell in zip(table.columns[1:], row.cells[1:], strict=True) if cell != ""]
    whole = sum(len(cell_text(cell)) for _, cell in lines) <= WHOLE_UNTIL
    mark = context.links.mark(bookmark) if bookmark else ""
    heading = paragraph(mark + run(title, GAP if isinstance(row.cells[0], Gap) else PLAIN), "CardTitle")
    if not lines:
        return heading
    widths = (int(width * LABEL_SHARE), width - int(width * LABEL_SHARE))
    rows = [_line(label, cell, widths, context, keep=whole and at < len(lines) - 1) for at, (label, cell) in enumerate(lines)]
    return heading + table_frame("CardTable", widths, "".join(rows))


def _line(label: str, cell: Cell, widths: tuple[int, int], context: Context, *, keep: bool) -> str:
    """One field of a card; `keep` holds it on the page of the next one."""
    content, length = cell_content(_on_one_line(cell), USUAL.text, context)
    name = paragraph(run(label), USUAL.header, "" if keep else '<w:keepNext w:val="0"/>')
    split = "<w:trPr><w:cantSplit/></w:trPr>" if length < WHOLE_UNTIL else ""
    fill = GAP_CELL if isinstance(cell, Gap) else ""
    return f"<w:tr>{split}{frame_cell(name, widths[0])}{frame_cell(content, widths[1], fill)}</w:tr>"


def _on_one_line(cell: Cell) -> Cell:
    """A card is wide: short values that stand below each other in a column stand side by side here."""
    if not isinstance(cell, Lines):
        return cell
    words = [item for item in cell.items if isinstance(item, str) and len(item) <= SHORT]
    line = " · ".join(words).replace(" · →", " →")
    return line if len(words) == len(cell.items) and len(line) <= LINE else cell
