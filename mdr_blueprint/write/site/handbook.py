"""Reference pages of the handbook, made from the code and the library's data: rules, record kinds, Annex I, standards, hazards."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from mdr_blueprint.load import load_law
from mdr_blueprint.load.law import Law
from mdr_blueprint.model import KINDS, Record, ready
from mdr_blueprint.model.docs import attribute_docs
from mdr_blueprint.rules import Rule, catalogue, families
from mdr_blueprint.rules.cases import Case, case
from mdr_blueprint.rules.engine import SEVERITY
from mdr_blueprint.tables import Cell, Column, Row, Table
from mdr_blueprint.write.site.html import HtmlWriter
from mdr_blueprint.write.site.pages import SearchEntry, SitePage, TocEntry


def handbook_pages() -> Iterator[SitePage]:
    """All reference pages, below the folder that the caller chooses."""
    law = load_law()
    yield from _rule_pages()
    yield _records_page()
    yield _annex_i_page(law)
    yield _annex_points_page(law)
    yield _standards_page(law)
    yield from _clause_pages(law)
    yield _hazards_page(law)


class _Sheet:
    """A reference page while it is put together."""

    def __init__(self, path: str, title: str) -> None:
        self.path, self.title = path, title
        self.parts = [f"<h1>{escape(title)}</h1>"]
        self.toc: list[TocEntry] = []
        self.search = [SearchEntry(path, title, "")]
        self.html = HtmlWriter(lambda id_, place: None)

    def text(self, text: str) -> None:
        self.parts.append(f"<p>{escape(text)}</p>")

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
        return SitePage(self.path, self.title, body, body, tuple(self.toc), tuple(self.search), "Reference")


def _rule_pages() -> Iterator[SitePage]:
    """One page per family; one section per rule: why, basis, fix, a bad and a good example."""
    for family, words in families.items():
        sheet = _Sheet(f"rules-{family.lower()}.html", f"{family}: {words}")
        for rule in (rule for rule in catalogue() if rule.family == family):
            sheet.heading(rule.code, f"{rule.code} {rule.name}", rule.title)
            sheet.raw(f"<p><strong>{escape(rule.title)}</strong></p><p>{escape(_sentence(rule.why))}</p>"
                      f"<p>Fix: {escape(_sentence(rule.fix))}</p><p>Basis: {escape(rule.basis)}. Severity: {escape(_severity(rule))}.</p>")
            cases = case(rule.code)
            if cases is not None:
                sheet.raw(_example("Found", cases.bad[0]) + _example("Not found", cases.good[0]))
        yield sheet.done()


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _severity(rule: Rule) -> str:
    if rule.always_error:
        return "error at every stage"
    return ", ".join(f"{by_weight[rule.weight]} at {stage}" for stage, by_weight in SEVERITY.items())


def _example(kind: str, shown: Case) -> str:
    files = "".join(f"<p><code>{escape(name)}</code></p><pre><code>{escape(file.shown)}</code></pre>" for name, file in shown.files.items())
    return f"<details><summary>{kind}: {escape(shown.title)}</summary>{files}</details>"


def _records_page() -> SitePage:
    sheet = _Sheet("records.html", "Kinds of records")
    sheet.text("Every kind, its fields and what they mean, as the program reads them. All records may also carry retired, illustrative and notes.")
    for kind, cls in KINDS.items():
        inside = f", inside {cls.parent}" if cls.parent else ""
        sheet.heading(kind, f"{kind}{inside}", cls.plural)
        sheet.text((cls.__doc__ or "").split("\n\n")[0])
        docs = attribute_docs(cls)
        fields = [name for name in ready(cls).model_fields if name not in Record.model_fields]
        sheet.table((Column("Field", 20), Column("Needed to stand", 14), Column("Meaning", 60)),
                    [(name, "yes" if cls.model_fields[name].is_required() else "", docs.get(name, "")) for name in fields])
    return sheet.done()


def _annex_i_page(law: Law) -> SitePage:
    sheet = _Sheet("annex-i.html", "Annex I, the general safety and performance requirements")
    source = law.gspr_source
    sheet.text(f"Identifiers of {source.regulation}, text consolidated on {source.consolidated}, checked on {source.checked}. Topics are in our own words "
               "and are no substitute for the legal text.")
    sheet.table((Column("Citation", 14), Column("Role", 12), Column("Topic (own words)", 60), Column("Normally applies when", 30)),
                [(item.citation, item.role, item.topic, item.trigger or "") for item in law.gspr.values()])
    return sheet.done()


def _annex_points_page(law: Law) -> SitePage:
    sheet = _Sheet("annex-ii-iii.html", "Annex II and III, what the technical documentation must hold")
    sheet.table((Column("Point", 16), Column("Title (own words)", 30), Column("What must be there (own words)", 50), Column("Answered by records of kind", 30)),
                [(point.citation, point.title, point.needs, ", ".join(point.kinds) or "no kind yet")
                 for points in (law.annex_ii, law.annex_iii) for point in points.values()])
    return sheet.done()


def _standards_page(law: Law) -> SitePage:
    sheet = _Sheet("standards.html", "Standards")
    sheet.text("Dated data: edition, status and how sure it is. A status from a secondary source must be checked in the Official Journal before it is relied on.")
    rows: list[tuple[Cell, ...]] = []
    for id_ in law.standard_ids:
        standard = law.standard(id_)
        if standard is not None:
            rows.append((id_, standard.designation, standard.title, standard.status.replace("_", " "), standard.confidence, standard.checked, standard.reference))
    sheet.table((Column("Id", 16), Column("Designation", 30), Column("Subject", 30), Column("Status", 16), Column("Confidence", 12), Column("Checked on", 12), Column("Source", 40)), rows)
    return sheet.done()


def _clause_pages(law: Law) -> Iterator[SitePage]:
    for id_ in law.standard_ids:
        standard = law.standard(id_)
        if standard is None or not standard.clauses:
            continue
        sheet = _Sheet(f"standard-{id_}.html", f"Clauses of {standard.designation}")
        sheet.text(standard.clauses_note or "")
        sheet.table((Column("Clause", 10), Column("Title (own words)", 60), Column("Kind", 14), Column("Points into the risk file", 16)),
                    [(key, item.title, item.kind or "", "yes" if item.rm_hook else "") for key, item in standard.clauses.items()])
        yield sheet.done()


def _hazards_page(law: Law) -> SitePage:
    sheet = _Sheet("hazards.html", "Hazard taxonomy and library")
    taxonomy = law.hazard_categories
    sheet.table((Column("Category", 30), Column("Branch", 14), Column("Title", 40), Column("Meaning (own words)", 50)),
                [(id_, category.branch, category.title, category.text or "") for id_, category in taxonomy.categories.items()])
    sheet.heading("low-field-mri", "Typical hazards of low-field permanent-magnet MRI")
    sheet.table((Column("No.", 6), Column("Hazard", 34), Column("Hazardous situation", 34), Column("Harm", 20), Column("Usual measures", 50), Column("Evidence", 30)),
                [(number, h.title, h.situation, h.harm, "; ".join(f"{kind.replace('_', ' ')}: {text}" for kind, text in h.controls.items()), h.evidence or "")
                 for number, h in law.low_field_mri_hazards.hazards.items()])
    return sheet.done()
