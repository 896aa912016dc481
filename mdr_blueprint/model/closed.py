"""The words of closed lists, which are written with `_` for a space."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Literal, get_args, get_origin

from mdr_blueprint.model import KINDS, Part, Ref, ready


@cache
def closed_words() -> frozenset[str]:
    """Every word that a field takes from a list of its own."""
    met: set[type[Part]] = set()
    return frozenset(word for cls in KINDS.values() for word in _of_part(cls, met))


def _of_part(cls: type[Part], met: set[type[Part]]) -> Iterator[str]:
    if cls not in met:
        met.add(cls)
        for field in ready(cls).model_fields.values():
            yield from _of_type(field.annotation, met)


def _of_type(annotation: Any, met: set[type[Part]]) -> Iterator[str]:
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
    elif isinstance(annotation, type) and issubclass(annotation, Part):
        yield from _of_part(annotation, met)
    elif get_origin(annotation) is not Ref:
        for argument in get_args(annotation):
            yield from _of_type(argument, met)
