"""The standards whose clauses are judged: those of the IEC 60601 series, which have a report of their own, and the others.

Shared by several families.
"""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.clause_tree import ClauseState, Verdict
from mdr_blueprint.model import AppliedStandard, ClauseAnswer
from mdr_blueprint.model.library import ClauseItem
from mdr_blueprint.tables.inputs import Inputs, answered_standards, records
from mdr_blueprint.tables.shapes import Gap, LineItem

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
    answers = (entry for entry in records(inputs, ClauseAnswer) if entry.owner == standard and entry.key not in listed)
    for entry in sorted(answers, key=lambda e: clause_order(e.key)):
        own: Verdict = entry.record.verdict or "open"
        item = ClauseItem.model_construct(title="")
        yield ClauseState(standard, entry.key, item, 0, False, own, own, "answer", entry=entry)


def clause_order(key: str) -> list[tuple[int, str]]:
    """`8.10` behind `8.9`, `8.1(b)` behind `8.1`."""
    return [(int(part), "") if part.isdigit() else (10_000, part) for part in key.replace("(", ".(").split(".")]


def short_name(inputs: Inputs, standard: str) -> str:
    """`IEC 60601-1`, without the year."""
    known = inputs.law.standard(standard)
    return known.designation.split(":")[0] if known else standard


def clause_label(inputs: Inputs, standard: str, key: str) -> str:
    """`8.7.3`, `IEC 60601-2-33, 201.9.6`: the general standard goes without saying."""
    return key if standard == GENERAL else f"{short_name(inputs, standard)}, {key}"


def called_for(inputs: Inputs, standard: str) -> bool | None:
    """Whether the facts call for a standard of the library; None where they leave it open."""
    known = inputs.law.standard(standard)
    return inputs.known.judge(known.when).holds if known and known.when else None


def against_facts(inputs: Inputs, state: ClauseState) -> list[LineItem]:
    """Where a record says that a clause does not apply and the facts say that it does, or the other way round."""
    holds = inputs.known.judge(state.item.when).holds if state.item.when is not None else None
    if (holds is True and state.own == "N/A") or (holds is False and state.own in ("P", "F")):
        return [Gap(f"against the facts: it {inputs.why(state.item.when)}")]
    return []
