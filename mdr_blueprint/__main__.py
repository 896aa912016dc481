"""`mdr` and `python -m mdr_blueprint`: run the command line and turn whatever is raised into a message and an exit code.

0 no errors, 1 errors found, 2 wrong call, 3 nothing written. A person never meets a traceback: that of an internal
fault goes into a file.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from pathlib import Path

from mdr_blueprint.cli import app
from mdr_blueprint.cli.terminal import note, prepare
from mdr_blueprint.diagnostics import UsageError, WriteError

WRONG_CALL, NOTHING_WRITTEN, INTERRUPTED = 2, 3, 130
OUTSIDE = frozenset(
    getattr(errno, name, None)  # not every system knows all of them
    for name in (
        "ENOSPC",
        "EDQUOT",
        "EROFS",
        "EACCES",
        "EPERM",
        "EBUSY",
        "ETXTBSY",
        "EFBIG",
        "ENAMETOOLONG",
        "EMFILE",
        "ENFILE",
        "EIO",
        "ENOTDIR",
        "EISDIR",
        "ELOOP",
        "EBADF",
    )
)
"""Faults of the system, not of the program: disk full, no right to write, file locked, output closed."""

NO_MEMORY = (
    "memory is exhausted, and nothing was written; close other programs or use a machine with more memory, and look for a file "
    "of the project that is far larger than it should be"
)


def main() -> None:
    prepare()
    sys.exit(_run())


def _run() -> int:
    try:
        app(prog_name="mdr")
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 0 if done.code is None else 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except MemoryError:
        return _stop(NO_MEMORY, NOTHING_WRITTEN)
    except UsageError as error:
        return _stop(str(error), WRONG_CALL)
    except WriteError as error:
        return _stop(str(error), NOTHING_WRITTEN)
    except OSError as error:
        if not _stands_somewhere():
            return _stop("the working folder has been deleted; change into another one", WRONG_CALL)
        if error.errno is not None and error.errno in OUTSIDE:
            return _stop(f"{error.strerror}: {error.filename}" if error.filename else str(error.strerror), NOTHING_WRITTEN)
        return _stop(_internal_fault(error), NOTHING_WRITTEN)
    except Exception as error:  # noqa: BLE001  the last line of defence
        return _stop(_internal_fault(error), NOTHING_WRITTEN)
    return 0


def _stop(message: str, code: int) -> int:
    """Every line begins with our name: none that came with a text of somebody else looks like a message of its own."""
    note("".join(f"mdr: {line.removeprefix('mdr: ')}\n" for line in message.splitlines()))
    return code


def _stands_somewhere() -> bool:
    try:
        os.getcwd()  # noqa: PTH109 - it is the question itself
    except OSError:
        return False
    return True


def _internal_fault(error: Exception) -> str:
    told = f"internal fault: {type(error).__name__}: {error}"
    try:
        target = _cache_folder() / "last-fault.txt"
    except RuntimeError:  # the user has no home
        return told
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        with open(target, "x", encoding="utf-8", errors="backslashreplace", opener=_for_the_user_alone) as file:
            file.write("".join(traceback.format_exception(error)))
    except OSError as second:
        return f"{told}\nmdr: the traceback could not be written to {target}: {second.strerror}"
    return f"{told}\nmdr: this is a bug of the program, not of your project; the traceback is in {target}"


def _for_the_user_alone(path: str, flags: int) -> int:
    """Messages may hold texts of records."""
    return os.open(path, flags, 0o600)


def _cache_folder() -> Path:
    """The user's own cache, as each system places it; never inside a project."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        named = os.environ.get("XDG_CACHE_HOME", "")
        base = named if Path(named).is_absolute() else Path.home() / ".cache"  # as its specification says
    return Path(base) / "mdr-blueprint"


if __name__ == "__main__":
    main()
