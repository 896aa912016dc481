"""Fields of a record that get another value: each in its place, in the style that it is written in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mdr_blueprint.importers.record_file import RecordFile
from mdr_blueprint.importers.yaml_text import WIDTH, Node, Value, render, render_flow, render_scalar
from mdr_blueprint.load import Entry
from mdr_blueprint.model import Record

ONE_LINE = 1 << 30
Fields = Mapping[str, Value | Mapping[str, Value | None] | None]


@dataclass(frozen=True)
class Changed:
    """Fields of a record that get another value; None takes a field away."""

    id: str
    fields: Fields


def change(file: RecordFile, entry: Entry[Record], fields: Fields) -> None:
    """Change a record that stands in this file."""
    _, node = file.record(entry.kind, entry.key)
    if node.kind != "map":
        raise file.puzzled(entry.place.line)
    _Change(file).set_all(node, fields, (entry.kind, entry.key))


@dataclass
class _Change:
    file: RecordFile

    def set_all(self, node: Node, fields: Mapping[str, Any], way: tuple[str, ...]) -> None:
        new: dict[str, Value] = {}
        gone: list[int] = []
        for key, value in fields.items():
            pair = node.get(key)
            if pair is not None and isinstance(value, Mapping) and pair[1].kind == "map":
                self.set_all(pair[1], value, (*way, key))
                continue
            given = _without_nothing(value)
            if pair is None:
                if value is None:
                    continue
                new[key] = given
            elif value is None:
                gone.append(next(number for number, other in enumerate(node.pairs) if other is pair))
            elif isinstance(value, list) and pair[1].kind == "seq":
                given = self._set_list(node, pair, value)
            else:
                self._replace(node, pair, given)
            self.file.expected.append(((*way, key), given))
        self._take_away(node, gone)
        if new:
            kept = [value.end for number, (_, value) in enumerate(node.pairs) if number not in gone]
            self._append(node, new, kept[-1] if kept else node.pairs[-1][1].end)

    def _append(self, node: Node, new: Mapping[str, Value], last: int) -> None:
        """New fields at the end of a mapping, behind the field that ends at `last`."""
        file = self.file
        column = file.column(node.pairs[0][0])
        if node.flow:
            added = ", ".join(f"{key}: {render_flow(value, ONE_LINE)}" for key, value in new.items())
            gap = " " if last - file.line_start(last) + len(added) < WIDTH else file.newline + " " * column
            file.replace(last, last, f",{gap}{added}")
            return
        end = file.line_end(last)
        file.replace(end, end, file.newline + file.indented(render(new, width=WIDTH - column), column))

    def _replace(self, owner: Node, pair: tuple[Node, Node], value: Value) -> None:
        file, (key, old) = self.file, pair
        if owner.flow or old.flow:
            text = render_flow(value, ONE_LINE)
        elif isinstance(value, (str, int)) and not old.is_block_scalar and old.kind != "seq":
            text = render_scalar(value)
        else:  # onto lines of its own
            colon = file.text.index(":", key.end) + 1
            start = colon if file.line_end(colon) >= old.start else file.line_end(colon)
            column = file.column(key)
            block = render({key.value: value}, width=WIDTH - column).removeprefix(f"{key.value}:")
            file.replace(start, old.end, file.indented(block, column, first=False))
            return
        file.replace(old.start, old.end, text if old.start < old.end else f" {text}")

    def _set_list(self, owner: Node, pair: tuple[Node, Node], value: Sequence[str]) -> Sequence[str]:
        """Items that stay keep their place, and in a list of one item a line their lines with what is noted there."""
        file, (_, old) = self.file, pair
        there = list(dict.fromkeys(item.value for item in old.items if item.kind == "scalar"))
        wanted, known = set(value), set(there)
        ordered = [item for item in there if item in wanted] + [item for item in value if item not in known]
        kept = [item for item in old.items if item.value in wanted]
        has_lines = len(kept) == len(wanted & known) and all(self._has_own_line(item) for item in old.items)
        if old.flow or not kept or not has_lines:
            self._replace(owner, pair, ordered)
            return ordered
        for item in old.items:
            if item.value not in wanted:
                file.take_lines(item.start, item.end)
        last = kept[-1]
        head = file.text[file.line_start(last.start) : last.start]
        end = file.line_end(last.end)
        for text in ordered[len(kept) :]:
            file.replace(end, end, f"{file.newline}{head}{render_scalar(text)}")
        return ordered

    def _has_own_line(self, item: Node) -> bool:
        return item.kind == "scalar" and self.file.text[self.file.line_start(item.start) : item.start].strip() == "-"

    def _take_away(self, owner: Node, gone: Sequence[int]) -> None:
        """Fields with their commas or lines; where in `{ }` they stand first, with the commas behind them."""
        first_kept = next((number for number in range(len(owner.pairs)) if number not in gone), len(owner.pairs))
        for number in gone:
            key, value = owner.pairs[number]
            if not owner.flow:
                self.file.take_lines(key.start, value.end)
            elif number > first_kept:
                self.file.replace(owner.pairs[number - 1][1].end, value.end, "")
            else:
                follows = owner.pairs[number + 1][0].start if number + 1 < len(owner.pairs) else value.end
                self.file.replace(key.start, follows, "")


def _without_nothing(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: inner for key, inner in value.items() if inner is not None}
    return value
