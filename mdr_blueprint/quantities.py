"""Quantities with units: whether a measured value keeps its limit, whatever units the two are written in.

The one home of pint. It is imported only when two spellings of a unit differ or one is not among the usual ones, because
the import costs more than checking a small project.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pint import Unit, UnitRegistry

Bound = Literal["at_most", "at_least"]
USUAL = frozenset({
    "A", "mA", "uA", "µA", "V", "mV", "kV", "W", "kW", "VA", "Hz", "kHz", "MHz", "ohm", "mohm", "Mohm", "mm", "cm", "m", "s",
    "ms", "min", "h", "g", "kg", "N", "Pa", "kPa", "K", "T", "mT", "J",
})  # fmt: skip
"""Units that need no parsing where both sides are spelt alike."""
OTHERS = {"VA": "volt_ampere", "°C": "degC", "℃": "degC", "Ω": "ohm", "mΩ": "mohm", "MΩ": "Mohm", "dB(A)": "dBA", "%": "percent"}
"""Spellings of electrical engineering -> what pint reads."""
SPELT = re.compile(r"(?!.*\d\d)[A-Za-zµμΩ°℃%(][\w µμΩ°℃%()/*·^²³-]{0,30}\Z")
"""What may be a unit at all: names, a single-digit power; nothing that computes."""


class UnitError(ValueError):
    """A unit that is none, or two that measure different things."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A value held against its limit, both in the unit of the limit."""

    value: Decimal
    limit: Decimal
    unit: str
    margin: Decimal
    """How far the value lies inside its limit; negative outside."""
    uncertainty: Decimal | None = None

    @property
    def keeps(self) -> bool:
        """Whether the value itself lies within the limit. A value on the limit does."""
        return self.margin >= 0

    @property
    def is_undecided(self) -> bool:
        """Whether the uncertainty reaches over the limit, on whichever side the value lies."""
        return self.uncertainty is not None and abs(self.margin) < self.uncertainty


def compare(
    value: Decimal, unit: str | None, limit: Decimal, limit_unit: str | None, bound: Bound, uncertainty: Decimal | None = None
) -> Compared:
    """Hold a value against its limit. An uncertainty is in the unit of the value.

    UnitError where a unit is unknown, one side has none, or the two measure different things.
    """
    if unit == limit_unit and (unit is None or unit in USUAL):
        now, spread = value, uncertainty
    else:
        if unit is None or limit_unit is None:
            raise UnitError(f"the {'value' if unit is None else 'limit'} has no unit")
        now = _convert(value, unit, limit_unit)
        spread = abs(_convert(value + uncertainty, unit, limit_unit) - now) if uncertainty is not None else None
    margin = limit - now if bound == "at_most" else now - limit
    return Compared(now, limit, limit_unit or "", margin, spread)


def check_unit(unit: str) -> None:
    """UnitError where a unit is none."""
    if unit not in USUAL:
        _unit(unit)


def _convert(value: Decimal, unit: str, to: str) -> Decimal:
    source, target = _unit(unit), _unit(to)
    if source.dimensionality != target.dimensionality:
        raise UnitError(f"`{unit}` and `{to}` measure different things")
    from pint.errors import PintError

    try:
        converted = _registry().Quantity(value, source).to(target).magnitude
    except (PintError, TypeError) as error:
        raise UnitError(f"`{unit}` cannot be converted to `{to}`") from error
    return Decimal(converted) if isinstance(converted, Decimal | int) else Decimal(repr(converted))


@cache
def _registry() -> UnitRegistry[Decimal]:
    from pint import UnitRegistry

    registry: UnitRegistry[Decimal] = UnitRegistry(non_int_type=Decimal, autoconvert_offset_to_baseunit=True)
    registry.define("dBA = [sound_level]")
    return registry


@cache
def _unit(spelt: str) -> Unit:
    from pint.errors import PintError

    if not SPELT.match(spelt):
        raise UnitError(f"`{spelt}` is no unit")
    try:
        unit: Unit = _registry().Unit(OTHERS.get(spelt, spelt))
    except (PintError, ValueError, AssertionError, TypeError, AttributeError) as error:
        raise UnitError(f"`{spelt}` is no unit") from error
    return unit
