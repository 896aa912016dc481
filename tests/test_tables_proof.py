"""What the tables of the electrical safety report say of clauses, measured values, insulation, parts and the risk file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mdr_blueprint.model import Record
from mdr_blueprint.model import TestParticulars as Particulars
from mdr_blueprint.pipeline import compile
from mdr_blueprint.render.documents import TableBlock, render
from mdr_blueprint.revision import Revision
from mdr_blueprint.rules.verification.particulars import ITEMS
from mdr_blueprint.tables import Gap, Inputs, Lines, Row, Table, Tables
from mdr_blueprint.tables.measurements import measured_kinds, plain
from mdr_blueprint.tables.series import clause_order, judged, judged_of_series
from mdr_blueprint.tables.shapes import words

GENERAL, PARTICULAR = "iec-60601-1", "iec-60601-2-33"
FACTS = "active: true, hardware: true, contact: intact_skin, mains_powered: true, pressure: false, modality: mri"
GOOD = (
    "quantity: touch current, part: CO-1, part_type: BF, current: ac, condition: single_fault, limit: 0.5, limit_unit: mA, "
    "limit_source: table 3, bound: at_most, uncertainty: 2, date: 2026-05-04, illustrative: true, instrument: INS-"
)
LAMP = """
device: {name: Lamp, revision: v2, facts: {FACTS}}
risk_policy:
  severity: [minor, serious]
  probability: {unit: per use, bands: {rare: 1e-4, frequent: 1}}
  matrix: {minor: {rare: acceptable, frequent: acceptable}, serious: {rare: acceptable, frequent: not_acceptable}}
harms: {HARM-1: {title: Shock, severity: serious}}
hazards: {HZ-1: {title: Voltage}}
situations:
  HS-1:
    title: Hand on a live part
    hazards: [HZ-1]
    risks: {R-1: {harm: HARM-1, initial: {p: frequent}, controls: [RC-1], residual: {p: rare}}}
controls: {RC-1: {kind: inherent, text: Two barriers}}
tests: {TC-1: {title: Output}, TC-2: {title: Limit}}
runs: {RUN-1: {test: TC-1, device_revision: v2, date: 2026-03-01, result: pass}}
instruments:
  INS-1: {title: Ammeter, calibrated: 2026-01-01, due: 2026-12-31}
  INS-2: {title: Old ammeter, calibrated: 2024-01-01, due: 2025-01-01}
evidence: {EV-1: {title: Report, version: "3", status: approved, path: evidence/EV-1.md}}
standards:
  iec-60601-1: {edition: "3.2", applied: part, excluded: {"7.1.3": the marking is moulded}}
  iec-60601-2-33: {edition: "4.0", applied: full}
  iec-62366-1: {edition: "2015+A1:2020", applied: full}
clauses:
  iec-62366-1:
    "5": {verdict: P, evidence: [EV-1], measurements: [{quantity: errors, value: 1, limit: 2, bound: at_most}]}
  iec-60601-2-33:
    "201.9.6": {verdict: P, evidence: [EV-1], measurements: [{quantity: noise, value: 92, unit: dB(A), limit: 99, bound: at_most}]}
  iec-60601-1:
    "4.2.2": {verdict: P, remark: plan and file, evidence: [EV-1#1], risks: [R-1], controls: [RC-1], reviewer: Ann}
    "4.3": {verdict: P, remark: named, evidence: [EV-1]}
    "4.4": {verdict: open, remark: planned}
    "8.3": {verdict: F}
    "8.5.5": {verdict: N/A, remark: not declared, facts: {defibrillation_proof: false}}
    "8.5.3": {verdict: N/A}
    "8.6.4": {verdict: P, evidence: [EV-1]}
    "8.7.3":
      verdict: P
      evidence: [EV-1]
      measurements:
        - {GOOD1, value: 38, unit: uA}
        - {GOOD1, value: 620, unit: uA}
        - {GOOD2, value: 499, unit: uA}
        - {GOOD1, value: 499, unit: uA, decision_rule: shared risk}
        - {GOOD1, value: 38, unit: V}
        - {quantity: earth leakage, value: 1, unit: mA}
    "9": {verdict: N/A, remark: nothing moves}
    "99.1": {verdict: P, evidence: [EV-1]}
test_particulars:
  device_revision: v1
  laboratory: {name: House laboratory}
  tested_from: 2026-05-01
  protection: class_II
  oxygen_rich: false
  decision_rule: RULE
components:
  CO-1: {title: Head, applied_part: {type: BF, contact: "skin, an hour", defibrillation_proof: false}}
  CO-2: {title: Knob, applied_part: {treated_as: true}}
  CO-3: {title: Fuse, critical: {manufacturer: Ann, type: T1, ratings: 1 A, standard: IEC 60127-1, mark: VDE}}
  CO-4: {title: Switch, critical: {manufacturer: Ann}}
  CO-6: {title: Plug, critical: {manufacturer: Ann, type: T2, ratings: 16 A, mark: VDE}}
  CO-5: {title: Old fuse, critical: {manufacturer: Ann}, retired: {reason: replaced}}
insulation:
  BAR-A:
    title: Mains to shell
    area: A
    between: [mains, shell]
    protection: {kind: MOPP, count: 2}
    working_voltage: {rms: 240, peak: 340, unit: V}
    material: IIIa
    pollution_degree: "2"
    creepage: {required: 8, measured: 8, unit: mm}
    clearance: {required: 5, measured: 4.9, unit: mm}
    dielectric: {voltage: 4000, unit: V, duration: 1 min, result: fail}
    requirement: table 12
    clauses: ["iec-60601-1#8.7.3", "iec-60601-2-33#201.9.6"]
    evidence: [EV-1]
  BAR-B: {title: Signal to shell, clearance: {required: 5, unit: mm}}
  BAR-C:
    title: Board
    between: [mains]
    components: [CO-3]
    remark: sealed
    creepage: {required: 2, measured: 3}
    dielectric: {voltage: 1500, result: pass}
essential_performance:
  EP-1: {title: No light unasked, limit: none, single_fault: none, immunity: none, risks: [R-1], verified_by: [TC-1, TC-2, EV-1]}
  EP-2: {title: Light when asked}
"""


def tables(folder: Path, records: str = LAMP, facts: str = FACTS, rule: str = "null") -> Tables:
    (folder / "evidence").mkdir(parents=True)
    (folder / "evidence/EV-1.md").write_text("# Report\n\n## 1 Result\n\nGood.\n", "utf-8")
    (folder / "project.yaml").write_text("project: {title: Technical file}\n", "utf-8")
    for name, text in (("FACTS", facts), ("RULE", rule), ("GOOD", GOOD)):
        records = records.replace(name, text)
    (folder / "records.yaml").write_text(records, "utf-8")
    made = compile(folder)
    unread = [f for f in made.report.findings if f.code.startswith("ID") and f.name != "retired-id-used"]
    assert not unread
    return Tables(Inputs(made.sources, made.dossier, made.graph, made.law, made.report, Revision("test")))


@pytest.fixture(scope="module")
def lamp(tmp_path_factory) -> Tables:
    return tables(tmp_path_factory.mktemp("lamp"))


def clause(table: Table, key: str, at: int = 0) -> Row:
    return next(row for row in table.rows if words(row.cells[at]).split("\n")[0] == key)


def cell(table: Table, row: Row, title: str) -> str:
    return words(row.cells[[column.title for column in table.columns].index(title)])


def said(table: Table, key: str, *titles: str, at: int = 0) -> list[str]:
    return [cell(table, clause(table, key, at), title) for title in titles]


def gaps_in(row: Row) -> list[str]:
    items = [item for c in row.cells for item in (c.items if isinstance(c, Lines) else (c,))]
    return [item.text for item in items if isinstance(item, Gap)]


def document(made: Tables, id_: str = "electrical_safety_report"):
    result = render(made)
    assert not result.faults
    return next(document for document in result.documents if document.id == id_)


def table_names(made: Tables, id_: str = "electrical_safety_report") -> list[str]:
    return [block.table.name for block in document(made, id_).blocks if isinstance(block, TableBlock)]


def test_every_clause_has_a_row_in_the_workbook(lamp):
    table = lamp.get("clauses", GENERAL)
    numbers = [words(row.cells[0]) for row in table.rows]
    assert numbers[:-1] == [state.key for state in lamp.inputs.clause_states(GENERAL)]
    assert numbers[-1] == "99.1", "what the library does not list stands behind"
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize(
    ("key", "verdict", "by", "reason", "gap"),
    [
        ("4.2.2", "P", "record", "plan and file", False),
        ("4.4", "open", "record", "planned", True),
        ("5.1", "open", "nobody yet", "", True),
        ("7.1.3", "N/A", "exclusion", "the marking is moulded", False),
        ("8.3", "F", "clauses below", "", True),
        ("9.7.2", "N/A", "facts", "does not apply because pressure = false", False),
        ("9.3", "N/A", "clause above", "as clause 9", False),
        ("8.5.5", "open", "record", "not declared\nto be judged anew: judged N/A while defibrillation proof = false", True),
        ("8.5.3", "N/A", "record", "no remark\nagainst the facts: it applies because mains powered = true", True),
    ],
)
def test_who_says_a_verdict(lamp, key, verdict, by, reason, gap):
    table = lamp.get("clauses", GENERAL)
    if key == "8.3":  # whether it has clauses below it is for the library to say
        by = "clauses below" if cell(table, clause(table, key), "Said by") == "clauses below" else "record"
    if key == "8.5.5":
        assert said(table, key, "Verdict") == ["open"]
        assert said(table, key, "Remark or reason")[0].startswith(reason)
    else:
        assert said(table, key, "Verdict", "Said by", "Remark or reason") == [verdict, by, reason]
    assert clause(table, key).gap is gap


def test_a_heading_that_only_sums_up_is_no_gap_of_its_own(lamp):
    table = lamp.get("clauses", GENERAL)
    assert said(table, "4", "Verdict", "Said by") == ["open", "clauses below"]
    assert said(table, "8", "Verdict") == ["F"]
    assert not clause(table, "4").gap
    assert not clause(table, "8").gap


def test_what_a_particular_standard_changes_is_named(lamp):
    changed = [state for state in lamp.inputs.clause_states(GENERAL) if state.changes]
    assert changed
    table = lamp.get("clauses", GENERAL)
    for state in changed:
        assert f"{state.changes[0].mode} by IEC 60601-2-33, " in said(table, state.key, "Changed by")[0]


def test_the_paper_folds_branches_that_say_the_same(lamp):
    paper, book = lamp.get("clause_report", GENERAL), lamp.get("clauses", GENERAL)
    assert len(paper.rows) < len(book.rows)
    numbers = [words(row.cells[0]) for row in paper.rows]
    assert numbers == [number for number in (words(row.cells[0]) for row in book.rows) if number in numbers]
    branch = next(row for row in paper.rows if words(row.cells[0]) == "15")
    assert words(branch.cells[1]).endswith(" clauses below it")
    assert "not judged, nor the " in words(branch.cells[1])
    assert branch.gap
    assert "9.2" in numbers, "the particular standard changes what is below 9"
    assert "9.7.2" not in numbers, "all of 9.7 is excluded by facts"
    assert "8.7.3" in numbers, "a record is never hidden"
    leaves = sum(1 for state in lamp.inputs.clause_states(GENERAL) if not state.has_children and state.key.startswith("9.7."))
    assert f"and the {leaves} clauses below it" in words(clause(paper, "9.7").cells[1])
    assert words(clause(paper, "4.2.2").cells[6]) == "EV-1 v3, 1", "on paper the number of the section will do"


def test_the_summary_counts_every_clause_once(lamp):
    table, total = lamp.get("clause_summary", GENERAL), 0
    for row in table.rows:
        number, *each = [int(words(c)) for c in row.cells[2:8]]
        assert number == sum(each)
        total += number
    (counts,) = [row for row in lamp.get("clause_counts", "iec-60601").rows if row.subject == GENERAL]
    assert int(words(counts.cells[1])) == total
    unlisted = table.rows[-1]
    assert [words(c) for c in unlisted.cells[:4]] == ["99.1", "not among the clauses that the library lists", "1", "1"]
    assert unlisted.gap
    assert "not held against a licensed copy" in words(counts.cells[-1])


def test_standards_of_the_series_and_others(lamp):
    assert judged_of_series(lamp.inputs) == [GENERAL, PARTICULAR]
    assert judged(lamp.inputs) == [GENERAL, PARTICULAR, "iec-62366-1"]
    assert [row.subject for row in lamp.get("clause_counts", "other").rows] == ["iec-62366-1"]
    assert "clause_report-iec-62366-1" in table_names(lamp, "verification_report")
    assert not {"clause_report-iec-60601-1", "measurements"} & set(table_names(lamp, "verification_report"))
    assert [words(row.cells[1]) for row in lamp.get("measurements_by_others").rows] == ["errors"]


@pytest.mark.verifies("REQ-OUT-04")
def test_measured_values_are_held_against_their_limits(lamp):
    table = lamp.get("measurements_of", "leakage")
    shown = [[cell(table, row, title) for title in ("Value", "Limit", "Result", "Margin", "Share of the limit")] for row in table.rows]
    assert shown == [
        ["38 µA ± 2 µA (illustrative)", "≤ 0.5 mA", "within", "0.462 mA", "8 %"],
        ["620 µA ± 2 µA (illustrative)", "≤ 0.5 mA", "outside the limit", "-0.12 mA", "124 %"],
        ["499 µA ± 2 µA (illustrative)", "≤ 0.5 mA", "undecided", "0.001 mA", "100 %"],
        ["499 µA ± 2 µA (illustrative)", "≤ 0.5 mA", "within, by the decision rule", "0.001 mA", "100 %"],
        ["38 V ± 2 V (illustrative)", "≤ 0.5 mA", "`V` and `mA` measure different things", "", ""],
        ["1 mA", "no limit", "no limit", "", ""],
    ]
    assert [row.gap for row in table.rows] == [False, True, True, False, True, True]
    assert cell(table, table.rows[0], "Condition") == "type BF, a.c., single fault"
    assert cell(table, table.rows[0], "Source of the limit, decision rule") == "table 3"
    assert cell(table, table.rows[3], "Source of the limit, decision rule") == "table 3\nshared risk"
    assert cell(table, table.rows[0], "Instrument") == "INS-1\ndue 2026-12-31"
    assert gaps_in(table.rows[2]) == ["undecided", "calibrated from 2024-01-01 to 2025-01-01"]
    assert gaps_in(table.rows[5]) == ["no limit", "no limit", "no instrument", "no date"], "what has no limit needs no source of it"


def test_the_rule_of_the_particulars_decides_too(tmp_path):
    made = tables(tmp_path, rule="the value alone counts")
    assert "undecided" not in [gap for row in made.get("measurements").rows for gap in gaps_in(row)]


@pytest.mark.parametrize(
    ("key", "insulation", "shown", "gap"),
    [
        ("11.6.3", "", "observed, no value", False),
        ("8.8.3", "dielectric: {voltage: 4000, unit: V, result: pass}", "in the table of insulation", False),
        ("8.8.3", "creepage: {required: 1, measured: 2, unit: mm}", "judged, and no value is recorded", True),
        ("8.9.4", "clearance: {required: 1, measured: 2, unit: mm}", "in the table of insulation", False),
        ("8.7.4", "creepage: {required: 1, measured: 2, unit: mm}", "judged, and no value is recorded", True),
    ],
)
def test_a_result_may_be_seen_or_stand_in_the_table_of_insulation(tmp_path, key, insulation, shown, gap):
    records = HOOKS.replace("CLAUSE", f'"{key}": {{verdict: P}}') + f"insulation: {{BAR-A: {{title: Mains, {insulation}}}}}\n".replace(", }", "}")
    (row,) = tables(tmp_path, records).get("measurements").rows
    assert words(row.cells[6]) == shown
    assert row.gap is gap


def test_kinds_of_measurement_come_from_the_library(lamp):
    kinds = measured_kinds(lamp.inputs)
    assert {"leakage", "earth_resistance"} <= set(kinds)
    assert lamp.get("measurements_of", "earth_resistance").title == "Measurements: earth resistance"
    assert lamp.get("measurements_of", "sar").title == "Measurements: specific absorption rate"
    (row,) = lamp.get("measurements_of", "earth_resistance").rows
    assert [words(row.cells[0]), *gaps_in(row)] == ["8.6.4", "judged, and no value is recorded"]
    assert [words(row.cells[2]) for row in lamp.get("measurements").rows].count("8.7.3") == 6
    in_book = clause(lamp.get("measurements"), "8.6.4", 2)
    assert gaps_in(in_book) == ["judged, and no value is recorded"], "a gap of the report is a row of the workbook too"
    noise = next(row for row in lamp.get("measurements").rows if words(row.cells[2]) == "201.9.6")
    assert words(noise.cells[1]) == "IEC 60601-2-33"


@pytest.mark.parametrize(
    ("number", "text"),
    [("0", "0"), ("1210", "1210"), ("0.4620", "0.462"), ("-12.30045", "-12.3"), ("0.00001254", "0.0000125"), ("1E+3", "1000")],
)
def test_numbers_are_read_without_an_exponent(number, text):
    from decimal import Decimal

    assert plain(Decimal(number)) == text


def test_every_hook_has_a_row(lamp):
    table = lamp.get("rm_hooks")
    expected = [state.key for id_ in (GENERAL, PARTICULAR) for state in lamp.inputs.clause_states(id_) if state.item.rm_hook]
    assert [words(row.cells[1]) for row in table.rows] == expected
    assert len(expected) >= 111


ANSWERS = ("Applies", "Risks with their level after control, controls, documents", "Verdict", "Conclusion or reason", "Reviewer")


@pytest.mark.parametrize(
    ("key", "shown", "gaps"),
    [
        ("4.2.2", ["yes", "R-1 serious, rare: acceptable\nRC-1", "P", "plan and file", "Ann"], []),
        ("4.3", ["yes", "names no risk and no control", "P", "named", "no reviewer"], ["names no risk and no control", "no reviewer"]),
        ("4.4", ["yes", "names no risk and no control", "open", "planned", ""], ["names no risk and no control", "open"]),
        ("9.7.2", ["no", "", "N/A", "does not apply because pressure = false", ""], []),
        ("9.3", ["no", "", "N/A", "as clause 9", ""], []),
    ],
)
def test_what_the_risk_file_answers_a_hook(lamp, key, shown, gaps):
    table = lamp.get("rm_hooks")
    assert said(table, key, *ANSWERS, at=1) == shown
    assert gaps_in(clause(table, key, 1)) == gaps


HOOKS = """
device: {name: Lamp, revision: v2, facts: {FACTS}}
evidence: {EV-1: {title: Report, version: "3", status: approved, path: evidence/EV-1.md}}
harms: {HARM-1: {title: Shock}}
hazards: {HZ-1: {title: Voltage}}
situations: {HS-1: {title: Hand, hazards: [HZ-1], risks: {R-1: {harm: HARM-1}}}}
controls: {RC-1: {kind: inherent, text: Barrier}, RC-2: {kind: inherent, text: Gone, retired: {reason: merged}}}
standards: {iec-60601-1: {edition: "3.2", applied: full}}
clauses:
  iec-60601-1:
    CLAUSE
"""


@pytest.mark.parametrize(
    ("key", "judged", "shown", "gaps"),
    [
        ("4.2.2", '"4.2.2": {verdict: P, evidence: [EV-1#1]}', ["yes", "EV-1 v3, 1", "P", "", ""], []),
        ("4.2.2", '"4.2.2": {verdict: P}', ["yes", "names no document", "P", "", ""], ["names no document"]),
        ("4.3", '"4.3": {verdict: P, remark: nothing to lose, reviewer: Ann, evidence: [EV-1]}',
         ["yes", "none, for the reason given", "P", "nothing to lose", "Ann"], []),
        ("4.3", '"4.3": {verdict: P, remark: nothing to lose, evidence: [EV-1]}',
         ["yes", "names no risk and no control", "P", "nothing to lose", "no reviewer"], ["names no risk and no control", "no reviewer"]),
        ("4.3", '"4.3": {verdict: P, controls: [RC-1, RC-2], reviewer: Ann, evidence: [EV-1]}', ["yes", "RC-1", "P", "", "Ann"],
         ["reference to RC-2, which is retired"]),
        ("8.10.1", '"8.10": {verdict: P, risks: [R-1], reviewer: Ann, evidence: [EV-1]}',
         ["yes", "names no risk and no control", "open", "not judged", ""], ["names no risk and no control", "open", "not judged"]),
        ("8.10.1", '"8.10": {verdict: N/A, remark: nothing live}', ["no", "", "N/A", "as clause 8.10", ""], []),
        ("7.3.3", '"7.3.3": {verdict: P, risks: [R-1], remark: button cell, reviewer: Ann}',
         ["yes", "R-1\nlevel unknown", "P", "button cell", "Ann"], ["level unknown"]),
        ("7.3.3", '"7.3.3": {verdict: open, controls: [RC-1]}', ["not stated: battery", "RC-1", "open", "", ""], ["not stated: battery", "open"]),
        ("9.7.2", '"9.7.2": {verdict: open, remark: asked}', ["no", "", "N/A", "asked\ndoes not apply because pressure = false", ""], []),
    ],
)  # fmt: skip
def test_a_hook_is_answered_as_the_rules_ask(tmp_path, key, judged, shown, gaps):
    """By risks and controls in use, of the clause or the one that stands for it; by documents where it asks of the process; by a
    reviewer's reason.
    """
    made = tables(tmp_path, HOOKS.replace("CLAUSE", judged))
    assert said(made.get("rm_hooks"), key, *ANSWERS, at=1) == shown
    assert gaps_in(clause(made.get("rm_hooks"), key, 1)) == gaps


@pytest.mark.parametrize(
    ("judged", "key", "reason"),
    [
        ('"9.7.2": {verdict: open}', "9.7.2", "does not apply because pressure = false"),
        ('"9.7.2": {verdict: P, evidence: [EV-1]}', "9.7.2", "against the facts: it does not apply because pressure = false"),
        ('"9.7.2": {verdict: P, evidence: [EV-1], facts: {pressure: false}}', "9.7.2", ""),
        ('"9.2.4": {verdict: P, evidence: [EV-1]}', "9.2.4", "against the facts: it does not apply because moving parts = false"),
        ('"8.5": {verdict: N/A, remark: no earth}', "8.5.3", "as clause 8.5\nagainst the facts: it applies because mains powered = true"),
        ('"8.5": {verdict: N/A, remark: no earth, facts: {mains_powered: true}}', "8.5.3", "as clause 8.5"),
    ],
)
def test_facts_beside_a_verdict(tmp_path, judged, key, reason):
    """What facts exclude is no contradiction to an open record; a verdict in view of the facts is none either."""
    made = tables(tmp_path, HOOKS.replace("CLAUSE", judged), f"{FACTS}, moving_parts: false")
    assert said(made.get("clauses", GENERAL), key, "Remark or reason") == [reason]
    paper = made.get("clause_report", GENERAL)
    if "against" in reason:
        assert clause(paper, key).gap, "what contradicts the facts is not folded away"


def test_what_is_judged_beside_the_list(tmp_path):
    judged = '"99.1": {verdict: N/A, remark: no pressure, facts: {pressure: true}}\n  iec-60601-2-33:\n    UNTIL'
    law = tables(tmp_path, HOOKS.replace("CLAUSE", '"4.1": {verdict: P}')).inputs.law
    particular = law.standard(PARTICULAR)
    old = next(key for key, item in particular.clauses.items() if item.since)
    judged = judged.replace("UNTIL", f'"{old}": {{verdict: P, evidence: [EV-1]}}')
    records = HOOKS.replace("CLAUSE", judged).replace("applied: full}}", 'applied: full}, iec-60601-2-33: {edition: "3.2", applied: full}}')
    made = tables(tmp_path / "2", records)
    assert said(made.get("clauses", GENERAL), "99.1", "Verdict", "Remark or reason") == [
        "open", "no pressure\nto be judged anew: judged N/A while pressure = true"]  # fmt: skip
    assert said(made.get("clauses", PARTICULAR), old, "Title (own words)")[0].endswith(": not in the edition that is applied")


def test_a_standard_of_which_every_verdict_is_retired_is_not_judged(tmp_path):
    records = HOOKS.replace("CLAUSE", '"4.1": {verdict: P}') + '  iec-62366-1: {"5": {verdict: P, retired: {reason: merged}}}\n'
    assert judged(tables(tmp_path, records).inputs) == [GENERAL]


def test_a_standard_that_is_applied_without_verdicts_says_so(tmp_path):
    records = HOOKS.replace("CLAUSE", '"4.1": {verdict: P}').replace("applied: full}}", 'applied: full}, iec-60601-1-2: {edition: "4.1", applied: full}}')
    table = tables(tmp_path, records).get("clause_counts", "iec-60601")
    assert [words(c) for c in table.rows[1].cells[1:]] == ["none judged", "", "", "", "", "", "none in the library"]


def test_a_fact_that_flips_opens_the_hook(tmp_path):
    made = tables(tmp_path, LAMP.replace('    "9": {verdict: N/A, remark: nothing moves}\n', ""), FACTS.replace("pressure: false", "pressure: true"))
    assert said(made.get("rm_hooks"), "9.7.2", "Applies", "Verdict", "Conclusion or reason", at=1) == ["yes", "open", "not judged"]
    assert said(made.get("clauses", GENERAL), "9.7.2", "Verdict", "Said by") == ["open", "nobody yet"]


def test_particulars_name_what_is_missing(lamp):
    table = lamp.get("particulars")
    shown = {words(row.cells[0]): words(row.cells[2]) for row in table.rows}
    assert shown["Device revision tested"] == "v1\nthe file describes v2"
    assert shown["Laboratory"] == "House laboratory"
    assert shown["Tested from, to"] == "missing", "the end is not stated"
    assert shown["Protection against electric shock"] == "class II"
    assert shown["Oxygen rich environment"] == "not for use in it"
    assert shown["Types of applied parts"] == "type BF"
    assert {"Samples", "Supply", "Accreditation (ISO/IEC 17025)"} <= {words(row.cells[0]) for row in table.rows if row.gap}


SETTLED = (
    "software: none, programmable: false, mains_powered: false, battery: true, sterile: false, sterilised_before_use: false, "
    "fire_or_oxygen: false, combined_use: false, interoperable: false, networked: false, home_use: false, emergency_use: false"
)


def test_particulars_that_the_facts_answer_are_no_gap(tmp_path):
    facts = f"active: true, hardware: true, contact: intact_skin, {SETTLED}"
    made = tables(tmp_path, "device: {name: Lamp, revision: v2, facts: {FACTS}}\ntest_particulars: {device_revision: v2}\n", facts)
    shown = {words(row.cells[0]): (words(row.cells[2]), row.gap) for row in made.get("particulars").rows}
    assert shown["Sterilisation"] == ("none: sterile = false and sterilised before use = false", False)
    assert shown["Oxygen rich environment"] == ("not for use in it: fire or oxygen = false", False)
    assert shown["Flammable anaesthetics"] == ("not for use with them: fire or oxygen = false", False)
    assert shown["Connection to the supply"] == ("none: mains powered = false", False)
    assert shown["Software"][0].startswith("none: ")
    assert shown["Configuration"][0].startswith("used alone: ")
    assert shown["Where it is used, by whom"] == ("not at home and not in emergency services: home use = false and emergency use = false", False)
    assert shown["Altitude"] == ("not stated", False)
    assert {title for title, (_, gap) in shown.items() if gap} == {
        "Laboratory", "Accreditation (ISO/IEC 17025)", "Tested from, to", "Samples", "Protection against electric shock",
        "Ingress protection", "Mode of operation", "Mobility", "Supply", "Mass", "Surroundings in use", "Decision rule", "Report",
    }  # fmt: skip


def test_the_handbook_names_what_has_to_be_stated():
    page = (Path(__file__).parent.parent / "docs" / "electrical_safety.md").read_text("utf-8")
    asked, _, others = page.partition("The others (")
    asked = asked[asked.index("What has to be stated") :]
    for item in ITEMS:
        for name in (field.rpartition(".")[2] for field in item.fields):
            assert (f"`{name}`" in asked) is item.due, name
            assert (f"`{name}`" in others.partition(")")[0]) is not item.due, name


def test_particulars_are_asked_for_where_facts_are_open_and_what_is_stated_stays(tmp_path):
    stated = "test_particulars: {device_revision: v2, sterilisation: steam, mobility: hand_held, oxygen_rich: true}\n"
    made = tables(tmp_path, "device: {name: Lamp, revision: v2, facts: {FACTS}}\n" + stated, "sterile: false, fire_or_oxygen: false")
    shown = {words(row.cells[0]): words(row.cells[2]) for row in made.get("particulars").rows}
    assert [shown[title] for title in ("Sterilisation", "Mobility", "Oxygen rich environment")] == ["steam", "hand-held", "for use in it"]
    assert [shown[title] for title in ("Software", "Connection to the supply", "Configuration")] == ["missing"] * 3
    (message,) = [f.message for f in made.inputs.report.findings if f.code == "VER566"]
    named = re.findall("`(\\w+)`", message)
    rows = {item.title: item for item in ITEMS}
    gaps = {field for row in made.get("particulars").rows if row.gap for field in rows[words(row.cells[0])].fields}
    assert set(named) == {field for field in gaps if not field.startswith("laboratory")}, "the rule asks for what the table misses"


def test_particulars_of_another_revision_may_be_argued(tmp_path):
    argued = LAMP.replace("status: approved, path", "status: approved, device_revision: v1, delta_assessment: {revision: v2, argument: Same.}, path")
    table = tables(tmp_path, argued.replace("  device_revision: v1\n", "  device_revision: v1\n  evidence: [EV-1]\n")).get("particulars")
    row = clause(table, "Device revision tested")
    assert words(row.cells[2]) == "v1, argued for v2 in EV-1"
    assert not row.gap


def test_particulars_show_every_field(tmp_path):
    """A field that is stated and stands in no row would be lost on the way to the laboratory."""
    stated = {name for name in Particulars.model_fields if name not in Record.model_fields}
    rows = {words(row.cells[0]) for row in tables(tmp_path).get("particulars").rows}
    shown = len(rows - {"Equipment", "Types of applied parts", "Accreditation (ISO/IEC 17025)"}) + 1  # two days in one row
    assert shown + 1 == len(stated), "with the remarks, which have a row where there are any"


def test_applied_parts_and_critical_components(lamp):
    parts = lamp.get("applied_parts")
    assert [[words(c) for c in row.cells] for row in parts.rows] == [
        ["CO-1 Head", "BF", "no", "skin, an hour", "by definition"],
        ["CO-2 Knob", "no type", "not stated", "missing", "treated as one (4.6)"],
    ]
    assert [row.gap for row in parts.rows] == [False, True]
    critical = lamp.get("critical_components")
    assert [(row.subject, row.gap) for row in critical.rows] == [("CO-3", False), ("CO-4", True), ("CO-6", False)]
    assert gaps_in(critical.rows[1]) == ["missing", "missing", "no standard", "and no mark"]


def test_insulation(lamp):
    table = lamp.get("insulation")
    first, second, _ = table.rows
    assert [words(c) for c in first.cells[1:]] == [
        "A", "mains\nshell", "2 × MOPP", "240 V r.m.s.\n340 V peak", "IIIa\npollution degree 2", "≥ 8 mm\nmeasured 8 mm",
        "≥ 5 mm\nmeasured 4.9 mm", "4000 V, 1 min\nfail", "table 12", "8.7.3\nIEC 60601-2-33, 201.9.6\nEV-1 v3",
    ]  # fmt: skip
    third = table.rows[2]
    assert [words(third.cells[at]) for at in (9, 2, 6, 8)] == [
        "missing\nsealed", "mains\none side\nCO-3", "≥ 2\nmeasured 3\nno unit", "1500, no unit\npass",
    ]  # fmt: skip
    assert gaps_in(first) == ["measured 4.9 mm", "fail"]
    assert {"not measured", "not tested", "no evidence", "no pollution degree"} <= set(gaps_in(second))


REASONED = """
device: {name: Lamp, revision: v2, facts: {FACTS}}
test_particulars: {pollution_degree: "2"}
insulation:
  BAR-A:
    title: Winding to skin
    dielectric: {voltage: 4, unit: kV, result: pass}
    not_needed: {creepage: solid insulation, clearance: no path in air}
  BAR-B: {title: Impedance, material: IIIa, clearance: {required: 1, measured: 2, unit: mm}, not_needed: {clearance: potted}}
  BAR-C: {title: Certified, not_needed: {creepage: by certificate, clearance: by certificate, dielectric: by certificate}}
components: {CO-1: {title: Lead, applied_part: {type: CF, contact: chest}}, CO-2: {title: Paddle, applied_part: {type: CF, contact: chest, defibrillation_proof: true}}}
"""


def test_what_a_barrier_does_not_need_is_no_gap(tmp_path):
    first, second, third = tables(tmp_path, REASONED).get("insulation").rows
    assert [words(first.cells[at]) for at in (5, 6, 7)] == ["pollution degree 2", "not needed: solid insulation", "not needed: no path in air"]
    assert words(second.cells[7]) == "≥ 1 mm\nmeasured 2 mm\nnot needed: potted"
    assert gaps_in(second)[-5:] == ["missing", "not needed: potted", "not tested", "missing", "no evidence"], "both cannot be"
    assert [words(third.cells[at]) for at in (5, 8, 9)] == ["pollution degree 2", "not needed: by certificate", ""]


@pytest.mark.parametrize(
    ("fact", "shown", "gaps"),
    [(", defibrillation_proof: false", ["no, by the facts", "yes, against the facts"], [False, True]), ("", ["not stated", "yes"], [True, False])],
)
def test_the_facts_answer_whether_parts_withstand_defibrillation(tmp_path, fact, shown, gaps):
    rows = tables(tmp_path, REASONED, FACTS + fact).get("applied_parts").rows
    assert [words(row.cells[2]) for row in rows] == shown
    assert [row.gap for row in rows] == gaps


@pytest.mark.parametrize(("verdict", "rows"), [("P", 1), ("N/E", 0), ("N/A", 0)])
def test_protection_from_shock_may_stand_in_another_report(tmp_path, verdict, rows):
    made = tables(tmp_path, HOOKS.replace("CLAUSE", f'"8": {{verdict: {verdict}, remark: by others, evidence: [EV-1]}}'))
    assert [len(made.get(name).rows) for name in ("applied_parts", "insulation", "critical_components")] == [rows] * 3


LIMITS = (
    ("unit: V, no_limit: other values are looked up with it", "none: other values are looked up with it", "", ["no instrument", "no date"]),
    ("no_limit: taken", "none: taken", "no unit", ["no unit", "no instrument", "no date"]),
    ("unit: V, limit: 30, bound: at_most, limit_source: table 1, no_limit: taken", "≤ 30 V\nnone: taken", "within",
     ["none: taken", "no instrument", "no date"]),
)


@pytest.mark.parametrize(("said_of_it", "limit", "result", "gaps"), LIMITS)
def test_why_nothing_limits_a_value_stands_in_its_row(tmp_path, said_of_it, limit, result, gaps):
    records = HOOKS.replace("CLAUSE", f'"8.5.4": {{verdict: P, measurements: [{{quantity: working voltage, value: 24, {said_of_it}}}]}}')
    table = tables(tmp_path, records).get("measurements")
    (row,) = [row for row in table.rows if words(row.cells[2]) == "8.5.4"]
    assert [cell(table, row, "Limit"), cell(table, row, "Result"), gaps_in(row)] == [limit, result, gaps]


def test_a_test_is_described_by_its_protocol_or_by_test_cases(tmp_path):
    records = HOOKS.replace("CLAUSE", '"4.1": {verdict: P}') + "tests: {TC-1: {title: A, protocol: [EV-1]}, TC-2: {title: B, automated: [t.a]}, TC-3: {title: C}}\n"
    assert [words(row.cells[2]) for row in tables(tmp_path, records).get("tests").rows] == ["EV-1 v3", "automated: t.a", "missing"]


def test_essential_performance(lamp):
    first, second = lamp.get("essential_performance").rows
    assert [words(c) for c in first.cells[4:]] == [
        "R-1 serious, frequent: not acceptable → serious, rare: acceptable", "", "TC-1 pass\nTC-2\nnot run\nEV-1 approved",
    ]  # fmt: skip
    assert gaps_in(first) == ["not run"]
    assert gaps_in(second) == ["no limit", "missing", "missing", "no risk", "no proof"]


def test_essential_performance_says_itself_that_it_is_illustrative(tmp_path):
    records = LAMP.replace("EP-1: {title: No light unasked,", "EP-1: {title: No light unasked, illustrative: true,").replace(
        "2026-03-01, result: pass}", "2026-03-01, result: pass, illustrative: true}")
    first, second = tables(tmp_path, records).get("essential_performance").rows
    assert words(first.cells[0]) == "EP-1 No light unasked\nillustrative", "the mark of its proof is about the proof"
    assert words(second.cells[0]) == "EP-2 Light when asked"


@pytest.mark.parametrize(("verdict", "said"), [("N/A", "none"), ("N/E", "in another report")])
def test_that_there_is_no_essential_performance_may_be_said(tmp_path, verdict, said):
    records = HOOKS.replace("CLAUSE", f'"4.3": {{verdict: {verdict}, remark: nothing to lose}}')
    (row,) = tables(tmp_path, records).get("essential_performance").rows
    assert words(row.cells[0]) == f"{said}\n4.3\nnothing to lose"
    assert not row.gap
    (missing,) = tables(tmp_path / "2", records.replace(f"{verdict}, remark: nothing to lose", "P")).get("essential_performance").rows
    assert missing.gap


@pytest.mark.parametrize(("unit", "share"), [("mA", "50 %"), ("degC", ""), ("dB(A)", "")])
def test_a_scale_without_a_zero_of_its_own_has_no_share(tmp_path, unit, share):
    records = HOOKS.replace("CLAUSE", f'"11.1.1": {{verdict: P, measurements: [{{quantity: q, value: 20, unit: {unit}, limit: 40, limit_unit: {unit}, bound: at_most}}]}}')
    (row,) = [r for r in tables(tmp_path, records).get("measurements").rows if words(r.cells[2]) == "11.1.1"]
    assert cell(tables(tmp_path / "2", records).get("measurements"), row, "Share of the limit") == share


def test_a_decision_rule_in_the_remark_counts_as_for_the_rules(tmp_path):
    value = "quantity: q, value: 39, unit: mA, limit: 40, limit_unit: mA, bound: at_most, uncertainty: 2"
    records = HOOKS.replace("CLAUSE", f'"11.1.1": {{verdict: P, remark: by the Decision rule of the laboratory, measurements: [{{{value}}}]}}')
    made = tables(tmp_path, records).get("measurements")
    assert "within, by the decision rule" in [cell(made, row, "Result") for row in made.rows]


STANDARDS = """
device: {name: Lamp, revision: v2, facts: {FACTS}}
standards:
  iec-60601-1: {edition: "3.2", applied: part}
  iec-60601-2-37: {edition: "3.0", applied: full}
  iec-62304: {applied: full}
  iso-14971: {edition: "2019", applied: full, retired: {reason: gone}}
clauses: {iec-62366-1: {"5": {verdict: P}}}
"""


def test_standards_say_what_contradicts_them(tmp_path):
    made = tables(tmp_path, STANDARDS)
    extents = {words(row.cells[0]).split("\n")[0]: words(row.cells[4]) for row in made.get("standards").rows}
    assert extents["IEC 60601-1"] == "in part\nno clause named as left out"
    assert extents["IEC 60601-2-37"].startswith("in full\nbut it does not apply because ")
    assert extents["IEC 62366-1"] == "clauses are judged, and it is not named as applied"
    called = {words(row.cells[0]).split("\n")[0].split(":")[0]: row for row in made.get("standards_called_for").rows}
    assert called["ISO 14971"].cells[5] == Gap("neither applied nor said why not"), "a retired record applies nothing"
    assert called["ISO 14971"].subject is None


RECORDED = ("particulars", "applied_parts", "essential_performance", "insulation", "critical_components")


@pytest.mark.parametrize(("facts", "rows"), [(FACTS, 1), ("active: false, hardware: true", 0), ("hardware: true", 0)])
def test_nothing_recorded_is_a_gap_where_the_facts_call_for_it(tmp_path, facts, rows):
    made = tables(tmp_path, "device: {name: Lamp, facts: {FACTS}}\n", facts)
    assert [len(made.get(name).rows) for name in RECORDED] == [rows] * len(RECORDED)
    assert all(row.gap for name in RECORDED for row in made.get(name).rows)


def test_the_report_of_a_device_without_electricity_says_so(tmp_path):
    made = tables(tmp_path, "device: {name: Lamp, facts: {FACTS}}\n", "active: false, hardware: true")
    assert table_names(made) == ["points-electrical_safety_report"]


def test_the_report_of_an_applied_standard_shows_every_part(lamp):
    names = table_names(lamp)
    for name in (*RECORDED, "clause_counts-iec-60601", "rm_hooks", "measurements_of-leakage"):
        assert name in names
    for standard in (GENERAL, PARTICULAR):
        assert {f"clause_summary-{standard}", f"clause_report-{standard}"} <= set(names)


def test_an_open_fact_is_said(tmp_path):
    made = tables(tmp_path, "device: {name: Lamp, facts: {FACTS}}\n", "hardware: true")
    assert made.inputs.law.standard(GENERAL) is not None
    assert "clause_counts-iec-60601" in table_names(made)
    assert made.get("rm_hooks").rows == ()


def test_clauses_sort_by_their_numbers():
    assert sorted(["8.10", "8.9", "8.1(b)", "8.1", "10"], key=clause_order) == ["8.1", "8.1(b)", "8.9", "8.10", "10"]


def test_tables_fit_landscape_paper(lamp):
    """Wider ones would be set in the smaller type, or on larger paper."""
    for name, option in (("clause_report", GENERAL), ("rm_hooks", None), ("insulation", None), ("essential_performance", None)):
        assert 115 < lamp.get(name, option).width <= 165, name
    assert lamp.get("measurements_of", "leakage").width <= 205
