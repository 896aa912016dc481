"""Reference pages of the handbook, made from code and library: rules, records, modules, and those on law and risk."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from mdr_blueprint.graph import declared
from mdr_blueprint.load import load_law
from mdr_blueprint.model import KINDS, Part, Record, Ref, ready, scalars
from mdr_blueprint.model.docs import attribute_docs
from mdr_blueprint.rules import Rule, catalogue, families
from mdr_blueprint.rules.cases import Case, case
from mdr_blueprint.rules.engine import SEVERITY, Weight
from mdr_blueprint.tables import Cell, Column, Lines, RecordLink
from mdr_blueprint.tables.links import expected_words, target_words
from mdr_blueprint.write.site.handbook_law import law_pages
from mdr_blueprint.write.site.handbook_risk import risk_pages
from mdr_blueprint.write.site.markup import Markup, element
from mdr_blueprint.write.site.pages import SitePage
from mdr_blueprint.write.site.sheet import Sheet, page_of_family, prose

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
    yield _links_page()
    yield from law_pages(law)
    yield from risk_pages(law)
    yield _modules_page()


def _rules_page() -> SitePage:
    """Every rule in one table."""
    sheet = Sheet("rules.html", "All rules", "Rules")
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
                (RecordLink(rule.code, rule.code), rule.name, "E!" if rule.always_error else rule.weight, prose(rule.title))
                for rule in catalogue()
                if rule.family == family
            ],
        )
    return sheet.done()


def _rule_pages() -> Iterator[SitePage]:
    """One page per family; one section per rule: why, basis, fix, a bad and a good example."""
    for family, words in families.items():
        sheet = Sheet(page_of_family(family), f"{family}: {words}", "Rules")
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


def _example(kind: str, shown: Case) -> Markup:
    files = [
        element("p", element("code", name)) + element("pre", element("code", file.shown)) for name, file in shown.files.items()
    ]
    return element("details", element("summary", f"{kind}: {shown.title}"), *files)


def _records_page() -> SitePage:
    sheet = Sheet("records.html", "Kinds of records")
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


def _links_page() -> SitePage:
    sheet = Sheet("links.html", "Links between records")
    sheet.text(
        "Every relation that is expected to join records, as the model declares it at the field. The rule named last finds a "
        "missing link; the table of links in the document *Traceability* counts them. A relation that is not listed may be left "
        "out freely."
    )
    sheet.table(
        (Column("From", 24), Column("Field", 22), Column("To", 26), Column("Expected", 44), Column("Found by", 12)),
        [
            (
                link.source.singular,
                link.relation,
                target_words(link),
                Lines(expected_words(link)),
                Lines(tuple(RecordLink(code, code) for code in (link.expected.untargeted, link.expected.unnamed) if code)),
            )
            for link in declared()
        ],
    )
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
        yield name, value, "needed" if field.is_required() else "", prose(docs[name]) if name in docs else ""


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


def _modules_page() -> SitePage:
    """The first sentence of every module, read from the source: the map cannot fall behind."""
    sheet = Sheet("modules.html", "Modules")
    sheet.text("Each module says in its first line what it is. Read `pipeline.py` first.")
    root = Path(__file__).parents[2]
    groups: dict[str, list[tuple[Cell, ...]]] = {}
    for path in sorted(root.rglob("*.py")):
        place = path.relative_to(root.parent)
        said = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
        groups.setdefault(place.parent.as_posix(), []).append((place.name, prose(" ".join(said.split("\n\n")[0].split()))))
    for folder, rows in sorted(groups.items()):
        sheet.heading(folder.replace("/", "-"), folder)
        sheet.table((Column("Module", 20), Column("What it is", 80)), rows)
    return sheet.done()
