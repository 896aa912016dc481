"""Which part of a document stands on portrait paper and which, for the sake of a wide table, on landscape.

The paper turns between main sections where it can: a report that turns at every table is a pile of half empty pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from mdr_blueprint.markdown import Block, Heading, Paragraph, plain_blocks
from mdr_blueprint.render.documents import TableBlock

LANDSCAPE_FROM = 115
"""A table wider than this, in characters, does not fit portrait paper in type that is good to read."""
LITTLE_TEXT = 2500
"""A section with no more characters of text than this goes with its wide table as a whole."""
BETWEEN = 900
"""Text of no more characters than this beside a wide table stays on landscape paper."""
LEAD_IN = 2
"""So many paragraphs between a heading and a wide table go to the table's page with the heading."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Blocks that follow each other on paper of one kind."""

    landscape: bool
    blocks: tuple[Block | TableBlock, ...]


def stretches(blocks: Sequence[Block | TableBlock]) -> Iterator[Stretch]:
    """The blocks in order, cut where the paper turns."""
    turned = [_is_wide(block) for block in blocks]
    for section in _main_sections(blocks):
        if any(turned[section]) and _text_length(blocks[section]) <= LITTLE_TEXT:
            turned[section] = [True] * len(turned[section])
    _take_lead_in(blocks, turned)
    _close_gaps(blocks, turned)
    for landscape, run in groupby(zip(turned, blocks, strict=True), key=lambda pair: pair[0]):
        yield Stretch(landscape, tuple(block for _, block in run))


def _is_wide(block: Block | TableBlock) -> bool:
    if not isinstance(block, TableBlock) or block.view == "cards":
        return False
    return bool(block.table.rows) and block.table.width > LANDSCAPE_FROM


def _main_sections(blocks: Sequence[Block | TableBlock]) -> Iterator[slice]:
    """The sections directly below the title, and what stands before the first."""
    starts = [at for at, block in enumerate(blocks) if isinstance(block, Heading) and block.level <= 2]
    for start, end in pairwise([0, *starts, len(blocks)]):
        yield slice(start, end)


def _text_length(blocks: Sequence[Block | TableBlock]) -> int:
    """How much running text there is, in characters. Cards are text; a table is none, it fits either paper."""
    length = 0
    for block in blocks:
        if not isinstance(block, TableBlock):
            length += len(plain_blocks([block]))
        elif block.view == "cards" and block.table.rows:
            length += LITTLE_TEXT + 1
    return length


def _take_lead_in(blocks: Sequence[Block | TableBlock], turned: list[bool]) -> None:
    """A heading, and the few words under it, go where the table goes that they introduce."""
    for at in [at for at, block in enumerate(blocks) if _is_wide(block)]:
        head = at
        while head > 0 and at - head < LEAD_IN and isinstance(blocks[head - 1], Paragraph):
            head -= 1
        if head == 0 or not isinstance(blocks[head - 1], Heading) or _text_length(blocks[head:at]) > BETWEEN:
            continue
        while head > 0 and isinstance(blocks[head - 1], Heading):
            head -= 1
        turned[head:at] = [True] * (at - head)


def _close_gaps(blocks: Sequence[Block | TableBlock], turned: list[bool]) -> None:
    """The paper does not turn for a few words between two wide tables, before the first or after the last."""
    wide = [at for at, is_turned in enumerate(turned) if is_turned]
    for before, after in pairwise([-1, *wide, len(blocks)] if wide else []):
        if _text_length(blocks[before + 1 : after]) <= BETWEEN:
            turned[before + 1 : after] = [True] * (after - before - 1)
