"""Measure check, build and rebuild on synthetic projects; run by hand on a quiet machine.

    python tools/bench.py                 N = 1,000, 10,000, 50,000
    python tools/bench.py 10000 --runs 5

Prints, per N: `mdr check` cold, `mdr build` cold, and a rebuild after one changed record, as wall seconds (median of the
runs) and peak memory (the largest process); the size of the output; whether the rebuild equals a clean build; the slope.
"""

from __future__ import annotations

import argparse
import filecmp
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from make_project import make


def run(*arguments: str) -> tuple[float, int]:
    """Seconds of wall time and peak memory in MB of one `mdr` call, the larger of it and its child."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "mdr_blueprint", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 1):
        raise SystemExit(f"mdr {' '.join(arguments)} ended with {code}: {process.stderr.read().decode()}")
    return seconds, usage.ru_maxrss // 1024


def measure(total: int, runs: int, folder: Path) -> None:
    project, output, clean = folder / "project", folder / "out", folder / "clean"
    make(total, project)
    checks = [run("check", str(project)) for _ in range(runs)]
    builds = []
    for _ in range(runs):
        shutil.rmtree(output, ignore_errors=True)
        builds.append(run("build", str(project), "--output", str(output)))
    changed = project / "controls" / "controls_000.yaml"
    rebuilds = []
    for number in range(runs):
        changed.write_text(changed.read_text().replace("    kind: protective", f"    notes: change {number}\n    kind: protective", 1)
                           if number == 0 else changed.read_text().replace(f"change {number - 1}", f"change {number}"))
        rebuilds.append(run("build", str(project), "--output", str(output)))
    run("build", str(project), "--output", str(clean))
    size = sum(path.stat().st_size for path in output.rglob("*") if path.is_file()) / 1e6
    same = "equal" if not differences(output, clean) else "DIFFERENT"
    for name, found in (("check", checks), ("build", builds), ("rebuild", rebuilds)):
        seconds = [s for s, _ in found]
        print(f"{total:>7} {name:<8} {statistics.median(seconds):6.2f} s ({min(seconds):.2f} to {max(seconds):.2f}) {max(mb for _, mb in found):5} MB")
    print(f"{total:>7} output   {size:6.1f} MB, rebuild and clean build are {same}", flush=True)


def differences(first: Path, second: Path) -> list[str]:
    """Files that differ between two folders, by content."""
    names = {path.relative_to(folder).as_posix() for folder in (first, second) for path in folder.rglob("*") if path.is_file()}
    return [name for name in sorted(names) if not (first / name).is_file() or not (second / name).is_file()
            or not filecmp.cmp(first / name, second / name, shallow=False)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("totals", nargs="*", type=int, default=[1_000, 10_000, 50_000])
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    for total in options.totals:
        with tempfile.TemporaryDirectory(prefix="mdr-bench-") as folder:
            measure(total, options.runs, Path(folder))


if __name__ == "__main__":
    main()
