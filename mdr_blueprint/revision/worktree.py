"""Whether the files of a project are those of the last commit. They are compared here: git itself would run filters for it."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mdr_blueprint.revision.repository import Repository

LINK, INNER = "120000", "160000"
"""Modes of a symbolic link and of a repository inside the repository."""
PIECE = 1 << 20
MAX_POINTER = 1024
MAX_TEXT = 8 * 1024 * 1024
"""Bytes of a file that is compared a second time without its line ends."""
LARGE_FILE = re.compile(rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-[^\n]*\n)*oid sha256:([0-9a-f]{64})\nsize \d+\n")
"""What a repository holds in place of a file that is kept elsewhere (Git LFS)."""


@dataclass(frozen=True, slots=True)
class Tracked:
    """A file as the index of a repository names it."""

    path: str
    mode: str
    name: str
    """Of the object that holds its content."""


def is_dirty(repository: Repository, inputs: Sequence[str]) -> bool:
    """Whether an input is changed, staged, missing or untracked, or git cannot say."""
    staged = repository.ask("diff-index", "--cached", "--name-only", "--no-ext-diff", "-z", "HEAD", "--", *inputs)
    listed = repository.ask("ls-files", "-t", "--stage", "--cached", "--others", "--exclude-standard", "-z", "--", *inputs)
    if staged or staged is None or listed is None:
        return True
    differing: list[Tracked] = []
    for entry in filter(None, listed.split(b"\0")):
        about, _, path = entry.partition(b"\t")
        tag, *facts = about.decode("ascii", "replace").split()
        if tag == "S":  # outside of a sparse checkout
            continue
        if tag == "?" or len(facts) != 3 or facts[2] != "0":  # untracked, or in the middle of a merge
            return True
        file = Tracked(os.fsdecode(path), facts[0], facts[1])
        if file.mode != INNER and not _is_same(repository.root, file):
            differing.append(file)
    return bool(differing) and not _are_kept_elsewhere(repository, differing)


def _is_same(root: Path, file: Tracked) -> bool:
    """Whether a file holds what its object holds, whatever its line ends."""
    place = root / file.path
    if any((root / parent).is_symlink() for parent in Path(file.path).parents):
        return False
    try:
        if place.is_symlink():
            aim = os.fsencode(place.readlink().as_posix())
            return file.mode == LINK and _name_of([aim], len(aim), file.name) == file.name
        about = place.stat()
        if not stat.S_ISREG(about.st_mode):
            return False
        if _name_of(_pieces(place), about.st_size, file.name) == file.name:
            return True
        content = place.read_bytes() if about.st_size <= MAX_TEXT else b""
    except OSError:
        return False
    unix = content.replace(b"\r\n", b"\n")
    return unix != content and b"\0" not in content and _name_of([unix], len(unix), file.name) == file.name


def _name_of(pieces: Iterable[bytes], size: int, like: str) -> str:
    """The name of the object that would hold a content, by the method of another name."""
    digest = hashlib.new("sha1" if len(like) == 40 else "sha256", b"blob %d\0" % size, usedforsecurity=False)
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def _pieces(place: Path) -> Iterator[bytes]:
    with place.open("rb") as stream:
        while piece := stream.read(PIECE):
            yield piece


def _are_kept_elsewhere(repository: Repository, files: Sequence[Tracked]) -> bool:
    """Whether the repository holds of each file no more than its sha256, and that is the one of the file."""
    with repository.objects([file.name.encode() for file in files]) as stream:
        for file in files:
            head = stream.readline().split()
            if len(head) != 3 or int(head[2]) > MAX_POINTER:
                return False
            pointer = LARGE_FILE.fullmatch(stream.read(int(head[2]) + 1)[:-1])
            if pointer is None or _sha256(repository.root / file.path) != pointer[1].decode():
                return False
    return True


def _sha256(place: Path) -> str:
    """Nothing where there is no such file."""
    try:
        with place.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""
