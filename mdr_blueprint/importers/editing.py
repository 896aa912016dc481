"""One file of records and the places where it changes.

Edits are kept as places in the text and made all at once; what lies between them is never written anew.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from mdr_blueprint.diagnostics import UsageError
from mdr_blueprint.importers.yaml_text import WIDTH, Node, TextError, Value, parse, render, render_flow, render_scalar
from mdr_blueprint.load import Entry
from mdr_blueprint.model import Record
from mdr_blueprint.source import Map, Source, Sources, read_text

BOM = b"\xef\xbb\xbf"
LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line for a reader of YAML."""
Fields = Mapping[str, Value | Mapping[str, Value | None] | None]


@dataclass(frozen=True)
class Changed:
    """Fields of a record that get another value; None takes a field away."""

    id: str
    fields: Fields


@dataclass(frozen=True)
class Added:
    """A new record."""

    id: str
    fields: Mapping[str, Value]
    beside: str | None = None
    """Id of the record that it stands behind, if there is one that it goes with."""


@dataclass
class RecordFile:
    """One file and the changes it gets, as places in its text."""

    path: str
    raw: bytes | None
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
        raw = location.read_bytes()
        if read_text(path, raw) != source:
            raise UsageError(f"{path} was changed by somebody else just now; nothing was written")
        return cls(path, raw, raw.removeprefix(BOM).decode("utf-8"), source)

    def __post_init__(self) -> None:
        self.starts = [0, *(found.end() for found in LINE_END.finditer(self.text))]
        first = re.search("\r?\n", self.text)
        self.newline = first[0] if first else "\n"

    # --- where things stand

    @property
    def is_block(self) -> bool:
        """Its top keys stand at the beginning of lines."""
        root = self.source.root
        return not root.marks or (root.column == 0 and self.text[self.starts[root.line] : self.starts[root.line] + 1] != "{")

    def offset(self, line: int, column: int) -> int:
        """Place in the text; line and column count from 1."""
        return self.starts[line - 1] + column - 1

    def line_start(self, offset: int) -> int:
        return self.starts[bisect_right(self.starts, offset) - 1]

    def line_end(self, offset: int) -> int:
        """Where the line ends that `offset` stands in, before its line break."""
        found = LINE_END.search(self.text, offset)
        return found.start() if found else len(self.text)

    def records(self, kind: str) -> Map | None:
        """The records of a kind where each stands on lines of its own."""
        found = self.source.root.get(kind)
        if not isinstance(found, Map) or not found or not self.is_block:
            return None
        return found if self.text[self.offset(found.line + 1, found.column + 1)] != "{" else None

    def takes(self, kind: str) -> bool:
        """It holds records of a kind on lines of their own, or an empty key for them."""
        is_empty = kind in self.source.root.marks and not self.source.root.get(kind)
        return self.is_block and (is_empty or self.records(kind) is not None)

    def span(self, kind: str, key: str | None = None) -> tuple[int, int]:
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

    def node(self, start: int, end: int, *steps: str) -> tuple[Node, Node]:
        """Key and value at the end of `steps` in a part of the text, with places in the whole."""
        try:
            found: Node | None = parse(self.text[start:end])
        except TextError as error:
            raise self._puzzled(steps[-1]) from error
        pair = None
        for step in steps:
            pair = found.get(step) if found is not None else None
            found = pair[1] if pair else None
        if pair is None:
            raise self._puzzled(steps[-1])
        for part in pair:
            _shift(part, start)
        return pair

    def _puzzled(self, what: str) -> UsageError:
        return UsageError(f"{self.path}: `{what}` is written in a way that cannot be changed line by line; write it in plain "
                          "block form, one field a line. Nothing was written")

    # --- a changed record

    def change(self, entry: Entry[Record], fields: Mapping[str, Any]) -> None:
        if self.records(entry.kind) is not None:
            _, node = self.node(*self.span(entry.kind, entry.key), entry.key)
        else:
            _, node = self.node(0, len(self.text), entry.kind, entry.key)
        if node.kind != "map":
            raise self._puzzled(entry.key)
        self._set_all(node, fields, (entry.kind, entry.key))

    def _set_all(self, node: Node, fields: Mapping[str, Any], way: tuple[str, ...]) -> None:
        new: dict[str, Value] = {}
        for key, value in fields.items():
            pair = node.get(key)
            if pair is None:
                if value is not None:
                    new[key] = _without_nothing(value)
                    self.expected.append(((*way, key), new[key]))
            elif value is None:
                self._take_away(node, pair)
                self.expected.append(((*way, key), None))
            elif isinstance(value, Mapping) and pair[1].kind == "map":
                self._set_all(pair[1], value, (*way, key))
            else:
                self._replace(node, pair, _without_nothing(value))
                self.expected.append(((*way, key), _without_nothing(value)))
        if new:
            kept = [value.end for key, value in node.pairs if fields.get(key.value, "") is not None]
            self._append(node, new, kept[-1] if kept else node.pairs[-1][1].end)

    def _append(self, node: Node, new: Mapping[str, Value], last: int) -> None:
        """New fields at the end of a mapping, behind the field that ends at `last`."""
        if node.flow:
            added = ", ".join(f"{key}: {render_flow(value, 1 << 30)}" for key, value in new.items())
            column = last - self.line_start(last)
            gap = " " if column + len(added) < WIDTH else self.newline + " " * self._column(node.pairs[0][0])
            self.edits.append((last, last, f",{gap}{added}"))
            return
        end = self.line_end(last)
        text = self._indented(render(new, width=WIDTH - self._column(node.pairs[0][0])), self._column(node.pairs[0][0]))
        self.edits.append((end, end, self.newline + text.removesuffix(self.newline)))

    def _replace(self, owner: Node, pair: tuple[Node, Node], value: Value) -> None:
        key, old = pair
        if owner.flow or old.flow:
            text = render_flow(value, 1 << 30)
        elif isinstance(value, (str, int)) and not old.is_block_scalar and old.kind != "seq":
            text = render_scalar(value)
        else:  # onto lines of its own
            colon = self.text.index(":", key.end) + 1
            start = colon if "\n" not in self.text[colon : old.start] else self.line_end(colon)
            block = render({key.value: value}, width=WIDTH - self._column(key)).removeprefix(f"{key.value}:")
            self.edits.append((start, old.end, self._indented(block, self._column(key), first=False).removesuffix(self.newline)))
            return
        self.edits.append((old.start, old.end, text if old.start < old.end else f" {text}"))

    def _take_away(self, owner: Node, pair: tuple[Node, Node]) -> None:
        key, value = pair
        if not owner.flow:
            start = self.line_start(key.start)
            start -= 2 if self.text.startswith("\r\n", start - 2) else 1  # others may be added behind
            self.edits.append((start, self.line_end(value.end), ""))
            return
        place = next(number for number, (other, _) in enumerate(owner.pairs) if other is key)
        if place:
            self.edits.append((owner.pairs[place - 1][1].end, value.end, ""))
        else:
            self.edits.append((key.start, owner.pairs[1][0].start if len(owner.pairs) > 1 else value.end, ""))

    def _column(self, node: Node) -> int:
        return node.start - self.line_start(node.start)

    def _indented(self, text: str, column: int, *, first: bool = True) -> str:
        """Lines moved to a column, with the line ends of this file; without `first` the first one stays where it is."""
        lines = text.removesuffix("\n").split("\n")
        moved = [(" " * column if line and (first or number) else "") + line for number, line in enumerate(lines)]
        return "".join(line + self.newline for line in moved)

    # --- new records

    def add(self, kind: str, records: Sequence[Added]) -> None:
        """Records behind the one they go with, else behind the last of their kind."""
        self.expected += [((kind, record.id), dict(record.fields)) for record in records]
        there = self.records(kind)
        if there is None:
            self._begin(kind, records)
            return
        last = next(reversed(there.marks))
        for record in sorted(records, key=lambda record: record.beside not in there.marks):  # first those that go with one
            self._add_behind(kind, there, record, record.beside if record.beside in there.marks else last)

    def _begin(self, kind: str, records: Sequence[Added]) -> None:
        """The first records of a kind in this file."""
        text = self.newline.join(self._indented(render({record.id: record.fields}, width=WIDTH - 2), 2) for record in records)
        if kind not in self.source.root.marks:
            gap = "" if not self.text else self.newline if self.text.endswith("\n") else self.newline * 2
            self.edits.append((len(self.text), len(self.text), f"{gap}{kind}:{self.newline}{text}"))
            return
        key, value = self.node(*self.span(kind), kind)
        if value.start < value.end:  # `runs: {}` or `runs: null`
            self.edits.append((self.text.index(":", key.end) + 1, value.end, ""))
        end = self.line_end(value.end)
        self.edits.append((end, end, self.newline + text.removesuffix(self.newline)))

    def _add_behind(self, kind: str, records: Map, record: Added, behind: str) -> None:
        key, value = self.node(*self.span(kind, behind), behind)
        column = self._column(key)
        step = self._column(value.pairs[0][0]) - column if value.kind == "map" and not value.flow else 2
        end = self._behind(value.end, column)
        text = self._indented(render({record.id: record.fields}, step=step, width=WIDTH - column), column)
        gap = self.newline if self._is_spaced(records) and not value.keeps_blank_lines else ""
        self.edits.append((end, end, self.newline + gap + text.removesuffix(self.newline)))

    def _behind(self, offset: int, column: int) -> int:
        """The end of a record's lines: with the comments below it that are indented like its fields."""
        end = self.line_end(offset)
        while (found := LINE_END.match(self.text, end)) is not None:
            line = self.text[found.end() : self.line_end(found.end())]
            if not line.lstrip().startswith("#") or len(line) - len(line.lstrip()) <= column:
                break
            end = found.end() + len(line)
        return end

    def _is_spaced(self, records: Map) -> bool:
        """Blank lines stand between the records here; where there is but one, they will."""
        if len(records.marks) == 1:
            return True
        line = records.key_place(self.path, next(reversed(records.marks))).line - 2
        while line > 0 and self._line(line).lstrip().startswith("#"):
            line -= 1
        return not self._line(line).strip()

    def _line(self, number: int) -> str:
        return self.text[self.starts[number] : self.line_end(self.starts[number])]

    # --- the end

    def changed(self) -> bytes:
        """The file with all edits, once it has been read again and says what was meant."""
        parts, at = [], 0
        for start, end, text in sorted(self.edits, key=lambda edit: edit[:2]):  # sorted keeps the order at one place
            if start < at:
                raise self._puzzled(self.path)
            parts += [self.text[at:start], text]
            at = end
        text = "".join((*parts, self.text[at:]))
        if not text.endswith(("\n", "\r")):
            text += self.newline
        new = (BOM if (self.raw or b"").startswith(BOM) else b"") + text.encode()
        again = read_text(self.path, new)
        if again.faults or _plain(again.root) != self._meant():
            raise self._puzzled(self.expected[0][0][-1])
        return new

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


def _shift(node: Node, by: int) -> None:
    node.start += by
    node.end += by
    for key, value in node.pairs:
        _shift(key, by)
        _shift(value, by)
    for item in node.items:
        _shift(item, by)


def _without_nothing(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: inner for key, inner in value.items() if inner is not None}
    return value


def _plain(value: Any) -> Any:
    """As a reader of YAML gives it: mappings, lists and text."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value if value is None else str(value)
