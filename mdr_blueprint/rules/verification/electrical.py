"""Electrical safety besides verdicts and values: laboratory, applied parts, essential performance, insulation, components."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.load import Dossier
from mdr_blueprint.model import ClauseAnswer, Component, Device, EssentialPerformance, Evidence, Insulation, TestParticulars
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import base, call, gaps, is_missing, lacks, listed, unsaid
from mdr_blueprint.rules.verification.measurements import measured
from mdr_blueprint.source import Sources

GENERAL = "iec-60601-1"
ESSENTIAL = "IEC 60601-1 4.3; MDR Annex I 1 and 18.1"
PARTICULARS = ("device_revision", "samples", "tested_from", "tested_to", "protection", "supply", "ingress", "mode_of_operation")
INSULATION: dict[str, tuple[tuple[str | int, ...], ...]] = {
    "the two sides in `between`": (("between", 0), ("between", 1)),
    "`protection`": (("protection", "kind"), ("protection", "count")),
}
"""How a message names a group of cells of the insulation table -> the cells, of which none may be empty."""
SHOWN: dict[str, tuple[str, tuple[str, ...]]] = {
    "creepage": ("`creepage` required and measured", ("required", "measured", "unit")),
    "clearance": ("`clearance` required and measured", ("required", "measured", "unit")),
    "dielectric": ("`dielectric` voltage and result", ("voltage", "unit", "result")),
}
"""What shows that a barrier holds -> how a message names it, and its cells. Not each barrier needs all: solid insulation has no
path in air, and a protective impedance no dielectric strength.
"""


@rule("VER548", "E", basis=ESSENTIAL)
def essential_performance_without_risk(dossier: Dossier) -> Iterator[Found]:
    """An essential performance names no risk.

    Why: a performance is essential because its loss is an unacceptable risk; without that risk it is a wish of the specification.
    Fix: name in `risks` the risks that its loss or degradation leads to.
    """
    for entry in entries(dossier, EssentialPerformance):
        if lacks(entry, "risks"):
            yield Found.on(entry, f"{call(entry)} names no risk that makes it essential", "risks")


@rule("VER549", "E", basis=ESSENTIAL)
def essential_performance_without_proof(dossier: Dossier) -> Iterator[Found]:
    """No test shows that an essential performance is kept.

    Why: the laboratory tests it in normal and in single fault condition and during the tests of immunity, and asks by what.
    Fix: name in `verified_by` the test or the report.
    """
    for entry in entries(dossier, EssentialPerformance):
        if lacks(entry, "verified_by"):
            yield Found.on(entry, f"{call(entry)} is shown by no test and no report", "verified_by")


@rule("VER564", "W", basis=ESSENTIAL, requires=("VER526",))
def unnamed_essential_performance(dossier: Dossier, sources: Sources) -> Iterator[Found]:
    """The clause on essential performance is judged, and the project names none.

    Why: what has to be kept during faults and disturbances is decided by it; also that there is none is a decision on risks.
    Fix: name it under `essential_performance`, or judge the clause N/A and say in `remark` why no loss of performance is an
    unacceptable risk.
    """
    clause = dossier.get(f"{GENERAL}#4.3", ClauseAnswer)
    if clause is None or clause.record.retired or clause.record.verdict not in ("P", "F"):
        return
    if is_missing(dossier, sources, "essential_performance"):
        yield Found.on(clause, f"{call(clause)} is {clause.record.verdict}, but the project names no essential performance",
                       "verdict")


@rule("VER550", "E", basis="IEC 60601-1 8.8.3 and 8.9; MDR Annex I 18.7")
def insulation_below_required(dossier: Dossier) -> Iterator[Found]:
    """An insulation falls short of what is required of it.

    Why: the barrier between a dangerous voltage and a person is thinner than it has to be.
    Fix: mend the design and measure again, or correct the values.
    """
    for entry in entries(dossier, Insulation):
        for name in ("creepage", "clearance"):
            spacing = getattr(entry.record, name)
            if spacing is None or spacing.required is None or spacing.measured is None or spacing.measured >= spacing.required:
                continue
            unit = f" {spacing.unit}" if spacing.unit else ""
            yield Found.on(entry, f"`{name}` of {call(entry)} is {spacing.measured}{unit} and should be at least "
                           f"{spacing.required}{unit}", name, key=True)
        if entry.record.dielectric is not None and entry.record.dielectric.result == "fail":
            yield Found.on(entry, f"{call(entry)} failed the test of dielectric strength", "dielectric", "result")


@rule("VER551", "W", basis="IEC 60601-1 8.5 to 8.9")
def incomplete_insulation(dossier: Dossier) -> Iterator[Found]:
    """A row of the insulation table has empty cells.

    Why: the laboratory checks each barrier from the diagram to the table; an empty cell is a question.
    Fix: add what the message names; where a barrier needs no creepage distance, clearance or dielectric test, leave the field out
    and name it in `remark` with the reason, such as "solid insulation: no creepage, no clearance".
    """
    for entry in entries(dossier, Insulation):
        missing = [name for name, cells in INSULATION.items() if any(unsaid(entry, *cell) for cell in cells)]
        if unsaid(entry, "working_voltage", "unit") or (
                unsaid(entry, "working_voltage", "rms") and unsaid(entry, "working_voltage", "peak")):
            missing.append("`working_voltage`")
        shown = [group for group in SHOWN if not unsaid(entry, group)]
        remark = (entry.record.remark or "").casefold() if shown else ""
        missing += [name for group, (name, cells) in SHOWN.items()
                    if any(unsaid(entry, group, cell) for cell in cells) and (group in shown or group not in remark)]
        if missing:
            yield Found.on(entry, f"{call(entry)} lacks {listed(missing)}")


@rule("VER552", "E", basis="IEC 60601-1 8.3 and 6.2")
def applied_part_without_type(dossier: Dossier) -> Iterator[Found]:
    """An applied part has no type.

    Why: type B, BF or CF decides how much current may flow through the patient, and stands as a symbol on the part.
    Fix: add `type` (B, BF or CF).
    """
    for entry in entries(dossier, Component):
        if "applied_part" in entry.raw and unsaid(entry, "applied_part", "type"):
            yield Found.on(entry, f"{call(entry)} is an applied part without a type", "applied_part", key=True)


@rule("VER565", "E", basis="IEC 60601-1 8.3 and 8.7.3 (limits by type of applied part)")
def part_type_contradicted(dossier: Dossier) -> Iterator[Found]:
    """A part is measured as another type of applied part than it is.

    Why: the type sets the limit; a part of type CF that is measured as type BF passes with ten times the current.
    Fix: correct `part_type` and the limit, or the type in `applied_part` of the component.
    """
    for entry in entries(dossier, ClauseAnswer):
        for index, measurement in measured(entry):
            part = dossier.get(base(measurement.part), Component) if measurement.part else None
            type_ = part.record.applied_part.type if part is not None and part.record.applied_part else None
            if part is not None and type_ and measurement.part_type in ("B", "BF", "CF") and measurement.part_type != type_:
                yield Found.on(entry, f"in {call(entry)} {measurement.quantity} is measured as type {measurement.part_type}, but "
                               f"{call(part)} is of type {type_}", "measurements", index, "part_type")


@rule("VER553", "W", basis="IEC 60601-1 4.8 and 8.10.1")
def incomplete_critical_component(dossier: Dossier) -> Iterator[Found]:
    """A critical component is not identified, or no standard or mark of it is named.

    Why: safety rests on this very part; another one of the same size may be built in tomorrow and nobody could tell.
    Fix: add manufacturer, type, ratings, and the standard that it meets or its mark of conformity.
    """
    for entry in entries(dossier, Component):
        if "critical" not in entry.raw or (entry.record.critical is None and entry.raw["critical"]):
            continue
        missing = [f"`{field}`" for field in ("manufacturer", "type", "ratings") if unsaid(entry, "critical", field)]
        if unsaid(entry, "critical", "standard") and unsaid(entry, "critical", "mark"):
            missing.append("`standard` or `mark`")
        if missing:
            yield Found.on(entry, f"the critical {call(entry)} has no {listed(missing)}", "critical", key=True)


@rule("VER559", "W", basis="MDR Annex II 6.1(b); ISO/IEC 17025:2017")
def laboratory_not_accredited(dossier: Dossier) -> Iterator[Found]:
    """The laboratory is not named, or nothing is said of its accreditation.

    Why: a result of a laboratory without accreditation needs an argument that its methods and people can be relied on.
    Fix: name the laboratory with number and body of its accreditation, or say in `accreditation` why it has none.
    """
    for entry in entries(dossier, TestParticulars):
        if unsaid(entry, "laboratory"):
            yield Found.on(entry, f"{call(entry)} name no laboratory", "laboratory")
        elif unsaid(entry, "laboratory", "accreditation"):
            yield Found.on(entry, f"{call(entry)} name no accreditation of the laboratory", "laboratory", key=True)


@rule("VER566", "W", basis="IEC 60601-1 5 and 6; MDR Annex II 6.1(b)")
def incomplete_test_particulars(dossier: Dossier, sources: Sources) -> Iterator[Found]:
    """Clauses are judged, and it is not said what was tested.

    Why: classes, supply and samples decide which clauses hold and in which condition they were tested; it is the first page that
    a laboratory fills in.
    Fix: write `test_particulars`, with what the message names.
    """
    for entry in entries(dossier, TestParticulars):
        missing = gaps(entry, *PARTICULARS)
        if missing:
            yield Found.on(entry, f"{call(entry)} have no {listed(missing, 'or')}")
    judged = any(answer.owner == GENERAL and answer.record.verdict in ("P", "F") for answer in entries(dossier, ClauseAnswer))
    if judged and is_missing(dossier, sources, "test_particulars"):
        yield Found.missing(dossier, "test_particulars", f"clauses of `{GENERAL}` are judged, but the project has no "
                            "`test_particulars`")


@rule("VER567", "W", basis="MDR Annex II 6.1(b) (tests on the device in question)", requires=("VER566",))
def particulars_of_other_revision(dossier: Dossier) -> Iterator[Found]:
    """The laboratory tested another revision of the device, and no report says so.

    Why: verdicts and values belong to what was tested; the file describes one revision.
    Fix: repeat the tests, or give the report its `device_revision` and a `delta_assessment` for this revision.
    """
    device = dossier.single(Device)
    for entry in entries(dossier, TestParticulars):
        tested = entry.record.device_revision
        if device is None or device.revision is None or tested is None or tested == device.revision:
            continue
        reports = [dossier.get(base(reference), Evidence) for reference in entry.record.evidence]
        if not any(report is not None and report.record.device_revision == tested for report in reports):
            yield Found.on(entry, f"{call(entry)} are of revision `{tested}`; this file describes `{device.revision}`",
                           "device_revision")
