"""Every check of this repository, for people, pre-commit and CI alike: `make test` runs this.

    python tools/check.py            all
    python tools/check.py types      the named ones
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
PROGRAMS = {
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "libreoffice-writer-nogui": ("soffice", "libreoffice"),
    "poppler-utils": ("pdftotext",),
    "qpdf": ("qpdf",),
}
"""Debian package -> the programs of it that the tests start, any of which is enough."""
PACKAGES = ("libreoffice-calc-nogui", "fonts-liberation", "fonts-dejavu-core")
"""Debian packages that come along and are no program of their own."""

CHECKS: dict[str, list[str]] = {
    "style": [str(BIN / "ruff"), "check", "."],
    "types": [str(BIN / "mypy")],
    "layers": [str(BIN / "lint-imports")],
    "licences": [str(BIN / "reuse"), "lint", "--quiet"],
    "handbook": [str(BIN / "mkdocs"), "build", "--strict", "--quiet", "--site-dir", str(ROOT / ".cache" / "handbook")],
    "tests": [str(BIN / "python"), "-m", "pytest", "-n", "2"],
}


def main() -> int:
    wanted = sys.argv[1:] or list(CHECKS)
    unknown = [name for name in wanted if name not in CHECKS]
    if unknown:
        print(f"there is no check {unknown[0]}; checks are {', '.join(CHECKS)}")
        return 2
    if "tests" in wanted and not ensure_programs():
        return 2
    failed = []
    for name in wanted:
        start = time.monotonic()
        environment = os.environ | {"DISABLE_MKDOCS_2_WARNING": "true", "NO_MKDOCS_2_WARNING": "1"}
        done = subprocess.run(CHECKS[name], cwd=ROOT, check=False, env=environment)
        print(f"{name:<10} {'ok' if done.returncode == 0 else 'FAILED'}  {time.monotonic() - start:.0f} s", flush=True)
        if done.returncode:
            failed.append(name)
    if not failed and "tests" in wanted:
        failed += clean_tree()
    print("all checks passed" if not failed else f"failed: {', '.join(failed)}")
    return 1 if failed else 0


def clean_tree() -> list[str]:
    """Nothing that the checks wrote may show up as untracked."""
    done = subprocess.run(["git", "status", "--porcelain", "--untracked-files=all"], cwd=ROOT, check=False, capture_output=True, text=True)
    new = [line[3:] for line in done.stdout.splitlines() if line.startswith("??")]
    if new and os.environ.get("CI"):
        print("untracked after the run:", *new, sep="\n  ")
        return ["clean tree"]
    return []


def ensure_programs() -> bool:
    """Install the programs that the tests start when run as root on a Debian-like system, else say what is needed."""
    missing = [package for package, names in PROGRAMS.items() if not any(shutil.which(name) for name in names)]
    if not missing:
        return True
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        print(f"the tests need programs of these Debian packages: {' '.join(missing)}")
        return False
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing, *PACKAGES]):
        if subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL).returncode:
            print(f"could not run: {' '.join(command)}")
            return False
    return True


if __name__ == "__main__":
    sys.exit(main())
