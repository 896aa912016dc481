"""A sheet without its rows: title, way back and note, header, widths, frozen panes, filter, print set-up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from openpyxl.cell import Cell as SheetCell
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties

from mdr_blueprint.write.excel.cells import clean, lines, show
from mdr_blueprint.write.excel.looks import BACK, GAP_FILL, HEADER, LINE, NOTE, TITLE
from mdr_blueprint.write.excel.names import CONTENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from mdr_blueprint.tables import Table

HEADER_ROW = 3
FIRST_ROW = HEADER_ROW + 1
GAP_COLUMN = "Gap"
A3, A4 = 8, 9
FIELD_WIDTH = 21.0  # characters; a number that does not fit with its verdict would be shown as ####
WIDE = 190  # characters; on A4 a wider table would be printed too small to read


@dataclass(frozen=True)
class Page:
    """What is printed around every sheet."""

    title: str
    footer: str


def add_sheet(book: Workbook, name: str, table: Table, page: Page) -> tuple[float, ...]:
    """Add the sheet of a table, without the rows. Gives the widths of its columns, the one for gaps being the last."""
    sheet: Worksheet = book.create_sheet(name)
    widths = column_widths(table)
    set_up(sheet, widths, page, HEADER_ROW)
    sheet.freeze_panes = f"B{FIRST_ROW}"
    if table.rows:
        sheet.auto_filter.ref = f"A{HEADER_ROW}:{get_column_letter(len(widths))}{HEADER_ROW + len(table.rows)}"
    if table.gaps:
        sheet.sheet_properties.tabColor = GAP_FILL
    put(sheet, 1, 1, table.title, TITLE, height=24)
    put(sheet, 2, 1, f"← {CONTENTS}", BACK, place(CONTENTS, 1), height=18)
    put(sheet, 2, 2, note(table), NOTE)
    headings = [*(column.title for column in table.columns), GAP_COLUMN]
    height = 6 + LINE * max(lines(text, width - 3) for text, width in zip(headings, widths, strict=True))
    for at, text in enumerate(headings, 1):
        put(sheet, HEADER_ROW, at, text, HEADER, height=height)
    if not table.rows:
        put(sheet, FIRST_ROW, 1, table.empty, NOTE, height=18)
    return widths


def put(
    sheet: Worksheet, row: int, column: int, value: str | int, look: str, location: str | None = None, height: float | None = None
) -> None:
    """Write one cell. A text is always text, whatever it begins with."""
    cell = sheet.cell(row, column)
    if not isinstance(cell, SheetCell):
        raise TypeError(f"{cell.coordinate} is part of a merged cell")
    cell.value = (clean(value) or None) if isinstance(value, str) else value
    if isinstance(value, str) and value:
        cell.data_type = "s"
    cell.style = look
    if location:
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=location)
    if height:
        sheet.row_dimensions[row].height = height


def set_up(sheet: Worksheet, widths: Sequence[float], page: Page, header_row: int) -> None:
    """Widths of the columns, and how the sheet is printed: on its side, one page wide, the header on every page."""
    for at, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    sheet.print_title_rows = f"{header_row}:{header_row}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = A3 if sum(widths) > WIDE else A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top = sheet.page_margins.bottom = 0.7
    sheet.page_margins.header = sheet.page_margins.footer = 0.35
    for item, left, right in ((sheet.oddHeader, page.title, "&A"), (sheet.oddFooter, page.footer, "Page &P of &N")):
        assert item is not None
        item.left.text, item.right.text = printed(left), right


def printed(text: str, most: int = 200) -> str:
    """A text for header or footer, where `&` begins a command and 255 characters are the end. What stands last is kept."""
    line = " ".join(clean(text).split())
    if len(line) > most:
        line = f"{line[: most // 2]}…{line[-most // 2 + 1 :]}"
    return line.replace("&", "&&")


def place(name: str, row: int) -> str:
    """Where a link leads."""
    return f"{quote_sheetname(name)}!A{row}"


def column_widths(table: Table) -> tuple[float, ...]:
    """Widths in characters: what the table asks for, with room for the longest word of the heading and the filter button."""
    widths = [max(column.width * 1.15, max(map(len, column.title.split()), default=0) + 4.5) for column in table.columns]
    if table.is_matrix:
        widths = [max(width, FIELD_WIDTH) for width in widths]
    ids = (len(show(row.cells[0]).text.split(" ", 1)[0]) for row in table.rows)
    widths[0] = max(widths[0], 11, min(max(ids, default=0) * 1.1 + 1, 32))
    return (*widths, len(GAP_COLUMN) + 5)


def note(table: Table) -> str:
    """How many rows and gaps there are, in words."""
    rows = f"{len(table.rows):,} row{'' if len(table.rows) == 1 else 's'}"
    if not table.gaps:
        return f"{rows}, no gap" if table.rows else rows
    them = "that one" if table.gaps == 1 else "these"
    return f"{rows}, {table.gaps:,} with a gap (to see only {them}, filter the last column, {GAP_COLUMN}, by “yes”)"
