"""What all tests share: small projects on disk, and golden texts that one option rewrites."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from mdr_blueprint import Compilation, compile
from mdr_blueprint.diagnostics import Finding

TODAY = date(2026, 6, 30)
MakeProject = Callable[..., Path]
Check = Callable[..., Compilation]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the expected texts; the diff is the review")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compare a text with the one that is kept, or rewrite that one with `--update-golden`."""

    def compare(path: Path, text: str) -> None:
        if request.config.getoption("--update-golden"):
            path.write_text(text, "utf-8", newline="\n")
        assert path.is_file(), f"{path.name} is missing: run pytest --update-golden"
        assert text == path.read_text("utf-8")

    return compare


@pytest.fixture
def make_project(tmp_path: Path) -> MakeProject:
    """Write a project: `project.yaml` at a stage, and any files (path -> text or bytes)."""

    def make(files: Mapping[str, str | bytes], stage: str = "draft", name: str = "project") -> Path:
        folder = tmp_path / name
        everything = {"project.yaml": f"project: {{title: A file, stage: {stage}}}\n", **files}
        for path, content in everything.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)
        return folder

    return make


@pytest.fixture
def check(make_project: MakeProject) -> Check:
    """Compile a project of these files."""

    def run(files: Mapping[str, str | bytes] | str | bytes, stage: str = "draft") -> Compilation:
        return compile(make_project({"x.yaml": files} if isinstance(files, (str, bytes)) else files, stage), as_of=TODAY)

    return run


def of_family(compilation: Compilation, family: str = "ID") -> list[Finding]:
    return [finding for finding in compilation.report.findings if finding.code.startswith(family)]


def told(compilation: Compilation, family: str = "ID") -> list[str]:
    """`x.yaml:2:3 ID102` of every finding of a family."""
    return [f"{finding.place} {finding.code}" for finding in of_family(compilation, family)]


@pytest.fixture
def git(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Git with an identity, fixed dates and no configuration of this machine."""
    fixed = {"NAME": "A. Author", "EMAIL": "author@example.org", "DATE": "2026-03-04T12:00:00Z"}
    for role in ("AUTHOR", "COMMITTER"):
        for name, value in fixed.items():
            monkeypatch.setenv(f"GIT_{role}_{name}", value)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")

    def run(folder: Path, *arguments: str) -> str:
        return subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True).stdout

    return run


@pytest.fixture
def make_repository(make_project: MakeProject, git: Callable[..., str]) -> Callable[[Mapping[str, str]], Path]:
    """Write a project and commit it as `First state`."""

    def make(files: Mapping[str, str]) -> Path:
        root = make_project(files)
        git(root, "init", "-q", "-b", "main")
        git(root, "add", "-A")
        git(root, "commit", "-q", "-m", "First state")
        return root

    return make
