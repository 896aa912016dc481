"""Clauses of the IEC 60601 series that point into the risk management file, and what that file answers them."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.clause_tree import ClauseState, Verdict
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, spaced
from mdr_blueprint.tables.levels import live, with_levels
from mdr_blueprint.tables.series import against_facts, judged_of_series, short_name
from mdr_blueprint.tables.shapes import Cell, Column, Gap, LineItem, Lines, RecordLink, Row, row


@table(
    "rm_hooks",
    "Clauses that point into the risk management file",
    Column("Standard", 15),
    Column("Clause", 9),
    Column("What it asks of the risk file (own words)", 34),
    Column("ISO 14971", 8),
    Column("Applies", 9),
    Column("Risks with their level after control, and controls", 34),
    Column("Verdict", 8),
    Column("Conclusion or reason", 31),
    Column("Reviewer", 12),
    sheet=True,
    empty="No standard of the IEC 60601 series with such clauses is applied.",
)
def rm_hooks(inputs: Inputs) -> Iterator[Row]:
    """Every such clause has a row; where facts, another standard or an exclusion take it out, the row gives that reason."""
    for standard in judged_of_series(inputs):
        name = short_name(inputs, standard)
        for state in inputs.clause_states(standard):
            if state.item.rm_hook:
                yield _hook(inputs, name, state)


def _hook(inputs: Inputs, standard: str, state: ClauseState) -> Row:
    entry = state.entry
    verdict = state.verdict if state.source == "nobody" else state.own
    out = verdict in ("N/A", "N/E")
    return row(
        entry.id if entry else None,
        standard,
        RecordLink(entry.id, state.key) if entry else state.key,
        state.item.asks or state.item.title,
        ", ".join(state.item.steps),
        "no" if out else _applies(inputs, state),
        "" if out else _answer(inputs, state),
        Gap(verdict) if verdict in ("F", "open") else verdict,
        _conclusion(inputs, state, verdict),
        _reviewer(state),
    )


def _reviewer(state: ClauseState) -> str | Gap:
    """Who judged what the risk file answers; of a clause that nobody judged, or that does not apply, nobody has to."""
    reviewer = state.entry.record.reviewer if state.entry else None
    return reviewer or (Gap("no reviewer") if state.entry and state.own in ("P", "F") else "")


def _applies(inputs: Inputs, state: ClauseState) -> str | Gap:
    outcome = inputs.known.judge(state.item.when)
    return Gap(f"not stated: {spaced(', '.join(outcome.open))}") if outcome.holds is None else "yes"


def _answer(inputs: Inputs, state: ClauseState) -> Cell:
    """The records that answer the clause. A clause that applies and names none is a gap, whatever its verdict is."""
    if state.entry is None:
        return Gap("names no risk and no control")
    risks = live(inputs, inputs.graph.targets(state.entry.id, "risks"))
    shown = with_levels(inputs, risks, "")
    items: list[LineItem] = [*shown.items] if isinstance(shown, Lines) else []
    items += [inputs.link(id_) for id_ in inputs.graph.targets(state.entry.id, "controls")]
    return Lines(tuple(items)) if items else Gap("names no risk and no control")


def _conclusion(inputs: Inputs, state: ClauseState, verdict: Verdict) -> Cell:
    if state.entry is None:
        words = inputs.say(state.why) if state.source == "excluded" else spaced(state.why)
        return words or (Gap("not judged") if verdict == "open" else "as the clauses below it")
    remark = inputs.say(state.entry.record.remark)
    lines: list[LineItem] = [remark] if remark else [Gap("no remark")]
    lines += [Gap(f"to be judged anew: {spaced(state.why)}")] if state.why else []
    lines += against_facts(inputs, state)
    return lines[0] if len(lines) == 1 else Lines(tuple(lines))
