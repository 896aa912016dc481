"""Measured values against their limits, by the kind of measurement that the clause asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mdr_blueprint.clause_tree import ClauseState
from mdr_blueprint.load import Entry
from mdr_blueprint.model import ClauseAnswer, Instrument
from mdr_blueprint.model.law import Measurement
from mdr_blueprint.quantities import Compared, UnitError, compare, printed
from mdr_blueprint.rules.verification.insulation import results
from mdr_blueprint.rules.verification.measurements import OBSERVED, has_decision_rule, kind_of
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, spaced
from mdr_blueprint.tables.series import clause_label, judged, judged_of_series, judged_others, short_name, states
from mdr_blueprint.tables.shapes import Cell, Column, Gap, LineItem, Lines, RecordLink, Row, row, value

OTHER = "other"
"""The kind of what is measured for a clause for which the library names no kind."""
SMALL = Decimal("0.1")
SHARELESS = ("degC", "degF", "°C", "℃", "°F", "dB")
KINDS = {
    "dielectric": "dielectric strength",
    "faults": "simulated faults",
    "field": "static magnetic field",
    "gradient": "gradient output",
    "leakage": "leakage currents",
    "load": "load and safety factors",
    "other": "other quantities",
    "sar": "specific absorption rate",
    "spacing": "creepage distances and air clearances",
    "strength": "mechanical strength",
    "trapping": "gaps and trapping",
    "voltage_energy": "voltage and energy",
}
"""Kinds of measurement that need other words than their names."""
COLUMNS = (
    Column("Quantity", 20),
    Column("Part", 17),
    Column("Condition", 13),
    Column("Value", 13),
    Column("Limit", 11),
    Column("Result", 12),
    Column("Margin", 11),
    Column("Share of the limit", 8),
    Column("Instrument", 15),
    Column("Date", 11),
    Column("Source of the limit, decision rule", 22),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """A measurement, and the clause for which it was made."""

    state: ClauseState
    entry: Entry[ClauseAnswer]
    measurement: Measurement


@table("measurements", "Measurements", Column("Kind", 14), Column("Standard", 14), Column("Clause", 10), *COLUMNS, sheet=True,
       empty="No measurement is recorded.")  # fmt: skip
def measurements(inputs: Inputs) -> Iterator[Row]:
    """Every value. A clause that was judged without one has a row as well, where no other clause of its kind was measured."""
    unmeasured = {
        state.id: _no_value(inputs, kind)
        for kind in measured_kinds(inputs)
        for state in _unmeasured(_of_kind(inputs, kind), kind)
    }
    for standard in judged(inputs):
        name = short_name(inputs, standard)
        for state in states(inputs, standard):
            kind = kind_words(kind_of(inputs.law, state) or OTHER)
            for found in _of_clause(state):
                clause = RecordLink(found.entry.id, found.entry.key)
                yield row(found.entry.id, kind, name, clause, *_cells(inputs, found))
            if state.id in unmeasured:
                yield row(state.id, kind, name, RecordLink(state.id, state.key), *unmeasured[state.id])


def measured_kinds(inputs: Inputs) -> Sequence[str]:
    """The kinds of measurement that judged clauses of the IEC 60601 series ask for or that were made, in the order of clauses."""
    kinds: dict[str, None] = {}
    for standard in judged_of_series(inputs):
        for state in states(inputs, standard):
            if state.entry and (state.entry.record.measurements or state.own in ("P", "F")):
                kind = kind_of(inputs.law, state) or (OTHER if state.entry.record.measurements else None)
                kinds |= {kind: None} if kind else {}
    return sorted(kinds, key=lambda kind: kind == OTHER)


def kind_words(kind: str) -> str:
    """A kind of measurement in words."""
    return KINDS.get(kind, spaced(kind))


@table("measurements_of", "Measurements: {option}", Column("Clause", 10), *COLUMNS, option="kind", option_words=kind_words,
       empty="No measurement of this kind is recorded.")  # fmt: skip
def measurements_of(inputs: Inputs, kind: str) -> Iterator[Row]:
    """Of one kind, for the standards of the IEC 60601 series. Clauses judged without any value are a gap."""
    of_kind = _of_kind(inputs, kind)
    for measured in (measured for state in of_kind for measured in _of_clause(state)):
        yield row(measured.entry.id, _clause(inputs, measured), *_cells(inputs, measured))
    for state in _unmeasured(of_kind, kind):
        yield row(state.id, RecordLink(state.id, clause_label(inputs, state.standard, state.key)), *_no_value(inputs, kind))


def _no_value(inputs: Inputs, kind: str) -> tuple[Cell, ...]:
    """The cells of a clause that was judged without a value, which is a gap unless the result was seen or stands elsewhere."""
    said: Cell = Gap("judged, and no value is recorded")
    if kind in results(inputs.dossier):
        said = "in the table of insulation"
    elif kind in OBSERVED:
        said = "observed, no value"
    return ("", "", "", said, *[""] * (len(COLUMNS) - 4))


def _of_kind(inputs: Inputs, kind: str) -> list[ClauseState]:
    """The clauses of the series for which something of a kind is measured, as far as the project answers them."""
    told = (state for standard in judged_of_series(inputs) for state in states(inputs, standard) if state.entry)
    return [state for state in told if (kind_of(inputs.law, state) or OTHER) == kind]


def _unmeasured(of_kind: Sequence[ClauseState], kind: str) -> list[ClauseState]:
    """The clauses of a kind that were judged, where no value is recorded for any of them."""
    if kind == OTHER or any(True for state in of_kind for _ in _of_clause(state)):
        return []
    return [state for state in of_kind if state.own in ("P", "F")]


@table("measurements_by_others", "Measurements for other standards", Column("Clause", 10), *COLUMNS,
       empty="No measurement is recorded for a standard outside the IEC 60601 series.")  # fmt: skip
def measurements_by_others(inputs: Inputs) -> Iterator[Row]:
    for standard in judged_others(inputs):
        for found in _measured(inputs, standard):
            yield row(found.entry.id, _clause(inputs, found), *_cells(inputs, found))


def _measured(inputs: Inputs, standard: str) -> Iterator[Measured]:
    return (found for state in states(inputs, standard) for found in _of_clause(state))


def _of_clause(state: ClauseState) -> Iterator[Measured]:
    if state.entry:
        for measurement in state.entry.record.measurements:
            yield Measured(state, state.entry, measurement)


def _clause(inputs: Inputs, found: Measured) -> RecordLink:
    return RecordLink(found.entry.id, clause_label(inputs, found.state.standard, found.entry.key))


def _cells(inputs: Inputs, found: Measured) -> list[Cell]:
    m = found.measurement
    mark = " (illustrative)" if m.illustrative or found.entry.record.illustrative else ""
    held = _held(m)
    return [
        m.quantity,
        inputs.titled(m.part) if m.part else "",
        _condition(inputs, m),
        _value(m, mark),
        _limit(inputs, m),
        _result(inputs, found, held) if isinstance(held, Compared) else held,
        _signed(held) if isinstance(held, Compared) else "",
        _share(held) if isinstance(held, Compared) else "",
        _instrument(inputs, m),
        value(m.date, "no date"),
        _source(inputs, m),
    ]


def _held(m: Measurement) -> Compared | Gap | str:
    """The value held against its limit, or why that cannot be done; empty where nothing limits it."""
    if m.value is not None and m.limit is None and m.no_limit:
        return "" if m.unit else Gap("no unit")
    if m.value is None or m.limit is None or m.bound is None:
        return Gap("no value" if m.value is None else "no limit" if m.limit is None else "direction of the limit missing")
    try:
        return compare(m.value, m.unit, m.limit, m.limit_unit or m.unit, m.bound, m.uncertainty)
    except UnitError as error:
        return Gap(str(error))


def _result(inputs: Inputs, found: Measured, held: Compared) -> str | Gap:
    if not held.keeps:
        return Gap("outside the limit")
    if held.is_undecided:
        ruled = has_decision_rule(inputs.dossier, found.entry, found.measurement)
        return "within, by the decision rule" if ruled else Gap("undecided")
    return "within"


def _value(m: Measurement, mark: str) -> Cell:
    """`640 µA ± 5 µA`."""
    if m.value is None:
        return Gap()
    spread = "" if m.uncertainty is None else f" ± {m.uncertainty} {printed(m.unit)}".rstrip()
    return f"{m.value} {printed(m.unit)}".rstrip() + spread + mark


def _limit(inputs: Inputs, m: Measurement) -> Cell:
    reason = f"none: {inputs.say(m.no_limit)}" if m.no_limit else ""
    if m.limit is None:
        return reason or Gap("no limit")
    sign = {"at_most": "≤ ", "at_least": "≥ ", None: ""}[m.bound]
    limit = f"{sign}{m.limit} {printed(m.limit_unit or m.unit)}".rstrip()
    return Lines((limit, Gap(reason))) if reason else limit


def _source(inputs: Inputs, m: Measurement) -> Cell:
    """Where the limit comes from, and how a value is judged whose uncertainty reaches over it."""
    source: list[LineItem] = [inputs.say(m.limit_source)] if m.limit_source else []
    if m.limit is not None and not source:
        source.append(Gap("source missing"))
    source += [inputs.say(m.decision_rule)] if m.decision_rule else []
    return "" if not source else source[0] if len(source) == 1 else Lines(tuple(source))


def _signed(held: Compared) -> str:
    return f"{plain(held.margin)} {printed(held.unit)}".rstrip()


def _share(held: Compared) -> str:
    """In per cent; of a scale without a zero of its own, such as degrees Celsius or decibels, there is no share."""
    return f"{round(100 * held.value / held.limit)} %" if held.limit and not held.unit.startswith(SHARELESS) else ""


def plain(number: Decimal) -> str:
    """To three places, small ones to three digits, without an exponent: `0.462`, `1210`, `0.0000125`."""
    text = f"{number:.3f}" if not number or abs(number) >= SMALL else f"{Decimal(f'{number:.3g}'):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _instrument(inputs: Inputs, m: Measurement) -> Cell:
    """The instrument, and whether its calibration was in force on the day of the measurement."""
    if not m.instrument:
        return Gap("no instrument")
    entry = inputs.dossier.get(m.instrument, Instrument)
    link = inputs.link(m.instrument)
    if entry is None:
        return link
    record = entry.record
    if record.due is None:
        return Lines((link, Gap("no calibration")))
    in_force = m.date is None or (m.date <= record.due and (record.calibrated is None or record.calibrated <= m.date))
    if in_force:
        return Lines((link, f"due {record.due}"))
    since = f"from {record.calibrated} " if record.calibrated else ""
    return Lines((link, Gap(f"calibrated {since}to {record.due}")))


def _condition(inputs: Inputs, m: Measurement) -> str:
    """`type BF, a.c., single fault`."""
    parts = (
        f"type {m.part_type}" if m.part_type else "",
        {"ac": "a.c.", "dc": "d.c."}.get(m.current or "", m.current or ""),
        inputs.worded(m.condition or ""),
    )
    return ", ".join(part for part in parts if part)
