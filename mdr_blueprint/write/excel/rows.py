"""The rows of a table as the XML of a sheet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from openpyxl.utils import get_column_letter, quote_sheetname

from mdr_blueprint.diagnostics import Fault, Place
from mdr_blueprint.write.excel.cells import Shown, cut, fits, lines, number_columns, show
from mdr_blueprint.write.excel.looks import FIELDS, GAP, LINE, LINK, NUMBER, QUOTED, TEXT
from mdr_blueprint.write.excel.sheet import FIRST_ROW

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mdr_blueprint.tables import Row, Table
    from mdr_blueprint.write.excel.assemble import Strings

MOST_LINKS = 65_000  # Excel takes 65,530 on a sheet; one leads back, and a round number is easier to explain
FIELD_HEIGHT = 36.0  # points; of a row of a matrix
TALLEST = 409.0  # points; a row of Excel cannot be taller
FORMULA_SIGNS = ("=", "+", "-", "@")


@dataclass(frozen=True)
class Setting:
    """What the rows of every sheet share: numbers of the styles, where each record has its row, the texts."""

    styles: Mapping[str, int]
    homes: Mapping[str, str]
    strings: Strings


@dataclass
class Body:
    """The rows and links of one sheet, and the texts that had to be cut."""

    last: str = ""
    rows: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def write_rows(table: Table, name: str, widths: Sequence[float], setting: Setting) -> Body:
    """The rows of the sheet called `name`, below its header."""
    letters = [get_column_letter(at) for at in range(1, len(widths) + 1)]
    numbers, matrix = number_columns(table), table.is_matrix
    own = quote_sheetname(name) + "!"
    body = Body(last=f"{letters[-1]}{FIRST_ROW + max(len(table.rows), 1) - 1}")
    for at, row in enumerate(table.rows, FIRST_ROW):
        shown = _fitting(table, row, body.faults)
        looks = []
        for column, cell in enumerate(shown):
            location = setting.homes.get(cell.target) if cell.target else None
            if location and (column or not location.startswith(own)) and _can_lead(cell.text, widths[column], body):
                body.links.append(f'<hyperlink ref="{letters[column]}{at}" location={quoteattr(location)}/>')
                looks.append(GAP if cell.gap else LINK)
            else:
                looks.append(GAP if cell.gap else TEXT)
        text_height = LINE * max(lines(cell.text, width) for cell, width in zip(shown, widths, strict=False)) + 3
        height = min(max(text_height, FIELD_HEIGHT if matrix else 0), TALLEST)
        cells = _cells(row, shown, looks, numbers, setting)
        marked = "".join(f'<c r="{letter}{at}" {cell}' for letter, cell in zip(letters, cells, strict=True))
        body.rows.append(f'<row r="{at}" ht="{height:.1f}" customHeight="1">{marked}</row>')
    return body


def _can_lead(text: str, width: float, body: Body) -> bool:
    """Only a text of one line can be a link: LibreOffice shows a link on one line and hides the rest of it."""
    return len(body.links) < MOST_LINKS and fits(text, width)


def _fitting(table: Table, row: Row, faults: list[Fault]) -> list[Shown]:
    """What the cells show, each text no longer than a cell can hold."""
    shown = [show(cell) for cell in row.cells]
    for column, cell in enumerate(shown):
        text = cut(cell.text)
        if text is not cell.text:
            shown[column] = cell._replace(text=text)
            faults.append(_too_long(table, row, column, len(cell.text)))
    return shown


def _too_long(table: Table, row: Row, column: int, length: int) -> Fault:
    """The writer knows the record, not its file: whoever makes a finding of the fault finds the place by `subject`."""
    message = (
        f"a text of {length:,} characters is longer than a cell of a workbook can hold; it is cut there, with a note"
        f" (table {table.title}, column {table.columns[column].title})"
    )
    fix = "move the text into an evidence document and cite it"
    return Fault("too-long", message, Place("project.yaml"), fix=fix, subject=row.subject)


def _cells(row: Row, shown: Sequence[Shown], looks: Sequence[str], numbers: frozenset[int], setting: Setting) -> Iterator[str]:
    """The cells of a row, each from its style to its end."""
    for column, (cell, look) in enumerate(zip(shown, looks, strict=True)):
        if cell.verdict:
            yield f's="{setting.styles[FIELDS[cell.verdict]]}"><v>{cell.text}</v></c>'
        elif column in numbers and cell.text and not cell.gap:
            yield f's="{setting.styles[NUMBER]}"><v>{cell.text}</v></c>'
        else:
            yield _text(cell.text, look, setting)
    yield _text("yes", GAP, setting) if row.gap else _text("", TEXT, setting)


def _text(text: str, look: str, setting: Setting) -> str:
    """A text is always text, whatever it begins with, and stays text when somebody edits it."""
    if not text:
        return f's="{setting.styles[look]}"/>'
    style = setting.styles[look + QUOTED if text.startswith(FORMULA_SIGNS) else look]
    return f's="{style}" t="s"><v>{setting.strings.number(text)}</v></c>'
