"""Every rule against its cases: what it finds is exactly what the lines say, no more and no less."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rule_cases import expected, found, run, show

from mdr_blueprint import compile, library
from mdr_blueprint.rules import Rule, catalogue, families
from mdr_blueprint.rules.cases import Case, case

RULES = catalogue()
CODES = {rule.code: rule for rule in RULES}
FORBIDDEN = re.compile(r"\b(compliant|(?<!responsible for regulatory )compliance|noncompliant|certified|guaranteed|is safe)\b",
                       re.IGNORECASE)


def cases() -> list[object]:
    params = []
    for rule in RULES:
        both = case(rule.code)
        for kind in ("bad", "good") if both else ():
            params += [pytest.param(rule, kind, one, id=f"{rule.code}-{kind}{i}") for i, one in enumerate(getattr(both, kind))]
    return params


@pytest.mark.parametrize(("rule", "kind", "one"), cases())
@pytest.mark.verifies("REQ-RUL-06")
def test_a_case_has_exactly_the_findings_it_marks(rule: Rule, kind: str, one: Case, tmp_path: Path) -> None:
    due = expected(one, rule.code)
    assert bool(due) == (kind == "bad"), "a bad case marks at least one line, a good one none"
    report = run(one, rule, tmp_path)
    assert show(found(report, rule.code)) == show(due)
    mine = [finding for finding in report.findings if finding.code == rule.code]
    assert len({(finding.place, finding.message) for finding in mine}) == len(mine), "the same finding twice"
    for finding in mine:
        assert not finding.message.endswith("."), "a message is no sentence with a full stop"
        assert not FORBIDDEN.search(finding.message + finding.fix)
        assert not re.match("[A-Z][a-z]", finding.message), "a message starts with a small letter"
        assert "\n" not in finding.message


@pytest.mark.verifies("REQ-RUL-06")
def test_every_rule_has_cases_and_every_case_a_rule() -> None:
    assert {path.stem for path in library.folder("cases").glob("*.yaml")} == set(CODES)
    for rule in RULES:
        both = case(rule.code)
        assert both is not None
        assert both.bad, rule.code
        assert both.good, rule.code
        titles = [one.title for one in (*both.bad, *both.good)]
        assert len(set(titles)) == len(titles), rule.code


def test_a_chain_of_any_length_is_followed(tmp_path: Path) -> None:
    links = "".join(f"  SI-{i}: {{title: Part, part_of: [SI-{i + 1}]}}\n" for i in range(2000))
    for of_top, due in (("", 2001), (", safety_class: B", 0)):
        (tmp_path / "project.yaml").write_text(f"project: {{}}\nsoftware_items:\n{links}  SI-2000: {{title: System{of_top}}}\n")
        assert sum(finding.code == "VER542" for finding in compile(tmp_path).report.findings) == due


def test_a_point_of_which_a_part_is_answered_is_not_called_empty(tmp_path: Path) -> None:
    plan = 'evidence: {EV-1: {title: Plan, status: approved, points: ["annex_iii:1(a)/i1"]}}\n'
    for records, whole in (("", True), (plan, False)):
        (tmp_path / "project.yaml").write_text(f"project: {{}}\n{records}")
        empty = {finding.subject for finding in compile(tmp_path).report.findings if finding.code == "DOC823"}
        assert ("annex_iii:1" in empty, "annex_iii:1(b)" in empty, "annex_iii:1(a)" in empty) == (whole, not whole, False)


def test_names_and_titles_are_unique() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert len({rule.title for rule in RULES}) == len(RULES)


def test_prerequisites_exist() -> None:
    for rule in RULES:
        assert set(rule.requires) <= set(CODES), rule.code


def test_codes_stand_in_order_within_their_family() -> None:
    order = list(families)
    hundreds = {family: str(number) for number, family in zip((1, 2, 3, 4, 5, 6, 8, 9), order, strict=True)}
    for rule in RULES:
        assert re.fullmatch(rf"{rule.family}{hundreds[rule.family]}\d\d", rule.code)
        assert rule.family in order


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_words_of_a_rule(rule: Rule) -> None:
    assert rule.title.endswith(".")
    assert rule.title[0].isupper()
    assert rule.why.endswith((".", "?"))
    assert rule.fix.endswith(".")
    for text in (rule.why, rule.fix):
        assert not re.match("(?!Annex|Article)[A-Z][a-z]", text), "why and fix start with a small letter"
    assert not FORBIDDEN.search(" ".join((rule.title, rule.why, rule.fix)))
    assert rule.basis
