"""Running text: inline parts to runs, blocks to paragraphs, in the body and in the cells of tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

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
    plain,
    plain_blocks,
)
from mdr_blueprint.tables import Gap, RecordLink
from mdr_blueprint.write.word.links import Links, internal
from mdr_blueprint.write.word.markup import GAP, LINK, PLAIN, SPACER, Look, paragraph, run


class Flow(NamedTuple):
    """Where text stands: the style of its paragraphs, and how its lists are set."""

    style: str
    bullets: str
    numbers: str
    bullet_list: int
    number_list: int
    bullet_step: int
    number_step: int
    """Indent of a level in twentieths of a point; as in the template's numbering."""


LIST_END = '<w:spacing w:after="160"/>'
BODY = Flow("Normal", "ListBullet", "ListNumber", 1, 2, 360, 360)


def cell_flow(style: str) -> Flow:
    return Flow(style, style, style, 3, 4, 200, 280)


@dataclass
class Context:
    """What is shared by all parts of one document while it is written."""

    links: Links
    new_list: Callable[[int, int], int]
    """Numbers a list afresh: takes the list to follow and its first number, gives the new list."""
    captions: int = 0

    def next_caption(self) -> int:
        self.captions += 1
        return self.captions


def inlines(parts: Iterable[Inline], context: Context, look: Look = PLAIN) -> str:
    """Inline parts as runs."""
    written = []
    for part in parts:
        if isinstance(part, Text):
            written.append(run(part.text, look))
        elif isinstance(part, CodeText):
            written.append(run(part.text, look if look.style else look._replace(style="CodeText")))
        elif isinstance(part, LineBreak):
            written.append("<w:r><w:br/></w:r>")
        elif isinstance(part, Strong):
            written.append(inlines(part.parts, context, look._replace(bold=True)))
        elif isinstance(part, Emphasis):
            written.append(inlines(part.parts, context, look._replace(italic=True)))
        else:
            written.append(_link(part, context, look))
    return "".join(written)


def _link(link: Link, context: Context, look: Look) -> str:
    if link.target.startswith("gap:"):
        return run(plain(link.parts), GAP)
    opening = context.links.opening(link.target)
    if opening is None:
        return inlines(link.parts, context, look)
    return f"{opening}{inlines(link.parts, context, look._replace(style=LINK.style))}</w:hyperlink>"


def reference(link: RecordLink, context: Context, own: str | None = None) -> str:
    """A reference to a record; where the label begins with the id, the id is the link and the words behind it are plain.

    `own` is the record that is not linked, being here.
    """
    bookmark = context.links.record(link.id) if link.id != own else None
    if bookmark is None:
        return run(link.label)
    length = len(link.id) if link.label.startswith(f"{link.id} ") else len(link.label)
    rest = link.label[length:]
    return f"{internal(bookmark)}{run(link.label[:length], LINK)}</w:hyperlink>{run(rest) if rest else ''}"


def line(item: str | RecordLink | Gap, context: Context, own: str | None = None) -> str:
    """A line of a cell as runs. `own` is the record that is not linked, being here."""
    if isinstance(item, RecordLink):
        return reference(item, context, own)
    return run(item.text, GAP) if isinstance(item, Gap) else run(item)


def text_blocks(blocks: Iterable[Block], context: Context, flow: Flow) -> str:
    """Blocks of text as paragraphs. Tables, markers and numbered headings stand in the body only, not here."""
    return "".join(_block(block, context, flow, 0) for block in blocks)


def _block(block: Block, context: Context, flow: Flow, depth: int, extra: str = "") -> str:
    if isinstance(block, (Paragraph, Heading)):
        return paragraph(inlines(block.parts, context), flow.style, extra)
    if isinstance(block, ListBlock):
        return _list(block, context, flow, depth)
    if isinstance(block, Quote):
        quoted = flow._replace(style="Quote") if flow == BODY else flow
        return "".join(_block(inner, context, quoted, depth) for inner in block.blocks)
    if isinstance(block, CodeBlock):
        return paragraph(run(block.text.rstrip("\n")), "Code") + SPACER
    if isinstance(block, Divider):
        return paragraph("", flow.style, '<w:pBdr><w:bottom w:val="single" w:sz="4" w:space="1" w:color="B8C2CE"/></w:pBdr>')
    if isinstance(block, Grid):
        return "".join(paragraph(run(line), flow.style) for line in plain_blocks([block]).split("\n"))
    return ""


def _list(block: ListBlock, context: Context, flow: Flow, depth: int) -> str:
    """Each item: its first paragraph carries the mark, what follows is set under it."""
    number = context.new_list(flow.number_list, block.start) if block.ordered else flow.bullet_list
    level = min(depth, 8)
    mark = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    step = flow.number_step if block.ordered else flow.bullet_step
    indent = f'<w:ind w:left="{step * (level + 1)}"/>'
    item_flow = flow._replace(style=flow.numbers if block.ordered else flow.bullets)
    written = []
    for at, item in enumerate(block.items):
        first, rest = (item[0], item[1:]) if item and isinstance(item[0], Paragraph) else (Paragraph(()), item)
        room = LIST_END if at == len(block.items) - 1 and not rest and depth == 0 and flow == BODY else ""
        written.append(_block(first, context, item_flow, depth, mark + room))
        written += [_block(part, context, item_flow if isinstance(part, Paragraph) else flow, depth + 1, indent) for part in rest]
    return "".join(written)
