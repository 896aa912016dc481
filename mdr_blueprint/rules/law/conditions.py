"""Whether the conditions of the data files ask for facts and values that the vocabulary has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mdr_blueprint.conditions import All, Condition, Is, Not, names
from mdr_blueprint.conditions import Any as Either
from mdr_blueprint.diagnostics import did_you_mean
from mdr_blueprint.load import DataFile, LibraryData
from mdr_blueprint.model import Part
from mdr_blueprint.model.library import AnnexVIII, DerivedFact, FactDefinition, Vocabulary
from mdr_blueprint.rules.engine import Found, rule
from mdr_blueprint.rules.questions import first, listed

VOCABULARY = "the one vocabulary of device facts (`gspr/facts.yaml`)"
COMPUTED = frozenset({"driven_rule"})
"""Facts that no condition asks for and the classification reads itself (Annex VIII 3.3)."""
Steps = tuple[str | int, ...]


def conditions_in(value: Any, steps: Steps = ()) -> Iterator[tuple[Steps, Condition]]:
    """Every condition in a data file, and the way to it."""
    if isinstance(value, Is | All | Either | Not):
        yield steps, value
    elif isinstance(value, Part):
        for name in type(value).model_fields:
            yield from conditions_in(getattr(value, name), (*steps, name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from conditions_in(item, (*steps, key))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from conditions_in(item, (*steps, index))


def asked(condition: Condition, steps: Steps = ()) -> Iterator[tuple[Steps, Is]]:
    """Every question of a condition, and the way to the fact that it asks for."""
    if isinstance(condition, Is):
        yield (*steps, condition.fact), condition
    elif isinstance(condition, Not):
        yield from asked(condition.part, (*steps, "not"))
    else:
        word = "all" if isinstance(condition, All) else "any"
        for index, part in enumerate(condition.parts):
            yield from asked(part, (*steps, word, index))


def questions(library: LibraryData) -> Iterator[tuple[DataFile[Part], Steps, Is]]:
    """Every question that the data of the library ask of a fact."""
    for file in library.files:
        if file.content is not None:
            for steps, condition in conditions_in(file.content):
                for way, question in asked(condition, steps):
                    yield file, way, question


def _definitions(vocabulary: Vocabulary) -> dict[str, FactDefinition | DerivedFact]:
    return {**vocabulary.facts, **vocabulary.derived}


@rule("LAW903", "E", basis=VOCABULARY, always_error=True)
def unknown_fact_asked(library: LibraryData) -> Iterator[Found]:
    """A condition asks for a fact that the vocabulary does not have.

    Why: no project can state it, so the condition stays open for every device and what hangs on it is never proposed.
    Fix: use the name in the vocabulary, or add the fact to it.
    """
    vocabulary = library.one(Vocabulary)
    if vocabulary is None:
        return
    known = _definitions(vocabulary)
    for file, way, question in questions(library):
        if question.fact not in known:
            yield Found(file.name, file.at(*way, key=True), f"`{question.fact}` is no fact of the vocabulary"
                        f"{did_you_mean(question.fact, known)}")
    for file, annex in library.of(AnnexVIII):
        for key, definition in annex.definitions.items():
            for index, fact in enumerate(definition.facts):
                if fact not in known:
                    yield Found(file.name, file.at("definitions", key, "facts", index), f"`{fact}`, named at the definition "
                                f"{key}, is no fact of the vocabulary{did_you_mean(fact, known)}")


@rule("LAW904", "E", basis=VOCABULARY, always_error=True)
def unknown_value_asked(library: LibraryData) -> Iterator[Found]:
    """A condition asks for a value that its fact cannot have.

    Why: that part of the condition can never hold; what it was meant to call for is never called for.
    Fix: use a value of the fact, or add it to the vocabulary.
    """
    vocabulary = library.one(Vocabulary)
    if vocabulary is None:
        return
    known = _definitions(vocabulary)
    for file, way, question in questions(library):
        definition = known.get(question.fact)
        for value in question.values if definition is not None and definition.answers else ():
            if definition is not None and value not in definition.answers:
                answers = first([f"`{answer}`" for answer in definition.answers])
                yield Found(file.name, file.at(*way), f"`{question.fact}` is never `{value}`; there are {answers}"
                            f"{did_you_mean(value, definition.answers)}")
    for file, content in library.of(Vocabulary):
        for name, fact in content.facts.items():
            if fact.absent is not None and fact.answers and fact.absent not in fact.answers:
                yield Found(file.name, file.at("facts", name, "absent"), f"`absent` of `{name}` is `{fact.absent}`, none of its "
                            f"values{did_you_mean(fact.absent, fact.answers)}")


@rule("LAW905", "W", basis=VOCABULARY, always_error=True)
def idle_fact(library: LibraryData) -> Iterator[Found]:
    """A fact drives nothing.

    Why: manufacturers are asked a question whose answer changes neither class nor requirement, standard or duty.
    Fix: write the condition that needs it, or take the fact out.
    """
    if library.faults:  # what could not be read may ask for it
        return
    used = {question.fact for _, _, question in questions(library)} | COMPUTED
    for file, vocabulary in library.of(Vocabulary):
        for group in ("facts", "derived"):
            for name in getattr(vocabulary, group):
                if name not in used:
                    yield Found(f"facts:{name}", file.at(group, name, key=True), f"no condition asks for `{name}`")


@rule("LAW906", "E", basis=VOCABULARY, always_error=True)
def derived_fact_out_of_order(library: LibraryData) -> Iterator[Found]:
    """A derived fact rests on itself or on one that comes later.

    Why: derived facts are worked out from the first to the last; this one would be unknown for every device.
    Fix: put it behind the facts that it rests on.
    """
    for file, vocabulary in library.of(Vocabulary):
        order = list(vocabulary.derived)
        for index, (name, fact) in enumerate(vocabulary.derived.items()):
            late = [f"`{other}`" for other in order[index:] if other in names(fact.when)]
            if late:
                what = "itself" if late == [f"`{name}`"] else listed(late)
                yield Found(f"facts:{name}", file.at("derived", name, key=True), f"`{name}` rests on {what}, not known before it")
        for name in vocabulary.derived:
            if name in vocabulary.facts:
                yield Found(f"facts:{name}", file.at("derived", name, key=True), f"`{name}` is stated and derived")
