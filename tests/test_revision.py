"""Which state an output shows: commit and cleanliness in git, the content outside it."""

from __future__ import annotations

import subprocess
from datetime import date
from hashlib import sha256

import pytest

from mdr_blueprint.load import load
from mdr_blueprint.pipeline import build, input_hashes, newest_day
from mdr_blueprint.revision import read_revision
from mdr_blueprint.revision.state import HISTORY, NO_COMMIT, SHALLOW, UNDATED
from mdr_blueprint.source import read

FILES = {
    "risk.yaml": "hazards: {HZ-1: {title: x}}\n",
    "evidence/e.md": "# 1 A\n",
    "build/old.txt": "old\n",
    "docs/a.md": "notes\n",
}


def read_of(root):
    sources = read(root)
    return read_revision(root, input_hashes(sources, load(sources)))


@pytest.fixture
def repository(make_repository):
    return make_repository(FILES)


@pytest.mark.verifies("REQ-REV-01")
def test_a_clean_commit(repository, git):
    state = read_of(repository)
    commit = git(repository, "rev-parse", "HEAD").strip()
    assert (state.name, state.dirty, state.day) == (commit, False, date(2026, 3, 4))
    assert str(state) == f"{commit[:12]} (clean)"
    assert [(change.author, change.subject) for change in state.history] == [("A. Author", "First state")]


@pytest.mark.verifies("REQ-REV-01")
@pytest.mark.parametrize(
    "change", ["risk.yaml", "project.yaml", "evidence/e.md", "new.yaml", "templates/documents/x.md.j2", "deep/new.yaml"]
)
def test_a_changed_or_untracked_input_is_dirty(repository, change):
    path = repository / change
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(path.read_text() + "# more\n" if path.exists() else "# new\n")
    state = read_of(repository)
    assert state.dirty
    assert str(state).endswith(" (dirty)")


@pytest.mark.verifies("REQ-REV-01")
def test_staged_deleted_and_renamed_inputs_are_dirty(repository, git):
    git(repository, "mv", "risk.yaml", "renamed.yaml")
    assert read_of(repository).dirty
    git(repository, "mv", "renamed.yaml", "risk.yaml")
    assert not read_of(repository).dirty
    (repository / "risk.yaml").unlink()
    assert read_of(repository).dirty


@pytest.mark.verifies("REQ-REV-01")
@pytest.mark.parametrize(
    "path",
    [
        "build/new.txt",
        "build/old.txt",
        "docs/a.md",
        "docs/b.md",
        ".cache/x",
        ".hidden",
        ".mdr-build-build/new/x",
        "README.md",
        "photos/a.jpg",
        "mkdocs.yml",
    ],
)
def test_what_is_no_input_does_not_count(repository, path):
    (repository / path).parent.mkdir(parents=True, exist_ok=True)
    (repository / path).write_text("changed\n")
    assert not read_of(repository).dirty


@pytest.mark.verifies("REQ-REV-01")
def test_a_commit_that_touches_no_input_is_not_the_revision(repository, git):
    before = read_of(repository)
    (repository / "docs" / "a.md").write_text("changed\n")
    (repository / "build" / "old.txt").write_text("changed\n")
    (repository / ".gitignore").write_text("build\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "Notes only")
    assert read_of(repository) == before


@pytest.mark.verifies("REQ-REV-01")
def test_evidence_outside_its_folder_is_an_input_once_a_record_names_it(repository, git):
    (repository / "reports").mkdir()
    (repository / "reports" / "r.md").write_text("# 1 A\n")
    assert not read_of(repository).dirty
    (repository / "more.yaml").write_text("evidence: {EV-1: {title: x, path: reports/r.md}}\n")
    git(repository, "add", "more.yaml")
    git(repository, "commit", "-q", "-m", "Record")
    assert read_of(repository).dirty
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "Report")
    assert [change.subject for change in read_of(repository).history] == ["Report", "Record", "First state"]


def test_ignored_files_do_not_count(repository, git):
    (repository / ".gitignore").write_text("*.tmp\n")
    (repository / "x.tmp").write_text("x")
    assert not read_of(repository).dirty


@pytest.mark.verifies("REQ-REV-02")
def test_a_project_in_a_subfolder_counts_only_its_own_changes(tmp_path, git, make_project):
    root = make_project(FILES, name="repo/devices/one")
    top = tmp_path / "repo"
    (top / "README.md").write_text("x\n")
    git(top, "init", "-q", "-b", "main")
    git(top, "add", "-A")
    git(top, "commit", "-q", "-m", "Device")
    device = read_of(root)
    (top / "README.md").write_text("y\n")
    assert read_of(root) == device
    git(top, "commit", "-q", "-a", "-m", "Elsewhere")
    assert read_of(root) == device
    (root / "risk.yaml").write_text("hazards: {}\n")
    assert read_of(root).dirty


@pytest.mark.verifies("REQ-REV-02")
def test_history_is_newest_first_and_bounded(repository, git, monkeypatch):
    for number in range(HISTORY + 3):
        (repository / "risk.yaml").write_text(f"hazards: {{HZ-{number}: {{title: x}}}}\n")
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"2026-04-{number + 1:02}T12:00:00Z")
        git(repository, "commit", "-q", "-a", "-m", f"Change {number}: Ümlaut, \x1d 'quotes' and \"more\"")
    state = read_of(repository)
    assert len(state.history) == HISTORY
    assert state.history[0].subject == f"Change {HISTORY + 2}: Ümlaut,   'quotes' and \"more\""
    assert state.history[0].day == state.day == date(2026, 4, HISTORY + 3)


@pytest.mark.verifies("REQ-REV-01")
def test_outside_git_the_content_is_the_revision(make_project):
    root = make_project(FILES)
    state = read_of(root)
    assert state.name.startswith("content:")
    assert (state.dirty, state.day, state.history) == (False, None, ())
    assert str(state) == state.name
    assert len(state.short) == len("content:") + 12
    (root / "build" / "old.txt").write_text("changed")
    assert read_of(root) == state
    (root / "risk.yaml").write_text("hazards: {HZ-2: {title: x}}\n")
    assert read_of(root) != state


def test_the_same_content_elsewhere_is_the_same_revision(make_project):
    assert read_of(make_project(FILES, name="a")) == read_of(make_project(FILES, name="b"))
    renamed = {("other.yaml" if path == "risk.yaml" else path): text for path, text in FILES.items()}
    assert read_of(make_project(renamed, name="c")) != read_of(make_project(FILES, name="d"))


@pytest.mark.parametrize("state", ["no commit", "no git"])
def test_a_repository_without_a_commit_and_a_machine_without_git(make_project, git, monkeypatch, state):
    root = make_project(FILES)
    if state == "no commit":
        git(root, "init", "-q")
    else:
        monkeypatch.setenv("PATH", str(root))
    assert read_of(root).name.startswith("content:")
    assert not read_of(root).doubt


def test_a_project_that_a_repository_does_not_track(repository, git):
    inner = repository / "inner"
    inner.mkdir()
    (inner / "project.yaml").write_text("project: {title: Not committed}\n")
    assert read_of(inner).name.startswith("content:")


@pytest.mark.verifies("REQ-REV-01")
def test_a_hook_of_git_does_not_point_elsewhere(repository, git, monkeypatch):
    before = read_of(repository)
    monkeypatch.setenv("GIT_DIR", ".git/nowhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    monkeypatch.setenv("GIT_LITERAL_PATHSPECS", "1")
    assert read_of(repository) == before
    (repository / "risk.yaml").write_text("hazards: {}\n")
    assert read_of(repository).dirty


@pytest.mark.verifies("REQ-REV-01")
def test_a_shallow_clone_says_so(repository, git, tmp_path):
    assert not read_of(repository).doubt
    (repository / "README.md").write_text("no input")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "No input")
    for depth, doubt in (("1", SHALLOW), ("9", "")):
        clone = tmp_path / f"depth-{depth}"
        git(tmp_path, "clone", "-q", "--depth", depth, repository.as_uri(), str(clone))
        assert read_of(clone).doubt == doubt


@pytest.mark.parametrize("trouble", ["damaged", "no git"])
@pytest.mark.verifies("REQ-REV-01")
def test_a_repository_that_cannot_be_opened_is_told(repository, monkeypatch, trouble):
    if trouble == "damaged":
        (repository / ".git" / "HEAD").unlink()
    else:
        monkeypatch.setenv("PATH", str(repository))
    state = read_of(repository)
    assert state.name.startswith("content:")
    told = "`HEAD` of the repository cannot be read" if trouble == "damaged" else "git is not installed"
    assert state.doubt.startswith(told)
    assert state.doubt.endswith(NO_COMMIT)


@pytest.mark.verifies("REQ-REV-03")
def test_outside_git_the_newest_day_of_the_records_is_today(make_project):
    def day(text):
        return newest_day(load(read(make_project({"x.yaml": text}))))

    assert day(
        "runs: {RUN-1: {test: TC-1, date: 2026-05-01}}\nevidence: {EV-1: {title: x, date: 2026-02-01}, EV-2: {title: x}}\n"
    ) == date(2026, 5, 1)
    assert day("hazards: {}\n") == date(2017, 5, 5)


@pytest.mark.verifies("REQ-REV-01")
@pytest.mark.parametrize("form", ["sha256", "split index", "packed references", "linked work tree", "separate folder", "submodule", "detached", "replaced"])
def test_every_form_of_a_repository_is_read(make_project, git, tmp_path, form):
    root = make_project(FILES)
    if form == "separate folder":
        git(root, "init", "-q", "-b", "main", "--separate-git-dir", str(tmp_path / "elsewhere"))
    else:
        git(root, "init", "-q", "-b", "main", *(["--object-format=sha256"] if form == "sha256" else []))
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "First state")
    commit = git(root, "rev-parse", "HEAD").strip()
    if form == "split index":
        git(root, "update-index", "--split-index")
    elif form == "packed references":
        git(root, "pack-refs", "--all")
    elif form == "linked work tree":
        git(root, "worktree", "add", "-q", "-b", "other", str(tmp_path / "linked"))
        root = tmp_path / "linked"
    elif form == "submodule":
        git(tmp_path, "init", "-q", "-b", "main", "outer")
        git(tmp_path / "outer", "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", root.as_uri(), "device")
        root = tmp_path / "outer" / "device"
    elif form == "detached":
        git(root, "checkout", "-q", "--detach")
    elif form == "replaced":
        git(root, "replace", commit, git(root, "commit-tree", f"{commit}^{{tree}}", "-m", "Another history").strip())
    state = read_of(root)
    assert (state.name, state.dirty, state.doubt) == (commit, False, "")
    assert [change.subject for change in state.history] == ["First state"]
    (root / "risk.yaml").write_text("hazards: {}\n")
    assert read_of(root).dirty


@pytest.mark.verifies("REQ-REV-01")
def test_other_line_ends_are_no_change(repository):
    (repository / "risk.yaml").write_bytes(FILES["risk.yaml"].replace("\n", "\r\n").encode())
    assert not read_of(repository).dirty
    (repository / "risk.yaml").write_bytes(FILES["risk.yaml"].replace("x", "y").replace("\n", "\r\n").encode())
    assert read_of(repository).dirty


@pytest.mark.verifies("REQ-REV-01")
def test_a_large_file_kept_elsewhere_is_compared_by_its_hash(repository, git):
    content = b"%PDF of many pages"
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256(content).hexdigest()}\nsize {len(content)}\n"
    (repository / "evidence" / "e.pdf").write_text(pointer)
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "Report")
    assert not read_of(repository).dirty
    (repository / "evidence" / "e.pdf").write_bytes(content)
    assert not read_of(repository).dirty
    (repository / "evidence" / "e.pdf").write_bytes(content + b"!")
    assert read_of(repository).dirty


@pytest.mark.verifies("REQ-REV-01")
def test_a_file_that_became_a_link_is_a_change(repository, git):
    (repository / "evidence").rename(repository.parent / "away")
    (repository / "evidence").symlink_to(repository.parent / "away")
    (repository / ".git" / "info" / "exclude").write_text("evidence\n")  # the link alone would be an untracked file
    assert read_of(repository).dirty
    git(repository, "checkout", "-q", "--", ".")


def test_a_link_is_compared_as_a_link(repository, git):
    (repository / "evidence" / "same.md").symlink_to("e.md")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "Link")
    assert not read_of(repository).dirty
    (repository / "evidence" / "same.md").unlink()
    (repository / "evidence" / "same.md").symlink_to("../risk.yaml")
    assert read_of(repository).dirty


def test_what_is_outside_of_a_sparse_checkout_is_not_missing(repository, git):
    (repository / "more").mkdir()
    (repository / "more" / "x.yaml").write_text("hazards: {}\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "More")
    git(repository, "update-index", "--skip-worktree", "more/x.yaml")
    (repository / "more" / "x.yaml").unlink()
    assert not read_of(repository).dirty


def test_a_change_that_git_was_asked_not_to_see_is_seen(repository, git):
    git(repository, "update-index", "--assume-unchanged", "risk.yaml")
    (repository / "risk.yaml").write_text("hazards: {}\n")
    assert read_of(repository).dirty


@pytest.mark.verifies("REQ-REV-01")
def test_damage_is_told_and_no_commit_is_not(repository, git):
    git(repository, "checkout", "-q", "--orphan", "empty")
    assert not read_of(repository).doubt
    git(repository, "checkout", "-q", "-f", "main")
    for file in (repository / ".git" / "objects").glob("??/*"):
        file.unlink()
    state = read_of(repository)
    assert state.name.startswith("content:")
    assert state.doubt == f"git cannot read the history of the repository, {NO_COMMIT}"
    (repository / ".git" / "refs" / "heads" / "main").write_bytes(b"\0" * 41)  # as after a power cut
    assert read_of(repository).doubt.startswith("the reference `refs/heads/main` of the repository is damaged")


@pytest.mark.verifies("REQ-REV-01")
@pytest.mark.parametrize("stamp", ["99999999999999", "-1", "x"])
def test_a_commit_of_no_calendar_has_no_day(repository, git, stamp):
    """The year 3170843, or no number at all; git makes such commits, or takes them from a server."""
    tree = git(repository, "write-tree").strip()
    text = f"tree {tree}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> {stamp} +0000\n\nOdd\n"
    call = ["git", "-C", str(repository), "hash-object", "-t", "commit", "--literally", "-w", "--stdin"]
    commit = subprocess.run(call, input=text, capture_output=True, check=True, text=True).stdout.strip()
    git(repository, "reset", "-q", "--soft", commit)
    state = read_of(repository)
    assert state.name == commit
    assert (state.day is None) == bool(state.doubt)
    if stamp == "99999999999999":
        assert state.doubt == UNDATED.format(commit[:12])
        assert not build(repository, repository.parent / "output").report.has_errors
