"""Applied standards, clause verdicts and measurements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mdr_blueprint.load import Entry
from mdr_blueprint.model import AppliedStandard, ClauseAnswer
from mdr_blueprint.model.law import Measurement
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, answered_standards, records, standard_words
from mdr_blueprint.tables.shapes import Cell, Column, Gap, Lines, RecordLink, Row, row, value


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
    for entry in records(inputs, AppliedStandard):
        known = inputs.law.standard(entry.id)
        record = entry.record
        applied: Cell = value({"full": "in full", "part": "in part", None: ""}[record.applied])
        if record.not_applied:
            applied = f"not applied: {inputs.say(record.not_applied)}"
        elif record.excluded:
            applied = Lines(
                (f"in part, without {', '.join(record.excluded)}", *(f"{c}: {why}" for c, why in record.excluded.items()))
            )
        yield row(
            entry.id,
            RecordLink(entry.id, known.designation.split(":")[0] if known else entry.id),
            known.title if known else value(record.title),
            "none" if record.not_applied else value(record.edition),
            known.designation if known else "not in the library",
            applied,
            standing(inputs, entry.id),
            known.checked if known else "",
        )


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
    for id_ in inputs.law.standard_ids:
        known = inputs.law.standard(id_)
        if known is None or not (known.always or (known.when and inputs.known.judge(known.when).holds)):
            continue
        entry = inputs.dossier.get(id_, AppliedStandard)
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
    record = entry.record if entry and entry.record.retired is None else None
    if record is None:
        return Gap("neither applied nor said why not")
    if record.not_applied:
        return f"not applied: {inputs.say(record.not_applied)}"
    if record.applied is None:
        return Gap("extent missing")
    words = f"{'in full' if record.applied == 'full' else 'in part'}, edition {record.edition or 'not stated'}"
    return f"{words}; successor: {successor}" if successor else words


@table(
    "clauses",
    "Clause verdicts, {option}",
    Column("Clause", 9),
    Column("Title (own words)", 32),
    Column("Verdict", 8),
    Column("Remark", 36),
    Column("Evidence", 24),
    Column("Risk file", 14),
    option="standard",
    sheet=True,
    options_of=answered_standards,
)
def clauses(inputs: Inputs, standard: str) -> Iterator[Row]:
    known = inputs.law.standard(standard)
    titles = {key: item.title for key, item in known.clauses.items()} if known else {}
    answers = {entry.key: entry for entry in inputs.dossier.of(ClauseAnswer) if entry.owner == standard}
    for key in sorted(answers, key=clause_order):
        entry = answers[key]
        verdict = entry.record.verdict
        needs_proof = verdict in ("P", "F")
        yield row(
            entry.id,
            RecordLink(entry.id, key),
            titles.get(key, ""),
            Gap("open") if verdict in (None, "open") else verdict,
            value(inputs.say(entry.record.remark)) if verdict == "N/A" else inputs.say(entry.record.remark),
            inputs.places(entry.id, "evidence", "missing" if needs_proof else None),
            inputs.links(inputs.graph.targets(entry.id, "risks", "controls"), None),
        )


@table(
    "clause_counts",
    "Verdicts by standard",
    Column("Standard", 30),
    Column("Judged clauses", 12),
    Column("Pass", 8),
    Column("Fail", 8),
    Column("Not applicable", 12),
    Column("Not evaluated", 12),
    Column("Open", 8),
    empty="No clause of a standard is judged.",
)
def clause_counts(inputs: Inputs) -> Iterator[Row]:
    for standard in answered_standards(inputs):
        answers = [entry for entry in inputs.dossier.of(ClauseAnswer) if entry.owner == standard]
        counts = Counter("open" if entry.record.verdict in (None, "open") else entry.record.verdict for entry in answers)
        fails, unjudged = (Gap(str(counts[word])) if counts[word] else "0" for word in ("F", "open"))
        yield row(
            standard,
            standard_words(inputs, standard),
            str(len(answers)),
            str(counts["P"]),
            fails,
            str(counts["N/A"]),
            str(counts["N/E"]),
            unjudged,
        )


def clause_order(key: str) -> list[tuple[int, str]]:
    """`8.10` behind `8.9`, `8.1(b)` behind `8.1`."""
    return [(int(part), "") if part.isdigit() else (10_000, part) for part in key.replace("(", ".(").split(".")]


@table(
    "measurements",
    "Measurements, {option}",
    Column("Clause", 9),
    Column("Quantity", 26),
    Column("Part", 20),
    Column("Condition", 20),
    Column("Value", 12),
    Column("Limit", 14),
    Column("Uncertainty", 10),
    Column("Instrument", 12),
    Column("Date", 11),
    option="standard",
    sheet=True,
    options_of=answered_standards,
    empty="No measurements are recorded for this standard.",
)
def measurements(inputs: Inputs, standard: str) -> Iterator[Row]:
    answers = [entry for entry in inputs.dossier.of(ClauseAnswer) if entry.owner == standard and entry.record.measurements]
    for entry in sorted(answers, key=lambda e: clause_order(e.key)):
        for m in entry.record.measurements:
            bound = {"at_most": "≤ ", "at_least": "≥ ", None: ""}[m.bound]
            limit = f"{bound}{m.limit} {m.limit_unit or m.unit or ''}".strip() if m.limit is not None else None
            mark = " (illustrative)" if m.illustrative or entry.record.illustrative else ""
            yield row(
                entry.id,
                RecordLink(entry.id, entry.key),
                m.quantity,
                inputs.titled(m.part) if m.part else "",
                condition(m),
                value("" if m.value is None else f"{m.value} {m.unit or ''}{mark}".strip()),
                value(limit),
                "" if m.uncertainty is None else f"± {m.uncertainty}",
                inputs.link(m.instrument) if m.instrument else Gap(),
                str(m.date or ""),
            )


def condition(m: Measurement) -> str:
    """`type BF, a.c., single fault`."""
    words = (
        f"type {m.part_type}" if m.part_type else "",
        {"ac": "a.c.", "dc": "d.c."}.get(m.current or "", m.current or ""),
        (m.condition or "").replace("_", " "),
    )
    return ", ".join(word for word in words if word)
