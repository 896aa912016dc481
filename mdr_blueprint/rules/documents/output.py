"""Faults that are met only when documents are rendered and written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mdr_blueprint.diagnostics import Fault
from mdr_blueprint.load import Dossier
from mdr_blueprint.rules.engine import Found, rule


@rule("DOC820", "E", basis="ISO 13485:2016 4.2.4; MDR Annex II", always_error=True)
def broken_template(faults: tuple[Fault, ...]) -> Iterator[Found]:
    """A document template cannot be filled.

    Why: the document, or the place named, is missing in every output.
    Fix: correct the template at this line; the names it may use stand in the handbook.
    """
    yield from Found.of(faults, "template")


@rule("DOC821", "W", basis="MDR Annex II (documentation complete and readily searchable)")
def overlong_cell(faults: tuple[Fault, ...], dossier: Dossier) -> Iterator[Found]:
    """A text does not fit into a cell of the workbook.

    Why: a workbook cell holds 32,767 characters; the rest of the text is missing there, though not in the other outputs.
    Fix: move the text to an evidence document and refer to it.
    """
    for found in Found.of(faults, "too-long"):
        entry = dossier.entries.get(found.subject)
        yield replace(found, place=entry.place) if entry is not None else found


@rule("DOC822", "W", basis="ISO 13485:2016 4.2.4 (revision status identified); MDR Annex II 4(d)")
def doubtful_revision(faults: tuple[Fault, ...]) -> Iterator[Found]:
    """The revision that every output names may be the wrong one.

    Why: who wants to see the records behind a document looks for this revision, and finds another state or none.
    Fix: run `git status` in the project, which says what keeps git from reading it; fetch the whole history into a shallow
    clone with `git fetch --unshallow`.
    """
    yield from Found.of(faults, "revision")
