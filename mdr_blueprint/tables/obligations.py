"""What follows from class and facts: the duties that apply, and those that do not."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.model.library import Obligation
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs
from mdr_blueprint.tables.shapes import Column, Gap, LineItem, Lines, Row, row


@table(
    "obligations",
    "Duties by class and facts",
    Column("Duty", 24),
    Column("Kind", 11),
    Column("Citation", 17),
    Column("What is due (own words)", 52),
    Column("Why", 28),
    sheet=True,
    empty="Nothing follows from the facts that are stated.",
)
def obligations(inputs: Inputs) -> Iterator[Row]:
    """Duties that apply, and those that the facts leave open."""
    for duty in inputs.law.obligations.obligations.values():
        holds = inputs.known.judge(duty.when).holds
        if holds is not False:
            why = inputs.why(duty.when)
            yield row(None, duty.title, duty.kind, _cited(duty), _due(inputs, duty), why if holds else Gap(why))


def _cited(duty: Obligation) -> str:
    doubt = {"secondary": "secondary source", "unverified": "not verified"}.get(duty.confidence or "")
    return f"{duty.citation} ({doubt})" if doubt else duty.citation


def _due(inputs: Inputs, duty: Obligation) -> Lines:
    """The duty, with the details that hold for the device."""
    lines: list[LineItem] = [duty.duty]
    for detail in duty.details:
        holds = inputs.known.judge(detail.when).holds
        if holds:
            lines.append(detail.text)
        elif holds is None:
            lines.append(f"{inputs.why(detail.when)}; if so: {detail.text}".replace("open: not stated", "Not stated"))
    return Lines(tuple(lines))


@table(
    "obligations_excluded",
    "Duties that class and facts exclude",
    Column("Duty", 34),
    Column("Citation", 24),
    Column("Why not", 42),
    empty="No duty held here is excluded by the facts.",
)
def obligations_excluded(inputs: Inputs) -> Iterator[Row]:
    """Duties that class and facts exclude."""
    for duty in inputs.law.obligations.obligations.values():
        if inputs.known.judge(duty.when).holds is False:
            yield Row((duty.title, _cited(duty), inputs.why(duty.when)))
