"""Build a site again and again in one `mdr serve` and show that its memory stays where it was.

    python tools/prove_serve_memory.py [--times 200] [--project device_example]

Works on a copy of the project in a temporary folder: a record is changed, its new title awaited in the search index of the
site, and so on. Prints the resident memory on the way. Exit code 1 when the last tenth of the builds lies more than 10 %
above the second tenth; the first ones still fill caches. Needs `ps`.
"""

from __future__ import annotations

import argparse
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parent.parent
RECORD = "hazards:\n  HZ-MEMORY: {{title: Change number {number:05} of a record}}\n"
GROWTH = 1.1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--project", type=Path, default=ROOT / "device_example")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mdr-memory-") as scratch:
        return prove(Path(scratch) / "project", arguments.project, max(arguments.times, 20))


def prove(project: Path, source: Path, times: int) -> int:
    shutil.copytree(source, project, ignore=shutil.ignore_patterns("build", ".*"))
    changing = project / "zz_memory.yaml"
    changing.write_text(RECORD.format(number=0), "utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "mdr_blueprint", "serve", "--port", str(port)], cwd=project, stdout=subprocess.DEVNULL)
    try:
        sizes = []
        for number in range(times + 1):
            if number:
                changing.write_text(RECORD.format(number=number), "utf-8")
            wait_for(port, f"Change number {number:05} of", process)
            sizes.append(resident(process.pid))
            if number in (0, 1, 2, 5, 10) or number % 20 == 0:
                print(f"  {number:5} rebuilds {sizes[-1]:6.0f} MB", flush=True)
    finally:
        process.terminate()
        process.wait(30)
    tenth = times // 10
    early, late = statistics.median(sizes[tenth : 2 * tenth]), statistics.median(sizes[-tenth:])
    print(f"{times} rebuilds: {sizes[0]:.0f} MB at the start, {early:.0f} MB in the second tenth, {late:.0f} MB in the last tenth")
    return 1 if late > early * GROWTH else 0


def wait_for(port: int, words: str, process: subprocess.Popen[bytes]) -> None:
    """Until the search index of the site holds these words."""
    end = time.monotonic() + 300
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/search/search_index.json", timeout=120) as answer:
                if words.encode() in answer.read():
                    return
        except OSError:
            pass  # it is not up yet
        time.sleep(0.1)
    sys.exit(f"the site never showed: {words}")


def resident(pid: int) -> float:
    """Resident memory of a process in MB."""
    return int(subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True).stdout) / 1024


if __name__ == "__main__":
    sys.exit(main())
