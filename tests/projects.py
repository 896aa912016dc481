"""Projects for tests of the whole: the example built once per process, folders compared as trees, `mdr` in a process of its own."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from mdr_blueprint.cli.new import template_files
from mdr_blueprint.pipeline import Built, build

ROOT = Path(__file__).parent.parent
GIT = {
    "GIT_AUTHOR_NAME": "Ann Engineer", "GIT_AUTHOR_EMAIL": "ann@example.org", "GIT_AUTHOR_DATE": "2026-03-02T10:00:00+0100",
    "GIT_COMMITTER_NAME": "Ann Engineer", "GIT_COMMITTER_EMAIL": "ann@example.org", "GIT_COMMITTER_DATE": "2026-03-02T10:00:00+0100",
    "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull,
}  # fmt: skip


def example(folder: Path) -> Path:
    """A copy of the example device."""
    return Path(shutil.copytree(ROOT / "device_example", folder, ignore=shutil.ignore_patterns("build", ".*")))


def small(folder: Path, template: str = "blank") -> Path:
    """The project that `mdr new` writes from this template."""
    for place, data in template_files(template).items():
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder


@cache
def built_example() -> Built:
    """The example, built outside of git. Read only."""
    folder = Path(tempfile.mkdtemp(prefix="mdr-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return build(example(folder / "device"))


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def different(first: Path, second: Path) -> list[str]:
    """Names of the files that two folders do not share byte for byte."""
    one, two = tree(first), tree(second)
    return sorted(name for name in one.keys() | two.keys() if one.get(name) != two.get(name))


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True, env=os.environ | GIT)


def commit(folder: Path, message: str = "State of the file") -> Path:
    """Everything in `folder` as a commit of 2 March 2026."""
    if not (folder / ".git").is_dir():
        git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)
    return folder


def mdr(*arguments: object, cwd: Path, code: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a new process; `code` runs before it."""
    program = f"import sys\n{code}\nfrom mdr_blueprint.__main__ import main\nmain()"
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        cwd=cwd, env=os.environ | environment, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip
