"""Whether what the data files name exists: identifiers, rules, standards, record kinds, documents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from mdr_blueprint import library as shipped
from mdr_blueprint.diagnostics import did_you_mean
from mdr_blueprint.library import TEMPLATE
from mdr_blueprint.load import DataFile, LibraryData
from mdr_blueprint.model import KINDS, Part
from mdr_blueprint.model.library import (
    AnnexI,
    AnnexPoints,
    AnnexVIII,
    ClassRule,
    HazardLibrary,
    QuestionList,
    Standard,
    Taxonomy,
)
from mdr_blueprint.rules.engine import Found, rule

ANNEX = "MDR Annex I"
FORMAT = "format of the data of the library"
PROCESS = "iso-14971"
"""The standard whose clauses `steps` of a clause name."""
Steps = tuple[str | int, ...]
CITATION = re.compile(r"(?<![\w-])([a-z]+(?:-[a-z]+)*-\d+(?:-\d+)*)(?:#([\w.]*\w(?:\(\w\))?))?")
"""A standard by its id, with or without a clause."""


def _lost(file: DataFile[Part], steps: Steps, what: str, known: Iterable[str]) -> Found:
    """A name at `steps` that points nowhere."""
    name = _value(file, steps)
    return Found(file.name, file.at(*steps), f"`{name}` in `{_field(steps)}` is no {what}{did_you_mean(name, known)}")


def _value(file: DataFile[Part], steps: Steps) -> str:
    value: Any = file.source.root
    for step in steps:
        value = value[step]
    return str(value)


def _field(steps: Steps) -> str:
    """The field that a way ends in, with what it belongs to: `refused.6a.instead`."""
    return ".".join(str(step) for step in steps if isinstance(step, str))


@rule("LAW907", "E", basis=FORMAT, always_error=True)
def lost_parent(library: LibraryData) -> Iterator[Found]:
    """An identifier or a clause stands below one that does not exist.

    Why: the tree breaks there: an answer at the point above covers nothing, and the checklist shows the row without its heading.
    Fix: name the identifier that it stands below, which comes before it.
    """
    for file, annex in library.of(AnnexI):
        yield from _lost_parents(file, "requirements", {key: item.parent for key, item in annex.requirements.items()})
    for of_standard, standard in library.of(Standard):
        yield from _lost_parents(of_standard, "clauses", {key: item.parent for key, item in standard.clauses.items()})


def _lost_parents(file: DataFile[Part], group: str, parents: dict[str, str | None]) -> Iterator[Found]:
    seen: set[str] = set()
    for key, parent in parents.items():
        if parent is not None and parent not in seen:
            place = file.at(group, key, "parent")
            why = "which comes after it" if parent in parents else f"which is not there{did_you_mean(parent, parents)}"
            yield Found(file.name, place, f"`{key}` stands below `{parent}`, {why}")
        seen.add(key)


@rule("LAW908", "E", basis=FORMAT, always_error=True)
def pointer_to_nothing(library: LibraryData) -> Iterator[Found]:
    """A data file names an identifier, a rule, a clause of a standard, a group or a category that does not exist.

    Why: the hint, the link or the exception that it was written for never comes to pass.
    Fix: correct the name.
    """
    if library.faults:  # what could not be read may be what is named
        return
    for file, annex in library.of(AnnexI):
        yield from _lost_in_annex_i(file, annex)
    yield from _lost_in_standards(library)
    for rules, classes in library.of(AnnexVIII):
        yield from _lost_in_rules(rules, classes)
    yield from _lost_in_risk(library)


def _lost_in_annex_i(file: DataFile[Part], annex: AnnexI) -> Iterator[Found]:
    ways: list[Steps] = []
    for key, text in annex.texts.items():
        ways.append(("texts", key, "belongs_to"))
        ways += [("texts", key, "answered_by", index) for index in range(len(text.answered_by))]
    for key, refused in annex.refused.items():
        ways += [("refused", key, "instead", index) for index in range(len(refused.instead))]
    for way in ways:
        if _value(file, way) not in annex.requirements:
            yield _lost(file, way, "identifier of Annex I", annex.requirements)


def _lost_in_standards(library: LibraryData) -> Iterator[Found]:
    annex = library.one(AnnexI)
    standards = {file.name: standard for file, standard in library.of(Standard)}
    for file, standard in library.of(Standard):
        for index, id_ in enumerate(standard.supports):
            if annex is not None and id_ not in annex.requirements:
                yield _lost(file, ("supports", index), "identifier of Annex I", annex.requirements)
        if standard.successor is not None and _is_id(standard.successor) and standard.successor not in standards:
            yield _lost(file, ("successor",), "standard of the library", standards)
        yield from _lost_in_clauses(file, standard, standards)


def _lost_in_clauses(file: DataFile[Standard], standard: Standard, standards: dict[str, Standard]) -> Iterator[Found]:
    """Clauses of the general standard and of ISO 14971 that the clauses of a standard name."""
    if standard.base is not None and standard.base not in standards:
        yield _lost(file, ("base",), "standard of the library", standards)
    base, process = standards.get(standard.base or ""), standards.get(PROCESS)
    for key, item in standard.clauses.items():
        if base is not None and item.changes is not None and item.changes not in base.clauses:
            yield _lost(file, ("clauses", key, "changes"), f"clause of `{base.id}`", base.clauses)
        for index, step in enumerate(item.steps):
            if process is not None and process.clauses and step not in process.clauses:
                yield _lost(file, ("clauses", key, "steps", index), f"clause of `{PROCESS}`", process.clauses)


def _is_id(successor: str) -> bool:
    """A successor is the id of a standard of the library, or the designation of one that it does not hold."""
    return successor == successor.lower() and " " not in successor


def _lost_in_rules(file: DataFile[Part], annex: AnnexVIII) -> Iterator[Found]:
    revisions = annex.guidance.revisions
    if annex.guidance.default not in revisions:
        yield _lost(file, ("guidance", "default"), "revision of the guidance", revisions)
    for number, content in annex.rules.items():
        for index, other in enumerate(content.yields_to):
            if str(other) not in annex.rules:
                yield _lost(file, ("rules", number, "yields_to", index), "classification rule", annex.rules)
        for key, outcome in content.outcomes.items():
            way: Steps = ("rules", number, "outcomes", key)
            if outcome.replaces is not None and outcome.replaces not in content.outcomes:
                yield _lost(file, (*way, "replaces"), "outcome of this rule", content.outcomes)
            for index, revision in enumerate(outcome.guidance):
                if revision not in revisions:
                    yield _lost(file, (*way, "guidance", index), "revision of the guidance", revisions)


def _lost_in_risk(library: LibraryData) -> Iterator[Found]:
    taxonomy = library.one(Taxonomy)
    standards = {file.name: standard for file, standard in library.of(Standard)}
    for hazards, content in library.of(HazardLibrary):
        for key, hazard in content.hazards.items():
            if taxonomy is not None and hazard.category not in taxonomy.categories:
                yield _lost(hazards, ("hazards", key, "category"), "category of hazards", taxonomy.categories)
            for message in _lost_clauses(hazard.evidence or "", standards):
                yield Found(hazards.name, hazards.at("hazards", key, "evidence"), f"{message}, named at the hazard `{key}`")
    for questions, asked in library.of(QuestionList):
        for key, question in asked.questions.items():
            if question.group not in asked.groups:
                yield _lost(questions, ("questions", key, "group"), "group of questions", asked.groups)
            for index, category in enumerate(question.categories):
                if taxonomy is not None and category not in taxonomy.categories:
                    yield _lost(questions, ("questions", key, "categories", index), "category of hazards", taxonomy.categories)


def _lost_clauses(evidence: str, standards: dict[str, Standard]) -> Iterator[str]:
    """What a text cites as `iec-60601-1#8.7` and the library does not hold."""
    issuers = {id_.partition("-")[0] for id_ in standards}
    for id_, clause in CITATION.findall(evidence):
        if id_.partition("-")[0] not in issuers:
            continue
        if id_ not in standards:
            yield f"`{id_}` is no standard of the library{did_you_mean(id_, standards)}"
        elif clause and standards[id_].clauses and clause not in standards[id_].clauses:
            yield f"`{clause}` is no clause of `{id_}`{did_you_mean(clause, standards[id_].clauses)}"


@rule("LAW911", "E", basis="MDR Annex VIII", always_error=True)
def clause_twice(library: LibraryData) -> Iterator[Found]:
    """Two outcomes of a classification rule have the same clause.

    Why: the rationale cites the clause; two outcomes under one name cannot be told apart, and one of them is cited wrongly.
    Fix: name the indent or paragraph of each, or limit them to different revisions of the guidance.
    """
    for file, annex in library.of(AnnexVIII):
        for number, content in annex.rules.items():
            for key, other in _repeated(content):
                clause = content.outcomes[key].clause
                yield Found(f"{file.name}:{number}", file.at("rules", number, "outcomes", key, "clause"),
                            f"`{key}` of Rule {number} has the clause \"{clause}\" of `{other}`")


def _repeated(content: ClassRule) -> Iterator[tuple[str, str]]:
    """Outcomes whose clause an earlier one has, under the same guidance."""
    earlier: list[str] = []
    for key, outcome in content.outcomes.items():
        for before in earlier:
            other = content.outcomes[before]
            apart = outcome.guidance and other.guidance and not set(outcome.guidance) & set(other.guidance)
            if other.clause == outcome.clause and not apart:
                yield key, before
                break
        earlier.append(key)


@rule("LAW912", "E", basis=ANNEX, always_error=True)
def refused_though_valid(library: LibraryData) -> Iterator[Found]:
    """An identifier is refused that Annex I has.

    Why: a correct answer of a project would be told to be an identifier of another text.
    Fix: take it out of `refused`.
    """
    for file, annex in library.of(AnnexI):
        for key in annex.refused:
            if key in annex.requirements:
                yield Found(f"{file.name}:{key}", file.at("refused", key, key=True), f"`{key}` is refused, but it is an "
                            f"identifier of Annex I ({annex.requirements[key].topic.strip()})")


@rule("LAW913", "E", basis="MDR Annexes II, III, IV and XIV", always_error=True)
def point_without_home(library: LibraryData) -> Iterator[Found]:
    """A point of an annex is answered by a kind of record or a document that does not exist.

    Why: the state of the point would stay empty in every project, or the document that shows it would not say so.
    Fix: use a kind of the record format and the id of a document template.
    """
    templates = [path.name for path in shipped.files("templates", "documents")]
    documents = {name.removesuffix(TEMPLATE) for name in templates if name.endswith(TEMPLATE)}
    for file, annex in library.of(AnnexPoints):
        for key, point in annex.points.items():
            for field, what, known in (("kinds", "kind of record", set(KINDS)), ("documents", "document template", documents)):
                for index, name in enumerate(getattr(point, field)):
                    if name not in known:
                        yield _lost(file, ("points", key, field, index), what, sorted(known))
