"""The exchange of an output folder: whole before, whole after, whatever happens between."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mdr_blueprint import build
from mdr_blueprint.diagnostics import UsageError, WriteError
from mdr_blueprint.write import exchange as module
from mdr_blueprint.write.output import MANIFEST, PARTS, replacing

NEW = {"site/index.html": "new"}


def sealed(files, tool="mdr-blueprint 0.0", **more):
    """The text of a manifest that lists these files (path -> text), as builds of every version have written it."""
    return json.dumps({"tool": tool, **more, "outputs": {path: hashlib.sha256(text.encode()).hexdigest() for path, text in files.items()}})


def put(folder, files):
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def whole(files):
    """An output of these files: themselves and their manifest."""
    return {MANIFEST: sealed(files), **files}


@pytest.fixture
def old(tmp_path):
    return put(tmp_path / "out", whole({"site/deep/page.html": "old", "data/dossier.json": "old"}))


@pytest.fixture(params=[True, False], ids=["at once", "two renames"])
def way(request, monkeypatch):
    """Both ways to exchange two folders: in one step of the system, or by two renames."""
    if not request.param:
        monkeypatch.setattr(module, "_at_once", lambda first, second: False)
    elif sys.platform != "linux":
        pytest.skip("only on Linux")


def fill(folder, word="new"):
    put(folder, whole({"site/index.html": word}))


def rebuild(output, **options):
    with replacing(output, **options) as (new, _):
        fill(new)


def tree(folder):
    return {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def workshop(output):
    return output.parent / f".mdr-build-{output.name}"


@pytest.mark.verifies("REQ-WRI-01")
def test_the_new_output_takes_the_place_of_the_old(old, way):
    with replacing(old) as (new, _):
        fill(new)
        assert tree(old)["data/dossier.json"] == "old"
    assert tree(old) == whole(NEW)
    assert not workshop(old).exists()


def test_a_first_output_and_its_missing_parents(tmp_path, way):
    target = tmp_path / "a" / "b" / "out"
    with replacing(target) as (new, _):
        fill(new)
    assert tree(target) == whole(NEW)


@pytest.mark.verifies("REQ-WRI-01")
@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), WriteError("x"), KeyboardInterrupt(), RuntimeError("x")]
)
def test_whatever_fails_the_old_output_is_whole(old, way, error):
    before = tree(old)

    def work():
        with replacing(old) as (new, _):
            fill(new)
            raise error

    with pytest.raises(type(error)):
        work()
    assert tree(old) == before
    assert not (workshop(old) / "new").exists()
    with replacing(old) as (new, _):
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
    with replacing(old) as (new, _):
        assert list(new.iterdir()) == []
        fill(new)
    assert tree(old) == whole(NEW)
    assert not workshop(old).exists()


@pytest.mark.verifies("REQ-WRI-02")
@pytest.mark.parametrize("then", ["works", "fails"])
def test_a_build_killed_between_two_renames_is_repaired_by_the_next(old, way, then):
    before = tree(old)
    (workshop(old)).mkdir()
    old.rename(workshop(old) / "old")
    (workshop(old) / "new").mkdir()

    def work():
        with replacing(old) as (new, _):
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
    monkeypatch.setattr(module, "_at_once", lambda first, second: False)
    before, rename, count = tree(old), Path.rename, [0]

    def locked(path, target):
        count[0] += 1
        if count[0] == which:
            raise PermissionError(errno.EACCES, "locked by another program")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", locked)

    def work():
        with replacing(old) as (new, _):
            fill(new)

    with pytest.raises(PermissionError):
        work()
    assert tree(old) == before


KILLED = """
import os, sys
from pathlib import Path
from mdr_blueprint.write import exchange, output
if sys.argv[2] == "between":
    exchange._at_once = lambda first, second: False
    rename, count = Path.rename, [0]
    def die(path, target):
        count[0] += 1
        if count[0] == 2:
            os.kill(os.getpid(), 9)
        return rename(path, target)
    Path.rename = die
with output.replacing(Path(sys.argv[1])) as (new, _):
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
    with replacing(old) as (new, _):
        assert tree(old) == before
        fill(new)
    assert tree(old) == whole(NEW)
    assert not workshop(old).exists()


@pytest.mark.verifies("REQ-WRI-03")
def test_two_builds_at_once(old):
    inside, done = threading.Event(), threading.Event()

    def first():
        with replacing(old) as (new, _):
            fill(new, "first")
            inside.set()
            done.wait(10)

    thread = threading.Thread(target=first)
    thread.start()
    inside.wait(10)
    try:
        with pytest.raises(WriteError, match="another build"), replacing(old) as (new, _):
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
    with replacing(tmp_path / "empty") as (new, _):
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
    files = {"data/dossier.json": "new", "site/deep/page.html": "old"}
    with replacing(old, ("site", "workbooks")) as (new, _):
        assert tree(new) == {"site/deep/page.html": "old"}
        put(new, whole(files))
    assert tree(old) == whole(files)


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
    with replacing(old, ("site",)) as (new, _):
        fill(new)
    assert tree(old)["site/deep/page.html"] == "old"


def test_a_later_change_of_the_new_output_does_not_reach_into_a_kept_file(old):
    copy = old.parent / "copy"
    shutil.copytree(old, copy)
    with replacing(old, ("site",)) as (new, _):
        fill(new)
    assert tree(copy)["site/deep/page.html"] == "old"


def test_parts_have_folders_of_their_own():
    folders = [folder for part in PARTS.values() for folder in part]
    assert len(set(folders)) == len(folders)


# What a build replaces: what its own manifest lists, unchanged


def everything(folder):
    """All that lies in a folder: files with their text, folders, links with where they lead."""
    return {
        path.relative_to(folder).as_posix(): str(path.readlink()) if path.is_symlink() else None if path.is_dir() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
    }


EXTRA = {
    "a note": ("NOTES.txt", lambda place: place.write_text("years of work")),
    "a note in a part": ("site/deep/NOTES.txt", lambda place: place.write_text("years of work")),
    "an archive": ("archive/", lambda place: put(place, {"v1.docx": "signed"})),
    "an empty folder": ("drafts/", lambda place: place.mkdir()),
    "an empty folder in a part": ("site/deep/drafts/", lambda place: place.mkdir()),
    "a repository": (".git/", lambda place: put(place, {"HEAD": "ref: refs/heads/gh-pages"})),
    "a work tree": (".git", lambda place: place.write_text("gitdir: ../.git/worktrees/build")),
    "a repository in a part": ("site/.git/", lambda place: put(place, {"HEAD": "ref: refs/heads/gh-pages"})),
    "a manifest in a part": ("data/manifest.json", lambda place: place.write_text("{}")),
    "a link to a folder": ("archive", lambda place: place.symlink_to("../victim")),
    "a link to a folder in a part": ("site/more", lambda place: place.symlink_to("../../victim")),
    "a link to a file": ("site/x.html", lambda place: place.symlink_to("../../victim/new/file")),
    "a link to nothing": ("site/y.html", lambda place: place.symlink_to("nothing")),
    "a pipe": ("site/pipe", os.mkfifo if hasattr(os, "mkfifo") else lambda place: pytest.skip("no pipes")),
}


@pytest.fixture
def victim(old):
    """A folder of the user beside the output, with everything that a build removes in its own."""
    return put(old.parent / "victim", {"file": "precious", "lock": "precious", "new/file": "precious", "old/file": "precious"})


@pytest.mark.verifies("REQ-WRI-04")
@pytest.mark.parametrize("edited", [False, True], ids=["", "with --overwrite-edited"])
@pytest.mark.parametrize("what", EXTRA)
def test_what_the_manifest_does_not_list_is_refused_and_not_touched(old, victim, what, edited):
    name, make = EXTRA[what]
    make(old / name.rstrip("/"))
    names = lambda: sorted(path.relative_to(old.parent).as_posix() for path in old.parent.rglob("*"))  # noqa: E731
    before = names()
    for keep in ((), ("site", "data")):
        with pytest.raises(UsageError, match="holds what no build wrote") as refusal:
            rebuild(old, keep=keep, overwrite_edited=edited)
        assert f"({name})" in str(refusal.value)
        assert "move it away" in str(refusal.value)
        assert ("git work tree" in str(refusal.value)) == (name.strip("/") == ".git")
    assert names() == before
    assert tree(victim) == {"file": "precious", "lock": "precious", "new/file": "precious", "old/file": "precious"}


@pytest.mark.verifies("REQ-WRI-04")
def test_a_refusal_names_the_first_few_in_signs_that_a_terminal_can_show(old):
    put(old, {f"note {number}\x1b[2J": "x" for number in range(5)})
    with pytest.raises(UsageError, match=r"\(note 0�\[2J, note 1�\[2J, note 2�\[2J and 2 more\)"):
        rebuild(old)


@pytest.mark.verifies("REQ-WRI-04")
def test_an_edited_file_is_named_and_kept_until_the_user_says_otherwise(old):
    (old / "site" / "deep" / "page.html").write_text("my own words")
    before = everything(old)
    with pytest.raises(UsageError, match=r"1 edited file \(site/deep/page\.html\).*--overwrite-edited"):
        rebuild(old)
    put(old, {"data/dossier.json": "{}"})
    with pytest.raises(UsageError, match=r"2 edited files \(data/dossier\.json, site/deep/page\.html\)"):
        rebuild(old)
    put(old, {"data/dossier.json": "old"})
    assert everything(old) == before
    rebuild(old, overwrite_edited=True)
    assert tree(old) == whole(NEW)


@pytest.mark.verifies("REQ-WRI-04")
@pytest.mark.parametrize("forged", [
    {"../victim/file": "precious", "site/../../victim/file": "precious"}, {"/etc/hostname": "x"}, {"NOTES.txt": "precious"},
    {".git/HEAD": "precious"}, {"site/.git/HEAD": "precious"}, {"site/.GIT/HEAD": "precious"}, {"archive/v1.docx": "precious"},
], ids=str)  # fmt: skip
def test_a_forged_manifest_makes_no_build_remove_other_files(old, victim, forged):
    put(old, {path: text for path, text in forged.items() if not path.startswith(("/", "..", "site/.."))})
    (old / MANIFEST).write_text(sealed({"site/deep/page.html": "old", "data/dossier.json": "old", **forged}))
    inside, beside = everything(old), everything(victim)
    if any(".." in path or path.startswith("/") for path in forged):
        rebuild(old)  # such a path is nothing that lies in the folder
        assert tree(old) == whole(NEW)
    else:
        with pytest.raises(UsageError, match="holds what no build wrote"):
            rebuild(old, overwrite_edited=True)
        assert everything(old) == inside
    assert everything(victim) == beside


@pytest.mark.verifies("REQ-WRI-04")
@pytest.mark.parametrize("outputs", [None, [], "site/deep/page.html", {"site/deep/page.html": 1, "data/dossier.json": None}, {}])
def test_a_manifest_without_hashes_gives_nothing_away(old, outputs):
    (old / MANIFEST).write_text(json.dumps({"tool": "mdr-blueprint 0.0", "outputs": outputs}))
    before = everything(old)
    with pytest.raises(UsageError, match="holds what no build wrote"):
        rebuild(old)
    assert everything(old) == before


@pytest.mark.verifies("REQ-WRI-04")
@pytest.mark.parametrize("make", [lambda place: place.write_text("[" * 200_000), lambda place: place.mkdir(),
                                  lambda place: place.symlink_to("elsewhere.json"),
                                  os.mkfifo if hasattr(os, "mkfifo") else lambda place: place.write_text("")])  # fmt: skip
def test_an_odd_manifest_is_none(old, make):
    (old / MANIFEST).rename(old / "elsewhere.json")
    make(old / MANIFEST)
    with pytest.raises(UsageError, match="no output of this program"):
        rebuild(old)
    assert tree(old)["site/deep/page.html"] == "old"


@pytest.mark.verifies("REQ-WRI-04")
def test_a_manifest_alone_is_somebody_elses_unless_it_is_ours(tmp_path):
    put(tmp_path / "app", {MANIFEST: '{"name": "a web app"}'})
    with pytest.raises(UsageError, match=r"no output of this program \(manifest\.json\)"):
        rebuild(tmp_path / "app")
    assert tree(tmp_path / "app") == {MANIFEST: '{"name": "a web app"}'}
    put(tmp_path / "app", {MANIFEST: sealed({})})
    rebuild(tmp_path / "app")
    assert tree(tmp_path / "app") == whole(NEW)


def test_a_listed_file_may_be_gone_and_what_systems_leave_goes_with_the_old_output(old):
    shutil.rmtree(old / "data")
    put(old, {".DS_Store": "x", "site/Thumbs.db": "x", "site/deep/desktop.ini": "x"})
    rebuild(old)
    assert tree(old) == whole(NEW)
    for path in old.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    put(old, {".DS_Store": "x"})
    rebuild(old)
    assert tree(old) == whole(NEW)


def test_an_emptied_part_is_no_folder_of_somebody_else(old):
    (old / "data" / "dossier.json").unlink()
    (old / "documents").mkdir()
    rebuild(old, keep=("documents",))
    assert (old / "documents").is_dir()


@pytest.mark.verifies("REQ-WRI-04")
@pytest.mark.parametrize(("path", "words"), [("NOTES.txt", "no build wrote"), ("site/deep/page.html", "1 edited file")])
def test_what_appears_while_the_build_runs_is_not_lost(old, way, path, words):
    def work():
        with replacing(old) as (new, _):
            fill(new)
            put(old, {path: "years of work"})

    with pytest.raises(UsageError, match=words):
        work()
    assert tree(old) == whole({"site/deep/page.html": "old", "data/dossier.json": "old"}) | {path: "years of work"}
    assert not workshop(old).exists()


def test_a_second_look_reads_only_what_changed(old, monkeypatch):
    hashed = []
    digest = hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", lambda stream, name: hashed.append(Path(stream.name).name) or digest(stream, name))
    with replacing(old) as (new, _):
        fill(new)
        (old / "data" / "dossier.json").write_text("old")
    assert sorted(hashed) == ["dossier.json", "dossier.json", "page.html"]


@pytest.mark.verifies("REQ-WRI-05", "REQ-OUT-07")
def test_a_part_that_is_kept_is_never_blessed_with_another_hash(make_project):
    root = make_project({"x.yaml": "hazards: {HZ-1: {title: x}}\n"})
    build(root, only=["data", "excel"])
    data, manifest = root / "build" / "data" / "dossier.json", root / "build" / MANIFEST
    first = json.loads(manifest.read_text("utf-8"))["outputs"]
    data.write_text("{}")
    with pytest.raises(UsageError, match=r"1 edited file \(data/dossier\.json\)"):
        build(root, only=["excel"])
    build(root, only=["excel"], overwrite_edited=True)
    assert data.read_text("utf-8") == "{}"
    assert json.loads(manifest.read_text("utf-8"))["outputs"] == first
    with pytest.raises(UsageError, match=r"1 edited file \(data/dossier\.json\)"):
        build(root)
    build(root, only=["data"], overwrite_edited=True)
    assert hashlib.sha256(data.read_bytes()).hexdigest() == json.loads(manifest.read_text("utf-8"))["outputs"]["data/dossier.json"]
    assert json.loads(manifest.read_text("utf-8"))["outputs"] == first


def test_a_kept_file_that_is_gone_is_in_no_manifest(make_project):
    root = make_project({})
    build(root, only=["data", "excel"])
    (root / "build" / "data" / "dossier.json").unlink()
    build(root, only=["excel"])
    assert set(json.loads((root / "build" / MANIFEST).read_text("utf-8"))["outputs"]) == {"workbooks/technical_file.xlsx"}


# Nothing outside is touched through a link


def place(old, name):
    return {"workshop": workshop(old), "lock": workshop(old) / "lock", "new": workshop(old) / "new", "old": workshop(old) / "old"}[name]


@pytest.mark.verifies("REQ-WRI-06")
@pytest.mark.parametrize("to", ["folder", "file", "nothing"])
@pytest.mark.parametrize("name", ["workshop", "lock", "new", "old"])
@pytest.mark.parametrize("missing", [False, True], ids=["", "first build"])
def test_a_link_where_a_build_works_is_refused(old, victim, name, to, missing):
    if missing:
        shutil.rmtree(old)
    link = place(old, name)
    link.parent.mkdir(exist_ok=True)
    link.symlink_to({"folder": victim, "file": victim / "file", "nothing": old.parent / "nothing"}[to])
    before = everything(old.parent)
    with pytest.raises(UsageError, match="is a link") as refusal:
        rebuild(old)
    assert str(link) in str(refusal.value)
    assert "remove it" in str(refusal.value)
    after = everything(old.parent)
    if name in ("new", "old"):
        after.pop(f"{workshop(old).name}/lock", None)
    assert after == before
    link.unlink()
    rebuild(old)
    assert tree(old) == whole(NEW)
    assert not workshop(old).exists()


@pytest.mark.verifies("REQ-WRI-06")
@pytest.mark.parametrize("name", ["workshop", "lock", "new", "old"])
def test_what_is_of_another_kind_where_a_build_works_is_refused(old, name):
    odd = place(old, name)
    odd.parent.mkdir(exist_ok=True)
    odd.mkdir() if name == "lock" else odd.write_text("x")
    with pytest.raises(UsageError, match=r"is a (file|folder), .*remove it"):
        rebuild(old)
    assert os.path.lexists(odd)


@pytest.mark.verifies("REQ-WRI-06", "REQ-WRI-02")
@pytest.mark.parametrize("files", [{"site/index.html": "x"}, {MANIFEST: '{"tool": "make"}', "x": "x"}])
def test_only_an_old_output_of_ours_is_put_back(old, files):
    shutil.rmtree(old)
    put(workshop(old) / "old", files)
    with replacing(old) as (new, previous):
        assert not old.exists()
        assert not previous.files
        fill(new)
    assert tree(old) == whole(NEW)
    assert not workshop(old).exists()


@pytest.mark.verifies("REQ-WRI-04", "REQ-WRI-02")
def test_an_old_output_that_is_put_back_is_looked_at_like_any_other(old):
    (workshop(old)).mkdir()
    put(old, {"NOTES.txt": "years of work"})
    old.rename(workshop(old) / "old")
    with pytest.raises(UsageError, match="no build wrote"):
        rebuild(old)
    assert tree(old)["NOTES.txt"] == "years of work"


def test_what_somebody_put_into_the_workshop_stays(old):
    put(workshop(old), {"NOTES.txt": "years of work"})
    rebuild(old)
    assert tree(workshop(old)) == {"NOTES.txt": "years of work"}


@pytest.mark.verifies("REQ-WRI-06")
@pytest.mark.parametrize("to", ["../victim", "../victim/empty", "../nothing", "inside", "build"])
@pytest.mark.parametrize("given", [None, "build", "build/deep", "risk/../build"])
def test_no_link_of_the_project_is_followed_to_the_output(make_project, old, victim, given, to):
    root = make_project({"risk/x.yaml": "", "inside/file": "x"})
    (victim / "empty").mkdir()
    (root / "build").symlink_to(to)
    before = everything(root.parent)
    with pytest.raises(UsageError, match=r"build is a link \(to .*remove it"):
        build(root, None if given is None else root / given, only=["data"])
    assert everything(root.parent) == before


def test_a_link_of_the_user_is_followed(make_project, tmp_path):
    root = make_project({})
    (tmp_path / "disk" / "deep").mkdir(parents=True)
    (tmp_path / "way").symlink_to("disk/deep/../deep")
    (tmp_path / "project link").symlink_to(root)
    for _ in range(2):
        assert build(root, tmp_path / "way" / "out", only=["data"]).output == (tmp_path / "disk" / "deep" / "out").resolve()
        assert build(tmp_path / "project link", tmp_path / "project link" / "out", only=["data"]).output == root.resolve() / "out"
    (tmp_path / "out").symlink_to("disk/deep/out")
    build(root, tmp_path / "out", only=["data"])
    assert (tmp_path / "out").is_symlink()
    (tmp_path / "through").symlink_to("project/back")
    (root / "back").symlink_to("../disk")
    with pytest.raises(UsageError, match="back is a link"):
        build(root, tmp_path / "through" / "out", only=["data"])
    (tmp_path / "circle").symlink_to("circle")
    with pytest.raises(UsageError, match="circle"):
        build(root, tmp_path / "circle", only=["data"])


@pytest.mark.verifies("REQ-WRI-06")
def test_a_repository_with_links_costs_nobody_a_file(make_project, victim):
    """As a clone brings it: the workshop of the default output leads out of the project."""
    root = make_project({})
    (root / ".mdr-build-build").symlink_to("../victim")
    before = everything(victim)
    with pytest.raises(UsageError, match=r"\.mdr-build-build is a link"):
        build(root, only=["data"])
    assert everything(victim) == before
    assert not (root / "build").exists()


def test_a_mount_point_cannot_be_exchanged(old, monkeypatch):
    monkeypatch.setattr(os.path, "ismount", lambda path: path == old)
    with pytest.raises(UsageError, match=r"is a mount point.*choose a folder in it"):
        rebuild(old)


def test_a_mount_point_that_is_seen_only_by_its_exchange(old, monkeypatch):
    before = tree(old)
    monkeypatch.setattr(module, "_at_once", lambda first, second: False)

    def busy(path, target):
        raise OSError(errno.EBUSY, "Device or resource busy")

    monkeypatch.setattr(Path, "rename", busy)
    with pytest.raises(WriteError, match="choose a folder in it"):
        rebuild(old)
    assert tree(old) == before
