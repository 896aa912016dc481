"""The shapes of records: one spelling per type of value, one home per kind, and the binding example of every kind."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import get_args, get_origin

import pytest
from pydantic import TypeAdapter, ValidationError

from mdr_blueprint.model import KINDS, TOP_LEVEL, Inverse, Part, Record, Ref, ready
from mdr_blueprint.model.scalars import ID_PATTERN, Count, Day, Flag, Number, Sha256, Text


def reads(kind, value):
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return None


@pytest.mark.verifies("REQ-MOD-01")
@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Flag, "true", True),
        (Flag, "false", False),
        (Day, "2026-03-31", date(2026, 3, 31)),
        (Day, "2024-02-29", date(2024, 2, 29)),
        (Count, "0", 0),
        (Count, "007", 7),
        (Count, "9" * 30, int("9" * 30)),
        (Number, "1.10", Decimal("1.10")),
        (Number, "-3", Decimal(-3)),
        (Number, "+.5", Decimal("0.5")),
        (Number, "5.", Decimal(5)),
        (Number, "1e-6", Decimal("0.000001")),
        (Number, "1E3", Decimal(1000)),
        (Number, "0x".replace("x", ""), Decimal(0)),
        (Text, " a ", " a "),
        (Text, "no", "no"),
        (Sha256, "0" * 64, "0" * 64),
    ],
)
def test_a_value_in_its_spelling(kind, text, value):
    assert reads(kind, text) == value


@pytest.mark.verifies("REQ-MOD-01")
@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        *[(Flag, wrong) for wrong in ("no", "yes", "on", "True", "TRUE", "1", "0", "", None, 1, [], "true ")],
        *[
            (Day, wrong)
            for wrong in (
                "2026-02-30",
                "2026-2-3",
                "20260203",
                "1640995200",
                "2026-W01-1",
                "31.12.2026",
                "2026-01-01T00:00:00",
                "",
                None,
                5,
                "２０２６-01-01",
                " 2026-01-01",
            )
        ],
        *[(Count, wrong) for wrong in ("-1", "1.0", "1e3", "1_000", "0x10", "", " 1", "１", "²", None, [], "+1", "9" * 5000)],
        *[
            (Number, wrong)
            for wrong in (
                "nan",
                "NaN",
                "inf",
                "-inf",
                "Infinity",
                "1,5",
                "1_000",
                "0x1F",
                "1e",
                "e5",
                "",
                ".",
                "1 000",
                "１",
                "٣",
                "12:30",
                None,
                [],
                "5 mA",
                "1\n",
                "1e-400",
                "-1e100",
                "1e999999",
                "1e-99999999999999999999",
            )
        ],
        *[(Text, wrong) for wrong in ("", None, [], {}, 5, True)],
        *[(Sha256, wrong) for wrong in ("abc", "0" * 63, "A" * 64, "g" * 64, "0" * 64 + "\n")],
    ],
)
def test_another_spelling_is_refused(kind, wrong):
    assert reads(kind, wrong) is None


def test_the_spelling_of_a_number_is_kept():
    assert str(reads(Number, "1.10")) == "1.10"


@pytest.mark.verifies("REQ-MOD-02")
@pytest.mark.parametrize("id_", ["A", "HZ-1", "R-014-1", "x_y.z", "a1", "true"])
def test_ids(id_):
    assert ID_PATTERN.match(id_)


@pytest.mark.verifies("REQ-MOD-02")
@pytest.mark.parametrize("id_", ["", "1", "-a", "a b", "a#b", "a/b", "a:b", "ä", "a\n", ".a", "a[", "\u0430"])
def test_no_ids(id_):
    assert not ID_PATTERN.match(id_)


FIELDS = [(cls, name) for cls in KINDS.values() for name in ready(cls).model_fields]


def test_kinds_are_what_they_say():
    assert list(KINDS) == [cls.kind_name for cls in KINDS.values()]
    assert {cls.parent for cls in KINDS.values()} <= {None, *TOP_LEVEL}
    for cls in KINDS.values():
        assert cls.__doc__, cls
        assert cls.singular[0].islower() or cls.singular.split()[0].isupper(), cls.singular
        assert cls.plural[0].isupper()
        assert {"retired", "illustrative", "notes"} <= set(cls.model_fields)
    for words in ("singular", "plural"):
        assert len({getattr(cls, words) for cls in KINDS.values()}) == len(KINDS)


@pytest.mark.verifies("REQ-MOD-03")
def test_only_the_core_fields_are_required():
    required = {f"{cls.kind_name}.{name}" for cls, name in FIELDS if cls.model_fields[name].is_required()}
    assert required == {
        "project.title",
        "device.name",
        "users.title",
        "misuses.title",
        "variants.title",
        "accessories.title",
        "components.title",
        "figures.title",
        "software_items.title",
        "soup.title",
        "hazards.title",
        "situations.title",
        "risks.harm",
        "harms.title",
        "controls.text",
        "failure_modes.title",
        "benefit_risks.title",
        "observations.title",
        "essential_performance.title",
        "insulation.title",
        "needs.title",
        "requirements.title",
        "tests.title",
        "runs.test",
        "instruments.title",
        "evidence.title",
        "claims.title",
        "statements.title",
        "waivers.code",
        "waivers.place",
    }


def refs_in(annotation):
    if get_origin(annotation) is Ref:
        yield annotation
    for inner in get_args(annotation):
        yield from refs_in(inner)


def parts_below(cls):
    seen, todo = [], [cls]
    while todo:
        part = todo.pop()
        if part not in seen:
            seen.append(part)
            todo += [one for info in ready(part).model_fields.values() for one in parts_in(info.annotation)]
    return seen


def parts_in(annotation):
    if isinstance(annotation, type) and get_origin(annotation) is None and issubclass(annotation, Part):
        yield annotation
    elif get_origin(annotation) is not Ref:
        for inner in get_args(annotation):
            yield from parts_in(inner)


@pytest.mark.verifies("REQ-GRA-01")
def test_every_reference_has_a_name_at_its_other_end():
    for cls in KINDS.values():
        for part in parts_below(cls):
            for name, info in part.model_fields.items():
                if any(refs_in(info.annotation)):
                    assert any(isinstance(mark, Inverse) for mark in info.metadata), f"{part.__name__}.{name}"


def test_records_are_frozen_and_closed():
    for cls in KINDS.values():
        for part in parts_below(cls):
            assert part.model_config["frozen"]
            assert part.model_config["extra"] == "forbid"
            assert issubclass(part, Part)
    with pytest.raises(ValidationError):
        ready(KINDS["hazards"]).model_validate({"title": "x"}).title = "y"


def test_a_label_is_short():
    hazard = ready(KINDS["hazards"]).model_validate({"title": "long " * 100})
    assert len(hazard.label) <= 120
    assert hazard.label.endswith("...")
    assert Record.label.fget is not None
