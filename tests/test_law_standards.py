"""Standards and guidance as data: the harmonised list is whole, each says what facts call for it, nothing points nowhere."""

from __future__ import annotations

import re

import pytest

from mdr_blueprint import compile, conditions, library
from mdr_blueprint.clause_tree import in_force
from mdr_blueprint.facts import known_of
from mdr_blueprint.load import load_law
from mdr_blueprint.rules.law.clauses import TABLES
from mdr_blueprint.write.site.handbook_standards import standard_pages

LAW = load_law()
STANDARDS = {id_: standard for id_ in LAW.standard_ids if (standard := LAW.standard(id_))}
DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
MONTH = re.compile(r"\d{4}(-\d{2})?(-\d{2})?\Z")

HARMONISED = """
iec-60601-1 iec-60601-2-83 iec-60118-0 iso-13485 iso-14971 iso-14155 iso-15223-1 iso-17664-1 iso-17664-2
iso-10993-1 iso-10993-4 iso-10993-5 iso-10993-9 iso-10993-10 iso-10993-12 iso-10993-15 iso-10993-17 iso-10993-18 iso-10993-23
iso-18562-1 iso-18562-2 iso-18562-3 iso-18562-4 iso-80369-2
iso-11135 iso-11137-1 iso-11137-2 iso-17665 iso-25424 iso-14160 iso-13408-1 iso-13408-6 en-556-1 en-556-2
iso-11607-1 iso-11607-2 iso-11737-1 iso-11737-2
en-285 en-13060 en-14180 en-14222 iso-15883-1 iso-15883-2 iso-15883-3 iso-15883-7
en-455-1 en-455-2 en-455-3 en-14683 en-13795-1 en-13795-2
iso-14630 iso-14607 iso-7197 iso-21535 iso-21536
en-1865-2 en-1865-6 iso-12870 iso-14889 iso-22675 iso-23908 iso-1135-4 iso-1135-5
"""
"""The 65 references of the list under Regulation (EU) 2017/745 after Decision (EU) 2026/1231, by a secondary compilation."""

EXPECTED_UNLISTED = """
iec-62304 iec-62366-1 iec-81001-5-1 iec-60601-1-2 iec-60601-2-33 iec-60601-2-37 iso-20417 iec-62353
"""
"""State of the art that reviewers expect, not on the list."""

COMMON = {"iso-13485", "iso-14971", "iso-15223-1", "iso-20417", "iec-62366-1"}
SCANNER = {
    "active": True, "hardware": True, "contact": "intact_skin", "role": "diagnostic", "modality": "mri", "ionising": "none",
    "software": "part_of_device", "networked": True, "sterile": False, "channels_or_stores": "none", "alarms": False,
    "home_use": False, "emergency_use": False, "closed_loop_controller": False, "enclosure": True, "image_display": False,
    "goes_into_mr_room": False, "for_investigation": False, "reusable": False, "breathing_gas_path": False,
    "small_bore_connector": False, "product_group": "none",
}  # fmt: skip


def called_for(**facts):
    known = known_of(facts, LAW)
    return {id_ for id_, it in STANDARDS.items() if it.always or (it.when is not None and known.judge(it.when).holds)}


def left_open(**facts):
    known = known_of(facts, LAW)
    return {id_ for id_, it in STANDARDS.items() if it.when is not None and known.judge(it.when).holds is None}


def test_the_harmonised_list_is_whole():
    listed = {id_ for id_, it in STANDARDS.items() if it.status == "harmonised"}
    assert len(HARMONISED.split()) == 65
    assert listed == set(HARMONISED.split())
    assert {id_ for id_, it in STANDARDS.items() if it.oj is not None and it.oj.listed == "yes"} == listed
    assert {STANDARDS[id_].status for id_ in EXPECTED_UNLISTED.split()} == {"state_of_the_art"}
    assert {STANDARDS[id_].oj.listed for id_ in EXPECTED_UNLISTED.split()} == {"no"}


@pytest.mark.verifies("REQ-LIB-03")
@pytest.mark.parametrize("id_", STANDARDS)
def test_a_standard_is_dated_and_points_to_what_exists(id_):
    standard = STANDARDS[id_]
    assert standard.id == id_
    assert DAY.match(standard.checked)
    assert len(standard.editions) == len(set(standard.editions))
    assert standard.edition == standard.editions[-1]
    assert set(standard.supports) <= set(LAW.gspr)
    assert standard.successor is None or standard.successor in STANDARDS
    if standard.oj is not None:
        assert standard.oj.listed in ("yes", "no")
        assert standard.oj.decision
        assert DAY.match(standard.oj.date)
        assert standard.oj.confidence in ("secondary", "unverified"), "nobody read the Official Journal"
    if standard.status == "harmonised":
        assert standard.european, "what is listed is the European edition"


@pytest.mark.parametrize("id_", STANDARDS)
def test_what_calls_for_a_standard_is_written_over_facts(id_):
    standard = STANDARDS[id_]
    assert not (standard.always and standard.when), "always, or by facts"
    vocabulary = {**LAW.facts.facts, **LAW.facts.derived}
    for clause in conditions.clauses(standard.when) if standard.when else ():
        assert clause.fact in vocabulary
        assert set(clause.values) <= set(vocabulary[clause.fact].answers), clause.fact


def test_every_product_group_calls_for_a_standard():
    groups = set(LAW.facts.facts["product_group"].values) - {"none"}
    named = {
        value
        for standard in STANDARDS.values()
        for clause in (conditions.clauses(standard.when) if standard.when else ())
        if clause.fact == "product_group"
        for value in clause.values
    }
    assert named == groups


def test_a_standard_that_nothing_calls_for_is_a_tool_or_says_why():
    silent = {id_ for id_, it in STANDARDS.items() if not it.always and it.when is None}
    assert {id_ for id_ in silent if not STANDARDS[id_].note} == {
        "astm-d4169", "iec-60068-2-1", "iec-60068-2-2", "iec-60068-2-27", "iec-60068-2-31", "iec-60068-2-6", "iec-60068-2-64",
        "iec-60068-2-78", "iec-60601-1-9", "iec-tr-60601-4-5", "iec-tr-62366-2", "ista-3a", "ista-3b", "iso-tr-20416",
        "iso-tr-24971", "nema-ms-1", "nema-ms-10", "nema-ms-12", "nema-ms-14", "nema-ms-2", "nema-ms-3", "nema-ms-4",
        "nema-ms-5", "nema-ms-6", "nema-ms-8", "nema-ms-9", "nema-nu-1", "nema-nu-2",
    }  # fmt: skip


def test_some_standards_every_device_meets():
    assert {id_ for id_, it in STANDARDS.items() if it.always} == COMMON
    assert called_for() == COMMON


def test_what_a_scanner_calls_for():
    assert called_for(**SCANNER) - COMMON == {
        "iec-60529", "iec-60601-1", "iec-60601-1-2", "iec-60601-1-6", "iec-60601-2-33", "iec-62304", "iec-62353", "iec-62464-1",
        "iec-62570", "iec-81001-5-1", "iso-10993-1", "iso-10993-5", "iso-10993-10", "iso-10993-23",
    }  # fmt: skip
    assert left_open(**SCANNER) == set()


@pytest.mark.parametrize(
    ("changed", "more", "less"),
    [
        ({"sterile": True, "sterilisation_method": "ethylene_oxide"},
         "en-556-1 iso-11135 iso-11607-1 iso-11607-2 iso-11737-1 iso-11737-2", ""),
        ({"sterile": True, "sterilisation_method": "aseptic"}, "en-556-2 iso-13408-1", ""),
        ({"ionising": "diagnostic", "modality": "xray_ct", "xray_tube": True},
         "iec-60601-1-3 iec-60601-2-28 iec-60601-2-44 iec-61223-3-5", "iec-60601-2-33 iec-62464-1 iec-62570"),
        ({"alarms": True, "home_use": True, "emergency_use": True, "closed_loop_controller": True},
         "iec-60601-1-8 iec-60601-1-10 iec-60601-1-11 iec-60601-1-12", ""),
        ({"software": "none", "programmable": False}, "", "iec-62304 iec-81001-5-1"),
        ({"networked": False}, "", "iec-81001-5-1"),
        ({"goes_into_mr_room": True}, "astm-f2052 astm-f2213", ""),
        ({"reusable": True}, "iso-17664-2", ""),
        ({"breathing_gas_path": True, "small_bore_connector": True},
         "iso-18562-1 iso-18562-2 iso-18562-3 iso-18562-4 iso-80369-2", ""),
        ({"active": False, "modality": "none"}, "",
         "iec-60529 iec-60601-1 iec-60601-1-2 iec-60601-1-6 iec-60601-2-33 iec-62353 iec-62464-1 iec-62570"),
    ],
)  # fmt: skip
def test_one_fact_changes_what_is_called_for(changed, more, less):
    before, after = called_for(**SCANNER), called_for(**SCANNER | changed)
    assert (after - before, before - after) == (set(more.split()), set(less.split()))


def test_an_implant_calls_for_the_deeper_parts_of_biological_evaluation():
    implant = {"active": False, "hardware": True, "contact": "implant", "duration": "long", "blood_contact": True,
               "software": "none", "sterile": True, "sterilisation_method": "radiation"}  # fmt: skip
    assert called_for(**implant) - COMMON == {
        "iso-10993-1", "iso-10993-4", "iso-10993-5", "iso-10993-9", "iso-10993-10", "iso-10993-17", "iso-10993-18", "iso-10993-23",
        "iso-14630", "en-556-1", "iso-11137-1", "iso-11137-2", "iso-11607-1", "iso-11607-2", "iso-11737-1", "iso-11737-2",
    }  # fmt: skip


def test_software_alone_calls_for_no_standard_of_equipment():
    software = {"active": True, "hardware": False, "contact": "none", "software": "standalone", "networked": True,
                "channels_or_stores": "none", "image_display": False, "product_group": "none", "sterile": False}  # fmt: skip
    assert called_for(**software) - COMMON == {"iec-62304", "iec-82304-1", "iec-81001-5-1"}
    assert left_open(**software) == {"iso-14155"}


def test_a_steriliser_is_no_medical_electrical_equipment():
    steriliser = {"active": True, "hardware": True, "contact": "none", "product_group": "small_steam_steriliser"}
    assert "en-13060" in called_for(**steriliser)
    assert "iec-60601-1" not in called_for(**steriliser)


def test_what_is_not_stated_stays_open_and_says_which_fact():
    known = known_of({"active": True}, LAW)
    outcome = known.judge(STANDARDS["iec-60601-1"].when)
    assert outcome.holds is None
    assert set(outcome.open) == {"hardware", "contact", "product_group"}
    held = known_of(SCANNER, LAW).judge(STANDARDS["iec-60601-2-33"].when)
    assert ("modality", "mri") in held.because
    assert "me_equipment" not in dict(held.because), "told by facts that a person states"


GUIDANCE = """
mdcg-2018-1 mdcg-2018-3 mdcg-2018-5 mdcg-2019-1 mdcg-2019-7 mdcg-2019-8 mdcg-2019-9 mdcg-2019-11 mdcg-2019-13 mdcg-2019-15
mdcg-2019-16 mdcg-2020-1 mdcg-2020-3 mdcg-2020-5 mdcg-2020-6 mdcg-2020-7 mdcg-2020-8 mdcg-2020-13 mdcg-2021-1 mdcg-2021-3
mdcg-2021-5 mdcg-2021-11 mdcg-2021-12 mdcg-2021-24 mdcg-2021-25 mdcg-2022-4 mdcg-2022-5 mdcg-2022-7 mdcg-2022-21 mdcg-2023-3
mdcg-2023-4 mdcg-2023-7 mdcg-2024-2 mdcg-2024-14 mdcg-2025-4 mdcg-2025-6 mdcg-2025-7 mdcg-2025-8 mdcg-2025-9 mdcg-2025-10
mdcg-2026-1 mdcg-2026-2 mdcg-2026-3 mdcg-2026-4 mdcg-2026-5 manual-on-borderline-and-classification language-table qa-article-10a
"""


def test_the_register_of_guidance_is_whole():
    documents = LAW.guidance.documents
    assert set(GUIDANCE.split()) <= set(documents)
    assert documents["mdcg-2021-24"].revision == "1"
    assert documents["mdcg-2021-24"].earlier == ("0",)


@pytest.mark.parametrize("id_", LAW.guidance.documents)
def test_a_guidance_document(id_):
    document = LAW.guidance.documents[id_]
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", id_)
    assert re.fullmatch(r"\d+(\.\d+)?", document.revision)
    assert document.revision not in document.earlier
    assert list(document.earlier) == sorted(document.earlier, key=float)
    assert all(float(earlier) < float(document.revision) for earlier in document.earlier)
    assert document.date is None or MONTH.match(document.date)
    assert document.confidence
    assert document.subject
    if document.confidence == "unverified" or document.status != "current":
        assert document.note


CLAUSES = STANDARDS["iec-60601-1"].clauses


def excluded(**facts):
    """The clauses of the general standard that facts exclude by themselves."""
    known = known_of(facts, LAW)
    return {key for key, item in CLAUSES.items() if item.when is not None and known.judge(item.when).holds is False}


@pytest.mark.verifies("REQ-LIB-04")
def test_every_pointer_into_the_risk_file_says_what_it_looks_for():
    hooks = {key: item for key, item in CLAUSES.items() if item.rm_hook}
    assert len(hooks) == 111
    asked = [item.asks for item in hooks.values()]
    assert all(asked)
    assert len(set(asked)) == len(asked), "each asks for something of its own"
    steps = set(STANDARDS["iso-14971"].clauses)
    for key, item in hooks.items():
        assert item.steps, key
        assert set(item.steps) <= steps, key
        assert list(item.steps) == sorted(item.steps, key=list(STANDARDS["iso-14971"].clauses).index), key
        assert item.confidence in ("secondary", "unverified"), key
    assert sum(item.confidence == "secondary" for item in hooks.values()) == 42
    assert {key for key, item in hooks.items() if "doubtful" in (item.note or "")} == {"9.7.5", "13.1.1", "16.5"}
    assert {key for key, item in CLAUSES.items() if "may point into" in (item.note or "")} == {"7.2.2", "7.2.5"}


@pytest.mark.verifies("REQ-LIB-04")
@pytest.mark.parametrize("id_", STANDARDS)
def test_no_pack_of_clauses_claims_to_be_checked(id_):
    standard = STANDARDS[id_]
    assert standard.checked_by is None
    for item in standard.clauses.values():
        assert all(figure.confidence in ("secondary", "unverified") for figure in item.figures)


@pytest.mark.parametrize(
    ("fact", "value", "clauses"),
    [
        ("pressure", False, "7.2.18 9.7 9.7.1 9.7.2 9.7.3 9.7.4 9.7.5 9.7.6 9.7.7 9.7.8"),
        ("battery", False, "7.3.3 7.9.2.4 15.4.3 15.4.3.1 15.4.3.2"),
        ("moving_parts", False, "9.2 9.2.1"),
        ("on_wheels", False, "7.2.21 9.4.2.4 9.4.2.4.1 9.4.2.4.2 9.4.2.4.3"),
        ("person_support", False, "9.8.3 9.8.3.1 9.8.3.2"),
        ("motors", False, "13.2.8 13.2.9 13.2.10"),
        ("liquid_inside", "none", "11.6.2 11.6.4 13.2.6"),
        ("liquid_inside", "closed", "11.6.2"),
        ("light_emitted", "none", "10.4 10.5 10.6 10.7"),
        ("light_emitted", "laser", "10.5 10.6 10.7"),
        ("light_emitted", "several", ""),
        ("defibrillation_proof", False, "8.5.5 8.5.5.1 8.5.5.2"),
        ("hand_or_foot_control", False, "8.10.4 15.4.7 15.4.7.1 15.4.7.2 15.4.7.3"),
        ("fire_or_oxygen", False, "6.5 11.2.2 11.2.2.1 11.2.3 11.4 13.2.11"),
        ("alarms", False, "12.3"),
        ("networked", False, "14.13"),
        (
            "mains_powered",
            False,
            "4.10.2 7.2.6 7.2.7 7.3.7 7.3.8 7.7.4 7.7.5 7.9.2.7 7.9.3.4 8.4.3 8.11 8.11.1 8.11.3 8.11.5 8.11.6",
        ),
        ("sterile", False, "7.9.2.18"),
        ("ionising", "none", "10.1.2 12.4.5.2 12.4.5.3"),
        ("ionising", "therapeutic", ""),
        ("ionising", "diagnostic", "12.4.5.3"),
        ("emits_radiation", False, "7.9.2.17 12.4.5 12.4.5.1 12.4.5.4"),
    ],
)
def test_one_fact_excludes_these_clauses_and_no_others(fact, value, clauses):
    assert excluded(**{fact: value}) == set(clauses.split())


def test_facts_that_exclude_a_clause_together():
    assert {"6.4", "11.6.7"} <= excluded(sterile=False, sterilised_before_use=False)
    assert {"16"} <= excluded(combined_use=False, interoperable=False, networked=False)
    assert {"14"} <= excluded(software="none", programmable=False)
    assert {"10.2"} <= excluded(ionising="none", modality="mri")
    assert "12.4.5.2" in excluded(ionising="therapeutic", xray_tube=False)
    assert {"8.5.3"} <= excluded(mains_powered=False, battery=False)
    assert {"7.2.10", "8.5.2", "11.1.2", "11.7"} <= excluded(
        hardware=True, contact="none", fluid_path_contact=False, body_contact_materials=False, person_support=False
    )
    assert excluded() == set(), "what nobody has stated excludes nothing"


@pytest.mark.parametrize(
    ("clause", "facts"),
    [
        ("8.5.3", {"mains_powered": False, "battery": True}),
        ("15.5", {"mains_powered": False, "battery": True}),
        ("16", {"combined_use": False, "interoperable": False, "networked": True}),
        ("11.5", {"fire_or_oxygen": False}),
        ("10.2", {"ionising": "diagnostic", "xray_tube": True, "modality": "xray_ct"}),
        ("12.4.5.2", {"ionising": "therapeutic", "xray_tube": True}),
        ("12.4.5.4", {"ionising": "diagnostic", "emits_radiation": True}),
        ("8.5.2", {"hardware": True, "contact": "none", "fluid_path_contact": False, "body_contact_materials": False,
                   "person_support": True}),
    ],
)  # fmt: skip
def test_facts_that_only_seem_to_exclude_a_clause(clause, facts):
    """A floating part on battery, a separating transformer off the mains, a computer at an interface, spirit for cleaning, a tracer
    beside a tube, imaging in therapy, light beside X-rays, a table under a dressed patient.
    """
    assert clause not in excluded(**facts)


def test_facts_that_hold_exclude_nothing():
    everything = {name: "true" for name, fact in LAW.facts.facts.items() if "true" in fact.answers}
    everything |= {"contact": "surgical", "ionising": "therapeutic", "software": "part_of_device", "liquid_inside": "open",
                   "light_emitted": "several", "modality": "none", "sterilisation_method": "radiation"}  # fmt: skip
    assert excluded(**everything) == set()


def clauses_of(id_, edition):
    return in_force(STANDARDS[id_], edition)


@pytest.mark.verifies("REQ-LIB-04")
def test_editions_of_the_particular_standards_differ():
    new = set(clauses_of("iec-60601-2-33", "4.0")) - set(clauses_of("iec-60601-2-33", "3.2"))
    assert new == {"201/accessory-labels", "201/field-shut-down", "201/room-noise", "201/transmit-figures"}
    border = {figure.value: figure.editions for figure in STANDARDS["iec-60601-2-33"].clauses["201.7"].figures}
    assert border == {"0.5": ("3.0", "3.1", "3.2"), "0.9": ("4.0",)}
    gone = set(clauses_of("iec-60601-2-37", "2.1")) - set(clauses_of("iec-60601-2-37", "3.0"))
    assert gone == {"201.11.1", "201.11.1.2.2", "201.11.6"}


@pytest.mark.verifies("REQ-LIB-04")
def test_a_clause_that_is_replaced_leaves_its_pointer_into_the_risk_file_where_it_goes():
    found = [
        (id_, key)
        for id_, standard in STANDARDS.items()
        for key, item in standard.clauses.items()
        if item.mode in ("replaced", "not_applicable") and CLAUSES[item.changes or ""].rm_hook and not item.rm_hook
    ]
    assert found == []
    assert STANDARDS["iec-60601-2-37"].clauses["201.11.1.2.2"].mode == "replaced"


@pytest.mark.parametrize("id_", ["iec-60601-2-33", "iec-60601-2-37"])
def test_a_particular_standard_changes_the_clause_that_its_number_says(id_):
    standard = STANDARDS[id_]
    assert standard.base == "iec-60601-1"
    for key, item in standard.clauses.items():
        if item.changes is not None:
            assert key.startswith("201.")
            assert f"{key[4:]}.".startswith(f"{item.changes}."), "the clause itself, or one below it"
            assert item.changes in CLAUSES


@pytest.mark.parametrize(
    ("quantity", "part_type", "current", "normal", "fault"),
    [
        ("patient leakage current", "BF", "ac", "100", "500"),
        ("patient leakage current", "CF", "ac", "10", "50"),
        ("patient leakage current", "CF", "dc", "10", "50"),
        ("total patient leakage current", "B", "ac", "500", "1000"),
        ("total patient leakage current", "BF", "ac", "500", "1000"),
        ("total patient leakage current", "BF", "dc", "50", "100"),
        ("total patient leakage current", "CF", "ac", "50", "100"),
        ("patient auxiliary current", "B", "ac", "100", "500"),
        ("patient auxiliary current", "B", "dc", "10", "50"),
        ("touch current", None, None, "100", "500"),
        ("earth leakage current", None, None, "5", "10"),
    ],
)
def test_leakage_that_is_allowed(quantity, part_type, current, normal, fault):
    found = {
        figure.condition: figure.value
        for figure in CLAUSES["8.7.3"].figures
        if (figure.quantity, figure.part_type, figure.current) == (quantity, part_type, current)
    }
    assert found == {"normal": normal, "single_fault": fault}


def test_the_handbook_shows_what_a_clause_asks_when_and_in_which_edition():
    pages = {page.path: page.body for page in standard_pages(LAW)}
    general, mri = pages["standard-iec-60601-1.html"], pages["standard-iec-60601-2-33.html"]
    assert "111 clauses point into the risk management file" in general
    assert "pressure = true" in general
    assert "since 4.0" in mri
    assert "12.4 added" in mri
    assert "at most 0.9 mT" in mri
    assert "nobody has compared" in mri
    assert "Points into the risk file" not in mri, "a column that is empty is left out"


def test_every_kind_of_measurement_is_explained():
    readme = (library.folder("gspr") / "README.md").read_text()
    assert [kind for kind in TABLES if f"| `{kind}` |" not in readme] == []
    used = {item.table for standard in STANDARDS.values() for item in standard.clauses.values() if item.table}
    assert used == set(TABLES)


@pytest.mark.parametrize(
    ("clause", "hint"),
    [("8.5.99", "did you mean 8.5.5?"), ("8.7.33", "did you mean 8.7.3?"), ("9.6.sound", "9.6 has 9.6.1, 9.6.2 and 9.6.3")],
)
def test_an_unknown_clause_is_looked_for_beside_it_first(tmp_path, clause, hint):
    (tmp_path / "project.yaml").write_text(
        f'project: {{title: T}}\nclauses: {{iec-60601-1: {{"{clause}": {{verdict: N/A, remark: no such part}}}}}}\n'
    )
    (said,) = (finding.message for finding in compile(tmp_path).report.findings if finding.code == "VER521")
    assert said.endswith(f"; {hint}")
