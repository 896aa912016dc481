"""Tables of plan, questions, libraries, failure modes, feedback and review: what they say with records, and without."""

from __future__ import annotations

from pathlib import Path

import pytest

from mdr_blueprint.completeness import PLAN_BLOCKS, missing_blocks, open_items
from mdr_blueprint.conditions import parse
from mdr_blueprint.load import load_law
from mdr_blueprint.pipeline import compile
from mdr_blueprint.revision import Revision
from mdr_blueprint.tables import Gap, Inputs, Row, Table, Tables
from mdr_blueprint.tables.shapes import words

LAW = load_law()
LIBRARY = "low_field_mri"
HAZARDS = LAW.hazard_libraries[LIBRARY].hazards
FIRST, SECOND, THIRD = [id_ for id_, hazard in HAZARDS.items() if hazard.when is None][:3]
PLAN = """
risk_plan:
  scope: The lamp in its two variants.
  phases: [{phase: Design, activities: workshops}, {phase: Use}]
  roles: [{role: Risk manager, tasks: leads, name: N.N., competence: ten years}, {role: Physician}]
  reviews: Yearly.
  criteria: From the state of the art.
  verification: Each control twice.
  feedback: [{source: Complaints, method: read, interval: monthly, responsible: Service, next: 2026-09-01}, {source: Literature}]
  hazard_libraries: [low_field_mri]
  changes: [{date: 2026-03-01, text: First release}]
  approved_by: {name: A. Director}
overall_residual_risk: {method: By comparison with similar lamps.}
"""
CHAIN = """
harms: {HARM-1: {title: Burn, severity: serious}, HARM-2: {title: Reddening, severity: minor}}
hazards:
  HZ-1: {title: Heat}
  HZ-2: {title: Glare, not_arising: the lamp is dim}
situations:
  HS-1:
    title: Hand on the lamp
    hazards: [HZ-1]
    sequences: {SEQ-1: {events: [{text: The lamp gets hot, cause: FM-1}]}}
    risks:
      R-1: {harm: HARM-1, initial: {p1: probable, p2: likely}, controls: [RC-1], residual: {harm: HARM-2, p1: remote, p2: likely}}
      R-2: {harm: HARM-2, initial: {p: remote}, reduction_argument: dim already}
      R-3: {harm: HARM-1, controls: [RC-1]}
controls: {RC-1: {kind: inherent, text: A dim lamp, acts_on: [p1]}}
components: {CO-1: {title: Lamp}, CO-2: {title: Bulb, part_of: [CO-1]}, CO-3: {title: Socket, part_of: [CO-1]}}
failure_modes:
  FM-2: {title: Socket loose}
  FM-1: {title: Bulb too bright, component: CO-2, effect: heat, guarded_by: [RC-1]}
  FM-3: {title: Bulb dark, component: CO-2, effect: no light, no_safety_effect: the room has another lamp}
"""


def tables(folder: Path, records: str = "") -> Tables:
    folder.mkdir(exist_ok=True)
    (folder / "project.yaml").write_text("project: {title: Technical file}\n", "utf-8")
    (folder / "records.yaml").write_text(records, "utf-8")
    made = compile(folder)
    return Tables(Inputs(made.sources, made.dossier, made.graph, made.law, made.report, Revision("test")))


def line(table: Table, start: str) -> list[str]:
    """The row of which a cell begins so, as texts."""
    return texts(row_of(table, start))


def row_of(table: Table, start: str) -> Row:
    return next(row for row in table.rows if any(words(cell).startswith(start) for cell in row.cells[:2]))


def texts(row: Row) -> list[str]:
    return [words(cell) for cell in row.cells]


NAMES = (
    "plan_blocks", "life_phases", "responsibilities", "verification_plan", "feedback_activities", "plan_changes", "questionnaire",
    "question_counts", "library_hazards", "library_counts", "failure_modes", "unanalysed_components", "observations",
    "observed_rates", "post_production", "review_statements", "reviewers", "risk_review", "verdict_counts", "risk_requirements",
    "severity_scale", "probability_scale", "combination", "matrix",
)  # fmt: skip


@pytest.mark.verifies("REQ-OUT-04")
@pytest.mark.parametrize("name", NAMES)
def test_every_table_stands_without_records(tmp_path, name):
    table = tables(tmp_path).get(name)
    assert all(len(row.cells) == len(table.columns) for row in table.rows)
    full = tables(tmp_path / "full", PLAN + CHAIN).get(name)
    assert all(len(row.cells) == len(full.columns) for row in full.rows)
    assert table.rows or table.empty


def test_a_plan_has_seven_blocks_and_says_which_are_missing(tmp_path):
    none = tables(tmp_path).get("plan_blocks")
    assert (len(none.rows), none.gaps) == (7, 7)
    assert tables(tmp_path / "full", PLAN).get("plan_blocks").gaps == 0
    part = tables(tmp_path / "part", PLAN.replace("  reviews: Yearly.\n", "").replace("phases:", "notes: x\n  # "))
    table = part.get("plan_blocks")
    assert [texts(row)[0] for row in table.rows if row.gap] == ["a)", "c)"]
    assert line(table, "a)")[3] == "missing: phases"
    assert [block.letter for block in missing_blocks(part.inputs.dossier)] == ["a", "c"], "the rule sees the same"
    assert len(PLAN_BLOCKS) == len(table.rows)


def test_what_the_plan_leaves_open_is_a_gap(tmp_path):
    made = tables(tmp_path, PLAN)
    assert line(made.get("life_phases"), "Use") == ["Use", "no activities"]
    assert row_of(made.get("responsibilities"), "Physician").cells[2] == Gap("nobody named")
    assert not row_of(made.get("responsibilities"), "Risk manager").gap
    assert line(made.get("feedback_activities"), "Complaints")[-1] == "2026-09-01"
    assert line(made.get("feedback_activities"), "Literature")[1:] == ["no method", "no interval", "nobody named", "no date"]
    assert line(made.get("plan_changes"), "2026-03-01")[1] == "First release"


def test_questions_come_from_the_library_and_from_the_project(tmp_path):
    library = LAW.questions.questions
    first, second = list(library)[:2]
    table = tables(
        tmp_path,
        f"""
questionnaire:
  {first}: {{answer: true, rationale: It is so., limits: 3 mT, leads_to: [HZ-1]}}
  {second}: {{answer: true}}
  own.moon: {{title: Does the moon matter?, answer: false, rationale: It does not.}}
  own.nothing: {{answer: false, rationale: No.}}
hazards: {{HZ-1: {{title: Heat}}}}
""",
    ).get("questionnaire")
    assert len(table.rows) == len(library) + 2
    assert [row.subject for row in table.rows][-2:] == ["own.moon", "own.nothing"]
    by_id = {texts(row)[1].split("\n")[0]: row for row in table.rows}
    said = texts(by_id[first])
    assert said[:6] == [LAW.questions.groups[library[first].group], f"{first}\n{library[first].question}", "yes", "It is so.", "3 mT", "HZ-1 Heat"]
    assert by_id[second].cells[3:6] == (Gap("no rationale"), "", Gap("no hazard"))
    unanswered = [row for id_, row in by_id.items() if id_ in library and id_ not in (first, second)]
    assert all(row.gap and row.cells[2] == Gap("not answered") for row in unanswered)
    assert "Does the moon matter?" in texts(by_id["own.moon"])[1]
    assert not by_id["own.moon"].gap, "a no needs no hazard"
    assert by_id["own.nothing"].gap, "neither the library nor the project has words for it"


def test_the_facts_stand_beside_the_answer(tmp_path):
    id_ = "who.users"
    facts = "device: {name: Lamp, facts: {lay_user: true}}\n"
    row = next(r for r in tables(tmp_path, facts).get("questionnaire").rows if id_ in texts(r)[1])
    assert texts(row)[-1] == "yes: lay user = true"
    no = f"questionnaire: {{{id_}: {{answer: false, rationale: only nurses}}}}\n"
    row = next(r for r in tables(tmp_path / "no", facts + no).get("questionnaire").rows if id_ in texts(r)[1])
    assert (row.gap, texts(row)[-1]) == (True, "the facts say otherwise\nyes: lay user = true")


def test_answers_are_counted_by_group(tmp_path):
    id_ = next(iter(LAW.questions.questions))
    table = tables(tmp_path, f"questionnaire: {{{id_}: {{answer: false, rationale: no}}, own.q: {{title: Q, answer: true}}}}").get(
        "question_counts"
    )
    total = len(LAW.questions.questions)
    assert line(table, "All") == ["All", str(total + 1), "1", "1", str(total - 1)]
    assert line(table, "Questions of the project") == ["Questions of the project", "1", "1", "0", "0"]


@pytest.mark.verifies("REQ-RIS-03")
def test_every_hazard_of_a_named_library_is_answered_argued_away_or_a_gap(tmp_path):
    made = tables(
        tmp_path,
        f"""
risk_plan: {{hazard_libraries: [{LIBRARY}, low_field_mir]}}
hazards:
  HZ-1: {{title: Heat, library: [{FIRST}]}}
  HZ-2: {{title: Cold, library: [{SECOND}], not_arising: nothing gets cold}}
  HZ-3: {{title: Old, library: [{THIRD}], retired: {{reason: replaced}}}}
""",
    )
    table = made.get("library_hazards")
    assert len(table.rows) == len(HAZARDS) + 1
    assert line(table, FIRST)[-1] == "answered by\nHZ-1 Heat"
    assert line(table, SECOND)[-1] == "HZ-2 Cold\ndoes not arise: nothing gets cold"
    assert row_of(table, THIRD).cells[-1] == Gap("neither used nor argued away")
    assert texts(table.rows[-1])[1::4] == ["low_field_mir", "there is no such library; did you mean low_field_mri?"]
    counted = texts(made.get("library_counts").rows[0])
    assert counted[:4] == [LAW.hazard_libraries[LIBRARY].title, str(len(HAZARDS)), "1", "1"]


@pytest.mark.parametrize(
    ("facts", "state", "gap"),
    [
        ("active: false", "does not apply because active = false", False),
        ("active: true", "neither used nor argued away", True),
        ("software: none", "neither used nor argued away\nopen: not stated: active", True),
    ],
)
def test_a_library_hazard_that_the_facts_rule_out_is_no_gap(tmp_path, facts, state, gap):
    made = tables(tmp_path, f"risk_plan: {{hazard_libraries: [{LIBRARY}]}}\ndevice: {{name: Lamp, facts: {{{facts}}}}}\n")
    held = made.inputs.law.hazard_libraries[LIBRARY].hazards
    held[FIRST] = held[FIRST].model_copy(update={"when": parse({"active": "true"})})
    row = row_of(made.get("library_hazards"), FIRST)
    assert (texts(row)[-1], row.gap) == (state, gap)


def test_without_a_named_library_there_is_nothing_to_compare(tmp_path):
    table = tables(tmp_path, "hazards: {HZ-1: {title: Heat, library: [M1]}}").get("library_hazards")
    assert (table.rows, table.empty) == ((), "The plan names no hazard library.")


@pytest.mark.verifies("REQ-RIS-01")
def test_failure_modes_stand_by_component_and_end_in_a_situation_or_a_reason(tmp_path):
    made = tables(tmp_path, CHAIN)
    table = made.get("failure_modes")
    assert [row.subject for row in table.rows] == ["FM-1", "FM-3", "FM-2"]
    assert [column.title for column in table.columns][:2] == ["Failure mode", "Component"]
    assert line(table, "FM-1")[-2:] == ["RC-1", "HS-1 Hand on the lamp"]
    assert line(table, "FM-3")[-1] == "no effect on safety: the room has another lamp"
    assert row_of(table, "FM-2").cells[-1] == Gap("neither a cause nor without effect")


def test_components_without_a_failure_mode_are_a_gap_in_an_active_device(tmp_path):
    active = "device: {name: Lamp, facts: {active: true}}\n"
    rows = tables(tmp_path, CHAIN + active).get("unanalysed_components").rows
    assert [(row.subject, row.gap) for row in rows] == [("CO-3", True)], "a component with parts fails by them"
    assert [row.gap for row in tables(tmp_path / "passive", CHAIN).get("unanalysed_components").rows] == [False]
    whole = CHAIN.replace("{title: Socket loose}", "{title: Lamp falls, component: CO-1}")
    assert tables(tmp_path / "whole", whole + active).get("unanalysed_components").rows == ()


def test_a_cause_that_is_said_to_have_no_effect_is_a_gap(tmp_path):
    both = CHAIN.replace("effect: heat,", "effect: heat, no_safety_effect: it is dim,")
    cell = row_of(tables(tmp_path, both).get("failure_modes"), "FM-1").cells[-1]
    assert words(cell) == "HS-1 Hand on the lamp\nsaid to have no effect on safety"
    assert row_of(tables(tmp_path / "x", both).get("failure_modes"), "FM-1").gap


def test_information_that_matters_and_leads_nowhere_is_a_gap(tmp_path):
    table = tables(
        tmp_path,
        CHAIN
        + """
observations:
  OB-1: {title: Burn, source: similar_device, date: 2026-05-02, judged: {safety_relevant: true, reason: new, by: N.N., date: 2026-05-03}, touches: [R-1, FM-1], actions: Looked at again.}
  OB-2: {title: Letter, source: user, date: 2026-05-12}
  OB-3: {title: Paper, source: literature, date: 2026-05-13, judged: {safety_relevant: true, reason: rates, by: N.N.}}
  OB-4: {title: Praise, source: user, date: 2026-05-14, judged: {safety_relevant: false, reason: taste, by: N.N., date: 2026-05-14}}
""",
    ).get("observations")
    assert [row.gap for row in table.rows] == [False, True, True, False]
    assert line(table, "OB-1")[1:2] + line(table, "OB-1")[4:] == [
        "similar device",
        "matters for safety\nnew\nby N.N.\n2026-05-03",
        "R-1 Burn: Hand on the lamp\nFM-1 Bulb too bright",
        "Looked at again.",
    ]
    assert row_of(table, "OB-2").cells[4] == Gap("not judged")
    assert row_of(table, "OB-3").cells[5:] == (Gap("touches no record"), "")


RATES = [
    ("p1", 2, 100, "0.02", "frequent", "remote", "above the estimate"),
    ("p1", 3, 1000000, "0.000003", "remote", "remote", "within the estimate"),
    ("p", 0, 40, "0", "improbable", "remote", "within the estimate; too few cases to confirm it"),
    ("p", 0, 4000000, "0", "improbable", "remote", "within the estimate"),
    ("p2", 3, 10, "0.3", "likely", "likely", "within the estimate"),
]


@pytest.mark.verifies("REQ-RIS-01")
@pytest.mark.parametrize(("factor", "events", "of", "rate", "seen", "estimated", "agreement"), RATES)
def test_an_observed_rate_is_held_against_the_estimate_after_control(tmp_path, factor, events, of, rate, seen, estimated, agreement):
    observed = f"observations: {{OB-1: {{title: O, rates: [{{risk: R-1, factor: {factor}, events: {events}, of: {of}}}]}}}}\n"
    row = tables(tmp_path, CHAIN + observed).get("observed_rates").rows[0]
    assert row.gap is agreement.startswith("above")
    assert texts(row)[3] == f"{events} of {of}"
    assert texts(row)[4] == rate
    assert texts(row)[5:] == [seen, estimated, agreement]


def test_a_rate_without_cases_or_without_an_estimate_is_a_gap(tmp_path):
    observed = "observations: {OB-1: {title: O, rates: [{risk: R-1, events: 1, of: 0}, {risk: R-3, events: 1, of: 10}]}}\n"
    first, second = tables(tmp_path, CHAIN + observed).get("observed_rates").rows
    assert [texts(first)[n] for n in (4, 5, 7)] == ["no cases", "no band", "no rate"]
    assert texts(second)[6:] == ["not estimated", "no estimate to compare with"]


REVIEW = "risk_review: {{{name}: {{holds: {holds}, text: As we see it.}}}}\n"
JUDGED = [
    ("overall_residual_risk", "true", "yes", "contradicts the records", True),
    ("overall_residual_risk", "false", "no", "consistent", True),
]


@pytest.mark.verifies("REQ-RIS-05")
@pytest.mark.parametrize(("name", "holds", "said", "agreement", "gap"), JUDGED)
def test_a_judgement_stands_beside_the_counts(tmp_path, name, holds, said, agreement, gap):
    table = tables(tmp_path, CHAIN + REVIEW.format(name=name, holds=holds)).get("review_statements")
    row = row_of(table, "The overall residual risk")
    assert (texts(row)[2:4], texts(row)[5], row.gap) == ([said, "As we see it."], agreement, gap)
    other = row_of(table, "The risk management plan was carried out")
    assert (texts(other)[2:4], texts(other)[5]) == (["not stated", "no judgement"], "open")


def test_a_judgement_that_nothing_contradicts_is_no_gap(tmp_path):
    whole = """
overall_residual_risk: {method: A, conclusion: B, evidence: [EV-1]}
evidence: {EV-1: {title: Report, status: approved}}
risk_policy: {approved_by: {name: N.N.}}
"""
    for holds, agreement in (("true", "consistent"), ("false", "the records hold nothing against it")):
        review = REVIEW.format(name="overall_residual_risk", holds=holds)
        row = row_of(tables(tmp_path / holds, whole + review).get("review_statements"), "The overall residual risk")
        assert texts(row)[4:] == ["nothing open", agreement]
        assert row.gap is (holds == "false"), "a statement that does not hold is open"


def test_the_counts_are_those_that_the_rules_see(tmp_path):
    made = tables(tmp_path, PLAN + CHAIN)
    counts = open_items(made.inputs.dossier, made.inputs.graph, made.inputs.law, made.inputs.known)
    table = made.get("risk_review")
    assert [(texts(row)[1], texts(row)[3]) for row in table.rows] == [(count.what, str(count.total)) for count in counts]
    assert [row.gap for row in table.rows] == [count.is_open for count in counts]
    assert line(table, "completeness")[0] == "completeness"


def test_risks_are_counted_by_severity_and_verdict(tmp_path):
    table = tables(tmp_path, CHAIN).get("verdict_counts")
    assert line(table, "serious") == ["serious", "0", "1", "0", "0", "1"], "R-1 before, and R-3 whose level is unknown"
    assert line(table, "minor") == ["minor", "1", "0", "2", "0", "0"], "R-1 comes down to the lesser harm"
    assert line(table, "all") == ["all", "1", "1", "2", "0", "1"]
    assert row_of(table, "all").gap
    assert line(tables(tmp_path / "empty").get("verdict_counts"), "all")[1:] == ["0"] * 5


@pytest.mark.verifies("REQ-OUT-04")
def test_each_section_of_annex_i_on_risk_says_what_the_records_hold(tmp_path):
    made = tables(tmp_path, PLAN + CHAIN + 'gspr: {"2": {applicable: true, method: by argument}}\n')
    table = made.get("risk_requirements")
    keys = [key for key in LAW.gspr if key.split("(")[0] in set("123456789")]
    assert [row.subject for row in table.rows] == [f"gspr:{key}" for key in keys]
    held = {row.subject[5:]: texts(row)[3] for row in table.rows}
    assert held["2"] == "1 of 3 risks with the argument why no further reduction is possible"
    assert held["3(a)"] == "7 of 7 blocks of the plan\nplan approved by A. Director\ncriteria not approved"
    assert held["3(c)"].startswith("2 of 3 risks estimated before control")
    assert held["3(e)"] == "2 sources of information planned\nno observation yet"
    assert held["8"].startswith("0 of 3 risks not acceptable by the matrix after control\noverall residual risk not concluded")
    assert held["9"].startswith("open: not stated: medical purpose")
    assert row_of(table, "4(a)").cells[2].items[0].id == "page:risk_control_verification"
    assert [texts(row)[-1] for row in table.rows if row.subject in ("gspr:1", "gspr:2")] == ["open", "gaps"]


def test_the_policy_says_which_edge_a_band_holds_and_what_holds_without_a_probability(tmp_path):
    own = """
risk_policy:
  severity: [minor, serious]
  probability: {bands: {rare: 1e-3, often: 0.5}}
  p2: {bands: {seldom: 0.1, mostly: 1}, edge: band_below}
  matrix: {serious: {rare: acceptable}, minor: {rare: acceptable, often: not_acceptable}}
  not_estimable: {minor: acceptable}
"""
    made = tables(tmp_path, own)
    scale = made.get("probability_scale")
    assert [texts(row)[1:] for row in scale.rows] == [
        ["rare", "0", "0.001", "lower"],
        ["often", "0.001", "0.5", "both"],
        ["no band", "0.5", "1", ""],
        ["seldom", "0", "0.1", "both"],
        ["mostly", "0.1", "1", "upper"],
    ]
    assert [texts(row)[0] + ": " + texts(row)[3] for row in made.get("matrix").rows] == ["serious: no verdict", "minor: acceptable"]
    default = tables(tmp_path / "default").get("matrix")
    assert line(default, "catastrophic")[3] == "not acceptable, as in the highest band"


def test_the_combination_is_a_grid_and_what_is_left_open_is_a_gap(tmp_path):
    own = """
risk_policy:
  probability: {bands: {rare: 0.1, often: 1}}
  p2: {bands: {seldom: 0.1, nearly_always: 1}}
  combine: {rare: {seldom: rare, nearly_always: rare}, often: {seldom: rare}}
"""
    table = tables(tmp_path, own).get("combination")
    assert [column.title for column in table.columns][1:] == ["seldom", "nearly always"]
    assert [texts(row) for row in table.rows] == [["rare", "rare", "rare"], ["often", "rare", "no band"]]
    assert [row.gap for row in table.rows] == [False, True]


def test_a_cause_in_a_situation_that_is_retired_is_no_cause(tmp_path):
    gone = CHAIN.replace("    title: Hand on the lamp\n", "    title: Hand on the lamp\n    retired: {reason: merged}\n")
    assert row_of(tables(tmp_path, gone).get("failure_modes"), "FM-1").cells[-1] == Gap("neither a cause nor without effect")


def test_of_a_record_that_stands_once_the_first_row_says_that_it_is_illustrative(tmp_path):
    made = tables(tmp_path, PLAN.replace("risk_plan:", "risk_plan:\n  illustrative: true"))
    for name in ("life_phases", "responsibilities", "feedback_activities"):
        assert [words(row.cells[0]).endswith("\nillustrative") for row in made.get(name).rows] == [True, False], name
    review = "risk_review: {illustrative: true, completeness: {holds: true, text: done}}\n"
    sheet = tables(tmp_path / "sheet", review).get("review_statements")
    assert all(words(row.cells[0]).endswith("\nillustrative") for row in sheet.rows), "rows of a sheet are filtered and sorted"
