"""YAML as text that people wrote: where each value stands, and a new value in the style they use. The one home of ruamel.yaml.

The reader of the compiler (`source`) says where values begin, which is enough to report them. To change one without touching
its neighbours, the end is needed as well. Nothing is dumped as a whole: a dump, even one that keeps comments, would set the
quotes, folds and indents of other lines anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import Any, Literal

WIDTH = 120
Value = str | int | Sequence[str] | Mapping[str, "Value"]
"""What is written. A number is one only where the field that reads it wants a number; dates and revisions are text."""
NUMBER_LIKE = re.compile(r"[-+]?(\.?[0-9][0-9_]*+(\.[0-9_]*+)?([eE][-+]?[0-9]+)?|0[xob][0-9a-fA-F_]+|\.inf|\.nan)", re.IGNORECASE)
SAFE_IN_FLOW = re.compile(r"[\w.]([\w ./:#()+-]*[\w.)])?")
"""What readers of YAML agree on inside `{ }`; they do not on much else."""
WORD_LIKE = frozenset({"~", "null", "true", "false", "yes", "no", "on", "off", "y", "n"})


class TextError(Exception):
    """A text that is not understood well enough to change it."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line
        """Where in the text, from 1."""


@dataclass
class Node:
    """A value in a text, from `start` to `end`: behind its last sign, before any comment."""

    kind: Literal["scalar", "map", "seq", "alias"]
    start: int
    end: int
    flow: bool = False
    value: str = ""
    pairs: list[tuple[Node, Node]] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)
    is_block_scalar: bool = False
    keeps_blank_lines: bool = False
    """It ends with a text of the form `|+`: a blank line behind it would be part of it."""

    def get(self, key: str) -> tuple[Node, Node] | None:
        return next((pair for pair in self.pairs if pair[0].value == key), None)

    def shift(self, by: int) -> None:
        """Move it, with all that is in it."""
        self.start += by
        self.end += by
        for node in (*(node for pair in self.pairs for node in pair), *self.items):
            node.shift(by)


def parse(text: str) -> Node | None:
    """The tree of a text with one document; None where it holds no value. Aliases stay aliases."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return _build(text, iter(list(YAML(typ="safe", pure=True).parse(text))))
    except (YAMLError, StopIteration, IndexError, ValueError) as error:
        if "\t" in text:  # between key and value the compiler's reader takes a tab for a space, ruamel does not
            return parse(text.replace("\t", " "))
        mark = getattr(error, "problem_mark", None)
        raise TextError(str(error), mark.line + 1 if mark else 1) from error


def _build(text: str, events: Iterator[Any]) -> Node | None:
    from ruamel.yaml import events as kinds

    for event in events:
        if isinstance(event, kinds.DocumentStartEvent):
            return _node(text, next(events), events)
    return None


def _node(text: str, event: Any, events: Iterator[Any]) -> Node:
    from ruamel.yaml import events as kinds

    start, end = event.start_mark.index, event.end_mark.index
    if isinstance(event, kinds.AliasEvent):
        return Node("alias", start, end)
    if isinstance(event, kinds.ScalarEvent):
        is_block = event.style in ("|", ">")
        return _block_scalar(text, start, end, event.value) if is_block else Node("scalar", start, end, value=event.value)
    is_map = isinstance(event, kinds.MappingStartEvent)
    node = Node("map" if is_map else "seq", start, end, flow=bool(event.flow_style))
    for inner in events:
        if isinstance(inner, (kinds.MappingEndEvent, kinds.SequenceEndEvent)):
            if node.flow:
                node.end = inner.end_mark.index
            break
        child = _node(text, inner, events)
        if is_map:
            value = _node(text, next(events), events)
            if value.start == value.end:  # no value: its place is behind the colon
                value.start = value.end = text.index(":", child.end) + 1
            node.pairs.append((child, value))
            child = value
        else:
            node.items.append(child)
        node.end = max(node.end, child.end)
        node.keeps_blank_lines = child.keeps_blank_lines
    return node


def _block_scalar(text: str, start: int, end: int, value: str) -> Node:
    """A text in block form ends with its last line; where its blank lines count (`|+`), with them."""
    whole = text[start:end]
    keeps = "+" in whole.partition("\n")[0].partition("#")[0]
    end = start + len(re.sub(r"\r?\n\Z", "", whole) if keeps else whole.rstrip())
    return Node("scalar", start, end, value=value, is_block_scalar=True, keeps_blank_lines=keeps)


def render(value: Mapping[str, Value], *, step: int = 2, width: int = WIDTH) -> str:
    """A mapping in block form from column 0, each line ended. Ids stand in `[A-1, A-2]`, other lists have one item a line."""
    return _emit(_block_events(value), step, width)


def render_flow(value: Value, width: int = WIDTH) -> str:
    """A value as it stands inside `{ }` or `[ ]`."""
    return _emit(_flow_events([value]), 2, width).strip()[1:-1].strip()


def render_scalar(value: str | int) -> str:
    """A text on one line, in block form."""
    return _emit(_block_events({"k": value}), 2, 1 << 30).removeprefix("k:").strip()


def _emit(events: Iterable[Any], step: int, width: int) -> str:
    from ruamel.yaml import YAML
    from ruamel.yaml import events as kinds

    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = None
    yaml.allow_unicode = True
    yaml.width = width
    yaml.indent(mapping=step, sequence=step + 2, offset=step)
    out = StringIO()
    yaml.emit([kinds.StreamStartEvent(), kinds.DocumentStartEvent(explicit=False), *events,
               kinds.DocumentEndEvent(explicit=False), kinds.StreamEndEvent()], out)
    return out.getvalue().removesuffix("...\n")


def _block_events(value: Value) -> Iterator[Any]:
    from ruamel.yaml import events as kinds

    if isinstance(value, (str, int)):
        yield _scalar(value)
    elif isinstance(value, Mapping):
        yield kinds.MappingStartEvent(None, None, True, flow_style=False)
        for key, inner in value.items():
            yield _scalar(key)
            yield from _block_events(inner)
        yield kinds.MappingEndEvent()
    elif all(re.fullmatch(r"[\w.#()-]{1,30}", item) for item in value):
        yield from _flow_events(value)
    else:
        yield kinds.SequenceStartEvent(None, None, True, flow_style=False)
        for item in value:
            yield _scalar(item)
        yield kinds.SequenceEndEvent()


def _flow_events(value: Value | Sequence[Value]) -> Iterator[Any]:
    from ruamel.yaml import events as kinds

    if isinstance(value, (str, int)):
        yield _scalar(value, in_flow=True)
    elif isinstance(value, Mapping):
        yield kinds.MappingStartEvent(None, None, True, flow_style=True)
        for key, inner in value.items():
            yield _scalar(key)
            yield from _flow_events(inner)
        yield kinds.MappingEndEvent()
    else:
        yield kinds.SequenceStartEvent(None, None, True, flow_style=True)
        for item in value:
            yield from _flow_events(item)
        yield kinds.SequenceEndEvent()


def _scalar(value: str | int, *, in_flow: bool = False) -> Any:
    """Plain where it may be; in quotation marks where another reader of YAML would take a text for a number or a truth value."""
    from ruamel.yaml import events as kinds

    is_odd = isinstance(value, str) and (
        value.lower() in WORD_LIKE or NUMBER_LIKE.fullmatch(value) is not None or (in_flow and not SAFE_IN_FLOW.fullmatch(value))
    )
    return kinds.ScalarEvent(None, None, (not is_odd, True), str(value), style='"' if is_odd else None)
