"""Whether the clauses that a standard lists hold together: editions, changes of the general standard, hooks, tables, figures."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.diagnostics import did_you_mean
from mdr_blueprint.load import DataFile, LibraryData
from mdr_blueprint.model.library import ClauseFigure, ClauseItem, Standard
from mdr_blueprint.model.scalars import number
from mdr_blueprint.quantities import UnitError, check_unit
from mdr_blueprint.rules.engine import Found, rule
from mdr_blueprint.rules.questions import first, listed

FORMAT = "format of the data of the library"
TABLES = (
    "accuracy", "acoustic_output", "dielectric", "earth_resistance", "emission", "faults", "field", "gradient", "ingress",
    "input_power", "leakage", "load", "marking_durability", "noise", "pressure", "sar", "spacing", "stability", "strength",
    "temperature", "transformer", "trapping", "voltage_energy",
)  # fmt: skip
"""The kinds of measurement that a clause asks for; `gspr/README.md` says what each holds."""


def _clauses(library: LibraryData) -> Iterator[tuple[DataFile[Standard], Standard, str, ClauseItem]]:
    for file, standard in library.of(Standard):
        for key, item in standard.clauses.items():
            yield file, standard, key, item


@rule("LAW918", "E", basis=FORMAT, always_error=True)
def clause_of_no_edition(library: LibraryData) -> Iterator[Found]:
    """A clause or a figure names an edition that its standard does not list, or ends before it begins.

    Why: a project is shown the clauses and limits of the edition that it applies; this one is shown to nobody,
    or to the wrong ones.
    Fix: write the edition as `editions` of the standard has it, the earlier one in `since`.
    """
    for file, standard, key, item in _clauses(library):
        way = ("clauses", key)
        order = {edition: number for number, edition in enumerate(standard.editions)}
        named: list[tuple[tuple[str | int, ...], str]]
        named = [((*way, field), edition) for field in ("since", "until") if (edition := getattr(item, field)) is not None]
        named += [((*way, "figures", at, "editions", index), edition)
                  for at, figure in enumerate(item.figures) for index, edition in enumerate(figure.editions)]
        for place, edition in named:
            if edition not in order:
                yield Found(file.name, file.at(*place), f"`{edition}`, named at clause `{key}`, is no edition of `{standard.id}`"
                            f"{did_you_mean(edition, order)}")
        if order.get(item.since or "", -1) > order.get(item.until or "", len(order)):
            yield Found(file.name, file.at(*way, "until"),
                        f"clause `{key}` ends with `{item.until}` and begins with `{item.since}`")


@rule("LAW919", "E", basis=FORMAT, always_error=True)
def change_half_told(library: LibraryData) -> Iterator[Found]:
    """A clause changes another standard without saying which clause, how, or of which standard.

    Why: the clauses of the general standard are merged with those that change them; a change told by half is left out, and the
    clause that it replaces stays in the table of the project.
    Fix: give `changes`, `mode` and the `base` of the standard together.
    """
    for file, standard, key, item in _clauses(library):
        if item.changes is None and item.mode is None:
            continue
        missing = [f"`{name}`" for name, value in
                   (("changes", item.changes), ("mode", item.mode), ("base", standard.base)) if value is None]
        if missing:
            field = "mode" if item.changes is None else "changes"
            yield Found(file.name, file.at("clauses", key, field, key=True),
                        f"clause `{key}` has `{field}` and no {listed(missing)}")


@rule("LAW920", "W", basis="ISO 14971:2019 4.5", always_error=True)
def hook_without_question(library: LibraryData) -> Iterator[Found]:
    """A clause points into the risk management file and does not say what it looks for there, or says so and does not point.

    Why: the row of such a clause asks the team for something and leaves open for what.
    Fix: write `asks` in own words and the clauses of ISO 14971 in `steps`, beside `rm_hook: true`.
    """
    for file, _, key, item in _clauses(library):
        gaps = [f"`{name}`" for name in ("asks", "steps") if not getattr(item, name)]
        if item.rm_hook and gaps:
            yield Found(file.name, file.at("clauses", key, "rm_hook", key=True),
                        f"clause `{key}` points into the risk management file and has no {listed(gaps)}")
        elif not item.rm_hook and len(gaps) < 2:
            field = "asks" if item.asks else "steps"
            yield Found(file.name, file.at("clauses", key, field, key=True), f"clause `{key}` has `{field}` and no `rm_hook`")


@rule("LAW921", "E", basis=FORMAT, always_error=True)
def unknown_kind_of_table(library: LibraryData) -> Iterator[Found]:
    """A clause asks for a kind of measurement that there is no table for.

    Why: measured values are shown in one table for each kind; those of this clause would stand in none.
    Fix: use a kind that `gspr/README.md` lists, or add it there and to the rule.
    """
    for file, _, key, item in _clauses(library):
        if item.table is not None and item.table not in TABLES:
            yield Found(file.name, file.at("clauses", key, "table"),
                        f"`{item.table}`, named at clause `{key}`, is no kind of table; there are "
                        f"{first([f'`{name}`' for name in TABLES])}{did_you_mean(item.table, TABLES)}")


@rule("LAW922", "E", basis=FORMAT, always_error=True)
def figure_nobody_can_compare(library: LibraryData) -> Iterator[Found]:
    """A figure of a clause is no number, has no known unit or does not say on which side of it a value lies.

    Why: the limits that projects write are held against it; this one is held against nothing, and nobody notices.
    Fix: give a finite number, a unit and `bound`; what a number cannot say stands in `note`.
    """
    for file, _, key, item in _clauses(library):
        for index, figure in enumerate(item.figures):
            fault = _unfit(figure)
            if fault:
                yield Found(file.name, file.at("clauses", key, "figures", index),
                            f"the figure \"{figure.quantity}\" of clause `{key}` {fault}")


def _unfit(figure: ClauseFigure) -> str:
    """Why nothing can be held against a figure."""
    if number(figure.value) is None:
        return f"is `{figure.value}`, no number"
    if figure.bound is None:
        return "has no `bound`"
    if figure.unit is None:
        return "has no `unit`"
    try:
        check_unit(figure.unit)
    except UnitError as error:
        return f"has no unit that is known: {error}"
    return ""
