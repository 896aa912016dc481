"""Fill the templates. The one home of Jinja.

A template yields Markdown in which a table is a marker line; one parser makes it a tree; tables take the place of the
markers. Every value passes one escape, so that a text from a record is shown as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from jinja2 import DictLoader, StrictUndefined, TemplateError, TemplateSyntaxError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment, SecurityError

from mdr_blueprint.diagnostics import Fault, Place, did_you_mean
from mdr_blueprint.load import Entry
from mdr_blueprint.markdown import Block, Blocks, Heading, Link, Marker, Paragraph, Text, escape, parse, parse_prose
from mdr_blueprint.model import KINDS, Part, Record
from mdr_blueprint.model import Document as DocumentRecord
from mdr_blueprint.render.templates import Template, partials, read_templates
from mdr_blueprint.tables import Column, Gap, Inputs, Lines, Row, Table, Tables
from mdr_blueprint.tables.engine import kinds as table_kinds
from mdr_blueprint.tables.status import summary

View = Literal["wide", "cards"]


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table in its place; `cards` shows each row as a card instead."""

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


class Raw(str):
    """Markdown made by a filter, not to be escaped."""

    __slots__ = ()


class Missing:
    """A field that a record does not have: printed as a gap, false in a condition, and so is every field below it."""

    def __init__(self, words: str) -> None:
        self._words = words

    def __getattr__(self, name: str) -> Missing:
        if name.startswith("_"):
            raise AttributeError(name)
        return Missing(f"{self._words} {name.replace('_', ' ')}")

    def __bool__(self) -> bool:
        return False

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def markdown(self) -> str:
        return f"[missing: {escape(self._words)}](gap:)"


class RecordView:
    """A record as a template sees it: an unset field is `Missing`, an unknown one is an error of the template."""

    def __init__(self, record: Part, words: str) -> None:
        self._record = record
        self._words = words

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or not (name in type(self._record).model_fields or hasattr(type(self._record), name)):
            raise AttributeError(name)
        found = getattr(self._record, name)
        if found is None or found in ("", (), {}):
            return Missing(f"{self._words} {name.replace('_', ' ')}")
        return self._wrap(found, name)

    def _wrap(self, found: Any, name: str) -> Any:
        if isinstance(found, Part):
            return RecordView(found, f"{self._words} {name.replace('_', ' ')}")
        if isinstance(found, tuple):
            return [self._wrap(item, name) for item in found]
        if isinstance(found, dict):
            return {key: self._wrap(item, name) for key, item in found.items()}
        return found


def render(tables: Tables) -> Rendering:
    """Every document that the templates describe."""
    inputs = tables.inputs
    templates, faults = read_templates(inputs.sources)
    renderer = _Renderer(tables, partials(inputs.sources))
    documents = []
    for template in templates:
        document = renderer.render(template)
        if document is not None:
            documents.append(document)
    return Rendering(tuple(documents), (*faults, *renderer.faults))


class _Renderer:
    def __init__(self, tables: Tables, pieces: dict[str, str]) -> None:
        self.tables = tables
        self.inputs = tables.inputs
        self.faults: list[Fault] = []
        self.prose: list[Blocks] = []
        self.environment = self._environment(pieces)

    def _environment(self, pieces: dict[str, str]) -> ImmutableSandboxedEnvironment:
        environment = ImmutableSandboxedEnvironment(loader=DictLoader(pieces), undefined=StrictUndefined, finalize=self._finalize,
                                                    trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
        environment.filters["prose"] = self._prose
        environment.filters["link"] = self._link
        environment.filters["words"] = lambda text: str(text).replace("_", " ")
        environment.globals.update({
            name: self._single(cls) for name, cls in KINDS.items() if cls.keys == "single"
        })
        environment.globals.update(
            records=self._records, count=self._count, link=self._link, figure=self._figure, has_rows=self._has_rows,
            gaps=lambda name, option=None: self.tables.get(name, option).gaps, readiness=summary(self.inputs),
            standards_judged=[e for e in dict.fromkeys(entry.owner for entry in self.inputs.dossier.kind("clauses"))],
            report=self.inputs.report, law=self.inputs.law.gspr_source,
        )
        return environment

    def render(self, template: Template) -> Document | None:
        self.prose = []
        try:
            text = self.environment.from_string(template.body).render()
        except TemplateError as error:
            self._template_fault(template, error)
            return None
        except (TypeError, ValueError, AttributeError, ArithmeticError, LookupError, RecursionError, SecurityError) as error:
            self._template_fault(template, error)
            return None
        blocks: list[Block | TableBlock] = []
        for block in parse(text):
            blocks += self._fill(template, block) if isinstance(block, Marker) else [block]
        return self._document(template, tuple(blocks))

    def _template_fault(self, template: Template, error: Exception) -> None:
        line = template.first_line
        if isinstance(error, TemplateSyntaxError):
            line += error.lineno - 1
        else:
            trace = error.__traceback__
            while trace is not None:
                if trace.tb_frame.f_code.co_filename == "<template>":
                    line = template.first_line + trace.tb_lineno - 1
                trace = trace.tb_next
        what = "a name that does not exist" if isinstance(error, UndefinedError) else "a fault"
        self.faults.append(Fault("template", f"{what} in the template: {error}; the document is left out", Place(template.path, line), subject=template.path))

    def _fill(self, template: Template, marker: Marker) -> list[Block | TableBlock]:
        if marker.verb == "prose":
            return list(self.prose[int(marker.name)])
        options = dict(marker.options)
        if marker.verb not in ("table", "cards"):
            return self._marker_fault(template, f"`::{marker.verb}` is no marker{did_you_mean(marker.verb, ('table', 'cards'))}")
        kind = table_kinds().get(marker.name)
        if kind is None:
            return self._marker_fault(template, f"there is no table `{marker.name}`{did_you_mean(marker.name, table_kinds())}")
        option = options.get(kind.option) if kind.option else None
        if kind.option and option is None:
            return self._marker_fault(template, f"table `{marker.name}` needs `{kind.option}=...`")
        return [TableBlock(self.tables.get(marker.name, option), "cards" if marker.verb == "cards" else "wide")]

    def _marker_fault(self, template: Template, message: str) -> list[Block | TableBlock]:
        self.faults.append(Fault("template", message, Place(template.path, template.first_line), subject=template.path))
        return [Paragraph((Link("gap:", (Text(message),)),))]

    def _document(self, template: Template, blocks: tuple[Block | TableBlock, ...]) -> Document:
        entry = self.inputs.dossier.get(f"document:{template.id}", DocumentRecord)
        record = entry.record if entry else None
        version, status = (record.version or "" if record else ""), (record.status or "" if record else "")
        mark = " (illustrative)" if record and record.illustrative else ""
        project, device = self.inputs.dossier.project, self.inputs.dossier.single(KINDS["device"])
        rows = [
            ("Document", f"{project.id} {template.id}" if project and project.id else template.id),
            ("Title", template.title),
            ("Technical file", project.title if project else ""),
            ("Device", " ".join(filter(None, (self.inputs.dossier.device_name, getattr(device, "revision", None))))),
            ("Legal basis", template.basis),
            ("Version", version + mark if version else Gap()),
            ("Status", status or ("approved" if record and record.approvals else Gap("not approved"))),
            ("Source revision", str(self.inputs.revision)),
            ("Findings in the project", self.inputs.report.summary()),
        ]
        about = f"document:{template.id}"
        control = Table("control", "Document control", (Column("Item", 24), Column("Value", 70)),
                        tuple(Row(row, about, isinstance(row[1], Gap)) for row in rows if row[1]))
        approvals = Table("approvals", "Approvals", (Column("Name", 24), Column("Role", 24), Column("Date", 12), Column("Meaning", 24)),
                          tuple(Row((f"{a.name}{mark}", a.role or "", str(a.date or ""), a.meaning or ""), about) for a in record.approvals) if record else (),
                          "Not approved yet.")
        return Document(template.id, template.title, template.basis, template.order, template.outputs, blocks, version, status, control, approvals,
                        self.tables.get("history"))

    def _single(self, cls: type[Record]) -> Any:
        record = self.inputs.dossier.single(cls)
        return Missing(cls.singular) if record is None else RecordView(record, cls.singular)

    def _records(self, kind: str) -> list[RecordView]:
        """The records of a kind that are not retired, each with its `id`."""
        if kind not in KINDS:
            raise LookupError(f"`{kind}` is no kind of record{did_you_mean(kind, KINDS)}")
        return [_entry_view(entry) for entry in self.inputs.dossier.kind(kind) if entry.whole and entry.record.retired is None]

    def _count(self, kind: str) -> int:
        return len(self._records(kind))

    def _has_rows(self, name: str, option: str | None = None) -> bool:
        return bool(self.tables.get(name, option).rows)

    def _figure(self, id_: str) -> str:
        return self.inputs.say(f"{{figure:{id_}}}")

    def _link(self, id_: object) -> Raw:
        link = self.inputs.link(str(id_))
        return Raw(f"[{escape(link.label)}](<record:{link.id}>)")

    def _prose(self, text: object) -> Raw:
        """A prose field as paragraphs of its own."""
        if isinstance(text, Missing):
            return Raw(text.markdown())
        self.prose.append(parse_prose(self.inputs.say(str(text))))
        return Raw(f"\n\n::prose {len(self.prose) - 1}\n\n")

    def _finalize(self, value: Any) -> str:
        if isinstance(value, Raw):
            return value
        if value is None:
            return ""
        if isinstance(value, Missing):
            return value.markdown()
        return escape(self.inputs.say(str(value)))


def _entry_view(entry: Entry[Any]) -> RecordView:
    view = RecordView(entry.record, f"{entry.cls.singular} {entry.key}")
    object.__setattr__(view, "id", entry.id)
    return view


