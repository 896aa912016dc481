"""`mdr import junit`: executed test cases become runs, and a second import renews what it owns."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from imports import FAILED, ONCE, RUNS, SKIPPED, TESTS, bring, case, counts, junit, refusal, runs, small_project, suite
from projects import mdr, small

from mdr_blueprint import compile
from mdr_blueprint.importers import import_junit
from mdr_blueprint.load import load
from mdr_blueprint.source import read


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return small_project(tmp_path / "device")


# ---------------------------------------------------------------- what becomes a run


@pytest.mark.verifies("REQ-IMP-01")
def test_cases_become_runs_where_runs_stand(project):
    made = bring(project, junit(suite(
        case("test_TC_201_exports"), case("test_tc_201_side", FAILED), case("test_TC_202", SKIPPED),
        case("test_stop", classname="tests.test_disk.TestFull"), case("test_any[a: b]", classname="tests.test_archive"),
        case("test_other"))))
    assert counts(made) == (3, 0, 0, 1)
    assert (project / "v/runs.yaml").read_text("utf-8") == RUNS.replace("""\
    evidence: [ EV-1 ]   # spaces on purpose
""", """\
    evidence: [ EV-1 ]   # spaces on purpose

  RUN-201-20260302T101500-v1.0.0:
    test: TC-201
    device_revision: v1.0.0
    date: 2026-03-02
    result: fail
    imported:
      format: junit
      suite: pytest
      time: 2026-03-02T10:15:00
      cases: 2
      failed:
        - tests.test_export::test_tc_201_side
""").replace("""\
    # nothing else was seen
""", """\
    # nothing else was seen

  RUN-203-20260302T101500-v1.0.0:
    test: TC-203
    device_revision: v1.0.0
    date: 2026-03-02
    result: pass
    imported:
      format: junit
      suite: pytest
      time: 2026-03-02T10:15:00
      cases: 2

  RUN-202-20260302T101500-v1.0.0:
    test: TC-202
    device_revision: v1.0.0
    date: 2026-03-02
    result: blocked
    imported:
      format: junit
      suite: pytest
      time: 2026-03-02T10:15:00
      cases: 1
      skipped:
        - tests.test_export::test_TC_202
""")
    assert not load(read(project)).faults


def test_a_case_with_an_error_failed(project):
    bring(project, junit(suite(case("test_TC_201", "<error/>"), case("test_TC_201_b", SKIPPED), case("test_TC_202", SKIPPED),
                               case("test_TC_202_b"))))
    made = runs(project)
    assert made["RUN-201-20260302T101500-v1.0.0"].result == "fail"
    assert made["RUN-201-20260302T101500-v1.0.0"].imported.skipped == ("tests.test_export::test_TC_201_b",)
    assert made["RUN-202-20260302T101500-v1.0.0"].result == "pass"


def test_suites_of_different_times_are_different_runs(project):
    bring(project, junit(
        suite(case("test_TC_201"), name="a"), suite(case("test_TC_201_b"), time="2026-03-02T10:15:00.5", name="b"),
        suite(case("test_TC_201_c", FAILED), time="2026-03-02 10:15:00", name="c"), suite(case("test_TC_201", classname="x"), name="a")))
    made = {id_: run for id_, run in runs(project).items() if run.imported}
    first, second = made["RUN-201-20260302T101500-v1.0.0"], made["RUN-TC-201-20260302T101500-v1.0.0"]
    assert (first.imported.suite, first.imported.cases, first.result) == ("a, c", 3, "fail")
    assert (second.imported.suite, second.imported.time) == ("b", "2026-03-02T10:15:00.5")
    assert len(made) == 2


def test_a_nested_suite_takes_the_time_of_the_one_around_it(project):
    inner = suite(suite(case("test_TC_201"), time=None, name="inner"), name="outer")
    run = bring(project, inner).plan.added[0]
    assert run.fields["imported"]["suite"] == "inner"
    assert run.fields["date"] == "2026-03-02"


@pytest.mark.parametrize("given", ["v2 (hardware 3)", "2", "1.10", "true"])
def test_the_revision_may_be_given(project, given):
    made = bring(project, junit(suite(case("test_TC_201"))), revision=given)
    id_ = made.plan.added[0].id
    assert re.fullmatch(r"RUN-201-20260302T101500-[\w.-]*\w", id_)
    assert runs(project)[id_].device_revision == given
    assert counts(bring(project, junit(suite(case("test_TC_201"))), revision=given)) == (0, 0, 1, 0)
    assert counts(bring(project, junit(suite(case("test_TC_201"))))) == (1, 0, 0, 0), "another revision is another execution"


def test_one_moment_in_two_time_zones_is_one_execution(project):
    made = bring(project, junit(suite(case("test_TC_201"), time="2026-03-02T11:15:00+01:00"),
                                suite(case("test_TC_201_b", FAILED), time="2026-03-02T10:15:00Z"),
                                suite(case("test_TC_201_c"), time="0001-01-01T00:00:00+01:00")))
    assert [(added.fields["date"], added.fields["result"]) for added in made.plan.added] == [("2026-03-02", "fail"), ("0001-01-01", "pass")]
    assert counts(bring(project, junit(suite(case("test_TC_201", FAILED), case("test_TC_201_b"), time="2026-03-02 10:15:00+00:00")))) == (
        0, 1, 0, 0)


def test_a_revision_is_written_as_the_device_has_it(project):
    (project / "device.yaml").write_text("device: {name: Scanner, revision: 'v1  beta '}\n", "utf-8")
    assert bring(project, ONCE).plan.added[0].fields["device_revision"] == "v1  beta "
    assert counts(bring(project, ONCE, revision=" v1 beta")) == (0, 0, 2, 0)
    assert bring(project, ONCE, revision="v1   gamma").plan.added[0].fields["device_revision"] == "v1 gamma"
    assert "control character" in refusal(project, ONCE, revision="v1\x1b[2J")


def test_an_id_is_new_whatever_the_case(project):
    (project / "more.yaml").write_text("needs: {run-201-20260302T101500-V1.0.0: {title: Odd name}}\n", "utf-8")
    assert bring(project, junit(suite(case("test_TC_201")))).plan.added[0].id == "RUN-TC-201-20260302T101500-v1.0.0"


def test_evidence_may_be_given(project):
    made = bring(project, junit(suite(case("test_TC_201"))), evidence=["ev-1#3.2", "EV-2"])
    assert runs(project)[made.plan.added[0].id].evidence == ("EV-1#3.2", "EV-2")
    assert "evidence: [EV-1#3.2, EV-2]" in (project / "v/runs.yaml").read_text("utf-8")
    assert "did you mean EV-1?" in refusal(project, junit(suite(case("test_TC_201"))), evidence=["EV-11"])


@pytest.mark.parametrize(("given", "told"), [
    ("EV-1#", "names no section"), ("EV-1#4.2", "names section `4.2` of `EV-1`, which has none"), ("EV-3", "`EV-3`, which is retired"),
    ("TC-201", "no evidence of the project"),
])  # fmt: skip
def test_evidence_that_mdr_check_would_find_wrong_is_refused(project, given, told):
    (project / "evidence").mkdir()
    (project / "evidence/one.md").write_text("# Report\n\n## 4.1 Result\n", "utf-8")
    (project / "evidence.yaml").write_text(
        "evidence: {EV-1: {title: Report, path: evidence/one.md}, EV-3: {title: Old, retired: {reason: EV-1}}}\n", "utf-8")
    assert told in refusal(project, ONCE, evidence=[given])
    assert bring(project, ONCE, evidence=["EV-1#4.1", "ev-1#4.1"]).plan.added[0].fields["evidence"] == ["EV-1#4.1"]


@pytest.mark.parametrize("after", ["", "    evidence:   # which?\n", "    evidence: []\n", "    evidence: [EV-2]\n"])
def test_a_run_gets_evidence_only_where_people_named_none(project, after):
    (project / "v/runs.yaml").write_text(
        f"runs:\n  A:\n    test: TC-201\n{after}    device_revision: v1.0.0\n    imported: {{format: junit, time: 2026-03-02T10:15:00}}\n", "utf-8")
    bring(project, junit(suite(case("test_TC_201"))), evidence=["EV-1"])
    assert runs(project)["A"].evidence == (("EV-2",) if "EV-2" in after else ("EV-1",))


def test_what_mdr_check_says_of_new_runs_is_what_people_have_to_add(project):
    bring(project, junit(suite(case("test_TC_201", FAILED), case("test_TC_202"))), evidence=["EV-1"])
    found = {(finding.code, finding.subject) for finding in compile(project).report.findings
             if finding.place.path == "v/runs.yaml" and finding.subject.endswith("T101500-v1.0.0")}
    assert found == {("VER506", "RUN-201-20260302T101500-v1.0.0")}, "the failed run asks for a disposition and a retest"


def test_a_report_of_our_own_test_run(project):
    file = project.parent / "test_small.py"
    file.write_text('''
import pytest

def test_TC_201_exports(record_property):
    record_property("mdr.test", "TC-202")

@pytest.mark.parametrize("text", ["a: b # c", "- x", 'say "é"'])
def test_tc_201_texts(text):
    assert text == "- x"

@pytest.mark.skip
def test_TC_201_later(): ...

def test_property(record_property):
    record_property("mdr.test", "TC-201, TC-202")

@pytest.fixture
def broken():
    yield
    raise OSError

def test_TC_201_teardown(broken): ...
''', "utf-8")
    report = project.parent / "own.xml"
    subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(file.parent),
                    f"--junitxml={report}", str(file)], check=False, capture_output=True, cwd=file.parent)
    made = import_junit(report, project)
    made.write()
    assert counts(made) == (2, 0, 0, 0)
    imported = {run.test: run for run in runs(project).values() if run.imported}
    assert imported["TC-202"].result == "pass"
    assert imported["TC-202"].imported.cases == 2
    run = imported["TC-201"].imported
    assert run.cases == 6
    assert {name.partition("::")[2].partition("[")[0] for name in run.failed} == {"test_tc_201_texts", "test_TC_201_teardown"}
    assert [name.partition("::")[2] for name in run.skipped] == ["test_TC_201_later"]
    assert counts(import_junit(report, project)) == (0, 0, 2, 0)


# ---------------------------------------------------------------- again


@pytest.mark.verifies("REQ-IMP-01")
def test_a_second_import_changes_nothing(project):
    bring(project, ONCE)
    before = (project / "v/runs.yaml").read_bytes()
    made = bring(project, ONCE)
    assert counts(made) == (0, 0, 2, 0)
    assert not made.patches
    assert (project / "v/runs.yaml").read_bytes() == before


@pytest.mark.verifies("REQ-IMP-01")
def test_a_changed_result_changes_its_lines_and_no_others(project):
    bring(project, ONCE)
    path = project / "v/runs.yaml"
    text = path.read_text("utf-8").replace(
        "    result: fail\n    imported:\n", "    # looked at twice\n    result: 'fail'   # see ticket 7\n    disposition: Retest\n"
        "    evidence: [EV-2]\n    imported:  # by the pipeline\n").replace("      cases: 2\n", "      cases: 2  # both\n")
    path.write_text(text, "utf-8")
    again = junit(suite(case("test_TC_201"), case("test_TC_201_b"), case("test_TC_201_c", SKIPPED)), suite(case("test_TC_202")))
    made = bring(project, again)
    assert counts(made) == (0, 1, 1, 0)
    assert path.read_text("utf-8") == text.replace("result: 'fail'   #", "result: pass   #").replace("cases: 2  #", "cases: 3  #").replace(
        "      failed:\n        - tests.test_export::test_TC_201_b\n", "      skipped:\n        - tests.test_export::test_TC_201_c\n")


def test_more_failures_extend_the_list(project):
    bring(project, ONCE)
    bring(project, ONCE.replace(case("test_TC_201"), case("test_TC_201", FAILED)))
    imported = runs(project)["RUN-201-20260302T101500-v1.0.0"].imported
    assert imported.failed == ("tests.test_export::test_TC_201_b", "tests.test_export::test_TC_201")
    bring(project, ONCE.replace(FAILED, ""))
    assert (project / "v/runs.yaml").read_text("utf-8").count("failed:") == 0


def test_cases_in_another_order_are_no_change(project):
    cases = [case("test_TC_201", FAILED), case("test_TC_201_b", FAILED), case("test_TC_201_c", SKIPPED)]
    bring(project, junit(suite(*cases)))
    assert counts(bring(project, junit(suite(*reversed(cases))))) == (0, 0, 1, 0)


def test_the_verdict_of_a_person_gives_way_to_the_report_and_that_is_told(project):
    bring(project, ONCE)
    path = project / "v/runs.yaml"
    path.write_text(path.read_text("utf-8").replace("result: fail", "result: pass   # the rig was loose"), "utf-8")
    made = bring(project, ONCE)
    assert [(line.execution.result, line.before) for line in made.plan.lines] == [("fail", "pass")]
    assert "result: fail   # the rig was loose" in path.read_text("utf-8")


@pytest.mark.parametrize("written", [
    "runs:\n  BY-HAND: {test: TC-201, device_revision: v1.0.0, text: Mine, imported: {format: junit, time: '2026-03-02 10:15'}} # c\n",
    "runs: {BY-HAND: {test: TC-201, device_revision: v1.0.0, text: Mine, imported: {format: junit, time: 2026-03-02T10:15}}}  # c\n",
    ("{\"runs\": {\"BY-HAND\": {\"test\": \"TC-201\", \"device_revision\": \"v1.0.0\", \"text\": \"Mine\",\n"
    " \"imported\": {\"format\": \"junit\", \"failed\": [\"x\"], \"skipped\": [\"y\"], \"time\": \"2026-03-02T10:15:00\"}}}}\n"),
    ("runs:\n    BY-HAND:\n        imported: {format: junit, failed: [x], skipped: [y, z], time: 2026-03-02T10:15}  # c\n        test: TC-201\n"
    "        text: Mine\n        device_revision: v1.0.0\n        result:\n        date:   # when?\n"),
    ("runs:\n  BY-HAND:\n    test: TC-201\n    text: Mine\n    device_revision: v1.0.0\n    result: >-\n      blocked\n    imported:\n"
    "      format: junit\n      time: 2026-03-02T10:15\n      skipped:\n      - y\n      # why\n      failed:\n        - x\n"),
])  # fmt: skip
def test_a_run_written_by_hand_is_recognised(project, written):
    path = project / "v/runs.yaml"
    path.write_text(written, "utf-8")
    made = bring(project, junit(suite(case("test_TC_201", FAILED))))
    assert counts(made) == (0, 1, 0, 0)
    run = runs(project)["BY-HAND"]
    assert (run.result, run.date, run.text) == ("fail", date(2026, 3, 2), "Mine")
    assert (run.imported.cases, run.imported.failed, run.imported.skipped) == (1, ("tests.test_export::test_TC_201",), ())
    assert path.read_text("utf-8").count("#") == written.count("#")
    assert counts(bring(project, junit(suite(case("test_TC_201", FAILED))))) == (0, 0, 1, 0)


# ---------------------------------------------------------------- refused


def test_suites_without_a_time_need_a_day(project):
    xml = junit(suite(case("test_TC_201"), time=None))
    assert "the suite `pytest` has no time stamp; name the day of the execution with --date" in refusal(project, xml)
    made = bring(project, xml, day=date(2026, 3, 4))
    assert made.plan.added[0].id == "RUN-201-20260304-v1.0.0"
    assert counts(bring(project, xml, day=date(2026, 3, 4))) == (0, 0, 1, 0)
    odd = junit(suite(case("test_TC_201"), time="Mon Mar 2 10:15:00 2026"))
    assert "not of ISO 8601 (Mon Mar 2" in refusal(project, odd)
    assert bring(project, odd, day=date(2026, 3, 2)).plan.added[0].fields["imported"]["time"] == "Mon Mar 2 10:15:00 2026"


@pytest.mark.parametrize(("path", "text", "told"), [
    ("device.yaml", "device: {name: Scanner}\n", "which revision of the device was tested?"),
    ("tests.yaml", "needs: {UN-1: {title: x}}\n", "no tests that an execution could belong to"),
    ("tests.yaml", "tests:\n  TC-9: {title: x}\n", "none of the 3 cases matches a test"),
    ("tests.yaml", TESTS + "  TC-204: {titel: x}\n", "tests.yaml:5:3: "),
    ("other.yaml", "needs: [\n", "other.yaml:"),
    ("v/runs.yaml", "runs:\n  R-1: {test: TC-201, imported: {format: xunit}}\n", "v/runs.yaml:2:"),
    ("v/runs.yaml", "runs:\n  R-1: {test: TC-201}\n  R-1: {test: TC-202}\n", "v/runs.yaml:2:"),
    ("verification/runs.yaml/x", "", ""),
    ("other.yaml", "run:\n  R-1: {test: TC-201}\n", "other.yaml:1:1: `run` is no kind of record; did you mean runs?"),
    ("other.yaml", "runs: [{test: TC-201}]\n", "other.yaml:1:1: `runs` must hold records by their id"),
    ("other.yaml", "runs:\n  R-1:\n", "other.yaml:2:3: test run `R-1` has no content"),
    ("other.yml", "runs:\n  R-1: {test: TC-201}\n", "other.yml:1:1: the file looks like records"),
    ("a.yaml", "needs:\n  tc-201: {title: x}\n", "a.yaml:2:3: id `tc-201` is defined here and again in tests.yaml"),
])  # fmt: skip
def test_a_project_that_leaves_something_open_is_not_written_to(project, path, text, told):
    (project / path).parent.mkdir(parents=True, exist_ok=True)
    (project / path).write_text(text, "utf-8")
    if path.endswith("/x"):
        (project / "v/runs.yaml").unlink()
        told = "verification/runs.yaml is in the way"
    assert told in refusal(project, ONCE)


# ---------------------------------------------------------------- the command


@pytest.mark.verifies("REQ-IMP-01")
def test_the_command(project):
    report = project.parent / "junit.xml"
    report.write_text(junit(suite(case("test_TC_201", FAILED), case("test_other"))), "utf-8")
    dry = mdr("import", "junit", report, "device", "--dry-run", cwd=project.parent)
    assert dry.returncode == 0, dry.stderr
    assert dry.stdout.startswith("--- a/device/v/runs.yaml\n+++ b/device/v/runs.yaml\n@@ -10,6 +10,19 @@\n")
    assert "+  RUN-201-20260302T101500-v1.0.0:\n+    test: TC-201\n" in dry.stdout
    assert dry.stderr.endswith("1 run new, 0 changed, 0 unchanged, 1 case matches no test\n")
    assert (project / "v/runs.yaml").read_text("utf-8") == RUNS
    real = mdr("import", "junit", "../../junit.xml", cwd=project / "v")
    assert real.returncode == 0
    assert real.stdout == (
        "Written: ../v/runs.yaml\n  new     RUN-201-20260302T101500-v1.0.0 of TC-201: fail, 1 case\n"
        "No test of the project is meant by:\n  tests.test_export::test_other\n"
        "A case is matched by its name in `automated` of a test, by its property\n"
        "`mdr.test`, or by the id of a test in its name, as in test_TC_201_exports.\n"
        "1 run new, 0 changed, 0 unchanged, 1 case matches no test\n")
    assert not real.stderr
    again = mdr("import", "junit", "../../junit.xml", "--device-revision", "B", "--dry-run", cwd=project / "v")
    assert again.stdout.startswith("--- a/v/runs.yaml\n+++ b/v/runs.yaml\n"), "no reader of patches takes ../v/runs.yaml"
    subprocess.run(["patch", "-p1", "--dry-run", "-R"], input=dry.stdout, text=True, check=True, cwd=project.parent, capture_output=True)


def test_the_command_tells_what_changed_and_what_no_case_was_named(project):
    report = project.parent / "junit.xml"
    report.write_text(junit(suite(case("test_a", FAILED, classname="tests.test_archive"))), "utf-8")
    assert mdr("import", "junit", report, cwd=project).stdout.endswith(
        "of TC-203: fail, 1 case\n  no case is named tests/test_disk.py::TestFull::test_stop, as `automated` of TC-203 says\n"
        "1 run new, 0 changed, 0 unchanged\n")
    report.write_text(junit(suite(case("test_a", classname="tests.test_archive"))), "utf-8")
    assert "  changed RUN-203-20260302T101500-v1.0.0 of TC-203: pass (was fail), 1 case\n" in mdr("import", "junit", report, cwd=project).stdout


def test_the_command_where_nothing_can_be_written(project):
    report = project.parent / "junit.xml"
    report.write_text(ONCE, "utf-8")
    code = "import os\ndef full(handle): raise OSError(28, 'No space left on device')\nos.fsync = full"
    done = mdr("import", "junit", report, cwd=project, code=code)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "mdr: v/runs.yaml cannot be written: No space left on device; nothing was written\n"
    assert (project / "v/runs.yaml").read_text("utf-8") == RUNS


def test_the_command_called_wrongly(project):
    report = project.parent / "junit.xml"
    report.write_text(junit(suite(case("test_TC_201"))), "utf-8")
    for arguments, told in ((("import", "junit", "none.xml"), "none.xml cannot be read"), (("import", "junit", report, ".."), "no project.yaml"),
                            (("import", "junit", report, "--date", "today"), "today"), (("import", "xunit", report), "xunit"),
                            (("import", "junit", report, "--device-revision", " "), "names no revision")):
        done = mdr(*arguments, cwd=project)
        assert (done.returncode, "Traceback" in done.stderr) == (2, False)
        assert told in done.stderr
    assert "junit" in mdr("import", cwd=project).stdout + mdr("import", cwd=project).stderr
    shown = mdr("import", "junit", "--help", cwd=project, COLUMNS="100").stdout
    assert "mdr import junit junit.xml --evidence EV-060" in shown


def test_a_new_project_can_be_imported_into(tmp_path):
    root = small(tmp_path / "lamp")
    test = next(iter(load(read(root)).kind("tests"))).id
    report = tmp_path / "junit.xml"
    report.write_text(junit(suite(case(f"test_{test.replace('-', '_')}"))), "utf-8")
    done = mdr("import", "junit", report, "--device-revision", "A", cwd=root)
    assert done.returncode == 0, done.stderr
    assert mdr("check", cwd=root).returncode == 0
