"""What is refused: levels that are typed by hand, and products of ranks in the place of a risk (ISO 14971:2019, 5.5 and 6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mdr_blueprint.load import Dossier, Entry
from mdr_blueprint.model import (
    BenefitRisk,
    Control,
    FailureMode,
    Hazard,
    OverallResidualRisk,
    Record,
    Risk,
    RiskPlan,
    RiskPolicy,
)
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import call, listed
from mdr_blueprint.rules.risk.naming import call_risk

Steps = tuple[str | int, ...]
ARGUMENTS: dict[type[Record], tuple[str, ...]] = {
    FailureMode: ("title", "function", "mechanism", "local_effect", "effect", "noticed_by", "no_safety_effect"),
    Hazard: ("not_arising",),
    Risk: ("reduction_argument",),
    BenefitRisk: ("argument", "alternatives"),
    OverallResidualRisk: ("method", "conclusion"),
    RiskPlan: ("criteria",),
    RiskPolicy: ("text",),
}
"""The texts that argue about risk, besides those in parts of a risk or a control."""
TIMES = r"\s*[x×*·]\s*"
RANKS = re.compile(
    rf"\bRPNs?\b|\brisk[- ]priority[- ]numbers?\b|\bS{TIMES}O{TIMES}D\b|\bseverity{TIMES}occurrence{TIMES}detect\w+",
    re.IGNORECASE,
)
STEMS = ("rpn", "priority", "occurrence", " o ", "×", "·", "*", "xox")
"""A quick look: a text without any of these speaks of no product of ranks."""
DENIED_BEFORE = re.compile(r"\b(?:no|not|never|without|nor|neither|instead of|rather than)\b[^.;:!?]{0,30}\Z", re.IGNORECASE)
DENIED_AFTER = re.compile(r"[^.;:!?]{0,20}\b(?:not|never)\s+(?:used|computed|calculated|formed|counted|taken|evaluated)\b")


@rule("RISK444", "E", basis="ISO 14971:2019 6 and 7.3", always_error=True)
def typed_level(dossier: Dossier) -> Iterator[Found]:
    """A level, a verdict or a product of ranks is typed in by hand.

    Why: a typed level outlives the estimate and the criteria that it came from; then the file holds two levels, and nobody knows
    which one was approved. A product of ranks is no level at all.
    Fix: take it out; estimate and risk policy give the level, in every output the same.
    """
    for kind in ("typed-level", "risk-priority-number"):
        yield from Found.of(dossier.faults, kind)


@rule("RISK445", "E", basis="ISO 14971:2019 4.4 and 5.5 (a risk is probability of harm and severity)")
def risk_priority_number(dossier: Dossier) -> Iterator[Found]:
    """An argument rests on a product of ranks.

    Why: a risk priority number multiplies names, counts detection as if it protected anybody and knows no harm; two very
    different risks get the same number.
    Fix: take the number out; let the failure mode be the cause of an event, and estimate the risk of its situation.
    """
    for entry, text, steps in _arguments(dossier):
        ranks = _ranks_in(text)
        if ranks:
            name = call_risk(dossier, entry) if isinstance(entry.record, Risk) else call(entry)
            words = listed([f"`{rank}`" for rank in ranks])
            yield Found.on(entry, f"`{steps[-1]}` of {name} argues with {words}: a product of ranks is no risk", *steps)


def _arguments(dossier: Dossier) -> Iterator[tuple[Entry[Any], str | None, Steps]]:
    """Every text that argues about risk, with its place in the record."""
    for cls, fields in ARGUMENTS.items():
        for entry in entries(dossier, cls):
            for field in fields:
                yield entry, getattr(entry.record, field), (field,)
    for entry in entries(dossier, Risk):
        for name in ("initial", "residual"):
            estimate = getattr(entry.record, name)
            if estimate is not None:
                yield entry, estimate.not_estimable, (name, "not_estimable")
    for entry in entries(dossier, Control):
        for index, option in enumerate(entry.record.options_considered):
            yield entry, option.rejected, ("options_considered", index, "rejected")


def _ranks_in(text: str | None) -> list[str]:
    """The products of ranks that a text speaks of, other than to say that there is none."""
    if text is None:
        return []
    lowered = text.lower()
    if not any(stem in lowered for stem in STEMS):
        return []
    found = (match for match in RANKS.finditer(text) if not _denied(text, match))
    return list(dict.fromkeys(" ".join(match[0].split()) for match in found))


def _denied(text: str, match: re.Match[str]) -> bool:
    return bool(DENIED_BEFORE.search(text[: match.start()]) or DENIED_AFTER.match(text[match.end():]))
