"""The effective tree: order of verdicts, editions, and who says that a clause does not apply."""

from __future__ import annotations

import pytest

from mdr_blueprint import compile
from mdr_blueprint.clause_tree import clause_tree, in_force, worst
from mdr_blueprint.facts import known
from mdr_blueprint.load import load_law

LAW = load_law()
PROJECT = """project: {title: T, stage: review}
device:
  name: Box
  facts: {active: true, pressure: %s}
standards:
  iec-60601-1: {edition: "3.2", applied: part, excluded: {"9.4.3": it is fixed to the wall}}
clauses:
  iec-60601-1:
    "9.3": {verdict: P, remark: seen, evidence: [EV-1]}
    "9.2.1": {verdict: F, remark: it pinches}
    "14": {verdict: N/E, remark: in another report}
    "8": {verdict: P, evidence: [EV-1]}
evidence: {EV-1: {title: Report}}
"""


def tree(folder, pressure="false"):
    (folder / "project.yaml").write_text(PROJECT % pressure, "utf-8")
    made = compile(folder)
    return {state.key: state for state in clause_tree(made.dossier, LAW, known(made.dossier, LAW), "iec-60601-1")}


@pytest.mark.parametrize(
    ("below", "above"),
    [(["P", "F", "open"], "F"), (["P", "N/E", "open"], "open"), (["P", "N/E"], "N/E"), (["N/A", "P"], "P"), (["N/A"], "N/A"), ([], "open")],
)
def test_the_verdict_of_what_stands_above(below, above):
    assert worst(below) == above


def test_who_says_what(tmp_path):
    found = tree(tmp_path)
    assert (found["9.3"].verdict, found["9.3"].source) == ("P", "answer")
    assert (found["9.4.3"].verdict, found["9.4.3"].source, found["9.4.3"].why) == ("N/A", "excluded", "it is fixed to the wall")
    assert (found["9.7.5"].verdict, found["9.7.5"].source) == ("N/A", "facts")
    assert "pressure = false" in found["9.7.5"].why
    assert (found["9.6.1"].verdict, found["9.6.1"].source) == ("open", "nobody")
    assert found["9"].verdict == found["9.2"].verdict == "F", "a failure is seen from above"


def test_a_heading_stands_for_what_is_below_it_unless_it_passes(tmp_path):
    found = tree(tmp_path, "true")
    assert (found["14.8"].own, found["14.8"].source) == ("N/E", "above")
    assert (found["8.7.3"].verdict, found["8.7.3"].source) == ("open", "nobody"), "each clause is examined by itself"
    assert found["8"].verdict == "open"


def test_a_pass_at_a_heading_stands_for_the_chapter_of_a_standard_on_processes(tmp_path):
    (tmp_path / "project.yaml").write_text(
        "project: {title: T}\nstandards: {iec-62366-1: {edition: '2015+A1:2020', applied: full}}\n"
        "clauses: {iec-62366-1: {'4': {verdict: P, evidence: [EV-1]}, '4.2': {verdict: open}}}\nevidence: {EV-1: {title: File}}\n"
    )
    made = compile(tmp_path)
    found = {state.key: state for state in clause_tree(made.dossier, LAW, known(made.dossier, LAW), "iec-62366-1")}
    assert (found["4.1.1"].own, found["4.1.1"].source) == ("P", "above")
    assert (found["4.2"].own, found["4.2"].source) == ("open", "answer"), "what is said to be open is open"
    assert found["4"].verdict == "open"


def test_a_fact_that_changes_opens_the_clause(tmp_path):
    assert tree(tmp_path, "true")["9.7.5"].verdict == "open"


def test_clauses_of_an_edition():
    standard = LAW.standard("iec-60601-2-37")
    assert standard is not None
    assert "201.11.1" in in_force(standard, "2.1")
    assert "201.11.1" not in in_force(standard, "3.0")
    assert in_force(standard, "no such edition") == in_force(standard, None)
