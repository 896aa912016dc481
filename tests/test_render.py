"""Templates become documents: gaps are visible, faults are told with file and line, and no value is read as markup or code."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdr_blueprint import library
from mdr_blueprint.markdown import Grid, Heading, Link, ListBlock, Paragraph, Quote, Text, escape, parse, plain, plain_blocks
from mdr_blueprint.pipeline import compile
from mdr_blueprint.render import Rendering, TableBlock, render
from mdr_blueprint.revision import Revision
from mdr_blueprint.tables import Inputs, Tables

IDS = [
    "device_description",
    "intended_purpose",
    "classification_rationale",
    "gspr_checklist",
    "risk_management_plan",
    "safety_characteristics",
    "failure_mode_analysis",
    "risk_analysis",
    "risk_control_verification",
    "benefit_risk_analysis",
    "risk_management_report",
    "verification_report",
    "electrical_safety_report",
    "traceability",
]
HEAD = "---\ntitle: Test\norder: 5\n---\n"
SMALL = """
device:
  name: Lamp
  description: |
    A **lamp** that shines on [HS-1].

    - it has a switch
    - it gives {figure:LUX}, see [NO-SUCH]
  facts: {active: true, hazardous: {value: false, argument: dim}}
figures:
  LUX: {title: Brightness, value: 1.50, unit: lx, illustrative: true}
harms:
  HARM-1: {title: Burn, severity: minor}
hazards:
  HZ-1: {title: Heat}
situations:
  HS-1:
    title: Hand on the lamp
    hazards: [HZ-1]
    sequences: {SEQ-1: {events: [{text: The lamp gets hot}, {text: A hand touches it}]}}
    risks:
      R-1: {harm: HARM-1, initial: {p1: frequent, p2: likely}, controls: [RC-1], residual: {p1: remote, p2: likely}, reduction_argument: dim already}
      R-2: {harm: HARM-1, initial: {p: remote}, reduction_argument: rare already}
      R-3: {harm: HARM-1, initial: {not_estimable: unknown}, controls: [RC-1], reduction_argument: none}
  HS-2:
    title: Gone
    hazards: [HZ-1]
    retired: {reason: merged}
    risks: {R-9: {harm: HARM-1}}
controls:
  RC-1: {kind: inherent, text: A dim lamp}
evidence:
  EV-1: {title: Report, version: "2", status: approved, path: evidence/EV-1.md}
"""


def rendering(folder: Path, records: str = "", **templates: str) -> Rendering:
    """What a project with these records and templates of its own gives; a name such as `partials__x` is a partial."""
    (folder / "project.yaml").write_text("project: {title: Technical file}\n", "utf-8")
    (folder / "records.yaml").write_text(records, "utf-8")
    (folder / "evidence").mkdir(exist_ok=True)
    (folder / "evidence/EV-1.md").write_text("# Report\n\n## 1 Result\n\nGood.\n", "utf-8")
    for name, text in templates.items():
        kind, _, stem = name.rpartition("__")
        path = folder / "templates" / (kind or "documents") / f"{stem}.md.j2"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    made = compile(folder)
    return render(Tables(Inputs(made.sources, made.dossier, made.graph, made.law, made.report, Revision("test"))))


def document(result: Rendering, id_: str = "x"):
    return next(document for document in result.documents if document.id == id_)


def words(result: Rendering, id_: str = "x") -> str:
    """The running text of a document, tables by their names."""
    return "\n".join(
        f"[{b.table.name}]" if isinstance(b, TableBlock) else plain_blocks([b]) for b in document(result, id_).blocks
    )


def links(blocks) -> list[str]:
    found: list[str] = []
    for block in blocks:
        if isinstance(block, Link):
            found.append(block.target)
        for name in ("parts", "blocks", "items", "header", "rows"):
            for inner in getattr(block, name, ()):
                found += links(inner) if isinstance(inner, tuple) else links([inner])
    return found


@pytest.mark.verifies("REQ-OUT-04")
def test_an_empty_project_renders_every_document_with_visible_gaps(tmp_path):
    result = rendering(tmp_path)
    assert result.faults == ()
    assert [document.id for document in result.documents] == IDS
    for made in result.documents:
        blocks = [block for block in made.blocks if not isinstance(block, TableBlock)]
        in_tables = sum(block.table.gaps for block in made.blocks if isinstance(block, TableBlock))
        assert links(blocks).count("gap:") + in_tables > 0, made.id
        assert made.basis
        assert made.outputs == ("site", "word")
    assert "missing: intended purpose statement" in words(result, "intended_purpose")
    assert "missing: risk policy approved by name" in words(result, "risk_management_plan")


def test_the_order_and_the_names_follow_annex_ii(tmp_path):
    result = rendering(tmp_path)
    assert [made.order for made in result.documents] == [10, 20, 30, 40, 50, 51, 52, 53, 54, 55, 60, 70, 72, 80]
    assert result.documents[0].file_name == "10_device_description"
    assert all(block.level > 1 for made in result.documents for block in made.headings), "the title comes from the front matter"


@pytest.mark.verifies("REQ-OUT-09")
def test_the_documents_of_the_library_make_no_verdict():
    for path in [*library.files("templates", "documents"), *library.files("templates", "partials")]:
        text = path.read_text("utf-8").lower()
        for word in ("compliant", "certified", "complies", "is safe"):
            assert word not in text, f"{path.name}: {word}"


def test_a_small_project(tmp_path):
    result = rendering(tmp_path, SMALL)
    assert result.faults == ()
    about = words(result, "device_description")
    assert "A lamp that shines on HS-1." in about
    assert "- it gives 1.50 lx (illustrative), see NO-SUCH" in about
    assert "missing: device principle" in about
    analysis, report = document(result, "risk_analysis"), document(result, "risk_management_report")
    views = {(block.table.name, block.view) for made in (analysis, report) for block in made.blocks if isinstance(block, TableBlock)}
    assert {("risks", "wide"), ("risk_cards", "cards"), ("hazard_tree", "tree"), ("family_findings-RISK", "wide")} <= views
    summary = next(block for block in report.blocks if isinstance(block, Grid))
    assert ["Risks", "3"] in [[plain(cell) for cell in row[:2]] for row in summary.rows], (
        "the risk of a retired situation is not counted"
    )


@pytest.mark.verifies("REQ-RIS-01")
def test_levels_are_computed_and_an_uncontrolled_acceptable_risk_is_no_gap(tmp_path):
    report = document(rendering(tmp_path, SMALL), "risk_analysis")
    rows = {
        row.subject: row
        for row in next(b.table for b in report.blocks if isinstance(b, TableBlock) and b.table.name == "risks").rows
    }
    assert list(rows) == ["R-1", "R-2", "R-3"]
    initial, residual = (" ".join(map(str, rows["R-1"].cells[n].items)) for n in (5, 8))
    assert initial == "severity minor P1 frequent P2 likely P frequent"
    assert residual == "severity minor P1 remote P2 likely P remote"
    assert (rows["R-1"].cells[6], rows["R-1"].cells[9]) == ("not acceptable", "acceptable")
    assert rows["R-2"].cells[6:10] == ("acceptable", "none", "as initial", "acceptable")
    assert "judged by severity alone" in " ".join(map(str, rows["R-3"].cells[5].items))
    assert rows["R-3"].gap


def test_the_review_before_release_counts_what_is_open(tmp_path):
    report = document(rendering(tmp_path, SMALL), "risk_management_report")
    review = next(b.table for b in report.blocks if isinstance(b, TableBlock) and b.table.name == "risk_review")
    counted = {row.cells[1]: str(row.cells[4]) for row in review.rows}
    assert counted["risks without a verdict after control"] == "1"
    assert counted["risks without the argument why no further reduction is possible"] == "0"
    assert counted["controls whose effectiveness has no proof that passed or is approved"] == "1"


def test_a_project_replaces_and_adds_documents(tmp_path):
    result = rendering(tmp_path, SMALL, intended_purpose=HEAD + "Our own words on {{ device.name }}.\n", x=HEAD + "More.\n")
    assert [made.id for made in result.documents][:2] == ["intended_purpose", "x"]
    assert words(result, "intended_purpose") == "Our own words on Lamp."
    assert len(result.documents) == len(IDS) + 1


def test_a_project_replaces_a_partial(tmp_path):
    result = rendering(tmp_path, partials__about="Made here.\n")
    assert all(words(result, id_).endswith("Made here.") for id_ in IDS)


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        ("Fine.\n\n{% if %}\n", 7, "a fault in the template"),
        ("Fine.\n{{ nothing.there }}\n", 6, "a name that does not exist"),
        ("{{ device.nmae }}\n", 5, "did you mean name?"),
        ("{{ intended_purpose.statemnt }}\n", 5, "did you mean statement?"),
        ("{{ device.emdn.cod }}\n", 5, "did you mean code?"),
        ("{{ device }}\n", 5, "name one of its fields"),
        ("\n{{ records('hazard') }}\n", 6, "did you mean hazards?"),
        ("{{ gaps('risk') }}\n", 5, "there is no table `risk`"),
        ("{{ document_link('traceabilty') }}\n", 5, "did you mean traceability?"),
        ("{{ 1 / 0 }}\n", 5, "division by zero"),
        ("{% include 'nowhere.md.j2' %}\n", 5, "nowhere.md.j2"),
        ("\n\n{{ ''.__class__ }}\n", 7, "is unsafe"),
        ("{{ device|attr('_record') }}\n", 5, "is unsafe"),
        ("{{ device.parse_raw('{}') }}\n", 5, "no field of device"),
        ("{{ law.parse_file('project.yaml') }}\n", 5, "no field of source"),
        ("{{ device.model_construct() }}\n", 5, "no field of device"),
        ("{% for i in range(1000000000) %}{{ i }}{% endfor %}\n", 5, "Range too big"),
        ("{% for i in [1] %}" * 25 + "{% endfor %}" * 25, 5, "too many statically nested blocks"),
    ],
)
@pytest.mark.verifies("REQ-OUT-08")
def test_a_fault_of_a_template_leaves_out_that_document_only(tmp_path, body, line, message):
    result = rendering(tmp_path, SMALL, x=HEAD + body)
    [fault] = result.faults
    assert message in fault.message
    assert (fault.kind, fault.place.path, fault.place.line) == ("template", "templates/documents/x.md.j2", line)
    assert [made.id for made in result.documents] == IDS


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        ("Text.\n\n::tabel risks\n", 7, "`::tabel` is no marker; did you mean table?"),
        ("::table riks\n", 5, "there is no table `riks`; did you mean risks?"),
        ("\n::table clauses\n", 6, "needs `standard=...`"),
        ("::table risks view=cards\n", 5, "has no option `view`"),
        ("::prose 0\n", 5, "is no marker"),
        ("::prose ²\n", 5, "is no marker"),
        ("- one\n- ::table risks\n", 5, "on a line of its own"),
    ],
)
@pytest.mark.verifies("REQ-OUT-08")
def test_a_wrong_marker_is_told_and_the_document_stands(tmp_path, body, line, message):
    result = rendering(tmp_path, x=HEAD + body + "\nThe end.\n")
    [fault] = result.faults
    assert message in fault.message
    assert (fault.place.path, fault.place.line) == ("templates/documents/x.md.j2", line)
    assert words(result).endswith("The end.")


def test_a_fault_in_a_partial_is_told_where_it_stands(tmp_path):
    result = rendering(
        tmp_path,
        partials__broken="Fine.\n\n{{ device.nmae }}\n",
        partials__loop="{% include 'loop.md.j2' %}",
        partials__syntax="\n{% endif %}\n",
        x=HEAD + "{% include 'broken.md.j2' %}\n",
        y=HEAD + "{% include 'loop.md.j2' %}\n",
        z=HEAD + "{% include 'syntax.md.j2' %}\n",
    )
    places = [(fault.place.path, fault.place.line) for fault in result.faults]
    assert places == [
        ("templates/partials/broken.md.j2", 3),
        ("templates/partials/loop.md.j2", 1),
        ("templates/partials/syntax.md.j2", 2),
    ]
    assert "included by templates/documents/x.md.j2" in result.faults[0].message
    assert [made.id for made in result.documents] == IDS


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("No head.\n", "front matter"),
        ("---\ntitle: A\norder: first\n---\n", "`order` must be a number"),
        ("---\ntitle: A\norder: ²\n---\n", "`order` must be a number"),
        pytest.param(f"---\ntitle: A\norder: {'9' * 5000}\n---\n", "`order` must be a number", id="endless order"),
        ("---\norder: 1\n---\n", "`title` is missing"),
        ("---\ntitle: A\ntitel: B\n---\n", "`titel` is no key"),
        ("---\ntitle: A\noutputs: [fax]\n---\n", "`fax` is no output"),
        ("---\ntitle: [A\n---\n", "unquoted"),
    ],
)
def test_wrong_front_matter(tmp_path, text, message):
    result = rendering(tmp_path, x=text)
    assert any(message in fault.message and fault.place.path == "templates/documents/x.md.j2" for fault in result.faults)
    assert [made.id for made in result.documents] == IDS


def test_a_template_saved_on_windows(tmp_path):
    text = HEAD + "## Plan\n\nFor {{ device.name }}.\n"
    plain = words(rendering(tmp_path, SMALL, x=text))
    saved = words(rendering(tmp_path, SMALL, x="\ufeff" + text.replace("\n", "\r\n")))
    assert plain == saved


HOSTILE = [
    "<script>alert(1)</script> <img src=x onerror=alert(1)>",
    "{{ 7 * 7 }} {% raw %} {# gone #}",
    "**bold** _em_ `code` ~~no~~ __x__",
    "[RC-1] and [a](javascript:alert(1)) ![i](j) [b]: c",
    "# heading",
    "- item",
    "+ item",
    "* item",
    "1. first",
    "2) second",
    "> quote",
    "---",
    "===",
    "::table risks",
    "a | b | c",
    "&amp; &#65; &copy;",
    r"back\slash \* \\",
    "```",
    "    four spaces",
    "line one\nline two",
    "a\n\n# b",
    "a\n\n    b",
    "a\n::table risks",
    "http://example.org <mailto:a@b.c>",
    "a  \nb",
    "τ ≥ 3 µT, 5 % – „x“",
    "a\n===",
    "a\n---",
    "|---|",
    "$x$",
    "gap:",
    "\tx",
]


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.verifies("REQ-OUT-01")
def test_a_value_comes_out_as_it_was_written(tmp_path, value):
    body = "## {{ device.name }}\n\n{{ device.name }}\n\n- {{ device.name }}\n\n> {{ device.name }}\n\n| Name |\n|---|\n| {{ device.name }} |\n"
    result = rendering(tmp_path, f"device: {{name: {json.dumps(value)}}}\n", x=HEAD + body)
    assert result.faults == ()
    heading, paragraph, item, quote, grid = document(result).blocks
    assert isinstance(heading, Heading)
    assert isinstance(paragraph, Paragraph)
    assert isinstance(item, ListBlock)
    assert isinstance(quote, Quote)
    assert isinstance(grid, Grid)
    assert links(document(result).blocks) == []
    expected = " ".join(value.split())
    for shown in (
        plain(heading.parts),
        plain(paragraph.parts),
        plain_blocks(item.items[0]),
        plain_blocks(quote.blocks),
        plain(grid.rows[0][0]),
    ):
        assert " ".join(shown.split()) == expected


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1))
@settings(max_examples=300, deadline=None)
def test_an_escaped_text_is_one_plain_paragraph(text):
    blocks = parse(f"{escape(text)}\n")
    shown = " ".join(plain_blocks(blocks).split())
    assert shown == " ".join(text.replace("\0", "\N{REPLACEMENT CHARACTER}").split())
    assert all(isinstance(block, Paragraph) and all(isinstance(part, Text) for part in block.parts) for block in blocks)


def test_prose_is_a_small_dialect_with_links_to_records(tmp_path):
    prose = (
        "A *word* and **two**, `code`, [HS-1], \\[HS-1\\], [the site](https://example.org).\n\n1. one\n2. two\n\n# No heading\n\n::table risks\n\n"
        "- ::table risks\n- ## No heading\n\n<b>no HTML</b> {{ 7 * 7 }}\n"
    )
    result = rendering(
        tmp_path,
        f"device: {{name: Lamp, description: {json.dumps(prose)}}}\n",
        x=HEAD + "{{ device.description | prose }}\n\nEnd.\n",
    )
    assert result.faults == ()
    blocks = document(result).blocks
    assert not any(isinstance(block, (TableBlock, Heading)) for block in blocks)
    assert links(blocks) == ["record:HS-1", "https://example.org"]
    assert words(result).splitlines() == [
        "A word and two, code, HS-1, [HS-1], the site.",
        "1. one",
        "2. two",
        "No heading",
        "::table risks",
        "- ::table risks",
        "- No heading",
        "<b>no HTML</b> {{ 7 * 7 }}",
        "End.",
    ]


def test_links_of_a_template(tmp_path):
    body = (
        "{{ 'R-1' | link }} {{ 'EV-1#1' | link }} {{ 'gspr:14.2(d)' | link }} {{ 'RC-404' | link }} {{ document_link('traceability') }} "
        "{{ figure('LUX') }} {{ missing('a plan') }}\n"
    )
    result = rendering(tmp_path, SMALL, x=HEAD + body)
    assert result.faults == ()
    assert words(result) == (
        "R-1 EV-1 v2, section 1 Result GSPR 14.2(d) missing: RC-404 Traceability 1.50 lx (illustrative) missing: a plan"
    )
    assert links(document(result).blocks) == [
        "record:R-1",
        "record:EV-1",
        "record:gspr:14.2(d)",
        "gap:",
        "page:traceability",
        "gap:",
    ]


def test_values_that_are_not_there(tmp_path):
    body = (
        "{{ device.model }}; {{ device.emdn.code }}; {{ classification.rule }}; {% if device.emdn %}yes{% else %}no{% endif %}; "
        "{% for id in intended_purpose.users %}x{% else %}none{% endfor %}; {{ intended_purpose.body_parts | listed }}; {{ device.model | words }}; "
        "{{ expect('tests') }}{{ expect('risks') }}\n"
    )
    assert words(rendering(tmp_path, SMALL, x=HEAD + body)) == (
        "missing: device model; missing: device emdn code; missing: classification rule; no; none; missing: intended purpose body parts; "
        "missing: device model; missing: tests"
    )


def test_the_front_of_a_document(tmp_path):
    records = SMALL + "documents:\n  x: {version: '0.3', approvals: [{name: N.N., meaning: reviewed}], illustrative: true}\n"
    made = document(rendering(tmp_path, records, x=HEAD + "Text.\n"))
    rows = {row.cells[0]: str(row.cells[1]) for row in made.control.rows}
    assert (rows["Version"], rows["Device"], rows["Source revision"]) == ("0.3 (illustrative)", "Lamp", "test (clean)")
    assert made.approvals.rows[0].cells == ("N.N. (illustrative)", "", "", "reviewed")
    bare = document(rendering(tmp_path, SMALL, x=HEAD + "Text.\n"))
    assert [row.cells[0] for row in bare.control.rows if row.gap] == ["Version", "Status"]


def test_rendering_twice_gives_the_same(tmp_path):
    first, second = rendering(tmp_path, SMALL), rendering(tmp_path, SMALL)
    assert [replace(made, blocks=()) for made in first.documents] == [replace(made, blocks=()) for made in second.documents]
    assert first == second
