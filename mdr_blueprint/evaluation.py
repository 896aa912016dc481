"""How a risk is judged: bands of P1 and P2 combined by lookup, then the verdict of the matrix.

One computation for the rules that check it and the tables that show it. Bands are names with an order; they are
looked up, never multiplied. A probability given as a number falls into its band first. What a policy does not define
is None, never a guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mdr_blueprint.load import Dossier, Law
from mdr_blueprint.model import Harm, RiskPolicy
from mdr_blueprint.model.risk import Estimate, Risk
from mdr_blueprint.model.risk_process import Acceptability, ProbabilityScale
from mdr_blueprint.model.scalars import number


@dataclass(frozen=True, slots=True)
class Level:
    """What the policy says of one estimate of one risk."""

    severity: str
    probability: str | None
    """Band of the probability of harm; None where it cannot be estimated and severity alone decides."""
    verdict: Acceptability
    """`acceptable` holds once the argument stands that no further reduction is possible (Annex I 2)."""


@dataclass(frozen=True, slots=True)
class Bands:
    """The probabilities of an estimate as names of bands; a word that is no band of the policy stands as it is."""

    p1: str | None
    p2: str | None
    p: str | None
    """Of the harm: as given, else P1 and P2 combined by the policy's table."""


def policy_of(dossier: Dossier, law: Law) -> RiskPolicy:
    """The project's own policy, else the library's."""
    return dossier.single(RiskPolicy) or law.policy


def p1_bands(policy: RiskPolicy) -> tuple[str, ...]:
    """Bands of P1, and of the probability of harm, from the least probable."""
    return tuple(policy.probability.bands) if policy.probability else ()


def p2_bands(policy: RiskPolicy) -> tuple[str, ...]:
    """Bands of P2, from the least probable."""
    return tuple(policy.p2.bands) if policy.p2 else ()


def rank(word: str | None, scale: Sequence[str]) -> int | None:
    """Position of a word on its scale from 0, None where the scale does not have it."""
    return scale.index(word) if word is not None and word in scale else None


def severity(dossier: Dossier, estimate: Estimate | None, harm: str) -> str | None:
    """The severity class of an estimate: that of its own lesser harm, else that of the risk's harm."""
    entry = dossier.get((estimate.harm if estimate else None) or harm, Harm)
    return entry.record.severity if entry else None


def band_of(scale: ProbabilityScale | None, said: str | None) -> str | None:
    """The band that a probability names or, being a number from 0 to 1, falls into; else the words as they are."""
    value = number(said) if scale is not None and said is not None and said not in scale.bands else None
    if scale is None or value is None or value < 0:
        return said
    last = len(scale.bands) - 1
    for position, (band, edge) in enumerate(scale.bands.items()):
        if value < edge or (value == edge and (scale.edge == "band_below" or position == last)):
            return band
    return said


def bands(policy: RiskPolicy, estimate: Estimate) -> Bands:
    """The bands of an estimate."""
    p1, p2 = band_of(policy.probability, estimate.p1), band_of(policy.p2, estimate.p2)
    if estimate.p is not None:
        return Bands(p1, p2, band_of(policy.probability, estimate.p))
    combined = policy.combine.get(p1, {}).get(p2) if p1 is not None and p2 is not None else None
    return Bands(p1, p2, combined)


def probability(policy: RiskPolicy, estimate: Estimate) -> str | None:
    """The band of the probability of harm."""
    return bands(policy, estimate).p


def level(policy: RiskPolicy, dossier: Dossier, estimate: Estimate | None, harm: str) -> Level | None:
    """The verdict on one estimate of a risk with this harm; None where estimate or policy leave it open.

    A probability that cannot be estimated is judged by severity alone: by the policy's own criterion, else as if the harm were
    in the highest band. A word that is not on its scale has no verdict, whatever the tables hold for it.
    """
    grade = severity(dossier, estimate, harm)
    if estimate is None or grade is None or grade not in policy.severity:
        return None
    band = probability(policy, estimate)
    if band is not None:
        verdict = policy.matrix.get(grade, {}).get(band) if band in p1_bands(policy) else None
    elif estimate.not_estimable:
        verdict = not_estimable(policy, grade)
    else:
        verdict = None
    return Level(grade, band, verdict) if verdict is not None else None


def not_estimable(policy: RiskPolicy, grade: str) -> Acceptability | None:
    """The verdict on a severity where no probability can be given."""
    highest = next(reversed(p1_bands(policy)), "")
    return policy.not_estimable.get(grade) or policy.matrix.get(grade, {}).get(highest)


def final(risk: Risk) -> Estimate | None:
    """The estimate that stands at the end: the residual one, else the initial one where nothing was reduced."""
    return risk.residual or risk.initial
