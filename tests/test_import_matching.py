"""Which tests of the project a test case stands for."""

from __future__ import annotations

from pathlib import Path

import pytest
from imports import FAILED, bring, case, junit, small_project, suite

from mdr_blueprint.importers.junit import Case
from mdr_blueprint.importers.matching import Matcher


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return small_project(tmp_path / "device")


def found_for(name: str, classname: str = "", tests: tuple[str, ...] = (), **automated: list[str]) -> tuple[str, ...]:
    known = {"TC-2": [], "TC-2-1": [], "TC-201": [], "SW.7_B": [], **{key.replace("_", "-"): value for key, value in automated.items()}}
    return Matcher(known).tests(Case(name, classname, "passed", "", None, tests))


@pytest.mark.parametrize(("name", "found"), [
    ("test_TC_201_exports", ("TC-201",)), ("test_tc-201", ("TC-201",)), ("TC-201: exports a series", ("TC-201",)),
    ("test_TC_2011", ()), ("test_TC201", ()), ("testTC_201", ()), ("ETC_201", ()), ("test_TC_201.5", ()), ("[TC-201]", ("TC-201",)),
    ("test_tc_2_1_x", ("TC-2-1",)), ("test_tc_2_x", ("TC-2",)), ("test_tc_2_and_TC_201", ("TC-2", "TC-201")), ("sw.7.b", ()),
    ("sw.7_b ends", ("SW.7_B",)), ("", ()),
])  # fmt: skip
def test_ids_are_found_as_whole_words(name, found):
    assert found_for(name) == found
    assert found_for("test", f"pkg.{name}") == found


@pytest.mark.parametrize("pattern", [
    "tests.test_a.TestB::test_c", "tests/test_a.py::TestB::test_c", "tests\\test_a.py::TestB::test_c", "tests.test_a*", "*::test_c",
    "test_c", "tests.test_a.TestB", "tests.test_a.TestB::test_c[x]", "*[x]",
])  # fmt: skip
def test_names_of_cases_may_be_written_as_tools_print_them(pattern):
    assert found_for("test_c[x]", "tests.test_a.TestB", TC_9=[pattern]) == ("TC-9",)
    assert found_for("test_d", "tests.test_ab.TestB2", TC_9=["tests.test_a.TestB", "test_c", "tests.test_a*::test_c"]) == ()


def test_the_name_of_a_file_means_all_cases_in_it():
    for classname in ("tests.test_a", "tests.test_a.TestB"):
        assert found_for("test_c", classname, TC_9=["tests/test_a.py"]) == ("TC-9",)
    assert found_for("test_c", "tests.test_ab", TC_9=["tests/test_a.py"]) == ()


def test_a_name_with_many_stars_costs_no_more_than_its_length():
    assert found_for("a" * 5000, TC_9=["*a" * 40 + "*b"]) == ()
    assert found_for("xaybz", TC_9=["x*y**z"]) == ("TC-9",)
    assert found_for("aab", TC_9=["*ab"]) == ("TC-9",)
    assert found_for("ab", TC_9=["ab*b"]) == ()


def test_ids_that_begin_alike_are_told_apart():
    matcher = Matcher({"T-SW-1": [], "T-SW-11": [], "T-SW-1-1": []})
    for name, found in {"test_t_sw_1": "T-SW-1", "test_T_SW_11_x": "T-SW-11", "test[T-SW-1]": "T-SW-1", "T_sw_1_1": "T-SW-1-1"}.items():
        assert matcher.tests(Case(name, "", "passed", "", None)) == (found,)
    assert matcher.tests(Case("test_T_SW_111", "tests.TestT_SW_1", "passed", "", None)) == ()


def test_a_retired_test_is_executed_no_more(project):
    (project / "old.yaml").write_text("tests:\n  TC-9: {title: Old, retired: {reason: TC-201 took its place}, automated: [gone]}\n", "utf-8")
    made = bring(project, junit(suite(case("test_TC_201"), case("test_TC_9", FAILED), case("test_tc_201_tc_9"))))
    assert [added.fields["test"] for added in made.plan.added] == ["TC-201"]
    assert [(found.name, doubt) for found, doubt in made.plan.executed.unmatched] == [("test_TC_9", "stands for TC-9, which is retired")]


def test_names_in_automated_that_no_case_has_are_told(project):
    """Only for tests that were executed: another report may be about the others."""
    made = bring(project, junit(suite(case("test_a", classname="tests.test_archive"), case("test_TC_202"))))
    assert made.plan.executed.missed == (("TC-203", "tests/test_disk.py::TestFull::test_stop"),)
    assert bring(project, junit(suite(case("test_TC_202")))).plan.executed.missed == ()


def test_names_of_cases_with_paths_of_windows():
    assert found_for("exports", "e2e\\export.spec.ts", TC_9=["e2e/export.spec.ts::exports"]) == ("TC-9",)


def test_what_is_said_on_purpose_counts_before_names():
    assert found_for("test_TC_2", "a", ("tc-201",)) == ("TC-201",)
    assert found_for("test_TC_2", "a", TC_9=["a::*"]) == ("TC-9",)
    assert found_for("test_TC_2", "a", ("TC-201",), TC_9=["a::*"]) == ("TC-9", "TC-201")
    assert found_for("test_TC_2", "a", ("TC-777",)) == ()


def test_cases_that_match_no_test_are_told(project):
    made = bring(project, junit(suite(case("test_TC_201"), case("test_other", FAILED), case("test_TC_2O1"), case("test_TC_299"), case(
        "test_TC_202", '<properties><property name="mdr.test" value="TC-202 TC-2003"/></properties>'))))
    assert [(found.name, doubt) for found, doubt in made.plan.executed.unmatched] == [
        ("test_other", ""), ("test_TC_2O1", "names TC-2O1, which is no test; did you mean TC-201?"),
        ("test_TC_299", "names TC-299, which is no test; did you mean TC-203?")]
    assert [doubt for _, doubt in made.plan.executed.misnamed] == ["its mdr.test names TC-2003, which is no test; did you mean TC-203?"]
