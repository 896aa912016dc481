"""Questions that the rules of every family ask of a record: what it is called, what it lacks, who refers to it."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from typing import Any

from mdr_blueprint.graph import Edge, Graph
from mdr_blueprint.load import Dossier, Entry
from mdr_blueprint.model.verification import DeltaAssessment
from mdr_blueprint.rules.engine import live
from mdr_blueprint.source import Sources

NO_LABEL = frozenset({"gspr", "clauses", "runs", "waivers", "standards", "documents"})
"""Kinds whose id says more than their label."""


def call(entry: Entry[Any], title: str | None = None) -> str:
    """How a message names a record: "risk control `RC-021` (Duty-cycle limiter)"."""
    if entry.cls.keys == "single":
        return f"the {entry.cls.singular}"
    key = entry.id if entry.kind == "clauses" else entry.key
    words = title if title is not None else "" if entry.kind in NO_LABEL else entry.record.label
    return f"{entry.cls.singular} `{key}` ({short(words)})" if words else f"{entry.cls.singular} `{key}`"


def short(words: str, limit: int = 60) -> str:
    """The head of a text, on one line, never cut inside a `{figure:...}`."""
    line = " ".join(words.split())
    if len(line) <= limit:
        return line
    head = line[: limit - 3]
    if head.rfind("{") > head.rfind("}"):
        head = head[: head.rfind("{")]
    return head.rstrip() + "..."


def listed(words: list[str], last: str = "and") -> str:
    """`a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def first(words: Sequence[str], limit: int = 6) -> str:
    """The head of a long list: `a, b, c and 9 more`."""
    rest = len(words) - limit
    return listed(list(words)) if rest <= 0 else f"{', '.join(words[:limit])} and {rest} more"


def lacks(entry: Entry[Any], field: str) -> bool:
    """Whether nothing is written in a field. A value that could not be read is reported as such and is no gap."""
    value = getattr(entry.record, field)
    if value:
        return isinstance(value, str) and not value.strip()
    return not entry.raw.get(field)


def unsaid(entry: Entry[Any], *steps: str | int) -> bool:
    """Whether nothing is written at a place inside a record: `unsaid(entry, "creepage", "required")`. As in `lacks`, what could
    not be read is no gap.
    """
    value: Any = entry.raw
    for step in steps:
        if value is None:
            return True
        if isinstance(value, list) and isinstance(step, int):
            value = value[step] if step < len(value) else None
        elif isinstance(value, dict):
            value = value.get(step)
        else:
            return False
    return value is None or value in ([], {}) or (isinstance(value, str) and not value.strip())


def shortfall(delta: DeltaAssessment | None) -> str:
    """Why a delta assessment is not enough, as the end of a message; empty where there is none."""
    if delta is None:
        return ""
    return f", and its delta assessment {f'is for `{delta.revision}`' if delta.argument else 'argues nothing'}"


def gaps(entry: Entry[Any], *fields: str) -> list[str]:
    """Which of the fields are empty, as a message names them."""
    return [f"`{field}`" for field in fields if lacks(entry, field)]


def referring(graph: Graph, id_: str, *relations: str, kind: str | None = None) -> Iterator[tuple[Entry[Any], Edge]]:
    """The records that refer to this one and are not retired, all or those of one kind."""
    for edge in graph.into(id_, *relations):
        entry = graph.dossier.entries[edge.source]
        if (kind is None or entry.kind == kind) and live(graph.dossier, entry):
            yield entry, edge


def is_used(graph: Graph, id_: str, *relations: str, kind: str | None = None) -> bool:
    return next(referring(graph, id_, *relations, kind=kind), None) is not None


def base(reference: str) -> str:
    """The id of a reference without its place: `EV-058` of `EV-058#4.2`."""
    return reference.partition("#")[0]


def is_missing(dossier: Dossier, sources: Sources, kind: str) -> bool:
    """Whether the project has no record of a kind, other than retired ones, not even a broken one or one in a file that cannot
    be read.
    """
    if sources.is_partial or any(entry.record.retired is None for entry in dossier.kind(kind)):
        return False
    return not any(re.search(rf"^{kind}:(?:[^\S\n]*+|\s*+#.*+)\n\s++\S|^{kind}:\s*+[{{]", source.text, re.MULTILINE)
                   for source in sources.files if source.faults)


class _Everything:
    """What may stand in a file of which nothing was read."""

    def __contains__(self, _: object) -> bool:
        return True


def unread(dossier: Dossier, sources: Sources) -> Container[str]:
    """Words in what could not be read. A record named there is not called an orphan: the cause is the broken text."""
    if sources.is_partial:
        return _Everything()
    broken = {fault.subject for fault in dossier.faults if fault.subject}
    broken |= {entry.id for entry in dossier.entries.values() if not entry.whole}
    words = set(sources.broken_words)
    for id_ in broken:
        entry = dossier.entries.get(id_)
        if entry is not None:
            words.update(_values(entry.raw))
    return frozenset(words)


def _values(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield base(value)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _values(item)
    elif isinstance(value, list):
        for item in value:
            yield from _values(item)
