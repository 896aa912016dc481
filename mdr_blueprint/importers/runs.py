"""Executions of tests as runs of the project: which are new, and which say something else than before.

A run is one execution: test, revision of the device, time stamp of the suite. What an importer owns of it is result, date and
`imported`; everything else belongs to people and is never touched again, save that a run without evidence gets the one that the
call names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from mdr_blueprint.diagnostics import UsageError, did_you_mean
from mdr_blueprint.importers.adding import Added
from mdr_blueprint.importers.changing import Changed
from mdr_blueprint.importers.executions import Executed, Execution, executions, same_moment
from mdr_blueprint.importers.junit import UNPRINTABLE, Case
from mdr_blueprint.importers.yaml_text import Value
from mdr_blueprint.load import Dossier, Entry
from mdr_blueprint.markdown import slug
from mdr_blueprint.model import Device, Evidence, Run
from mdr_blueprint.source import Inventory

NOT_IN_ID = re.compile(r"[^A-Za-z0-9_.]+")
OWN_PREFIX = re.compile(r"(?:TC|TEST|T)[-_](?=[A-Za-z0-9])", re.IGNORECASE)
"""What an id of a test says that `RUN-` says as well."""


@dataclass(frozen=True)
class Line:
    """One run for the person who imports: `RUN-201-20260302T101500 of TC-201: pass, 3 cases`."""

    is_new: bool
    id: str
    execution: Execution
    before: str | None = None
    """Result that the run had, where it has another one now."""


@dataclass(frozen=True)
class Plan:
    """What an import does."""

    added: tuple[Added, ...]
    changed: tuple[Changed, ...]
    unchanged: int
    lines: tuple[Line, ...]
    executed: Executed


def plan(
    cases: Sequence[Case], dossier: Dossier, inventory: Inventory, *, revision: str | None = None, evidence: Sequence[str] = (),
    day: date | None = None,
) -> Plan:
    """The runs that the cases of a report make. Raises `UsageError` where the call or the project leaves something open."""
    revision = _revision(dossier, revision)
    named = list(dict.fromkeys(_evidence(dossier, inventory, id_) for id_ in evidence))
    executed = executions(cases, dossier, day)
    known, last = _known_runs(dossier, revision)
    taken = {id_.casefold() for id_ in dossier.entries}
    added, changed, lines = [], [], []
    for execution in executed.executions:
        run = known.get((execution.test, execution.moment))
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
            lines.append(Line(False, run.id, execution, run.record.result if "result" in fields else None))
    return Plan(tuple(added), tuple(changed), len(executed.executions) - len(lines), tuple(lines), executed)


def _new_run(execution: Execution, revision: str, evidence: Sequence[str]) -> dict[str, Value]:
    run: dict[str, Value] = {"test": execution.test, "device_revision": revision}
    owned = execution.owned()
    run |= {"date": owned["date"], "result": owned["result"]}
    if evidence:
        run["evidence"] = evidence
    return run | {"imported": _filled(owned["imported"])}


def _revision(dossier: Dossier, given: str | None) -> str:
    """The revision as the device has it, where both differ in nothing but spaces."""
    device = dossier.single(Device)
    described = device.revision if device else None
    if given is None:
        if described is None:
            raise UsageError("which revision of the device was tested? Name it with --device-revision, or as `revision` of it")
        return described
    if not given.strip():
        raise UsageError("--device-revision names no revision")
    revision = " ".join(given.split())
    if UNPRINTABLE.search(revision):
        raise UsageError("--device-revision holds a control character")
    return described if described is not None and " ".join(described.split()) == revision else revision


def _evidence(dossier: Dossier, inventory: Inventory, given: str) -> str:
    """The reference as it is written; its record must be there, and its place where the document can be read."""
    id_, mark, place = given.strip().partition("#")
    known = dossier.same_but_case(id_)
    entry = dossier.get(known, Evidence) if known else None
    if entry is None:
        ids = [entry.id for entry in dossier.of(Evidence)]
        raise UsageError(f"--evidence names `{id_}`, which is no evidence of the project{did_you_mean(id_, ids)}")
    if entry.record.retired is not None:
        raise UsageError(f"--evidence names `{entry.id}`, which is retired")
    if mark and not place:
        raise UsageError(f"--evidence names no section behind `{entry.id}#`")
    file = inventory.get(entry.record.path) if entry.record.path else None
    headings = file.headings if file else None
    if place and headings and place not in headings and slug(place) not in headings:
        raise UsageError(f"--evidence names section `{place}` of `{entry.id}`, which has none{did_you_mean(place, headings)}")
    return f"{entry.id}{mark}{place}"


def _known_runs(dossier: Dossier, revision: str) -> tuple[dict[tuple[str, str], Entry[Run]], dict[str, str]]:
    """Runs on this revision by test and time of the execution; the last run of each test."""
    known: dict[tuple[str, str], Entry[Run]] = {}
    last: dict[str, str] = {}
    for entry in dossier.of(Run):
        run, test = entry.record, entry.record.test.partition("#")[0]
        last[test] = entry.id
        if run.device_revision == revision and run.imported is not None and run.imported.time:
            known.setdefault((test, same_moment(run.imported.time)), entry)
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
        elif not _says_the_same(key, before, value):
            found[key] = value
    return found


def _says_the_same(key: str, before: Any, value: Any) -> bool:
    if isinstance(value, list):  # in any order: those who run tests side by side report them as they end
        return isinstance(before, list) and sorted(map(str, before)) == sorted(value)
    if key == "time" and isinstance(before, str):
        return same_moment(before) == same_moment(value)
    return bool(before == (None if value is None else str(value)))


def _filled(fields: Mapping[str, Any]) -> dict[str, Value]:
    return {key: value for key, value in fields.items() if value is not None}
