"""What proves something today: the run that speaks for a test, the approval of a document. One notion for rules and tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby

from mdr_blueprint.graph import Graph
from mdr_blueprint.load import Dossier, Entry
from mdr_blueprint.model import Device, Evidence, Run, Test


def described(dossier: Dossier) -> str | None:
    """The revision of the device that the file describes."""
    device = dossier.single(Device)
    return device.revision if device else None


def runs_of(dossier: Dossier, graph: Graph, test: str) -> tuple[Entry[Run], ...]:
    """The runs of a test that are not retired, the newest first.

    Of one day the later one is that with the later time stamp where all have one, else the later in file order.
    """
    if test not in graph.runs:
        graph.runs[test] = _ordered(dossier, graph, test)
    return graph.runs[test]


def speaker(dossier: Dossier, graph: Graph, test: str) -> Entry[Run] | None:
    """The run by which a test stands for the described revision."""
    if test not in graph.speakers:
        graph.speakers[test] = speaking(runs_of(dossier, graph, test), described(dossier))
    return graph.speakers[test]


def _ordered(dossier: Dossier, graph: Graph, test: str) -> tuple[Entry[Run], ...]:
    found = (dossier.get(id_, Run) for id_ in graph.sources(test, "test"))
    live = sorted((run for run in found if run is not None and run.record.retired is None), key=_day)
    ordered: list[Entry[Run]] = []
    for _, of_one_day in groupby(live, key=_day):
        runs = list(of_one_day)
        times = [_moment(run) for run in runs]
        known = [(time, at) for at, time in enumerate(times) if time is not None]
        ordered += [runs[at] for _, at in sorted(known)] if len(known) == len(runs) else runs
    return tuple(reversed(ordered))


def _day(run: Entry[Run]) -> str:
    return str(run.record.date or "")


def _moment(run: Entry[Run]) -> datetime | None:
    """When an imported run was executed; a time stamp without a zone is taken for one of UTC."""
    imported = run.record.imported
    try:
        moment = datetime.fromisoformat(imported.time) if imported is not None and imported.time else None
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def counting(runs: Sequence[Entry[Run]], current: str | None) -> Entry[Run]:
    """Which of some runs of a test, the newest first, speaks for the described revision."""
    on_it = (run for run in runs if current is not None and run.record.device_revision == current)
    argued = (run for run in runs if is_argued(run.record, current))
    return next(on_it, None) or next(argued, None) or runs[0]


def speaking(runs: Sequence[Entry[Run]], current: str | None) -> Entry[Run] | None:
    """The run by which a test stands, of its runs, the newest first: the one that counts for the described revision, or a later
    one that failed, whatever it was made on.
    """
    if not runs:
        return None
    return runs[0] if runs[0].record.result == "fail" else counting(runs, current)


def is_argued(record: Run | Evidence, revision: str | None) -> bool:
    """Whether a delta assessment argues that what was found on another revision of the device holds for this one."""
    return record.delta_assessment is not None and record.delta_assessment.holds_for(revision)


def is_proven(dossier: Dossier, graph: Graph, proofs: Iterable[str]) -> bool:
    """Whether there are proofs and each of them holds today: a test by the run that speaks for it, a document by its approval.
    That one is of another revision, and nobody argues that it holds for the described one, is told by rules of its own.
    """
    found = list(proofs)
    return bool(found) and all(_holds(dossier, graph, id_) for id_ in found)


def _holds(dossier: Dossier, graph: Graph, id_: str) -> bool:
    if dossier.get(id_, Test):
        run = speaker(dossier, graph, id_)
        return run is not None and run.record.result == "pass"
    document = dossier.get(id_, Evidence)
    return document is not None and document.record.status == "approved"
