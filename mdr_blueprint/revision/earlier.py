"""The project as it was at an earlier commit, in a folder of its own. A commit may be crafted: nothing of it is trusted."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from errno import EEXIST, EILSEQ, EINVAL, ENAMETOOLONG
from pathlib import Path

from mdr_blueprint.diagnostics import UsageError, did_you_mean
from mdr_blueprint.revision.repository import Answer, Repository, UnreadableError, opened

LINK, INNER, FILES = b"120000", b"160000", frozenset({b"100644", b"100755", b"100664"})
"""Modes in git: of a symbolic link, of a repository inside the repository, of files."""
PIECE = 1 << 20
NO_NAME = frozenset({EEXIST, ENAMETOOLONG, EINVAL, EILSEQ})
"""Where a name is one of another file, as on systems that do not tell `A` from `a`, or none at all."""
MAX_FILES = 200_000
MAX_BYTES = 4 * 1024**3
MAX_LINK = MAX_PATH = 4096
WINDOWS = re.compile(r'[\x00-\x1f<>:"|?*\\]|[ .]$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)', re.IGNORECASE)
"""What no name of a file may hold there."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file, a link or a repository that a commit holds."""

    path: str
    mode: bytes
    name: bytes
    """Of the object that holds its content, or of the commit of a repository."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A project as it was. Links are not made again: `links` says of each path where it led."""

    folder: Path
    links: Mapping[str, Path]
    repositories: frozenset[str]
    """Folders that are a repository of their own, of which the commit holds no more than the name of a commit."""


def restore(root: Path, ref: str, target: Path) -> Earlier | None:
    """Write the project as it was at a revision to `target`, an empty folder; None where it was not there.

    Blobs are read as they were committed: neither attributes nor filters of the repository hide or change one. Only regular
    files are made, each new, below `target`. UsageError where git has no such revision, or it has a path that no project has.
    """
    try:
        with opened(root) as repository:
            if repository is None:
                raise UsageError(f"{root} is in no repository that git can read, so nothing can be compared with `{ref}`")
            return _restore(repository, ref, target)
    except UnreadableError as error:
        raise UsageError(f"{error}, so nothing can be compared with `{ref}`") from error


def _restore(repository: Repository, ref: str, target: Path) -> Earlier | None:
    commit = (repository.text("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}") or "").strip()
    if not commit:
        raise UsageError(_why_not(repository, ref))
    if repository.ask("cat-file", "-e", f"{commit}:./project.yaml") is None:
        return None
    listing = repository.ask("ls-tree", "-r", "-z", "--full-name", commit, ".")
    prefix = repository.ask("rev-parse", "--show-prefix")
    if listing is None or prefix is None:
        raise UsageError(f"git cannot list the files of the project as they were at `{ref}`, or they are too many")
    entries = list(_entries(listing, prefix.rstrip(b"\n"), ref))
    _check_paths((entry.path for entry in entries), ref)
    blobs = [entry for entry in entries if entry.mode != INNER]
    links: dict[str, Path] = {}
    left = MAX_BYTES
    with repository.objects([blob.name for blob in blobs]) as stream:
        for blob in blobs:
            head = stream.readline().split()
            if len(head) != 3 or head[1] != b"blob":
                raise UsageError(f"git cannot read `{blob.path}` as it was at `{ref}`; `git fsck` tells more")
            size = int(head[2])
            left -= size
            if left < 0:
                raise UsageError(f"the project as it was at `{ref}` has more than {MAX_BYTES:,} bytes")
            if blob.mode == LINK:
                links[blob.path] = _aim(stream, size, repository.root, blob.path, target, ref)
            else:
                _write(stream, size, target / blob.path, f"`{blob.path}` as it was at `{ref}`")
            stream.read(1)  # the line end after each blob
    return Earlier(target, links, frozenset(entry.path for entry in entries if entry.mode == INNER))


def _why_not(repository: Repository, ref: str) -> str:
    """Why a revision cannot be compared with, and what may have been meant."""
    names = (repository.text("for-each-ref", "--format=%(refname:short)") or "").split()
    remote = next((name for name in names if ref and name.endswith(f"/{ref}")), None)
    if ref in names:
        return f"`{ref}` names no commit, so nothing can be compared with it"
    hint = f"; did you mean {remote}?" if remote else did_you_mean(ref, names)
    if (repository.text("rev-parse", "--is-shallow-repository") or "").strip() == "true":
        hint += "; the clone is shallow: fetch that revision too, with `git fetch --unshallow`"
    if "@{" in ref:
        hint += "; what only the log or the settings of a repository say is not read: name the commit"
    return f"git knows no revision `{ref}` here{hint}"


def _entries(listing: bytes, prefix: bytes, ref: str) -> Iterator[Entry]:
    """What the project holds, without what is in folders that the compiler never reads; `prefix` is the way to it."""
    for number, entry in enumerate(filter(None, listing.split(b"\0"))):
        if number >= MAX_FILES:
            raise UsageError(f"the project as it was at `{ref}` has more than {MAX_FILES:,} files")
        about, _, path = entry.partition(b"\t")
        path = path.removeprefix(prefix)
        mode, _, name = about.split()
        if (mode in FILES or mode in (LINK, INNER)) and not _is_aside(path):
            yield Entry(os.fsdecode(path), mode, name)


def _is_aside(path: bytes) -> bool:
    """Whether a path is below a folder that the compiler never reads; one that leads elsewhere is not passed over."""
    parts = path.split(b"/")
    return parts[0] in (b"build", b"docs") or any(part.startswith(b".") and part not in (b".", b"..", b".git") for part in parts)


def _check_paths(paths: Iterable[str], ref: str) -> None:
    """Refuse what would lead out of the folder, or write two things to one place. git itself takes such trees from a server."""
    files: set[str] = set()
    folders: set[str] = set()
    for path in paths:
        parts = path.split("/")
        why = ""
        if path.startswith("/") or any(part in ("", ".", "..", ".git") for part in parts):
            why = "it leads out of the project"
        elif sys.platform == "win32" and any(map(WINDOWS.search, parts)):
            why = "no file can have that name here"
        elif len(path) > MAX_PATH:
            why = "its name is too long"
        above = set() if why else {"/".join(parts[:depth]) for depth in range(1, len(parts))}
        if path in files or path in folders or above & files:
            why = why or "two files stand in that place"
        if why:
            shown = path.encode("utf-8", "backslashreplace").decode()
            raise UsageError(f"the commit at `{ref}` is damaged or crafted: `{shown}` cannot be a file of the project, {why}")
        files.add(path)
        folders |= above


def _aim(stream: Answer, size: int, root: Path, path: str, target: Path, ref: str) -> Path:
    """Where a link of the project leads, a place in the project as one below `target`; nobody follows it."""
    text = stream.read(size) if size <= MAX_LINK else b""
    if not text or b"\0" in text:
        raise UsageError(f"the commit at `{ref}` is damaged or crafted: `{path}` is no link")
    there = Path(os.path.normpath((root / path).parent / os.fsdecode(text)))
    return target / there.relative_to(root) if there.is_relative_to(root) else there


def _write(stream: Answer, size: int, file: Path, what: str) -> None:
    """A new file, piece by piece: evidence may be larger than memory."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("xb") as copy:
            while size:
                piece = stream.read(min(size, PIECE))
                if not piece:
                    raise UsageError(f"git stopped in the middle of {what}")
                copy.write(piece)
                size -= len(piece)
    except OSError as error:
        if error.errno in NO_NAME:
            raise UsageError(f"{what} cannot have that name here: {error.strerror}") from error
        raise
