"""The `tree` view of a table: its columns as the levels of a list."""

from __future__ import annotations

from collections.abc import Iterable

from mdr_blueprint.markdown import Paragraph, plain_blocks
from mdr_blueprint.render.tree import Branch, branches
from mdr_blueprint.tables import Cell, Lines, MatrixField, Table, Words
from mdr_blueprint.write.word.markup import PLAIN, SPACER, paragraph, run
from mdr_blueprint.write.word.text import BODY, Context, inlines, line

STYLE = "TableText"
BREAK = "<w:r><w:br/></w:r>"
DEEPEST = 8


def tree_block(table: Table, context: Context) -> str:
    """The branches of a table below each other, or a sentence where it has none."""
    if not table.rows:
        return paragraph(run(f"{table.title}. ", PLAIN._replace(bold=True)) + run(table.empty))
    return paragraph(run(table.title), "Caption") + _branches(branches(table), context, 0) + SPACER


def _branches(found: Iterable[Branch], context: Context, depth: int) -> str:
    return "".join(_branch(branch, context, depth) + _branches(branch.branches, context, depth + 1) for branch in found)


def _branch(branch: Branch, context: Context, depth: int) -> str:
    """A line of the list; it stays on the page of what hangs below it."""
    bookmarks = [(row.subject, context.links.claim_in_tree(row.subject)) for row in branch.ending]
    mark = "".join(context.links.mark(bookmark) for _, bookmark in bookmarks if bookmark)
    own = next((subject for subject, bookmark in bookmarks if bookmark), None)
    level = run(f"{branch.level}: ", PLAIN._replace(italic=True))
    keep = "<w:keepNext/>" if branch.branches else ""
    place = f'<w:numPr><w:ilvl w:val="{min(depth, DEEPEST)}"/><w:numId w:val="{BODY.bullet_list}"/></w:numPr>'
    room = '<w:spacing w:before="100" w:after="20"/>' if depth == 0 else ""
    return paragraph(mark + level + _words(branch.cell, context, own), STYLE, keep + place + room)


def _words(cell: Cell, context: Context, own: str | None) -> str:
    """A cell as runs of one paragraph, each of its lines on a line of its own."""
    if isinstance(cell, Lines):
        return BREAK.join(_words(item, context, own) for item in cell.items)
    if isinstance(cell, Words):
        parts = (inlines(b.parts, context) if isinstance(b, Paragraph) else run(plain_blocks([b])) for b in cell.blocks)
        return BREAK.join(parts)
    return line(str(cell) if isinstance(cell, MatrixField) else cell, context, own)
