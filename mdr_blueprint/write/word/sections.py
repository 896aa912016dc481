"""Which part of a document stands on portrait paper and which, for the sake of a wide table, on landscape."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mdr_blueprint.markdown import Block, Heading, Paragraph, plain
from mdr_blueprint.render.documents import TableBlock

LANDSCAPE_FROM = 115
"""A table wider than this, in characters, does not fit portrait paper in type that is good to read."""
LEAD_IN = 2
"""So many paragraphs between a heading and a wide table go to the table's page with the heading."""
BETWEEN = 900
"""Text of no more characters than this between two wide tables stays on landscape paper."""
SMALL_ROWS = 12
"""A narrow table of no more rows than this counts as text between two wide ones."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Blocks that follow each other on paper of one kind."""

    landscape: bool
    blocks: tuple[Block | TableBlock, ...]


def stretches(blocks: Sequence[Block | TableBlock]) -> Iterator[Stretch]:
    """The blocks in order, cut where the paper turns."""
    turned = [_is_wide(block) for block in blocks]
    _take_lead_in(blocks, turned)
    _close_gaps(blocks, turned)
    start = 0
    for at in range(1, len(blocks) + 1):
        if at == len(blocks) or turned[at] != turned[start]:
            yield Stretch(turned[start], tuple(blocks[start:at]))
            start = at


def _is_wide(block: Block | TableBlock) -> bool:
    return isinstance(block, TableBlock) and block.view == "wide" and bool(block.table.rows) and block.table.width > LANDSCAPE_FROM


def _take_lead_in(blocks: Sequence[Block | TableBlock], turned: list[bool]) -> None:
    """A heading, and the few words under it, go where the table goes that they introduce."""
    for at in [at for at, wide in enumerate(turned) if wide]:
        head = at
        while head > 0 and at - head < LEAD_IN and isinstance(blocks[head - 1], Paragraph):
            head -= 1
        if head == 0 or not isinstance(blocks[head - 1], Heading):
            continue
        while head > 0 and isinstance(blocks[head - 1], Heading):
            head -= 1
        turned[head:at] = [True] * (at - head)


def _close_gaps(blocks: Sequence[Block | TableBlock], turned: list[bool]) -> None:
    """The paper does not turn twice for a few words between two wide tables."""
    wide = [at for at, is_turned in enumerate(turned) if is_turned]
    for before, after in zip(wide, wide[1:], strict=False):
        weights = [_weight(block) for block in blocks[before + 1 : after]]
        if weights and sum(weights) <= BETWEEN:
            turned[before + 1 : after] = [True] * len(weights)


def _weight(block: Block | TableBlock) -> int:
    """How much room a block takes, in characters of text."""
    if isinstance(block, (Heading, Paragraph)):
        return len(plain(block.parts))
    if isinstance(block, TableBlock) and block.view == "wide" and len(block.table.rows) <= SMALL_ROWS:
        return 60 * len(block.table.rows)
    return BETWEEN + 1
