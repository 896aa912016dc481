"""Standard output and the terminal: what may be coloured, how wide it is, and a reader that goes away."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 1.0
"""Seconds after which work says that it is still going on."""


def prepare() -> None:
    """UTF-8 into pipes and files on every system, and no failure over a character that the terminal lacks."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def say(text: str) -> None:
    """Write to standard output. A reader that has seen enough (`mdr check | head`) is no fault: the verdict stands."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
        sys.stderr.write(line)
        sys.stderr.flush()

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
