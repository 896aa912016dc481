"""Whether measured values can be judged, keep their limits, and bear the verdicts that rest on them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from mdr_blueprint.clause_tree import in_force, particulars
from mdr_blueprint.load import Dossier, Entry, Law
from mdr_blueprint.model import AppliedStandard, ClauseAnswer, Insulation, TestParticulars
from mdr_blueprint.model.law import Measurement
from mdr_blueprint.model.library import ClauseFigure
from mdr_blueprint.model.scalars import number
from mdr_blueprint.quantities import Compared, UnitError, check_unit, compare
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import call, first, listed, unsaid

REPORT = "MDR Annex II 4(c), (d) and 6.1(b)"
MEASURED = "MDR Annex II 6.1(b); ISO/IEC 17025:2017 7.8"
CONDITIONS = (None, "normal", "single_fault")
BOUNDS = {"at_most": "at most", "at_least": "at least"}
INSULATION_UNITS = {"working_voltage": "V", "creepage": "mm", "clearance": "mm", "dielectric": "V"}
"""Field of an insulation -> a unit of what it measures."""


def measured(entry: Entry[ClauseAnswer]) -> Iterator[tuple[int, Measurement]]:
    """The measurements of a clause with their places in the file; those that could not be read are left out."""
    written = entry.raw.get("measurements")
    index = 0
    for measurement in entry.record.measurements:
        while isinstance(written, list) and index < len(written) and not _is(written[index], measurement):
            index += 1
        yield index, measurement
        index += 1


def _is(raw: object, measurement: Measurement) -> bool:
    return isinstance(raw, dict) and raw.get("quantity") == measurement.quantity


def _compared(measurement: Measurement) -> Compared | None:
    """The value against its limit; None where one of them is missing or the units do not fit, which other rules tell."""
    if measurement.value is None or measurement.limit is None or measurement.bound is None:
        return None
    try:
        return compare(measurement.value, measurement.unit, measurement.limit, measurement.limit_unit, measurement.bound,
                       measurement.uncertainty)
    except UnitError:
        return None


def _limit(measurement: Measurement) -> str:
    value = f"{measurement.value} {measurement.unit or ''}".strip()
    limit = f"{measurement.limit} {measurement.limit_unit or ''}".strip()
    return f"{measurement.quantity} is {value} and should be {BOUNDS[measurement.bound or 'at_most']} {limit}"


@rule("VER515", "E", basis=REPORT)
def verdict_against_limit(dossier: Dossier) -> Iterator[Found]:
    """A clause is passed although a measured value lies outside its limit.

    Why: one of the two is wrong: the verdict, or the value or limit in the table.
    Fix: correct the verdict, the value or the limit.
    """
    for entry in entries(dossier, ClauseAnswer):
        for index, measurement in measured(entry) if entry.record.verdict == "P" else ():
            compared = _compared(measurement)
            if compared is not None and not compared.keeps:
                yield Found.on(entry, f"{call(entry)} is P, but {_limit(measurement)}", "measurements", index)


@rule("VER529", "W", basis="ISO/IEC 17025:2017 7.8.6 (decision rule); IEC Guide 115", requires=("VER515",))
def undecided_measurement(dossier: Dossier) -> Iterator[Found]:
    """The uncertainty of a measured value reaches over its limit, and no decision rule is stated.

    Why: the true value may lie on the other side; whether that is a pass depends on a decision rule that someone has to state.
    Fix: state the decision rule in `decision_rule` of the measurement or of `test_particulars`.
    """
    particulars_ = dossier.single(TestParticulars)
    if particulars_ is not None and particulars_.decision_rule:
        return
    for entry in entries(dossier, ClauseAnswer):
        if entry.record.verdict not in ("P", "F") or "decision rule" in (entry.record.remark or "").casefold():
            continue
        for index, measurement in measured(entry):
            compared = None if measurement.decision_rule else _compared(measurement)
            if compared is not None and compared.is_undecided:
                spread = f"{measurement.uncertainty} {measurement.unit or ''}".strip()
                yield Found.on(entry, f"in {call(entry)} {_limit(measurement)}: the uncertainty of {spread} reaches over the "
                               "limit, and no decision rule is stated", "measurements", index)


@rule("VER543", "W", basis=MEASURED)
def measurement_without_unit_or_limit(dossier: Dossier) -> Iterator[Found]:
    """A measured value cannot be judged: value, unit, limit or the side of the limit is missing.

    Why: 38 is a pass or a failure only when it is known of what, against what and in which direction.
    Fix: add what the message names; a plain count has the unit `count`, a ratio `%`.
    """
    for entry in entries(dossier, ClauseAnswer):
        for index, measurement in measured(entry):
            missing = [f"`{field}`" for field in ("value", "unit", "limit", "limit_unit", "bound")
                       if unsaid(entry, "measurements", index, field)]
            if missing:
                yield Found.on(entry, f"{measurement.quantity} in {call(entry)} has no {listed(missing, 'or')}",
                               "measurements", index)


@rule("VER544", "E", basis=MEASURED)
def unit_that_does_not_fit(dossier: Dossier) -> Iterator[Found]:
    """A unit is none, or value and limit are in units of different things.

    Why: the two cannot be compared, so the verdict rests on nothing.
    Fix: correct the unit; units of one quantity may differ, such as uA and mA.
    """
    for entry in entries(dossier, ClauseAnswer):
        for index, measurement in measured(entry):
            for field, unit, limit_unit in (("unit", measurement.unit, None),
                                            ("limit_unit", measurement.limit_unit, measurement.unit)):
                wrong = _misfit(unit, limit_unit)
                if wrong:
                    yield Found.on(entry, f"{measurement.quantity} in {call(entry)}: {wrong}", "measurements", index, field)
                    break
    for insulation in entries(dossier, Insulation):
        for group, reference in INSULATION_UNITS.items():
            part = getattr(insulation.record, group)
            wrong = _misfit(part.unit, reference) if part is not None else ""
            if wrong:
                yield Found.on(insulation, f"`{group}` of {call(insulation)}: {wrong}", group, "unit")


def _misfit(unit: str | None, other: str | None) -> str:
    """What is wrong with a unit, or with the two of them."""
    if unit is None:
        return ""
    try:
        check_unit(unit)
        if other is not None:
            compare(Decimal(1), unit, Decimal(1), other, "at_most")
    except UnitError as error:
        return str(error)
    return ""


@rule("VER554", "E", basis="MDR Annex II 4(c); the figure of the clause as the library holds it", requires=("VER521",))
def limit_laxer_than_pack(dossier: Dossier, law: Law) -> Iterator[Found]:
    """A limit is laxer than the one that the clause sets, or stands on the other side of it.

    Why: the value passes a limit that the standard does not grant.
    Fix: write the limit of the clause; where another one holds, such as that of a particular standard, correct quantity, type of
    part or condition so that the row says what it is.
    """
    for entry in entries(dossier, ClauseAnswer):
        figures = _figures(dossier, law, entry) if entry.record.measurements else []
        for index, measurement in measured(entry):
            wrong = _laxer(measurement, [figure for figure in figures if _is_about(figure, measurement)])
            if wrong:
                yield Found.on(entry, f"{measurement.quantity} in {call(entry)} is held against {wrong}",
                               "measurements", index, "limit")


def _figures(dossier: Dossier, law: Law, entry: Entry[ClauseAnswer]) -> list[ClauseFigure]:
    """The figures of a clause in the applied edition, and those of the applied standards that change it."""
    found = []
    owner = entry.owner or ""
    for id_ in (owner, *particulars(dossier, law, owner)):
        content, applied = law.standard(id_), dossier.get(id_, AppliedStandard)
        if content is None:
            continue
        said = applied.record.edition if applied else None
        edition = said if said in content.editions else content.edition
        for key, item in in_force(content, edition).items():
            if (key == entry.key) if id_ == owner else item.changes == entry.key:
                found += [figure for figure in item.figures if not figure.editions or edition in figure.editions]
    return found


def _is_about(figure: ClauseFigure, measurement: Measurement) -> bool:
    """Whether a figure may hold for a measurement; what the measurement does not say rules none out."""
    if figure.quantity.casefold() != measurement.quantity.casefold():
        return False
    if figure.condition not in CONDITIONS and figure.condition != measurement.condition:
        return False
    pairs = ((figure.part_type, measurement.part_type), (figure.current, measurement.current),
             (figure.condition, measurement.condition))
    return all(of_figure is None or said is None or of_figure == said for of_figure, said in pairs)


def _laxer(measurement: Measurement, figures: list[ClauseFigure]) -> str:
    """What is wrong with a limit that keeps none of the figures; nothing where it keeps one or cannot be compared."""
    if measurement.limit is None or measurement.bound is None or not figures:
        return ""
    allowed: list[str] = []
    for figure in figures:
        value = number(figure.value)
        if value is None or figure.bound is None:
            return ""
        try:
            kept = figure.bound == measurement.bound and compare(
                measurement.limit, measurement.limit_unit, value, figure.unit, figure.bound).keeps
        except UnitError:
            return ""
        if kept:
            return ""
        allowed.append(f"{BOUNDS[figure.bound]} {figure.value} {figure.unit or ''}".strip())
    limit = f"{measurement.limit} {measurement.limit_unit or ''}".strip()
    return f"{BOUNDS[measurement.bound]} {limit}, but the clause allows {listed(list(dict.fromkeys(allowed)), 'or')}"


@rule("VER560", "I", basis=MEASURED)
def limit_without_source(dossier: Dossier) -> Iterator[Found]:
    """It is not said where a limit comes from.

    Why: a limit is of a table, a row and an edition, or of the specification of the device; the laboratory asks which.
    Fix: name in `limit_source` the clause with its table and row, or the specification.
    """
    for entry in entries(dossier, ClauseAnswer):
        open_ = [(index, measurement) for index, measurement in measured(entry)
                 if measurement.limit is not None and unsaid(entry, "measurements", index, "limit_source")]
        if open_:
            yield Found.on(entry, f"in {call(entry)} {len(open_)} of {len(entry.record.measurements)} limits have no source: "
                           f"{first([measurement.quantity for _, measurement in open_], 3)}", "measurements", open_[0][0])


@rule("VER563", "W", basis="ISO 13485:2016 7.6; ISO/IEC 17025:2017 7.8.2 and 6.5")
def untraceable_measurement(dossier: Dossier) -> Iterator[Found]:
    """A measured value names no instrument or no date.

    Why: whether the calibration was valid on that day cannot be told.
    Fix: add `instrument` and `date`.
    """
    for entry in entries(dossier, ClauseAnswer):
        for index, measurement in measured(entry):
            missing = [f"`{field}`" for field in ("instrument", "date") if unsaid(entry, "measurements", index, field)]
            if measurement.value is not None and missing:
                yield Found.on(entry, f"{measurement.quantity} in {call(entry)} names no {listed(missing, 'or')}",
                               "measurements", index)
