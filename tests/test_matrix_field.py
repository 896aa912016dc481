"""A field of a risk matrix in every output: its count, its verdict in words, its risks, and a colour that is never alone."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest
from lxml import html
from openpyxl import load_workbook
from openxml_audit import OpenXmlValidator
from test_word import TEMPLATE, audit, document, faults, part, qn, words

from mdr_blueprint.tables import Column, Gap, Lines, MatrixField, RecordLink, Row, Table
from mdr_blueprint.tables.shapes import VERDICTS
from mdr_blueprint.write.excel import write_workbook
from mdr_blueprint.write.excel.looks import FIELD_FILLS, FIELDS
from mdr_blueprint.write.site.html import HtmlWriter
from mdr_blueprint.write.site.pictures import MOST_LISTED
from mdr_blueprint.write.site.plain_markdown import MarkdownWriter
from mdr_blueprint.write.word import matrix as word_matrix
from mdr_blueprint.write.word import write_word

EVIL = "<b>R&1</b>"


def links(number: int) -> tuple[RecordLink, ...]:
    return tuple(RecordLink(f"R-{n:03}-1", f"R-{n:03}-1") for n in range(1, number + 1))


def matrix(*rows: Row) -> Table:
    columns = (Column("Severity", 16), *(Column(band, 16) for band in ("remote", "probable", "frequent")))
    usual = (
        Row(("catastrophic", MatrixField("acceptable", links(1)), MatrixField("not_acceptable", links(14)), MatrixField("open"))),
        Row(("minor", MatrixField("acceptable"), MatrixField("acceptable", links(200)), MatrixField("open", links(2))), gap=True),
        Row((Gap("level unknown: 2"), Lines(links(2)), "", ""), gap=True),
    )
    return Table("matrix_before", "Risk matrix before control", columns, rows or usual)


def site(table: Table) -> html.HtmlElement:
    return html.fromstring(HtmlWriter(lambda id_, _place: f"r.html#{id_}").table(table))


def word(table: Table) -> bytes:
    of = document("## A\n\n::table m\n\n## B\n\n::table risks", m=table)
    return write_word(of, footer="", template=TEMPLATE.read_bytes())


def workbook(*tables: Table) -> bytes:
    return write_workbook(tables, title="File", footer="")[0]


def test_site_counts_open_to_the_links_of_the_risks():
    fields = site(matrix()).cssselect("td.mdr-field")
    assert len(fields) == 6
    full = fields[1]
    assert full.cssselect("details > summary > .mdr-count")[0].text == "14"
    assert [a.get("href") for a in full.cssselect("details > ul a")] == [f"r.html#{link.id}" for link in links(14)]
    assert not full.cssselect("details[open]")
    assert not fields[2].cssselect("details"), "nothing to open where no risk stands"
    assert fields[2].cssselect(".mdr-none")[0].text == "0"


def test_site_says_every_verdict_in_words_and_by_a_class():
    said = {
        (field.get("class").split()[-1], field.cssselect(".mdr-verdict")[0].text)
        for field in site(matrix()).cssselect("td.mdr-field")
    }
    assert said == {(f"mdr-{verdict}", shown) for verdict, shown in VERDICTS.items()}


def test_site_lists_some_of_thousands_and_counts_all():
    page = HtmlWriter(lambda id_, _place: f"#{id_}").table(matrix(Row(("minor", *[MatrixField("acceptable", links(5000))] * 3))))
    field = html.fromstring(page).cssselect("td.mdr-field")[0]
    assert field.cssselect(".mdr-count")[0].text == "5,000"
    assert len(field.cssselect("a")) == MOST_LISTED
    assert field.cssselect("li")[-1].text == f"and {5000 - MOST_LISTED:,} more, see the risk table"
    assert len(page) < 20_000


def test_site_rows_name_themselves_and_words_run_over_the_fields():
    page = site(matrix())
    assert [head.text_content() for head in page.cssselect("tbody th[scope=row]")] == [
        "catastrophic",
        "minor",
        "level unknown: 2",
    ]
    last = page.cssselect("tbody tr")[-1]
    assert last.cssselect("td")[0].get("colspan") == "3"
    assert len(last) == 2
    assert [table.get("aria-label") for table in page.cssselect("table.mdr-matrix")] == ["Risk matrix before control"]
    assert not page.cssselect("[data-rows]"), "a picture has no filter"


def test_site_escapes_what_a_field_shows():
    evil = matrix(Row((EVIL, *[MatrixField("open", (RecordLink(EVIL, f"{EVIL} <i>"),))] * 3)))
    for shown in (HtmlWriter(lambda _id, _place: None).table(evil), HtmlWriter(lambda _id, _place: None).table(evil, "cards")):
        assert "<b>" not in shown
        assert "<i>" not in shown
        assert "&lt;b&gt;R&amp;1" in shown


def test_markdown_pages_carry_the_same_matrix():
    writer = HtmlWriter(lambda _id, _place: None)
    assert MarkdownWriter(writer.address).html_block(writer.table(matrix()), "../") == writer.table(matrix())
    assert "\n\n" not in writer.table(matrix()), "an empty line would end the HTML for some readers"


@pytest.mark.verifies("REQ-OUT-10")
def test_word_file_with_a_matrix_is_valid(tmp_path):
    data = word(matrix())
    assert faults(data) == audit(data, tmp_path) == []


def test_word_shows_count_verdict_and_the_first_risks_on_the_ground_of_the_verdict():
    root = part(word(matrix()))
    table = next(table for table in root.iter(qn("w:tbl")) if "catastrophic" in words(table))
    rows = [row.findall(qn("w:tc")) for row in table.findall(qn("w:tr"))]
    full = [words(p) for p in rows[1][2].iter(qn("w:p"))]
    assert full[:2] == ["14", "not acceptable"]
    assert full[-1] == "and 2 more"
    assert ", ".join(full[2:-1]) == ", ".join(link.label for link in links(12))
    assert rows[1][2].find(f".//{qn('w:b')}") is not None
    assert words(rows[2][1]) == "acceptable", "of an empty field only the verdict"
    fills = {cell.find(f".//{qn('w:shd')}").get(qn("w:fill")) for row in rows[1:3] for cell in row[1:]}
    assert fills == set(word_matrix.FILLS.values())


def test_word_links_the_risks_that_have_a_row():
    of = matrix(Row(("minor", *[MatrixField("acceptable", (RecordLink("R-1", "R-1"), RecordLink("R-99", "R-99")))] * 3)))
    root = part(word(of))
    linked = [words(link) for link in root.iter(qn("w:hyperlink")) if (link.get(qn("w:anchor")) or "").startswith("rec_R_")]
    assert linked == ["R-1"] * 3


def test_word_keeps_the_matrix_together_and_lets_words_run_over_fields():
    root = part(word(matrix()))
    table = next(table for table in root.iter(qn("w:tbl")) if "catastrophic" in words(table))
    rows = table.findall(qn("w:tr"))
    kept = [all(p.find(f".//{qn('w:keepNext')}") is not None for p in row.iter(qn("w:p"))) for row in rows]
    assert kept[:-1] == [True] * (len(rows) - 1)
    assert not kept[-1]
    assert rows[-1].find(f".//{qn('w:gridSpan')}").get(qn("w:val")) == "3"
    widths = [int(column.get(qn("w:w"))) for column in table.iter(qn("w:gridCol"))]
    assert len(set(widths[1:])) == 1, "fields are as wide as each other"


def test_word_breaks_no_id_of_a_field():
    of = matrix(
        Row(
            (
                "minor",
                *[MatrixField("acceptable", tuple(RecordLink(f"R-LONG-{n:03}-12", f"R-LONG-{n:03}-12") for n in range(9)))] * 3,
            )
        )
    )
    root = part(word(of))
    table = next(table for table in root.iter(qn("w:tbl")) if "minor" in words(table))
    lines = [words(p) for p in list(table.iter(qn("w:tc")))[5].iter(qn("w:p"))][2:]
    width = int(list(table.iter(qn("w:gridCol")))[1].get(qn("w:w")))
    assert all(len(line) * 78 <= width or "," not in line for line in lines)


def test_excel_fields_are_numbers_with_the_look_of_their_verdict():
    sheet = load_workbook(io.BytesIO(workbook(matrix())))["Risk matrix before control"]
    assert [cell.value for cell in sheet[4]][:4] == ["catastrophic", 1, 14, 0]
    assert [cell.data_type for cell in sheet[4]][1:4] == ["n"] * 3
    assert [cell.style for cell in sheet[5]][1:4] == [FIELDS["acceptable"], FIELDS["acceptable"], FIELDS["open"]]
    for cell, verdict in zip(sheet[4][1:4], ("acceptable", "not_acceptable", "open"), strict=True):
        assert cell.fill.fgColor.rgb[-6:] == FIELD_FILLS[verdict][0]
        assert cell.number_format == f'#,##0" {VERDICTS[verdict]}";;"{VERDICTS[verdict]}"'
    assert sheet.auto_filter.ref


def test_excel_columns_hold_the_longest_verdict():
    sheet = load_workbook(io.BytesIO(workbook(replace(matrix(), columns=tuple(Column(c.title, 4) for c in matrix().columns)))))
    widths = [sheet.worksheets[1].column_dimensions[letter].width for letter in "BCD"]
    assert min(widths) >= len("12,345 not acceptable")


@pytest.mark.verifies("REQ-OUT-10")
def test_excel_file_with_a_matrix_follows_the_schema(tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_bytes(workbook(matrix()))
    assert [str(error) for error in OpenXmlValidator().validate(path).errors] == []


def test_excel_other_sheets_have_no_field():
    plain = Table("t", "T", (Column("A"), Column("B")), (Row(("a", "1")),))
    with zipfile.ZipFile(io.BytesIO(workbook(plain, matrix()))) as archive:
        styles = archive.read("xl/styles.xml").decode()
    assert all(styles.count(f'name="{name}"') == 1 for name in FIELDS.values())


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_words_can_be_read_on_every_ground_and_acceptable_differs_in_grey():
    assert {verdict: ground for verdict, (ground, _) in FIELD_FILLS.items()} == word_matrix.FILLS
    assert all(contrast(ground, ink) > 7 for ground, ink in FIELD_FILLS.values())
    assert contrast("9C2F1B", word_matrix.FILLS["open"]) > 4.5  # the gap mark of the Word template
    assert luminance(word_matrix.FILLS["acceptable"]) - luminance(word_matrix.FILLS["not_acceptable"]) > 0.2
