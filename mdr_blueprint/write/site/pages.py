"""The pages of the site, finished: body, table of contents, title and search entries. Nothing here knows MkDocs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote

from mdr_blueprint.load import Entry
from mdr_blueprint.markdown import Block, Heading, parse, plain, plain_blocks, section_number
from mdr_blueprint.model import KINDS, Evidence, Record
from mdr_blueprint.render import Document, TableBlock
from mdr_blueprint.render.documents import NOT_APPROVED
from mdr_blueprint.tables import Column, Gap, Inputs, RecordLink, Row, Table, Tables
from mdr_blueprint.tables.inputs import natural, shown
from mdr_blueprint.write.site.addresses import BASICS, Addresses, anchor_of, page_of, register_of, section_anchor
from mdr_blueprint.write.site.html import HtmlWriter
from mdr_blueprint.write.site.plain_markdown import MarkdownWriter
from mdr_blueprint.write.site.records import CardWriter, heading_words

HOME = "index.html"
TEXT_IN_SEARCH = 400


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
    body: str
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
    html_parts: list[str] = field(default_factory=list)
    markdown_parts: list[str] = field(default_factory=list)
    toc: list[TocEntry] = field(default_factory=list)
    search: list[SearchEntry] = field(default_factory=list)
    in_search: bool = True
    """Whether a search may find the page itself; where it only holds records, the records are found."""

    def __post_init__(self) -> None:
        self.depth = self.path.count("/")
        self.html = HtmlWriter(lambda id_, place: self.addresses.url(id_, self.depth, place))
        self.plain = MarkdownWriter(self.html)
        self.html_parts.append(f"<h1>{escape(self.title, quote=False)}</h1>")
        self.markdown_parts.append(f"# {self.plain.text(self.title)}")

    def up(self, path: str) -> str:
        """Address of another page of the site as seen from this one."""
        return "../" * self.depth + path

    def raw(self, html: str) -> None:
        self.html_parts.append(html)
        out = f'href="{self.up("../")}'  # to a file beside the site; another engine writes its site one folder deeper
        self.markdown_parts.append(html.replace(out, f"{out}../"))

    def heading(self, level: int, anchor: str, title: str, text: str = "", extra: str = "", id_: str = "") -> None:
        self.html_parts.append(f'<h{level} id="{escape(anchor)}">{escape(title, quote=False)}{extra}</h{level}>')
        self.markdown_parts.append(f"{'#' * level} {self.plain.text(title)}{extra} {{ #{anchor} }}")
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
            "\n".join(self.html_parts),
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
        page.raw('<p><a href="findings.html">All findings, with legal basis and how to mend them</a></p>')
        page.heading(2, "documents", "Documents")
        items = "".join(
            f'<tr><td><a href="documents/{quote(d.id)}.html">{escape(d.title)}</a></td><td>{escape(d.basis)}</td>'
            f"<td>{_version(d)}</td><td>{_status(d)}</td><td>{self._word_file(d, '../', 'Word')}</td></tr>"
            for d in self.documents
        )
        heads = "".join(f"<th>{head}</th>" for head in ("Document", "Legal basis", "Version", "Status", "File"))
        page.raw(
            f'<div class="mdr-scroll"><table class="mdr-table"><thead><tr>{heads}</tr></thead>'
            f"<tbody>{items}</tbody></table></div>"
        )
        if "excel" in self.beside:
            page.raw('<p>All matrices, filterable, gaps as rows: <a href="../workbooks/technical_file.xlsx">workbook</a>.</p>')
        if "data" in self.beside:
            page.raw('<p>Everything for other programs: <a href="../data/dossier.json">data</a>.</p>')
        page.heading(2, "readiness", "Readiness by Annex II and III")
        page.raw(
            "<p>A point is complete when every kind of record it asks for is there, or the document that answers it is approved, "
            "and no finding on these is open. A point that the facts of the device rule out is not applicable.</p>"
        )
        page.table(self.tables.get("readiness_counts"))
        page.heading(3, "points", "Point by point")
        page.table(self.tables.get("readiness"))
        return page.done()

    def _word_file(self, document: Document, up: str, words: str) -> str:
        written = "word" in self.beside and "word" in document.outputs
        return f'<a href="{up}documents/{quote(document.file_name)}.docx">{words}</a>' if written else ""

    def _document(self, document: Document) -> SitePage:
        page = self._page(f"documents/{document.id}.html", document.title, "Documents")
        file = self._word_file(document, "../../", "Word document")
        page.raw(
            f'<p class="mdr-up">{escape(document.basis)}; version {_version(document)}, {_status(document)}. {file}</p>'
            f'<details class="mdr-control"><summary>Document control</summary>{page.html.table(document.control)}'
            f"<p>Approvals</p>{page.html.table(document.approvals)}"
            f"<p>Change history</p>{page.html.table(document.history)}</details>"
        )
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
                label = heading_words(self.inputs, entry)
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
                page.raw(
                    f'<p class="mdr-up"><a href="{page.up(register_of(cls.kind_name))}">All {escape(cls.plural.lower())}</a></p>'
                )
            page.in_search = False
            cards = CardWriter(self.inputs, page.html)
            for entry in entries:
                mark = ' <span class="mdr-illustrative">illustrative</span>' if entry.record.illustrative else ""
                words = heading_words(self.inputs, entry)
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
            page.raw(
                f'<p class="mdr-up">Evidence document {page.html.record(entry.id, escape(entry.id))}, {escape(state)}; '
                f"file <code>{escape(file.path)}</code>"
                f"{'; <span class=mdr-illustrative>illustrative</span>' if entry.record.illustrative else ''}</p>"
            )
            page.blocks(_as_written(parse(file.text)))
            yield page.done()

    def _findings(self) -> SitePage:
        page = self._page("findings.html", "Findings", "Findings")
        page.raw(f"<p>{escape(self.inputs.report.summary())}. A waived finding stays visible.</p>")
        page.table(self.tables.get("findings"))
        page.heading(2, "waivers", "Waivers")
        page.table(self.tables.get("waivers"))
        return page.done()

    def _retired(self) -> SitePage:
        page = self._page("records/retired.html", "Retired records", "Records")
        page.raw("<p>A retired record is kept and shown; its id is never used again.</p>")
        page.table(self.tables.get("retired"))
        return page.done()


def _version(document: Document) -> str:
    return escape(document.version) if document.version else '<span class="mdr-gap">missing</span>'


def _status(document: Document) -> str:
    gap = document.status.endswith(NOT_APPROVED)
    return f'<span class="mdr-gap">{escape(document.status)}</span>' if gap else escape(document.status)


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
