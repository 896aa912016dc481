"""Whether each evidence document can be identified and found (Annex II 4(d))."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.diagnostics import Related, did_you_mean
from mdr_blueprint.graph import Graph
from mdr_blueprint.load import Dossier, Entry
from mdr_blueprint.model import Device, Document, Evidence
from mdr_blueprint.proof import is_argued
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import call, first, gaps, is_used, lacks, listed, referring, shortfall, unread
from mdr_blueprint.source import Sources
from mdr_blueprint.source.files import NOT_INPUT, PassedOver, steps

IDENTITY = "MDR Annex II 4(d); ISO 13485:2016 4.2.4"


@rule("DOC802", "E", basis="ISO 13485:2016 4.2.4(a) (review and approval before issue)")
def approval_before_authoring(dossier: Dossier) -> Iterator[Found]:
    """A document was approved before it was written.

    Why: one of the dates is wrong, and a reviewer who sees it doubts the others.
    Fix: correct the date, or have the document approved again.
    """
    for entry in entries(dossier, Evidence):
        written, approved = entry.record.author_date, entry.record.date
        if written is not None and approved is not None and approved < written:
            yield Found.on(entry, f"{call(entry)} was approved on {approved} and written on {written}", "date")
    for document in entries(dossier, Document):
        written = document.record.author_date
        for index, approval in enumerate(document.record.approvals):
            if written is not None and approval.date is not None and approval.date < written:
                what = approval.meaning or "approved"
                yield Found.on(document, f"{call(document)} was {what} by {approval.name} on {approval.date} and written on "
                               f"{written}",
                               "approvals", index, "date")


@rule("DOC803", "E", basis=IDENTITY)
def missing_evidence_file(dossier: Dossier, sources: Sources) -> Iterator[Found]:
    """The file of an evidence document does not exist, or cannot be read.

    Why: everything that cites the document leads to nothing.
    Fix: correct `path`, which is relative to the project with `/` and names no link, or add the file.
    """
    for entry in entries(dossier, Evidence):
        path = entry.record.path
        if path is None or path in sources.inventory or entry.record.status == "planned":
            continue
        way = steps(path)
        stop = next((step for step in way if step in sources.inventory.passed_over), None)
        if stop is not None:
            yield _not_followed(entry, path, stop, sources.inventory.passed_over[stop])
            continue
        aside = next((step for step in way[:-1] if step in NOT_INPUT or step.rpartition("/")[2].startswith(".")), None)
        hint = f"; files in `{aside}/` are not read" if aside else did_you_mean(path, sources.inventory.files)
        yield Found.on(entry, f"the file `{path}` of {call(entry)} does not exist in the project{hint}", "path")


def _not_followed(entry: Entry[Evidence], path: str, stop: str, reason: PassedOver) -> Found:
    """The file is there, or something else is in its place."""
    told = f"the file `{path}` of {call(entry)}"
    words = f"{told} {reason.why}" if stop == path else f"{told} is not reached: `{stop}` {reason.why}"
    there = f"{reason.target}{path.removeprefix(stop)}" if reason.target else None
    return Found.on(entry, words, "path", fix=f"name the file itself: `{there}`" if there else None)


@rule("DOC808", "E", basis=IDENTITY)
def incomplete_evidence(dossier: Dossier) -> Iterator[Found]:
    """An evidence document is not identified exactly.

    Why: Annex II asks for the exact identity of the documents: type, version and date of approval say which one was meant.
    Fix: add the fields that the message names.
    """
    for entry in entries(dossier, Evidence):
        missing = gaps(entry, "status")
        if entry.record.status == "approved":
            missing = gaps(entry, "type", "version", "date")
        if missing:
            approved = "approved, but " if entry.record.status == "approved" else ""
            yield Found.on(entry, f"{call(entry)} is {approved}without {listed(missing)}")


@rule("DOC809", "E", basis=IDENTITY, requires=("DOC803",))
def evidence_nowhere(dossier: Dossier) -> Iterator[Found]:
    """An approved document does not say where it is.

    Why: nobody can open it, neither the reviewer nor the team in five years.
    Fix: give the file in `path`, or the system and number in `held`.
    """
    for entry in entries(dossier, Evidence):
        if entry.record.status == "approved" and lacks(entry, "path") and lacks(entry, "held"):
            yield Found.on(entry, f"{call(entry)} is approved and has neither `path` nor `held`")


@rule("DOC810", "E", basis=IDENTITY)
def held_incomplete(dossier: Dossier) -> Iterator[Found]:
    """A document that is kept elsewhere cannot be found or recognised there.

    Why: system and number find it, the sha256 proves that it is still the same file.
    Fix: complete `held` with system, number and sha256.
    """
    for entry in entries(dossier, Evidence):
        held = entry.record.held
        raw = entry.raw.get("held")
        if held is None or not isinstance(raw, dict):
            continue
        missing = [f"`{name}`" for name in ("system", "number", "sha256") if not getattr(held, name) and not raw.get(name)]
        if missing:
            yield Found.on(entry, f"{call(entry)} is held elsewhere, without {listed(missing)}", "held")


@rule("DOC811", "W", basis="MDR Annex II (clear, organised and readily searchable)")
def orphan_evidence(dossier: Dossier, graph: Graph, sources: Sources) -> Iterator[Found]:
    """Nothing refers to an evidence document.

    Why: it proves nothing where it stands; a reviewer who reads it looks in vain for what it belongs to.
    Fix: cite it where it proves something, or retire it.
    """
    excused = unread(dossier, sources)
    for entry in entries(dossier, Evidence):
        if entry.id not in excused and not entry.record.points and not is_used(graph, entry.id):
            yield Found.on(entry, f"nothing refers to {call(entry)}")


@rule("DOC812", "E", basis="ISO 13485:2016 4.2.4 (only approved documents in use, obsolete ones kept apart); MDR Annex II 4(d)")
def evidence_not_approved(dossier: Dossier, graph: Graph) -> Iterator[Found]:
    """A draft or an obsolete document is cited as evidence.

    Why: a draft may still change, an obsolete document was replaced; neither shows what holds today.
    Fix: approve the draft; cite what took the place of the obsolete document.
    """
    for entry in entries(dossier, Evidence):
        status = entry.record.status
        if status not in ("draft", "obsolete"):
            continue
        citing = list(referring(graph, entry.id))
        if citing:
            by = first(list(dict.fromkeys(f"`{source.id}`" for source, _ in citing)))
            related = tuple(Related("cited here", graph.place_of(edge)) for _, edge in citing[:3])
            what = "a draft" if status == "draft" else "obsolete"
            yield Found.on(entry, f"{call(entry)} is {what} and cited by {by}", "status", related=related)


@rule("DOC815", "W", basis="MDR Annex II 6.1(b) (results for the device in question)")
def evidence_of_other_revision(dossier: Dossier, graph: Graph) -> Iterator[Found]:
    """An approved document is about another revision of the device.

    Why: the file describes one revision; what was shown on another holds only if the difference is argued.
    Fix: repeat the work on this revision, or argue in `delta_assessment` for this revision why the result still holds.
    """
    device = dossier.single(Device)
    current = device.revision if device else None
    for entry in entries(dossier, Evidence) if current else ():
        other = entry.record.device_revision
        if other is None or current is None or other == current or entry.record.status != "approved":
            continue
        if is_used(graph, entry.id) and not is_argued(entry.record, current):
            yield Found.on(entry, f"{call(entry)} is about revision `{other}`; this file describes `{current}`"
                           f"{shortfall(entry.record.delta_assessment)}", "device_revision")
