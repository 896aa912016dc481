"""What a proof says today: the last result of a test, the status of a document. Shared by several families."""

from __future__ import annotations

from dataclasses import dataclass

from mdr_blueprint import completeness
from mdr_blueprint.graph import Edge
from mdr_blueprint.model import Device, Evidence, Run, Test
from mdr_blueprint.tables.inputs import Inputs
from mdr_blueprint.tables.shapes import Cell, Gap, RecordLink


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof and what it says today, each ready to be a cell."""

    shown: RecordLink
    """The test, or the document with the section that is named."""
    result: str | Gap
    """Of the newest run of a test; the status of a document."""
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
    shown = RecordLink(edge.target, f"{inputs.cited(edge.target, edge.place)} {title}".strip())
    if entry is None:
        return Proof(shown, Gap("missing"), "", "", "")
    status = entry.record.status or "no status"
    return Proof(
        shown,
        inputs.illustrative(entry, status) if status == "approved" else Gap(status),
        revision(inputs, entry.record.device_revision),
        str(entry.record.date or ""),
        inputs.link(entry.id),
    )


def _tested(inputs: Inputs, edge: Edge) -> Proof:
    shown, run = inputs.titled(edge.target), inputs.dossier.get(last_run(inputs, edge.target) or "", Run)
    if run is None:
        return Proof(shown, Gap("not run"), "", "", "")
    result = run.record.result or "no result"
    return Proof(
        shown,
        inputs.illustrative(run, result) if result == "pass" else Gap(result),
        revision(inputs, run.record.device_revision) or Gap("no revision"),
        str(run.record.date or ""),
        inputs.places(run.id, "evidence", "no report"),
    )


def revision(inputs: Inputs, looked_at: str | None) -> str | Gap:
    """The revision that was looked at, as a gap where the file describes another one."""
    device = inputs.dossier.single(Device)
    current = device.revision if device else None
    if looked_at and current and looked_at != current:
        return Gap(f"{looked_at}, not {current}")
    return looked_at or ""


def last_run(inputs: Inputs, test: str) -> str | None:
    """The newest run of a test."""
    run = completeness.last_run(inputs.dossier, inputs.graph, test)
    return run.id if run else None


def last_result(inputs: Inputs, test: str) -> str | Gap:
    """`pass, v1.0.0` of the newest run; a gap where the test was not run or did not pass."""
    run = inputs.dossier.get(last_run(inputs, test) or "", Run)
    if run is None:
        return Gap("not run")
    record = run.record
    words = ", ".join(part for part in (record.result or "no result", record.device_revision) if part)
    return inputs.illustrative(run, words) if record.result == "pass" else Gap(words)


def proof_result(inputs: Inputs, id_: str) -> str | Gap:
    """What a proof says today: the last result of a test, or the status of a document."""
    if inputs.dossier.get(id_, Test):
        return last_result(inputs, id_)
    evidence = inputs.dossier.get(id_, Evidence)
    if evidence is None:
        return Gap("missing")
    status = evidence.record.status or "no status"
    words = ", ".join(part for part in (status, evidence.record.device_revision) if part)
    return inputs.illustrative(evidence, words) if status == "approved" else Gap(words)
