"""The pages of the site, finished: body, table of contents, title and search entries. Nothing here knows MkDocs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from mdr_blueprint.load import Entry
from mdr_blueprint.markdown import Block, Heading, parse, plain, plain_blocks, section_number
from mdr_blueprint.model import KINDS, Evidence, Record
from mdr_blueprint.render import Document, TableBlock
from mdr_blueprint.render.documents import NOT_APPROVED
from mdr_blueprint.tables import Column, Gap, Inputs, RecordLink, Row, Table, Tables
from mdr_blueprint.tables.inputs import natural, shown
from mdr_blueprint.write.site.addresses import BASICS, Addresses, anchor_of, page_of, register_of, section_anchor
from mdr_blueprint.write.site.html import HtmlWriter, gap, grid
from mdr_blueprint.write.site.markup import NOTHING, Markup, element, escape, link, together
from mdr_blueprint.write.site.plain_markdown import MarkdownWriter
from mdr_blueprint.write.site.records import CardWriter, Headings

HOME = "index.html"
TEXT_IN_SEARCH = 400
ILLUSTRATIVE = element("span", "illustrative", class_="mdr-illustrative")


@dataclass(frozen=True, slots=True)
class TocEntry:
    level: int
    anchor: str
    title: str


@dataclass(frozen=True, slots=True)
class SearchEntry:
    """One hit of the search: a place on the site, a title and some text, all plain."""

    url: str
    title: str
    text: str
    id: str = ""
    """Of the record that stands there: who types an id wants this place, before any page that mentions it."""


@dataclass(frozen=True, slots=True)
class SitePage:
    """A page, complete. `path` is its address from the root of the site."""

    path: str
    title: str
    body: Markup
    markdown: str
    toc: tuple[TocEntry, ...] = ()
    search: tuple[SearchEntry, ...] = ()
    section: str | None = None
    """Section of the navigation that lists it; None for pages reached through registers, links and search."""

    @property
    def menu(self) -> str:
        """What the navigation calls it: the home page has the title of the whole site, which stands above the list."""
        return "Overview" if self.section == "" and self.path == HOME else self.title


@dataclass
class _Page:
    """A page while it is put together: every part is written as HTML and as Markdown."""

    path: str
    title: str
    section: str | None
    addresses: Addresses
    html_parts: list[Markup] = field(default_factory=list)
    markdown_parts: list[str] = field(default_factory=list)
    toc: list[TocEntry] = field(default_factory=list)
    search: list[SearchEntry] = field(default_factory=list)
    in_search: bool = True
    """Whether a search may find the page itself; where it only holds records, the records are found."""

    def __post_init__(self) -> None:
        self.depth = self.path.count("/")
        self.html = HtmlWriter(lambda id_, place: self.addresses.url(id_, self.depth, place))
        self.plain = MarkdownWriter(self.html.address)
        self.html_parts.append(element("h1", self.title))
        self.markdown_parts.append(f"# {self.plain.text(self.title)}")

    def up(self, path: str) -> str:
        """Address of another page of the site as seen from this one."""
        return "../" * self.depth + path

    def raw(self, html: Markup) -> None:
        self.html_parts.append(html)
        self.markdown_parts.append(self.plain.html_block(html, self.up("../")))

    def heading(self, level: int, anchor: str, title: str, text: str = "", extra: Markup = NOTHING, id_: str = "") -> None:
        self.html_parts.append(element(f"h{level}", title, extra, id=anchor))
        self.markdown_parts.append(self.plain.heading(level, self.plain.text(title) + str(extra), anchor))
        self.toc.append(TocEntry(level, anchor, title))
        self.search.append(SearchEntry(f"{self.path}#{quote(anchor, safe='()')}", title, text[:TEXT_IN_SEARCH], id_))

    def blocks(self, blocks: Iterable[Block | TableBlock]) -> None:
        for block in blocks:
            if isinstance(block, TableBlock):
                self.table(block.table, block.view)
            elif isinstance(block, Heading):
                title = f"{block.number} {plain(block.parts)}".strip()
                self.toc.append(TocEntry(block.level, block.anchor, title))
                self.search.append(SearchEntry(f"{self.path}#{quote(block.anchor)}", title, ""))
                self.html_parts.append(self.html.block(block))
                self.markdown_parts.append(self.plain.block(block))
            else:
                text = plain_blocks((block,))
                if self.search and len(self.search[-1].text) < TEXT_IN_SEARCH:
                    last = self.search[-1]
                    self.search[-1] = SearchEntry(last.url, last.title, f"{last.text} {text}".strip()[:TEXT_IN_SEARCH])
                self.html_parts.append(self.html.block(block))
                self.markdown_parts.append(self.plain.block(block))

    def table(self, table: Table, view: str = "wide") -> None:
        self.raw(self.html.table(table, view))

    def done(self) -> SitePage:
        first = SearchEntry(self.path, self.title if self.in_search else "", "")
        return SitePage(
            self.path,
            self.title,
            together(self.html_parts, "\n"),
            "\n\n".join(self.markdown_parts) + "\n",
            tuple(self.toc),
            (first, *self.search),
            self.section,
        )


def make_pages(tables: Tables, documents: Iterable[Document], beside: Collection[str] = ()) -> tuple[SitePage, ...]:
    """Every page of the site, the home page first. `beside` names the parts of a build that lie beside it and are linked to."""
    maker = _Maker(tables, tuple(documents), beside)
    return tuple(maker.pages())


class _Maker:
    def __init__(self, tables: Tables, documents: tuple[Document, ...], beside: Collection[str]) -> None:
        self.tables = tables
        self.beside = beside
        self.inputs: Inputs = tables.inputs
        self.headings = Headings(tables.inputs)
        self.documents = tuple(d for d in documents if "site" in d.outputs)
        self.addresses = Addresses(self.inputs.dossier, self.inputs.sources.inventory, frozenset(d.id for d in self.documents))

    def pages(self) -> Iterator[SitePage]:
        yield self._home()
        for document in self.documents:
            yield self._document(document)
        yield from self._registers()
        yield from self._records()
        yield from self._evidence()
        yield self._findings()
        yield self._retired()

    def _page(self, path: str, title: str, section: str | None = None) -> _Page:
        return _Page(path, title, section, self.addresses)

    def _home(self) -> SitePage:
        inputs, project = self.inputs, self.inputs.dossier.project
        page = self._page(HOME, project.title if project else "Technical file", "")
        rows = [
            ("Device", inputs.dossier.device_name or Gap()),
            ("Stage", project.stage if project else Gap()),
            ("Source revision", str(inputs.revision)),
            ("Findings", inputs.report.summary()),
        ]
        page.table(Table("about", "About", (Column("Item", 16), Column("Value", 60)), tuple(Row(r) for r in rows)))
        page.raw(element("p", link("findings.html", "All findings, with legal basis and how to mend them")))
        page.heading(2, "documents", "Documents")
        heads = ("Document", "Legal basis", "Version", "Status", "File")
        page.raw(grid(heads, map(self._listed, self.documents), "mdr-table"))
        if "excel" in self.beside:
            file = link("../workbooks/technical_file.xlsx", "workbook")
            page.raw(element("p", "All matrices, filterable, gaps as rows: ", file, "."))
        if "data" in self.beside:
            page.raw(element("p", "Everything for other programs: ", link("../data/dossier.json", "data"), "."))
        page.heading(2, "readiness", "Readiness by Annex II and III")
        words = (
            "A point is complete when every kind of record it asks for is there, or the document that answers it is approved, "
            "and no finding on these is open. A point that the facts of the device rule out is not applicable."
        )
        page.raw(element("p", words))
        page.table(self.tables.get("readiness_counts"))
        page.heading(3, "points", "Point by point")
        page.table(self.tables.get("readiness"))
        return page.done()

    def _listed(self, document: Document) -> tuple[str, ...]:
        """A document as a row of the overview."""
        title = link(f"documents/{quote(document.id)}.html", document.title)
        return title, document.basis, _version(document), _status(document), self._word_file(document, "../", "Word")

    def _word_file(self, document: Document, up: str, words: str) -> Markup:
        written = "word" in self.beside and "word" in document.outputs
        return link(f"{up}documents/{quote(document.file_name)}.docx", words) if written else NOTHING

    def _document(self, document: Document) -> SitePage:
        page = self._page(f"documents/{document.id}.html", document.title, "Documents")
        file = self._word_file(document, "../../", "Word document")
        state = (document.basis, "; version ", _version(document), ", ", _status(document), ". ", file)
        control = element(
            "details",
            element("summary", "Document control"),
            page.html.table(document.control),
            element("p", "Approvals"),
            page.html.table(document.approvals),
            element("p", "Change history"),
            page.html.table(document.history),
            class_="mdr-control",
        )
        page.raw(element("p", *state, class_="mdr-up") + control)
        page.blocks(document.blocks)
        return page.done()

    def _registers(self) -> Iterator[SitePage]:
        """One page per kind that has records: id, title, where it stands, what is open."""
        report = self.inputs.report
        for kind, cls in KINDS.items():
            entries = self.inputs.dossier.kind(kind)
            if cls.keys == "single" or not entries:
                continue
            page = self._page(register_of(kind), cls.plural, "Records")
            rows = []
            for entry in entries:
                number = sum(1 for f in report.about(entry.id) if f.waived is None)
                label = self.headings.of(entry)
                state = "retired" if entry.whole and entry.record.retired else str(number or "")
                rows.append(Row((RecordLink(entry.id, label), state, str(entry.place)), entry.id, bool(number)))
            page.table(
                Table(
                    kind,
                    cls.plural,
                    (Column(cls.singular.capitalize(), 70), Column("Open findings", 9), Column("Where", 30)),
                    tuple(rows),
                )
            )
            yield page.done()

    def _records(self) -> Iterator[SitePage]:
        grouped: dict[str, list[Entry[Record]]] = {}
        for kind in KINDS:
            for entry in self.inputs.dossier.kind(kind):
                grouped.setdefault(page_of(entry.cls, entry.id), []).append(entry)
        for path, entries in grouped.items():
            cls = entries[0].cls
            if path == BASICS:
                page = self._page(path, "Project and device", "Records")
            else:
                entries.sort(key=lambda entry: natural(entry.id))
                page = self._page(path, f"{cls.plural} {_span(entries)}")
                register = link(page.up(register_of(cls.kind_name)), f"All {cls.plural.lower()}")
                page.raw(element("p", register, class_="mdr-up"))
            page.in_search = False
            cards = CardWriter(self.headings, page.html)
            for entry in entries:
                mark = " " + ILLUSTRATIVE if entry.record.illustrative else NOTHING
                words = self.headings.of(entry)
                id_ = "" if entry.cls.keys in ("single", "library") else shown(entry.id)
                page.heading(2, anchor_of(entry.id), words, cards.words(entry), mark, id_)
                page.raw(cards.card(entry))
            yield page.done()

    def _evidence(self) -> Iterator[SitePage]:
        """Evidence documents that are Markdown files of the project, as they stand."""
        for entry in self.inputs.dossier.of(Evidence):
            path = self.addresses.evidence_page(entry)
            file = self.inputs.sources.inventory.get(entry.record.path or "")
            if path is None or file is None:
                continue
            page = self._page(path, f"{entry.id} {self.inputs.say(entry.record.title)}")
            state = ", ".join(
                str(x)
                for x in (
                    f"version {entry.record.version}" if entry.record.version else "",
                    entry.record.status,
                    entry.record.date,
                )
                if x
            )
            record, source = page.html.record(entry.id, entry.id), element("code", file.path)
            mark = "; " + ILLUSTRATIVE if entry.record.illustrative else NOTHING
            page.raw(element("p", "Evidence document ", record, f", {state}; file ", source, mark, class_="mdr-up"))
            page.blocks(_as_written(parse(file.text)))
            yield page.done()

    def _findings(self) -> SitePage:
        page = self._page("findings.html", "Findings", "Findings")
        page.raw(element("p", f"{self.inputs.report.summary()}. A waived finding stays visible."))
        page.table(self.tables.get("findings"))
        page.heading(2, "waivers", "Waivers")
        page.table(self.tables.get("waivers"))
        return page.done()

    def _retired(self) -> SitePage:
        page = self._page("records/retired.html", "Retired records", "Records")
        page.raw(element("p", "A retired record is kept and shown; its id is never used again."))
        page.table(self.tables.get("retired"))
        return page.done()


def _version(document: Document) -> Markup:
    return escape(document.version) if document.version else gap("missing")


def _status(document: Document) -> Markup:
    return gap(document.status) if document.status.endswith(NOT_APPROVED) else escape(document.status)


def _as_written(blocks: Iterable[Block]) -> Iterator[Block]:
    """Headings of an evidence document keep their own numbers, the anchors that citations use. Its title is the page's."""
    for block in blocks:
        if isinstance(block, Heading):
            if block.level == 1:
                continue
            number = section_number(plain(block.parts))
            yield Heading(block.level, block.parts, "", section_anchor(number) if number else block.anchor, block.line)
        else:
            yield block


def _span(entries: list[Entry[Record]]) -> str:
    """`RC-001 to RC-099`, whatever the order in the files."""
    keys = sorted((entry.key for entry in entries), key=natural)
    return keys[0] if len(keys) == 1 else f"{keys[0]} to {keys[-1]}"
