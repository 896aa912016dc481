"""Standard output and the terminal: what may be coloured, how wide it is, and a reader that goes away."""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EBADF
from typing import TextIO

from mdr_blueprint.diagnostics import WriteError

PATIENCE = 1.0
"""Seconds after which work says that it is still going on."""
STEERING = re.compile("\x1b\\[(?:[0-2]|1;3[136])m|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""A colour of ours, or a character by which a text would move the cursor, give orders to the terminal or turn its direction."""
ORDER = re.compile(r"^([^\S\n]*):(?=:)|#(?=#[a-z]*\[)", re.MULTILINE | re.IGNORECASE)
"""What CI services take as orders in a log: `::error::` at the start of a line, `##vso[` anywhere."""
UNSEEN = "\N{REPLACEMENT CHARACTER}"


def prepare() -> None:
    """UTF-8 into pipes and files on every system, and no failure over a character that the terminal lacks.

    The number of a stream that the caller closed is taken, or another file would get it and with it what is printed: output
    fails then, and messages are lost as was wanted.
    """
    for number, way in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, way)  # the lowest number that is free
    if sys.stdout is None:
        sys.stdout = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), write_through=True)
    if sys.stderr is None:
        sys.stderr = io.TextIOWrapper(io.FileIO(2, "w", closefd=False), write_through=True)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def say(text: str, *, exact: bool = False, only_told: bool = False) -> None:
    """Write to standard output. A reader that has seen enough (`mdr check | head`) is no fault: the verdict stands.

    Raises `WriteError` where it cannot be written, unless it is `only_told`: words about work that is done and stays done.
    What is for programs is `exact`; only a terminal gets that too without what would steer it.
    """
    try:
        sys.stdout.write(text if exact and not sys.stdout.isatty() else plain(text))
        sys.stdout.flush()
    except BrokenPipeError:
        _silence(sys.stdout)
    except OSError as error:
        _silence(sys.stdout)
        fault = f"standard output cannot be written: {'it is closed' if error.errno == EBADF else error.strerror}"
        if not only_told:
            raise WriteError(fault) from error
        note(f"mdr: {fault}; what was done is done\n")


def note(text: str) -> None:
    """Write to standard error, where anybody reads it."""
    try:
        sys.stderr.write(plain(text))
        sys.stderr.flush()
    except OSError:
        _silence(sys.stderr)


def _silence(stream: TextIO) -> None:
    """What is still held back would fail once more at the end of the program and spoil its exit code."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def plain(text: str) -> str:
    """Without what would steer a terminal or a CI service, but for colours where they are wanted."""
    coloured = colour_wanted()
    text = STEERING.sub(lambda found: found[0] if coloured and len(found[0]) > 1 else UNSEEN, text)
    return ORDER.sub(rf"\1{UNSEEN}", text)


def colour_wanted() -> bool:
    """Only on a terminal that knows colours, and never against NO_COLOR (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def bold(text: str) -> str:
    return f"\x1b[1m{text}\x1b[0m" if colour_wanted() else text


def dim(text: str) -> str:
    return f"\x1b[2m{text}\x1b[0m" if colour_wanted() else text


def width() -> int:
    """Columns to fill: those of the terminal, but no more than reads well."""
    return min(shutil.get_terminal_size().columns, 100)


def wrapped(text: str, indent: str = "", hanging: str | None = None) -> str:
    """A text in lines of the terminal; `hanging` is the indent of all lines but the first, where it differs."""
    below = indent if hanging is None else hanging
    return textwrap.fill(text, width(), initial_indent=indent, subsequent_indent=below, break_long_words=False,
                         break_on_hyphens=False)


@contextmanager
def patience(doing: str) -> Iterator[None]:
    """Say on a terminal what is being done, once it takes longer than a second."""
    if not sys.stderr.isatty():
        yield
        return
    line = f"{doing} ..."

    def show() -> None:
        note(line)

    timer = threading.Timer(PATIENCE, show)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        sys.stderr.write("\r" + " " * len(line) + "\r")
        sys.stderr.flush()
