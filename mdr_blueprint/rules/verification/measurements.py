"""Whether measured values can be judged, keep their limits, and bear the verdicts that rest on them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from mdr_blueprint.clause_tree import ClauseState
from mdr_blueprint.facts import Known
from mdr_blueprint.load import Dossier, Entry, Law
from mdr_blueprint.model import ClauseAnswer, Insulation, TestParticulars
from mdr_blueprint.model.law import Measurement
from mdr_blueprint.quantities import Compared, UnitError, check_unit, compare
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import call, first, listed, unsaid
from mdr_blueprint.rules.verification.clauses import trees
from mdr_blueprint.rules.verification.insulation import results

GENERAL = "iec-60601-1"
REPORT = "MDR Annex II 4(c), (d) and 6.1(b)"
MEASURED = "MDR Annex II 6.1(b); ISO/IEC 17025:2017 7.8"
BOUNDS = {"at_most": "at most", "at_least": "at least"}
JUDGED = ("P", "F", "N/A", "N/E")
"""Verdicts with which a clause counts as told; what is open is found as such."""
OBSERVED = frozenset({"faults", "ingress", "marking_durability", "strength"})
"""Kinds of which the result may be what was seen: a marking that can still be read has no value."""
KINDS = {"field": "magnetic field", "sar": "absorption rate (SAR)", "spacing": "creepage distance or air clearance",
         "trapping": "gaps, speeds and times", "voltage_energy": "voltage or energy"}  # fmt: skip
NEVER_NEGATIVE = (
    ("creepage", "required"), ("creepage", "measured"), ("clearance", "required"), ("clearance", "measured"),
    ("dielectric", "voltage"), ("working_voltage", "rms"), ("working_voltage", "peak"),
)  # fmt: skip
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
        return compare(measurement.value, measurement.unit, measurement.limit, measurement.limit_unit or measurement.unit,
                       measurement.bound, measurement.uncertainty)
    except UnitError:
        return None


def has_decision_rule(dossier: Dossier, entry: Entry[ClauseAnswer], measurement: Measurement) -> bool:
    """Whether it is said how a value is judged whose uncertainty reaches over its limit: at the value, in the remark of the
    clause or for the whole report.
    """
    particulars = dossier.single(TestParticulars)
    in_remark = "decision rule" in (entry.record.remark or "").casefold()
    return bool(measurement.decision_rule or in_remark or (particulars is not None and particulars.decision_rule))


def _limit(measurement: Measurement) -> str:
    value = f"{measurement.value} {measurement.unit or ''}".strip()
    limit = f"{measurement.limit} {measurement.limit_unit or measurement.unit or ''}".strip()
    return f"{measurement.quantity} is {value} and should be {BOUNDS[measurement.bound or 'at_most']} {limit}"


@rule("VER515", "E", basis=REPORT)
def verdict_against_limit(dossier: Dossier) -> Iterator[Found]:
    """A clause is passed, or left out, although a measured value lies outside its limit.

    Why: one of the two is wrong: the verdict, or the value or limit in the table.
    Fix: correct the verdict, the value or the limit.
    """
    for entry in entries(dossier, ClauseAnswer):
        for index, measurement in measured(entry) if entry.record.verdict in ("P", "N/A", "N/E") else ():
            compared = _compared(measurement)
            if compared is not None and not compared.keeps:
                yield Found.on(entry, f"{call(entry)} is {entry.record.verdict}, but {_limit(measurement)}",
                               "measurements", index)


@rule("VER529", "W", basis="ISO/IEC 17025:2017 7.8.6 (decision rule); IEC Guide 115", requires=("VER515",))
def undecided_measurement(dossier: Dossier) -> Iterator[Found]:
    """The uncertainty of a measured value reaches over its limit, and no decision rule is stated.

    Why: the true value may lie on the other side; whether that is a pass depends on a decision rule that someone has to state.
    Fix: state the decision rule in `decision_rule` of the measurement or of `test_particulars`.
    """
    for entry in entries(dossier, ClauseAnswer):
        for index, measurement in measured(entry) if entry.record.verdict in JUDGED else ():
            compared = None if has_decision_rule(dossier, entry, measurement) else _compared(measurement)
            if compared is not None and compared.is_undecided:
                spread = f"{measurement.uncertainty} {measurement.unit or ''}".strip()
                yield Found.on(entry, f"in {call(entry)} {_limit(measurement)}: the uncertainty of {spread} reaches over the "
                               "limit, and no decision rule is stated", "measurements", index)


@rule("VER543", "W", basis=MEASURED)
def measurement_without_unit_or_limit(dossier: Dossier) -> Iterator[Found]:
    """A measured value cannot be judged: value, unit, limit or the side of the limit is missing, or a limit stands beside the
    reason why there is none.

    Why: 38 is a pass or a failure only when it is known of what, against what and in which direction.
    Fix: add what the message names; a plain count has the unit `count`, a ratio `%`. Where nothing limits the value, say why in
    `no_limit` and leave the limit out.
    """
    for entry in entries(dossier, ClauseAnswer):
        for index, measurement in measured(entry):
            unlimited = not unsaid(entry, "measurements", index, "no_limit")
            asked = ("value", "unit") if unlimited else ("value", "unit", "limit", "bound")
            missing = [f"`{field}`" for field in asked if unsaid(entry, "measurements", index, field)]
            if missing:
                yield Found.on(entry, f"in {call(entry)} {measurement.quantity} has no {listed(missing, 'or')}",
                               "measurements", index)
            elif unlimited and not unsaid(entry, "measurements", index, "limit"):
                yield Found.on(entry, f"in {call(entry)} {measurement.quantity} has a limit, and a reason why it has none",
                               "measurements", index, "no_limit")


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
                    yield Found.on(entry, f"in {call(entry)} {measurement.quantity}: {wrong}", "measurements", index, field)
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
                yield Found.on(entry, f"in {call(entry)} {measurement.quantity} names no {listed(missing, 'or')}",
                               "measurements", index)


def kind_of(law: Law, state: ClauseState) -> str | None:
    """The kind of measurement that a clause asks for; of a particular standard, also that of the clause which it changes."""
    general = law.standard(GENERAL)
    changed = general.clauses.get(state.item.changes) if general and state.item.changes else None
    return state.item.table or (changed.table if changed else None)


@rule("VER568", "W", basis="MDR Annex II 6.1(b); the kind of measurement that the clause asks for", requires=("VER511", "VER521"))
def verdict_without_value(dossier: Dossier, law: Law, known: Known) -> Iterator[Found]:
    """A clause that asks for a measurement is judged, and no value of that kind is recorded.

    Why: a test report has a table for each kind of measurement; a verdict without the value is a letter that nobody can check.
    Fix: write the values in `measurements` of the clause; distances and dielectric strength may stand in `insulation`. Where the
    report alone holds them, say so in a waiver.
    """
    asked: dict[str, list[Entry[ClauseAnswer]]] = {}
    recorded = set(results(dossier))
    for tree in trees(dossier, law, known).values():
        for state in tree:
            kind = kind_of(law, state)
            if state.entry is None or kind is None:
                continue
            if state.entry.record.measurements:
                recorded.add(kind)
            if state.own in ("P", "F") and kind not in OBSERVED:
                asked.setdefault(kind, []).append(state.entry)
    for kind, judged in asked.items():
        if kind not in recorded:
            others = f" (asked for by {first([entry.key for entry in judged[1:]])} as well)" if judged[1:] else ""
            yield Found.on(judged[0], f"{call(judged[0])} is {judged[0].record.verdict}, and no value of "
                           f"{KINDS.get(kind, kind.replace('_', ' '))} is recorded{others}", "verdict")


@rule("VER569", "E", basis=MEASURED)
def value_below_zero(dossier: Dossier) -> Iterator[Found]:
    """An uncertainty, a distance or a test voltage is below zero.

    Why: there is no such thing; a sign, or a dash before the number, slipped in.
    Fix: take the sign out.
    """
    for entry in entries(dossier, ClauseAnswer):
        for index, measurement in measured(entry):
            if measurement.uncertainty is not None and measurement.uncertainty < 0:
                yield Found.on(entry, f"in {call(entry)} the uncertainty of {measurement.quantity} is {measurement.uncertainty}",
                               "measurements", index, "uncertainty")
    for insulation in entries(dossier, Insulation):
        for group, field in NEVER_NEGATIVE:
            number = getattr(getattr(insulation.record, group), field, None)
            if number is not None and number < 0:
                yield Found.on(insulation, f"`{group}` of {call(insulation)}: `{field}` is {number}", group, field)
