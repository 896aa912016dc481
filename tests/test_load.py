"""Loading: record by record, every error at its line and column, and nothing else taken along."""

from __future__ import annotations

import pytest
from conftest import of_family, told

from mdr_blueprint.model import KINDS, TOP_LEVEL, Hazard, Situation


def one(compilation):
    (finding,) = of_family(compilation)
    return finding


@pytest.mark.verifies("REQ-LOA-01")
def test_a_broken_field_is_left_out_and_the_record_stands(check):
    found = check("controls:\n  RC-1:\n    text: Limiter\n    kind: protectiv\n    acts_on: [p1, p9, p2]\n")
    record = found.dossier.entries["RC-1"].record
    assert (record.text, record.kind, record.acts_on) == ("Limiter", None, ("p1", "p2"))
    assert told(found) == ["x.yaml:4:11 ID108", "x.yaml:5:19 ID108"]


@pytest.mark.verifies("REQ-LOA-01")
def test_a_broken_risk_does_not_take_its_situation_along(check):
    found = check(
        "harms: {HA-1: {title: x}}\nsituations:\n  HS-1:\n    title: x\n    risks:\n"
        "      R-1: {harm: [HA-1], initial: {p: remote}}\n"
        "      R-2: {initial: {p: remote}}\n      R-3: text\n      R-4:\n      R-5: {harm: HA-1}\n"
        "controls: {RC-1: {text: x, notes: 'see [R-1] [R-2] [R-3] [R-4]'}}\n"
        "claims: {CL-1: {title: x, text: 'see [R-1] [R-2] [R-3] [R-4] [R-5]'}}\n"
    )
    whole = {id_ for id_, entry in found.dossier.entries.items() if entry.whole}
    assert whole == {"project", "HA-1", "HS-1", "R-5", "RC-1", "CL-1"}
    assert told(found) == ["x.yaml:6:19 ID108", "x.yaml:7:7 ID109", "x.yaml:8:12 ID108", "x.yaml:9:7 ID108"]


@pytest.mark.verifies("REQ-LOA-01", "REQ-LOA-04")
def test_a_record_that_cannot_stand_is_still_no_dangling_target(check):
    found = check(
        "hazards:\n  HZ-1: {text: x}\n  HZ-2:\n  HZ-3: [x]\n"
        "situations:\n  HS-1: {hazards: [HZ-1], risks: {R-1: {harm: HZ-1}}}\n  HS-2: {title: x, hazards: [HZ-1, HZ-2, HZ-3]}\n"
        "claims: {CL-1: {title: x, text: '[R-1] and [HS-1]'}}\n"
    )
    assert told(found) == ["x.yaml:2:3 ID109", "x.yaml:3:3 ID108", "x.yaml:4:3 ID108", "x.yaml:6:3 ID109"]


@pytest.mark.verifies("REQ-LOA-02")
@pytest.mark.parametrize(
    ("line", "place", "name"),
    [
        ("hazards: {A: {title: [x]}}", 22, "ID108"),
        ("hazards: {A: {title: {x: y}}}", 22, "ID108"),
        ("hazards: {A: {title: ''}}", 22, "ID108"),
        ("hazards: {A: {titel: x, title: y}}", 15, "ID107"),
        ("hazards: {A: {title: x, retired: true}}", 34, "ID108"),
        ("hazards: {A: {title: x, retired: {date: 2026-01-01}}}", 25, "ID109"),
        ("hazards: {A: {title: x, retired: {reason: y, date: soon}}}", 52, "ID108"),
        ("hazards: {A: {title: x, retired: {reson: y, reason: y}}}", 35, "ID107"),
        ("hazards: {A: {title: x, text: }, B: {title: x, bogus: }}", 48, "ID107"),
        ("hazards: {A: }", 11, "ID108"),
        ("hazards: {A: x}", 11, "ID108"),
        ("hazards: {A: [x]}", 11, "ID108"),
        ("hazards: x", 1, "ID108"),
        ("hazards: [x]", 1, "ID108"),
        ("device: x", 1, "ID108"),
        ("device:", 1, None),
        ("hazards:", 1, None),
        ("hazards: {}", 1, None),
        ("device: {name: x, facts: [y]}", 26, "ID108"),
        ("device: {name: x, facts: {a: {value: [y]}}}", 38, "ID108"),
        ("device: {name: x, emdn: {code: y, versoin: z}}", 35, "ID107"),
        ("operators: {prrc: {name: x, nmae: }}", 29, "ID107"),
        ("components: {A: {title: x, interfaces: [{kind: y}]}}", 41, "ID109"),
        ("components: {A: {title: x, open_source: yes}}", 41, "ID108"),
        ("figures: {A: {title: x, value: about 5}}", 32, "ID108"),
        ("instruments: {A: {title: x, due: 2026-13-01}}", 34, "ID108"),
        ("evidence: {A: {title: x, status: approvd}}", 34, "ID108"),
        ("documents: {a: {approvals: [{name: x, date: y}]}}", 45, "ID108"),
        ("risk_policy: {probability: {bands: {a: x}}}", 40, "ID108"),
        ("risk_policy: {matrix: {a: {b: fine}}}", 31, "ID108"),
        ("risk_policy: {combine: {a: [b]}}", 28, "ID108"),
        ("classification: {rule: ten}", 24, "ID108"),
        ("gspr: {'1': {applicable: N/A}}", 26, "ID108"),
        ("clauses: {iec-62304: x}", 11, "ID108"),
        ("clauses: {iec-62304: {'5.1': {verdict: p}}}", 40, "ID108"),
        ("clauses: x", 1, "ID108"),
    ],
)
def test_every_error_lands_on_its_column(check, line, place, name):
    assert told(check(line + "\n")) == ([f"x.yaml:1:{place} {name}"] if name else [])


@pytest.mark.verifies("REQ-LOA-03")
@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("hazrads: {}", "did you mean hazards?"),
        ("Hazards: {}", "did you mean hazards?"),
        ("control: {}", "did you mean controls?"),
        ("risks: {}", "risks stand inside their situations"),
        ("sequences: {}", "sequences stand inside their situations"),
        ("hazards: {A: {title: x, catgory: y}}", "did you mean category?"),
        ("controls: {A: {text: x, kind: Protective}}", "did you mean protective?"),
        ("runs: {A: {test: x, result: passed}}", "did you mean pass?"),
        ("situations: {A: {title: x, risks: {R: {harm: H, inital: {}}}}}", "did you mean initial?"),
        ("situations: {A: {title: x, risks: {R: {harm: H, initial: {P1: x}}}}}", "did you mean p1?"),
    ],
)
def test_did_you_mean(check, line, hint):
    assert hint in next(finding.message for finding in of_family(check(line + "\n")) if finding.code != "ID112")


def test_a_long_value_is_quoted_by_its_head_on_one_line(check):
    value = "no\\nrmal " + "a" * 3000
    finding = one(check(f'situations: {{A: {{title: x, condition: "{value}"}}}}\n'))
    assert "found `no rmal" in finding.message
    assert len(finding.message) < 300


def test_a_word_that_is_near_nothing_gets_no_hint(check):
    assert "did you mean" not in one(check("hazards: {A: {title: x, zzzzzz: y}}\n")).message


@pytest.mark.verifies("REQ-LOA-05")
@pytest.mark.parametrize(("first", "second"), [("HZ-1", "HZ-1"), ("HZ-1", "hz-1"), ("hz-1", "Hz-1")])
@pytest.mark.parametrize("kind", ["hazards", "harms"])
def test_an_id_stands_once_whatever_the_case_and_kind(check, first, second, kind):
    found = check({"a.yaml": f"hazards: {{{first}: {{title: First}}}}\n", "b.yaml": f"{kind}: {{{second}: {{title: Second}}}}\n"})
    assert [finding.code for finding in of_family(found)] == ["ID110", "ID110"]
    here, there = of_family(found)
    assert here.place.path == "a.yaml"
    assert (here.related[0].place, there.related[0].place) == (there.place, here.place)
    assert found.dossier.entries[first].record.title == "First"


@pytest.mark.verifies("REQ-LOA-05")
def test_things_that_stand_once(check):
    found = check({"a.yaml": "device: {name: One}\n", "b.yaml": "device: {name: Two}\n"})
    assert told(found) == ["a.yaml:1:1 ID110", "b.yaml:1:1 ID110"]


def test_keys_of_the_law_and_of_standards_are_their_own(check):
    found = check(
        "gspr: {'1': {applicable: true}}\nclauses: {iec-60601-1: {'4.1': {verdict: open}}, iec-62304: {'4.1': {verdict: open}}}\n"
        "standards: {iec-62304: {edition: x}}\ndocuments: {iec-62304: {version: '1'}}\n"
    )
    assert set(found.dossier.entries) == {
        "project",
        "gspr:1",
        "iec-60601-1#4.1",
        "iec-62304#4.1",
        "iec-62304",
        "document:iec-62304",
    }
    assert [finding.code for finding in of_family(found)] in ([], ["ID119"])


def test_inner_records_are_records(check):
    found = check(
        "situations:\n  HS-1:\n    title: x\n    risks: {R-1: {harm: HA-1}}\n    sequences: {S-1: {events: [{text: a}]}}\n"
        "harms: {HA-1: {title: x}}\n"
    )
    entry = found.dossier.entries["R-1"]
    assert (entry.owner, entry.kind, str(entry.place)) == ("HS-1", "risks", "x.yaml:4:13")
    assert str(entry.at("harm")) == "x.yaml:4:25"
    assert entry.at("controls") == entry.place
    assert [found.dossier.entries[id_].cls.singular for id_ in ("HS-1", "S-1")] == ["hazardous situation", "sequence of events"]


def test_the_dossier_answers(check):
    found = check("device: {name: Thing}\nhazards: {HZ-1: {title: x}, HZ-2: {}}\nharms:\n")
    dossier = found.dossier
    assert [entry.id for entry in dossier.of(Hazard)] == ["HZ-1"]
    assert [entry.id for entry in dossier.kind("hazards")] == ["HZ-1", "HZ-2"]
    assert dossier.get("HZ-1", Situation) is None
    assert dossier.get("HZ-2", Hazard) is None
    assert dossier.device_name == "Thing"
    assert dossier.same_but_case("hz-1") == "HZ-1"
    assert str(dossier.empty_kinds["harms"]) == "x.yaml:3:1"
    assert dossier.project.title == "A file"


@pytest.mark.verifies("REQ-LOA-06")
@pytest.mark.parametrize("kind", sorted(TOP_LEVEL))
def test_every_kind_takes_the_base_fields(check, kind):
    cls = TOP_LEVEL[kind]
    core = {name: "x" for name, info in cls.model_fields.items() if info.is_required()}
    record = "{" + ", ".join(f"{name}: {value}" for name, value in core.items()) + (", " if core else "")
    record += "illustrative: true, notes: For the team, retired: {reason: replaced, date: 2026-01-01}}"
    body = {"single": record, "gspr": f"{{'1': {record}}}", "clause": f"{{iec-62304: {{'4': {record}}}}}"}.get(
        cls.keys, f"{{A: {record}}}"
    )
    files = {"project.yaml": f"project: {record}\n"} if kind == "project" else {"x.yaml": f"{kind}: {body}\n"}
    found = check(files)
    entry = found.dossier.kind(kind)[0]
    assert entry.whole
    assert entry.record.illustrative is True
    assert entry.record.retired.reason == "replaced"
    assert not [finding for finding in of_family(found) if finding.code in ("ID106", "ID107", "ID108", "ID109", "ID111")]


def test_no_kind_is_forgotten():
    assert {cls.parent for cls in KINDS.values() if cls.parent} == {"situations"}
    assert len(KINDS) == 44


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("risk_plan: {phases: [Design]}\n", "phase, activities"),
        ("risk_review: {completeness: true}\n", "holds, text"),
        ("harms: {H-1: {title: x, author: N.N.}}\n", "name, role, date"),
    ],
)
def test_a_value_in_the_place_of_fields_is_told_which_fields_there_are(check, text, fields):
    (finding,) = [finding for finding in check(text).report.findings if finding.code == "ID108"]
    assert finding.fix == f"write the fields that it has: {fields}"
