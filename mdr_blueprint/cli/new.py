"""`mdr new`: start a project from a template."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from mdr_blueprint.cli.terminal import bold, say
from mdr_blueprint.diagnostics import UsageError, WriteError, did_you_mean

HIDDEN = {"gitignore.txt": ".gitignore"}
"""Names in a template -> names in a project: packaging tools leave out hidden files."""

Target = Annotated[
    Path,
    typer.Argument(metavar="DIR", show_default=False, help="Folder of the new project; it must be empty or not exist."),
]
Template = Annotated[str, typer.Option(metavar="NAME", help="Which template to start from, see below.")]


def new(folder: Target, template: Template = "blank") -> None:
    """Start a project: a small technical file that builds at once.

    For example:
      mdr new scanner
      cd scanner && mdr build

    Templates:
      blank        an examination lamp in a few records, at stage draft
      stethoscope  a small whole technical file, class I, at stage review

    Asks nothing, and never writes into a folder that holds files.
    """
    files = template_files(template)
    if folder.exists() and (not folder.is_dir() or any(path.name != ".git" for path in folder.iterdir())):
        raise UsageError(f"{folder} is not an empty folder; nothing was written")
    _copy(files, folder)
    say(_next_steps(folder, files), only_told=True)


def template_files(template: str) -> dict[str, bytes]:
    """Path in the project -> content."""
    from mdr_blueprint import library

    start = library.folder("templates") / "project"
    known = sorted(path.name for path in start.iterdir() if path.is_dir())
    if template not in known:
        raise UsageError(f"no template `{template}`{did_you_mean(template, known)}; there are: {', '.join(known)}")
    files: dict[str, bytes] = {}
    for path in library.files("templates", f"project/{template}"):
        place = path.relative_to(start / template)
        files[place.with_name(HIDDEN.get(place.name, place.name)).as_posix()] = path.read_bytes()
    return files


def _copy(files: dict[str, bytes], folder: Path) -> None:
    """Write all files or none: what was written before a fault is removed again."""
    written: list[Path] = []
    try:
        for place, content in files.items():
            target = folder / place
            target.parent.mkdir(parents=True, exist_ok=True)
            written.append(target)
            target.write_bytes(content)
    except OSError as error:
        for target in written:
            target.unlink(missing_ok=True)
        raise WriteError(f"the project cannot be written: {error.strerror}: {error.filename}") from error


def _next_steps(folder: Path, files: dict[str, bytes]) -> str:
    stated = re.search(rb"^  stage: (\w+)", files["project.yaml"], re.MULTILINE)
    what = f"A project at stage {stated[1].decode() if stated else 'draft'} is in"
    begin = "device.yaml: name, purpose and facts; each file says how it goes on"
    if "README.md" in files:
        begin = "README.md: what the files hold, what in them is invented, and what to change first"
    here = folder.resolve() == Path.cwd()
    enter = [] if here else [f"  cd {folder}"]
    return "\n".join([
        f"{bold(what)} {folder if not here else 'this folder'}. Next:",
        "",
        *enter,
        "  mdr build          the technical file as site, Word and Excel, in build/",
        "  mdr check          what is missing or inconsistent",
        "  mdr serve          the site, renewed while you write",
        "",
        f"Begin with {begin}.",
        "",
    ])
