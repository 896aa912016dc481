"""Whether the place named behind `#` exists: a section of a document, a clause of a standard."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.diagnostics import did_you_mean
from mdr_blueprint.graph import Graph
from mdr_blueprint.load import Dossier
from mdr_blueprint.markdown import slug
from mdr_blueprint.model import Evidence
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import referring
from mdr_blueprint.source import Sources


@rule("ID118", "E", basis="MDR Annex II 4(d) (exact identity, with reference to the place)")
def unknown_place(dossier: Dossier, graph: Graph, sources: Sources) -> Iterator[Found]:
    """A reference names a section that its document does not have.

    Why: the reviewer opens the report and does not find what should prove the claim; often the report was revised after the
    reference was written.
    Fix: name the section as it is numbered in the document.
    """
    for document in entries(dossier, Evidence):
        file = sources.inventory.get(document.record.path) if document.record.path else None
        if file is None or not any(edge.place for edge in graph.into(document.id)):
            continue
        headings = file.headings
        for entry, edge in referring(graph, document.id):
            if headings and edge.place is not None and edge.place not in headings and slug(edge.place) not in headings:
                yield Found.on(entry, f"`{document.id}` ({file.path}) has no section `{edge.place}`"
                               f"{did_you_mean(edge.place, headings)}", *edge.steps)


@rule("ID119", "E", basis="MDR Annex II 4(c)", always_error=True)
def unknown_clause(graph: Graph) -> Iterator[Found]:
    """A reference names a clause that its standard does not have.

    Why: the requirement or the warning rests on nothing, and the clause that was meant is not covered.
    Fix: correct the number of the clause.
    """
    yield from Found.of(graph.faults, "unknown-clause")
