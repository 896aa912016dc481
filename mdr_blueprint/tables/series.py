"""The standards whose clauses are judged: those of the IEC 60601 series, which have a report of their own, and the others.

Shared by several families.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from mdr_blueprint.clause_tree import ClauseState, Verdict, reopened_by
from mdr_blueprint.conditions import Condition
from mdr_blueprint.facts import said as said_facts
from mdr_blueprint.load import Entry
from mdr_blueprint.model import AppliedStandard, ClauseAnswer
from mdr_blueprint.model.library import ClauseItem
from mdr_blueprint.rules.verification.clauses import names_facts, said_by
from mdr_blueprint.tables.inputs import Inputs, answered_standards, number_order, records
from mdr_blueprint.tables.shapes import RecordLink

GENERAL = "iec-60601-1"
"""The general standard of the series; collateral and particular ones change it."""
PREFIX = "iec-60601-"


def is_of_series(standard: str) -> bool:
    return standard.startswith(PREFIX)


def applied_of_series(inputs: Inputs) -> list[str]:
    """The standards of the series that the project applies, or judges; the general one first."""
    applied = [entry.key for entry in records(inputs, AppliedStandard) if not entry.record.not_applied]
    found = [id_ for id_ in dict.fromkeys((*applied, *answered_standards(inputs))) if is_of_series(id_)]
    return sorted(found, key=lambda id_: id_ != GENERAL)


def judged_of_series(inputs: Inputs) -> list[str]:
    """Those among them that have clauses to show: judged by the project, or listed by the library."""
    answered = answered_standards(inputs)
    return [id_ for id_ in applied_of_series(inputs) if id_ in answered or inputs.clause_states(id_)]


def judged_others(inputs: Inputs) -> list[str]:
    """Standards outside the series whose clauses the project judges."""
    return [id_ for id_ in answered_standards(inputs) if not is_of_series(id_)]


def judged(inputs: Inputs) -> list[str]:
    """All standards that have a table of clauses."""
    return [*judged_of_series(inputs), *judged_others(inputs)]


def states(inputs: Inputs, standard: str) -> list[ClauseState]:
    """The clauses in force, and behind them what the project judges beside: clauses that the library does not list."""
    listed = inputs.clause_states(standard)
    return [*listed, *_unlisted(inputs, standard, {state.key for state in listed})]


def _unlisted(inputs: Inputs, standard: str, listed: set[str]) -> Iterator[ClauseState]:
    judged = (entry for entry in inputs.clause_answers.get(standard, ()) if entry.key not in listed)
    for entry in sorted(judged, key=lambda e: clause_order(e.key)):
        said: Verdict = entry.record.verdict or "open"
        lost = reopened_by(entry.record, inputs.known) if said != "open" else ()
        own: Verdict = "open" if lost else said
        why = f"judged {said} while {said_facts(lost)}" if lost else ""
        item = ClauseItem.model_construct(title="")
        yield ClauseState(standard, entry.key, item, 0, False, own, own, "answer", why, entry=entry)


def counted(told: Iterable[ClauseState]) -> Iterator[ClauseState]:
    """What is counted: each clause that has none below it, and a heading with a verdict of its own."""
    return (state for state in told if not state.has_children or state.source == "answer")


def verdict_counts(told: Iterable[ClauseState]) -> Counter[Verdict]:
    """How many of the clauses that are counted have each verdict."""
    return Counter(state.own for state in counted(told))


def clause_order(key: str) -> list[tuple[int, str]]:
    """`8.10` behind `8.9`, `8.1(b)` behind `8.1`."""
    return [number_order(part) if part.isdecimal() else (1 << 30, part) for part in key.replace("(", ".(").split(".")]


def short_name(inputs: Inputs, standard: str) -> str:
    """`IEC 60601-1`, without the year."""
    known = inputs.law.standard(standard)
    return known.designation.split(":")[0] if known else standard


def clause_label(inputs: Inputs, standard: str, key: str) -> str:
    """`8.7.3`, `IEC 60601-2-33, 201.9.6`: the general standard goes without saying."""
    return key if standard == GENERAL else f"{short_name(inputs, standard)}, {key}"


def why(inputs: Inputs, state: ClauseState) -> str:
    """The reason of a verdict that nobody typed: an exclusion as it was written, facts and standards as words."""
    return inputs.say(state.why) if state.is_typed else inputs.reason(state.why)


def clause_link(inputs: Inputs, id_: str) -> RecordLink:
    """A clause by its number, with its standard in words."""
    standard, _, key = id_.partition("#")
    return RecordLink(id_, clause_label(inputs, standard, key) if key else id_)


def short_places(inputs: Inputs, id_: str) -> list[RecordLink]:
    """The evidence of a record as a narrow column has room for it: of a section the number alone, `EV-023 v3, 4.2`."""
    cited = ((edge.target, inputs.cited(edge.target, None), edge.place) for edge in inputs.graph.out(id_, "evidence"))
    return [RecordLink(target, f"{words}, {place}" if place else words, place) for target, words, place in cited]


def called_for(inputs: Inputs, standard: str) -> bool | None:
    """Whether the facts call for a standard of the library; None where they leave it open."""
    known = inputs.law.standard(standard)
    return inputs.known.judge(known.when).holds if known and known.when else None


def answers(told: Sequence[ClauseState]) -> dict[str, Entry[ClauseAnswer]]:
    """The record that each verdict comes from, where a person gave it: that of the clause, or of the one that stands for it."""
    by_key = {state.key: state for state in told}
    found = ((state.key, said_by(state, by_key)) for state in told)
    return {key: entry for key, entry in found if entry is not None}


def against_facts(inputs: Inputs, told: Sequence[ClauseState]) -> dict[str, str]:
    """The clauses of which a person says that they do not apply and the facts that they do, or the other way round, and what the
    facts say. A verdict that names these facts was given in view of them.
    """
    by_key = {state.key: state for state in told}
    found = {}
    for key, entry in answers(told).items():
        state = by_key[key]
        judged_itself = state.own in ("P", "F") and state.source == "answer"
        asked = [state] if state.own == "N/A" else list(_upwards(state, by_key)) if judged_itself else []
        for condition in (above.item.when for above in asked):
            if condition is not None and inputs.known.judge(condition).holds is (state.own == "N/A"):
                if not names_facts(entry, inputs.known, condition):
                    found[key] = _contradiction(inputs, condition)
                break
    return found


def _upwards(state: ClauseState | None, by_key: dict[str, ClauseState]) -> Iterator[ClauseState]:
    """A clause, the one above it and so on."""
    while state is not None:
        yield state
        state = by_key.get(state.item.parent or "")


def _contradiction(inputs: Inputs, condition: Condition) -> str:
    return f"against the facts: it {inputs.why(condition)}"
