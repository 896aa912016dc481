"""The package around the text: template, page, header and footer, properties. The one place that knows python-docx."""

from __future__ import annotations

import copy
import io
from typing import TYPE_CHECKING, Any

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from lxml import etree

from mdr_blueprint.write.archive import normalise
from mdr_blueprint.write.word.markup import clean, paragraph
from mdr_blueprint.write.word.sections import Paper

if TYPE_CHECKING:
    from docx.document import Document as WordDocument


STYLES = (
    "Normal", "Title", "Subtitle", "Heading1", "Heading2", "Heading3", "Heading4", "Heading5", "FrontHeading",
    "TOC1", "TOC2", "TOC3", "Caption", "TableText", "TableTextSmall", "TableHeader", "TableHeaderSmall", "CardTitle",
    "ListBullet", "ListNumber", "Quote", "Code", "SectionEnd", "Header", "Footer",
    "Hyperlink", "ContentsLink", "Gap", "CodeText", "FileTable", "CardTable",
)  # fmt: skip
"""What a template must define: Word shows an undefined style as plain text, LibreOffice drops the whole link."""
LISTS = ("1", "2", "3", "4")
"""Lists of the numbering that text and cells are set in."""
FURNITURE = (RELATIONSHIP_TYPE.HEADER, RELATIONSHIP_TYPE.FOOTER)


class TemplateError(Exception):
    """A file cannot serve as template; says why, in words that follow on its name."""


class Package:
    """One Word file being made from the template. Raises `TemplateError` where that lacks something."""

    def __init__(self, template: bytes) -> None:
        self._document = _open(template)
        section = self._document.element.body.find(qn("w:sectPr"))
        self._sections = tuple(_on(section, paper) for paper in Paper)
        self.text_widths = tuple(_text_width(section) for section in self._sections)
        self._numbering: Any = self._document.part.numbering_part.element
        self._relations: dict[str, str] = {}

    def relate(self, url: str) -> str:
        """The id of the relation to a web address."""
        if url not in self._relations:
            self._relations[url] = self._document.part.relate_to(url, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        return self._relations[url]

    def new_list(self, model: int, start: int) -> int:
        """A new numbered list that looks as list `model` of the template and begins with `start`."""
        lists = self._numbering.findall(qn("w:num"))
        numbers = {int(entry.get(qn("w:numId"))): entry.find(qn("w:abstractNumId")).get(qn("w:val")) for entry in lists}
        number, abstract = max(numbers) + 1, numbers[model]
        restart = f'<w:startOverride w:val="{start}"/>'
        levels = "".join(f'<w:lvlOverride w:ilvl="{level}">{restart}</w:lvlOverride>' for level in range(9))
        entry = f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="{abstract}"/>{levels}</w:num>'
        lists[-1].addnext(parse_xml(entry))
        return number

    def fill_furniture(self, words: dict[str, str]) -> None:
        """Put the words for `{title}` and its like into header and footer."""
        for relation in self._document.part.rels.values():
            if relation.reltype in FURNITURE:
                for text in relation.target_part.element.iter(qn("w:t")):
                    for name, value in words.items():
                        text.text = (text.text or "").replace(f"{{{name}}}", clean(value))

    def describe(self, title: str, subject: str, description: str) -> None:
        """The properties that a file manager shows; no author, for the authors stand in the change history."""
        properties = self._document.core_properties
        properties.title, properties.subject, properties.comments = (clean(text)[:255] for text in (title, subject, description))
        properties.author = properties.last_modified_by = ""
        properties.language = "en-GB"
        properties.revision = 1

    def finish(self, sections: list[tuple[Paper, str]]) -> bytes:
        """The file with its text: sections in order, each its paper and its content.

        The text does not pass through python-docx: to hang ten thousand rows into its tree takes longer than all the rest.
        """
        marks = [etree.tostring(section, encoding="unicode") for section in self._sections]
        parts = [content + paragraph("", "SectionEnd", marks[paper]) for paper, content in sections[:-1]]
        paper, content = sections[-1]
        last = paragraph("", "SectionEnd") if content.endswith("</w:tbl>") else ""  # Word wants a paragraph behind a table
        body = f"<w:body>{''.join(parts)}{content}{last}{marks[paper]}</w:body>"
        xml = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:document {nsdecls("w", "r")}>{body}</w:document>'
        target = io.BytesIO()
        self._document.save(target)
        return normalise(target.getvalue(), exchanged={self._document.part.partname.lstrip("/"): xml.encode()})


def _open(template: bytes) -> WordDocument:
    document = docx.Document(io.BytesIO(template))
    styles = {style.get(qn("w:styleId")) for style in document.styles.element.iter(qn("w:style"))}
    lists = {entry.get(qn("w:numId")) for entry in document.part.numbering_part.element.iter(qn("w:num"))}
    for kind, needed, defined in (("styles", STYLES, styles), ("lists", LISTS, lists)):
        missing = [name for name in needed if name not in defined]
        if missing:
            raise TemplateError(f"does not define the {kind} {', '.join(missing)}; start from a copy of the library's")
    return document


def _on(section: Any, paper: Paper) -> Any:
    """The template's page turned or enlarged, with the same margins."""
    if paper is Paper.PORTRAIT:
        return section
    other = copy.deepcopy(section)
    size = other.find(qn("w:pgSz"))
    width, height = int(size.get(qn("w:w"))), int(size.get(qn("w:h")))
    size.set(qn("w:w"), str(2 * width if paper is Paper.LARGE else height))
    size.set(qn("w:h"), str(height if paper is Paper.LARGE else width))
    size.set(qn("w:orient"), "landscape")
    return other


def _text_width(section: Any) -> int:
    """Width of the text in twentieths of a point."""
    size, margin = section.find(qn("w:pgSz")), section.find(qn("w:pgMar"))
    return int(size.get(qn("w:w"))) - int(margin.get(qn("w:left"))) - int(margin.get(qn("w:right")))
