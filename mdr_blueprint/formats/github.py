"""Findings as workflow commands, which GitHub Actions turns into annotations of the changed files."""

from __future__ import annotations

from mdr_blueprint.diagnostics import Finding, Report, Severity
from mdr_blueprint.formats import heading, located

COMMAND: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}


def render(report: Report, *, prefix: str = "") -> str:
    """One command per finding and the counts as a plain last line. A waived finding is a notice that names its waiver."""
    lines = [_command(finding, prefix) for finding in report.findings]
    return "\n".join([*lines, report.summary()]) + "\n"


def _command(finding: Finding, prefix: str) -> str:
    waived = finding.waived is not None
    title = heading(finding) + (f" (waived by {finding.waived})" if waived else "")
    properties = {
        "file": located(finding.place.path, prefix),
        "line": str(finding.place.line),
        "col": str(finding.place.column),
        "title": title,
    }
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    message = f"{finding.message}\nbasis: {finding.basis}\nfix: {finding.fix}"
    return f"::{'notice' if waived else COMMAND[finding.severity]} {written}::{_data(message)}"


def _data(text: str) -> str:
    """`%` first, or the escapes themselves would be escaped."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """A semicolon stands as it is: the runner reads back only `%`, CR, LF, `:` and `,`."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
