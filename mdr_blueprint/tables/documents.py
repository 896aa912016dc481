"""Tables about documents: evidence, statements, waivers, findings, retired records, the state of the file."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.model import KINDS, Evidence, Statement, Waiver
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, records, shown
from mdr_blueprint.tables.shapes import Cell, Column, Gap, RecordLink, Row, row, value


@table(
    "evidence",
    "Evidence documents",
    Column("Document", 10),
    Column("Title", 36),
    Column("Type", 12),
    Column("Version", 8),
    Column("Approved on", 11),
    Column("Status", 10),
    Column("Device revision", 11),
    Column("Where", 24),
    Column("Cited by", 9),
    sheet=True,
    marks="Title",
)
def evidence(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, Evidence):
        record = entry.record
        held = record.held
        where: Cell = record.path or (f"{held.system or ''} {held.number or ''}".strip() if held else "")
        planned = record.status == "planned"
        status: Cell = Gap("planned") if planned else value(record.status)
        yield row(
            entry.id,
            inputs.link(entry.id),
            inputs.illustrative(entry, inputs.say(record.title)),
            value(record.type),
            "" if planned else value(record.version),
            "" if planned else value(record.date),
            status,
            record.device_revision or "",
            "" if planned else value(where),
            str(len(inputs.graph.into(entry.id))),
        )


@table(
    "statements",
    "Statements of label and instructions for use",
    Column("Statement", 10),
    Column("Title", 24),
    Column("Text", 48),
    Column("Shown on", 12),
    Column("Section", 8),
    Column("Why it stands there", 30),
    sheet=True,
)
def statements(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, Statement):
        record = entry.record
        why = [*inputs.graph.targets(entry.id, "why"), *inputs.graph.sources(entry.id, "disclosed_in", "implemented_by")]
        yield row(
            entry.id,
            inputs.link(entry.id),
            inputs.say(record.title),
            inputs.prose(record.text),
            value(", ".join("IFU" if where == "ifu" else where for where in record.shown_on)),
            record.section or "",
            inputs.links(why, "no reason"),
        )


FINDING = (
    Column("Severity", 9),
    Column("Code", 10),
    Column("Fault", 22),
    Column("About", 14),
    Column("Message", 50),
    Column("Where", 26),
    Column("Basis", 30),
    Column("How to mend it", 36),
)
WAIVER = (
    Column("Waiver", 10),
    Column("Finding", 12),
    Column("About", 16),
    Column("Reason", 60),
    Column("Approved by", 22),
    Column("Expires", 11),
)


@table("findings", "Findings", *FINDING, sheet=True, empty="No findings.")
def findings(inputs: Inputs) -> Iterator[Row]:
    yield from _findings(inputs, "")


@table("family_findings", "Findings of the family {option}", *FINDING, option="family", empty="No findings of this family.")
def family_findings(inputs: Inputs, family: str) -> Iterator[Row]:
    """Those whose code starts with the letters of a family, such as RISK."""
    yield from _findings(inputs, family)


def _findings(inputs: Inputs, family: str) -> Iterator[Row]:
    order = {"error": 0, "warning": 1, "info": 2}
    for finding in sorted(inputs.report.findings, key=lambda f: (f.waived is not None, order[f.severity], f.code, f.place)):
        if not finding.code.startswith(family):
            continue
        about: Cell = (
            RecordLink(finding.subject, shown(finding.subject)) if finding.subject in inputs.dossier.entries else finding.subject
        )
        severity = f"waived ({finding.severity})" if finding.waived else finding.severity
        yield Row(
            (severity, finding.code, finding.name, about, finding.message, str(finding.place), finding.basis, finding.fix),
            finding.subject,
            gap=finding.waived is None,
        )


@table("waivers", "Waivers", *WAIVER, sheet=True, empty="No finding is waived.")
def waivers(inputs: Inputs) -> Iterator[Row]:
    yield from _waivers(inputs, "")


@table(
    "family_waivers",
    "Waivers of findings of the family {option}",
    *WAIVER,
    option="family",
    empty="No finding of this family is waived.",
)
def family_waivers(inputs: Inputs, family: str) -> Iterator[Row]:
    yield from _waivers(inputs, family)


def _waivers(inputs: Inputs, family: str) -> Iterator[Row]:
    for entry in records(inputs, Waiver):
        record = entry.record
        if not record.code.startswith(family):
            continue
        who = record.approved_by
        by = f"{who.name}, {who.date}" if who and who.date else who.name if who else ""
        about: Cell = RecordLink(record.place, shown(record.place)) if record.place in inputs.dossier.entries else record.place
        yield row(
            entry.id,
            inputs.link(entry.id),
            record.code,
            about,
            value(inputs.say(record.reason)),
            value(f"{by} (illustrative)" if entry.record.illustrative and by else by),
            value(record.expires),
        )


@table(
    "retired",
    "Retired records",
    Column("Id", 14),
    Column("Kind", 18),
    Column("Title", 36),
    Column("Reason", 44),
    Column("Date", 11),
    empty="No record is retired.",
)
def retired(inputs: Inputs) -> Iterator[Row]:
    for name in KINDS:
        for entry in inputs.dossier.kind(name):
            gone = entry.record.retired if entry.whole else None
            if gone is not None:
                yield row(
                    entry.id,
                    inputs.link(entry.id),
                    entry.cls.singular,
                    inputs.say(inputs.dossier.label_of(entry)),
                    gone.reason,
                    str(gone.date or ""),
                )


@table(
    "history",
    "Change history",
    Column("Date", 11),
    Column("Revision", 14),
    Column("Author", 20),
    Column("Change", 60),
    empty="The project is not under version control; there is no history to show.",
)
def history(inputs: Inputs) -> Iterator[Row]:
    for change in inputs.revision.history:
        yield row(None, str(change.day or "unreadable"), change.commit[:12], change.author, change.subject)
