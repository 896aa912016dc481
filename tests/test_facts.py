"""What is known of a device: stated facts, those that follow, and what becomes of conditions over them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mdr_blueprint import classify, compile
from mdr_blueprint.classification import reading
from mdr_blueprint.conditions import Is, names, parse
from mdr_blueprint.facts import known_of, subjects
from mdr_blueprint.load import load_law
from mdr_blueprint.model.library import GsprItem

LAW = load_law()
SCANNER = {"active": True, "role": "diagnostic", "energy_to_body": True, "contact": "intact_skin", "software": "part_of_device", "ifu": True}


@pytest.mark.verifies("REQ-FAC-01")
def test_facts_that_follow_are_told_by_those_that_are_stated():
    known = known_of({"software": "standalone"}, LAW)
    assert known.values["electronic"] == "true"
    assert known.why(parse({"electronic": "true"})) == "applies because software = standalone"
    assert known_of({"software": "none", "programmable": False}, LAW).judge(parse({"electronic": "true"})).holds is False


@pytest.mark.verifies("REQ-FAC-01")
def test_what_is_not_stated_leaves_a_condition_open_and_is_named():
    outcome = known_of(SCANNER, LAW).judge(LAW.gspr["22.1"].when)
    assert (outcome.holds, outcome.open) == (None, ("lay_user",))
    assert known_of({**SCANNER, "lay_user": False}, LAW).judge(LAW.gspr["22.1"].when).holds is False


def test_the_class_drives_conditions_only_once_something_is_known_of_the_device():
    assert "device_class" not in known_of({}, LAW).values
    assert known_of(SCANNER, LAW).values["device_class"] == "IIa"
    assert known_of({}, LAW).judge(Is("device_class", ("IIa",))).open == ("active", "contact")


def test_names_and_values_outside_the_vocabulary_drive_nothing():
    assert known_of({"activ": True, "contact": "skin", "sterile": "no"}, LAW).stated == {}


def test_every_form_of_a_fact_is_the_same_fact():
    forms = (True, "true", {"value": True}, {"value": "true", "argument": "why"})
    assert len({known_of({"sterile": form}, LAW).stated["sterile"] for form in forms}) == 1


@pytest.mark.verifies("REQ-FAC-02")
def test_every_condition_of_annex_i_is_decided_by_stated_facts():
    """Whatever the answers, no row stays open once every fact is stated."""
    everything = {name: fact.answers[0] for name, fact in LAW.facts.facts.items() if fact.answers}
    known = known_of(everything, LAW)
    assert [key for key, item in LAW.gspr.items() if known.judge(item.when).holds is None] == []


def _rows(facts: dict[str, object]) -> set[str]:
    known = known_of(facts, LAW)
    return {key for key, item in LAW.gspr.items() if item.answerable and known.judge(item.when).holds}


@pytest.mark.verifies("REQ-FAC-03")
@pytest.mark.parametrize(
    ("fact", "added"),
    [
        ({"sterile": True}, {"11.4", "11.5", "23.2(l)", "23.3(a)"}),
        ({"measuring": True}, {"15.2"}),
        ({"ionising": "diagnostic"}, {"16.4(a)", "16.4(c)"}),
        ({"lay_user": True}, {"22.1", "23.4(w)"}),
        ({"biological_origin": "animal"}, {"13.2(a)", "23.2(e)/i3"}),
        ({"ancillary_medicinal": True}, {"12.1", "23.2(e)/i1"}),
    ],
)
def test_a_fact_brings_its_rows(fact, added):
    without = {name: "none" if isinstance(value, str) else False for name, value in fact.items()}
    new = _rows(SCANNER | fact) - _rows(SCANNER | without)
    assert added <= new


def test_active_implantables_have_section_19_and_not_18_1():
    rows = _rows({**SCANNER, "active_implantable": True, "contact": "implant"})
    assert {"19.1(a)", "19.3", "19.4"} <= rows
    assert "18.1" not in rows


def test_a_condition_rests_on_facts_that_a_person_can_state():
    known = known_of({}, LAW)
    for item in LAW.gspr.values():
        assert isinstance(item, GsprItem)
        if names(item.when):
            outcome = known.judge(item.when)
            assert outcome.holds is None
            assert set(outcome.open) <= set(LAW.facts.facts)


def test_variants_accessories_and_parts_are_subjects_of_their_own(tmp_path: Path):
    (tmp_path / "project.yaml").write_text("project: {title: P}\n")
    (tmp_path / "device.yaml").write_text(
        """device: {name: D, facts: {active: true, role: diagnostic, energy_to_body: true, contact: intact_skin}}
variants:
  V-SAME: {title: same, facts: {}}
  V-CT: {title: with X-ray source, facts: {ionising: diagnostic}}
  V-OLD: {title: withdrawn, facts: {ionising: diagnostic}, retired: {date: 2026-01-01, reason: withdrawn}}
accessories:
  A-OLD: {title: withdrawn, facts: {active: false, contact: intact_skin}, retired: {date: 2026-01-01, reason: withdrawn}}
  A-PAD: {title: pad, facts: {active: false, contact: intact_skin}, classification: {device_class: I, rule: 1}}
components:
  C-COIL: {title: coil, sold_separately: true, facts: {active: true, role: diagnostic, energy_to_body: true}}
  C-FRAME: {title: frame}
"""
    )
    compilation = compile(tmp_path)
    found = {s.entry.id: (s.known.classified.device_class, s.declared) for s in subjects(compilation.dossier, compilation.law)}
    assert found == {"V-CT": ("IIb", None), "A-PAD": ("I", "I"), "C-COIL": ("IIa", None)}


def test_classify_from_python_reads_as_the_handbook_says():
    result = classify({"active": True, "role": "diagnostic", "energy_to_body": True, "contact": "intact_skin"})
    assert (result.device_class, result.deciding_rules) == ("IIa", (10,))


@pytest.mark.verifies("REQ-SRC-04")
def test_what_an_unknown_fact_may_mean_is_sought_only_to_be_told(tmp_path, monkeypatch):
    """Each search goes through the whole vocabulary, and the facts are asked for by every rule."""
    sought = []
    monkeypatch.setattr(reading, "nearest", lambda word, known: sought.append(word))
    assert known_of({"activ": "true", "active": "maybe"}, LAW).stated == {}
    assert sought == []
    assert len(classify({"activ": "true", "active": "maybe"}).unknown) == 2
    assert sought == ["activ", "maybe"]
