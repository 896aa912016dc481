"""Test cases as executions of the project's tests: the cases that stand for one test at one time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from mdr_blueprint.diagnostics import UsageError, cut
from mdr_blueprint.importers.junit import PROPERTY, Case
from mdr_blueprint.importers.matching import Matcher
from mdr_blueprint.load import Dossier
from mdr_blueprint.model import Test

WAY = ("A case is matched by its name in `automated` of a test, by its property "
       f"`{PROPERTY}`, or by the id of a test in its name, as in test_TC_201_exports.")


@dataclass
class Execution:
    """The cases that stand for one test at one time."""

    test: str
    time: str | None
    """As the report has it."""
    day: date
    suites: dict[str, None] = field(default_factory=dict)
    cases: dict[str, str] = field(default_factory=dict)
    """Full name of each case -> how it ended; of a case that stands there twice the worse end counts."""

    def take(self, case: Case) -> None:
        if case.suite:
            self.suites.setdefault(case.suite)
        before = self.cases.get(case.full_name)
        worst = "failed" if "failed" in (before, case.outcome) else "passed" if "passed" in (before, case.outcome) else "skipped"
        self.cases[case.full_name] = worst

    def named(self, outcome: str) -> list[str]:
        return [name for name, ended in self.cases.items() if ended == outcome]

    @property
    def result(self) -> str:
        if self.named("failed"):
            return "fail"
        return "pass" if self.named("passed") else "blocked"

    @property
    def stamp(self) -> str:
        """`20260302T101500`, or the day alone where no time of it is known."""
        moment = _moment(self.time)
        return moment.strftime("%Y%m%dT%H%M%S") if moment and len(self.time or "") > len("2026-03-02") else f"{self.day:%Y%m%d}"

    @property
    def moment(self) -> str:
        """What tells it from other executions of the test."""
        return same_moment(self.time or str(self.day))

    def owned(self) -> dict[str, Any]:
        """The fields of the run that an importer owns; None is a field that is not there."""
        imported = {"format": "junit", "suite": ", ".join(self.suites) or None, "time": self.time or str(self.day),
                    "cases": len(self.cases), "failed": self.named("failed") or None, "skipped": self.named("skipped") or None}
        return {"date": str(self.day), "result": self.result, "imported": imported}


@dataclass(frozen=True)
class Executed:
    """What the cases of a report stand for."""

    executions: tuple[Execution, ...]
    unmatched: tuple[tuple[Case, str], ...]
    """Cases that stand for no test, each with what it seems to mean."""
    misnamed: tuple[tuple[Case, str], ...]
    """Cases that stand for a test, and name another one that is not there."""
    missed: tuple[tuple[str, str], ...]
    """Tests that were executed, each with a name in its `automated` that no case has."""


def executions(cases: Sequence[Case], dossier: Dossier, day: date | None) -> Executed:
    """Cases by test and time, in the order of the report.

    `day` is when those were executed that have no time stamp. Raises `UsageError` where no case stands for a test, or where no
    day is known.
    """
    tests = {entry.id: entry.record for entry in dossier.of(Test)}
    matcher = Matcher({id_: test.automated for id_, test in tests.items()})
    if not tests:
        raise UsageError("the project has no tests that an execution could belong to; write them as `tests` first")
    found: dict[tuple[str, str | None], Execution] = {}
    unmatched: list[tuple[Case, str]] = []
    misnamed: list[tuple[Case, str]] = []
    for case in cases:
        meant = matcher.tests(case)
        valid = [id_ for id_ in meant if tests[id_].retired is None]
        if not valid:
            unmatched.append((case, f"stands for {meant[0]}, which is retired" if meant else matcher.doubt(case)))
        elif any(id_.casefold() not in matcher.by_fold for id_ in case.tests):
            misnamed.append((case, matcher.doubt(case)))
        for id_ in valid:
            key = (id_, same_moment(case.time) if case.time else None)
            if key not in found:
                found[key] = Execution(id_, case.time, _day(case, day))
            found[key].take(case)
    if not found:
        doubts = list(dict.fromkeys(doubt for _, doubt in unmatched if doubt))
        raise UsageError(f"none of the {len(cases)} cases matches a test of the project, such as "
                         f"{cases[0].shown}{f' ({doubts[0]})' if doubts else ''}. {WAY}")
    executed = {id_ for id_, _ in found}
    missed = tuple((id_, name) for id_, name in matcher.unused() if id_ in executed)
    return Executed(tuple(found.values()), tuple(unmatched), tuple(misnamed), missed)


def _day(case: Case, given: date | None) -> date:
    moment = _moment(case.time)
    if moment is not None:
        return moment.date()
    if given is not None:
        return given
    suite = f"the suite `{cut(case.suite)}`" if case.suite else "the report"
    fault = f"has a time stamp that is not of ISO 8601 ({cut(case.time)})" if case.time else "has no time stamp"
    raise UsageError(f"{suite} {fault}; name the day of the execution with --date, such as --date 2026-03-02")


def _moment(time: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(time) if time else None
    except ValueError:
        return None


def same_moment(time: str) -> str:
    """One spelling for time stamps that mean one moment: `2026-03-02 10:15:00Z` and `2026-03-02T11:15:00+01:00`."""
    moment = _moment(time)
    if moment is None:
        return time
    try:
        return (moment.astimezone(UTC) if moment.tzinfo else moment).isoformat()
    except OverflowError:  # a day before the first one
        return moment.isoformat()
