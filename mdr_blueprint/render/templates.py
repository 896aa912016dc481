"""Which document templates there are: the library's, replaced or joined by a project's own of the same file name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mdr_blueprint import library
from mdr_blueprint.diagnostics import Fault, Place
from mdr_blueprint.library import TEMPLATE
from mdr_blueprint.source import File, Map, Sources, read_text
from mdr_blueprint.source.files import same_name

OUTPUTS = ("site", "word")
ORDER = re.compile("[0-9]{1,4}")


@dataclass(frozen=True, slots=True)
class Template:
    """One file = one document: front matter and body. `id` is the file's name."""

    id: str
    title: str
    basis: str
    order: int
    outputs: tuple[str, ...]
    body: str
    path: str
    """As a message names it: relative to the project, or `library:documents/...`."""
    first_line: int
    """Line of the file on which the body starts."""


def read_templates(sources: Sources) -> tuple[list[Template], list[Fault]]:
    """All templates in the order of the technical file."""
    found: dict[str, tuple[str, Path | File]] = {}
    for path in library.files("templates", "documents"):
        if path.name.endswith(TEMPLATE):
            found[path.name] = (f"library:documents/{path.name}", path)
    for files in sources.inventory.own_documents(TEMPLATE).values():
        found[_replaced(files[0].name, found)] = (files[0].path, files[0])
    templates: list[Template] = []
    faults: list[Fault] = []
    for name, (shown, where) in found.items():
        data = where.read_bytes() if isinstance(where, Path) else _bytes(where, faults)
        template = _read(name.removesuffix(TEMPLATE), shown, data, faults) if data is not None else None
        if template is not None:
            templates.append(template)
    return sorted(templates, key=lambda t: (t.order, t.id)), faults


def _replaced(name: str, found: Iterable[str]) -> str:
    """The name of the library's that a template of the project replaces, in the library's letters; else its own."""
    return next((other for other in found if same_name(other) == same_name(name)), name)


def _bytes(file: File, faults: list[Fault]) -> bytes | None:
    try:
        return file.content
    except OSError as error:  # it was changed after it was listed
        faults.append(Fault("template", f"the file cannot be read: {error.strerror}", Place(file.path), subject=file.path))
        return None


def partials(sources: Sources, faults: list[Fault]) -> dict[str, tuple[str, str]]:
    """The pieces that templates may include, by file name: path as a message names it, and text. A project's own come first."""
    found = {
        path.name: (f"library:partials/{path.name}", path.read_text("utf-8")) for path in library.files("templates", "partials")
    }
    for files in sources.inventory.own_partials().values():
        data = _bytes(files[0], faults)
        if data is not None:
            found[files[0].name] = (files[0].path, data.decode("utf-8-sig", "replace"))
    return found


def _read(id_: str, path: str, data: bytes, faults: list[Fault]) -> Template | None:
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n")  # as editors on Windows may save it
    if not text.startswith("---\n") or "\n---\n" not in text[3:]:
        faults.append(
            Fault(
                "template",
                "a template starts with front matter between two `---` lines",
                Place(path),
                subject=path,
                fix="write `---`, `title: ...`, `order: ...`, `---` at the head of the file",
            )
        )
        return None
    end = text.index("\n---\n", 3)
    head = read_text(path, text[4 : end + 1].encode())
    faults += [Fault("template", f.message, Place(path, f.place.line + 1, f.place.column), subject=path) for f in head.faults]
    front: Map = head.root
    title, order = front.get("title"), front.get("order", "99")
    outputs = tuple(front.get("outputs", OUTPUTS))
    wrong = [] if title else ["`title` is missing"]
    wrong += [] if ORDER.fullmatch(str(order)) else ["`order` must be a number from 0 to 9999"]
    wrong += [f"`{name}` is no output" for name in outputs if name not in OUTPUTS]
    wrong += [f"`{key}` is no key of the front matter" for key in front if key not in ("title", "order", "basis", "outputs")]
    faults += [Fault("template", message, Place(path), subject=path) for message in wrong]
    if wrong or head.faults:
        return None
    return Template(
        id_, str(title), str(front.get("basis", "")), int(order), outputs, text[end + 5 :], path, text.count("\n", 0, end + 5) + 1
    )
