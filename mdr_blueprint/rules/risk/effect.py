"""What controls do to a risk: what went down between the estimates, which controls act on it, who showed that they work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mdr_blueprint.evaluation import bands, p1_bands, p2_bands, rank, severity
from mdr_blueprint.load import Dossier, Entry
from mdr_blueprint.model import Control, Evidence, Risk, RiskPolicy, Test
from mdr_blueprint.rules.engine import live
from mdr_blueprint.rules.questions import base

KINDS = ("inherent", "protective", "information_for_safety")
"""The order that Annex I 4 sets."""
INFORMATION = KINDS[2]
WORDS = {"p1": "P1", "p2": "P2", "p": "probability of harm", "severity": "severity"}
USABILITY = ("usability", "summative", "human factors")
"""What the type or the title of a proof with users says."""
UNKNOWN = "not estimable"
"""In the place of a band; before control it counts as the highest one."""


class Lowered(NamedTuple):
    """A factor whose residual value is better than the initial one."""

    factor: str
    was: str
    now: str


def controls_of(dossier: Dossier, risk: Entry[Risk]) -> list[Entry[Control]]:
    """The controls of a risk that are there and not retired."""
    found = (dossier.get(base(id_), Control) for id_ in risk.record.controls)
    return [entry for entry in found if entry is not None and live(dossier, entry)]


def lowered(policy: RiskPolicy, dossier: Dossier, risk: Risk) -> list[Lowered]:
    """What went down from the initial estimate to the residual one.

    From a probability that could not be estimated any band but the highest is a reduction, and has to be earned like one.
    """
    before, after = risk.initial, risk.residual
    if before is None or after is None:
        return []
    p1, p2 = p1_bands(policy), p2_bands(policy)
    was_in, is_in = bands(policy, before), bands(policy, after)
    pairs: list[tuple[str, str | None, str | None, tuple[str, ...]]]
    if was_in.p1 is not None and is_in.p1 is not None:
        pairs = [("p1", was_in.p1, is_in.p1, p1), ("p2", was_in.p2, is_in.p2, p2)]
    else:
        pairs = [("p", was_in.p, is_in.p, p1)]
    pairs.append(("severity", severity(dossier, before, risk.harm), severity(dossier, after, risk.harm), policy.severity))
    found = []
    for factor, was, now, scale in pairs:
        old, new = rank(was, scale), rank(now, scale)
        if was is None and before.not_estimable and factor != "severity":
            was, old = UNKNOWN, len(scale) - 1
        if old is not None and new is not None and new < old:
            found.append(Lowered(factor, str(was), str(now)))
    return found


def acts_on(control: Control, factor: str) -> bool:
    """`p` stands for the whole probability: it covers P1 and P2, and each of them lowers it."""
    if factor == "severity":
        return "severity" in control.acts_on
    return factor in control.acts_on or "p" in control.acts_on or (factor == "p" and bool({"p1", "p2"} & set(control.acts_on)))


def informed_only(controls: list[Entry[Control]]) -> bool:
    """Whether there are controls, and all of them are information for safety."""
    return bool(controls) and all(control.record.kind == INFORMATION for control in controls)


def shown_with_users(dossier: Dossier, control: Entry[Control]) -> bool:
    """Whether the effect rests on a usability evaluation, to be seen from type or title."""
    for proof in control.record.verified_effectiveness:
        evidence, test = dossier.get(base(proof), Evidence), dossier.get(base(proof), Test)
        words = f"{evidence.record.type or ''} {evidence.record.title}" if evidence else test.record.title if test else ""
        if any(word in words.casefold() for word in USABILITY):
            return True
    return False


def credited_to_information(policy: RiskPolicy, dossier: Dossier,
                            risk: Entry[Risk]) -> Iterator[tuple[Lowered, list[Entry[Control]]]]:
    """Probabilities of a risk that went down by information alone, without usability evidence, and the controls behind it."""
    controls = controls_of(dossier, risk)
    for fall in lowered(policy, dossier, risk.record):
        if fall.factor == "severity":
            continue
        acting = [control for control in controls if acts_on(control.record, fall.factor)]
        if informed_only(acting) and not any(shown_with_users(dossier, control) for control in acting):
            yield fall, acting
