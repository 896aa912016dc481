"""`mdr build`: write the technical file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mdr_blueprint.cli.arguments import HERE, AsOf, Folder, day
from mdr_blueprint.cli.terminal import note, say
from mdr_blueprint.diagnostics import UsageError

if TYPE_CHECKING:
    from mdr_blueprint.pipeline import Built

Output = Annotated[Path | None, typer.Option("--output", metavar="DIR", show_default=False,
                                             help="Where to write. Default: build/ inside the project.")]
Only = Annotated[str | None, typer.Option("--only", metavar="PARTS", show_default=False,
                                          help="Write just these parts, separated by commas: site, word, excel, data. "
                                               "The others stay as they are.")]
OverwriteEdited = Annotated[bool, typer.Option("--overwrite-edited", help="Go on where files of the old output were edited by "
                                                                          "hand; in the parts that are written the edits "
                                                                          "are lost.")]

PLACES = {"site": "site/index.html", "word": "documents", "excel": "workbooks/technical_file.xlsx", "data": "data/dossier.json"}
"""What a person opens first of each part."""


def build(folder: Folder = HERE, output: Output = None, only: Only = None, overwrite_edited: OverwriteEdited = False,
          as_of: AsOf = None) -> None:
    """Write site, Word documents, workbook and data from one set of records.

    Gaps are marked where they are, and the findings are counted at the end; `mdr check` lists them. The old output is
    replaced in one step, or stays whole. A folder that holds anything else, such as a note or `.git`, is refused and not
    touched. Expiry and calibration are judged on the date of the revision, so that the same revision always gives the same
    files.

    For example:
      mdr build                        into build/
      mdr build device_example --output ~/file --only word,excel

    Exit code 1 when there is an error that no waiver covers; everything is written all the same.
    """
    from mdr_blueprint import pipeline

    parts = tuple(part.strip() for part in only.split(",") if part.strip()) if only is not None else ()
    if only is not None and not parts:
        raise UsageError("--only names no part; parts are site, word, excel, data")
    with _progress() as tell:
        built = pipeline.build(folder, output, only=parts, as_of=day(as_of), overwrite_edited=overwrite_edited, progress=tell)
    say(_summary(built), only_told=True)
    for path in built.saved_meanwhile:
        note(f"mdr: {path} was saved while the build ran: what was written shows it as it was before; build again\n")
    raise typer.Exit(1 if built.report.has_errors else 0)


def _summary(built: Built) -> str:
    lines = [f"Written to {built.output}"]
    lines += [f"  {part:<6} {built.output / place}" for part, place in PLACES.items() if part in built.parts]
    lines.append(f"Findings: {built.report.summary()}")
    errors = [f for f in built.report.findings if f.counts_as_error]
    for finding in errors[:5]:
        lines.append(f"  {finding.place}: {finding.code} {finding.name}: {finding.message}")
    if len(errors) > 5:
        lines.append(f"  and {len(errors) - 5} errors more")
    if built.report.open_findings:
        lines.append("`mdr check` shows each with its legal basis and how to mend it.")
    return "\n".join(lines) + "\n"


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """A bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<26}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("start", total=3)

        def tell(step: str) -> None:
            bar.update(task, description=step, advance=1)

        yield tell
