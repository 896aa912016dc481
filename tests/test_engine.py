"""The engine of the rules: prerequisites, severity by stage, waivers; with rules made up for the purpose."""

from __future__ import annotations

import inspect

import pytest
from conftest import TODAY

from mdr_blueprint.diagnostics import Fault, Place, Report
from mdr_blueprint.model import Hazard
from mdr_blueprint.rules import catalogue
from mdr_blueprint.rules import check as run_rules
from mdr_blueprint.rules.engine import Found, entries, judge, live, rule


@rule("RISK901", "E", basis="none", always_error=False)
def no_category(dossier):
    """A hazard has no category.

    Why: because.
    Fix: add one.
    """
    for entry in entries(dossier, Hazard):
        if entry.record.category is None:
            yield Found.on(entry, "no category", "category")


@rule("RISK902", "W", basis="none", requires=("RISK901",))
def never_content(dossier):
    """A hazard is never content.

    Why: because.
    Fix: none.
    """
    for entry in entries(dossier, Hazard):
        yield Found.on(entry, "never content", "title", fix="sigh")


@rule("RISK903", "I", basis="none", requires=("RISK902",))
def third(dossier, graph, law, sources, today, codes):
    """A rule that asks for everything.

    Why: because.
    Fix: none.
    """
    assert graph.dossier is dossier
    assert law.gspr
    assert sources.root.is_dir()
    assert today == TODAY
    assert "RISK901" in codes
    for entry in entries(dossier, Hazard):
        yield Found.on(entry, "third")


@rule("RISK904", "E", basis="none", always_error=True)
def always(dossier):
    """A rule whose findings are errors at every stage.

    Why: because.
    Fix: none.
    """
    yield Found.missing(dossier, "harms", "no harms")


@rule("RISK905", "W", basis="none")
def last(dossier, waivers):
    """A rule about waivers.

    Why: because.
    Fix: none.
    """
    for id_, covered in waivers.covered.items():
        yield Found.on(dossier.entries[id_], f"covers {len(covered)}")


RULES = (third, never_content, no_category, always, last)  # out of order on purpose
FILE = "hazards:\n  HZ-1: {title: x}\n  HZ-2: {title: x, category: y}\n  HZ-3: {title: x, retired: {reason: old}}\n"


@pytest.fixture
def findings(check):
    def run(text=FILE, stage="submission", rules=RULES) -> Report:
        c = check(text, stage)
        return run_rules(rules, c.sources, c.dossier, c.graph, c.law, TODAY)

    return run


def lines(report):
    return [(finding.code, finding.subject) for finding in report.findings if finding.code not in ("RISK904", "RISK905")]


@pytest.mark.verifies("REQ-RUL-01")
def test_a_failed_prerequisite_silences_its_dependants_on_the_same_record(findings):
    assert lines(findings()) == [("RISK901", "HZ-1"), ("RISK902", "HZ-2")]
    assert lines(findings(rules=(never_content,))) == [("RISK902", "HZ-1"), ("RISK902", "HZ-2")]
    assert lines(findings(rules=(third, no_category))) == [("RISK901", "HZ-1"), ("RISK903", "HZ-1"), ("RISK903", "HZ-2")]


@pytest.mark.verifies("REQ-RUL-02")
@pytest.mark.parametrize(
    ("stage", "severities"),
    [("draft", "info info error"), ("review", "warning warning error"), ("submission", "error warning error")],
)
def test_severity_follows_from_weight_and_stage(findings, stage, severities):
    by_code = {finding.code: finding.severity for finding in findings(stage=stage).findings}
    assert " ".join(by_code[code] for code in ("RISK901", "RISK902", "RISK904")) == severities
    assert third.severity(stage) == "info"


@pytest.mark.verifies("REQ-RUL-02")
def test_without_a_readable_project_record_the_stage_is_draft(check):
    c = check({"project.yaml": "project: {title: [x], stage: submission}\n", "x.yaml": FILE})
    report = run_rules(RULES, c.sources, c.dossier, c.graph, c.law, TODAY)
    assert {finding.severity for finding in report.findings if finding.code == "RISK901"} == {"info"}


@pytest.mark.verifies("REQ-MSG-01")
def test_what_a_finding_carries(findings):
    first = next(finding for finding in findings().findings if finding.code == "RISK901")
    assert (first.name, first.message, first.basis, first.fix) == ("no-category", "no category", "none", "add one.")
    assert first.place == Place("x.yaml", 2, 3)
    second = next(finding for finding in findings().findings if finding.code == "RISK902")
    assert (second.place, second.fix) == (Place("x.yaml", 3, 17), "sigh")


@pytest.mark.verifies("REQ-RUL-03")
def test_a_whole_kind_that_is_missing_is_told_once_at_its_owner(findings):
    at = {text: next(f.place for f in findings(text).findings if f.code == "RISK904") for text in (FILE, FILE + "harms:\n")}
    assert [str(place) for place in at.values()] == ["project.yaml:1:1", "x.yaml:5:1"]


def test_a_quoted_value_of_several_lines_leaves_the_message_on_one(check):
    text = 'situations: {HS-1: {title: x, risks: {R-1: {harm: HA, initial: {p: "a\\nb"}}}}}\nharms: {HA: {title: y}}\n'
    (message,) = [finding.message for finding in check(text).report.findings if finding.code == "RISK411"]
    assert message.startswith("`a b` in the initial estimate")


WAIVERS = """\
waivers:
  WV-1: {code: RISK901, place: HZ-1, reason: decided}
  WV-2: {code: RISK904, place: harms, reason: decided}
  WV-3: {code: RISK901, place: x.yaml, reason: the whole file}
  WV-4: {code: RISK901, place: HZ-9}
  WV-5: {code: RISK902, place: HZ-2, retired: {reason: withdrawn}}
"""


@pytest.mark.verifies("REQ-RUL-04")
def test_a_waived_finding_stays_visible_as_waived(findings):
    report = findings(FILE + WAIVERS)
    waived = {(finding.code, finding.subject): finding.waived for finding in report.findings}
    assert waived[("RISK901", "HZ-1")] == "WV-1"
    assert waived[("RISK904", "harms")] == "WV-2"
    assert waived[("RISK902", "HZ-2")] is None
    assert not report.has_errors
    assert findings(FILE).has_errors
    assert report.waived_count == 2
    assert report.count("error") == 0
    assert all(finding.waived is None for finding in report.open_findings)
    assert report.summary() == "0 errors, 5 warnings, 0 infos, 2 waived"


@pytest.mark.verifies("REQ-RUL-04")
def test_a_waived_finding_still_silences_its_dependants(findings):
    assert ("RISK902", "HZ-1") not in lines(findings(FILE + WAIVERS))


@pytest.mark.verifies("REQ-RUL-04")
def test_rules_about_waivers_see_what_each_covers(findings):
    covers = {finding.subject: finding.message for finding in findings(FILE + WAIVERS).findings if finding.code == "RISK905"}
    assert covers == {"WV-1": "covers 1", "WV-2": "covers 1", "WV-3": "covers 0", "WV-4": "covers 0"}
    assert findings(FILE + "waivers:\n  W: {code: RISK902, place: x.yaml}\n").waived_count == 1


def test_retired_records_and_what_stands_in_them_are_not_judged(check):
    found = check(
        "situations:\n  HS-1: {title: x, retired: {reason: old}, risks: {R-1: {harm: HA-1}}}\n"
        "  HS-2: {title: x, risks: {R-2: {harm: HA-1}}}\n"
    )
    dossier = found.dossier
    assert [live(dossier, dossier.entries[id_]) for id_ in ("HS-1", "R-1", "HS-2", "R-2")] == [False, False, True, True]


def test_findings_stand_in_file_order(findings):
    places = [finding.place for finding in findings(FILE + WAIVERS).findings]
    assert places == sorted(places)


def test_a_report_knows_what_is_about_a_record(findings):
    report = findings()
    assert [finding.code for finding in report.about("HZ-1")] == ["RISK901"]
    assert report.about("nothing") == ()
    assert len(report.with_findings(report.findings[:1]).findings) == len(report.findings) + 1


def test_faults_of_later_stages_become_findings(check):
    dossier = check({}).dossier
    (finding,) = judge(catalogue(), (Fault("template", "broken", Place("templates/documents/a.md.j2", 3)),), dossier)
    assert (finding.code, finding.severity, str(finding.place)) == ("DOC820", "error", "templates/documents/a.md.j2:3:1")
    assert judge(catalogue(), (Fault("no such kind", "x", Place("x")),), dossier) == []


def test_a_rule_must_say_why_and_how_to_mend():
    def bare():
        """Only a title."""

    with pytest.raises(ValueError, match="Why"):
        rule("RISK999", "E", basis="x")(bare)


@pytest.mark.verifies("REQ-RUL-05")
def test_rules_are_pure_generators():
    for one in catalogue():
        assert inspect.isgeneratorfunction(one.run), one.code
        assert set(one.asks_for) <= {"dossier", "graph", "law", "known", "sources", "today", "codes", "waivers", "faults", "library"}


@pytest.mark.verifies("REQ-RUL-05")
def test_two_runs_tell_the_same(check):
    first = check(FILE + WAIVERS).report
    assert check(FILE + WAIVERS).report == first
