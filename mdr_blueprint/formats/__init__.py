"""Findings as text for people and as data for other programs. Every format is a pure function of a `Report`."""

from __future__ import annotations

import hashlib
import re
from collections import Counter

from mdr_blueprint.diagnostics import Finding, Report

LINE_NUMBER = re.compile(r"\bline \d+")


def located(path: str, prefix: str) -> str:
    """A path of the project as seen from the working folder; `prefix` leads from there to the project (`""`, `x`, `../x`)."""
    return f"{prefix.rstrip('/')}/{path}" if prefix else path


def fingerprints(report: Report) -> list[str]:
    """For each finding a name that stays the same when lines are added above it or the record moves to another file.

    Two findings that say the same about the same record are told apart by their order.
    """
    seen: Counter[str] = Counter()
    names = []
    for finding in report.findings:
        said = LINE_NUMBER.sub("line", finding.message)
        same = "\0".join((finding.code, finding.subject, said))
        seen[same] += 1
        names.append(hashlib.sha256(f"{same}\0{seen[same]}".encode("utf-8", "surrogatepass")).hexdigest())
    return names


def heading(finding: Finding) -> str:
    """`RISK401 unverified-control`."""
    return f"{finding.code} {finding.name}"


__all__ = ["fingerprints", "heading", "located"]
