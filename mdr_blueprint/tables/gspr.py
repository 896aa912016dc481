"""The GSPR checklist, its counts, and the matrix from Annex I to evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mdr_blueprint.answers import answer_of, points_below
from mdr_blueprint.conditions import Condition
from mdr_blueprint.load import Law
from mdr_blueprint.model.library import GsprText
from mdr_blueprint.tables.answered import DONE, PLANNED, STATUSES, Answered, answered, evidence_state
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, standard_words
from mdr_blueprint.tables.shapes import Cell, Column, Gap, LineItem, Lines, RecordLink, Row, Words, has_gap, row, value

ROLES = {"heading": "heading", "cond": "scope condition", "informational": "not addressed to the manufacturer"}
CHAPTERS = {"I": "I General requirements", "II": "II Design and manufacture", "III": "III Information supplied"}
UNNUMBERED = "Texts without a number"
APPLIES = {True: "yes", False: "no", None: "open"}


@table(
    "gspr",
    "General safety and performance requirements",
    Column("Annex I", 8),
    Column("Topic (own words)", 28),
    Column("Applies, and what the facts say", 18),
    Column("Method, or why it does not apply", 34),
    Column("Standards", 17),
    Column("Evidence", 24),
    Column("Records", 12),
    Column("Status", 11),
    sheet=True,
)
def gspr(inputs: Inputs) -> Iterator[Row]:
    """One row for each identifier, in the order of Annex I; texts without a number stand behind the section they belong to."""
    rows = answered(inputs)
    after = _texts_after(inputs.law)
    for key, answer in rows.items():
        yield _asked(inputs, answer) if answer.own or answer.item.answerable else _heading(inputs, answer)
        for text in after.get(key, ()):
            yield _text_row(inputs, text, rows)


def _asked(inputs: Inputs, answer: Answered) -> Row:
    item, entry, id_ = answer.item, answer.entry, f"gspr:{answer.key}"
    topic: Cell = Lines((item.topic, f"Changed: {item.changed}")) if item.changed else item.topic
    applies, status = _applies(inputs, answer), _status(answer)
    if entry is None:
        return Row((item.citation, topic, applies, Gap("no answer"), "", "", "", status), id_, gap=True)
    if not answer.own:
        with_ = RecordLink(entry.id, f"answered with {inputs.law.gspr[entry.key].citation}")
        return row(None, item.citation, topic, applies, with_, "", "", "", status)
    record = entry.record
    head = RecordLink(id_, item.citation)
    linked = inputs.links(inputs.graph.targets(id_, "records"), None)
    if record.applicable is None:
        said_ = inputs.say(record.method or record.justification)
        return Row((head, topic, applies, said_, "", "", linked, status), id_, gap=True)
    if not record.applicable:
        return row(
            id_,
            head,
            topic,
            applies,
            value(inputs.say(record.justification)),
            standards_of(inputs, id_),
            inputs.places(id_, "evidence", None),
            linked,
            status,
        )
    return row(
        id_,
        head,
        topic,
        applies,
        value(inputs.say(record.method)),
        standards_of(inputs, id_),
        evidence_cell(inputs, id_),
        linked,
        status,
    )


def _applies(inputs: Inputs, answer: Answered) -> Cell:
    """What the project says, and below it what the facts say."""
    applicable: LineItem = APPLIES[answer.applicable] if answer.applicable is not None else Gap("open")
    lines: list[LineItem] = [applicable]
    for fact, value_ in answer.reopened:
        now = inputs.worded(inputs.known.values.get(fact) or "not stated")
        lines.append(Gap(f"answered for {inputs.worded(fact)} = {inputs.worded(value_)}, now {now}"))
    if answer.contradicts:
        lines.append(Gap(_by_facts(inputs, answer.item.when)))
    elif answer.item.when:
        lines.append(_by_facts(inputs, answer.item.when))
    return Lines(tuple(lines)) if len(lines) > 1 else lines[0]


def _by_facts(inputs: Inputs, condition: Condition | None) -> str:
    """`facts: applies because sterile = true`, `facts: open, not stated: lay user`."""
    return f"facts: {inputs.why(condition)}".replace("facts: open: ", "facts: open, ")


def _status(answer: Answered) -> Cell:
    """The status, with the rules that found something where nothing else in the row tells why there is a gap."""
    word = answer.status
    if word in DONE or not word:
        return word
    return Gap(f"{word} ({', '.join(answer.codes)})" if word == "gaps" and answer.codes else word)


def _heading(inputs: Inputs, answer: Answered) -> Row:
    why = _by_facts(inputs, answer.item.when) if answer.item.when else ""
    cells = (answer.item.citation, answer.item.topic, why, ROLES.get(answer.item.role, ""), "", "", "", "")
    return Row(cells, f"gspr:{answer.key}")


def _texts_after(law: Law) -> dict[str, list[GsprText]]:
    """The texts without a number, by the last identifier of the section that they belong to."""
    found: dict[str, list[GsprText]] = {}
    for text in law.gspr_texts.values():
        last = [text.belongs_to, *points_below(law, text.belongs_to)][-1]
        found.setdefault(last, []).append(text)
    return found


def _text_row(inputs: Inputs, text: GsprText, rows: dict[str, Answered]) -> Row:
    status = text_status(inputs, text, rows)
    names = tuple(
        RecordLink(f"gspr:{key}", f"{'' if at else 'answered by '}{inputs.law.gspr[key].citation}")
        for at, key in enumerate(text.answered_by)
    )
    why = _by_facts(inputs, text.when) if text.when else ""
    applies = "no" if status == "not applicable" else "yes" if inputs.known.judge(text.when).holds else ""
    cells = (
        text.citation,
        text.topic,
        Lines(tuple(part for part in (applies, why) if part)),
        Lines(names),
        "",
        "",
        "",
        status if status in DONE else Gap(status),
    )
    return Row(cells, None, has_gap(cells))


def text_status(inputs: Inputs, text: GsprText, rows: dict[str, Answered]) -> str:
    """A text is as far as the rows that answer it; those that do not apply say nothing of it."""
    holds = inputs.known.judge(text.when).holds
    if holds is False:
        return "not applicable"
    found = {rows[key].status for key in text.answered_by} - {"not applicable"}
    if not found:
        return "contradicts the facts" if holds else "not applicable"
    if len(found) == 1:
        return found.pop()
    return "contradicts the facts" if "contradicts the facts" in found else "gaps"


@table(
    "gspr_counts",
    "Status of the answers by chapter of Annex I",
    Column("Chapter", 30),
    Column("Rows", 8),
    Column("Complete", 10),
    Column("Gaps", 10),
    Column("Not applicable", 12),
    Column("Open", 10),
    Column("Contradicts the facts", 14),
)
def gspr_counts(inputs: Inputs) -> Iterator[Row]:
    """Counted from the rows of the checklist that ask for an answer. A requirement that nobody answered is open."""
    rows = answered(inputs)
    counts = {words: Counter[str]() for words in (*CHAPTERS.values(), UNNUMBERED)}
    for answer in rows.values():
        if answer.item.answerable:
            counts[CHAPTERS[answer.item.chapter]][answer.status] += 1
    for text in inputs.law.gspr_texts.values():
        counts[UNNUMBERED][text_status(inputs, text, rows)] += 1
    for words, found in counts.items():
        yield _count_row(words, found)
    yield _count_row("All", sum(counts.values(), Counter[str]()))


def _count_row(words: str, counts: Counter[str]) -> Row:
    numbers = (str(n) if word in DONE or not n else Gap(str(n)) for word in STATUSES for n in (counts[word],))
    return row(None, words, str(counts.total()), *numbers)


def evidence_cell(inputs: Inputs, id_: str) -> Cell:
    """The evidence in words; a gap is added where nothing of it has a result yet."""
    cell = inputs.places(id_, "evidence")
    state = evidence_state(inputs, id_)
    if not isinstance(state, Gap) or isinstance(cell, (Gap, Words)):
        return cell
    items = cell.items if isinstance(cell, Lines) else (cell,)
    return Lines((*items, state)) if state.text == PLANNED else cell


def standards_of(inputs: Inputs, id_: str) -> Cell:
    """Standards with the edition that the project applies, and the clause where the answer names one."""
    items = tuple(
        RecordLink(e.target, standard_words(inputs, e.target) + (f", clause {e.place}" if e.place else ""))
        for e in inputs.graph.out(id_, "standards")
    )
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
        entry = answer_of(inputs.dossier, inputs.law, key)
        if entry is None:
            if item.answerable:
                yield Row((item.citation, item.topic, Gap("no answer"), Gap("open"), ""), f"gspr:{key}", gap=True)
            continue
        if entry.record.applicable is False or (entry.key != key and not item.answerable):
            continue
        yield row(
            entry.id,
            RecordLink(entry.id, item.citation),
            item.topic,
            inputs.places(entry.id, "evidence", "no evidence"),
            evidence_state(inputs, entry.id),
            inputs.links(inputs.graph.targets(entry.id, "records"), None, titles=True),
        )
