"""A reference page of the handbook while it is put together."""

from __future__ import annotations

from collections.abc import Iterable

from mdr_blueprint.markdown import parse_prose
from mdr_blueprint.rules import catalogue
from mdr_blueprint.tables import Cell, Column, Lines, Row, Table, Words
from mdr_blueprint.write.site.html import HtmlWriter
from mdr_blueprint.write.site.markup import Markup, element, together
from mdr_blueprint.write.site.pages import SearchEntry, SitePage, TocEntry

LAW_SECTION = "Law and standards"


class Sheet:
    """A reference page while it is put together."""

    def __init__(self, path: str, title: str, section: str = "") -> None:
        self.path, self.title, self.section = path, title, section
        self.parts = [element("h1", title)]
        self.toc: list[TocEntry] = []
        self.search = [SearchEntry(path, title, "")]
        self.html = HtmlWriter(rule_address)

    def text(self, text: str, lead: str = "") -> None:
        """A paragraph of prose, with `lead` in bold in front of it."""
        self.parts.append(self.html.blocks(parse_prose(f"**{lead}** {text}" if lead else text)))

    def raw(self, html: Markup) -> None:
        self.parts.append(html)

    def heading(self, anchor: str, title: str, text: str = "") -> None:
        self.parts.append(element("h2", title, id=anchor))
        self.toc.append(TocEntry(2, anchor, title))
        self.search.append(SearchEntry(f"{self.path}#{anchor}", title, text))

    def table(self, columns: tuple[Column, ...], rows: list[tuple[Cell, ...]]) -> None:
        self.parts.append(self.html.table(Table("reference", self.title, columns, tuple(Row(row) for row in rows))))

    def done(self) -> SitePage:
        body = together(self.parts, "\n")
        return SitePage(self.path, self.title, body, body, tuple(self.toc), tuple(self.search), self.section)


def page_of_family(family: str) -> str:
    return f"rules-{family.lower()}.html"


def rule_address(id_: str, _place: str | None) -> str | None:
    """Where a rule is explained. All pages of the handbook stand in one folder."""
    rule = next((rule for rule in catalogue() if rule.code == id_), None)
    return f"{page_of_family(rule.family)}#{rule.code}" if rule else None


def prose(text: str) -> Words:
    return Words(parse_prose(text))


def lines(items: Iterable[str]) -> Cell:
    """What is not empty, one below the other."""
    found = tuple(item.replace("`", "") for item in items if item)  # a cell is no Markdown
    return "" if not found else found[0] if len(found) == 1 else Lines(found)


def doubt(confidence: str | None) -> str:
    """What makes an entry less than certain."""
    return "" if confidence in (None, "high") else f"({confidence})"


def note(words: str | None) -> str:
    return f"Note: {words}" if words else ""
