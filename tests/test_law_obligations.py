"""What class and facts ask for: the points of Annexes II, III, IV and XIV, and the obligations, device by device."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from mdr_blueprint import library
from mdr_blueprint.conditions import Condition, clauses, judge
from mdr_blueprint.load import load_law
from mdr_blueprint.model import KINDS
from mdr_blueprint.model.library import AnnexPoint

LAW = load_law()
OBLIGATIONS = LAW.obligations.obligations
ANNEXES: dict[str, dict[str, AnnexPoint]] = {
    "annex_ii": LAW.annex_ii,
    "annex_iii": LAW.annex_iii,
    "annex_iv": LAW.annex_iv.points,
    "annex_xiv": LAW.annex_xiv.points,
}


def conditions() -> Iterator[tuple[str, Condition]]:
    for annex, points in ANNEXES.items():
        for key, point in points.items():
            if point.when is not None:
                yield f"{annex}:{key}", point.when
    for id_, obligation in OBLIGATIONS.items():
        if obligation.when is not None:
            yield id_, obligation.when
        for number, detail in enumerate(obligation.details):
            if detail.when is not None:
                yield f"{id_}/{number}", detail.when


CONDITIONS = dict(conditions())


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_condition_asks_for_facts_and_values_of_the_vocabulary(name):
    vocabulary = {**LAW.facts.facts, **LAW.facts.derived}
    for clause in clauses(CONDITIONS[name]):
        assert clause.fact in vocabulary
        assert set(clause.values) <= set(vocabulary[clause.fact].answers), clause.fact


@pytest.mark.parametrize(
    ("annex", "pattern", "number"),
    [
        ("annex_ii", r"1\.1\(.\)", 12),
        ("annex_ii", r"1\.2\(.\)", 2),
        ("annex_ii", r"2/i\d", 2),
        ("annex_ii", r"3\(.\)", 3),
        ("annex_ii", r"4\(.\)", 4),
        ("annex_ii", r"5\(.\)", 2),
        ("annex_ii", r"6\.1\(.\)", 4),
        ("annex_ii", r"6\.1\(b\)/i\d", 6),
        ("annex_ii", r"6\.2\(.\)", 7),
        ("annex_iii", r"1\(a\)/i\d+", 6),
        ("annex_iii", r"1\(b\)/i\d+", 10),
        ("annex_iii", r"1|1\(a\)|1\(b\)|2", 4),
        ("annex_iv", r"\d+", 10),
        ("annex_xiv", r"1\(.\)", 5),
        ("annex_xiv", r"1\(a\)/i\d", 8),
        ("annex_xiv", r"\d", 8),
        ("annex_xiv", r"6\.1\(.\)", 5),
        ("annex_xiv", r"6\.2\(.\)", 8),
    ],
)
def test_no_point_of_an_annex_is_missing(annex, pattern, number):
    assert sum(bool(re.fullmatch(pattern, key)) for key in ANNEXES[annex]) == number


@pytest.mark.parametrize("annex", ANNEXES)
def test_a_point_names_what_exists_and_is_cited_in_words(annex):
    documents = {path.name.removesuffix(".md.j2") for path in library.files("templates", "documents")}
    citations = [point.citation for point in ANNEXES[annex].values()]
    assert len(set(citations)) == len(citations)
    for key, point in ANNEXES[annex].items():
        assert set(point.kinds) <= set(KINDS), key
        assert set(point.documents) <= documents, key
        assert point.citation.startswith(f"Annex {annex.removeprefix('annex_').upper()}")
        assert "/" not in point.citation, "an indent is cited in words"
        assert point.confidence, key


def test_an_obligation_says_what_it_is_and_rests_on():
    for id_, obligation in OBLIGATIONS.items():
        assert re.fullmatch(r"[a-z0-9_]+", id_)
        assert re.match(r"(Articles?|Annex|Directive|Regulation) ", obligation.citation), id_
        assert obligation.confidence, id_
        assert obligation.when is not None, f"{id_}: nothing decides it"
    assert set(Counter(item.kind for item in OBLIGATIONS.values())) == {
        "route", "document", "marking", "registration", "report", "retention", "procedure"
    }  # fmt: skip


# Devices by their facts. What PLAIN states leaves nothing open; a device changes what makes it another one.

PLAIN = {
    **{name: "false" for name, fact in LAW.facts.facts.items() if not fact.values and fact.type is None},
    "medical_purpose": "true",
    "hardware": "true",
    "ifu": "true",
    "contact": "intact_skin",
    "implant_kind": "other",
    "biological_origin": "none",
    "ionising": "none",
    "software": "none",
}


def values(device_class: str, **facts: str) -> dict[str, str]:
    """The facts of a device of that class with what follows from them."""
    known = {**PLAIN, **facts, "device_class": device_class}
    for name, derived in LAW.facts.derived.items():
        if derived.when is not None:
            holds = judge(derived.when, known).holds
            if holds is not None:
                known[name] = "true" if holds else "false"
    return known


DEVICES = {
    "I": values("I"),
    "Is": values("I", sterile="true"),
    "Im": values("I", measuring="true"),
    "Ir": values("I", reusable_surgical_instrument="true", reusable="true", contact="surgical"),
    "IIa": values("IIa"),
    "IIb": values("IIb"),
    "III": values("III", contact="surgical"),
    "IIa dental filling": values("IIa", contact="implant", implant_kind="dental_filling"),
    "IIb screw": values("IIb", contact="implant", implant_kind="screw"),
    "IIb dental implant": values("IIb", contact="implant", implant_kind="dental_implant"),
    "IIb implant off the lists": values("IIb", contact="implant"),
    "III implant": values("III", contact="implant"),
    "custom-made I": values("I", custom_made="true"),
    "custom-made IIa": values("IIa", custom_made="true"),
    "custom-made III implant": values("III", contact="implant", custom_made="true"),
    "pack": values("I", system_or_pack="true"),
    "for investigation": values("IIb", for_investigation="true"),
}


def applying(known: dict[str, str]) -> set[str]:
    return {id_ for id_, obligation in OBLIGATIONS.items() if judge(obligation.when, known).holds}


def details(id_: str, known: dict[str, str]) -> str:
    return " ".join(detail.text for detail in OBLIGATIONS[id_].details if judge(detail.when, known).holds)


PERSONS = {"quality_management", "prrc", "financial_cover", "retention"}
SURVEILLED = {"pms_plan", "vigilance", "trend_reports", "pmcf_plan", "clinical_evaluation_plan", "clinical_evaluation_report"}
MARKETED = PERSONS | SURVEILLED | {
    "technical_documentation", "declaration_of_conformity", "ce_marking", "udi_carrier", "basic_udi_di", "manufacturer_registration",
    "device_registration", "supply_interruption", "instructions_for_use",
}  # fmt: skip
BODY = {"notified_body_application", "certificate", "change_approval", "notified_body_number"}
SAMPLED = BODY | {"documentation_sample", "psur", "member_states_list"}
EACH = BODY | {"documentation_every_device", "psur", "member_states_list", "basic_udi_di_before_application"}
HIGH = {"psur_to_notified_body", "sscp", "pmcf_report_yearly"}
CARD = {"implant_card", "implant_information"}
CUSTOM = (
    PERSONS | SURVEILLED | {"route_custom_made", "custom_made_documentation", "custom_made_statement", "instructions_for_use"}
)

EXPECTED = {
    "I": MARKETED | {"route_class_i", "pms_report", "ifu_may_be_left_out"},
    "Is": MARKETED | BODY | {"route_class_i_aspect", "pms_report", "ifu_may_be_left_out"},
    "Im": MARKETED | BODY | {"route_class_i_aspect", "pms_report", "ifu_may_be_left_out"},
    "Ir": MARKETED | BODY | {"route_class_i_aspect", "pms_report", "ifu_may_be_left_out", "udi_direct_marking"},
    "IIa": MARKETED | SAMPLED | {"route_class_iia", "ifu_may_be_left_out"},
    "IIb": MARKETED | SAMPLED | {"route_class_iib"},
    "III": MARKETED | EACH | HIGH | {"route_class_iii", "clinical_investigation"},
    "IIa dental filling": MARKETED | SAMPLED | HIGH | {"route_class_iia", "ifu_may_be_left_out", "clinical_investigation_exempt"},
    "IIb screw": MARKETED | SAMPLED | HIGH | {"route_class_iib", "clinical_investigation_exempt"},
    "IIb dental implant": MARKETED | SAMPLED | HIGH | CARD | {"route_class_iib", "clinical_investigation"},
    "IIb implant off the lists": MARKETED | EACH | HIGH | CARD | {"route_class_iib_implantable", "clinical_investigation"},
    "III implant": MARKETED | EACH | HIGH | CARD | {"route_class_iii", "clinical_investigation", "clinical_consultation"},
    "custom-made I": CUSTOM | {"ifu_may_be_left_out", "pms_report"},
    "custom-made IIa": CUSTOM | {"ifu_may_be_left_out", "psur"},
    "custom-made III implant": CUSTOM | CARD | {"psur", "legacy_custom_made"},
    "pack": {"route_pack", "pack_registration", "udi_carrier"},
    "for investigation": {"route_investigation"},
}


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.verifies("REQ-OBL-01")
def test_what_a_device_must_have(device):
    assert applying(DEVICES[device]) == EXPECTED[device]
    left_open = {id_ for id_, obligation in OBLIGATIONS.items() if judge(obligation.when, DEVICES[device]).holds is None}
    assert left_open == set()


def test_every_obligation_applies_to_some_device_here():
    flips = [
        {"ancillary_medicinal": "true"}, {"biological_origin": "animal"}, {"substance_based": "true"}, {"ifu_electronic": "true"},
        {"manufacturer_outside_union": "true"}, {"reprocessed_single_use": "true"}, {"medical_purpose": "false"}, {"legacy": "true"},
        {"radio": "true"}, {"mains_powered": "true"}, {"battery": "true"}, {"machinery": "true"}, {"ai_learning": "true"},
        {"ionising": "diagnostic"},
    ]  # fmt: skip
    devices = [*DEVICES.values(), *(values("IIa", **flip) for flip in flips)]
    assert set(OBLIGATIONS) - set().union(*map(applying, devices)) == set()


# What depends on class: one row for each document or duty, one column for each kind of device. x: it applies, -: it does not.
COLUMNS = ("I", "Is", "Ir", "IIa", "IIb", "III", "IIb implant off the lists", "III implant", "custom-made IIa")
TABLE = {
    "technical_documentation":         "x x x x x x x x -",
    "declaration_of_conformity":       "x x x x x x x x -",
    "custom_made_statement":           "- - - - - - - - x",
    "ce_marking":                      "x x x x x x x x -",
    "notified_body_number":            "- x x x x x x x -",
    "pms_plan":                        "x x x x x x x x x",
    "pms_report":                      "x x x - - - - - -",
    "psur":                            "- - - x x x x x x",
    "psur_to_notified_body":           "- - - - - x x x -",
    "sscp":                            "- - - - - x x x -",
    "implant_card":                    "- - - - - - x x -",
    "pmcf_plan":                       "x x x x x x x x x",
    "pmcf_report_yearly":              "- - - - - x x x -",
    "clinical_investigation":          "- - - - - x x x -",
    "ifu_may_be_left_out":             "x x x x - - - - x",
    "basic_udi_di_before_application": "- - - - - x x x -",
    "documentation_sample":            "- - - x x - - - -",
    "documentation_every_device":      "- - - - - x x x -",
    "clinical_consultation":           "- - - - - - - x -",
    "member_states_list":              "- - - x x x x x -",
    "udi_direct_marking":              "- - x - - - - - -",
}  # fmt: skip


@pytest.mark.parametrize("obligation", TABLE)
@pytest.mark.verifies("REQ-OBL-01")
def test_what_depends_on_class(obligation):
    row = ["x" if obligation in applying(DEVICES[column]) else "-" for column in COLUMNS]
    assert " ".join(row) == TABLE[obligation]


@pytest.mark.parametrize(
    ("obligation", "device", "words"),
    [
        ("psur", "IIa", "at least every two years"),
        ("psur", "IIb", "At least every year"),
        ("psur", "III implant", "At least every year"),
        ("psur", "custom-made IIa", "Annex XIII, Section 2"),
        ("pms_plan", "custom-made IIa", "Annex XIII"),
        ("retention", "IIb", "At least 10 years"),
        ("retention", "III", "At least 10 years"),
        ("retention", "III implant", "At least 15 years"),
        ("retention", "custom-made III implant", "At least 15 years"),
        ("udi_carrier", "I", "26 May 2025"),
        ("udi_carrier", "IIa", "26 May 2023"),
        ("udi_carrier", "IIa dental filling", "26 May 2021"),
        ("udi_carrier", "III", "26 May 2021"),
        ("udi_direct_marking", "Ir", "26 May 2027"),
        ("route_class_i_aspect", "Is", "Is:"),
        ("route_class_i_aspect", "Im", "Im:"),
        ("route_class_i_aspect", "Ir", "Ir:"),
        ("route_custom_made", "custom-made III implant", "Annex IX, chapter I"),
        ("implant_card", "custom-made III implant", "no UDI"),
        ("pmcf_plan", "IIa", "renewed when needed"),
    ],
)
def test_a_detail_holds(obligation, device, words):
    assert words in details(obligation, DEVICES[device])


@pytest.mark.parametrize(
    ("obligation", "device", "words"),
    [
        ("psur", "IIa", "every year"),
        ("psur", "III implant", "two years"),
        ("retention", "III implant", "10 years"),
        ("route_class_i_aspect", "Is", "Im:"),
        ("route_custom_made", "custom-made IIa", "Annex IX"),
        ("udi_carrier", "IIa dental filling", "2023"),
    ],
)
def test_a_detail_of_another_device_does_not(obligation, device, words):
    assert words not in details(obligation, DEVICES[device])


TWELVE = [
    "suture", "staple", "dental_filling", "dental_brace", "tooth_crown", "screw", "wedge", "plate", "wire", "pin", "clip", "connector",
]  # fmt: skip
SINCE_JULY_2026 = [
    "cannula", "catheter", "feeding_tube", "suture_pledget", "suture_sleeve", "suture_button", "gastrostomy_button", "bone_wax",
    "bone_filler", "bone_substitute", "stem_centraliser", "diaphyseal_obturator", "radiography_marker", "fiber_ligature",
    "transpalatal_distractor", "nail", "anchor", "spinal_posterior_fixation", "textile_braid", "dental_implant", "orthodontic_device",
    "dental_barrier", "suspensory_fixation_or_cinch",
]  # fmt: skip


def test_the_vocabulary_has_no_other_kind_of_implant():
    assert set(LAW.facts.facts["implant_kind"].values) == {"other", *TWELVE, *SINCE_JULY_2026}
    assert (len(TWELVE), len(SINCE_JULY_2026)) == (12, 23)


@pytest.mark.parametrize(
    ("kinds", "lists"),
    [(TWELVE, "true true true true"), (SINCE_JULY_2026, "false true false false"), (["other"], "false false false false")],
)
def test_four_lists_are_four_lists(kinds, lists):
    names = ("exempt_18_3", "exempt_52_4", "exempt_61_6_b", "exempt_120_3a")
    for kind in kinds:
        known = values("IIb", contact="implant", implant_kind=kind)
        assert " ".join(known[name] for name in names) == lists, kind


def test_the_list_that_is_not_transcribed_leaves_the_investigation_open():
    known = values("IIb", contact="implant", implant_kind="dental_implant")
    for name in ("on_list_61_6_b", "exempt_61_6_b"):
        del known[name]
    assert LAW.facts.derived["exempt_61_6_b"].when is not None
    assert judge(LAW.facts.derived["exempt_61_6_b"].when, known).open == ("on_list_61_6_b",)
    assert judge(OBLIGATIONS["clinical_investigation"].when, known).open == ("exempt_61_6_b",)
    assert judge(OBLIGATIONS["clinical_investigation_exempt"].when, known).holds is None


def test_an_implant_of_an_unknown_kind_leaves_route_and_card_open():
    known = {
        name: value
        for name, value in values("IIb", contact="implant").items()
        if not name.startswith(("exempt_", "implant_kind"))
    }
    for id_ in ("route_class_iib", "route_class_iib_implantable", "implant_card", "documentation_every_device"):
        assert judge(OBLIGATIONS[id_].when, known).holds is None, id_


@pytest.mark.parametrize(
    ("device_class", "facts", "words"),
    [
        ("III", {}, "31 December 2027"),
        ("IIb", {"contact": "implant"}, "31 December 2027"),
        ("IIb", {"contact": "implant", "implant_kind": "dental_implant"}, "31 December 2027"),
        ("IIb", {"contact": "implant", "implant_kind": "screw"}, "31 December 2028"),
        ("IIb", {}, "31 December 2028"),
        ("IIa", {}, "31 December 2028"),
        ("I", {"sterile": "true"}, "31 December 2028"),
        ("I", {"reusable_surgical_instrument": "true"}, "31 December 2028 whatever the class"),
        ("I", {}, "no time of transition"),
    ],
)
def test_the_dates_of_devices_under_a_former_directive(device_class, facts, words):
    known = values(device_class, legacy="true", **facts)
    assert "legacy" in applying(known)
    assert words in details("legacy", known)


@pytest.mark.parametrize(
    ("device_class", "facts", "expected"),
    [
        ("III", {"ancillary_medicinal": "true"}, "extra_medicinal_substance"),
        ("III", {"biological_origin": "human"}, "extra_tissues"),
        ("IIb", {"substance_based": "true"}, "extra_absorbed_substances"),
        ("IIb", {"active": "true", "administers_medicine": "true"}, "clinical_consultation"),
        ("IIa", {"manufacturer_outside_union": "true"}, "authorised_representative"),
        ("IIa", {"ifu_electronic": "true"}, "electronic_ifu"),
        ("IIa", {"radio": "true"}, "act_radio"),
        ("IIa", {"mains_powered": "true"}, "act_rohs"),
        ("IIa", {"battery": "true"}, "act_batteries"),
        ("IIa", {"machinery": "true"}, "act_machinery"),
        ("IIa", {"ai_learning": "true"}, "act_ai"),
        ("IIb", {"ionising": "diagnostic"}, "act_radiation_protection"),
    ],
)
def test_one_fact_brings_an_obligation(device_class, facts, expected):
    assert expected not in applying(values(device_class))
    assert expected in applying(values(device_class, **facts))


def test_body_liquids_alone_need_no_consultation():
    assert "clinical_consultation" not in applying(values("IIb", active="true", administers_or_removes="true"))
    assert "clinical_consultation" not in applying(values("IIa", active="true", administers_medicine="true"))


def test_systemic_absorption_asks_for_an_opinion_only_where_it_serves_the_purpose():
    absorbed = values("III", substance_based="true", systemically_absorbed="true")
    assert "5.4(b)" not in details("extra_absorbed_substances", absorbed)
    assert "5.4(b)" in details("extra_absorbed_substances", {**absorbed, "absorbed_or_dispersed_for_purpose": "true"})


def due(annex: str, known: dict[str, str]) -> set[str]:
    return {key for key, point in ANNEXES[annex].items() if point.when is not None and judge(point.when, known).holds}


@pytest.mark.parametrize(
    ("facts", "points"),
    [
        ({"ancillary_medicinal": "true"}, {"6.2(a)"}),
        ({"biological_origin": "animal"}, {"6.2(b)"}),
        ({"substance_based": "true"}, {"6.2(c)"}),
        ({"cmr_ed_above_limit": "true"}, {"6.2(d)"}),
        ({"sterile": "true"}, {"6.2(e)"}),
        ({"microbial_state": "true"}, {"6.2(e)"}),
        ({"measuring": "true"}, {"6.2(f)"}),
        ({"interoperable": "true"}, {"6.2(g)"}),
        ({"active": "true"}, {"6.1(b)/i3"}),
        ({"software": "part_of_device"}, {"6.1(b)/i4"}),
    ],
)
def test_points_of_annex_ii_that_a_fact_brings(facts, points):
    assert due("annex_ii", values("IIa", **facts)) - due("annex_ii", values("IIa")) == points


def test_software_alone_has_no_material_and_no_electrical_safety():
    known = values("IIa", software="standalone", hardware="false", active="true", contact="none")
    assert due("annex_ii", known) == {"2/i2", "6.1(b)/i4"}


def test_points_of_the_declaration_that_depend_on_facts():
    assert due("annex_iv", values("I")) == set()
    assert due("annex_iv", values("I", measuring="true")) == {"8"}
    assert due("annex_iv", values("III", common_specifications="true")) == {"7", "8"}


def test_special_components_in_the_clinical_evaluation_plan():
    assert due("annex_xiv", values("III")) == set()
    assert due("annex_xiv", values("III", biological_origin="human")) == {"1(a)/i7"}
