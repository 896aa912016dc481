"""Resolve every reference to a record, an identifier of the law or a clause of a standard; what cannot be resolved is a fault."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from mdr_blueprint.diagnostics import Fault, Related, did_you_mean
from mdr_blueprint.graph.references import MENTIONS, QUOTES, Reference, prose_fields, references, texts
from mdr_blueprint.graph.typed import Edge, Graph
from mdr_blueprint.load import Dossier, Entry, Law
from mdr_blueprint.load.dossier import FIGURE
from mdr_blueprint.markdown import mentions
from mdr_blueprint.model import KINDS, AppliedStandard, ClauseAnswer, GsprAnswer, Record
from mdr_blueprint.source import Sources

MAX_HINTS = 50
"""So many unknown ids get a "did you mean"; a project with more has another trouble than typing."""

MAX_RING = 20
"""So many records of a ring are named."""


def link(dossier: Dossier, law: Law, sources: Sources) -> Graph:
    """Derive every edge."""
    linker = _Linker(dossier, law, sources)
    for entry in dossier.entries.values():
        if entry.whole:
            linker.link(entry)
    linker.find_cycles()
    broken = {id_: tuple(dict.fromkeys(ids)) for id_, ids in linker.broken.items()}
    return Graph(dossier, _frozen(linker.outgoing), _frozen(linker.incoming), tuple(linker.faults), broken)


def _frozen(edges: dict[str, list[Edge]]) -> dict[str, tuple[Edge, ...]]:
    return {id_: tuple(found) for id_, found in edges.items()}


class _Linker:
    def __init__(self, dossier: Dossier, law: Law, sources: Sources) -> None:
        self.dossier = dossier
        self.law = law
        self.sources = sources
        self.outgoing: dict[str, list[Edge]] = {}
        self.incoming: dict[str, list[Edge]] = {}
        self.faults: list[Fault] = []
        self.broken: dict[str, list[str]] = {}
        self.acyclic: dict[str, None] = {}
        self.hints: dict[tuple[str, tuple[type[Record], ...]], str] = {}
        self.with_figures = {source.path for source in sources.files if "{figure:" in source.text}

    def link(self, entry: Entry[Record]) -> None:
        """All edges that start at a record, and the one from its owner."""
        owner = self.dossier.entries.get(entry.owner) if entry.owner and entry.cls.parent else None
        if owner is not None:
            self._add(Edge(owner.id, entry.kind, entry.id, owner.kind.removesuffix("s"), (entry.kind, entry.key)))
        for reference in references(entry.record):
            self._resolve(entry, reference)
        for name in prose_fields(entry.cls):
            for id_ in mentions(getattr(entry.record, name) or ""):
                self._resolve(entry, Reference(MENTIONS, (name,), id_))
        if entry.place.path in self.with_figures:
            for steps, text in texts(entry.raw, entry.cls):
                for id_ in FIGURE.findall(text):
                    self._resolve(entry, Reference(QUOTES, steps, id_))

    def _add(self, edge: Edge) -> None:
        self.outgoing.setdefault(edge.source, []).append(edge)
        self.incoming.setdefault(edge.target, []).append(edge)

    def _connect(self, entry: Entry[Record], reference: Reference, target: str, place: str | None = None) -> None:
        relation = reference.relation
        if relation.acyclic:
            self.acyclic.setdefault(relation.name)
        self._add(Edge(entry.id, relation.name, target, relation.inverse, reference.steps, place))

    def _resolve(self, entry: Entry[Record], reference: Reference) -> None:
        text = reference.text
        target = self.dossier.entries.get(text)
        id_, place = text, None
        if "#" in text and (target is None or not issubclass(target.cls, reference.relation.classes)):
            id_, _, place = text.partition("#")
            if self._is_clause(entry, reference, id_, place):
                return
            target = self.dossier.entries.get(id_)
        if target is not None:
            self._connect_record(entry, reference, target, place)
        elif self._is_law(reference, text):
            self._connect(entry, reference, text)
        elif not self.sources.may_define(id_):
            self._fault("dangling", entry, reference, f"is not defined anywhere{self._hint(id_, reference)}", id_)

    def _connect_record(self, entry: Entry[Record], reference: Reference, target: Entry[Record], place: str | None) -> None:
        if not issubclass(target.cls, reference.relation.classes):
            wanted = " or ".join(cls.singular for cls in reference.relation.classes)
            here = Related(f"{target.cls.singular} `{target.id}` stands here", target.place)
            self._fault("wrong-kind", entry, reference, f"is a {target.cls.singular}, not a {wanted}", target.id, here)
            return
        if target.record.retired is not None and entry.record.retired is None:
            here = Related("retired here", target.at("retired", key=True))
            self._fault("retired", entry, reference, f"is retired: {target.record.retired.reason}", target.id, here)
        if target.cls is AppliedStandard and place is not None:
            self._has_clause(entry, reference, target.id, place)
        self._connect(entry, reference, target.id, place)

    def _fault(self, kind: str, entry: Entry[Record], reference: Reference, message: str, id_: str, *related: Related) -> None:
        whose = f"`{id_}` in `{reference.relation.name}` of {entry.cls.singular} `{entry.key}`"
        if kind != "retired":
            self.broken.setdefault(entry.id, []).append(id_)
        self.faults.append(Fault(kind, f"{whose} {message}", entry.at(*reference.steps), related, subject=entry.id))

    def _is_clause(self, entry: Entry[Record], reference: Reference, standard: str, clause: str) -> bool:
        """A clause of a standard that the library holds: linked, or a fault where the standard has no such clause. Where the
        library lists no clauses, any is taken as written.
        """
        if not {ClauseAnswer, Record} & set(reference.relation.classes):
            return False
        if self.law.standard(standard) is None:
            return False
        if self._has_clause(entry, reference, standard, clause):
            self._connect(entry, reference, reference.text)
        return True

    def _has_clause(self, entry: Entry[Record], reference: Reference, standard: str, clause: str) -> bool:
        """Whether the library has the clause, or lists none for the standard, so that any is taken as written; else a fault."""
        known = self.law.standard(standard)
        if known is None or not known.clauses or clause in known.clauses:
            return True
        message = f"is no clause of {known.designation} that the library lists{did_you_mean(clause, known.clauses)}"
        self._fault("unknown-clause", entry, reference, message, clause)
        return False

    def _is_law(self, reference: Reference, text: str) -> bool:
        """An identifier of Annex I, or a standard of the library that the project does not declare."""
        classes = reference.relation.classes
        if text.startswith("gspr:"):
            return bool({GsprAnswer, Record} & set(classes)) and text[5:] in self.law.gspr
        return bool({AppliedStandard, Record} & set(classes)) and text in self.law.standard_ids

    def _hint(self, id_: str, reference: Reference) -> str:
        """Did you mean: among ids of the kinds that may stand there, else among all."""
        wanted = reference.relation.classes
        if (id_, wanted) not in self.hints:
            if len(self.hints) >= MAX_HINTS:
                return ""
            classes = [cls for cls in KINDS.values() if issubclass(cls, wanted)]
            candidates = [entry.id for cls in classes for entry in self.dossier.kind(cls.kind_name)]
            if GsprAnswer in classes and id_.lower().startswith("gspr"):
                candidates = [f"gspr:{key}" for key in self.law.gspr]
            elif AppliedStandard in classes:
                candidates += self.law.standard_ids
            self.hints[id_, wanted] = did_you_mean(id_, candidates) or did_you_mean(id_, self.dossier.entries)
        return self.hints[id_, wanted]

    def find_cycles(self) -> None:
        """Chains of one acyclic relation that lead back to their start, each reported once."""
        for relation in self.acyclic:
            done: set[str] = set()
            for start in self.dossier.entries:
                if start not in done:
                    self._walk_chain(start, relation, done)

    def _walk_chain(self, start: str, relation: str, done: set[str]) -> None:
        """Depth first without recursion: a chain may be as long as the project."""
        path = {start: 0}
        todo = [self._next(start, relation)]
        while todo:
            edge = next(todo[-1], None)
            if edge is None:
                todo.pop()
                done.add(path.popitem()[0])
            elif edge.target in path:
                entry = self.dossier.entries[edge.source]
                message = f"`{relation}` leads back to its start: {_ring(path, edge.target)}"
                self.faults.append(Fault("cycle", message, entry.at(*edge.steps), subject=entry.id))
            elif edge.target not in done and edge.target in self.dossier.entries:
                path[edge.target] = len(path)
                todo.append(self._next(edge.target, relation))

    def _next(self, id_: str, relation: str) -> Iterator[Edge]:
        return (edge for edge in self.outgoing.get(id_, ()) if edge.relation == relation)


def _ring(path: dict[str, int], start: str) -> str:
    """The records of a ring, from its start back to it: of a long one the first and the last. `path` is what leads there, and
    each record's place in it.
    """
    length = len(path) - path[start]
    if length <= MAX_RING:
        return " → ".join([*islice(path, path[start], None), start])
    last = [id_ for id_, _ in zip(reversed(path), range(MAX_RING // 2), strict=False)][::-1]
    return f"{start} → … {length - 1 - len(last)} more … → {' → '.join(last)} → {start}"
