"""The declared cardinalities: each expectation has a rule, and count and rule agree."""

from __future__ import annotations

from pathlib import Path

import pytest
from rule_cases import write

from mdr_blueprint import compile
from mdr_blueprint.graph import Link, census, declared
from mdr_blueprint.model import KINDS, ready
from mdr_blueprint.revision import Revision
from mdr_blueprint.rules.cases import Case, case
from mdr_blueprint.rules.catalogue import catalogue
from mdr_blueprint.tables import Inputs, Tables
from mdr_blueprint.tables.links import WHERE
from mdr_blueprint.tables.shapes import words

CODES = {rule.code for rule in catalogue()}
EXPECTED = ("1", "1..n")
AT_SOURCE = [link for link in declared() if link.expected.untargeted]
AT_TARGET = [link for link in declared() if link.expected.unnamed]


def name(link: Link) -> str:
    return f"{link.source.kind_name}.{link.relation}"


def test_the_chain_of_the_risk_file_is_declared():
    chain = {"situations.hazards", "situations.sequences", "situations.risks", "risks.harm", "risks.controls",
             "controls.implemented_by", "controls.verified_implementation", "controls.verified_effectiveness",
             "controls.introduces.situations", "sequences.events.cause", "questionnaire.leads_to"}  # fmt: skip
    assert chain <= {name(link) for link in declared()}


@pytest.mark.parametrize("link", declared(), ids=name)
def test_every_expectation_has_a_rule_that_exists(link):
    expected, inside = link.expected, link.targets[0].parent == link.source.kind_name
    assert bool(expected.untargeted) == (expected.targets in EXPECTED and not _needed(link))
    assert bool(expected.unnamed) == (expected.sources in EXPECTED and not inside)
    assert {code for code in (expected.untargeted, expected.unnamed) if code} <= CODES
    assert expected.counted in ("", *KINDS)
    for field, owners in ((expected.when, [link.source]), (expected.unless, [link.source]), (expected.unnamed_unless, link.counted)):
        assert not field or all(hasattr(ready(cls), first) or first in cls.model_fields for cls in owners for first in [field.split(".")[0]])


def test_every_condition_is_said_in_words():
    assert {link.expected.when for link in declared()} - {""} == set(WHERE)


def test_the_table_of_links_names_what_is_missing(tmp_path):
    cases = case("RISK429")
    assert cases is not None
    write(cases.bad[0], tmp_path)
    made = compile(tmp_path)
    tables = Tables(Inputs(made.sources, made.dossier, made.graph, made.law, made.report, Revision("test")))
    row = next(row for row in tables.get("links").rows if row.cells[:2] == ("hazardous situation", "hazards"))
    assert row.gap
    assert words(row.cells[4]).startswith("1 of ")


def _needed(link: Link) -> bool:
    """A record that cannot be read without the field needs no rule."""
    return link.relation == "rates.risk" or link.source.model_fields[link.relation.partition(".")[0]].is_required()


@pytest.mark.verifies("REQ-RIS-07")
@pytest.mark.parametrize("link", AT_SOURCE, ids=name)
def test_the_count_sees_what_the_rule_sees_in_a_record(tmp_path, link):
    assert _agree(tmp_path, link, link.expected.untargeted, "without_target")


@pytest.mark.verifies("REQ-RIS-07")
@pytest.mark.parametrize("link", AT_TARGET, ids=name)
def test_the_count_sees_what_the_rule_sees_at_the_other_end(tmp_path, link):
    assert _agree(tmp_path, link, link.expected.unnamed, "without_source")


def _agree(folder: Path, link: Link, code: str, end: str) -> bool:
    """Whether rule and count speak of the same record in one of the rule's own cases; in a good case the count speaks of none."""
    cases = case(code)
    assert cases is not None
    agreed = False
    for number, one in enumerate((*cases.bad, *cases.good)):
        alone, found, broken = _both(folder / str(number), one, link, code, end)
        assert found or broken or not alone, f"{code}: {one.title}"
        agreed |= bool(alone & found)
    return agreed


def _both(folder: Path, one: Case, link: Link, code: str, end: str) -> tuple[set[str], set[str], bool]:
    """Who stands alone by the count, whom the rule finds, and whether the project has faults of identity that excuse it."""
    write(one, folder)
    compiled = compile(folder, as_of=one.today)
    findings = compiled.report.findings
    return (
        set(getattr(census(compiled.graph, link), end)),
        {finding.subject for finding in findings if finding.code == code},
        any(finding.code.startswith("ID") for finding in findings),
    )
