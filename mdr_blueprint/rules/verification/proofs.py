"""Whether what the facts claim of the device is proven by a result: combination, accuracy, reprocessing, lifetime, materials."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mdr_blueprint.answers import answer_of
from mdr_blueprint.facts import Known, said
from mdr_blueprint.graph import Graph
from mdr_blueprint.load import Dossier, Entry, Law
from mdr_blueprint.model import ClauseAnswer, Component, Device, Evidence, GsprAnswer, Requirement, Run, SoftwareItem, Test
from mdr_blueprint.proof import is_proven
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import base, call, first, is_missing, lacks, referring
from mdr_blueprint.source import Sources

ROWS = ("DEV220", "DEV221", "GSPR301", "GSPR302", "GSPR305", "GSPR310", "GSPR312", "GSPR313", "GSPR318", "GSPR323")
"""What tells of a row that is open, wrong or without evidence at all."""
RESULTS = ("report", "certificate")
"""Words in the type of a document that holds results."""


def _unproven(dossier: Dossier, graph: Graph, law: Law, key: str, what: str) -> Iterator[Found]:
    """A row that is answered as applicable and rests on no result."""
    answer = answer_of(dossier, law, key)
    if answer is None or not answer.record.applicable or lacks(answer, "evidence") or _has_result(dossier, graph, answer):
        return
    documents = [dossier.get(base(reference), Evidence) for reference in answer.record.evidence]
    named = first(list(dict.fromkeys(f"`{d.id}` ({d.record.type}, {d.record.status})" for d in documents if d is not None)))
    yield Found.on(answer, f"{what}, but the evidence of GSPR `{key}` holds no result of it: {named}", "evidence")


def _has_result(dossier: Dossier, graph: Graph, answer: Entry[GsprAnswer]) -> bool:
    """Whether a report, a certificate or a passed run stands behind a row; yes where that cannot be told."""
    for reference in answer.record.evidence:
        document = dossier.get(base(reference), Evidence)
        if document is None or not document.record.type:
            return True  # told by other rules
        if document.record.status != "planned" and any(word in document.record.type.casefold() for word in RESULTS):
            return True
        if any(run.record.result == "pass" for run, _ in referring(graph, document.id, "evidence", kind="runs")):
            return True
    return any(_passed(dossier, graph, base(reference)) for reference in answer.record.records)


def _passed(dossier: Dossier, graph: Graph, id_: str) -> bool:
    """Whether a record is a passed run, a test that stands as passed, or a requirement with such a test."""
    entry: Entry[Any] | None = dossier.entries.get(id_)
    if entry is None or isinstance(entry.record, Run):
        return entry is not None and entry.record.result == "pass"
    if isinstance(entry.record, Requirement):
        return any(_passed(dossier, graph, base(test)) for test in entry.record.verified_by)
    return isinstance(entry.record, Test) and is_proven(dossier, graph, [id_])


@rule("VER535", "E", basis="MDR Annex I 14.1; Annex II 6.2(g)", requires=ROWS)
def unproven_combination(dossier: Dossier, graph: Graph, law: Law, known: Known) -> Iterator[Found]:
    """The device is meant for use with other devices, and nothing shows that the combination works.

    Why: each part may be sound and the whole may not; Annex II asks for proof of the combination.
    Fix: name at GSPR 14.1 the report of a test in the combination.
    """
    if known.stated.get("combined_use") == "true":
        yield from _unproven(dossier, graph, law, "14.1", "the device is meant for use in combination (combined_use = true)")


@rule("VER536", "E", basis="MDR Annex I 15.1; Annex II 6.2(f)", requires=ROWS)
def unproven_accuracy(dossier: Dossier, graph: Graph, law: Law, known: Known) -> Iterator[Found]:
    """The device measures, and no result shows how accurate it is.

    Why: a value is believed and acted on; Annex II asks how the stated accuracy is ensured.
    Fix: name at GSPR 15.1 the report of the measurements that show the accuracy and its limits.
    """
    if known.stated.get("measuring") == "true":
        yield from _unproven(dossier, graph, law, "15.1", "the device has a measuring function (measuring = true)")


@rule("VER537", "E", basis="MDR Annex I 11.2 and 23.4(n); Annex II 6.1(b)", requires=ROWS)
def unproven_reprocessing(dossier: Dossier, graph: Graph, law: Law, known: Known) -> Iterator[Found]:
    """The device is used again, and no result shows that it can be cleaned, disinfected or sterilised.

    Why: an instruction that nobody validated passes germs and residues from one patient to the next.
    Fix: name at GSPR 11.2 the report of the validation.
    """
    if known.stated.get("reusable") == "true":
        yield from _unproven(dossier, graph, law, "11.2", "the device is used again (reusable = true)")


@rule("VER538", "E", basis="MDR Annex I 6; Annex II 6.1(b), fifth indent", requires=ROWS)
def unproven_lifetime(dossier: Dossier, graph: Graph, law: Law) -> Iterator[Found]:
    """A lifetime is stated, and no result shows that the device reaches it.

    Why: users rely on the device up to that day; Annex I asks that safety and performance hold all that time.
    Fix: name at GSPR 6 the report of the test or of the ageing that shows it.
    """
    device = dossier.single(Device)
    if device is not None and device.lifetime:
        yield from _unproven(dossier, graph, law, "6", "the device states a lifetime")


@rule("VER539", "W", basis="MDR Annex II 1.1(k) and 6.1(b), first indent; ISO 10993-1", requires=("DEV220", "DEV221"))
def unnamed_materials(dossier: Dossier, known: Known, sources: Sources) -> Iterator[Found]:
    """Materials touch the body, and no component names its material.

    Why: the biological evaluation is one of materials; nobody can say whether it covers those of this device.
    Fix: name in `material` of each component that touches the body what it is made of.
    """
    device = next(entries(dossier, Device), None)
    if device is None or known.stated.get("body_contact_materials") != "true" or is_missing(dossier, sources, "components"):
        return
    components = list(entries(dossier, Component))
    if components and all(lacks(component, "material") for component in components):
        yield Found.on(device, f"materials touch the body (body_contact_materials = true), but none of the {len(components)} "
                       "components names its material", "facts", "body_contact_materials")


@rule("VER540", "E", basis="MDR Annex II 4(c) and 4(d)", requires=("DEV220", "DEV221", "VER521"))
def reopened_clause(dossier: Dossier, known: Known) -> Iterator[Found]:
    """A clause verdict rests on facts that do not hold for the device.

    Why: the device was changed, or described otherwise, after the clause was judged; nobody has looked at it since.
    Fix: judge the clause anew, then bring `facts` in line with the device.
    """
    for entry in entries(dossier, ClauseAnswer):
        for name, fact in entry.record.facts.items():
            now = known.values.get(name)
            if now != fact.value:
                state = "that is not stated any more" if now is None else f"now {said(((name, now),))}"
                yield Found.on(entry, f"{call(entry)} rests on {said(((name, fact.value),))}, but {state}", "facts", name)


@rule("VER542", "W", basis="IEC 62304:2006+A1:2015 4.3")
def software_without_class(dossier: Dossier) -> Iterator[Found]:
    """A software item has no safety class, nor has the item that it is part of.

    Why: the class decides how much has to be designed, reviewed and tested; without it nobody can tell whether that was enough.
    Fix: give `safety_class` (A, B or C), at least to the software system.
    """
    classed = _classed(dossier)
    for entry in entries(dossier, SoftwareItem):
        if entry.id not in classed:
            yield Found.on(entry, f"{call(entry)} has no safety class and is part of no item that has one", "safety_class")


def _classed(dossier: Dossier) -> set[str]:
    """Items with a safety class of their own or of what they are part of; that of an item which is not there is not missed."""
    parts: dict[str, list[str]] = {}
    due = []
    for entry in dossier.of(SoftwareItem):
        owners = [base(owner) for owner in entry.record.part_of]
        for owner in owners:
            parts.setdefault(owner, []).append(entry.id)
        if not lacks(entry, "safety_class") or any(dossier.get(owner, SoftwareItem) is None for owner in owners):
            due.append(entry.id)
    classed: set[str] = set()
    while due:
        id_ = due.pop()
        if id_ not in classed:
            classed.add(id_)
            due += parts.get(id_, ())
    return classed
