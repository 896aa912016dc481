"""Tables of requirements, results and verdicts from end to end: what is covered, what is missing, and for which revision."""

from __future__ import annotations

from pathlib import Path

import pytest

from mdr_blueprint.graph import Graph
from mdr_blueprint.load import Dossier, load_law
from mdr_blueprint.model import ClauseAnswer
from mdr_blueprint.pipeline import compile
from mdr_blueprint.render.tree import branches
from mdr_blueprint.revision import Revision
from mdr_blueprint.tables import Gap, Inputs, Row, Table, Tables, engine, trace
from mdr_blueprint.tables.series import states
from mdr_blueprint.tables.shapes import words

LAW = load_law()
LAMP = """
device: {name: Lamp, revision: v2}
needs: {UN-1: {title: Light}, UN-2: {title: Quiet}, UN-3: {title: Old, retired: {reason: merged}}}
controls: {RC-1: {kind: inherent, text: A dim lamp, acts_on: [p1], implemented_by: [REQ-4]}}
components:
  CO-1: {title: Lamp}
  CO-2: {title: Bulb, part_of: [CO-1]}
  CO-3: {title: Socket, part_of: [CO-1]}
  CO-4: {title: Gone, part_of: [CO-1], retired: {reason: left out}}
requirements:
  REQ-1: {title: Bright, level: system, kind: hardware, satisfies: [UN-1], verified_by: [TC-1]}
  REQ-2: {title: Bulb, level: subsystem, kind: hardware, satisfies: [REQ-1], allocated_to: [CO-2], verified_by: [TC-1, TC-2]}
  REQ-3: {title: Filament, level: item, kind: hardware, satisfies: [REQ-2], allocated_to: [CO-2], verified_by: [TC-2], illustrative: true}
  REQ-4: {title: Dim, level: item, kind: software, verified_by: [TC-3]}
  REQ-5: {title: Marking, level: system, kind: labelling, satisfies: ["gspr:23.1(a)"]}
  REQ-6: {title: Whim, kind: hardware, allocated_to: [CO-1, CO-2], verified_by: [TC-4]}
tests:
  TC-1: {title: Measure light}
  TC-2: {title: Look at it}
  TC-3: {title: Count}
  TC-4: {title: Wait}
evidence: {EV-1: {title: Report, version: "1", status: approved}}
runs:
  RUN-1: {test: TC-1, device_revision: v1, date: 2026-01-01, result: fail, disposition: new bulb, retest: RUN-2, evidence: [EV-1]}
  RUN-2: {test: TC-1, device_revision: v2, date: 2026-02-01, result: pass, evidence: [EV-1]}
  RUN-3: {test: TC-2, device_revision: v1, date: 2026-01-01, result: pass, evidence: [EV-1],
    delta_assessment: {revision: v2, argument: The bulb is the same., by: N.N., date: 2026-02-02}}
  RUN-4: {test: TC-3, device_revision: v1, date: 2026-01-01, result: pass, evidence: [EV-1]}
"""


def tables(folder: Path, records: str = LAMP) -> Tables:
    folder.mkdir(exist_ok=True)
    (folder / "project.yaml").write_text("project: {title: Technical file}\n", "utf-8")
    (folder / "records.yaml").write_text(records, "utf-8")
    made = compile(folder)
    return Tables(Inputs(made.sources, made.dossier, made.graph, made.law, made.report, Revision("test")))


def texts(row: Row) -> list[str]:
    return [words(cell) for cell in row.cells]


def line(table: Table, *start: str) -> list[str]:
    """The row whose first cells begin so, as texts."""
    return texts(row_of(table, *start))


def row_of(table: Table, *start: str) -> Row:
    return next(row for row in table.rows if all(words(c).startswith(s) for c, s in zip(row.cells, start, strict=False)))


NAMES = (
    "coverage", "allocation", "need_trace", "level_trace", "gspr_clause_trace", "results_by_revision", "delta_assessments",
    "imported_runs",
)  # fmt: skip


@pytest.mark.verifies("REQ-OUT-04")
@pytest.mark.parametrize("name", NAMES)
def test_every_table_stands_without_records(tmp_path, name):
    empty = tables(tmp_path, "{}").get(name)
    full = tables(tmp_path / "full").get(name)
    for table in (empty, full):
        assert all(len(row.cells) == len(table.columns) for row in table.rows)
        assert table.rows or table.empty


# --- coverage and components


def test_coverage_counts_each_level_and_kind_and_names_what_is_open(tmp_path):
    table = tables(tmp_path).get("coverage")
    assert table.columns[7].title == "Passed for v2"
    assert line(table, "user need") == ["user need", "", "2", "", "", "1 of 2", "1 of 2", "1 of 2", "1", "1: UN-2"]
    assert line(table, "system", "hardware")[2:] == ["1", "1", "none due", "1", "1", "1", "0", "0"], "its parts are carried"
    assert line(table, "system", "labelling")[2:] == ["1", "1", "none due", "0 of 1", "0 of 1", "0 of 1", "0", "1: REQ-5"]
    assert line(table, "subsystem", "hardware")[2:] == ["1", "1", "1", "1", "1", "1", "1", "0"], "one pass is argued"
    assert line(table, "item", "software")[2:] == ["1", "1", "0 of 1", "1", "1", "0 of 1", "0", "1: REQ-4"]
    assert line(table, "no level", "hardware")[2:] == ["1", "0 of 1", "1", "1", "0 of 1", "0 of 1", "0", "1: REQ-6"]
    assert line(table, "all requirements")[2:] == ["6", "5 of 6", "3 of 4", "5 of 6", "4 of 6", "3 of 6", "2", "3: REQ-4, REQ-5, REQ-6"]
    assert [row.gap for row in table.rows] == [True, False, True, False, False, True, True, True]


def test_nothing_has_passed_where_no_revision_is_described(tmp_path):
    table = tables(tmp_path, LAMP.replace(", revision: v2", "")).get("coverage")
    assert line(table, "all requirements")[7:9] == ["0 of 6", "0"]


def test_more_open_records_than_a_cell_names_are_counted(tmp_path):
    records = "requirements:\n" + "".join(f"  REQ-{n}: {{title: T, level: item, kind: service}}\n" for n in range(1, 10))
    assert words(tables(tmp_path, records).get("coverage").rows[-1].cells[-1]).endswith("REQ-6 and 3 more")


def test_components_and_requirements_without_the_other_are_gaps(tmp_path):
    table = tables(tmp_path).get("allocation")
    found = {(words(r.cells[0]).split(" ")[0], words(r.cells[2]).split(" ")[0]): r for r in table.rows}
    assert list(found) == [
        ("CO-1", "REQ-6"), ("CO-2", "REQ-2"), ("CO-2", "REQ-3"), ("CO-2", "REQ-6"), ("CO-3", "no"),
        ("none,", "REQ-1"), ("no", "REQ-4"), ("none", "REQ-5"),
    ]  # fmt: skip
    assert found["CO-3", "no"].cells[2] == Gap("no requirement")
    assert found["no", "REQ-4"].cells[0] == Gap("no component")
    assert not found["none,", "REQ-1"].gap, "the requirements below it are carried"
    assert texts(found["none", "REQ-5"])[0] == "none needed: labelling"
    assert texts(found["CO-2", "REQ-2"])[5:] == ["TC-1\nTC-2", "TC-1 pass, v2\nTC-2 pass, v1, argued for v2"]
    assert found["CO-2", "REQ-6"].cells[-1] == Gap("not run")


# --- from need to item and result


def test_a_need_leads_to_the_result_that_counts(tmp_path):
    table = tables(tmp_path).get("need_trace")
    assert [column.title for column in table.columns][2] == "Level"
    assert line(table, "UN-1", "REQ-1")[2:5] == ["system", "TC-1 Measure light", "pass, v2"]
    assert line(table, "UN-1", "REQ-3")[1:5] == ["REQ-3 Filament (illustrative)", "item", "TC-2 Look at it", "pass, v1, argued for v2"]
    assert line(table, "UN-2")[1] == "no requirement"
    assert not any(words(row.cells[0]).startswith("UN-3") for row in table.rows), "a retired need asks for nothing"
    other = row_of(table, "RC-1", "REQ-4")
    assert other.cells[4] == Gap("pass, v1, not v2"), "nobody argues that it holds"
    assert row_of(table, "no origin", "REQ-6").cells[2] == Gap("no level")


def test_the_evidence_is_that_of_the_run_which_counts(tmp_path):
    later = "  RUN-5: {test: TC-1, device_revision: v3, date: 2026-03-01, result: pass, evidence: [EV-2]}\n"
    two = LAMP.replace("status: approved}}", "status: approved}, EV-2: {title: Other report}}")
    found = line(tables(tmp_path, two + later).get("need_trace"), "UN-1", "REQ-1")
    assert found[4:] == ["pass, v2", "EV-1 v1"]


def test_a_later_failure_is_not_passed_over(tmp_path):
    failed = "  RUN-5: {test: TC-1, device_revision: v3, date: 2026-03-01, result: fail}\n"
    assert line(tables(tmp_path, LAMP + failed).get("need_trace"), "UN-1", "REQ-1")[4] == "fail, v3"
    retired = failed.replace("fail}", "fail, retired: {reason: wrong unit}}")
    assert line(tables(tmp_path / "2", LAMP + retired).get("need_trace"), "UN-1", "REQ-1")[4] == "pass, v2"


def test_levels_are_columns_and_every_requirement_has_a_row(tmp_path):
    table = tables(tmp_path).get("level_trace")
    rows = [texts(row) for row in table.rows]
    chain = ["UN-1 Light", "REQ-1 Bright", "REQ-2 Bulb", "REQ-3 Filament (illustrative)"]
    assert rows[0] == [*chain[:2], "", "", "pass, v2"]
    assert rows[1][:4] == [*chain[:3], ""]
    assert rows[2] == [*chain, "pass, v1, argued for v2"]
    assert rows[3][:2] == ["UN-2 Quiet", "no requirement"]
    assert [row[0] for row in rows[4:]] == ["risk control", "Annex I or a standard", "no origin"]
    assert rows[4][3] == "REQ-4 Dim"
    assert rows[6][1] == "REQ-6 Whim\nno level"
    first = branches(table)[0]
    assert [b.level for b in first.branches[0].branches] == ["Result", "Subsystem requirement"], "one branch, not one per row"


def test_a_level_that_does_not_descend_is_a_gap(tmp_path):
    records = """
needs: {UN-1: {title: Light}}
requirements:
  REQ-1: {title: A, level: item, satisfies: [UN-1]}
  REQ-2: {title: B, level: system, satisfies: [REQ-1]}
"""
    row = row_of(tables(tmp_path, records).get("level_trace"), "UN-1", "", "", "REQ-2")
    assert "level system, not below the one above it" in words(row.cells[3])


def test_what_has_two_parents_is_unfolded_once(tmp_path):
    records = """
needs: {UN-1: {title: Light}}
requirements:
  REQ-1: {title: A, level: system, satisfies: [UN-1]}
  REQ-2: {title: B, level: system, satisfies: [UN-1]}
  REQ-3: {title: C, level: subsystem, satisfies: [REQ-1, REQ-2]}
  REQ-4: {title: D, level: item, satisfies: [REQ-3]}
"""
    rows = [texts(row) for row in tables(tmp_path, records).get("level_trace").rows]
    assert [row[1:4] for row in rows] == [
        ["REQ-1 A", "", ""], ["REQ-1 A", "REQ-3 C", ""], ["REQ-1 A", "REQ-3 C", "REQ-4 D"], ["REQ-2 B", "", ""], ["REQ-2 B", "REQ-3 C", ""],
    ]  # fmt: skip
    assert rows[-1][-1] == "no test\nwhat is below it stands above"


def test_requirements_in_a_circle_are_not_lost(tmp_path):
    records = """
needs: {UN-1: {title: Light}}
requirements:
  REQ-1: {title: A, level: item, satisfies: [UN-1, REQ-2]}
  REQ-2: {title: B, level: item, satisfies: [REQ-1]}
  REQ-3: {title: C, level: item, satisfies: [REQ-4]}
  REQ-4: {title: D, level: item, satisfies: [REQ-3]}
"""
    subjects = [row.subject for row in tables(tmp_path, records).get("level_trace").rows]
    assert set(subjects) == {"REQ-1", "REQ-2", "REQ-3", "REQ-4"}
    assert len(subjects) <= 6


def test_a_retired_record_is_no_origin(tmp_path):
    made = tables(tmp_path, LAMP.replace(
        "tests:\n", "  REQ-7: {title: Old wish, level: item, kind: service, satisfies: [UN-3], verified_by: [TC-1]}\ntests:\n", 1))
    assert line(made.get("coverage"), "item", "service")[3] == "0 of 1"
    assert row_of(made.get("need_trace"), "no origin", "REQ-7").gap
    assert row_of(made.get("level_trace"), "no origin", "", "", "REQ-7").gap
    assert line(made.get("requirements"), "REQ-7")[5] == "no origin"


def test_runs_and_tests_say_what_was_done_and_what_followed(tmp_path):
    records = """
evidence: {EV-1: {title: Protocol, version: "1", status: approved}}
tests:
  TC-1: {title: A, method: Look., sample: "20 lamps", protocol: [EV-1], automated: [tests.a, tests.b]}
  TC-2: {title: B, method: Look.}
runs:
  RUN-1: {test: TC-1, device_revision: v2, date: 2026-01-01, result: fail, disposition: new bulb}
  RUN-2: {test: TC-1, device_revision: v2, date: 2026-01-01, result: fail, retest: RUN-1}
  RUN-3: {test: TC-1, device_revision: v2, date: 2026-01-01, result: pass}
"""
    made = tables(tmp_path, records)
    assert line(made.get("tests"), "TC-1")[2:5:2] == ["Look.\nEV-1 v1\nautomated: tests.a, tests.b", "20 lamps"]
    assert line(made.get("tests"), "TC-2")[2] == "Look."
    assert [texts(row)[-1] for row in made.get("runs").rows] == ["new bulb\nno retest", "no disposition\nretest RUN-1", ""]
    assert all(row.gap for row in made.get("runs").rows[:2])


def test_a_ladder_of_requirements_takes_no_longer_than_it_has_rungs(tmp_path):
    """Two requirements a rung, each below both of the rung above, and a chain longer than Python may call."""
    rungs = "".join(
        f"  A-{n}: {{title: A, level: item, satisfies: [A-{n - 1}, B-{n - 1}]}}\n  B-{n}: {{title: B, level: item, satisfies: [A-{n - 1}, B-{n - 1}]}}\n"
        for n in range(1, 40)
    )
    chain = "".join(f"  C-{n}: {{title: C, level: item, satisfies: [C-{n - 1}]}}\n" for n in range(1, 1100))
    heads = "".join(f"  {name}-0: {{title: T, level: system, satisfies: [UN-1]}}\n" for name in "ABC")
    made = tables(tmp_path, "needs: {UN-1: {title: Light}}\nrequirements:\n" + heads + rungs + chain)
    assert 1100 + 80 <= len(made.get("level_trace").rows) <= 1100 + 160
    assert made.get("coverage").rows[0].gap


# --- by revision


def test_the_described_revision_stands_first_and_older_results_stay(tmp_path):
    table = tables(tmp_path).get("results_by_revision")
    rows = [[words(row.cells[0])[:4], *texts(row)[1:3], texts(row)[6]] for row in table.rows]
    assert rows == [
        ["TC-1", "v2", "pass", "made on this revision"],
        ["TC-1", "v1", "fail", "made again on v2"],
        ["TC-2", "v1", "pass", "The bulb is the same."],
        ["TC-3", "v1", "pass", "no delta assessment"],
        ["TC-4", "v2", "not run", ""],
    ]
    assert [row.gap for row in table.rows] == [False, False, False, True, True]


def test_only_the_newest_run_on_a_revision_is_shown(tmp_path):
    again = "  RUN-6: {test: TC-1, device_revision: v2, date: 2026-04-01, result: blocked, evidence: [EV-1]}\n"
    rows = tables(tmp_path, LAMP + again).get("results_by_revision").rows
    assert [words(row.cells[4]) for row in rows][:2] == ["RUN-6", "RUN-1"]
    assert rows[0].cells[2] == Gap("blocked")


def test_a_later_failure_on_another_revision_is_a_gap_here_too(tmp_path):
    failed = "  RUN-5: {test: TC-1, device_revision: v3, date: 2026-03-01, result: fail, evidence: [EV-1]}\n"
    made = tables(tmp_path, LAMP + failed)
    rows = [row for row in made.get("results_by_revision").rows if words(row.cells[0]).startswith("TC-1")]
    assert [[*texts(row)[1:3], texts(row)[6], row.gap] for row in rows] == [
        ["v2", "pass", "made on this revision", False],
        ["v3", "fail", "the newest run of the test, and not passed", True],
        ["v1", "fail", "made again on v2", False],
    ]  # fmt: skip
    assert line(made.get("need_trace"), "UN-1", "REQ-1")[4] == "fail, v3"


def test_a_later_pass_on_another_revision_takes_nothing_away(tmp_path):
    """The same run speaks for a test wherever the test stands as a proof."""
    later = "  RUN-5: {test: TC-1, device_revision: v3, date: 2026-03-01, result: pass, evidence: [EV-1]}\n"
    control = LAMP.replace("implemented_by: [REQ-4]", "verified_implementation: [TC-1], verified_effectiveness: [TC-1]")
    made = tables(tmp_path, control + later)
    assert line(made.get("need_trace"), "UN-1", "REQ-1")[4] == "pass, v2"
    rows = [texts(row) for row in made.get("control_verification").rows]
    assert rows
    assert all("v3" not in cell for row in rows for cell in row)


def test_delta_assessments_are_listed_and_missing_ones_are_gaps(tmp_path):
    more = """  RUN-7: {test: TC-4, device_revision: v1, date: 2026-01-01, result: pass, delta_assessment: {revision: v1.5, argument: Same.}}
"""
    evidence = LAMP.replace(
        'status: approved}}', 'status: approved}, EV-2: {title: Old report, status: approved, device_revision: v1}, '
        'EV-3: {title: Plan, status: planned, device_revision: v1}}\nclaims: {CL-1: {title: Bright, evidence: [EV-2]}}')
    table = tables(tmp_path, evidence + more).get("delta_assessments")
    assert [words(row.cells[0]) for row in table.rows] == ["RUN-3 of TC-2", "RUN-4 of TC-3", "RUN-7 of TC-4", "EV-2 Old report"]
    assert texts(table.rows[0])[1:6] == ["v1", "v2", "The bulb is the same.", "N.N.", "2026-02-02"]
    assert table.rows[1].cells[3] == table.rows[3].cells[3] == Gap("no delta assessment")
    assert table.rows[2].cells[2:6] == (Gap("v1.5, not v2"), table.rows[2].cells[3], Gap("nobody named"), Gap("no date"))


def test_runs_of_automated_tests_name_what_failed_or_was_skipped(tmp_path):
    table = tables(
        tmp_path,
        LAMP + """  RUN-8: {test: TC-4, device_revision: v2, date: 2026-01-01, result: fail,
    imported: {format: junit, suite: lamp, time: "2026-01-01T10:00:00", cases: 9, failed: [a, b], skipped: [c, d, e, f, g, h, i]}}
  RUN-9: {test: TC-4, device_revision: v2, date: 2026-01-02, result: pass, imported: {format: junit, suite: lamp, cases: 1, skipped: [a]}}
""").get("imported_runs")
    first, second = table.rows
    assert texts(first)[3:] == ["lamp", "2026-01-01T10:00:00", "9", "a\nb", "c\nd\ne\nf\ng\nh\nand 1 more", "fail"]
    assert not isinstance(first.cells[7], Gap)
    assert second.cells[7] == Gap("a"), "where every case was skipped nothing was tested"
    assert second.cells[4] == "not stated"
    assert not first.gap, "the test was passed the day after"
    (alone,) = tables(tmp_path / "2", LAMP + """  RUN-8: {test: TC-4, device_revision: v2, date: 2026-01-01, result: fail,
    imported: {format: junit, suite: lamp, time: "2026-01-01T10:00:00", cases: 9, failed: [a]}}
""").get("imported_runs").rows
    assert alone.cells[6:9:2] == (Gap("a"), Gap("fail"))


# --- from Annex I to the verdict on a clause

STANDARDS = """
device: {name: Lamp, revision: v1, facts: {active: true}}
standards:
  iec-60601-1: {edition: "3.2", applied: full}
  iso-14971: {edition: "2019", applied: full}
evidence: {EV-1: {title: Report, version: "1", status: approved}, EV-2: {title: Photograph, version: "1", status: approved}}
gspr:
  "14.2(a)": {applicable: true, method: shown, standards: ["iec-60601-1#9.2"], evidence: [EV-2]}
  "10.5": {applicable: true, method: shown, standards: [iec-60601-1], evidence: [EV-2]}
  "14.3": {applicable: true, method: shown, records: ["iec-60601-1#11.3"], evidence: [EV-2]}
  "3(a)": {applicable: true, method: shown, standards: ["iso-14971#4.4"], evidence: [EV-2]}
  "18.1": {applicable: true, method: shown, evidence: [EV-2]}
  "11.4": {applicable: false, justification: nothing is sterile}
  "11.5": {method: not decided}
clauses:
  iec-60601-1:
    "11.3": {verdict: P, evidence: [EV-1]}
"""


def of_gspr(table: Table, citation: str) -> list[Row]:
    return [row for row in table.rows if words(row.cells[0]) == citation]


def test_a_clause_that_an_answer_names_brings_its_verdict(tmp_path):
    table = tables(tmp_path, STANDARDS).get("gspr_clause_trace")
    (named,) = of_gspr(table, "14.2(a)")
    assert words(named.cells[3]).startswith("9.2 ")
    assert named.cells[4] == Gap("open")
    below = [key for key, item in LAW.standard("iec-60601-1").clauses.items() if key.startswith("9.2.") and item.parent]
    assert below[0] in words(named.cells[5]), "the open clauses below it by name"
    (judged,) = of_gspr(table, "14.3")
    assert texts(judged)[2:5:2] == ["IEC 60601-1, edition 3.2", "P"]
    assert words(judged.cells[6]) == "EV-1 v1", "the evidence of the verdict"


def test_a_standard_named_as_a_whole_counts_all_its_clauses(tmp_path):
    """It has no one verdict: the row says how many clauses have which, as the report of the standard counts them."""
    made = tables(tmp_path, STANDARDS)
    (row,) = of_gspr(made.get("gspr_clause_trace"), "10.5")
    (counts,) = [r for r in made.get("clause_counts", "iec-60601").rows if r.subject == "iec-60601-1"]
    total, passed, *_, still_open = (words(cell) for cell in counts.cells[1:7])
    assert texts(row)[3:5] == ["none named", f"{still_open} open\n{passed} P"]
    assert texts(row)[5].startswith(f"{total} clauses\nopen: 4.1, ")
    assert row.gap
    assert words(row.cells[6]) == "EV-2 v1", "the evidence of the answer: that of the standard is not about it"


def test_verdicts_count_where_the_library_lists_no_clauses(tmp_path):
    named = STANDARDS.replace('standards: ["iso-14971#4.4"]', 'standards: [iso-10993-1, "iso-10993-1#5"]')
    named = named.replace("  iso-14971: {edition", "  iso-10993-1: {applied: full}\n  iso-14971: {edition")
    judged = named + '  iso-10993-1: {"5": {verdict: F, evidence: [EV-1]}, "6": {verdict: P}}\n'
    whole, clause, *_ = of_gspr(tables(tmp_path, judged).get("gspr_clause_trace"), "3(a)")
    assert texts(whole)[3:6] == ["none named", "1 F\n1 P", "2 clauses\nF: 5"]
    assert texts(clause)[3:] == ["5", "F", "", "EV-1 v1"], "with the evidence of the verdict"


def test_a_standard_for_a_process_need_not_be_judged_by_clause(tmp_path):
    table = tables(tmp_path, STANDARDS).get("gspr_clause_trace")
    (row,) = of_gspr(table, "3(a)")
    assert texts(row)[3:5] == ["4.4 Risk management plan", "not judged by clause"]
    assert not row.gap
    unjudged = tables(tmp_path / "2", STANDARDS[: STANDARDS.index("clauses:")]).get("gspr_clause_trace")
    assert of_gspr(unjudged, "10.5")[0].cells[4] == Gap("not judged"), "a laboratory judges this one clause by clause"


def test_applied_standards_that_support_a_requirement_stand_beside_it(tmp_path):
    table = tables(tmp_path, STANDARDS).get("gspr_clause_trace")
    (row,) = of_gspr(table, "18.1")
    assert texts(row)[2:4] == ["IEC 60601-1, edition 3.2", "supports it, not named in the answer"]
    assert texts(row)[4].endswith(" open\n1 P")
    not_applied = STANDARDS.replace('edition: "3.2", applied: full', "not_applied: of glass")
    (alone,) = of_gspr(tables(tmp_path / "2", not_applied).get("gspr_clause_trace"), "18.1")
    assert texts(alone)[2:] == ["none", "", "", "", "EV-2 v1"]


def test_what_does_not_apply_has_no_row_and_what_is_open_is_a_gap(tmp_path):
    table = tables(tmp_path, STANDARDS).get("gspr_clause_trace")
    assert of_gspr(table, "11.4") == []
    assert of_gspr(table, "11.5")[0].cells[2] == Gap("open")
    assert of_gspr(table, "1")[0].cells[2] == Gap("no answer")


# --- a proof on another revision


def test_a_delta_assessment_closes_what_another_revision_opens(tmp_path):
    risks = """
harms: {HARM-1: {title: Burn, severity: serious}}
hazards: {HZ-1: {title: Heat}}
situations:
  HS-1: {title: Hand, hazards: [HZ-1], risks: {R-1: {harm: HARM-1, initial: {p1: probable, p2: likely}, controls: [RC-1]}}}
"""
    control = LAMP.replace("implemented_by: [REQ-4]", "implemented_by: [REQ-4], verified_implementation: [TC-2], verified_effectiveness: [TC-3]")
    row = row_of(tables(tmp_path, control + risks).get("hazard_trace"), "HZ-1")
    assert not isinstance(row.cells[4], Gap)
    assert "not v2" not in words(row.cells[4]), "argued"
    assert "v1, not v2" in words(row.cells[5])


@pytest.mark.verifies("REQ-SRC-04")
def test_a_long_chain_of_requirements_is_walked_once(tmp_path, monkeypatch):
    links = "".join(f"  REQ-{n}: {{title: T, satisfies: [REQ-{n + 1}]}}\n" for n in range(200))
    made = tables(tmp_path, f"requirements:\n{links}  REQ-200: {{title: T, satisfies: ['gspr:1']}}\n")
    asked, out = [], Graph.out
    monkeypatch.setattr(Graph, "out", lambda graph, id_, *relations: asked.append(id_) or out(graph, id_, *relations))
    rows = made.get("level_trace").rows
    assert {words(row.cells[0]) for row in rows} == {"Annex I or a standard"}
    assert len(asked) < 10 * len(rows)


@pytest.mark.verifies("REQ-SRC-04")
def test_a_result_is_told_once_for_all_needs(tmp_path, monkeypatch):
    needs = ", ".join(f"UN-{n}" for n in range(30))
    text = "".join(f"  UN-{n}: {{title: T}}\n" for n in range(30))
    made = tables(tmp_path, f"needs:\n{text}requirements: {{REQ-1: {{title: T, satisfies: [{needs}]}}}}\n")
    told: list[str] = []
    monkeypatch.setattr(trace, "requirement_result", lambda inputs, id_: told.append(id_) or Gap("not run"))
    assert len(made.get("level_trace").rows) == 30
    assert told == ["REQ-1"]


@pytest.mark.verifies("REQ-SRC-04")
def test_a_table_ends_where_nobody_reads_on(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "MOST_ROWS", 12)
    names = {kind: [f"{kind}-{n}" for n in range(4)] for kind in ("UN", "TC")}
    rows = {kind: "".join(f"  {id_}: {{title: T}}\n" for id_ in ids) for kind, ids in names.items()}
    chain = f"{{title: T, satisfies: [{', '.join(names['UN'])}], verified_by: [{', '.join(names['TC'])}]}}"
    made = tables(tmp_path, f"needs:\n{rows['UN']}tests:\n{rows['TC']}requirements:\n  REQ-1: {chain}\n")
    cut = made.get("need_trace")
    assert len(cut.rows) == 13
    assert cut.rows[-1] == Row((Gap("more than 12 rows; the table ends here"), "", "", "", "", ""), None, True)
    assert [fault.message for fault in made.faults] == ["the table Need to result has more than 12 rows; the table ends here"]
    assert len(made.get("level_trace").rows) == 4
    assert len(made.faults) == 1


@pytest.mark.verifies("REQ-SRC-04")
def test_answers_to_clauses_are_sorted_by_standard_once(tmp_path, monkeypatch):
    made = tables(tmp_path, "clauses:\n" + "".join(f"  iso-{n}: {{'4.{n}': {{verdict: P}}}}\n" for n in range(50)))
    asked, of = [], Dossier.of
    monkeypatch.setattr(Dossier, "of", lambda dossier, cls: asked.append(cls) or of(dossier, cls))
    told = [[state.key for state in states(made.inputs, f"iso-{n}")] for n in range(50)]
    assert told == [[f"4.{n}"] for n in range(50)]
    assert asked.count(ClauseAnswer) == 1
