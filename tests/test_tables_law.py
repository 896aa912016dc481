"""What the tables say of law and facts: applicability, status, class, duties, standards, readiness."""

from __future__ import annotations

from pathlib import Path

import pytest

from mdr_blueprint.load import load_law
from mdr_blueprint.pipeline import compile
from mdr_blueprint.revision import Revision
from mdr_blueprint.tables import Gap, Inputs, Row, Tables
from mdr_blueprint.tables.drives import drives, drives_words
from mdr_blueprint.tables.gspr import STATUSES
from mdr_blueprint.tables.shapes import words
from mdr_blueprint.tables.states import STATES
from mdr_blueprint.write.site.handbook import handbook_pages

LAW = load_law()
SCANNER = """
device:
  name: Scanner
  facts: {active: true, role: diagnostic, energy_to_body: true, contact: intact_skin, duration: transient, software: part_of_device,
    hardware: true, ionising: none, sterile: false, lay_user: false}
classification: {device_class: IIa, rule: 10, clause: first indent, guidance: MDCG 2021-24 Rev.0, rationale: Rule 10 decides.}
"""


def tables(folder: Path, records: str) -> Tables:
    (folder / "project.yaml").write_text("project: {title: Technical file}\n", "utf-8")
    (folder / "records.yaml").write_text(records, "utf-8")
    made = compile(folder)
    return Tables(Inputs(made.sources, made.dossier, made.graph, made.law, made.report, Revision("test")))


def line(rows: tuple[Row, ...], first: str) -> list[str]:
    """The row whose first cell reads so, as texts."""
    return [words(cell) for cell in next(row.cells for row in rows if words(row.cells[0]).split("\n")[0] == first)]


def checklist(folder: Path, answers: str = "", records: str = SCANNER) -> tuple[Row, ...]:
    return tables(folder, f"{records}\ngspr:\n{answers}" if answers else records).get("gspr").rows


@pytest.mark.verifies("REQ-OUT-04")
def test_every_answerable_identifier_and_every_unnumbered_text_is_a_row(tmp_path):
    rows = checklist(tmp_path)
    heads = [words(row.cells[0]) for row in rows]
    for item in LAW.gspr.values():
        assert heads.count(item.citation) == 1 + sum(text.citation == item.citation for text in LAW.gspr_texts.values())
    assert len(rows) == len(LAW.gspr) + len(LAW.gspr_texts)
    assert [head for head in heads if head in {i.citation for i in LAW.gspr.values()}] == [i.citation for i in LAW.gspr.values()]
    assert line(rows, "1")[-1] == "open"
    assert line(rows, "10.4.3")[-1] == "", "asks nothing of the manufacturer"


def test_a_retired_answer_answers_nothing(tmp_path):
    rows = checklist(tmp_path, '  "22.2": {applicable: true, method: shown, covers_points: true, retired: {reason: replaced}}\n')
    assert [line(rows, key)[-1] for key in ("22.2", "22.2, first indent")] == ["open", "open"]


def test_what_the_facts_say_stands_below_the_answer(tmp_path):
    rows = checklist(
        tmp_path,
        '  "11.1": {applicable: true, method: wiped}\n  "11.4": {applicable: false, justification: the scanner is supplied non-sterile and no part of it is sterilised}\n',
    )
    assert "facts: applies because software = part of device" in line(rows, "17.1")[2]
    assert "facts: does not apply because sterile = false" in line(rows, "11.4")[2]
    assert line(rows, "11.4")[-1] == "not applicable"
    assert "facts: open, not stated: " in "".join(words(row.cells[2]) for row in rows)


def test_an_answer_against_the_facts_is_no_answer(tmp_path):
    rows = checklist(
        tmp_path, '  "11.4": {applicable: true, method: packed}\n  "17.1": {applicable: false, justification: none here}\n'
    )
    for key in ("11.4", "17.1"):
        row = next(row for row in rows if row.subject == f"gspr:{key}")
        assert row.gap
        assert row.cells[-1] == Gap("contradicts the facts")


def test_an_answer_that_rests_on_a_changed_fact_is_open_again(tmp_path):
    answer = '  "10.1(c)": {applicable: false, justification: no implant, facts: {contact: none}}\n'
    row = line(checklist(tmp_path, answer), "10.1(c)")
    assert row[-1] == "open"
    assert "answered for contact = none, now intact skin" in row[2]


def test_points_covered_by_one_answer_say_so(tmp_path):
    key = next(key for key, item in LAW.gspr.items() if item.one_answer)
    below = next(item for item in LAW.gspr.values() if item.parent == key and item.answerable)
    rows = checklist(tmp_path, f'  "{key}": {{applicable: true, method: argued, covers_points: true}}\n')
    assert line(rows, below.citation)[3] == f"answered with {LAW.gspr[key].citation}"


def test_a_text_without_a_number_stands_behind_its_section_and_is_as_far_as_its_rows(tmp_path):
    rows = checklist(tmp_path)
    heads = [words(row.cells[0]) for row in rows]
    assert heads.index("4(c)") < heads.index("4, closing sentence") < heads.index("5")
    closing = line(rows, "4, closing sentence")
    assert closing[3].split("\n") == ["answered by 4", "23.1(g)", "23.4(g)"]
    assert closing[-1] == "open"


def test_counts_are_those_of_the_rows(tmp_path):
    made = tables(
        tmp_path,
        SCANNER
        + 'gspr:\n  "11.4": {applicable: false, justification: the scanner is supplied non-sterile and no part of it is sterilised}\n',
    )
    counts = line(made.get("gspr_counts").rows, "All")
    asked = [row for row in made.get("gspr").rows if words(row.cells[-1])]
    assert int(counts[1]) == len(asked) == sum(map(int, counts[2:]))
    assert len(counts[2:]) == len(STATUSES)
    assert counts[4] == str(sum(words(row.cells[-1]) == "not applicable" for row in asked))


def test_decision_and_facts_side_by_side(tmp_path):
    rows = tables(tmp_path, SCANNER).get("classification_decision").rows
    assert [words(row.cells[3]) for row in rows] == ["yes"] * 4
    spelled = tables(tmp_path, SCANNER.replace("device_class: IIa", "device_class: Class IIa").replace("Rev.0", "Rev.1"))
    assert [words(row.cells[3]) for row in spelled.get("classification_decision").rows] == ["yes"] * 4
    wrong = tables(tmp_path, SCANNER.replace("device_class: IIa, rule: 10", "device_class: I, rule: 1")).get(
        "classification_decision"
    )
    assert [words(row.cells[3]) for row in wrong.rows][:2] == ["no", "no"]
    assert wrong.rows[0].gap
    nothing = tables(tmp_path, "device: {name: Box}\n").get("classification_decision")
    assert words(nothing.rows[0].cells[2]) == "no facts stated"


def test_every_rule_stands_in_the_rationale_with_its_reason(tmp_path):
    made = tables(tmp_path, SCANNER)
    rows = made.get("classification_rules").rows
    assert {words(row.cells[0]) for row in rows} == {str(number) for number in range(1, 23)}
    assert all(words(row.cells[3]) for row in rows)
    assert line(rows, "10")[2:3] == ["applies and decides: class IIa\nfirst indent"]
    assert line(rows, "5")[2] == "does not apply"
    definitions = [words(row.cells[1]) for row in made.get("classification_definitions").rows]
    assert "transient" in definitions
    assert "long term" not in definitions, "the answer is another term of the same fact"


def test_each_accessory_variant_and_part_is_classified_by_itself(tmp_path):
    made = tables(tmp_path, SCANNER + """
variants: {V-CT: {title: With X-ray, facts: {ionising: diagnostic}}, V-PLAIN: {title: As the device}}
accessories: {ACC-1: {title: Pad, facts: {active: false, contact: intact_skin}, classification: {device_class: I, rule: 1}}}
components: {CO-1: {title: Coil, sold_separately: true, facts: {active: false, contact: surgical, duration: transient}}}
""")  # fmt: skip
    rows = {row.subject: row for row in made.get("classification_subjects").rows}
    assert set(rows) == {"V-CT", "ACC-1", "CO-1"}
    assert rows["V-CT"].cells[3] == Gap("IIb"), "not the class of the device"
    assert rows["ACC-1"].cells[3] == "I"
    assert rows["CO-1"].cells[2] == Gap("missing")


def test_duties_are_told_by_class_and_facts(tmp_path):
    made = tables(
        tmp_path,
        SCANNER.replace("sterile: false", "sterile: false, custom_made: false, for_investigation: false, system_or_pack: false"),
    )
    due, excluded = made.get("obligations").rows, made.get("obligations_excluded").rows
    assert line(due, "Conformity assessment of class IIa")[4].startswith("applies because class IIa")
    assert line(excluded, "Conformity assessment of class III")[2] == "does not apply because class IIa"
    assert len(due) + len(excluded) == len(LAW.obligations.obligations)
    assert any(row.gap and "not stated" in words(row.cells[4]) for row in due)


def test_a_standard_that_facts_call_for_is_applied_or_argued(tmp_path):
    made = tables(tmp_path, SCANNER + """
standards: {iec-62304: {edition: "2006+A1:2015", applied: full}, iso-14971: {not_applied: another process is used}}
""").get("standards_called_for")  # fmt: skip
    assert line(made.rows, "IEC 62304")[4:] == ["software = part of device", "in full, edition 2006+A1:2015"]
    assert line(made.rows, "ISO 14971")[4:] == ["for every device", "not applied: another process is used"]
    assert any(row.gap for row in made.rows)
    assert "IEC 60601-2-44" not in {words(row.cells[0]) for row in made.rows}


def test_a_point_is_answered_by_documents_that_name_it_or_a_point_above(tmp_path):
    def states(status: str) -> tuple[Tables, dict[str, str]]:
        made = tables(tmp_path, SCANNER + f"""
evidence: {{EV-1: {{title: Plan, type: plan, version: "1", date: 2026-01-01, status: {status}, points: ["annex_iii:1"],
  held: {{system: vault, number: "1"}}}}}}
""")  # fmt: skip
        return made, {words(row.cells[0]): words(row.cells[2]) for row in made.get("readiness").rows}

    made, planned = states("planned")
    assert (planned["Annex III 1"], planned["Annex III 2"]) == ("gaps", "not started")
    assert "EV-1 Plan" in line(made.get("readiness").rows, "Annex III 1(b), tenth indent")[5]
    _, approved = states("approved")
    assert approved["Annex III 1"] == approved["Annex III 1(a), first indent"] in STATES


def test_points_that_facts_rule_out_are_not_due_and_say_why(tmp_path):
    made = tables(tmp_path, SCANNER.replace("sterile: false", "sterile: false, microbial_state: false"))
    row = line(made.get("readiness").rows, "Annex II 6.2(e)")
    assert row[2] == "not applicable"
    assert row[5] == "does not apply because sterile = false and microbial state = false"
    total = line(made.get("readiness_counts").rows, "All")
    assert int(total[1]) == len(LAW.annex_ii) + len(LAW.annex_iii) == sum(map(int, total[2:]))


def test_what_a_fact_drives_is_counted_from_the_conditions(tmp_path):
    assert drives(LAW)["ionising"]["rule"] >= 1
    assert "rule" in drives_words(LAW, "contact")
    assert drives(LAW)["software"]["annex_i"] > 5, "through the facts that follow from it"
    row = line(tables(tmp_path, SCANNER).get("facts").rows, "contact")
    assert row[1] == LAW.facts.facts["contact"].question
    assert row[2] == "intact skin"
    assert row[4] == drives_words(LAW, "contact")


def test_the_handbook_shows_every_entry_of_the_law_data():
    pages = {page.path: page.body for page in handbook_pages()}
    assert all(f'id="rule-{number}"' in pages["annex-viii.html"] for number in range(1, 23))
    assert all(f"<td>{name}" in pages["facts.html"] for name in (*LAW.facts.facts, *LAW.facts.derived))
    assert all(f"<td>{key}</td>" in pages["annex-i.html"] for key in LAW.refused)
    assert pages["annex-xiv.html"].count("<tr") == len(LAW.annex_xiv.points) + 1
    assert pages["obligations.html"].count("<tr") == len(LAW.obligations.obligations) + 1
    assert all(f"<td>{id_}</td>" in pages["guidance.html"] for id_ in LAW.guidance.documents)
