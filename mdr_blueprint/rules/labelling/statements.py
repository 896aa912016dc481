"""Whether each sentence on label and in the instructions for use has a text, a place and a reason (Annex I 23)."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.graph import Graph
from mdr_blueprint.load import Dossier
from mdr_blueprint.model import Statement
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import call, is_missing, is_used, lacks, unread
from mdr_blueprint.source import Sources

INFORMATION = "MDR Annex I 23.1 and 23.4; Annex II 2"


@rule("LAB601", "W", basis="MDR Annex I 23.1(g)")
def unfounded_statement(dossier: Dossier, graph: Graph, sources: Sources) -> Iterator[Found]:
    """A statement has no reason.

    Why: a warning without a risk behind it makes the others weaker; and where the risk exists, the file does not know that it
    is disclosed.
    Fix: name its reason in `why`, or let a risk name it in `disclosed_in` or a control in `implemented_by`.
    """
    excused = unread(dossier, sources)
    for entry in entries(dossier, Statement):
        if lacks(entry, "why") and entry.id not in excused and not is_used(graph, entry.id, "disclosed_in", "implemented_by"):
            yield Found.on(entry, f"no requirement, risk or control is the reason for {call(entry)}", "why")


@rule("LAB602", "E", basis="MDR Annex I 4 and 23.4; Annex II 2, second indent", requires=("LAB603",))
def statement_without_section(dossier: Dossier) -> Iterator[Found]:
    """A statement stands in the instructions for use, but not where.

    Why: whoever verifies it searches the whole booklet, and the checklist of section 23.4 cannot point to it.
    Fix: add `section`.
    """
    for entry in entries(dossier, Statement):
        if "ifu" in entry.record.shown_on and lacks(entry, "section"):
            yield Found.on(entry, f"{call(entry)} is shown in the IFU, but has no section", "shown_on",
                           entry.record.shown_on.index("ifu"))


@rule("LAB603", "E", basis=INFORMATION)
def statement_nowhere(dossier: Dossier) -> Iterator[Found]:
    """A statement is shown nowhere.

    Why: nobody reads it; a risk that is said to be disclosed by it is not.
    Fix: say in `shown_on` where it stands: label, packaging, ifu, display.
    """
    for entry in entries(dossier, Statement):
        if lacks(entry, "shown_on"):
            yield Found.on(entry, f"{call(entry)} is shown neither on label or packaging nor in the IFU or on the display",
                           "shown_on")


@rule("LAB604", "E", basis=INFORMATION)
def statement_without_text(dossier: Dossier) -> Iterator[Found]:
    """A statement has no text.

    Why: the very words decide whether a warning is understood; a title is not what the user reads.
    Fix: write in `text` the sentence as it is printed.
    """
    for entry in entries(dossier, Statement):
        if lacks(entry, "text"):
            yield Found.on(entry, f"{call(entry)} has no text", "text")


@rule("LAB606", "E", basis="MDR Annex II 2; Annex I 23")
def missing_information(dossier: Dossier, sources: Sources) -> Iterator[Found]:
    """The project has no statement for label or instructions for use.

    Why: the technical file holds the complete set of labels and instructions; there is nothing to build them from.
    Fix: write the statements of label and IFU under `statements`.
    """
    if is_missing(dossier, sources, "statements"):
        yield Found.missing(dossier, "statements", "the project has no statement for the label or the IFU")
