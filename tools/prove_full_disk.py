"""Build onto a disk that is too small and show that the old output is whole and the exit code is 3.

    python tools/prove_full_disk.py

Mounts a small tmpfs, so it needs root on Linux; elsewhere it says so and stops with exit code 0.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from prove_kills import ROOT, state

MEBIBYTE = 1024 * 1024


def main() -> int:
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("mount") is None:
        print("skipped: mounting a small disk needs root on Linux")
        return 0
    with tempfile.TemporaryDirectory(prefix="mdr-disk-") as scratch:
        project = Path(shutil.copytree(ROOT / "device_example", Path(scratch) / "project", ignore=shutil.ignore_patterns("build", ".*")))
        disk = Path(scratch) / "disk"
        disk.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", str(disk)]
        mounted = subprocess.run(command, capture_output=True, text=True, check=False)
        if mounted.returncode:
            print(f"skipped: {mounted.stderr.strip()}")
            return 0
        try:
            return prove(project, disk)
        finally:
            subprocess.run(["umount", str(disk)], check=False)


def prove(project: Path, disk: Path) -> int:
    output = disk / "file"
    built = build(project, output)
    if built.returncode != 0:
        print(built.stderr)
        return 1
    before = state(output)
    needed = sum(path.stat().st_size for path in output.rglob("*") if path.is_file())
    print(f"an output is {needed / MEBIBYTE:.1f} MiB; a second one beside it is started with less room than that")
    failed = 0
    for share in (0.02, 0.1, 0.3, 0.5, 0.7, 0.9):
        filler = disk / "filler"
        free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
        with filler.open("wb") as handle:
            for _ in range(max(0, int((free - needed * share) / MEBIBYTE))):
                handle.write(bytes(MEBIBYTE))
        done = build(project, output)
        whole = state(output) == before
        told = done.returncode == 3 and "No space left on device" in done.stderr and "Traceback" not in done.stderr
        failed += not (whole and told)
        filler.unlink()
        left = [path.name for path in disk.iterdir() if path.name != output.name]
        print(f"  room for {share:4.0%}: exit code {done.returncode}, {'whole' if whole else 'LOST'}, says: {done.stderr.strip() or '-'}"
              f"{', left behind: ' + ', '.join(left) if left else ''}")
    again = build(project, output)
    left = [path.name for path in disk.iterdir() if path.name != output.name]
    print(f"with room again: exit code {again.returncode}, {'same bytes' if state(output) == before else 'OTHER BYTES'}; left behind: {left or 'nothing'}")
    return 1 if failed or again.returncode or left or state(output) != before else 0


def build(project: Path, output: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mdr_blueprint", "build", str(project), "--output", str(output)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    sys.exit(main())
