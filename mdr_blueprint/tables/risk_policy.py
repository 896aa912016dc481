"""Tables of the risk policy: scales, combination, matrix, and how many risks stand in each of its cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mdr_blueprint.evaluation import final, level, p1_bands, policy_of
from mdr_blueprint.model import Harm
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, live_risks, records
from mdr_blueprint.tables.shapes import Cell, Column, Gap, Lines, Row, row

NOT_ESTIMABLE = "not estimable"
UNKNOWN = ("", "")


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


def _matrix_row(
    severity: str, band: str, criterion: str, before: Counter[tuple[str, str]], after: Counter[tuple[str, str]]
) -> Row:
    cell = (severity, band)
    return row(
        None, severity, band.replace("_", " "), criterion.replace("_", " "), str(before[cell] or ""), str(after[cell] or "")
    )
