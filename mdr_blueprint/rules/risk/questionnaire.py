"""Whether the characteristics related to safety were asked for, and followed up (ISO 14971:2019, 5.3)."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.diagnostics import Related, did_you_mean, nearest
from mdr_blueprint.facts import Known, said
from mdr_blueprint.load import Dossier, Entry, Law
from mdr_blueprint.model import Device, Question
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import call, first, is_missing, lacks, short
from mdr_blueprint.rules.risk.process import has_risks
from mdr_blueprint.source import Sources

ASKED = "ISO 14971:2019 5.3; ISO/TR 24971:2020 Annex A (questions, as a prompt)"
SHOWN = 3
"""Up to so many open questions are shown with their words."""


def _call(law: Law, entry: Entry[Question]) -> str:
    """How a message names a question: by its words, which for most stand in the library."""
    asked = law.questions.questions.get(entry.id)
    return call(entry, asked.question if asked else entry.record.title)


def _foreign(law: Law, entry: Entry[Question]) -> bool:
    """Whether a question is neither one of the library nor asks something of its own."""
    return entry.id not in law.questions.questions and lacks(entry, "title")


@rule("RISK455", "W", basis=ASKED)
def unanswered_question(dossier: Dossier, law: Law, sources: Sources) -> Iterator[Found]:
    """A question on the characteristics related to safety has no answer.

    Why: hazards come from the characteristics of the device; behind a question that was not asked stands a hazard that nobody
    thought of.
    Fix: answer it under `questionnaire` with `answer: true` or `false` and a rationale.
    """
    if is_missing(dossier, sources, Question.kind_name):
        if has_risks(dossier):
            yield Found.missing(dossier, Question.kind_name, "the project has risks and answers none of the "
                                f"{len(law.questions.questions)} questions on characteristics related to safety")
        return
    given = list(entries(dossier, Question))
    if not given:
        return
    asked = law.questions.questions
    open_ = [entry for entry in given if lacks(entry, "answer") and not _foreign(law, entry)]
    written = {entry.id for entry in dossier.kind(Question.kind_name)}
    meant = {nearest(entry.id, asked) for entry in given if _foreign(law, entry)}  # RISK459
    left = {entry.id: asked[entry.id].question if entry.id in asked else entry.record.title or "" for entry in open_}
    left |= {id_: question.question for id_, question in asked.items() if id_ not in written | meant}
    if left:
        names = [f"`{id_}` ({short(question)})" if len(left) <= SHOWN else f"`{id_}`" for id_, question in left.items()]
        number = f"{len(left)} questions on characteristics related to safety have" if len(left) > 1 else \
            "one question on characteristics related to safety has"
        yield Found(Question.kind_name, (open_ or given)[0].place, f"{number} no answer: {first(names)}")


@rule("RISK456", "W", basis=ASKED, requires=("RISK459",))
def answer_without_rationale(dossier: Dossier, law: Law) -> Iterator[Found]:
    """An answer to a question on a characteristic related to safety has no rationale.

    Why: a bare no cannot be checked, and a bare yes says nothing of what the device has or does.
    Fix: say in `rationale` why the answer is no, or what the characteristic is.
    """
    for entry in entries(dossier, Question):
        if entry.record.answer is not None and lacks(entry, "rationale"):
            yield Found.on(entry, f"{_call(law, entry)} is answered {_word(entry)} without a rationale", "answer")


def _word(entry: Entry[Question]) -> str:
    return "yes" if entry.record.answer else "no"


@rule("RISK457", "E", basis="ISO 14971:2019 5.3 and 5.4", requires=("RISK459", "RISK458"))
def yes_without_hazard(dossier: Dossier, law: Law) -> Iterator[Found]:
    """A question on a characteristic related to safety is answered with yes and leads to no hazard.

    Why: the question was asked to find hazards; what the device has is known now, and nobody has said what can come of it.
    Fix: name in `leads_to` the hazards that come of it; where none can arise, name the hazard that says so in `not_arising`.
    """
    for entry in entries(dossier, Question):
        if entry.record.answer and lacks(entry, "leads_to"):
            asked = law.questions.questions.get(entry.id)
            hint = f" (think of {first([f'`{name}`' for name in asked.categories], 3)})" if asked and asked.categories else ""
            yield Found.on(entry, f"{_call(law, entry)} is answered yes and leads to no hazard{hint}", "answer")


@rule("RISK458", "E", basis=ASKED, requires=("RISK459",))
def answer_against_fact(dossier: Dossier, law: Law, known: Known) -> Iterator[Found]:
    """An answer on a characteristic related to safety contradicts the facts of the device.

    Why: class, applicable requirements and tests follow from the facts, the hazards from this answer; one of the two is wrong.
    Fix: correct the answer, or the fact.
    """
    device = next(entries(dossier, Device), None)
    for entry in entries(dossier, Question):
        asked = law.questions.questions.get(entry.id)
        if device is None or asked is None or entry.record.answer is None:
            continue
        against = asked.no_when if entry.record.answer else asked.yes_when
        outcome = known.judge(against) if against is not None else None
        if outcome is not None and outcome.holds:
            facts = [name for name, _ in outcome.because if name in device.record.facts]
            yield Found.on(entry, f"{_call(law, entry)} is answered {_word(entry)}, but by the facts it is "
                           f"{'no' if entry.record.answer else 'yes'}: {said(outcome.because)}", "answer",
                           related=[Related(f"fact `{name}`", device.at("facts", name)) for name in facts])


@rule("RISK459", "W", basis=ASKED)
def unknown_question(dossier: Dossier, law: Law) -> Iterator[Found]:
    """An answer belongs to no question of the library and brings no question of its own.

    Why: nobody can read what is answered, and the question that was meant stays open.
    Fix: correct the id, or write the question in `title`.
    """
    for entry in entries(dossier, Question):
        if _foreign(law, entry):
            yield Found.on(entry, f"`{entry.id}` is no question of the library and has no `title`"
                           f"{did_you_mean(entry.id, law.questions.questions)}")
