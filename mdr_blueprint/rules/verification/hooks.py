"""Where the clauses of a standard point into the risk file: whether something stands at the other end."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.load import Dossier, Entry, Law
from mdr_blueprint.model import ClauseAnswer
from mdr_blueprint.model.library import ClauseItem
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import call, first, lacks, short

POINTS = "the clause itself; ISO 14971:2019 4.5 (traceability in the risk management file)"
OF_A_RISK = ("5", "6", "7")
"""How the clauses of ISO 14971 begin that treat single risks; the others treat process, plan and report, which evidence shows."""


def _judged_hooks(dossier: Dossier, law: Law) -> Iterator[tuple[Entry[ClauseAnswer], ClauseItem]]:
    """Clauses that ask for a look into the risk file, with a verdict of pass or fail."""
    for entry in entries(dossier, ClauseAnswer):
        known = law.standard(entry.owner or "")
        item = known.clauses.get(entry.key) if known is not None else None
        if item is not None and item.rm_hook and entry.record.verdict in ("P", "F"):
            yield entry, item


def _is_linked(entry: Entry[ClauseAnswer]) -> bool:
    return not (lacks(entry, "risks") and lacks(entry, "controls"))


@rule("VER545", "E", basis=POINTS, requires=("VER511",))
def hook_without_risk(dossier: Dossier, law: Law) -> Iterator[Found]:
    """A clause that asks for the risk file is judged and names no risk and no control.

    Why: the laboratory asks for the place in the risk file before it writes its verdict, and gets a whole folder instead.
    Fix: name in `risks` or `controls` where the risk file answers the clause; where it has nothing to answer, say why in `remark`
    and who judged that in `reviewer`.
    """
    for entry, item in _judged_hooks(dossier, law):
        if item.steps and not any(step.split(".")[0] in OF_A_RISK for step in item.steps):
            continue
        reasoned = not lacks(entry, "remark") and not lacks(entry, "reviewer")
        if not _is_linked(entry) and not reasoned:
            asks = f" ({short(item.asks, 100)})" if item.asks else ""
            yield Found.on(entry, f"{call(entry)} is {entry.record.verdict} and asks for the risk file{asks}, but names no risk "
                           "and no control", "verdict")


@rule("VER562", "I", basis=POINTS)
def hook_without_reviewer(dossier: Dossier, law: Law) -> Iterator[Found]:
    """Nobody signs for what the clauses of a standard ask of the risk file.

    Why: the engineer who measures and the one who knows the risks are seldom the same; the laboratory wants the latter's name.
    Fix: name in `reviewer` of each clause who judged it.
    """
    unsigned: dict[str, list[Entry[ClauseAnswer]]] = {}
    for entry, _ in _judged_hooks(dossier, law):
        if lacks(entry, "reviewer") and _is_linked(entry):
            unsigned.setdefault(entry.owner or "", []).append(entry)
    for id_, found in unsigned.items():
        yield Found.on(found[0], f"{len(found)} clauses of `{id_}` that ask for the risk file name no reviewer: "
                       f"{first([entry.key for entry in found])}", "verdict")
