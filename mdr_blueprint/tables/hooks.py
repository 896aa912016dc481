"""Clauses of the IEC 60601 series that point into the risk management file, and what that file answers them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mdr_blueprint.clause_tree import ClauseState, Verdict
from mdr_blueprint.load import Entry
from mdr_blueprint.model import ClauseAnswer
from mdr_blueprint.rules.verification.hooks import is_about_risks
from mdr_blueprint.tables import proofs
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, spaced
from mdr_blueprint.tables.levels import live, with_levels
from mdr_blueprint.tables.series import against_facts, answers, judged_of_series, short_name, short_places, states, why
from mdr_blueprint.tables.shapes import Cell, Column, Gap, LineItem, Lines, RecordLink, Row, row


@table(
    "rm_hooks",
    "Clauses that point into the risk management file",
    Column("Standard", 15),
    Column("Clause", 9),
    Column("What it asks of the risk file (own words)", 33),
    Column("ISO 14971", 11),
    Column("Applies", 9),
    Column("Risks with their level after control, controls, documents", 34),
    Column("Verdict", 8),
    Column("Conclusion or reason", 29),
    Column("Reviewer", 12),
    sheet=True,
    empty="No standard of the IEC 60601 series with such clauses is applied.",
)
def rm_hooks(inputs: Inputs) -> Iterator[Row]:
    """Every such clause has a row; where facts, another standard or an exclusion take it out, the row gives that reason."""
    for standard in judged_of_series(inputs):
        name, told = short_name(inputs, standard), states(inputs, standard)
        said, against = answers(told), against_facts(inputs, told)
        for state in told:
            if state.item.rm_hook:
                yield _Hook(inputs, state, said.get(state.key), against.get(state.key, "")).row(name)


@dataclass(frozen=True, slots=True)
class _Hook:
    inputs: Inputs
    state: ClauseState
    said: Entry[ClauseAnswer] | None
    """The record that the verdict comes from: of the clause, or of one above that stands for it."""
    against: str

    @property
    def verdict(self) -> Verdict:
        return self.state.verdict if self.state.source == "nobody" else self.state.own

    @property
    def is_judged(self) -> bool:
        """Passed or failed, by a person."""
        return self.said is not None and self.verdict in ("P", "F")

    def row(self, standard: str) -> Row:
        state, entry = self.state, self.state.entry
        out = self.verdict in ("N/A", "N/E")
        answer = "" if out else self._answer()
        return row(
            entry.id if entry else None,
            standard,
            RecordLink(entry.id, state.key) if entry else state.key,
            state.item.asks or state.item.title,
            ", ".join(state.item.steps),
            "no" if out else self._applies(),
            answer,
            Gap(self.verdict) if self.verdict in ("F", "open") else self.verdict,
            self._conclusion(),
            self._reviewer(),
        )

    def _applies(self) -> str | Gap:
        """Whoever judged the clause has seen that it applies; else the facts tell."""
        outcome = self.inputs.known.judge(self.state.item.when)
        if self.is_judged or outcome.holds is not None:
            return "yes"
        return Gap(f"not stated: {spaced(', '.join(outcome.open))}")

    def _links(self) -> list[LineItem]:
        """The risks and controls that answer the clause."""
        if self.said is None:
            return []
        graph = self.inputs.graph
        shown = with_levels(self.inputs, live(self.inputs, graph.targets(self.said.id, "risks")), "")
        items: list[LineItem] = [*shown.items] if isinstance(shown, Lines) else []
        controls = proofs.live(self.inputs, graph.targets(self.said.id, "controls"))
        return items + [self.inputs.link(id_) for id_ in controls]

    def _answer(self) -> Cell:
        """The records that answer the clause. One that asks of the process, and not of a risk, is answered by documents; one that
        has nothing to answer, by the reasons of whoever reviewed it. Else nothing named is a gap, whatever the verdict is.
        """
        if items := self._links():
            return Lines(tuple(items))
        if self.said is not None and not is_about_risks(self.state.item):
            documents = short_places(self.inputs, self.said.id)
            return Lines(tuple(documents)) if documents else Gap("names no document")
        if self.is_judged and self.said is not None and self.said.record.remark and self.said.record.reviewer:
            return "none, for the reason given"
        return Gap("names no risk and no control")

    def _conclusion(self) -> Cell:
        state = self.state
        remark = self.inputs.say(state.entry.record.remark) if state.entry else ""
        lines: list[LineItem] = [remark] if remark else []
        if state.source == "answer":
            lines += [Gap("no remark")] if not remark and self.verdict == "N/A" else []
            lines += [Gap(f"to be judged anew: {self.inputs.reason(state.why)}")] if state.why else []
        elif state.why:
            lines.append(why(self.inputs, state))
        elif state.source == "nobody":
            lines.append(Gap("not judged") if self.verdict == "open" else "as the clauses below it")
        lines += [Gap(self.against)] if self.against else []
        return "" if not lines else lines[0] if len(lines) == 1 else Lines(tuple(lines))

    def _reviewer(self) -> str | Gap:
        """Who judged what the risk file answers; of a clause that nobody judged, or that does not apply, nobody has to."""
        reviewer = self.said.record.reviewer if self.said else None
        asked = self.is_judged and (is_about_risks(self.state.item) or self._links())
        return reviewer or (Gap("no reviewer") if asked else "")
