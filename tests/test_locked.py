"""The lock files: they hold what pyproject.toml asks for, each file by hash, and are what these tests run on."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata

import lock
import locked
import pytest
from locked import SETS, read_lock
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from projects import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
ASKED = {
    "run": PROJECT["project"]["dependencies"],
    "build": [*PROJECT["build-system"]["requires"], *lock.BACKENDS],
    "dev": [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"], *lock.BACKENDS, *EXTRAS["dev"]],
    "maintain": EXTRAS["maintain"],
}
"""Lock file -> what pyproject.toml asks for it."""


def test_every_lock_file_is_known():
    assert {path.stem for path in locked.LOCKS.iterdir()} == set(SETS) == set(ASKED)


@pytest.mark.parametrize("name", SETS)
@pytest.mark.verifies("REQ-SUP-01")
def test_what_is_asked_for_is_locked_within_its_bounds(name):
    versions = {entry.name: entry.version for entry in read_lock(name)}
    for line in ASKED[name]:
        asked = Requirement(line)
        version = versions.get(canonicalize_name(asked.name))
        assert version is not None, f"{line} is not in requirements/{name}.txt; run `make lock`"
        assert asked.specifier.contains(version), f"requirements/{name}.txt has {version} for {line}; run `make lock`"


@pytest.mark.parametrize("name", SETS)
@pytest.mark.verifies("REQ-SUP-01")
def test_every_package_stands_once_with_its_hashes(name):
    entries = read_lock(name)
    assert len({entry.name for entry in entries}) == len(entries) > 2
    for entry in entries:
        assert [part.operator for part in entry.requirement.specifier] == ["=="], entry.requirement
        assert entry.hashes, entry.requirement
        assert entry.requirement.url is None
    text = (locked.LOCKS / f"{name}.txt").read_text("utf-8")
    assert not re.search(r"://|^-|file:", text, re.MULTILINE), "a lock file names no index and no folder"
    assert text.count("--hash=") == sum(len(entry.hashes) for entry in entries)


def test_the_sets_agree():
    """One version of a package in all of them; what runs and what builds is part of what is tested."""
    dev = {entry.name: entry for entry in read_lock("dev")}
    for name in ("run", "build"):
        for entry in read_lock(name):
            assert (dev[entry.name].version, dev[entry.name].hashes) == (entry.version, entry.hashes)
    for entry in read_lock("maintain"):
        assert entry.name not in dev or dev[entry.name].version == entry.version


@pytest.mark.verifies("REQ-SUP-01")
def test_these_tests_run_on_the_locked_set():
    wrong = []
    for entry in read_lock("dev"):
        if not entry.applies:
            continue
        try:
            installed = metadata.version(entry.name)
        except metadata.PackageNotFoundError:
            installed = "none"
        if installed != entry.version:
            wrong.append(f"{entry.name} {installed}, locked {entry.version}")
    assert not wrong, f"this environment is not the tested set; run `make test`: {'; '.join(wrong)}"


def test_a_line_without_a_hash_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(locked, "LOCKS", tmp_path)
    (tmp_path / "run.txt").write_text("# made\nlxml==6.1.3\n", "utf-8")
    with pytest.raises(ValueError, match="locks nothing: lxml"):
        read_lock("run")


def test_a_lock_is_read_as_it_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(locked, "LOCKS", tmp_path)
    text = (
        "librt==0.17.0 ; platform_python_implementation == 'None' \\\n"
        f"    --hash=sha256:{'a' * 64} \\\n    --hash=sha256:{'b' * 64}\n"
        "    # via\n    #   -c requirements/dev.txt\n    #   -r -\n    #   mdr-blueprint (pyproject.toml)\n    #   mypy\n"
    )
    (tmp_path / "run.txt").write_text(text, "utf-8")
    (entry,) = read_lock("run")
    assert (entry.name, entry.version, entry.applies) == ("librt", "0.17.0", False)
    assert entry.hashes == ("a" * 64, "b" * 64)
    assert entry.wanted_by == ("mdr-blueprint", "mypy")


def test_nothing_is_installed_without_its_hash():
    """In the Makefile only the checkout itself is installed outside the locked set, and it brings nothing along."""
    recipes = re.findall(r"^\t(.*\$\((?:INSTALL|LOCKED|BINARY)\).*|.*pip install.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert len(recipes) > 4
    for line in recipes:
        assert line.startswith(("$(LOCKED) --only-binary :all: ", "$(BINARY)", "$(INSTALL) --no-deps --no-build-isolation --editable .")), line
    assert re.search(r"^LOCKED := \$\(INSTALL\) --require-hashes$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert re.search(r"^BINARY := \$\(LOCKED\) --only-binary :all: ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    named = set(re.findall(r"--no-binary (\S+)", (ROOT / "Makefile").read_text("utf-8")))
    assert named == set(locked.SOURCE_ONLY)
