"""Figures, components, users and foreseeable misuse: what the rest of the file refers to."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.graph import Graph
from mdr_blueprint.load import Dossier
from mdr_blueprint.model import Component, Figure, IntendedPurpose, Misuse, UserProfile
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import call, is_used, lacks, unread
from mdr_blueprint.source import Sources


@rule("DEV209", "E", basis="MDR Annex II 1.1(l) (technical specifications) and 4(d)")
def figure_without_source(dossier: Dossier) -> Iterator[Found]:
    """A figure does not say where it comes from.

    Why: figures are quoted all over the file; a wrong one is wrong everywhere, and without a source nobody can check it.
    Fix: name `source`, `evidence` or `computed`, or mark the figure as `illustrative: true`.
    """
    for entry in entries(dossier, Figure):
        if not entry.record.illustrative and all(lacks(entry, name) for name in ("source", "evidence", "computed")):
            yield Found.on(entry, f"{call(entry)} has no source, evidence or computation")


@rule("DEV210", "E", basis="MDR Annex II 1.1(l) (technical specifications)")
def figure_without_value(dossier: Dossier) -> Iterator[Found]:
    """A figure has no value.

    Why: each text that quotes it has a hole there.
    Fix: give `value` with `unit`, or the value in words in `text`.
    """
    for entry in entries(dossier, Figure):
        if entry.record.value is None and lacks(entry, "value") and lacks(entry, "text"):
            yield Found.on(entry, f"{call(entry)} has neither `value` nor `text`")


@rule("DEV211", "W", basis="MDR Annex I 3(c); ISO 14971:2019 5.2")
def unaddressed_misuse(dossier: Dossier, graph: Graph, sources: Sources) -> Iterator[Found]:
    """A foreseeable misuse leads to no hazardous situation.

    Why: to foresee a misuse and not to ask what it does to the patient is half of the analysis.
    Fix: name the situations in `situations`, or name the misuse as `cause` of an event.
    """
    excused = unread(dossier, sources)
    for entry in entries(dossier, Misuse):
        if lacks(entry, "situations") and entry.id not in excused and not is_used(graph, entry.id, "events.cause"):
            yield Found.on(entry, f"{call(entry)} leads to no hazardous situation and is the cause of no event", "situations")


@rule("DEV212", "W", basis="MDR Annex II 1.1(j) and 3(a); ISO 13485:2016 7.3.9")
def component_without_version(dossier: Dossier) -> Iterator[Found]:
    """A component has no version.

    Why: which parts make up the revision that was tested is not fixed; a changed part goes unnoticed.
    Fix: add `version`: the drawing, part or software revision.
    """
    for entry in entries(dossier, Component):
        if lacks(entry, "version"):
            yield Found.on(entry, f"{call(entry)} has no version", "version")


@rule("DEV213", "W", basis="MDR Annex II 1.1(a) (intended users); IEC 62366-1:2015+A1:2020 5.1")
def unused_user_profile(dossier: Dossier, graph: Graph, sources: Sources) -> Iterator[Found]:
    """A user profile is not among the users of the intended purpose.

    Why: either the intended purpose forgets a group of users, or training and evaluation are planned for people who never use
    the device.
    Fix: name it in `users` of the intended purpose, or retire it.
    """
    if next(entries(dossier, IntendedPurpose), None) is None:
        return
    excused = unread(dossier, sources)
    for entry in entries(dossier, UserProfile):
        if entry.id not in excused and not is_used(graph, entry.id, "users"):
            yield Found.on(entry, f"{call(entry)} is not among the users of the intended purpose")
