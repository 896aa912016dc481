"""The risk matrix before and after control: in each field the criterion of the policy, and the risks that stand there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from mdr_blueprint.evaluation import Level, not_estimable, p1_bands, policy_of
from mdr_blueprint.load import Entry
from mdr_blueprint.model import Risk
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, live_risks
from mdr_blueprint.tables.levels import UNKNOWN, after, before
from mdr_blueprint.tables.shapes import Cell, Column, Gap, LineItem, Lines, MatrixField, RecordLink, Row

NOT_ESTIMABLE = "not estimable"
CORNER = "Severity of the harm ↓ and its probability →"
SHOWN = 40
"""How many risks of unknown level the last row names before it only counts the rest."""
Judge = Callable[[Inputs, Entry[Risk]], Level | None]


def _columns(inputs: Inputs) -> tuple[Column, ...]:
    """A column per band from the least probable; one more where a probability is not estimable, before or after control, so
    that both pictures have the same fields.
    """
    names = [band.replace("_", " ") for band in p1_bands(policy_of(inputs.dossier, inputs.law))]
    if _has_unestimable(inputs):
        names.append(NOT_ESTIMABLE)
    return (Column(CORNER, 16), *(Column(name, 16) for name in names))


def _has_unestimable(inputs: Inputs) -> bool:
    levels = (judge(inputs, entry) for entry in live_risks(inputs) for judge in (before, after))
    return any(found is not None and found.probability is None for found in levels)


@table(
    "matrix_before",
    "Risk matrix before control",
    sheet=True,
    empty="The risk policy has no scale of severity.",
    columns_of=_columns,
)
def matrix_before(inputs: Inputs) -> Iterator[Row]:
    """Every risk where its initial estimate puts it."""
    yield from _matrix(inputs, before)


@table(
    "matrix_after",
    "Risk matrix after control",
    sheet=True,
    empty="The risk policy has no scale of severity.",
    columns_of=_columns,
)
def matrix_after(inputs: Inputs) -> Iterator[Row]:
    """Every risk where its residual estimate puts it; a risk without controls stays where it was."""
    yield from _matrix(inputs, after)


def _matrix(inputs: Inputs, judge: Judge) -> Iterator[Row]:
    """From the most severe harm to the least; in the last row the risks that the records, or the policy, put into no field."""
    policy = policy_of(inputs.dossier, inputs.law)
    bands: list[str | None] = [*p1_bands(policy)]
    if _has_unestimable(inputs):
        bands.append(None)
    standing: dict[tuple[str, str | None] | None, list[RecordLink]] = defaultdict(list)
    for entry in live_risks(inputs):
        found = judge(inputs, entry)
        standing[(found.severity, found.probability) if found else None].append(inputs.link(entry.id))
    for severity in reversed(policy.severity):
        cells = []
        for band in bands:
            criterion = policy.matrix.get(severity, {}).get(band) if band else not_estimable(policy, severity)
            cells.append(MatrixField(criterion or "open", tuple(standing.pop((severity, band), ()))))
        yield Row((severity, *cells), None, gap=any(cell.verdict == "open" for cell in cells))
    left = [link for links in standing.values() for link in links]
    if left:
        listed: list[LineItem] = [*left[:SHOWN], *([f"and {len(left) - SHOWN} more"] if len(left) > SHOWN else [])]
        cells_of_row: list[Cell] = [Gap(f"{UNKNOWN}: {len(left)}"), Lines(tuple(listed)), *[""] * len(bands)]
        yield Row(tuple(cells_of_row[: len(bands) + 1]), None, gap=True)
