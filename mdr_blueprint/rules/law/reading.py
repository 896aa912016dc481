"""Whether the data files can be read, fit their shape and say where they come from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mdr_blueprint.load import LibraryData
from mdr_blueprint.model.library import Standard
from mdr_blueprint.rules.engine import Found, rule
from mdr_blueprint.rules.questions import listed

FORMAT = "format of the data of the library"
DATED = "MDR Article 8 and Annex I 1 (law and state of the art as of a date)"
READING = ("unreadable", "duplicate-key", "second-document")
SHAPE = ("unknown-file", "missing-field", "unknown-field", "wrong-value")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


@rule("LAW901", "E", basis=FORMAT, always_error=True)
def unreadable_data(library: LibraryData) -> Iterator[Found]:
    """A data file of the library cannot be read as it stands.

    Why: what is not read is missing in every project, and nothing there would tell.
    Fix: mend the YAML at the place named.
    """
    for kind in READING:
        yield from Found.of(library.faults, kind)


@rule("LAW902", "E", basis=FORMAT, always_error=True)
def misshapen_data(library: LibraryData) -> Iterator[Found]:
    """A field of a data file is unknown, missing or holds what it cannot.

    Why: a misspelt `when` makes a requirement apply to every device; the program refuses such a file.
    Fix: correct the field; gspr/README.md and risk/README.md have the fields of each file.
    """
    for kind in SHAPE:
        yield from Found.of(library.faults, kind)


@rule("LAW909", "E", basis=DATED, always_error=True)
def undated_data(library: LibraryData) -> Iterator[Found]:
    """A data file does not say of which day it is, on what it rests or how sure it is.

    Why: law and standards change; a reader who cannot see the date and the source cannot tell whether the data still hold.
    Fix: complete `source`: `checked`, `reference` and `confidence`, and `consolidated` where it is a text of the Regulation; days
    are written 2026-07-19.
    """
    for file, source in library.dated():
        needed = ["checked", "reference", "confidence", *(["consolidated"] if source.regulation else [])]
        missing = [f"`{name}`" for name in needed if getattr(source, name) is None]
        if missing:
            yield Found(file.name, file.at("source", key=True), f"the source of `{file.name}` has no {listed(missing, 'or')}")
        for name in ("checked", "consolidated"):
            yield from _no_day(file.name, getattr(source, name), Found(file.name, file.at("source", name), name))
    for standard, content in library.of(Standard):
        yield from _no_day(standard.name, content.checked, Found(standard.name, standard.at("checked"), "checked"))


def _no_day(name: str, value: str | None, found: Found) -> Iterator[Found]:
    if value is not None and not DAY.match(value):
        yield Found(name, found.place, f"`{found.message}` of `{name}` is no day: `{value}`")


@rule("LAW910", "E", basis="MDR Article 8(1)", always_error=True)
def harmonised_without_listing(library: LibraryData) -> Iterator[Found]:
    """A standard is called harmonised, and its listing in the Official Journal is not named.

    Why: only the listing gives the presumption of conformity; who relies on it has to be able to look it up.
    Fix: name `decision` and `date` in `oj`, or correct `status`.
    """
    for file, standard in library.of(Standard):
        if standard.status != "harmonised":
            continue
        missing = [f"`{name}`" for name in ("decision", "date") if getattr(standard.oj, name, None) is None]
        if missing:
            yield Found(file.name, file.at("oj" if standard.oj else "status"), f"`{file.name}` is called harmonised, but no "
                        f"{listed(missing, 'or')} of its listing is named")
        elif standard.oj is not None and standard.oj.listed == "no":
            yield Found(file.name, file.at("oj", "listed"), f"`{file.name}` is called harmonised, and not listed by its `oj`")


@rule("LAW914", "E", basis=FORMAT, always_error=True)
def misnamed_standard(library: LibraryData) -> Iterator[Found]:
    """The id of a standard is not the name of its file.

    Why: projects find a standard by the name of its file; under another id its tables would show a standard nobody applied.
    Fix: name the file as the id, issuer and number in lower case.
    """
    for file, standard in library.of(Standard):
        if standard.id != file.name:
            yield Found(file.name, file.at("id"), f"the standard `{standard.id}` stands in `{file.name}.yaml`")
