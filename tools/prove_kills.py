"""Kill `mdr build` at many moments and show that the old output is whole each time, and that the next build is as good as any.

    python tools/prove_kills.py [--times 50] [--project device_example]

Works on a copy of the project in a temporary folder. Exit code 1 when something was lost.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
BUILD = [sys.executable, "-m", "mdr_blueprint", "build"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--project", type=Path, default=ROOT / "device_example")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mdr-kills-") as scratch:
        return prove(Path(scratch) / "project", arguments.project, arguments.times)


def prove(project: Path, source: Path, times: int) -> int:
    shutil.copytree(source, project, ignore=shutil.ignore_patterns("build", ".*"))
    output, changing = project / "build", project / "zz_kills.yaml"
    start = time.monotonic()
    build(project)
    length = time.monotonic() - start
    print(f"a whole build takes {length:.1f} s; {times} kills, spread over it")
    whole, lost, late, waited = {state(output)}, 0, 0, 0.0
    chance = random.Random(14971)
    for number in range(times):
        changing.write_text(f"hazards:\n  HZ-KILL-{number:03}: {{title: Kill number {number}}}\n", "utf-8")
        process = subprocess.Popen(BUILD, cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        moment = 1.1 * length * (number + chance.random()) / times  # the last ones come when the build has ended
        time.sleep(moment)
        finished = process.poll() is not None
        process.kill()
        process.wait()
        found = state(output)
        if finished or found not in whole:  # done, or killed behind the exchange: then the new output must be the whole one
            late += 1
            intact = found == clean(project)
        else:
            intact = True
        lost += not intact
        print(f"  {number + 1:3}  killed after {moment:5.2f} s  {'whole' if intact else 'LOST'}{' (already exchanged)' if found not in whole else ''}")
        start = time.monotonic()
        build(project)
        waited = max(waited, time.monotonic() - start)
        whole = {state(output)}
        lost += whole != {clean(project)}
    left = [path.name for path in project.iterdir() if path.name.startswith(".mdr-build")]
    print(f"{times} kills, {late} of them after the exchange; outputs lost: {lost}; left behind: {left or 'nothing'}; "
          f"longest build afterwards, waiting for the lock included: {waited:.1f} s")
    return 1 if lost or left else 0


def build(project: Path) -> None:
    """Build; while a second process of a killed build still holds the lock, try again."""
    end = time.monotonic() + 120
    while (code := subprocess.run(BUILD, cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode) == 3:
        if time.monotonic() > end:
            sys.exit("the lock of a killed build was never released")
        time.sleep(0.1)
    if code not in (0, 1):
        sys.exit(f"build ended with exit code {code}")


def clean(project: Path) -> str:
    """State of a clean build of the same tree."""
    with tempfile.TemporaryDirectory(prefix="mdr-clean-") as scratch:
        copy = Path(shutil.copytree(project, Path(scratch) / "copy", ignore=shutil.ignore_patterns("build", ".*")))
        build(copy)
        return state(copy / "build")


def state(folder: Path) -> str:
    """One hash over names and contents of all files."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(folder)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
