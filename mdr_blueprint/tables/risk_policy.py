"""Tables of the risk policy: scales, combination, matrix."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.evaluation import not_estimable, p1_bands, p2_bands, policy_of
from mdr_blueprint.model import Harm
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, records, spaced
from mdr_blueprint.tables.shapes import VERDICTS, Cell, Column, Gap, Lines, Row, row


@table("severity_scale", "Severity scale", Column("Rank", 6), Column("Severity", 18), Column("Harms of this severity", 70))
def severity_scale(inputs: Inputs) -> Iterator[Row]:
    for number, name in enumerate(policy_of(inputs.dossier, inputs.law).severity, 1):
        found = [inputs.say(entry.record.title) for entry in records(inputs, Harm) if entry.record.severity == name]
        yield row(None, str(number), name, "; ".join(found) or "none")


@table(
    "probability_scale",
    "Probability bands",
    Column("Scale", 40),
    Column("Band", 18),
    Column("Lower edge", 12),
    Column("Upper edge", 12),
    Column("Which edge it holds", 14),
)
def probability_scale(inputs: Inputs) -> Iterator[Row]:
    policy = policy_of(inputs.dossier, inputs.law)
    first = "P1: the situation occurs" if policy.p2 else "Probability of harm"
    for words, scale in ((first, policy.probability), ("P2: the situation leads to the harm", policy.p2)):
        lower, bands = "0", scale.bands if scale else {}
        unit = f" ({scale.unit})" if scale and scale.unit else ""
        held, outermost = ("upper", 0) if scale and scale.edge == "band_below" else ("lower", len(bands) - 1)
        for number, (band, edge) in enumerate(bands.items()):
            yield row(None, words + unit, spaced(band), lower, str(edge), "both" if number == outermost else held)
            lower = str(edge)
        if bands and list(bands.values())[-1] != 1:
            yield row(None, words + unit, Gap("no band"), lower, "1", "")


def _combined(inputs: Inputs) -> tuple[Column, ...]:
    """A column per band of P2."""
    bands = p2_bands(policy_of(inputs.dossier, inputs.law))
    return (Column("P1, with P2 to the right", 22), *(Column(spaced(band), 18) for band in bands))


@table(
    "combination", "Probability of harm from P1 and P2", empty="The risk policy does not combine P1 and P2.", columns_of=_combined
)
def combination(inputs: Inputs) -> Iterator[Row]:
    """A row per band of P1; what the policy leaves open is a gap."""
    policy = policy_of(inputs.dossier, inputs.law)
    for p1 in p1_bands(policy) if policy.combine else ():
        found = policy.combine.get(p1, {})
        yield row(None, spaced(p1), *(spaced(found[p2]) if p2 in found else Gap("no band") for p2 in p2_bands(policy)))


@table(
    "matrix",
    "Risk matrix",
    Column("Severity", 16),
    Column("Acceptable for a probability of harm", 34),
    Column("Not acceptable", 34),
    Column("Where no probability can be given", 22),
)
def matrix(inputs: Inputs) -> Iterator[Row]:
    """The criterion, one row per severity; a band without a verdict is a gap."""
    policy = policy_of(inputs.dossier, inputs.law)
    for severity in reversed(policy.severity):
        criteria = policy.matrix.get(severity, {})
        cells: list[Cell] = [
            ", ".join(spaced(band) for band, found in criteria.items() if found == verdict) or "never"
            for verdict in ("acceptable", "not_acceptable")
        ]
        undefined = [spaced(band) for band in p1_bands(policy) if band not in criteria]
        if undefined:
            cells[1] = Lines((str(cells[1]), Gap(f"no verdict for {', '.join(undefined)}")))
        found = not_estimable(policy, severity)
        own = severity in policy.not_estimable
        cells.append(Gap("no verdict") if found is None else VERDICTS[found] + ("" if own else ", as in the highest band"))
        yield row(None, severity, *cells)
