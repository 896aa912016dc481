"""What a proof says today: the last result of a test, the status of a document. Shared by several families."""

from __future__ import annotations

from mdr_blueprint.model import Evidence, Run, Test
from mdr_blueprint.tables.inputs import Inputs
from mdr_blueprint.tables.shapes import Gap


def last_run(inputs: Inputs, test: str) -> str | None:
    """The newest run of a test by date, the later in file order where the dates are equal."""
    found = [
        (str(entry.record.date or ""), number, entry.id)
        for number, id_ in enumerate(inputs.graph.sources(test, "test"))
        if (entry := inputs.dossier.get(id_, Run)) and entry.record.retired is None
    ]
    return max(found)[2] if found else None


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
