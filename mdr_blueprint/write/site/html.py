"""Token trees and table cells as HTML. Everything that comes from a record is escaped here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape
from urllib.parse import urlsplit

from mdr_blueprint.markdown import (
    Block,
    CodeBlock,
    CodeText,
    Divider,
    Emphasis,
    Grid,
    Heading,
    Inline,
    LineBreak,
    Link,
    ListBlock,
    Paragraph,
    Quote,
    Strong,
    Text,
)
from mdr_blueprint.tables import Cell, Gap, MatrixField, RecordLink, Row, Table, Words
from mdr_blueprint.write.site.pictures import many, matrix, matrix_field, tree

Address = Callable[[str, str | None], str | None]
"""Id of a record and a section of it -> URL from the page that is being written, or None."""

SCHEMES = ("http", "https", "mailto", "")


class HtmlWriter:
    """Writes for one page: `address` gives URLs as seen from there."""

    def __init__(self, address: Address) -> None:
        self.address = address

    def inlines(self, parts: Iterable[Inline]) -> str:
        return "".join([self._inline(part) for part in parts])

    def _inline(self, part: Inline) -> str:
        match part:
            case Text(text):
                return escape(text, quote=False)
            case Link(target, parts):
                return self._link(target, self.inlines(parts))
            case Strong(parts):
                return f"<strong>{self.inlines(parts)}</strong>"
            case Emphasis(parts):
                return f"<em>{self.inlines(parts)}</em>"
            case CodeText(text):
                return f"<code>{escape(text, quote=False)}</code>"
            case LineBreak():
                return "<br>"

    def _link(self, target: str, words: str) -> str:
        if target.startswith("gap:"):
            return f'<span class="mdr-gap">{words}</span>'
        if target.startswith("record:"):
            return self.record(target[7:], words)
        if target.startswith("page:"):
            return self.record(target, words)
        if urlsplit(target).scheme not in SCHEMES:
            return words
        return f'<a href="{escape(target)}">{words}</a>'

    def record(self, id_: str, words: str, place: str | None = None) -> str:
        """A link to a record, or its words alone where the project does not hold it."""
        url = self.address(id_, place)
        return f'<a href="{url}">{words}</a>' if url else words

    def blocks(self, blocks: Iterable[Block]) -> str:
        return "\n".join([self.block(block) for block in blocks])

    def block(self, block: Block) -> str:
        match block:
            case Paragraph(parts):
                return f"<p>{self.inlines(parts)}</p>"
            case Heading(level, parts, number, anchor, _):
                shown = f"{number} " if number else ""
                return f'<h{level} id="{escape(anchor)}">{shown}{self.inlines(parts)}</h{level}>'
            case ListBlock(ordered, items, start):
                tag = "ol" if ordered else "ul"
                first = f' start="{start}"' if ordered and start != 1 else ""
                rows = "".join(f"<li>{self._item(item)}</li>" for item in items)
                return f"<{tag}{first}>{rows}</{tag}>"
            case Quote(quoted):
                return f"<blockquote>{self.blocks(quoted)}</blockquote>"
            case CodeBlock(text, _):
                return f"<pre><code>{escape(text, quote=False)}</code></pre>"
            case Divider():
                return "<hr>"
            case Grid(header, rows):
                head = "".join(f"<th>{self.inlines(cell)}</th>" for cell in header)
                body = "".join("<tr>" + "".join(f"<td>{self.inlines(cell)}</td>" for cell in row) + "</tr>" for row in rows)
                inner = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
                return f'<div class="mdr-scroll"><table class="mdr-table mdr-grid">{inner}</table></div>'
            case _:
                return ""

    def _item(self, blocks: tuple[Block, ...]) -> str:
        """A list item: a single paragraph stands without `<p>`."""
        if len(blocks) == 1 and isinstance(blocks[0], Paragraph):
            return self.inlines(blocks[0].parts)
        return "".join(
            self.inlines(b.parts) if i == 0 and isinstance(b, Paragraph) else self.block(b) for i, b in enumerate(blocks)
        )

    def cell(self, cell: Cell) -> str:
        if isinstance(cell, str):
            return escape(cell, quote=False)
        if isinstance(cell, RecordLink):
            id_, rest = cell.id, cell.label.removeprefix(f"{cell.id} ")
            if rest != cell.label:  # the id is the link, its words stay quiet
                return f"{self.record(id_, escape(id_, quote=False), cell.place)} {escape(rest, quote=False)}"
            return self.record(id_, escape(cell.label, quote=False), cell.place)
        if isinstance(cell, Gap):
            return f'<span class="mdr-gap">{escape(cell.text, quote=False)}</span>'
        if isinstance(cell, Words):
            blocks = cell.blocks
            return self.inlines(blocks[0].parts) if len(blocks) == 1 and isinstance(blocks[0], Paragraph) else self.blocks(blocks)
        if isinstance(cell, MatrixField):
            return matrix_field(cell, self.cell)
        return "<br>".join([self.cell(item) for item in cell.items])

    def table(self, table: Table, view: str = "wide") -> str:
        """A table with its number of rows and gaps; `cards` shows each row as a list of label and value, `tree` all as one."""
        if not table.rows:
            return f'<p class="mdr-empty">{escape(table.empty, quote=False)}</p>'
        if view == "tree":
            return tree(table, self.cell)
        if view == "cards":
            return self._cards(table)
        return matrix(table, self.cell) if table.is_matrix else self._wide(table)

    def _wide(self, table: Table) -> str:
        total = table.width
        columns = "".join(f'<col style="width:{column.width * 100 / total:.1f}%">' for column in table.columns)
        head = "".join(f'<th scope="col">{escape(column.title, quote=False)}</th>' for column in table.columns)
        gaps = f' data-gaps="{table.gaps}"' if table.gaps else ""
        wide, size = (" mdr-wide", f' style="min-width:{min(total, 200) * 0.27:.0f}rem"') if total > 110 else ("", "")
        rows = "\n".join([self.row(row) for row in table.rows])
        return (
            f'<div class="mdr-scroll{wide}"><table class="mdr-table" data-rows="{len(table.rows)}"{gaps}{size}>'
            f"<colgroup>{columns}</colgroup><thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>"
        )

    def row(self, row: Row) -> str:
        mark = ' class="mdr-gap-row"' if row.gap else ""
        cell = self.cell
        return f"<tr{mark}>" + "".join([f"<td>{cell(c)}</td>" for c in row.cells]) + "</tr>"

    def _cards(self, table: Table) -> str:
        cards = []
        for row in table.rows:
            pairs = "".join(
                f"<dt>{escape(column.title, quote=False)}</dt><dd>{self.cell(cell)}</dd>"
                for column, cell in zip(table.columns[1:], row.cells[1:], strict=True)
                if cell != ""
            )
            mark = " mdr-gap-row" if row.gap else ""
            cards.append(
                f'<div class="mdr-card{mark}"><p class="mdr-card-title">{self.cell(row.cells[0])}</p><dl>{pairs}</dl></div>'
            )
        return f'<div class="mdr-cards{many(table)}">{"".join(cards)}</div>'
