"""Records from what other programs report: a report is read, matched with the project, and written as a person would write it.

`junit` reads a report, `matching` finds the tests that its cases stand for, `runs` says which runs that makes. Whatever
is imported goes through `writing`, which changes the lines it must and no others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from mdr_blueprint.diagnostics import UsageError
from mdr_blueprint.importers.junit import read_report
from mdr_blueprint.importers.runs import Plan, plan
from mdr_blueprint.importers.writing import Patch, patches, write
from mdr_blueprint.load import load
from mdr_blueprint.model import Run
from mdr_blueprint.pipeline import collector_resting
from mdr_blueprint.source import Sources, read
from mdr_blueprint.source.folder import find_root


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
        _check_whole(sources)
        dossier = load(sources)
    made = plan(cases, dossier, revision=revision, evidence=evidence, day=day)
    return Import(root, made, patches(sources, dossier, Run, made.changed, made.added))


def _check_whole(sources: Sources) -> None:
    """A file that cannot be read may hold the very run that is imported again, or the test that it belongs to."""
    for fault in sources.faults:
        if fault.kind in ("unreadable", "duplicate-key", "second-document"):
            raise UsageError(f"{fault.place}: {fault.message}; mend this first, nothing was written")
