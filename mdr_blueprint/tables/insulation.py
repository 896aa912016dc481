"""The insulation table: each barrier between two parts of the circuit, with what is required of it and what was measured."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from mdr_blueprint.model import Insulation, TestParticulars
from mdr_blueprint.model.electrical import DielectricTest, MeansOfProtection, Spacing, WorkingVoltage
from mdr_blueprint.quantities import printed
from mdr_blueprint.rules.verification.electrical import leaves_out_shock
from mdr_blueprint.rules.verification.insulation import asks_for_material, asks_for_pollution, asks_for_source
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, records
from mdr_blueprint.tables.series import GENERAL, called_for, clause_link, short_places
from mdr_blueprint.tables.shapes import Cell, Column, Gap, LineItem, Lines, Row, gap_row, row, value


@table(
    "insulation",
    "Insulation",
    Column("Barrier", 20),
    Column("Area", 6),
    Column("Between", 20),
    Column("Protection", 10),
    Column("Working voltage", 12),
    Column("Material group, pollution degree", 15),
    Column("Creepage distance", 12),
    Column("Air clearance", 12),
    Column("Dielectric strength", 12),
    Column("Source of the required values, remark", 30),
    Column("Clauses, evidence", 16),
    sheet=True,
    empty="No insulation is recorded.",
)
def insulation(inputs: Inputs) -> Iterator[Row]:
    """A row for each barrier; a distance below what is required is a gap, and so is one that was not measured."""
    particulars = inputs.dossier.single(TestParticulars)
    none = True
    for entry in records(inputs, Insulation):
        none = False
        record = entry.record
        clauses = [clause_link(inputs, id_) for id_ in inputs.graph.targets(entry.id, "clauses")]
        remark = [inputs.say(record.remark)] if record.remark else []
        source = [inputs.say(record.requirement) or Gap()] if record.requirement or asks_for_source(record) else []
        components = [inputs.link(id_) for id_ in inputs.graph.targets(entry.id, "components")]
        sides = [inputs.say(side) for side in record.between]
        yield row(
            entry.id,
            inputs.titled(entry.id),
            value(record.area),
            _lines(*sides, *([] if len(sides) > 1 else [Gap("one side" if sides else "missing")]), *components),
            _protection(record.protection),
            _voltage(record.working_voltage),
            _material(inputs, record, particulars),
            _shown(inputs, record, "creepage", _spacing(record.creepage)),
            _shown(inputs, record, "clearance", _spacing(record.clearance)),
            _shown(inputs, record, "dielectric", _dielectric(record.dielectric)),
            _lines(*source, *remark),
            _lines(*clauses, *short_places(inputs, entry.id), *([] if record.evidence else [Gap("no evidence")])),
        )
    if none and called_for(inputs, GENERAL) and not leaves_out_shock(inputs.dossier):
        yield gap_row(11, "no insulation is described")


def _lines(*items: LineItem) -> Cell:
    return "" if not items else items[0] if len(items) == 1 else Lines(items)


def _material(inputs: Inputs, record: Insulation, particulars: TestParticulars | None) -> Cell:
    """Group and pollution degree; the degree of the whole equipment where the barrier has none of its own."""
    found: list[LineItem] = []
    if record.material or asks_for_material(record):
        found.append(inputs.say(record.material) or Gap("no material group"))
    degree = record.pollution_degree or (particulars.pollution_degree if particulars else None)
    if degree or asks_for_pollution(record, particulars):
        found.append(f"pollution degree {inputs.say(degree)}" if degree else Gap("no pollution degree"))
    return _lines(*found)


def _shown(inputs: Inputs, record: Insulation, name: Literal["creepage", "clearance", "dielectric"], cell: Cell) -> Cell:
    """What shows that the barrier holds, or why that is not needed; both at once contradict each other."""
    if name not in record.not_needed:
        return cell
    reason = f"not needed: {inputs.say(record.not_needed[name])}"
    if getattr(record, name) is None:
        return reason
    return Lines((*(cell.items if isinstance(cell, Lines) else (cell,)), Gap(reason)))


def _protection(means: MeansOfProtection | None) -> Cell:
    return f"{means.count} × {means.kind}" if means else Gap()


def _voltage(voltage: WorkingVoltage | None) -> Cell:
    if voltage is None or (voltage.rms is None and voltage.peak is None):
        return Gap()
    found = [f"{number} {printed(voltage.unit)} {words}".replace("  ", " ")
             for number, words in ((voltage.rms, "r.m.s."), (voltage.peak, "peak")) if number is not None]  # fmt: skip
    return _lines(*found, *([] if voltage.unit else [Gap("no unit")]))


def _spacing(distance: Spacing | None) -> Cell:
    """`≥ 8 mm: 9.2 mm`, a gap where it is less or one of the two is missing."""
    if distance is None:
        return Gap()
    unit = printed(distance.unit)
    required = Gap("no required value") if distance.required is None else f"≥ {distance.required} {unit}".rstrip()
    unnamed = [] if unit else [Gap("no unit")]
    if distance.measured is None:
        return Lines((required, Gap("not measured"), *unnamed))
    measured = f"measured {distance.measured} {unit}".rstrip()
    short = distance.required is not None and distance.measured < distance.required
    return Lines((required, Gap(measured) if short else measured, *unnamed))


def _dielectric(test: DielectricTest | None) -> Cell:
    if test is None:
        return Gap("not tested")
    what: str | Gap = Gap("no voltage" if test.voltage is None else f"{test.voltage}, no unit")
    if test.voltage is not None and test.unit:
        what = ", ".join(part for part in (f"{test.voltage} {printed(test.unit)}", test.duration) if part)
    return Lines((what, "pass" if test.result == "pass" else Gap(test.result or "no result")))
