"""`mdr serve`: the site, live."""

from __future__ import annotations

import json
import logging
import signal
import tempfile
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from mdr_blueprint.cli.arguments import HERE, Folder
from mdr_blueprint.cli.terminal import plain, say

ENDING = ("SIGINT", "SIGTERM", "SIGHUP")
"""Signals that end it: Ctrl-C, another program, a terminal that is closed. Not every system knows the last one."""
GRACE = 2.0
"""Seconds within which a signal that comes twice is one; shells send some again."""

Port = Annotated[int, typer.Option(metavar="PORT", min=1, max=65535, help="Port on this machine.")]
Open = Annotated[bool, typer.Option("--open", help="Open it in the browser.")]


def serve(folder: Folder = HERE, port: Port = 8000, open_browser: Open = False) -> None:
    """Show the site in a browser and rebuild it when a record, an evidence document or a template changes.

    Only this machine can reach it. A fault in a file becomes a finding or a page, never a stop. Ctrl-C ends it.

    For example:
      mdr serve
      mdr serve device_example --port 8001
    """
    from mdr_blueprint.cli.server import live
    from mdr_blueprint.source.folder import find_root
    from mdr_blueprint.write.site.wrap import settings

    root = find_root(folder)
    log = logging.StreamHandler()
    log.setFormatter(Plain())
    logging.getLogger("mkdocs").addHandler(log)
    logging.getLogger("mkdocs").setLevel(logging.WARNING)

    def ready() -> None:
        address = f"http://127.0.0.1:{port}/"
        say(f"{address}  (Ctrl-C ends it)\n", only_told=True)
        if open_browser:
            webbrowser.open(address)

    with _until_ended(), tempfile.TemporaryDirectory(prefix="mdr-serve-") as scratch:
        (Path(scratch) / "docs").mkdir()
        config = settings([], root.name, "", "en") | {"plugins": ["material/search", {"mdr": {"project": str(root)}}]}
        for key in ("nav", "copyright", "extra_css", "extra_javascript"):  # the plugin's business
            del config[key]
        file = Path(scratch) / "mkdocs.yml"
        file.write_text(json.dumps(config), "utf-8")
        live(file, Path(scratch) / "site", port, ready)


class Plain(logging.Formatter):
    """Requests come from whoever reaches the port; nothing in them may steer the terminal."""

    def format(self, record: logging.LogRecord) -> str:
        return plain(super().format(record))


@contextmanager
def _until_ended() -> Iterator[None]:
    """However it is ended, it clears up behind itself, and that is no failure. What is ignored from outside (nohup) stays so."""
    last = -GRACE

    def end(_number: int, _frame: FrameType | None) -> None:
        nonlocal last
        if time.monotonic() - last >= GRACE:
            last = time.monotonic()
            raise KeyboardInterrupt

    known = [getattr(signal, name) for name in ENDING if hasattr(signal, name)]
    heard = [number for number in known if signal.getsignal(number) is not signal.SIG_IGN]
    for number in heard:
        signal.signal(number, end)
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        for number in heard:  # all is done; a late one would only spoil the exit code
            signal.signal(number, signal.SIG_IGN)
