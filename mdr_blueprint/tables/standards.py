"""Standards that are applied, and those that the facts call for."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.load import Entry
from mdr_blueprint.model import AppliedStandard
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, answered_standards, kept, records
from mdr_blueprint.tables.shapes import Cell, Column, Gap, LineItem, Lines, RecordLink, Row, row, value


@table(
    "standards",
    "Applied standards",
    Column("Standard", 18),
    Column("Subject", 27),
    Column("Edition applied", 14),
    Column("Known newest edition", 28),
    Column("Applied", 30),
    Column("Status under the Regulation", 28),
    Column("Checked on", 13),
    sheet=True,
)
def standards(inputs: Inputs) -> Iterator[Row]:
    """A standard whose clauses are judged and that is not named as applied has a row that says so."""
    named = set()
    for entry in records(inputs, AppliedStandard):
        known = inputs.law.standard(entry.id)
        record = entry.record
        named.add(entry.id)
        yield row(
            entry.id,
            RecordLink(entry.id, known.designation.split(":")[0] if known else entry.id),
            known.title if known else value(record.title),
            "none" if record.not_applied else value(record.edition),
            known.designation if known else "not in the library",
            _extent(inputs, entry),
            standing(inputs, entry.id),
            known.checked if known else "",
        )
    for id_ in answered_standards(inputs):
        if id_ not in named:
            known = inputs.law.standard(id_)
            name, title, newest, checked = (
                (known.designation.split(":")[0], known.title, known.designation, known.checked) if known else (id_, "", "", "")
            )
            unnamed = Gap("clauses are judged, and it is not named as applied")
            yield row(None, name, title, Gap(), newest or "not in the library", unnamed, standing(inputs, id_), checked)


def _extent(inputs: Inputs, entry: Entry[AppliedStandard]) -> Cell:
    """How far a standard is applied, what is left out of it and whether the facts call for it at all."""
    record, known = entry.record, inputs.law.standard(entry.id)
    if record.not_applied:
        return f"not applied: {inputs.say(record.not_applied)}"
    lines: list[LineItem] = ["in full" if record.applied == "full" else "in part" if record.applied else Gap()]
    if record.excluded:
        lines = [f"in part, without {', '.join(record.excluded)}", *(f"{c}: {why}" for c, why in record.excluded.items())]
    elif record.applied == "part":
        lines.append(Gap("no clause named as left out"))
    if known is not None and inputs.known.judge(known.when).holds is False:
        lines.append(Gap(f"but it {inputs.why(known.when)}"))
    return lines[0] if len(lines) == 1 else Lines(tuple(lines))


def standing(inputs: Inputs, id_: str) -> str:
    """Harmonised or state of the art, with how sure that is."""
    known = inputs.law.standard(id_)
    if known is None:
        return "not known to the library"
    words = {
        "harmonised": "harmonised",
        "state_of_the_art": "state of the art, not harmonised",
        "superseded": "superseded",
        "unknown": "unknown",
    }[known.status]
    if known.status == "harmonised" and known.oj and known.oj.decision:
        words += f" as {known.european}, {known.oj.decision}" if known.european else f", {known.oj.decision}"
    return words if known.confidence == "high" else f"{words} ({known.confidence} source)"


@table(
    "standards_called_for",
    "Standards called for by facts",
    Column("Standard", 20),
    Column("Subject (own words)", 32),
    Column("Edition", 10),
    Column("Status under the Regulation", 26),
    Column("Why", 26),
    Column("Applied here, or why not", 26),
    sheet=True,
    empty="The facts that are stated call for no standard held here.",
)
def standards_called_for(inputs: Inputs) -> Iterator[Row]:
    """Standards of the library that every device or the facts of this one call for."""
    named = {entry.id: entry for entry in kept(inputs.dossier.of(AppliedStandard))}
    for id_ in inputs.law.standard_ids:
        known, entry = inputs.law.standard(id_), named.get(id_)
        if known is None or not (known.always or (known.when and inputs.known.judge(known.when).holds)):
            continue
        yield row(
            id_ if entry else None,
            RecordLink(id_, known.designation.split(":")[0]) if entry else known.designation.split(":")[0],
            known.title,
            known.edition,
            standing(inputs, id_),
            "for every device" if known.always else inputs.why(known.when).replace("applies because ", ""),
            _applied(inputs, entry, known.successor),
        )


def _applied(inputs: Inputs, entry: Entry[AppliedStandard] | None, successor: str | None) -> Cell:
    if entry is None:
        return Gap("neither applied nor said why not")
    record = entry.record
    if record.not_applied:
        return f"not applied: {inputs.say(record.not_applied)}"
    if record.applied is None:
        return Gap("extent missing")
    extent = "in full" if record.applied == "full" else "in part"
    if not record.edition:
        return Lines((extent, Gap("no edition")))
    return f"{extent}, edition {record.edition}" + (f"; successor: {successor}" if successor else "")
