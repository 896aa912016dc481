"""How tables are declared and asked for: a family is a module of `tables/`, a table is one function in it that yields rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from itertools import islice
from pathlib import Path

from mdr_blueprint.diagnostics import Fault
from mdr_blueprint.tables.inputs import Inputs, shown
from mdr_blueprint.tables.shapes import ILLUSTRATIVE, Column, Gap, LineItem, Lines, MatrixField, Row, Table, says_illustrative

SHARED = ("__init__", "answered", "drives", "engine", "inputs", "levels", "proofs", "series", "shapes", "states")
"""Modules of this package that are no family of tables."""
UNMARKED = frozenset({"findings", "family_findings"})
"""Tables that say of a record what is wrong with it, and not what it says."""
MOST_ROWS = 50_000
"""So many rows are made of one table. A chain has a row for each way through it: what names all of the next ones multiplies."""
SHEETS = (
    "readiness", "findings", "gspr", "gspr_trace", "gspr_clause_trace", "classification_rules", "obligations",
    "standards", "standards_called_for", "clauses", "measurements", "applied_parts",
    "essential_performance", "insulation", "critical_components", "rm_hooks", "risks", "matrix_before", "matrix_after",
    "not_acceptable", "residual_risks", "hazard_trace", "controls", "rejected_options", "control_verification",
    "information_for_safety", "disclosures", "introduced", "failure_modes", "questionnaire",
    "library_hazards", "harms", "observations", "review_statements", "risk_requirements", "coverage", "need_trace",
    "level_trace", "allocation", "links", "requirements", "tests", "runs", "results_by_revision", "delta_assessments",
    "imported_runs", "evidence", "statements", "claims", "components", "figures", "software_items", "soup", "waivers",
)  # fmt: skip
"""Order of the sheets in the workbook: first what a reviewer asks first."""


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
    columns_of: Callable[[Inputs], tuple[Column, ...]] | None = None
    marks: str = ""
    option_words: Callable[[str], str] | None = None


def table(
    name: str,
    title: str,
    *columns: Column,
    option: str | None = None,
    sheet: bool = False,
    empty: str = "Nothing recorded.",
    options_of: Callable[[Inputs], Sequence[str]] | None = None,
    columns_of: Callable[[Inputs], tuple[Column, ...]] | None = None,
    marks: str = "",
    option_words: Callable[[str], str] | None = None,
) -> Callable[[Callable[..., Iterable[Row]]], TableKind]:
    """Declare a table. The function takes the inputs (and the option's value) and yields rows.

    `sheet` puts it into the workbook; with an `option`, `options_of` lists the values for which a sheet is made.
    `columns_of` gives the columns where they depend on the project. `marks` is the title of the column in which a row itself says
    that its record is illustrative; else that is added to its first cell. `option_words` says how the title names an
    option that is no standard.
    """

    def declare(rows: Callable[..., Iterable[Row]]) -> TableKind:
        return TableKind(name, title, columns, rows, option, sheet, empty, options_of, columns_of, marks, option_words)

    return declare


@cache
def kinds() -> dict[str, TableKind]:
    """Every declared table by name, in the order of the modules."""
    found: dict[str, TableKind] = {}
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem in SHARED:
            continue
        for item in vars(import_module(f"mdr_blueprint.tables.{path.stem}")).values():
            if isinstance(item, TableKind) and found.setdefault(item.name, item) is not item:
                raise ValueError(f"two tables have the name {item.name}")
    return found


@dataclass
class Tables:
    """The tables of one project; each is made once, when it is first asked for."""

    inputs: Inputs
    faults: list[Fault] = field(default_factory=list)
    """Met in those that were made so far."""
    _made: dict[tuple[str, str | None], Table] = field(default_factory=dict)

    def get(self, name: str, option: str | None = None) -> Table:
        """A table by name. KeyError where there is none of that name."""
        key = (name, option)
        if key not in self._made:
            kind = kinds()[name]
            arguments = (option,) if kind.option else ()
            made = kind.rows(self.inputs, *arguments)
            columns = kind.columns_of(self.inputs) if kind.columns_of else kind.columns
            own = next((at for at, column in enumerate(columns) if column.title == kind.marks), 0)
            title = kind.title.format(option=self._option_words(kind, option)) if option else kind.title
            if name in UNMARKED:
                rows = tuple(made)
            else:
                rows = self._some(self._all_marked(made, own, once=not kind.sheet), title, len(columns))
            self._made[key] = Table(f"{name}-{option}" if option else name, title, columns, rows, kind.empty)
        return self._made[key]

    def _some(self, rows: Iterator[Row], title: str, width: int) -> tuple[Row, ...]:
        """As many rows as a table may have; behind them one that says that there are more."""
        found = tuple(islice(rows, MOST_ROWS))
        if next(rows, None) is None:
            return found
        words, home = f"more than {MOST_ROWS:,} rows; the table ends here", self.inputs.dossier.home()
        self.faults.append(Fault("too-many-rows", f"the table {title} has {words}", home, subject="project"))
        return (*found, Row((Gap(words), *("",) * (width - 1)), None, gap=True))

    def _all_marked(self, rows: Iterable[Row], own: int, *, once: bool) -> Iterator[Row]:
        """`own` is the column in which a row may say it itself. With `once`, of the rows about a record that stands once, such as
        the plan, the first alone says it is illustrative. In a sheet, where rows are filtered and sorted, each does.
        """
        said: set[str] = set()
        for row in rows:
            entry = self.inputs.dossier.entries.get(row.subject or "")
            yield self._marked(row, own, quiet=entry is not None and entry.id in said)
            if once and entry is not None and entry.cls.keys == "single":
                said.add(entry.id)

    def _marked(self, row: Row, own: int, *, quiet: bool) -> Row:
        """Whatever its columns are, a row says that its record, or the one around it, is illustrative, and what the record
        refers to in vain: to nothing, or to a record that is retired.
        """
        entries, subject = self.inputs.dossier.entries, row.subject or ""
        entry = entries.get(subject)
        owner = entries.get(entry.owner or "") if entry else None
        made_up = any(e is not None and e.record.illustrative for e in (entry, owner))
        marks: list[LineItem] = [ILLUSTRATIVE] if made_up and not quiet and not says_illustrative(row, own) else []
        in_vain = [Gap(f"broken reference {id_}") for id_ in self.inputs.graph.broken.get(subject, ())]
        in_vain += [Gap(f"reference to {shown(id_)}, which is retired") for id_ in self.inputs.rest_on_retired.get(subject, ())]
        marks += in_vain
        if not marks:
            return row
        first = row.cells[0]
        if isinstance(first, MatrixField):
            raise TypeError("a field of a matrix is about no record of its own")
        head: tuple[LineItem, ...] = first.items if isinstance(first, Lines) else (first,)
        return Row((Lines((*head, *marks)), *row.cells[1:]), row.subject, row.gap or bool(in_vain))

    def _option_words(self, kind: TableKind, option: str) -> str:
        if kind.option_words:
            return kind.option_words(option)
        standard = self.inputs.law.standard(option)
        return standard.designation if standard else option.replace("_", " ")

    def sheets(self) -> Iterator[Table]:
        """The tables of the workbook, in order."""
        for kind in sorted(
            (k for k in kinds().values() if k.sheet), key=lambda k: SHEETS.index(k.name) if k.name in SHEETS else 99
        ):
            if kind.options_of:
                yield from (self.get(kind.name, option) for option in kind.options_of(self.inputs))
            else:
                yield self.get(kind.name)
