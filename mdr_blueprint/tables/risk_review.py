"""The review before release: what persons state, beside what is counted from the records (ISO 14971:2019, 7.6, 8 and 9)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mdr_blueprint.completeness import Count, StatementName, open_items
from mdr_blueprint.evaluation import final, policy_of, severity
from mdr_blueprint.model import RiskReview
from mdr_blueprint.model.risk_process import ReviewStatement
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, live_risks
from mdr_blueprint.tables.levels import UNKNOWN, after, before
from mdr_blueprint.tables.shapes import Cell, Column, Gap, LineItem, Lines, Row, row, value

SHOWN = 12
"""How many records a cell names before it only counts the rest."""
REVIEW = "risk_review"
STATEMENTS: dict[StatementName, tuple[str, str, str]] = {
    "completeness": (
        "completeness",
        "The risks of all hazardous situations are considered and all control activities are done",
        "ISO 14971 7.6",
    ),
    "plan_carried_out": ("plan carried out", "The risk management plan was carried out", "ISO 14971 9"),
    "overall_residual_risk": (
        "overall residual risk",
        "The overall residual risk is acceptable by the criteria of the plan",
        "ISO 14971 8 and 9",
    ),
    "feedback": (
        "production and post-production",
        "Methods are in place to collect and review information from production and use",
        "ISO 14971 9 and 10",
    ),
}
"""Statement -> its name, what it says, where it is asked for."""


@table(
    "review_statements",
    "Statements of the review",
    Column("Statement (own words)", 28),
    Column("Basis", 14),
    Column("Holds, by the reviewers", 12),
    Column("Judgement", 38),
    Column("By the records", 26),
    Column("Both together", 18),
    sheet=True,
)
def review_statements(inputs: Inputs) -> Iterator[Row]:
    """The judgement of persons beside the counts. A judgement that the counts contradict is a gap, and so is none."""
    review = inputs.dossier.single(RiskReview)
    counts = open_items(inputs.dossier, inputs.graph, inputs.law, inputs.known)
    for name, (_, words, basis) in STATEMENTS.items():
        said: ReviewStatement | None = getattr(review, name) if review else None
        holds = said.holds if said else None
        lacking = [count for count in counts if count.statement == name and count.is_open]
        yield row(
            REVIEW if review else None,
            words,
            basis,
            Gap("not stated") if holds is None else "yes" if holds else Gap("no"),
            inputs.prose(said.text if said else None, "no judgement"),
            Lines(tuple(Gap(_open_words(count)) for count in lacking)) if lacking else "nothing open",
            _agreement(holds, bool(lacking)),
        )


def _open_words(count: Count) -> str:
    """`3 of 40 risks without a verdict`; what is no record is named."""
    if not count.total:
        return f"no records: {count.what}"
    words = f"{len(count.open)} of {count.total} {count.what}"
    if count.of_records:
        return words
    rest = f" and {len(count.open) - SHOWN} more" if len(count.open) > SHOWN else ""
    return f"{words}: {', '.join(count.open[:SHOWN])}{rest}"


def _agreement(holds: bool | None, lacking: bool) -> Cell:
    if holds is None:
        return Gap("open")
    if holds:
        return Gap("contradicts the records") if lacking else "consistent"
    return "consistent" if lacking else "the records hold nothing against it"


@table(
    "reviewers",
    "Persons of the review",
    Column("Name", 24),
    Column("Role", 24),
    Column("Organisation", 22),
    Column("Competence", 30),
    empty="Nobody is named.",
)
def reviewers(inputs: Inputs) -> Iterator[Row]:
    review = inputs.dossier.single(RiskReview)
    for person in review.persons if review else ():
        yield row(
            REVIEW,
            inputs.say(person.name),
            value(inputs.say(person.role), "no role"),
            inputs.say(person.organisation),
            value(inputs.say(person.competence), "competence not stated"),
        )


@table(
    "risk_review",
    "Review of the risk file before release",
    Column("Statement", 26),
    Column("What is counted", 46),
    Column("Basis", 22),
    Column("Of", 6),
    Column("Open", 8),
    Column("Which", 30),
)
def risk_review(inputs: Inputs) -> Iterator[Row]:
    """What the records lack for each statement."""
    for count in open_items(inputs.dossier, inputs.graph, inputs.law, inputs.known):
        number = str(len(count.open)) if count.total or not count.needed else "no records"
        cell: Cell = Gap(number) if count.is_open else number
        statement, what = STATEMENTS[count.statement][0], count.what
        yield row(None, statement, what, count.basis, str(count.total), cell, _which(inputs, count))


def _which(inputs: Inputs, count: Count) -> Cell:
    items: list[LineItem] = [inputs.link(id_) if count.of_records else Gap(id_) for id_ in count.open[:SHOWN]]
    if len(count.open) > SHOWN:
        items.append(f"and {len(count.open) - SHOWN} more")
    return Lines(tuple(items)) if items else ""


@table(
    "verdict_counts",
    "Risks before and after control",
    Column("Severity of the harm", 24),
    Column("Before: acceptable", 16),
    Column("Before: not acceptable", 16),
    Column("After: acceptable", 16),
    Column("After: not acceptable", 16),
    Column("Level unknown", 14),
)
def verdict_counts(inputs: Inputs) -> Iterator[Row]:
    """How many risks of each severity the matrix accepts, from the most severe; after control a lesser harm may count."""
    grades = policy_of(inputs.dossier, inputs.law).severity[::-1]
    counts: dict[str, Counter[str]] = {grade: Counter() for grade in grades}
    for risk in live_risks(inputs):
        levels = {"before": before(inputs, risk), "after": after(inputs, risk)}
        for when, level in levels.items():
            if level is not None:
                counts[level.severity][f"{when} {level.verdict}"] += 1
        if None in levels.values():
            grade = severity(inputs.dossier, final(risk.record), risk.record.harm)
            counts.setdefault(grade if grade in grades else "not on the scale", Counter())[UNKNOWN] += 1
    for words, numbers in counts.items():
        yield _verdict_row(words, numbers)
    yield _verdict_row("all", sum(counts.values(), Counter[str]()))


def _verdict_row(words: str, found: Counter[str]) -> Row:
    numbers = (str(found[f"{when} {verdict}"]) for when in ("before", "after") for verdict in ("acceptable", "not_acceptable"))
    return row(None, words, *numbers, Gap(str(found[UNKNOWN])) if found[UNKNOWN] else "0")
