"""The workbook: structure, links, gaps, and texts that a sheet does not take as they are."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

from mdr_blueprint.markdown import parse_prose
from mdr_blueprint.tables import Column, Gap, Lines, RecordLink, Row, Table, Words
from mdr_blueprint.tables.engine import kinds
from mdr_blueprint.write.excel import write_workbook
from mdr_blueprint.write.excel.cells import LONGEST, cut, fits, lines, show, units
from mdr_blueprint.write.excel.names import sheet_names
from mdr_blueprint.write.excel.sheet import printed

HAZARD, CONTROL = RecordLink("HZ-1", "HZ-1"), RecordLink("RC-1", "RC-1")


def table(*rows, name="controls", title="Risk controls", columns=("Control", "Measure", "Risks", "Cited by"), **more):
    return Table(name, title, tuple(Column(text, 20) for text in columns), tuple(rows), **more)


def hazards():
    return table(
        Row((HAZARD, "Heat", "1.10", CONTROL), "HZ-1"),
        Row((RecordLink("HZ-2", "HZ-2 Noise"), Gap("no situation"), "", ""), "HZ-2", gap=True),
        name="hazards", title="Hazards", columns=("Hazard", "Title", "Version", "Controls"),
    )  # fmt: skip


def controls():
    prose = Words(parse_prose("A *limiter* that\n\n- trips\n- tells"))
    return table(
        Row((CONTROL, prose, Lines((HAZARD, RecordLink("HZ-2", "HZ-2"))), "12"), "RC-1"),
        Row((RecordLink("RC-2", "RC-2"), "Sign", Lines((RecordLink("HZ-2", "HZ-2"),)), "3"), "RC-2"),
        Row((RecordLink("RC-3", "RC-3"), "Lid", Lines((Gap("no risk"), RecordLink("HZ-9", "HZ-9"))), ""), "RC-3", gap=True),
    )


def write(*tables, title="Technical file", footer="revision abc (clean)"):
    data, faults = write_workbook(tables, title=title, footer=footer)
    return load_workbook(io.BytesIO(data)), faults


def parts(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_contents_lists_every_sheet_with_its_gaps():
    book, faults = write(hazards(), controls())
    sheet = book["Contents"]
    assert book.sheetnames == ["Contents", "Hazards", "Risk controls"]
    assert [sheet["A1"].value, sheet["A2"].value] == ["Technical file", "revision abc (clean)"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=6)]
    assert rows == [["Hazards", "Hazards", 2, 1], ["Risk controls", "Risk controls", 3, 1]]
    assert sheet["A7"].hyperlink.location == "'Risk controls'!A1"
    assert faults == ()


def test_a_sheet_holds_title_note_header_and_rows():
    sheet = write(hazards(), controls())[0]["Risk controls"]
    assert sheet["A1"].value == "Risk controls"
    assert sheet["A2"].hyperlink.location == "'Contents'!A1"
    assert sheet["B2"].value.startswith("3 rows, 1 with a gap")
    assert [cell.value for cell in sheet[3]] == ["Control", "Measure", "Risks", "Cited by", "Gap"]
    assert [cell.value for cell in sheet[4]] == ["RC-1", "A limiter that\n- trips\n- tells", "HZ-1\nHZ-2", 12, None]
    assert sheet.dimensions == "A1:E6"


def test_a_sheet_can_be_filtered_scrolled_and_printed():
    sheet = write(controls())[0]["Risk controls"]
    assert sheet.freeze_panes == "B4"
    assert sheet.auto_filter.ref == "A3:E6"
    assert sheet.print_title_rows == "$3:$3"
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == ("landscape", 1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.oddFooter.left.text == "revision abc (clean)"
    assert sheet.oddFooter.right.text == "Page &P of &N"
    assert sheet["B4"].alignment.wrap_text
    assert sheet["B4"].alignment.vertical == "top"


def test_wide_tables_are_printed_on_a3():
    wide = Table("wide", "Wide", tuple(Column(f"C{n}", 30) for n in range(8)), ())
    assert write(controls())[0]["Risk controls"].page_setup.paperSize == 9
    assert write(wide)[0]["Wide"].page_setup.paperSize == 8


@pytest.mark.verifies("REQ-OUT-04")
def test_gaps_keep_their_word_are_marked_and_can_be_filtered():
    sheet = write(hazards(), controls())[0]["Risk controls"]
    assert [row[-1].value for row in sheet.iter_rows(min_row=4)] == [None, None, "yes"]
    assert sheet["C6"].value == "no risk\nHZ-9"
    assert {sheet[place].style for place in ("C6", "E6")} == {"MDR gap"}
    assert sheet["C6"].fill.fgColor.rgb != sheet["C5"].fill.fgColor.rgb
    assert (sheet["C5"].style, sheet["E5"].style) == ("MDR link", "MDR text")


def test_an_empty_table_says_so():
    sheet = write(table(empty="No control."))[0]["Risk controls"]
    assert sheet["A4"].value == "No control."
    assert sheet["B2"].value == "0 rows"
    assert sheet.auto_filter.ref is None


def test_a_single_link_leads_to_the_row_of_its_record():
    book, _ = write(hazards(), controls())
    assert book["Hazards"]["D4"].hyperlink.location == "'Risk controls'!A4"
    assert book["Risk controls"]["C5"].hyperlink.location == "'Hazards'!A5"
    assert book["Risk controls"]["C4"].hyperlink is None  # two records: which one?
    assert book["Risk controls"]["C6"].hyperlink is None  # no such row
    assert book["Hazards"]["A4"].hyperlink is None  # the row itself


@pytest.mark.verifies("REQ-OUT-06")
def test_every_link_is_internal_and_resolves():
    data, _ = write_workbook([hazards(), controls()], title="T", footer="F")
    book = load_workbook(io.BytesIO(data))
    links = [cell.hyperlink for sheet in book for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    assert len(links) == 6
    for link in links:
        name, _, place = link.location.rpartition("!")
        assert link.target is None
        assert book[name.strip("'").replace("''", "'")][place].value
    assert not any("External" in text for text in parts(data).values())


def test_a_record_of_a_trace_has_its_home_where_it_leads():
    rows = Row((HAZARD, CONTROL, "", ""), "RC-1"), Row((HAZARD, CONTROL, HAZARD, ""), "RC-1")
    trace = table(*rows, name="hazard_trace", title="Trace")
    sheet = write(trace)[0]["Trace"]
    assert sheet["A5"].hyperlink is None
    assert sheet["C5"].hyperlink.location == "'Trace'!A4"
    assert write(trace, hazards())[0]["Trace"]["A5"].hyperlink.location == "'Hazards'!A4"


def test_a_row_that_only_mentions_a_record_is_not_its_home():
    findings = table(Row(("error", "RISK401", HAZARD, ""), "HZ-1", gap=True), name="findings", title="Findings")
    assert write(findings)[0]["Findings"]["C4"].hyperlink is None
    assert write(findings, hazards())[0]["Findings"]["C4"].hyperlink.location == "'Hazards'!A4"


def test_only_a_text_of_one_line_is_a_link():
    long = RecordLink("HZ-1", "HZ-1 " + "a very long title " * 4)
    sheet = write(hazards(), table(Row((CONTROL, long, HAZARD, ""), "RC-1")))[0]["Risk controls"]
    assert (sheet["B4"].hyperlink, sheet["B4"].style) == (None, "MDR text")
    assert sheet["C4"].hyperlink is not None


TEXTS = ("=1+1", '=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "=", "#N/A", "#REF!", "\t=1+1", "1.10", "007", "TRUE")


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.verifies("REQ-OUT-01")
def test_text_stays_text(text):
    data, _ = write_workbook([table(Row((CONTROL, text, Gap(text), text), "RC-1"), title=text)], title=text, footer=text)
    book = load_workbook(io.BytesIO(data))
    sheet = book.worksheets[1]
    assert [(cell.value, cell.data_type) for cell in sheet[4][1:4]] == [(text, "s")] * 3
    assert (sheet["A1"].value, book["Contents"]["A1"].value) == (text, text)
    assert not any(re.search(r"<f[ >]", part) for name, part in parts(data).items() if "worksheets" in name)
    assert sheet["B4"].quotePrefix == (text[0] in "=+-@")


def test_counts_are_numbers_and_labels_are_not():
    mixed = table(Row((CONTROL, "1", "2", "7"), "RC-1"), Row((RecordLink("RC-2", "2"), "1.10", "3", ""), "RC-2"),
                  columns=("Control", "Value", "Version", "Cited by"))  # fmt: skip
    sheet = write(mixed)[0]["Risk controls"]
    assert [cell.value for cell in sheet[4]] == ["RC-1", "1", "2", 7, None]
    assert [cell.value for cell in sheet[5]] == ["2", "1.10", "3", None, None]


def test_characters_that_xml_cannot_hold_leave_a_mark():
    sheet = write(table(Row((CONTROL, "a\x00b\x0bc\ud800d\uffff", "x\r\ny & <b>", " spaced "), "RC-1")))[0]["Risk controls"]
    assert [cell.value for cell in sheet[4][1:4]] == ["a\ufffdb\ufffdc\ufffdd\ufffd", "x\ny & <b>", " spaced "]


def test_titles_may_hold_anything():
    book, _ = write(table(title="a\x00b\ud800"), title="t\x00\ud800", footer="")
    assert book.sheetnames[1] == "a\ufffdb\ufffd"
    assert (book["Contents"]["A1"].value, book["Contents"]["A2"].value) == ("t\ufffd\ufffd", None)


def test_text_that_looks_like_an_escape_of_excel_stays():
    assert show("register_x0041_a _x").text == "register_x005F_x0041_a _x"


def test_overlong_text_is_cut_with_a_note_and_reported():
    text = "word " * 8_000
    book, faults = write(table(Row((CONTROL, text, "", ""), "RC-1")))
    value = book["Risk controls"]["B4"].value
    assert len(value) == LONGEST
    assert value.endswith("[cut here: the text has 40,000 characters, a cell of a workbook holds 32,767]")
    assert [(fault.kind, fault.subject) for fault in faults] == [("too-long", "RC-1")]
    assert "table Risk controls, column Measure" in faults[0].message


@pytest.mark.parametrize("text", ["x" * LONGEST, "x" * (LONGEST + 1), "\U0001f9f2" * 20_000, "x" + "\U0001f9f2" * 16_383 + "y"])
def test_the_longest_text_is_counted_as_excel_does(text):
    assert units(cut(text)) <= LONGEST
    assert (cut(text) is text) == (units(text) <= LONGEST)


@pytest.mark.verifies("REQ-OUT-03")
def test_the_same_tables_give_the_same_bytes():
    first, second = (write_workbook([hazards(), controls()], title="T", footer="F")[0] for _ in range(2))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {item.date_time for item in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_names_of_sheets_are_unique_short_and_allowed():
    titles = ["Contents", "contents", "History", "A/B: [x]*?", "'quoted'", "x" * 40, "X" * 40, ""]
    titles.append("Results of a very long series of tests")
    names = sheet_names([table(name=f"t{at}", title=title) for at, title in enumerate(titles)])
    assert len({name.lower() for name in names}) == len(names)
    assert all(0 < len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) and name.strip("'") == name for name in names)
    assert names[:4] == ("Contents (2)", "contents (3)", "History (2)", "A B x")
    assert names[-1] == "Results of a very long series…"


def test_every_table_of_the_workbook_has_a_name_that_is_not_cut():
    made = []
    for kind in kinds().values():
        if kind.sheet:
            name = f"{kind.name}-iec-tr-60601-4-5" if kind.option else kind.name
            made.append(Table(name, kind.title.format(option="IEC TR 60601-4-5:2021+A1:2024"), kind.columns, ()))
    names = sheet_names(made)
    assert not [name for name in names if "…" in name or "(2)" in name]
    assert "Clauses IEC TR 60601-4-5" in names


def test_names_with_apostrophes_are_quoted_in_links():
    needs = table(Row((CONTROL, "", "", ""), "RC-1"), title="User's needs")
    book, _ = write(needs, table(Row((HAZARD, CONTROL, "", ""), "HZ-1"), title="B"))
    assert book["B"]["B4"].hyperlink.location == "'User''s needs'!A4"
    assert range_boundaries(book["User's needs"].auto_filter.ref) == (1, 3, 5, 4)


def test_header_and_footer_keep_their_signs_and_their_end():
    assert printed("A & B\nC") == "A && B C"
    long = printed("device " * 60 + "revision abc (clean)")
    assert len(long) <= 200
    assert long.endswith("revision abc (clean)")


def test_rows_are_as_high_as_their_longest_text():
    tall, short = "many words " * 40, "few"
    sheet = write(table(*(Row((CONTROL, text, "", ""), None) for text in (short, tall, tall * 20))))[0]["Risk controls"]
    heights = [sheet.row_dimensions[row].height for row in (4, 5, 6)]
    assert heights[0] < 20 < heights[1] < heights[2] == 409


def test_lines_and_fit_go_by_the_width():
    assert (lines("short", 20), lines("a\n\nb", 20), lines("word " * 20, 20)) == (1, 3, 5)
    assert fits("TC-1 Sound", 12)
    assert not fits("SOUP-SPECTRUM", 12)
    assert not fits("a\nb", 12)


@pytest.mark.verifies("REQ-OUT-10")
def test_the_file_follows_the_schema(tmp_path):
    audit = pytest.importorskip("openxml_audit")
    path = tmp_path / "book.xlsx"
    path.write_bytes(write_workbook([hazards(), controls(), table(name="none", title="None")], title="T", footer="F")[0])
    result = audit.OpenXmlValidator().validate(path)
    assert [str(error) for error in result.errors] == []
