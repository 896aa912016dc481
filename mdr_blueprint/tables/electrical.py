"""What a laboratory asks besides verdicts: equipment as tested, applied parts, essential performance, critical components."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.load import Entry
from mdr_blueprint.model import ClauseAnswer, Component, EssentialPerformance, Evidence, TestParticulars
from mdr_blueprint.model.electrical import AppliedPart
from mdr_blueprint.proof import is_argued
from mdr_blueprint.rules.verification.electrical import leaves_out_shock, withstands_defibrillation
from mdr_blueprint.rules.verification.particulars import ITEMS, Item
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, prose_or_empty, records, spaced
from mdr_blueprint.tables.levels import change, live
from mdr_blueprint.tables.proofs import described, proof
from mdr_blueprint.tables.series import GENERAL, called_for, clause_link
from mdr_blueprint.tables.shapes import Cell, Column, Gap, LineItem, Lines, RecordLink, Row, gap_row, row, value

WORDS: dict[str, dict[object, str]] = {
    "anaesthetics": {"none": "not for use with them", "AP": "category AP", "APG": "category APG"},
    "mobility": {"hand_held": "hand-held", "body_worn": "body-worn"},
    "oxygen_rich": {True: "for use in it", False: "not for use in it"},
    "protection": {"class_I": "class I", "class_II": "class II", "internal": "internally powered"},
}
"""Values of the particulars that need other words than they are written with."""


@table(
    "particulars",
    "Particulars of the tested equipment",
    Column("Item", 34),
    Column("Clause", 10),
    Column("As tested", 66),
    empty="No particulars are recorded.",
)
def particulars(inputs: Inputs) -> Iterator[Row]:
    """An item that has to be stated and is not is a gap; without a record there is one row, where the facts call for a report."""
    record = inputs.dossier.single(TestParticulars)
    if record is None:
        if called_for(inputs, GENERAL):
            yield gap_row(3, "particulars of the tested equipment")
        return
    kind = TestParticulars.kind_name
    for item, clause, cell in _particulars(inputs, record):
        yield row(kind, item, clause, cell)


def _particulars(inputs: Inputs, record: TestParticulars) -> Iterator[tuple[str, str, Cell]]:
    yield "Equipment", "", value(inputs.dossier.device_name)
    for item in ITEMS:
        yield item.title, item.clause, _stated(inputs, record, item) or _unstated(inputs, item)
        if item.fields == ("protection",):
            yield "Types of applied parts", "6.2", _types(inputs)
    if record.text:
        yield "Remarks", "", inputs.prose(record.text)


def _stated(inputs: Inputs, record: TestParticulars, item: Item) -> Cell:
    """What the record says, empty where it says nothing."""
    match item.fields:
        case ("device_revision",):
            return _revision(inputs, record) if record.device_revision else ""
        case ("laboratory",):
            return ", ".join(filter(None, (record.laboratory.name, record.laboratory.address))) if record.laboratory else ""
        case ("laboratory.accreditation",):
            return inputs.say(record.laboratory.accreditation) if record.laboratory else ""
        case ("tested_from", "tested_to"):
            return f"{record.tested_from} to {record.tested_to}" if record.tested_from and record.tested_to else ""
        case ("documents" | "evidence" as relation,):
            return inputs.places(TestParticulars.kind_name, relation, None)
        case ("decision_rule" | "deviations" as name,):
            return prose_or_empty(inputs, getattr(record, name))
        case (name,):
            found = getattr(record, name)
            return inputs.say(WORDS.get(name, {}).get(found, str(found))) if found is not None else ""
    raise ValueError(f"no words for {item.fields}")


def _unstated(inputs: Inputs, item: Item) -> Cell:
    """A gap, unless the facts answer it or nobody has to state it."""
    settled = item.settled(inputs.law, inputs.known)
    return spaced(settled) if settled else Gap() if item.due else "not stated"


def _revision(inputs: Inputs, record: TestParticulars) -> Cell:
    """Of another revision than the described one, unless a report about it argues that its results hold for that one."""
    tested, current = record.device_revision or "", described(inputs)
    if current is None or tested == current:
        return tested
    reports = (inputs.dossier.get(id_, Evidence) for id_ in inputs.graph.targets(TestParticulars.kind_name, "evidence"))
    arguing = [r.id for r in reports if r and r.record.device_revision == tested and is_argued(r.record, current)]
    if arguing:
        return f"{tested}, argued for {current} in {', '.join(arguing)}"
    return Lines((tested, Gap(f"the file describes {current}")))


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
                _withstands_defibrillation(inputs, part),
                value(inputs.say(part.contact)),
                "treated as one (4.6)" if part.treated_as else "by definition",
            )
    if none and called_for(inputs, GENERAL) and inputs.known.values.get("body_contact") == "true" and (
        not leaves_out_shock(inputs.dossier)
    ):
        yield gap_row(5, "no component says that it is an applied part")


def _withstands_defibrillation(inputs: Inputs, part: AppliedPart) -> Cell:
    declared = withstands_defibrillation(inputs.law, inputs.known)
    if part.defibrillation_proof is None:
        return "no, by the facts" if declared is False else Gap("not stated")
    if part.defibrillation_proof:
        return Gap("yes, against the facts") if declared is False else "yes"
    return "no"


@table(
    "essential_performance",
    "Essential performance",
    Column("Essential performance", 20),
    Column("Limit", 22),
    Column("Allowed in single fault condition", 20),
    Column("Allowed during tests of immunity", 20),
    Column("Risks that make it essential: level before control → after", 40),
    Column("Requirements", 12),
    Column("Verified by", 28),
    sheet=True,
    empty="No essential performance is recorded.",
)
def essential_performance(inputs: Inputs) -> Iterator[Row]:
    """What makes a performance essential is the level of the risk before control; beside it stands what is left. Where the facts
    call for IEC 60601-1 and none is named, that is a gap, unless the clause on it says why there is none.
    """
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
            _risks(inputs, entry),
            inputs.links(inputs.graph.targets(entry.id, "requirements"), None),
            _proofs(inputs, entry),
        )
    if none and called_for(inputs, GENERAL):
        clause = inputs.dossier.get(f"{GENERAL}#4.3", ClauseAnswer)
        if clause and clause.record.retired is None and clause.record.verdict in ("N/A", "N/E") and clause.record.remark:
            said = "none" if clause.record.verdict == "N/A" else "in another report"
            yield row(clause.id, Lines((said, clause_link(inputs, clause.id), inputs.say(clause.record.remark))), *[""] * 6)
        else:
            yield gap_row(7, "no essential performance, and no statement that there is none")


def _risks(inputs: Inputs, entry: Entry[EssentialPerformance]) -> Cell:
    """Each risk with the level that its loss would have, and the one that is left."""
    items: list[LineItem] = []
    for risk in live(inputs, inputs.graph.targets(entry.id, "risks")):
        levels = change(inputs, risk)
        items += [inputs.link(risk.id), levels] if isinstance(levels, Gap) else [RecordLink(risk.id, f"{risk.id} {levels}")]
    return Lines(tuple(items)) if items else Gap("no risk")


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
    """The components on which electrical, mechanical or thermal safety rests. A standard that is met or a mark will do."""
    none = True
    for entry in records(inputs, Component):
        critical = entry.record.critical
        if critical is not None:
            none = False
            asked = (critical.manufacturer, critical.type, critical.ratings)
            shown = (inputs.say(critical.standard), inputs.say(critical.mark))
            yield row(
                entry.id,
                inputs.titled(entry.id),
                *(value(inputs.say(text)) for text in asked),
                *(shown if any(shown) else (Gap("no standard"), Gap("and no mark"))),
            )
    if none and called_for(inputs, GENERAL) and not leaves_out_shock(inputs.dossier):
        yield gap_row(6, "no component is marked as critical")
