"""Where the clauses of a standard point into the risk file: whether something stands at the other end."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.facts import Known
from mdr_blueprint.load import Dossier, Entry, Law
from mdr_blueprint.model import ClauseAnswer
from mdr_blueprint.model.library import ClauseItem
from mdr_blueprint.rules.engine import Found, rule
from mdr_blueprint.rules.questions import call, first, lacks, short
from mdr_blueprint.rules.verification.clauses import trees

POINTS = "the clause itself; ISO 14971:2019 4.5 (traceability in the risk management file)"
OF_A_RISK = ("5", "6", "7")
"""How the clauses of ISO 14971 begin that treat single risks; the others treat process, plan and report, which evidence shows."""


def _judged(dossier: Dossier, law: Law, known: Known) -> Iterator[tuple[Entry[ClauseAnswer], ClauseItem]]:
    """Verdicts of pass or fail on clauses that ask for a look into the risk file."""
    for tree in trees(dossier, law, known).values():
        for state in tree:
            if state.item.rm_hook and state.own in ("P", "F") and state.entry is not None:
                yield state.entry, state.item


def _is_linked(entry: Entry[ClauseAnswer]) -> bool:
    return not (lacks(entry, "risks") and lacks(entry, "controls"))


def is_about_risks(item: ClauseItem) -> bool:
    return not item.steps or any(step.split(".")[0] in OF_A_RISK for step in item.steps)


@rule("VER545", "E", basis=POINTS, requires=("VER511",))
def hook_without_risk(dossier: Dossier, law: Law, known: Known) -> Iterator[Found]:
    """A clause that asks for the risk file is judged and names no risk and no control.

    Why: the laboratory asks for the place in the risk file before it writes its verdict, and gets a whole folder instead.
    Fix: name in `risks` or `controls` where the risk file answers the clause; where it has nothing to answer, say why in `remark`
    and who judged that in `reviewer`.
    """
    for entry, item in _judged(dossier, law, known):
        reasoned = not lacks(entry, "remark") and not lacks(entry, "reviewer")
        if is_about_risks(item) and not _is_linked(entry) and not reasoned:
            asks = f" ({short(item.asks, 100)})" if item.asks else ""
            yield Found.on(entry, f"{call(entry)} is {entry.record.verdict}, asks for the risk file{asks} and names no risk "
                           "and no control", "verdict")


@rule("VER562", "I", basis=POINTS)
def hook_without_reviewer(dossier: Dossier, law: Law, known: Known) -> Iterator[Found]:
    """Nobody signs for what the clauses of a standard ask of the risk file.

    Why: the engineer who measures and the one who knows the risks are seldom the same; the laboratory wants the latter's name.
    Fix: name in `reviewer` of each clause who judged it.
    """
    unsigned: dict[str, list[Entry[ClauseAnswer]]] = {}
    for entry, _ in _judged(dossier, law, known):
        if lacks(entry, "reviewer") and _is_linked(entry):
            unsigned.setdefault(entry.owner or "", []).append(entry)
    for id_, found in unsigned.items():
        yield Found.on(found[0], f"verdicts of `{id_}` that ask for the risk file name no reviewer: "
                       f"{first([entry.key for entry in found])}", "verdict")
