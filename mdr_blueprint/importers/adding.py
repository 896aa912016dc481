"""New records: behind those they go with, spaced and indented like them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mdr_blueprint.importers.record_file import LINE_END, RecordFile
from mdr_blueprint.importers.yaml_text import WIDTH, Value, render
from mdr_blueprint.source import Map


@dataclass(frozen=True)
class Added:
    """A new record."""

    id: str
    fields: Mapping[str, Value]
    beside: str | None = None
    """Id of the record that it stands behind, if there is one that it goes with."""


def add(file: RecordFile, kind: str, records: Sequence[Added]) -> None:
    """Records behind the one they go with, else behind the last of their kind."""
    file.expected += [((kind, record.id), dict(record.fields)) for record in records]
    there = file.records(kind)
    if there is None:
        _begin(file, kind, records)
        return
    last = next(reversed(there.marks))
    is_spaced = _is_spaced(file, there)
    for record in sorted(records, key=lambda record: record.beside not in there.marks):  # first those that go with one
        _add_behind(file, kind, record, record.beside if record.beside in there.marks else last, is_spaced=is_spaced)


def _begin(file: RecordFile, kind: str, records: Sequence[Added]) -> None:
    """The first records of a kind in this file."""
    blank = file.newline * 2
    text = blank.join(file.indented(render({record.id: record.fields}, width=WIDTH - 2), 2) for record in records)
    end = len(file.text)
    if kind not in file.source.root.marks:
        gap = "" if not file.text else file.newline if file.text.endswith(("\n", "\r")) else blank
        file.replace(end, end, f"{gap}{kind}:{file.newline}{text}{file.newline}")
        return
    key, value = file.kind(kind)
    if value.start < value.end:  # `runs: {}` or `runs: null`
        file.replace(file.text.index(":", key.end) + 1, value.end, "")
    end = file.line_end(value.end)
    file.replace(end, end, file.newline + text)


def _add_behind(file: RecordFile, kind: str, record: Added, behind: str, *, is_spaced: bool) -> None:
    key, value = file.record(kind, behind)
    column = file.column(key)
    step = file.column(value.pairs[0][0]) - column if value.kind == "map" and not value.flow else 2
    end = _behind(file, value.end, column)
    text = file.indented(render({record.id: record.fields}, step=step, width=WIDTH - column), column)
    gap = file.newline if is_spaced and not value.keeps_blank_lines else ""
    file.replace(end, end, file.newline + gap + text)


def _behind(file: RecordFile, offset: int, column: int) -> int:
    """The end of a record's lines: with the comments below it that are indented like its fields."""
    end = file.line_end(offset)
    while (found := LINE_END.match(file.text, end)) is not None:
        line = file.text[found.end() : file.line_end(found.end())]
        if not line.lstrip().startswith("#") or len(line) - len(line.lstrip()) <= column:
            break
        end = found.end() + len(line)
    return end


def _is_spaced(file: RecordFile, records: Map) -> bool:
    """Blank lines stand between the records here; where there is but one, they will."""
    if len(records.marks) == 1:
        return True
    line = records.key_place(file.path, next(reversed(records.marks))).line - 2
    while line > 0 and _line(file, line).lstrip().startswith("#"):
        line -= 1
    return not _line(file, line).strip()


def _line(file: RecordFile, number: int) -> str:
    return file.text[file.starts[number] : file.line_end(file.starts[number])]
