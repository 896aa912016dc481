"""Whether every risk is estimated on the policy's scales, before and after control (ISO 14971:2019, 5.5, 6 and 7.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mdr_blueprint.diagnostics import did_you_mean
from mdr_blueprint.evaluation import bands, level, p1_bands, p2_bands, policy_of
from mdr_blueprint.load import Dossier, Entry, Law
from mdr_blueprint.model import Harm, Risk, RiskPolicy
from mdr_blueprint.model.risk import Estimate
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import call, is_missing, lacks, listed
from mdr_blueprint.rules.risk.naming import call_risk
from mdr_blueprint.source import Sources

SCALES = "ISO 14971:2019 4.4 and 5.5"


@rule("RISK409", "E", basis="ISO 14971:2019 5.5")
def unestimated_risk(dossier: Dossier) -> Iterator[Found]:
    """A risk has no whole estimate of its probability.

    Why: a risk that is not estimated cannot be compared with the criteria, neither before nor after control.
    Fix: give `p1` and `p2`, or `p`, or say in `not_estimable` why no probability can be given.
    """
    for entry in entries(dossier, Risk):
        if lacks(entry, "initial"):
            yield Found.on(entry, f"{call_risk(dossier, entry)} has no initial estimate", "initial")
            continue
        for name in ("initial", "residual"):
            estimate: Estimate | None = getattr(entry.record, name)
            open_part = _open_part(estimate) if estimate is not None else None
            if open_part and not _unreadable_part(entry, name):
                yield Found.on(entry, f"the {name} estimate of {call_risk(dossier, entry)} {open_part}", name)


def _open_part(estimate: Estimate) -> str | None:
    if estimate.p is not None or estimate.not_estimable:
        return None
    if estimate.p1 is None and estimate.p2 is None:
        return "gives no probability and no reason why there is none"
    if estimate.p2 is None:
        return "gives P1 and no P2: how likely the situation leads to the harm"
    return "gives P2 and no P1: how likely the situation comes about" if estimate.p1 is None else None


def _unreadable_part(entry: Entry[Any], name: str) -> bool:
    """Whether a probability was written and is left out because its value is of the wrong type (ID108)."""
    raw = entry.raw.get(name)
    estimate = getattr(entry.record, name)
    return isinstance(raw, dict) and any(raw.get(part) and getattr(estimate, part) is None for part in ("p1", "p2", "p"))


@rule("RISK411", "E", basis=SCALES)
def unknown_band(dossier: Dossier, law: Law) -> Iterator[Found]:
    """A severity or probability is not on the scale of the risk policy.

    Why: a word that the policy does not define has no place in the matrix, so the risk has no verdict.
    Fix: use a word of the scale, or define the word in `risk_policy`.
    """
    policy = policy_of(dossier, law)
    own = next(entries(dossier, RiskPolicy), None)
    p1, p2 = _written(own, "probability") or p1_bands(policy), _written(own, "p2") or p2_bands(policy)
    severities = policy.severity
    for entry in entries(dossier, Harm):
        grade = entry.record.severity
        if grade is not None and severities and grade not in severities:
            hint = _known(grade, severities)
            yield Found.on(entry, f"`{grade}` of {call(entry)} is no severity of the risk policy{hint}", "severity")
    scales = (("p1", p1, "band of P1"), ("p2", p2, "band of P2"), ("p", p1, "band of probability"))
    for entry in entries(dossier, Risk):
        for name in ("initial", "residual"):
            estimate = getattr(entry.record, name)
            if estimate is None:
                continue
            placed = bands(policy, estimate)
            for part, scale, words in scales:
                word = getattr(estimate, part)
                if word is not None and scale and word not in scale and getattr(placed, part) not in scale:
                    yield Found.on(entry, f"`{word}` in the {name} estimate of {call_risk(dossier, entry)} is no {words} in the "
                                   f"risk policy{_known(word, scale)}", name, part)
    if own is not None:
        yield from _unknown_in_tables(own, p1, p2, severities)


def _written(policy: Entry[RiskPolicy] | None, scale: str) -> tuple[str, ...]:
    """The names of the bands as they stand in the file, also of those whose edge cannot be read (ID108)."""
    raw = policy.raw.get(scale) if policy is not None else None
    bands_of = raw.get("bands") if isinstance(raw, dict) else None
    return tuple(map(str, bands_of)) if isinstance(bands_of, dict) else ()


def _known(word: str, scale: tuple[str, ...]) -> str:
    """The word that was meant, else all that there are."""
    return did_you_mean(word, scale) or f"; there are {listed(list(scale))}"


def _unknown_in_tables(entry: Entry[RiskPolicy], p1: tuple[str, ...], p2: tuple[str, ...],
                       severities: tuple[str, ...]) -> Iterator[Found]:
    policy = entry.record
    if severities:
        grades: list[tuple[str, tuple[str, ...]]] = [(grade, ("not_estimable", grade)) for grade in policy.not_estimable]
        grades += [(policy.disclose_from, ("disclose_from",))] if policy.disclose_from else []
        for grade, steps in grades:
            if grade not in severities:
                yield Found.on(entry, f"`{grade}` in `{steps[0]}` is no severity of the risk policy{_known(grade, severities)}",
                               *steps, key=len(steps) > 1)
    for table, rows, columns, row_scale, column_scale in (
        ("combine", policy.combine, "P2", p1, p2), ("matrix", policy.matrix, "probability", severities, p1),
    ):
        if not row_scale or not column_scale:
            continue
        for row, cells in rows.items():
            if row not in row_scale:
                yield Found.on(entry, f"row `{row}` of the table `{table}` is not on its scale{did_you_mean(row, row_scale)}",
                               table, row, key=True)
            for column, value in cells.items():
                if column not in column_scale:
                    yield Found.on(entry, f"`{column}` in row `{row}` of the table `{table}` is no band of {columns}"
                                   f"{did_you_mean(column, column_scale)}", table, row, column, key=True)
                if table == "combine" and value not in p1:
                    yield Found.on(entry, f"`{value}` in row `{row}` of the table `combine` is no band of probability"
                                   f"{did_you_mean(value, p1)}", table, row, column)


@rule("RISK481", "E", basis=SCALES)
def estimate_given_twice(dossier: Dossier) -> Iterator[Found]:
    """An estimate gives the probability of harm in two ways.

    Why: a probability of harm beside P1 and P2 is typed and no longer looked up, and takes their place unseen; a probability
    beside the reason why there is none contradicts it.
    Fix: keep one of them: `p1` and `p2`, or `p`, or `not_estimable`.
    """
    for entry in entries(dossier, Risk):
        for name in ("initial", "residual"):
            estimate: Estimate | None = getattr(entry.record, name)
            for part, others in _twice(estimate) if estimate is not None else ():
                named = listed([f"`{other}`" for other in others])
                yield Found.on(entry, f"the {name} estimate of {call_risk(dossier, entry)} gives `{part}` beside {named}",
                               name, part)


def _twice(estimate: Estimate) -> Iterator[tuple[str, list[str]]]:
    """What stands beside another way to say it; P1 alone may stand beside the reason why P2 is unknown."""
    factors = [part for part in ("p1", "p2") if getattr(estimate, part) is not None]
    if estimate.p is not None and factors:
        yield "p", factors
    if estimate.not_estimable and (estimate.p is not None or len(factors) == 2):
        yield "not_estimable", factors if estimate.p is None else ["p"]


@rule("RISK416", "W", basis="ISO 14971:2019 4.2 and 4.4")
def default_policy_used(dossier: Dossier, sources: Sources) -> Iterator[Found]:
    """The risks are judged by the default policy, not by one of the manufacturer.

    Why: the criteria for risk acceptability are the manufacturer's own decision; the default one is a worked example that
    nobody approved for this device.
    Fix: write a `risk_policy` and have it approved.
    """
    if is_missing(dossier, sources, "risk_policy") and next(entries(dossier, Risk), None) is not None:
        yield Found.missing(dossier, "risk_policy", "the project has risks and no `risk_policy`; they are judged by the default "
                            "policy of the library")


@rule("RISK426", "E", basis="ISO 14971:2019 6 and 7.1; MDR Annex I 4", requires=("RISK409",))
def risk_without_control(dossier: Dossier, law: Law) -> Iterator[Found]:
    """A risk has no control although it needs one or claims the effect of one.

    Why: nothing brings the risk down from the initial to the residual estimate, or an unacceptable risk is left as it is.
    Fix: name the measures in `controls`.
    """
    policy = policy_of(dossier, law)
    for entry in entries(dossier, Risk):
        if not lacks(entry, "controls"):
            continue
        if not lacks(entry, "residual"):
            yield Found.on(entry, f"{call_risk(dossier, entry)} has a residual estimate and no control that leads to it",
                           "residual")
            continue
        judged = level(policy, dossier, entry.record.initial, entry.record.harm)
        if judged is not None and judged.verdict == "not_acceptable":
            band = f"probability `{judged.probability}`" if judged.probability else "probability not estimable"
            yield Found.on(entry, f"{call_risk(dossier, entry)} is not acceptable (severity `{judged.severity}`, {band}) "
                           "and has no control", "initial")


@rule("RISK428", "E", basis="ISO 14971:2019 7.3")
def missing_residual(dossier: Dossier) -> Iterator[Found]:
    """A controlled risk has no residual estimate.

    Why: whether the controls were enough is decided by what is left; nobody wrote down what is left.
    Fix: add `residual` with the estimate after all controls.
    """
    for entry in entries(dossier, Risk):
        if not lacks(entry, "controls") and lacks(entry, "residual"):
            number = len(entry.record.controls)
            yield Found.on(entry, f"{call_risk(dossier, entry)} has {number} control{'s' if number > 1 else ''} and no residual "
                           "estimate", "residual")


@rule("RISK436", "E", basis=SCALES)
def harm_without_severity(dossier: Dossier) -> Iterator[Found]:
    """A harm has no severity.

    Why: every risk with this harm is without a verdict.
    Fix: give `severity` a class of the risk policy.
    """
    for entry in entries(dossier, Harm):
        if lacks(entry, "severity"):
            yield Found.on(entry, f"{call(entry)} has no severity", "severity")


@rule("RISK437", "W", basis="ISO 14971:2019 5.5 (data and information the estimate rests on); ISO/TR 24971:2020 5.5",
      requires=("RISK409",))
def estimate_without_basis(dossier: Dossier) -> Iterator[Found]:
    """An estimate does not say what it rests on.

    Why: the first question of a reviewer is where the number comes from: data, literature, test, or the judgement of named
    experts.
    Fix: name in `basis` the evidence that the estimate rests on.
    """
    for entry in entries(dossier, Risk):
        without = [name for name in ("initial", "residual")
                   if (estimate := getattr(entry.record, name)) is not None and not estimate.basis and not estimate.not_estimable]
        if without:
            words = " and the ".join(without)
            yield Found.on(entry, f"the {words} estimate of {call_risk(dossier, entry)} "
                           f"{'rest' if len(without) > 1 else 'rests'} on no evidence",
                           without[0])
