"""Which part of a document stands on portrait paper and which, for the sake of a wide table, on landscape or large paper.

The paper turns between main sections where it can: a report that turns at every table is a pile of half empty pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby, pairwise

from mdr_blueprint.markdown import Block, Heading, Paragraph, plain_blocks
from mdr_blueprint.render.documents import TableBlock

LANDSCAPE_FROM = 115
"""A table wider than this, in characters, does not fit portrait paper in type that is good to read."""
LARGE_FROM = 205
"""A table wider than this has on that paper columns of a few words each, and rows as tall as the page."""
LITTLE_TEXT = 2500
"""A section with no more characters of text than this goes with its wide table as a whole."""
BETWEEN = 900
"""Text of no more characters than this beside a wide table stays on landscape paper."""
LEAD_IN = 2
"""So many paragraphs between a heading and a wide table go to the table's page with the heading."""


class Paper(IntEnum):
    """In which way the paper lies. The large one is as wide as two portrait pages beside each other: A3 where these are A4."""

    PORTRAIT = 0
    LANDSCAPE = 1
    LARGE = 2


@dataclass(frozen=True, slots=True)
class Stretch:
    """Blocks that follow each other on paper of one kind."""

    paper: Paper
    blocks: tuple[Block | TableBlock, ...]


def stretches(blocks: Sequence[Block | TableBlock]) -> Iterator[Stretch]:
    """The blocks in order, cut where the paper turns."""
    papers = [_paper(block) for block in blocks]
    for section in _main_sections(blocks):
        if any(papers[section]) and _text_length(blocks[section]) <= LITTLE_TEXT:
            papers[section] = _all_turned(papers[section])
    _take_lead_in(blocks, papers)
    _close_gaps(blocks, papers)
    for paper, run in groupby(zip(papers, blocks, strict=True), key=lambda pair: pair[0]):
        yield Stretch(paper, tuple(block for _, block in run))


def _paper(block: Block | TableBlock) -> Paper:
    """The paper that a block asks for."""
    if not isinstance(block, TableBlock) or block.view != "wide" or not block.table.rows:
        return Paper.PORTRAIT
    if block.table.width > LARGE_FROM:
        return Paper.LARGE
    return Paper.LANDSCAPE if block.table.width > LANDSCAPE_FROM else Paper.PORTRAIT


def _all_turned(papers: Sequence[Paper]) -> list[Paper]:
    """What is on portrait paper goes with the wide table behind it, or with the last one."""
    turned, wide = list(papers), next(paper for paper in reversed(papers) if paper)
    for at in reversed(range(len(turned))):
        wide = turned[at] = turned[at] or wide
    return turned


def _main_sections(blocks: Sequence[Block | TableBlock]) -> Iterator[slice]:
    """The sections directly below the title, and what stands before the first."""
    starts = [at for at, block in enumerate(blocks) if isinstance(block, Heading) and block.level <= 2]
    for start, end in pairwise([0, *starts, len(blocks)]):
        yield slice(start, end)


def _text_length(blocks: Sequence[Block | TableBlock]) -> int:
    """How much running text there is, in characters. Cards and trees are text; a table is none, it fits either paper."""
    length = 0
    for block in blocks:
        if not isinstance(block, TableBlock):
            length += len(plain_blocks([block]))
        elif block.view != "wide" and block.table.rows:
            length += LITTLE_TEXT + 1
    return length


def _take_lead_in(blocks: Sequence[Block | TableBlock], papers: list[Paper]) -> None:
    """A heading, and the few words under it, go where the table goes that they introduce."""
    for at in [at for at, block in enumerate(blocks) if _paper(block)]:
        head = at
        while head > 0 and at - head < LEAD_IN and isinstance(blocks[head - 1], Paragraph):
            head -= 1
        if head == 0 or not isinstance(blocks[head - 1], Heading) or _text_length(blocks[head:at]) > BETWEEN:
            continue
        while head > 0 and isinstance(blocks[head - 1], Heading):
            head -= 1
        papers[head:at] = [papers[at]] * (at - head)


def _close_gaps(blocks: Sequence[Block | TableBlock], papers: list[Paper]) -> None:
    """The paper does not turn for a few words between two wide tables, before the first or after the last."""
    wide = [at for at, paper in enumerate(papers) if paper]
    for before, after in pairwise([-1, *wide, len(blocks)] if wide else []):
        if _text_length(blocks[before + 1 : after]) <= BETWEEN:
            paper = papers[before] if before >= 0 else papers[after]
            papers[before + 1 : after] = [paper] * (after - before - 1)
