"""The output folder: written beside the old one and exchanged in one step, so that a killed build leaves the old output whole."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from mdr_blueprint.diagnostics import UsageError, WriteError

MANIFEST = "manifest.json"
PARTS: dict[str, tuple[str, ...]] = {
    "site": ("site", "site_source"),
    "word": ("documents",),
    "excel": ("workbooks",),
    "data": ("data",),
}
"""Part of an output, as `--only` names it -> its folders."""


@contextmanager
def replacing(output: Path, keep: tuple[str, ...] = ()) -> Iterator[Path]:
    """A new folder to write into; it takes the place of `output` when the block ends well, and vanishes when it does not.

    `keep` are folders of the old output that stay as they are. Raises `WriteError` where another build is at work.
    """
    _check_replaceable(output)
    output.parent.mkdir(parents=True, exist_ok=True)
    workshop = output.parent / f".mdr-build-{output.name}"
    with _lock(workshop / "lock"):
        new, old = workshop / "new", workshop / "old"
        if old.exists() and not output.exists():  # killed between the two renames
            old.rename(output)
        for rest in (new, old):
            shutil.rmtree(rest, ignore_errors=True)
        new.mkdir()
        try:
            for folder in keep:
                if (output / folder).is_dir():
                    shutil.copytree(output / folder, new / folder, copy_function=_link_or_copy)
            yield new
            _exchange(new, output, old)
        finally:
            shutil.rmtree(new, ignore_errors=True)
            if output.exists():
                shutil.rmtree(workshop, ignore_errors=True)


def _check_replaceable(output: Path) -> None:
    """Only an output of ours is ever replaced."""
    if not output.exists():
        return
    if not output.is_dir():
        raise UsageError(f"{output} is a file, not a folder")
    if any(output.iterdir()):
        try:
            ours = str(json.loads((output / MANIFEST).read_text("utf-8")).get("tool", "")).startswith("mdr-blueprint")
        except (OSError, ValueError, AttributeError):
            ours = False
        if not ours:
            raise UsageError(f"{output} holds files that are no output of this program; choose another folder or empty it")


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Held until the block or the process ends, however it ends."""
    while True:
        path.parent.mkdir(exist_ok=True)
        with path.open("a+") as handle:
            if not _try_lock(handle):
                raise WriteError(f"another build is writing to this output ({path})")
            if not _is_same_file(handle, path):
                continue  # the build before removed it between our opening and our locking
            yield
            return


def _is_same_file(handle: IO[str], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _try_lock(handle: IO[str]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _exchange(new: Path, output: Path, old: Path) -> None:
    if not output.exists():
        new.rename(output)
    elif not _exchange_at_once(new, output):
        output.rename(old)
        try:
            new.rename(output)
        except OSError:
            old.rename(output)
            raise


def _exchange_at_once(first: Path, second: Path) -> bool:
    """Swap two folders by `renameat2(RENAME_EXCHANGE)` where the system has it."""
    if sys.platform != "linux":
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    return bool(renameat2(here, os.fsencode(first), here, os.fsencode(second), exchange) == 0)
