"""Rules on the process of risk management where one small case does not show it: whole questionnaires, libraries, one cause."""

from __future__ import annotations

from pathlib import Path

import pytest

from mdr_blueprint import compile
from mdr_blueprint.completeness import open_items
from mdr_blueprint.diagnostics import Finding
from mdr_blueprint.facts import known
from mdr_blueprint.load import load_law

LAW = load_law()
RISK = """
situations: {HS-1: {title: Hand on the lamp, risks: {R-1: {harm: HARM-1}}}}
harms: {HARM-1: {title: Burn, severity: serious}}
"""
PROCESS = ("RISK446", "RISK450", "RISK452", "RISK455")


def findings(folder: Path, records: str, *codes: str) -> list[Finding]:
    folder.mkdir(exist_ok=True)
    (folder / "project.yaml").write_text(f"project: {{title: Lamp}}\n{records}", "utf-8")
    return [finding for finding in compile(folder).report.findings if finding.code in codes]


def answered(*left_out: str) -> str:
    rows = [f"  {id_}: {{answer: false, rationale: Not in a lamp.}}\n" for id_ in LAW.questions.questions if id_ not in left_out]
    return "questionnaire:\n" + "".join(rows)


def test_a_project_without_risks_is_asked_for_no_process(tmp_path: Path) -> None:
    assert findings(tmp_path, "hazards: {HZ-1: {title: Heat}}\n", *PROCESS, "RISK462") == []


@pytest.mark.verifies("REQ-RUL-03")
def test_each_missing_record_of_the_process_is_one_finding(tmp_path: Path) -> None:
    found = findings(tmp_path, RISK, *[f"RISK{number}" for number in (*range(446, 463), 488, 489)])
    assert [finding.code for finding in found] == [*PROCESS, "RISK462"]
    assert {str(finding.place) for finding in found[:4]} == {"project.yaml:1:1"}


@pytest.mark.parametrize("left", [0, 1, 3, 4, 7])
def test_questions_without_an_answer_are_one_finding(tmp_path: Path, left: int) -> None:
    ids = list(LAW.questions.questions)[:left]
    found = findings(tmp_path, RISK + answered(*ids), "RISK455")
    assert len(found) == bool(left)
    for finding in found:
        assert finding.message.startswith("one question" if left == 1 else f"{left} questions")
        assert all(f"`{id_}`" in finding.message for id_ in ids[:6])
        assert (LAW.questions.questions[ids[0]].question[:20] in finding.message) == (left <= 3)
        assert ("and 1 more" in finding.message) == (left == 7)


@pytest.mark.verifies("REQ-RUL-01")
def test_a_misspelt_question_is_one_finding(tmp_path: Path) -> None:
    wrong = answered().replace("  who.users:", "  who.userz:")
    codes = [finding.code for finding in findings(tmp_path, RISK + wrong, "RISK455", "RISK456", "RISK457", "RISK459")]
    assert codes == ["RISK459"]


def test_a_question_that_cannot_be_read_is_not_called_open(tmp_path: Path) -> None:
    id_ = next(iter(LAW.questions.questions))
    broken = answered(id_) + f"  {id_}: {{answer: maybe, rationale: Unclear.}}\n"
    assert [finding.code for finding in findings(tmp_path, RISK + broken, "RISK455", "ID108")] == ["ID108"]


def test_facts_take_hazards_of_a_library_out(tmp_path: Path) -> None:
    name, fact = "electrical_equipment", "mains_powered"
    library = LAW.hazard_libraries[name].hazards
    plan = f"risk_plan: {{hazard_libraries: [{name}]}}\n"
    (open_,) = findings(tmp_path / "open", plan, "RISK460")
    assert f"{len(library)} of {len(library)} hazards" in open_.message
    (known,) = findings(tmp_path / "known", f"{plan}device: {{name: Lamp, facts: {{{fact}: false}}}}\n", "RISK460")
    assert f" of {len(library)} hazards" not in known.message


def test_libraries_are_asked_once_and_each_for_itself(tmp_path: Path) -> None:
    plan = "risk_plan: {hazard_libraries: [low_field_mri, stethoscope, low_field_mri]}\n"
    assert len(findings(tmp_path, plan, "RISK460")) == 2


def test_what_is_incomplete_speaks_against_one_statement(tmp_path: Path) -> None:
    """Where the review calls the file complete, it is told there and not a second time under the plan."""
    orphan = RISK + "hazards: {HZ-1: {title: Heat}}\n"
    for completeness, told in (("true", "completeness"), ("false", "plan_carried_out")):
        review = f"risk_review:\n  completeness: {{holds: {completeness}}}\n  plan_carried_out: {{holds: true}}\n"
        found = findings(tmp_path, orphan + review, "RISK453")
        lines = (tmp_path / "project.yaml").read_text("utf-8").splitlines()
        assert [told in lines[finding.place.line - 1] for finding in found if "`HZ-1`" in finding.message] == [True]


def test_every_open_item_is_counted_for_a_statement_of_the_review(tmp_path: Path) -> None:
    (tmp_path / "project.yaml").write_text(f"project: {{title: Lamp}}\n{RISK}", "utf-8")
    compiled = compile(tmp_path)
    counts = open_items(compiled.dossier, compiled.graph, LAW, known(compiled.dossier, LAW))
    assert len({count.name for count in counts}) == len(counts)
    by = {count.name: (len(count.open), count.total, count.is_open) for count in counts}
    assert by["hazards"] == (0, 0, True)
    assert by["verdicts"] == (1, 1, True)
    assert by["implementation"] == (0, 0, False)
    assert by["plan"] == (7, 7, True)
    assert by["activities"] == (0, 0, True)


@pytest.mark.parametrize(
    ("kind", "code"),
    [("risk_plan", "RISK446"), ("risk_analysis", "RISK450"), ("risk_review", "RISK452"), ("questionnaire", "RISK455"),
     ("risk_policy", "RISK416"), ("overall_residual_risk", "RISK417")],
)  # fmt: skip
def test_what_is_retired_is_missing(tmp_path: Path, kind: str, code: str) -> None:
    """A retired policy judges nothing, and a retired plan plans nothing: the project is told as if there were none."""
    retired = "retired: {reason: of the device before this one}"
    records = f"{kind}: {{who.users: {{{retired}}}}}\n" if kind == "questionnaire" else f"{kind}: {{{retired}}}\n"
    if kind == "risk_policy":
        records = f"{kind}: {{{retired}, severity: [mild, serious]}}\n"
    (found,) = findings(tmp_path, RISK + records, code)
    assert str(found.place) == "project.yaml:1:1"
    assert findings(tmp_path, RISK + records, "RISK411") == []
