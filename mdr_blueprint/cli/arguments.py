"""Arguments and options that several commands share, with the help they carry."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

HERE = Path()
"""Default of `Folder`: the working folder."""

Folder = Annotated[
    Path,
    typer.Argument(metavar="DIR", show_default=False, help="The project, or any folder inside it. Default: here."),
]
AsOf = Annotated[
    datetime | None,
    typer.Option(metavar="DATE", formats=["%Y-%m-%d"], show_default=False,
                 help="Judge expiry, calibration and intervals on this day. Default: today."),
]
TextOrJson = Annotated[Literal["text", "json"], typer.Option("--format", help="For people, or for programs.")]


def day(as_of: datetime | None) -> date | None:
    return as_of.date() if as_of else None


def way_to(root: Path) -> str:
    """The project as seen from the working folder, with `/`: `""`, `x` or `../x`; absolute on another drive of Windows."""
    try:
        way = Path(os.path.relpath(root, Path.cwd())).as_posix()
    except ValueError:
        return root.as_posix()
    return "" if way == "." else way
