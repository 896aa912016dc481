"""Whether a reduction of risk is earned: by the right kind of measure on the right factor (ISO 14971:2019, 7.1 to 7.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mdr_blueprint.diagnostics import Related
from mdr_blueprint.evaluation import level, policy_of
from mdr_blueprint.graph import Graph
from mdr_blueprint.load import Dossier, Entry, Law
from mdr_blueprint.model import Control, Risk, RiskPolicy
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import base, call, first, listed, referring, short
from mdr_blueprint.rules.risk.effect import (
    INFORMATION,
    KINDS,
    WORDS,
    acts_on,
    controls_of,
    credited_to_information,
    informed_only,
    lowered,
    shown_with_users,
)
from mdr_blueprint.rules.risk.naming import call_risk

ORDER = "MDR Annex I 4(a) to (c); ISO 14971:2019 7.1"


@rule("RISK406", "E", basis="ISO 14971:2019 7.3", requires=("RISK409", "RISK411", "RISK426"))
def unsupported_reduction(dossier: Dossier, law: Law) -> Iterator[Found]:
    """A residual estimate is better than the initial one, but no control acts on what went down.

    Why: the reduction is claimed and not earned; the residual risk may be as high as before.
    Fix: name a control that acts on this factor, or leave the factor as it was.
    """
    policy = policy_of(dossier, law)
    for entry in entries(dossier, Risk):
        controls = controls_of(dossier, entry)
        if len(controls) < len(entry.record.controls) or any(not c.record.acts_on for c in controls):
            continue  # a dangling control, or one without effect, is reported there
        for factor, was, now in lowered(policy, dossier, entry.record):
            if not any(acts_on(control.record, factor) for control in controls):
                step = "harm" if factor == "severity" else factor
                yield Found.on(entry, f"{WORDS[factor]} of {call_risk(dossier, entry)} goes from `{was}` to `{now}`, but none "
                               f"of its controls acts on it", "residual", step)
        if _escapes(policy, dossier, entry.record):
            yield Found.on(entry, f"{call_risk(dossier, entry)} was not acceptable before control, and is acceptable now only "
                           "because its probability is no longer estimated", "residual", "not_estimable")


def _escapes(policy: RiskPolicy, dossier: Dossier, risk: Risk) -> bool:
    """Whether the verdict got better by giving no probability after control where there was one before."""
    was, now = level(policy, dossier, risk.initial, risk.harm), level(policy, dossier, risk.residual, risk.harm)
    if was is None or now is None or was.probability is None or now.probability is not None:
        return False
    return was.severity == now.severity and (was.verdict, now.verdict) == ("not_acceptable", "acceptable")


@rule("RISK407", "E", basis=ORDER)
def information_only(dossier: Dossier) -> Iterator[Found]:
    """A risk is reduced by information alone, and nothing says why design and protection are not possible.

    Why: a warning is the weakest measure and the last in the order of the Regulation; alone it needs an argument.
    Fix: add an inherent or protective measure, or record in `options_considered` why each was rejected.
    """
    for entry in entries(dossier, Risk):
        controls = controls_of(dossier, entry)
        if _unargued(controls):
            named = listed([f"`{control.id}`" for control in controls])
            yield Found.on(entry, f"{call_risk(dossier, entry)} is reduced by information for safety alone ({named}), and no "
                           "other kind of measure is recorded as rejected with a reason", "controls",
                           related=[Related("considered here, without a reason", control.at("options_considered", index))
                                    for control in controls for index, option in enumerate(control.record.options_considered)
                                    if option.kind != INFORMATION])


def _unargued(controls: list[Entry[Control]]) -> bool:
    """Whether there is information and nothing else, and no reason why nothing else is possible."""
    return informed_only(controls) and not any(option.kind != INFORMATION and option.rejected
                                               for control in controls for option in control.record.options_considered)


@rule("RISK420", "W", basis=ORDER, requires=("RISK431",))
def missing_option_analysis(dossier: Dossier) -> Iterator[Found]:
    """A measure is used although a higher kind of measure was neither taken nor rejected.

    Why: the order of the Regulation is mandatory; the reviewer asks at each protective measure why the design could not be
    made safe.
    Fix: record the higher kind in `options_considered` with the reason in `rejected`.
    """
    skipped: dict[str, tuple[set[str], Entry[Any]]] = {}
    for entry in entries(dossier, Risk):
        controls = controls_of(dossier, entry)
        if _unargued(controls):
            continue  # RISK407
        covered = {control.record.kind for control in controls}
        covered |= {option.kind for control in controls for option in control.record.options_considered}  # RISK477 asks why
        for kind in KINDS[:2]:
            lower = [c for c in controls if c.record.kind and KINDS.index(c.record.kind) > KINDS.index(kind)]
            if kind not in covered and lower:
                highest = min(lower, key=lambda control: KINDS.index(control.record.kind or KINDS[-1]))
                skipped.setdefault(highest.id, (set(), entry))[0].add(kind)
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
    for entry in entries(dossier, Risk):
        for (factor, was, now), acting in credited_to_information(policy, dossier, entry):
            named = listed([f"`{control.id}`" for control in acting])
            yield Found.on(entry, f"{WORDS[factor]} of {call_risk(dossier, entry)} goes from `{was}` to `{now}` by "
                           f"information alone ({named}), without usability evidence", "residual", factor)
            break


@rule("RISK469", "E", basis="ISO 14971:2019 7.2; MDR Annex I 4(c) and 5; IEC 62366-1:2015+A1:2020 4.1.3 and 5.9",
      requires=("RISK402",))
def information_without_users(dossier: Dossier, graph: Graph, law: Law) -> Iterator[Found]:
    """No evaluation with users shows that information for safety is effective.

    Why: that a sentence is printed shows that it is there; whether people find it, understand it and act on it, only people show.
    Fix: name the usability evaluation in `verified_effectiveness`, or a measure that does not rest on being read.
    """
    policy = policy_of(dossier, law)
    for entry in entries(dossier, Control):
        proofs = [dossier.entries.get(base(proof)) for proof in entry.record.verified_effectiveness]
        if entry.record.kind != INFORMATION or not proofs or shown_with_users(dossier, entry):
            continue
        if not all(proof is not None and proof.whole for proof in proofs):
            continue  # ID112, or the record itself, tells what is wrong with the proof
        risks = (risk for risk, _ in referring(graph, entry.id, "controls", kind="risks") if risk.whole)
        credited = (credited_to_information(policy, dossier, risk) for risk in risks)
        if any(entry.id == control.id for found in credited for _, acting in found for control in acting):
            continue  # RISK421
        named = first([f"`{proof}`" for proof in entry.record.verified_effectiveness])
        yield Found.on(entry, f"{call(entry)} is information for safety, but no evaluation with users is among the proofs of its "
                       f"effectiveness ({named})", "verified_effectiveness")


@rule("RISK477", "W", basis=ORDER)
def option_without_reason(dossier: Dossier) -> Iterator[Found]:
    """A measure was considered and not taken, and nothing says why.

    Why: an option without a reason is the question that the reviewer asks; whoever changes the design later does not know what
    spoke against it.
    Fix: write in `rejected` what spoke against it, by benefit and risk.
    """
    told = {control.id for risk in entries(dossier, Risk) if _unargued(controls := controls_of(dossier, risk))
            for control in controls}  # RISK407
    for entry in entries(dossier, Control):
        for index, option in enumerate(entry.record.options_considered):
            if option.rejected is None and entry.id not in told and not _unreadable(entry, index):
                yield Found.on(entry, f"{call(entry)} does not say why another measure was rejected: {short(option.text)}",
                               "options_considered", index)


def _unreadable(entry: Entry[Control], index: int) -> bool:
    """Whether a reason was written and is left out because it is no text (ID108)."""
    raw = entry.raw.get("options_considered")
    option = raw[index] if isinstance(raw, list) and index < len(raw) else None
    return isinstance(option, dict) and bool(option.get("rejected"))
