"""How many records the relations are expected to join, as the model declares it, and where a project falls short.

The declarations stand at the fields (`Cardinality`); the rules that find a missing link are named there by code. Here
they are gathered, for the table of links and for the handbook.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args, get_origin

from mdr_blueprint.graph.references import shape_of
from mdr_blueprint.graph.typed import Graph
from mdr_blueprint.load import Entry
from mdr_blueprint.model import KINDS, Cardinality, Part, Record, ready


@dataclass(frozen=True, slots=True)
class Link:
    """A relation of a kind of record with what is expected of it."""

    source: type[Record]
    relation: str
    """Name of the edges; for records that stand inside others, their kind."""
    targets: tuple[type[Record], ...]
    expected: Cardinality

    @property
    def counted(self) -> tuple[type[Record], ...]:
        """The kinds of targets that are expected to be named."""
        chosen = self.expected.counted
        return tuple(cls for cls in self.targets if chosen in ("", cls.kind_name))


@dataclass(frozen=True, slots=True)
class Census:
    """What a project has of a link: how many records at each end, and which of them stand alone."""

    sources: int
    without_target: tuple[str, ...]
    targets: int
    without_source: tuple[str, ...]


@cache
def declared() -> tuple[Link, ...]:
    """Every relation whose cardinality the model declares, in the order of the kinds."""
    return tuple(link for cls in KINDS.values() for link in _declared(cls, ready(cls), ""))


def _declared(source: type[Record], part: type[Part], prefix: str) -> Iterator[Link]:
    for name, info in ready(part).model_fields.items():
        relation = f"{prefix}.{name}" if prefix else name
        _, inner = shape_of(info.annotation)
        expected = next((mark for mark in info.metadata if isinstance(mark, Cardinality)), None)
        if isinstance(inner, tuple):
            if expected is not None:
                yield Link(source, relation, inner, expected)
        elif inner is not None and issubclass(inner, Record):
            if expected is not None and get_origin(info.annotation) is dict:
                yield Link(source, relation, (get_args(info.annotation)[1],), expected)
        elif inner is not None:
            yield from _declared(source, inner, relation)


def census(graph: Graph, link: Link) -> Census:
    """Who is expected to name a target, or to be named, and is not. Retired records count on neither side."""
    expected, dossier = link.expected, graph.dossier
    sources = [entry for entry in dossier.kind(link.source.kind_name) if _live(graph, entry) and _asked(entry, expected)]
    alone = [
        entry.id
        for entry in sources
        if not graph.out(entry.id, link.relation)
        and not (expected.or_named_by and graph.into(entry.id, *expected.or_named_by))
        and not (expected.unless and _says(entry.record, expected.unless))
    ]
    targets = [entry for cls in link.counted for entry in dossier.kind(cls.kind_name) if _live(graph, entry)]
    unnamed = [
        entry.id
        for entry in targets
        if not any(_live(graph, dossier.entries[edge.source]) for edge in graph.into(entry.id, link.relation, *expected.or_by))
        and not (expected.unnamed_unless and _says(entry.record, expected.unnamed_unless))
    ]
    return Census(
        len(sources),
        tuple(alone) if expected.targets in ("1", "1..n") else (),
        len(targets),
        tuple(unnamed) if expected.sources in ("1", "1..n") else (),
    )


def _asked(entry: Entry[Any], expected: Cardinality) -> bool:
    return entry.whole and (not expected.when or _says(entry.record, expected.when))


def _says(record: Any, path: str) -> bool:
    for name in path.split("."):
        record = getattr(record, name, None)
    return bool(record)


def _live(graph: Graph, entry: Entry[Any]) -> bool:
    """Whether neither a record nor the one it stands in is retired."""
    owner = graph.dossier.entries.get(entry.owner) if entry.owner and entry.cls.parent else None
    return entry.record.retired is None and (owner is None or owner.record.retired is None)
