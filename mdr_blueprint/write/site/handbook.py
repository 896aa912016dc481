"""Reference pages of the handbook, made from code and library: rules, kinds of records, law, standards, hazards."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from html import escape
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from mdr_blueprint import conditions
from mdr_blueprint.load import load_law
from mdr_blueprint.load.law import Law
from mdr_blueprint.markdown import parse_prose
from mdr_blueprint.model import KINDS, Part, Record, Ref, ready, scalars
from mdr_blueprint.model.docs import attribute_docs
from mdr_blueprint.rules import Rule, catalogue, families
from mdr_blueprint.rules.cases import Case, case
from mdr_blueprint.rules.engine import SEVERITY, Weight
from mdr_blueprint.tables import Cell, Column, RecordLink, Row, Table, Words
from mdr_blueprint.write.site.html import HtmlWriter
from mdr_blueprint.write.site.pages import SearchEntry, SitePage, TocEntry

WORDS_OF_TYPES: dict[Any, str] = {
    scalars.Text: "text",
    str: "text",
    scalars.Prose: "prose",
    scalars.Flag: "true or false",
    bool: "true or false",
    scalars.Day: "date",
    date: "date",
    scalars.Count: "whole number",
    int: "whole number",
    scalars.Number: "number",
    Decimal: "number",
    scalars.Sha256: "64 hexadecimal digits",
}
"""Type of a field -> what the handbook calls it."""


def handbook_pages() -> Iterator[SitePage]:
    """All reference pages, below the folder that the caller chooses."""
    law = load_law()
    yield _rules_page()
    yield from _rule_pages()
    yield _records_page()
    yield _annex_i_page(law)
    yield _annex_points_page(law)
    yield _standards_page(law)
    yield from _clause_pages(law)
    yield _hazards_page(law)
    yield _modules_page()


class _Sheet:
    """A reference page while it is put together."""

    def __init__(self, path: str, title: str, section: str = "") -> None:
        self.path, self.title, self.section = path, title, section
        self.parts = [f"<h1>{escape(title)}</h1>"]
        self.toc: list[TocEntry] = []
        self.search = [SearchEntry(path, title, "")]
        self.html = HtmlWriter(_rule_address)

    def text(self, text: str, lead: str = "") -> None:
        """A paragraph of prose, with `lead` in bold in front of it."""
        self.parts.append(self.html.blocks(parse_prose(f"**{lead}** {text}" if lead else text)))

    def raw(self, html: str) -> None:
        self.parts.append(html)

    def heading(self, anchor: str, title: str, text: str = "") -> None:
        self.parts.append(f'<h2 id="{escape(anchor)}">{escape(title)}</h2>')
        self.toc.append(TocEntry(2, anchor, title))
        self.search.append(SearchEntry(f"{self.path}#{anchor}", title, text))

    def table(self, columns: tuple[Column, ...], rows: list[tuple[Cell, ...]]) -> None:
        self.parts.append(self.html.table(Table("reference", self.title, columns, tuple(Row(row) for row in rows))))

    def done(self) -> SitePage:
        body = "\n".join(self.parts)
        return SitePage(self.path, self.title, body, body, tuple(self.toc), tuple(self.search), self.section)


def _page_of_family(family: str) -> str:
    return f"rules-{family.lower()}.html"


def _rule_address(id_: str, _place: str | None) -> str | None:
    """Where a rule is explained. All pages of the handbook stand in one folder."""
    rule = next((rule for rule in catalogue() if rule.code == id_), None)
    return f"{_page_of_family(rule.family)}#{rule.code}" if rule else None


def _rules_page() -> SitePage:
    """Every rule in one table."""
    sheet = _Sheet("rules.html", "All rules", "Rules")
    sheet.text(
        "A code never changes its meaning and is never used again. The weight decides, together with the stage of the project, "
        "how severe a finding is: " + "; ".join(f"*{weight}*: {_at_stages(weight)}" for weight in ("E", "W", "I")) + ". "
        "*E!* is an error at every stage. `mdr explain CODE` prints what stands here."
    )
    for family, words in families.items():
        sheet.heading(family, f"{family}: {words}")
        sheet.table(
            (Column("Rule", 10), Column("Name", 26), Column("Weight", 7), Column("What it finds", 60)),
            [
                (RecordLink(rule.code, rule.code), rule.name, "E!" if rule.always_error else rule.weight, _words(rule.title))
                for rule in catalogue()
                if rule.family == family
            ],
        )
    return sheet.done()


def _words(text: str) -> Words:
    return Words(parse_prose(text))


def _rule_pages() -> Iterator[SitePage]:
    """One page per family; one section per rule: why, basis, fix, a bad and a good example."""
    for family, words in families.items():
        sheet = _Sheet(_page_of_family(family), f"{family}: {words}", "Rules")
        for rule in (rule for rule in catalogue() if rule.family == family):
            sheet.heading(rule.code, f"{rule.code} {rule.name}", rule.title)
            sheet.text(rule.title)
            sheet.text(_sentence(rule.why), "Why.")
            sheet.text(_sentence(rule.fix), "Fix.")
            sheet.text(f"{rule.basis}.", "Basis.")
            sheet.text(f"{_severity(rule)}.", "Severity.")
            if rule.requires:
                codes = ", ".join(rule.requires)
                sheet.text(f"On a record that already has a finding of {codes}, this rule is silent: one cause, one message.")
            cases = case(rule.code)
            if cases is not None:
                sheet.raw(_example("Finding", cases.bad[0]) + _example("No finding", cases.good[0]))
        yield sheet.done()


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _severity(rule: Rule) -> str:
    if rule.always_error:
        return "Error at every stage"
    return _sentence(_at_stages(rule.weight))


def _at_stages(weight: Weight) -> str:
    return ", ".join(f"{by_weight[weight]} at {stage}" for stage, by_weight in SEVERITY.items())


def _example(kind: str, shown: Case) -> str:
    files = "".join(
        f"<p><code>{escape(name)}</code></p><pre><code>{escape(file.shown)}</code></pre>" for name, file in shown.files.items()
    )
    return f"<details><summary>{kind}: {escape(shown.title)}</summary>{files}</details>"


def _records_page() -> SitePage:
    sheet = _Sheet("records.html", "Kinds of records")
    sheet.text(
        "Every kind of record and its fields, as the program reads them. The heading is the key at the head of a YAML file. A "
        "field marked *needed* is one that the record cannot stand without; what else is missing is a finding of a rule. "
        "These fields may stand in every record:"
    )
    sheet.table(_FIELD_COLUMNS, list(_fields(Record, Record.model_fields)))
    for kind, cls in KINDS.items():
        inside = f", inside {cls.parent}" if cls.parent else ""
        sheet.heading(kind, f"{kind}{inside}", cls.plural)
        sheet.text((cls.__doc__ or "").split("\n\n")[0])
        if cls.keys in _KEYS:
            sheet.text(_KEYS[cls.keys])
        own = [name for name in ready(cls).model_fields if name not in Record.model_fields]
        sheet.table(_FIELD_COLUMNS, list(_fields(cls, own)))
    return sheet.done()


_KEYS = {
    "single": "Stands once in a project; its name is its id.",
    "gspr": "Keys are identifiers of Annex I.",
    "clause": "Keys are a standard and, below it, its clauses.",
    "library": "Keys are ids of the library.",
}
_FIELD_COLUMNS = (Column("Field", 18), Column("Value", 34), Column("Needed", 8), Column("Meaning", 50))


def _fields(cls: type[Part], names: Iterable[str]) -> Iterator[tuple[Cell, ...]]:
    docs = attribute_docs(cls)
    for name in names:
        field = ready(cls).model_fields[name]
        value = "prose" if any(isinstance(mark, scalars.ProseMark) for mark in field.metadata) else _value(field.annotation)
        yield name, value, "needed" if field.is_required() else "", _words(docs[name]) if name in docs else ""


def _value(annotation: Any) -> str:
    """What may be written in a field, in words: `list of ids of tests`, `one of pass, fail, blocked`."""
    if annotation in WORDS_OF_TYPES:
        return WORDS_OF_TYPES[annotation]
    origin, arguments = get_origin(annotation), [part for part in get_args(annotation) if part not in (type(None), ...)]
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(map(_value, arguments)))
    if origin is Literal:
        return f"one of {', '.join(map(str, arguments))}"
    if origin is tuple:
        return f"list of: {_value(arguments[0])}"
    if origin is dict:
        return f"mapping of {_value(arguments[0])} to {_value(arguments[1])}"
    if origin is Ref:
        return f"id of {_targets(arguments[0])}"
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return annotation.plural.lower()
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return "{" + ", ".join(ready(annotation).model_fields) + "}"
    return _value(arguments[0]) if arguments else getattr(annotation, "__name__", "text")


def _targets(target: Any) -> str:
    classes = get_args(target) or (target,)
    return "any record" if Record in classes else " or ".join(cls.singular for cls in classes)


def _annex_i_page(law: Law) -> SitePage:
    sheet = _Sheet("annex-i.html", "Annex I: safety and performance requirements", "Law and standards")
    source = law.gspr_source
    sheet.text(
        f"Identifiers of {source.regulation}, text consolidated on {source.consolidated}, checked on {source.checked}. "
        "Topics are in our own words and are no substitute for the legal text."
    )
    sheet.table(
        (Column("Citation", 14), Column("Role", 12), Column("Topic (own words)", 60), Column("Normally applies when", 30)),
        [(item.citation, item.role, item.topic, conditions.words(item.when) if item.answerable else "") for item in law.gspr.values()],
    )
    return sheet.done()


def _annex_points_page(law: Law) -> SitePage:
    sheet = _Sheet("annex-ii-iii.html", "Annex II and III: technical documentation", "Law and standards")
    sheet.table(
        (
            Column("Point", 16),
            Column("Title (own words)", 30),
            Column("What must be there (own words)", 50),
            Column("Answered by records of kind", 30),
        ),
        [
            (point.citation, point.title, point.needs, ", ".join(point.kinds) or "no kind yet")
            for points in (law.annex_ii, law.annex_iii)
            for point in points.values()
        ],
    )
    return sheet.done()


def _standards_page(law: Law) -> SitePage:
    sheet = _Sheet("standards.html", "Standards", "Law and standards")
    sheet.text(
        "Dated data: edition, status and how sure it is. A status from a secondary source must be checked in the Official "
        "Journal before it is relied on."
    )
    rows: list[tuple[Cell, ...]] = []
    for id_ in law.standard_ids:
        standard = law.standard(id_)
        if standard is not None:
            rows.append(
                (
                    id_,
                    standard.designation,
                    standard.title,
                    standard.status.replace("_", " "),
                    standard.confidence,
                    standard.checked,
                    standard.reference,
                )
            )
    sheet.table(
        (
            Column("Id", 16),
            Column("Designation", 30),
            Column("Subject", 30),
            Column("Status", 16),
            Column("Confidence", 12),
            Column("Checked on", 12),
            Column("Source", 40),
        ),
        rows,
    )
    return sheet.done()


def _clause_pages(law: Law) -> Iterator[SitePage]:
    for id_ in law.standard_ids:
        standard = law.standard(id_)
        if standard is None or not standard.clauses:
            continue
        sheet = _Sheet(f"standard-{id_}.html", f"Clauses of {standard.designation}", "Clauses of standards")
        sheet.text(standard.clauses_note or "")
        sheet.table(
            (Column("Clause", 10), Column("Title (own words)", 60), Column("Kind", 14), Column("Points into the risk file", 16)),
            [(key, item.title, item.kind or "", "yes" if item.rm_hook else "") for key, item in standard.clauses.items()],
        )
        yield sheet.done()


def _hazards_page(law: Law) -> SitePage:
    sheet = _Sheet("hazards.html", "Hazard taxonomy and library")
    taxonomy = law.hazard_categories
    sheet.text(
        "Starting points for a risk analysis, never the analysis of a device. The field `category` of a hazard names one of "
        "these categories."
    )
    sheet.table(
        (Column("Category", 30), Column("Branch", 14), Column("Title", 40), Column("Meaning (own words)", 50)),
        [(id_, category.branch, category.title, category.text or "") for id_, category in taxonomy.categories.items()],
    )
    sheet.heading("low-field-mri", "Typical hazards of low-field permanent-magnet MRI")
    sheet.table(
        (
            Column("No.", 6),
            Column("Hazard", 34),
            Column("Hazardous situation", 34),
            Column("Harm", 20),
            Column("Usual measures", 50),
            Column("Evidence", 30),
        ),
        [
            (
                number,
                h.title,
                h.situation,
                h.harm,
                "; ".join(f"{kind.replace('_', ' ')}: {text}" for kind, text in h.controls.items()),
                h.evidence or "",
            )
            for number, h in law.low_field_mri_hazards.hazards.items()
        ],
    )
    return sheet.done()


def _modules_page() -> SitePage:
    """The first sentence of every module, read from the source: the map cannot fall behind."""
    sheet = _Sheet("modules.html", "Modules")
    sheet.text("Each module says in its first line what it is. Read `pipeline.py` first.")
    root = Path(__file__).parents[2]
    groups: dict[str, list[tuple[Cell, ...]]] = {}
    for path in sorted(root.rglob("*.py")):
        place = path.relative_to(root.parent)
        said = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
        groups.setdefault(place.parent.as_posix(), []).append((place.name, _words(" ".join(said.split("\n\n")[0].split()))))
    for folder, rows in sorted(groups.items()):
        sheet.heading(folder.replace("/", "-"), folder)
        sheet.table((Column("Module", 20), Column("What it is", 80)), rows)
    return sheet.done()
