"""What the exchange of a folder asks of the system: things that are what they seem, one lock, and one step.

No link is followed here: a link may come with a repository or a zip file and lead to any folder of the user.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mdr_blueprint.diagnostics import UsageError, WriteError

JUNCTION = 0xA0000003
"""Windows' mark on a folder that stands for another one (IO_REPARSE_TAG_MOUNT_POINT)."""
MAX_LINKS = 40
"""As many links on one way as Linux follows."""


def is_folder(found: os.stat_result) -> bool:
    """Whether what `lstat` found is a folder itself, and no link or junction to one."""
    return stat.S_ISDIR(found.st_mode) and getattr(found, "st_reparse_tag", 0) != JUNCTION


def refuse_unless_folder(path: Path, what: str) -> None:
    """Where something is at this path it must be a folder; `what` names it in the message."""
    with suppress(FileNotFoundError):
        if is_folder(path.lstat()):
            return
        raise UsageError(f"{path} is {_kind(path)}, not a folder, but {what}; remove it, or choose another folder with --output")


def real_place(given: Path, root: Path) -> Path:
    """The path without links that `given` leads to. UsageError where a link inside the project at `root` is on the way."""
    todo = list(reversed(given.absolute().parts))
    here, links = Path(todo.pop()), 0
    while todo:
        part = todo.pop()
        step = here.parent if part == ".." else here / part
        if part == ".." or not step.is_symlink():
            here = step
            continue
        leads = str(step.readlink()).removeprefix("\\\\?\\")  # as Windows gives it
        if here.is_relative_to(root):
            raise UsageError(f"{step} is a link (to {leads}), and no output is written through a link inside the project; "
                             "remove it, or name the folder that is meant with --output")
        links += 1
        if links > MAX_LINKS:
            raise UsageError(f"{given} cannot be reached: its links lead in a circle")
        target = here / leads
        todo += reversed(target.parts)
        here = Path(todo.pop())
    return here.resolve()


def _kind(path: Path) -> str:
    return "a link" if path.is_symlink() else "a file" if path.is_file() else "a folder" if path.is_dir() else "a pipe or device"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Held until the block or the process ends, however it ends. The folder of the lock is made where it is missing."""
    while True:
        refuse_unless_folder(path.parent, "a build works in a folder of this name before it exchanges the output")
        if not path.parent.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path.parent.parent))
        try:
            path.parent.mkdir(exist_ok=True)
            handle = _open(path)
        except (FileExistsError, FileNotFoundError):
            continue  # the build before removed the folder between two of our steps
        try:
            if not _try_lock(handle):
                raise WriteError(f"another build is writing to this output ({path})")
            if _is_same_file(handle, path):  # else the build before removed it between our opening and our locking
                yield
                return
        finally:
            os.close(handle)


def _open(path: Path) -> int:
    """Open the lock, and nothing that a link of its name leads to."""
    if os.path.lexists(path) and not stat.S_ISREG(path.lstat().st_mode):
        raise UsageError(f"{path} is {_kind(path)}, but a build keeps its lock there; remove it, or choose another folder "
                         "with --output")
    return os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)


def _is_same_file(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.lstat())
    except FileNotFoundError:
        return False


def _try_lock(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def exchange(new: Path, output: Path, old: Path) -> None:
    """Put `new` in the place of `output`; what was there is then at `new` or at `old`."""
    try:
        if not os.path.lexists(output):
            new.rename(output)
        elif not _at_once(new, output):
            output.rename(old)
            try:
                new.rename(output)
            except OSError:
                old.rename(output)
                raise
    except OSError as error:
        if error.errno == errno.EBUSY:
            raise WriteError(f"{output} is in use by the system, as a mount point is, and cannot be exchanged; choose a folder "
                             "in it") from error
        raise


def _at_once(first: Path, second: Path) -> bool:
    """Swap two folders by `renameat2(RENAME_EXCHANGE)` where the system has it."""
    if sys.platform != "linux":
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    return bool(renameat2(here, os.fsencode(first), here, os.fsencode(second), exchange) == 0)
