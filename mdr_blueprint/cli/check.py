"""`mdr check`: compile a project and report what was found."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mdr_blueprint.cli.arguments import HERE, AsOf, Folder, day, way_to
from mdr_blueprint.cli.terminal import colour_wanted, note, patience, say
from mdr_blueprint.diagnostics import UsageError
from mdr_blueprint.version import VERSION

if TYPE_CHECKING:
    from mdr_blueprint.baseline import Comparison
    from mdr_blueprint.formats.text import LineOf
    from mdr_blueprint.pipeline import Compilation
    from mdr_blueprint.source import Sources

Format = Literal["text", "json", "sarif", "github", "gitlab"]
FormatOption = Annotated[Format, typer.Option("--format", help="How findings are written; the last three are for code hosts.")]
Since = Annotated[
    str | None,
    typer.Option(metavar="REF", show_default=False,
                 help="Show only what is new against this git revision: a branch, a tag or a commit."),
]
Library = Annotated[bool, typer.Option("--library", help="Check the program's own law data in place of a project.")]

LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line in YAML."""
MAX_SHOWN = 4 * 1024 * 1024
"""Largest file, in bytes, that is opened only to show one of its lines."""


def check(
    folder: Folder = HERE, form: FormatOption = "text", as_of: AsOf = None, since: Since = None, library: Library = False
) -> None:
    """Report what is missing, inconsistent or unreadable in a project.

    Every finding names its place, its legal basis and how to mend it; `mdr explain CODE` tells more. How severe a
    finding is follows from the stage in project.yaml: draft, review or submission.

    For example:
      mdr check                        the project you stand in
      mdr check device_example --as-of 2026-06-30
      mdr check --format sarif > findings.sarif
      mdr check --since main           only what is new against the branch main

    Exit code 1 when there is an error that no waiver covers, else 0; with --since only new errors count.
    """
    from mdr_blueprint.pipeline import check_library, compile

    if library and since is not None:
        raise UsageError("--since compares a project; the law data of the program have no project's history")
    end = ""
    with patience("checking"):
        today = day(as_of) or date.today()
        compilation = check_library() if library else compile(folder, as_of=today)
        if since is not None:
            from mdr_blueprint import baseline

            comparison = baseline.since(compilation, since, today)
            compilation, end = replace(compilation, report=comparison.new), _compared(comparison, since)
    say(written(compilation, form) + (end if form in ("text", "github") else ""), exact=form != "text")
    if end and form not in ("text", "github"):  # a file for programs holds findings and nothing else
        note(end)
    raise typer.Exit(1 if compilation.report.has_errors else 0)


def _compared(comparison: Comparison, ref: str) -> str:
    """The last line: `2 new findings since main (317 known ones not shown, 1 ended)`."""
    if comparison.is_first:
        return f"The project did not exist at {ref}: every finding is new.\n"
    new, known = len(comparison.new.findings), comparison.known
    return (f"{new} new {'finding' if new == 1 else 'findings'} since {ref} "
            f"({known} known {'one' if known == 1 else 'ones'} not shown, {comparison.gone} ended)\n")


def written(compilation: Compilation, form: Format) -> str:
    """The report in one of the formats."""
    report = compilation.report
    if form == "json":
        from mdr_blueprint.formats import json_list

        return json_list.render(report)
    if form == "github":
        from mdr_blueprint.formats import github

        return github.render(report, prefix=way_to(compilation.root))
    if form == "gitlab":
        from mdr_blueprint.formats import gitlab

        return gitlab.render(report, prefix=way_to(compilation.root))
    if form == "sarif":
        return _sarif(compilation)
    from mdr_blueprint.formats import text

    return text.render(report, line_of=line_reader(compilation.sources), colour=colour_wanted())


def _sarif(compilation: Compilation) -> str:
    from mdr_blueprint.formats import sarif
    from mdr_blueprint.model import Waiver
    from mdr_blueprint.rules import catalogue

    project = compilation.dossier.project
    stage = project.stage if project else "draft"
    rules = [sarif.RuleInfo(rule.code, rule.name, rule.title, rule.why, rule.fix, rule.basis, rule.severity(stage))
             for rule in catalogue()]
    waivers = {entry.id: entry.record.reason or "" for entry in compilation.dossier.of(Waiver)}
    return sarif.render(compilation.report, rules=rules, version=VERSION, prefix=way_to(compilation.root), waivers=waivers)


def line_reader(sources: Sources) -> LineOf:
    """Lines of the project's files, each file split once and only when one of its lines is shown."""
    texts = {source.path: source.text for source in sources.files}

    @cache
    def lines(path: str) -> list[str]:
        text = texts.get(path)
        if text is None:
            file = sources.inventory.get(path)
            if file is None or file.size > MAX_SHOWN:
                return []
            try:
                text = file.content.decode("utf-8")
            except (OSError, UnicodeDecodeError):
                return []
        return LINE_END.split(text)

    def line_of(path: str, line: int) -> str:
        found = lines(path)
        return found[line - 1] if line <= len(found) else ""

    return line_of
