"""What is new against an earlier revision of a project, so that a file with many open findings can be held where it is."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from mdr_blueprint.diagnostics import Finding, Report
from mdr_blueprint.pipeline import Compilation, compile
from mdr_blueprint.revision import restore

Key = tuple[str, str, str, bool]


@dataclass(frozen=True)
class Comparison:
    """The findings of today, parted by whether the earlier revision had them."""

    new: Report
    known: int
    """How many findings were there before and still are."""
    gone: int
    """How many were there before and are no more."""
    is_first: bool
    """The project did not exist at that revision, so everything is new."""


def since(compilation: Compilation, ref: str, as_of: date | None = None) -> Comparison:
    """Compare with the project at `ref`, compiled by this same program on the same day. UsageError where git has no such revision."""
    with tempfile.TemporaryDirectory(prefix="mdr-") as folder:
        target = Path(folder).resolve() / "project"
        target.mkdir()
        if not restore(compilation.root, ref, target):
            return Comparison(compilation.report, 0, 0, is_first=True)
        before = compile(target, as_of=as_of).report.findings
    known = Counter(map(_key, before))
    new: list[Finding] = []
    for finding in compilation.report.findings:
        key = _key(finding)
        if known[key]:
            known[key] -= 1
        else:
            new.append(finding)
    return Comparison(Report.of(new), len(compilation.report.findings) - len(new), known.total(), is_first=False)


def _key(finding: Finding) -> Key:
    """What makes two findings the same one: never the line, and the file only where there is no record to name."""
    return finding.code, finding.subject, finding.message, finding.waived is not None
