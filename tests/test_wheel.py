"""The wheel: holds what the checkout holds, and works where there is no checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from projects import ROOT, tree

from mdr_blueprint import library

SHIPPED = {"gspr": "gspr", "risk": "risk", "templates": "templates", "cases": "tests/rules"}
"""Folder in the wheel's library -> folder in the checkout."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(target), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(target.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """An empty environment with the wheel alone; what it needs comes from the environment of the tests, but not its checkout."""
    folder = tmp_path_factory.mktemp("elsewhere") / "venv"
    venv.create(folder, with_pip=False)
    binaries = folder / ("Scripts" if os.name == "nt" else "bin")
    python = binaries / ("python.exe" if os.name == "nt" else "python")
    site = Path(subprocess.run([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], capture_output=True, text=True, check=True).stdout.strip())
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index", "--disable-pip-version-check", str(wheel)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    # a folder named in a .pth file is searched, but its own .pth files, such as that of an editable install, are not read
    (site / "of_the_tests.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    return binaries


def run(binaries: Path, *arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return subprocess.run(
        [binaries / "mdr", *map(str, arguments)], cwd=cwd, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False
    )


def test_the_wheel_holds_the_files_of_the_checkout(wheel):
    names = {name for name in zipfile.ZipFile(wheel).namelist() if not name.split("/")[0].endswith(".dist-info")}
    code = {path.relative_to(ROOT).as_posix() for path in (ROOT / "mdr_blueprint").rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    data = {
        f"mdr_blueprint/_library/{there}/{path.relative_to(ROOT / here).as_posix()}"
        for there, here in SHIPPED.items()
        for path in (ROOT / here).rglob("*")
        if path.is_file()
    }
    assert names == code | data


def test_the_library_finds_every_file_of_its_folders():
    """What is not found by its suffix would be left out where files are copied."""
    for name, folder in SHIPPED.items():
        assert set(library.files(name)) == {path for path in (ROOT / folder).rglob("*") if path.is_file()}, name


def test_the_wheel_carries_both_licences(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    licences = {Path(name).name for name in names if ".dist-info/licenses/" in name}
    assert {"Apache-2.0.txt", "CC-BY-4.0.txt"} <= licences


def test_the_installed_program_works_away_from_the_checkout(installed, tmp_path):
    where = subprocess.run([installed / "python", "-c", "import mdr_blueprint; print(mdr_blueprint.__file__)"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert str(installed.parent) in where.stdout
    assert run(installed, "new", "lamp", cwd=tmp_path).returncode == 0
    project = tmp_path / "lamp"
    check = run(installed, "check", cwd=project)
    assert check.returncode == 0, check.stdout + check.stderr
    assert "GSPR301" in check.stdout
    built = run(installed, "build", cwd=project)
    assert built.returncode == 0, built.stdout + built.stderr
    assert {path.name for path in (project / "build").iterdir()} == {"site", "site_source", "documents", "workbooks", "data", "manifest.json"}
    explained = run(installed, "explain", "ID112", cwd=project)
    assert "Bad example" in explained.stdout, "the cases come along"


def test_wheel_and_checkout_build_the_same_bytes(installed, tmp_path):
    from mdr_blueprint.pipeline import build

    run(installed, "new", "lamp", cwd=tmp_path)
    assert run(installed, "build", "lamp", cwd=tmp_path).returncode == 0
    here = build(tmp_path / "lamp", tmp_path / "here")
    assert tree(here.output) == tree(tmp_path / "lamp" / "build")
