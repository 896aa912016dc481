"""Walk a project folder: which files are records, which are evidence, which are neither."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from errno import EACCES
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from mdr_blueprint.diagnostics import Fault, Place, UsageError
from mdr_blueprint.markdown import heading_places
from mdr_blueprint.source.yaml_reader import Source, read_text

PROJECT_FILE = "project.yaml"
NOT_RECORDS = frozenset({"build", "docs", "templates", "evidence"})
"""Folders at the top of a project whose YAML files are not records."""
BAD_IN_NAME = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
REPOSITORY = frozenset({"HEAD", "objects", "refs"})
"""What a folder holds that is a repository of git without a work tree."""
MAX_CHAIN = 40
"""Links that lead to links, one after the other, before they count as a circle."""
NO_LINKS: Mapping[str, Path] = MappingProxyType({})
NOT_INPUT = frozenset({"build", "docs"})
"""Folders at the top of a project that the compiler does not read at all."""


@dataclass(frozen=True)
class File:
    """A file of the project. `path` is relative to it, with `/`. Size and last change are those before it was read."""

    path: str
    location: Path
    size: int
    modified: int
    """In nanoseconds."""
    record_hash: str | None = None
    """Of a file of records: sha256 of the bytes that the records come from."""

    @cached_property
    def sha256(self) -> str:
        """Of the bytes that are used: somebody may save the file again while the compiler runs."""
        if self.record_hash is not None:
            return self.record_hash
        if self.path.lower().endswith(".md") or self.path.startswith("templates/"):
            return hashlib.sha256(self.content).hexdigest()
        return _hash_on_disk(self.location)

    @cached_property
    def content(self) -> bytes:
        """Read once, whoever asks. For texts and templates; other evidence may be larger than memory."""
        return self.location.read_bytes()

    def read_bytes(self) -> bytes:
        return self.content

    def __str__(self) -> str:
        return self.path

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", errors="replace").replace("\r\n", "\n").replace("\r", "\n")

    def is_as_read(self) -> bool:
        """Whether the disk still holds the bytes that were used."""
        try:
            now = self.location.lstat()
            if not stat.S_ISREG(now.st_mode):
                return False
            return (now.st_size, now.st_mtime_ns) == (self.size, self.modified) or _hash_on_disk(self.location) == self.sha256
        except OSError:
            return False

    @cached_property
    def headings(self) -> dict[str, tuple[str, int]] | None:
        """For Markdown: section number or heading text -> (heading, line from 1). None where the file has no sections we read."""
        if not self.path.lower().endswith(".md"):
            return None
        return heading_places(self.text)


@dataclass(frozen=True)
class Inventory:
    """Every file of the project that the compiler may read, by path."""

    files: dict[str, File] = field(default_factory=dict)

    def __contains__(self, path: object) -> bool:
        return path in self.files

    def get(self, path: str) -> File | None:
        return self.files.get(path)


@dataclass(frozen=True)
class Sources:
    """What stage 1 yields: the records' files, read, and the inventory."""

    root: Path
    files: tuple[Source, ...]
    inventory: Inventory
    faults: tuple[Fault, ...] = ()

    @cached_property
    def lost(self) -> frozenset[str]:
        """Keys in text that could not be read: what refers to them is not dangling, the file is broken."""
        return frozenset().union(*(source.lost for source in self.files))

    def text_of(self, path: str) -> str:
        return next((source.text for source in self.files if source.path == path), "")


def find_root(start: Path) -> Path:
    """The project that `start` lies in: the nearest folder upwards with a project.yaml."""
    start = start.resolve()
    if not start.is_dir():
        raise UsageError(f"{start} is not a folder")
    for folder in (start, *start.parents):
        if (folder / PROJECT_FILE).is_file():
            return folder
    raise UsageError(f"no {PROJECT_FILE} in {start} or any folder above it; `mdr new DIR` writes a project that builds at once")


def read(root: Path, links: Mapping[str, Path] = NO_LINKS, repositories: Collection[str] = ()) -> Sources:
    """Read every YAML file below `root` (its project.yaml first) and list the other files.

    Of an earlier state of the project some things are not made again: `links`, path -> where a link led on this disk, with a
    place in the project given below `root`; and `repositories` inside the project, by the paths of their folders.
    """
    faults = [fault for path in sorted(links) for fault in _fault_of_earlier(path, links, root)]
    faults += [_inner_repository(f"{path}/.git") for path in sorted(repositories)]
    sources: list[Source] = []
    files: dict[str, File] = {}
    for location in _walk(root, root.resolve(), faults):
        path = location.relative_to(root).as_posix()
        try:
            if not os.access(location, os.R_OK):
                raise PermissionError(EACCES, os.strerror(EACCES))
            found, record_hash = location.stat(), None
            if _is_record_file(path):
                data = location.read_bytes()
                record_hash = hashlib.sha256(data).hexdigest()
                sources.append(read_text(path, data))
            elif _is_misnamed(path) and _looks_like_records(location):
                faults.append(
                    Fault(
                        "yml-file",
                        "the file looks like records, but only *.yaml is read",
                        Place(path),
                        fix=f"rename it to {path.rpartition('.')[0]}.yaml",
                    )
                )
            files[path] = File(path, location, found.st_size, found.st_mtime_ns, record_hash)
        except OSError as error:
            faults.append(Fault("unreadable", f"the file cannot be read: {error.strerror}", Place(path)))
    sources.sort(key=lambda source: (source.path != PROJECT_FILE, source.path))
    faults += [fault for source in sources for fault in source.faults]
    return Sources(root, tuple(sources), Inventory(dict(sorted(files.items()))), tuple(faults))


def _hash_on_disk(location: Path) -> str:
    with location.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _is_record_file(path: str) -> bool:
    return path.endswith(".yaml") and ("/" not in path or path.split("/")[0] not in NOT_RECORDS)


def _is_misnamed(path: str) -> bool:
    return path.lower().endswith((".yml", ".yaml")) and path.split("/")[0] not in NOT_RECORDS


def _looks_like_records(location: Path) -> bool:
    """A mapping at the start of a line whose values are indented, in a file that is not a tool's configuration."""
    if location.name.startswith(("mkdocs", ".")):
        return False
    head = location.read_text("utf-8", errors="replace")[:4000]
    return any(line.rstrip().endswith(":") and not line.startswith((" ", "#", "-")) for line in head.splitlines())


def _walk(root: Path, real_root: Path, faults: list[Fault]) -> Iterator[Path]:
    """Files below `root` in a fixed order, without hidden ones; links are followed only inside the project."""
    todo = [root]
    while todo:
        folder = todo.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            faults.append(
                Fault("unreadable", f"the folder cannot be read: {error.strerror}", Place(folder.relative_to(root).as_posix()))
            )
            continue
        names = {entry.name for entry in entries}
        if names >= REPOSITORY or (".git" in names and folder != root):
            mark = "HEAD" if names >= REPOSITORY else ".git"
            faults.append(_inner_repository((folder / mark).relative_to(root).as_posix()))
        for entry in entries:
            if entry.name.startswith(".") or (folder == root and entry.name in NOT_INPUT):
                continue
            path = Path(entry.path)
            if BAD_IN_NAME.search(entry.name):
                faults.append(_bad_name(path.relative_to(root)))
            elif entry.is_symlink():
                where = _leads_astray(path, real_root)
                if where:
                    faults.append(_outside_link(path.relative_to(root).as_posix(), where))
                # a link inside the project: the file itself is read where it lies
            elif entry.is_dir(follow_symlinks=False):
                if not os.path.isfile(path / PROJECT_FILE):  # noqa: PTH113 - says no where the folder cannot be read
                    todo.append(path)  # else a project of its own
            elif entry.is_file(follow_symlinks=False):
                yield path


def _leads_astray(link: Path, real_root: Path) -> str | None:
    """Where a link leads that is not followed; None where it stays in the project."""
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):  # broken, or a loop
        return "leads nowhere"
    return None if target.is_relative_to(real_root) else "leads out of the project"


def _inner_repository(path: str) -> Fault:
    return Fault("inner-repository", "a repository of git lies inside the project; it is not asked", Place(path))


def _fault_of_earlier(path: str, links: Mapping[str, Path], root: Path) -> Iterator[Fault]:
    """What a link that was not made again would have been told of, had it been made."""
    above = [root.joinpath(*path.split("/")[:depth]) for depth in range(1, path.count("/") + 1)]
    if any((folder / PROJECT_FILE).is_file() for folder in above):
        return  # in a project of its own
    if BAD_IN_NAME.search(path):
        yield _bad_name(Path(path))
        return
    aim = links[path]
    for _ in range(MAX_CHAIN):
        step = next((way for way in (aim, *aim.parents) if way.is_relative_to(root) and _inside(way, root) in links), None)
        if step is None:
            break
        aim = links[_inside(step, root)] / aim.relative_to(step)
    else:
        yield _outside_link(path, "leads nowhere")
        return
    if not os.path.lexists(aim):
        yield _outside_link(path, "leads nowhere")
    elif not aim.is_relative_to(root):
        yield _outside_link(path, "leads out of the project")


def _inside(place: Path, root: Path) -> str:
    return place.relative_to(root).as_posix()


def _outside_link(path: str, where: str) -> Fault:
    fix = "copy the file into the project, or remove the link"
    return Fault("outside-link", f"the link {where}; it is not followed", Place(path), fix=fix)


def _bad_name(path: Path) -> Fault:
    """Such a name cannot stand in a finding or a document, and not every file system can hold it."""
    shown = BAD_IN_NAME.sub("\ufffd", path.as_posix())
    return Fault("unreadable", "its name holds a control character or is not UTF-8", Place(shown), fix="rename it")
