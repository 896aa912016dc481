"""The server of `mdr serve`: that of MkDocs, which takes its port before the first build and says where it is afterwards."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer

from mdr_blueprint.cli.terminal import patience
from mdr_blueprint.diagnostics import UsageError

HOST = "127.0.0.1"
USUAL = 8000
"""Below are ports that other programs are known by."""
TRIED = 50
"""How many ports are tried to name a free one."""


class Server(LiveReloadServer):
    """Nobody reaches it before the first build has ended, and the address is told only then."""

    allow_reuse_address = os.name != "nt"  # where two programs would share the port

    def __init__(self, builder: Callable[[], None], port: int, site: Path, ready: Callable[[], None]) -> None:
        super().__init__(builder=builder, host=HOST, port=port, root=str(site))
        self.ready = ready
        try:
            super().server_bind()
        except OSError as error:
            self.server_close()
            raise UsageError(_refusal(port, error)) from error

    def server_bind(self) -> None:
        """It is done."""

    def server_activate(self) -> None:
        super().server_activate()
        self.ready()


def live(file: Path, site: Path, port: int, ready: Callable[[], None]) -> None:
    """Build the site of a mkdocs.yml into a folder, serve it and build it again on changes, until the program is stopped."""

    def configured() -> MkDocsConfig:
        config = load_config(str(file), site_dir=str(site), dev_addr=f"{HOST}:{port}")
        config.site_url = f"http://{HOST}:{port}/"
        return config

    def builder(config: MkDocsConfig | None = None) -> None:
        build(config or configured(), serve_url=f"http://{HOST}:{port}/")

    def page_of(code: int) -> bytes | None:
        page = site / f"{code}.html"
        return page.read_bytes() if page.is_file() else None

    server = Server(builder, port, site, ready)
    server.error_handler = page_of
    config = configured()
    try:
        config.plugins.on_startup(command="serve", dirty=False)
        with patience("building the site"):
            builder(config)
        server.watch(config.docs_dir)  # it is empty; without a watch of its own the server renews no browser
        served: Any = config.plugins.on_serve(server, config=config, builder=builder)
        served.serve()
    finally:
        config.plugins.on_shutdown()
        server.shutdown()


def _refusal(port: int, error: OSError) -> str:
    said = {errno.EADDRINUSE: "is taken by another program", errno.EACCES: "is not open to this user"}
    above = (*range(port + 1, min(port + TRIED, 65536)), *range(USUAL, USUAL + TRIED))
    free = next((other for other in above if other >= USUAL and _is_free(other)), None)
    way = f"`mdr serve --port {free}` takes a free one" if free else "--port names another"
    return f"port {port} {said.get(error.errno or 0, f'cannot be opened: {error.strerror}')}; {way}"


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        try:
            tried.bind((HOST, port))
        except OSError:
            return False
    return True
