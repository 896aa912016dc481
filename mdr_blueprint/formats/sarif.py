"""Findings as SARIF 2.1.0 (OASIS), which code hosts show beside the lines of a change."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from mdr_blueprint.diagnostics import Finding, Place, Report, Severity
from mdr_blueprint.formats import fingerprints, located

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVEL: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """What SARIF says about a rule, whether or not it found anything."""

    code: str
    name: str
    title: str
    why: str
    fix: str
    basis: str
    severity: Severity
    """What its findings weigh at the project's stage."""


def render(report: Report, *, rules: Sequence[RuleInfo], version: str, prefix: str = "",
           waivers: Mapping[str, str] | None = None) -> str:
    """A log with one run. `version` is the program's; `waivers` maps the id of a waiver to its reason."""
    index = {rule.code: number for number, rule in enumerate(rules)}
    names = fingerprints(report)
    results = [_result(finding, name, index, prefix, waivers or {}) for finding, name in zip(report.findings, names, strict=True)]
    driver = {"name": "mdr-blueprint", "version": version, "rules": [_rule(rule) for rule in rules]}
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": True}],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2) + "\n"


def _rule(rule: RuleInfo) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {
            "text": f"{rule.title}\nWhy: {rule.why}\nFix: {rule.fix}\nBasis: {rule.basis}",
            "markdown": f"{rule.title}\n\n**Why:** {rule.why}\n\n**Fix:** {rule.fix}\n\n**Basis:** {rule.basis}",
        },
        "defaultConfiguration": {"level": LEVEL[rule.severity]},
        "properties": {"basis": rule.basis},
    }


def _result(finding: Finding, fingerprint: str, index: Mapping[str, int], prefix: str,
            waivers: Mapping[str, str]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": LEVEL[finding.severity],
        "message": {"text": finding.message},
        "locations": [_location(finding.place, prefix)],
        "partialFingerprints": {"mdrFinding/v1": fingerprint},
        "properties": {"basis": finding.basis, "fix": finding.fix, "subject": finding.subject},
    }
    if finding.code in index:
        result["ruleIndex"] = index[finding.code]
    if finding.related:
        result["relatedLocations"] = [
            {"id": number, **_location(other.place, prefix), "message": {"text": other.message}}
            for number, other in enumerate(finding.related, 1)
        ]
    if finding.waived is not None:
        reason = waivers.get(finding.waived)
        justification = f"{finding.waived}: {reason}" if reason else finding.waived
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": justification}]
    return result


def _location(place: Place, prefix: str) -> dict[str, Any]:
    uri = quote(located(place.path, prefix), errors="surrogateescape")
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": uri},
            "region": {"startLine": place.line, "startColumn": place.column},
        }
    }
