"""Faults that are met only when documents are rendered and written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mdr_blueprint.diagnostics import Fault
from mdr_blueprint.load import Dossier
from mdr_blueprint.rules.engine import Found, rule
from mdr_blueprint.source import Sources


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


@rule("DOC840", "E", basis="ISO 13485:2016 4.2.4 (documents as approved); MDR Annex II (presented in a clear manner)")
def refused_word_template(faults: tuple[Fault, ...]) -> Iterator[Found]:
    """The Word template of the team is not used, or not as it is.

    Why: a document that a template makes ask the network, or run something, does so with everybody who opens it; one that cannot
    be read leaves all documents in the look of the library.
    Fix: start from a copy of the library's `reference.docx`; leave out macros, embedded objects, and pictures, templates and
    fields that stand in another file.
    """
    yield from Found.of(faults, "word-template")


@rule("DOC822", "W", basis="ISO 13485:2016 4.2.4 (revision status identified); MDR Annex II 4(d)")
def doubtful_revision(faults: tuple[Fault, ...]) -> Iterator[Found]:
    """The revision that every output names may be the wrong one.

    Why: who wants to see the records behind a document looks for this revision, and finds another state or none.
    Fix: run `git status` in the project, which says what keeps git from reading it; fetch the whole history into a shallow
    clone with `git fetch --unshallow`.
    """
    yield from Found.of(faults, "revision")


@rule("DOC826", "W", basis="MDR Annex II (documentation complete and readily searchable)")
def endless_table(faults: tuple[Fault, ...]) -> Iterator[Found]:
    """A table is cut, for it has more rows than anybody reads.

    Why: the rows behind the last one are missing in every output. A table of chains has a row for each way from its first record
    to its last, so that a few records which each name all of the others make millions of rows.
    Fix: refer from each record to those that it rests on itself, and give a situation, a risk or a requirement that gathers
    everything parts of its own.
    """
    yield from Found.of(faults, "too-many-rows")


@rule("DOC830", "W", basis="ISO 13485:2016 4.2.4 (changes and current revision status identified)")
def saved_meanwhile(faults: tuple[Fault, ...]) -> Iterator[Found]:
    """A file was saved while the build that reads it ran.

    Why: the output is of one piece, but shows the file as it was before; who reads it next to the file sees a difference.
    Fix: build again.
    """
    yield from Found.of(faults, "saved-meanwhile")


@rule("DOC850", "W", basis="ISO 13485:2016 4.2.4 (revision status identified); MDR Annex II 4(d)")
def inner_repository(sources: Sources) -> Iterator[Found]:
    """A repository of git lies inside the project and is not the one that the project belongs to.

    Why: its files count as files of the project, but no revision of the project says which state of them an output shows. A
    repository that came along with files may also name programs that git would start; this program does not ask it, others may.
    Fix: keep the files without the repository: delete its `.git`, or the files `HEAD`, `config`, `objects` and `refs`; what is
    developed elsewhere is cited as evidence with system, number and sha256.
    """
    yield from Found.of(sources.faults, "inner-repository")
