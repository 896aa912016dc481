"""A repository that came with a project, or as files in it, starts no program and says nothing of its own accord."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mdr_blueprint import compile
from mdr_blueprint.diagnostics import UsageError
from mdr_blueprint.load import load
from mdr_blueprint.pipeline import input_hashes
from mdr_blueprint.revision import read_revision, restore
from mdr_blueprint.source import read
from tests.projects import mdr

FILES = {"risk.yaml": "hazards: {HZ-1: {title: x}}\n", "evidence/e.md": "# 1 A\n"}


@dataclass(frozen=True)
class Trap:
    """What a repository has set; `TRAP` stands for a command that leaves a mark, `HERE` for the folder of the project."""

    config: str
    files: dict[str, str] = field(default_factory=dict)
    springs: tuple[str, ...] = ("status",)
    """The call of git by which the trap would spring; none where no git known to us falls into it."""
    lost: bool = False
    """An object is missing, as in a partial clone, so that git would fetch it."""


PARTIAL = '[core]\n\trepositoryformatversion = 1\n[extensions]\n\tpartialClone = origin\n[remote "origin"]\n\tpromisor = true\n'
MONITOR = '[core]\n\tfsmonitor = "TRAP; false"\n'
ATTRIBUTES = {".gitattributes": "* filter=x diff=x\n"}
LOG = ("log", "-p")
TRAPS = {
    "monitor": Trap(MONITOR),
    "monitor in an included file": Trap("[include]\n\tpath = HERE/evidence/more\n", {"evidence/more": MONITOR}),
    "monitor in a file included on a condition": Trap('[includeIf "gitdir:/**"]\n\tpath = HERE/evidence/more\n', {"evidence/more": MONITOR}),
    "monitor in the settings of the work tree": Trap(
        "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tworktreeConfig = true\n", {".git/config.worktree": MONITOR}
    ),
    "filter": Trap('[filter "x"]\n\tclean = TRAP\n', ATTRIBUTES),
    "filter with an odd name": Trap('[filter "a=b.c"]\n\tclean = TRAP\n', {".gitattributes": "* filter=a=b.c\n"}),
    "filter process": Trap('[filter "x"]\n\tprocess = TRAP\n\trequired = true\n', ATTRIBUTES),
    "fetching from a path": Trap(f"{PARTIAL}\turl = HERE\n\tuploadpack = TRAP;\n", lost=True, springs=LOG),
    "fetching by ssh": Trap(f'{PARTIAL}\turl = ssh://h/x\n[core]\n\tsshCommand = TRAP;\n', lost=True, springs=LOG),
    "fetching by a command": Trap(f'{PARTIAL}\turl = ext::HERE/evidence/run\n[protocol "ext"]\n\tallow = always\n', {"evidence/run": "#!/bin/sh\nTRAP\n"}, lost=True, springs=LOG),
    "fetching through a proxy": Trap(f'{PARTIAL}\turl = git://h/x\n[core]\n\tgitProxy = HERE/evidence/run\n', {"evidence/run": "#!/bin/sh\nTRAP\n"}, lost=True, springs=LOG),
    "difference by a program": Trap("[diff]\n\texternal = TRAP\n", springs=("diff",)),
    "text made by a program": Trap('[diff "x"]\n\ttextconv = "TRAP; cat"\n', ATTRIBUTES, springs=("diff",)),
    "hooks": Trap("[core]\n\thooksPath = HERE/evidence\n", {"evidence/post-index-change": "#!/bin/sh\nTRAP\n"}),
    "signatures": Trap("[log]\n\tshowSignature = true\n[gpg]\n\tprogram = HERE/evidence/run\n", {"evidence/run": "#!/bin/sh\nTRAP\n"}, ()),
    "pager": Trap("[core]\n\tpager = TRAP\n[pager]\n\tlog = TRAP\n\tstatus = TRAP\n", springs=()),
    "alias": Trap("[alias]\n\tlog = !TRAP\n\tstatus = !TRAP\n\tls-files = !TRAP\n\tdiff-index = !TRAP\n", springs=()),
    "another work tree": Trap(f"[core]\n\tworktree = HERE\n{MONITOR}"),
}  # fmt: skip


def set_trap(root: Path, folder: Path, trap: Trap) -> Path:
    """Put a trap into the repository in `folder`; gives the mark that is there once it has sprung."""
    mark = root.parent / "RAN"

    def filled(text: str) -> str:
        return text.replace("TRAP", f"touch {mark}").replace("HERE", str(root))

    with (folder / "config").open("a") as config:
        config.write(filled(trap.config))
    for path, text in trap.files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(filled(text))
        (root / path).chmod(0o755)
    if trap.lost:
        for blob in (folder / "objects").glob("??/*"):
            kind = subprocess.run(["git", "-C", folder, "cat-file", "-t", blob.parent.name + blob.name], capture_output=True, check=False)
            if kind.stdout == b"blob\n":
                blob.unlink()
        mark.unlink(missing_ok=True)
    for path in FILES:
        os.utime(root / path, (1, 1))  # so that git looks at the content
    return mark


@pytest.fixture
def repository(make_repository):
    return make_repository(FILES)


def ask_everything(root: Path, target: Path) -> str:
    """All that the program ever asks git; gives the name of the revision."""
    sources = read(root)
    state = read_revision(root, input_hashes(sources, load(sources)))
    target.mkdir()
    with suppress(UsageError):
        restore(root, "HEAD", target)
    return state.name


@pytest.mark.verifies("REQ-REV-04")
@pytest.mark.parametrize("name", TRAPS)
def test_nothing_that_a_repository_has_set_is_run(repository, tmp_path, git, name):
    commit = git(repository, "rev-parse", "HEAD").strip()
    mark = set_trap(repository, repository / ".git", TRAPS[name])
    assert ask_everything(repository, tmp_path / "earlier") == commit
    assert not mark.exists()
    if TRAPS[name].springs:
        (repository / "risk.yaml").write_text("hazards: {HZ-2: {title: x}}\n")
        subprocess.run(["git", "-C", repository, *TRAPS[name].springs], capture_output=True, check=False)
        assert mark.exists(), "the trap would not have sprung, so this test shows nothing"


def bare(repository: Path) -> Path:
    """What a commit can hold: a repository without a work tree, its files beside project.yaml."""
    embedded = repository.parent / "embedded"
    shutil.copytree(repository, embedded, ignore=shutil.ignore_patterns(".git"))
    for part in ("HEAD", "config", "objects", "refs", "index"):
        copy = shutil.copytree if (repository / ".git" / part).is_dir() else shutil.copy
        copy(repository / ".git" / part, embedded / part)
    config = (embedded / "config").read_text().replace("bare = false", "bare = false\n\tworktree = .")
    (embedded / "config").write_text(config)
    return embedded


@pytest.mark.verifies("REQ-REV-04")
@pytest.mark.parametrize("name", ["monitor", "filter", "fetching from a path", "fetching by a command"])
def test_a_repository_among_the_files_of_a_project_is_not_asked(repository, tmp_path, name):
    embedded = bare(repository)
    mark = set_trap(embedded, embedded, TRAPS[name])
    assert ask_everything(embedded, tmp_path / "earlier").startswith("content:")
    assert not mark.exists()
    subprocess.run(["git", "-C", embedded, *TRAPS[name].springs], capture_output=True, check=False)
    assert mark.exists()


@pytest.mark.verifies("REQ-REV-04")
@pytest.mark.parametrize("command", [("build",), ("status",), ("check", "--since", "HEAD")])
def test_no_command_runs_what_a_clone_brought(repository, git, tmp_path, command):
    """A project that is a repository without a work tree, in a repository that holds it as files, cloned."""
    embedded = bare(repository)
    mark = set_trap(embedded, embedded, TRAPS["monitor"])
    git(tmp_path, "init", "-q", "-b", "main", "outer")
    shutil.copytree(embedded, tmp_path / "outer" / "device")
    git(tmp_path / "outer", "add", "-A")
    git(tmp_path / "outer", "commit", "-q", "-m", "Outer")
    git(tmp_path, "clone", "-q", (tmp_path / "outer").as_uri(), "clone")
    mark.unlink(missing_ok=True)
    done = mdr(*command, cwd=tmp_path / "clone" / "device")
    assert done.returncode in (0, 1), done.stderr
    assert not mark.exists()
    commit = git(tmp_path / "outer", "rev-parse", "HEAD").strip()
    if command == ("build",):
        assert commit in (tmp_path / "clone" / "device" / "build" / "manifest.json").read_text()


@pytest.mark.parametrize("way", ["file", "link", "common folder"])
def test_a_repository_that_leads_into_the_project_is_not_asked(repository, tmp_path, git, way):
    (repository / ".git").rename(repository / "evidence" / "theirs")
    if way == "file":
        (repository / ".git").write_text("gitdir: evidence/theirs\n")
    elif way == "link":
        (repository / ".git").symlink_to("evidence/theirs")
    else:
        git(repository, "init", "-q")
        (repository / ".git" / "commondir").write_text("../evidence/theirs\n")
    sources = read(repository)
    state = read_revision(repository, input_hashes(sources, load(sources)))
    assert state.name.startswith("content:")
    assert state.doubt.startswith("`.git` leads to a folder of the project, which is not asked")


@pytest.mark.parametrize("place", [".git", ".git/HEAD", ".git/packed-refs", ".git/index", ".git/config"])
def test_what_never_ends_is_not_waited_for(repository, monkeypatch, place):
    monkeypatch.setattr("mdr_blueprint.revision.repository.SECONDS", 2)
    target = repository / place
    if target.is_dir():
        target.rename(repository.parent / "away")
    target.unlink(missing_ok=True)
    os.mkfifo(target)
    sources = read(repository)
    state = read_revision(repository, input_hashes(sources, load(sources)))
    assert state.doubt or state.dirty


def test_git_is_never_taken_from_the_working_folder(repository, monkeypatch, git):
    mark = repository.parent / "RAN"
    (repository / "git").write_text(f"#!/bin/sh\ntouch {mark}\n")
    (repository / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(repository)
    assert not mark.exists()
    sources = read(repository)
    assert not read_revision(repository, input_hashes(sources, load(sources))).name.startswith("content:")
    assert not mark.exists()


@pytest.mark.parametrize("place", ["evidence/vendor", "evidence/vendor.git", "."])
def test_a_repository_inside_the_project_is_told(repository, git, place):
    """A clone in a folder, one without a work tree, and one whose files lie beside project.yaml."""
    form = ["--bare"] if place != "evidence/vendor" else []
    git(repository, "init", "-q", *form, str(repository / "inner"))
    for part in (repository / "inner").iterdir():
        (repository / place).mkdir(exist_ok=True)
        part.rename(repository / place / part.name)
    found = [f for f in compile(repository).report.findings if f.code == "DOC850"]
    assert [f.place.path for f in found] == [f"{place}/{'HEAD' if form else '.git'}".removeprefix("./")]


def test_a_submodule_is_told_at_both_ends_of_a_comparison(repository, git, tmp_path):
    git(repository, "rm", "-q", "project.yaml")
    git(repository, "commit", "-q", "-m", "Files and no project")
    git(tmp_path, "init", "-q", "-b", "main", "outer")
    outer = tmp_path / "outer"
    (outer / "project.yaml").write_text("project: {title: P}\n")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", repository.as_uri(), "evidence/vendor")
    git(outer, "add", "-A")
    git(outer, "commit", "-q", "-m", "Outer")
    done = mdr("check", "--since", "HEAD", "--format", "json", cwd=outer)
    assert "DOC850" not in done.stdout
    assert "DOC850" in mdr("check", "--format", "json", cwd=outer).stdout


def test_git_that_falls_silent_is_waited_for_once(repository, tmp_path, monkeypatch):
    """Its list of further folders of objects never ends: whatever is asked, git waits."""
    monkeypatch.setattr("mdr_blueprint.revision.repository.SECONDS", 2)
    (repository / ".git" / "objects" / "info").mkdir(exist_ok=True)
    os.mkfifo(repository / ".git" / "objects" / "info" / "alternates")
    start = time.monotonic()
    state = read_revision(repository, {})
    assert state.doubt.startswith("git has not answered for 2 seconds")
    with pytest.raises(UsageError, match="git has not answered for 2 seconds"):
        restore(repository, "HEAD", tmp_path / "earlier")
    assert time.monotonic() - start < 60


def test_what_is_copied_of_a_repository_is_bounded(repository):
    for number in range(9):
        with (repository / ".git" / f"sharedindex.{number}").open("wb") as part:
            part.truncate(60 * 2**20)
    assert "has more than" in read_revision(repository, {}).doubt
