"""Whether the verdicts on the clauses of a standard are given, reasoned and in line with what was measured."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from mdr_blueprint.load import Dossier, Entry, Law
from mdr_blueprint.model import AppliedStandard, ClauseAnswer
from mdr_blueprint.model.law import Measurement
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import call, first, lacks

REPORT = "MDR Annex II 4(c), (d) and 6.1(b)"


@rule("VER510", "E", basis=REPORT)
def not_applicable_without_remark(dossier: Dossier) -> Iterator[Found]:
    """A clause is said not to apply, without a reason.

    Why: a bare N/A is the first thing a test laboratory or notified body asks about.
    Fix: say in `remark` what of the device makes the clause not apply.
    """
    for entry in entries(dossier, ClauseAnswer):
        if entry.record.verdict == "N/A" and lacks(entry, "remark"):
            yield Found.on(entry, f"{call(entry)} is N/A without a remark", "verdict")


@rule("VER511", "E", basis=REPORT)
def verdict_without_evidence(dossier: Dossier) -> Iterator[Found]:
    """A verdict of pass or fail rests on no evidence.

    Why: a letter in a table is no test; the reviewer follows it to the report.
    Fix: name the report, with its section, in `evidence`.
    """
    for entry in entries(dossier, ClauseAnswer):
        if entry.record.verdict in ("P", "F") and lacks(entry, "evidence"):
            yield Found.on(entry, f"{call(entry)} is {entry.record.verdict} and names no evidence", "verdict")


@rule("VER515", "E", basis=REPORT)
def verdict_against_limit(dossier: Dossier) -> Iterator[Found]:
    """A clause is passed although a measured value lies outside its limit.

    Why: one of the two is wrong: the verdict, or the value or limit in the table.
    Fix: correct the verdict, the value or the limit.
    """
    for entry in entries(dossier, ClauseAnswer):
        if entry.record.verdict != "P":
            continue
        for index, measurement in enumerate(entry.record.measurements):
            margin = _margin(measurement)
            if margin is not None and margin < 0:
                yield Found.on(entry, f"{call(entry)} is P, but {_limit(measurement)}", "measurements", index)


def _margin(measurement: Measurement) -> Decimal | None:
    """How far a value lies inside its limit, in its unit; None where the two cannot be compared."""
    value, limit = measurement.value, measurement.limit
    if value is None or limit is None or measurement.bound is None:
        return None
    if measurement.unit and measurement.limit_unit and measurement.unit != measurement.limit_unit:
        return None
    return limit - value if measurement.bound == "at_most" else value - limit


def _limit(measurement: Measurement) -> str:
    unit = f" {measurement.unit}" if measurement.unit else ""
    bound = "at most" if measurement.bound == "at_most" else "at least"
    return f"{measurement.quantity} is {measurement.value}{unit} and should be {bound} {measurement.limit}{unit}"


@rule("VER526", "E", basis=REPORT)
def open_clause(dossier: Dossier) -> Iterator[Found]:
    """A clause is named and not judged.

    Why: a clause that is neither tested nor reasoned out is a gap in the conformity to the standard.
    Fix: give a `verdict` with its evidence, or say in a waiver until when it stays open.
    """
    for entry in entries(dossier, ClauseAnswer):
        if entry.record.verdict == "open" or lacks(entry, "verdict"):
            yield Found.on(entry, f"{call(entry)} is open", "verdict")


@rule("VER527", "W", basis=REPORT)
def unjudged_clauses(dossier: Dossier, law: Law) -> Iterator[Found]:
    """A standard has clauses without a verdict.

    Why: the report shows what was judged; what is missing in it looks as if it had been forgotten.
    Fix: give each clause a verdict; N/A at a heading, or an exclusion in `standards`, covers what stands below it.
    """
    by_standard: dict[str, list[Entry[Any]]] = {}
    for entry in entries(dossier, ClauseAnswer):
        by_standard.setdefault(entry.owner or "", []).append(entry)
    for id_, answers in by_standard.items():
        known = law.standard(id_)
        if known is None or not known.clauses:
            continue
        applied = dossier.get(id_, AppliedStandard)
        covered = {answer.key for answer in answers} | set(applied.record.excluded if applied else ())
        parents = {item.parent for item in known.clauses.values()}
        leaves = [key for key in known.clauses if key not in parents]
        unjudged = []
        for leaf in leaves:
            key: str | None = leaf
            while key is not None and key not in covered:
                key = known.clauses[key].parent if key in known.clauses else None
            if key is None:
                unjudged.append(leaf)
        if unjudged:
            place = applied.place if applied else answers[0].place
            yield Found(id_, place, f"{len(unjudged)} of {len(leaves)} clauses of {known.designation} have no verdict: "
                        f"{first(unjudged)}")


@rule("VER529", "W", basis="ISO/IEC 17025:2017 7.8.6 (decision rule); IEC Guide 115", requires=("VER515",))
def undecided_measurement(dossier: Dossier) -> Iterator[Found]:
    """A measured value meets its limit, but not with its uncertainty.

    Why: the true value may lie on the other side; whether that is a pass depends on a decision rule that someone has to state.
    Fix: state the decision rule in `remark`.
    """
    for entry in entries(dossier, ClauseAnswer):
        if entry.record.verdict not in ("P", "F") or "decision rule" in (entry.record.remark or "").casefold():
            continue
        for index, measurement in enumerate(entry.record.measurements):
            margin = _margin(measurement)
            if margin is not None and measurement.uncertainty is not None and 0 <= margin < measurement.uncertainty:
                yield Found.on(entry, f"in {call(entry)} {_limit(measurement)}: the uncertainty of {measurement.uncertainty} "
                               "reaches over the limit, and no decision rule is stated", "measurements", index)
