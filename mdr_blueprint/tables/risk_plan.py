"""Tables of the risk management plan: its seven blocks, phases, roles, planned verification, planned feedback, changes."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.completeness import PLAN_BLOCKS, PROOFS, is_written, missing_blocks
from mdr_blueprint.model import KINDS, Control, RiskPlan
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, records, spaced
from mdr_blueprint.tables.shapes import Cell, Column, Gap, Row, row, value

PLAN = "risk_plan"


@table(
    "plan_blocks",
    "Blocks of the risk management plan",
    Column("ISO 14971 4.4", 14),
    Column("Block (own words)", 46),
    Column("Kept in", 22),
    Column("State", 30),
)
def plan_blocks(inputs: Inputs) -> Iterator[Row]:
    """The seven blocks that a plan consists of, each with what it lacks."""
    missing = set(missing_blocks(inputs.dossier))
    for block in PLAN_BLOCKS:
        entry = inputs.dossier.entries.get(block.kind)
        lacking = [spaced(field) for field in block.fields if entry is None or not is_written(entry, field)]
        state: Cell = Gap(f"missing: {', '.join(lacking) or 'the record'}") if block in missing else "complete"
        kept: Cell = inputs.link(block.kind) if entry else KINDS[block.kind].plural
        yield row(None, f"{block.letter})", block.title, kept, state)


@table("life_phases", "Phases of the life cycle", Column("Phase", 30), Column("Activities of risk management", 66))
def life_phases(inputs: Inputs) -> Iterator[Row]:
    plan = inputs.dossier.single(RiskPlan)
    for phase in plan.phases if plan else ():
        yield row(PLAN, inputs.say(phase.phase), value(inputs.say(phase.activities), "no activities"))


@table(
    "responsibilities",
    "Responsibilities and authorities",
    Column("Role", 22),
    Column("Tasks and authority", 40),
    Column("Held by", 18),
    Column("Competence", 26),
)
def responsibilities(inputs: Inputs) -> Iterator[Row]:
    plan = inputs.dossier.single(RiskPlan)
    for role in plan.roles if plan else ():
        yield row(
            PLAN,
            inputs.say(role.role),
            value(inputs.say(role.tasks), "no tasks"),
            value(inputs.say(role.name), "nobody named"),
            value(inputs.say(role.competence), "competence not stated"),
        )


@table(
    "verification_plan",
    "Planned verification of risk controls",
    Column("Control", 10),
    Column("Measure", 40),
    Column("Implementation is shown by", 32),
    Column("Effectiveness is shown by", 32),
)
def verification_plan(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, Control):
        yield row(
            entry.id,
            inputs.link(entry.id),
            inputs.say(entry.record.text),
            *(inputs.links(inputs.graph.targets(entry.id, relation), titles=True) for relation, _ in PROOFS),
        )


@table(
    "feedback_activities",
    "Planned collection and review of information",
    Column("Source", 26),
    Column("How it is collected and reviewed", 38),
    Column("Interval", 18),
    Column("Responsible", 20),
    Column("Next review", 12),
)
def feedback_activities(inputs: Inputs) -> Iterator[Row]:
    plan = inputs.dossier.single(RiskPlan)
    for activity in plan.feedback if plan else ():
        yield row(
            PLAN,
            inputs.say(activity.source),
            value(inputs.say(activity.method), "no method"),
            value(inputs.say(activity.interval), "no interval"),
            value(inputs.say(activity.responsible), "nobody named"),
            value(activity.next, "no date"),
        )


@table(
    "plan_changes",
    "Changes of the plan",
    Column("Date", 14),
    Column("Change", 82),
    empty="No change of the plan is recorded.",
)
def plan_changes(inputs: Inputs) -> Iterator[Row]:
    plan = inputs.dossier.single(RiskPlan)
    for change in plan.changes if plan else ():
        yield row(PLAN, value(change.date, "no date"), inputs.say(change.text))
