"""Reports as programs write them, and as nobody should: what is read, and what is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from imports import FAILED, ONCE, TIME, bring, case, counts, refusal, runs, small_project, suite

from mdr_blueprint.diagnostics import UsageError
from mdr_blueprint.importers.junit import read_report
from mdr_blueprint.importers.report_xml import MAX_DEPTH


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return small_project(tmp_path / "device")


# ---------------------------------------------------------------- refused


@pytest.mark.parametrize(("xml", "told"), [
    ("", ":1: not valid XML: no element found"),
    ("<testsuites>\n<testsuite>\n</testsuites>", ":3: not valid XML: mismatched tag"),
    ("<html><body/></html>", "is no JUnit report"),
    ("<testsuites/>", "holds no test cases"),
    ('<!DOCTYPE x [<!ENTITY a "b">]>\n<testsuites/>', ":1: a document type"),
    ('<!DOCTYPE x SYSTEM "file:///etc/passwd">\n<testsuites/>', ":1: a document type"),
    ("<testsuites>\n" + "<testsuite>" * MAX_DEPTH, ":2: nested deeper than"),
    ('<?xml version="1.0" encoding="klingon"?><testsuites/>', "encoding"),
    ("<testsuites>&lol;</testsuites>", "undefined entity"),
    ('<testsuite timestamp="2026-03-02"><testcase name="a\x01"/></testsuite>', ":1: not valid XML"),
])  # fmt: skip
def test_a_report_that_cannot_be_read_is_refused(project, xml, told):
    assert told in refusal(project, xml)


def test_a_report_too_large_or_missing_is_refused(project, monkeypatch):
    monkeypatch.setattr("mdr_blueprint.importers.junit.MAX_BYTES", 50)
    assert "larger than the 50 bytes" in refusal(project, ONCE)
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read_report(project / "none.xml")
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        read_report(project)


def test_captured_output_is_passed_over(project):
    noise = f"<system-out>{'x' * 11_000_000}</system-out><custom><testcase name='test_TC_202'/></custom>"
    xml = f'<j:testsuites xmlns:j="urn:x"><testsuite timestamp="{TIME}">{case("test_TC_201", noise)}</testsuite></j:testsuites>'
    assert counts(bring(project, xml)) == (1, 0, 0, 0)


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "windows-1252"])
def test_a_report_in_another_encoding_is_read(project, encoding):
    report = project / "r.xml"
    report.write_bytes(ONCE.replace("utf-8", encoding).replace("test_TC_202", "test_TC_202 é").encode(encoding))
    assert read_report(report)[-1].name == "test_TC_202 é"


def test_a_report_of_too_many_cases_is_refused(project, monkeypatch):
    monkeypatch.setattr("mdr_blueprint.importers.report_xml.MAX_CASES", 2)
    assert "junit.xml:2: more than 2 test cases" in refusal(project, ONCE)


# ---------------------------------------------------------------- as tools write them


def report(root: Path, xml: str) -> tuple[str | None, tuple[str, ...], tuple[str, ...]]:
    """Result of the only run that comes out, with its cases that failed and those that were skipped."""
    bring(root, xml)
    (run,) = [run for run in runs(root).values() if run.imported]
    return run.result, run.imported.failed, run.imported.skipped


def gtest(*cases: str) -> str:
    return ('<testsuites tests="2" failures="0" disabled="1" errors="0" time="0.1" timestamp="2026-03-02T10:15:00.196" name="AllTests">'
            '<testsuite name="Export" tests="2" failures="0" disabled="1" skipped="0" errors="0" time="0.1" '
            f'timestamp="2026-03-02T10:15:00.196">{"".join(cases)}</testsuite></testsuites>')


def ctest(*cases: str) -> str:
    return ('<testsuite name="Linux-c++" tests="1" failures="0" disabled="0" skipped="0" hostname="" time="0" '
            f'timestamp="2026-03-02T10:15:00">{"".join(cases)}</testsuite>')


@pytest.mark.parametrize(("xml", "result", "failed", "skipped"), [
    (gtest('<testcase name="TC_201_left" status="run" result="completed" classname="Export"/>',
           '<testcase name="DISABLED_TC_201" status="notrun" result="suppressed" timestamp="1970-01-01T01:00:00" classname="Export"/>'),
     "pass", (), ("Export::DISABLED_TC_201",)),
    (gtest('<testcase name="DISABLED_TC_201" status="notrun" result="suppressed" classname="Export"/>'),
     "blocked", (), ("Export::DISABLED_TC_201",)),
    (gtest('<testcase name="TC_201" status="run" result="skipped" classname="Export"><skipped message="no card"/></testcase>'),
     "blocked", (), ("Export::TC_201",)),
    (gtest('<testcase name="TC_201" status="run" result="completed" classname="Export"><failure message="x" type=""/><failure/></testcase>'),
     "fail", ("Export::TC_201",), ()),
    (ctest('<testcase name="TC-201" classname="TC-201" time="0" status="disabled"><disabled message="x"/></testcase>'),
     "blocked", (), ("TC-201::TC-201",)),
    (ctest('<testcase name="TC-201" classname="TC-201" time="0" status="Not Run"/>'), "blocked", (), ("TC-201::TC-201",)),
    (ctest('<testcase name="TC-201" classname="TC-201" time="0" status="fail"/>'), "fail", ("TC-201::TC-201",), ()),
    (ctest('<testcase name="TC-201" classname="TC-201" time="0" status="run"><system-out>error</system-out></testcase>'), "pass", (), ()),
    (suite(case("TC_201", '<flakyFailure message="x" type="y"><stackTrace>z</stackTrace></flakyFailure>')),
     "fail", ("tests.test_export::TC_201",), ()),
    (suite(case("TC_201", '<skipped type="pytest.xfail" message="known"/>')), "fail", ("tests.test_export::TC_201",), ()),
    (suite(case("TC_201", '<skipped type="XFAIL" message="expected failure"/>')), "fail", ("tests.test_export::TC_201",), ()),
    (suite(case("TC_201", '<skipped type="pytest.skip" message="no card"/>')), "blocked", (), ("tests.test_export::TC_201",)),
    (suite(case("TC_201", '<system-out/><skipped/><failure/>')), "fail", ("tests.test_export::TC_201",), ()),
    (suite(case("TC_201"), case("TC_201", FAILED), case("TC_201")), "fail", ("tests.test_export::TC_201",), ()),
])  # fmt: skip
def test_what_was_not_executed_or_failed_once_is_no_pass(project, xml, result, failed, skipped):
    assert report(project, xml) == (result, failed, skipped)


@pytest.mark.parametrize("xml", [
    '<testsuite name="TC-201 export" {time} errors="0"><error message="set-up"><x/></error>{case}</testsuite>',
    '<testsuite name="TC-201 export" {time} errors="0" failures="1">{case}</testsuite>',
    '<testsuite name="all" {time} errors="10"><properties/><testsuite errors="10" name="TC-201 export">{case}</testsuite></testsuite>',
])  # fmt: skip
def test_a_suite_that_broke_beside_its_cases_is_a_case_that_failed(project, xml):
    xml = xml.format(time=f'timestamp="{TIME}"', case=case("other"))
    assert {(found.full_name, found.outcome) for found in read_report_of(project, xml)} == {
        ("tests.test_export::other", "passed"), ("TC-201 export::(suite)", "failed")}
    assert report(project, xml) == ("fail", ("TC-201 export::(suite)",), ())


def test_a_suite_whose_cases_show_what_failed_is_no_case(project):
    inner = f'<testsuite name="TC-201" errors="0" failures="1">{case("other", FAILED)}</testsuite>'
    made = read_report_of(project, f'<testsuite name="TC-201" timestamp="{TIME}" failures="1">{inner}</testsuite>')
    assert [(found.name, found.outcome) for found in made] == [("other", "failed")]


def read_report_of(root: Path, xml: str):
    path = root / "r.xml"
    path.write_text(xml, "utf-8")
    return read_report(path)


@pytest.mark.parametrize("xml", [
    f'<testsuites timestamp="{TIME}"><testsuite name="s">{case("TC_201")}</testsuite></testsuites>',
    f'<testsuites timestamp="{TIME}">{case("TC_201")}</testsuites>',
    f'<testsuites timestamp="2026-01-01T00:00:00"><testsuite name="s" timestamp="{TIME}">{case("TC_201")}</testsuite></testsuites>',
    f'<testsuites><testsuite name="s" timestamp="{TIME}"><testcase name="TC_201" timestamp="2026-01-01T00:00:00"/></testsuite></testsuites>',
])  # fmt: skip
def test_the_time_is_that_of_the_nearest_suite(project, xml):
    assert [found.time for found in read_report_of(project, xml)] == [TIME]


def test_the_shape_of_unittest_xml_reporting(project):
    """One suite for each class, each with a time stamp of its own."""
    made = bring(project, '<?xml version="1.0" ?><testsuites>'
        '<testsuite name="test_export.TC_201_Left-20260302101500" tests="2" file="test_export.py" time="0.2" '
        'timestamp="2026-03-02T10:15:00" failures="0" errors="1" skipped="0">'
        '<testcase classname="test_export.TC_201_Left" name="test_a" time="0.1" timestamp="2026-03-02T10:15:00" file="x.py" line="9"/>'
        '<testcase classname="test_export.TC_201_Left" name="test_b" time="0.1"><error type="OSError" message="x"><![CDATA[<a>]]></error>'
        '</testcase><system-out><![CDATA[]]></system-out></testsuite>'
        '<testsuite name="test_export.TC_201_Right-20260302101500" timestamp="2026-03-02T10:15:02" tests="1">'
        '<testcase classname="test_export.TC_201_Right" name="test_a"/></testsuite></testsuites>')  # fmt: skip
    assert [(added.fields["result"], added.fields["imported"]["time"]) for added in made.plan.added] == [
        ("fail", "2026-03-02T10:15:00"), ("pass", "2026-03-02T10:15:02")]


def test_the_shape_of_jest(project):
    """Titles of `describe` and `it` as names; a file that does not even start is a case with an error."""
    made = bring(project, '<testsuites name="jest tests" tests="2" failures="1" errors="1" time="1.2">'
        f'<testsuite name="export" errors="0" failures="1" skipped="1" timestamp="{TIME}" time="0.5" tests="3">'
        '<testcase classname="export › TC-201 sides" name="export › TC-201 sides › marks the left" time="0.003"/>'
        '<testcase classname="export › TC-201 sides" name="export › TC-201 sides › marks the right" time="0"><failure>Error: expect(…)\n'
        '    at a.spec.ts:3</failure></testcase>'
        '<testcase classname="export › TC-201 sides" name="later" time="0"><skipped/></testcase></testsuite>'
        f'<testsuite name="/side.spec.ts" errors="1" failures="0" skipped="0" timestamp="{TIME}" time="0" tests="0">'
        '<testcase classname="Test suite failed to run" name="/side.spec.ts" time="0"><error>SyntaxError</error></testcase>'
        '</testsuite></testsuites>')  # fmt: skip
    assert counts(made) == (1, 0, 0, 1)
    assert made.plan.added[0].fields["result"] == "fail"
    assert made.plan.added[0].fields["imported"]["failed"] == [
        "export › TC-201 sides::export › TC-201 sides › marks the right"]
    assert [(found.name, found.outcome) for found, _ in made.plan.executed.unmatched] == [("/side.spec.ts", "failed")]


def test_a_name_that_reads_otherwise_than_it_is_shows_its_signs(project):
    (found,) = read_report_of(project, f'<testsuite timestamp="{TIME}"><testcase name="a&#x202e;b&#x85;c"/></testsuite>')
    assert found.name == "a\\u202eb c"
