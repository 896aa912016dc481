"""Tables as text of WordprocessingML: a row is put together from strings, which stays linear in the number of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from mdr_blueprint.markdown import Grid, Paragraph, Text, plain, plain_blocks
from mdr_blueprint.tables import Cell, Column, Gap, Lines, RecordLink, Row, Table, Words
from mdr_blueprint.tables.shapes import LineItem, has_gap, words
from mdr_blueprint.write.word.markup import GAP, PLAIN, SPACER, field, kept, paragraph, run
from mdr_blueprint.write.word.text import Context, Flow, cell_flow, inlines, reference, text_blocks

GAP_ROW, GAP_CELL, HEADER = "FEF4F0", "FBE6DF", "E9EEF4"
"""Fills; the words of a gap say the same, so that nothing rests on colour."""
SMALL_FROM, LANDSCAPE_WIDTH = 165, 14570
"""A table wider than this, in characters, is set in the smaller type; on larger paper than A4, more fits."""
SPLIT_FROM = 26
"""A row of more lines than this may be split over two pages."""
AT_LEAST, SMALL_ROWS, SMALL_TEXT = 2, 6, 500
"""So many rows stand below the heading, on its page; a table of no more rows and characters than the others stays on one page."""
SAMPLE = 200
"""So many rows are looked at to find the longest words."""
MANY, SHORT = 3, 24
"""So many references of no more characters than this, following each other, stand behind each other, not below."""
LONGEST = 20
"""Longer words than this are broken, whatever the width."""
MARGINS = 170


class Type(NamedTuple):
    """The type a table is set in: styles of its paragraphs, and the width of an average character in twentieths of a point."""

    text: Flow
    header: str
    character: float


USUAL = Type(cell_flow("TableText"), "TableHeader", 89)
SMALL = Type(cell_flow("TableTextSmall"), "TableHeaderSmall", 78)


def table_block(table: Table, context: Context, width: int) -> str:
    """A table with its caption, on paper `width` twentieths of a point wide; or a sentence where it has no rows."""
    if not table.rows:
        return paragraph(run(f"{table.title}. ", PLAIN._replace(bold=True)) + run(table.empty))
    return caption(table, context) + bare_table(table, context, width) + SPACER


def caption(table: Table, context: Context) -> str:
    number = context.next_caption()
    return paragraph(run("Table ") + field("SEQ Table \\* ARABIC", str(number)) + run(f": {table.title}"), "Caption")


def bare_table(table: Table, context: Context, width: int) -> str:
    """A table that has rows, without a caption."""
    face = SMALL if table.width > SMALL_FROM * max(width / LANDSCAPE_WIDTH, 1) else USUAL
    widths = column_widths(table, width, face.character)
    rows = [_row(row, widths, face, context) for row in table.rows]
    together = len(rows) if _is_small(table) else AT_LEAST
    rows[: together - 1] = map(kept, rows[: together - 1])
    header = header_row([column.title for column in table.columns], widths, face)
    return table_frame("FileTable", widths, header + "".join(rows))


def _is_small(table: Table) -> bool:
    rows = table.rows
    return len(rows) <= SMALL_ROWS and sum(len(words(cell)) for row in rows for cell in row.cells) <= SMALL_TEXT


def grid(block: Grid, context: Context, width: int) -> str:
    """A small table that was typed into the text."""
    texts = [[plain(cell) for cell in row] for row in (block.header, *block.rows)]
    longest = [max(len(row[at]) for row in texts) for at in range(len(texts[0]))]
    columns = tuple(Column(title, min(60, max(6, length))) for title, length in zip(texts[0], longest, strict=True))
    rows = tuple(Row(tuple(Words((Paragraph(cell),)) for cell in row)) for row in block.rows)
    widths = column_widths(Table("", "", columns, rows), width, USUAL.character)
    body = "".join(_row(row, widths, USUAL, context) for row in rows)
    return table_frame("FileTable", widths, header_row(texts[0], widths, USUAL) + body) + SPACER


def table_frame(style: str, widths: Sequence[int], rows: str) -> str:
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    size = f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
    look = '<w:tblLook w:val="0620" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
    head = f'<w:tblPr><w:tblStyle w:val="{style}"/>{size}{look}</w:tblPr><w:tblGrid>{columns}</w:tblGrid>'
    return f"<w:tbl>{head}{rows}</w:tbl>"


def header_row(titles: Iterable[str], widths: Sequence[int], face: Type) -> str:
    names = (paragraph(run(title), face.header) for title in titles)
    cells = "".join(frame_cell(name, width, HEADER) for name, width in zip(names, widths, strict=True))
    return f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{cells}</w:tr>"


def frame_cell(content: str, width: int, fill: str = "", span: int = 1) -> str:
    over = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{over}{shade}</w:tcPr>{content}</w:tc>'


def _row(row: Row, widths: Sequence[int], face: Type, context: Context) -> str:
    bookmark = context.links.claim(row.subject)
    own = row.subject if bookmark else None
    fill = GAP_ROW if row.gap else ""
    cells, lines = [], 1.0
    for at, (cell, width) in enumerate(zip(row.cells, widths, strict=True)):
        mark = context.links.mark(bookmark) if bookmark and at == 0 else ""
        content, length = cell_content(cell, face.text, context, own, mark)
        cells.append(frame_cell(content, width, GAP_CELL if has_gap((cell,)) else fill))
        lines = max(lines, length * face.character / (width - MARGINS + 1))
    split = "" if lines > SPLIT_FROM else "<w:trPr><w:cantSplit/></w:trPr>"
    return f"<w:tr>{split}{''.join(cells)}</w:tr>"


def cell_content(cell: Cell, flow: Flow, context: Context, own: str | None = None, mark: str = "") -> tuple[str, int]:
    """The paragraphs of a cell and about how many characters they take. `own` is the record that is not linked, being here."""
    if isinstance(cell, Lines):
        parts = [_lines(run_, flow, context, own, mark if at == 0 else "") for at, run_ in enumerate(_runs(cell.items))]
        if parts:
            return "".join(content for content, _ in parts), sum(length for _, length in parts)
        return paragraph(mark, flow.style), 0
    if isinstance(cell, Words):
        return _words(cell, flow, context, mark)
    if isinstance(cell, RecordLink):
        return paragraph(mark + reference(cell, context, own), flow.style), len(cell.label)
    if isinstance(cell, Gap):
        return paragraph(mark + run(cell.text, GAP), flow.style), len(cell.text)
    text = str(cell)
    return paragraph(mark + (run(text) if text else ""), flow.style), len(text)


def _words(cell: Words, flow: Flow, context: Context, mark: str) -> tuple[str, int]:
    if len(cell.blocks) == 1 and isinstance(cell.blocks[0], Paragraph):
        parts = cell.blocks[0].parts
        if len(parts) == 1 and isinstance(parts[0], Text):  # nearly every cell: no walk
            return paragraph(mark + run(parts[0].text), flow.style), len(parts[0].text)
        return paragraph(mark + inlines(parts, context), flow.style), len(plain(parts))
    lead = paragraph(mark, "SectionEnd") if mark else ""
    return lead + (text_blocks(cell.blocks, context, flow) or paragraph("", flow.style)), len(plain_blocks(cell.blocks))


def _runs(items: Sequence[LineItem]) -> Iterator[Sequence[LineItem]]:
    """The lines of a cell one by one, but short references that follow each other together, where they are many."""
    for is_short, found in groupby(items, lambda item: isinstance(item, RecordLink) and len(item.label) <= SHORT):
        together = tuple(found)
        if is_short and len(together) >= MANY:
            yield together
        else:
            yield from ((item,) for item in together)


def _lines(items: Sequence[LineItem], flow: Flow, context: Context, own: str | None, mark: str) -> tuple[str, int]:
    """Many short references run on: each on a line of its own, they would make the row as tall as a page."""
    if len(items) == 1:
        content, length = cell_content(items[0], flow, context, own, mark)
        return content, max(length, 20)
    labels = [str(item) for item in items]
    between = "; " if any("," in label for label in labels) else ", "
    references = [reference(item, context, own) for item in items if isinstance(item, RecordLink)]
    return paragraph(mark + run(between).join(references), flow.style), len(between.join(labels))


def column_widths(table: Table, total: int, character: float) -> list[int]:
    """The columns' shares of the total, none so narrow that a usual word must be broken; an empty column gets little."""
    floors = [longest * character * 1.08 + MARGINS for longest in longest_words(table)]
    if sum(floors) > total:
        floors = [floor * total / sum(floors) for floor in floors]
    shares = [max(column.width, 1) for column in table.columns]
    shares = [share if any(row.cells[at] != "" for row in table.rows) else 1 for at, share in enumerate(shares)]
    free = set(range(len(shares)))
    widths = [float(floor) for floor in floors]
    while free:
        rest = total - sum(widths[at] for at in range(len(shares)) if at not in free)
        unit = rest / sum(shares[at] for at in free)
        narrow = {at for at in free if shares[at] * unit < floors[at]}
        if not narrow:
            for at in free:
                widths[at] = shares[at] * unit
            break
        free -= narrow
    rounded = [int(width) for width in widths]
    rounded[-1] += total - sum(rounded)
    return rounded


def longest_words(table: Table) -> Iterator[float]:
    """For each column the length of its longest word in usual characters, as far as words are kept whole."""
    sample = table.rows[:: max(1, len(table.rows) // SAMPLE)]
    for at, column in enumerate(table.columns):
        longest = max(map(_length, column.title.split()), default=1.0) * 1.08  # bold
        for row in sample:
            longest = max(longest, *map(_length, words(row.cells[at]).split()), 1.0)
        yield min(longest, LONGEST)


def _length(word: str) -> float:
    """In usual characters; capitals are wide, and so are some others."""
    return len(word) + 0.3 * sum(map(str.isupper, word)) + 0.4 * sum(map(word.lower().count, "mw"))
