"""The body of a document: headings, text and tables in their order, on paper that turns where a table needs it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mdr_blueprint.markdown import Block, Grid, Heading, Paragraph, plain
from mdr_blueprint.render.documents import Document, TableBlock
from mdr_blueprint.write.word.cards import card_blocks
from mdr_blueprint.write.word.markup import paragraph, run
from mdr_blueprint.write.word.matrix import matrix_block
from mdr_blueprint.write.word.sections import Paper, stretches
from mdr_blueprint.write.word.tables import grid, table_block
from mdr_blueprint.write.word.text import BODY, Context, inlines, text_blocks
from mdr_blueprint.write.word.tree import tree_block

DEEPEST = 5


def body(document: Document, context: Context, text_widths: Sequence[int]) -> Iterator[tuple[Paper, str]]:
    """The sections in order: their paper and their content. `text_widths` holds the width of the text on each paper."""
    blocks = [block for block in document.blocks if not is_title(block, document)]
    for stretch in stretches(blocks):
        width = text_widths[stretch.paper]
        written = [_block(block, context, width, leads=_leads(stretch.blocks, at)) for at, block in enumerate(stretch.blocks)]
        yield stretch.paper, "".join(written)


def _leads(blocks: Sequence[Block | TableBlock], at: int) -> bool:
    """Whether a block is to stay on the page of the next one: words before a table, or alone between two headings."""
    follows = blocks[at + 1] if at + 1 < len(blocks) else None
    between = at > 0 and isinstance(blocks[at - 1], Heading) and isinstance(follows, Heading)
    return between or isinstance(follows, (TableBlock, Grid))


def is_title(block: Block | TableBlock, document: Document) -> bool:
    """Whether a block repeats the title, which stands in front already."""
    return isinstance(block, Heading) and block.level == 1 and plain(block.parts).strip() == document.title.strip()


def heading_words(heading: Heading) -> str:
    """Number and title as they stand in the heading and in the contents."""
    return f"{heading.number}  {plain(heading.parts)}" if heading.number else plain(heading.parts)


def depth(heading: Heading) -> int:
    """Level of a heading in Word: the sections below the title are the first."""
    return min(max(heading.level - 1, 1), DEEPEST)


def _block(block: Block | TableBlock, context: Context, width: int, *, leads: bool) -> str:
    """One block; a paragraph that leads to the next one is kept on its page."""
    if isinstance(block, TableBlock):
        return _table(block, context, width)
    if isinstance(block, Heading):
        number = run(f"{block.number}  ") if block.number else ""
        content = context.links.mark(context.links.section(block.anchor), number + inlines(block.parts, context))
        return paragraph(content, f"Heading{depth(block)}")
    if isinstance(block, Grid):
        return grid(block, context, width)
    if isinstance(block, Paragraph) and leads:
        return paragraph(inlines(block.parts, context), extra="<w:keepNext/>")
    return text_blocks([block], context, BODY)


def _table(block: TableBlock, context: Context, width: int) -> str:
    if block.view == "tree":
        return tree_block(block.table, context)
    if block.view == "cards":
        return card_blocks(block.table, context, width)
    return (matrix_block if block.table.is_matrix else table_block)(block.table, context, width)
