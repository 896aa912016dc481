"""What the review before release asks of the risk file, counted from the records (ISO 14971:2019, 7.6, 8 and 9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mdr_blueprint.evaluation import final, level, policy_of
from mdr_blueprint.model import Control, Evidence, GsprAnswer, Hazard, OverallResidualRisk, RiskPolicy, Situation
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, live_risks, records
from mdr_blueprint.tables.proofs import proof_result
from mdr_blueprint.tables.shapes import Cell, Column, Gap, Lines, RecordLink, Row, has_gap, row, value
from mdr_blueprint.tables.states import state_of

SHOWN = 12
"""How many records a cell names before it only counts the rest."""
PROOFS = (("verified_implementation", "implementation"), ("verified_effectiveness", "effectiveness"))


@table(
    "verification_plan",
    "Planned verification of risk controls",
    Column("Control", 10),
    Column("Measure", 40),
    Column("Implementation is shown by", 36),
    Column("Effectiveness is shown by", 36),
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
    "risk_review",
    "Review of the risk file before release",
    Column("Statement", 26),
    Column("What is counted", 46),
    Column("Basis", 22),
    Column("Of", 6),
    Column("Open", 8),
    Column("Which", 30),
)
def risk_review(inputs: Inputs) -> Iterator[Row]:
    """The three statements of clause 9, each with what the records lack for it."""
    yield from _plan_carried_out(inputs)
    yield from _overall_residual_risk(inputs)
    answered = [f"gspr:{key}" for key in ("3(e)", "3(f)")]
    unproven = [id_ for id_ in answered if not _is_proven(inputs, id_)]
    yield _counted(
        "production and post-production",
        "requirements of Annex I on the feedback from production and use without approved evidence",
        "ISO 14971 10; Annex I 3(e), 3(f)",
        len(answered),
        unproven,
    )


def _plan_carried_out(inputs: Inputs) -> Iterator[Row]:
    graph, statement = inputs.graph, "plan carried out"
    hazards, situations, risks, controls = (
        list(found)
        for found in (records(inputs, Hazard), records(inputs, Situation), live_risks(inputs), records(inputs, Control))
    )
    policy = policy_of(inputs.dossier, inputs.law)
    levels = {entry.id: level(policy, inputs.dossier, final(entry.record), entry.record.harm) for entry in risks}
    refused = [e.id for e in risks if (found := levels[e.id]) is not None and found.verdict == "not_acceptable"]
    yield _counted(
        statement,
        "hazards without a hazardous situation and without the reason why none arises",
        "ISO 14971 5.4",
        len(hazards),
        [e.id for e in hazards if not e.record.not_arising and not graph.sources(e.id, "hazards")],
    )
    yield _counted(
        statement,
        "hazardous situations without a risk",
        "ISO 14971 5.5",
        len(situations),
        [e.id for e in situations if not graph.targets(e.id, "risks")],
    )
    yield _counted(
        statement,
        "risks without a verdict after control",
        "ISO 14971 6 and 7.3",
        len(risks),
        [e.id for e in risks if levels[e.id] is None or (e.record.controls and e.record.residual is None)],
    )
    yield _counted(
        statement,
        "risks not acceptable by the matrix after control and without a benefit-risk analysis",
        "ISO 14971 7.4",
        len(risks),
        [id_ for id_ in refused if not graph.targets(id_, "benefit_risk")],
    )
    yield _counted(
        statement,
        "risks without the argument why no further reduction is possible",
        "Annex I 2",
        len(risks),
        [e.id for e in risks if not e.record.reduction_argument],
    )
    yield _counted(
        statement,
        "controls that do not say what they introduce",
        "ISO 14971 7.5",
        len(controls),
        [e.id for e in controls if not (e.record.introduces and (e.record.introduces.none or e.record.introduces.situations))],
    )
    for relation, words in PROOFS:
        yield _counted(
            statement,
            f"controls whose {words} has no proof that passed or is approved",
            "ISO 14971 7.2",
            len(controls),
            [e.id for e in controls if not _passed(inputs, graph.targets(e.id, relation))],
        )


def _overall_residual_risk(inputs: Inputs) -> Iterator[Row]:
    record, statement = inputs.dossier.single(OverallResidualRisk), "overall residual risk"
    policy = inputs.dossier.single(RiskPolicy)
    parts = {
        "the method": record and record.method,
        "the conclusion": record and record.conclusion,
        "the evidence": record and record.evidence,
        "criteria that somebody approved": policy and policy.approved_by,
    }
    lacking = [words for words, content in parts.items() if not content]
    about: Cell = Lines(tuple(lacking)) if lacking else inputs.link("overall_residual_risk")
    yield Row(
        (
            statement,
            "method, conclusion and evidence of the evaluation, and approved criteria",
            "ISO 14971 4.4, 8",
            str(len(parts)),
            Gap(str(len(lacking))) if lacking else "0",
            about,
        ),
        "overall_residual_risk" if record else None,
        bool(lacking),
    )


def _counted(statement: str, what: str, basis: str, total: int, which: list[str]) -> Row:
    items: list[str | RecordLink | Gap] = [
        RecordLink(id_, f"GSPR {id_[5:]}" if id_.startswith("gspr:") else id_) for id_ in which[:SHOWN]
    ]
    if len(which) > SHOWN:
        items.append(f"and {len(which) - SHOWN} more")
    nothing = total == 0
    number: Cell = Gap("no records") if nothing else Gap(str(len(which))) if which else "0"
    return Row((statement, what, basis, str(total), number, Lines(tuple(items)) if items else ""), None, nothing or bool(which))


def _passed(inputs: Inputs, proofs: Iterable[str]) -> bool:
    results = [proof_result(inputs, id_) for id_ in proofs]
    return bool(results) and not has_gap(results)


def _is_proven(inputs: Inputs, id_: str) -> bool:
    found = [inputs.dossier.get(target, Evidence) for target in inputs.graph.targets(id_, "evidence")]
    return bool(found) and all(entry is not None and entry.record.status == "approved" for entry in found)


@table(
    "post_production",
    "Production and post-production activities",
    Column("Basis", 20),
    Column("What is asked (own words)", 40),
    Column("What the records say", 44),
    Column("Evidence", 30),
    Column("State", 16),
)
def post_production(inputs: Inputs) -> Iterator[Row]:
    """The answers to Annex I 3(e) and 3(f), and the two heads of Annex III."""
    for key in ("3(e)", "3(f)"):
        item, id_ = inputs.law.gspr.get(key), f"gspr:{key}"
        if item is None:
            continue
        entry = inputs.dossier.get(id_, GsprAnswer)
        answer = value(inputs.say(entry.record.method or entry.record.justification) if entry else "", "no answer")
        evidence = inputs.places(id_, "evidence") if entry else Gap("no evidence")
        state: Cell = (
            "complete" if entry and entry.record.method and _is_proven(inputs, id_) else Gap("gaps" if entry else "not started")
        )
        yield row(
            id_,
            RecordLink(id_, f"Annex I {item.citation}") if entry else f"Annex I {item.citation}",
            item.topic,
            answer,
            evidence,
            state,
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
