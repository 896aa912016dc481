"""How far each answer to Annex I is. Shared by several families."""

from __future__ import annotations

from dataclasses import dataclass

from mdr_blueprint.answers import answer_of
from mdr_blueprint.conditions import Outcome
from mdr_blueprint.load import Entry
from mdr_blueprint.model import Evidence, GsprAnswer
from mdr_blueprint.model.library import GsprItem
from mdr_blueprint.tables.inputs import Inputs
from mdr_blueprint.tables.shapes import Gap

PLANNED = "planned only"
STATUSES = ("complete", "gaps", "not applicable", "open", "contradicts the facts")
DONE = ("complete", "not applicable")


@dataclass(frozen=True)
class Answered:
    """A row of the checklist: the answer that stands for it, what the facts say, and what is open."""

    key: str
    item: GsprItem
    entry: Entry[GsprAnswer] | None
    """Its own answer, or that of a point above which covers it."""
    facts: Outcome
    codes: tuple[str, ...]
    """Rules that found something."""
    reopened: tuple[tuple[str, str], ...]
    """Facts that the answer rests on and that do not hold for the device."""
    evidence: str | Gap

    @property
    def own(self) -> bool:
        return self.entry is not None and self.entry.key == self.key

    @property
    def applicable(self) -> bool | None:
        return self.entry.record.applicable if self.entry else None

    @property
    def contradicts(self) -> bool:
        asked = self.facts.holds
        return self.item.answerable and None not in (asked, self.applicable) and asked is not self.applicable

    @property
    def status(self) -> str:
        """One of `STATUSES`; a row that asks for nothing has none."""
        if self.entry is None or self.applicable is None or self.reopened:
            return "open" if self.item.answerable or self.entry else ""
        if self.contradicts:
            return "contradicts the facts"
        record = self.entry.record
        if not self.applicable:
            return "not applicable" if record.justification and not self.codes else "gaps"
        return "complete" if record.method and self.evidence == "approved" and not self.codes else "gaps"


def answered(inputs: Inputs) -> dict[str, Answered]:
    """Every identifier of Annex I with its answer."""
    found = {}
    for key, item in inputs.law.gspr.items():
        entry = answer_of(inputs.dossier, inputs.law, key)
        stated = entry.record.facts if entry else {}
        found[key] = Answered(
            key,
            item,
            entry,
            inputs.known.judge(item.when),
            tuple(dict.fromkeys(f.code for f in inputs.report.about(entry.id if entry else f"gspr:{key}") if f.waived is None)),
            tuple((name, fact.value) for name, fact in stated.items() if inputs.known.values.get(name) != fact.value),
            evidence_state(inputs, entry.id) if entry else Gap("no evidence"),
        )
    return found


def evidence_state(inputs: Inputs, id_: str) -> str | Gap:
    """`approved` where all evidence of an answer is; else a gap that says how far it is."""
    proofs = [inputs.dossier.get(target, Evidence) for target in inputs.graph.targets(id_, "evidence")]
    states = {proof.record.status or "unknown" for proof in proofs if proof}
    if not states:
        return Gap("no evidence")
    if states == {"approved"}:
        return "approved"
    return Gap(PLANNED if states == {"planned"} else "partly: " + ", ".join(sorted(states)))
