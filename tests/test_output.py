"""The exchange of an output folder: whole before, whole after, whatever happens between."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mdr_blueprint import build
from mdr_blueprint.diagnostics import UsageError, WriteError
from mdr_blueprint.write import output as module
from mdr_blueprint.write.output import MANIFEST, PARTS, replacing

OURS = '{"tool": "mdr-blueprint 0.0"}'


@pytest.fixture
def old(tmp_path):
    folder = tmp_path / "out"
    (folder / "site" / "deep").mkdir(parents=True)
    (folder / "data").mkdir()
    (folder / MANIFEST).write_text(OURS)
    (folder / "site" / "deep" / "page.html").write_text("old")
    (folder / "data" / "dossier.json").write_text("old")
    return folder


@pytest.fixture(params=[True, False], ids=["at once", "two renames"])
def way(request, monkeypatch):
    """Both ways to exchange two folders: in one step of the system, or by two renames."""
    if not request.param:
        monkeypatch.setattr(module, "_exchange_at_once", lambda first, second: False)
    elif sys.platform != "linux":
        pytest.skip("only on Linux")


def fill(folder, word="new"):
    (folder / MANIFEST).write_text(OURS)
    (folder / "site").mkdir(exist_ok=True)
    (folder / "site" / "index.html").write_text(word)


def tree(folder):
    return {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def workshop(output):
    return output.parent / f".mdr-build-{output.name}"


@pytest.mark.verifies("REQ-WRI-01")
def test_the_new_output_takes_the_place_of_the_old(old, way):
    with replacing(old) as new:
        fill(new)
        assert tree(old)["data/dossier.json"] == "old"
    assert tree(old) == {MANIFEST: OURS, "site/index.html": "new"}
    assert not workshop(old).exists()


def test_a_first_output_and_its_missing_parents(tmp_path, way):
    target = tmp_path / "a" / "b" / "out"
    with replacing(target) as new:
        fill(new)
    assert tree(target) == {MANIFEST: OURS, "site/index.html": "new"}


@pytest.mark.verifies("REQ-WRI-01")
@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), WriteError("x"), KeyboardInterrupt(), RuntimeError("x")]
)
def test_whatever_fails_the_old_output_is_whole(old, way, error):
    before = tree(old)

    def work():
        with replacing(old) as new:
            fill(new)
            raise error

    with pytest.raises(type(error)):
        work()
    assert tree(old) == before
    assert not (workshop(old) / "new").exists()
    with replacing(old) as new:
        fill(new)
    assert tree(old)["site/index.html"] == "new"


@pytest.mark.verifies("REQ-WRI-01")
def test_a_full_disk_while_a_project_is_built(make_project, monkeypatch):
    root = make_project({"x.yaml": "hazards: {HZ-1: {title: x}}\n"})
    build(root, only=["data"])
    before = tree(root / "build")
    (root / "x.yaml").write_text("hazards: {HZ-2: {title: x}}\n")
    write = Path.write_bytes

    def full(path, data):
        if path.name == "dossier.json":
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        build(root, only=["data"])
    assert tree(root / "build") == before
    monkeypatch.undo()
    build(root, only=["data"])
    assert "HZ-2" in tree(root / "build")["data/dossier.json"]


@pytest.mark.verifies("REQ-WRI-01")
def test_a_full_disk_in_the_second_process(make_project, monkeypatch):
    root = make_project({})
    build(root, only=["data"])
    before = tree(root / "build")

    def full(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("mdr_blueprint.write.excel.write_workbook", full)
    with pytest.raises(OSError, match="No space left"):
        build(root, only=["excel"])
    assert tree(root / "build") == before


@pytest.mark.verifies("REQ-WRI-02")
def test_what_a_killed_build_left_is_removed(old, way):
    for rest in ("new", "old"):
        (workshop(old) / rest / "site").mkdir(parents=True)
        (workshop(old) / rest / "site" / "rest.html").write_text("rest")
    with replacing(old) as new:
        assert list(new.iterdir()) == []
        fill(new)
    assert tree(old) == {MANIFEST: OURS, "site/index.html": "new"}
    assert not workshop(old).exists()


@pytest.mark.verifies("REQ-WRI-02")
@pytest.mark.parametrize("then", ["works", "fails"])
def test_a_build_killed_between_two_renames_is_repaired_by_the_next(old, way, then):
    before = tree(old)
    (workshop(old)).mkdir()
    old.rename(workshop(old) / "old")
    (workshop(old) / "new").mkdir()

    def work():
        with replacing(old) as new:
            assert tree(old) == before
            fill(new)
            if then == "fails":
                raise RuntimeError

    if then == "fails":
        with pytest.raises(RuntimeError):
            work()
        assert tree(old) == before
    else:
        work()
        assert tree(old)["site/index.html"] == "new"


@pytest.mark.verifies("REQ-WRI-01")
@pytest.mark.parametrize("which", [1, 2])
def test_a_rename_that_fails_leaves_the_old_output(old, monkeypatch, which):
    monkeypatch.setattr(module, "_exchange_at_once", lambda first, second: False)
    before, rename, count = tree(old), Path.rename, [0]

    def locked(path, target):
        count[0] += 1
        if count[0] == which:
            raise PermissionError(errno.EACCES, "locked by another program")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", locked)

    def work():
        with replacing(old) as new:
            fill(new)

    with pytest.raises(PermissionError):
        work()
    assert tree(old) == before


KILLED = """
import os, sys
from pathlib import Path
from mdr_blueprint.write import output
if sys.argv[2] == "between":
    output._exchange_at_once = lambda first, second: False
    rename, count = Path.rename, [0]
    def die(path, target):
        count[0] += 1
        if count[0] == 2:
            os.kill(os.getpid(), 9)
        return rename(path, target)
    Path.rename = die
with output.replacing(Path(sys.argv[1])) as new:
    (new / "half").write_text("half")
    if sys.argv[2] == "writing":
        os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.verifies("REQ-WRI-01", "REQ-WRI-02")
@pytest.mark.parametrize("when", ["writing", "between"])
def test_a_process_that_is_killed(old, when):
    before = tree(old)
    done = subprocess.run([sys.executable, "-c", KILLED, str(old), when], check=False)
    assert done.returncode == -9
    if when == "writing":
        assert tree(old) == before
    with replacing(old) as new:
        assert tree(old) == before
        fill(new)
    assert tree(old) == {MANIFEST: OURS, "site/index.html": "new"}
    assert not workshop(old).exists()


@pytest.mark.verifies("REQ-WRI-03")
def test_two_builds_at_once(old):
    inside, done = threading.Event(), threading.Event()

    def first():
        with replacing(old) as new:
            fill(new, "first")
            inside.set()
            done.wait(10)

    thread = threading.Thread(target=first)
    thread.start()
    inside.wait(10)
    try:
        with pytest.raises(WriteError, match="another build"), replacing(old) as new:
            fill(new, "second")
    finally:
        done.set()
        thread.join()
    assert tree(old)["site/index.html"] == "first"


@pytest.mark.verifies("REQ-WRI-04")
@pytest.mark.parametrize(
    "manifest", [None, "", "not json", "[]", "{}", '{"tool": "make"}', '{"tool": ["mdr-blueprint"]}', "\xff"]
)
def test_a_folder_that_is_not_ours_is_never_touched(tmp_path, manifest):
    target = tmp_path / "precious"
    target.mkdir()
    (target / "thesis.txt").write_text("years of work")
    if manifest is not None:
        (target / MANIFEST).write_text(manifest, "latin-1")
    before = {path.name: path.read_bytes() for path in target.iterdir()}
    with pytest.raises(UsageError, match="no output of this program"), replacing(target):
        raise AssertionError
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before
    assert not workshop(target).exists()


def test_an_empty_folder_may_be_used_and_a_file_may_not(tmp_path):
    (tmp_path / "empty").mkdir()
    with replacing(tmp_path / "empty") as new:
        fill(new)
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="is a file"), replacing(tmp_path / "file"):
        pass
    assert (tmp_path / "file").read_text() == "x"


@pytest.mark.verifies("REQ-WRI-04")
@pytest.mark.parametrize("where", [".", "..", "../.."])
def test_an_output_above_or_at_the_project_is_refused(make_project, where):
    root = make_project({"x.yaml": ""})
    before = tree(root)
    with pytest.raises(UsageError, match="would replace the project"):
        build(root, root / where, only=["data"])
    assert tree(root) == before


@pytest.mark.verifies("REQ-WRI-04")
@pytest.mark.parametrize("where", ["evidence", "evidence/out", "templates/out"])
def test_an_output_is_never_an_input(make_project, where):
    root = make_project({"x.yaml": ""})
    before = tree(root)
    with pytest.raises(UsageError, match="would become an input"):
        build(root, root / where, only=["data"])
    assert tree(root) == before


@pytest.mark.parametrize("where", ["build", "out/of the way", "../beside"])
def test_an_output_inside_or_beside_the_project(make_project, where):
    root = make_project({"x.yaml": "hazards: {HZ-1: {title: x}}\n"})
    for _ in range(2):
        built = build(root, root / where, only=["data"])
    assert built.output == (root / where).resolve()
    assert (root / where / "data" / "dossier.json").is_file()
    assert tree(root / where)["data/dossier.json"].count('"HZ-1":') == 1


@pytest.mark.verifies("REQ-WRI-05")
def test_only_keeps_the_other_parts_as_they_are(old, way):
    with replacing(old, ("site", "workbooks")) as new:
        (new / "data").mkdir()
        (new / "data" / "dossier.json").write_text("new")
        (new / MANIFEST).write_text(OURS)
    assert tree(old) == {MANIFEST: OURS, "data/dossier.json": "new", "site/deep/page.html": "old"}


@pytest.mark.verifies("REQ-WRI-05")
def test_only_replaces_just_the_named_part_of_a_build(make_project):
    root = make_project({"x.yaml": "hazards: {HZ-1: {title: x}}\n"})
    build(root, only=["data"])
    data = tree(root / "build")["data/dossier.json"]
    (root / "x.yaml").write_text("hazards: {HZ-2: {title: x}}\n")
    build(root, only=["excel"])
    after = {path.relative_to(root / "build").as_posix() for path in (root / "build").rglob("*") if path.is_file()}
    assert after == {"data/dossier.json", MANIFEST, "workbooks/technical_file.xlsx"}
    assert (root / "build" / "data" / "dossier.json").read_text("utf-8") == data
    with pytest.raises(UsageError, match="no part"):
        build(root, only=["data", "pdf2"])


def test_kept_files_that_cannot_be_linked_are_copied(old, monkeypatch):
    def refuse(source, target):
        raise OSError(errno.EXDEV, "another device")

    monkeypatch.setattr(os, "link", refuse)
    with replacing(old, ("site",)) as new:
        fill(new)
    assert tree(old)["site/deep/page.html"] == "old"


def test_a_later_change_of_the_new_output_does_not_reach_into_a_kept_file(old):
    copy = old.parent / "copy"
    shutil.copytree(old, copy)
    with replacing(old, ("site",)) as new:
        fill(new)
    assert tree(copy)["site/deep/page.html"] == "old"


def test_parts_have_folders_of_their_own():
    folders = [folder for part in PARTS.values() for folder in part]
    assert len(set(folders)) == len(folders)
