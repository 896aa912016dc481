"""The output folder: written beside the old one and exchanged in one step, so that a killed build leaves the old output whole.

What is replaced is what the manifest of the old output lists, and nothing else: a folder that holds more is refused.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from mdr_blueprint.diagnostics import UsageError
from mdr_blueprint.write.exchange import exchange, is_folder, locked, refuse_unless_folder

MANIFEST = "manifest.json"
PARTS: dict[str, tuple[str, ...]] = {
    "site": ("site", "site_source"),
    "word": ("documents",),
    "excel": ("workbooks",),
    "data": ("data",),
}
"""Part of an output, as `--only` names it -> its folders."""
FOLDERS = frozenset(folder for folders in PARTS.values() for folder in folders)
LEFT_BY_SYSTEMS = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
"""Files, in lower case, that file managers leave in folders they show: nobody's work, they go with the old output."""
MAX_MANIFEST = 256 * 1024 * 1024
NAMED = 3
"""How many files a refusal names."""


class Seen(NamedTuple):
    """A listed file as it was found; the first three tell without reading whether it is still the same."""

    size: int
    modified: int
    number: int
    sha256: str


@dataclass(frozen=True)
class Previous:
    """The output that is there before a build: its manifest, and the files which that lists and which are there."""

    manifest: dict[str, Any] = field(default_factory=dict)
    listed: dict[str, str] = field(default_factory=dict)
    """Path -> sha256 by the manifest, whether the file is there or not."""
    files: dict[str, Seen] = field(default_factory=dict)

    @property
    def edited(self) -> list[str]:
        return [path for path, seen in self.files.items() if seen.sha256 != self.listed[path]]


@contextmanager
def replacing(output: Path, keep: tuple[str, ...] = (), *, overwrite_edited: bool = False) -> Iterator[tuple[Path, Previous]]:
    """A new folder to write into, and what is there so far; the new one takes its place when the block ends well, and vanishes
    when it does not.

    `keep` are folders of the old output that stay as they are. Raises `WriteError` where another build is at work, and
    `UsageError` where the folder holds anything that its own manifest does not list, or lists otherwise than it is.
    """
    refuse_unless_folder(output, "the output is one")
    if os.path.ismount(output):
        raise UsageError(f"{output} is a mount point, which cannot be exchanged; choose a folder in it, such as {output / 'out'}")
    output.parent.mkdir(parents=True, exist_ok=True)
    workshop = output.parent / f".mdr-build-{output.name}"
    with locked(workshop / "lock"):
        new, old = workshop / "new", workshop / "old"
        try:
            for rest in (new, old):
                refuse_unless_folder(rest, "a build works in a folder of this name before it exchanges the output")
            if old.exists() and not os.path.lexists(output) and _read_manifest(old) is not None:  # killed between the two renames
                old.rename(output)
            previous = _replaceable(output, overwrite_edited)
            for rest in (new, old):
                shutil.rmtree(rest, ignore_errors=True)
            new.mkdir()
            _keep(output, previous, new, keep)
            yield new, previous
            _replaceable(output, overwrite_edited, previous)  # hours may have passed
            exchange(new, output, old)
        finally:
            _leave(workshop, output)


def _leave(workshop: Path, output: Path) -> None:
    """Remove what this program puts into its workshop, but not an old output that is still the only one."""
    for rest in ("new", "old") if output.exists() else ("new",):
        shutil.rmtree(workshop / rest, ignore_errors=True)  # refuses links
    if not (workshop / "old").exists():
        with suppress(OSError):
            (workshop / "lock").unlink()
            workshop.rmdir()


def _keep(output: Path, previous: Previous, new: Path, folders: tuple[str, ...]) -> None:
    """Take over the listed files of some folders."""
    for folder in folders:
        if (output / folder).is_dir():
            (new / folder).mkdir()
    for path in previous.files:
        if path.split("/")[0] in folders:
            (new / path).parent.mkdir(parents=True, exist_ok=True)
            _link_or_copy(output / path, new / path)


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _replaceable(output: Path, overwrite_edited: bool, earlier: Previous | None = None) -> Previous:
    """What is there, where it is an output of ours and nothing else; files that are as at an earlier look are not read again."""
    if not os.path.lexists(output):
        return Previous()
    refuse_unless_folder(output, "the output is one")
    manifest = _read_manifest(output)
    listed = _listed(manifest or {})
    files, others = _look(output, listed, manifest is not None, earlier.files if earlier else {})
    if others:
        raise UsageError(_words_on_others(output, others, manifest is not None))
    previous = Previous(manifest or {}, listed, files)
    if previous.edited and not overwrite_edited:
        raise UsageError(_words_on_edited(output, previous.edited))
    return previous


def _read_manifest(output: Path) -> dict[str, Any] | None:
    """The manifest of an output of ours; None where there is none, or another program's."""
    file = output / MANIFEST
    try:
        found = file.lstat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_MANIFEST:
            return None
        whole = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    tool = whole.get("tool") if isinstance(whole, dict) else None
    return whole if isinstance(tool, str) and tool.startswith("mdr-blueprint") else None


def _listed(manifest: dict[str, Any]) -> dict[str, str]:
    """Path -> sha256 of what a build may have written. A manifest may be forged: no repository of git is ever an output."""
    outputs = manifest.get("outputs")
    return {
        path: sha
        for path, sha in (outputs.items() if isinstance(outputs, dict) else ())
        if isinstance(sha, str) and path.split("/")[0] in FOLDERS and ".git" not in path.lower().split("/")
    }


def _look(output: Path, listed: dict[str, str], ours: bool, earlier: dict[str, Seen]) -> tuple[dict[str, Seen], list[str]]:
    """The listed files that are there, and everything else: other files, folders without a listed file, links."""
    folders = {"/".join(path.split("/")[:end]) for path in listed for end in range(1, path.count("/") + 1)}
    folders |= FOLDERS if ours else set()
    files: dict[str, Seen] = {}
    others: list[str] = []
    todo = [""]
    while todo:
        at = todo.pop()
        with os.scandir(output / at) as entries:
            for entry in entries:
                path, found = f"{at}{entry.name}", entry.stat(follow_symlinks=False)
                if is_folder(found):
                    if path in folders:
                        todo.append(f"{path}/")
                    else:
                        others.append(f"{path}/")
                elif stat.S_ISREG(found.st_mode) and entry.name.lower() in LEFT_BY_SYSTEMS:
                    continue
                elif stat.S_ISREG(found.st_mode) and path in listed:
                    files[path] = _seen(Path(entry.path), found, earlier.get(path))
                elif not (ours and path == MANIFEST):
                    others.append(path)
    return dict(sorted(files.items())), sorted(others)


def _seen(file: Path, found: os.stat_result, earlier: Seen | None) -> Seen:
    mark = (found.st_size, found.st_mtime_ns, found.st_ino)
    if earlier is not None and earlier[:3] == mark:
        return earlier
    with file.open("rb") as stream:
        return Seen(*mark, hashlib.file_digest(stream, "sha256").hexdigest())


def _words_on_others(output: Path, others: list[str], ours: bool) -> str:
    if not ours:
        return (f"{output} holds files that are no output of this program ({_first(others)}); choose another folder with "
                "--output, or empty it")
    git = ".git" in (path.strip("/").lower() for path in others)
    hint = "; a git work tree is no output: build elsewhere and copy the files into it" if git else ""
    return (f"{output} holds what no build wrote ({_first(others)}), and a build replaces the whole folder; move it away, or "
            f"choose another folder with --output{hint}")


def _words_on_edited(output: Path, edited: list[str]) -> str:
    number = "1 edited file" if len(edited) == 1 else f"{len(edited)} edited files"
    return (f"{output} holds {number} ({_first(edited)}), and what was edited in an output is lost when it is built again; take "
            "it over into records, evidence or templates, or copy it away, then build with --overwrite-edited")


def _first(paths: list[str]) -> str:
    """The first few names, as a terminal may show them, and how many more."""
    names = ["".join(c if c.isprintable() else "\ufffd" for c in path) for path in paths[:NAMED]]
    more = len(paths) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")
