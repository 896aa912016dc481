"""What the compiler says to its user: places, faults and findings.

A diagnostic is a value and is never raised. The stages below the rules report *faults*
(a word for the kind of trouble, a message, a place); a rule turns a fault, or anything else it
sees, into a *finding* with a stable code, a legal basis and a fix.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
LONGEST_WORD = 100
"""Signs of a word that may be a slip of the pen."""
LONGEST_NAME = 1000
"""Signs of a name in a message."""


class UsageError(Exception):
    """The call itself is wrong (a folder that is no project, an unknown code). Exit code 2."""


class WriteError(Exception):
    """Nothing could be written (disk full, file locked). The old output is whole. Exit code 3."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file: path relative to the project with `/`, line and column from 1."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that a message points to."""

    message: str
    place: Place


@dataclass(frozen=True, slots=True)
class Fault:
    """Trouble met by a stage: `kind` is a closed word that one rule turns into a finding."""

    kind: str
    message: str
    place: Place
    related: tuple[Related, ...] = ()
    fix: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One message to the user, complete: where, what, why it matters, how to mend it."""

    code: str
    name: str
    severity: Severity
    message: str
    place: Place
    basis: str
    fix: str
    subject: str
    """Id of the record it is about, or the path of the file where no record is to blame."""
    related: tuple[Related, ...] = ()
    waived: str | None = None
    """Id of the waiver that covers it; the finding stays visible."""

    @property
    def counts_as_error(self) -> bool:
        return self.severity == "error" and self.waived is None


@dataclass(frozen=True, slots=True)
class Report:
    """All findings of one run, in file order."""

    findings: tuple[Finding, ...] = ()
    by_subject: dict[str, tuple[Finding, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> Report:
        ordered = tuple(sorted(findings, key=lambda f: (f.place, f.code, f.message)))
        grouped: dict[str, list[Finding]] = {}
        for finding in ordered:
            grouped.setdefault(finding.subject, []).append(finding)
        return cls(ordered, {subject: tuple(found) for subject, found in grouped.items()})

    def with_findings(self, more: Iterable[Finding]) -> Report:
        """A report that also holds the findings of a later stage."""
        return Report.of((*self.findings, *more))

    def about(self, subject: str) -> tuple[Finding, ...]:
        return self.by_subject.get(subject, ())

    @property
    def open_findings(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.waived is None)

    @property
    def has_errors(self) -> bool:
        return any(f.counts_as_error for f in self.findings)

    def count(self, severity: Severity) -> int:
        """How many findings of this severity are not waived."""
        return sum(1 for f in self.findings if f.severity == severity and f.waived is None)

    @property
    def waived_count(self) -> int:
        return sum(1 for f in self.findings if f.waived is not None)

    def summary(self) -> str:
        """`2 errors, 14 warnings, 1 info, 3 waived`."""
        plural = {"error": "errors", "warning": "warnings", "info": "infos"}
        parts = []
        for severity in SEVERITIES:
            number = self.count(severity)
            parts.append(f"{number} {severity if number == 1 else plural[severity]}")
        if self.waived_count:
            parts.append(f"{self.waived_count} waived")
        return ", ".join(parts)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` was most likely meant to be, or None."""
    lowered, by_head = _spellings(tuple(known))
    sought = word.lower()
    if sought in lowered:
        return lowered[sought]
    if len(sought) > LONGEST_WORD:  # difflib is quadratic in the length of the words
        return None
    candidates: Iterable[str] = lowered
    if len(lowered) > 500:  # a quick look first
        candidates = [word for word in by_head.get(sought[:3], ()) if abs(len(word) - len(sought)) <= 2][:2000]
    matches = difflib.get_close_matches(sought, candidates, n=1, cutoff=0.6)
    return lowered[matches[0]] if matches else None


@lru_cache(maxsize=4)
def _spellings(known: tuple[str, ...]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Words by their small letters, and those by their first three: thousands of words may be sought among the same ones."""
    lowered: dict[str, str] = {}
    by_head: dict[str, list[str]] = {}
    for word in known:
        small = word.lower()
        if lowered.setdefault(small, word) is word:
            by_head.setdefault(small[:3], []).append(small)
    return lowered, by_head


def cut(name: str) -> str:
    """A name from outside as a message shows it: no more of it than a person reads."""
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean X?` or nothing, to be appended to a message."""
    best = nearest(word, known)
    return f"; did you mean {best}?" if best else ""
