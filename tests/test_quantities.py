"""Values and limits in whatever units they are written, and what is no unit."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mdr_blueprint.quantities import UnitError, check_unit, compare


@pytest.mark.parametrize(
    ("value", "unit", "limit", "limit_unit", "bound", "margin"),
    [
        ("38", "uA", "0.5", "mA", "at_most", "0.462"),
        ("0.6", "mA", "500", "µA", "at_most", "-100"),
        ("4.1", "mm", "4", "mm", "at_least", "0.1"),
        ("0.39", "cm", "4", "mm", "at_least", "-0.1"),
        ("41", "°C", "43", "degC", "at_most", "2"),
        ("0.3", "kVA", "330", "VA", "at_most", "30"),
        ("1", "T/m/s", "2", "mT/m/ms", "at_most", "1"),
        ("1", "m²", "2", "cm**2", "at_most", "-9998"),
        ("500", "uA", "500", "uA", "at_most", "0"),
    ],
)
def test_a_value_is_held_against_its_limit(value, unit, limit, limit_unit, bound, margin):
    found = compare(Decimal(value), unit, Decimal(limit), limit_unit, bound)
    assert found.margin == Decimal(margin)
    assert found.keeps is (Decimal(margin) >= 0)


@pytest.mark.parametrize(("value", "undecided"), [("494", False), ("496", True), ("504", True), ("506", False)])
def test_an_uncertainty_that_reaches_over_the_limit_leaves_it_undecided(value, undecided):
    found = compare(Decimal(value), "uA", Decimal("0.5"), "mA", "at_most", Decimal(5))
    assert found.is_undecided is undecided


@pytest.mark.parametrize(
    ("unit", "limit_unit"),
    [("mm", "mA"), ("foo", "mm"), (None, "mm"), ("mm", None), ("", "mm"), ("mm^", "mm"), ("1/0", "mm"), ("9**9**9", "mm"), ("a" * 40, "mm")],
)
def test_what_cannot_be_compared_is_said(unit, limit_unit):
    with pytest.raises(UnitError):
        compare(Decimal(1), unit, Decimal(2), limit_unit, "at_most")


def test_units_alone():
    check_unit("W/kg")
    with pytest.raises(UnitError, match="is no unit"):
        check_unit("µA rms")
