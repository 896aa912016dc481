"""Token trees and table cells as HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterable
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
from mdr_blueprint.write.site.markup import BREAK, NOTHING, Markup, element, elements, escape, link, quoted, together, void
from mdr_blueprint.write.site.pictures import many, matrix, matrix_field, tree

Address = Callable[[str, str | None], str | None]
"""Id of a record and a section of it -> URL from the page that is being written, or None."""

SCHEMES = ("http", "https", "mailto", "")


class HtmlWriter:
    """Writes for one page: `address` gives URLs as seen from there, `text` and `quoted` make running text and URLs markup."""

    def __init__(
        self, address: Address, text: Callable[[str], Markup] = escape, quoted: Callable[[str], Markup] = quoted
    ) -> None:
        self.address = address
        self.text = text
        self.quoted = quoted

    def inlines(self, parts: Iterable[Inline]) -> Markup:
        return together([self._inline(part) for part in parts])

    def _inline(self, part: Inline) -> Markup:
        match part:
            case Text(text):
                return self.text(text)
            case Link(target, parts):
                return self._link(target, self.inlines(parts))
            case Strong(parts):
                return element("strong", self.inlines(parts))
            case Emphasis(parts):
                return element("em", self.inlines(parts))
            case CodeText(text):
                return element("code", self.text(text))
            case LineBreak():
                return BREAK

    def _link(self, target: str, words: str) -> Markup:
        if target.startswith("gap:"):
            return gap(words)
        url = self.url(target)
        return link(self.quoted(url), words) if url else escape(words)

    def url(self, target: str) -> str | None:
        """Where a link of a text leads as seen from this page; None where it leads to nothing, or where no link may."""
        if target.startswith("record:"):
            return self.address(target[7:], None)
        if target.startswith("page:"):
            return self.address(target, None)
        return target if urlsplit(target).scheme in SCHEMES else None

    def record(self, id_: str, words: str, place: str | None = None, rest: str = "") -> Markup:
        """A link to a record, or its words alone where the project does not hold it; `rest` stands behind it."""
        url = self.address(id_, place)
        return link(url, words, rest) if url else together((words, rest))

    def blocks(self, blocks: Iterable[Block]) -> Markup:
        return together([self.block(block) for block in blocks], "\n")

    def block(self, block: Block) -> Markup:
        match block:
            case Paragraph(parts):
                return element("p", self.inlines(parts))
            case Heading(level, parts, number, anchor, _):
                return element(f"h{level}", f"{number} " if number else "", self.inlines(parts), id=anchor)
            case ListBlock(ordered, items, start):
                rows = elements("li", map(self._item, items))
                return element("ol", rows, start=start if start != 1 else None) if ordered else element("ul", rows)
            case Quote(quoted):
                return element("blockquote", self.blocks(quoted))
            case CodeBlock(text, _):
                return element("pre", element("code", self.text(text)))
            case Divider():
                return void("hr")
            case Grid(header, rows):
                return grid(map(self.inlines, header), (map(self.inlines, row) for row in rows))
            case _:
                return NOTHING

    def _item(self, blocks: tuple[Block, ...]) -> Markup:
        """A list item: a single paragraph stands without `<p>`."""
        return together(
            [self.inlines(b.parts) if i == 0 and isinstance(b, Paragraph) else self.block(b) for i, b in enumerate(blocks)]
        )

    def cell(self, cell: Cell) -> Markup:
        if isinstance(cell, str):
            return escape(cell)
        if isinstance(cell, RecordLink):
            id_, rest = cell.id, cell.label.removeprefix(f"{cell.id} ")
            if rest != cell.label:  # the id is the link, its words stay quiet
                return self.record(id_, id_, cell.place, f" {rest}")
            return self.record(id_, cell.label, cell.place)
        if isinstance(cell, Gap):
            return gap(cell.text)
        if isinstance(cell, Words):
            blocks = cell.blocks
            return self.inlines(blocks[0].parts) if len(blocks) == 1 and isinstance(blocks[0], Paragraph) else self.blocks(blocks)
        if isinstance(cell, MatrixField):
            return matrix_field(cell, self.cell)
        return together([self.cell(item) for item in cell.items], BREAK)

    def table(self, table: Table, view: str = "wide") -> Markup:
        """A table with its number of rows and gaps; `cards` shows each row as a list of label and value, `tree` all as one."""
        if not table.rows:
            return element("p", table.empty, class_="mdr-empty")
        if view == "tree":
            return tree(table, self.cell)
        if view == "cards":
            return self._cards(table)
        return matrix(table, self.cell) if table.is_matrix else self._wide(table)

    def _wide(self, table: Table) -> Markup:
        total = table.width
        columns = together(void("col", style=f"width:{column.width * 100 / total:.1f}%") for column in table.columns)
        head = together(element("th", column.title, scope="col") for column in table.columns)
        wide, size = (" mdr-wide", f"min-width:{min(total, 200) * 0.27:.0f}rem") if total > 110 else ("", None)
        inner = together(
            (element("colgroup", columns), element("thead", element("tr", head)), "\n", body(map(self.row, table.rows)))
        )
        shown = element("table", inner, class_="mdr-table", data_rows=len(table.rows), data_gaps=table.gaps or None, style=size)
        return element("div", shown, class_=f"mdr-scroll{wide}")

    def row(self, row: Row) -> Markup:
        cells = elements("td", [cell if isinstance(cell, str) else self.cell(cell) for cell in row.cells])
        return element("tr", cells, class_="mdr-gap-row") if row.gap else element("tr", cells)

    def _cards(self, table: Table) -> Markup:
        cards = []
        for row in table.rows:
            pairs = together(
                element("dt", column.title) + element("dd", self.cell(cell))
                for column, cell in zip(table.columns[1:], row.cells[1:], strict=True)
                if cell != ""
            )
            title = element("p", self.cell(row.cells[0]), class_="mdr-card-title")
            cards.append(element("div", title, element("dl", pairs), class_=f"mdr-card{' mdr-gap-row' if row.gap else ''}"))
        return element("div", *cards, class_=f"mdr-cards{many(table)}")


def gap(words: str) -> Markup:
    """Something that is missing."""
    return element("span", words, class_="mdr-gap")


def body(rows: Iterable[Markup]) -> Markup:
    """The rows of a table, each on a line of its own."""
    return element("tbody", "\n", together(rows, "\n"), "\n")


def grid(header: Iterable[str], rows: Iterable[Iterable[str]], look: str = "mdr-table mdr-grid") -> Markup:
    """A small table that is not filtered."""
    head, lines = element("tr", elements("th", header)), elements("tr", (elements("td", row) for row in rows))
    return element("div", element("table", element("thead", head), element("tbody", lines), class_=look), class_="mdr-scroll")
