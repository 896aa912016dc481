"""Write the lock files in `requirements/`: the exact packages that the checks ran with, and the hash of every file of theirs.

    python tools/lock.py                           what pyproject.toml newly asks for; the rest stays as it is
    python tools/lock.py --upgrade                 the newest of all within its bounds
    python tools/lock.py --upgrade-package NAME    the newest of one

Each file holds for every system and every Python that pyproject.toml allows. Hashes are those of PyPI, whatever index this
machine is set to. `make lock` installs what this needs. Read the diff, then run `make test`: only what passed is worth locking.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

from hatchling.build import get_requires_for_build_editable
from locked import LOCKS, ROOT, SETS, SOURCE_ONLY

BACKENDS = ("poetry-core",)
"""Build backends of the packages that come as source."""
COMPILE = [
    *(str(Path(sys.executable).parent / "uv"), "pip", "compile", "--quiet", "--no-config", "--universal", "--generate-hashes"),
    *("--fork-strategy", "fewest", "--only-binary", ":all:", "--custom-compile-command", "make lock"),
    *(word for name in SOURCE_ONLY for word in ("--no-binary", name)),
]


def main() -> int:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    oldest = project["project"]["requires-python"].removeprefix(">=")
    backends = [*project["build-system"]["requires"], *get_requires_for_build_editable(), *BACKENDS]
    inputs = {"dev": ["pyproject.toml", "--extra", "dev", "-"], "run": ["pyproject.toml"], "build": ["-"], "maintain": ["-"]}
    lines = {"maintain": project["project"]["optional-dependencies"]["maintain"]}
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("UV_", "PIP_"))}
    for name in SETS:
        follow = [] if name == "dev" else ["--constraint", "requirements/dev.txt"]
        command = [*COMPILE, "--python-version", oldest, *inputs[name], *follow, *sys.argv[1:], "--output-file", f"requirements/{name}.txt"]
        done = subprocess.run(command, cwd=ROOT, env=environment, input="\n".join(lines.get(name, backends)), text=True, check=False)
        if done.returncode:
            print(f"requirements/{name}.txt stays as it was")
            return 1
        print(f"{(LOCKS / name).relative_to(ROOT)}.txt  {SETS[name]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
