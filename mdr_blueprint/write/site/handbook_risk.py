"""Reference pages of the handbook on the risk library: categories, typical hazards, questions on characteristics."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from mdr_blueprint import conditions
from mdr_blueprint.load.law import Law
from mdr_blueprint.model.library import HazardLibrary, LawSource, LibraryHazard, LibraryQuestion
from mdr_blueprint.tables import Cell, Column, Lines
from mdr_blueprint.write.site.markup import Markup, element
from mdr_blueprint.write.site.pages import SitePage
from mdr_blueprint.write.site.sheet import Sheet

SECTION = "Risk library"
SHOWN_HAZARD = "M8"
"""The library hazard by which the page shows how one is taken over."""
SHOWN_QUESTION = "touch.temperature"
NOT_PLAIN = re.compile(r"""[:#{}\[\]&*!|>%@`"',]""")
"""What a YAML text may hold only in quotation marks, or is better read so."""


def risk_pages(law: Law) -> Iterator[SitePage]:
    """One page on hazards, one on questions."""
    yield _hazards_page(law)
    yield _questions_page(law)


def _dated(source: LawSource) -> str:
    sure = f"; confidence {source.confidence}" if source.confidence else ""
    return f"Checked on {source.checked}{sure}: {' '.join((source.reference or '').split())}."


def _lines(items: Iterable[str]) -> Cell:
    found = tuple(item for item in items if item)
    return Lines(found) if found else ""


def _hazards_page(law: Law) -> SitePage:
    sheet = Sheet("hazards.html", "Hazard taxonomy and libraries", SECTION)
    sheet.text(
        "Starting points for a risk analysis, never the analysis of a device. The field `category` of a hazard names one of the "
        "categories below. The plan names the libraries that the analysis is compared with (`hazard_libraries`), and a hazard "
        "names the library hazards that it answers (`library`). What does not arise in a device is not left out: the hazard "
        "stands with `not_arising` and the reason. A library hazard whose facts say that it does not concern the device is not "
        "asked for."
    )
    sheet.raw(_yaml(f"Taking over {SHOWN_HAZARD}, and going on from there", taken_over(SHOWN_HAZARD, law), opened=True))
    sheet.heading("categories", "Categories of hazards")
    sheet.text(_dated(law.hazard_categories.source))
    sheet.table(
        (
            Column("Category", 30),
            Column("Title", 26),
            Column("Meaning (own words)", 50),
            Column("Library hazards", 22),
            Column("Questions that lead to it", 34),
        ),
        [
            (
                id_,
                category.title,
                category.text or "",
                ", ".join(number for number, hazard in law.library_hazards.items() if hazard.category == id_),
                ", ".join(name for name, question in law.questions.questions.items() if id_ in question.categories),
            )
            for id_, category in law.hazard_categories.categories.items()
        ],
    )
    for name, content in law.hazard_libraries.items():
        _library(sheet, name, content)
    return sheet.done()


def _library(sheet: Sheet, name: str, content: HazardLibrary) -> None:
    words = " ".join(f"{number} {hazard.title}." for number, hazard in content.hazards.items())
    sheet.heading(name.replace("_", "-"), f"Typical hazards of {content.title}", words)
    sheet.text(f"In the plan: `hazard_libraries: [{name}]`. {_dated(content.source)}")
    sheet.table(
        (
            Column("No.", 5),
            Column("Hazard", 30),
            Column("Hazardous situation and harm", 40),
            Column("Usual measures", 50),
            Column("Evidence", 28),
        ),
        [
            (
                number,
                _lines(
                    (
                        hazard.title,
                        hazard.category,
                        f"Only where {conditions.words(hazard.when)}" if hazard.when else "",
                        f"Note: {hazard.note}" if hazard.note else "",
                    )
                ),
                _lines((hazard.situation, f"Harm: {hazard.harm}")),
                _lines(f"{kind.replace('_', ' ')}: {text}" for kind, text in hazard.controls.items()),
                hazard.evidence or "",
            )
            for number, hazard in content.hazards.items()
        ],
    )
    sheet.raw(_yaml(f"All {len(content.hazards)} as records to start from", hazard_records(content.hazards)))


def taken_over(id_: str, law: Law) -> str:
    """The records that a library hazard grows into, with what is left to say."""
    hazard = law.library_hazards[id_]
    controls = "".join(
        f"  RC-{number}:\n    kind: {kind}\n    text: {_scalar(text)}\n"
        for number, (kind, text) in enumerate(hazard.controls.items(), 1)
    )
    return (
        f"{hazard_records({id_: hazard})}"
        f"situations:\n  HS-1:\n    title: {_scalar(hazard.situation)}\n    hazards: [HZ-{id_}]\n"
        "    condition: normal              # or single_fault, misuse\n    exposed: [patient]\n"
        "    sequences:\n      SEQ-1:\n        events:\n          - text: what happens first in your device\n"
        "          - text: what follows from it\n"
        "    risks:\n      R-1:\n        harm: HARM-1             # estimates and controls come next\n"
        f"harms:\n  HARM-1:\n    title: {_scalar(hazard.harm)}\n    severity: serious\n"
        f"controls:                      # what is usual; say what you do, and leave out the rest\n{controls}"
    )


def hazard_records(hazards: dict[str, LibraryHazard]) -> str:
    """Library hazards as records of a project."""
    return "hazards:\n" + "".join(
        f"  HZ-{number}:\n    title: {_scalar(hazard.title)}\n    category: {hazard.category}\n    library: [{number}]\n"
        for number, hazard in hazards.items()
    )


def _scalar(text: str) -> str:
    return json.dumps(text, ensure_ascii=False) if NOT_PLAIN.search(text) else text


def _yaml(title: str, text: str, opened: bool = False) -> Markup:
    return element("details", element("summary", title), element("pre", element("code", text)), open=opened)


def _questions_page(law: Law) -> SitePage:
    listed = law.questions
    sheet = Sheet("questions.html", "Questions on characteristics related to safety", SECTION)
    sheet.text(
        f"{len(listed.questions)} questions in our own order and words (ISO 14971:2019, 5.3). They are answered as if no measure "
        "were taken; a yes is a characteristic that leads to hazards, not a fault. A project answers under `questionnaire` by "
        "the id of the question: `answer`, `rationale`, `limits` where the characteristic has any, and for a yes the hazards "
        "that it leads to. Questions of its own have a `title`. Where a fact of the device settles the answer, an answer "
        "against it is a finding."
    )
    sheet.text(_dated(listed.source))
    sheet.raw(_yaml("An answer", answered(SHOWN_QUESTION), opened=True))
    for group, title in listed.groups.items():
        questions = {id_: question for id_, question in listed.questions.items() if question.group == group}
        sheet.heading(group, title, " ".join(question.question for question in questions.values()))
        sheet.table(
            (
                Column("Question", 20),
                Column("What is asked, and what to think of", 60),
                Column("Settled by facts", 34),
                Column("Leads to hazards of", 34),
            ),
            [_question(id_, question) for id_, question in questions.items()],
        )
    return sheet.done()


def _question(id_: str, question: LibraryQuestion) -> tuple[Cell, ...]:
    settled = [
        f"{answer} when {conditions.words(condition)}"
        for answer, condition in (("yes", question.yes_when), ("no", question.no_when))
        if condition is not None
    ]
    doubt = f"({question.confidence})" if question.reference and question.confidence not in (None, "high") else ""
    treated = f"Compare {', '.join(question.reference)} {doubt}".strip() if question.reference else ""
    return (
        id_,
        _lines((question.question, f"Think of: {question.hint}" if question.hint else "", treated, question.note or "")),
        _lines(settled),
        _lines(question.categories),
    )


def answered(id_: str) -> str:
    """A question with its answer, as a record of a project."""
    return (
        f"questionnaire:\n  {id_}:\n    answer: true\n    rationale: what it is in this device, and where that is written down\n"
        "    limits: a value with its unit\n    leads_to: [HZ-1]\n"
    )
