"""Verdicts on the clauses of a standard: the effective tree clause by clause, as a report prints it, and in numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mdr_blueprint.clause_tree import ClauseState, Verdict, leaves
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, standard_words
from mdr_blueprint.tables.series import (
    against_facts,
    applied_of_series,
    judged,
    judged_others,
    short_name,
    short_places,
    states,
    verdict_counts,
    why,
)
from mdr_blueprint.tables.shapes import Cell, Column, Gap, LineItem, Lines, RecordLink, Row, row

SAID_BY = {
    "answer": "record",
    "facts": "facts",
    "particular": "other standard",
    "excluded": "exclusion",
    "above": "clause above",
    "nobody": "nobody yet",
}
WANTS_ACTION = ("F", "open")
COUNTED: tuple[Verdict, ...] = ("P", "F", "N/A", "N/E", "open")


@table(
    "clauses",
    "Clause verdicts, {option}",
    Column("Clause", 12),
    Column("Level", 7),
    Column("Title (own words)", 40),
    Column("Kind", 12),
    Column("Verdict", 9),
    Column("Said by", 15),
    Column("Remark or reason", 44),
    Column("Evidence", 28),
    Column("Risk file", 18),
    Column("Changed by", 30),
    option="standard",
    sheet=True,
    options_of=judged,
    empty="No clause of this standard is judged, and the library lists none.",
)
def clauses(inputs: Inputs, standard: str) -> Iterator[Row]:
    """Every clause in force, or taken out, has a row."""
    told = states(inputs, standard)
    against = against_facts(inputs, told)
    for state in told:
        yield row(
            state.entry.id if state.entry else None,
            _number(state),
            str(state.depth + 1),
            _title(inputs, state),
            _kind(state),
            _verdict(state),
            said_by(state),
            _reason(inputs, state, against),
            _evidence(inputs, state),
            _risk_file(inputs, state),
            _lines([f"{change.mode} by {short_name(inputs, change.standard)}, {change.key}" for change in state.changes]),
        )


@table(
    "clause_report",
    "Clause verdicts, {option}",
    Column("Clause", 9),
    Column("Title (own words)", 36),
    Column("Kind", 11),
    Column("Verdict", 8),
    Column("Said by", 11),
    Column("Remark or reason", 42),
    Column("Evidence", 22),
    Column("Risk file", 19),
    option="standard",
    empty="No clause of this standard is judged, and the library lists none.",
)
def clause_report(inputs: Inputs, standard: str) -> Iterator[Row]:
    """The same for paper: where all clauses below a heading say what it says, the heading alone stands for them."""
    told = states(inputs, standard)
    against = against_facts(inputs, told)
    hidden_until = 0
    for at, state in enumerate(told):
        if at < hidden_until:
            continue
        below = list(_below(told, at))
        folded = bool(below) and _says_the_same(state, below) and not any(part.key in against for part in below)
        if folded:
            hidden_until = at + 1 + len(below)
        lines = [_title(inputs, state)]
        lines += [f"{change.mode} by {short_name(inputs, change.standard)}, {change.key}" for change in state.changes]
        if folded:
            lines.append(_stands_for(state, sum(1 for _ in leaves(below))))
        yield row(
            state.entry.id if state.entry else None,
            _number(state),
            _lines(lines),
            _kind(state),
            _verdict(state, stands_for_all=folded),
            said_by(below[-1] if folded and state.source == "nobody" else state),
            _reason(inputs, below[-1] if folded and state.source == "nobody" else state, against),
            _evidence(inputs, state, in_words=False),
            _risk_file(inputs, state),
        )


def _stands_for(head: ClauseState, number: int) -> str:
    clauses = "the clause" if number == 1 else f"the {number} clauses"
    return f"not judged, nor {clauses} below it" if head.verdict == "open" else f"and {clauses} below it"


def _below(told: list[ClauseState], at: int) -> Iterator[ClauseState]:
    for state in told[at + 1 :]:
        if state.depth <= told[at].depth:
            return
        yield state


def _says_the_same(head: ClauseState, below: list[ClauseState]) -> bool:
    """Whether nothing below a heading is lost when it stands alone."""
    if any(state.entry is not None or state.changes for state in below):
        return False
    if head.source != "nobody":
        return all(state.verdict == head.own for state in below)
    return len({(state.verdict, state.why) for state in leaves(below)}) == 1


def _number(state: ClauseState) -> Cell:
    return RecordLink(state.entry.id, state.key) if state.entry else state.key


def _title(inputs: Inputs, state: ClauseState) -> str | Gap:
    """In own words. A clause that is judged beside the list may belong to another edition."""
    known = inputs.law.standard(state.standard)
    if known is not None and not state.item.title and state.key in known.clauses:
        return Gap(f"{known.clauses[state.key].title}: not in the edition that is applied")
    return state.item.title or Gap("not among the clauses that the library lists")


def _kind(state: ClauseState) -> str:
    return state.item.kind or ("heading" if state.has_children else "")


def _verdict(state: ClauseState, *, stands_for_all: bool = False) -> Cell:
    """A heading that only sums up what is below it is no gap of its own."""
    sums_up = state.has_children and not stands_for_all and not (state.entry and state.own in WANTS_ACTION)
    return Gap(state.verdict) if state.verdict in WANTS_ACTION and not sums_up else state.verdict


def said_by(state: ClauseState) -> str:
    """Who says the verdict, in a word or two that a column can be filtered by."""
    if state.has_children and (state.source == "nobody" or state.verdict != state.own):
        return "clauses below"
    return SAID_BY[state.source]


def _reason(inputs: Inputs, state: ClauseState, against: Mapping[str, str]) -> Cell:
    """The remark of the record, the reason of a verdict that nobody typed, and where the two do not agree."""
    remark = inputs.say(state.entry.record.remark) if state.entry else ""
    lines: list[LineItem] = [remark] if remark else []
    if state.source == "answer":
        if state.own == "N/A" and not remark:
            lines.append(Gap("no remark"))
        if state.why:
            lines.append(Gap(f"to be judged anew: {inputs.reason(state.why)}"))
        elif state.verdict != state.own:
            lines.append(f"own verdict {state.own}")
    elif state.why:
        lines.append(why(inputs, state))
    lines += [Gap(against[state.key])] if state.key in against else []
    return _lines(lines)


def _evidence(inputs: Inputs, state: ClauseState, *, in_words: bool = True) -> Cell:
    """The documents with their sections; on paper the numbers of these will do."""
    if state.entry is None:
        return ""
    if in_words or not (cited := short_places(inputs, state.entry.id)):
        return inputs.places(state.entry.id, "evidence", "missing" if state.own in ("P", "F") else None)
    return _lines(cited)


def _risk_file(inputs: Inputs, state: ClauseState) -> Cell:
    return inputs.links(inputs.graph.targets(state.entry.id, "risks", "controls"), None) if state.entry else ""


def _lines(items: Iterable[LineItem]) -> Cell:
    found = tuple(items)
    return "" if not found else found[0] if len(found) == 1 else Lines(found)


NUMBERS = (
    Column("Clauses", 10),
    Column("Pass", 7),
    Column("Fail", 7),
    Column("Not applicable", 10),
    Column("Not evaluated", 10),
    Column("Open", 7),
)
"""Columns of `_numbers`."""


@table(
    "clause_summary",
    "Verdicts by main clause, {option}",
    Column("Clause", 9),
    Column("Title (own words)", 44),
    *NUMBERS,
    Column("Verdict", 9),
    option="standard",
    empty="No clause of this standard is judged, and the library lists none.",
)
def clause_summary(inputs: Inputs, standard: str) -> Iterator[Row]:
    """A clause that is judged and stands in no list is a main clause of its own, so that every verdict is counted."""
    told = states(inputs, standard)
    for at, state in enumerate(told):
        if state.depth == 0:
            yield row(
                state.entry.id if state.entry else None,
                _number(state),
                _title(inputs, state),
                *_numbers([state, *_below(told, at)]),
                Gap(state.verdict) if state.verdict in WANTS_ACTION else state.verdict,
            )


def _numbers(told: Iterable[ClauseState]) -> list[Cell]:
    """How many there are, then how many of each verdict; failed and open ones are gaps."""
    verdicts = verdict_counts(told)
    each = {word: str(verdicts[word]) for word in COUNTED}
    return [str(verdicts.total()), *(Gap(n) if word in WANTS_ACTION and n != "0" else n for word, n in each.items())]


@table(
    "clause_counts",
    "Verdicts by standard",
    Column("Standard", 30),
    *NUMBERS,
    Column("List of clauses", 30),
    option="series",
    empty="No clause of such a standard is judged.",
)
def clause_counts(inputs: Inputs, series: str) -> Iterator[Row]:
    """`series` is `iec-60601`, with every standard of it that is applied, or `other`."""
    for standard in applied_of_series(inputs) if series == "iec-60601" else judged_others(inputs):
        told = states(inputs, standard)
        numbers: list[Cell] = _numbers(told) if told else ["none judged", *[""] * len(COUNTED)]
        yield row(standard, standard_words(inputs, standard), *numbers, _checked_by(inputs, standard))


def _checked_by(inputs: Inputs, standard: str) -> str:
    known = inputs.law.standard(standard)
    if known is None or not known.clauses:
        return "none in the library"
    return f"held against a licensed copy by {known.checked_by}" if known.checked_by else "not held against a licensed copy"
