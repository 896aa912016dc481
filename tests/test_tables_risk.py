"""What the tables say of risks, controls and benefits: levels, proofs, rejected options, what users are told, what is left."""

from __future__ import annotations

from pathlib import Path

import pytest

from mdr_blueprint.pipeline import compile
from mdr_blueprint.revision import Revision
from mdr_blueprint.tables import Gap, Inputs, Lines, MatrixField, RecordLink, Table, Tables
from mdr_blueprint.tables.shapes import words
from mdr_blueprint.write.site.html import HtmlWriter
from mdr_blueprint.write.site.records import CardWriter, Headings

NAMES = (
    "risks", "hazards", "harms", "hazard_tree", "hazard_trace", "matrix_before", "matrix_after", "not_acceptable", "residual_risks",
    "benefits", "benefit_risk", "controls", "rejected_options", "control_verification", "information_for_safety", "disclosures",
    "introduced",
)  # fmt: skip
POLICY = """
risk_policy:
  severity: [minor, serious, fatal]
  probability: {unit: per use, bands: {rare: 1e-4, frequent: 1}}
  p2: {bands: {seldom: 0.1, often: 1}}
  combine: {rare: {seldom: rare, often: rare}, frequent: {seldom: rare, often: frequent}}
  matrix:
    minor: {rare: acceptable, frequent: acceptable}
    serious: {rare: acceptable, frequent: not_acceptable}
    fatal: {rare: not_acceptable, frequent: not_acceptable}
  not_estimable: {minor: acceptable}
  disclose_from: fatal
"""
LAMP = f"""
device: {{name: Lamp, revision: v2}}
variants: {{V-HOT: {{title: Hot lamp}}}}
{POLICY}
hazards:
  HZ-HEAT: {{title: Heat}}
  HZ-COLD: {{title: Cold, not_arising: the lamp holds nothing cold}}
  HZ-LIGHT: {{title: Light}}
  HZ-GONE: {{title: Gone, retired: {{reason: merged}}}}
harms:
  HARM-RED: {{title: Red skin, severity: minor, author: {{name: Dr Med, role: Physician}}}}
  HARM-BURN: {{title: Burn, severity: serious}}
  HARM-DEATH: {{title: Death, severity: fatal}}
failure_modes: {{FM-1: {{title: Sensor stuck}}}}
situations:
  HS-1:
    title: Hand on the lamp
    hazards: [HZ-HEAT]
    condition: normal
    exposed: [user, patient]
    applies_to: [V-HOT]
    sequences:
      SEQ-1: {{events: [{{text: The sensor sticks, cause: FM-1}}, {{text: A hand touches it}}]}}
      SEQ-2: {{events: [{{text: Nobody looks}}]}}
    risks:
      R-1:
        harm: HARM-BURN
        initial: {{p1: 0.2, p2: often, basis: ["EV-1#1"]}}
        controls: [RC-1, RC-2]
        residual: {{p1: rare, p2: often, harm: HARM-RED, basis: [EV-1]}}
        reduction_argument: A dimmer lamp lights nothing.
      R-2: {{harm: HARM-RED, initial: {{not_estimable: nobody knows}}, reduction_argument: minor}}
  HS-2:
    title: House burns
    hazards: [HZ-HEAT, HZ-LIGHT]
    illustrative: true
    risks:
      R-3:
        harm: HARM-DEATH
        initial: {{p: frequent}}
        controls: [RC-3]
        residual: {{p: rare}}
        reduction_argument: Any hotter part would be needed.
        benefit_risk: BR-1
        disclosed_in: [ST-2]
      R-4: {{harm: HARM-BURN, initial: {{p: frequent}}, controls: [RC-3]}}
      R-5: {{harm: HARM-DEATH, initial: {{p: frequent}}}}
  HS-3: {{title: Nothing known}}
  HS-9: {{title: Over, hazards: [HZ-HEAT], retired: {{reason: merged}}, risks: {{R-9: {{harm: HARM-BURN, controls: [RC-1]}}}}}}
controls:
  RC-1:
    kind: inherent
    text: A dim lamp
    acts_on: [p1]
    implemented_by: [REQ-1]
    verified_implementation: [TC-1]
    verified_effectiveness: ["EV-1#1", TC-2]
    introduces: {{situations: [HS-2]}}
  RC-2:
    kind: protective
    text: A grid
    acts_on: [p1]
    verified_implementation: [EV-2]
    introduces: {{none: it is cold}}
    options_considered: [{{kind: inherent, text: No lamp, rejected: nothing would be lit}}, {{kind: inherent, text: A cold lamp}}]
  RC-3:
    kind: information_for_safety
    text: Keep away
    acts_on: [p]
    implemented_by: [ST-1, ST-2]
    verified_effectiveness: [EV-3]
requirements: {{REQ-1: {{title: Dim}}}}
tests: {{TC-1: {{title: Measure}}, TC-2: {{title: Touch}}}}
runs:
  RUN-0: {{test: TC-1, result: fail, device_revision: v1, date: 2026-01-01, evidence: [EV-1]}}
  RUN-1: {{test: TC-1, result: pass, device_revision: v1, date: 2026-02-01, evidence: ["EV-1#1"]}}
evidence:
  EV-1: {{title: Report, version: "3", status: approved, date: 2026-03-01, device_revision: v2, path: evidence/EV-1.md}}
  EV-2: {{title: Drawing, status: draft}}
  EV-3: {{title: Summative evaluation, type: report, status: planned}}
statements:
  ST-1: {{title: Keep away, text: Keep away., shown_on: [ifu, label], section: "4.2"}}
  ST-2: {{title: It may burn, text: It may burn.}}
claims:
  CL-1: {{title: It lights, kind: clinical_benefit, magnitude: 100 lx, evidence: [EV-3]}}
  CL-2: {{title: It is blue}}
benefit_risks:
  BR-1: {{title: Fire, benefits: [CL-1], argument: Light is worth it., outweighs: true, approved_by: {{name: Ann, role: Boss, date: 2026-03-01}}}}
"""


def tables(folder: Path, records: str = LAMP) -> Tables:
    (folder / "evidence").mkdir()
    (folder / "evidence/EV-1.md").write_text("# Report\n\n## 1 Result\n\nGood.\n", "utf-8")
    (folder / "project.yaml").write_text("project: {title: Technical file}\n", "utf-8")
    (folder / "records.yaml").write_text(records, "utf-8")
    made = compile(folder)
    return Tables(Inputs(made.sources, made.dossier, made.graph, made.law, made.report, Revision("test")))


@pytest.fixture(scope="module")
def lamp(tmp_path_factory) -> Tables:
    return tables(tmp_path_factory.mktemp("lamp"))


def read(table: Table) -> list[list[str]]:
    return [[words(cell) for cell in row.cells] for row in table.rows]


def about(table: Table, id_: str) -> list[list[str]]:
    """The rows about a record, without its own cell."""
    return [[words(cell) for cell in row.cells[1:]] for row in table.rows if row.subject == id_]


def gaps_of(table: Table, id_: str) -> list[str]:
    """The gaps in the rows about a record."""
    items = [
        item
        for row in table.rows
        if row.subject == id_
        for c in row.cells
        for item in (c.items if isinstance(c, Lines) else (c,))
    ]
    return [item.text for item in items if isinstance(item, Gap)]


@pytest.mark.parametrize("name", NAMES)
def test_each_table_of_an_empty_project(tmp_path, name):
    made = tables(tmp_path, "").get(name)
    if name.startswith("matrix"):
        assert not any(cell.count for row in made.rows for cell in row.cells if isinstance(cell, MatrixField))
    else:
        assert made.rows == ()
        assert made.empty


@pytest.mark.verifies("REQ-RIS-01")
def test_a_row_of_the_risk_table(lamp):
    [[hazard, events, situation, harm, initial, before, controls, residual, after, why, _]] = about(lamp.get("risks"), "R-1")
    assert (hazard, harm) == ("HZ-HEAT Heat", "Burn")
    assert events.split("\n") == ["a1. The sensor sticks", "a2. A hand touches it", "b1. Nobody looks"]
    assert situation.split("\n") == ["HS-1 Hand on the lamp", "normal condition", "exposed: user, patient", "V-HOT only"]
    assert initial.split("\n") == ["severity serious", "P1 frequent (0.2)", "P2 often", "P frequent", "EV-1 1"]
    assert residual.split("\n") == ["severity minor", "lesser harm: Red skin", "P1 rare", "P2 often", "P rare", "EV-1"]
    assert (before, after, controls) == ("not acceptable", "acceptable", "RC-1 A dim lamp\nRC-2 A grid")
    assert why == "A dimmer lamp lights nothing."


def test_gaps_of_the_risk_table(lamp):
    made = lamp.get("risks")
    assert [row.subject for row in made.rows] == ["R-1", "R-2", "R-3", "R-4", "R-5"]
    assert gaps_of(made, "R-1") == gaps_of(made, "R-2") == []
    assert about(made, "R-2")[0][5:9] == ["acceptable", "none", "as initial", "acceptable"]
    assert gaps_of(made, "R-4") == ["missing", "no condition", "not said who is exposed", "not estimated", "missing"]
    assert "no control" in gaps_of(made, "R-5")
    assert about(made, "R-3")[0][7].endswith("BR-1")


@pytest.mark.verifies("REQ-RIS-01")
def test_every_risk_stands_in_one_field_of_the_matrix(lamp):
    before, after = lamp.get("matrix_before"), lamp.get("matrix_after")
    for made in (before, after):
        assert [column.title for column in made.columns] == ["Severity of the harm ↓ and its probability →", "rare", "frequent", "not estimable"]
        assert made.is_matrix
    assert read(before) == [
        ["fatal", "not acceptable: 0", "not acceptable: 2", "not acceptable: 0"],
        ["serious", "acceptable: 0", "not acceptable: 2", "not acceptable: 0"],
        ["minor", "acceptable: 0", "acceptable: 0", "acceptable: 1"],
    ]
    assert before.rows[1].cells[2] == MatrixField("not_acceptable", (RecordLink("R-1", "R-1"), RecordLink("R-4", "R-4")))
    assert read(after) == [
        ["fatal", "not acceptable: 1", "not acceptable: 1", "not acceptable: 0"],
        ["serious", "acceptable: 0", "not acceptable: 0", "not acceptable: 0"],
        ["minor", "acceptable: 1", "acceptable: 0", "acceptable: 1"],
        ["level unknown: 1", "R-4", "", ""],
    ]
    assert [row.gap for row in after.rows] == [False, False, False, True]


def test_a_field_without_a_criterion_is_open_and_loses_no_risk(tmp_path):
    holes = LAMP.replace("{rare: acceptable, frequent: not_acceptable}", "{rare: acceptable}").replace(
        "severity: [minor, serious, fatal]", "severity: [minor, serious]"
    )
    made = tables(tmp_path, holes).get("matrix_before")
    assert read(made)[0] == ["serious", "acceptable: 0", "no criterion: 0", "no criterion: 0"]
    assert made.rows[0].gap
    assert read(made)[-1][0] == "level unknown: 4"
    assert set(read(made)[-1][1].split("\n")) == {"R-1", "R-3", "R-4", "R-5"}


def test_the_tree_from_hazard_to_control(lamp):
    rows = read(lamp.get("hazard_tree"))
    assert rows[0] == [
        "HZ-HEAT Heat",
        "HS-1 Hand on the lamp",
        "SEQ-1 The sensor sticks (FM-1) → A hand touches it\nSEQ-2 Nobody looks",
        "R-1 Burn\nserious, frequent: not acceptable → minor, rare: acceptable",
        "RC-1 A dim lamp",
    ]
    assert [row[:4] for row in rows[:2]] == [rows[0][:4]] * 2, "neighbours that begin alike share their branch"
    assert rows[2][3:] == [
        "R-2 Red skin\nminor, not estimable: acceptable → minor, not estimable: acceptable",
        "none, acceptable without",
    ]
    assert ["HZ-COLD Cold", "does not arise: the lamp holds nothing cold", "", "", ""] in rows
    assert rows[-1] == ["no hazard", "HS-3 Nothing known", "no sequence of events", "no risk", ""]
    text = str(rows)
    assert "HS-2 House burns (illustrative)" in text
    assert "HZ-GONE" not in text
    assert "HS-9" not in text


def test_the_tree_writes_a_situation_out_once(lamp):
    rows = read(lamp.get("hazard_tree"))
    assert len([row for row in rows if row[0] == "HZ-HEAT Heat" and row[1].startswith("HS-2")]) == 3
    assert [row for row in rows if row[0] == "HZ-LIGHT Light"] == [
        ["HZ-LIGHT Light", "HS-2 House burns (illustrative)\nwritten out below HZ-HEAT", "", "", ""]
    ]


def test_the_tree_tells_of_a_reference_to_nothing(tmp_path):
    made = tables(tmp_path, "hazards: {HZ-1: {title: Heat}}\nsituations: {HS-1: {title: Hot, hazards: [HZ-1, HZ-X]}}\n").get(
        "hazard_tree"
    )
    assert read(made) == [["HZ-1 Heat", "HS-1 Hot\nbroken reference HZ-X", "no sequence of events", "no risk", ""]]


def test_what_is_not_acceptable_and_why_we_go_on(lamp):
    made = lamp.get("not_acceptable")
    assert about(made, "R-3") == [
        ["HS-2 House burns", "Death", "fatal", "rare", "Any hotter part would be needed.", "BR-1 Fire", "yes", "ST-2"]
    ]
    assert gaps_of(made, "R-5") == ["missing", "no benefit-risk analysis", "not disclosed"]
    assert read(made)[-1][0] == "1 of unknown level"


@pytest.mark.parametrize(
    ("said", "shown"), [("outweighs: true", "yes"), ("outweighs: false", "no"), ("illustrative: false", "not said")]
)
def test_the_conclusion_of_a_weighing(tmp_path, said, shown):
    made = tables(tmp_path, LAMP.replace("outweighs: true", said))
    assert about(made.get("not_acceptable"), "R-3")[0][6] == shown
    assert (shown in gaps_of(made.get("not_acceptable"), "R-3")) is (shown != "yes")


def test_the_largest_residual_risk_stands_first(lamp):
    made = lamp.get("residual_risks")
    assert [row.subject for row in made.rows] == ["R-4", "R-5", "R-3", "R-2", "R-1"]
    assert about(made, "R-1")[0][:5] == ["HS-1 Hand on the lamp", "Red skin", "minor", "rare", "acceptable"]
    assert "level unknown" in gaps_of(made, "R-4")
    assert "not weighed" in gaps_of(made, "R-5")
    assert gaps_of(made, "R-3") == []


def test_benefits_and_their_weighing(lamp):
    assert [row.subject for row in lamp.get("benefits").rows] == ["CL-1"]
    assert about(lamp.get("benefits"), "CL-1") == [["100 lx", "missing", "missing", "EV-3 (planned)\nnot approved", "BR-1"]]
    [[risks, benefits, alternatives, argument, outweighs, evidence, approved]] = about(lamp.get("benefit_risk"), "BR-1")
    assert risks == "R-3 fatal, rare: not acceptable"
    assert (benefits, argument, outweighs, approved) == ("CL-1 It lights", "Light is worth it.", "yes", "Ann, Boss, 2026-03-01")
    assert (alternatives, evidence) == ("missing", "no evidence")


def test_controls_name_the_risks_that_rest_on_them(lamp):
    made = lamp.get("controls")
    assert about(made, "RC-1") == [["A dim lamp", "inherently safe design", "P1", "R-1", "REQ-1 Dim"]]
    assert about(made, "RC-3")[0][3] == "R-3\nR-4"
    assert gaps_of(made, "RC-2") == ["missing"]


def test_what_was_rejected_and_what_nobody_thought_of(lamp):
    made = lamp.get("rejected_options")
    assert about(made, "RC-2") == [
        ["A grid", "protective measure", "inherently safe design", "No lamp", "nothing would be lit", "R-1"],
        ["A grid", "protective measure", "inherently safe design", "A cold lamp", "no reason", "R-1"],
    ]
    assert [row[2:4] for row in about(made, "RC-3")] == [
        ["inherently safe design", "neither taken nor rejected"],
        ["protective measure", "neither taken nor rejected"],
    ]
    assert about(made, "RC-3")[0][5] == "R-3\nR-4"
    assert about(made, "RC-1") == []


def test_each_proof_is_a_row_with_its_result_and_revision(lamp):
    made = lamp.get("control_verification")
    assert [row[2:] for row in about(made, "RC-1")] == [
        ["implemented", "TC-1 Measure", "pass", "v1, not v2", "2026-02-01", "EV-1 v3, section 1 Result"],
        ["effective", "EV-1 v3, section 1 Result Report", "approved", "v2", "2026-03-01", "EV-1"],
        ["effective", "TC-2 Touch", "not run", "", "", ""],
    ]
    assert gaps_of(made, "RC-1") == ["v1, not v2", "not run"]
    assert [row[2:5] for row in about(made, "RC-2")] == [["implemented", "EV-2 Drawing", "draft"], ["effective", "no proof", ""]]
    assert [row[3] for row in about(made, "RC-3")] == ["no proof", "EV-3 (planned) Summative evaluation"]
    assert [column.title for column in made.columns][3:] == [
        "To be shown",
        "Proof",
        "Result",
        "Device revision",
        "Date",
        "Report",
    ]


def test_a_run_says_what_it_lacks(tmp_path):
    run = "tests: {TC-1: {title: T}}\nruns: {RUN-1: {test: TC-1}}\ncontrols: {RC-1: {text: C, verified_implementation: [TC-1]}}\n"
    assert gaps_of(tables(tmp_path, run).get("control_verification"), "RC-1")[1:4] == ["no result", "no revision", "no report"]


def test_information_for_safety_is_not_the_disclosure_of_a_risk(lamp):
    information, disclosed = lamp.get("information_for_safety"), lamp.get("disclosures")
    evaluated = "EV-3 (planned) Summative evaluation\nplanned"
    assert about(information, "RC-3") == [
        ["Keep away", "ST-1 Keep away", "IFU section 4.2, label", "R-3\nR-4", evaluated],
        ["Keep away", "ST-2 It may burn", "shown nowhere", "R-3\nR-4", evaluated],
    ]
    assert {row.subject for row in information.rows} == {"RC-3"}
    assert about(disclosed, "R-3") == [
        [
            "HS-2 House burns", "Death", "fatal", "not acceptable", "ST-2 It may burn\ncounted as risk control RC-3 as well", "shown nowhere",
        ]
    ]  # fmt: skip
    assert gaps_of(disclosed, "R-5") == ["not disclosed"]
    assert {row.subject for row in disclosed.rows} == {"R-3", "R-5"}


def test_information_that_no_statement_holds_and_nobody_evaluated(tmp_path):
    made = tables(tmp_path, "controls: {RC-1: {kind: information_for_safety, text: Watch out}}").get("information_for_safety")
    assert read(made) == [["RC-1", "Watch out", "no statement", "", "no risk", "no usability evidence"]]


def test_the_policy_asks_for_disclosure_by_severity(tmp_path):
    made = tables(tmp_path, LAMP.replace("disclose_from: fatal", "disclose_from: minor")).get("disclosures")
    assert {row.subject for row in made.rows if row.gap} == {"R-1", "R-2", "R-3", "R-5"}


def test_what_controls_bring_with_them(lamp):
    made = lamp.get("introduced")
    after = "R-3 fatal, rare: not acceptable\nR-4\nlevel unknown\nR-5 fatal, frequent: not acceptable"
    assert about(made, "RC-1") == [["A dim lamp", "HS-2 House burns", after]]
    assert about(made, "RC-2") == [["A grid", "none: it is cold", ""]]
    assert gaps_of(made, "RC-3") == ["not answered"]


def test_harms_name_who_judged_them(lamp):
    assert about(lamp.get("harms"), "HARM-RED") == [["Red skin", "minor", "", "Dr Med, Physician", "R-1\nR-2"]]


def test_retired_situations_are_in_no_table(lamp):
    shown = {name: str(read(lamp.get(name))) for name in NAMES}
    assert [name for name, rows in shown.items() if "R-9" in rows or "HS-9" in rows] == []


def test_a_proof_that_is_open_leaves_the_trace_open(lamp):
    rows = {(row[2], row[3][:4]): row[4:] for row in read(lamp.get("hazard_trace"))}
    assert rows["R-1", "RC-1"] == ["TC-1 Measure\nv1, not v2", "EV-1 v3, section 1 Result Report\nTC-2 Touch\nnot run"]
    assert rows["R-1", "RC-2"] == ["EV-2 Drawing\ndraft", "no proof"]
    assert all(row.gap for row in lamp.get("hazard_trace").rows if row.subject == "R-1" and "RC" in words(row.cells[3]))


def test_what_rests_on_a_retired_record_says_so_in_every_row(tmp_path):
    gone = LAMP.replace("    text: A grid", "    text: A grid\n    retired: {reason: too heavy}").replace(
        "{title: Fire,", "{title: Fire, retired: {reason: old},"
    )
    made = tables(tmp_path, gone)
    for name, id_, words_ in (
        ("risks", "R-1", "reference to RC-2, which is retired"),
        ("risk_cards", "R-1", "reference to RC-2, which is retired"),
        ("hazard_trace", "R-1", "reference to RC-2, which is retired"),
        ("not_acceptable", "R-3", "reference to BR-1, which is retired"),
    ):
        assert words_ in gaps_of(made.get(name), id_), name
        assert all(row.gap for row in made.get(name).rows if row.subject == id_)
    assert "no benefit-risk analysis" in gaps_of(made.get("not_acceptable"), "R-3")
    assert "retired" in str(read(made.get("hazard_tree")))


def test_a_figure_in_any_text_is_filled_in(tmp_path):
    quoting = LAMP
    for text in ("Burn", "Red skin", "Heat", "Hand on the lamp", "A dim lamp", "It lights", "Fire", "Ann", "Boss", "Dr Med", "No lamp"):
        assert quoting.count(text) >= 1
        quoting = quoting.replace(text, f'"{text} {{figure:F-1}}"', 1)
    made = tables(tmp_path, quoting + "figures: {F-1: {title: Width, value: 3, unit: mm}}\n")
    for name in (*NAMES, "risk_cards", "severity_scale", "claims"):
        text = str(read(made.get(name)))
        assert "{figure:" not in text, name
    assert "Burn 3 mm" in str(read(made.get("risks")))


def card(made: Tables, id_: str) -> str:
    return CardWriter(Headings(made.inputs), HtmlWriter(lambda target, place: f"#{target}")).card(made.inputs.dossier.entries[id_])


def test_the_card_of_a_risk_shows_its_computed_levels(lamp):
    page = card(lamp, "R-1")
    assert "<strong>not acceptable</strong>: severity serious, probability of harm frequent" in page
    assert "<strong>acceptable</strong>: severity minor, probability of harm rare" in page
    assert '<strong><span class="mdr-gap">level unknown</span></strong>' in card(lamp, "R-4")
    assert "(no control, as before)" in card(lamp, "R-2")


def test_the_card_of_a_control_shows_what_each_proof_says_and_which_risks_rest_on_it(lamp):
    page = card(lamp, "RC-1")
    assert 'pass, device <span class="mdr-gap">v1, not v2</span>, 2026-02-01, ' in page
    assert "approved, device v2, 2026-03-01</small>" in page
    assert '<span class="mdr-gap">not run</span></small>' in page
    assert "R-1 Burn: Hand on the lamp</a><br><small>serious, frequent: not acceptable → minor, rare: acceptable</small>" in page
    assert "R-1 Burn: Hand on the lamp" in card(lamp, "HS-1"), "and that of a situation its risks by their words"
    assert "R-9 Burn: Over</a> <small>(retired)</small>" in page, "what is retired with its situation rests on it no more"
