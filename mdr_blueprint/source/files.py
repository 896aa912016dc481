"""A file of a project: what its path makes of it, how much of it is read, and its bytes. The one place that opens one."""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from errno import EFBIG, EINVAL
from functools import cached_property
from io import BufferedReader
from pathlib import Path

from mdr_blueprint.markdown import heading_places
from mdr_blueprint.source.yaml_reader import MAX_BYTES

NOT_RECORDS = frozenset({"build", "docs", "templates", "evidence"})
"""Folders at the top of a project whose YAML files are not records."""
NOT_INPUT = frozenset({"build", "docs"})
"""Folders at the top of a project that the compiler does not read at all."""
DOCUMENTS = "templates/documents/"
PARTIALS = "templates/partials/"
WORD_TEMPLATE = "templates/word/reference.docx"
MAX_TEXT = 8 * 1024 * 1024
"""Largest template, piece of one, or Markdown file of evidence."""
MAX_WORD = 16 * 1024 * 1024
OPEN = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_BINARY", "O_NONBLOCK", "O_NOFOLLOW"))  # none is on every system
WHAT = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def open_file(location: Path) -> BufferedReader:
    """A file of the project, opened. A link, and whatever is no file, is an OSError: a pipe would wait for a writer for ever."""
    descriptor = os.open(location, OPEN)
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise no_file(mode, location)
    return os.fdopen(descriptor, "rb")


def read_file(location: Path, limit: int) -> bytes:
    """The bytes of a file of the project: the one way in which one is read. An OSError with EFBIG where it has more than `limit`.

    The size is asked before anything is read; one that grows meanwhile, or does not know its size, is read no further either.
    """
    with open_file(location) as stream:
        size = os.fstat(stream.fileno()).st_size
        data = stream.read(limit + 1) if size <= limit else b""
    if max(size, len(data)) > limit:
        raise too_large(max(size, len(data)), limit, location)
    return data


def too_large(size: int, limit: int, location: Path) -> OSError:
    return OSError(EFBIG, f"it has {size:,} bytes, more than the {limit:,} that are read", str(location))


def no_file(mode: int, location: Path) -> OSError:
    return OSError(EINVAL, f"it is {WHAT.get(stat.S_IFMT(mode), 'something else')} and no file", str(location))


def _hash_on_disk(location: Path) -> str:
    with open_file(location) as stream:  # evidence may be larger than memory
        return hashlib.file_digest(stream, "sha256").hexdigest()


def limit_of(path: str) -> int | None:
    """How many bytes are read of a file; None where it is hashed and nothing more."""
    if is_record_file(path):
        return MAX_BYTES
    if path == WORD_TEMPLATE:
        return MAX_WORD
    return MAX_TEXT if is_template(path) or path.lower().endswith(".md") else None


def is_record_file(path: str) -> bool:
    return path.endswith(".yaml") and ("/" not in path or path.split("/")[0] not in NOT_RECORDS)


def is_template(path: str) -> bool:
    """Whether a file takes the place of one of the library's, or joins them."""
    return (path.startswith(DOCUMENTS) and path.endswith(".j2")) or path.startswith(PARTIALS) or path == WORD_TEMPLATE


def steps(path: str) -> list[str]:
    """The folders on the way to a file, and the file."""
    parts = path.split("/")
    return ["/".join(parts[: length + 1]) for length in range(len(parts))]


def same_name(name: str) -> str:
    """What two names share that are one name to Windows or macOS."""
    return name.lower() if name.isascii() else unicodedata.normalize("NFC", name).lower()


@dataclass(frozen=True)
class File:
    """A file of the project. `path` is relative to it, with `/`."""

    path: str
    location: Path
    size: int
    modified: int
    """In nanoseconds."""
    record_hash: str | None = None
    """Of a file of records: sha256 of the bytes that the records come from."""

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def limit(self) -> int:
        """How many bytes are read of it at the most."""
        return limit_of(self.path) or MAX_TEXT

    @cached_property
    def content(self) -> bytes:
        """The bytes of a text or template, read once, whoever asks. An OSError where it cannot be read, or has more than is read
        of such a file.
        """
        return read_file(self.location, self.limit)

    @property
    def text(self) -> str:
        return self.content.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")

    @cached_property
    def sha256(self) -> str:
        """Of the bytes that are used: somebody may save the file again while the compiler runs."""
        if self.record_hash is not None:
            return self.record_hash
        if limit_of(self.path) is not None:
            return hashlib.sha256(self.content).hexdigest()
        return _hash_on_disk(self.location)

    def is_as_read(self) -> bool:
        """Whether the disk still holds the bytes that were used."""
        try:
            now = self.location.lstat()
            return (now.st_size, now.st_mtime_ns) == (self.size, self.modified) or _hash_on_disk(self.location) == self.sha256
        except OSError:
            return False

    @cached_property
    def headings(self) -> dict[str, tuple[str, int]] | None:
        """For Markdown: section number or heading text -> (heading, line from 1). None where the file has no sections we read."""
        if not self.path.lower().endswith(".md"):
            return None
        try:
            return heading_places(self.text)
        except OSError:  # it went away after it was listed
            return None


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Something that is no input although a record may name it: why, and the path that it leads to."""

    why: str
    """What follows its name in a message: `is a named pipe and no file`."""
    target: str | None = None


@dataclass(frozen=True)
class Inventory:
    """Every file of the project that the compiler may read, by path."""

    files: dict[str, File] = field(default_factory=dict)
    passed_over: dict[str, PassedOver] = field(default_factory=dict)
    """Links, folders and files that are not read, by path."""
    twins: tuple[tuple[str, str], ...] = ()
    """Two names in one folder that Windows and macOS take for the same."""

    def __contains__(self, path: object) -> bool:
        return path in self.files

    def get(self, path: str) -> File | None:
        return self.files.get(path)

    def own_documents(self, suffix: str) -> dict[str, list[File]]:
        """The project's templates by name, whatever the case of its letters; the first of a name is used."""
        return self._by_name(DOCUMENTS, suffix, same_name)

    def own_partials(self) -> dict[str, list[File]]:
        """The project's pieces of templates by name; the first of a name is used."""
        return self._by_name(PARTIALS, "", str)

    def _by_name(self, folder: str, suffix: str, key: Callable[[str], str]) -> dict[str, list[File]]:
        found: dict[str, list[File]] = {}
        for path, file in self.files.items():
            if path.startswith(folder) and path.endswith(suffix):
                found.setdefault(key(file.name), []).append(file)
        return found
