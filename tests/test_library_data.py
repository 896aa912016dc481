"""The library: every data file is read strictly, complete in itself and dated; a change of the law is a change here."""

from __future__ import annotations

import random
import re
from collections import Counter
from itertools import pairwise

import pytest

from mdr_blueprint import conditions, library
from mdr_blueprint.evaluation import p1_bands, p2_bands
from mdr_blueprint.load import load_law
from mdr_blueprint.load.law import read_library
from mdr_blueprint.model import KINDS
from mdr_blueprint.model.library import (
    AnnexI,
    AnnexPoints,
    AnnexVIII,
    DefaultPolicy,
    Guidance,
    HazardLibrary,
    Obligations,
    QuestionList,
    Standard,
    Taxonomy,
    Vocabulary,
)
from mdr_blueprint.pipeline import check_library, compile
from mdr_blueprint.rules import catalogue
from mdr_blueprint.source import read_text
from mdr_blueprint.write.site.handbook_risk import answered, hazard_records, risk_pages, taken_over

LAW = load_law()
FILES = [path for name in ("gspr", "risk") for path in library.files(name) if path.suffix == ".yaml"]
STANDARDS = [path for path in FILES if path.parent.name == "standards"]
SHAPES = {
    "annex_i": AnnexI,
    "annex_ii": AnnexPoints,
    "annex_iii": AnnexPoints,
    "annex_iv": AnnexPoints,
    "annex_viii": AnnexVIII,
    "annex_xiv": AnnexPoints,
    "facts": Vocabulary,
    "guidance": Guidance,
    "obligations": Obligations,
    "policy": DefaultPolicy,
    "taxonomy": Taxonomy,
    "questions": QuestionList,
    "hazards_electrical_equipment": HazardLibrary,
    "hazards_low_field_mri": HazardLibrary,
    "hazards_stethoscope": HazardLibrary,
}
RANKS = ("inherent", "protective", "information_for_safety")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


def named(path):
    return path.relative_to(path.parents[1]).as_posix()


@pytest.mark.verifies("REQ-LIB-01")
@pytest.mark.parametrize("path", FILES, ids=named)
def test_every_data_file_is_read_strictly(path):
    source = read_text(path.name, path.read_bytes())
    assert source.faults == ()
    shape = Standard if path in STANDARDS else SHAPES.get(path.stem)
    assert shape, f"{path.name} has no shape in this test: add it"
    read_library(path, shape)


@pytest.mark.verifies("REQ-LIB-01")
@pytest.mark.parametrize(
    "text",
    ["source: {id: x, title: y, bogus: z}\npoints: {}\n", "source: {id: x, title: y}\n", "source: {id: x, id: y}\n", "- x\n", ""],
)
def test_a_fault_in_the_library_is_told_with_its_place(tmp_path, text):
    (tmp_path / "annex_ii.yaml").write_text(text)
    with pytest.raises(ValueError, match=r"library data: annex_ii\.yaml:\d+:\d+ "):
        read_library(tmp_path / "annex_ii.yaml", AnnexPoints)


@pytest.mark.verifies("REQ-LIB-05")
def test_the_shipped_library_has_no_finding():
    assert [f"{finding.place} {finding.code} {finding.message}" for finding in check_library().report.findings] == []


@pytest.mark.verifies("REQ-LIB-05")
def test_no_rule_on_the_library_speaks_of_a_project(tmp_path):
    (tmp_path / "project.yaml").write_text("project: {title: Case, stage: submission}\n")
    judged = {finding.code for finding in compile(tmp_path).report.findings}
    assert judged
    assert not judged & {rule.code for rule in catalogue() if rule.of_library}


@pytest.mark.verifies("REQ-LIB-02")
def test_the_identifiers_of_annex_i_are_complete():
    items = LAW.gspr.values()
    assert len(LAW.gspr) == 243
    assert Counter(item.kind for item in items) == {"section": 92, "point": 118, "indent": 33}
    assert Counter(item.chapter for item in items) == {"I": 20, "II": 134, "III": 89}
    assert Counter(item.role for item in items) == {
        "req": 193,
        "lead": 25,
        "heading": 18,
        "cond": 3,
        "interpretive": 2,
        "informational": 2,
    }
    assert [key for key in LAW.gspr if key.isdigit()] == [str(number) for number in range(1, 24)]
    assert list(LAW.gspr)[-1] == "23.4(ab)"


@pytest.mark.verifies("REQ-LIB-02")
def test_identifiers_stand_below_their_parents_and_say_what_they_are():
    seen = set()
    for key, item in LAW.gspr.items():
        seen.add(key)
        assert item.parent is None or (item.parent in seen and key.startswith(item.parent)), key
        assert (item.parent is None) == key.isdigit(), key
        assert item.topic.strip()
        assert {"indent": "/i" in key, "point": key.endswith(")"), "section": key.replace(".", "").isdigit()}[item.kind], key
        assert item.citation.strip()
        assert "/" not in item.citation, "an indent is cited in words"
    assert len({item.citation for item in LAW.gspr.values()}) == len(LAW.gspr)


def test_a_list_of_points_has_no_hole():
    for parent in {item.parent for item in LAW.gspr.values() if item.parent}:
        letters = [
            re.fullmatch(r".*\((\w+)\)", key)[1]
            for key, item in LAW.gspr.items()
            if item.parent == parent and item.kind == "point"
        ]
        assert letters == [chr(97 + n) if n < 26 else "a" + chr(97 + n - 26) for n in range(len(letters))], parent
        indents = [key.removeprefix(parent) for key, item in LAW.gspr.items() if item.parent == parent and item.kind == "indent"]
        assert indents == [f"/i{n}" for n in range(1, len(indents) + 1)], parent


@pytest.mark.verifies("REQ-LIB-03")
@pytest.mark.parametrize("path", FILES, ids=named)
def test_every_file_carries_its_date_and_where_it_comes_from(path):
    root = read_text(path.name, path.read_bytes()).root
    source = root if path in STANDARDS else root["source"]
    assert DAY.match(source["checked"])
    assert len(source["reference"].strip()) > 15
    assert source["confidence"] in ("high", "secondary", "unverified")


@pytest.mark.verifies("REQ-LIB-03")
@pytest.mark.parametrize("path", STANDARDS, ids=lambda path: path.stem)
def test_a_standard(path):
    standard = LAW.standard(path.stem)
    assert standard.id == path.stem
    assert re.fullmatch(r"[a-z0-9-]+", path.stem)
    assert standard.designation.replace("/", " ").split()[0].lower() == path.stem.split("-")[0]
    assert set(standard.supports) <= set(LAW.gspr)
    assert list(standard.supports) == sorted(set(standard.supports), key=list(LAW.gspr).index)
    assert standard.successor is None or standard.successor.strip()
    if standard.editions:
        assert standard.edition in standard.editions
    if standard.status == "harmonised":
        assert standard.oj is not None
        assert standard.oj.decision
    assert standard.clauses or standard.clauses_note, "a standard without clauses says why"
    seen = set()
    for number, clause in standard.clauses.items():
        seen.add(number)
        assert clause.parent is None or clause.parent in seen, f"{number}: {clause.parent}"
        assert clause.title.strip()
        assert len(clause.title) < 110, f"{number}: a title of our own, not the text of the standard"


def test_standards_are_sorted_and_found_by_id():
    assert list(LAW.standard_ids) == sorted(path.stem for path in STANDARDS)
    assert LAW.standard("iso-0000") is None


def number_of(clause):
    return [(0, int(part)) if part.isdigit() else (1, part) for part in re.findall(r"\d+|[A-Za-z]+", clause)]


@pytest.mark.parametrize("path", [path for path in STANDARDS if LAW.standard(path.stem).clauses], ids=lambda path: path.stem)
def test_clauses_stand_in_the_order_of_the_standard(path):
    numbers = [number_of(number) for number in LAW.standard(path.stem).clauses]
    assert [pair for pair in pairwise(numbers) if pair[0] >= pair[1]] == []


@pytest.mark.verifies("REQ-LIB-04")
def test_the_clauses_that_point_into_the_risk_file():
    hooks = {id_: sum(clause.rm_hook for clause in LAW.standard(id_).clauses.values()) for id_ in LAW.standard_ids}
    assert {id_: count for id_, count in hooks.items() if count} == {"iec-60601-1": 111, "iec-60601-2-37": 1}


@pytest.mark.verifies("REQ-RIS-01")
def test_the_policy_is_total():
    policy = LAW.policy
    assert list(policy.combine) == list(p1_bands(policy))
    assert all(list(row) == list(p2_bands(policy)) for row in policy.combine.values())
    assert {word for row in policy.combine.values() for word in row.values()} <= set(p1_bands(policy))
    assert list(policy.matrix) == list(policy.severity)
    assert all(list(row) == list(p1_bands(policy)) for row in policy.matrix.values())
    assert policy.illustrative


@pytest.mark.verifies("REQ-RIS-01")
def test_the_policy_is_monotone():
    policy, p1, p2 = LAW.policy, p1_bands(LAW.policy), p2_bands(LAW.policy)
    combined = [[p1.index(policy.combine[a][b]) for b in p2] for a in p1]
    verdicts = [[policy.matrix[severity][band] == "not_acceptable" for band in p1] for severity in policy.severity]
    for table in (combined, verdicts):
        for line in (*table, *zip(*table, strict=True)):
            assert list(line) == sorted(line)


def test_the_bands_are_edges_that_rise_to_one():
    for scale in (LAW.policy.probability, LAW.policy.p2):
        edges = list(scale.bands.values())
        assert edges == sorted(set(edges))
        assert edges[0] > 0
        assert edges[-1] == 1


@pytest.mark.verifies("REQ-RIS-01")
def test_combining_is_the_band_below_the_product_of_the_upper_edges():
    policy = LAW.policy
    for p1, row in policy.combine.items():
        for p2, band in row.items():
            product = policy.probability.bands[p1] * policy.p2.bands[p2]
            assert band == next(name for name, edge in policy.probability.bands.items() if product <= edge), (p1, p2)


@pytest.mark.verifies("REQ-LIB-05")
def test_the_taxonomy_and_the_hazards_that_use_it():
    taxonomy = LAW.hazard_categories
    for key, category in taxonomy.categories.items():
        assert re.fullmatch(r"[a-z]+\.[a-z_]+", key)
        assert category.branch == key.split(".")[0], key
        assert category.text
    letters = {"electrical_equipment": ("E", 33), "low_field_mri": ("M", 27), "stethoscope": ("S", 18)}
    assert set(LAW.hazard_libraries) == set(letters)
    for name, (letter, count) in letters.items():
        hazards = LAW.hazard_libraries[name].hazards
        assert list(hazards) == [f"{letter}{number}" for number in range(1, count + 1)], "an id is never given to another hazard"
        for key, hazard in hazards.items():
            assert hazard.category in taxonomy.categories, key
            assert set(hazard.controls) <= set(RANKS), key
            assert list(hazard.controls) == [rank for rank in RANKS if rank in hazard.controls], key
            assert hazard.controls, key
            assert hazard.evidence, key
    assert len(LAW.library_hazards) == sum(count for _, count in letters.values())


@pytest.mark.verifies("REQ-LIB-05")
def test_the_questions_reach_every_category_and_stand_in_their_group():
    listed = LAW.questions
    assert list(listed.groups) == ["who", "touch", "tell", "keep", "live", "built"]
    order = [question.group for question in listed.questions.values()]
    assert order == sorted(order, key=list(listed.groups).index), "group by group"
    assert set(order) == set(listed.groups)
    assert {category for question in listed.questions.values() for category in question.categories} == set(
        LAW.hazard_categories.categories
    )
    for key, question in listed.questions.items():
        assert key.startswith(f"{question.group}.")
        assert question.question.endswith("?")
        assert question.hint, key
        assert len(set(question.categories)) == len(question.categories) > 0, key


@pytest.mark.verifies("REQ-LIB-05")
def test_references_of_questions_are_numbers_of_the_guidance_that_nobody_compared_yet():
    numbers = set()
    for key, question in LAW.questions.questions.items():
        assert bool(question.reference) == bool(question.confidence), key
        for reference in question.reference:
            found = re.fullmatch(r"ISO/TR 24971:2020 A\.2\.(\d+)", reference)
            assert found, reference
            assert question.confidence == "unverified"
            numbers.add(int(found[1]))
    assert numbers == set(range(1, 38))


def facts_of(condition):
    """The stated facts behind a condition, those behind derived ones included."""
    found = set()
    for name in conditions.names(condition):
        derived = LAW.facts.derived.get(name)
        found |= {name} if derived is None else facts_of(derived.when)
    return found


def settled(question, facts):
    """The answers that facts give: those stated, and what follows from them."""
    values = dict(facts)
    for name, derived in LAW.facts.derived.items():
        holds = conditions.judge(derived.when, values).holds if derived.when else None
        if holds is not None:
            values[name] = "true" if holds else "false"
    if any(conditions.judge(excluded.when, values).holds for excluded in LAW.facts.contradictions):
        return set()
    return {
        answer
        for answer, when in (("yes", question.yes_when), ("no", question.no_when))
        if when is not None and conditions.judge(when, values).holds
    }


@pytest.mark.verifies("REQ-LIB-05")
def test_no_facts_that_can_hold_together_settle_a_question_both_ways():
    rng = random.Random(5)
    both = {key: question for key, question in LAW.questions.questions.items() if question.yes_when and question.no_when}
    assert len(both) > 20
    for key, question in both.items():
        names = sorted(facts_of(question.yes_when) | facts_of(question.no_when))
        answers = [LAW.facts.facts[name].answers for name in names]
        answered = set()
        for _ in range(300):
            facts = dict(zip(names, map(rng.choice, answers), strict=True))
            outcome = settled(question, facts)
            if facts.get("hardware") == "false":  # nothing physical can be said of software alone; the vocabulary does not list it all
                outcome -= {"yes"}
            assert outcome != {"yes", "no"}, f"{key}: {facts}"
            answered |= outcome
        assert answered == {"yes", "no"}, f"{key}: one of its answers never comes up"


@pytest.mark.verifies("REQ-LIB-05")
def test_what_the_handbook_offers_for_copying_is_read_without_a_fault(tmp_path):
    texts = [hazard_records(LAW.library_hazards), answered("touch.temperature").replace("HZ-1", "HZ-M8")]
    (tmp_path / "project.yaml").write_text("project: {title: Case, stage: draft}\n")
    for number, text in enumerate(texts):
        (tmp_path / f"records_{number}.yaml").write_text(text)
    whole = compile(tmp_path)
    assert [finding.message for finding in whole.report.findings if finding.severity == "error"] == []
    assert len(whole.dossier.kind("hazards")) == len(LAW.library_hazards)
    (tmp_path / "records_0.yaml").write_text(taken_over("M8", LAW))
    whole = compile(tmp_path)
    assert [finding.message for finding in whole.report.findings if finding.severity == "error"] == []
    assert [len(whole.dossier.kind(kind)) for kind in ("hazards", "situations", "harms", "controls", "risks")] == [1, 1, 1, 3, 1]


def test_the_handbook_shows_every_library_hazard_and_every_question():
    pages = {page.path: page.body for page in risk_pages(LAW)}
    assert all(f"<td>{key}</td>" in pages["hazards.html"] for key in (*LAW.library_hazards, *LAW.hazard_categories.categories))
    assert all(f"<td>{key}</td>" in pages["questions.html"] for key in LAW.questions.questions)


@pytest.mark.parametrize("annex", ["annex_ii", "annex_iii"])
def test_the_points_of_annexes_ii_and_iii_name_what_exists(annex):
    documents = {path.name.removesuffix(".md.j2") for path in library.files("templates", "documents")}
    for key, point in getattr(LAW, annex).items():
        assert point.needs.strip()
        assert set(point.kinds) <= set(KINDS), key
        assert set(point.documents) <= documents, key


def test_the_data_folders_hold_no_program():
    for name in ("gspr", "risk", "templates"):
        assert not list(library.folder(name).rglob("*.py"))
