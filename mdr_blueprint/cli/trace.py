"""`mdr trace`: what a record rests on, and what rests on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from mdr_blueprint.cli.arguments import HERE, Folder, TextOrJson
from mdr_blueprint.cli.terminal import bold, dim, say
from mdr_blueprint.diagnostics import Place, UsageError, did_you_mean

if TYPE_CHECKING:
    from mdr_blueprint.graph import Edge, Graph
    from mdr_blueprint.load import Law
    from mdr_blueprint.pipeline import Compilation

Direction = Literal["down", "up"]
TITLE = 72
"""Longest title in a line of a tree."""
MOST_RAILS = 40
"""So many steps of indent are drawn; a line deeper than that begins with its depth: a chain may be as long as the project."""
Id = Annotated[str, typer.Argument(metavar="ID", show_default=False, help="A record, such as RC-021 or gspr:14.2(d).")]
Depth = Annotated[int, typer.Option(min=0, metavar="N", help="Stop after N steps; 0 for no limit.")]


def trace(record: Id, folder: Folder = HERE, depth: Depth = 3, form: TextOrJson = "text") -> None:
    """Show what a record rests on and what rests on it, as two trees.

    Every line gives the relation, the record and where it stands. A record is followed once, at its nearest place;
    (*) marks the others.

    For example:
      mdr trace RC-021
      mdr trace "gspr:14.2(d)" device_example --depth 2
      mdr trace EV-058 --format json
    """
    from mdr_blueprint.pipeline import compile

    compilation = compile(folder)
    found = _find(record, compilation)
    tracer = Tracer(compilation.graph, compilation.law)
    told = _as_json(tracer, found, depth) if form == "json" else _as_text(tracer, found, depth)
    say(told, exact=form == "json")


def _find(id_: str, compilation: Compilation) -> str:
    """The id as the project spells it: also without its `gspr:` or `document:`, in another case, with a place behind `#`."""
    dossier, graph = compilation.dossier, compilation.graph
    for wanted in (id_, f"gspr:{id_}", f"document:{id_}", id_.partition("#")[0]):
        known = dossier.same_but_case(wanted)
        if known is not None:
            return known
        if wanted in graph.incoming:  # of the law or a standard, and answered or named by a record
            return wanted
    raise UsageError(f"no record `{id_}` in {compilation.root}{did_you_mean(id_, [*dossier.entries, *graph.incoming])}")


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a tree: a record and how it is reached."""

    depth: int
    parent: str
    relation: str
    id: str
    places: tuple[str, ...]
    """Sections named behind `#`."""
    elsewhere: bool
    """It is followed at another place of the tree."""
    cut: bool
    """It goes on, but `--depth` ends here."""
    last: bool
    """The last one below its parent."""


@dataclass(frozen=True)
class Tracer:
    """Walks the graph both ways and names what it meets."""

    graph: Graph
    law: Law

    def walk(self, start: str, direction: Direction, limit: int) -> Iterator[Step]:
        """The tree below `start`, top to bottom. Without recursion: a chain may be as long as the project."""
        nearest = self.graph.reach(start, direction)
        todo = [iter(self._below(start, direction))]
        parents = [start]
        while todo:
            item = next(todo[-1], None)
            if item is None:
                todo.pop()
                parents.pop()
                continue
            (relation, id_), edges, last = item
            depth = len(todo)
            follows = id_ != start and nearest[id_][1] in edges
            below = self._below(id_, direction)
            cut = follows and bool(below) and 0 < limit <= depth
            places = tuple(dict.fromkeys(edge.place for edge in edges if edge.place))
            yield Step(depth, parents[-1], relation, id_, places, bool(below) and not follows, cut, last)
            if follows and below and not cut:
                todo.append(iter(below))
                parents.append(id_)

    def _below(self, id_: str, direction: Direction) -> list[tuple[tuple[str, str], list[Edge], bool]]:
        """Relation and record -> its edges; several edges to one record are one line."""
        grouped: dict[tuple[str, str], list[Edge]] = {}
        for edge in self.graph.out(id_) if direction == "down" else self.graph.into(id_):
            key = (edge.relation, edge.target) if direction == "down" else (edge.inverse, edge.source)
            grouped.setdefault(key, []).append(edge)
        return [(key, edges, number == len(grouped)) for number, (key, edges) in enumerate(grouped.items(), 1)]

    def kind(self, id_: str) -> str:
        entry = self.graph.dossier.entries.get(id_)
        if entry is not None:
            return entry.cls.singular
        if id_.startswith("gspr:"):
            return "requirement of Annex I"
        return "clause of a standard" if "#" in id_ else "standard"

    def title(self, id_: str) -> str:
        """The record's own words; for the law and standards those of the library."""
        entry = self.graph.dossier.entries.get(id_)
        if entry is not None and not entry.whole:
            return "(cannot be read)"
        label = self.graph.dossier.say(self.graph.dossier.label_of(entry)) if entry is not None else ""
        if id_.startswith("gspr:"):
            item = self.law.gspr.get(id_[5:])
            return "; ".join(text for text in (item.topic if item else "", label) if text)
        standard, _, clause = id_.partition("#")
        known = self.law.standard(standard)
        if known is None:
            return label
        if not clause:
            return known.designation
        named = known.clauses.get(clause)
        return "; ".join(text for text in (named.title if named else "", label) if text)

    def place(self, id_: str) -> Place | None:
        entry = self.graph.dossier.entries.get(id_)
        return entry.place if entry is not None else None


def _as_text(tracer: Tracer, id_: str, limit: int) -> str:
    place = tracer.place(id_)
    title = tracer.title(id_)
    head = f"{bold(id_)}  {tracer.kind(id_)}{': ' + title if title else ''}\n{place or 'library'}"
    blocks = [head]
    directions: tuple[tuple[Direction, str, str], ...] = (
        ("down", f"{id_} rests on", f"{id_} rests on nothing."),
        ("up", f"What rests on {id_}", f"Nothing rests on {id_}."),
    )
    steps: list[Step] = []
    for direction, some, none in directions:
        found = list(tracer.walk(id_, direction, limit))
        steps += found
        blocks.append("\n".join([bold(some), *_lines(found, tracer)]) if found else none)
    if any(step.elsewhere for step in steps):
        blocks.append("(*) followed at another place of the tree")
    if any(step.cut for step in steps):
        blocks.append(f"... goes on; --depth {limit + 1} shows one step more, --depth 0 all")
    return "\n\n".join(blocks) + "\n"


def _lines(steps: list[Step], tracer: Tracer) -> Iterator[str]:
    open_above: list[bool] = []
    for step in steps:
        del open_above[step.depth - 1 :]
        rails = "".join("│  " if is_open else "   " for is_open in open_above[-MOST_RAILS:])
        if len(open_above) > MOST_RAILS:
            rails = f"({step.depth}) {rails}"
        open_above.append(not step.last)
        name = step.id + (f"#{', #'.join(step.places)}" if step.places else "")
        mark = " (*)" if step.elsewhere else " ..." if step.cut else ""
        title = tracer.title(step.id)
        title = title if len(title) <= TITLE else title[: TITLE - 3].rstrip(" .") + "..."
        place = tracer.place(step.id)
        where = f"{place.path}:{place.line}" if place else "library"
        yield (f"{rails}{'└─' if step.last else '├─'} {dim(step.relation)} {bold(name)}{' ' + title if title else ''}"
               f"{mark}  {dim(where)}")


def _as_json(tracer: Tracer, id_: str, limit: int) -> str:
    """The steps as flat lists in the order of the tree, so that no chain is too deep for a reader."""
    answer = {
        **_record(tracer, id_),
        "rests_on": [_step(tracer, step) for step in tracer.walk(id_, "down", limit)],
        "rested_on_by": [_step(tracer, step) for step in tracer.walk(id_, "up", limit)],
    }
    return json.dumps(answer, ensure_ascii=False, indent=2) + "\n"


def _record(tracer: Tracer, id_: str) -> dict[str, Any]:
    place = tracer.place(id_)
    return {"id": id_, "kind": tracer.kind(id_), "title": tracer.title(id_), "path": place.path if place else None,
            "line": place.line if place else None, "column": place.column if place else None}


def _step(tracer: Tracer, step: Step) -> dict[str, Any]:
    return {"depth": step.depth, "parent": step.parent, "relation": step.relation, **_record(tracer, step.id),
            "sections": list(step.places), "shown_elsewhere": step.elsewhere, "cut": step.cut}
