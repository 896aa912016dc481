"""The workbook: a page of contents, then a sheet per table."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from openpyxl import Workbook

from mdr_blueprint.tables import RecordLink, Table
from mdr_blueprint.write.excel.assemble import Strings, assemble
from mdr_blueprint.write.excel.cells import clean
from mdr_blueprint.write.excel.looks import GAP_COUNT, HEADER, LINK, NOTE, NUMBER, TEXT, TITLE, add_looks
from mdr_blueprint.write.excel.names import CONTENTS, sheet_names
from mdr_blueprint.write.excel.rows import Setting, write_rows
from mdr_blueprint.write.excel.sheet import FIRST_ROW, GAP_COLUMN, Page, add_sheet, place, put, set_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from openpyxl.worksheet.worksheet import Worksheet

    from mdr_blueprint.diagnostics import Fault

CONTENTS_HEADER_ROW = 5
HEADINGS = ("Sheet", "What it shows", "Rows", "Rows with a gap")
WIDTHS = (36, 62, 10, 17)


def write_workbook(tables: Iterable[Table], *, title: str, footer: str) -> tuple[bytes, tuple[Fault, ...]]:
    """The workbook of these tables, and a fault (`too-long`) for each text that had to be cut.

    `footer` is printed at the foot of every page and stands on the first sheet: the revision of the project.
    The same tables give the same bytes.
    """
    tables = tuple(tables)
    names = sheet_names(tables)
    page = Page(title, footer)
    book = Workbook()
    book.properties.title = clean(title)
    book.properties.creator = "mdr-blueprint"
    book.properties.description = clean(footer)
    setting = Setting(add_looks(book), find_homes(names, tables), Strings())
    _write_contents(book, names, tables, page)
    bodies = []
    for name, table in zip(names, tables, strict=True):
        widths = add_sheet(book, name, table, page)
        bodies.append(write_rows(table, name, widths, setting))
    skeleton = BytesIO()
    book.save(skeleton)
    return assemble(skeleton.getvalue(), bodies, setting.strings), tuple(fault for body in bodies for fault in body.faults)


def find_homes(names: Sequence[str], tables: Sequence[Table]) -> dict[str, str]:
    """Where each record has its row.

    Best is a row that is about the record and begins with its id; else the first row that begins with its id, such as
    that of a hazard in a trace table.
    """
    own: dict[str, str] = {}
    first: dict[str, str] = {}
    for name, table in zip(names, tables, strict=True):
        for number, row in enumerate(table.rows, FIRST_ROW):
            lead = row.cells[0]
            if isinstance(lead, RecordLink):
                where = place(name, number)
                first.setdefault(lead.id, where)
                if lead.id == row.subject:
                    own.setdefault(lead.id, where)
    return first | own


def _write_contents(book: Workbook, names: Sequence[str], tables: Sequence[Table], page: Page) -> None:
    sheet: Worksheet = book.worksheets[0]
    sheet.title = CONTENTS
    set_up(sheet, WIDTHS, page, CONTENTS_HEADER_ROW)
    sheet.freeze_panes = f"A{CONTENTS_HEADER_ROW + 1}"
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.fitToHeight = 1
    put(sheet, 1, 1, page.title, TITLE, height=26)
    put(sheet, 2, 1, page.footer, NOTE, height=18)
    explanation = "A gap is something that is missing: its cell is coloured, and its row has “yes” in the column"
    put(sheet, 3, 1, f"Each sheet is one table. {explanation} {GAP_COLUMN}.", NOTE, height=18)
    for column, text in enumerate(HEADINGS, 1):
        put(sheet, CONTENTS_HEADER_ROW, column, text, HEADER, height=20)
    for number, (name, table) in enumerate(zip(names, tables, strict=True), CONTENTS_HEADER_ROW + 1):
        put(sheet, number, 1, name, LINK, place(name, 1), height=15)
        put(sheet, number, 2, table.title, TEXT)
        put(sheet, number, 3, len(table.rows), NUMBER)
        put(sheet, number, 4, table.gaps, GAP_COUNT if table.gaps else NUMBER)
