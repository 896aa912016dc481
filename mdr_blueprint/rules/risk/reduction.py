"""Whether a reduction of risk is earned: by the right kind of measure on the right factor (ISO 14971:2019, 7.1 to 7.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mdr_blueprint.diagnostics import Related
from mdr_blueprint.evaluation import bands, p1_bands, p2_bands, policy_of, rank, severity
from mdr_blueprint.load import Dossier, Entry, Law
from mdr_blueprint.model import Control, Evidence, Risk, RiskPolicy, Test
from mdr_blueprint.rules.engine import Found, entries, live, rule
from mdr_blueprint.rules.questions import base, call, listed
from mdr_blueprint.rules.risk.naming import call_risk

KINDS = ("inherent", "protective", "information_for_safety")
"""The order that Annex I 4 sets."""
ORDER = "MDR Annex I 4(a) to (c); ISO 14971:2019 7.1"
WORDS = {"p1": "P1", "p2": "P2", "p": "probability of harm", "severity": "severity"}
Scales = tuple[tuple[str, ...], tuple[str, ...]]
"""Bands of P1 and of P2."""
USABILITY = ("usability", "summative", "human factors")


def _controls(dossier: Dossier, risk: Entry[Risk]) -> list[Entry[Control]]:
    found = (dossier.get(base(id_), Control) for id_ in risk.record.controls)
    return [entry for entry in found if entry is not None and live(dossier, entry)]


def _lowered(policy: RiskPolicy, scales: Scales, dossier: Dossier, risk: Risk) -> list[tuple[str, str, str]]:
    """The factors whose residual value is better than the initial one: factor, before, after."""
    before, after = risk.initial, risk.residual
    if before is None or after is None:
        return []
    p1, p2 = scales
    was_in, is_in = bands(policy, before), bands(policy, after)
    pairs: list[tuple[str, str | None, str | None, tuple[str, ...]]]
    if was_in.p1 is not None and is_in.p1 is not None:
        pairs = [("p1", was_in.p1, is_in.p1, p1), ("p2", was_in.p2, is_in.p2, p2)]
    else:
        pairs = [("p", was_in.p, is_in.p, p1)]
    pairs.append(("severity", severity(dossier, before, risk.harm), severity(dossier, after, risk.harm), policy.severity))
    lowered = []
    for factor, was, now, scale in pairs:
        old, new = rank(was, scale), rank(now, scale)
        if old is not None and new is not None and new < old:
            lowered.append((factor, str(was), str(now)))
    return lowered


def _acts_on(control: Control, factor: str) -> bool:
    """`p` stands for the whole probability: it covers P1 and P2, and each of them lowers it."""
    if factor == "severity":
        return "severity" in control.acts_on
    return factor in control.acts_on or "p" in control.acts_on or (factor == "p" and bool({"p1", "p2"} & set(control.acts_on)))


@rule("RISK406", "E", basis="ISO 14971:2019 7.3", requires=("RISK409", "RISK411", "RISK426"))
def unsupported_reduction(dossier: Dossier, law: Law) -> Iterator[Found]:
    """A residual estimate is better than the initial one, but no control acts on what went down.

    Why: the reduction is claimed and not earned; the residual risk may be as high as before.
    Fix: name a control that acts on this factor, or leave the factor as it was.
    """
    policy = policy_of(dossier, law)
    scales = p1_bands(policy), p2_bands(policy)
    for entry in entries(dossier, Risk):
        controls = _controls(dossier, entry)
        if len(controls) < len(entry.record.controls) or any(not c.record.acts_on for c in controls):
            continue  # a dangling control, or one without effect, is reported there
        for factor, was, now in _lowered(policy, scales, dossier, entry.record):
            if not any(_acts_on(control.record, factor) for control in controls):
                step = "harm" if factor == "severity" else factor
                yield Found.on(entry, f"{WORDS[factor]} of {call_risk(dossier, entry)} goes from `{was}` to `{now}`, but none "
                               f"of its controls acts on it", "residual", step)


@rule("RISK407", "E", basis=ORDER)
def information_only(dossier: Dossier) -> Iterator[Found]:
    """A risk is reduced by information alone, and nothing says why design and protection are not possible.

    Why: a warning is the weakest measure and the last in the order of the Regulation; alone it needs an argument.
    Fix: add an inherent or protective measure, or record in `options_considered` why each was rejected.
    """
    for entry in entries(dossier, Risk):
        controls = _controls(dossier, entry)
        if _informed_only(controls) and not _rejected(controls):
            named = listed([f"`{control.id}`" for control in controls])
            yield Found.on(entry, f"{call_risk(dossier, entry)} is reduced by information for safety alone ({named}), and no "
                           "other kind of measure is recorded as rejected", "controls")


def _informed_only(controls: list[Entry[Control]]) -> bool:
    return bool(controls) and all(control.record.kind == "information_for_safety" for control in controls)


def _rejected(controls: list[Entry[Control]]) -> set[str]:
    """Kinds of measures that were considered and rejected with a reason."""
    return {option.kind for control in controls for option in control.record.options_considered
            if option.rejected and KINDS.index(option.kind) < 2}


@rule("RISK420", "W", basis=ORDER, requires=("RISK431",))
def missing_option_analysis(dossier: Dossier) -> Iterator[Found]:
    """A measure is used although a higher kind of measure was neither taken nor rejected.

    Why: the order of the Regulation is mandatory; the reviewer asks at each protective measure why the design could not be
    made safe.
    Fix: record the higher kind in `options_considered` with the reason in `rejected`.
    """
    skipped: dict[str, tuple[set[str], Entry[Any]]] = {}
    for entry in entries(dossier, Risk):
        controls = _controls(dossier, entry)
        if _informed_only(controls) and not _rejected(controls):
            continue  # RISK407
        used = {control.record.kind for control in controls}
        covered = used | _rejected(controls)
        for kind in KINDS[:2]:
            lower = [c for c in controls if c.record.kind and KINDS.index(c.record.kind) > KINDS.index(kind)]
            if kind not in covered and lower:
                first = min(lower, key=lambda control: KINDS.index(control.record.kind or KINDS[-1]))
                skipped.setdefault(first.id, (set(), entry))[0].add(kind)
    for id_, (kinds, risk) in skipped.items():
        control = dossier.get(id_, Control)
        if control is not None and control.record.kind is not None:
            named = listed([f"`{kind}`" for kind in KINDS if kind in kinds], "or")
            yield Found.on(control, f"{call(control)} is `{control.record.kind}`, but for risk `{risk.id}` no {named} measure "
                           "is taken or recorded as rejected", "kind", related=(Related("risk it reduces", risk.place),))


@rule("RISK421", "E", basis="MDR Annex I 4 and 5; IEC 62366-1:2015+A1:2020 4.1.3",
      requires=("RISK409", "RISK411", "RISK426"))
def information_credited(dossier: Dossier, law: Law) -> Iterator[Found]:
    """A probability is lowered by information alone, without usability evidence.

    Why: that people read a warning, understand it and act on it is a claim about people; only an evaluation with users
    supports it.
    Fix: name usability evidence in `verified_effectiveness` of the control, or take no credit for the information.
    """
    policy = policy_of(dossier, law)
    scales = p1_bands(policy), p2_bands(policy)
    for entry in entries(dossier, Risk):
        controls = _controls(dossier, entry)
        for factor, was, now in _lowered(policy, scales, dossier, entry.record):
            if factor == "severity":
                continue
            acting = [control for control in controls if _acts_on(control.record, factor)]
            if _informed_only(acting) and not any(_is_shown_with_users(dossier, control) for control in acting):
                named = listed([f"`{control.id}`" for control in acting])
                yield Found.on(entry, f"{WORDS[factor]} of {call_risk(dossier, entry)} goes from `{was}` to `{now}` by "
                               f"information alone ({named}), without usability evidence", "residual", factor)
                break


def _is_shown_with_users(dossier: Dossier, control: Entry[Control]) -> bool:
    """Whether the effect rests on a usability evaluation, to be seen from type or title."""
    for proof in control.record.verified_effectiveness:
        evidence, test = dossier.get(base(proof), Evidence), dossier.get(base(proof), Test)
        words = f"{evidence.record.type or ''} {evidence.record.title}" if evidence else test.record.title if test else ""
        if any(word in words.casefold() for word in USABILITY):
            return True
    return False
