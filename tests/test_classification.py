"""The class by Annex VIII: cases of the guidance and our own, and what the result says beside the class."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from mdr_blueprint import classify as public_classify
from mdr_blueprint.classification import CLASSES, Classified, classify, guidance_named
from mdr_blueprint.conditions import names
from mdr_blueprint.load import load_law

LAW = load_law()
RULES = LAW.annex_viii.rules
DATA = Path(__file__).parent / "data" / "classification"
REV_0, REV_1 = "MDCG 2021-24 Rev.0", "MDCG 2021-24 Rev.1"


def cases_of(name: str) -> dict[str, dict[str, Any]]:
    return yaml.safe_load((DATA / f"{name}.yaml").read_text("utf-8"))["cases"]


GUIDANCE, OWN = cases_of("guidance"), cases_of("own")
CASES = GUIDANCE | OWN


def classified(facts: Any, guidance: str | None = None) -> Classified:
    return classify(facts, LAW, guidance)


def of_case(case: dict[str, Any]) -> Classified:
    return classified(case["facts"], case.get("guidance"))


# the cases


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@pytest.mark.verifies("REQ-CLA-02")
def test_a_case(case):
    result = of_case(case)
    assert result.device_class == case["expected"]
    assert case["rule"] in result.deciding_rules
    assert (result.unknown, result.contradictions, result.remarks) == ((), (), ())
    deciding = [hit for hit in result.hits if hit.rule == case["rule"] and hit.device_class == result.base_class]
    assert case.get("clause") in (None, *(hit.clause for hit in deciding))
    assert case.get("outcome") in (None, *(hit.outcome for hit in deciding))


def test_the_guidance_is_enough_and_so_are_we():
    assert len(GUIDANCE) == 58
    assert all(case["source"] for case in GUIDANCE.values())
    assert len(OWN) >= 60
    assert not GUIDANCE.keys() & OWN.keys()


def test_cases_of_rules_to_be_rechecked_are_marked():
    marked = {case["rule"] for case in GUIDANCE.values() if case.get("recheck")}
    assert marked <= {int(number) for number, rule in RULES.items() if rule.recheck} == {2, 8, 9, 10, 12, 16, 22}


def test_pairs_differ_in_one_fact_and_in_class():
    pairs = defaultdict(list)
    for case in OWN.values():
        if "pair" in case:
            pairs[case["pair"]].append(case)
    assert len(pairs) >= 20
    for name, pair in pairs.items():
        first, second = pair
        assert first["facts"].keys() == second["facts"].keys(), name
        assert sum(first["facts"][fact] != second["facts"][fact] for fact in first["facts"]) == 1, name
        assert first["expected"] != second["expected"], name


def test_every_outcome_of_every_rule_is_hit():
    hit = {(hit.rule, hit.outcome) for case in CASES.values() for hit in of_case(case).hits}
    assert {(int(number), id_) for number, rule in RULES.items() for id_ in rule.outcomes} - hit == set()


def test_every_fact_that_is_asked_is_stated_by_a_case():
    asked = {name for rule in RULES.values() for name in names(rule.scope)}
    asked |= {name for rule in RULES.values() for outcome in rule.outcomes.values() for name in names(outcome.when)}
    stated = {fact for case in CASES.values() for fact in case["facts"]}
    assert asked - stated == set()


@dataclass(frozen=True)
class Imaging:
    device: str
    device_class: str
    rule: int


@pytest.mark.parametrize(
    "imaging",
    [
        Imaging("mr-scanner", "IIa", 10),
        Imaging("ct-scanner", "IIb", 10),
        Imaging("transmit-coil", "IIa", 10),
        Imaging("gamma-camera", "IIa", 10),
        Imaging("image-plate", "IIa", 17),
        Imaging("contrast-injector", "IIb", 12),
        Imaging("console-mr", "IIa", 10),
        Imaging("positioning-pad", "I", 1),
    ],
    ids=lambda imaging: imaging.device,
)
def test_imaging_devices(imaging):
    result = of_case(OWN[imaging.device])
    assert (result.device_class, result.deciding_rules) == (imaging.device_class, (imaging.rule,))


def test_the_receive_only_coil_is_disputed():
    claimed = {case["expected"] for name, case in OWN.items() if name.startswith("receive-coil") and case["disputed"]}
    assert claimed == {"IIa", "I"}
    assert any("receive-only coil" in trap for trap in RULES["10"].traps)


# the whole result


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@pytest.mark.verifies("REQ-CLA-01")
def test_all_22_rules_are_accounted_for(case):
    result = of_case(case)
    hit, others = {hit.rule for hit in result.hits}, [other.rule for other in result.others]
    assert sorted([*hit, *others]) == list(range(1, 23))
    assert all(other.title and other.reason.strip() and ": " in other.reason for other in result.others)
    assert all(hit.reason.strip() and hit.clause and hit.outcome for hit in result.hits)
    assert set(result.deciding_rules) <= hit
    assert max(CLASSES.index(hit.device_class) for hit in result.hits) == CLASSES.index(result.base_class)
    assert classified(case["facts"], case.get("guidance")) == result


def reasons(facts: dict[str, Any]) -> dict[int, str]:
    return {other.rule: other.reason for other in classified(facts).others}


def test_why_the_others_do_not_hit():
    told = reasons({"active": True, "role": "diagnostic", "energy_to_body": True, "contact": "intact_skin"})
    assert told[13] == told[1] == "silent: Rule 10 covers it"
    assert told[6] == "not a surgically invasive device for transient use: contact = intact_skin"
    assert told[12].endswith("removes them: role = diagnostic; not stated: administers_or_removes")
    assert told[14] == "not a device with an integral medicinal substance of ancillary action: not stated: ancillary_medicinal"
    assert reasons({"contact": "orifice"})[5] == "no part of the rule holds: not stated: duration, connects_active_class"
    active_orifice = reasons(
        {"contact": "orifice", "duration": "short", "active": True, "role": "administer_remove", "inhalation_medicine": True}
    )
    assert active_orifice[13] == "silent: Rule 12 covers it"
    assert reasons({"active": True, "role": "therapeutic", "ionising": "therapeutic"})[13] == "silent: Rules 9 and 10 cover it"


def test_hits_say_why():
    hits = classified({"contact": "surgical", "duration": "transient", "active": False}).hits
    assert [(hit.place, hit.device_class, hit.reason) for hit in hits] == [
        ("Rule 6, general", "IIa", "contact = surgical, duration = transient")
    ]


def test_what_an_exception_takes_away_is_kept_with_the_reason():
    monitor = classified(
        {"active": True, "role": "monitoring", "vital_process": True, "immediate_danger": True, "energy_to_body": True}
    )
    (withdrawn,) = monitor.withdrawn
    assert (withdrawn.rule, withdrawn.clause, withdrawn.device_class) == (10, "third indent", "IIa")
    assert withdrawn.reason.startswith("third indent, danger exception instead: ")
    assert "immediate_danger = true" in withdrawn.reason
    forceps = classified({"contact": "surgical", "duration": "transient", "reusable_surgical_instrument": True})
    assert [(hit.clause, hit.reason) for hit in forceps.withdrawn] == [
        ("general", "second indent instead: reusable_surgical_instrument = true")
    ]


def test_the_strictest_of_several_rules_counts_and_all_are_kept():
    both = classified({"contact": "surgical", "duration": "short", "ancillary_medicinal": True, "contraception_or_sti": True})
    assert {hit.rule: hit.device_class for hit in both.hits} == {7: "IIa", 14: "III", 15: "IIb"}
    assert (both.device_class, both.deciding_rules) == ("III", (14,))
    therapy = classified({"active": True, "role": "therapeutic", "ionising": "therapeutic"})
    assert (therapy.device_class, therapy.deciding_rules) == ("IIb", (9, 10))


def test_a_silent_rule_says_nothing_of_its_parts():
    cleaner = classified({"active": True, "role": "other", "physical_cleaning_only": True})
    assert (cleaner.deciding_rules, cleaner.withdrawn) == ((13,), ())


# suffixes


@pytest.mark.parametrize(
    ("facts", "printed", "suffixes"),
    [
        ({}, "I", ()),
        ({"sterile": True}, "Is", ("Is",)),
        ({"measuring": True}, "Im", ("Im",)),
        ({"reusable_surgical_instrument": True}, "Ir", ("Ir",)),
        ({"measuring": True, "reusable_surgical_instrument": True}, "Im", ("Im", "Ir")),
        ({"measuring": True, "sterile": True, "reusable_surgical_instrument": True}, "Is", ("Is", "Im", "Ir")),
    ],
)
def test_suffixes_of_class_i(facts, printed, suffixes):
    result = classified({"contact": "intact_skin", **facts})
    assert (result.device_class, result.base_class, result.suffixes) == (printed, "I", suffixes)
    assert set(result.open_suffixes) == {"Is", "Im", "Ir"} - set(suffixes)


def test_only_class_i_has_suffixes():
    result = classified({"contact": "surgical", "duration": "short", "sterile": True, "measuring": True})
    assert (result.device_class, result.suffixes, result.open_suffixes) == ("IIa", (), ())


# what was assumed


def assumed(facts: dict[str, Any]) -> dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]]:
    return {item.fact: (item.device_class, item.would_be, item.together_with) for item in classified(facts).assumed}


@pytest.mark.verifies("REQ-CLA-03")
def test_assumed_facts_are_those_that_could_raise_the_class():
    told = assumed({"contact": "surgical", "duration": "transient", "active": False})
    assert told["direct_contact_specific"] == ("III", ("true",), ())
    assert told["biological_effect_or_absorbed"] == ("IIb", ("true",), ())
    assert told["delivery_hazardous"] == ("IIb", ("true",), ("administers_medicine",))
    assert "reusable_surgical_instrument" not in told, "it would lower the class"
    assert "wound_role" in told
    assert not {"contact", "duration", "active", "sterile", "orifice_site"} & told.keys()


def test_what_is_stated_is_not_assumed():
    everything = {name: "false" for name, fact in LAW.facts.facts.items() if "false" in fact.answers and not fact.absent}
    everything |= {name: "none" for name, fact in LAW.facts.facts.items() if "none" in fact.values}
    assert classified(everything | {"contact": "intact_skin", "hardware": "true"}).assumed == ()


def test_the_worst_class_leaves_nothing_to_assume():
    assert classified({"ancillary_medicinal": True}).assumed == ()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_an_assumption_is_true_and_in_order(case):
    """Stating each assumed fact, with those that go with it, can lead to the class that is told."""
    result = of_case(case)
    order = [(-CLASSES.index(item.device_class), item.rule or 0) for item in result.assumed]
    assert order == sorted(order)
    by_fact = {item.fact: item for item in result.assumed}
    assert len(by_fact) == len(result.assumed)
    for item in result.assumed:
        assert item.fact not in case["facts"]
        assert item.question == LAW.facts.facts[item.fact].question
        assert CLASSES.index(item.device_class) > CLASSES.index(result.base_class)
        assert item.place.endswith(item.clause.removeprefix("through "))
        if not item.together_with:
            for value in item.would_be:
                raised = classified({**case["facts"], item.fact: value}, case.get("guidance"))
                assert raised.base_class == item.device_class
                assert raised.contradictions == result.contradictions


@pytest.mark.parametrize("case", list(CASES.values())[::9], ids=list(CASES)[::9])
@pytest.mark.verifies("REQ-CLA-03")
def test_no_single_fact_that_raises_the_class_is_missed(case):
    result = of_case(case)
    told = {item.fact for item in result.assumed}
    for name, definition in LAW.facts.facts.items():
        for value in definition.answers if name not in case["facts"] else ():
            other = classified({**case["facts"], name: value}, case.get("guidance"))
            if CLASSES.index(other.base_class) > CLASSES.index(result.base_class) and not other.contradictions:
                assert name in told, f"{name}: {value}"


# software by 3.3


def test_software_takes_the_class_of_what_it_drives():
    result = classified({"software": "drives_device", "driven_class": "IIb", "driven_rule": "12"})
    (hit,) = result.hits
    assert (hit.rule, hit.clause, hit.outcome) == (12, "through implementing rule 3.3", "3.3")
    assert (result.device_class, result.deciding_rules) == ("IIb", (12,))
    assert len(result.others) == 21


def test_own_hits_of_such_software_count_where_they_are_stricter():
    driving = {"software": "drives_device", "driven_class": "IIa", "driven_rule": 10}
    stricter = classified(driving | {"decision_impact": "death_irreversible"})
    assert (stricter.device_class, stricter.deciding_rules) == ("III", (11,))
    assert {hit.rule for hit in stricter.hits} == {10, 11}
    assert classified(driving | {"monitors": "physiological"}).deciding_rules == (10, 11)


@pytest.mark.parametrize("rule", [None, 0, 23, "ten", True])
def test_a_driven_class_without_its_rule_is_said(rule):
    result = classified({"software": "drives_device", "driven_class": "IIa"} | ({} if rule is None else {"driven_rule": rule}))
    assert (result.device_class, result.deciding_rules) == ("IIa", ())
    assert result.hits[0].place == "implementing rule 3.3"
    assert "number from 1 to 22" in result.remarks[0]
    assert len(result.others) == 22


def test_a_driven_class_that_is_not_stated_is_assumed_and_said():
    result = classified({"software": "drives_device"})
    assert (result.device_class, result.hits) == ("I", ())
    assert any("3.3" in remark for remark in result.remarks)
    worst = next(item for item in result.assumed if item.fact == "driven_class")
    assert (worst.device_class, worst.rule, worst.would_be, worst.place) == (
        "III",
        None,
        ("III",),
        "implementing rule 3.3",
    )


# guidance


def test_the_guidance_is_a_parameter():
    hook = OWN["rod-hook"]["facts"]
    assert (classified(hook).device_class, classified(hook).guidance) == ("III", REV_0)
    assert (classified(hook, REV_1).device_class, classified(hook, REV_1).guidance) == ("IIb", REV_1)
    assert RULES["8"].outcomes["i9_rod_hook"].confidence == "secondary"


def test_only_what_is_limited_to_a_revision_differs():
    for case in CASES.values():
        if not case["facts"].get("spinal_rod_hook"):
            assert classified(case["facts"], REV_0).hits == classified(case["facts"], REV_1).hits


def test_an_unknown_guidance_is_told_and_the_default_taken():
    result = classified({"contact": "none"}, "MDCG 2021-24 Rev1")
    (unknown,) = result.unknown
    assert (result.guidance, unknown.fact, unknown.suggestion) == (REV_0, "guidance", REV_1)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (f"{REV_1} and MDCG 2019-11", REV_1),
        ("mdcg 2021-24, rev 1", REV_1),
        ("MDCG 2021-24 Rev.10", None),
        ("MDCG 2021-24", None),
        (None, None),
    ],
)
def test_the_guidance_that_a_text_names(text, named):
    assert guidance_named(text, LAW) == named


@pytest.mark.parametrize(("declared", "same"), [("Is/Im", True), ("class Im, Is", True), ("Is", False), ("I", False), ("", False)])
def test_a_declared_class_is_the_same_with_all_its_suffixes_only(declared, same):
    result = classified({"contact": "intact_skin", "active": False, "sterile": True, "measuring": True})
    assert result.agrees_with(declared) is same


def test_a_fact_that_follows_is_told_as_such():
    (unknown,) = classified({"active": True, "device_class": "IIa"}).unknown
    assert (unknown.message, unknown.suggestion) == ("follows from other facts and is never stated", None)


@pytest.mark.parametrize("guidance", ["", 7, [], {}])
def test_any_other_guidance_is_told_too(guidance):
    result = classified({"contact": "none"}, guidance)
    assert (result.guidance, len(result.unknown)) == (REV_0, 1)


# forms and faults of what is handed over


@dataclass(frozen=True)
class Stated:
    value: Any
    argument: str | None = None


@pytest.mark.parametrize("form", [str, lambda value: value, lambda value: {"value": value, "argument": "why"}, Stated])
def test_forms_of_a_fact(form):
    facts = {"active": True, "role": "therapeutic", "energy": "electrical", "hazardous": True}
    words = {
        name: form(str(value).lower() if isinstance(value, bool) and form is str else value) for name, value in facts.items()
    }
    result = classified(words)
    assert (result.device_class, result.unknown) == ("IIb", ())
    assert result.facts == {"active": "true", "role": "therapeutic", "energy": "electrical", "hazardous": "true"}


@pytest.mark.parametrize("facts", [{}, None])
def test_nothing_is_class_i_by_rule_1_and_says_so(facts):
    result = classified(facts)
    assert (result.device_class, result.deciding_rules, result.unknown) == ("I", (1,), ())
    assert result.remarks == ("No fact is stated: the class rests on assumptions alone.",)
    assert {item.device_class for item in result.assumed} == {"IIa", "IIb", "III"}
    assert {"contact", "active", "software", "ancillary_medicinal"} <= {item.fact for item in result.assumed}


def test_facts_that_place_a_device_nowhere_are_said():
    result = classified({"contact": "surgical"})
    assert (result.device_class, result.hits, result.deciding_rules) == ("I", (), ())
    assert result.remarks[0].startswith("No rule hits")
    assert next(item for item in result.assumed if item.fact == "duration").device_class == "III"


@pytest.mark.parametrize(
    ("facts", "fact", "value", "suggestion"),
    [
        ({"contakt": "none"}, "contakt", "none", "contact"),
        ({"contact": "orifise"}, "contact", "orifise", "orifice"),
        ({"active": "True"}, "active", "True", "true"),
        ({"active": "yes"}, "active", "yes", None),
        ({"contact": False}, "contact", "false", None),
        ({"driven_rule": "ten"}, "driven_rule", "ten", None),
        ({"sterile": None}, "sterile", None, None),
        ({"sterile": ["true"]}, "sterile", None, None),
        ({"sterile": {"argument": "why"}}, "sterile", None, None),
        ({"sterile": 1.5}, "sterile", None, None),
        ({7: "x"}, "7", "x", None),
        ({None: True}, "None", "true", "noise"),
    ],
)
def test_what_the_vocabulary_does_not_know_is_reported(facts, fact, value, suggestion):
    result = classified(facts)
    (unknown,) = result.unknown
    assert (unknown.fact, unknown.value, unknown.suggestion) == (fact, value, suggestion)
    assert unknown.message
    assert result.facts == {}


@pytest.mark.parametrize("facts", ["contact", ["contact"], 7, True])
def test_what_is_no_mapping_is_reported(facts):
    (unknown,) = classified(facts).unknown
    assert unknown.fact == "facts"


def test_contradictions_are_reported_and_the_class_is_still_given():
    result = classified({"software": "standalone", "active": False, "decision_impact": "some"})
    assert result.device_class == "IIa"
    (conflict,) = result.contradictions
    assert dict(conflict.because) == {"software": "standalone", "active": "false"}
    assert conflict.why
    assert conflict.basis == "Article 2(4)"


def test_a_product_without_a_medical_purpose():
    assert "Annex XVI" in classified({"contact": "none", "medical_purpose": False}).remarks[0]


def test_the_public_function():
    assert public_classify({"contact": "implant", "duration": "long"}).device_class == "IIb"
    assert public_classify(OWN["rod-hook"]["facts"], guidance=REV_1).device_class == "IIb"


# the data


def test_the_rules_are_complete():
    assert list(RULES) == [str(number) for number in range(1, 23)]
    assert list(LAW.annex_viii.definitions) == ["1.1", "1.2", "1.3", *(f"2.{number}" for number in range(1, 9))]
    assert list(LAW.annex_viii.implementing) == [f"3.{number}" for number in range(1, 8)]
    sections = [rule.section for rule in RULES.values()]
    assert sections == [
        *(f"4.{n}" for n in (1, 2, 3, 4)),
        *(f"5.{n}" for n in (1, 2, 3, 4)),
        *(f"6.{n}" for n in range(1, 6)),
        *(f"7.{n}" for n in range(1, 10)),
    ]
    assert LAW.annex_viii.guidance.default == REV_0
    assert set(LAW.annex_viii.guidance.revisions) == {REV_0, REV_1}


@pytest.mark.parametrize("number", RULES)
def test_a_rule(number):
    rule = RULES[number]
    for id_, outcome in rule.outcomes.items():
        assert outcome.replaces is None or outcome.replaces in set(rule.outcomes) - {id_}
        assert outcome.general or outcome.when is not None, f"{id_} always holds"
        assert set(outcome.guidance) <= set(LAW.annex_viii.guidance.revisions)
        assert names(outcome.when) <= set(LAW.facts.facts), "the rules ask stated facts only"
    assert len({outcome.clause for outcome in rule.outcomes.values()}) == len(rule.outcomes)
    assert names(rule.scope) <= set(LAW.facts.facts)
    assert all(other > int(number) or number == "13" for other in rule.yields_to)
    assert sum(outcome.general for outcome in rule.outcomes.values()) <= 1


def test_definitions_name_facts_of_the_vocabulary():
    assert all(set(definition.facts) <= set(LAW.facts.facts) for definition in LAW.annex_viii.definitions.values())
