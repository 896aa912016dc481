"""The hazards of the libraries that the plan names, held against those of the project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mdr_blueprint.diagnostics import did_you_mean
from mdr_blueprint.model import Hazard, RiskPlan
from mdr_blueprint.model.library import LibraryHazard
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, records, spaced
from mdr_blueprint.tables.shapes import Cell, Column, Gap, LineItem, Lines, Row, row

MEASURES = {"inherent": "design", "protective": "protection", "information_for_safety": "information"}
State = Literal["answered", "does not arise", "does not concern the device", "open"]
STATES: tuple[State, ...] = ("answered", "does not arise", "does not concern the device", "open")


@dataclass(frozen=True)
class Compared:
    """A library hazard and what the project says of it."""

    id: str
    library: str
    hazard: LibraryHazard
    answers: tuple[str, ...]
    """Hazards of the project that name it."""
    arises: bool
    """Whether one of them leads to a hazardous situation, or does not yet say that it cannot."""
    concerns: bool | None
    """By the facts of the device; None where they leave it open."""

    @property
    def state(self) -> State:
        if self.answers:
            return "answered" if self.arises else "does not arise"
        return "does not concern the device" if self.concerns is False else "open"


def compared(inputs: Inputs) -> Iterator[Compared]:
    """The hazards of the libraries that the plan names, those that the tool does not know left out."""
    plan = inputs.dossier.single(RiskPlan)
    answers: dict[str, list[str]] = {}
    arising: set[str] = set()
    for entry in records(inputs, Hazard):
        for id_ in entry.record.library:
            answers.setdefault(id_, []).append(entry.id)
        if not entry.record.not_arising:
            arising.add(entry.id)
    for name in dict.fromkeys(plan.hazard_libraries if plan else ()):
        library = inputs.law.hazard_libraries.get(name)
        for id_, hazard in library.hazards.items() if library else ():
            found = tuple(answers.get(id_, ()))
            concerns = inputs.known.judge(hazard.when).holds
            yield Compared(id_, name, hazard, found, not arising.isdisjoint(found), concerns)


@table(
    "library_hazards",
    "Comparison with the hazard libraries",
    Column("Library hazard", 12),
    Column("Library", 14),
    Column("Hazard", 22),
    Column("Situation and harm", 34),
    Column("Usual measures", 36),
    Column("In this file", 36),
    sheet=True,
    empty="The plan names no hazard library.",
)
def library_hazards(inputs: Inputs) -> Iterator[Row]:
    """A library hazard that the project neither uses nor argues away is a gap."""
    for item in compared(inputs):
        hazard = item.hazard
        measures = tuple(f"{MEASURES.get(kind, spaced(kind))}: {text}" for kind, text in hazard.controls.items())
        yield row(
            None,
            item.id,
            spaced(item.library),
            hazard.title,
            Lines((hazard.situation, f"harm: {hazard.harm}")),
            Lines(measures) if measures else "none named",
            _state(inputs, item),
        )
    plan = inputs.dossier.single(RiskPlan)
    for name in dict.fromkeys(plan.hazard_libraries if plan else ()):
        if name not in inputs.law.hazard_libraries:
            hint = did_you_mean(name, inputs.law.hazard_libraries)
            yield Row(("", Gap(name), "", "", "", Gap(f"there is no such library{hint}")), None, gap=True)


def _state(inputs: Inputs, item: Compared) -> Cell:
    links = tuple(inputs.titled(id_) for id_ in item.answers)
    if item.state == "answered":
        return Lines(("answered by", *links))
    if item.state == "does not arise":
        whys = (inputs.dossier.get(id_, Hazard) for id_ in item.answers)
        reasons = tuple(f"does not arise: {inputs.say(entry.record.not_arising)}" for entry in whys if entry)
        return Lines((*links, *reasons))
    if item.state == "does not concern the device":
        return inputs.why(item.hazard.when)
    words: tuple[LineItem, ...] = (Gap("neither used nor argued away"),)
    return Lines((*words, inputs.why(item.hazard.when))) if item.concerns is None else words[0]


@table(
    "library_counts",
    "Hazard libraries in numbers",
    Column("Library", 36),
    Column("Hazards", 10),
    *(Column(state.capitalize(), 14) for state in STATES),
    empty="The plan names no hazard library.",
)
def library_counts(inputs: Inputs) -> Iterator[Row]:
    counts: dict[str, Counter[str]] = {}
    for item in compared(inputs):
        counts.setdefault(item.library, Counter())[item.state] += 1
    for name, found in counts.items():
        cells = (str(found[state]) if state != "open" or not found[state] else Gap(str(found[state])) for state in STATES)
        yield row(None, inputs.law.hazard_libraries[name].title, str(found.total()), *cells)
