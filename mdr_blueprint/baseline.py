"""What is new against an earlier revision of a project, so that a file with many open findings can be held where it is."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from mdr_blueprint.diagnostics import Finding, Report
from mdr_blueprint.formats import LINE_NUMBER
from mdr_blueprint.pipeline import Compilation, compile_sources
from mdr_blueprint.revision import restore
from mdr_blueprint.source import read

Key = tuple[str, str, str, bool]
WORD = re.compile(r"[^\s`'\"(),;]+")
"""What may be a path in a message."""
MOVED = "(file)"
"""Stands for a path where two findings are compared that may lie in files of different names."""


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
    """Compare with the project at `ref`, compiled by this same program for the same day.

    UsageError where git has no such revision.
    """
    with tempfile.TemporaryDirectory(prefix="mdr-") as folder:
        target = Path(folder).resolve() / "project"
        target.mkdir()
        restored = restore(compilation.root, ref, target)
        if restored is None:
            return Comparison(compilation.report, 0, 0, is_first=True)
        earlier = compile_sources(read(restored.folder, restored.links, restored.repositories), as_of=as_of)
    now, before = compilation.report.findings, earlier.report.findings
    new, gone = _unmatched(now, before, _said, _said)
    files_now, files_before = compilation.sources.inventory.files.keys(), earlier.sources.inventory.files.keys()
    files = files_now | files_before
    new, gone = _unmatched(new, gone, _moved(files, files_now - files_before), _moved(files, files_before - files_now))
    new, gone = _waived_since(new, gone)
    return Comparison(Report.of(new), len(now) - len(new), len(gone), is_first=False)


def _unmatched(
    now: Iterable[Finding], before: Iterable[Finding], key_now: Callable[[Finding], Key], key_before: Callable[[Finding], Key]
) -> tuple[list[Finding], list[Finding]]:
    """What is left of both sides when each finding has met one of the other side with the same key."""
    now, before = list(now), list(before)
    known, matched = Counter(map(key_before, before)), Counter[Key]()
    new = []
    for finding in now:
        key = key_now(finding)
        if matched[key] < known[key]:
            matched[key] += 1
        else:
            new.append(finding)
    gone = []
    for finding in before:
        key = key_before(finding)
        if matched[key]:
            matched[key] -= 1
        else:
            gone.append(finding)
    return new, gone


def _said(finding: Finding) -> Key:
    """What makes two findings the same one: never the line, and the file only where there is no record to name."""
    return finding.code, finding.subject, LINE_NUMBER.sub("line", finding.message), finding.waived is not None


def _moved(files: AbstractSet[str], only_here: AbstractSet[str]) -> Callable[[Finding], Key]:
    """The same, whatever file a message names, and for a file that exists on one side only, whatever its name is."""

    def key(finding: Finding) -> Key:
        code, subject, message, waived = _said(finding)
        told = WORD.sub(lambda word: MOVED if word.group() in files else word.group(), message)
        return code, MOVED if subject in only_here else subject, told, waived

    return key


def _waived_since(new: list[Finding], gone: list[Finding]) -> tuple[list[Finding], list[Finding]]:
    """A known finding that is waived by now is no new one; the other way round it is."""
    waived, others = [f for f in new if f.waived is not None], [f for f in new if f.waived is None]
    waived, gone = _unmatched(waived, gone, _said, lambda finding: (*_said(finding)[:3], True))
    return [*others, *waived], gone
