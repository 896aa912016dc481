"""Tables about the law and the standards: the GSPR checklist, applied standards, clause verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from mdr_blueprint.model import AppliedStandard, ClauseAnswer, GsprAnswer
from mdr_blueprint.model.law import Measurement
from mdr_blueprint.tables.engine import Cell, Column, Gap, Inputs, Lines, RecordLink, Row, Words, records, row, table, value

ROLES = {"heading": "heading", "cond": "scope condition", "informational": "not addressed to the manufacturer"}


@table(
    "gspr",
    "General safety and performance requirements",
    Column("Annex I", 9),
    Column("Topic (own words)", 30),
    Column("Applies", 8),
    Column("Method, or why it does not apply", 36),
    Column("Standards", 18),
    Column("Evidence", 26),
    Column("Records", 14),
    sheet=True,
)
def gspr(inputs: Inputs) -> Iterator[Row]:
    for key, item in inputs.law.gspr.items():
        id_ = f"gspr:{key}"
        entry = inputs.dossier.get(id_, GsprAnswer)
        first = RecordLink(id_, item.citation) if entry else item.citation
        if entry is None:
            if item.answerable:
                yield Row((first, item.topic, Gap("open"), Gap("no answer"), "", "", ""), id_, gap=True)
            else:
                yield Row((first, item.topic, "", ROLES.get(item.role, ""), "", "", ""), id_)
            continue
        record = entry.record
        if record.applicable is None:
            yield Row(
                (first, item.topic, Gap("open"), inputs.say(record.method or record.justification), "", "", ""), id_, gap=True
            )
        elif record.applicable:
            yield row(
                id_,
                first,
                item.topic,
                "yes",
                value(inputs.say(record.method)),
                standards_of(inputs, id_),
                inputs.places(id_, "evidence"),
                inputs.links(inputs.graph.targets(id_, "records"), None),
            )
        else:
            yield row(
                id_,
                first,
                item.topic,
                "no",
                value(inputs.say(record.justification)),
                "",
                inputs.places(id_, "evidence", None),
                inputs.links(inputs.graph.targets(id_, "records"), None),
            )


CHAPTERS = {"I": "I General requirements", "II": "II Design and manufacture", "III": "III Information supplied"}


@table(
    "gspr_counts",
    "Answers by chapter of Annex I",
    Column("Chapter", 30),
    Column("Rows", 10),
    Column("Applicable", 12),
    Column("Not applicable", 14),
    Column("Open", 10),
    Column("Applicable, with a gap", 20),
)
def gspr_counts(inputs: Inputs) -> Iterator[Row]:
    """Counted from the rows of the checklist. A requirement that nobody answered is open."""
    rows = {row_.subject: row_ for row_ in gspr.rows(inputs)}
    totals = [0] * 5
    for chapter, words in CHAPTERS.items():
        counts = [0] * 5
        for key, item in inputs.law.gspr.items():
            entry = inputs.dossier.get(f"gspr:{key}", GsprAnswer)
            if item.chapter != chapter or (entry is None and not item.answerable):
                continue
            applicable = entry.record.applicable if entry else None
            counts[0] += 1
            counts[{True: 1, False: 2, None: 3}[applicable]] += 1
            counts[4] += applicable is True and rows[f"gspr:{key}"].gap
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
        yield _count_row(words, counts)
    yield _count_row("All", totals)


def _count_row(words: str, counts: list[int]) -> Row:
    total, yes, no, unanswered, with_gap = counts
    return row(None, words, str(total), str(yes), str(no), *(Gap(str(n)) if n else "0" for n in (unanswered, with_gap)))


def standards_of(inputs: Inputs, id_: str) -> Cell:
    """Standards with the edition that the project applies."""
    items = tuple(RecordLink(target, standard_words(inputs, target)) for target in inputs.graph.targets(id_, "standards"))
    return Lines(items) if len(items) > 1 else items[0] if items else ""


def standard_words(inputs: Inputs, id_: str) -> str:
    """`IEC 60601-1, edition 3.2`."""
    known = inputs.law.standard(id_)
    entry = inputs.dossier.get(id_, AppliedStandard)
    name = known.designation.split(":")[0] if known else id_
    return f"{name}, edition {entry.record.edition}" if entry and entry.record.edition else name


@table(
    "standards",
    "Applied standards",
    Column("Standard", 18),
    Column("Subject", 30),
    Column("Edition applied", 14),
    Column("Known newest edition", 22),
    Column("Applied", 18),
    Column("Status under the Regulation", 28),
    Column("Checked on", 12),
    sheet=True,
)
def standards(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, AppliedStandard):
        known = inputs.law.standard(entry.id)
        record = entry.record
        applied: Cell = value({"full": "in full", "part": "in part", None: ""}[record.applied])
        if record.excluded:
            applied = Lines(
                (f"in part, without {', '.join(record.excluded)}", *(f"{c}: {why}" for c, why in record.excluded.items()))
            )
        yield row(
            entry.id,
            RecordLink(entry.id, known.designation.split(":")[0] if known else entry.id),
            known.title if known else value(record.title),
            value(record.edition),
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
    if known.oj and known.oj.decision:
        words += f", {known.oj.decision}"
    return words if known.confidence == "high" else f"{words} ({known.confidence} source)"


def answered_standards(inputs: Inputs) -> Sequence[str]:
    """Standards whose clauses the project judges, in file order."""
    return list(dict.fromkeys(entry.owner or "" for entry in inputs.dossier.of(ClauseAnswer)))


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


@table(
    "gspr_trace",
    "Requirement of Annex I to evidence",
    Column("Annex I", 9),
    Column("Topic (own words)", 32),
    Column("Evidence", 36),
    Column("Status", 12),
    Column("Records that answer", 34),
    sheet=True,
)
def gspr_trace(inputs: Inputs) -> Iterator[Row]:
    """Only requirements that apply; those without evidence are gap rows."""
    from mdr_blueprint.model import Evidence

    for key, item in inputs.law.gspr.items():
        id_ = f"gspr:{key}"
        entry = inputs.dossier.get(id_, GsprAnswer)
        if entry is None:
            if item.answerable:
                yield Row((item.citation, item.topic, Gap("no answer"), Gap("open"), ""), id_, gap=True)
            continue
        if entry.record.applicable is False:
            continue
        proofs = [inputs.dossier.get(target, Evidence) for target in inputs.graph.targets(id_, "evidence")]
        states = {p.record.status or "unknown" for p in proofs if p}
        state: Cell = (
            Gap("no evidence")
            if not states
            else "approved"
            if states == {"approved"}
            else Gap("planned only" if states == {"planned"} else "partly: " + ", ".join(sorted(states)))
        )
        yield row(
            id_,
            RecordLink(id_, item.citation),
            item.topic,
            inputs.places(id_, "evidence", "no evidence"),
            state,
            inputs.links(inputs.graph.targets(id_, "records"), None, titles=True),
        )


__all__ = ["Words", "clauses", "gspr", "gspr_trace", "measurements", "standards"]
