"""Findings as a JSON list, for programs. Paths are relative to the project, lines and columns count from 1."""

from __future__ import annotations

import json
from typing import Any

from mdr_blueprint.diagnostics import Finding, Report


def render(report: Report) -> str:
    """A list of objects, in file order; an empty list where there is nothing to say."""
    return json.dumps([as_object(finding) for finding in report.findings], ensure_ascii=False, indent=2) + "\n"


def as_object(finding: Finding) -> dict[str, Any]:
    """A finding as it stands in every JSON of this program."""
    place = finding.place
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "waived": finding.waived is not None,
        "message": finding.message,
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "basis": finding.basis,
        "fix": finding.fix,
        "waiver": finding.waived,
        "subject": finding.subject,
        "related": [
            {"message": other.message, "path": other.place.path, "line": other.place.line, "column": other.place.column}
            for other in finding.related
        ],
    }
