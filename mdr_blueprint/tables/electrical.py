"""What a test laboratory asks besides verdicts: equipment as tested, applied parts, essential performance, insulation, parts."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.load import Entry
from mdr_blueprint.model import Component, Device, EssentialPerformance, Insulation, TestParticulars
from mdr_blueprint.model.electrical import DielectricTest, MeansOfProtection, Spacing, WorkingVoltage
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, records, spaced
from mdr_blueprint.tables.levels import live, with_levels
from mdr_blueprint.tables.proofs import proof
from mdr_blueprint.tables.series import GENERAL, called_for, clause_label
from mdr_blueprint.tables.shapes import Cell, Column, Gap, LineItem, Lines, RecordLink, Row, gap_row, row, value

PROTECTION = {"class_I": "class I", "class_II": "class II", "internal": "internally powered"}


@table(
    "particulars",
    "Particulars of the tested equipment",
    Column("Item", 34),
    Column("Clause", 10),
    Column("As tested", 66),
    empty="No particulars are recorded.",
)
def particulars(inputs: Inputs) -> Iterator[Row]:
    """An item that is not stated is a gap; without a record there is one row, where the facts call for a report."""
    record = inputs.dossier.single(TestParticulars)
    if record is None:
        if called_for(inputs, GENERAL):
            yield gap_row(3, "particulars of the tested equipment")
        return
    kind = TestParticulars.kind_name
    for item, clause, cell in _particulars(inputs, record):
        yield row(kind, item, clause, cell)


def _particulars(inputs: Inputs, record: TestParticulars) -> Iterator[tuple[str, str, Cell]]:
    device = inputs.dossier.single(Device)
    laboratory = record.laboratory
    yield "Equipment", "", value(inputs.dossier.device_name)
    yield "Device revision tested", "", _revision(record.device_revision, device.revision if device else None)
    yield "Laboratory", "", _words(laboratory.name if laboratory else None, laboratory.address if laboratory else None)
    yield "Accreditation (ISO/IEC 17025)", "", _text(inputs, laboratory.accreditation if laboratory else None)
    yield "Tested from, to", "", _words(record.tested_from, record.tested_to, joint=" to ", needed=2)
    yield "Samples", "5.2", _text(inputs, record.samples)
    yield "Protection against electric shock", "6.2", value(PROTECTION.get(record.protection or ""))
    yield "Types of applied parts", "6.2", _types(inputs)
    yield "Ingress protection", "6.3", _text(inputs, record.ingress)
    yield "Sterilisation", "6.4", _text(inputs, record.sterilisation)
    yield "Oxygen rich environment", "6.5", value(_said(record.oxygen_rich, "for use in it", "not for use in it"))
    yield "Mode of operation", "6.6", _text(inputs, record.mode_of_operation)
    yield "Mobility", "", value(spaced(record.mobility or ""))
    yield "Supply", "4.11", _text(inputs, record.supply)
    yield "Mass", "", _text(inputs, record.mass)
    yield "Surroundings in use", "", _text(inputs, record.environment)
    yield "Altitude", "", _text(inputs, record.altitude)
    yield "Pollution degree", "8.9", _text(inputs, record.pollution_degree)
    yield "Overvoltage category", "8.9", _text(inputs, record.overvoltage_category)
    yield "Decision rule", "", inputs.prose(record.decision_rule)
    if record.text:
        yield "Remarks", "", inputs.prose(record.text)
    yield "Report", "", inputs.places(TestParticulars.kind_name, "evidence")


def _said(flag: bool | None, yes: str, no: str) -> str | None:
    return None if flag is None else yes if flag else no


def _text(inputs: Inputs, text: str | None) -> Cell:
    return value(inputs.say(text))


def _words(*parts: object, joint: str = ", ", needed: int = 1) -> Cell:
    found = [str(part) for part in parts if part]
    return joint.join(found) if len(found) >= needed else Gap()


def _revision(tested: str | None, described: str | None) -> Cell:
    if tested and described and tested != described:
        return Lines((tested, Gap(f"the file describes {described}")))
    return value(tested)


def _types(inputs: Inputs) -> str:
    parts = [entry.record.applied_part for entry in records(inputs, Component) if entry.record.applied_part]
    types = sorted({part.type for part in parts if part.type})
    return ", ".join(f"type {type_}" for type_ in types) if types else "none recorded" if not parts else "no type recorded"


@table(
    "applied_parts",
    "Applied parts",
    Column("Component", 28),
    Column("Type", 9),
    Column("Defibrillation-proof", 12),
    Column("Contact with the patient", 40),
    Column("By definition or treated as one", 22),
    sheet=True,
    empty="No applied part is recorded.",
)
def applied_parts(inputs: Inputs) -> Iterator[Row]:
    """Where the facts say that equipment touches the body and no applied part is named, that is a gap."""
    none = True
    for entry in records(inputs, Component):
        part = entry.record.applied_part
        if part is not None:
            none = False
            yield row(
                entry.id,
                inputs.titled(entry.id),
                value(part.type, "no type"),
                value(_said(part.defibrillation_proof, "yes", "no"), "not stated"),
                value(inputs.say(part.contact)),
                "treated as one (4.6)" if part.treated_as else "by definition",
            )
    if none and called_for(inputs, GENERAL) and inputs.known.values.get("body_contact") == "true":
        yield gap_row(5, "no component says that it is an applied part")


@table(
    "essential_performance",
    "Essential performance",
    Column("Essential performance", 26),
    Column("Limit", 26),
    Column("Allowed in single fault condition", 24),
    Column("Allowed during tests of immunity", 24),
    Column("Risks that make it essential, with their level", 28),
    Column("Requirements", 12),
    Column("Verified by", 24),
    sheet=True,
    empty="No essential performance is recorded.",
)
def essential_performance(inputs: Inputs) -> Iterator[Row]:
    """Where the facts call for IEC 60601-1 and none is named, that is a gap."""
    none = True
    for entry in records(inputs, EssentialPerformance):
        none = False
        record = entry.record
        yield row(
            entry.id,
            inputs.titled(entry.id),
            value(inputs.say(record.limit), "no limit"),
            value(inputs.say(record.single_fault)),
            value(inputs.say(record.immunity)),
            with_levels(inputs, live(inputs, inputs.graph.targets(entry.id, "risks")), "no risk"),
            inputs.links(inputs.graph.targets(entry.id, "requirements"), None),
            _proofs(inputs, entry),
        )
    if none and called_for(inputs, GENERAL):
        yield gap_row(7, "no essential performance, and no statement that there is none")


def _proofs(inputs: Inputs, entry: Entry[EssentialPerformance]) -> Cell:
    """Each proof with what it says today."""
    items: list[LineItem] = []
    for edge in inputs.graph.out(entry.id, "verified_by"):
        found = proof(inputs, edge)
        result = found.result
        items += (
            [inputs.link(edge.target), result]
            if isinstance(result, Gap)
            else [inputs.link(edge.target, f"{edge.target} {result}")]
        )
        items += [found.revision] if isinstance(found.revision, Gap) else []
    return Lines(tuple(items)) if items else Gap("no proof")


@table(
    "insulation",
    "Insulation",
    Column("Barrier", 20),
    Column("Area", 6),
    Column("Between", 19),
    Column("Protection", 10),
    Column("Working voltage", 13),
    Column("Material group, pollution degree", 14),
    Column("Creepage distance", 14),
    Column("Air clearance", 14),
    Column("Dielectric strength", 15),
    Column("Source of the required values", 21),
    Column("Clauses, evidence", 17),
    sheet=True,
    empty="No insulation is recorded.",
)
def insulation(inputs: Inputs) -> Iterator[Row]:
    """The rows of the insulation table; a distance below what is required is a gap, and so is one that was not measured."""
    none = True
    for entry in records(inputs, Insulation):
        none = False
        record = entry.record
        degree = f"pollution degree {record.pollution_degree}" if record.pollution_degree else Gap("no pollution degree")
        proofs = inputs.places(entry.id, "evidence", "no evidence")
        clauses = [_clause(inputs, id_) for id_ in inputs.graph.targets(entry.id, "clauses")]
        yield row(
            entry.id,
            inputs.titled(entry.id),
            value(record.area),
            _lines(*(inputs.say(side) for side in record.between)) if record.between else Gap(),
            _protection(record.protection),
            _voltage(record.working_voltage),
            Lines((inputs.say(record.material) or Gap("no material group"), degree)),
            _spacing(record.creepage),
            _spacing(record.clearance),
            _dielectric(record.dielectric),
            value(inputs.say(record.requirement)),
            Lines((*clauses, *(proofs.items if isinstance(proofs, Lines) else (proofs,)))) if clauses else proofs,
        )
    if none and called_for(inputs, GENERAL):
        yield gap_row(11, "no insulation is described")


def _clause(inputs: Inputs, id_: str) -> RecordLink:
    standard, _, key = id_.partition("#")
    return RecordLink(id_, clause_label(inputs, standard, key) if key else id_)


def _lines(*items: LineItem) -> Cell:
    return items[0] if len(items) == 1 else Lines(items)


def _protection(means: MeansOfProtection | None) -> Cell:
    return f"{means.count} × {means.kind}" if means else Gap()


def _voltage(voltage: WorkingVoltage | None) -> Cell:
    if voltage is None or (voltage.rms is None and voltage.peak is None):
        return Gap()
    found = [f"{number} {voltage.unit or ''} {words}".replace("  ", " ")
             for number, words in ((voltage.rms, "r.m.s."), (voltage.peak, "peak")) if number is not None]  # fmt: skip
    return _lines(*found, *([] if voltage.unit else [Gap("no unit")]))


def _spacing(distance: Spacing | None) -> Cell:
    """`≥ 8 mm: 9.2 mm`, a gap where it is less or one of the two is missing."""
    if distance is None:
        return Gap()
    unit = distance.unit or ""
    required = Gap("no required value") if distance.required is None else f"≥ {distance.required} {unit}".rstrip()
    if distance.measured is None:
        return Lines((required, Gap("not measured")))
    measured = f"measured {distance.measured} {unit}".rstrip()
    short = distance.required is not None and distance.measured < distance.required
    return Lines((required, Gap(measured) if short else measured))


def _dielectric(test: DielectricTest | None) -> Cell:
    if test is None:
        return Gap("not tested")
    what = f"{test.voltage} {test.unit or ''}".rstrip() if test.voltage is not None else Gap("no voltage")
    if test.duration and isinstance(what, str):
        what = f"{what}, {test.duration}"
    return Lines((what, "pass" if test.result == "pass" else Gap(test.result or "no result")))


@table(
    "critical_components",
    "Critical components",
    Column("Component", 26),
    Column("Manufacturer", 20),
    Column("Type", 18),
    Column("Ratings", 26),
    Column("Standard met", 24),
    Column("Mark or certificate", 24),
    sheet=True,
    empty="No component is marked as critical.",
)
def critical_components(inputs: Inputs) -> Iterator[Row]:
    """The components on which electrical, mechanical or thermal safety rests."""
    none = True
    for entry in records(inputs, Component):
        critical = entry.record.critical
        if critical is not None:
            none = False
            asked = (critical.manufacturer, critical.type, critical.ratings, critical.standard, critical.mark)
            yield row(entry.id, inputs.titled(entry.id), *(value(inputs.say(text)) for text in asked))
    if none and called_for(inputs, GENERAL):
        yield gap_row(6, "no component is marked as critical")
