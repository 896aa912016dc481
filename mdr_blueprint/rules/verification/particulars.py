"""The head of a laboratory's report: what was tested, by whom and on which revision. The table of particulars has these items."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mdr_blueprint.conditions import Condition
from mdr_blueprint.facts import Known, said
from mdr_blueprint.load import Dossier, Law
from mdr_blueprint.model import ClauseAnswer, Device, Evidence, TestParticulars
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import base, call, is_missing, listed, unsaid
from mdr_blueprint.source import Sources

GENERAL = "iec-60601-1"


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the first page of a report."""

    title: str
    fields: tuple[str, ...]
    clause: str = ""
    due: bool = True
    """It has to be stated, unless the facts say that there is nothing to state."""
    decided_by: tuple[str, ...] = ()
    """Clauses of IEC 60601-1, or standards: where the facts exclude all of them, there is nothing to state."""
    excluded: str = ""
    """What is shown then."""

    def settled(self, law: Law, known: Known) -> str:
        """`none: sterile = false`, as the facts have it; empty where they leave something to state."""
        outcomes = [known.judge(_condition(law, reference)) for reference in self.decided_by]
        if not outcomes or any(outcome.holds is not False for outcome in outcomes):
            return ""
        return f"{self.excluded}: {said(tuple(dict.fromkeys(pair for outcome in outcomes for pair in outcome.because)))}"

    def is_due(self, law: Law, known: Known) -> bool:
        return self.due and not self.settled(law, known)


ITEMS = (
    Item("Device revision tested", ("device_revision",)),
    Item("Laboratory", ("laboratory",)),
    Item("Accreditation (ISO/IEC 17025)", ("laboratory.accreditation",)),
    Item("Samples received", ("received",), due=False),  # asked where it matters to the result (ISO/IEC 17025 7.8.2)
    Item("Tested from, to", ("tested_from", "tested_to")),
    Item("Samples", ("samples",), "5.2"),
    Item("Configuration", ("configuration",), "16", decided_by=("16",), excluded="used alone"),
    Item("Software", ("software",), "14", decided_by=("14",), excluded="none"),
    Item("Accompanying documents", ("documents",), "7.9", due=False),  # the clauses on them name their evidence
    Item("Protection against electric shock", ("protection",), "6.2"),
    Item("Ingress protection", ("ingress",), "6.3"),
    Item("Sterilisation", ("sterilisation",), "6.4", decided_by=("6.4",), excluded="none"),
    Item("Oxygen rich environment", ("oxygen_rich",), "6.5", decided_by=("6.5",), excluded="not for use in it"),
    Item("Flammable anaesthetics", ("anaesthetics",), "annex G", decided_by=("11.4",), excluded="not for use with them"),
    Item("Mode of operation", ("mode_of_operation",), "6.6"),
    Item("Mobility", ("mobility",)),
    Item("Supply", ("supply",), "4.11"),
    Item("Connection to the supply", ("connection",), "7.2.6", decided_by=("7.2.6",), excluded="none"),
    Item("Mass", ("mass",)),
    Item("Where it is used, by whom", ("location",), due=False, decided_by=("iec-60601-1-11", "iec-60601-1-12"),
         excluded="not at home and not in emergency services"),
    Item("Surroundings in use", ("environment",)),
    Item("Altitude", ("altitude",), due=False),  # without it the standard has a height of its own, as for the next two
    Item("Pollution degree", ("pollution_degree",), "8.9", due=False),
    Item("Overvoltage category", ("overvoltage_category",), "8.9", due=False),
    Item("Decision rule", ("decision_rule",)),
    Item("Deviations from the methods", ("deviations",), due=False),
    Item("Report", ("evidence",)),
)  # fmt: skip


def _condition(law: Law, reference: str) -> Condition | None:
    """With which facts a clause of IEC 60601-1, or a standard, applies."""
    general, other = law.standard(GENERAL), law.standard(reference)
    item = general.clauses.get(reference) if general else None
    return item.when if item else other.when if other else None


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


@rule("VER566", "W", basis="IEC 60601-1 5 and 6; ISO/IEC 17025:2017 7.8; MDR Annex II 6.1(b)")
def incomplete_test_particulars(dossier: Dossier, sources: Sources, law: Law, known: Known) -> Iterator[Found]:
    """Clauses are judged, and it is not said what was tested.

    Why: classes, supply and samples decide which clauses hold and in which condition they were tested; it is the first page that
    a laboratory fills in.
    Fix: write `test_particulars`, with what the message names; what the facts of the device answer need not be said again.
    """
    for entry in entries(dossier, TestParticulars):
        missing = [f"`{field}`" for item in ITEMS if item.is_due(law, known) for field in item.fields
                   if not field.startswith("laboratory") and unsaid(entry, field)]
        if missing:
            yield Found.on(entry, f"{call(entry)} have no {listed(missing, 'or')}")
    judged = any(answer.owner == GENERAL and answer.record.verdict in ("P", "F") for answer in entries(dossier, ClauseAnswer))
    if judged and is_missing(dossier, sources, "test_particulars"):
        yield Found.missing(dossier, "test_particulars", f"clauses of `{GENERAL}` are judged, but the project has no "
                            "`test_particulars`")


@rule("VER567", "W", basis="MDR Annex II 6.1(b) (tests on the device in question)")
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
