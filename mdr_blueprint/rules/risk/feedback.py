"""Whether what production and use tell reaches the risk file (ISO 14971:2019, clause 10; Annex I 3(e) and 3(f))."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from mdr_blueprint.diagnostics import Related
from mdr_blueprint.evaluation import band_of, bands, final, p1_bands, p2_bands, policy_of, rank
from mdr_blueprint.load import Dossier, Entry, Law
from mdr_blueprint.model import Observation, Risk, RiskPlan, RiskPolicy
from mdr_blueprint.model.risk_process import ObservedRate
from mdr_blueprint.rules.engine import Found, entries, live, rule
from mdr_blueprint.rules.questions import base, call, lacks, listed, short
from mdr_blueprint.rules.risk.effect import WORDS
from mdr_blueprint.rules.risk.naming import call_risk

JUDGED = ("safety_relevant", "reason", "by", "date")


@rule("RISK473", "W", basis="ISO 14971:2019 10.3; MDR Annex I 3(e)")
def unjudged_observation(dossier: Dossier) -> Iterator[Found]:
    """Information from production or use is not judged for its relevance to safety.

    Why: collecting is half of the work; what nobody judged is found again when the same thing has happened to a patient.
    Fix: add `judged` with `safety_relevant`, `reason`, `by` and `date`.
    """
    for entry in entries(dossier, Observation):
        if lacks(entry, "judged"):
            yield Found.on(entry, f"{call(entry)} is not judged for its relevance to safety", "judged")
            continue
        judged, raw = entry.record.judged, entry.raw.get("judged")
        if judged is None or not isinstance(raw, dict):
            continue  # ID108: it was written and could not be read
        missing = [f"`{name}`" for name in JUDGED if getattr(judged, name) is None and not raw.get(name)]
        if missing:
            yield Found.on(entry, f"the judgement on {call(entry)} has no {listed(missing, 'or')}", "judged")


@rule("RISK474", "E", basis="ISO 14971:2019 10.3 and 10.4; MDR Annex I 3(e) and 3(f), Article 83(3)")
def relevant_observation_without_consequence(dossier: Dossier) -> Iterator[Found]:
    """An observation is relevant to safety and touches no record.

    Why: whatever was done about it, the risk file was not looked at again; its estimates and measures still say what was believed
    before.
    Fix: name in `touches` the hazards, situations, risks or controls that were looked at again or added.
    """
    for entry in entries(dossier, Observation):
        judged = entry.record.judged
        if judged is not None and judged.safety_relevant and lacks(entry, "touches"):
            more = "and leads to no action" if lacks(entry, "actions") else "for all its actions"
            yield Found.on(entry, f"{call(entry)} is judged relevant to safety, but touches no record of the file {more}",
                           "judged", "safety_relevant")


@rule("RISK475", "E", basis="ISO 14971:2019 10.3; MDR Annex I 3(e) and 3(f)")
def observed_rate_above_estimate(dossier: Dossier, law: Law) -> Iterator[Found]:
    """A rate that was observed is higher than the estimate of the risk.

    Why: the estimate was a forecast, and use has shown it wrong; level, verdict and weighing rest on it all the same.
    Fix: correct the estimate, then look again at controls, weighing and disclosure; or correct the count.
    """
    policy = policy_of(dossier, law)
    for entry in entries(dossier, Observation):
        for index, observed in enumerate(entry.record.rates):
            counted = f"{call(entry)} counts {_counts(observed)}"
            wrong = _not_a_rate(observed)
            if wrong:
                yield Found.on(entry, f"{counted}: {wrong}", "rates", index,
                               fix="write in `of` the number of cases, counted in the unit of the scale.")
                continue
            risk = dossier.get(base(observed.risk), Risk)
            worse = _too_high(dossier, policy, observed, risk) if risk is not None and live(dossier, risk) else None
            if risk is not None and worse:
                yield Found.on(entry, f"{counted} {worse}", "rates", index, related=[Related("the risk stands here", risk.place)])


def _counts(observed: ObservedRate) -> str:
    events, of = observed.events, f"{observed.of:f}"
    return f"{events} event{'' if events == 1 else 's'} in {of} case{'' if of == '1' else 's'}"


def _not_a_rate(observed: ObservedRate) -> str | None:
    """Why no probability can be made of the counts."""
    if observed.of <= 0:
        return "without cases there is no rate"
    return "a probability is at most 1" if observed.events > observed.of else None


def _too_high(dossier: Dossier, policy: RiskPolicy, observed: ObservedRate, risk: Entry[Risk]) -> str | None:
    """How the band of the observed rate is worse than that of the estimate; None where it is not, or cannot be compared."""
    estimate = final(risk.record)
    if estimate is None:
        return None
    of_p2 = observed.factor == "p2"
    scale, order = (policy.p2, p2_bands(policy)) if of_p2 else (policy.probability, p1_bands(policy))
    rate = Decimal(observed.events) / observed.of
    seen, said = band_of(scale, str(rate)), getattr(bands(policy, estimate), observed.factor)
    found, estimated = rank(seen, order), rank(said, order)
    if found is None or estimated is None or found <= estimated:
        return None
    which = "residual" if estimate is risk.record.residual else "initial"
    return (f"({WORDS[observed.factor]} about {rate:.2g}, band `{seen}`), but the {which} estimate of "
            f"{call_risk(dossier, risk)} says `{said}`")


@rule("RISK476", "W", basis="ISO 14971:2019 4.4(g), 10.2 and 10.3; MDR Annex I 3(e), Article 83(3)")
def overdue_feedback(dossier: Dossier, today: date) -> Iterator[Found]:
    """A planned review of information from production or use is overdue.

    Why: the plan promised it; until it is done nobody knows whether the risk file still holds.
    Fix: carry the review out, record what was found under `observations`, and set the day of the next one.
    """
    for entry in entries(dossier, RiskPlan):
        for index, activity in enumerate(entry.record.feedback):
            if activity.next is not None and activity.next < today:
                yield Found.on(entry, f"the review of `{short(activity.source)}` was due on {activity.next}", "feedback", index,
                               "next")
