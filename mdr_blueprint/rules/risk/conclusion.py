"""What is left in the end: the arguments, the weighing and the overall residual risk (ISO 14971:2019, 7.4 and 8)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mdr_blueprint.diagnostics import Related
from mdr_blueprint.evaluation import final, level, policy_of
from mdr_blueprint.graph import Graph
from mdr_blueprint.load import Dossier, Entry, Law
from mdr_blueprint.model import BenefitRisk, Control, OverallResidualRisk, Risk
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import call, gaps, is_missing, is_used, lacks, listed, unread
from mdr_blueprint.rules.risk.naming import call_risk
from mdr_blueprint.source import Sources

COST_WORDS = (
    "alarp", "alara", "as low as reasonably practicable", "as low as reasonably achievable", "affordable", "unaffordable",
    "budget", "cheap", "cheaper", "cost", "costs", "costly", "economic", "economical", "economically", "uneconomic",
    "uneconomical", "expensive", "expense", "financial", "financially", "money", "price",
)
"""Words of an argument from money, or from a stopping rule that the Regulation does not have."""
STEMS = ("alar", "reasonably", "afford", "budget", "cheap", "cost", "econom", "expens", "financ", "money", "price")
"""A quick look: an argument without any of these has none of the words."""
COST = re.compile(rf"(?<!at the )\b(?:{'|'.join(COST_WORDS)})\b")


@rule("RISK408", "W", basis="MDR Annex I 2 (as far as possible without worsening the benefit-risk balance); that cost is no "
      "argument is how assessors read it")
def cost_argument(dossier: Dossier) -> Iterator[Found]:
    """An argument on risk speaks of cost, or of ALARP.

    Why: under the Regulation reduction ends where it would worsen the benefit-risk balance; what a measure costs does not end
    it.
    Fix: argue by what further reduction would do to benefit and risk.
    """
    for entry in entries(dossier, Risk):
        yield from _cost_in(entry, call_risk(dossier, entry), entry.record.reduction_argument, "reduction_argument")
    for entry in entries(dossier, Control):
        for index, option in enumerate(entry.record.options_considered):
            yield from _cost_in(entry, call(entry), option.rejected, "options_considered", index, "rejected")
    for entry in entries(dossier, BenefitRisk):
        yield from _cost_in(entry, call(entry), entry.record.argument, "argument")
    for entry in entries(dossier, OverallResidualRisk):
        yield from _cost_in(entry, call(entry), entry.record.conclusion, "conclusion")


def _cost_in(entry: Entry[Any], name: str, text: str | None, *steps: str | int) -> Iterator[Found]:
    lowered = (text or "").lower()
    if not any(stem in lowered for stem in STEMS):
        return
    found = list(dict.fromkeys(COST.findall(lowered)))
    if found:
        words = listed([f"`{word}`" for word in found])
        yield Found.on(entry, f"`{steps[-1]}` of {name} argues with {words}", *steps)


@rule("RISK410", "W", basis="MDR Annex I 2 and 4; EN ISO 14971:2019+A11:2021 Annex ZA")
def missing_reduction_argument(dossier: Dossier) -> Iterator[Found]:
    """A risk does not say why no further reduction is possible.

    Why: a green cell of the matrix is no end under the Regulation; each risk is reduced as far as possible, and the file says
    why it stops here.
    Fix: add `reduction_argument`: what a further measure would do to the balance of benefit and risk.
    """
    for entry in entries(dossier, Risk):
        if lacks(entry, "reduction_argument"):
            yield Found.on(entry, f"{call_risk(dossier, entry)} does not say why no further reduction is possible",
                           "reduction_argument")


@rule("RISK417", "E", basis="ISO 14971:2019 8; MDR Annex I 1, 4 and 8; MDR Annex II 5(a)", requires=("RISK434",))
def missing_overall_residual_risk(dossier: Dossier, sources: Sources) -> Iterator[Found]:
    """The overall residual risk is not evaluated.

    Why: many acceptable risks can add up to a device that is not; the Regulation asks for the balance of all of them against
    the benefits.
    Fix: write `overall_residual_risk` with method and conclusion.
    """
    if is_missing(dossier, sources, "overall_residual_risk"):
        if next(entries(dossier, Risk), None) is not None:
            yield Found.missing(dossier, "overall_residual_risk", "the project has risks and no evaluation of the overall "
                                "residual risk")
        return
    for entry in entries(dossier, OverallResidualRisk):
        missing = gaps(entry, "method", "conclusion")
        if missing:
            yield Found.on(entry, f"the overall residual risk has no {listed(missing, 'or')}")


@rule("RISK418", "E", basis="ISO 14971:2019 7.4; MDR Annex I 1 and 8", requires=("RISK409", "RISK411", "RISK428", "RISK463"))
def unweighed_risk(dossier: Dossier, law: Law) -> Iterator[Found]:
    """A residual risk is not acceptable by the criteria and is not weighed against the benefits.

    Why: such a risk may stay only if the benefits to the patient outweigh it, and someone has to show that.
    Fix: reduce the risk further, or name its weighing in `benefit_risk`.
    """
    policy = policy_of(dossier, law)
    for entry in entries(dossier, Risk):
        risk = entry.record
        if not lacks(entry, "benefit_risk"):
            continue
        if not risk.controls and not risk.residual:
            continue  # RISK426: first reduce
        judged = level(policy, dossier, final(risk), risk.harm)
        if judged is not None and judged.verdict == "not_acceptable":
            band = f"probability `{judged.probability}`" if judged.probability else "probability not estimable"
            yield Found.on(entry, f"{call_risk(dossier, entry)} is not acceptable after all controls (severity "
                           f"`{judged.severity}`, {band}) and has no benefit-risk analysis", "residual")


@rule("RISK438", "E", basis="ISO 14971:2019 7.4; MDR Annex II 5(a)")
def empty_benefit_risk(dossier: Dossier) -> Iterator[Found]:
    """A benefit-risk analysis names no benefit or has no argument.

    Why: a weighing with one empty scale is a signature, not an analysis.
    Fix: name the claimed benefits and write the argument.
    """
    for entry in entries(dossier, BenefitRisk):
        missing = gaps(entry, "benefits", "argument")
        if missing:
            yield Found.on(entry, f"{call(entry)} has no {listed(missing, 'or')}")


@rule("RISK482", "E", basis="ISO 14971:2019 7.4; MDR Annex I 1 and 8", requires=("RISK438",))
def risk_not_outweighed(dossier: Dossier, law: Law) -> Iterator[Found]:
    """A residual risk is not acceptable by the criteria, and its weighing does not find that the benefits outweigh it.

    Why: an argument without its outcome, or with the wrong one, lets nobody go on; the risk is left as it is.
    Fix: set `outweighs: true` once the benefits outweigh the risk; until then reduce the risk further.
    """
    policy = policy_of(dossier, law)
    weighed: dict[str, list[Entry[Risk]]] = {}
    for entry in entries(dossier, Risk):
        judged = level(policy, dossier, final(entry.record), entry.record.harm)
        if entry.record.benefit_risk and judged is not None and judged.verdict == "not_acceptable":
            weighed.setdefault(entry.record.benefit_risk, []).append(entry)
    for entry in entries(dossier, BenefitRisk):
        risks = weighed.get(entry.id, [])
        said = entry.record.outweighs
        if risks and (said is False or lacks(entry, "outweighs")):
            outcome = "does not find the benefits to outweigh" if said is False else "does not say whether the benefits outweigh"
            named = listed([f"`{risk.id}`" for risk in risks])
            yield Found.on(entry, f"{call(entry)} {outcome} what it weighs, which is not acceptable by the matrix: {named}",
                           "outweighs", related=[Related("risk that it weighs", risk.at("benefit_risk")) for risk in risks[:3]])


@rule("RISK478", "W", basis="ISO 14971:2019 7.4; MDR Annex II 5(a)")
def idle_benefit_risk(dossier: Dossier, graph: Graph, sources: Sources) -> Iterator[Found]:
    """A benefit-risk analysis weighs no risk.

    Why: either the risk that it was written for lost its reference, and stands unweighed, or the analysis answers nothing.
    Fix: name it in `benefit_risk` of the risk it weighs, or retire it.
    """
    excused = unread(dossier, sources)
    for entry in entries(dossier, BenefitRisk):
        if entry.id not in excused and not is_used(graph, entry.id, "benefit_risk"):
            yield Found.on(entry, f"no risk names {call(entry)}")
