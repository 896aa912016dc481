"""A build as a whole: the same bytes everywhere, a rebuild equal to a clean build, nothing lost when it is killed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import pytest
from openpyxl import load_workbook
from projects import ROOT, built_example, commit, different, example, git, mdr, small, tree

from mdr_blueprint import library
from mdr_blueprint.diagnostics import UsageError
from mdr_blueprint.pipeline import build
from mdr_blueprint.source import files, folder

LATER = """
import datetime, time
real, days = time.time, 40
time.time = lambda: real() + days * 86400
class Later(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return super().now(tz) + datetime.timedelta(days=days)
    @classmethod
    def utcnow(cls):
        return super().utcnow() + datetime.timedelta(days=days)
datetime.datetime = Later
"""
"""Another day, as far as a Python program can be told so."""

EXTRA = """\
hazards:
  HZ-NEW-01:
    title: Ember of the test furnace
    category: energy.heat_cold
    illustrative: true
harms:
  HARM-NEW-1:
    title: Singed eyebrow
    severity: minor
    illustrative: true
situations:
  HS-901:
    title: Furnace door opens while a phantom is taken out
    hazards: [HZ-NEW-01]
    condition: normal
    exposed: [user]
    sequences:
      SEQ-901-A:
        events:
          - text: Door is opened early
    risks:
      R-901-1:
        harm: HARM-NEW-1
        initial: {p1: remote, p2: possible}
        controls: [RC-901]
        residual: {p1: improbable, p2: possible}
        reduction_argument: Any interlock beyond the latch would lock people out of the phantom.
    illustrative: true
controls:
  RC-901:
    text: Latch keeps the furnace door shut above 40 degrees
    kind: protective
    acts_on: [p1]
    illustrative: true
"""
EXTRA_WORDS = {
    "HZ-NEW-01": "Ember of the test furnace",
    "HARM-NEW-1": "Singed eyebrow",
    "HS-901": "Furnace door opens while a phantom is taken out",
    "R-901-1": "Any interlock beyond the latch would lock people out of the phantom.",
    "RC-901": "Latch keeps the furnace door shut above 40 degrees",
}


@pytest.fixture(scope="module")
def extended(tmp_path_factory) -> Path:
    """The example with a file more, built by the command line."""
    project = example(tmp_path_factory.mktemp("extended") / "device")
    (project / "risk" / "extra.yaml").write_text(EXTRA, "utf-8")
    done = mdr("build", cwd=project)
    assert done.returncode == 0, done.stdout + done.stderr
    return project


def site_text(output: Path) -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted((output / "site").rglob("*.html")))


def word_file(output: Path, id_: str) -> Path:
    return next((output / "documents").glob(f"[0-9][0-9]_{id_}.docx"))


def word_rows(path: Path) -> Iterator[list[str]]:
    for table in docx.Document(str(path)).tables:
        yield from ([cell.text for cell in row.cells] for row in table.rows)


def word_text(path: Path) -> str:
    document = docx.Document(str(path))
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + ["\n".join(row) for row in word_rows(path)])


def sheet_text(path: Path) -> str:
    sheets = load_workbook(path, read_only=True)
    return "\n".join(str(value) for sheet in sheets for row in sheet.iter_rows(values_only=True) for value in row if value)


# Same input, same bytes


@pytest.mark.parametrize("make", [small, example])
@pytest.mark.verifies("REQ-OUT-03")
def test_two_builds_of_one_commit_are_the_same_bytes(make, tmp_path):
    first = commit(make(tmp_path / "first"))
    second = tmp_path / "a second folder, Ümlaut"
    git(tmp_path, "clone", "--quiet", str(first), str(second))
    for path in second.rglob("*"):
        if path.is_file() and ".git" not in path.parts:
            path.touch()
    one = mdr("build", cwd=first, PYTHONHASHSEED="1", TZ="Asia/Tokyo", LANG="de_DE.UTF-8", LC_ALL="C")
    two = mdr("build", cwd=second, code=LATER, PYTHONHASHSEED="2", TZ="America/Lima", LANG="C", LC_ALL="C.UTF-8", COLUMNS="40")
    assert (one.returncode, two.returncode) == (0, 0), one.stderr + two.stderr
    assert different(first / "build", second / "build") == []
    manifest = json.loads((first / "build" / "manifest.json").read_text("utf-8"))
    assert manifest["revision"]["dirty"] is False
    assert len(manifest["revision"]["name"]) == 40


@pytest.mark.verifies("REQ-OUT-03")
def test_no_output_names_the_folder_it_was_built_in():
    built = built_example()
    for name, data in tree(built.output).items():
        assert str(built.output.parent).encode() not in data, name


@pytest.mark.verifies("REQ-OUT-03")
def test_a_rebuild_after_edits_equals_a_clean_build(tmp_path):
    project, steps = small(tmp_path / "live"), 0
    build(project)

    def replace(name: str, old: str, new: str) -> None:
        text = (project / name).read_text("utf-8")
        assert old in text
        (project / name).write_text(text.replace(old, new), "utf-8")

    def change() -> None:
        replace("risk.yaml", "title: Hot surface of the lamp head", "title: Hot glass")

    def add() -> None:
        (project / "more.yaml").write_text("hazards:\n  HZ-ZAP: {title: Live parts}\nharms:\n  HARM-ZAP: {title: Shock, severity: serious}\n", "utf-8")

    def rename() -> None:
        replace("requirements.yaml", "REQ-001", "REQ-777")

    def delete() -> None:
        (project / "more.yaml").unlink()

    def overlay() -> None:
        folder = project / "templates" / "documents"
        folder.mkdir(parents=True)
        (folder / "intended_purpose.md.j2").write_text("---\ntitle: Purpose of ours\norder: 11\n---\nOnly {{ device.name }}.\n", "utf-8")

    def change_overlay() -> None:
        replace("templates/documents/intended_purpose.md.j2", "Only", "Nothing but")

    def evidence() -> None:
        replace("evidence/EV-001.md", "# ", "# Revised ")

    def remove_overlay() -> None:
        shutil.rmtree(project / "templates")

    for edit in (change, add, rename, delete, overlay, change_overlay, evidence, remove_overlay):
        before, steps = tree(project / "build"), steps + 1
        edit()
        build(project)
        assert tree(project / "build") != before, edit.__name__
        clean = tmp_path / f"clean-{steps}"
        shutil.copytree(project, clean, ignore=shutil.ignore_patterns("build"))
        build(clean)
        assert different(project / "build", clean / "build") == [], edit.__name__
    assert not list(tmp_path.rglob(".mdr-build*"))


# A file more


@pytest.mark.parametrize("id_", EXTRA_WORDS)
@pytest.mark.verifies("REQ-OUT-02")
def test_a_new_record_is_in_every_output(extended, id_):
    output, words = extended / "build", EXTRA_WORDS[id_]
    site, word = site_text(output), word_text(word_file(output, "risk_analysis"))
    sheet = sheet_text(output / "workbooks" / "technical_file.xlsx")
    data = json.dumps(json.loads((output / "data" / "dossier.json").read_text("utf-8")), ensure_ascii=False)
    for text, where in ((site, "site"), (word, "word"), (sheet, "workbook"), (data, "data")):
        assert words in text, where
        if id_ != "HARM-NEW-1" or where != "word":  # the report names harms by their words
            assert id_ in text, where
    assert f'id="{id_}"' in site


def test_a_broken_reference(extended, tmp_path):
    project = Path(shutil.copytree(extended, tmp_path / "device"))
    before = json.loads(mdr("check", "--format", "json", cwd=project).stdout)
    extra = project / "risk" / "extra.yaml"
    extra.write_text(EXTRA.replace("controls: [RC-901]", "controls: [RC-9O1]"), "utf-8")
    line = next(number for number, text in enumerate(extra.read_text("utf-8").splitlines(), 1) if "RC-9O1" in text)

    done = mdr("check", cwd=project)
    assert done.returncode == 1
    assert f"risk/extra.yaml:{line}:20: error ID112 dangling-reference" in done.stdout
    assert "did you mean RC-901?" in done.stdout
    after = json.loads(mdr("check", "--format", "json", cwd=project).stdout)
    known = {(finding["code"], finding["path"], finding["line"], finding["message"]) for finding in after}
    lost = [f for f in before if (f["code"], f["path"], f["line"], f["message"]) not in known]
    assert {f["path"] for f in lost} <= {"risk/extra.yaml"}  # what is judged by the control that is not there

    built = mdr("build", cwd=project)
    assert built.returncode == 1
    assert "1 error," in built.stdout
    assert f"risk/extra.yaml:{line}:20: ID112" in built.stdout
    page = (project / "build" / "site" / "records" / "risks" / "r-9.html").read_text("utf-8")
    assert 'class="mdr-error"' in page
    assert "RC-9O1" in page
    assert any("RC-9O1" in " ".join(row) for row in word_rows(word_file(project / "build", "risk_analysis")))
    assert "RC-9O1" in sheet_text(project / "build" / "workbooks" / "technical_file.xlsx")


# Parts, manifest, revision


@pytest.mark.verifies("REQ-WRI-05")
def test_only_replaces_just_the_parts_it_names(tmp_path):
    project = commit(small(tmp_path / "device"))
    build(project)
    before = tree(project / "build")
    old = json.loads(before["manifest.json"])["revision"]
    (project / "risk.yaml").write_text((project / "risk.yaml").read_text("utf-8").replace("Hot surface", "Warm surface"), "utf-8")
    built = build(project, only=["data", "word"])
    assert built.parts == ("word", "data")
    after = tree(project / "build")
    changed = {name.split("/")[0] for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert changed == {"documents", "data", "manifest.json"}
    manifest = json.loads(after["manifest.json"])
    assert manifest["parts"]["site"] == manifest["parts"]["excel"] == old
    assert manifest["parts"]["word"] == manifest["parts"]["data"] == manifest["revision"] == old | {"dirty": True}
    build(project)
    clean = build(project, tmp_path / "clean")
    assert different(project / "build", clean.output) == []


def test_only_an_unknown_part(tmp_path):
    with pytest.raises(UsageError, match="there is no part pdf"):
        build(small(tmp_path / "device"), only=["pdf"])


@pytest.mark.verifies("REQ-OUT-07")
def test_the_manifest_lists_every_input_and_output_with_its_hash():
    built = built_example()
    project = built.output.parent
    manifest = json.loads((built.output / "manifest.json").read_text("utf-8"))

    def hashes(folder: Path, names: Iterator[str] | list[str]) -> dict[str, str]:
        return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}

    assert manifest["outputs"] == hashes(built.output, [name for name in tree(built.output) if name != "manifest.json"])
    assert manifest["inputs"] == hashes(project, manifest["inputs"])
    read = {path.relative_to(project).as_posix() for path in project.rglob("*.yaml")} | {
        path.relative_to(project).as_posix() for path in (project / "evidence").iterdir()
    }
    assert {path for path in read if not path.startswith("build/")} == set(manifest["inputs"])
    assert manifest["findings"] == {"error": 0, "warning": built.report.count("warning"), "info": 0, "waived": 3}


@pytest.mark.verifies("REQ-REV-01")
def test_revision_clean_and_dirty(tmp_path):
    project = small(tmp_path / "device")

    def revision() -> dict[str, object]:
        build(project, only=["data"])
        found = json.loads((project / "build" / "manifest.json").read_text("utf-8"))["revision"]
        assert found == json.loads((project / "build" / "data" / "dossier.json").read_text("utf-8"))["revision"]
        return found

    outside = revision()
    assert str(outside["name"]).startswith("content:")
    assert outside == revision()
    (project / "risk.yaml").write_text((project / "risk.yaml").read_text("utf-8") + "# a word more\n", "utf-8")
    assert revision() != outside
    (project / ".gitignore").unlink()  # an output that git does not ignore is no input all the same
    commit(project)
    clean = revision()
    assert (len(str(clean["name"])), clean["dirty"]) == (40, False)
    (project / "more.yaml").write_text("hazards:\n  HZ-2: {title: Live parts}\n", "utf-8")
    assert revision() == clean | {"dirty": True}
    commit(project)
    assert revision()["dirty"] is False
    assert revision()["name"] != clean["name"]


def test_a_commit_beside_the_project_is_no_change_of_it(tmp_path):
    project = small(tmp_path / "repository" / "device")
    commit(project.parent)
    build(project)
    before = tree(project / "build")
    (project.parent / "notes.txt").write_text("beside", "utf-8")
    commit(project.parent, "A note beside the project")
    build(project)
    assert tree(project / "build") == before


# Illustrative figures say so


@pytest.mark.verifies("REQ-OUT-05")
def test_every_illustrative_figure_says_so_in_every_output():
    built = built_example()
    output, dossier = built.output, built.presentation.compilation.dossier
    figures = {entry.id: entry.record for entry in dossier.kind("figures")}
    made_up = {id_ for id_, figure in figures.items() if figure.illustrative}
    assert 3 < len(made_up) < len(figures)
    data = json.loads((output / "data" / "dossier.json").read_text("utf-8"))["records"]["figures"]
    sheet = {row[0]: row for row in load_workbook(output / "workbooks" / "technical_file.xlsx")["Figures"].iter_rows(values_only=True)}
    word = {row[0]: row for row in word_rows(word_file(output, "device_description"))}
    site = site_text(output)
    for id_, figure in figures.items():
        marked = id_ in made_up
        heading = site[site.index(f'<h2 id="{id_}">') :].split("</h2>")[0]
        assert (data[id_].get("illustrative") is True, "illustrative" in sheet[id_], "illustrative" in word[id_]) == (marked,) * 3, id_
        assert ("illustrative" in heading) is marked, id_
        assert figure.quoted in sheet[id_]


def test_a_figure_quoted_in_a_text_says_so():
    built = built_example()
    inputs = built.presentation.tables.inputs
    quoted = [edge for edges in inputs.graph.outgoing.values() for edge in edges if edge.relation == "quotes"]
    made_up = [edge for edge in quoted if inputs.dossier.entries[edge.target].record.illustrative]
    assert made_up
    site = site_text(built.output)
    for edge in made_up:
        figure = inputs.dossier.entries[edge.target].record.quoted
        assert f"{figure} (illustrative)" in site, edge
    everything = site + sheet_text(built.output / "workbooks" / "technical_file.xlsx")
    assert "{figure:" not in everything + "".join(word_text(path) for path in (built.output / "documents").iterdir())


# Nothing lost


@pytest.mark.verifies("REQ-WRI-01")
def test_a_killed_build_leaves_the_old_output_whole(tmp_path):
    project = small(tmp_path / "device")
    build(project)
    before = tree(project / "build")
    (project / "risk.yaml").write_text((project / "risk.yaml").read_text("utf-8").replace("Hot surface", "Warm surface"), "utf-8")
    process = subprocess.Popen([sys.executable, "-m", "mdr_blueprint", "build"], cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    workshop = project / ".mdr-build-build" / "new"
    end = time.monotonic() + 30
    while not (workshop / "site_source").exists() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.002)
    process.kill()
    process.wait()
    assert tree(project / "build") == before
    assert workshop.exists(), "killed too late to prove anything"
    while (code := mdr("build", cwd=project).returncode) == 3 and time.monotonic() < end:  # its second process still holds the lock
        time.sleep(0.2)
    assert code == 0
    assert not workshop.parent.exists()
    clean = build(project, tmp_path / "clean")
    assert different(project / "build", clean.output) == []


@pytest.mark.verifies("REQ-WRI-04")
def test_an_output_that_is_not_ours_is_never_replaced(tmp_path):
    project, target = small(tmp_path / "device"), tmp_path / "thesis"
    target.mkdir()
    (target / "chapter.txt").write_text("years of work", "utf-8")
    done = mdr("build", "--output", target, cwd=project)
    assert done.returncode == 2
    assert "choose another folder" in done.stderr
    assert tree(target) == {"chapter.txt": b"years of work"}


@pytest.mark.verifies("REQ-WRI-04")
def test_a_work_tree_and_an_edited_document_on_the_command_line(tmp_path):
    project = small(tmp_path / "device")
    built = build(project, only=["data", "excel"])
    (built.output / ".git").write_text("gitdir: ../.git/worktrees/build\n", "utf-8")
    before = tree(built.output)
    done = mdr("build", "--only", "data", "--overwrite-edited", cwd=project)
    assert (done.returncode, done.stdout) == (2, "")
    assert "holds what no build wrote (.git)" in done.stderr
    assert tree(built.output) == before
    (built.output / ".git").unlink()
    (built.output / "data" / "dossier.json").write_text("{}", "utf-8")
    done = mdr("build", "--only", "data", cwd=project)
    assert done.returncode == 2
    assert "1 edited file (data/dossier.json)" in done.stderr
    assert (built.output / "data" / "dossier.json").read_text("utf-8") == "{}"
    done = mdr("build", "--only", "data", "--overwrite-edited", cwd=project)
    assert done.returncode == 0, done.stderr
    assert tree(built.output) == {name: data for name, data in before.items() if name != ".git"}


# A file that is saved while the build runs

TEMPLATE = "---\ntitle: Purpose of ours\norder: 11\n---\nBefore the build.\n\n{% include \"own.md\" %}\n"


def saving(change: Callable[[], object], at: str = "site") -> Callable[[str], None]:
    """Progress of a build in which somebody does something as this step begins."""
    return lambda step: change() if step == at else None


@pytest.fixture
def busy(tmp_path) -> Path:
    """A project with a template, a partial and a Word template of its own, and evidence that is no text."""
    project = small(tmp_path / "device")
    for path, text in (("documents/intended_purpose.md.j2", TEMPLATE), ("partials/own.md", "Before the build.")):
        (project / "templates" / path).parent.mkdir(parents=True, exist_ok=True)
        (project / "templates" / path).write_text(text, "utf-8")
    (project / "templates" / "word").mkdir()
    shutil.copy(library.folder("templates") / "word" / "reference.docx", project / "templates" / "word" / "reference.docx")
    (project / "evidence" / "scan.pdf").write_bytes(b"before")
    (project / "scan.yaml").write_text("evidence: {EV-SCAN: {title: Scan, path: evidence/scan.pdf}}\n", "utf-8")
    return project


INPUTS = ("risk.yaml", "project.yaml", "evidence/EV-001.md", "evidence/scan.pdf", "templates/documents/intended_purpose.md.j2",
          "templates/partials/own.md", "templates/word/reference.docx")  # fmt: skip


@pytest.mark.parametrize(("name", "how"), [
    *((name, how) for name in INPUTS for how in ("saved", "removed")),
    ("risk.yaml", "replaced"), ("evidence/scan.pdf", "linked"),
    pytest.param("evidence/EV-001.md", "piped", marks=pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")),
])  # fmt: skip
@pytest.mark.verifies("REQ-WRI-07", "REQ-OUT-07")
def test_the_manifest_holds_the_hash_of_what_was_compiled(busy, name, how):
    file, data = busy / name, (busy / name).read_bytes()

    def save() -> None:
        if how != "saved":
            file.unlink()
        if how == "linked":
            file.symlink_to("elsewhere")
        elif how == "piped":
            os.mkfifo(file)
        elif how != "removed":
            file.write_bytes(data + b"\n")

    parts = ["word"] if name.startswith("templates/") else ["data"]
    clean = build(busy, busy.parent / "clean", only=parts)
    built = build(busy, only=parts, progress=saving(save, "documents, workbook, data"))
    before, after = tree(clean.output), tree(built.output)
    old, new = json.loads(before.pop("manifest.json")), json.loads(after.pop("manifest.json"))
    assert new["inputs"] == old["inputs"]
    assert new["inputs"][name] == hashlib.sha256(data).hexdigest()
    assert after == before
    assert built.saved_meanwhile == (name,)
    assert [(found["code"], found["path"]) for found in new["messages"] if found["code"] == "DOC830"] == [("DOC830", name)]
    assert [finding.place.path for finding in built.report.findings if finding.code == "DOC830"] == [name]


@pytest.mark.parametrize("name", ["risk.yaml", "evidence/EV-001.md", "templates/documents/intended_purpose.md.j2",
                                  "templates/partials/own.md"])  # fmt: skip
@pytest.mark.verifies("REQ-WRI-07")
def test_each_file_is_read_once(busy, name, monkeypatch):
    """Somebody saves the file as soon as it was read: everything shows what was read, and the revision is of it."""
    clean = build(busy, busy.parent / "clean")
    read, file = files.read_file, busy / name

    def read_then_save(path: Path, limit: int) -> bytes:
        data = read(path, limit)
        if path.resolve() == file.resolve():
            file.write_bytes(data.replace(b"Before", b"After").replace(b"Hot", b"Cold") + b"\n## 9 Saved meanwhile\n")
        return data

    for module in (files, folder):
        monkeypatch.setattr(module, "read_file", read_then_save)
    built = build(busy)
    monkeypatch.undo()
    assert built.saved_meanwhile == (name,)
    before, after = tree(clean.output), tree(built.output)
    old, new = json.loads(before.pop("manifest.json")), json.loads(after.pop("manifest.json"))
    assert (new["inputs"], new["revision"], new["outputs"]) == (old["inputs"], old["revision"], old["outputs"])
    assert after == before
    assert b"Saved meanwhile" not in b"".join(after.values())


def test_a_file_that_is_touched_or_saved_as_it_was_is_no_news(busy):
    def save() -> None:
        for name in INPUTS:
            (busy / name).write_bytes((busy / name).read_bytes())

    assert build(busy, only=["data"], progress=saving(save, "documents, workbook, data")).saved_meanwhile == ()


@pytest.mark.verifies("REQ-WRI-07")
def test_a_file_saved_meanwhile_is_named_on_standard_error(tmp_path):
    project = small(tmp_path / "device")
    code = """
from pathlib import Path
from mdr_blueprint import pipeline
write = pipeline.present_project
def later(*arguments, **options):
    done = write(*arguments, **options)
    Path("risk.yaml").write_text("hazards: {}\\n")
    return done
pipeline.present_project = later
"""
    done = mdr("build", "--only", "data", cwd=project, code=code)
    assert done.returncode == 0, done.stderr
    assert done.stderr == "mdr: risk.yaml was saved while the build ran: what was written shows it as it was before; build again\n"
    again = mdr("build", "--only", "data", cwd=project)
    assert again.stderr == ""
    assert "DOC830" not in (project / "build" / "manifest.json").read_text("utf-8")


def test_the_example_in_the_repository_is_not_touched_by_tests():
    assert not (ROOT / "device_example" / ".mdr-build-build").exists()
