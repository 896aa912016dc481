"""How far a point of Annex II or III is. Shared by several families."""

from __future__ import annotations

from dataclasses import dataclass

from mdr_blueprint.model.library import AnnexPoint
from mdr_blueprint.tables.inputs import Inputs


@dataclass(frozen=True, slots=True)
class State:
    """State of one point: `complete`, `gaps`, `not started`, or `no record kind yet`."""

    word: str
    records: int
    gaps: int


def state_of(inputs: Inputs, point: AnnexPoint) -> State:
    """A point is complete when every kind of record it asks for is there and none of these records has an open finding.

    At stage `draft` findings are infos; they count here all the same, because what is open does not depend on the stage.
    """
    if not point.kinds:
        return State("no record kind yet", 0, 0)
    records, gaps, missing = 0, 0, 0
    for kind in point.kinds:
        entries = inputs.dossier.kind(kind)
        records += len(entries)
        missing += not entries
        gaps += sum(1 for f in inputs.report.about(kind) if f.waived is None and kind not in inputs.dossier.entries)
        gaps += sum(1 for entry in entries for f in inputs.report.about(entry.id) if f.waived is None)
    if not records:
        return State("not started", 0, gaps)
    return State("gaps" if gaps or missing else "complete", records, gaps)


def summary(inputs: Inputs) -> dict[str, int]:
    """How many points are in each state."""
    counts: dict[str, int] = {}
    for points in (inputs.law.annex_ii, inputs.law.annex_iii):
        for point in points.values():
            word = state_of(inputs, point).word
            counts[word] = counts.get(word, 0) + 1
    return counts
