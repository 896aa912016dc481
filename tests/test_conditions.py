"""The one form of conditions: what may be written, three-valued judgement, and the reasons it gives."""

from __future__ import annotations

from itertools import product

import pytest

from mdr_blueprint.conditions import All, Any, Condition, Is, Not, Outcome, judge, names, parse, words


@pytest.mark.parametrize(
    ("raw", "condition"),
    [
        ({"active": "true"}, Is("active", ("true",))),
        ({"contact": ["orifice", "implant"]}, Is("contact", ("orifice", "implant"))),
        ({"not": {"active": "true"}}, Not(Is("active", ("true",)))),
        ({"all": [{"a": "1"}, {"any": [{"b": "2"}, {"c": "3"}]}]}, All((Is("a", ("1",)), Any((Is("b", ("2",)), Is("c", ("3",))))))),
    ],
)
def test_the_four_forms(raw: object, condition: Condition) -> None:
    assert parse(raw) == condition


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("always", "a mapping"),
        ([], "a mapping"),
        ({}, "with one key"),
        ({"active": "true", "sterile": "true"}, "{all: [{...}, {...}]}"),
        ({"all": {"active": "true"}}, "`all` takes a list"),
        ({"any": []}, "`any` takes a list"),
        ({"not": ["x"]}, "a mapping"),
        ({"active": {"value": "true"}}, "`active` takes a value"),
        ({"contact": []}, "`contact` takes a value"),
    ],
)
def test_anything_else_is_refused_with_the_way_out(raw: object, message: str) -> None:
    with pytest.raises(ValueError) as error:
        parse(raw)
    assert message in str(error.value)


FACTS = ("a", "b")
TRUTH = {"true": True, "false": False, None: None}


def kleene(condition: Condition, truth: dict[str, bool | None]) -> bool | None:
    """The same logic over numbers: false 0, unknown 1, true 2; all is the least, any the greatest."""
    rank = {False: 0, None: 1, True: 2}
    back = {0: False, 1: None, 2: True}

    def value(part: Condition) -> int:
        if isinstance(part, Is):
            return rank[truth[part.fact]]
        if isinstance(part, Not):
            return 2 - value(part.part)
        return (min if isinstance(part, All) else max)(map(value, part.parts))

    return back[value(condition)]


A, B = Is("a", ("true",)), Is("b", ("true",))


@pytest.mark.parametrize(
    "condition",
    [A, Not(A), All((A, B)), Any((A, B)), All((A, Not(B))), Any((Not(A), B)), Not(All((A, B))), Not(Any((A, Not(B)))),
     All((Any((A, B)), Not(All((A, B)))))],
    ids=words,
)
def test_three_valued(condition: Condition) -> None:
    for values in product(("true", "false", None), repeat=2):
        facts = {name: value for name, value in zip(FACTS, values, strict=True) if value is not None}
        outcome = judge(condition, facts)
        expected = kleene(condition, {name: TRUTH[value] for name, value in zip(FACTS, values, strict=True)})
        assert outcome.holds is expected, (words(condition), facts)
        assert bool(outcome.open) == (expected is None)
        assert set(outcome.open) <= set(FACTS) - set(facts)
        assert dict(outcome.because).items() <= facts.items()


def test_reasons_are_those_that_decide() -> None:
    condition = All((Is("ionising", ("diagnostic", "therapeutic")), Not(Is("contact", ("none",)))))
    assert judge(condition, {"ionising": "none", "contact": "none"}) == Outcome(False, (("ionising", "none"),))
    both = {"ionising": "diagnostic", "contact": "intact_skin"}
    assert judge(condition, both) == Outcome(True, tuple(both.items()))
    assert judge(condition, {"ionising": "diagnostic"}) == Outcome(None, (("ionising", "diagnostic"),), ("contact",))


def test_a_value_that_is_stated_decides_beside_one_that_is_not() -> None:
    either = Any((A, B))
    assert judge(either, {"b": "true"}) == Outcome(True, (("b", "true"),))
    assert judge(either, {"b": "false"}).open == ("a",)


def test_no_condition_always_holds() -> None:
    assert judge(None, {}) == Outcome(True)
    assert words(None) == "always"


def test_words_and_names() -> None:
    condition = parse({"all": [{"active": "true"}, {"any": [{"contact": ["orifice", "implant"]}, {"not": {"sterile": "true"}}]}]})
    assert words(condition) == "active = true and (contact = orifice or implant or not (sterile = true))"
    assert names(condition) == {"active", "contact", "sterile"}
    assert names(None) == set()
