"""`mdr serve`: the site, live."""

from __future__ import annotations

import json
import logging
import tempfile
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from mdr_blueprint.cli.arguments import HERE, Folder
from mdr_blueprint.cli.terminal import say

Port = Annotated[int, typer.Option(metavar="PORT", min=1, max=65535, help="Port on this machine.")]
Open = Annotated[bool, typer.Option("--open", help="Open it in the browser.")]


def serve(folder: Folder = HERE, port: Port = 8000, open_browser: Open = False) -> None:
    """Show the site in a browser and rebuild it when a record, an evidence document or a template changes.

    Only this machine can reach it. A fault in a file becomes a finding or a page, never a stop. Ctrl-C ends it.

    For example:
      mdr serve
      mdr serve device_example --port 8001
    """
    from mkdocs.commands.serve import serve as live

    from mdr_blueprint.source.folder import find_root
    from mdr_blueprint.write.site.wrap import settings

    root = find_root(folder)
    address = f"127.0.0.1:{port}"
    logging.getLogger("mkdocs").setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="mdr-serve-") as scratch:
        (Path(scratch) / "docs").mkdir()
        config = settings([], root.name, "", "en") | {"plugins": ["material/search", {"mdr": {"project": str(root)}}]}
        for key in ("nav", "copyright", "extra_css", "extra_javascript"):  # the plugin's business
            del config[key]
        file = Path(scratch) / "mkdocs.yml"
        file.write_text(json.dumps(config), "utf-8")
        say(f"http://{address}/  (Ctrl-C ends it)\n")
        if open_browser:
            webbrowser.open(f"http://{address}/")
        live(str(file), dev_addr=address)
