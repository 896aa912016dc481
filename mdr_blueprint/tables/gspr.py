"""The GSPR checklist, its counts, and the matrix from Annex I to evidence."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.model import Evidence, GsprAnswer
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, standard_words
from mdr_blueprint.tables.shapes import Cell, Column, Gap, Lines, RecordLink, Row, Words, row, value

PLANNED = "planned only"
ROLES = {"heading": "heading", "cond": "scope condition", "informational": "not addressed to the manufacturer"}
CHAPTERS = {"I": "I General requirements", "II": "II Design and manufacture", "III": "III Information supplied"}


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
                evidence_cell(inputs, id_),
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


def evidence_cell(inputs: Inputs, id_: str) -> Cell:
    """The evidence in words; a gap is added where nothing of it has a result yet."""
    cell = inputs.places(id_, "evidence")
    state = evidence_state(inputs, id_)
    if not isinstance(state, Gap) or isinstance(cell, (Gap, Words)):
        return cell
    items = cell.items if isinstance(cell, Lines) else (cell,)
    return Lines((*items, state)) if state.text == PLANNED else cell


def evidence_state(inputs: Inputs, id_: str) -> str | Gap:
    """`approved` where all evidence of an answer is; else a gap that says how far it is."""
    proofs = [inputs.dossier.get(target, Evidence) for target in inputs.graph.targets(id_, "evidence")]
    states = {proof.record.status or "unknown" for proof in proofs if proof}
    if not states:
        return Gap("no evidence")
    if states == {"approved"}:
        return "approved"
    return Gap(PLANNED if states == {"planned"} else "partly: " + ", ".join(sorted(states)))


def standards_of(inputs: Inputs, id_: str) -> Cell:
    """Standards with the edition that the project applies."""
    items = tuple(RecordLink(target, standard_words(inputs, target)) for target in inputs.graph.targets(id_, "standards"))
    return Lines(items) if len(items) > 1 else items[0] if items else ""


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
    for key, item in inputs.law.gspr.items():
        id_ = f"gspr:{key}"
        entry = inputs.dossier.get(id_, GsprAnswer)
        if entry is None:
            if item.answerable:
                yield Row((item.citation, item.topic, Gap("no answer"), Gap("open"), ""), id_, gap=True)
            continue
        if entry.record.applicable is False:
            continue
        yield row(
            id_,
            RecordLink(id_, item.citation),
            item.topic,
            inputs.places(id_, "evidence", "no evidence"),
            evidence_state(inputs, id_),
            inputs.links(inputs.graph.targets(id_, "records"), None, titles=True),
        )
