"""Records from what other programs report: a report is read, matched with the project, and written as a person would write it.

`report_xml` and `junit` read a report, `matching` and `executions` find the tests that its cases stand for, `runs` says which
runs that makes. Whatever is imported goes through `writing`, which changes the lines it must and no others: `record_file` is a
file with the places where it changes, `changing` and `adding` say where those are, `yaml_text` reads and writes YAML.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from mdr_blueprint.collector import collector_resting
from mdr_blueprint.diagnostics import Place, UsageError
from mdr_blueprint.importers.junit import read_report
from mdr_blueprint.importers.runs import Plan, plan
from mdr_blueprint.importers.writing import Patch, patches, write
from mdr_blueprint.load import Dossier, load
from mdr_blueprint.model import Run, Test
from mdr_blueprint.source import Map, Sources, read
from mdr_blueprint.source.folder import find_root

UNREAD = frozenset({"unreadable", "duplicate-key", "second-document", "yml-file"})
"""Faults of files that leave records unread."""


@dataclass(frozen=True)
class Import:
    """What an import does to a project; nothing is written before `write`."""

    root: Path
    plan: Plan
    patches: tuple[Patch, ...]

    def write(self) -> None:
        write(self.root, self.patches)


def import_junit(
    report: Path, folder: Path, *, revision: str | None = None, evidence: Sequence[str] = (), day: date | None = None
) -> Import:
    """The runs that a JUnit report makes in the project that `folder` lies in.

    `revision` is that of the tested device, else the one that the project describes; `evidence` goes to each new run; `day`
    is when those suites were executed that have no time stamp. Raises `UsageError` where anything is wrong or left open.
    """
    root = find_root(folder)
    cases = read_report(report)
    with collector_resting():
        sources = read(root)
        dossier = load(sources)
    _check_whole(sources, dossier)
    made = plan(cases, dossier, sources.inventory, revision=revision, evidence=evidence, day=day)
    return Import(root, made, patches(sources, dossier, Run, made.changed, made.added))


def _check_whole(sources: Sources, dossier: Dossier) -> None:
    """What cannot be read may be the very run that is imported again, or the test that it belongs to."""
    kinds = (Test.kind_name, Run.kind_name)
    concerned: set[str] = set()
    places: set[Place] = set()
    for source in sources.files:
        for kind in source.root.keys() & kinds:
            concerned.update(map(str.casefold, source.root[kind].marks) if isinstance(source.root[kind], Map) else ())
            places.add(source.root.key_place(source.path, kind))
    for fault in sources.faults:
        if fault.kind in UNREAD:
            raise UsageError(f"{fault.place}: {fault.message}; mend this first, nothing was written")
    for fault in dossier.faults:
        if fault.kind == "unknown-kind" or fault.place in places or (fault.subject or "").casefold() in concerned:
            raise UsageError(f"{fault.place}: {fault.message}; mend this first, nothing was written")
