"""A risk matrix: each field on the ground of its verdict, with the verdict in words, the count and the first of the risks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mdr_blueprint.tables import Cell, MatrixField, RecordLink, Row, Table
from mdr_blueprint.tables.shapes import VERDICTS, has_gap
from mdr_blueprint.write.word.markup import GAP, PLAIN, SPACER, kept, paragraph, run
from mdr_blueprint.write.word.tables import (
    GAP_CELL,
    HEADER,
    MARGINS,
    SMALL,
    USUAL,
    caption,
    cell_content,
    frame_cell,
    longest_words,
    table_frame,
)
from mdr_blueprint.write.word.text import Context, cell_flow, reference

FILLS = {"acceptable": "E0F0E3", "not_acceptable": "F4B9A2", "open": "E8EAED"}
"""Grounds that differ in grey too."""
MOST_LISTED = 12
CENTRED = '<w:jc w:val="center"/>'
LARGE = '<w:rPr><w:b/><w:sz w:val="26"/><w:szCs w:val="26"/></w:rPr>'
HEIGHT = 760
"""Of a row at least, in twentieths of a point."""


def matrix_block(table: Table, context: Context, width: int) -> str:
    """A matrix that has rows, with its caption, whole on one page where it fits."""
    widths = field_widths(table, width)
    head = "".join(
        frame_cell(paragraph(run(column.title), USUAL.header, CENTRED if at else ""), size, HEADER)
        for at, (column, size) in enumerate(zip(table.columns, widths, strict=True))
    )
    rows = [f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>"]
    rows += [_row(row, widths, context) for row in table.rows]
    together = [kept(row) for row in rows[:-1]]
    return caption(table, context) + table_frame("FileTable", widths, "".join((*together, rows[-1]))) + SPACER


def field_widths(table: Table, total: int) -> list[int]:
    """The first column as its words ask, the fields as wide as each other."""
    longest, *_ = longest_words(table)
    fields = len(table.columns) - 1
    first = min(int(longest * USUAL.character * 1.08 + MARGINS), total // 3) if fields else total
    each = (total - first) // max(fields, 1)
    return [total - each * fields, *[each] * fields]


def _row(row: Row, widths: list[int], context: Context) -> str:
    """A row that has words in the place of fields lets them run on over the fields that are not there."""
    last = max((at for at, cell in enumerate(row.cells) if cell != ""), default=0)
    sizes = (*widths[:last], sum(widths[last:]))
    shown = row.cells[: last + 1]
    cells = [_cell(cell, size, context, scale=at == 0) for at, (cell, size) in enumerate(zip(shown, sizes, strict=True))]
    spans = (*[1] * last, len(widths) - last)
    framed = (frame_cell(*cell, span) for cell, span in zip(cells, spans, strict=True))
    return f'<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="{HEIGHT}"/></w:trPr>{"".join(framed)}</w:tr>'


def _cell(cell: Cell, width: int, context: Context, *, scale: bool) -> tuple[str, int, str]:
    """Content, width and ground of a cell; `scale` is one that names its row."""
    if isinstance(cell, MatrixField):
        return _field(cell, width, context), width, FILLS[cell.verdict]
    content, _ = cell_content(cell, cell_flow(USUAL.header) if scale else SMALL.text, context)
    return content, width, GAP_CELL if has_gap((cell,)) else HEADER if scale else ""


def _field(field: MatrixField, width: int, context: Context) -> str:
    verdict = run(VERDICTS[field.verdict], GAP if field.verdict == "open" else PLAIN)
    if not field.items:
        return paragraph(verdict, SMALL.text.style, CENTRED)
    count = f"<w:r>{LARGE}<w:t>{field.count:,}</w:t></w:r>"
    lines = [count, verdict, *_listed(field.items[:MOST_LISTED], width, context)]
    if field.count > MOST_LISTED:
        lines.append(run(f"and {field.count - MOST_LISTED:,} more"))
    return "".join(paragraph(line, SMALL.text.style, CENTRED) for line in lines)


def _listed(risks: Sequence[RecordLink], width: int, context: Context) -> Iterator[str]:
    """As many on a line as have room: Word would break an id at its hyphens."""
    longest = max(len(risk.label) for risk in risks) + 2
    beside = max(1, int((width - MARGINS) / (longest * SMALL.character)))
    for start in range(0, len(risks), beside):
        yield run(", ").join(reference(risk, context) for risk in risks[start : start + beside])
