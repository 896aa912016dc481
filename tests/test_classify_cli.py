"""`mdr classify` as a person or a program calls it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mdr_blueprint import compile

DEVICE = """project: {title: P}
device:
  name: Scanner
  facts: {active: true, role: diagnostic, energy_to_body: true, contact: intact_skin, software: part_of_device}
classification: {device_class: IIa, rule: 10}
variants:
  V-CT: {title: With X-ray source, facts: {ionising: diagnostic}}
accessories:
  A-PAD: {title: Pad, facts: {active: false, contact: intact_skin, sterile: true}, classification: {device_class: Is, rule: 1}}
"""


def classify(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-m", "mdr_blueprint", "classify", *arguments]
    return subprocess.run(call, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project.yaml").write_text(DEVICE)
    return tmp_path


@pytest.mark.verifies("REQ-CLA-01")
def test_the_device_its_variants_and_accessories_each_in_their_own_right(project):
    done = classify(project, "--format", "json")
    rows = {row["id"]: row for row in json.loads(done.stdout)}
    assert done.returncode == 0
    assert list(rows) == ["device", "V-CT", "A-PAD"]
    assert [(row["device_class"], row["agrees"]) for row in rows.values()] == [("IIa", True), ("IIb", None), ("Is", True)]
    for row in rows.values():
        assert {hit["rule"] for hit in row["hits"]} | {other["rule"] for other in row["others"]} == set(range(1, 23))


def test_the_text_names_the_rule_the_reasons_and_what_was_assumed(project):
    text = classify(project).stdout
    assert "Class IIa by Rule 10, first indent\nThe project declares class IIa: the same.\n" in text
    assert "  Rule 8: not an implantable device" in text
    assert "controls_aimd = true: class III by Rule 9, fourth paragraph" in text
    assert "Read by MDCG 2021-24 Rev.0." in text


@pytest.mark.verifies("REQ-FAC-04")
@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("device_class: IIa, rule: 10", "device_class: I, rule: 10", "The project declares class I: not the same."),
        ("role: diagnostic", "rol: diagnostic", "project.yaml:4:25: rol = diagnostic: unknown fact; did you mean role?"),
        ("active: true,", "active: false,", "Facts that contradict each other"),
    ],
)
def test_what_does_not_fit_is_told_and_fails(project, old, new, told):
    file = project / "project.yaml"
    file.write_text(file.read_text().replace(old, new, 1))
    done = classify(project)
    assert done.returncode == 1
    assert told in done.stdout


@pytest.mark.parametrize("head", ["", "facts:\n  ", "device:\n  facts:\n    "])
def test_a_file_of_facts(tmp_path, head):
    indent = " " * (len(head.rsplit("\n", 1)[-1]))
    (tmp_path / "facts.yaml").write_text(f"{head}active: true\n{indent}software: standalone\n{indent}decision_impact: {{value: serious, argument: x}}\n")
    done = classify(tmp_path, "facts.yaml", "--format", "json")
    assert (done.returncode, json.loads(done.stdout)[0]["device_class"]) == (0, "IIb")


def test_a_project_is_read_by_the_guidance_that_its_decision_names(project):
    text = """project: {title: P}
device: {name: Hook, facts: {contact: implant, duration: long, active: false, site: spine, spine_contact: true, spinal_rod_hook: true}}
classification: {device_class: Class IIb, rule: 8, guidance: MDCG 2021-24 Rev.1}
"""
    (project / "project.yaml").write_text(text)
    (row,) = json.loads(classify(project, "--format", "json").stdout)
    assert (row["device_class"], row["agrees"], row["guidance"]) == ("IIb", True, "MDCG 2021-24 Rev.1")
    assert "DEV225" not in {finding.code for finding in compile(project).report.findings}
    (row,) = json.loads(classify(project, "--format", "json", "--guidance", "MDCG 2021-24 Rev.0").stdout)
    assert (row["device_class"], row["agrees"]) == ("III", False)


def test_a_revision_of_the_guidance(tmp_path):
    (tmp_path / "hook.yaml").write_text("contact: implant\nduration: long\nsite: spine\nspine_contact: true\nspinal_rod_hook: true\nactive: false\n")
    classes = [json.loads(classify(tmp_path, "hook.yaml", "--format", "json", "--guidance", f"MDCG 2021-24 Rev.{n}").stdout)[0]["device_class"]
               for n in (0, 1)]
    assert classes == ["III", "IIb"]
    done = classify(tmp_path, "hook.yaml", "--guidance", "Rev.9")
    assert done.returncode == 2
    assert "MDCG 2021-24 Rev.0" in done.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("active: true\nactive: false\n", "mdr: facts.yaml:2:1: key `active` stands here again"),
        ("- x\n", "facts.yaml:1:1"),
        ("active: [\n", "facts.yaml:"),
        ("facts: 3\n", "facts.yaml:1:1: `facts` is a mapping"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_its_place(tmp_path, text, told):
    (tmp_path / "facts.yaml").write_text(text)
    done = classify(tmp_path, "facts.yaml")
    assert done.returncode == 2
    assert told in done.stderr


def test_an_unknown_fact_of_a_file_is_told_with_its_place(tmp_path):
    (tmp_path / "facts.yaml").write_text("device:\n  facts:\n    active: true\n    foo: 1\n")
    done = classify(tmp_path, "facts.yaml", "--format", "json")
    assert done.returncode == 1
    unknown = json.loads(done.stdout)[0]["unknown"][0]
    assert (unknown["fact"], unknown["path"], unknown["line"], unknown["column"]) == ("foo", "facts.yaml", 4, 5)


def test_a_part_sold_separately_and_a_variant_that_inherits(project):
    file = project / "project.yaml"
    part = "components:\n  C-COIL: {title: Coil, sold_separately: true, facts: {active: true, role: diagnostic, rol: x}}\n  C-BED: {title: Bed}\n"
    file.write_text(file.read_text().replace("energy_to_body: true,", "energy_to_body: true, enrgy: x,") + part)
    rows = {row["id"]: row for row in json.loads(classify(project, "--format", "json").stdout)}
    assert list(rows) == ["device", "V-CT", "A-PAD", "C-COIL"]
    lines = {name: [fact["line"] for fact in row["unknown"]] for name, row in rows.items()}
    assert lines == {"device": [4], "V-CT": [4], "A-PAD": [], "C-COIL": [11]}


def test_no_line_is_wider_than_the_terminal(project):
    file = project / "project.yaml"
    file.write_text(file.read_text().replace("title: Pad", "title: A pad with a name that is a good deal longer than a line of the terminal can be wide"))
    assert max(map(len, classify(project).stdout.splitlines())) <= 80


def test_what_does_not_exist(tmp_path):
    done = classify(tmp_path, "none.yaml")
    assert done.returncode == 2
    assert "none.yaml does not exist" in done.stderr


def test_a_folder_without_a_device(tmp_path):
    assert classify(tmp_path).returncode == 2
    (tmp_path / "project.yaml").write_text("project: {title: P}\n")
    assert "the project has no device" in classify(tmp_path).stderr
