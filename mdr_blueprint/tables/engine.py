"""What a table is, and how tables are declared and asked for.

A table family is a module of `tables/`; a table is one function in it that yields rows. Writers know the
five shapes of a cell and nothing of the records behind them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from mdr_blueprint.diagnostics import Report
from mdr_blueprint.graph import Graph
from mdr_blueprint.load import Dossier, Entry, Law
from mdr_blueprint.markdown import Blocks, parse_prose, plain_blocks
from mdr_blueprint.model import Figure, Record
from mdr_blueprint.revision import Revision
from mdr_blueprint.source import Sources

FIGURE = re.compile(r"\{figure:([^{}\s]+)\}")


@dataclass(frozen=True, slots=True)
class RecordLink:
    """A link to a record; `label` is shown, `place` is a section of it."""

    id: str
    label: str

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing; shown as such in every output."""

    text: str = "missing"

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Words:
    """Prose in a cell."""

    blocks: Blocks


@dataclass(frozen=True, slots=True)
class Lines:
    """Several things in one cell, each on a line of its own."""

    items: tuple[LineItem, ...]


LineItem = str | RecordLink | Gap | Words
Cell = str | RecordLink | Gap | Words | Lines


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading and how wide it is beside the others (a share, in characters of text)."""

    title: str
    width: int = 12


@dataclass(frozen=True, slots=True)
class Row:
    """Cells in the order of the columns. `subject` is the record the row is about; `gap` tells that something is missing."""

    cells: tuple[Cell, ...]
    subject: str | None = None
    gap: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    """Unique; `clauses-iec-60601-1` where the table has an option."""
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    empty: str = "Nothing recorded."
    """What is shown where there are no rows."""

    @property
    def width(self) -> int:
        """Sum of the widths; a table of more than about 100 is put on landscape paper."""
        return sum(column.width for column in self.columns)

    @property
    def gaps(self) -> int:
        return sum(1 for row in self.rows if row.gap)


@dataclass(frozen=True)
class Inputs:
    """What every table may read."""

    sources: Sources
    dossier: Dossier
    graph: Graph
    law: Law
    report: Report
    revision: Revision

    def say(self, text: str | None) -> str:
        """A text as it is printed: `{figure:B0}` becomes the figure, marked where it is illustrative."""
        if text is None:
            return ""
        return FIGURE.sub(self._figure, text) if "{figure:" in text else text

    def _figure(self, match: re.Match[str]) -> str:
        entry = self.dossier.get(match[1], Figure)
        if entry is None or not entry.record.quoted:
            return f"[figure {match[1]} missing]"
        return entry.record.quoted + (" (illustrative)" if entry.record.illustrative else "")

    def prose(self, text: str | None, missing: str = "missing") -> Cell:
        """A prose field as a cell."""
        return Words(parse_prose(self.say(text))) if text else Gap(missing)

    def link(self, id_: str, label: str | None = None) -> RecordLink:
        return RecordLink(id_, label or shown(id_))

    def titled(self, id_: str) -> RecordLink:
        """A link that shows id and title."""
        entry = self.dossier.entries.get(id_)
        if entry is not None and entry.cls.keys == "single":
            return RecordLink(id_, entry.cls.plural)
        words = self.say(entry.record.label) if entry and entry.whole else ""
        return RecordLink(id_, f"{shown(id_)} {words}".strip())

    def links(self, ids: Iterable[str], missing: str | None = "missing", *, titles: bool = False) -> Cell:
        """References as lines of a cell; a gap where there are none, or empty if `missing` is None."""
        items = tuple(self.titled(i) if titles else self.link(i) for i in ids)
        if items:
            return items[0] if len(items) == 1 else Lines(items)
        return Gap(missing) if missing is not None else ""

    def places(self, id_: str, relation: str, missing: str | None = "missing") -> Cell:
        """References with the section they name, in words: `EV-023, section 4.2 Limiter trips`."""
        items = tuple(RecordLink(e.target, self.cited(e.target, e.place)) for e in self.graph.out(id_, relation))
        if items:
            return items[0] if len(items) == 1 else Lines(items)
        return Gap(missing) if missing is not None else ""

    def cited(self, id_: str, place: str | None) -> str:
        """How a human cites a place: id, version, section in words, and whether it is only planned."""
        from mdr_blueprint.model import Evidence

        words = shown(id_)
        entry = self.dossier.get(id_, Evidence)
        if entry and entry.record.version:
            words += f" v{entry.record.version}"
        if place:
            heading = self.heading(entry, place)
            words += f", section {heading or place}"
        if entry and entry.record.status == "planned":
            words += " (planned)"
        return words

    def heading(self, entry: Entry[Any] | None, place: str) -> str | None:
        path = getattr(entry.record, "path", None) if entry else None
        file = self.sources.inventory.get(path) if path else None
        headings = (file.headings if file else None) or {}
        return headings[place][0] if place in headings else None

    def illustrative(self, entry: Entry[Any], text: str) -> str:
        """The text, marked where its record is illustrative."""
        return f"{text} (illustrative)" if entry.record.illustrative else text


def shown(id_: str) -> str:
    """An id as a person reads it: `GSPR 14.2(d)`, `IEC 60601-1 clause 8.7.3` keep their words elsewhere."""
    if id_.startswith("gspr:"):
        return f"GSPR {id_[5:]}"
    return id_.removeprefix("document:")


def value(text: object, missing: str = "missing") -> Cell:
    """A plain value as a cell, a gap where there is none."""
    return str(text) if text not in (None, "") else Gap(missing)


def has_gap(cells: Iterable[Cell]) -> bool:
    return any(
        isinstance(cell, Gap) or (isinstance(cell, Lines) and any(isinstance(i, Gap) for i in cell.items)) for cell in cells
    )


def row(subject: str | None, *cells: Cell) -> Row:
    """A row that is a gap if one of its cells is."""
    return Row(cells, subject, has_gap(cells))


def gap_row(columns: int, text: str, subject: str | None = None) -> Row:
    """A row that stands for something that is not there."""
    return Row((Gap(text), *[""] * (columns - 1)), subject, gap=True)


ILLUSTRATIVE = "illustrative"


def _says_illustrative(cell: Cell) -> bool:
    """Whether a cell is the mark, not whether it happens to quote an illustrative figure."""
    lines = cell.items if isinstance(cell, Lines) else (cell,)
    return any(str(line).endswith((ILLUSTRATIVE, f"({ILLUSTRATIVE})")) for line in lines if not isinstance(line, Words))


def words(cell: Cell) -> str:
    """The text of a cell."""
    if isinstance(cell, Lines):
        return "\n".join(words(item) for item in cell.items)
    return plain_blocks(cell.blocks) if isinstance(cell, Words) else str(cell)


def kept(entries: Iterable[Entry[Any]]) -> Iterator[Entry[Any]]:
    """Records that are not retired; retired ones are listed on a page of their own."""
    return (entry for entry in entries if entry.record.retired is None)


@dataclass(frozen=True, slots=True)
class TableKind:
    """A declared table."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Callable[..., Iterable[Row]]
    option: str | None
    sheet: bool
    empty: str
    options_of: Callable[[Inputs], Sequence[str]] | None


def table(
    name: str,
    title: str,
    *columns: Column,
    option: str | None = None,
    sheet: bool = False,
    empty: str = "Nothing recorded.",
    options_of: Callable[[Inputs], Sequence[str]] | None = None,
) -> Callable[[Callable[..., Iterable[Row]]], TableKind]:
    """Declare a table. The function takes the inputs (and the option's value) and yields rows.

    `sheet` puts it into the workbook; with an `option`, `options_of` lists the values for which a sheet is made.
    """

    def declare(rows: Callable[..., Iterable[Row]]) -> TableKind:
        return TableKind(name, title, columns, rows, option, sheet, empty, options_of)

    return declare


@cache
def kinds() -> dict[str, TableKind]:
    """Every declared table by name, in the order of the modules."""
    found: dict[str, TableKind] = {}
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem in ("__init__", "engine"):
            continue
        for item in vars(import_module(f"mdr_blueprint.tables.{path.stem}")).values():
            if isinstance(item, TableKind) and found.setdefault(item.name, item) is not item:
                raise ValueError(f"two tables have the name {item.name}")
    return found


@dataclass
class Tables:
    """The tables of one project; each is made once, when it is first asked for."""

    inputs: Inputs
    _made: dict[tuple[str, str | None], Table] = field(default_factory=dict)

    def get(self, name: str, option: str | None = None) -> Table:
        """A table by name. KeyError where there is none of that name."""
        key = (name, option)
        if key not in self._made:
            kind = kinds()[name]
            arguments = (option,) if kind.option else ()
            made = kind.rows(self.inputs, *arguments)
            rows = tuple(made) if name in UNMARKED else tuple(self._marked(row) for row in made)
            title = kind.title.format(option=self._option_words(option)) if option else kind.title
            self._made[key] = Table(f"{name}-{option}" if option else name, title, kind.columns, rows, kind.empty)
        return self._made[key]

    def _marked(self, row: Row) -> Row:
        """Whatever its columns are, a row says that its record, or the one around it, is illustrative, and what the record
        refers to in vain.
        """
        entries = self.inputs.dossier.entries
        entry = entries.get(row.subject or "")
        owner = entries.get(entry.owner or "") if entry else None
        made_up = any(e is not None and e.record.illustrative for e in (entry, owner))
        marks: list[LineItem] = [ILLUSTRATIVE] if made_up and not any(map(_says_illustrative, row.cells)) else []
        broken = self.inputs.graph.broken.get(row.subject or "", ())
        marks += [Gap(f"broken reference {id_}") for id_ in broken]
        if not marks:
            return row
        first = row.cells[0]
        head: tuple[LineItem, ...] = first.items if isinstance(first, Lines) else (first,)
        return Row((Lines((*head, *marks)), *row.cells[1:]), row.subject, row.gap or bool(broken))

    def _option_words(self, option: str | None) -> str:
        standard = self.inputs.law.standard(option) if option else None
        return standard.designation if standard else str(option)

    def sheets(self) -> Iterator[Table]:
        """The tables of the workbook, in order."""
        for kind in sorted(
            (k for k in kinds().values() if k.sheet), key=lambda k: SHEETS.index(k.name) if k.name in SHEETS else 99
        ):
            if kind.options_of:
                yield from (self.get(kind.name, option) for option in kind.options_of(self.inputs))
            else:
                yield self.get(kind.name)


UNMARKED = frozenset({"findings", "family_findings"})
"""Tables that say of a record what is wrong with it, and not what it says."""

SHEETS = (
    "readiness", "findings", "gspr", "gspr_trace", "standards", "clauses", "measurements", "risks", "hazard_trace", "controls",
    "control_verification", "failure_modes", "harms", "need_trace", "requirements", "tests", "runs", "evidence", "statements",
    "claims", "components", "figures", "software_items", "soup", "waivers",
)  # fmt: skip
"""Order of the sheets in the workbook: first what a reviewer asks first."""


def records(inputs: Inputs, cls: type[Record]) -> Iterator[Entry[Any]]:
    """The records of a kind that a table lists."""
    return kept(inputs.dossier.of(cls))
