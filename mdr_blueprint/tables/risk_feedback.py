"""What production and use tell, and what follows from it (ISO 14971:2019, 10; Annex I 3(e) and 3(f))."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from mdr_blueprint.completeness import FEEDBACK
from mdr_blueprint.evaluation import band_of, bands, final, p1_bands, p2_bands, policy_of, rank
from mdr_blueprint.model import GsprAnswer, Observation, Risk
from mdr_blueprint.model.risk_process import ObservedRate
from mdr_blueprint.proof import is_proven
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, prose_or_empty, records, spaced
from mdr_blueprint.tables.shapes import Cell, Column, Gap, Lines, RecordLink, Row, row, value
from mdr_blueprint.tables.states import state_of

COUNTED = {"p1": "situations (P1)", "p2": "harms among situations (P2)", "p": "harms (P)"}
ZERO_EVENTS = 3
"""Without an event in `n` cases a rate of 3/n is still possible (95 %): the rule of three."""


@table(
    "observations",
    "Production and post-production information",
    Column("Observation", 22),
    Column("Source", 12),
    Column("Date", 11),
    Column("What was seen", 30),
    Column("Judged", 28),
    Column("Touches", 24),
    Column("What is done", 28),
    sheet=True,
    empty="No information from production or use is recorded.",
)
def observations(inputs: Inputs) -> Iterator[Row]:
    """What nobody judged is a gap, and so is what matters for safety and touches no record."""
    for entry in records(inputs, Observation):
        record = entry.record
        matters = record.judged is not None and record.judged.safety_relevant is True
        yield row(
            entry.id,
            inputs.titled(entry.id),
            value(spaced(record.source or ""), "no source"),
            value(record.date, "no date"),
            prose_or_empty(inputs, record.text),
            _judgement(inputs, record),
            inputs.links(inputs.graph.targets(entry.id, "touches"), "touches no record" if matters else None, titles=True),
            prose_or_empty(inputs, record.actions),
        )


def _judgement(inputs: Inputs, record: Observation) -> Cell:
    """Whether it matters for safety, why, by whom and when."""
    judged = record.judged
    if judged is None or judged.safety_relevant is None:
        return Gap("not judged")
    return Lines(
        (
            "matters for safety" if judged.safety_relevant else "does not matter for safety",
            inputs.say(judged.reason) or Gap("no reason"),
            f"by {inputs.say(judged.by)}" if judged.by else Gap("by nobody named"),
            str(judged.date) if judged.date else Gap("no date"),
        )
    )


@table(
    "observed_rates",
    "Observed rates beside the estimates",
    Column("Observation", 22),
    Column("Risk", 26),
    Column("Counted", 16),
    Column("Events of cases", 14),
    Column("Rate", 10),
    Column("Band of the rate", 14),
    Column("Band of the estimate", 14),
    Column("Agreement", 24),
    empty="No observed rate is recorded.",
)
def observed_rates(inputs: Inputs) -> Iterator[Row]:
    """Each rate beside the estimate after control. A rate in a higher band than the estimate is a gap."""
    for entry in records(inputs, Observation):
        for rate in entry.record.rates:
            yield _rate_row(inputs, entry.id, rate)


def _rate_row(inputs: Inputs, observation: str, rate: ObservedRate) -> Row:
    policy = policy_of(inputs.dossier, inputs.law)
    scale = policy.p2 if rate.factor == "p2" else policy.probability
    unit = f" ({scale.unit})" if scale and scale.unit else ""
    observed = Decimal(rate.events) / rate.of if rate.of > 0 else None
    seen = band_of(scale, format(observed, "f")) if observed is not None else None
    risk = inputs.dossier.get(rate.risk.partition("#")[0], Risk)
    estimate = final(risk.record) if risk else None
    estimated = getattr(bands(policy, estimate), rate.factor) if estimate else None
    order = p2_bands(policy) if rate.factor == "p2" else p1_bands(policy)
    worse, expected = rank(seen, order), rank(estimated, order)
    agreement: Cell = Gap("no estimate to compare with")
    if worse is None:
        agreement = Gap("no rate")
    elif expected is not None:
        agreement = Gap("above the estimate") if worse > expected else "within the estimate"
        possible = rank(band_of(scale, format(ZERO_EVENTS / rate.of, "f")), order)
        if rate.events == 0 and possible is not None and possible > expected:
            agreement = "within the estimate; too few cases to confirm it"
    return row(
        observation,
        inputs.titled(observation),
        inputs.titled(risk.id) if risk else Gap(rate.risk),
        COUNTED[rate.factor] + unit,
        f"{rate.events} of {rate.of.normalize():f}",
        f"{observed:.2g}" if observed is not None else Gap("no cases"),
        spaced(seen) if worse is not None and seen else Gap("no band"),
        spaced(estimated) if estimated else Gap("not estimated"),
        agreement,
    )


@table(
    "post_production",
    "What the law asks of production and post-production information",
    Column("Basis", 20),
    Column("What is asked (own words)", 40),
    Column("What the records say", 44),
    Column("Evidence", 30),
    Column("State", 16),
)
def post_production(inputs: Inputs) -> Iterator[Row]:
    """The answers to Annex I 3(e) and 3(f), and the two heads of Annex III."""
    for key in FEEDBACK:
        item, id_ = inputs.law.gspr.get(key), f"gspr:{key}"
        if item is None:
            continue
        entry = inputs.dossier.get(id_, GsprAnswer)
        proven = is_proven(inputs.dossier, inputs.graph, inputs.graph.targets(id_, "evidence"))
        complete = entry is not None and bool(entry.record.method) and proven
        yield row(
            id_,
            RecordLink(id_, f"Annex I {item.citation}") if entry else f"Annex I {item.citation}",
            item.topic,
            value(inputs.say(entry.record.method or entry.record.justification) if entry else "", "no answer"),
            inputs.places(id_, "evidence") if entry else Gap("no evidence"),
            "complete" if complete else Gap("gaps" if entry else "not started"),
        )
    for key in ("1", "2"):
        point = inputs.law.annex_iii.get(key)
        if point is not None:
            found = state_of(inputs, f"annex_iii:{key}", point)
            yield row(
                None,
                point.citation,
                point.title,
                found.why if found.word == "not applicable" else "" if found.documents else Gap("no document names this point"),
                inputs.links(found.documents, None, titles=True),
                found.cell,
            )
