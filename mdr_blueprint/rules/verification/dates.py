"""Whether the days of runs, measurements and reports can be true together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from mdr_blueprint.diagnostics import Related
from mdr_blueprint.load import Dossier, Entry
from mdr_blueprint.model import ClauseAnswer, Evidence, Run, TestParticulars
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import base, call
from mdr_blueprint.rules.verification.measurements import measured

SERIES = "iec-60601-"
DATES = "MDR Annex II 6.1(b); ISO 13485:2016 4.2.5 (records stay legible and identifiable)"
Dated = tuple[int, str, date]
"""Place of a measurement in its clause, quantity, day."""


def _dated(entry: Entry[ClauseAnswer]) -> list[Dated]:
    return [(index, item.quantity, item.date) for index, item in measured(entry) if item.date is not None]


def _more(found: Sequence[Dated]) -> str:
    """What is left to say beside the first one."""
    return f", and {len(found) - 1} more" if len(found) > 1 else ""


@rule("VER573", "W", basis="ISO/IEC 17025:2017 7.8.2.1 (date of the laboratory activity); MDR Annex II 6.1(b)",
      requires=("VER575",))
def measured_outside_period(dossier: Dossier) -> Iterator[Found]:
    """A value was measured outside the period of testing, or that period ends before it begins.

    Why: the report vouches for what was tested between two days; a value of another day belongs to another test, or a date is
    wrong.
    Fix: correct the date of the measurement, or `tested_from` and `tested_to` of the particulars.
    """
    particulars = next(entries(dossier, TestParticulars), None)
    if particulars is None:
        return
    begin, end = particulars.record.tested_from, particulars.record.tested_to
    if begin is not None and end is not None and end < begin:
        yield Found.on(particulars, f"by {call(particulars)} testing ended on {end}, before it began on {begin}", "tested_to")
        return
    for entry in entries(dossier, ClauseAnswer):
        if not (entry.owner or "").startswith(SERIES):
            continue
        outside = [one for one in _dated(entry) if one[2] < (begin or one[2]) or one[2] > (end or one[2])]
        if outside:
            index, quantity, day = outside[0]
            side = f"before testing began on {begin}" if begin is not None and day < begin else f"after testing ended on {end}"
            yield Found.on(entry, f"in {call(entry)} {quantity} was measured on {day}, {side}{_more(outside)}",
                           "measurements", index, "date")


@rule("VER574", "W", basis=DATES, requires=("VER573",))
def result_after_report(dossier: Dossier) -> Iterator[Found]:
    """A result is younger than every document that it rests on.

    Why: a report that was approved before the test cannot hold its result; a later version is missing, or a date is wrong.
    Fix: name the document that holds the result, bring the register to the version of it that was approved afterwards, or correct
    the date.
    """
    for run in entries(dossier, Run):
        reports = _reports(dossier, run.record.evidence)
        if run.record.date is not None and reports and all(day < run.record.date for _, day in reports):
            yield Found.on(run, f"{call(run)} of `{run.record.test}` was made on {run.record.date}, after {_approved(reports)}",
                           "date", related=_places(reports))
    for clause in entries(dossier, ClauseAnswer):
        reports = _reports(dossier, clause.record.evidence)
        later = [one for one in _dated(clause) if reports and all(day < one[2] for _, day in reports)]
        if later:
            index, quantity, day = later[0]
            yield Found.on(clause, f"in {call(clause)} {quantity} was measured on {day}{_more(later)}, after "
                           f"{_approved(reports)}", "measurements", index, "date", related=_places(reports))


def _reports(dossier: Dossier, references: Sequence[str]) -> list[tuple[Entry[Evidence], date]]:
    """The documents of a result with the days of their approval. None at all where one of them may be younger, as nobody can tell
    yet, or where its own dates contradict each other, which DOC802 tells.
    """
    found = []
    for id_ in dict.fromkeys(map(base, references)):
        document = dossier.get(id_, Evidence)
        day = document.record.date if document is not None else None
        if document is None or day is None or document.record.status != "approved" or document.record.retired is not None:
            return []
        if document.record.author_date is not None and document.record.author_date > day:
            return []
        found.append((document, day))
    return found


def _approved(reports: Sequence[tuple[Entry[Evidence], date]]) -> str:
    """The document that was approved last speaks for the others."""
    document, day = max(reports, key=lambda report: report[1])
    others = f" as the last of {len(reports)} documents" if len(reports) > 1 else ""
    return f"`{document.id}` was approved on {day}{others}"


def _places(reports: Sequence[tuple[Entry[Evidence], date]]) -> tuple[Related, ...]:
    return tuple(Related("approved", document.at("date")) for document, _ in reports)


@rule("VER575", "W", basis=DATES)
def dated_in_future(dossier: Dossier, today: date) -> Iterator[Found]:
    """A run, a measured value or the approval of a document is dated in the future.

    Why: what has not taken place yet proves nothing; a wrong year also hides that a calibration had run out.
    Fix: correct the date; a test that is still to come has no run yet, and a document that is still to be approved is `planned`
    or a `draft`.
    """
    for run in entries(dossier, Run):
        if run.record.date is not None and run.record.date > today:
            yield Found.on(run, f"{call(run)} of `{run.record.test}` is dated {run.record.date}, a day to come", "date")
    for clause in entries(dossier, ClauseAnswer):
        future = [one for one in _dated(clause) if one[2] > today]
        if future:
            index, quantity, day = future[0]
            yield Found.on(clause, f"in {call(clause)} the value of {quantity} is dated {day}, a day to come{_more(future)}",
                           "measurements", index, "date")
    for document in entries(dossier, Evidence):
        day_of_approval = document.record.date
        if document.record.status in ("approved", "obsolete") and day_of_approval is not None and day_of_approval > today:
            yield Found.on(document, f"the approval of {call(document)} is dated {day_of_approval}, a day to come", "date")
