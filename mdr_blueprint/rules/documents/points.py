"""Whether every point of Annex II and III that applies has something in the project, and whether cited guidance is known."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mdr_blueprint.answers import covers_point
from mdr_blueprint.diagnostics import did_you_mean
from mdr_blueprint.facts import Known
from mdr_blueprint.graph.references import texts
from mdr_blueprint.load import Dossier, Entry, Law
from mdr_blueprint.model import Evidence
from mdr_blueprint.model.library import AnnexPoint
from mdr_blueprint.rules.engine import Found, entries, live, rule
from mdr_blueprint.rules.questions import call, is_missing, listed
from mdr_blueprint.source import Sources

TOLD = ("device", "intended_purpose", "classification", "statements", "gspr", "requirements", "tests")
"""Kinds whose absence has a rule of its own; a point that such a kind answers in the first place is not told again."""
MDCG = re.compile(r"\bMDCG\s+(20\d\d)-(\d+)\b")


@rule("DOC823", "W", basis="MDR Annexes II and III")
def empty_point(dossier: Dossier, law: Law, known: Known, sources: Sources) -> Iterator[Found]:
    """A point of Annex II or III has nothing in the project, or only documents that are planned.

    Why: a technical file that is silent on a point is incomplete; the notified body asks for it in its first round.
    Fix: write the records that answer it, or register the document that does under `evidence` with the point in its `points`.
    """
    if sources.is_partial:
        return
    told = {(kind,) for kind in TOLD if is_missing(dossier, sources, kind)}
    planned, named = _documents(dossier, planned=True), _documents(dossier, planned=False)
    due = {name: point for name, point in law.points.items() if known.judge(point.when).holds}
    own = {name for name, point in due.items() if name in named or point.kinds[:1] in told or
           any(not is_missing(dossier, sources, kind) for kind in point.kinds)}
    covered = {name for name in due if any(covers_point(above, name) for above in named)}
    touched = {above for above in due if any(covers_point(above, name) for name in own)}
    empty = [name for name in due if name not in own | covered | touched]
    for name in empty:
        if any(covers_point(other, name) for other in empty if other != name):
            continue
        point, document = due[name], planned.get(name)
        below = sum(1 for other in empty if other != name and covers_point(name, other))
        more = f" and {below} points below it" if below > 1 else " and the point below it" if below else ""
        if document is not None:
            message = f"{call(document)}, which answers {point.citation} ({point.title}){more}, is only planned"
            yield Found.on(document, message, "status", fix="write and approve the document")
        else:
            message = f"nothing in the project answers {point.citation} ({point.title}){more}"
            yield Found(name, dossier.home(), message, fix=_fix(name, point))


def _documents(dossier: Dossier, *, planned: bool) -> dict[str, Entry[Evidence]]:
    """Point -> a document that answers it, out of those that are planned or of all others."""
    return {
        point: entry
        for entry in entries(dossier, Evidence)
        if (entry.record.status == "planned") is planned
        for point in entry.record.points
    }


def _fix(name: str, point: AnnexPoint) -> str:
    held = f"register the document that answers it under `evidence`, with `points: [\"{name}\"]`"
    kinds = [f"`{kind}`" for kind in point.kinds]
    return f"write records of the kind {listed(kinds, 'or')}, or {held}" if kinds else held


@rule("DOC824", "E", basis="MDR Annexes II and III", always_error=True)
def unknown_point(dossier: Dossier, law: Law) -> Iterator[Found]:
    """A document names a point that Annex II and III do not have.

    Why: the point that was meant still looks empty.
    Fix: write it as `annex_ii:6.1(b)/i1` or `annex_iii:1(b)`.
    """
    for entry in entries(dossier, Evidence):
        for index, point in enumerate(entry.record.points):
            if point not in law.points:
                now = _renumbered(point)
                hint = f"; since the corrigendum it is {now}" if now in law.points else did_you_mean(point, law.points)
                yield Found.on(entry, f"`{point}` of {call(entry)} is no point of Annex II or III{hint}", "points", index)


def _renumbered(point: str) -> str:
    """Annex III as printed in 2017 had 1.1, 1.1(a), 1.1(b) and 1.2."""
    return point.replace("annex_iii:1.1", "annex_iii:1").replace("annex_iii:1.2", "annex_iii:2")


@rule("DOC825", "W", basis="MDR Annex II (documentation clear and unambiguous); register of guidance (`gspr/guidance.yaml`)")
def unknown_guidance(dossier: Dossier, law: Law, sources: Sources) -> Iterator[Found]:
    """A text cites guidance that is not in the register, or that was replaced.

    Why: a slip in the number sends the reviewer to another document; replaced guidance is no state of the art.
    Fix: correct the number; where the register is behind, say in a waiver what the document is.
    """
    files = {source.path for source in sources.files if "MDCG" in source.text}
    for entry in dossier.entries.values() if files else ():
        if entry.place.path not in files or not live(dossier, entry):
            continue
        for steps, text in texts(entry.raw, entry.cls):
            for year, number in dict.fromkeys(MDCG.findall(text)):
                document = law.guidance.documents.get(f"mdcg-{year}-{number.lstrip('0')}")
                if document is None:
                    hint = did_you_mean(f"mdcg-{year}-{number}", law.guidance.documents)
                    yield Found.on(entry, f"{call(entry)} cites MDCG {year}-{number}, which is not in the register "
                                   f"(checked {law.guidance.source.checked}){hint}", *steps)
                elif document.status == "superseded":
                    yield Found.on(entry, f"{call(entry)} cites MDCG {year}-{number}, which was replaced", *steps)
