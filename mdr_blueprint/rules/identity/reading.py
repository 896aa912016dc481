"""What could not be read, or not as a record. These are errors at every stage."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint import library
from mdr_blueprint.diagnostics import Place, Related
from mdr_blueprint.graph import Graph
from mdr_blueprint.load import Dossier
from mdr_blueprint.model import Evidence, Project
from mdr_blueprint.model.project import FORMAT
from mdr_blueprint.rules.engine import Found, rule
from mdr_blueprint.source import Sources
from mdr_blueprint.source.files import is_record_file, same_name, steps

CONTROLLED = "MDR Annex II (documentation clear, organised, readily searchable, unambiguous); ISO 13485:2016 4.2.4"
UNIQUE = "MDR Annex II 4(d) (exact identity of what is cited); ISO 13485:2016 4.2.4"


@rule("ID101", "E", basis=CONTROLLED, always_error=True)
def unreadable_file(sources: Sources) -> Iterator[Found]:
    """A file, or the rest of it, cannot be read.

    Why: what is not read is not in the technical file; records behind the fault are left out of every table.
    Fix: mend the text at this place; quotation marks around the text are enough in most cases.
    """
    yield from Found.of(sources.faults, "unreadable")


@rule("ID102", "E", basis=UNIQUE, always_error=True)
def repeated_key(sources: Sources) -> Iterator[Found]:
    """A key stands twice in one mapping.

    Why: YAML readers silently keep one of the two; which text is in the technical file would be chance.
    Fix: merge the two, or give the second one its own name.
    """
    yield from Found.of(sources.faults, "duplicate-key")


@rule("ID103", "E", basis=CONTROLLED, always_error=True)
def second_document(sources: Sources) -> Iterator[Found]:
    """A file holds a second YAML document.

    Why: everything behind the second `---` is not read.
    Fix: remove the `---` line, or move the rest to a file of its own.
    """
    yield from Found.of(sources.faults, "second-document")


@rule("ID104", "W", basis=CONTROLLED)
def empty_file(sources: Sources) -> Iterator[Found]:
    """A record file is empty.

    Why: an empty file is often one that was not saved or not merged; nobody can tell that nothing was meant to be there.
    Fix: delete the file, or write its records.
    """
    yield from Found.of(sources.faults, "empty-file")


@rule("ID105", "E", basis=CONTROLLED, always_error=True)
def outside_link(sources: Sources) -> Iterator[Found]:
    """A link leads out of the project.

    Why: the content behind it is not under the same version control, so nobody can reproduce the technical file from the
    revision it names.
    Fix: copy the file into the project.
    """
    yield from Found.of(sources.faults, "outside-link")


@rule("ID106", "E", basis=CONTROLLED, always_error=True)
def unknown_kind(dossier: Dossier) -> Iterator[Found]:
    """A top-level key is no kind of record.

    Why: the records below it are not read.
    Fix: use one of the kinds that `mdr schema` lists; kinds are written in the plural.
    """
    yield from Found.of(dossier.faults, "unknown-kind")


@rule("ID107", "E", basis=CONTROLLED, always_error=True)
def unknown_field(dossier: Dossier) -> Iterator[Found]:
    """A record has a field that its kind does not know.

    Why: what stands in it would appear in no table and no document.
    Fix: use the name of a field of this kind, or put the text into `notes`.
    """
    yield from Found.of(dossier.faults, "unknown-field")


@rule("ID108", "E", basis=CONTROLLED, always_error=True)
def wrong_value(dossier: Dossier) -> Iterator[Found]:
    """A value is not of the type of its field.

    Why: the value is left out of every output; the rest of the record stands.
    Fix: write the value as the message says.
    """
    yield from Found.of(dossier.faults, "wrong-value")


@rule("ID109", "E", basis=CONTROLLED, always_error=True)
def missing_core_field(dossier: Dossier) -> Iterator[Found]:
    """A record lacks the one field it cannot stand without.

    Why: without it the record says nothing and appears in no table; references to it stay open.
    Fix: add the field.
    """
    yield from Found.of(dossier.faults, "missing-field")


@rule("ID110", "E", basis=UNIQUE, always_error=True)
def repeated_id(dossier: Dossier) -> Iterator[Found]:
    """An id is defined twice in the project.

    Why: an id names one thing, whatever the case of its letters; a reference to it would be ambiguous.
    Fix: give one of the two another id; an id that was ever used is retired, never given again.
    """
    yield from Found.of(dossier.faults, "duplicate-id")


@rule("ID111", "E", basis=UNIQUE, always_error=True)
def malformed_id(dossier: Dossier) -> Iterator[Found]:
    """A key cannot be an id.

    Why: ids become addresses of pages, anchors and sheet links, so their letters are limited.
    Fix: start with a letter; use letters, digits, `_`, `.` and `-`.
    """
    yield from Found.of(dossier.faults, "malformed-id")


@rule("ID112", "E", basis=UNIQUE, always_error=True)
def dangling_reference(graph: Graph) -> Iterator[Found]:
    """A reference names a record that does not exist.

    Why: the link that should carry the proof leads nowhere; a reviewer cannot follow it.
    Fix: correct the id, or write the record that is missing.
    """
    yield from Found.of(graph.faults, "dangling")


@rule("ID113", "E", basis=UNIQUE, always_error=True)
def wrong_kind_of_reference(graph: Graph) -> Iterator[Found]:
    """A reference names a record of a kind that cannot stand there.

    Why: the link exists but does not say what its field claims, so a matrix built from it would be wrong.
    Fix: refer to a record of the kind that the field asks for.
    """
    yield from Found.of(graph.faults, "wrong-kind")


@rule("ID114", "E", basis="ISO 13485:2016 4.2.4 (prevent the use of obsolete documents); MDR Annex II 4(d)", always_error=True)
def retired_id_used(graph: Graph) -> Iterator[Found]:
    """A record refers to one that is retired.

    Why: a retired record is kept for history; nothing that is valid today may rest on it.
    Fix: refer to the record that took its place, or retire this one too.
    """
    yield from Found.of(graph.faults, "retired")


@rule("ID115", "E", basis=UNIQUE, always_error=True)
def circular_reference(graph: Graph) -> Iterator[Found]:
    """A chain of relations leads back to its start.

    Why: a part cannot contain itself, a requirement cannot be its own origin; nothing at all would carry the chain.
    Fix: remove the relation that points the wrong way.
    """
    yield from Found.of(graph.faults, "cycle")


@rule("ID116", "W", basis=CONTROLLED)
def unread_yml_file(sources: Sources) -> Iterator[Found]:
    """A `.yml` file looks like records.

    Why: only `*.yaml` is read, so its records are in no output.
    Fix: rename it to `.yaml`.
    """
    yield from Found.of(sources.faults, "yml-file")


@rule("ID117", "E", basis="record format of this program", always_error=True)
def unknown_format(dossier: Dossier) -> Iterator[Found]:
    """The project is written in a version of the record format that this program does not know.

    Why: fields may have changed their meaning between versions.
    Fix: use the version of the program that knows this format, or convert the records.
    """
    for entry in dossier.of(Project):
        if entry.record.format != FORMAT:
            yield Found.on(entry, f"format {entry.record.format} is not known; this program reads format {FORMAT}", "format")


@rule("ID140", "W", basis=CONTROLLED)
def unfollowed_link(sources: Sources) -> Iterator[Found]:
    """A link inside the project stands where records or a template are looked for.

    Why: links are not followed, and nothing else reads what this one leads to as what it stands for; the template of the
    library is used, or records are in no output.
    Fix: put the files themselves in the place of the link.
    """
    yield from Found.of(sources.faults, "link")


@rule("ID141", "E", basis=CONTROLLED)
def names_alike(dossier: Dossier, sources: Sources) -> Iterator[Found]:
    """Two files or folders have the same name but for the case of letters, or for how an accent is stored.

    Why: only one of the two is there on Windows and macOS, and which one is chance; the technical file depends on the machine.
    Fix: rename one of them, and what names it.
    """
    if not sources.inventory.twins:
        return
    cited = {entry.record.path for entry in dossier.of(Evidence) if entry.record.path}
    inputs = {step for path in sources.inventory.files
              if path in cited or is_record_file(path) or path.startswith(("templates/", "evidence/")) for step in steps(path)}
    for first, second in sources.inventory.twins:
        if first in inputs or second in inputs:
            message = f"`{second}` and `{first}` are one name to Windows and macOS"
            yield Found(second, Place(second), message, (Related("the other one", Place(first)),))


@rule("ID142", "E", basis=CONTROLLED, always_error=True)
def templates_of_one_name(sources: Sources) -> Iterator[Found]:
    """Two templates, or two pieces of templates, have one file name.

    Why: the file name is the id of the document, in whatever folder below `templates/` it lies; only one of the two is used.
    Fix: rename one of them.
    """
    shipped = {same_name(path.name): path.name for path in library.files("templates", "documents")}
    documents, pieces = sources.inventory.own_documents(library.TEMPLATE), sources.inventory.own_partials()
    for name, files in documents.items():
        there = shipped.get(name)
        if there is not None and there != files[0].name:
            message = f"`{files[0].name}` replaces the template `{there}` of the library, whose name has other letters"
            yield Found(files[0].path, Place(files[0].path), message, fix=f"rename it to `{there}`")
    for first, *others in (*documents.values(), *pieces.values()):
        for other in others:
            used, left = Place(first.path), Place(other.path)
            yield Found(first.path, used, f"`{other.path}` has the same name; this one is used", (Related("not used", left),))
            message = f"`{first.path}` has the same name and is used; this one is not"
            yield Found(other.path, left, message, (Related("used", used),))
