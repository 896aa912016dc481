"""Walk a project folder: which files are records, which are evidence, which are neither."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from errno import EACCES, EFBIG, EINVAL
from functools import cached_property
from operator import length_hint
from pathlib import Path
from types import MappingProxyType

from mdr_blueprint.diagnostics import Fault, Place, UsageError
from mdr_blueprint.source.files import (
    NOT_INPUT,
    NOT_RECORDS,
    File,
    Inventory,
    PassedOver,
    is_record_file,
    is_template,
    limit_of,
    no_file,
    open_file,
    read_file,
    same_name,
    steps,
    too_large,
)
from mdr_blueprint.source.yaml_reader import MAX_PARTS, Source, allowance, read_text

PROJECT_FILE = "project.yaml"
WORD = re.compile(r"(?<![A-Za-z0-9_.-])[A-Za-z][A-Za-z0-9_.-]*+(?![\"']?\s*:)")  # possessive: a file may be one long word
BAD_IN_NAME = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
REPOSITORY = frozenset({"HEAD", "objects", "refs"})
"""What a folder holds that is a repository of git without a work tree."""
MAX_CHAIN = 40
"""Links that lead to links, one after the other, before they count as a circle."""
NO_LINKS: Mapping[str, Path] = MappingProxyType({})
MAX_PROJECT_BYTES = 64 * 1024 * 1024
"""So much text of records is read of one project."""
HEAD = 4000
FIXES = {
    EFBIG: "make it smaller, divide it into several files, or take it out of the project",
    EINVAL: "remove it, or put a file in its place",
    EACCES: "give yourself the right to read it",
}


@dataclass(frozen=True)
class Sources:
    """What stage 1 yields: the records' files, read, and the inventory."""

    root: Path
    files: tuple[Source, ...]
    inventory: Inventory
    faults: tuple[Fault, ...] = ()
    is_partial: bool = False
    """Something that may hold records was not read at all, so of nothing can it be said that it is nowhere."""

    @cached_property
    def lost(self) -> frozenset[str]:
        """Keys in text that could not be read."""
        return frozenset().union(*(source.lost for source in self.files))

    @cached_property
    def broken_words(self) -> frozenset[str]:
        """Words other than keys in files that could not be read to their end."""
        texts = (source.text for source in self.files if any(fault.kind == "unreadable" for fault in source.faults))
        return frozenset(word for text in texts for word in WORD.findall(text))

    def may_define(self, id_: str) -> bool:
        """Whether an id may stand in what could not be read: what refers to it is not dangling, a file is broken."""
        return self.is_partial or id_ in self.lost


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
    walk = _Walk(root)
    walk.run()
    walk.add_earlier(links, repositories)
    walk.judge_links()
    sources = walk.records()
    faults = (*walk.faults, *(fault for source in sources for fault in source.faults))
    inventory = Inventory(dict(sorted(walk.files.items())), walk.passed_over, tuple(walk.twins))
    return Sources(root, tuple(sources), inventory, faults, walk.is_partial)


class _Walk:
    """The files below a folder, without hidden ones and projects of their own. No link is followed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.real_root = root.resolve()
        self.files: dict[str, File] = {}
        self.passed_over: dict[str, PassedOver] = {}
        self.twins: list[tuple[str, str]] = []
        self.faults: list[Fault] = []
        self.is_partial = False
        self._folders: set[str] = set()
        self._links: list[tuple[str, str]] = []

    def run(self) -> None:
        todo = [self.root]
        while todo:
            folder = todo.pop()
            self._folders.add(self._path(folder))
            try:
                entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
            except OSError as error:
                self._not_read(self._path(folder), error, "folder")
                continue
            names = {entry.name for entry in entries}
            if names >= REPOSITORY or (".git" in names and folder != self.root):
                self._inner_repository(self._path(folder / ("HEAD" if names >= REPOSITORY else ".git")))
            entries = [entry for entry in entries if not entry.name.startswith(".")]
            self._find_twins(folder, [entry.name for entry in entries])
            for entry in entries:
                if folder == self.root and entry.name in NOT_INPUT:
                    continue
                path = Path(entry.path)
                if BAD_IN_NAME.search(entry.name):
                    self.faults.append(_bad_name(path.relative_to(self.root)))
                elif entry.is_symlink():
                    self._link(self._path(path), _resolved(path))
                elif not entry.is_dir(follow_symlinks=False):
                    self._file(path, is_regular=entry.is_file(follow_symlinks=False))
                elif os.path.isfile(path / PROJECT_FILE):  # noqa: PTH113 - says no where the folder cannot be read
                    self.passed_over[self._path(path)] = PassedOver("is a project of its own")
                else:
                    todo.append(path)

    def add_earlier(self, links: Mapping[str, Path], repositories: Collection[str]) -> None:
        """Links and repositories of an earlier state, as if they were there."""
        for path in sorted(repositories):
            self._inner_repository(f"{path}/.git")
        for path, target in sorted(links.items()):
            above = (self.root / step for step in steps(path)[:-1])
            if any((folder / PROJECT_FILE).is_file() for folder in above):
                continue  # in a project of its own
            if BAD_IN_NAME.search(path):
                self.faults.append(_bad_name(Path(path)))
            else:
                self._link(path, _followed(target, links, self.root))

    def records(self) -> list[Source]:
        """The files of records, read until the project has more than is read of one."""
        sources: list[Source] = []
        left, allowed = MAX_PROJECT_BYTES, allowance()
        paths = sorted(filter(is_record_file, self.files), key=lambda path: (path != PROJECT_FILE, path))
        for number, path in enumerate(paths):
            if left < self.files[path].size or not length_hint(allowed):
                self._stop(paths[number:], by_size=bool(length_hint(allowed)))
                break
            file = self.files.pop(path)
            try:
                data = read_file(file.location, file.limit)
            except OSError as error:
                self._not_read(path, error)
                continue
            self.files[path] = replace(file, record_hash=hashlib.sha256(data).hexdigest())
            left -= len(data)
            sources.append(read_text(path, data, allowed))
        return sources

    def _path(self, location: Path) -> str:
        return location.relative_to(self.root).as_posix()

    def _stop(self, paths: list[str], *, by_size: bool) -> None:
        """Say once that no more is read."""
        self.is_partial = True
        more = f" and {len(paths) - 1:,} more are" if len(paths) > 1 else " is"
        limit = f"{MAX_PROJECT_BYTES:,} bytes" if by_size else f"{MAX_PARTS:,} parts (keys, values, ends of lists and mappings)"
        message = f"this file{more} not read: the records of the project have more than the {limit} that are read"
        self.faults.append(Fault("unreadable", message, Place(paths[0]), fix="divide the project, or take out what is no record"))

    def _not_read(self, path: str, error: OSError, what: str = "file") -> None:
        """A file or folder that cannot be read. An evidence text that is too large is told where it is cited."""
        self.passed_over[path] = PassedOver(f"cannot be read: {error.strerror}")
        self.is_partial |= is_record_file(path) if what == "file" else path.split("/")[0] not in NOT_RECORDS
        if error.errno != EFBIG or is_record_file(path) or is_template(path):
            fix = FIXES.get(error.errno or 0)
            self.faults.append(Fault("unreadable", f"the {what} cannot be read: {error.strerror}", Place(path), fix=fix))

    def _file(self, location: Path, *, is_regular: bool) -> None:
        path = self._path(location)
        try:
            if not is_regular:  # never opened
                raise no_file(location.lstat().st_mode, location)
            if not os.access(location, os.R_OK):
                raise PermissionError(EACCES, os.strerror(EACCES))
            about, limit = location.lstat(), limit_of(path)
            if limit is not None and about.st_size > limit:
                raise too_large(about.st_size, limit, location)
            if _is_misnamed(path) and not is_record_file(path) and _looks_like_records(location):
                fix = f"rename it to {path.rpartition('.')[0]}.yaml"
                self.faults.append(
                    Fault("yml-file", "the file looks like records, but only *.yaml is read", Place(path), fix=fix)
                )
            self.files[path] = File(path, location, about.st_size, about.st_mtime_ns)
        except OSError as error:
            if is_regular or is_record_file(path) or path.split("/")[0] in ("templates", "evidence"):
                self._not_read(path, error)
            else:
                self.passed_over[path] = PassedOver(f"cannot be read: {error.strerror}")

    def _find_twins(self, folder: Path, names: list[str]) -> None:
        seen: dict[str, str] = {}
        for name in names:
            first = seen.setdefault(same_name(name), name)
            if first != name and not BAD_IN_NAME.search(first + name):
                self.twins.append((self._path(folder / first), self._path(folder / name)))

    def _link(self, path: str, target: Path | None) -> None:
        """A link that leads to a place on this disk, or nowhere."""
        if target is not None and target.is_relative_to(self.real_root):
            there = target.relative_to(self.real_root).as_posix()
            shown = BAD_IN_NAME.sub("\ufffd", there)
            self.passed_over[path] = PassedOver(f"is a link to `{shown}`, and links are not followed", shown)
            self._links.append((path, there))
            return
        where = "leads nowhere" if target is None else "leads out of the project"
        self.passed_over[path] = PassedOver(f"is a link that {where}")
        fix = "copy the file into the project, or remove the link"
        self.faults.append(Fault("outside-link", f"the link {where}; it is not followed", Place(path), fix=fix))

    def _inner_repository(self, path: str) -> None:
        message = "a repository of git lies inside the project; it is not asked"
        self.faults.append(Fault("inner-repository", message, Place(path)))

    def judge_links(self) -> None:
        """A link inside the project is no fault where what it leads to is read in its own place and as the same."""
        for path, there in self._links:
            if (self.root / there).is_dir():
                ours = there in self._folders or there.split("/")[0] in NOT_INPUT
                is_read = ours and path.split("/")[0] != "templates"
            elif is_record_file(path):
                is_read = is_record_file(there) and there in self.files
            else:
                is_read = not is_template(path)
            if not is_read:
                shown = BAD_IN_NAME.sub("\ufffd", there)
                message = f"the link to `{shown}` is not followed, and nothing else reads what is there in its place"
                self.faults.append(Fault("link", message, Place(path), fix="put the files themselves here, or remove the link"))


def _resolved(link: Path) -> Path | None:
    """Where a link leads; None where that is nowhere."""
    try:
        return link.resolve(strict=True)
    except (OSError, RuntimeError):  # broken, or a loop
        return None


def _followed(aim: Path, links: Mapping[str, Path], root: Path) -> Path | None:
    """Where a link leads that was not made again, by way of others of its kind; None where that is nowhere."""
    for _ in range(MAX_CHAIN):
        ways = (way for way in (aim, *aim.parents) if way.is_relative_to(root))
        step = next((way for way in ways if way.relative_to(root).as_posix() in links), None)
        if step is None:
            return aim if os.path.lexists(aim) else None
        aim = links[step.relative_to(root).as_posix()] / aim.relative_to(step)
    return None


def _is_misnamed(path: str) -> bool:
    return path.lower().endswith((".yml", ".yaml")) and path.split("/")[0] not in NOT_RECORDS


def _looks_like_records(location: Path) -> bool:
    """A mapping at the start of a line whose values are indented, in a file that is not a tool's configuration."""
    if location.name.startswith(("mkdocs", ".")):
        return False
    with open_file(location) as stream:
        head = stream.read(HEAD).decode("utf-8", "replace")
    return any(line.rstrip().endswith(":") and not line.startswith((" ", "#", "-")) for line in head.splitlines())


def _bad_name(path: Path) -> Fault:
    """Such a name cannot stand in a finding or a document, and not every file system can hold it."""
    shown = BAD_IN_NAME.sub("\ufffd", path.as_posix())
    return Fault("unreadable", "its name holds a control character or is not UTF-8", Place(shown), fix="rename it")
