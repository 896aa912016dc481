"""Tables of hazards, hazardous situations, risks and harms. Levels are computed from the policy, never read from a record."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.evaluation import Level, bands, level, policy_of
from mdr_blueprint.model import BenefitRisk, Control, Harm, Hazard, Situation
from mdr_blueprint.model.risk import Estimate
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, live_risks, records
from mdr_blueprint.tables.shapes import Cell, Column, Gap, Lines, RecordLink, Row, row, value


@table(
    "risks",
    "Risk table",
    Column("Risk", 10),
    Column("Hazard", 20),
    Column("Sequence of events", 32),
    Column("Hazardous situation", 24),
    Column("Harm", 16),
    Column("Initial", 17),
    Column("Risk controls", 34),
    Column("Residual", 17),
    Column("Why no further reduction", 34),
    Column("Disclosed in", 10),
    sheet=True,
)
def risks(inputs: Inputs) -> Iterator[Row]:
    policy, dossier, graph = policy_of(inputs.dossier, inputs.law), inputs.dossier, inputs.graph
    for entry in live_risks(inputs):
        situation = dossier.get(entry.owner or "", Situation)
        if situation is None:
            continue
        record = entry.record
        steps = sequence_lines(inputs, situation.record)
        harm = dossier.get(record.harm, Harm)
        controls = tuple(RecordLink(c, f"{c} {control_words(inputs, c)}") for c in graph.targets(entry.id, "controls"))
        before, after = (level(policy, dossier, estimate, record.harm) for estimate in (record.initial, record.residual))
        uncontrolled = not controls and record.residual is None and before is not None and before.verdict == "acceptable"
        residual = "as initial" if uncontrolled else estimate_cell(inputs, record.residual, after)
        if record.benefit_risk and not isinstance(residual, Gap):
            residual = Lines(
                (*(residual.items if isinstance(residual, Lines) else (residual,)), inputs.link(record.benefit_risk))
            )
        yield row(
            entry.id,
            inputs.link(entry.id),
            inputs.links(graph.targets(situation.id, "hazards"), titles=True),
            Lines(steps) if steps else Gap(),
            RecordLink(situation.id, f"{situation.id} {inputs.say(situation.record.title)}"),
            RecordLink(record.harm, harm.record.title if harm else record.harm),
            estimate_cell(inputs, record.initial, before),
            Lines(controls) if controls else "none" if uncontrolled else Gap("no control"),
            residual,
            value(inputs.say(record.reduction_argument)),
            inputs.links(graph.targets(entry.id, "disclosed_in"), None),
        )


def sequence_lines(inputs: Inputs, situation: Situation) -> tuple[str, ...]:
    """The events of a situation in order; with several sequences each has a letter: `a1`, `a2`, `b1`."""
    letters = "abcdefghijklmnopqrstuvwxyz" if len(situation.sequences) > 1 else ""
    return tuple(
        f"{letters[number % 26] if letters else ''}{step}. {inputs.say(event.text)}"
        for number, sequence in enumerate(situation.sequences.values())
        for step, event in enumerate(sequence.events, 1)
    )


def control_words(inputs: Inputs, id_: str) -> str:
    entry = inputs.dossier.get(id_, Control)
    return inputs.say(entry.record.text) if entry else ""


def estimate_cell(inputs: Inputs, estimate: Estimate | None, evaluated: Level | None) -> Cell:
    """Severity, P1, P2, P and the verdict of the matrix, each on a line."""
    if estimate is None:
        return Gap("not estimated")
    items: list[str | RecordLink | Gap] = []
    if evaluated:
        items.append(f"severity {evaluated.severity}")
    if estimate.harm:
        harm = inputs.dossier.get(estimate.harm, Harm)
        items.append(RecordLink(estimate.harm, f"lesser harm: {harm.record.title if harm else estimate.harm}"))
    placed = bands(policy_of(inputs.dossier, inputs.law), estimate)
    said = (("P1", estimate.p1, placed.p1), ("P2", estimate.p2, placed.p2))
    items += [f"{name} {_with_number(word, band)}" for name, word, band in said if word]
    if evaluated and evaluated.probability:
        items.append(f"P {_with_number(estimate.p, evaluated.probability)}")
    elif estimate.not_estimable:
        items.append(f"P not estimable, judged by severity alone: {inputs.say(estimate.not_estimable)}")
    items.append(verdict(evaluated) if evaluated else Gap("level unknown"))
    return Lines(tuple(items))


def _with_number(said: str | None, band: str | None) -> str:
    """A band in words, with the number that was given where one was: `remote (4e-6)`."""
    words = (band or said or "").replace("_", " ")
    return f"{words} ({said})" if said and band and said != band else words


def verdict(evaluated: Level) -> str:
    return "→ acceptable" if evaluated.verdict == "acceptable" else "→ not acceptable"


@table(
    "hazards", "Hazards", Column("Hazard", 14), Column("Title", 36), Column("Category", 22), Column("Hazardous situations", 48)
)
def hazards(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, Hazard):
        situations: Cell = inputs.links(inputs.graph.sources(entry.id, "hazards"), "no situation", titles=True)
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
            inputs.links(inputs.graph.sources(entry.id, "harm", "residual.harm"), None),
        )


@table(
    "benefit_risk",
    "Benefit-risk analyses",
    Column("Analysis", 10),
    Column("Title", 28),
    Column("Risks", 14),
    Column("Benefits", 26),
    Column("Argument", 50),
    Column("Evidence", 20),
)
def benefit_risk(inputs: Inputs) -> Iterator[Row]:

    for entry in records(inputs, BenefitRisk):
        yield row(
            entry.id,
            inputs.link(entry.id),
            inputs.say(entry.record.title),
            inputs.links(inputs.graph.sources(entry.id, "benefit_risk"), "no risk"),
            inputs.links(inputs.graph.targets(entry.id, "benefits"), titles=True),
            inputs.prose(entry.record.argument),
            inputs.places(entry.id, "evidence"),
        )


@table(
    "hazard_trace",
    "Hazard to evidence",
    Column("Hazard", 24),
    Column("Hazardous situation", 26),
    Column("Risk", 10),
    Column("Control", 30),
    Column("Implemented", 26),
    Column("Effective", 26),
    sheet=True,
)
def hazard_trace(inputs: Inputs) -> Iterator[Row]:
    """One row per hazard, situation, risk and control; where the chain breaks, the row is a gap."""
    graph = inputs.graph
    for hazard in records(inputs, Hazard):
        first = inputs.titled(hazard.id)
        situations = graph.sources(hazard.id, "hazards")
        if not situations:
            why = f"does not arise: {inputs.say(hazard.record.not_arising)}" if hazard.record.not_arising else Gap("no situation")
            yield row(hazard.id, first, why, "", "", "", "")
        for situation in situations:
            second = inputs.titled(situation)
            risk_ids = graph.targets(situation, "risks")
            if not risk_ids:
                yield row(situation, first, second, Gap("no risk"), "", "", "")
            for risk in risk_ids:
                control_ids = graph.targets(risk, "controls")
                if not control_ids:
                    yield row(risk, first, second, inputs.link(risk), Gap("no control"), "", "")
                for control in control_ids:
                    yield row(
                        risk,
                        first,
                        second,
                        inputs.link(risk),
                        inputs.titled(control),
                        inputs.links(graph.targets(control, "verified_implementation"), titles=True),
                        inputs.links(graph.targets(control, "verified_effectiveness"), titles=True),
                    )
