"""Tables of hazards, hazardous situations, risks and harms. Levels are computed from the policy, never read from a record."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.evaluation import Level, bands, policy_of
from mdr_blueprint.load import Entry
from mdr_blueprint.model import Control, Harm, Hazard, Risk, Situation
from mdr_blueprint.model.risk import Estimate
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, live_risks, records, spaced
from mdr_blueprint.tables.levels import after, before, change, live, live_situations, verdict
from mdr_blueprint.tables.shapes import Cell, Column, Gap, LineItem, Lines, RecordLink, Row, row, value

CONDITIONS = {"normal": "normal condition", "single_fault": "single fault condition", "misuse": "foreseeable misuse"}


@table(
    "risks",
    "Risk table",
    Column("Risk", 10),
    Column("Hazard", 18),
    Column("Sequence of events", 32),
    Column("Hazardous situation", 24),
    Column("Harm", 14),
    Column("Initial estimate", 18),
    Column("Before control", 11),
    Column("Risk controls", 34),
    Column("Residual estimate", 18),
    Column("After control", 11),
    Column("Why no further reduction", 34),
    Column("Disclosed in", 9),
    sheet=True,
)
def risks(inputs: Inputs) -> Iterator[Row]:
    """Each estimate beside its verdict, which stands alone so that it can be filtered."""
    for entry, situation in _placed(inputs):
        record, harm = entry.record, inputs.dossier.get(entry.record.harm, Harm)
        was, now = before(inputs, entry), after(inputs, entry)
        uncontrolled = _is_uncontrolled(inputs, entry)
        yield row(
            entry.id,
            inputs.link(entry.id),
            inputs.links(inputs.graph.targets(situation.id, "hazards"), titles=True),
            _steps(inputs, situation),
            situation_cell(inputs, situation),
            RecordLink(record.harm, inputs.say(harm.record.title) if harm else record.harm),
            estimate_cell(inputs, entry.id, "initial", record.initial, was),
            verdict(was) if record.initial else "",
            "none" if uncontrolled else inputs.links(inputs.graph.targets(entry.id, "controls"), "no control", titles=True),
            _residual(inputs, entry, now),
            verdict(now) if record.residual or uncontrolled else "",
            value(inputs.say(record.reduction_argument)),
            inputs.links(inputs.graph.targets(entry.id, "disclosed_in"), None),
        )


@table(
    "risk_cards",
    "Risks, one by one",
    Column("Risk", 30),
    Column("Level", 40),
    Column("Hazard", 30),
    Column("Hazardous situation", 30),
    Column("Sequence of events", 60),
    Column("Initial estimate", 40),
    Column("Risk controls", 60),
    Column("Residual estimate", 40),
    Column("Why no further reduction", 60),
    Column("Disclosed in", 40),
    empty="No risk is recorded.",
)
def risk_cards(inputs: Inputs) -> Iterator[Row]:
    """A risk in full, made to be shown as a card: what the wide table shortens is whole here."""
    for entry, situation in _placed(inputs):
        record, harm = entry.record, inputs.dossier.get(entry.record.harm, Harm)
        yield row(
            entry.id,
            RecordLink(entry.id, f"{entry.id} {inputs.say(harm.record.title) if harm else record.harm}"),
            change(inputs, entry),
            inputs.links(inputs.graph.targets(situation.id, "hazards"), titles=True),
            situation_cell(inputs, situation),
            _steps(inputs, situation),
            estimate_cell(inputs, entry.id, "initial", record.initial, before(inputs, entry)),
            _controls_in_full(inputs, entry),
            _residual(inputs, entry, after(inputs, entry)),
            value(inputs.say(record.reduction_argument)),
            inputs.links(inputs.graph.targets(entry.id, "disclosed_in"), None, titles=True),
        )


def _placed(inputs: Inputs) -> Iterator[tuple[Entry[Risk], Entry[Situation]]]:
    """Each risk with its situation."""
    for entry in live_risks(inputs):
        situation = inputs.dossier.get(entry.owner or "", Situation)
        if situation is not None:
            yield entry, situation


def _is_uncontrolled(inputs: Inputs, entry: Entry[Risk]) -> bool:
    """Whether the risk is acceptable as it was estimated and nothing was done about it."""
    was = before(inputs, entry)
    untouched = not inputs.graph.targets(entry.id, "controls") and entry.record.residual is None
    return untouched and was is not None and was.verdict == "acceptable"


def _steps(inputs: Inputs, situation: Entry[Situation]) -> Cell:
    steps = sequence_lines(inputs, situation.record)
    return Lines(steps) if steps else Gap()


def _residual(inputs: Inputs, entry: Entry[Risk], now: Level | None) -> Cell:
    """The estimate that is left, and what weighs it."""
    record = entry.record
    if _is_uncontrolled(inputs, entry):
        cell: Cell = "as initial"
    else:
        cell = estimate_cell(inputs, entry.id, "residual", record.residual, now)
    if record.benefit_risk is None or not isinstance(cell, Lines):
        return cell
    return Lines((*cell.items, inputs.link(record.benefit_risk)))


def _controls_in_full(inputs: Inputs, entry: Entry[Risk]) -> Cell:
    """Each control with its whole text and its kind."""
    items: list[LineItem] = []
    for id_ in inputs.graph.targets(entry.id, "controls"):
        control = inputs.dossier.get(id_, Control)
        kind = f" ({spaced(control.record.kind)})" if control and control.record.kind else ""
        items.append(RecordLink(id_, f"{id_} {inputs.say(control.record.text)}{kind}" if control else id_))
    if items:
        return Lines(tuple(items))
    return "none" if _is_uncontrolled(inputs, entry) else Gap("no control")


def sequence_lines(inputs: Inputs, situation: Situation) -> tuple[str, ...]:
    """The events of a situation in order; with several sequences each has a letter: `a1`, `a2`, `b1`."""
    letters = "abcdefghijklmnopqrstuvwxyz" if len(situation.sequences) > 1 else ""
    return tuple(
        f"{letters[number % 26] if letters else ''}{step}. {inputs.say(event.text)}"
        for number, sequence in enumerate(situation.sequences.values())
        for step, event in enumerate(sequence.events, 1)
    )


def situation_cell(inputs: Inputs, situation: Entry[Situation]) -> Cell:
    """The situation, its condition, who is exposed, and the configurations or parts in which alone it can arise."""
    record = situation.record
    items: list[LineItem] = [RecordLink(situation.id, f"{situation.id} {inputs.say(record.title)}")]
    items.append(CONDITIONS[record.condition] if record.condition else Gap("no condition"))
    items.append(f"exposed: {', '.join(record.exposed)}" if record.exposed else Gap("not said who is exposed"))
    only = inputs.graph.targets(situation.id, "applies_to")
    items += [RecordLink(only[0], f"{only[0]} only")] if len(only) == 1 else [inputs.link(id_) for id_ in only]
    return Lines(tuple(items))


def estimate_cell(inputs: Inputs, risk: str, which: str, estimate: Estimate | None, evaluated: Level | None) -> Cell:
    """Severity, P1, P2, P and what they rest on, each on a line. A probability given as a number stands beside its band."""
    if estimate is None:
        return Gap("not estimated")
    items: list[LineItem] = []
    if evaluated:
        items.append(f"severity {evaluated.severity}")
    if estimate.harm:
        harm = inputs.dossier.get(estimate.harm, Harm)
        items.append(RecordLink(estimate.harm, f"lesser harm: {inputs.say(harm.record.title) if harm else estimate.harm}"))
    placed = bands(policy_of(inputs.dossier, inputs.law), estimate)
    said = (("P1", estimate.p1, placed.p1), ("P2", estimate.p2, placed.p2))
    items += [f"{name} {_with_number(inputs, word, band)}" for name, word, band in said if word]
    if evaluated and evaluated.probability:
        items.append(f"P {_with_number(inputs, estimate.p, evaluated.probability)}")
    elif estimate.not_estimable:
        items.append(f"P not estimable, judged by severity alone: {inputs.say(estimate.not_estimable)}")
    for edge in inputs.graph.out(risk, f"{which}.basis"):
        items.append(RecordLink(edge.target, f"{edge.target} {edge.place}" if edge.place else edge.target, edge.place))
    return Lines(tuple(items)) if items else Gap("not estimated")


def _with_number(inputs: Inputs, said: str | None, band: str | None) -> str:
    """A band in words, with the number that was given where one was: `remote (4e-6)`."""
    words = inputs.worded(band or said or "")
    return f"{words} ({said})" if said and band and said != band else words


@table(
    "hazards", "Hazards", Column("Hazard", 14), Column("Title", 36), Column("Category", 22), Column("Hazardous situations", 48)
)
def hazards(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, Hazard):
        leads_to = live_situations(inputs, inputs.graph.sources(entry.id, "hazards"))
        situations = inputs.links((situation.id for situation in leads_to), "no hazardous situation", titles=True)
        if isinstance(situations, Gap) and entry.record.not_arising:
            situations = f"does not arise: {inputs.say(entry.record.not_arising)}"
        yield row(
            entry.id,
            inputs.link(entry.id),
            inputs.say(entry.record.title),
            value(category(inputs, entry.record.category)),
            situations,
        )


def category(inputs: Inputs, name: str | None) -> str:
    """A hazard category in words."""
    known = inputs.law.hazard_categories.categories.get(name or "")
    return f"{known.branch}: {known.title}" if known else name or ""


@table(
    "harms",
    "Harms",
    Column("Harm", 16),
    Column("Title", 36),
    Column("Severity", 14),
    Column("Mechanism", 12),
    Column("Severity judged by", 24),
    Column("Risks", 30),
    sheet=True,
)
def harms(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, Harm):
        yield row(
            entry.id,
            inputs.link(entry.id),
            inputs.say(entry.record.title),
            value(entry.record.severity),
            entry.record.mechanism or "",
            ", ".join(inputs.say(part) for part in (author.name, author.role) if part) if (author := entry.record.author) else "",
            inputs.links((risk.id for risk in live(inputs, inputs.graph.sources(entry.id, "harm", "residual.harm"))), None),
        )
