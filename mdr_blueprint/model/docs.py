"""The words below each field of a model, read from its source.

pydantic could collect them itself (`use_attribute_docstrings`), at every start of the program; they are needed only for
the schema and the handbook.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import cache

from mdr_blueprint.model.base import Part


def attribute_docs(cls: type[Part]) -> dict[str, str]:
    """Field -> the docstring below it, on one line; those of the base classes too."""
    docs: dict[str, str] = {}
    for owner in reversed(cls.__mro__):
        if issubclass(owner, Part):
            docs |= _module_docs(owner.__module__).get(owner.__qualname__, {})
    return {name: text for name, text in docs.items() if name in cls.model_fields}


@cache
def _module_docs(module: str) -> dict[str, dict[str, str]]:
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: dict(_below_fields(node)) for node in tree.body if isinstance(node, ast.ClassDef)}


def _below_fields(cls: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, below in zip(cls.body, cls.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
            and isinstance(below.value.value, str)
        ):
            yield field.target.id, " ".join(below.value.value.split())
