"""New records and changed fields, written into the files of a project as a person would write them.

A record goes where its like stand. Only the lines of what is new or changed are touched: comments, order, quotes and indents
of all others stay byte for byte. Each file is read again before anything is written, and must then say what was meant.
"""

from __future__ import annotations

import difflib
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mdr_blueprint.diagnostics import UsageError, WriteError
from mdr_blueprint.importers.editing import Added, Changed, RecordFile
from mdr_blueprint.load import Dossier
from mdr_blueprint.model import Record
from mdr_blueprint.source import Sources


@dataclass(frozen=True)
class Patch:
    """A file before and after. `old` is None where it does not exist yet."""

    path: str
    """Relative to the project, with `/`."""
    old: bytes | None
    new: bytes

    def diff(self, prefix: str = "") -> str:
        """The unified diff; `prefix` is the way to the project."""
        name = f"{prefix}/{self.path}" if prefix else self.path
        old, new = _lines(self.old or b""), _lines(self.new)
        head = "/dev/null" if self.old is None else name
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
                       for line in difflib.unified_diff(old, new, head, name))


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
    for change in changed:
        entry = dossier.entries[change.id]
        file(entry.place.path).change(entry, change.fields)
    placed: dict[str, list[Added]] = {}
    fallback = _place(sources, kind) if added else ""
    for addition in added:
        near = dossier.entries.get(addition.beside or "")
        is_near = near is not None and file(near.place.path).takes(kind)
        placed.setdefault(near.place.path if near is not None and is_near else fallback, []).append(addition)
    for path, records in placed.items():
        file(path).add(kind, records)
    return tuple(Patch(path, files[path].raw, files[path].changed()) for path in sorted(files) if files[path].edits)


def write(root: Path, made: Sequence[Patch]) -> None:
    """Write the files, each in one step. What cannot be prepared stops all of them."""
    ready: list[tuple[Path, Path]] = []
    try:
        for patch in made:
            target = root / patch.path
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=target.parent, prefix=".mdr-", suffix=".tmp")
            ready.append((Path(name), target))
            with os.fdopen(handle, "wb") as stream:
                stream.write(patch.new)
                stream.flush()
                os.fsync(stream.fileno())
            if target.exists():
                if not os.access(target, os.W_OK):  # a file that its owner has locked is not replaced either
                    raise WriteError(f"{target} is read-only; nothing was written")
                shutil.copymode(target, name)
            else:
                Path(name).chmod(0o666 & ~_umask())
        while ready:
            ready[0][0].replace(ready[0][1])
            ready.pop(0)
    except OSError as error:
        raise WriteError(f"{error.filename2 or error.filename} cannot be written: {error.strerror}") from error
    finally:
        for scratch, _ in ready:
            scratch.unlink(missing_ok=True)


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
    for path in (f"verification/{kind}.yaml", f"verification/imported_{kind}.yaml"):
        file = RecordFile.of(sources, path)
        if kind not in file.source.root.marks and file.is_block:
            return path
    raise UsageError(f"no file can take new {kind}: where they stand they are written inside {{ }}; write `{kind}:` with one "
                     f"record below it into a file of its own")


def _lines(data: bytes) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", data.decode("utf-8"))
