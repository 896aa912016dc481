"""Fields that people expect and that are refused: found at their line, once, with the reason and the cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from mdr_blueprint import compile
from mdr_blueprint.diagnostics import Finding

RISK = """\
situations:
  HS-1:
    title: Forearm touches a cable loop
    risks:
      R-1:
        harm: HARM-1
        initial:
          p1: probable
          p2: likely
{initial}        residual:
          p1: remote
{residual}          p2: likely
{risk}harms:
  HARM-1: {{title: Burn, severity: serious}}
failure_modes:
  FM-1:
    title: Gate stuck open
{mode}observations:
  OB-1:
    title: Warm forearm
    rates:
      - risk: R-1
{rate}        events: 1
        of: 5000
"""
LEVEL = "RISK444"
COMPUTED = "levels and verdicts are computed from the estimate and the risk policy"
PRODUCT = "a product of ranks is no risk: it counts detection and knows no harm"
OF_HARM = "severity is that of the harm; where a control limits it, name the lesser harm in `harm`"
ESTIMATE = "`risks.R-1.{}` of hazardous situation `HS-1`"
CASES = [
    ("residual", "          level: low\n", LEVEL, f"{ESTIMATE.format('residual')} has no field `level`: {COMPUTED}"),
    ("residual", "          level:\n", LEVEL, f"{ESTIMATE.format('residual')} has no field `level`: {COMPUTED}"),
    ("residual", "          acceptable: true\n", LEVEL, f"{ESTIMATE.format('residual')} has no field `acceptable`: {COMPUTED}"),
    ("initial", "          severity: minor\n", LEVEL, f"{ESTIMATE.format('initial')} has no field `severity`: {OF_HARM}"),
    ("initial", "          severity: [minor]\n", LEVEL, f"{ESTIMATE.format('initial')} has no field `severity`: {OF_HARM}"),
    ("initial", "          detection: 3\n", LEVEL, f"{ESTIMATE.format('initial')} has no field `detection`: {PRODUCT}"),
    ("risk", "        verdict: acceptable\n", LEVEL, f"`risks.R-1` of hazardous situation `HS-1` has no field `verdict`: {COMPUTED}"),
    ("mode", "    rpn: 120\n", LEVEL, f"failure mode `FM-1` has no field `rpn`: {PRODUCT}"),
    ("mode", "    rpn:\n", LEVEL, f"failure mode `FM-1` has no field `rpn`: {PRODUCT}"),
    ("mode", "    severity: {rank: 4}\n", LEVEL, f"failure mode `FM-1` has no field `severity`: {PRODUCT}"),
    ("rate", "        band: remote\n", LEVEL, f"`rates` of observation `OB-1` has no field `band`: {COMPUTED}"),
]


def findings(folder: Path, where: str, line: str) -> list[Finding]:
    """What is said of the line."""
    parts = dict.fromkeys(("initial", "residual", "risk", "mode", "rate"), "") | {where: line}
    text = RISK.format(**parts)
    (folder / "project.yaml").write_text("project: {title: Case}\n")
    (folder / "risk.yaml").write_text(text)
    number = text.splitlines().index(line.rstrip("\n")) + 1
    report = compile(folder).report
    return [finding for finding in report.findings if finding.place.path == "risk.yaml" and finding.place.line == number]


@pytest.mark.verifies("REQ-RIS-06")
@pytest.mark.parametrize(("where", "line", "code", "message"), CASES, ids=[f"{c[0]}-{c[1].strip()}" for c in CASES])
def test_a_refused_field_is_found_once_at_its_line(tmp_path: Path, where: str, line: str, code: str, message: str) -> None:
    (found,) = findings(tmp_path, where, line)
    name = line.strip().partition(":")[0]
    assert (found.code, found.severity, found.message) == (code, "error", message)
    assert found.place.column == len(line) - len(line.lstrip()) + 1
    assert found.fix == f"take `{name}` out"


@pytest.mark.parametrize("where", ["initial", "residual", "risk", "mode", "rate"])
def test_another_field_is_unknown_as_before(tmp_path: Path, where: str) -> None:
    indent = {"risk": 8, "mode": 4, "rate": 8}.get(where, 10)
    (found,) = findings(tmp_path, where, f"{' ' * indent}colour: green\n")
    assert found.code == "ID107"


def test_the_rest_of_the_record_stands(tmp_path: Path) -> None:
    parts = {"initial": "", "residual": "          level: low\n", "risk": "", "mode": "", "rate": ""}
    (tmp_path / "project.yaml").write_text("project: {title: Case}\n")
    (tmp_path / "risk.yaml").write_text(RISK.format(**parts))
    risk = compile(tmp_path).dossier.entries["R-1"].record
    assert (risk.residual.p1, risk.residual.p2) == ("remote", "likely")
