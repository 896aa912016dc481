"""Put the rows into the workbook that openpyxl saved, and mend what it writes in another way than the schema asks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape
from zipfile import ZipFile

from mdr_blueprint.write.archive import normalise, pack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mdr_blueprint.write.excel.rows import Body

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRINGS = "xl/sharedStrings.xml"
OVERRIDE = (
    f'<Override PartName="/{STRINGS}" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)
RELATION = (
    '<Relationship Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" '
    f'Target="/{STRINGS}" Id="rIdStrings"/>'
)
DIMENSION = re.compile(rb'<dimension ref="[^"]*"')
INLINE = re.compile(rb' t="inlineStr"><is>(<t\b.*?</t>)</is>', re.DOTALL)
FONT = re.compile(rb"<font>((?:[^<]|<(?!/?font>))*+)</font>")
NORMAL_FONT = b'<font><sz val="10"/><name val="Arial"/><family val="2"/></font>'
"""Widths of columns are counted in digits of the first font: one that every system has, or an equal of it."""
FONT_PART = re.compile(rb"<(\w++)[^<>]*+(?<=/)>")
FONT_ORDER = (b"b", b"i", b"strike", b"condense", b"extend", b"outline", b"shadow", b"u", b"vertAlign", b"sz", b"color", b"name",
              b"family", b"charset", b"scheme")  # fmt: skip


@dataclass
class Strings:
    """The texts of all sheets, each once: Excel would move them here at its first save."""

    _known: dict[str, int] = field(default_factory=dict)
    _uses: int = 0

    def number(self, text: str) -> int:
        """The number that stands for a text in a cell."""
        space = ' xml:space="preserve"' if text[:1].isspace() or text[-1:].isspace() else ""
        return self.add(f"<t{space}>{escape(text)}</t>")

    def add(self, element: str) -> int:
        self._uses += 1
        return self._known.setdefault(element, len(self._known))

    def part(self) -> bytes:
        items = "</si><si>".join(self._known)
        return f'<sst xmlns="{MAIN}" count="{self._uses}" uniqueCount="{len(self._known)}"><si>{items}</si></sst>'.encode()


def assemble(skeleton: bytes, bodies: Sequence[Body], strings: Strings) -> bytes:
    """The whole workbook. The first sheet of the skeleton holds the contents, the others want their rows."""
    with ZipFile(BytesIO(normalise(skeleton))) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    for number in range(len(bodies) + 1):
        name = f"xl/worksheets/sheet{number + 1}.xml"
        sheet = INLINE.sub(lambda found: b' t="s"><v>%d</v>' % strings.add(found[1].decode()), parts[name])
        parts[name] = _fill(sheet, bodies[number - 1]) if number else sheet
    parts[STRINGS] = strings.part()
    _insert(parts, "[Content_Types].xml", "</Types>", OVERRIDE)
    _insert(parts, "xl/_rels/workbook.xml.rels", "</Relationships>", RELATION)
    parts["xl/styles.xml"] = FONT.sub(_ordered, FONT.sub(NORMAL_FONT, parts["xl/styles.xml"], count=1))
    return pack(parts)


def _fill(sheet: bytes, body: Body) -> bytes:
    sheet = DIMENSION.sub(f'<dimension ref="A1:{body.last}"'.encode(), sheet, count=1)
    for end, more in ((b"</sheetData>", body.rows), (b"</hyperlinks>", body.links)):
        before, found, after = sheet.partition(end)
        sheet = b"".join((before, "".join(more).encode(), found, after))
    return sheet


def _insert(parts: dict[str, bytes], name: str, end: str, more: str) -> None:
    parts[name] = parts[name].replace(end.encode(), (more + end).encode(), 1)


def _ordered(font: re.Match[bytes]) -> bytes:
    """The parts of a font as the schema orders them; openpyxl has an order of its own."""
    found = sorted(FONT_PART.finditer(font[1]), key=lambda part: FONT_ORDER.index(part[1]))
    return b"<font>" + b"".join(part[0] for part in found) + b"</font>"
