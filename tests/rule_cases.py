"""Write a rule's case to a folder, compile it, and compare what was found with what its lines say."""

from __future__ import annotations

import re
from pathlib import Path

from mdr_blueprint import Compilation, compile
from mdr_blueprint.diagnostics import Place
from mdr_blueprint.rules.cases import Case, CaseFile

PROJECT = CaseFile("project: {title: Case, stage: review}\n")


def write(case: Case, folder: Path) -> None:
    for path, file in {"project.yaml": PROJECT, **case.files}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.link is not None:
            target.symlink_to(file.link)
        else:
            target.write_bytes(file.text.encode() if file.data is None else file.data)


def run(case: Case, folder: Path) -> Compilation:
    write(case, folder)
    return compile(folder, as_of=case.today)


def expected(case: Case, code: str) -> set[tuple[str, int]]:
    """File and line of every finding that is due."""
    mark = re.compile(rf"# error:[^#\n]*\b{code}\b")
    marked = {(path, number) for path, file in case.files.items() for number, line in enumerate(file.text.splitlines(), 1) if mark.search(line)}
    return marked | {(place.path, place.line) for place in case.expect}


def found(compilation: Compilation, code: str) -> set[tuple[str, int]]:
    return {(finding.place.path, finding.place.line) for finding in compilation.report.findings if finding.code == code}


def show(places: set[tuple[str, int]]) -> list[str]:
    return [str(Place(path, line)) for path, line in sorted(places)]
