"""How far the requirements are covered, level by level, and which component carries which of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mdr_blueprint.load import Entry
from mdr_blueprint.model import Component, Need, Requirement
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, records
from mdr_blueprint.tables.proofs import described, live, origin, requirement_result, standing, tests_of
from mdr_blueprint.tables.shapes import Cell, Column, Gap, Row, row, value

LEVELS = ("system", "subsystem", "item", None)
KINDS = ("hardware", "software", "interface", "labelling", "service", None)
SHOWN = 6
"""How many open records a cell names before it only counts the rest."""


@dataclass(frozen=True, slots=True)
class Covered:
    """How far one requirement is, or one need by all that stands below it."""

    id: str
    origin: bool
    carried: bool | None
    """None where no component is expected to carry it."""
    tested: bool
    run: bool
    passed: bool
    """On the described revision, or on another one that is argued to be enough."""
    argued: bool

    @property
    def is_open(self) -> bool:
        return not (self.origin and self.carried is not False and self.tested and self.run and self.passed)


def _columns(inputs: Inputs) -> tuple[Column, ...]:
    revision = described(inputs)
    return (
        Column("Level", 13),
        Column("Kind", 11),
        Column("Records", 9),
        Column("With origin", 10),
        Column("In a component", 11),
        Column("With test", 10),
        Column("Test run", 10),
        Column(f"Passed for {revision}" if revision else "Passed for the device revision", 12),
        Column("Of these by delta assessment", 12),
        Column("Open", 30),
    )


@table("coverage", "Coverage of needs and requirements", sheet=True, columns_of=_columns)
def coverage(inputs: Inputs) -> Iterator[Row]:
    """One row per level and kind of requirement; a need counts as tested, run and passed where all requirements below it do."""
    found = {entry.id: _requirement(inputs, entry) for entry in records(inputs, Requirement)}
    needs = [_need(inputs, entry.id, found) for entry in records(inputs, Need)]
    if needs:
        yield _row("user need", "", needs)
    groups: dict[tuple[str | None, str | None], list[Covered]] = {}
    for entry in records(inputs, Requirement):
        groups.setdefault((entry.record.level, entry.record.kind), []).append(found[entry.id])
    for level in LEVELS:
        for kind in KINDS:
            if (level, kind) in groups:
                yield _row(value(level, "no level"), value(kind, "no kind"), groups[level, kind])
    if found:
        yield _row("all requirements", "", list(found.values()))


def _requirement(inputs: Inputs, entry: Entry[Requirement]) -> Covered:
    tests = [standing(inputs, test) for test in tests_of(inputs, entry.id)]
    passed = bool(tests) and all(test.holds for test in tests)
    return Covered(
        entry.id,
        bool(origin(inputs, entry.id)),
        _is_carried(inputs, entry),
        bool(tests),
        bool(tests) and all(test.word != "not run" for test in tests),
        passed,
        passed and any(test.word == "argued" for test in tests),
    )


def _is_carried(inputs: Inputs, entry: Entry[Requirement]) -> bool | None:
    """None where no component is expected to: a label or a service is none, and parts of a requirement carry the whole."""
    if live(inputs, inputs.graph.targets(entry.id, "allocated_to")):
        return True
    return False if entry.record.is_built and not _parts(inputs, entry.id) else None


def _parts(inputs: Inputs, requirement: str) -> list[str]:
    """The requirements that satisfy another one."""
    return live(inputs, inputs.graph.sources(requirement, "satisfies"))


def _need(inputs: Inputs, need: str, found: dict[str, Covered]) -> Covered:
    below: dict[str, None] = {}
    todo = [need]
    for above in todo:
        for id_ in _parts(inputs, above):
            if id_ in found and id_ not in below:
                below[id_] = None
                todo.append(id_)
    parts = [found[id_] for id_ in below]

    def all_(claim: Callable[[Covered], bool]) -> bool:
        return bool(parts) and all(map(claim, parts))

    passed = all_(lambda part: part.passed)
    return Covered(
        need,
        True,
        None,
        all_(lambda part: part.tested),
        all_(lambda part: part.run),
        passed,
        passed and any(part.argued for part in parts),
    )


def _row(level: Cell, kind: Cell, found: Sequence[Covered]) -> Row:
    due = [c.carried for c in found if c.carried is not None]
    is_need = level == "user need"
    return row(
        None,
        level,
        kind,
        str(len(found)),
        "" if is_need else _of(sum(c.origin for c in found), len(found)),
        "" if is_need else _carried(sum(due), len(due), len(found)),
        _of(sum(c.tested for c in found), len(found)),
        _of(sum(c.run for c in found), len(found)),
        _of(sum(c.passed for c in found), len(found)),
        str(sum(c.argued for c in found)),
        _which([c.id for c in found if c.is_open]),
    )


def _of(number: int, total: int) -> Cell:
    return str(number) if number == total else Gap(f"{number} of {total}")


def _carried(number: int, due: int, total: int) -> Cell:
    if not due:
        return "none due"
    return f"{number} of {due} due" if number == due != total else _of(number, due)


def _which(ids: Sequence[str]) -> Cell:
    """How many, and the first of them by name."""
    if not ids:
        return "0"
    named = ", ".join(ids[:SHOWN])
    more = f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else ""
    return Gap(f"{len(ids)}: {named}{more}")


@table(
    "allocation",
    "Requirements and components",
    Column("Component", 26),
    Column("Part of", 14),
    Column("Requirement", 32),
    Column("Level", 11),
    Column("Kind", 11),
    Column("Tests", 14),
    Column("Result", 22),
    sheet=True,
)
def allocation(inputs: Inputs) -> Iterator[Row]:
    """One row per component and requirement that it carries. A component without parts that carries none is a gap, and so is a
    requirement that no component carries.
    """
    for entry in records(inputs, Component):
        carried = live(inputs, inputs.graph.sources(entry.id, "allocated_to"))
        shown, part_of = inputs.marked(entry.id), inputs.links(inputs.graph.targets(entry.id, "part_of"), None)
        for requirement in carried:
            yield _allocated(inputs, shown, part_of, requirement)
        if not carried and not live(inputs, inputs.graph.sources(entry.id, "part_of")):
            yield row(entry.id, shown, part_of, Gap("no requirement"), "", "", "", "")
    for entry in records(inputs, Requirement):
        if not live(inputs, inputs.graph.targets(entry.id, "allocated_to")):
            yield _allocated(inputs, _no_component(inputs, entry), "", entry.id)


def _no_component(inputs: Inputs, entry: Entry[Requirement]) -> Cell:
    if _is_carried(inputs, entry) is False:
        return Gap("no component")
    return "none, carried by the requirements below it" if _parts(inputs, entry.id) else f"none needed: {entry.record.kind}"


def _allocated(inputs: Inputs, component: Cell, part_of: Cell, requirement: str) -> Row:
    entry = inputs.dossier.get(requirement, Requirement)
    level, kind = (entry.record.level, entry.record.kind) if entry else (None, None)
    return row(
        requirement,
        component,
        part_of,
        inputs.marked(requirement),
        value(level, "no level"),
        value(kind, "no kind"),
        inputs.links(tests_of(inputs, requirement), "no test"),
        requirement_result(inputs, requirement),
    )
