"""Where data of the library comes from, and how sure it is."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import PlainValidator

from mdr_blueprint import conditions
from mdr_blueprint.model.base import Part
from mdr_blueprint.model.scalars import Text

Confidence = Literal["high", "secondary", "unverified"]
When = Annotated[conditions.Condition, PlainValidator(conditions.parse)]
"""A condition over device facts, see `mdr_blueprint.conditions`."""


class LawSource(Part):
    """Where a data file comes from, of which date, and how sure it is."""

    id: Text
    title: Text
    regulation: Text | None = None
    celex: Text | None = None
    consolidated: Text | None = None
    consolidated_celex: Text | None = None
    checked: Text | None = None
    reference: Text | None = None
    confidence: Confidence | None = None
    note: Text | None = None
