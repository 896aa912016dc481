"""Records as a template sees them: what is set, what is missing, and nothing of Python behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from mdr_blueprint.diagnostics import did_you_mean
from mdr_blueprint.load import Entry
from mdr_blueprint.markdown import escape
from mdr_blueprint.model import Part, ready


class Raw(str):
    """Markdown made by a filter, not to be escaped."""

    __slots__ = ()


class Missing:
    """A field that a record does not have: printed as a gap, false in a condition, and so is every field below it.

    `cls` is what would stand there, so that a misspelt field is an error of the template and no gap.
    """

    def __init__(self, words: str, cls: type[Part] | None = None) -> None:
        self._words = words
        self._cls = cls

    def __getattr__(self, name: str) -> Missing:
        if name.startswith("_"):
            raise AttributeError(name)
        return Missing(f"{self._words} {name.replace('_', ' ')}", _below(self._cls, name, self._words))

    def __bool__(self) -> bool:
        return False

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def markdown(self) -> str:
        return f"[missing: {escape(self._words)}](gap:)"


class RecordView:
    """A record as a template sees it: an unset field is `Missing`, an unknown one is an error of the template."""

    def __init__(self, record: Part, words: str) -> None:
        self._record = record
        self._words = words

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        below = _below(type(self._record), name, self._words)
        found = getattr(self._record, name)
        if found is None or found in ("", (), {}):
            return Missing(f"{self._words} {name.replace('_', ' ')}", below)
        return self._wrap(found, name)

    def _wrap(self, found: Any, name: str) -> Any:
        if isinstance(found, Part):
            return RecordView(found, f"{self._words} {name.replace('_', ' ')}")
        if isinstance(found, tuple):
            return [self._wrap(item, name) for item in found]
        if isinstance(found, dict):
            return {key: self._wrap(item, name) for key, item in found.items()}
        return found


def _below(cls: type[Part] | None, name: str, words: str) -> type[Part] | None:
    """The group of fields that a field of a record holds, if it holds one. Only fields and properties: methods can read files."""
    if cls is None or isinstance(getattr(cls, name, None), property):
        return None
    fields = ready(cls).model_fields
    if name not in fields:
        raise LookupError(f"`{name}` is no field of {words}{did_you_mean(name, fields)}")
    annotation = fields[name].annotation
    return next((part for part in (annotation, *get_args(annotation)) if isinstance(part, type) and issubclass(part, Part)), None)


def entry_view(entry: Entry[Any]) -> RecordView:
    view = RecordView(entry.record, f"{entry.cls.singular} {entry.key}")
    object.__setattr__(view, "id", entry.id)
    return view
