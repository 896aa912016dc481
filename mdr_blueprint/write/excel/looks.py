"""Every style of the workbook, by name, so that a reader can change one in Excel and all its cells follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side

from mdr_blueprint.tables.shapes import VERDICTS

if TYPE_CHECKING:
    from openpyxl import Workbook

TITLE: Final = "MDR title"
NOTE: Final = "MDR note"
BACK: Final = "MDR way back"
HEADER: Final = "MDR header"
TEXT: Final = "MDR text"
LINK: Final = "MDR link"
NUMBER: Final = "MDR number"
GAP: Final = "MDR gap"
GAP_COUNT: Final = "MDR number of gaps"
FIELDS: Final = {verdict: f"MDR field {words}" for verdict, words in VERDICTS.items()}
"""By the verdict of a field of a matrix, which stands beside the count as part of its number format."""
QUOTED: Final = " quoted"
"""Added to a name: the same look for a text that Excel might take for a formula."""

LINE: Final = 12.0
"""Height of a line of text, in points."""
FONT = "Arial"  # or its equal, on every system
INK, LINK_BLUE, NOTE_GREY, LINE_GREY = "1F2933", "0B5394", "52606D", "D9DEE4"
HEADER_BLUE, WHITE = "1F3A5F", "FFFFFF"
GAP_FILL, GAP_INK = "FFE3D3", "8A2B06"
FIELD_FILLS = {"acceptable": ("E0F0E3", "1F4A2C"), "not_acceptable": ("F4B9A2", "571400"), "open": ("E8EAED", "3D434B")}
"""Ground and ink; the grounds differ in grey too."""


def add_looks(book: Workbook) -> dict[str, int]:
    """Make the styles known to the workbook. Gives the number that each has in the file, for those of the rows."""
    grey = Side(style="thin", color=LINE_GREY)
    rule = Border(right=grey, bottom=grey)
    wrapped = Alignment(wrap_text=True, vertical="top")
    single = Alignment(vertical="center")
    right = Alignment(horizontal="right", vertical="top", indent=1)
    text, gap = Font(name=FONT, size=9, color=INK), Font(name=FONT, size=9, bold=True, color=GAP_INK)
    looks = (
        NamedStyle(TITLE, font=Font(name=FONT, size=14, bold=True, color=HEADER_BLUE), alignment=single),
        NamedStyle(NOTE, font=Font(name=FONT, size=9, color=NOTE_GREY), alignment=single),
        NamedStyle(BACK, font=Font(name=FONT, size=9, color=LINK_BLUE, underline="single"), alignment=single),
        NamedStyle(HEADER, font=Font(name=FONT, size=9, bold=True, color=WHITE), fill=_solid(HEADER_BLUE),
                   alignment=Alignment(wrap_text=True, vertical="center"), border=Border(right=Side(style="thin", color=WHITE))),
        NamedStyle(NUMBER, font=text, alignment=right, border=rule),
        NamedStyle(TEXT, font=text, alignment=wrapped, border=rule),
        NamedStyle(LINK, font=Font(name=FONT, size=9, color=LINK_BLUE, underline="single"), alignment=wrapped, border=rule),
        NamedStyle(GAP, font=gap, fill=_solid(GAP_FILL), alignment=wrapped, border=rule),
        NamedStyle(GAP_COUNT, font=gap, fill=_solid(GAP_FILL), alignment=right, border=rule),
    )  # fmt: skip
    fields = [_field(verdict, Side(style="medium", color=WHITE)) for verdict in FIELDS]
    for look in (*looks, *fields):
        book.add_named_style(look)
    quoted = {name + QUOTED: _number(book, name, quoted=True) for name in (TEXT, LINK, GAP)}
    return quoted | {name: _number(book, name, quoted=False) for name in (TEXT, LINK, NUMBER, GAP, *FIELDS.values())}


def _field(verdict: str, side: Side) -> NamedStyle:
    """A field of a matrix: a number, shown with its verdict; of an empty field the verdict alone is shown."""
    ground, ink = FIELD_FILLS[verdict]
    words = VERDICTS[verdict]
    return NamedStyle(
        FIELDS[verdict],
        font=Font(name=FONT, size=9, bold=True, color=ink),
        fill=PatternFill("solid", fgColor=ground),
        alignment=Alignment(horizontal="center", vertical="center"),
        border=Border(left=side, right=side, top=side, bottom=side),
        number_format=f'#,##0" {words}";;"{words}"',
    )


def _number(book: Workbook, look: str, *, quoted: bool) -> int:
    cell = WriteOnlyCell(book.worksheets[0])
    cell.style = look
    cell.quotePrefix = quoted
    return cell.style_id


def _solid(color: str) -> PatternFill:
    return PatternFill("solid", fgColor=color)
