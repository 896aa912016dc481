"""Characteristics related to safety (ISO 14971:2019, 5.3): the questions, what the project answers, and what the facts say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mdr_blueprint.load import Entry
from mdr_blueprint.model import Question
from mdr_blueprint.model.library import LibraryQuestion
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, records, spaced
from mdr_blueprint.tables.shapes import Cell, Column, Gap, Lines, RecordLink, Row, row

OWN = "Questions of the project"
SAID = {True: "yes", False: "no"}
"""An answer in a word."""
Answer = Literal["yes", "no", "open"]
ANSWERS: tuple[Answer, ...] = ("yes", "no", "open")


@dataclass(frozen=True)
class Asked:
    """A question and the answer that the project gives to it."""

    id: str
    group: str
    question: LibraryQuestion | None
    """As the library asks it; None for a question of the project's own."""
    entry: Entry[Question] | None

    @property
    def answer(self) -> Answer:
        said = self.entry.record.answer if self.entry else None
        return "open" if said is None else "yes" if said else "no"


def asked(inputs: Inputs) -> Iterator[Asked]:
    """The library's questions in its order, then the project's own."""
    library = inputs.law.questions
    found = {entry.id: entry for entry in records(inputs, Question)}
    for id_, question in library.questions.items():
        yield Asked(id_, library.groups.get(question.group, question.group), question, found.get(id_))
    for id_, entry in found.items():
        if id_ not in library.questions:
            yield Asked(id_, OWN, None, entry)


@table(
    "questionnaire",
    "Characteristics related to safety",
    Column("Group", 14),
    Column("Question", 32),
    Column("Answer", 12),
    Column("Rationale", 36),
    Column("Limits", 16),
    Column("Leads to", 28),
    Column("By the facts", 20),
    sheet=True,
)
def questionnaire(inputs: Inputs) -> Iterator[Row]:
    """A question that nobody answered is a gap."""
    for item in asked(inputs):
        facts = _by_facts(inputs, item)
        if item.entry is None:
            yield Row((item.group, _question(inputs, item), Gap("not answered"), "", "", "", facts), None, gap=True)
            continue
        record = item.entry.record
        yield row(
            item.entry.id,
            item.group,
            _question(inputs, item),
            SAID[record.answer] if record.answer is not None else Gap("not answered"),
            inputs.prose(record.rationale, "no rationale"),
            inputs.say(record.limits),
            inputs.links(
                inputs.graph.targets(item.entry.id, "leads_to"), "no hazard" if item.answer == "yes" else None, titles=True
            ),
            facts,
        )


def _question(inputs: Inputs, item: Asked) -> Cell:
    """The words of a question, below its id."""
    head = RecordLink(item.id, item.id) if item.entry else item.id
    if item.question is not None:
        return Lines((head, item.question.question))
    title = inputs.say(item.entry.record.title) if item.entry else ""
    return Lines((head, title or Gap("the library has no such question, and it has no words of its own")))


def _by_facts(inputs: Inputs, item: Asked) -> Cell:
    """The answer that the facts of the device give, and whether the project says otherwise."""
    if item.question is None:
        return ""
    for answer, condition in (("yes", item.question.yes_when), ("no", item.question.no_when)):
        if condition is None or not inputs.known.judge(condition).holds:
            continue
        why = inputs.why(condition).removeprefix("applies because ")
        words = spaced(f"{answer}: {why}")
        return words if item.answer in (answer, "open") else Lines((Gap("the facts say otherwise"), words))
    return ""


@table(
    "question_counts",
    "Answers by group",
    Column("Group", 40),
    Column("Questions", 12),
    Column("Yes", 10),
    Column("No", 10),
    Column("Open", 10),
)
def question_counts(inputs: Inputs) -> Iterator[Row]:
    counts: dict[str, Counter[str]] = {}
    for item in asked(inputs):
        counts.setdefault(item.group, Counter())[item.answer] += 1
    for group, found in counts.items():
        yield _count_row(group, found)
    yield _count_row("All", sum(counts.values(), Counter[str]()))


def _count_row(words: str, found: Counter[str]) -> Row:
    cells = (str(found[answer]) if answer != "open" or not found[answer] else Gap(str(found[answer])) for answer in ANSWERS)
    return row(None, words, str(found.total()), *cells)
