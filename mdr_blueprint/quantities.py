"""Quantities with units: whether a measured value keeps its limit, whatever units the two are written in.

The one home of pint. It is imported only when two spellings of a unit differ or one is not among the usual ones, because
the import costs more than checking a small project.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pint import Unit, UnitRegistry

Bound = Literal["at_most", "at_least"]
USUAL = frozenset({
    "A", "mA", "uA", "V", "mV", "kV", "W", "kW", "VA", "Hz", "kHz", "MHz", "ohm", "mohm", "kohm", "Mohm", "mm", "cm", "m", "s",
    "ms", "min", "h", "g", "kg", "N", "Pa", "kPa", "K", "degC", "T", "mT", "J", "%",
})  # fmt: skip
"""Units that need no parsing where both sides are spelt alike."""
SIGNS = str.maketrans({"\u00b5": "u", "\u03bc": "u", "\u03a9": "ohm", "\u2126": "ohm", "\u2103": "degC"})
"""Signs of several code points -> the letters that both stand for."""
OTHERS = {
    "1": "dimensionless", "°C": "degC", "%": "percent", "‰": "permille", "%RH": "percent", "% RH": "percent",
    "VA": "volt_ampere", "kVA": "kilovolt_ampere", "Ohm": "ohm", "kOhm": "kohm", "MOhm": "Mohm", "mOhm": "mohm",
    "Nm": "N*m", "mNm": "mN*m", "cNm": "cN*m", "kNm": "kN*m", "mAs": "mA*s", "mm Hg": "mmHg", "cm H2O": "cmH2O",
    "dB(A)": "dBA", "dB(C)": "dBC", "dB SPL": "dB", "dB(SPL)": "dB", "G": "gauss_of_si", "gauss": "gauss_of_si",
    "rpm": "1/min", "cycles": "count", "cycle": "count",
}  # fmt: skip
"""Spellings of laboratories -> what pint reads; else it takes Nm for a number of metres, % RH for henries, G for another system
of units, and counts turns in radians.
"""
SPELT = re.compile(r"1\Z|(?!.*\d\d)(1/)?[A-Za-z°%‰(][\w °%‰()/*·^²³-]{0,30}\Z")
"""What may be a unit at all: names, a single-digit power; nothing that computes."""
POWER = re.compile(r"(?<=m)([23])(?![\w^*])")
"""`cm2` for a square."""
FORM = re.compile(r"(?:(?<![ _])[ _]++|(?<=[AV]))(?i:r\.?m\.?s\.?|peak|pk|p-?p|p|a\.?c\.?|d\.?c\.?)\Z")
"""`V AC`, `mA r.m.s.`, `Vpp`: how a voltage or a current is meant, behind its unit."""
LONGEST = 60
"""Signs of a unit with its form and spaces; what is longer is none, and is looked at no further."""
MANY = 1000
"""Spellings that are kept in mind: more than all laboratories use, and not what a stranger writes in a million records."""
FORMS = {
    "rms": ("value", "r.m.s."), "peak": ("value", "peak"), "pk": ("value", "peak"), "p": ("value", "peak"),
    "pp": ("value", "peak to peak"), "ac": ("current", "a.c."), "dc": ("current", "d.c."),
}  # fmt: skip
"""Of each word what it says, and how: a peak is no r.m.s. value, but may be of an alternating current."""
OF_A_SCALE = ("degree_Celsius", "degree_Fahrenheit")
"""Units whose zero is not nothing."""
DEFINED = ("dBA = [sound_level]", "dBC = [peak_sound_level]", "gauss_of_si = 0.0001 * tesla")
"""Units that pint lacks, or has otherwise."""
DIGITS = Context(prec=20)
"""What a conversion is good for: a third of something and back is the same again."""


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
    """Hold a value against its limit. An uncertainty is in the unit of the value; its sign is of no account.

    UnitError where a unit is unknown, one side has none, or the two measure different things.
    """
    spread = None if uncertainty is None else abs(uncertainty)
    now = value
    if unit is None or limit_unit is None:
        if unit != limit_unit:
            raise UnitError(f"the {'value' if unit is None else 'limit'} has no unit")
    elif not _is_one(unit, limit_unit):
        now = _convert(value, unit, limit_unit)
        spread = abs(_convert(value + spread, unit, limit_unit) - now) if spread is not None else None
    margin = limit - now if bound == "at_most" else now - limit
    return Compared(now, limit, limit_unit or "", margin, spread)


def printed(unit: str | None) -> str:
    """A unit as a laboratory prints it: `µA` for `uA`, `mΩ` for `mohm`, `°C` for `degC`."""
    if unit is not None and len(unit) > LONGEST:
        return unit
    text = re.sub(r"\bu(?=([AVWTNJFHSC]|[msg]|Pa|Hz|Sv|Gy)\b)", "µ", (unit or "").translate(SIGNS))
    return re.sub("[Oo]hm\\b", "Ω", text).replace("degC", "°C")


def check_unit(unit: str) -> None:
    """UnitError where a unit is none."""
    if unit not in USUAL and _spelt(unit)[0] not in USUAL:
        _unit(unit)


def _is_one(unit: str, other: str) -> bool:
    """Whether two units are spelt alike but for signs and spaces. UnitError where they are of different forms, or none."""
    one, two = _spelt(unit), _spelt(other)
    for said, form in one[1].items():
        if two[1].get(said, form) != form:
            raise UnitError(f"`{unit}` and `{other}` measure different things")
    if one[0] == two[0] and one[0] not in USUAL:
        _unit(unit)
    return one[0] == two[0]


def _spelt(unit: str) -> tuple[str, Mapping[str, str]]:
    """A unit in the letters that pint reads, and the forms that were written behind it. UnitError where it can be none."""
    if len(unit) > LONGEST:
        raise UnitError(f"`{unit[:20]}…` is no unit: it has {len(unit)} signs, and no unit more than {LONGEST}")
    text, forms, why = _parted(unit)
    if why:
        raise UnitError(why)
    return text, forms


@lru_cache(maxsize=MANY)
def _parted(unit: str) -> tuple[str, Mapping[str, str], str]:
    """Unit, forms, and what is wrong with them, so that a fault is found once as well."""
    forms: dict[str, str] = {}
    text = " ".join(unit.split()).translate(SIGNS)
    while found := FORM.search(text):
        said, form = FORMS[re.sub("[ _.-]", "", found[0]).lower()]
        if forms.setdefault(said, form) != form:
            return text, forms, f"`{unit}` is {forms[said]} and {form} at once"
        text = text[: found.start()]
    text = POWER.sub(r"^\1", text)
    return ("degC" if text == "°C" else text), forms, ""


def _convert(value: Decimal, unit: str, to: str) -> Decimal:
    source, target = _unit(unit), _unit(to)
    if source.dimensionality != target.dimensionality or _angles(source) != _angles(target):
        raise UnitError(f"`{unit}` and `{to}` measure different things")
    if (str(source) in OF_A_SCALE) != (str(target) in OF_A_SCALE):
        raise UnitError(f"`{unit}` and `{to}`: one may be a difference and the other a temperature; write both in one unit")
    from pint.errors import PintError

    try:
        converted = _registry().Quantity(value, source).to(target).magnitude
    except (PintError, TypeError) as error:
        raise UnitError(f"`{unit}` cannot be converted to `{to}`") from error
    return DIGITS.create_decimal(converted if isinstance(converted, Decimal | int) else repr(converted))


def _angles(unit: Unit) -> object:
    """How often an angle stands in a unit: pint counts it as nothing, and so 10° as 17 %."""
    root = _registry().get_root_units(unit)[1]
    return dict(_registry().Quantity(1, root).unit_items()).get("radian", 0)


@cache
def _registry() -> UnitRegistry[Decimal]:
    from pint import UnitRegistry

    registry: UnitRegistry[Decimal] = UnitRegistry(non_int_type=Decimal, autoconvert_offset_to_baseunit=True)
    for line in DEFINED:
        registry.define(line)
    return registry


def _unit(spelt: str) -> Unit:
    text, _ = _spelt(spelt)
    unit = _read(text)
    if unit is None:
        raise UnitError(f"`{spelt}` is no unit")
    return unit


@lru_cache(maxsize=MANY)
def _read(text: str) -> Unit | None:
    """What pint takes a unit for; None where it is none."""
    from pint.errors import PintError

    if not SPELT.match(text):
        return None
    try:
        unit: Unit = _registry().Unit(OTHERS.get(text, text))
    except (PintError, ValueError, AssertionError, TypeError, AttributeError):
        return None
    return unit
