"""Tables that are shown as a picture: a matrix with its fields, a tree with its branches."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mdr_blueprint.render.tree import Branch, branches
from mdr_blueprint.tables import Cell, MatrixField, Row, Table
from mdr_blueprint.tables.shapes import VERDICTS
from mdr_blueprint.write.site.markup import Markup, element, elements, together, void

Write = Callable[[Cell], Markup]
"""Writes a cell for the page."""

MOST_LISTED = 60
"""So many risks are listed in a field: a page with thousands in one would be as heavy as the risk table itself."""
OPEN_UNTIL = 150
"""A tree of no more rows than this is shown unfolded; of a larger one the first level is. So many cards, or rows of a tree, are
laid out at once; of more than these a browser lays out what is to be seen (`mdr-many`).
"""


def matrix_field(field: MatrixField, write: Write) -> Markup:
    """The count, which opens the list of the risks, and the verdict in words, so that nothing rests on colour."""
    verdict = element("span", VERDICTS[field.verdict], class_="mdr-verdict")
    if not field.items:
        return element("span", "0", class_="mdr-count mdr-none") + verdict
    items = elements("li", map(write, field.items[:MOST_LISTED]))
    if field.count > MOST_LISTED:
        items += element("li", f"and {field.count - MOST_LISTED:,} more, see the risk table")
    return element(
        "details", element("summary", element("span", f"{field.count:,}", class_="mdr-count"), verdict), element("ul", items)
    )


def matrix(table: Table, write: Write) -> Markup:
    """Fields of one width and, as far as their words allow, one height."""
    columns = element("colgroup", void("col", class_="mdr-scale"), void("col", span=len(table.columns) - 1))
    head = element("thead", element("tr", *(element("th", column.title, scope="col") for column in table.columns)))
    rows = element("tbody", "\n", together((_matrix_row(row, write) for row in table.rows), "\n"), "\n")
    shown = element("table", columns, head, "\n", rows, class_="mdr-table mdr-matrix", aria_label=table.title)
    return element("div", shown, class_="mdr-scroll")


def _matrix_row(row: Row, write: Write) -> Markup:
    """A row that has words in the place of fields lets them run on over the fields that are not there."""
    last = max((at for at, cell in enumerate(row.cells) if at == 0 or cell != ""), default=0)
    span = len(row.cells) - last if len(row.cells) - last > 1 else None
    cells = [element("th", write(row.cells[0]), scope="row", colspan=None if last else span)]
    for at, cell in enumerate(row.cells[1 : last + 1], 1):
        look = f"mdr-field mdr-{cell.verdict}" if isinstance(cell, MatrixField) else None
        cells.append(element("td", write(cell), class_=look, colspan=span if at == last else None))
    return element("tr", *cells)


def tree(table: Table, write: Write) -> Markup:
    """A nested list; each branch can be folded."""
    unfolded = 99 if len(table.rows) <= OPEN_UNTIL else 1
    items = _items(branches(table), write, unfolded)
    return element("div", element("ul", items, class_="mdr-tree", aria_label=table.title), class_=f"mdr-tree-box{many(table)}")


def many(table: Table) -> str:
    """A further class for what is longer than a browser lays out at once."""
    return " mdr-many" if len(table.rows) > OPEN_UNTIL else ""


def _items(found: Iterable[Branch], write: Write, unfolded: int) -> Markup:
    return together(_item(branch, write, unfolded) for branch in found)


def _item(branch: Branch, write: Write, unfolded: int) -> Markup:
    words = together((element("span", branch.level, class_="mdr-level"), " ", write(branch.cell)))
    if branch.branches:
        below = element("ul", _items(branch.branches, write, unfolded - 1))
        return element("li", element("details", element("summary", words), below, open=unfolded > 0))
    return element("li", words, class_="mdr-gap-row" if any(row.gap for row in branch.ending) else None)
