"""Whether each waiver is a decision that still stands. These rules run last: they need to know what was waived."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from mdr_blueprint.diagnostics import did_you_mean
from mdr_blueprint.load import Dossier
from mdr_blueprint.model import Waiver
from mdr_blueprint.rules.engine import Found, WaiverUse, entries, rule
from mdr_blueprint.rules.questions import gaps, listed
from mdr_blueprint.source import Sources

DECISION = "ISO 13485:2016 4.2.5 (records of decisions); record format of this program"


@rule("DOC804", "W", basis=DECISION)
def unused_waiver(dossier: Dossier, waivers: WaiverUse, codes: frozenset[str], sources: Sources) -> Iterator[Found]:
    """A waiver covers no finding.

    Why: the fault is gone, or code or place are wrong; a waiver that lies about would hide the next fault at this place.
    Fix: remove it, or correct `code` and `place`.
    """
    if sources.is_partial:
        return
    for entry in entries(dossier, Waiver):
        if entry.record.code in codes and not waivers.covered.get(entry.id):
            yield Found.on(entry, f"waiver `{entry.id}` covers no finding: there is no {entry.record.code} at "
                           f"`{entry.record.place}`")


@rule("DOC805", "E", basis=DECISION)
def expired_waiver(dossier: Dossier, today: date) -> Iterator[Found]:
    """A waiver has expired.

    Why: the decision was taken for a time that is over; the finding counts again, and nobody has decided to live with it.
    Fix: mend the fault, or decide again with a new date.
    """
    for entry in entries(dossier, Waiver):
        if entry.record.expires is not None and today > entry.record.expires:
            yield Found.on(entry, f"waiver `{entry.id}` of {entry.record.code} at `{entry.record.place}` expired on "
                           f"{entry.record.expires}",
                           "expires")


@rule("DOC806", "E", basis=DECISION)
def incomplete_waiver(dossier: Dossier) -> Iterator[Found]:
    """A waiver is no whole decision.

    Why: to live with a fault is a decision: someone takes it, for a reason, for a time.
    Fix: add `reason`, `approved_by` with name and date, and `expires`.
    """
    for entry in entries(dossier, Waiver):
        missing = gaps(entry, "reason", "approved_by", "expires")
        approver = entry.record.approved_by
        if approver is not None and approver.date is None and not entry.raw["approved_by"].get("date"):
            missing.append("date of approval")
        if missing:
            yield Found.on(entry, f"waiver `{entry.id}` of {entry.record.code} has no {listed(missing, 'or')}")


@rule("DOC813", "E", basis=DECISION)
def waiver_of_unknown_rule(dossier: Dossier, codes: frozenset[str]) -> Iterator[Found]:
    """A waiver names a code that no rule has.

    Why: it covers nothing, and the finding it was meant for stays open.
    Fix: use the code as the finding prints it, such as `GSPR307`.
    """
    for entry in entries(dossier, Waiver):
        if entry.record.code not in codes:
            yield Found.on(entry, f"no rule has the code `{entry.record.code}` of waiver `{entry.id}`"
                           f"{did_you_mean(entry.record.code, sorted(codes))}", "code")
