"""What a proof says today: the last result of a test, the status of a document. Shared by several families."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from mdr_blueprint import proof as proofs
from mdr_blueprint.graph import Edge
from mdr_blueprint.load import Entry
from mdr_blueprint.model import Evidence, Run, Test
from mdr_blueprint.tables.inputs import Inputs
from mdr_blueprint.tables.shapes import Cell, Gap, LineItem, Lines, RecordLink


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof and what it says today, each ready to be a cell."""

    shown: RecordLink
    """The test, or the document with the section that is named."""
    result: str | Gap
    """Of the run that speaks for a test; the status of a document."""
    revision: str | Gap
    """Revision of the device that was looked at; a gap where it is another one than that of the file."""
    date: str
    report: Cell
    """Where the result is written down."""


def proof(inputs: Inputs, edge: Edge) -> Proof:
    """The proof that a reference names."""
    if inputs.dossier.get(edge.target, Test):
        return _tested(inputs, edge)
    entry = inputs.dossier.get(edge.target, Evidence)
    title = inputs.say(entry.record.title) if entry else ""
    shown = RecordLink(edge.target, f"{inputs.cited(edge.target, edge.place)} {title}".strip(), edge.place)
    if entry is None:
        return Proof(shown, Gap("missing"), "", "", "")
    status = entry.record.status or "no status"
    return Proof(
        shown,
        inputs.illustrative(entry, status) if status == "approved" else Gap(status),
        revision(inputs, entry.record),
        str(entry.record.date or ""),
        inputs.link(entry.id),
    )


def _tested(inputs: Inputs, edge: Edge) -> Proof:
    """By the run that speaks for the test: one on another revision, made later, does not take the place of a pass on this one."""
    shown, run = inputs.titled(edge.target), proofs.speaker(inputs.dossier, inputs.graph, edge.target)
    if run is None:
        return Proof(shown, Gap("not run"), "", "", "")
    result = run.record.result or "no result"
    return Proof(
        shown,
        inputs.illustrative(run, result) if result == "pass" else Gap(result),
        revision(inputs, run.record) or Gap("no revision"),
        str(run.record.date or ""),
        inputs.places(run.id, "evidence", "no report"),
    )


def described(inputs: Inputs) -> str | None:
    """The revision of the device that the file describes."""
    return proofs.described(inputs.dossier)


def revision(inputs: Inputs, record: Run | Evidence) -> str | Gap:
    """The revision that was looked at, as a gap where the file describes another one and nobody argues why that is enough."""
    looked_at, current = record.device_revision, described(inputs)
    if looked_at and current and looked_at != current:
        if proofs.is_argued(record, current):
            return f"{looked_at}, argued for {current}"
        return Gap(f"{looked_at}, not {current}")
    return looked_at or ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a test stands for the revision that the file describes."""

    word: Literal["passed", "argued", "not passed", "other revision", "not run"]
    """`argued` is a pass on another revision, with a delta assessment for this one."""
    shown: str | Gap
    run: str | None = None
    """The run that says so."""

    @property
    def holds(self) -> bool:
        return self.word in ("passed", "argued")


def runs_of(inputs: Inputs, test: str) -> tuple[Entry[Run], ...]:
    """The runs of a test that are not retired, the newest first."""
    return proofs.runs_of(inputs.dossier, inputs.graph, test)


def standing(inputs: Inputs, test: str) -> Standing:
    """How a test stands, by the run that speaks for it."""
    current = described(inputs)
    run = proofs.speaker(inputs.dossier, inputs.graph, test)
    if run is None:
        return Standing("not run", Gap("not run"))
    record = run.record
    words = ", ".join(part for part in (record.result or "no result", record.device_revision) if part)
    if record.result != "pass":
        return Standing("not passed", Gap(inputs.illustrative(run, words)), run.id)
    if current is not None and record.device_revision == current:
        return Standing("passed", inputs.illustrative(run, words), run.id)
    if proofs.is_argued(record, current):
        return Standing("argued", inputs.illustrative(run, f"{words}, argued for {current}"), run.id)
    words += f", not {current}" if record.device_revision else ", no revision"
    return Standing("other revision", Gap(inputs.illustrative(run, words)), run.id)


def live(inputs: Inputs, ids: Iterable[str]) -> list[str]:
    """Those of some records that are there and not retired."""
    found = ((id_, inputs.dossier.entries.get(id_)) for id_ in ids)
    return [id_ for id_, entry in found if entry is not None and entry.record.retired is None]


def origin(inputs: Inputs, requirement: str) -> list[str]:
    """What a requirement comes from: what it satisfies and the risk controls that it implements. A retired record asks for
    nothing.
    """
    found = [*inputs.graph.targets(requirement, "satisfies"), *inputs.graph.sources(requirement, "implemented_by")]
    entries = ((id_, inputs.dossier.entries.get(id_)) for id_ in found)
    return [id_ for id_, entry in entries if entry is None or entry.record.retired is None]


def tests_of(inputs: Inputs, requirement: str) -> list[str]:
    """The tests that verify a requirement."""
    return live(inputs, inputs.graph.targets(requirement, "verified_by"))


def requirement_result(inputs: Inputs, requirement: str) -> Cell:
    """What its tests say: in one word where all say the same, else test by test."""
    found = {test: standing(inputs, test).shown for test in tests_of(inputs, requirement)}
    if not found:
        return Gap("no test")
    if len(set(found.values())) == 1:
        return next(iter(found.values()))
    items: list[LineItem] = [Gap(f"{test} {s.text}") if isinstance(s, Gap) else f"{test} {s}" for test, s in found.items()]
    return Lines(tuple(items))
