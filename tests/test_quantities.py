"""Values and limits in whatever units they are written, and what is no unit."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from types import SimpleNamespace

import pytest

from mdr_blueprint import quantities
from mdr_blueprint.quantities import UnitError, check_unit, compare, printed


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
        ("38", "\u00b5A", "38", "\u03bcA", "at_most", "0"),
        ("100", "m\u03a9", "0.1", "\u2126", "at_most", "0.0"),
        ("1500", "V AC", "1.4", "kV", "at_least", "0.1"),
        ("62", "uA r.m.s.", "0.1", "mA rms", "at_most", "0.038"),
        ("2", "Nm", "3", "J", "at_most", "1"),
        ("5", "G", "0.9", "mT", "at_most", "0.4"),
        ("60", "rpm", "1", "Hz", "at_most", "0"),
        ("18", "l/h", "300", "ml/min", "at_most", "0"),
        ("3", "cycles", "3", "count", "at_most", "0"),
        ("0.02", "1", "3", "%", "at_most", "1"),
        ("30", "%RH", "75", "%", "at_most", "45"),
        ("1", "mW/cm2", "10", "W/m²", "at_most", "0"),
        ("20", "mAs", "0.03", "C", "at_most", "0.01"),
        ("98.6", "°F", "37", "°C", "at_least", "0"),
        ("140", "dB SPL", "140", "dB", "at_most", "0"),
        ("2", "°C/min", "3", "K/min", "at_most", "1"),
        ("1e99", "uA", "1e-99", "uA", "at_least", "1e99"),
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
    [
        ("mm", "mA"), ("foo", "mm"), (None, "mm"), ("mm", None), ("", "mm"), ("mm^", "mm"), ("1/0", "mm"), ("9**9**9", "mm"),
        ("a" * 40, "mm"), ("foo", "foo"), ("1e400", "1e400"), ("nan", "nan"), ("V peak", "V rms"), ("V AC", "V d.c."),
        ("V AC DC", "V"), ("dB(A)", "dB(C)"), ("°", "%"), ("rad/s", "Hz"), ("K", "°C"), ("°F", "K"), ("dB", "%"), ("Nm", "m"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_said(unit, limit_unit):
    with pytest.raises(UnitError):
        compare(Decimal(1), unit, Decimal(2), limit_unit, "at_most")


@pytest.mark.parametrize(
    ("value", "unit", "limit", "limit_unit", "uncertainty", "spread"),
    [("41", "°C", "43", "degC", "3", "3"), ("104", "°F", "43", "°C", "1.8", "1"), ("10", "mm", "2", "cm", "-2", "0.2"), ("3", "mm", "3", "mm", "-1", "1")],
)  # fmt: skip
def test_an_uncertainty_is_a_difference_without_a_sign(value, unit, limit, limit_unit, uncertainty, spread):
    found = compare(Decimal(value), unit, Decimal(limit), limit_unit, "at_most", Decimal(uncertainty))
    assert found.uncertainty == Decimal(spread)


UNITS = (
    "W/kg", "µA rms", "V AC", "Vpp", "1", "1/s", "%", "dB", "dB(A)", "°C", "mT", "T/s", "kΩ", "cd/m2", "uGy/h", "l/min", "mmHg",
    "ppm", "‰",
)  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_what_laboratories_write_is_a_unit(unit):
    check_unit(unit)
    assert compare(Decimal(1), unit, Decimal(1), unit, "at_most").margin == 0


@pytest.mark.parametrize("unit", ["-", "n/a", "uAmpere", "A x", "V AC DC"])
def test_what_is_no_unit(unit):
    with pytest.raises(UnitError):
        check_unit(unit)


def test_usual_units_do_not_load_pint():
    code = (
        "import sys; from decimal import Decimal as D; from mdr_blueprint.quantities import compare, check_unit;"
        "compare(D(1), '\u00b5A', D(1), '\u03bcA', 'at_most'); check_unit('\u03a9'); check_unit('V AC'); "
        "assert 'pint' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("unit", "shown"),
    [("uA", "µA"), ("\u03bcA", "µA"), ("mohm", "mΩ"), ("MOhm", "MΩ"), ("degC", "°C"), ("us", "µs"), ("umbrella", "umbrella"),
     ("dB(A)", "dB(A)"), ("mA r.m.s.", "mA r.m.s."), ("lux", "lux"), ("", ""), (None, "")],
)  # fmt: skip
def test_units_as_a_laboratory_prints_them(unit, shown):
    assert printed(unit) == shown


@pytest.mark.verifies("REQ-SRC-04")
@pytest.mark.parametrize("unit", ["V" + "_" * 500_000 + "x", "V" + " " * 500_000 + "x", "m" * 500_000, "V AC " * 100_000, "1/" + "2" * 500_000])
def test_a_unit_is_as_long_as_a_unit(unit):
    """Read in a moment, whatever stands there, and named by its beginning alone."""
    with pytest.raises(UnitError, match=r"is no unit: it has \d+ signs, and no unit more than 60") as met:
        check_unit(unit)
    assert len(str(met.value)) < 100
    with pytest.raises(UnitError, match="no unit more than 60"):
        compare(Decimal(1), unit, Decimal(2), "mA", "at_most")
    assert printed(unit) == unit


def test_the_form_of_a_long_spelling_is_found():
    assert compare(Decimal(5), "uA" + " _ " * 15 + "r.m.s.", Decimal(6), "uA rms", "at_most").margin == 1
    with pytest.raises(UnitError, match="is no unit"):
        check_unit("V" + "_" * 50 + "x")


def test_what_is_no_unit_is_asked_of_pint_once(monkeypatch):
    asked = []

    def ask(text):
        asked.append(text)
        raise ValueError

    quantities._read.cache_clear()
    monkeypatch.setattr(quantities, "_registry", lambda: SimpleNamespace(Unit=ask))
    for _ in range(3):
        with pytest.raises(UnitError, match="`blorp` is no unit"):
            check_unit("blorp")
    assert asked == ["blorp"]
