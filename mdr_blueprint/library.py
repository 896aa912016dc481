"""Where the library lies: law, risk and template data, in a checkout or inside the wheel. It finds files and reads none."""

from __future__ import annotations

from functools import cache
from pathlib import Path

SUFFIXES = {
    "gspr": (".yaml", ".md"),
    "risk": (".yaml", ".md"),
    "templates": (".j2", ".yaml", ".md", ".docx", ".css", ".js", ".txt", ".gitignore"),
    "cases": (".yaml",),
}
"""What belongs to each folder of the library; anything else there is ignored junk of a checkout."""
TEMPLATE = ".md.j2"
"""How the name of a document template ends; what stands before it is the id of the document."""


@cache
def folder(name: str) -> Path:
    """The folder `gspr`, `risk`, `templates` or `cases` (one small project per rule, shown by `mdr explain`)."""
    package = Path(__file__).parent
    installed = package / "_library" / name
    if installed.is_dir():
        return installed
    return package.parent / ("tests/rules" if name == "cases" else name)


def files(name: str, below: str = "") -> list[Path]:
    """The library's files of a folder in a fixed order, by suffix."""
    start = folder(name) / below
    return (
        sorted(path for path in start.rglob("*") if path.is_file() and path.name.endswith(SUFFIXES[name]))
        if start.is_dir()
        else []
    )
