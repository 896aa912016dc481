"""Types of single values. YAML scalars arrive as text; the declared field decides what they are.

pydantic's lax mode would take `no` for a boolean, `1640995200` for a date and `nan` for a number:
each type here accepts one spelling and says so when it meets another.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

ID_PATTERN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*\Z")
NOT_BLANK = r"\S"
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\Z", re.ASCII)
WITH_UNIT = re.compile(r"[+-]?\d[\d.]*\s*(?:%|[^\W\d_]+)\Z")
"""`5 mA`, `2 %`: a number with what belongs into a field of its own, or follows from another one."""
FARTHEST = 99
"""Powers of ten that a number may lie from 1: no quantity does, and so it can be computed with and printed."""


def _flag(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if value == "true" or value == "false":
        return value == "true"
    raise PydanticCustomError("flag", "expected true or false")


def _day(value: Any) -> Any:
    if isinstance(value, date):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise PydanticCustomError("day", "expected a date such as 2026-03-31")


def _count(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"[0-9]+", value) and len(value) <= FARTHEST:
        return int(value)
    raise PydanticCustomError("count", "expected a whole number such as 12")


def number(text: str) -> Decimal | None:
    """The number that a text spells, None where it spells none or one beyond all quantities."""
    if not NUMBER.match(text):
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:  # an exponent that Decimal cannot hold
        return None
    return value if abs(value.adjusted()) <= FARTHEST else None


def _number(value: Any) -> Any:
    found = number(value) if isinstance(value, str) else None
    if found is not None:
        return found
    alone = " alone" if isinstance(value, str) and WITH_UNIT.match(value) else ""
    raise PydanticCustomError("number", f"expected a finite number{alone} such as 0.35 or 1e-6")


Text = Annotated[str, StringConstraints(pattern=NOT_BLANK)]
"""Plain text. What Markdown would read into it is escaped."""


class ProseMark:
    """Metadata that tells a `Prose` field from a plain one."""


Prose = Annotated[str, StringConstraints(pattern=NOT_BLANK), ProseMark()]
"""Text with paragraphs, lists, emphasis and `[HS-014]` for a link to a record."""

Flag = Annotated[bool, BeforeValidator(_flag, json_schema_input_type=bool)]
"""`true` or `false` and nothing else."""

Day = Annotated[date, BeforeValidator(_day, json_schema_input_type=date)]
"""A calendar day, ISO 8601 (`2026-03-31`)."""

Count = Annotated[int, BeforeValidator(_count, json_schema_input_type=int)]
"""A whole number from 0."""

Number = Annotated[Decimal, BeforeValidator(_number, json_schema_input_type=float)]
"""A finite decimal number; its spelling (`1.10`) is kept."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""64 hexadecimal digits, lower case."""
