"""The graph itself: edges by source and by target, and how far one reaches."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from mdr_blueprint.diagnostics import Fault, Place
from mdr_blueprint.load import Dossier, Entry
from mdr_blueprint.model import Run

Steps = tuple[str | int, ...]
"""Keys and indexes from a record to one of its values."""


@dataclass(frozen=True, slots=True)
class Edge:
    """`source` -relation-> `target`; seen from the target it is called `inverse`."""

    source: str
    relation: str
    target: str
    inverse: str
    steps: Steps
    """Where in the source record it is written."""
    place: str | None = None
    """The section named behind `#`."""


@dataclass(frozen=True)
class Graph:
    """All records and how they rest on each other."""

    dossier: Dossier
    outgoing: dict[str, tuple[Edge, ...]] = field(default_factory=dict)
    incoming: dict[str, tuple[Edge, ...]] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    broken: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Record -> what it refers to and what is not there, or is of a kind that cannot stand there."""

    @cached_property
    def runs(self) -> dict[str, tuple[Entry[Run], ...]]:
        """The runs of the tests that were asked for, in the order of `proof.runs_of`: one test may have thousands of them."""
        return {}

    @cached_property
    def speakers(self) -> dict[str, Entry[Run] | None]:
        """The run by which each of those tests stands, as `proof.speaker` found it."""
        return {}

    def out(self, id_: str, *relations: str) -> tuple[Edge, ...]:
        """Edges that start at a record, all or those of the named relations."""
        edges = self.outgoing.get(id_, ())
        return tuple(e for e in edges if e.relation in relations) if relations else edges

    def into(self, id_: str, *relations: str) -> tuple[Edge, ...]:
        """Edges that end at a record, all or those of the named relations."""
        edges = self.incoming.get(id_, ())
        return tuple(e for e in edges if e.relation in relations) if relations else edges

    def targets(self, id_: str, *relations: str) -> list[str]:
        """Ids that a record refers to, each once, in the order written."""
        return list(dict.fromkeys(e.target for e in self.out(id_, *relations)))

    def sources(self, id_: str, *relations: str) -> list[str]:
        """Ids of the records that refer to this one, each once."""
        return list(dict.fromkeys(e.source for e in self.into(id_, *relations)))

    def reach(self, id_: str, direction: Literal["down", "up"]) -> dict[str, tuple[int, Edge]]:
        """Every record reached from `id_`: down to what it rests on, up to what rests on it; with distance and last edge."""
        found: dict[str, tuple[int, Edge]] = {}
        todo = deque([(id_, 0)])
        while todo:
            here, depth = todo.popleft()
            for edge in self.out(here) if direction == "down" else self.into(here):
                there = edge.target if direction == "down" else edge.source
                if there != id_ and there not in found:
                    found[there] = (depth + 1, edge)
                    todo.append((there, depth + 1))
        return found

    def place_of(self, edge: Edge) -> Place:
        return self.dossier.entries[edge.source].at(*edge.steps)
