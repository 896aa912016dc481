"""Which state an output shows: commit and cleanliness in git, the content outside it."""

from __future__ import annotations

from datetime import date

import pytest

from mdr_blueprint import revision
from mdr_blueprint.load import load
from mdr_blueprint.pipeline import input_hashes, newest_day
from mdr_blueprint.revision import REFUSED, SHALLOW, read_revision
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
def repository(make_project, git):
    root = make_project(FILES)
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "First state")
    return root


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
    for number in range(revision.HISTORY + 3):
        (repository / "risk.yaml").write_text(f"hazards: {{HZ-{number}: {{title: x}}}}\n")
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"2026-04-{number + 1:02}T12:00:00Z")
        git(repository, "commit", "-q", "-a", "-m", f"Change {number}: Ümlaut, \x1d 'quotes' and \"more\"")
    state = read_of(repository)
    assert len(state.history) == revision.HISTORY
    assert state.history[0].subject == f"Change {revision.HISTORY + 2}: Ümlaut,   'quotes' and \"more\""
    assert state.history[0].day == state.day == date(2026, 4, revision.HISTORY + 3)


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
    assert state.doubt == REFUSED


@pytest.mark.verifies("REQ-REV-03")
def test_outside_git_the_newest_day_of_the_records_is_today(make_project):
    def day(text):
        return newest_day(load(read(make_project({"x.yaml": text}))))

    assert day(
        "runs: {RUN-1: {test: TC-1, date: 2026-05-01}}\nevidence: {EV-1: {title: x, date: 2026-02-01}, EV-2: {title: x}}\n"
    ) == date(2026, 5, 1)
    assert day("hazards: {}\n") == date(2017, 5, 5)
