"""Whether the standards that the facts of the device call for are applied, and no others."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.diagnostics import Place
from mdr_blueprint.facts import Known
from mdr_blueprint.graph import Graph
from mdr_blueprint.load import Dossier, Entry, Law
from mdr_blueprint.model import AppliedStandard, ClauseAnswer, Device
from mdr_blueprint.model.library import Standard
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import call, first, referring, unread
from mdr_blueprint.source import Sources

STATE_OF_THE_ART = "MDR Annex I 1 and Annex II 4(c) (state of the art); Article 8"
FIX = "apply it and name it in `standards`, or name it there with the reason in `not_applied`"
SAFETY = ("iec-60601-", "iec-62304", "iso-14971", "iso-10993-1")
"""How the ids of standards begin that decide on basic safety; of the parts of ISO 10993 it is the first one only."""


def _decides_safety(id_: str) -> bool:
    return id_.startswith(SAFETY) and (not id_.startswith("iso-10993-1") or id_ == "iso-10993-1")


def _not_named(dossier: Dossier, law: Law, known: Known, sources: Sources, *, safety: bool) -> Iterator[Found]:
    """Standards that the facts call for and that the project neither applies nor rules out."""
    device = next(entries(dossier, Device), None)
    if device is None:
        return
    named, excused = {entry.id for entry in entries(dossier, AppliedStandard)}, unread(dossier, sources)
    for id_ in law.standard_ids:
        standard = law.standard(id_) if id_ not in named and id_ not in excused and _decides_safety(id_) is safety else None
        if standard is None or standard.status == "superseded" or not (standard.always or standard.when):
            continue
        if known.judge(standard.when).holds:
            why = known.why(standard.when) if standard.when else "is for every device"
            yield Found(id_, _place(device, known, standard), f"{standard.designation} (`{id_}`) {why}, and the project neither "
                        "applies it nor says why not", fix=FIX)


def _place(device: Entry[Device], known: Known, standard: Standard) -> Place:
    """The last fact that calls for it, which is the most special one, or the device."""
    stated = [name for name, _ in known.judge(standard.when).because if name in known.stated]
    return device.at("facts", stated[-1]) if stated else device.place


@rule("VER532", "E", basis=STATE_OF_THE_ART, requires=("GSPR311",))
def safety_standard_not_named(dossier: Dossier, law: Law, known: Known, sources: Sources) -> Iterator[Found]:
    """The facts call for a safety standard, and the project does not name it.

    Why: general and particular safety standards say what the state of the art is for this kind of device; who leaves one out has
    to show another way that is as good.
    Fix: apply it and name it in `standards`, or name it there with the reason in `not_applied`.
    """
    yield from _not_named(dossier, law, known, sources, safety=True)


@rule("VER533", "W", basis=STATE_OF_THE_ART, requires=("GSPR311",))
def standard_not_named(dossier: Dossier, law: Law, known: Known, sources: Sources) -> Iterator[Found]:
    """The facts call for a standard, and the project does not name it.

    Why: a reviewer looks for it; a reason written down now saves the question later.
    Fix: apply it and name it in `standards`, or name it there with the reason in `not_applied`.
    """
    yield from _not_named(dossier, law, known, sources, safety=False)


@rule("VER534", "W", basis="MDR Annex II 4(c)")
def standard_excluded_by_facts(dossier: Dossier, law: Law, known: Known) -> Iterator[Found]:
    """A standard is applied that the facts of the device exclude.

    Why: either a fact is wrong, and then more than this is wrong, or the list claims conformity with a standard that is not about
    this device.
    Fix: correct the fact that the message names, or take the standard off the list.
    """
    for entry in entries(dossier, AppliedStandard):
        standard = law.standard(entry.id) if not entry.record.not_applied else None
        if standard is not None and known.judge(standard.when).holds is False:
            yield Found.on(entry, f"{call(entry)} is applied, but it {known.why(standard.when)}")


@rule("VER541", "E", basis="MDR Annex II 4(c)")
def used_though_not_applied(dossier: Dossier, graph: Graph) -> Iterator[Found]:
    """A standard is said not to be applied, and is applied or used all the same.

    Why: the list and the rows contradict each other; nobody knows on what the proof rests.
    Fix: take `not_applied` out, or take the standard out of what the message names.
    """
    judged: dict[str, list[str]] = {}
    for clause in entries(dossier, ClauseAnswer):
        if clause.record.verdict in ("P", "F"):
            judged.setdefault(clause.owner or "", []).append(clause.key)
    for entry in entries(dossier, AppliedStandard):
        if not entry.record.not_applied:
            continue
        users = list(dict.fromkeys(f"`{user.id}`" for user, _ in referring(graph, entry.id)))
        if users:
            verb = "rest" if len(users) > 1 else "rests"
            yield Found.on(entry, f"{call(entry)} is not applied, but {first(users)} {verb} on it", "not_applied")
        elif entry.id in judged:
            yield Found.on(entry, f"{call(entry)} is not applied, but its clauses are judged: {first(judged[entry.id])}",
                           "not_applied")
        elif entry.record.applied:
            yield Found.on(entry, f"{call(entry)} is not applied and applied in {entry.record.applied}", "not_applied")
