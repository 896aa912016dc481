"""Findings as a GitLab code quality report."""

from __future__ import annotations

import json
from typing import Any

from mdr_blueprint.diagnostics import Finding, Report, Severity
from mdr_blueprint.formats import fingerprints, located

SEVERITY: dict[Severity, str] = {"error": "critical", "warning": "major", "info": "info"}
"""An error keeps the file from submission, yet every output is still written: `critical`, and `blocker` stays unused.
A warning is a gap that turns into an error at a later stage, or weakens the file: `major`, not `minor`."""


def render(report: Report, *, prefix: str = "") -> str:
    """A list of issues. A waived finding is an `info` that names its waiver."""
    issues = [_issue(finding, name, prefix) for finding, name in zip(report.findings, fingerprints(report), strict=True)]
    return json.dumps(issues, ensure_ascii=False, indent=2) + "\n"


def _issue(finding: Finding, fingerprint: str, prefix: str) -> dict[str, Any]:
    waived = finding.waived is not None
    return {
        "description": f"waived ({finding.waived}): {finding.message}" if waived else finding.message,
        "check_name": f"{finding.code} {finding.name}",
        "fingerprint": fingerprint,
        "severity": "info" if waived else SEVERITY[finding.severity],
        "location": {"path": located(finding.place.path, prefix), "lines": {"begin": finding.place.line}},
    }
