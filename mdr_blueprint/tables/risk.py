"""Tables of the risk file. Levels are computed from the policy, never read from a record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mdr_blueprint.evaluation import Level, final, level, p1_bands, policy_of
from mdr_blueprint.load import Entry
from mdr_blueprint.model import Control, FailureMode, Harm, Hazard, Risk, Situation
from mdr_blueprint.model.risk import ConsideredOption, Estimate
from mdr_blueprint.tables.engine import Cell, Column, Gap, Inputs, Lines, RecordLink, Row, records, row, table, value

KINDS = {
    "inherent": "inherently safe design",
    "protective": "protective measure",
    "information_for_safety": "information for safety",
}


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


def live_risks(inputs: Inputs) -> Iterator[Entry[Risk]]:
    """Risks that are not retired, by themselves or with their situation."""
    for entry in records(inputs, Risk):
        situation = inputs.dossier.get(entry.owner or "", Situation)
        if situation is None or situation.record.retired is None:
            yield entry


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
    items += [f"{name} {band.replace('_', ' ')}" for name, band in (("P1", estimate.p1), ("P2", estimate.p2)) if band]
    if evaluated and evaluated.probability:
        items.append(f"P {evaluated.probability.replace('_', ' ')}")
    elif estimate.not_estimable:
        items.append(f"P not estimable, judged by severity alone: {inputs.say(estimate.not_estimable)}")
    items.append(verdict(evaluated) if evaluated else Gap("level unknown"))
    return Lines(tuple(items))


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
    "controls",
    "Risk controls",
    Column("Control", 10),
    Column("Measure", 40),
    Column("Kind", 16),
    Column("Acts on", 9),
    Column("Risks", 12),
    Column("Implemented by", 26),
    Column("Introduces", 22),
    Column("Options of a higher kind", 34),
    sheet=True,
)
def controls(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, Control):
        record = entry.record
        introduced = record.introduces
        new: Cell = Gap("not answered")
        if introduced and introduced.situations:
            new = inputs.links(introduced.situations)
        elif introduced and introduced.none:
            new = f"nothing: {inputs.say(introduced.none)}"
        yield row(
            entry.id,
            inputs.link(entry.id),
            inputs.say(record.text),
            value(KINDS.get(record.kind or "")),
            value(", ".join(factor.upper() if factor != "severity" else factor for factor in record.acts_on)),
            inputs.links(inputs.graph.sources(entry.id, "controls"), "no risk"),
            inputs.links(inputs.graph.targets(entry.id, "implemented_by"), titles=True),
            new,
            options(inputs, record.options_considered),
        )


def options(inputs: Inputs, considered: tuple[ConsideredOption, ...]) -> Cell:
    lines = tuple(
        f"{KINDS[o.kind]}: {inputs.say(o.text)}" + (f". Rejected: {inputs.say(o.rejected)}" if o.rejected else "")
        for o in considered
    )
    return Lines(lines) if lines else ""


@table(
    "control_verification",
    "Verification of risk controls",
    Column("Control", 10),
    Column("Measure", 36),
    Column("Implemented: proof", 32),
    Column("Result", 14),
    Column("Effective: proof", 32),
    Column("Result", 14),
    sheet=True,
)
def control_verification(inputs: Inputs) -> Iterator[Row]:
    from mdr_blueprint.tables.verification import proof_result

    for entry in records(inputs, Control):
        cells: list[Cell] = []
        for relation in ("verified_implementation", "verified_effectiveness"):
            targets = inputs.graph.targets(entry.id, relation)
            cells.append(inputs.links(targets, titles=True))
            results = tuple(proof_result(inputs, target) for target in targets)
            cells.append(Lines(results) if results else "")
        yield row(entry.id, inputs.link(entry.id), inputs.say(entry.record.text), *cells)


@table(
    "failure_modes",
    "Failure modes",
    Column("Failure mode", 14),
    Column("Title", 30),
    Column("Component", 24),
    Column("Effect", 32),
    Column("Causes in situations", 34),
    sheet=True,
)
def failure_modes(inputs: Inputs) -> Iterator[Row]:
    for entry in records(inputs, FailureMode):
        owners = [inputs.dossier.entries[s].owner or s for s in inputs.graph.sources(entry.id, "events.cause")]
        leads: Cell = inputs.links(dict.fromkeys(owners), titles=True)
        if isinstance(leads, Gap) and entry.record.no_safety_effect:
            leads = f"no effect on safety: {inputs.say(entry.record.no_safety_effect)}"
        yield row(
            entry.id,
            inputs.link(entry.id),
            inputs.say(entry.record.title),
            inputs.links(inputs.graph.targets(entry.id, "component"), titles=True),
            value(inputs.say(entry.record.effect)),
            leads,
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
    from mdr_blueprint.model import BenefitRisk

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


@table("severity_scale", "Severity scale", Column("Rank", 6), Column("Severity", 18), Column("Harms of this severity", 70))
def severity_scale(inputs: Inputs) -> Iterator[Row]:
    for number, name in enumerate(policy_of(inputs.dossier, inputs.law).severity, 1):
        found = [entry.record.title for entry in records(inputs, Harm) if entry.record.severity == name]
        yield row(None, str(number), name, "; ".join(found) or "none")


@table("probability_scale", "Probability bands", Column("Scale", 44), Column("Band", 18), Column("From", 14), Column("Below", 14))
def probability_scale(inputs: Inputs) -> Iterator[Row]:
    policy = policy_of(inputs.dossier, inputs.law)
    for words, scale in (("P1: the situation occurs", policy.probability), ("P2: the situation leads to the harm", policy.p2)):
        lower = "0"
        for band, edge in (scale.bands if scale else {}).items():
            unit = f" ({scale.unit})" if scale and scale.unit else ""
            yield row(None, words + unit, band.replace("_", " "), lower, str(edge))
            lower = str(edge)
        if scale and list(scale.bands.values())[-1:] != [1]:
            yield row(None, words, list(scale.bands)[-1].replace("_", " ") if not scale.bands else "above", lower, "1")


@table("combination", "Probability of harm from P1 and P2", Column("P1", 18), Column("P2", 18), Column("Probability of harm", 20))
def combination(inputs: Inputs) -> Iterator[Row]:
    for p1, by_p2 in policy_of(inputs.dossier, inputs.law).combine.items():
        for p2, result in by_p2.items():
            yield row(None, p1.replace("_", " "), p2.replace("_", " "), result.replace("_", " "))


@table(
    "matrix",
    "Risk matrix",
    Column("Severity", 18),
    Column("Acceptable for a probability of harm", 44),
    Column("Not acceptable", 44),
)
def matrix(inputs: Inputs) -> Iterator[Row]:
    """The criterion, one row per severity; a band without a verdict is a gap."""
    policy = policy_of(inputs.dossier, inputs.law)
    for severity in reversed(policy.severity):
        criteria = policy.matrix.get(severity, {})
        cells: list[Cell] = [
            ", ".join(band.replace("_", " ") for band, found in criteria.items() if found == verdict_) or "never"
            for verdict_ in ("acceptable", "not_acceptable")
        ]
        undefined = [band.replace("_", " ") for band in p1_bands(policy) if band not in criteria]
        if undefined:
            cells[1] = Lines((str(cells[1]), Gap(f"no verdict for {', '.join(undefined)}")))
        yield row(None, severity, *cells)


NOT_ESTIMABLE = "not estimable"


@table(
    "matrix_counts",
    "Risk matrix with the number of risks before and after control",
    Column("Severity", 18),
    Column("Probability of harm", 20),
    Column("Criterion", 18),
    Column("Risks before", 12),
    Column("Risks after", 12),
)
def matrix_counts(inputs: Inputs) -> Iterator[Row]:
    """A risk whose probability cannot be estimated has a row of its own; one whose level is unknown stands in the last row."""
    policy = policy_of(inputs.dossier, inputs.law)
    before: Counter[tuple[str, str]] = Counter()
    after: Counter[tuple[str, str]] = Counter()
    for entry in live_risks(inputs):
        for counts, estimate in ((before, entry.record.initial), (after, final(entry.record))):
            found = level(policy, inputs.dossier, estimate, entry.record.harm)
            counts[(found.severity, found.probability or NOT_ESTIMABLE) if found else UNKNOWN] += 1
    for severity in reversed(policy.severity):
        criteria = policy.matrix.get(severity, {})
        for band, criterion in criteria.items():
            yield _matrix_row(severity, band, criterion, before, after)
        if criteria and (severity, NOT_ESTIMABLE) in before | after:
            yield _matrix_row(severity, NOT_ESTIMABLE, list(criteria.values())[-1], before, after)
    if UNKNOWN in before | after:
        yield Row((Gap("level unknown"), "", "", str(before[UNKNOWN] or ""), str(after[UNKNOWN] or "")), None, gap=True)


UNKNOWN = ("", "")


def _matrix_row(
    severity: str, band: str, criterion: str, before: Counter[tuple[str, str]], after: Counter[tuple[str, str]]
) -> Row:
    cell = (severity, band)
    return row(
        None, severity, band.replace("_", " "), criterion.replace("_", " "), str(before[cell] or ""), str(after[cell] or "")
    )
