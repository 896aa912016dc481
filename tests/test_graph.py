"""Linking: edges follow from the types of fields; what cannot be resolved is told and is no edge."""

from __future__ import annotations

import pytest
from conftest import of_family, told

FILE = """\
device: {name: D, description: "See [HZ-1] and {figure:B0}"}
figures: {B0: {title: Field, value: 48, unit: mT}}
hazards: {HZ-1: {title: Hazard}}
situations:
  HS-1:
    title: Situation
    hazards: [HZ-1]
    sequences: {SEQ-1: {events: [{text: a}, {text: b, cause: FM-1}]}}
    risks:
      R-1: {harm: HA-1, initial: {p: remote, basis: [EV-1, EV-1#4.2]}, controls: [RC-1, RC-1], residual: {harm: HA-2, p: remote}}
harms: {HA-1: {title: Harm}, HA-2: {title: Less}}
controls:
  RC-1: {text: "Control {figure:B0}", implemented_by: [REQ-1], introduces: {situations: [HS-1]}}
requirements: {REQ-1: {title: R, satisfies: [UN-1, "gspr:14.2(d)", "iec-60601-1#8.7.3"]}, REQ-2: {title: R, satisfies: [REQ-1]}}
needs: {UN-1: {title: N}}
failure_modes: {FM-1: {title: F}}
evidence: {EV-1: {title: E}}
gspr: {"1": {applicable: true, standards: [iec-62304], records: [RC-1, R-1]}}
clauses: {iec-60601-1: {"8.7.3": {verdict: P, measurements: [{quantity: q, instrument: INS-1}]}}}
instruments: {INS-1: {title: I}}
"""


def edges(graph, id_):
    return [(edge.relation, edge.target, edge.place) for edge in graph.out(id_)]


@pytest.mark.verifies("REQ-GRA-01")
def test_edges_follow_from_the_fields(check):
    graph = check(FILE).graph
    assert not graph.faults
    assert edges(graph, "R-1") == [
        ("harm", "HA-1", None),
        ("initial.basis", "EV-1", None),
        ("initial.basis", "EV-1", "4.2"),
        ("controls", "RC-1", None),
        ("controls", "RC-1", None),
        ("residual.harm", "HA-2", None),
    ]
    assert edges(graph, "HS-1") == [("hazards", "HZ-1", None), ("sequences", "SEQ-1", None), ("risks", "R-1", None)]
    assert edges(graph, "SEQ-1") == [("events.cause", "FM-1", None)]
    assert edges(graph, "RC-1") == [
        ("implemented_by", "REQ-1", None),
        ("introduces.situations", "HS-1", None),
        ("quotes", "B0", None),
    ]
    assert edges(graph, "REQ-1") == [
        ("satisfies", "UN-1", None),
        ("satisfies", "gspr:14.2(d)", None),
        ("satisfies", "iec-60601-1#8.7.3", None),
    ]
    assert edges(graph, "device") == [("mentions", "HZ-1", None), ("quotes", "B0", None)]
    assert edges(graph, "gspr:1") == [("standards", "iec-62304", None), ("records", "RC-1", None), ("records", "R-1", None)]
    assert edges(graph, "iec-60601-1#8.7.3") == [("measurements.instrument", "INS-1", None)]


@pytest.mark.verifies("REQ-GRA-01")
def test_edges_are_named_at_the_other_end(check):
    graph = check(FILE).graph
    assert [(edge.inverse, edge.source) for edge in graph.into("RC-1")] == [
        ("controls_risk", "R-1"),
        ("controls_risk", "R-1"),
        ("answers", "gspr:1"),
    ]
    assert [(edge.inverse, edge.source) for edge in graph.into("HZ-1")] == [("mentioned_in", "device"), ("leads_to", "HS-1")]
    assert graph.sources("RC-1", "controls") == ["R-1"]
    assert graph.targets("R-1", "initial.basis", "harm") == ["HA-1", "EV-1"]
    assert graph.out("nothing") == graph.into("nothing") == ()


def test_an_edge_knows_where_it_is_written(check):
    graph = check(FILE).graph
    places = {edge.target + (f"#{edge.place}" if edge.place else ""): str(graph.place_of(edge)) for edge in graph.out("R-1")}
    lines = FILE.split("\n")
    assert places["EV-1#4.2"] == f"x.yaml:10:{lines[9].index('EV-1#4.2') + 1}"
    assert places["HA-2"] == f"x.yaml:10:{lines[9].index('HA-2') + 1}"
    assert str(graph.place_of(graph.out("SEQ-1")[0])) == f"x.yaml:8:{lines[7].index('FM-1') + 1}"


@pytest.mark.verifies("REQ-GRA-02")
def test_reach_in_both_directions(check):
    graph = check(FILE).graph
    down = graph.reach("HS-1", "down")
    assert {id_: distance for id_, (distance, _) in down.items()} == {
        "HZ-1": 1,
        "SEQ-1": 1,
        "R-1": 1,
        "FM-1": 2,
        "HA-1": 2,
        "EV-1": 2,
        "RC-1": 2,
        "HA-2": 2,
        "REQ-1": 3,
        "B0": 3,
        "UN-1": 4,
        "gspr:14.2(d)": 4,
        "iec-60601-1#8.7.3": 4,
        "INS-1": 5,
    }
    up = graph.reach("UN-1", "up")
    assert {id_: distance for id_, (distance, _) in up.items()} == {
        "REQ-1": 1,
        "RC-1": 2,
        "REQ-2": 2,
        "R-1": 3,
        "gspr:1": 3,
        "HS-1": 4,
    }
    assert up["RC-1"][1].relation == "implemented_by"


@pytest.mark.verifies("REQ-LOA-04")
@pytest.mark.parametrize(
    ("reference", "hint"),
    [("HZ1", "did you mean HZ-1?"), ("hz-1", "did you mean HZ-1?"), ("HZ-1 ", ""), ("ZZZZZZ", ""), ("''", None)],
)
def test_a_dangling_reference_names_the_nearest_id(check, reference, hint):
    found = check(
        f"hazards: {{HZ-1: {{title: x}}}}\nsituations: {{HS-1: {{title: x, hazards: ['{reference.strip(chr(39))}']}}}}\n"
    )
    (finding,) = of_family(found)
    assert str(finding.place) == "x.yaml:2:41"
    assert finding.code == ("ID108" if hint is None else "ID112")
    assert (hint or "") in finding.message
    assert found.graph.out("HS-1") == ()


@pytest.mark.verifies("REQ-LOA-04")
@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ("gspr:14.2(d)", None),
        ("gspr:99", "ID112"),
        ("gspr:14.2 (d)", "ID112"),
        ("GSPR:1", "ID112"),
        ("iec-60601-1#8.7.3", None),
        ("iec-60601-1#99.9", "ID119"),
        ("astm-f2052#1.2", None),
        ("iso-0000#1", "ID112"),
        ("EV-1#4", "ID113"),
        ("HZ-1", "ID113"),
        ("#", "ID112"),
        ("REQ-1#x", None),
    ],
)
def test_references_to_the_law_and_to_standards(check, reference, code):
    found = check(
        f"hazards: {{HZ-1: {{title: x}}}}\nevidence: {{EV-1: {{title: x}}}}\nrequirements:\n  REQ-1: {{title: x}}\n"
        f"  REQ-2: {{title: x, satisfies: ['{reference}']}}\n"
    )
    assert told(found) == ([f"x.yaml:5:33 {code}"] if code else [])


def test_mentions_and_quotes_that_lead_nowhere(check):
    found = check(
        'claims:\n  CL-1: {title: "{figure:B9}", text: "[HS-9] {figure:}"}\n'
        'harms: {HA-1: {title: "[HS-9] in plain text is no link"}}\n'
    )
    assert told(found) == ["x.yaml:2:17 ID112", "x.yaml:2:38 ID112"]


@pytest.mark.verifies("REQ-GRA-03")
@pytest.mark.parametrize(
    ("kind", "relation", "extra"),
    [
        ("components", "part_of", ""),
        ("software_items", "part_of", ""),
        ("requirements", "satisfies", ""),
        ("runs", "retest", "test: TC-1, "),
    ],
)
@pytest.mark.parametrize("length", [1, 2, 5])
def test_chains_that_close_are_told_once(check, kind, relation, extra, length):
    title = "" if kind == "runs" else "title: x, "
    ring = "\n".join(
        f"  A{i}: {{{title}{extra}{relation}: {('A%d' if kind == 'runs' else '[A%d]') % ((i + 1) % length)}}}"
        for i in range(length)
    )
    found = check(f"tests: {{TC-1: {{title: x}}}}\n{kind}:\n{ring}\n")
    (finding,) = of_family(found)
    assert finding.code == "ID115"
    assert finding.message.count("→") == length


@pytest.mark.verifies("REQ-GRA-03")
def test_a_chain_of_thousands_is_no_trouble(check):
    count = 3000
    lines = "".join(f"  C{i}: {{title: x, part_of: [C{(i + 1) % count}]}}\n" for i in range(count))
    assert [finding.code for finding in of_family(check(f"components:\n{lines}"))] == ["ID115"]


def test_relations_that_may_close_are_no_fault(check):
    assert told(check("components:\n  A: {title: x, interfaces: [{to: B}]}\n  B: {title: x, interfaces: [{to: A}]}\n")) == []


@pytest.mark.verifies("REQ-GRA-04")
def test_retired_records(check):
    found = check(
        "hazards:\n  HZ-1: {title: x, retired: {reason: merged into HZ-2}}\nsituations:\n  HS-1: {title: x, hazards: [HZ-1]}\n"
        "  HS-2: {title: x, hazards: [HZ-1], retired: {reason: old}}\n"
    )
    (finding,) = of_family(found)
    assert (finding.code, str(finding.place)) == ("ID114", "x.yaml:4:30")
    assert "merged into HZ-2" in finding.message
    assert str(finding.related[0].place) == "x.yaml:2:20"
    assert found.graph.sources("HZ-1") == ["HS-1", "HS-2"]


def test_many_dangling_references_end_quickly(check):
    lines = "".join(f"  HS-{i}: {{title: x, hazards: [HZ-{i + 5000}]}}\n" for i in range(2000))
    assert len(of_family(check(f"hazards: {{HZ-1: {{title: x}}}}\nsituations:\n{lines}"))) == 2000
