"""Whether a run says what the report of automated tests said that it was imported from."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.graph import Graph
from mdr_blueprint.load import Dossier, Entry
from mdr_blueprint.model import Run
from mdr_blueprint.model.verification import Imported
from mdr_blueprint.proof import speaker
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import base, call, first, lacks

SHOWN = 3
"""How many test cases a message names before it only counts the rest."""
EXPLAINED_IN = ("text", "notes", "disposition")


def _passed(dossier: Dossier) -> Iterator[tuple[Entry[Run], Imported]]:
    for entry in entries(dossier, Run):
        if entry.record.result == "pass" and entry.record.imported is not None:
            yield entry, entry.record.imported


@rule("VER570", "E", basis="ISO 13485:2016 7.3.6 and 4.1.6; MDR Annex II 6.1(b)")
def passed_against_report(dossier: Dossier) -> Iterator[Found]:
    """An imported run is passed, and by the report that it came from it was not.

    Why: `imported` is what the report said; a result that was changed by hand beside it claims what no test showed.
    Fix: import the report again, or carry the test out again and record that run; what a person decided about it belongs in
    `disposition`.
    """
    for entry, read in _passed(dossier):
        if read.failed:
            count = f" of {read.cases}" if read.cases is not None else ""
            yield Found.on(entry, f"{call(entry)} of `{entry.record.test}` is passed, but in the report "
                           f"{len(read.failed)}{count} test cases failed: {first(read.failed, SHOWN)}", "result")
        elif read.cases is not None and len(read.skipped) >= read.cases:
            what = f"all of the {read.cases} test cases were skipped" if read.cases else "there was no test case for it"
            yield Found.on(entry, f"{call(entry)} of `{entry.record.test}` is passed, but in the report {what}", "result")


@rule("VER571", "W", basis="MDR Annex II 6.1(b); ISO 13485:2016 7.3.6 (record of the results and of what follows from them)",
      requires=("VER570",))
def unexplained_skipped_cases(dossier: Dossier, graph: Graph) -> Iterator[Found]:
    """Test cases were skipped in a passed run, and nobody says why the rest is enough.

    Why: the run stands for the whole test; what was left out is the part that nobody has seen pass.
    Fix: say in `text` of the run why they were skipped and what covers them instead, or carry them out.
    """
    for entry, read in _passed(dossier):
        speaks = speaker(dossier, graph, base(entry.record.test))
        if not read.skipped or (speaks is not None and speaks.id != entry.id):
            continue  # a run that another one has followed is history
        if all(lacks(entry, field) for field in EXPLAINED_IN):
            count = f" of {read.cases}" if read.cases is not None else ""
            yield Found.on(entry, f"{call(entry)} of `{entry.record.test}` is passed with {len(read.skipped)}{count} test cases "
                           f"skipped, and nothing says why: {first(read.skipped, SHOWN)}", "imported", "skipped", key=True)
