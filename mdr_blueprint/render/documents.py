"""Fill the templates. The one home of Jinja.

A template yields Markdown in which a table is a marker line; one parser makes it a tree; tables take the place of the
markers. Every value passes one escape, so that a text from a record is shown as it was written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from jinja2 import FunctionLoader, StrictUndefined, TemplateError, TemplateSyntaxError, Undefined, UndefinedError, pass_context
from jinja2.runtime import Context

from mdr_blueprint.diagnostics import Fault, Place, did_you_mean
from mdr_blueprint.load import Entry
from mdr_blueprint.markdown import (
    Block,
    Blocks,
    Heading,
    Link,
    ListBlock,
    Marker,
    Paragraph,
    Quote,
    Text,
    escape,
    parse,
    parse_prose,
)
from mdr_blueprint.model import KINDS, Record
from mdr_blueprint.model import Document as DocumentRecord
from mdr_blueprint.render.sandbox import ExhaustedError, Sandbox
from mdr_blueprint.render.templates import Template, partials, read_templates
from mdr_blueprint.render.views import Missing, Raw, RecordView, entry_view
from mdr_blueprint.tables import Column, Gap, RecordLink, Row, Table, Tables
from mdr_blueprint.tables.engine import kinds as table_kinds
from mdr_blueprint.tables.inputs import standard_words
from mdr_blueprint.tables.measurements import kind_words, measured_kinds
from mdr_blueprint.tables.series import called_for, judged, judged_of_series
from mdr_blueprint.tables.states import summary

View = Literal["wide", "cards", "tree"]
VIEWS: dict[str, View] = {"table": "wide", "cards": "cards", "tree": "tree"}
"""Marker -> how it shows a table."""
NOT_APPROVED = "not approved"
MOST_PLACES = 20
"""So often one table may stand in a document: a loop would fill Word files and pages for hours."""
PRINT_LESS = "print less: a table in its place, `::table NAME`, shows any number of records"
NEWLINES = re.compile(r"(?<!\s)[^\S\n]*+\n\s*+")


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table in its place; `cards` shows each row as a card instead, `tree` its columns as the levels of a nested list."""

    table: Table
    view: View = "wide"


@dataclass(frozen=True, slots=True)
class Document:
    """A generated document: what stands in it, and the control block that stands in front of it."""

    id: str
    title: str
    basis: str
    order: int
    outputs: tuple[str, ...]
    blocks: tuple[Block | TableBlock, ...]
    version: str
    status: str
    control: Table
    approvals: Table
    history: Table

    @property
    def headings(self) -> Iterator[Heading]:
        return (block for block in self.blocks if isinstance(block, Heading))

    @property
    def file_name(self) -> str:
        """`05_risk_management_report`, in the order of Annex II and III."""
        return f"{self.order:02}_{self.id}"


@dataclass(frozen=True, slots=True)
class Rendering:
    """All documents of a project and the faults met while rendering."""

    documents: tuple[Document, ...]
    faults: tuple[Fault, ...]


def render(tables: Tables) -> Rendering:
    """Every document that the templates describe."""
    inputs = tables.inputs
    templates, faults = read_templates(inputs.sources)
    renderer = _Renderer(tables, partials(inputs.sources, faults), {template.id: template.title for template in templates})
    documents = []
    for template in templates:
        document = renderer.render(template)
        if document is not None:
            documents.append(document)
    return Rendering(tuple(documents), (*faults, *renderer.faults))


class _Renderer:
    def __init__(self, tables: Tables, pieces: dict[str, tuple[str, str]], titles: dict[str, str]) -> None:
        self.tables = tables
        self.titles = titles
        self.inputs = tables.inputs
        self.faults: list[Fault] = []
        self.prose: dict[str, Blocks] = {}
        self.placed: Counter[tuple[str, str | None]] = Counter()
        self.partials = {path for path, _ in pieces.values()}
        self._law_ids = {f"gspr:{key}" for key in self.inputs.law.gspr}
        self.environment = self._environment(pieces)

    def _environment(self, pieces: dict[str, tuple[str, str]]) -> Sandbox:
        def load(name: str) -> tuple[str, str, None] | None:
            path, text = pieces.get(name, ("", ""))
            return (text, path, None) if path else None

        environment = Sandbox(
            loader=FunctionLoader(load),
            undefined=StrictUndefined,
            finalize=self._finalize,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        join = environment.filters["join"]
        environment.add_filter("prose", self._prose)
        environment.add_filter("link", self._link)
        environment.add_filter("words", lambda text: text if isinstance(text, Missing) else str(text).replace("_", " "))
        environment.add_filter("listed", pass_context(lambda at, ids: ids if isinstance(ids, Missing) else join(at, ids, ", ")))
        environment.globals.update({name: self._single(cls) for name, cls in KINDS.items() if cls.keys == "single"})
        environment.globals.update(
            records=self._records,
            count=self._count,
            link=self._link,
            document_link=self._document_link,
            figure=self._figure,
            has_rows=self._has_rows,
            expect=self._expect,
            missing=lambda words: Raw(Missing(str(words)).markdown()),
            gaps=lambda name, option=None: self._table(name, option).gaps,
            readiness=summary(self.inputs),
            standard_words=lambda id_: standard_words(self.inputs, id_),
            standards_judged=judged(self.inputs),
            electrical_standards=judged_of_series(self.inputs),
            measured_kinds={kind: kind_words(kind) for kind in measured_kinds(self.inputs)},
            called_for=lambda id_: called_for(self.inputs, id_),
            because=self._because,
            report=self.inputs.report,
            law=RecordView(self.inputs.law.gspr_source, "source of Annex I"),
        )
        return environment

    def render(self, template: Template) -> Document | None:
        self.prose, self.placed = {}, Counter()
        self.environment.meter.start()
        try:
            text = self.environment.from_string(template.body).render(document=template.id)
        except (
            TemplateError,
            TypeError,
            ValueError,
            AttributeError,
            ArithmeticError,
            LookupError,
            RecursionError,
            MemoryError,
            SyntaxError,  # Python's own limit: more than twenty blocks inside each other
        ) as error:
            self._template_fault(template, error)
            return None
        blocks: list[Block | TableBlock] = []
        for block in parse(text):
            blocks += self._fill(template, block)
        return self._document(template, tuple(blocks))

    def _template_fault(self, template: Template, error: Exception) -> None:
        """At the line of the template, or of the partial that it includes."""
        path, line = template.path, template.first_line
        if isinstance(error, TemplateSyntaxError):
            path, line = (error.filename, error.lineno) if error.filename else (path, line + error.lineno - 1)
        else:
            trace = error.__traceback__
            while trace is not None:
                file = trace.tb_frame.f_code.co_filename
                if file == "<template>":
                    path, line = template.path, template.first_line + trace.tb_lineno - 1
                elif file in self.partials:
                    path, line = file, trace.tb_lineno
                trace = trace.tb_next
        where = "" if path == template.path else f", included by {template.path}"
        if isinstance(error, ExhaustedError):
            what = f"the template{where} {error}"
        elif isinstance(error, UndefinedError):
            what = f"a name that does not exist in the template{where}: {error}"
        else:
            what = f"a fault in the template{where}: {str(error) or type(error).__name__}"
        self.faults.append(
            Fault(
                "template",
                f"{what}; document `{template.id}` is left out",
                Place(path, line),
                subject=path,
                fix=PRINT_LESS if isinstance(error, ExhaustedError) else None,
            )
        )

    def _fill(self, template: Template, block: Block) -> list[Block | TableBlock]:
        if not isinstance(block, Marker):
            if _holds_marker(block):
                self._marker_fault(template, None, "a marker stands on a line of its own, outside lists and quotations")
            return [block]
        options = dict(block.options)
        if block.verb == "prose" and block.name in self.prose:
            return list(self.prose[block.name])
        if block.verb not in VIEWS:
            return self._marker_fault(template, block, f"`::{block.verb}` is no marker{did_you_mean(block.verb, VIEWS)}")
        kind = table_kinds().get(block.name)
        if kind is None:
            return self._marker_fault(
                template, block, f"there is no table `{block.name}`{did_you_mean(block.name, table_kinds())}"
            )
        unknown = next((name for name in options if name != kind.option), None)
        if unknown:
            return self._marker_fault(template, block, f"table `{block.name}` has no option `{unknown}`")
        if kind.option and kind.option not in options:
            return self._marker_fault(template, block, f"table `{block.name}` needs `{kind.option}=...`")
        option = options[kind.option] if kind.option else None
        self.placed[block.name, option] += 1
        if self.placed[block.name, option] > MOST_PLACES:
            if self.placed[block.name, option] > MOST_PLACES + 1:
                return []
            message = f"table `{block.name}` stands in the document more than {MOST_PLACES} times; the rest is left out"
            return self._marker_fault(template, block, message)
        return [TableBlock(self._table(block.name, option), VIEWS[block.verb])]

    def _marker_fault(self, template: Template, marker: Marker | None, message: str) -> list[Block | TableBlock]:
        """At the line of the template that has the marker, where it is written there and not made by an expression."""
        head = f"::{marker.verb} {marker.name}".rstrip() if marker else "::"
        lines = template.body.splitlines()
        offset = next((n for n, text in enumerate(lines) if (text.strip() + " ").startswith(head + " ")), 0) if marker else 0
        self.faults.append(Fault("template", message, Place(template.path, template.first_line + offset), subject=template.path))
        return [Paragraph((Link("gap:", (Text(message),)),))]

    def _table(self, name: str, option: str | None = None) -> Table:
        if name not in table_kinds():
            raise LookupError(f"there is no table `{name}`{did_you_mean(name, table_kinds())}")
        return self.tables.get(name, option)

    def _document(self, template: Template, blocks: tuple[Block | TableBlock, ...]) -> Document:
        entry = self.inputs.dossier.get(f"document:{template.id}", DocumentRecord)
        record = entry.record if entry else None
        version, status = (record.version or "" if record else ""), _status(record)
        mark = " (illustrative)" if record and record.illustrative else ""
        project, device = self.inputs.dossier.project, self.inputs.dossier.single(KINDS["device"])
        rows = [
            ("Document", f"{project.id} {template.id}" if project and project.id else template.id),
            ("Title", template.title),
            ("Technical file", project.title if project else ""),
            ("Device", " ".join(filter(None, (self.inputs.dossier.device_name, getattr(device, "revision", None))))),
            ("Legal basis", template.basis),
            ("Version", version + mark if version else Gap()),
            ("Status", Gap(status) if status.endswith(NOT_APPROVED) else status),
            ("Source revision", str(self.inputs.revision)),
            ("Findings in the project", self.inputs.report.summary()),
        ]
        about = f"document:{template.id}"
        control = Table(
            "control",
            "Document control",
            (Column("Item", 24), Column("Value", 70)),
            tuple(Row(row, about, isinstance(row[1], Gap)) for row in rows if row[1]),
        )
        approvals = Table(
            "approvals",
            "Approvals",
            (Column("Name", 24), Column("Role", 24), Column("Date", 12), Column("Meaning", 24)),
            tuple(Row((f"{a.name}{mark}", a.role or "", str(a.date or ""), a.meaning or ""), about) for a in record.approvals)
            if record
            else (),
            "Not approved yet.",
        )
        return Document(
            template.id,
            template.title,
            template.basis,
            template.order,
            template.outputs,
            blocks,
            version,
            status,
            control,
            approvals,
            self.tables.get("history"),
        )

    def _single(self, cls: type[Record]) -> Any:
        record = self.inputs.dossier.single(cls)
        return Missing(cls.singular, cls) if record is None else RecordView(record, cls.singular)

    def _records(self, kind: str) -> list[RecordView]:
        """The records of a kind that are not retired, each with its `id`."""
        if kind not in KINDS:
            raise LookupError(f"`{kind}` is no kind of record{did_you_mean(kind, KINDS)}")
        return [entry_view(entry) for entry in self.inputs.dossier.kind(kind) if entry.whole and self._is_live(entry)]

    def _is_live(self, entry: Entry[Record]) -> bool:
        owner = self.inputs.dossier.entries.get(entry.owner) if entry.owner and entry.cls.parent else None
        return entry.record.retired is None and (owner is None or self._is_live(owner))

    def _count(self, kind: str) -> int:
        return len(self._records(kind))

    def _has_rows(self, name: str, option: str | None = None) -> bool:
        return bool(self._table(name, option).rows)

    def _expect(self, name: str, option: str | None = None) -> Raw:
        """Nothing where the table has rows, else a visible gap."""
        table = self._table(name, option)
        return Raw("" if table.rows else Missing(table.title[0].lower() + table.title[1:]).markdown())

    def _figure(self, id_: str) -> str:
        return self.inputs.say(f"{{figure:{id_}}}")

    def _because(self, id_: str) -> str:
        """Why the facts call for a standard, or do not: `does not apply because active = false`."""
        known = self.inputs.law.standard(id_)
        if known is None:
            raise LookupError(f"there is no standard `{id_}`{did_you_mean(id_, self.inputs.law.standard_ids)}")
        return self.inputs.why(known.when)

    def _link(self, id_: object) -> Raw:
        if isinstance(id_, Missing):
            return Raw(id_.markdown())
        text, _, place = str(id_).partition("#")
        cited = place and str(id_) not in self.inputs.dossier.entries
        link = RecordLink(text, self.inputs.cited(text, place)) if cited else self.inputs.link(str(id_))
        if link.id not in self.inputs.dossier.entries and link.id not in self._law_ids:
            return Raw(Missing(link.label).markdown())
        return Raw(f"[{escape(link.label)}](<record:{link.id}>)")

    def _document_link(self, id_: str) -> Raw:
        """A link to another generated document, shown with its title; on paper the title alone."""
        if id_ not in self.titles:
            raise LookupError(f"there is no document `{id_}`{did_you_mean(id_, self.titles)}")
        return Raw(f"[{escape(self.titles[id_])}](<page:{id_}>)")

    @pass_context  # so that no constant is taken through the filter when the template is compiled
    def _prose(self, context: Context, text: object) -> Raw:
        """A prose field as paragraphs of its own."""
        del context
        if isinstance(text, Missing):
            return Raw(text.markdown())
        said = self.inputs.say(str(text))
        self.environment.meter.spend(len(said))
        name = str(len(self.prose))
        self.prose[name] = parse_prose(said)
        return Raw(f"\n\n::prose {name}\n\n")

    def _finalize(self, value: Any) -> str:
        shown = self._shown(value)
        self.environment.meter.spend(len(shown))
        return shown

    def _shown(self, value: Any) -> str:
        if isinstance(value, Raw):
            return value
        if value is None:
            return ""
        if isinstance(value, Missing):
            return value.markdown()
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, (str, int, float, Decimal, date)):
            return escape(NEWLINES.sub(" ", self.inputs.say(str(value))))
        if isinstance(value, Undefined):
            return str(value)  # raises what is wrong with it
        raise TypeError(f"{type(value).__name__} cannot be printed; name one of its fields")


def _status(record: DocumentRecord | None) -> str:
    """What the project says, else what its signatures say: one without a meaning is an approval."""
    if record is None or not (record.status or record.approvals):
        return NOT_APPROVED
    meanings = [(approval.meaning or "approved") for approval in record.approvals]
    if record.status or any(meaning.casefold().startswith("approv") for meaning in meanings):
        return record.status or "approved"
    return f"{', '.join(dict.fromkeys(meanings))}, {NOT_APPROVED}"


def _holds_marker(block: Block) -> bool:
    if isinstance(block, ListBlock):
        return any(isinstance(inner, Marker) or _holds_marker(inner) for item in block.items for inner in item)
    return isinstance(block, Quote) and any(isinstance(inner, Marker) or _holds_marker(inner) for inner in block.blocks)
