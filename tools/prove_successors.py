"""Build `build/site_source` unchanged with the successors of MkDocs and count the pages.

    python tools/prove_successors.py [--keep FOLDER]

Installs ProperDocs with Material, and Zensical, from PyPI into virtual environments in a temporary folder: needs the network.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from urllib.parse import unquote

from prove_kills import ROOT

ENGINES = {
    "properdocs": (["properdocs", "mkdocs-material==9.8.1"], ["properdocs", "build", "--quiet", "-f", "mkdocs.yml"]),
    "zensical": (["zensical"], ["zensical", "build", "-f", "mkdocs.yml"]),
}
"""Engine -> what to install, how it builds."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, help="copy the sites there, to look at them")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mdr-successors-") as scratch:
        project = Path(shutil.copytree(ROOT / "device_example", Path(scratch) / "project", ignore=shutil.ignore_patterns("build", ".*")))
        subprocess.run([sys.executable, "-m", "mdr_blueprint", "build", str(project)], check=True, stdout=subprocess.DEVNULL)
        ours = set(pages(project / "build" / "site"))
        print(f"mdr build: {len(ours)} pages")
        failed = [name for name in ENGINES if not prove(name, project / "build", ours, Path(scratch), arguments.keep)]
    return 1 if failed else 0


def prove(name: str, output: Path, ours: set[str], scratch: Path, keep: Path | None) -> bool:
    packages, command = ENGINES[name]
    home = scratch / name
    venv.create(home, with_pip=True)
    binaries = home / ("Scripts" if sys.platform == "win32" else "bin")
    subprocess.run([binaries / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages], check=True, stderr=subprocess.DEVNULL)
    listed = subprocess.run([binaries / "python", "-m", "pip", "list", "--format=freeze"], capture_output=True, text=True, check=True).stdout
    wanted = {re.split("[=<>]", package)[0] for package in packages} | {"mkdocs"}
    versions = ", ".join(line.replace("==", " ") for line in listed.splitlines() if line.split("==")[0] in wanted)
    site = output / "site_source" / "site"
    shutil.rmtree(site, ignore_errors=True)
    done = subprocess.run([binaries / command[0], *command[1:]], cwd=output / "site_source", capture_output=True, text=True, check=False)
    theirs = set(pages(site))
    missing, thin = ours - theirs, [path for path in ours & theirs if not same_headings(output / "site" / path, site / path)]
    dead = sorted({target for path in ours & theirs for target in dead_files(site / path)})
    good = done.returncode == 0 and not missing and not thin and not dead
    print(f"{name} ({versions}): exit code {done.returncode}, {len(ours & theirs)} of {len(ours)} pages, {len(thin)} with other headings, {len(dead)} dead links"
          f"  {'ok' if good else 'FAILED'}")
    if not good:
        print(*sorted(missing)[:5], *thin[:5], *dead[:5], (done.stdout + done.stderr)[-2000:], sep="\n  ")
    if keep is not None and site.is_dir():
        shutil.copytree(site, keep / name, dirs_exist_ok=True)
    return good


def pages(site: Path) -> list[str]:
    return [path.relative_to(site).as_posix() for path in site.rglob("*.html") if path.name != "404.html"] if site.is_dir() else []


def dead_files(page: Path) -> list[str]:
    """Links of a page to files that are not there."""
    targets = (unquote(target.split("#")[0]) for target in re.findall(r'href="?([^">\s]+)', page.read_text("utf-8")))
    return [target for target in targets if target and ":" not in target and not (page.parent / target).exists()]


def same_headings(first: Path, second: Path) -> bool:
    """Anchors of the headings inside the pages: what links and citations lead to."""
    found = [set(re.findall(r'<h[23] id="?([^">]+)"?', path.read_text("utf-8"))) for path in (first, second)]
    return found[0] <= found[1]


if __name__ == "__main__":
    sys.exit(main())
