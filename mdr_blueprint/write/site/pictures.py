"""Tables that are shown as a picture: a matrix with its fields, a tree with its branches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape

from mdr_blueprint.render.tree import Branch, branches
from mdr_blueprint.tables import Cell, MatrixField, Row, Table
from mdr_blueprint.tables.shapes import VERDICTS

Write = Callable[[Cell], str]
"""Writes a cell for the page."""

MOST_LISTED = 60
"""So many risks are listed in a field: a page with thousands in one would be as heavy as the risk table itself."""
OPEN_UNTIL = 150
"""A tree of no more rows than this is shown unfolded; of a larger one the first level is. So many cards, or rows of a tree, are
laid out at once; of more than these a browser lays out what is to be seen (`mdr-many`).
"""


def matrix_field(field: MatrixField, write: Write) -> str:
    """The count, which opens the list of the risks, and the verdict in words, so that nothing rests on colour."""
    verdict = f'<span class="mdr-verdict">{VERDICTS[field.verdict]}</span>'
    if not field.items:
        return f'<span class="mdr-count mdr-none">0</span>{verdict}'
    items = "".join(f"<li>{write(item)}</li>" for item in field.items[:MOST_LISTED])
    if field.count > MOST_LISTED:
        items += f"<li>and {field.count - MOST_LISTED:,} more, see the risk table</li>"
    summary = f'<summary><span class="mdr-count">{field.count:,}</span>{verdict}</summary>'
    return f"<details>{summary}<ul>{items}</ul></details>"


def matrix(table: Table, write: Write) -> str:
    """Fields of one width and, as far as their words allow, one height."""
    head = "".join(f'<th scope="col">{escape(column.title, quote=False)}</th>' for column in table.columns)
    rows = "\n".join(_matrix_row(row, write) for row in table.rows)
    return (
        f'<div class="mdr-scroll"><table class="mdr-table mdr-matrix" aria-label="{escape(table.title)}">'
        f'<colgroup><col class="mdr-scale"><col span="{len(table.columns) - 1}"></colgroup>'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>"
    )


def _matrix_row(row: Row, write: Write) -> str:
    """A row that has words in the place of fields lets them run on over the fields that are not there."""
    last = max((at for at, cell in enumerate(row.cells) if at == 0 or cell != ""), default=0)
    span = f' colspan="{len(row.cells) - last}"' if len(row.cells) - last > 1 else ""
    cells = [f'<th scope="row"{"" if last else span}>{write(row.cells[0])}</th>']
    for at, cell in enumerate(row.cells[1 : last + 1], 1):
        look = f' class="mdr-field mdr-{cell.verdict}"' if isinstance(cell, MatrixField) else ""
        cells.append(f"<td{look}{span if at == last else ''}>{write(cell)}</td>")
    return f"<tr>{''.join(cells)}</tr>"


def tree(table: Table, write: Write) -> str:
    """A nested list; each branch can be folded."""
    unfolded = 99 if len(table.rows) <= OPEN_UNTIL else 1
    listed = _list(branches(table), write, unfolded, f' class="mdr-tree" aria-label="{escape(table.title)}"')
    return f'<div class="mdr-tree-box{many(table)}">{listed}</div>'


def many(table: Table) -> str:
    """A further class for what is longer than a browser lays out at once."""
    return " mdr-many" if len(table.rows) > OPEN_UNTIL else ""


def _list(found: Iterable[Branch], write: Write, unfolded: int, look: str = "") -> str:
    return f"<ul{look}>{''.join(_item(branch, write, unfolded) for branch in found)}</ul>"


def _item(branch: Branch, write: Write, unfolded: int) -> str:
    words = f'<span class="mdr-level">{escape(branch.level, quote=False)}</span> {write(branch.cell)}'
    if branch.branches:
        state = " open" if unfolded > 0 else ""
        return f"<li><details{state}><summary>{words}</summary>{_list(branch.branches, write, unfolded - 1)}</details></li>"
    mark = ' class="mdr-gap-row"' if any(row.gap for row in branch.ending) else ""
    return f"<li{mark}>{words}</li>"
