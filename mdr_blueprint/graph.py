"""Stage 3, link: the dossier's records become a typed graph.

Edges are derived from the types of the fields (`Ref[Control]`) and from what texts mention
(`[HS-014]`, `{figure:B0}`); nothing is declared twice. Every edge has a name at each end.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, get_args, get_origin

from mdr_blueprint.diagnostics import Fault, Place, Related, did_you_mean
from mdr_blueprint.load import Dossier, Entry, Law
from mdr_blueprint.markdown import mentions
from mdr_blueprint.model import KINDS, AppliedStandard, ClauseAnswer, Figure, GsprAnswer, Inverse, Part, Record, Ref, ready
from mdr_blueprint.model.scalars import ProseMark
from mdr_blueprint.source import Map, Seq, Sources

FIGURE = re.compile(r"\{figure:([^{}\s]+)\}")
Steps = tuple[str | int, ...]
MAX_HINTS = 50
"""So many unknown ids get a "did you mean"; a project with more has another trouble than typing."""


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


def link(dossier: Dossier, law: Law, sources: Sources) -> Graph:
    """Derive every edge; what cannot be resolved is a fault, not an edge."""
    linker = _Linker(dossier, law, sources)
    linker.link_all()
    return linker.graph()


@dataclass(frozen=True, slots=True)
class _Reference:
    """A reference as written in a record."""

    relation: str
    inverse: str
    classes: tuple[type[Record], ...]
    steps: Steps
    text: str


class _Linker:
    def __init__(self, dossier: Dossier, law: Law, sources: Sources) -> None:
        self.dossier = dossier
        self.law = law
        self.sources = sources
        self.outgoing: dict[str, list[Edge]] = {}
        self.incoming: dict[str, list[Edge]] = {}
        self.faults: list[Fault] = []
        self.hints: dict[tuple[str, tuple[type[Record], ...]], str] = {}

    def link_all(self) -> None:
        with_figures = {source.path for source in self.sources.files if "{figure:" in source.text}
        for entry in self.dossier.entries.values():
            if not entry.whole:
                continue
            owner = self.dossier.entries.get(entry.owner) if entry.owner and entry.cls.parent else None
            if owner is not None:
                self._add(Edge(owner.id, entry.kind, entry.id, owner.kind.removesuffix("s"), (entry.kind, entry.key)))
            references, prose = _plan(entry.cls)
            for reference in references(entry.record, ()):
                self._resolve(entry, reference)
            for name in prose:
                text = getattr(entry.record, name)
                if text is not None and "[" in text:
                    for id_ in mentions(text):
                        self._resolve(entry, _Reference("mentions", "mentioned_in", (Record,), (name,), id_))
            if entry.place.path in with_figures:
                for steps, text in _texts(entry.raw, entry.cls):
                    for id_ in FIGURE.findall(text):
                        self._resolve(entry, _Reference("quotes", "quoted_in", (Figure,), steps, id_))

    def graph(self) -> Graph:
        self._find_cycles()
        return Graph(
            self.dossier,
            {id_: tuple(edges) for id_, edges in self.outgoing.items()},
            {id_: tuple(edges) for id_, edges in self.incoming.items()},
            tuple(self.faults),
        )

    def _add(self, edge: Edge) -> None:
        self.outgoing.setdefault(edge.source, []).append(edge)
        self.incoming.setdefault(edge.target, []).append(edge)

    def _resolve(self, entry: Entry[Record], reference: _Reference) -> None:
        text = reference.text
        target = self.dossier.entries.get(text)
        id_, place = text, None
        if target is None and "#" in text:
            id_, _, place = text.partition("#")
            target = self.dossier.entries.get(id_)
            if self._is_clause(reference, id_, place):
                self._add(Edge(entry.id, reference.relation, text, reference.inverse, reference.steps))
                return
            if self._is_no_clause(entry, reference, id_, place):
                return
        if target is None:
            if self._is_law(reference, text):
                self._add(Edge(entry.id, reference.relation, text, reference.inverse, reference.steps))
            elif id_ not in self.sources.lost:
                self._dangling(entry, reference, id_)
            return
        if not issubclass(target.cls, reference.classes):
            wanted = " or ".join(cls.singular for cls in reference.classes)
            self.faults.append(Fault("wrong-kind", f"`{text}` is a {target.cls.singular}; `{reference.relation}` of "
                                     f"{entry.cls.singular} `{entry.key}` asks for a {wanted}", entry.at(*reference.steps),
                                     (Related(f"{target.cls.singular} `{id_}` stands here", target.place),), subject=entry.id))
            return
        if target.record.retired is not None and entry.record.retired is None:
            self.faults.append(Fault("retired", f"{entry.cls.singular} `{entry.key}` refers to `{id_}`, which is retired: "
                                     f"{target.record.retired.reason}", entry.at(*reference.steps),
                                     (Related("retired here", target.at("retired", key=True)),), subject=entry.id))
        self._add(Edge(entry.id, reference.relation, id_, reference.inverse, reference.steps, place))

    def _is_clause(self, reference: _Reference, standard: str, clause: str) -> bool:
        """A clause of a standard whose clauses the library lists; of another standard any clause is taken as written."""
        if ClauseAnswer not in reference.classes and Record not in reference.classes:
            return False
        known = self.law.standard(standard)
        if known is None:
            return False
        return not known.clauses or clause in known.clauses

    def _is_no_clause(self, entry: Entry[Record], reference: _Reference, standard: str, clause: str) -> bool:
        """A clause that its standard does not have, whether the project declares that standard or not."""
        if ClauseAnswer not in reference.classes and Record not in reference.classes:
            return False
        known = self.law.standard(standard)
        if known is None:
            return False
        message = f"`{clause}` is no clause of {known.designation} that the library lists{did_you_mean(clause, known.clauses)}"
        self.faults.append(Fault("unknown-clause", message, entry.at(*reference.steps), subject=entry.id))
        return True

    def _is_law(self, reference: _Reference, text: str) -> bool:
        anything = Record in reference.classes
        if text.startswith("gspr:") and (anything or GsprAnswer in reference.classes):
            return text[5:] in self.law.gspr
        return (anything or AppliedStandard in reference.classes) and text in self.law.standard_ids

    def _dangling(self, entry: Entry[Record], reference: _Reference, id_: str) -> None:
        known = (id_, reference.classes)
        if known not in self.hints:
            self.hints[known] = self._hint(id_, reference) if len(self.hints) < MAX_HINTS else ""
        clause = self._unknown_clause(entry, reference)
        self.faults.append(clause or Fault("dangling", f"`{id_}` in `{reference.relation}` of {entry.cls.singular} `{entry.key}` "
                                           f"is not defined anywhere{self.hints[known]}", entry.at(*reference.steps), subject=entry.id))

    def _unknown_clause(self, entry: Entry[Record], reference: _Reference) -> Fault | None:
        """A clause that the library's list of its standard does not have."""
        standard, mark, clause = reference.text.partition("#")
        known = self.law.standard(standard) if mark and ClauseAnswer in reference.classes else None
        if known is None:
            return None
        message = f"`{clause}` is no clause of {known.designation} that the library lists{did_you_mean(clause, known.clauses)}"
        return Fault("unknown-clause", message, entry.at(*reference.steps), subject=entry.id)

    def _hint(self, id_: str, reference: _Reference) -> str:
        classes = tuple(cls for cls in KINDS.values() if issubclass(cls, reference.classes))
        if GsprAnswer in classes and id_.lower().startswith("gspr"):
            candidates = [f"gspr:{key}" for key in self.law.gspr]
        else:
            candidates = [e.id for cls in classes for e in self.dossier.kind(cls.kind_name)]
            candidates += self.law.standard_ids if AppliedStandard in classes else ()
        return did_you_mean(id_, candidates) or did_you_mean(id_, self.dossier.entries)

    def _find_cycles(self) -> None:
        """Chains of one acyclic relation that lead back to their start, each reported once at its first record."""
        for relation in _ACYCLIC:
            done: set[str] = set()
            for start in self.dossier.entries:
                if start in done or not any(e.relation == relation for e in self.outgoing.get(start, ())):
                    continue
                self._walk_chain(start, relation, done)

    def _walk_chain(self, start: str, relation: str, done: set[str]) -> None:
        """Depth first without recursion: a chain may be as long as the project."""
        path: list[str] = []
        on_path: set[str] = set()
        todo: list[tuple[str, Iterator[Edge]]] = [(start, iter(self.outgoing.get(start, ())))]
        path.append(start)
        on_path.add(start)
        while todo:
            here, edges = todo[-1]
            edge = next((e for e in edges if e.relation == relation), None)
            if edge is None:
                todo.pop()
                path.pop()
                on_path.discard(here)
                done.add(here)
            elif edge.target in on_path:
                ring = [*path[path.index(edge.target) :], edge.target]
                entry = self.dossier.entries[edge.source]
                self.faults.append(Fault("cycle", f"`{relation}` leads back to its start: {' → '.join(ring)}",
                                         entry.at(*edge.steps), subject=entry.id))
            elif edge.target not in done and edge.target in self.dossier.entries:
                todo.append((edge.target, iter(self.outgoing.get(edge.target, ()))))
                path.append(edge.target)
                on_path.add(edge.target)


Walker = Callable[[Any, Steps], Iterable[_Reference]]


@cache
def _plan(cls: type[Record]) -> tuple[Walker, tuple[str, ...]]:
    """How to find the references of a kind of record, and which of its fields are prose."""
    prose = tuple(name for name, info in ready(cls).model_fields.items()
                  if any(isinstance(mark, ProseMark) for mark in _marks(info.annotation, info.metadata)) and name != "notes")
    return _walker(cls, ""), prose


def _walker(cls: type[Part], prefix: str) -> Walker:
    steps: list[tuple[str, str, Any]] = []
    for name, info in ready(cls).model_fields.items():
        relation = f"{prefix}.{name}" if prefix else name
        shape, inner = _shape(info.annotation)
        if shape is None:
            continue
        if shape in ("ref", "refs"):
            inverse = next((mark for mark in info.metadata if isinstance(mark, Inverse)), Inverse(f"{relation} of"))
            if inverse.acyclic:
                _ACYCLIC.setdefault(relation)
            steps.append((shape, name, (relation, inverse.name, inner)))
        elif not issubclass(inner, Record):
            steps.append((shape, name, _walker(inner, relation)))

    def walk(part: Any, at: Steps) -> Iterator[_Reference]:
        for shape, name, what in steps:
            value = getattr(part, name)
            if not value:
                continue
            if shape == "refs":
                relation, inverse, classes = what
                for index, text in enumerate(value):
                    yield _Reference(relation, inverse, classes, (*at, name, index), text)
            elif shape == "ref":
                relation, inverse, classes = what
                yield _Reference(relation, inverse, classes, (*at, name), value)
            elif shape == "part":
                yield from what(value, (*at, name))
            elif shape == "parts":
                for index, item in enumerate(value):
                    yield from what(item, (*at, name, index))
            else:
                for key, item in value.items():
                    yield from what(item, (*at, name, key))

    return walk if steps else lambda part, at: ()


_ACYCLIC: dict[str, None] = {}


def _shape(annotation: Any) -> tuple[str | None, Any]:
    """`ref | refs | part | parts | dict` and the classes a reference may name, or the class of the part."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Ref:
        return "ref", tuple(get_args(args[0])) or (args[0],)
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return "part", annotation
    many = origin is tuple
    keyed = origin is dict
    for arg in args[1:] if keyed else args:
        shape, inner = _shape(arg)
        if shape == "ref":
            return "refs" if many else "ref", inner
        if shape == "part":
            return "parts" if many else "dict" if keyed else "part", inner
    return None, None


def _marks(annotation: Any, metadata: Iterable[Any]) -> list[Any]:
    return [*metadata, *(mark for arg in get_args(annotation) for mark in getattr(arg, "__metadata__", ()))]


def _texts(value: Any, cls: type[Record] | None = None, at: Steps = ()) -> Iterator[tuple[Steps, str]]:
    """Every text of a record with its steps, without those of the records inside it."""
    if isinstance(value, str):
        yield at, value
    elif isinstance(value, Map):
        for key, item in value.items():
            if cls is None or KINDS.get(key) is None or KINDS[key].parent != cls.kind_name:
                yield from _texts(item, None, (*at, key))
    elif isinstance(value, Seq):
        for index, item in enumerate(value):
            yield from _texts(item, None, (*at, index))
