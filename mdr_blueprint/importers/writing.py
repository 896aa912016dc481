"""New records and changed fields, written into the files of a project as a person would write them.

A record goes where its like stand. Only the lines of what is new or changed are touched: comments, order, quotes and indents
of all others stay byte for byte. Each file is read again before anything is written, and must then say what was meant.
"""

from __future__ import annotations

import difflib
import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from errno import EACCES
from pathlib import Path

from mdr_blueprint.diagnostics import UsageError, WriteError
from mdr_blueprint.importers.adding import Added, add
from mdr_blueprint.importers.changing import Changed, change
from mdr_blueprint.importers.record_file import RecordFile
from mdr_blueprint.load import Dossier
from mdr_blueprint.model import Record
from mdr_blueprint.source import Sources
from mdr_blueprint.source.folder import PROJECT_FILE

SCRATCH = re.compile(r"\.mdr-[a-z0-9_]{8}\.tmp")
"""Names of the hidden files that `_scratch` makes."""
LEFT_BEHIND = 3600
"""Seconds after which such a file is nobody's: an import holds one for a moment."""


@dataclass(frozen=True)
class Patch:
    """A file before and after. `old` is None where it does not exist yet."""

    path: str
    """Relative to the project, with `/`."""
    old: bytes | None
    new: bytes

    def diff(self, prefix: str = "") -> str:
        """The unified diff as `git apply` and `patch -p1` read it; `prefix` is the way to the project."""
        name = f"{prefix}/{self.path}" if prefix else self.path
        if " " in name:
            name += "\t"  # else the readers of a patch end the name at the space
        old, new = _lines(self.old or b""), _lines(self.new)
        head = "/dev/null" if self.old is None else f"a/{name}"
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
                       for line in difflib.unified_diff(old, new, head, f"b/{name}"))


def patches(
    sources: Sources, dossier: Dossier, cls: type[Record], changed: Sequence[Changed], added: Sequence[Added]
) -> tuple[Patch, ...]:
    """What is to be written so that the records of a kind hold what is new and changed. Raises `UsageError` where a file cannot
    be changed; nothing has been written then.
    """
    files: dict[str, RecordFile] = {}

    def file(path: str) -> RecordFile:
        if path not in files:
            files[path] = RecordFile.of(sources, path)
        return files[path]

    kind = cls.kind_name
    for record in changed:
        entry = dossier.entries[record.id]
        change(file(entry.place.path), entry, record.fields)
    placed: dict[str, list[Added]] = {}
    fallback = _place(sources, kind) if added else ""
    for addition in added:
        near = dossier.entries.get(addition.beside or "")
        is_near = near is not None and file(near.place.path).takes(kind)
        placed.setdefault(near.place.path if near is not None and is_near else fallback, []).append(addition)
    for path, records in placed.items():
        add(file(path), kind, records)
    return tuple(Patch(path, files[path].raw, files[path].changed()) for path in sorted(files) if files[path].edits)


def write(root: Path, made: Sequence[Patch]) -> None:
    """Write the files, each in one step, or none of them. Raises `WriteError` where one cannot be written or has been changed."""
    _clear(root / patch.path for patch in made)
    scratches: dict[str, Path] = {}
    written: list[Patch] = []
    path = ""
    try:
        for patch in made:
            path = patch.path
            scratches[path] = _scratch(root / path, patch.new)
        for patch in made:
            path = patch.path
            if _content(root / path) != patch.old:
                raise WriteError(f"{path} was changed by somebody else just now{_put_back(root, written)}")
            scratches[path].replace(root / path)
            del scratches[path]
            written.append(patch)
    except OSError as error:
        raise WriteError(f"{path} cannot be written: {error.strerror}{_put_back(root, written)}") from error
    finally:
        for scratch in scratches.values():
            scratch.unlink(missing_ok=True)


def _clear(targets: Iterable[Path]) -> None:
    """Remove what an import that was killed left beside the targets; one that runs at this time keeps its own."""
    for folder in {target.parent for target in targets}:
        for path in folder.glob(".mdr-*.tmp"):
            with suppress(OSError):  # another import was faster, or may and this one may not
                about = path.lstat()
                if SCRATCH.fullmatch(path.name) and stat.S_ISREG(about.st_mode) and time.time() - about.st_mtime > LEFT_BEHIND:
                    path.unlink()


def _scratch(target: Path, data: bytes) -> Path:
    """What the target is to hold, whole and on the disk, in a hidden file beside it."""
    if target.exists() and not os.access(target, os.W_OK):  # a file that its owner has locked is not replaced either
        raise PermissionError(EACCES, os.strerror(EACCES))
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".mdr-", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if target.exists():
            shutil.copymode(target, name)
        else:
            Path(name).chmod(0o666 & ~_umask())
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _content(target: Path) -> bytes | None:
    try:
        return target.read_bytes()
    except FileNotFoundError:
        return None


def _put_back(root: Path, written: Sequence[Patch]) -> str:
    """The files that were written hold again what they held; tells what became of them."""
    for patch in written:
        target = root / patch.path
        try:
            if patch.old is None:
                target.unlink()
            else:
                _scratch(target, patch.old).replace(target)
        except OSError as error:
            return f"; {patch.path} is written and cannot be put back: {error.strerror}"
    return "; nothing was written"


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _place(sources: Sources, kind: str) -> str:
    """The file with the most records of a kind that can take one more; else one of its own."""
    counts = {source.path: len(source.root.get(kind) or ()) for source in sources.files if kind in source.root.marks}
    for path in sorted(counts, key=lambda path: -counts[path]):  # sorted keeps the order of files among equals
        if RecordFile.of(sources, path).takes(kind):
            return path
    for path in (f"verification/{kind}.yaml", f"verification/imported_{kind}.yaml", f"{kind}.yaml", f"imported_{kind}.yaml"):
        if not _is_read(sources.root, path):
            continue
        file = RecordFile.of(sources, path)
        if kind not in file.source.root.marks and file.is_block:
            return path
    raise UsageError(f"no file can take new {kind}: where they stand they are written inside {{ }}; write `{kind}:` with one "
                     f"record below it into a file of its own")


def _is_read(root: Path, path: str) -> bool:
    """The compiler looks into its folder, or would: no link, no project of its own, no file."""
    folder = (root / path).parent
    is_other = folder.is_symlink() or (folder.exists() and not folder.is_dir()) or (folder / PROJECT_FILE).is_file()
    return folder == root or not is_other


def _lines(data: bytes) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", data.decode("utf-8"))
