"""YAML text to values, with the place of every key and value. The one home of PyYAML.

A loader over the C event stream: scalars stay text and take their type from the declared field,
so `1.10`, `NO` and `12:30` survive. What YAML offers beyond plain data (tags, merge keys,
complex keys, several documents, aliases that multiply) is refused with a place, never obeyed.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import compress, repeat
from typing import Any

import yaml
from yaml import events

from mdr_blueprint.diagnostics import Fault, Place, Related

MAX_BYTES = 8 * 1024 * 1024
"""Largest file of records: ten thousand linked records have less than half of it."""
MAX_PARTS = 1_000_000
"""So many keys, values and ends of lists and mappings are read of one project; ten thousand linked records have a fifth."""
MAX_DEPTH = 40
MAX_ALIASED_NODES = 20_000
TEXT_PER_NODE = 200
"""So many characters of an aliased text count as one more node."""

REPEATED = "\0repeated"
"""Stands for a key that its mapping already has: the first one counts, what stands below the second is read and dropped."""
NULLS = frozenset({"", "~", "null", "Null", "NULL"})
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
KEY = re.compile(r"(?<![A-Za-z0-9_.-])([A-Za-z][A-Za-z0-9_.-]*+)[\"']?[ \t]*:")
"""What may be the key of a record, in block and in flow form."""


class Map(dict[str, Any]):
    """A YAML mapping. `marks` packs, per key, where key and value stand; keys without a value are in `marks` only."""

    __slots__ = ("column", "line", "marks")

    def __init__(self, line: int, column: int) -> None:
        super().__init__()
        self.line = line
        self.column = column
        self.marks: dict[str, int] = {}

    def key_place(self, path: str, key: str) -> Place:
        mark = self.marks[key]
        return Place(path, (mark >> 40) + 1, (mark >> 28 & 0xFFF) + 1)

    def value_place(self, path: str, key: str) -> Place:
        mark = self.marks[key]
        return Place(path, (mark >> 40) + (mark >> 12 & 0xFFFF) + 1, (mark & 0xFFF) + 1)


class Seq(list[Any]):
    """A YAML sequence. `marks` packs, per item, where it stands."""

    __slots__ = ("column", "line", "marks")

    def __init__(self, line: int, column: int) -> None:
        super().__init__()
        self.line = line
        self.column = column
        self.marks: list[int] = []

    def item_place(self, path: str, index: int) -> Place:
        mark = self.marks[index]
        return Place(path, (mark >> 12) + 1, (mark & 0xFFF) + 1)


@dataclass(frozen=True, slots=True)
class Source:
    """One YAML file, read."""

    path: str
    text: str
    root: Map
    faults: tuple[Fault, ...] = ()
    lost: frozenset[str] = frozenset()
    """Keys in a file with a fault: some stand where it is not read, so a reference to one of them is not called dangling."""
    has_empty: bool = False
    """Some key has no value, so that its mapping holds fewer items than marks."""


def place_of(path: str, value: Map | Seq, steps: tuple[Any, ...], *, key: bool = False) -> Place:
    """The deepest place that `steps` (keys and indexes, as in a pydantic `loc`) reaches below `value`.

    Steps that name nothing in the text (a missing field, a tag of a union) are passed over, so the
    place of the owner is given. With `key`, the place of the last key and not of its value.
    """
    place = Place(path, value.line + 1, value.column + 1)
    current: Any = value
    for step in steps:
        if isinstance(current, Map) and isinstance(step, str) and step in current.marks:
            place = current.key_place(path, step) if key else current.value_place(path, step)
            current = current.get(step)
        elif isinstance(current, Seq) and isinstance(step, int) and step < len(current.marks):
            place = current.item_place(path, step)
            current = current[step]
    return place


def allowance() -> repeat[bool]:
    """How many parts may still be read, of one file or of all files of a project; `length_hint` tells how many are left."""
    return repeat(True, MAX_PARTS)


def read_text(path: str, data: bytes, allowed: repeat[bool] | None = None) -> Source:
    """Read one file. Errors become faults; whole records before an error are kept, none of a file that is no clean text."""
    if len(data) > MAX_BYTES:
        message = f"the file has {len(data):,} bytes, more than the {MAX_BYTES:,} that are read"
        return _unreadable(path, message, Place(path), data[:MAX_BYTES].decode("utf-8", "replace"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        place = Place(path, before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1)
        readable = data.decode("utf-16" if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8", "replace")
        message = f"the file is not UTF-8 text (byte 0x{data[error.start]:02x} here)"
        return _unreadable(path, message, place, readable, fix="save the file as UTF-8")
    control = CONTROL.search(text)
    if control:
        place = _place_at(path, text, control.start())
        return _unreadable(
            path,
            f"control character U+{ord(control.group()):04X} in the text",
            place,
            text,
            fix="delete the character; it often comes from pasting out of another program",
        )
    text = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    return _Reader(path, text, allowance() if allowed is None else allowed).run()


def _place_at(path: str, text: str, offset: int) -> Place:
    return Place(path, text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1)


def _unreadable(path: str, message: str, place: Place, text: str, fix: str | None = None) -> Source:
    fault = Fault("unreadable", message, place, fix=fix)
    return Source(path, text, Map(0, 0), (fault,), frozenset(KEY.findall(text)))


class _RefusedError(Exception):
    """Something in the event stream that we do not read; carries the fault."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault


class _Reader:
    def __init__(self, path: str, text: str, allowed: repeat[bool]) -> None:
        self.path = path
        self.text = text
        self.allowed = allowed
        self.faults: list[Fault] = []
        self.root: Map | None = None
        self.open: list[tuple[Any, str | None]] = []
        self.has_empty = False

    def run(self) -> Source:
        try:
            self._read_events()
        except yaml.YAMLError as error:
            self._give_up(self._syntax_fault(error))
        except _RefusedError as refused:
            self._give_up(refused.fault)
        lost = frozenset(KEY.findall(self.text) if self.faults else ())
        root = self.root
        if root is None:
            if not self.faults:
                self.faults.append(Fault("empty-file", "the file holds no records", Place(self.path)))
            root = Map(0, 0)
        return Source(self.path, self.text, root, tuple(self.faults), lost, self.has_empty)

    def _give_up(self, fault: Fault) -> None:
        """Keep the whole records before the fault, drop the one it stands in."""
        self.faults.append(fault)
        if len(self.open) > 1:
            records, broken = self.open[1]
            if isinstance(records, Map) and broken in records.marks:
                records.pop(broken, None)
                del records.marks[broken]

    def _syntax_fault(self, error: yaml.YAMLError) -> Fault:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        place = Place(self.path, mark.line + 1, mark.column + 1) if mark else Place(self.path)
        problem = str(getattr(error, "problem", "") or error)
        if "quoted scalar" in str(getattr(error, "context", "")) and "end of stream" in problem:
            opened = error.context_mark  # type: ignore[attr-defined]
            place = Place(self.path, opened.line + 1, opened.column + 1)
            return Fault("unreadable", "a quotation mark is opened here and never closed", place, fix="close it")
        line = self.text.split("\n")[place.line - 1] if place.line <= self.text.count("\n") + 1 else ""
        if "\t" in line[: len(line) - len(line.lstrip())] or "'\\t'" in problem:
            return Fault("unreadable", "a tab stands where YAML wants spaces", place, fix="indent with spaces")
        if "mapping values are not allowed" in problem:
            return Fault("unreadable", "a text with `: ` in it is not quoted", place, fix="put the text in quotation marks")
        if "expected ',' or" in problem:
            opened = error.context_mark  # type: ignore[attr-defined]
            return Fault(
                "unreadable",
                "a text with `: `, `,`, `[`, `]`, `{` or `}` stands unquoted inside { } or [ ], or they are not closed",
                place,
                (Related("opened here", Place(self.path, opened.line + 1, opened.column + 1)),),
                fix="put the text in quotation marks, or write the record in block form",
            )
        if "could not find expected ':'" in problem:
            return Fault(
                "unreadable",
                "this line is neither a `key: value` nor part of a text",
                place,
                fix="check the line above: a missing colon, an unclosed quotation mark or a wrong indent",
            )
        return Fault("unreadable", f"not valid YAML: {problem}", place)

    def _refuse(self, kind: str, message: str, event: Any, fix: str | None = None) -> _RefusedError:
        mark = event.start_mark
        return _RefusedError(Fault(kind, message, Place(self.path, mark.line + 1, mark.column + 1), fix=fix))

    def _check_escapes(self, event: Any) -> None:
        found = CONTROL.search(event.value)
        if found:
            raise self._refuse(
                "unreadable", f"control character U+{ord(found.group()):04X} written as an escape", event, fix="delete the escape"
            )

    def _read_events(self) -> None:  # one loop on purpose: it runs once per value of the whole project
        scalar, map_start, map_end = events.ScalarEvent, events.MappingStartEvent, events.MappingEndEvent
        seq_start, seq_end, alias = events.SequenceStartEvent, events.SequenceEndEvent, events.AliasEvent
        open_containers, has_escapes = self.open, "\\" in self.text
        anchors: dict[str, Any] = {}
        aliased = documents = 0
        current: Any = None
        key: str | None = None
        in_map = False
        stream: Iterator[Any] = iter(yaml.CSafeLoader(self.text).get_event, None)  # `yaml.parse` without its generator
        event: Any = None
        for event in compress(stream, self.allowed):  # each event takes one part; it ends with the stream or the allowance
            cls = event.__class__
            value: Any
            if cls is scalar:
                value = event.value
                if event.tag is not None:
                    raise self._refuse("unreadable", f"YAML tag {event.tag} is not read", event, fix="write the plain value")
                if has_escapes and event.style == '"':
                    self._check_escapes(event)
                if in_map and key is None:
                    mark = event.start_mark
                    line, column = mark.line, mark.column
                    if value in current.marks:
                        first = current.key_place(self.path, value)
                        second = Place(self.path, line + 1, column + 1)
                        self._duplicate(value, first, second)
                        value = REPEATED
                    elif value == "<<" and not event.style:
                        raise self._refuse(
                            "unreadable", "YAML merge keys (`<<`) are not read", event, fix="write the fields out in each record"
                        )
                    key = value
                    key_line, key_mark = line, (line << 40) | (min(column, 4095) << 28)
                    continue
                if not event.style and value in NULLS:
                    value = None
                if event.anchor:
                    anchors[event.anchor] = value
            elif cls is map_start or cls is seq_start:
                if in_map and key is None:
                    raise self._refuse(
                        "unreadable", "a key may not be a list or mapping", event, fix="write the key as plain text"
                    )
                if event.tag is not None:
                    raise self._refuse("unreadable", f"YAML tag {event.tag} is not read", event, fix="write the plain value")
                if len(open_containers) >= MAX_DEPTH:
                    raise self._refuse("unreadable", f"nested deeper than {MAX_DEPTH} levels", event)
                start = event.start_mark
                value = Map(start.line, start.column) if cls is map_start else Seq(start.line, start.column)
                if event.anchor:
                    anchors[event.anchor] = value
            elif cls is map_end or cls is seq_end:
                open_containers.pop()
                if open_containers:
                    current, key = open_containers[-1]
                    in_map, key = current.__class__ is Map, None
                    open_containers[-1] = (current, None)
                else:
                    current, in_map, key = None, False, None
                continue
            elif cls is alias:
                if in_map and key is None:
                    raise self._refuse("unreadable", "a key may not be an alias", event, fix="write the key as plain text")
                if event.anchor not in anchors:
                    raise self._refuse(
                        "unreadable", f"alias *{event.anchor} names nothing", event, fix="put the text in quotation marks"
                    )
                value = anchors[event.anchor]
                if any(container is value for container, _ in open_containers):
                    raise self._refuse("unreadable", f"alias *{event.anchor} contains itself", event)
                aliased += _size(value, MAX_ALIASED_NODES)
                if aliased > MAX_ALIASED_NODES:
                    raise self._refuse("unreadable", "aliases multiply into too many values", event, fix="write the values out")
            elif cls is events.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    mark = event.start_mark
                    self.faults.append(
                        Fault(
                            "second-document",
                            "a second `---` document in the file is not read",
                            Place(self.path, mark.line + 1, mark.column + 1),
                        )
                    )
                    return
                continue
            else:
                continue
            if current is None:
                if value.__class__ is not Map:
                    if value is None:
                        continue
                    raise self._refuse(
                        "unreadable",
                        "the file must be a mapping of kinds of records",
                        event,
                        fix="start with the name of a kind, for example `hazards:`",
                    )
                self.root = value
            elif in_map:
                mark = event.start_mark
                if key is not REPEATED:
                    current.marks[key] = key_mark | (min(mark.line - key_line, 0xFFFF) << 12) | min(mark.column, 4095)
                if value is None:
                    self.has_empty = True
                elif key is not REPEATED:
                    current[key] = value
            else:
                mark = event.start_mark
                current.marks.append((mark.line << 12) | min(mark.column, 4095))
                current.append(value)
            if cls is map_start or cls is seq_start:
                if open_containers:
                    open_containers[-1] = (current, key)
                open_containers.append((value, None))
                current, in_map = value, cls is map_start
            key = None
        if event.__class__ is not events.StreamEndEvent:
            raise self._refuse(
                "unreadable",
                f"the records of the project have more than the {MAX_PARTS:,} parts (keys, values, ends of lists and mappings)"
                " that are read; what stands from here on is not",
                event,
                fix="divide the project, or take out what is no record",
            )

    def _duplicate(self, key: str, first: Place, second: Place) -> None:
        self.faults.append(
            Fault(
                "duplicate-key",
                f"key `{key}` stands here and again at line {second.line}",
                first,
                (Related("second time here", second),),
            )
        )
        self.faults.append(
            Fault(
                "duplicate-key",
                f"key `{key}` stands here again; the first value is used",
                second,
                (Related("first time here", first),),
            )
        )


def _size(value: Any, limit: int) -> int:
    """How many nodes an aliased value holds, counted up to `limit`; a long text counts as several."""
    count, todo = 0, [value]
    while todo and count <= limit:
        item = todo.pop()
        count += 1
        if isinstance(item, str):
            count += len(item) // TEXT_PER_NODE
        if isinstance(item, Map):
            todo.extend(item.values())
        elif isinstance(item, Seq):
            todo.extend(item)
    return count
