"""`mdr import`: records from what other programs report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from mdr_blueprint.cli.arguments import HERE, Folder, day, way_to
from mdr_blueprint.cli.terminal import bold, dim, note, patience, say, wrapped

if TYPE_CHECKING:
    from mdr_blueprint.importers import Import
    from mdr_blueprint.importers.junit import Case
    from mdr_blueprint.importers.runs import Plan

T = TypeVar("T")
SHOWN_RUNS = 20
SHOWN_CASES = 5
Report = Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="The report, such as junit.xml.")]
Revision = Annotated[
    str | None,
    typer.Option("--device-revision", metavar="REV", show_default=False,
                 help="Revision of the device that was tested. Default: the one in `revision` of the device."),
]
EvidenceIds = Annotated[
    list[str] | None,
    typer.Option("--evidence", metavar="ID", show_default=False,
                 help="Evidence that new runs rest on, such as EV-060 or EV-060#3. May be given several times."),
]
OnDay = Annotated[
    datetime | None,
    typer.Option("--date", metavar="DAY", formats=["%Y-%m-%d"], show_default=False,
                 help="Day of the execution, for suites that have no time stamp."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the patch of the record files and write nothing.")]


def junit(
    report: Report, folder: Folder = HERE, revision: Revision = None, evidence: EvidenceIds = None, on: OnDay = None,
    dry_run: DryRun = False,
) -> None:
    """Make executed test cases of a JUnit report runs of the project's tests.

    A case stands for a test by its name in `automated` of the test, by its property mdr.test, or by the id of the test in
    its name. The cases of a test make one run: failed if one failed, blocked if all were skipped. Importing an execution
    again renews result, date and what was imported, and nothing that people wrote.

    For example:
      pytest --junitxml junit.xml
      mdr import junit junit.xml --evidence EV-060
      mdr import junit junit.xml device_example --device-revision v1.1.0 --dry-run

    Exit code 0 also when runs failed: that is a finding of mdr check.
    """
    from mdr_blueprint.importers import import_junit

    with patience("reading"):
        made = import_junit(report, folder, revision=revision, evidence=evidence or (), day=day(on))
        if not dry_run:
            made.write()
    told = "\n".join(_summary(made, dry_run)) + "\n"
    if not dry_run:
        say(told, only_told=True)
        return
    prefix = way_to(made.root)
    prefix = "" if prefix.startswith("..") or Path(prefix).is_absolute() else prefix  # readers of patches refuse such names
    say("".join(patch.diff(prefix) for patch in made.patches), exact=True)
    note(told)  # standard output is the patch and nothing else


def _summary(made: Import, dry_run: bool) -> Iterator[str]:
    """The runs, the cases that are nobody's, and last one line that counts."""
    plan, prefix = made.plan, way_to(made.root)
    for patch in made.patches:
        yield f"{'Dry run, would write' if dry_run else 'Written'}: {prefix}{'/' if prefix else ''}{patch.path}"
    for line in plan.lines[:SHOWN_RUNS]:
        done, number = line.execution, len(line.execution.cases)
        yield (f"  {dim('new    ' if line.is_new else 'changed')} {bold(line.id)} of {line.execution.test}: {done.result}"
               f"{f' (was {line.before})' if line.before else ''}, {number} {'case' if number == 1 else 'cases'}")
    if len(plan.lines) > SHOWN_RUNS:
        yield f"  and {len(plan.lines) - SHOWN_RUNS} runs more"
    yield from _first(plan.executed.misnamed, lambda found: f"  {found[0].shown}: {found[1]}")
    yield from _first(plan.executed.missed, lambda found: f"  no case is named {found[1]}, as `automated` of {found[0]} says")
    yield from _unmatched(plan)
    yield _counted(plan)


def _unmatched(plan: Plan) -> Iterator[str]:
    from mdr_blueprint.importers.executions import WAY

    if not plan.executed.unmatched:
        return
    yield "No test of the project is meant by:"
    # first those that failed or seem to mean a test
    ordered = sorted(plan.executed.unmatched, key=lambda found: (found[0].outcome != "failed", not found[1]))
    yield from _first(ordered, _unmatched_case)
    yield wrapped(WAY)


def _unmatched_case(found: tuple[Case, str]) -> str:
    case, doubt = found
    return f"  {case.shown}{' (failed)' if case.outcome == 'failed' else ''}{f': {doubt}' if doubt else ''}"


def _first(found: Sequence[T], tell: Callable[[T], str]) -> Iterator[str]:
    """A line for each of the first ones, and how many more there are."""
    yield from map(tell, found[:SHOWN_CASES])
    if len(found) > SHOWN_CASES:
        yield f"  and {len(found) - SHOWN_CASES} more"


def _counted(plan: Plan) -> str:
    """`3 runs new, 1 changed, 12 unchanged, 2 cases match no test`."""
    new = len(plan.added)
    told = f"{new} {'run' if new == 1 else 'runs'} new, {len(plan.changed)} changed, {plan.unchanged} unchanged"
    number = len(plan.executed.unmatched)
    if number:
        failed = sum(case.outcome == "failed" for case, _ in plan.executed.unmatched)
        told += f", {number} {'case matches' if number == 1 else 'cases match'} no test{f' ({failed} failed)' if failed else ''}"
    return told
