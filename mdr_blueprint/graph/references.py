"""Which references a kind of record holds, found in the types of its fields once per kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args, get_origin

from mdr_blueprint.graph.typed import Steps
from mdr_blueprint.model import KINDS, Inverse, Part, Record, Ref, ready
from mdr_blueprint.model.scalars import ProseMark
from mdr_blueprint.source import Map, Seq


@dataclass(frozen=True, slots=True)
class Relation:
    """A field that holds references: its name at both ends, what it may name, whether a chain of it may close."""

    name: str
    inverse: str
    classes: tuple[type[Record], ...]
    acyclic: bool


MENTIONS = Relation("mentions", "mentioned_in", (Record,), acyclic=False)
"""`[HS-014]` in prose."""
QUOTES = Relation("quotes", "quoted_in", (KINDS["figures"],), acyclic=False)
"""`{figure:B0}` in any text."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference as written in a record."""

    relation: Relation
    steps: Steps
    text: str


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of a `Part` that holds references, itself or further down."""

    name: str
    shape: str
    """`one`: a single value, `many`: a list, `keyed`: a mapping."""
    relation: Relation | None
    below: tuple[_Field, ...] = ()

    def values(self, part: Any, at: Steps) -> Iterator[tuple[Steps, Any]]:
        value = getattr(part, self.name)
        if not value:
            return
        if self.shape == "one":
            yield (*at, self.name), value
        elif self.shape == "many":
            for index, item in enumerate(value):
                yield (*at, self.name, index), item
        else:
            for key, item in value.items():
                yield (*at, self.name, key), item


def references(record: Record) -> Iterator[Reference]:
    """Every reference of a record, without those of the records inside it."""
    return _walk(_fields(type(record)), record, ())


def _walk(fields: tuple[_Field, ...], part: Any, at: Steps) -> Iterator[Reference]:
    for field in fields:
        for steps, value in field.values(part, at):
            if field.relation is not None:
                yield Reference(field.relation, steps, value)
            else:
                yield from _walk(field.below, value, steps)


@cache
def _fields(cls: type[Part], prefix: str = "") -> tuple[_Field, ...]:
    found = []
    for name, info in ready(cls).model_fields.items():
        path = f"{prefix}.{name}" if prefix else name
        shape, inner = shape_of(info.annotation)
        if isinstance(inner, tuple):
            mark = next((mark for mark in info.metadata if isinstance(mark, Inverse)), Inverse(f"{path} of"))
            found.append(_Field(name, shape, Relation(path, mark.name, inner, mark.acyclic)))
        elif inner is not None and not issubclass(inner, Record):
            below = _fields(inner, path)
            if below:
                found.append(_Field(name, shape, None, below))
    return tuple(found)


def shape_of(annotation: Any) -> tuple[str, tuple[type[Record], ...] | type[Part] | None]:
    """How many values a field has, and what they are: references to some classes, or parts."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Ref:
        return "one", tuple(get_args(args[0])) or (args[0],)
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return "one", annotation
    for arg in args[1:] if origin is dict else args:
        _, inner = shape_of(arg)
        if inner is not None:
            return {tuple: "many", dict: "keyed"}.get(origin, "one"), inner
    return "one", None


@cache
def prose_fields(cls: type[Part]) -> tuple[str, ...]:
    """The fields of a kind whose text is prose; notes are for the team and link nothing."""
    fields = ready(cls).model_fields.items()
    return tuple(name for name, info in fields if name != "notes" and _is_prose(info.annotation, info.metadata))


def _is_prose(annotation: Any, metadata: Iterable[Any]) -> bool:
    marks = [*metadata, *(mark for arg in get_args(annotation) for mark in getattr(arg, "__metadata__", ()))]
    return any(isinstance(mark, ProseMark) for mark in marks)


def texts(value: Any, cls: type[Record] | None = None, at: Steps = ()) -> Iterator[tuple[Steps, str]]:
    """Every text of a record as written, with its steps, without those of the records inside it."""
    if isinstance(value, str):
        yield at, value
    elif isinstance(value, Map):
        for key, item in value.items():
            if cls is None or key not in KINDS or KINDS[key].parent != cls.kind_name:
                yield from texts(item, None, (*at, key))
    elif isinstance(value, Seq):
        for index, item in enumerate(value):
            yield from texts(item, None, (*at, index))
