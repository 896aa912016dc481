"""One file of records and the places where it changes.

Edits are kept as places in the text and made all at once; what lies between them is never written anew. Before the file is
given out it is read again, and must say what was meant.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

from mdr_blueprint.diagnostics import UsageError
from mdr_blueprint.importers.yaml_text import Node, TextError, parse
from mdr_blueprint.source import Map, Source, Sources, read_text
from mdr_blueprint.source.files import read_file
from mdr_blueprint.source.yaml_reader import MAX_BYTES

BOM = b"\xef\xbb\xbf"
LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line for a reader of YAML."""


@dataclass
class RecordFile:
    """One file and the changes it gets, as places in its text."""

    path: str
    raw: bytes | None
    """None where the file does not exist yet."""
    text: str
    source: Source
    edits: list[tuple[int, int, str]] = field(default_factory=list)
    expected: list[tuple[tuple[str, ...], Any]] = field(default_factory=list)
    """Keys on the way to a value, and what it is to be in the end; None where it is to be gone."""
    order: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, sources: Sources, path: str) -> RecordFile:
        source = next((source for source in sources.files if source.path == path), None)
        location = sources.root / path
        if source is None:
            if location.exists():
                raise UsageError(f"{path} is in the way: it is no file of records")
            return cls(path, None, "", Source(path, "", Map(0, 0)))
        faults = [fault for fault in source.faults if fault.kind != "empty-file"]
        if faults:
            raise UsageError(f"{faults[0].place}: {faults[0].message}; nothing was written")
        raw = read_file(location, MAX_BYTES)
        if read_text(path, raw) != source:
            raise UsageError(f"{path} was changed by somebody else just now; nothing was written")
        return cls(path, raw, raw.removeprefix(BOM).decode("utf-8"), source)

    def __post_init__(self) -> None:
        self.starts = [0, *(found.end() for found in LINE_END.finditer(self.text))]
        first = re.search("\r\n?|\n", self.text)
        self.newline = first[0] if first else "\n"

    # --- where things stand

    @property
    def is_block(self) -> bool:
        """Its top keys stand at the beginning of lines."""
        root = self.source.root
        return not root.marks or (root.column == 0 and self.text[self.starts[root.line] : self.starts[root.line] + 1] != "{")

    def records(self, kind: str) -> Map | None:
        """The records of a kind where each stands on lines of its own."""
        found = self.source.root.get(kind)
        if not isinstance(found, Map) or not found or not self.is_block:
            return None
        return found if self.text[self.starts[found.line] + found.column] != "{" else None

    def takes(self, kind: str) -> bool:
        """It holds records of a kind on lines of their own, or an empty key for them."""
        is_empty = kind in self.source.root.marks and not self.source.root.get(kind)
        return self.is_block and (is_empty or self.records(kind) is not None)

    def record(self, kind: str, key: str) -> tuple[Node, Node]:
        """Key and value of a record, with places in the whole text."""
        if self.records(kind) is None:
            return self._pair(self._whole, kind, key)
        return self._part(*self._span(kind, key), key)

    def kind(self, kind: str) -> tuple[Node, Node]:
        """Key and value of a kind, in a file whose top keys stand on lines of their own."""
        return self._part(*self._span(kind), kind)

    def _span(self, kind: str, key: str | None = None) -> tuple[int, int]:
        """From the line of a record, or of a kind, to that of what follows it."""
        root, path = self.source.root, self.path
        marks = list(root.marks)
        behind = marks[marks.index(kind) + 1 :]
        end = self.starts[root.key_place(path, behind[0]).line - 1] if behind else len(self.text)
        if key is None:
            return self.starts[root.key_place(path, kind).line - 1], end
        records: Map = root[kind]
        following = self._following(kind).get(key)
        if following is not None:
            end = self.starts[records.key_place(path, following).line - 1]
        return self.starts[records.key_place(path, key).line - 1], end

    def _following(self, kind: str) -> dict[str, str]:
        """Record -> the one below it."""
        if kind not in self.order:
            self.order[kind] = dict(pairwise(self.source.root[kind].marks))
        return self.order[kind]

    @cached_property
    def _whole(self) -> Node | None:
        try:
            return parse(self.text)
        except TextError as error:
            raise self.puzzled(error.line) from error

    def _part(self, start: int, end: int, key: str) -> tuple[Node, Node]:
        try:
            tree = parse(self.text[start:end])
        except TextError as error:
            raise self.puzzled(bisect_right(self.starts, start) + error.line - 1) from error
        pair = self._pair(tree, key)
        for node in pair:
            node.shift(start)
        return pair

    def _pair(self, tree: Node | None, *keys: str) -> tuple[Node, Node]:
        pair = None
        for key in keys:
            pair = tree.get(key) if tree is not None else None
            tree = pair[1] if pair else None
        if pair is None:
            raise self.puzzled()
        return pair

    def line_start(self, offset: int) -> int:
        return self.starts[bisect_right(self.starts, offset) - 1]

    def line_end(self, offset: int) -> int:
        """Where the line ends that `offset` stands in, before its line break."""
        found = LINE_END.search(self.text, offset)
        return found.start() if found else len(self.text)

    def column(self, node: Node) -> int:
        return node.start - self.line_start(node.start)

    # --- the edits

    def replace(self, start: int, end: int, text: str) -> None:
        self.edits.append((start, end, text))

    def take_lines(self, start: int, end: int) -> None:
        """Away with the lines from `start` to `end`, and with the line break before them: others may be added behind."""
        start = self.line_start(start)
        start -= 2 if self.text.startswith("\r\n", start - 2) else 1
        self.replace(start, self.line_end(end), "")

    def indented(self, text: str, column: int, *, first: bool = True) -> str:
        """Lines moved to a column, with the line ends of this file; without `first` the first one stays where it is."""
        lines = text.removesuffix("\n").split("\n")
        moved = [(" " * column if line and (first or number) else "") + line for number, line in enumerate(lines)]
        return self.newline.join(moved)

    def puzzled(self, line: int | None = None) -> UsageError:
        """What is said of a text that is valid, and written in a way that is not understood well enough."""
        where = f"{self.path}:{line}:1" if line else self.path
        return UsageError(f"{where}: written in a way that cannot be changed line by line; write the record in plain block form, "
                          "one field a line. Nothing was written")

    # --- the end

    def changed(self) -> bytes:
        """The file with all edits, once it has been read again and says what was meant."""
        parts, at = [], 0
        for start, end, text in sorted(self.edits, key=lambda edit: edit[:2]):  # sorted keeps the order at one place
            if start < at:
                raise self.puzzled(bisect_right(self.starts, start))
            parts += [self.text[at:start], text]
            at = end
        text = "".join((*parts, self.text[at:]))
        if not text.endswith(("\n", "\r")):
            text += self.newline
        new = (BOM if (self.raw or b"").startswith(BOM) else b"") + text.encode()
        if len(new) > MAX_BYTES:
            raise UsageError(f"{self.path} would have {len(new):,} bytes, more than the {MAX_BYTES:,} that are read of a file of "
                             "records; divide it in two, nothing was written")
        again = read_text(self.path, new)
        if again.faults or _plain(again.root) != self._meant():
            raise self.puzzled(self._first_line())
        return new

    def _first_line(self) -> int:
        return min(bisect_right(self.starts, start) for start, _, _ in self.edits)

    def _meant(self) -> Any:
        ends = not self.text or self.text.endswith(("\n", "\r"))
        meant = _plain(self.source.root if ends else read_text(self.path, f"{self.text}\n".encode()).root)
        for way, value in self.expected:
            owner = meant
            for step in way[:-1]:
                owner = owner.setdefault(step, {})
            if value is None:
                owner.pop(way[-1], None)
            else:
                owner[way[-1]] = _plain(value)
        return meant


def _plain(value: Any) -> Any:
    """As a reader of YAML gives it: mappings, lists and text."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value if value is None else str(value)
