"""How a risk is judged: bands of P1 and P2 combined by lookup, then the verdict of the matrix.

One computation for the rules that check it and the tables that show it. Bands are names with an order; they are
looked up, never multiplied. What a policy does not define is None, never a guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mdr_blueprint.load import Dossier, Law
from mdr_blueprint.model import Harm, RiskPolicy
from mdr_blueprint.model.risk import Estimate, Risk

Verdict = Literal["acceptable", "not_acceptable"]


@dataclass(frozen=True, slots=True)
class Level:
    """What the policy says of one estimate of one risk."""

    severity: str
    probability: str | None
    """Band of the probability of harm; None where it cannot be estimated and severity alone decides."""
    verdict: Verdict
    """`acceptable` holds once the argument stands that no further reduction is possible (Annex I 2)."""


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


def probability(policy: RiskPolicy, estimate: Estimate) -> str | None:
    """The band of the probability of harm: as given, else P1 and P2 combined by the policy's table."""
    if estimate.p is not None:
        return estimate.p
    if estimate.p1 is None or estimate.p2 is None:
        return None
    return policy.combine.get(estimate.p1, {}).get(estimate.p2)


def level(policy: RiskPolicy, dossier: Dossier, estimate: Estimate | None, harm: str) -> Level | None:
    """The verdict on one estimate of a risk with this harm; None where estimate or policy leave it open.

    A probability that cannot be estimated is judged by severity alone: as if the harm were in the highest band.
    """
    grade = severity(dossier, estimate, harm)
    if estimate is None or grade is None:
        return None
    band = probability(policy, estimate)
    column = band
    if band is None and estimate.not_estimable:
        column = next(reversed(p1_bands(policy)), None)
    verdict = policy.matrix.get(grade, {}).get(column) if column is not None else None
    return Level(grade, band, verdict) if verdict is not None else None


def final(risk: Risk) -> Estimate | None:
    """The estimate that stands at the end: the residual one, else the initial one where nothing was reduced."""
    return risk.residual or risk.initial
