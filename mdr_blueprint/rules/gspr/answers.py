"""Whether an answer carries what Annex II 4 asks for: reason, method, standard, and evidence that proves it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mdr_blueprint.diagnostics import Related
from mdr_blueprint.load import Dossier, Entry, Law
from mdr_blueprint.model import Evidence, GsprAnswer
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import base, call, lacks, listed
from mdr_blueprint.source import Sources

EXACT = "MDR Annex II 4(d) (exact identity of the documents, with reference to their place)"
KNOWN = ("GSPR302", "GSPR308", "GSPR314")
THIN = 25
"""Characters below which a justification is hardly one."""
ALIKE = 3
"""How many rows with the same justification are too many."""
ROWS = 10
"""How many rows a document may be cited for as a whole."""
OTHER_SOLUTIONS = ("other solution", "own solution", "common specification")
"""How a method says that it rests on something else than a standard."""
PLANS = frozenset({"plan", "protocol", "procedure"})


def _applicable(dossier: Dossier) -> Iterator[Entry[GsprAnswer]]:
    return (entry for entry in entries(dossier, GsprAnswer) if entry.record.applicable)


def _documents(dossier: Dossier, entry: Entry[GsprAnswer]) -> list[Entry[Evidence]] | None:
    """The evidence that an answer cites; None where one of it is no record that can be read."""
    found = [dossier.get(base(reference), Evidence) for reference in entry.record.evidence]
    return None if any(document is None for document in found) else [document for document in found if document is not None]


@rule("GSPR303", "E", basis="MDR Annex II 4(a)", requires=KNOWN)
def silent_not_applicable(dossier: Dossier) -> Iterator[Found]:
    """A requirement is said not to apply, without a reason.

    Why: Annex II asks why each requirement that does not apply does not; a bare "not applicable" is returned with a question.
    Fix: say in `justification` what of the device makes it not apply.
    """
    for entry in entries(dossier, GsprAnswer):
        if entry.record.applicable is False and lacks(entry, "justification"):
            yield Found.on(entry, f"{call(entry)} says that the requirement does not apply, and not why", "applicable")


@rule("GSPR304", "E", basis="MDR Annex II 4(b)", requires=KNOWN)
def answer_without_method(dossier: Dossier) -> Iterator[Found]:
    """An applicable requirement has no method.

    Why: Annex II asks how conformity is shown: by which design solution, test, analysis or information.
    Fix: describe it in `method`.
    """
    for entry in _applicable(dossier):
        if lacks(entry, "method"):
            yield Found.on(entry, f"{call(entry)} does not say how conformity is shown", "method")


@rule("GSPR305", "E", basis="MDR Annex II 4(d)", requires=KNOWN)
def answer_without_evidence(dossier: Dossier) -> Iterator[Found]:
    """An applicable requirement has no evidence.

    Why: without a document that the reviewer can open, the row is an assertion.
    Fix: name the controlled document and its section in `evidence`.
    """
    for entry in _applicable(dossier):
        if lacks(entry, "evidence"):
            yield Found.on(entry, f"{call(entry)} names no evidence", "evidence")


@rule("GSPR306", "W", basis="MDR Annex II 4(c)", requires=(*KNOWN, "GSPR304"))
def answer_without_standard(dossier: Dossier) -> Iterator[Found]:
    """An applicable requirement names no standard, and no other solution.

    Why: Annex II asks for the standards, common specifications or other solutions that were applied.
    Fix: name the standard in `standards`; where another solution was chosen, say so in `method` ("other solution: ...").
    """
    for entry in _applicable(dossier):
        method = (entry.record.method or "").casefold()
        if lacks(entry, "standards") and not any(words in method for words in OTHER_SOLUTIONS):
            yield Found.on(entry, f"{call(entry)} names no standard, common specification or other solution", "standards")


@rule("GSPR307", "E", basis=EXACT, requires=KNOWN)
def evidence_without_section(dossier: Dossier, sources: Sources) -> Iterator[Found]:
    """Evidence is cited as a whole document although it has sections.

    Why: a reviewer who is sent to sixty pages sends a question back; Annex II asks for the place in the document.
    Fix: add the section, such as `EV-040#3.2`.
    """
    sections: dict[str, bool] = {}
    for entry in _applicable(dossier):
        for index, reference in enumerate(entry.record.evidence):
            if "#" in reference:
                continue
            if reference not in sections:
                sections[reference] = has_sections(dossier, sources, reference)
            if sections[reference]:
                yield Found.on(entry, f"{call(entry)} cites `{reference}` without a section", "evidence", index)


def has_sections(dossier: Dossier, sources: Sources, id_: str) -> bool:
    """Whether an approved document is a file of the project whose sections can be named."""
    document = dossier.get(id_, Evidence)
    if document is None or document.record.status != "approved" or document.record.path is None:
        return False
    file = sources.inventory.get(document.record.path)
    return bool(file is not None and file.headings)


@rule("GSPR309", "W", basis="MDR Annex II 4(a)", requires=(*KNOWN, "GSPR303"))
def repeated_justification(dossier: Dossier) -> Iterator[Found]:
    """Many requirements are said not to apply with the very same words.

    Why: a reason that fits everything fits nothing; reviewers read it as copied.
    Fix: say for each requirement what of this device makes it not apply, or waive the finding where one fact excludes them all.
    """
    groups: dict[str, list[Entry[GsprAnswer]]] = {}
    for entry in entries(dossier, GsprAnswer):
        if entry.record.applicable is False and entry.record.justification:
            groups.setdefault(" ".join(entry.record.justification.split()).casefold(), []).append(entry)
    for group in groups.values():
        if len(group) >= ALIKE:
            first, *others = group
            related = tuple(Related("the same words here", other.at("justification")) for other in others)
            keys = listed([f"`{entry.key}`" for entry in group])
            yield Found.on(first, f"{len(group)} rows have the same justification: {keys}", "justification", related=related)


@rule("GSPR310", "E", basis="MDR Annex II 4(d) and 6", requires=KNOWN)
def planned_evidence_only(dossier: Dossier) -> Iterator[Found]:
    """An applicable requirement rests on planned evidence only.

    Why: there is no result yet; the row looks answered and is not.
    Fix: finish and approve the evidence, or name evidence that exists.
    """
    for entry in _applicable(dossier):
        documents = _documents(dossier, entry)
        if documents and all(document.record.status == "planned" for document in documents):
            yield Found.on(entry, f"{call(entry)} has no result yet: {_ids(documents)} {_are(documents)} planned", "evidence")


@rule("GSPR312", "E", basis="MDR Annex II 4(d) and 6 (results, not plans)", requires=(*KNOWN, "GSPR310"))
def plan_as_proof(dossier: Dossier) -> Iterator[Found]:
    """A plan, protocol or procedure is the only proof of a requirement.

    Why: it says what was meant to be done; what came out stands in a report.
    Fix: name the report with the results.
    """
    for entry in _applicable(dossier):
        documents = _documents(dossier, entry)
        if documents and all((document.record.type or "").casefold() in PLANS for document in documents):
            kinds = listed(list(dict.fromkeys(f"`{document.record.type}`" for document in documents)))
            yield Found.on(entry, f"{call(entry)} is proven by {_ids(documents)} only, of type {kinds}", "evidence")


def _ids(documents: list[Entry[Any]]) -> str:
    return listed(list(dict.fromkeys(f"`{document.id}`" for document in documents)))


def _are(documents: list[Entry[Any]]) -> str:
    return "are" if len({document.id for document in documents}) > 1 else "is"


@rule("GSPR315", "W", basis="MDR Annex II 4(a)", requires=(*KNOWN, "GSPR303"))
def thin_justification(dossier: Dossier) -> Iterator[Found]:
    """A justification is too short to be one.

    Why: "n/a" or "not relevant" repeats the answer and does not explain it.
    Fix: say what of the device makes the requirement not apply.
    """
    for entry in entries(dossier, GsprAnswer):
        text = " ".join((entry.record.justification or "").split())
        if entry.record.applicable is False and 0 < len(text) < THIN:
            yield Found.on(entry, f"the justification of {call(entry)} has {len(text)} characters: \"{text}\"", "justification")


@rule("GSPR316", "W", basis=EXACT, requires=KNOWN)
def document_for_many_rows(dossier: Dossier, sources: Sources, law: Law) -> Iterator[Found]:
    """One document is cited as a whole for many requirements.

    Why: a document that proves everything is searched by the reviewer row by row; it usually hides that some rows have no
    proof.
    Fix: name the section or page for each row, or split the evidence.
    """
    cited: dict[str, list[Entry[GsprAnswer]]] = {}
    for entry in _applicable(dossier):
        for reference in dict.fromkeys(entry.record.evidence):
            if "#" not in reference and entry.key in law.gspr:
                cited.setdefault(reference, []).append(entry)
    for id_, rows in cited.items():
        document = dossier.get(id_, Evidence)
        if len(rows) > ROWS and document is not None and not has_sections(dossier, sources, id_):
            yield Found.on(document, f"{call(document)} is cited for {len(rows)} requirements, each time without a section or "
                           "page",
                           related=tuple(Related("cited here", row.at("evidence")) for row in rows[:3]))
