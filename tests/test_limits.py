"""Files larger than what is read, files that are none, and memory that ends: each is told in seconds and in little memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from conftest import TODAY, told

from mdr_blueprint import compile
from mdr_blueprint.diagnostics import UsageError
from mdr_blueprint.importers.record_file import RecordFile
from mdr_blueprint.load import load
from mdr_blueprint.pipeline import build
from mdr_blueprint.source import File, files, folder, read, yaml_reader
from mdr_blueprint.source.files import read_file

RECORDS = "hazards:\n  HZ-1: {title: Heat}\nharms:\n  HA-1: {title: Burn}\n"
HUGE = 20 * 1000**3
PATIENCE = 120
"""Seconds until a test gives up a command that should take one or two."""
MEMORY = 400
"""More megabytes than any of these commands takes."""
MEASURED = """
import resource, runpy, sys
sys.argv = ["mdr", *sys.argv[1:]]
try:
    runpy.run_module("mdr_blueprint", run_name="__main__")
finally:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 * 1024 if sys.platform == "darwin" else 1024)
    print(f"peak {peak}", file=sys.stderr)
"""
unix = pytest.mark.skipif(sys.platform == "win32", reason="asks the system for limits and pipes as Unix has them")


def mdr(*arguments: object) -> tuple[int, str, int]:
    """Exit code, what was said, and the largest memory in megabytes."""
    call = [sys.executable, "-c", MEASURED, *map(str, arguments)]
    done = subprocess.run(call, capture_output=True, text=True, timeout=PATIENCE, check=False)
    said, _, peak = done.stderr.rpartition("peak ")
    return done.returncode, done.stdout + said, int(peak)


def sparse(path: Path, size: int = HUGE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        try:
            file.truncate(size)
        except OSError:
            pytest.skip("this file system has no sparse files")
    return path


# ---------------------------------------------------------------- size


@unix
@pytest.mark.verifies("REQ-SRC-04")
@pytest.mark.parametrize(
    "path",
    ["x.yaml", "project.yaml", "templates/documents/own.md.j2", "templates/partials/own.md.j2", "templates/word/reference.docx"],
)
def test_a_file_far_too_large_is_told_and_not_read(make_project, path):
    root = make_project({"a.yaml": RECORDS})
    sparse(root / path)
    code, said, peak = mdr("check", root)
    limit = "16,777,216" if path.endswith(".docx") else "8,388,608"
    assert f"{path}:1:1: error ID101 unreadable-file" in said
    assert f"it has 20,000,000,000 bytes, more than the {limit} that are read" in said
    assert (code, peak < MEMORY) == (1, True)


@unix
@pytest.mark.verifies("REQ-SRC-04")
def test_what_is_too_large_is_no_input_of_a_build(make_project, tmp_path):
    root = make_project(
        {"a.yaml": RECORDS, "templates/partials/p.md.j2": "x", "evidence.yaml": "evidence: {E: {title: x, path: e.md}}"}
    )
    for path in ("x.yaml", "templates/documents/own.md.j2", "templates/word/reference.docx", "e.md"):
        sparse(root / path)
    code, said, peak = mdr("build", root, "--only", "data", "--output", tmp_path / "out")
    assert (code, peak < MEMORY) == (1, True)
    inputs = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))["inputs"]
    assert sorted(inputs) == ["a.yaml", "evidence.yaml", "project.yaml", "templates/partials/p.md.j2"]
    assert "3 errors" in said


@unix
@pytest.mark.verifies("REQ-SRC-04")
def test_an_evidence_text_far_too_large_is_told_where_it_is_cited(make_project):
    root = make_project(
        {"e.yaml": "evidence:\n  EV-1: {title: A report, path: evidence/r.md}\ntests: {T: {title: x, notes: '[EV-1]'}}\n"}
    )
    sparse(root / "evidence" / "r.md")
    sparse(root / "notes.md")
    code, said, peak = mdr("check", root)
    assert (code, peak < MEMORY) == (0, True)
    assert "e.yaml:2:33: info DOC803" in said
    assert "`evidence/r.md` of evidence document `EV-1` (A report) cannot be read: it has 20,000,000,000 bytes" in said
    assert "notes.md" not in said


@unix
@pytest.mark.verifies("REQ-SRC-04", "REQ-SRC-09")
def test_of_a_yml_file_only_the_beginning_is_looked_at(make_project):
    root = make_project({"b.yml": RECORDS})
    sparse(root / "a.yml")
    with (root / "b.yml").open("r+b") as file:
        file.truncate(HUGE)
    code, said, peak = mdr("check", root)
    assert (code, peak < MEMORY) == (0, True)
    assert "b.yml:1:1: info ID116" in said
    assert "a.yml" not in said


@unix
@pytest.mark.verifies("REQ-SRC-04")
def test_facts_to_classify_are_bounded(tmp_path):
    code, said, peak = mdr("classify", sparse(tmp_path / "facts.yaml"))
    assert (code, peak < MEMORY) == (2, True)
    assert "more than the 8,388,608 that are read" in said


def test_a_file_that_grows_is_read_no_further(tmp_path, monkeypatch):
    path = tmp_path / "x.yaml"
    path.write_bytes(b"#" * 100)
    assert read_file(path, 100) == b"#" * 100
    with pytest.raises(OSError, match="it has 100 bytes, more than the 99 that are read"):
        read_file(path, 99)
    real = os.fstat

    def empty(descriptor: int) -> os.stat_result:
        return os.stat_result((*real(descriptor)[:6], 0, *real(descriptor)[7:10]))

    monkeypatch.setattr(files.os, "fstat", empty)
    path.write_bytes(bytes(20_000_000))
    tracemalloc.start()
    with pytest.raises(OSError, match="more than the 99"):
        read_file(path, 99)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


@unix
@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="no such files here")
def test_a_file_without_a_size_is_bounded():
    with pytest.raises(OSError, match="more than the 10 that are read"):
        read_file(Path("/proc/self/status"), 10)


@pytest.mark.verifies("REQ-SRC-04", "REQ-SRC-07")
@pytest.mark.parametrize("device", ["", "device: {name: Lamp, facts: {active: true, hardware: true, contact: intact_skin}}\n"])
def test_nothing_is_called_missing_because_a_file_was_not_read(make_project, monkeypatch, device):
    """What a project without the file is accused of, one whose file cannot be read is not."""
    files = {
        "b.yaml": "situations:\n  S: {title: x, hazards: [HZ-1], risks: {R: {harm: HA-1, controls: [RC-1]}}}\n",
        "c.yaml": "tests:\n  T: {title: A test}\nneeds:\n  N: {title: A need}\ncontrols:\n  RC-9: {text: x}\n"
        "statements: {ST-1: {title: x, text: x, shown_on: [ifu]}}\n",
        "d.yaml": 'gspr:\n  "1": {applicable: true, standards: [iec-60601-1], facts: {active: true}}\n'
        '  "23.2": {applicable: true}\n  "23.2(a)": {applicable: true}\n',
        "e.yaml": "standards: {iec-62366-1: {title: x}}\n"
        "waivers: {WV-1: {code: ID112, place: X, reason: x, approved_by: {name: N, date: 2026-01-01}, expires: 2027-01-01}}\n",
    }
    files["c.yaml"] += device
    monkeypatch.setattr("mdr_blueprint.source.files.MAX_BYTES", 1000)
    without = compile(make_project(files, stage="submission"), as_of=TODAY)
    read_in_part = compile(make_project({**files, "a.yaml": RECORDS + "#" * 1000}, stage="submission"), as_of=TODAY)
    assert told(read_in_part) == ["a.yaml:1:1 ID101"]
    before, after = ({finding.code for finding in found.report.findings} for found in (without, read_in_part))
    silent = {"DOC804", "DOC823", "GSPR301", "GSPR311", "GSPR317", "ID112", "LAB608", "RISK405", "RISK455", "VER503"}
    silent |= {"VER532", "VER533"} if device else {"DEV201", "GSPR323"}
    assert silent <= before
    assert not silent & after
    assert after <= before | {"ID101"}


@pytest.mark.verifies("REQ-SRC-04", "REQ-SRC-07")
def test_the_parts_of_a_project_are_bounded(make_project, monkeypatch):
    monkeypatch.setattr(yaml_reader, "MAX_PARTS", 63)
    monkeypatch.setattr(folder, "MAX_PARTS", 63)
    many = "".join(f"  HZ-{number}: {{title: x}}\n" for number in range(2, 12))
    later = {f"{name}.yaml": f"controls:\n  RC-{name}: {{text: x}}\n" for name in "cde"}
    sources = read(make_project({"a.yaml": RECORDS, "b.yaml": f"hazards:\n{many}", **later, "f/g.yaml": RECORDS}))
    second, first = sources.faults
    assert str(first.place) == "b.yaml:6:10"
    assert "more than the 63 parts" in first.message
    assert str(second.place) == "c.yaml:1:1"
    assert second.message.startswith("this file and 3 more are not read")
    assert set(load(sources).entries) == {"project", "HZ-1", "HA-1", "HZ-2", "HZ-3", "HZ-4", "HZ-5"}
    assert sources.is_partial


def test_a_list_without_end_ends_at_the_limit(monkeypatch):
    monkeypatch.setattr(yaml_reader, "MAX_PARTS", 1000)
    source = yaml_reader.read_text("x.yaml", b"a: {b: c}\nhazards: [" + b"x," * 100_000 + b"]\n")
    assert [str(fault.place) for fault in source.faults] == ["x.yaml:2:1989"]
    assert source.root["a"] == {"b": "c"}
    assert not yaml_reader.read_text("x.yaml", b"hazards: [" + b"x," * 900 + b"]\n").faults


@pytest.mark.verifies("REQ-SRC-04")
def test_the_text_of_a_project_is_bounded(make_project, monkeypatch):
    monkeypatch.setattr(folder, "MAX_PROJECT_BYTES", 1000)
    root = make_project(
        {"a.yaml": RECORDS, "b.yaml": "#" * 700, "c.yaml": "#" * 300 + "\nharms: {HA-2: {title: x}}\n", "d.yaml": RECORDS}
    )
    assert told(compile(root)) == ["b.yaml:1:1 ID104", "c.yaml:1:1 ID101"]
    assert read(root).faults[0].message.startswith("this file and 1 more are not read: the records of the project have more than")


def test_an_import_writes_no_file_that_is_not_read_again(make_project, monkeypatch):
    file = RecordFile.of(read(make_project({"a.yaml": RECORDS})), "a.yaml")
    file.edits.append((len(RECORDS), len(RECORDS), "controls:\n  RC-1: {text: x}\n"))
    monkeypatch.setattr("mdr_blueprint.importers.record_file.MAX_BYTES", 80)
    with pytest.raises(UsageError, match="would have 88 bytes, more than the 80 that are read"):
        file.changed()


# ---------------------------------------------------------------- memory


@unix
@pytest.mark.parametrize("command", [("check",), ("build", "--only", "word"), ("build", "--only", "site")])
def test_memory_that_ends_is_told_in_plain_words(make_project, command, tmp_path):
    """The command asks for more than the system gives, wherever it happens to be."""
    root = make_project({"a.yaml": RECORDS})
    output = ("--output", str(tmp_path / "out")) if command[0] == "build" else ()
    module = {"check": "mdr_blueprint.load.loader", "word": "mdr_blueprint.write.word.parts", "site": "mdr_blueprint.write.site"}
    name = {"check": "_Loader.read_file", "word": "Package.finish", "site": "make_pages"}
    which = command[-1]
    program = (
        f"import resource, {module[which]} as m\n"
        "from mdr_blueprint.__main__ import main\n"
        "import sys\n"
        "def greedy(*_, **__):\n"
        "    used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "    resource.setrlimit(resource.RLIMIT_AS, (used + 2**26, used + 2**26))\n"
        "    return [str(number) * 99 for number in range(10**9)]\n"
        f"m.{name[which]} = greedy\n"
        f"sys.argv = {['mdr', command[0], str(root), *command[1:], *output]!r}\n"
        "main()\n"
    )
    if not Path("/proc/self/statm").exists():
        pytest.skip("memory cannot be limited here")
    call = [sys.executable, "-c", program]
    done = subprocess.run(call, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.stderr.startswith("mdr: memory is exhausted")
    assert "bug" not in done.stderr
    assert done.returncode == 3
    assert not (tmp_path / "out").exists()


# ---------------------------------------------------------------- what is no file


@unix
@pytest.mark.verifies("REQ-SRC-10")
def test_what_is_no_file_is_told_and_never_opened(make_project):
    root = make_project(
        {"x.yaml": "evidence:\n  EV-1: {title: x, path: reports/r.md}\n", "evidence/e.md": "# E", "reports/s.md": "# S"}
    )
    for path in ("pipe.yaml", "evidence/pipe.md", "reports/r.md", "other.pipe"):
        os.mkfifo(root / path)
    code, said, _ = mdr("check", root)
    assert "pipe.yaml:1:1: error ID101 unreadable-file: the file cannot be read: it is a named pipe and no file" in said
    assert "evidence/pipe.md:1:1: error ID101" in said
    assert "the file `reports/r.md` of evidence document `EV-1` (x) cannot be read: it is a named pipe and no file" in said
    assert "other.pipe" not in said
    assert code == 1


@unix
def test_a_file_that_becomes_a_pipe_or_a_link_does_not_stop_the_reader(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to("file")
    with pytest.raises(OSError, match="named pipe"):
        read_file(tmp_path / "pipe", 10)
    with pytest.raises(OSError, match="symbolic link"):
        read_file(tmp_path / "link", 10)
    with pytest.raises(OSError, match="named pipe"):
        assert File("e.pdf", tmp_path / "pipe", 0, 0).sha256
    assert File("e.md", tmp_path / "pipe", 0, 0).headings is None


@pytest.mark.verifies("REQ-SRC-10")
def test_evidence_behind_a_link_is_named(make_project, tmp_path):
    (tmp_path / "outside.md").write_text("# O\n")
    paths = ["evidence/link.md", "latest/r.md", "evidence/out.md", "inner/e.md", ".store/h.md", "evidence/none.md"]
    lines = "".join(f"  EV-{number}: {{title: x, path: {path}}}\n" for number, path in enumerate(paths))
    root = make_project({"x.yaml": f"evidence:\n{lines}", "evidence/r.md": "# R\n", "v3/r.md": "# R\n", ".store/h.md": "# H\n",
                         "inner/project.yaml": "project: {title: x}\n", "inner/e.md": "# E\n"})  # fmt: skip
    (root / "evidence/link.md").symlink_to("r.md")
    (root / "latest").symlink_to("v3")
    (root / "evidence/out.md").symlink_to(tmp_path / "outside.md")
    found = [finding for finding in compile(root).report.findings if finding.code == "DOC803"]
    assert [finding.message.partition(" (x) ")[2] for finding in found] == [
        "is a link to `evidence/r.md`, and links are not followed",
        "is not reached: `latest` is a link to `v3`, and links are not followed",
        "is a link that leads out of the project",
        "is not reached: `inner` is a project of its own",
        "does not exist in the project; files in `.store/` are not read",
        "does not exist in the project; did you mean evidence/r.md?",
    ]
    assert [finding.fix for finding in found[:2]] == [f"name the file itself: `{path}`" for path in ("evidence/r.md", "v3/r.md")]
    assert "latest/r.md" not in found[0].fix
    assert not [path for path in read(root).inventory.files if "link" in path or "latest" in path]


@pytest.mark.verifies("REQ-SRC-10")
def test_links_that_hide_something_are_told(make_project):
    root = make_project({"real/x.yaml": "hazards: {HZ-1: {title: x}}\n", ".store/y.yaml": "hazards: {HZ-2: {title: x}}\n", "notes.txt": "x",
                         "docs/d.md": "x", "evidence/y.yaml": "hazards: {HZ-3: {title: x}}\n", "texts/own.md.j2": "x"})  # fmt: skip
    (root / "templates").mkdir()
    try:
        (root / os.fsdecode(b".odd-\xe4")).mkdir()
    except OSError:
        pytest.skip("this file system refuses the name")
    for name, target in {
        "read.yaml": "real/x.yaml",
        "up": "real",
        "handbook": "docs",
        "hidden": ".store",
        "hidden.yaml": ".store/y.yaml",
        "moved.yaml": "evidence/y.yaml",
        "notes": "notes.txt",
        "templates/documents": "../texts",
        "odd": os.fsdecode(b".odd-\xe4"),
    }.items():
        (root / name).symlink_to(target)
    assert told(compile(root)) == [
        f"{name}:1:1 ID140" for name in ("hidden", "hidden.yaml", "moved.yaml", "odd", "templates/documents")
    ]


# ---------------------------------------------------------------- names


@pytest.mark.verifies("REQ-SRC-12")
def test_names_that_are_one_on_other_systems(make_project):
    files = [
        "evidence/A.md",
        "evidence/a.md",
        "evidence/é.md",
        "evidence/e\u0301.md",
        "Dir/x.yaml",
        "dir/y.yaml",
        "src/M.c",
        "src/m.c",
        "evidence/ß.md",
        "evidence/ss.md",
    ]
    root = make_project(dict.fromkeys(files, "# x\n"))
    if len(list((root / "evidence").iterdir())) < 6:
        pytest.skip("this file system takes the names for one")
    assert [line for line in told(compile(root)) if "ID141" in line] == [
        "dir:1:1 ID141",
        "evidence/a.md:1:1 ID141",
        "evidence/é.md:1:1 ID141",
    ]


@pytest.mark.verifies("REQ-SRC-12")
def test_of_two_templates_of_one_name_the_first_is_used(make_project, tmp_path):
    head = "---\ntitle: {}\norder: 5\n---\n{{% include 'piece.md.j2' %}}\n"
    root = make_project({f"templates/documents/{path}.md.j2": head.format(path.replace("/", " ")) for path in ("x/t", "y/T", "Traceability")}
                        | {f"templates/partials/{path}/piece.md.j2": f"Piece {path}\n" for path in "xy"})  # fmt: skip
    built = build(root, tmp_path / "out", only=("data",))
    documents = {document.id: document for document in built.presentation.documents}
    assert documents["t"].title == "x t"
    assert documents["traceability"].title == "Traceability"
    assert "T" not in documents
    assert "Piece x" in str(documents["t"].blocks)
    found = [finding for finding in built.report.findings if finding.code == "ID142"]
    assert [finding.place.path.removeprefix("templates/") for finding in found] == [
        "documents/Traceability.md.j2", "documents/x/t.md.j2", "documents/y/T.md.j2", "partials/x/piece.md.j2", "partials/y/piece.md.j2",
    ]  # fmt: skip
