"""`mdr import junit`: executed test cases become runs, a second import renews what it owns, and no other line is touched."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from html import escape
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from projects import example as example_device
from projects import mdr, small

from mdr_blueprint.diagnostics import UsageError, WriteError
from mdr_blueprint.importers import import_junit
from mdr_blueprint.importers.editing import Added, Changed
from mdr_blueprint.importers.junit import MAX_DEPTH, Case, read_report
from mdr_blueprint.importers.matching import Matcher
from mdr_blueprint.importers.writing import Patch, patches
from mdr_blueprint.importers.yaml_text import TextError, parse, render, render_flow
from mdr_blueprint.load import load
from mdr_blueprint.model import Run
from mdr_blueprint.source import read, read_text

PROJECT = "project: {title: A file, stage: draft}\n"
DEVICE = "device: {name: Scanner, revision: v1.0.0}\n"
TESTS = """\
tests:
  TC-201: {title: Export}
  TC-202: {title: Side}
  TC-203: {title: Archive, automated: ["tests.test_archive::test_*", tests/test_disk.py::TestFull::test_stop]}
"""
RUNS = """\
# Runs, by hand.
runs:
  RUN-201-1:  # the first
    test: TC-201
    device_revision: v0.9.0
    date: 2026-01-15
    result: pass
    text: >-
      Folded by hand,
      on two lines.
    evidence: [ EV-1 ]   # spaces on purpose

  RUN-203-1:
    test: "TC-203"
    device_revision: 'v0.9.0'
    result:   pass
    date: 2026-01-15
    # nothing else was seen

# The end.
"""
TIME = "2026-03-02T10:15:00"


def case(name: str, inside: str = "", classname: str = "tests.test_export") -> str:
    return f'<testcase classname="{escape(classname)}" name="{escape(name)}">{inside}</testcase>'


def suite(*cases: str, time: str | None = TIME, name: str = "pytest") -> str:
    stamp = f' timestamp="{time}"' if time else ""
    return f'<testsuite name="{name}"{stamp}>{"".join(cases)}</testsuite>'


def junit(*suites: str) -> str:
    return f'<?xml version="1.0" encoding="utf-8"?>\n<testsuites>{"".join(suites)}</testsuites>'


FAILED, SKIPPED = '<failure message="no">trace</failure>', "<skipped/>"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "device"
    for path, text in {"project.yaml": PROJECT, "device.yaml": DEVICE, "tests.yaml": TESTS, "v/runs.yaml": RUNS,
                       "evidence.yaml": "evidence: {EV-1: {title: Report}, EV-2: {title: Other}}\n"}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8", newline="\n")
    return root


def bring(root: Path, xml: str, **options: object):
    """Import a report and write."""
    report = root.parent / "junit.xml"
    report.write_text(xml, "utf-8")
    made = import_junit(report, root, **options)
    made.write()
    return made


def counts(made) -> tuple[int, int, int, int]:
    plan = made.plan
    return len(plan.added), len(plan.changed), plan.unchanged, len(plan.unmatched)


def runs(root: Path) -> dict[str, Run]:
    return {entry.id: entry.record for entry in load(read(root)).of(Run)}


def removed(patch: Patch) -> list[str]:
    return [line for line in patch.diff().splitlines()[2:] if line.startswith("-")]


def refusal(root: Path, xml: str, **options: object) -> str:
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    with pytest.raises(UsageError) as caught:
        bring(root, xml, **options)
    assert before == {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    return str(caught.value)


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


def test_an_id_is_new_whatever_the_case(project):
    (project / "more.yaml").write_text("needs: {run-201-20260302T101500-V1.0.0: {title: Odd name}}\n", "utf-8")
    assert bring(project, junit(suite(case("test_TC_201")))).plan.added[0].id == "RUN-TC-201-20260302T101500-v1.0.0"


def test_evidence_may_be_given(project):
    made = bring(project, junit(suite(case("test_TC_201"))), evidence=["ev-1#3.2", "EV-2"])
    assert runs(project)[made.plan.added[0].id].evidence == ("EV-1#3.2", "EV-2")
    assert "evidence: [EV-1#3.2, EV-2]" in (project / "v/runs.yaml").read_text("utf-8")
    assert "did you mean EV-1?" in refusal(project, junit(suite(case("test_TC_201"))), evidence=["EV-11"])


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


ONCE = junit(suite(case("test_TC_201"), case("test_TC_201_b", FAILED)), suite(case("test_TC_202")))


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
    assert imported.failed == ("tests.test_export::test_TC_201", "tests.test_export::test_TC_201_b")
    bring(project, ONCE.replace(FAILED, ""))
    assert (project / "v/runs.yaml").read_text("utf-8").count("failed:") == 0


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


# ---------------------------------------------------------------- where it is written


RECORD = {"test": "TC-202", "date": "2026-03-02", "result": "pass"}


def put(root: Path, *added: Added, changed: tuple[Changed, ...] = ()) -> dict[str, str]:
    sources = read(root)
    return {patch.path: patch.new.decode() for patch in patches(sources, load(sources), Run, changed, added)}


@pytest.mark.parametrize(("before", "after"), [
    ("runs:\n", "runs:\n  R-1:\n    test: TC-202\n    date: 2026-03-02\n    result: pass\n"),
    ("runs: {}  # none yet\n\nneeds: {UN-1: {title: x}}\n",
     "runs:  # none yet\n  R-1:\n    test: TC-202\n    date: 2026-03-02\n    result: pass\n\nneeds: {UN-1: {title: x}}\n"),
    ("runs: ~\n", "runs:\n  R-1:\n    test: TC-202\n    date: 2026-03-02\n    result: pass\n"),
    ("runs:\n    A: {test: TC-201}\n    B: {test: TC-201}  # b", ("runs:\n    A: {test: TC-201}\n    B: {test: TC-201}  # b\n"
     "    R-1:\n      test: TC-202\n      date: 2026-03-02\n      result: pass\n")),
    ("runs:\n    A:\n        test: TC-201\n        text: |+\n          x\n\n\nneeds: {UN-1: {title: x}}\n",
     ("runs:\n    A:\n        test: TC-201\n        text: |+\n          x\n\n\n    R-1:\n        test: TC-202\n        date: 2026-03-02\n"
     "        result: pass\nneeds: {UN-1: {title: x}}\n")),
    ("runs:\n  A:\n    test: TC-201\n    text: |\n      x\n\n\n# needs\nneeds: {UN-1: {title: x}}\n",
     ("runs:\n  A:\n    test: TC-201\n    text: |\n      x\n\n  R-1:\n    test: TC-202\n    date: 2026-03-02\n"
     "    result: pass\n\n\n# needs\nneeds: {UN-1: {title: x}}\n")),
])  # fmt: skip
def test_a_record_goes_where_its_like_stand(project, before, after):
    (project / "v/runs.yaml").write_text(before, "utf-8", newline="")
    assert put(project, Added("R-1", RECORD)) == {"v/runs.yaml": after}


def test_the_file_with_most_runs_takes_it_or_the_one_with_its_test(project):
    (project / "a.yaml").write_text("runs:\n  A: {test: TC-202}\n", "utf-8")
    assert set(put(project, Added("R-1", RECORD))) == {"v/runs.yaml"}
    assert set(put(project, Added("R-1", RECORD, "A"))) == {"a.yaml"}


def test_a_project_without_runs_gets_a_file(project):
    (project / "v/runs.yaml").unlink()
    made = bring(project, junit(suite(case("test_TC_201"), case("test_TC_202"))))
    assert [patch.path for patch in made.patches] == ["verification/runs.yaml"]
    text = (project / "verification/runs.yaml").read_text("utf-8")
    assert text.startswith("runs:\n  RUN-201-20260302T101500-v1.0.0:\n    test: TC-201\n")
    assert "\n\n  RUN-202-" in text
    assert made.patches[0].diff().startswith("--- /dev/null\n+++ verification/runs.yaml\n@@ -0,0 +1,")
    assert counts(bring(project, junit(suite(case("test_TC_201"), case("test_TC_202"))))) == (0, 0, 2, 0)


@pytest.mark.parametrize(("there", "path"), [
    ("instruments: {INS-1: {title: Meter}}", "verification/runs.yaml"),
    ("# nothing yet\n", "verification/runs.yaml"),
    ("runs: {A: {test: TC-201}}\n", "verification/imported_runs.yaml"),
    ("{\"needs\": {\"UN-1\": {\"title\": \"x\"}}}\n", "verification/imported_runs.yaml"),
])  # fmt: skip
def test_a_file_in_the_place_is_added_to(project, there, path):
    (project / "v/runs.yaml").unlink()
    (project / "verification").mkdir()
    (project / "verification/runs.yaml").write_text(there, "utf-8")
    new = put(project, Added("R-1", RECORD))
    assert set(new) == {path}
    if path.endswith("/runs.yaml"):
        assert new[path] == there.rstrip("\n") + "\n\nruns:\n  R-1:\n    test: TC-202\n    date: 2026-03-02\n    result: pass\n"


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_line_ends_of_a_file_stay(project, bom):
    path = project / "v/runs.yaml"
    path.write_bytes(bom + RUNS.replace("\n", "\r\n").encode())
    bring(project, ONCE)
    bring(project, ONCE.replace(FAILED, ""))
    data = path.read_bytes()
    assert data.startswith(bom + b"# Runs")
    assert data.count(b"\r\n") == data.count(b"\n")
    assert counts(bring(project, ONCE.replace(FAILED, ""))) == (0, 0, 2, 0)


def test_runs_of_the_example_stay_as_they_are(tmp_path):
    """New and changed runs in the long file of the example: the diff has no line that does not belong to one."""
    root = example_device(tmp_path / "device")
    path = root / "verification/runs.yaml"
    before = path.read_text("utf-8")
    xml = junit(suite(*(case(f"test_TC_{number}") for number in (201, 202, 205, 211, 224))))
    made = bring(root, xml)
    assert len(made.plan.added) == 5
    assert [patch.path for patch in made.patches] == ["verification/runs.yaml"]
    assert removed(made.patches[0]) == []
    text = path.read_text("utf-8")
    for added in made.plan.added:
        text = re.sub(rf"  {re.escape(added.id)}:\n(    .*\n)+\n?", "", text)
    assert text.rstrip("\n") == before.rstrip("\n")
    made = bring(root, xml.replace(case("test_TC_205"), case("test_TC_205", FAILED)))
    assert removed(made.patches[0]) == ["-    result: pass"]


def test_a_file_is_replaced_in_one_step(project, monkeypatch):
    path = project / "v/runs.yaml"
    path.chmod(0o640)
    bring(project, ONCE)
    assert path.stat().st_mode & 0o777 == 0o640
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(WriteError, match="No space left"):
        bring(project, ONCE.replace(FAILED, ""))
    assert path.read_bytes() == before
    assert sorted(found.name for found in path.parent.iterdir()) == ["runs.yaml"]


@pytest.mark.parametrize("written", [
    "runs:\n  A: &a {test: TC-201, device_revision: v1.0.0, imported: {format: junit, time: 2026-03-02T10:15:00}}\n  B: *a\n",
    ("runs:\n  A:\n    test: TC-201\n    device_revision: v1.0.0\n    result: &r pass\n    imported: {format: junit, time: 2026-03-02T10:15}\n"
    "  B: {test: TC-202, result: *r}\n"),
])  # fmt: skip
def test_what_cannot_be_changed_line_by_line_is_refused(project, written):
    (project / "v/runs.yaml").write_text(written, "utf-8")
    assert "cannot be changed line by line" in refusal(project, junit(suite(case("test_TC_201", FAILED))))


# ---------------------------------------------------------------- whatever stands there


NAMES = st.text(st.characters(min_codepoint=0x20, exclude_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=200).filter(str.strip)
WORDS = st.sampled_from(["x", "it's", '"q"', "a: b", "a #b", "{c", "- d", "é", "10:15", "no", "🩻", "*e", "&f", "%g", "!h", "|", ">", "@"])
TEXTS = st.lists(WORDS, min_size=1, max_size=60).map(" ".join)
COMMENTS = st.sampled_from(["", "  # why", "   # it's \"so\": {x}"])
GAPS = st.sampled_from(["", "\n", "  # between\n", "# far left\n", "\n\n"])


@st.composite
def scalars(draw, indent: str) -> str:
    """A text as people write one: plain, quoted, over lines."""
    text = draw(st.sampled_from(["pass", "a b", "it is so", "1.10"]))
    comment = draw(COMMENTS)
    return draw(st.sampled_from([
        f"{text}{comment}\n", f"'{text}'{comment}\n", f'"{text}"{comment}\n', f">-\n{indent}    {text}\n{indent}    more\n",
        f"|\n{indent}   {text}\n\n{indent}   more\n", f"|+\n{indent}   {text}\n\n", f"{text}\n{indent}   goes on{comment}\n",
        f'"{text}\n{indent} \\\n{indent} goes on"{comment}\n',
    ]))  # fmt: skip


@st.composite
def files(draw) -> str:
    """A file of runs in mixed styles: RUN-A is the one that is changed."""
    out = draw(st.sampled_from(["", "# head\n", "---\n", "needs:\n  UN-1: {title: x}\n\n"])) + "runs:" + draw(COMMENTS) + "\n"
    pad = " " * draw(st.integers(1, 5))
    for id_ in draw(st.permutations(["RUN-A", "RUN-B", "RUN-C"])):
        revision = "v1.0.0" if id_ == "RUN-A" else "v0"
        step = pad + " " * draw(st.integers(1, 5))
        out += draw(GAPS)
        if draw(st.integers(0, 3)) == 0:
            out += (f"{pad}{id_}: {{test: TC-201, device_revision: {revision}, result: fail,{draw(st.sampled_from([' ', chr(10) + step]))}"
                    f"imported: {{time: '{TIME}', format: junit, failed: [a, \"b}}\"]}}}}{draw(COMMENTS)}\n")
            continue
        listed = draw(st.sampled_from([" [a, b]", f"\n{step}   - a{draw(COMMENTS)}\n{step}   - 'b'"]))
        imported = draw(st.sampled_from([
            f"{step}imported: {{format: junit, time: {TIME}}}{draw(COMMENTS)}\n",
            f"{step}imported:{draw(COMMENTS)}\n{step}  format: junit\n{step}  failed:{listed}\n{step}  time: {TIME}\n",
            f"{step}imported:\n{step}  time: {TIME}\n{step}  format: junit\n{step}  cases: 3{draw(COMMENTS)}\n{step}  failed:{listed}\n",
        ]))  # fmt: skip
        lines = [f"{step}test: TC-201{draw(COMMENTS)}\n", f"{step}device_revision: {revision}\n", imported,
                 f"{step}text: {draw(scalars(step))}", f"{step}disposition: {draw(scalars(step))}"]
        lines += draw(st.sampled_from([[], [f"{step}result: blocked{draw(COMMENTS)}\n"], [f"{step}result:\n"],
                                       [f"{step}date: 2026-01-01\n{step}result: >-\n{step}  pass\n"]]))
        out += f"{pad}{id_}:{draw(COMMENTS)}\n" + draw(GAPS).replace("# far left", f"{step}# far") + "".join(draw(st.permutations(lines)))
    out += draw(st.sampled_from(["", "\n", "# tail\n", f"{pad}   # inside\n", "\nneeds:\n  UN-2: {title: y}\n", "..."]))
    assume(out.count("needs:") < 2)
    return draw(st.sampled_from([out, out.rstrip("\n"), out.replace("\n", "\r\n")]))


OWNED_LINE = re.compile(r"[\s{]*(result|date|imported|format|suite|time|cases|failed|skipped|pass|- )|.*imported: \{", re.DOTALL)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(files(), st.lists(NAMES, max_size=3), st.lists(TEXTS, max_size=3), st.booleans())
def test_only_lines_of_what_changed_are_touched(tmp_path_factory, text, failed, skipped, is_again):
    root = tmp_path_factory.mktemp("any")
    (root / "project.yaml").write_text(PROJECT, "utf-8")
    (root / "tests.yaml").write_text(TESTS, "utf-8")
    (root / "runs.yaml").write_bytes(text.encode())
    sources = read(root)
    dossier = load(sources)
    assume(not sources.faults)
    wanted = {"result": "fail", "date": "2026-03-02", "imported": {
        "format": "junit", "suite": "é: x", "time": TIME, "cases": 7, "failed": failed or None, "skipped": skipped or None}}
    added = (Added("NEW-1", {"test": "TC-202", "imported": {"format": "junit", "failed": [*failed, "x"]}}, "RUN-B"),
             Added("NEW-2", {"test": "TC-202", "device_revision": "1.0", "text": " ".join(skipped) or "no"}))
    changed = (Changed("RUN-A", wanted),) if is_again else ()
    ends_openly = text.endswith("...")
    try:
        (patch,) = patches(sources, dossier, Run, changed, added)
    except UsageError:
        assert ends_openly, "only the end of a document may be too much"
        return
    new = read_text("runs.yaml", patch.new).root["runs"]
    assert new["NEW-1"]["imported"].get("failed") == [*failed, "x"]
    assert list(new).index("NEW-1") == list(new).index("RUN-B") + 1
    if is_again:
        assert (new["RUN-A"]["imported"].get("failed"), new["RUN-A"]["imported"].get("skipped")) == (failed or None, skipped or None)
    stayed = [line for line in removed(patch) if not OWNED_LINE.match(line[1:])]
    last = text.splitlines()[-1]
    assert [line for line in stayed if line[1:].strip() != last.strip()] == [], patch.diff()
    assert "\r\n" not in text or patch.new.count(b"\r\n") == patch.new.count(b"\n")


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.one_of(NAMES, TEXTS, st.lists(NAMES | TEXTS, min_size=1)), min_size=1))
@example({"a": "1.10", "b": "NO", "c": "~", "e": "0x1F", "f": "2026-03-02T10:15:00"})
def test_what_is_written_is_read_again(fields):
    assert read_text("x.yaml", render({"k": fields}).encode()).root["k"] == fields
    assert read_text("x.yaml", f"k: {render_flow(fields, 1 << 30)}\n".encode()).root["k"] == fields


def test_texts_are_quoted_where_another_reader_would_take_them_for_something_else():
    text = render({"a": "1.10", "b": "no", "c": "2026-03-02", "d": 4, "e": "v1.0", "f": "1e5", "g": "x: y"})
    assert text == "a: \"1.10\"\nb: \"no\"\nc: 2026-03-02\nd: 4\ne: v1.0\nf: \"1e5\"\ng: 'x: y'\n"


def test_broken_text_is_no_tree():
    with pytest.raises(TextError):
        parse("a: [b")
    assert parse("# nothing\n") is None


# ---------------------------------------------------------------- which test is meant


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
    assert [(found.name, doubt) for found, doubt in made.plan.unmatched] == [
        ("test_other", ""), ("test_TC_2O1", "names TC-2O1, which is no test; did you mean TC-201?"),
        ("test_TC_299", "names TC-299, which is no test; did you mean TC-203?")]
    assert [doubt for _, doubt in made.plan.misnamed] == ["its mdr.test names TC-2003, which is no test; did you mean TC-203?"]


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
    assert dry.stdout.startswith("--- device/v/runs.yaml\n+++ device/v/runs.yaml\n@@ -10,6 +10,19 @@\n")
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
    subprocess.run(["patch", "-p0", "--dry-run", "-R"], input=dry.stdout, text=True, check=True, cwd=project.parent, capture_output=True)


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


