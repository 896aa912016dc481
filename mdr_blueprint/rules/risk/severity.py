"""Whether a lower severity is claimed where it may be: as a lesser harm, after control (ISO 14971:2019, 7.3)."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.diagnostics import Related
from mdr_blueprint.evaluation import policy_of, rank, severity
from mdr_blueprint.graph import Graph
from mdr_blueprint.load import Dossier, Law
from mdr_blueprint.model import Control, Harm, Risk
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import call, first, referring
from mdr_blueprint.rules.risk.effect import INFORMATION
from mdr_blueprint.rules.risk.naming import call_risk


@rule("RISK463", "E", basis="ISO 14971:2019 7.3", requires=("RISK411", "RISK465"))
def harm_not_lesser(dossier: Dossier, law: Law) -> Iterator[Found]:
    """The harm of a residual estimate is no lesser one.

    Why: `harm` in a residual estimate says that a control limits the severity; a harm that is as severe, or more so, says nothing
    of the kind, and the risk is judged by the wrong harm.
    Fix: name a harm of lower severity, or take `harm` out of the residual estimate; another harm of the situation is a risk of
    its own.
    """
    scale = policy_of(dossier, law).severity
    for entry in entries(dossier, Risk):
        residual = entry.record.residual
        if residual is None or residual.harm is None:
            continue
        if residual.harm == entry.record.harm:
            yield Found.on(entry, f"the residual estimate of {call_risk(dossier, entry)} names the harm of the risk itself, "
                           f"`{residual.harm}`, as the lesser one", "residual", "harm")
            continue
        was, now = severity(dossier, None, entry.record.harm), severity(dossier, residual, entry.record.harm)
        before, after = rank(was, scale), rank(now, scale)
        if before is not None and after is not None and after >= before:
            words = "just as severe" if after == before else f"more severe than `{was}`"
            harm = dossier.get(residual.harm, Harm)
            related = (Related("its severity stands here", harm.at("severity")),) if harm else ()
            yield Found.on(entry, f"the residual estimate of {call_risk(dossier, entry)} names `{residual.harm}` as the lesser "
                           f"harm, but `{now}` is {words}", "residual", "harm", related=related)


@rule("RISK464", "W", basis="ISO 14971:2019 7.1 and 7.3", requires=("RISK405", "RISK422"))
def severity_effect_unclaimed(dossier: Dossier, graph: Graph) -> Iterator[Found]:
    """A control is said to act on the severity, but no risk with it names a lesser harm.

    Why: either the effect is real, and the residual risks are judged by a harm that can no longer happen, or the control limits
    no harm and should not say so.
    Fix: name the lesser harm in `residual` of a risk with this control, or take `severity` out of `acts_on`.
    """
    for entry in entries(dossier, Control):
        if "severity" not in entry.record.acts_on or entry.record.kind == INFORMATION:
            continue
        risks = [risk for risk, _ in referring(graph, entry.id, "controls", kind="risks") if risk.whole]
        after = [risk.record.residual for risk in risks]
        if not risks or None in after or any(estimate.harm for estimate in after if estimate):
            continue  # RISK428 tells of a residual estimate that is missing
        named = first([f"`{risk.id}`" for risk in risks])
        yield Found.on(entry, f"{call(entry)} is said to act on the severity, but no lesser harm stands in the residual estimate "
                       f"of {named}", "acts_on", entry.record.acts_on.index("severity"))


@rule("RISK465", "W", basis="ISO 14971:2019 5.5")
def harm_in_initial_estimate(dossier: Dossier) -> Iterator[Found]:
    """The initial estimate names a harm of its own.

    Why: before control the harm is the one of the risk; a lesser one there makes the risk look smaller than it was, and a
    reduction of severity cannot be seen any more.
    Fix: write the harm before control in `harm` of the risk, and a lesser one in `residual`.
    """
    for entry in entries(dossier, Risk):
        initial = entry.record.initial
        if initial is not None and initial.harm is not None:
            yield Found.on(entry, f"the initial estimate of {call_risk(dossier, entry)} names `{initial.harm}`, but the harm "
                           f"before control is that of the risk, `{entry.record.harm}`", "initial", "harm")
