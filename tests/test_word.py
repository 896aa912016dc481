"""Word files: complete, linked, valid, readable on paper, and the same bytes for the same document."""

from __future__ import annotations

import importlib.util
import io
import re
import shutil
import subprocess
import time
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from openxml_audit import OpenXmlValidator

from mdr_blueprint import library
from mdr_blueprint.markdown import Marker, parse, parse_prose
from mdr_blueprint.render import Document, TableBlock
from mdr_blueprint.tables import Column, Gap, Lines, RecordLink, Row, Table, Words
from mdr_blueprint.write.archive import normalise
from mdr_blueprint.write.word import write_word
from mdr_blueprint.write.word.links import bookmark_name, web_address
from mdr_blueprint.write.word.sections import Paper, stretches
from mdr_blueprint.write.word.tables import column_widths

TEMPLATE = library.folder("templates") / "word" / "reference.docx"
FOOTER = "TF-1, Lamp, revision 0123456789ab (clean)"
TEXT = """
# Risk report

Words before the first section.

## Purpose

Plain, *slanted*, **strong**, `coded`; see [RC-1], [RC-1#4.2], [NO-SUCH], [the table](#risks) and
[the law](https://eur-lex.europa.eu/eli/reg/2017/745/oj). [missing: device name](gap:)

- first
- second

  more of the second

  1. inner

3. third
4. fourth

> Set apart.

```
a < b & c
```

| Term | Meaning |
|---|---|
| P1 | a probability |

### Controls

::table controls

::table none

## Risks

What can happen.

::table risks

## One by one

::cards controls
"""


def controls(rows: int = 3) -> Table:
    columns = (Column("Control", 10), Column("Measure", 40), Column("Evidence", 30))
    made = [
        Row((RecordLink(f"RC-{n}", f"RC-{n}"), Words(parse_prose("A **fuse**")), RecordLink("EV-1", "EV-1 v2")), f"RC-{n}")
        for n in range(1, rows)
    ]
    gap = Row((RecordLink(f"RC-{rows}", f"RC-{rows}"), "A cover", Gap("not verified")), f"RC-{rows}", gap=True)
    return Table("controls", "Risk controls", columns, (*made, gap))


def risks(rows: int = 4) -> Table:
    titles = ("Risk", "Hazard", "Sequence", "Situation", "Harm", "Initial", "Controls", "Residual", "Why", "Disclosed in")
    columns = tuple(Column(title, 21) for title in titles)
    links = Lines((RecordLink("RC-1", "RC-1 A fuse"), RecordLink("RC-404", "RC-404"), Gap()))
    cells = (
        "HZ-1 Heat",
        "one\ntwo",
        "Hand on lamp",
        "Burn",
        Lines(("minor", "frequent")),
        links,
        "remote",
        Words(parse_prose("- a\n- b")),
        "ST-1",
    )
    return Table(
        "risks", "Risk table", columns, tuple(Row((RecordLink(f"R-{n}", f"R-{n}"), *cells), f"R-{n}") for n in range(rows))
    )


def document(text: str = TEXT, **tables: Table) -> Document:
    known = {
        "controls": controls(),
        "risks": risks(),
        "none": Table("none", "Waivers", (Column("Waiver"),), (), "No waivers."),
        **tables,
    }
    text = text.replace("> Set apart.", "> Set apart.\n\n" + "Words that fill a page. " * 50)
    blocks = tuple(
        TableBlock(known[block.name], "cards" if block.verb == "cards" else "wide") if isinstance(block, Marker) else block
        for block in parse(text)
    )
    items = (("Document", "TF-1 risk_report"), ("Technical file", "File of the lamp"), ("Device", "Lamp 1.0"), ("Version", Gap()))
    control = Table(
        "control",
        "Document control",
        (Column("Item", 24), Column("Value", 70)),
        tuple(Row(row, "document:risk_report") for row in items),
    )
    approvals = Table("approvals", "Approvals", (Column("Name"), Column("Date")), (), "Not approved yet.")
    history = Table("history", "Change history", (Column("Date", 11), Column("Change", 60)), (Row(("2026-01-02", "First")),))
    return Document("risk_report", "Risk report", "Annex II, 5", 50, ("word",), blocks, "", "", control, approvals, history)


def written(of: Document | None = None) -> bytes:
    return write_word(of or document(), footer=FOOTER, template=TEMPLATE.read_bytes())


def part(data: bytes, name: str = "word/document.xml") -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return etree.fromstring(archive.read(name))


def words(element: etree._Element) -> str:
    return "".join(text.text or "" for text in element.iter(qn("w:t")))


def paragraphs(root: etree._Element, style: str) -> list[str]:
    return [
        words(p)
        for p in root.iter(qn("w:p"))
        if (mark := p.find(f".//{qn('w:pStyle')}")) is not None and mark.get(qn("w:val")) == style
    ]


def faults(data: bytes) -> list[str]:
    """What no checker sees: links without a place, open fields, ids used twice, styles and lists that do not exist."""
    root, found = part(data), []
    names = [mark.get(qn("w:name")) for mark in root.iter(qn("w:bookmarkStart"))]
    ids = [mark.get(qn("w:id")) for mark in root.iter(qn("w:bookmarkStart"))]
    ends = [mark.get(qn("w:id")) for mark in root.iter(qn("w:bookmarkEnd"))]
    found += ["bookmark twice"] * (len(names) - len(set(names))) + ["bookmark id twice"] * (len(ids) - len(set(ids)))
    found += ["bookmark not closed"] if sorted(ids) != sorted(ends) else []
    found += [f"bad name {name}" for name in names if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,39}", name)]
    targets = [link.get(qn("w:anchor")) for link in root.iter(qn("w:hyperlink")) if link.get(qn("w:anchor"))]
    targets += [code.text.split()[1] for code in root.iter(qn("w:instrText")) if code.text.split()[0] == "PAGEREF"]
    found += [f"no place {target}" for target in targets if target not in names]
    for p in root.iter(qn("w:p")):
        kinds = [char.get(qn("w:fldCharType")) for char in p.iter(qn("w:fldChar"))]
        found += [f"field {kinds}"] if kinds != ["begin", "separate", "end"] * (len(kinds) // 3) else []
    styles = {style.get(qn("w:styleId")) for style in part(data, "word/styles.xml").iter(qn("w:style"))}
    used = {mark.get(qn("w:val")) for tag in ("pStyle", "rStyle", "tblStyle") for mark in root.iter(qn(f"w:{tag}"))}
    found += [f"no style {name}" for name in used - styles]
    lists = {entry.get(qn("w:numId")) for entry in part(data, "word/numbering.xml").iter(qn("w:num"))}
    found += [f"no list {mark.get(qn('w:val'))}" for mark in root.iter(qn("w:numId")) if mark.get(qn("w:val")) not in lists]
    related = {relation.get("Id") for relation in part(data, "word/_rels/document.xml.rels")}
    found += [
        f"no relation {link.get(qn('r:id'))}"
        for link in root.iter(qn("w:hyperlink"))
        if link.get(qn("r:id"), "rId") not in {*related, "rId"}
    ]
    for table in root.iter(qn("w:tbl")):
        columns = len(table.findall(f"{qn('w:tblGrid')}/{qn('w:gridCol')}"))
        found += ["cells and columns differ" for row in table.iter(qn("w:tr")) if _columns_of(row) != columns]
    return found


def _columns_of(row: etree._Element) -> int:
    """Cells, each counted for the columns it spans."""
    cells = row.findall(qn("w:tc"))
    spans = (cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}") for cell in cells)
    return sum(1 if span is None else int(span.get(qn("w:val"))) for span in spans)


def audit(data: bytes, folder: Path) -> list[str]:
    path = folder / "audited.docx"
    path.write_bytes(data)
    return [str(error) for error in OpenXmlValidator().validate(str(path)).errors]


@pytest.mark.verifies("REQ-OUT-10")
def test_file_is_valid(tmp_path):
    assert faults(written()) == []
    assert audit(written(), tmp_path) == []
    assert audit(TEMPLATE.read_bytes(), tmp_path) == []


@pytest.mark.verifies("REQ-OUT-03")
def test_same_document_gives_same_bytes():
    first = written()
    time.sleep(2.1)  # zip times have two seconds
    assert first == written()
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist()[:2] == ["[Content_Types].xml", "_rels/.rels"]
    assert normalise(first) == first


def test_template_is_what_its_script_writes():
    path = Path(__file__).parent.parent / "tools" / "make_reference_docx.py"
    spec = importlib.util.spec_from_file_location("make_reference_docx", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.reference() == TEMPLATE.read_bytes()


def test_document_without_sections_is_whole(tmp_path):
    data = written(document(""))
    assert faults(data) == audit(data, tmp_path) == []
    assert "Contents" not in words(part(data))


def test_workbooks_are_normalised_too():
    def saved(day: int) -> bytes:
        book, target = openpyxl.Workbook(), io.BytesIO()
        book.properties.created = datetime(2026, 1, day, tzinfo=UTC)
        book.save(target)
        return target.getvalue()

    assert normalise(saved(1)) == normalise(saved(2)) != normalise(saved(1), date(2026, 1, 3))
    assert openpyxl.load_workbook(io.BytesIO(normalise(saved(1), date(2026, 1, 3)))).properties.modified == datetime(2026, 1, 3)  # noqa: DTZ001


def test_front_stands_before_contents_and_body():
    text = words(part(written()))
    order = [
        "Risk report",
        "File of the lamp · Lamp 1.0",
        "Document control",
        "Approvals",
        "Not approved yet.",
        "Change history",
        "Contents",
        "Words before",
    ]
    places = [text.index(words_) for words_ in order]
    assert places == sorted(places)


def test_contents_name_every_section_with_a_page_field():
    root = part(written())
    entries = [text for level in (1, 2, 3) for text in paragraphs(root, f"TOC{level}")]
    assert sorted(entries) == ["1  Purpose", "1.1  Controls", "2  Risks", "3  One by one"]
    assert [code.text.split()[0] for code in root.iter(qn("w:instrText"))].count("PAGEREF") == 4


def test_headings_carry_the_number_of_the_citation_and_the_title_stands_once():
    root = part(written())
    assert paragraphs(root, "Title") == ["Risk report"]
    assert paragraphs(root, "Heading1") == ["1  Purpose", "2  Risks", "3  One by one"]
    assert paragraphs(root, "Heading2") == ["1.1  Controls"]


def test_records_are_linked_where_they_have_a_row_and_plain_elsewhere():
    root = part(written())
    linked = [words(link) for link in root.iter(qn("w:hyperlink")) if (link.get(qn("w:anchor")) or "").startswith("rec_RC_1_")]
    assert linked == ["RC-1", "RC-1#4.2", "RC-1", "RC-1", "RC-1", "RC-1"]  # twice in prose, in four risks; not in its own row
    assert not [link for link in root.iter(qn("w:hyperlink")) if words(link) in ("NO-SUCH", "RC-404")]
    assert "NO-SUCH" in words(root)
    looks = {mark.get(qn("w:val")) for link in root.iter(qn("w:hyperlink")) for mark in link.iter(qn("w:rStyle"))}
    assert looks == {"Hyperlink", "ContentsLink"}  # LibreOffice drops a link without a style


@pytest.mark.verifies("REQ-OUT-04")
def test_gaps_are_marked_by_style_fill_and_words():
    root = part(written())
    gaps = [
        words(run)
        for run in root.iter(qn("w:r"))
        if (mark := run.find(f".//{qn('w:rStyle')}")) is not None and mark.get(qn("w:val")) == "Gap"
    ]
    assert {"missing: device name", "not verified", "missing"} == set(gaps)
    for cell in root.iter(qn("w:tc")):
        if words(cell) == "not verified":
            assert cell.find(f".//{qn('w:shd')}") is not None


def test_tables_have_caption_header_row_and_whole_rows():
    root = part(written())
    assert paragraphs(root, "Caption") == ["Table 1: Risk controls", "Table 2: Risk table"]
    tables = [table for table in root.iter(qn("w:tbl")) if "Sequence" in words(table)]
    rows = tables[0].findall(qn("w:tr"))
    assert rows[0].find(f".//{qn('w:tblHeader')}") is not None
    assert all(row.find(f".//{qn('w:cantSplit')}") is not None for row in rows)
    assert "No waivers." in words(root)


def test_only_very_long_rows_may_split():
    long = Table("long", "Long", (Column("A", 20), Column("B", 20)), (Row(("a", "word " * 2000)), Row(("b", "short"))))
    root = part(written(document("## One\n\n::table long", long=long)))
    table = next(table for table in root.iter(qn("w:tbl")) if "word" in words(table))
    assert [row.find(f".//{qn('w:cantSplit')}") is not None for row in table.findall(qn("w:tr"))] == [True, False, True]


def test_wide_table_turns_the_paper_and_takes_its_heading_along():
    root = part(written())
    marks = [
        (s.find(qn("w:pgSz")).get(qn("w:orient")), s.find(qn("w:headerReference")) is not None) for s in root.iter(qn("w:sectPr"))
    ]
    assert marks == [(None, True), (None, True), ("landscape", True), (None, True)]
    body = root.find(qn("w:body"))
    ends = [at for at, child in enumerate(body) if child.find(f".//{qn('w:sectPr')}") is not None]
    landscape = "".join(words(child) for child in body[ends[1] + 1 : ends[2]])
    assert landscape.startswith("2  RisksWhat can happen.Table 2: Risk table")


def test_the_widest_tables_stand_on_paper_of_twice_the_width():
    root = part(written())
    sizes = [(size.get(qn("w:w")), size.get(qn("w:h"))) for size in root.iter(qn("w:pgSz"))]
    assert sizes[2] == ("23812", "16838"), "A3 on its side"
    usual = replace(risks(), columns=tuple(Column(column.title, 15) for column in risks().columns))
    both = document("## A\n\n::table usual\n\n## B\n\nFew words.\n\n::table risks", usual=usual)
    assert [stretch.paper for stretch in stretches(both.blocks)] == [Paper.LANDSCAPE, Paper.LARGE]
    assert len(list(stretches(both.blocks))[1].blocks) == 3, "heading and words go with their table"


def test_paper_does_not_turn_for_a_few_words_between_wide_tables():
    between = document("## A\n\n::table risks\n\n## B\n\nFew words.\n\n## C\n\n::table risks")
    assert [stretch.paper for stretch in stretches(between.blocks)] == [Paper.LARGE]
    much = document("## A\n\n::table risks\n\n## B\n\n" + "Many words. " * 200 + "\n\n## C\n\n::table risks")
    assert [stretch.paper for stretch in stretches(much.blocks)] == [Paper.LARGE, Paper.PORTRAIT, Paper.LARGE]


def test_columns_fill_the_page_and_keep_words_whole():
    table = Table("t", "T", (Column("Id", 1), Column("Text", 100)), (Row(("HZ-STATIC-01", "words")),))
    widths = column_widths(table, 9638, 89)
    assert sum(widths) == 9638
    assert widths[0] > 12 * 89
    many = Table("t", "T", tuple(Column("Unusually-long-word", 1) for _ in range(30)), ())
    assert sum(column_widths(many, 9638, 89)) == 9638


def test_lists_start_with_their_own_number():
    numbering = part(written(), "word/numbering.xml")
    starts = [entry.find(f".//{qn('w:startOverride')}") for entry in numbering.iter(qn("w:num"))]
    assert [start.get(qn("w:val")) for start in starts if start is not None] == ["1", "3"]


def test_header_footer_and_properties_name_the_document():
    data = written()
    assert words(part(data, "word/header.xml")) == "File of the lamp · Lamp 1.0Risk report"
    assert words(part(data, "word/footer.xml")) == f"{FOOTER}Page 1 of 1"
    properties = docx.Document(io.BytesIO(data)).core_properties
    assert (properties.title, properties.subject, properties.comments) == (
        "Risk report",
        "TF-1 risk_report · Annex II, 5",
        FOOTER,
    )
    assert (properties.author, properties.created.year) == ("", 1980)


@settings(max_examples=40, deadline=None)
@given(st.text(), st.text(min_size=1))
@pytest.mark.verifies("REQ-OUT-01")
def test_any_text_can_be_written(text, id_):
    columns = (Column(text, 10), Column("B", 10))
    rows = (
        Row((RecordLink(id_, text), Words(parse_prose(text))), id_, gap=True),
        Row((Gap(text), Lines((text, RecordLink(id_, id_)))), id_),
    )
    of = replace(
        document(f"## A\n\n::table t\n\n::cards t\n\n[x]({id_!r})", t=Table("t", text, columns, rows)), title=text, basis=text
    )
    data = write_word(of, footer=text, template=TEMPLATE.read_bytes())
    assert faults(data) == []


def test_short_values_of_a_card_stand_side_by_side_and_steps_below_each_other():
    estimate = Lines(("severity serious", "P1 probable", RecordLink("EV-1", "EV-1 4.7"), Gap("no P2"), "x" * 40))
    row = Row(("R-1", estimate, Lines(("1. It falls", "2. It breaks")), Lines(())), "R-1")
    cards = Table("risks", "Risks", tuple(Column(title) for title in ("Risk", "Estimate", "Events", "None")), (row,))
    data = written(document("## A\n\n::cards risks", risks=cards))
    assert faults(data) == []
    table = next(table for table in part(data).iter(qn("w:tbl")) if "Estimate" in words(table))
    lines = [[words(p) for p in list(row.iter(qn("w:tc")))[1].iter(qn("w:p"))] for row in table.iter(qn("w:tr"))]
    assert lines == [["severity serious · P1 probable · EV-1 4.7 · no P2", "x" * 40], ["1. It falls", "2. It breaks"], [""]]


def test_control_characters_and_markup_stay_text():
    of = document("## A\n\n::table t", t=Table("t", "T", (Column("<b>"),), (Row(('a\x00b\ud800 <w:p/> & "c"\n\td',)),)))
    cell = [words(cell) for cell in part(written(of)).iter(qn("w:tc"))][-1]
    assert cell == 'a\ufffdb\ufffd <w:p/> & "c"d'  # break and tab are elements


def test_only_web_addresses_become_links():
    assert web_address("https://example.org/a b?c=1") == "https://example.org/a%20b?c=1"
    assert web_address("mailto:a@example.org")
    for bad in ("javascript:alert(1)", "file:///etc/passwd", "evidence/EV-1.md", "http://", "http://[", "https://x:y/"):
        assert web_address(bad) is None


def test_bookmark_names_are_short_and_differ():
    names = {bookmark_name("rec", key) for key in ("RC-1", "RC_1", "rc-1", "é" * 60, "x" * 99, "x" * 98)}
    assert len(names) == 6
    assert all(re.fullmatch(r"rec_[A-Za-z0-9_]{1,36}", name) for name in names)


def test_large_table_takes_linear_time():
    def seconds(rows: int) -> float:
        of = document("## A\n\n::table risks", risks=risks(rows))
        start = time.process_time()
        written(of)
        return time.process_time() - start

    seconds(10)
    small, large = seconds(2000), seconds(8000)
    assert small < 2  # about 0.15 s on a machine of 2025
    assert large < 10 * max(small, 0.05)


@pytest.mark.office
def test_libreoffice_shows_pages_links_and_text(tmp_path):
    assert shutil.which("soffice") and shutil.which("pdftotext"), (
        "this test needs LibreOffice (soffice) and poppler-utils (pdftotext)"
    )
    (tmp_path / "report.docx").write_bytes(written(document(risks=risks(60))))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / "report.docx")],
        check=True,
        timeout=180,
        capture_output=True,
    )
    pages = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / "report.pdf"), "-"], check=True, capture_output=True, text=True
    ).stdout.split("\f")[:-1]
    assert len(pages) > 5
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
        assert FOOTER in page
        assert "Lamp 1.0" in page
    shown = dict(re.findall(r"(\d(?:\.\d)?  ?[A-Z][a-z ]+?)\.{5,} ?(\d+)", pages[0]))
    assert len(shown) == 4
    for title, number in shown.items():
        assert re.search(
            rf"^\s*{re.escape(title.split()[0])}\s+{re.escape(title.split(maxsplit=1)[1])}", pages[int(number) - 1], re.MULTILINE
        ), title
    for table_page in (page for page in pages if "Hand on lamp" in page):
        assert "Disclosed" in table_page  # the header row is repeated
    assert re.search(r"missing:\s+device\s+name", "".join(pages))


def kept_rows(data: bytes, of: str) -> list[bool]:
    """For each row of a table whether all of its paragraphs stay on the page of the next one."""
    table = next(table for table in part(data).iter(qn("w:tbl")) if of in words(table))
    return [all(p.find(f".//{qn('w:keepNext')}") is not None for p in row.iter(qn("w:p"))) for row in table.iter(qn("w:tr"))][1:]


@pytest.mark.parametrize(
    ("rows", "text", "kept"),
    [(4, "short", [True, True, True, False]), (4, "long " * 90, [True, False, False, False]), (8, "short", [True] + [False] * 7)],
)
def test_small_tables_stay_whole_and_longer_ones_start_with_two_rows(rows, text, kept):
    table = Table("t", "T", (Column("First", 30), Column("Second", 30)), tuple(Row((f"row {n}", text)) for n in range(rows)))
    data = written(document("## A\n\n::table t", t=table))
    assert kept_rows(data, "row 0") == kept
    assert faults(data) == []


def test_words_between_two_headings_go_with_the_second_one():
    root = part(written(document("## A\n\nLead in.\n\n### B\n\nText.\n\nMore text.\n\n### C\n\nEnd.")))
    kept = {words(p): p.find(f".//{qn('w:keepNext')}") is not None for p in root.iter(qn("w:p"))}
    assert [kept[text] for text in ("Lead in.", "Text.", "More text.", "End.")] == [True, False, False, False]


def test_short_references_run_on_beside_other_lines():
    """Three and more of them, apart by semicolons where they hold commas themselves."""
    short = tuple(RecordLink(f"RC-{n}", f"RC-{n}") for n in range(3))
    cited = (*short[:2], RecordLink("EV-1", "EV-1 v2, 4.3"))
    cells = (Lines(("not acceptable", *short, Gap("open"))), Lines(cited), Lines(short[:2]))
    table = Table("t", "T", tuple(Column(title, 20) for title in "ABC"), (Row(cells),))
    (*_, a, b, c) = list(part(written(document("## A\n\n::table t", t=table))).iter(qn("w:tc")))
    assert [[words(p) for p in cell.iter(qn("w:p"))] for cell in (a, b, c)] == [
        ["not acceptable", "RC-0, RC-1, RC-2", "open"], ["RC-0; RC-1; EV-1 v2, 4.3"], ["RC-0", "RC-1"],
    ]  # fmt: skip
