"""Whether hazard libraries and questions hold together: ids name one thing, questions stand in their group, all is asked."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.diagnostics import Related
from mdr_blueprint.load import DataFile, LibraryData
from mdr_blueprint.model.library import HazardLibrary, QuestionList, Taxonomy
from mdr_blueprint.rules.engine import Found, rule
from mdr_blueprint.rules.questions import first

HAZARDS = "ISO 14971:2019 5.4"
CHARACTERISTICS = "ISO 14971:2019 5.3"


@rule("LAW915", "E", basis=HAZARDS, always_error=True)
def library_hazard_twice(library: LibraryData) -> Iterator[Found]:
    """Two hazard libraries use the same id.

    Why: a hazard record names a library hazard by its id alone; the comparison would take one hazard for the other and call it
    answered.
    Fix: give the libraries letters of their own; an id that projects have used is never given to another hazard.
    """
    seen: dict[str, DataFile[HazardLibrary]] = {}
    for file, content in library.of(HazardLibrary):
        for id_ in content.hazards:
            earlier = seen.setdefault(id_, file)
            if earlier is not file:
                there = Related("first used here", earlier.at("hazards", id_, key=True))
                yield Found(f"{file.name}:{id_}", file.at("hazards", id_, key=True),
                            f"`{id_}` is also a hazard of `{earlier.name}`", (there,))


@rule("LAW916", "E", basis=CHARACTERISTICS, always_error=True)
def misnamed_question(library: LibraryData) -> Iterator[Found]:
    """The id of a question does not begin with its group.

    Why: projects answer by id; a reader who sees `touch.noise` among the answers looks for it in that group.
    Fix: name it `group.topic`. An id that projects have answered is kept, and the group corrected.
    """
    for file, content in library.of(QuestionList):
        for id_, question in content.questions.items():
            group, _, topic = id_.partition(".")
            if group != question.group or not topic:
                yield Found(f"{file.name}:{id_}", file.at("questions", id_, key=True),
                            f"the question `{id_}` stands in the group `{question.group}`")


@rule("LAW917", "W", basis=CHARACTERISTICS, always_error=True)
def unasked_category(library: LibraryData) -> Iterator[Found]:
    """No question leads to a category of hazards.

    Why: who works through the questions is never brought to such hazards, though the taxonomy knows them.
    Fix: name the category at the question that leads to it, or write that question.
    """
    questions, taxonomy = library.one(QuestionList), library.one(Taxonomy)
    if library.faults or questions is None or taxonomy is None:  # what could not be read may lead to it
        return
    reached = {category for question in questions.questions.values() for category in question.categories}
    missing = [f"`{category}`" for category in taxonomy.categories if category not in reached]
    if missing:
        file = next(file for file, _ in library.of(QuestionList))
        yield Found(file.name, file.at("questions", key=True), f"no question leads to {first(missing)}")
