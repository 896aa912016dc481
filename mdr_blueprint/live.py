"""What a live site needs beside its server: who is answered, and what is watched."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers.polling import PollingObserverVFS

from mdr_blueprint.source.files import NOT_INPUT

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
WILDCARD = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - nothing is bound here
HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?", re.IGNORECASE | re.ASCII)
"""A `Host` header; its port may be that of a tunnel and says nothing."""
INTERVAL = 0.5
"""Seconds between two looks at the project."""


def names_of(address: str) -> frozenset[str]:
    """The names under which a server bound to `address` is asked for; none where it is open to the network by choice."""
    if address in WILDCARD:
        return frozenset()
    return LOOPBACK | {f"[{address}]" if ":" in address else address.lower()}


def guarded(application: WSGIApplication, names: frozenset[str]) -> WSGIApplication:
    """Answer only who asks for one of `names`; all where there are none.

    A page of the internet may give its own name the address of this machine. The browser then lets it read what it gets
    from here, but sends that name along.
    """

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        host = HOST.fullmatch(environ.get("HTTP_HOST", ""))
        if names and (host is None or host[1].lower() not in names):
            return _refuse(start_response, "421 Misdirected Request", f"Only {', '.join(sorted(names))} is answered here.")
        if "\0" in environ.get("PATH_INFO", ""):
            return _refuse(start_response, "400 Bad Request", "No address holds such a character.")
        return application(environ, start_response)

    return answer


def _refuse(start_response: StartResponse, status: str, words: str) -> list[bytes]:
    body = f"{words}\n".encode()
    start_response(status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]


def watch(root: Path, site: Path, changed: Callable[[], None]) -> PollingObserverVFS:
    """Call `changed` whenever a file is made, changed or removed that the compiler may read. To be started by the caller.

    As the compiler it follows no link: one that leads to a whole disk costs nothing. The project may vanish and come back.
    """
    left_out = NOT_INPUT | ({site.name} if site.parent == root else set())

    def entries(folder: str | None) -> Iterator[os.DirEntry[str]]:
        top = folder == str(root)
        try:
            with os.scandir(folder) as found:
                yield from (e for e in found if not e.name.startswith(".") and not (top and e.name in left_out))
        except OSError:
            return

    def state(path: str) -> os.stat_result:
        try:
            return os.lstat(path)
        except FileNotFoundError:
            if path != str(root):
                raise
            return os.lstat(root.anchor)  # else the watch would end with the folder

    def told(event: FileSystemEvent) -> None:
        if not event.is_directory:  # its files are told one by one
            changed()

    handler = FileSystemEventHandler()
    handler.on_any_event = told  # type: ignore[method-assign]
    observer = PollingObserverVFS(state, entries, polling_interval=INTERVAL)
    observer.schedule(handler, str(root), recursive=True)
    return observer
