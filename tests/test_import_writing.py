"""What an import writes: where its like stand, in the style of the file, and no other line is touched."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from imports import FAILED, ONCE, PROJECT, RUNS, TESTS, TIME, bring, case, counts, junit, refusal, removed, small_project, suite
from projects import different
from projects import example as example_device

from mdr_blueprint import model
from mdr_blueprint.diagnostics import UsageError, WriteError
from mdr_blueprint.importers import import_junit
from mdr_blueprint.importers.adding import Added
from mdr_blueprint.importers.changing import Changed
from mdr_blueprint.importers.writing import patches
from mdr_blueprint.importers.yaml_text import TextError, parse, render, render_flow
from mdr_blueprint.load import load
from mdr_blueprint.model import Run
from mdr_blueprint.source import read, read_text

ROOT = Path(__file__).parents[1]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return small_project(tmp_path / "device")


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
    assert made.patches[0].diff().startswith("--- /dev/null\n+++ b/verification/runs.yaml\n@@ -0,0 +1,")
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


@pytest.mark.parametrize("there", ["link", "project", "file"])
def test_nothing_is_written_where_the_compiler_does_not_look(project, there):
    (project / "v/runs.yaml").unlink()
    folder = project / "verification"
    if there == "link":
        (project.parent / "else").mkdir()
        folder.symlink_to(project.parent / "else", target_is_directory=True)
    elif there == "project":
        folder.mkdir()
        (folder / "project.yaml").write_text(PROJECT, "utf-8")
    else:
        folder.write_text("a file", "utf-8")
    assert [patch.path for patch in bring(project, ONCE).patches] == ["runs.yaml"]
    assert counts(bring(project, ONCE)) == (0, 0, 2, 0)


def test_what_is_noted_beside_a_case_stays_beside_it(project):
    bring(project, junit(suite(*(case(f"test_TC_201_{sign}", FAILED) for sign in "abc"))))
    path = project / "v/runs.yaml"
    text = path.read_text("utf-8")
    for sign in "abc":
        text = text.replace(f"::test_TC_201_{sign}\n", f"::test_TC_201_{sign}   # ticket {sign}\n")
    path.write_text(text.replace("      failed:\n", "      failed:   # all known\n        # since May\n"), "utf-8")
    bring(project, junit(suite(*(case(f"test_TC_201_{sign}", FAILED) for sign in "dca"), case("test_TC_201_b"))))
    assert """\
      cases: 4
      failed:   # all known
        # since May
        - tests.test_export::test_TC_201_a   # ticket a
        - tests.test_export::test_TC_201_c   # ticket c
        - tests.test_export::test_TC_201_d
""" in path.read_text("utf-8")


def test_a_case_is_added_to_a_list_as_its_items_stand(project):
    path = project / "v/runs.yaml"
    path.write_text("""\
runs:
  A:
    test: TC-201
    device_revision: v1.0.0
    date: 2026-03-02
    result: fail
    imported:
      format: junit
      suite: pytest
      time: 2026-03-02T10:15
      cases: 2
      failed:
      -   tests.test_export::test_TC_201  # 7
""", "utf-8")
    before = path.read_text("utf-8")
    bring(project, junit(suite(case("test_TC_201", FAILED), case("test_TC_201_b", FAILED))))
    assert path.read_text("utf-8") == f"{before}      -   tests.test_export::test_TC_201_b\n"


def test_a_file_with_line_ends_of_one_carriage_return_keeps_them(project):
    path = project / "v/runs.yaml"
    path.write_bytes(RUNS.replace("\n", "\r").encode())
    bring(project, ONCE)
    assert b"\n" not in path.read_bytes()
    assert counts(bring(project, ONCE)) == (0, 0, 2, 0)


def test_fields_that_go_from_the_head_of_a_flow_mapping_take_their_commas(project):
    path = project / "v/runs.yaml"
    path.write_text("runs:\n  A: {test: TC-201, device_revision: v1.0.0, date: 2026-03-02, result: fail,\n"
                    "      imported: {failed: [x], skipped: [y], cases: 2, suite: pytest, format: junit, time: 2026-03-02T10:15}}  # c\n", "utf-8")
    bring(project, junit(suite(case("test_TC_201"))))
    assert path.read_text("utf-8") == (
        "runs:\n  A: {test: TC-201, device_revision: v1.0.0, date: 2026-03-02, result: pass,\n"
        "      imported: {cases: 1, suite: pytest, format: junit, time: 2026-03-02T10:15}}  # c\n")


def test_tabs_between_key_and_value_stay(project):
    path = project / "v/runs.yaml"
    path.write_text("runs:\n  A:\t# by hand\n    test:\tTC-201\n    device_revision:\tv1.0.0\n    date:\t2026-03-02\n    result:\tfail\t# y\n"
                    "    imported:\t{format: junit,\ttime: 2026-03-02T10:15, suite: pytest, cases: 1}\n", "utf-8")
    made = bring(project, junit(suite(case("test_TC_201"))))
    assert removed(made.patches[0]) == ["-    result:\tfail\t# y"]
    assert "\n    result:\tpass\t# y\n" in path.read_text("utf-8")


def test_a_file_of_flow_mappings_is_understood_once(project, monkeypatch):
    asked = []
    monkeypatch.setattr("mdr_blueprint.importers.record_file.parse", lambda text: asked.append(text) or parse(text))
    (project / "v/runs.yaml").write_text("runs: {" + ", ".join(
        f"{id_}: {{test: {test}, device_revision: v1.0.0, imported: {{format: junit, time: '{TIME}'}}}}"
        for id_, test in (("A", "TC-201"), ("B", "TC-202"))) + "}\n", "utf-8")
    assert counts(bring(project, ONCE)) == (0, 2, 0, 0)
    assert len(asked) == 1


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


@pytest.mark.parametrize("report", ["EV-095-console-tests.xml", "EV-096-compiler-tests.xml"])
def test_reports_of_the_example_are_imported_already(tmp_path, report):
    root = example_device(tmp_path / "device")
    made = import_junit(root / "evidence" / report, root, evidence=[report[:6]])
    assert made.plan.unchanged and not made.patches


def test_the_example_names_tests_that_this_program_has():
    """What the example calls the tests of its compiler are the files of this folder."""
    made = load(read(ROOT / "device_example")).get("TC-318", model.Test)
    assert made is not None
    named = made.record.automated
    assert named and [name for name in named if not (ROOT / name).is_file()] == []


# ---------------------------------------------------------------- the patch


ONE = "runs:\n  R:\n    test: TC-201\n    device_revision: v1.0.0\n    imported: {format: junit, time: 2026-03-02T10:15:00}\n"


@pytest.mark.parametrize("tool", [("git", "apply"), ("patch", "-p1", "-s")], ids=["git", "patch"])
@pytest.mark.parametrize(("path", "text"), [
    ("v/runs.yaml", ONE), ("v/runs.yaml", ONE.rstrip("\n")), ("v/runs.yaml", ONE.replace("\n", "\r\n")),
    ("v/runs.yaml", ONE.replace("\n", "\r")), ("v/runs.yaml", f"\ufeff{ONE}"), ("my runs/prüf \"1\".yaml", ONE),
    ("verification/runs.yaml", ""), ("verification/runs.yaml", "# none"), ("none.yaml", ""),
])  # fmt: skip
def test_the_patch_does_what_the_import_does(project, path, text, tool):
    (project / "v/runs.yaml").unlink()
    (project / path).parent.mkdir(exist_ok=True)
    (project / path).write_bytes(text.encode())
    copy = project.parent / "copy"
    shutil.copytree(project, copy)
    made = bring(project, ONCE)
    patch = "".join(patch.diff() for patch in made.patches).encode()
    subprocess.run(tool, input=patch, cwd=copy, check=True, capture_output=True)
    assert not different(project, copy)


# ---------------------------------------------------------------- all or nothing


def full(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def files_of(folder: Path) -> list[str]:
    return sorted(found.name for found in folder.iterdir())


@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.replace", "tempfile.mkstemp"])
def test_a_file_is_replaced_in_one_step(project, monkeypatch, step):
    path = project / "v/runs.yaml"
    path.chmod(0o640)
    bring(project, ONCE)
    assert path.stat().st_mode & 0o777 == 0o640
    before = path.read_bytes()
    monkeypatch.setattr(step, full)
    with pytest.raises(WriteError, match=r"^v/runs.yaml cannot be written: No space left on device; nothing was written$"):
        bring(project, ONCE.replace(FAILED, ""))
    assert path.read_bytes() == before
    assert files_of(path.parent) == ["runs.yaml"]


def two_files(root: Path, monkeypatch) -> dict[str, bytes]:
    """An import that changes a file and begins another; the second of them cannot be put in its place."""
    (root / "v/runs.yaml").unlink()
    (root / "a.yaml").write_text(ONE, "utf-8")
    (root / "b.yaml").write_text("runs:\n  S: {test: TC-202}\n", "utf-8")
    replace = Path.replace
    monkeypatch.setattr(Path, "replace", lambda self, target: full() if target.name == "b.yaml" else replace(self, target))
    return {path.name: path.read_bytes() for path in root.glob("*.yaml")}


def test_files_that_were_written_are_put_back_where_another_cannot_be(project, monkeypatch):
    before = two_files(project, monkeypatch)
    with pytest.raises(WriteError, match=r"b.yaml cannot be written: .*; nothing was written"):
        bring(project, ONCE)
    assert {path.name: path.read_bytes() for path in project.glob("*.yaml")} == before
    assert not list(project.glob(".mdr-*"))


def test_what_a_killed_import_left_behind_is_removed_by_the_next(project):
    """But not what another import that runs at this time holds, and nothing that only looks alike."""
    hour_ago = time.time() - 3700
    names = {".mdr-abcd_123.tmp": False, ".mdr-abcd_124.tmp": True, ".mdr-notes.tmp": True, ".mdr-linked_1.tmp": True, "x.mdr-abcd_123.tmp": True}
    for name in names:
        path = project / "v" / name
        if "linked" in name:
            path.symlink_to(project / "project.yaml")
        else:
            path.write_text("half a file", "utf-8")
        if name != ".mdr-abcd_124.tmp":
            os.utime(path, (hour_ago, hour_ago), follow_symlinks=False)
    bring(project, ONCE)
    assert {name: os.path.lexists(project / "v" / name) for name in names} == names


def test_a_file_that_cannot_be_put_back_is_named(project, monkeypatch):
    two_files(project, monkeypatch)
    replaced = []
    replace = Path.replace
    monkeypatch.setattr(Path, "replace", lambda self, target: full() if replaced else replaced.append(replace(self, target)))
    with pytest.raises(WriteError, match=r"b.yaml cannot be written: .*; a.yaml is written and cannot be put back: No space"):
        bring(project, ONCE)


@pytest.mark.parametrize("new", ["runs: {}\n", None])
def test_a_file_that_was_changed_meanwhile_is_left_alone(project, new):
    path = project / "v/runs.yaml"
    (project.parent / "junit.xml").write_text(ONCE, "utf-8")
    made = import_junit(project.parent / "junit.xml", project)
    path.unlink()
    if new is not None:
        path.write_text(new, "utf-8")
    with pytest.raises(WriteError, match=r"v/runs.yaml was changed by somebody else just now; nothing was written"):
        made.write()
    assert (path.read_text("utf-8") if path.exists() else None) == new
    assert files_of(path.parent) == (["runs.yaml"] if new else [])


def test_a_new_file_that_somebody_else_wrote_meanwhile_is_left_alone(project):
    (project / "v/runs.yaml").unlink()
    (project.parent / "junit.xml").write_text(ONCE, "utf-8")
    made = import_junit(project.parent / "junit.xml", project)
    (project / "verification").mkdir()
    (project / "verification/runs.yaml").write_text("runs: {A: {test: TC-201}}\n", "utf-8")
    with pytest.raises(WriteError, match="was changed by somebody else"):
        made.write()
    assert (project / "verification/runs.yaml").read_text("utf-8") == "runs: {A: {test: TC-201}}\n"


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
KNOWN = st.sampled_from(["a", "b", "b}"])
"""Items of lists in `files`."""
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
@given(files(), st.lists(KNOWN | NAMES, max_size=3, unique=True), st.lists(TEXTS, max_size=3), st.booleans())
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
        imported = new["RUN-A"]["imported"]
        assert (sorted(imported.get("failed", ())), imported.get("skipped")) == (sorted(failed), skipped or None)
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
