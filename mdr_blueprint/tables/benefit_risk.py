"""Benefits, what is left of the risks, and how the one is weighed against the other (ISO 14971:2019 7.4; Annex II 5(a))."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.evaluation import Level, p1_bands, policy_of, rank
from mdr_blueprint.load import Entry
from mdr_blueprint.model import BenefitRisk, Claim, Evidence, Harm, Risk
from mdr_blueprint.model.base import headline
from mdr_blueprint.model.project import Approver
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import CLINICAL_BENEFIT, Inputs, live_risks, records
from mdr_blueprint.tables.levels import after, is_refused, live, verdict, with_levels
from mdr_blueprint.tables.shapes import Cell, Column, Gap, LineItem, Lines, RecordLink, Row, gap_row, row, value


@table(
    "benefits",
    "Clinical benefits",
    Column("Benefit", 40),
    Column("Magnitude", 22),
    Column("Likelihood", 20),
    Column("Duration", 14),
    Column("Evidence", 26),
    Column("Weighed in", 12),
    empty="No clinical benefit is claimed.",
)
def benefits(inputs: Inputs) -> Iterator[Row]:
    """Claims of a clinical benefit, and every claim that intended purpose or a benefit-risk analysis names as one."""
    for entry in records(inputs, Claim):
        named, record = inputs.graph.sources(entry.id, "benefits"), entry.record
        if record.kind != CLINICAL_BENEFIT and not named:
            continue
        yield row(
            entry.id,
            inputs.titled(entry.id),
            *(value(inputs.say(text)) for text in (record.magnitude, record.likelihood, record.duration)),
            evidence(inputs, entry.id),
            inputs.links((weighing.id for weighing in records(inputs, BenefitRisk) if weighing.id in named), None),
        )


def evidence(inputs: Inputs, id_: str) -> Cell:
    """The documents that a record rests on; one that is not approved is a gap."""
    items: list[LineItem] = []
    for edge in inputs.graph.out(id_, "evidence"):
        entry = inputs.dossier.get(edge.target, Evidence)
        items.append(RecordLink(edge.target, inputs.cited(edge.target, edge.place), edge.place))
        if entry is None or entry.record.status != "approved":
            items.append(Gap("not approved"))
    return Lines(tuple(items)) if items else Gap("no evidence")


@table(
    "not_acceptable",
    "Risks not acceptable after control",
    Column("Risk", 10),
    Column("Hazardous situation", 26),
    Column("Harm", 16),
    Column("Severity", 12),
    Column("Probability", 12),
    Column("Why no further reduction", 40),
    Column("Benefit-risk analysis", 22),
    Column("Benefits outweigh", 11),
    Column("Disclosed in", 10),
    sheet=True,
    empty="The matrix accepts every risk after control.",
)
def not_acceptable(inputs: Inputs) -> Iterator[Row]:
    """What the matrix does not accept, and why we go on; risks whose level is unknown cannot be ruled out and are counted."""
    unknown, analyses = 0, {entry.id: entry for entry in records(inputs, BenefitRisk)}
    for entry in live_risks(inputs):
        left = after(inputs, entry)
        unknown += left is None
        if left is None or not is_refused(left):
            continue
        weighing = analyses.get(entry.record.benefit_risk or "")
        yield row(
            entry.id,
            *_named(inputs, entry),
            left.severity,
            _band(left),
            value(inputs.say(entry.record.reduction_argument)),
            inputs.titled(weighing.id) if weighing else Gap("no benefit-risk analysis"),
            outweighs(weighing) if weighing else "",
            inputs.links(inputs.graph.targets(entry.id, "disclosed_in"), "not disclosed"),
        )
    if unknown:
        yield gap_row(9, f"{unknown} of unknown level")


def outweighs(weighing: Entry[BenefitRisk]) -> Cell:
    """The conclusion of an analysis; only a yes closes it."""
    said = weighing.record.outweighs
    return "yes" if said else Gap("not said" if said is None else "no")


def _named(inputs: Inputs, risk: Entry[Risk]) -> tuple[Cell, Cell, Cell]:
    """Risk, situation and the harm that is left."""
    id_ = (risk.record.residual and risk.record.residual.harm) or risk.record.harm
    harm = inputs.dossier.get(id_, Harm)
    named = RecordLink(id_, inputs.say(harm.record.title) if harm else id_)
    return inputs.link(risk.id), inputs.titled(risk.owner or ""), named


def _band(found: Level) -> str:
    return (found.probability or "not estimable").replace("_", " ")


@table(
    "residual_risks",
    "Residual risks",
    Column("Risk", 10),
    Column("Hazardous situation", 28),
    Column("Harm", 18),
    Column("Severity", 12),
    Column("Probability", 12),
    Column("After control", 14),
    Column("Weighed in", 10),
    Column("Why no further reduction", 34),
    Column("Disclosed in", 12),
    sheet=True,
)
def residual_risks(inputs: Inputs) -> Iterator[Row]:
    """Every risk as it is left, the largest first; those whose level is unknown stand in front."""
    left = {entry.id: after(inputs, entry) for entry in live_risks(inputs)}
    for entry in sorted(live_risks(inputs), key=lambda entry: _order(inputs, left[entry.id])):
        found, argument = left[entry.id], entry.record.reduction_argument
        yield row(
            entry.id,
            *_named(inputs, entry),
            found.severity if found else "",
            _band(found) if found else "",
            verdict(found),
            inputs.links(inputs.graph.targets(entry.id, "benefit_risk"), "not weighed" if is_refused(found) else None),
            value(headline(inputs.say(argument))),
            inputs.links(inputs.graph.targets(entry.id, "disclosed_in"), None),
        )


def _order(inputs: Inputs, found: Level | None) -> tuple[int, ...]:
    """Unknown, then not acceptable, then acceptable; in each the most severe first, and of these the most probable."""
    if found is None:
        return (0,)
    policy = policy_of(inputs.dossier, inputs.law)
    bands = p1_bands(policy)
    probable = rank(found.probability, bands) if found.probability else len(bands)
    return 1 if is_refused(found) else 2, -(rank(found.severity, policy.severity) or 0), -(probable or 0)


@table(
    "benefit_risk",
    "Benefit-risk analyses",
    Column("Analysis", 24),
    Column("Risks", 22),
    Column("Benefits", 28),
    Column("Alternatives of the patient", 30),
    Column("Argument", 50),
    Column("Benefits outweigh", 10),
    Column("Evidence", 20),
    Column("Approved by", 16),
    empty="No benefit-risk analysis of a single risk is recorded.",
)
def benefit_risk(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, BenefitRisk):
        yield row(
            entry.id,
            inputs.titled(entry.id),
            with_levels(inputs, live(inputs, inputs.graph.sources(entry.id, "benefit_risk")), "no risk"),
            inputs.links(inputs.graph.targets(entry.id, "benefits"), titles=True),
            inputs.prose(entry.record.alternatives),
            inputs.prose(entry.record.argument),
            outweighs(entry),
            evidence(inputs, entry.id),
            approved_by(inputs, entry.record.approved_by),
        )


def approved_by(inputs: Inputs, approver: Approver | None) -> Cell:
    """Name, role and day."""
    if approver is None:
        return Gap("not approved")
    return ", ".join(inputs.say(str(part)) for part in (approver.name, approver.role, approver.date) if part)
