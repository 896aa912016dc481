"""Executed test cases as runs of the project's tests: which are new, which say something else than before, which are nobody's.

A run is one execution: test, revision of the device, time stamp of the suite. What an importer owns of it is result, date and
`imported`; everything else belongs to people and is never touched again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from mdr_blueprint.diagnostics import UsageError, did_you_mean
from mdr_blueprint.importers.editing import Added, Changed
from mdr_blueprint.importers.junit import PROPERTY, Case
from mdr_blueprint.importers.matching import Matcher
from mdr_blueprint.importers.yaml_text import Value
from mdr_blueprint.load import Dossier, Entry
from mdr_blueprint.model import Device, Evidence, Run, Test

NOT_IN_ID = re.compile(r"[^A-Za-z0-9_.]+")
OWN_PREFIX = re.compile(r"(?:TC|TEST|T)[-_](?=[A-Za-z0-9])", re.IGNORECASE)
"""What an id of a test says that `RUN-` says as well."""
WAY = ("A case is matched by its name in `automated` of a test, by its property "
       f"`{PROPERTY}`, or by the id of a test in its name, as in test_TC_201_exports.")


@dataclass
class Execution:
    """The cases that stand for one test at one time."""

    test: str
    time: str | None
    """As the report has it."""
    day: date
    suites: list[str] = field(default_factory=list)
    cases: dict[str, str] = field(default_factory=dict)
    """Full name of each case -> how it ended; of a case that stands there twice the worse end counts."""

    def take(self, case: Case) -> None:
        if case.suite and case.suite not in self.suites:
            self.suites.append(case.suite)
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

    def owned(self) -> dict[str, Any]:
        """The fields of the run that an importer owns; None is a field that is not there."""
        imported = {"format": "junit", "suite": ", ".join(self.suites) or None, "time": self.time or str(self.day),
                    "cases": len(self.cases), "failed": self.named("failed") or None, "skipped": self.named("skipped") or None}
        return {"date": str(self.day), "result": self.result, "imported": imported}


@dataclass(frozen=True)
class Line:
    """One run for the person who imports: `RUN-201-20260302T101500 of TC-201: pass, 3 cases`."""

    is_new: bool
    id: str
    execution: Execution


@dataclass(frozen=True)
class Plan:
    """What an import does."""

    added: tuple[Added, ...]
    changed: tuple[Changed, ...]
    unchanged: int
    lines: tuple[Line, ...]
    unmatched: tuple[tuple[Case, str], ...]
    """Cases that stand for no test, each with what it seems to mean."""
    misnamed: tuple[tuple[Case, str], ...]
    """Cases that stand for a test, and name another one that is not there."""


def plan(
    cases: Sequence[Case], dossier: Dossier, *, revision: str | None = None, evidence: Sequence[str] = (), day: date | None = None
) -> Plan:
    """The runs that the cases of a report make. Raises `UsageError` where the call or the project leaves something open."""
    _check_readable(dossier)
    revision = _revision(dossier, revision)
    named = [_evidence(dossier, id_) for id_ in evidence]
    executions, doubts = _executions(cases, dossier, day)
    known, last = _known_runs(dossier, revision)
    taken = {id_.casefold() for id_ in dossier.entries}
    added, changed, lines = [], [], []
    for execution in executions:
        run = known.get((execution.test, _same(execution.time or str(execution.day))))
        if run is None:
            id_ = _id(execution, revision, taken)
            added.append(Added(id_, _new_run(execution, revision, named), last.get(execution.test)))
            lines.append(Line(True, id_, execution))
            continue
        fields = _differing(run.raw, execution.owned())
        if named and not run.record.evidence:
            fields["evidence"] = named
        if fields:
            changed.append(Changed(run.id, fields))
            lines.append(Line(False, run.id, execution))
    whole = {name for execution in executions for name in execution.cases}
    unmatched = tuple(found for found in doubts if found[0].full_name not in whole)
    misnamed = tuple(found for found in doubts if found[0].full_name in whole)
    return Plan(tuple(added), tuple(changed), len(executions) - len(lines), tuple(lines), unmatched, misnamed)


def _new_run(execution: Execution, revision: str, evidence: Sequence[str]) -> dict[str, Value]:
    run: dict[str, Value] = {"test": execution.test, "device_revision": revision}
    owned = execution.owned()
    run |= {"date": owned["date"], "result": owned["result"]}
    if evidence:
        run["evidence"] = evidence
    return run | {"imported": _filled(owned["imported"])}


def _check_readable(dossier: Dossier) -> None:
    """A test or run that cannot be read might be the one that is meant: importing beside it would double it."""
    concerned = {entry.id for kind in ("tests", "runs") for entry in dossier.kind(kind)}
    for fault in dossier.faults:
        if fault.subject in concerned:
            raise UsageError(f"{fault.place}: {fault.message}; mend this first, nothing was written")


def _revision(dossier: Dossier, given: str | None) -> str:
    device = dossier.single(Device)
    revision = given if given is not None else device.revision if device else None
    if revision is None:
        raise UsageError("which revision of the device was tested? Name it with --device-revision, or as `revision` of it")
    if not revision.strip():
        raise UsageError("--device-revision names no revision")
    return " ".join(revision.split())


def _evidence(dossier: Dossier, given: str) -> str:
    """The reference as it is written; its record must be there."""
    id_, mark, place = given.strip().partition("#")
    known = dossier.same_but_case(id_)
    if known is None or dossier.get(known, Evidence) is None:
        ids = [entry.id for entry in dossier.of(Evidence)]
        raise UsageError(f"--evidence names `{id_}`, which is no evidence of the project{did_you_mean(id_, ids)}")
    return f"{known}{mark}{place}"


def _executions(cases: Sequence[Case], dossier: Dossier, day: date | None) -> tuple[list[Execution], list[tuple[Case, str]]]:
    """Cases by test and time, in the order of the report, and those that stand for no test."""
    matcher = Matcher({entry.id: entry.record.automated for entry in dossier.of(Test)})
    if not matcher.ids:
        raise UsageError("the project has no tests that an execution could belong to; write them as `tests` first")
    found: dict[tuple[str, str | None], Execution] = {}
    unmatched: list[tuple[Case, str]] = []
    for case in cases:
        tests = matcher.tests(case)
        if not tests or any(id_.casefold() not in matcher.by_fold for id_ in case.tests):
            unmatched.append((case, matcher.doubt(case)))
        for test in tests:
            key = (test, _same(case.time) if case.time else None)
            if key not in found:
                found[key] = Execution(test, case.time, _day(case, day))
            found[key].take(case)
    if not found:
        doubts = list(dict.fromkeys(doubt for _, doubt in unmatched if doubt))
        raise UsageError(f"none of the {len(cases)} cases matches a test of the project, such as "
                         f"{cases[0].full_name}{f' ({doubts[0]})' if doubts else ''}. {WAY}")
    return list(found.values()), unmatched


def _day(case: Case, given: date | None) -> date:
    moment = _moment(case.time)
    if moment is not None:
        return moment.date()
    if given is not None:
        return given
    suite = f"the suite `{case.suite}`" if case.suite else "the report"
    fault = f"has a time stamp that is not of ISO 8601 ({case.time})" if case.time else "has no time stamp"
    raise UsageError(f"{suite} {fault}; name the day of the execution with --date, such as --date 2026-03-02")


def _moment(time: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(time) if time else None
    except ValueError:
        return None


def _same(time: str) -> str:
    """One spelling for time stamps that differ in nothing but theirs."""
    moment = _moment(time)
    return moment.isoformat() if moment else time


def _known_runs(dossier: Dossier, revision: str) -> tuple[dict[tuple[str, str], Entry[Run]], dict[str, str]]:
    """Runs on this revision by test and time of the execution; the last run of each test."""
    known: dict[tuple[str, str], Entry[Run]] = {}
    last: dict[str, str] = {}
    for entry in dossier.of(Run):
        run, test = entry.record, entry.record.test.partition("#")[0]
        last[test] = entry.id
        if run.device_revision == revision and run.imported is not None and run.imported.time:
            known.setdefault((test, _same(run.imported.time)), entry)
    return known, last


def _id(execution: Execution, revision: str, taken: set[str]) -> str:
    """`RUN-201-20260302T101500-v1.0.0`; with the whole id of the test, or a number, where that is taken."""
    end = "-".join(filter(None, (execution.stamp, NOT_IN_ID.sub("-", revision).strip("-"))))
    candidates = _candidates(execution.test, end)
    id_ = next(candidate for candidate in candidates if candidate.casefold() not in taken)
    taken.add(id_.casefold())
    return id_


def _candidates(test: str, end: str) -> Iterator[str]:
    yield f"RUN-{OWN_PREFIX.sub('', test, count=1) if OWN_PREFIX.match(test) else test}-{end}"
    yield f"RUN-{test}-{end}"
    number = 2
    while True:
        yield f"RUN-{test}-{end}-{number}"
        number += 1


def _differing(raw: Mapping[str, Any], owned: Mapping[str, Any]) -> dict[str, Any]:
    """The owned fields that say something else than those of a record as written; None is to be taken away."""
    found: dict[str, Any] = {}
    for key, value in owned.items():
        before = raw.get(key)
        if isinstance(value, Mapping):
            inner = _differing(before, value) if isinstance(before, Mapping) else _filled(value)
            if inner:
                found[key] = inner
        elif key == "time" and isinstance(before, str) and _same(before) == _same(value):
            continue
        elif before != (list(value) if isinstance(value, list) else None if value is None else str(value)):
            found[key] = value
    return found


def _filled(fields: Mapping[str, Any]) -> dict[str, Value]:
    return {key: value for key, value in fields.items() if value is not None}
