"""The links that the file is expected to hold, and how many of them are missing at either end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mdr_blueprint.graph import Link, census, declared
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, spaced
from mdr_blueprint.tables.shapes import Cell, Column, Gap, LineItem, Lines, Row, row

SHOWN = 6
"""How many records a cell names before it only counts the rest."""
MANY_KINDS = 4
"""A relation to more kinds than this is said to lead to records of several kinds."""
WORDS = {"1": "exactly one", "0..1": "at most one", "1..n": "at least one"}
WHERE = {
    "answer": "where the answer is yes",
    "applicable": "where it applies",
    "judged.safety_relevant": "where it was judged to matter for safety",
    "is_built": "unless it is about a label or a service",
}
"""The condition of an expectation -> how it is said."""


@table(
    "links",
    "Links of the file and what is missing",
    Column("From", 20),
    Column("Link", 20),
    Column("To", 22),
    Column("Expected", 32),
    Column("Records that name none", 24),
    Column("Records that none names", 24),
    Column("Found by", 10),
    sheet=True,
)
def links(inputs: Inputs) -> Iterator[Row]:
    """One row per relation whose cardinality is declared, of the kinds that the project has."""
    for link in declared():
        found = census(inputs.graph, link)
        if not found.sources and not found.without_source:
            continue
        expected = link.expected
        yield row(
            None,
            link.source.singular,
            relation_words(link),
            target_words(link),
            Lines(expected_words(link)),
            _which(inputs, found.without_target, found.sources) if expected.targets in ("1", "1..n") else "",
            _which(inputs, found.without_source, found.targets) if expected.sources in ("1", "1..n") else "",
            ", ".join(code for code in (expected.untargeted, expected.unnamed) if code),
        )


def relation_words(link: Link) -> str:
    """The name of a field in words; a record that stands inside another is held by it."""
    return "holds" if _inside(link) else spaced(link.relation.replace(".", ", "))


def target_words(link: Link) -> str:
    if len(link.targets) > MANY_KINDS:
        return "records of several kinds"
    return " or ".join(cls.singular for cls in link.targets)


def expected_words(link: Link) -> tuple[LineItem, ...]:
    """What is expected, read from either end."""
    expected, target = link.expected, target_words(link)
    if _inside(link):
        return (f"each holds {WORDS[expected.targets]} {target}",)
    where = f", {WHERE.get(expected.when, spaced(expected.when))}" if expected.when else ""
    several = len(link.targets) > MANY_KINDS
    lines = ["each may name any number"]
    if expected.targets != "0..n":
        lines = [f"each names {WORDS[expected.targets]} {'record' if several else target}{where}"]
    if expected.sources in ("1", "1..n"):
        counted = " or ".join(cls.singular for cls in link.counted)
        lines.append(f"each {counted} is named by {WORDS[expected.sources]}")
    return tuple(lines)


def _inside(link: Link) -> bool:
    """Whether the target stands inside the source."""
    return link.targets[0].parent == link.source.kind_name


def _which(inputs: Inputs, ids: Sequence[str], total: int) -> Cell:
    """`2 of 40` as a gap, with the first of them; `0 of 40` where nothing is missing."""
    if not ids:
        return f"0 of {total}"
    items: list[LineItem] = [Gap(f"{len(ids)} of {total}"), *(inputs.link(id_) for id_ in ids[:SHOWN])]
    if len(ids) > SHOWN:
        items.append(f"and {len(ids) - SHOWN} more")
    return Lines(tuple(items))
