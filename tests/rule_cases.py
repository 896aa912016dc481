"""Write a rule's case to a folder, compile it, and compare what was found with what its lines say."""

from __future__ import annotations

import re
from pathlib import Path

from mdr_blueprint import build, compile
from mdr_blueprint.diagnostics import Place, Report
from mdr_blueprint.pipeline import check_library
from mdr_blueprint.rules import Rule
from mdr_blueprint.rules.cases import Case, CaseFile

PROJECT = CaseFile("project: {title: Case, stage: review}\n")


def write(case: Case, folder: Path) -> None:
    for path, file in (case.files if case.of_library else {"project.yaml": PROJECT, **case.files}).items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.link is not None:
            target.symlink_to(file.link)
        else:
            target.write_bytes(file.text.encode() if file.data is None else file.data)


def run(case: Case, rule: Rule, folder: Path) -> Report:
    """What the compiler says of a case; where the rule judges faults of writing, what a build says."""
    write(case, folder)
    if case.of_library:
        return check_library(folder).report
    if "faults" in rule.asks_for:
        part = "word" if any(path.startswith("templates/word/") for path in case.files) else "excel"
        return build(folder, only=(part,), as_of=case.today, progress=lambda step: save(case, folder, step)).report
    return compile(folder, as_of=case.today).report


def save(case: Case, folder: Path, step: str) -> None:
    """Save what somebody saves while the build runs, once everything is read."""
    for path, file in case.files.items() if step != "check and render" else ():
        if file.saved is not None:
            (folder / path).write_text(file.saved, "utf-8")


def expected(case: Case, code: str) -> set[tuple[str, int]]:
    """File and line of every finding that is due."""
    mark = re.compile(rf"# error:[^#\n]*\b{code}\b")
    marked = {(path, number) for path, file in case.files.items()
              for number, line in enumerate(file.text.splitlines(), 1) if mark.search(line)}
    return marked | {(place.path, place.line) for place in case.expect}


def found(report: Report, code: str) -> set[tuple[str, int]]:
    return {(finding.place.path, finding.place.line) for finding in report.findings if finding.code == code}


def show(places: set[tuple[str, int]]) -> list[str]:
    return [str(Place(path, line)) for path, line in sorted(places)]
