"""`mdr check --since`: only what is new against a revision, wherever records have moved to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

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
    assert done.stdout.startswith("0 errors, 0 warnings, 0 infos\nNew since main; ")
    assert done.stdout.endswith(" known findings are not shown, 0 ended.\n")


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
    assert ", 0 ended." not in done.stdout


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


@pytest.mark.parametrize("ref", ["nope", "--output=x", "HEAD:device", "", "main..main"])
def test_an_unknown_revision_is_a_wrong_call(project, ref):
    done = check(project, f"--since={ref}")
    assert done.returncode == 2
    assert f"git knows no revision `{ref}`" in done.stderr
    assert not done.stdout


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
