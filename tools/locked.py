"""The lock files in `requirements/`: which there are, and what stands in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LOCKS = ROOT / "requirements"
SETS = {
    "dev": "all that the checks of this repository need",
    "run": "what the program needs to run",
    "build": "what builds it, and builds packages that come as source",
    "maintain": "the tools that write and audit these files",
}
"""Lock file -> what it is for. The first holds `run` and `build` too; the others follow its versions."""
SOURCE_ONLY = ("reuse",)
"""Packages that PyPI has as source only. They are built with the backends of `build`, never with one fetched for it."""
ENTRY = re.compile(r"^(?P<requirement>[^\s#-].*?) \\\n(?P<hashes>(?:    --hash=.*\n)+)(?P<notes>(?:    #.*\n)*)", re.MULTILINE)


@dataclass(frozen=True)
class Locked:
    """A package at the one version that is installed, and why it is there."""

    requirement: Requirement
    hashes: tuple[str, ...]
    """sha256 of each file of that version."""
    wanted_by: tuple[str, ...]
    """Names of the packages that need it."""

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        return next(iter(self.requirement.specifier)).version

    @property
    def applies(self) -> bool:
        """Whether it belongs to this system and Python."""
        return self.requirement.marker is None or self.requirement.marker.evaluate()


def read_lock(name: str) -> tuple[Locked, ...]:
    """The packages of a lock file; raises ValueError on a line that is none."""
    text = (LOCKS / f"{name}.txt").read_text("utf-8")
    rest = ENTRY.sub("", text)
    if strange := [line for line in rest.splitlines() if line and not line.startswith("#")]:
        raise ValueError(f"requirements/{name}.txt has a line that locks nothing: {strange[0]}")
    return tuple(
        Locked(
            Requirement(found["requirement"]),
            tuple(re.findall(r"--hash=sha256:([0-9a-f]{64})\b", found["hashes"])),
            tuple(word for word in re.sub(r"#|\bvia\b", " ", found["notes"]).split() if re.fullmatch(r"[a-z0-9][a-z0-9-]*", word)),
        )
        for found in ENTRY.finditer(text)
    )
