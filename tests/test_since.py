"""`mdr check --since`: only what is new against a revision, wherever records have moved to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mdr_blueprint.diagnostics import UsageError
from mdr_blueprint.revision import restore

REQUIREMENTS = """requirements:
  REQ-1: {title: Limit, text: The limit holds}
  REQ-2: {title: Cut-out, text: The cut-out acts}
"""
ENVIRONMENT = {
    **os.environ,
    **dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"), "N"),
    **dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "n@example.org"),
    "GIT_CONFIG_GLOBAL": os.devnull,
    "TERM": "dumb",
}


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True, env=ENVIRONMENT)


def check(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-m", "mdr_blueprint", "check", *arguments]
    return subprocess.run(call, cwd=folder, capture_output=True, text=True, check=False, env=ENVIRONMENT)


def new(folder: Path, ref: str = "HEAD") -> set[tuple[str, str, int]]:
    found = json.loads(check(folder, "--since", ref, "--format", "json").stdout)
    return {(finding["code"], finding["path"], finding["line"]) for finding in found}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with many findings in a folder of a larger repository, committed."""
    root = tmp_path / "repository" / "device"
    (root / "evidence").mkdir(parents=True)
    (root / "project.yaml").write_text("project: {title: P, stage: submission}\n")
    (root / "requirements.yaml").write_text(REQUIREMENTS)
    (root / "evidence" / "EV-1.md").write_text("# Report\n\n## 1 Results\n")
    (root / "evidence.yaml").write_text("evidence:\n  EV-1: {title: Report, path: evidence/EV-1.md}\n")
    git(tmp_path / "repository", "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "first")
    return root


@pytest.mark.verifies("REQ-SIN-01")
def test_nothing_is_new_in_what_did_not_change(project):
    assert check(project).returncode == 1
    done = check(project, "--since", "main")
    assert done.returncode == 0
    assert done.stdout.startswith("0 errors, 0 warnings, 0 infos\n0 new findings since main (")
    assert done.stdout.endswith(" known ones not shown, 0 ended)\n")


@pytest.mark.verifies("REQ-SIN-01")
def test_a_record_that_moves_brings_no_finding(project):
    (project / "requirements.yaml").write_text("# a comment\n\nrequirements:\n  REQ-2: {title: Cut-out, text: The cut-out acts}\n")
    (project / "more").mkdir()
    (project / "more" / "limit.yaml").write_text("requirements:\n  REQ-1: {title: Limit, text: The limit holds}\n")
    assert new(project) == set()


@pytest.mark.verifies("REQ-SIN-01")
def test_a_new_fault_is_shown_alone_and_fails(project):
    (project / "requirements.yaml").write_text(REQUIREMENTS.replace("cut-out acts}", "cut-out acts, verified_by: [TC-9]}"))
    assert ("ID112", "requirements.yaml", 3) in new(project)
    assert {line for _, path, line in new(project) if path == "requirements.yaml"} == {3}
    assert check(project, "--since", "main").returncode == 1
    git(project, "commit", "-qam", "second")
    assert new(project) == set()
    assert ("ID112", "requirements.yaml", 3) in new(project, "HEAD~1")


def test_what_was_mended_is_counted(project):
    (project / "requirements.yaml").write_text(REQUIREMENTS.split("  REQ-2")[0])
    done = check(project, "--since", "HEAD")
    assert done.returncode == 0
    assert ", 0 ended)" not in done.stdout


def test_a_finding_that_is_no_longer_waived_is_new(project):
    waiver = "waivers:\n  WV-1: {code: VER502, place: REQ-1, reason: later, approved_by: {name: N, date: 2026-01-01}, expires: 2099-01-01}\n"
    (project / "waivers.yaml").write_text(waiver)
    git(project, "add", "-A")
    git(project, "commit", "-qm", "waived")
    (project / "waivers.yaml").unlink()
    assert ("VER502", "requirements.yaml", 2) in new(project)


def test_a_project_that_did_not_exist_is_all_new(project):
    other = project.parent / "other"
    other.mkdir()
    (other / "project.yaml").write_text("project: {title: Q}\n")
    done = check(other, "--since", "HEAD")
    assert done.stdout.endswith("The project did not exist at HEAD: every finding is new.\n")
    assert len(json.loads(check(other, "--since", "HEAD", "--format", "json").stdout)) == len(
        json.loads(check(other, "--format", "json").stdout)
    )


def test_evidence_counts_as_it_was_committed(project):
    """Evidence that was changed since does not make the earlier state look different."""
    (project / "requirements.yaml").write_text(REQUIREMENTS + "runs:\n  RUN-1: {test: TC-1, evidence: [EV-1#1]}\ntests:\n  TC-1: {title: T}\n")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "run")
    (project / "evidence" / "EV-1.md").write_text("# Report\n")
    assert {code for code, *_ in new(project)} >= {"ID118"}


def test_attributes_of_the_repository_hide_no_file(project):
    (project.parent / ".gitattributes").write_text("* export-ignore\n*.yaml text eol=crlf\n")
    git(project.parent, "add", "-A")
    git(project.parent, "commit", "-qm", "attributes")
    assert new(project) == set()


FAULTY = {
    "a.yaml": "needs:\n  UN-1: {title: x}\n  UN-1: {title: y}\n  UN-2: {title: x, colour: red}\nunheard:\n  X: {}\n",
    "b.yaml": "needs:\n  UN-2: {title: z}\n  UN-3: {title: [x\n",
    "c.yml": "needs:\n  UN-4: {title: x}\n",
}
"""Findings that name lines and files, and some about a file and no record."""


@pytest.mark.verifies("REQ-SIN-01")
def test_findings_about_files_follow_the_file(project):
    for name, text in FAULTY.items():
        (project / name).write_text(text)
    git(project, "add", "-A")
    git(project, "commit", "-qm", "faulty")
    for name, text in FAULTY.items():
        (project / name).write_text(f"# a line more\n{text}")
    assert new(project) == set()
    for name in FAULTY:
        (project / name).rename(project / f"renamed_{name}")
    assert new(project) == set()
    git(project, "add", "-A")
    git(project, "commit", "-qm", "renamed")
    (project / "d.yaml").write_text("unheard_too:\n  Y: {}\n")
    assert new(project) == {("ID106", "d.yaml", 1)}
    (project / "e.yaml").write_text("unheard:\n  Y: {}\n")  # known in another file, but that one is still there
    assert new(project) == {("ID106", "d.yaml", 1), ("ID106", "e.yaml", 1)}


def test_the_same_fault_once_more_is_new(project):
    (project / "a.yaml").write_text("evidence:\n  EV-2: {title: A, path: evidence/none.md}\n")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "a path that leads nowhere")
    (project / "a.yaml").write_text("# x\nevidence:\n  EV-2: {title: A, path: evidence/none.md}\n  EV-3: {title: A, path: evidence/none.md}\n")
    assert {line for _, path, line in new(project) if path == "a.yaml"} == {4}


def test_the_same_words_once_more_in_one_record_are_new(project):
    (project / "a.yaml").write_text("requirements:\n  REQ-3: {title: Limit, text: as in MDCG 2099-1}\n")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "a document that is in no register")
    (project / "a.yaml").write_text("requirements:\n  REQ-3:\n    title: Limit\n    text: as in MDCG 2099-1\n    notes: see MDCG 2099-1\n")
    assert [code for code, path, _ in new(project) if path == "a.yaml" and code == "DOC825"] == ["DOC825"]


def test_a_known_finding_that_is_waived_by_now_is_not_new(project):
    waiver = "waivers:\n  WV-1: {code: VER502, place: REQ-1, reason: later, approved_by: {name: N, date: 2026-01-01}, expires: 2099-01-01}\n"
    (project / "waivers.yaml").write_text(waiver)
    assert not {code for code, path, _ in new(project) if path == "requirements.yaml"}


def test_links_lead_where_they_led(project):
    (project.parent / "shared.md").write_text("# Elsewhere\n")
    (project / "evidence" / "out.md").symlink_to("../../shared.md")
    (project / "evidence" / "in.md").symlink_to(project / "evidence" / "EV-1.md")
    (project / "evidence" / "nowhere.md").symlink_to("../none.md")
    git(project.parent, "add", "-A")
    git(project.parent, "commit", "-qm", "links")
    assert check(project, "--format", "json").stdout.count("the link leads") == 2
    assert new(project) == set()


def test_a_file_for_programs_holds_only_findings(project):
    for form in ("json", "sarif", "gitlab"):
        done = check(project, "--since", "main", "--format", form)
        json.loads(done.stdout)
        assert done.stderr.startswith("0 new findings since main (")
    assert check(project, "--since", "main", "--format", "github").stdout.splitlines()[-1].startswith("0 new findings since main (")


def test_a_branch_that_only_the_remote_has_is_proposed(project):
    git(project, "update-ref", "refs/remotes/origin/release", "HEAD")
    done = check(project, "--since", "release")
    assert done.returncode == 2
    assert "; did you mean origin/release?" in done.stderr


def test_a_shallow_clone_says_what_to_fetch(project, tmp_path):
    git(project, "tag", "v1")
    git(project, "commit", "-q", "--allow-empty", "-m", "second")
    git(tmp_path, "clone", "-q", "--depth", "1", "--no-tags", (project.parent).as_uri(), "clone")
    done = check(tmp_path / "clone" / "device", "--since", "v1")
    assert done.returncode == 2
    assert "git fetch --unshallow" in done.stderr


def test_a_blob_that_is_lost_is_told(project):
    blob = subprocess.run(["git", "rev-parse", "HEAD:./requirements.yaml"], cwd=project, capture_output=True, text=True, check=True).stdout.strip()
    lost = project.parent / ".git" / "objects" / blob[:2] / blob[2:]
    lost.chmod(0o600)
    lost.unlink()
    done = check(project, "--since", "HEAD")
    assert done.returncode == 2
    assert "git cannot read `requirements.yaml`" in done.stderr


def test_without_git_it_is_a_wrong_call(project, monkeypatch):
    monkeypatch.setitem(ENVIRONMENT, "PATH", str(project))
    done = check(project, "--since", "HEAD")
    assert done.returncode == 2
    assert "git is not installed" in done.stderr


@pytest.mark.parametrize("ref", ["nope", "--output=x", "HEAD:device", "", "main..main"])
def test_an_unknown_revision_is_a_wrong_call(project, ref):
    done = check(project, f"--since={ref}")
    assert done.returncode == 2
    assert f"git knows no revision `{ref}`" in done.stderr
    assert not done.stdout


def test_a_name_of_something_else_is_not_proposed_again(project):
    git(project, "tag", "file", "HEAD:./project.yaml")
    done = check(project, "--since", "file")
    assert done.returncode == 2
    assert "`file` names no commit" in done.stderr


def test_outside_a_repository_it_is_a_wrong_call(tmp_path):
    (tmp_path / "project.yaml").write_text("project: {title: P}\n")
    done = check(tmp_path, "--since", "HEAD")
    assert done.returncode == 2
    assert "in no repository that git can read" in done.stderr


def test_the_working_tree_and_the_index_are_left_alone(project):
    (project / "requirements.yaml").write_text(REQUIREMENTS + "# more\n")
    git(project, "add", "requirements.yaml")
    (project / "requirements.yaml").write_text(REQUIREMENTS + "# still more\n")
    before = subprocess.run(["git", "status", "--porcelain"], cwd=project, capture_output=True, check=True).stdout
    check(project, "--since", "HEAD")
    assert subprocess.run(["git", "status", "--porcelain"], cwd=project, capture_output=True, check=True).stdout == before


def crafted(project: Path, *entries: tuple[bytes, bytes, bytes]) -> None:
    """A tag `crafted` on a commit whose tree, beside project.yaml, has these entries: mode, name, content. git makes none like it, and takes it."""

    def stored(kind: str, content: bytes) -> bytes:
        call = ["git", "-C", project, "hash-object", "-t", kind, "--literally", "-w", "--stdin"]
        return subprocess.run(call, input=content, capture_output=True, check=True).stdout.strip()

    def tree(entries):
        parts = []
        for mode, name, content in entries:
            kind = "tree" if mode == b"40000" else "blob"
            parts.append(mode + b" " + name + b"\0" + bytes.fromhex(stored(kind, content).decode()))
        return b"".join(parts)

    project_file = (b"100644", b"project.yaml", b"project: {title: P}\n")
    device = tree([project_file, *entries])
    top = stored("tree", tree([(b"40000", b"device", device)]))
    commit = stored("commit", b"tree " + top + b"\nauthor N <n@e> 1 +0000\ncommitter N <n@e> 1 +0000\n\ncrafted\n")
    git(project, "tag", "crafted", commit.decode())


FILE, LINK = b"100644", b"120000"


@pytest.mark.verifies("REQ-SIN-02")
@pytest.mark.parametrize(
    ("entries", "named"),
    {
        "absolute path": ([(FILE, b"OUTSIDE/victim", b"bad")], "OUTSIDE/victim"),
        "way up": ([(FILE, b"../victim", b"bad")], "../victim"),
        "way up in the middle": ([(FILE, b"a/../../../victim", b"bad")], "a/../../../victim"),
        "two links of one name": ([(LINK, b"x", b"OUTSIDE/victim"), (LINK, b"x", b"bad")], "x"),
        "a file behind a link": ([(LINK, b"x", b"OUTSIDE"), (FILE, b"x/victim", b"bad")], "x/victim"),
        "a link behind a link": ([(LINK, b"x", b"OUTSIDE"), (LINK, b"x/new", b"bad")], "x/new"),
        "a file and a folder": ([(FILE, b"x", b"1"), (FILE, b"x/y", b"2")], "x/y"),
        "a folder and a file": ([(FILE, b"x/y", b"1"), (FILE, b"x", b"2")], "x"),
        "a nothing in a link": ([(LINK, b"x", b"a\0b")], "x"),
        "an empty name": ([(FILE, b"x//y", b"1")], "x//y"),
        "a repository": ([(FILE, b".git/config", b"[core]\n")], ".git/config"),
        "a longer name than any": ([(FILE, b"x" * 5000, b"1")], "x" * 100),
        "a name longer than a file may have": ([(FILE, b"x" * 300, b"1")], "x" * 100),
    }.values(),
)
def test_a_crafted_commit_writes_nothing_and_is_refused_by_name(project, tmp_path, entries, named):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "victim").write_text("whole")
    crafted(project, *((mode, name.replace(b"OUTSIDE", bytes(outside)), text.replace(b"OUTSIDE", bytes(outside))) for mode, name, text in entries))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and ".git/" not in str(path)}
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "mdr_blueprint", "check", "--since", "crafted"],
        cwd=project, capture_output=True, text=True, check=False, env=ENVIRONMENT | {"TMPDIR": str(temporary)},
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert named.replace("OUTSIDE", str(outside)) in done.stderr
    assert "bug of the program" not in done.stderr
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and ".git/" not in str(path)} == before
    assert list(temporary.iterdir()) == []


def test_a_tree_that_holds_itself_many_times_has_an_end(project, monkeypatch):
    """Ten levels of ten folders that are the same one: 10,000,000,000 files in eleven small objects."""
    monkeypatch.setattr("mdr_blueprint.revision.repository.MAX_ANSWER", 1 << 20)

    def stored(kind: str, content: bytes) -> bytes:
        call = ["git", "-C", project, "hash-object", "-t", kind, "-w", "--stdin"]
        return subprocess.run(call, input=content, capture_output=True, check=True).stdout.strip()

    name, mode = stored("blob", b"x: 1\n"), b"100644"
    for _ in range(10):
        name = stored("tree", b"".join(b"%b f%d\0" % (mode, number) + bytes.fromhex(name.decode()) for number in range(10)))
        mode = b"40000"
    project_file = stored("blob", b"project: {title: P}\n")
    top = b"40000 f\0" + bytes.fromhex(name.decode()) + b"100644 project.yaml\0" + bytes.fromhex(project_file.decode())
    top = stored("tree", b"40000 device\0" + bytes.fromhex(stored("tree", top).decode()))
    commit = stored("commit", b"tree " + top + b"\nauthor N <n@e> 1 +0000\ncommitter N <n@e> 1 +0000\n\nbomb\n")
    with pytest.raises(UsageError, match="they are too many"):
        restore(project, commit.decode(), project.parent / "earlier")


def test_links_of_an_earlier_state_are_not_made(project, tmp_path):
    (project / "evidence" / "away.md").symlink_to(tmp_path)
    (project / "evidence" / "here.md").symlink_to("EV-1.md")
    git(project.parent, "add", "-A")
    git(project.parent, "commit", "-qm", "links")
    target = tmp_path / "earlier"
    target.mkdir()
    restored = restore(project, "HEAD", target)
    assert restored.links == {"evidence/away.md": tmp_path, "evidence/here.md": target / "evidence" / "EV-1.md"}
    assert not [path for path in target.rglob("*") if path.is_symlink()]
    assert (target / "evidence" / "EV-1.md").is_file()
    assert not (target / "evidence" / "away.md").exists()


@pytest.mark.parametrize("chain", [["a -> b", "b -> a"], ["a -> evidence", "b.md -> a/EV-1.md"], ["a -> .."], ["b -> ../x/../nowhere"]])
def test_links_are_told_as_those_of_the_project(project, chain):
    for link in chain:
        name, _, aim = link.partition(" -> ")
        (project / name).symlink_to(aim)
    git(project.parent, "add", "-A")
    git(project.parent, "commit", "-qm", "links")
    assert new(project) == set()
    assert check(project, "--since", "HEAD").stdout.rstrip().endswith(" 0 ended)")
