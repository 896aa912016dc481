"""Reference pages of the handbook on standards, their clauses and guidance, made from the library's data."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint import conditions
from mdr_blueprint.load.law import Law
from mdr_blueprint.model.library import ClauseFigure, ClauseItem, Standard
from mdr_blueprint.tables import Cell, Column
from mdr_blueprint.write.site.pages import SitePage
from mdr_blueprint.write.site.sheet import LAW_SECTION, Sheet, doubt, lines, note

CLAUSES = "Clauses of standards"
BOUNDS = {"at_most": "at most ", "at_least": "at least ", None: ""}


def standard_pages(law: Law) -> Iterator[SitePage]:
    """The register of standards, that of guidance, and one page for each standard whose clauses are held."""
    yield _standards_page(law)
    yield _guidance_page(law)
    for id_ in law.standard_ids:
        standard = law.standard(id_)
        if standard is not None and standard.clauses:
            yield _clause_page(standard, law)


def _standards_page(law: Law) -> SitePage:
    sheet = Sheet("standards.html", "Standards", LAW_SECTION)
    sheet.text(
        "Dated data: edition, status and how sure it is. A status from a secondary source must be checked in the Official "
        "Journal before it is relied on."
    )
    sheet.table(
        (
            Column("Id", 16),
            Column("Designation", 26),
            Column("Subject", 28),
            Column("Status and confidence", 16),
            Column("Called for when", 32),
            Column("Source, and when it was checked", 34),
        ),
        [
            (
                id_,
                lines((standard.designation, "" if standard.european == standard.designation else standard.european or "")),
                standard.title,
                lines((standard.status.replace("_", " "), standard.confidence)),
                "always" if standard.always else conditions.words(standard.when) if standard.when else "",
                f"{standard.checked}: {standard.reference}",
            )
            for id_ in law.standard_ids
            if (standard := law.standard(id_)) is not None
        ],
    )
    return sheet.done()


def _guidance_page(law: Law) -> SitePage:
    source = law.guidance.source
    sheet = Sheet("guidance.html", "Register of guidance", LAW_SECTION)
    note = f" {source.note[0].upper()}{source.note[1:]}." if source.note else ""
    sheet.text(f"As of {source.checked}: {source.reference or ''}.{note} Revision 0 is a first version without a number.")
    sheet.table(
        (
            Column("Id", 18),
            Column("Title (own words)", 42),
            Column("Newest revision known", 12),
            Column("Date", 12),
            Column("Earlier ones", 11),
            Column("Status", 11),
            Column("Confidence and note", 44),
        ),
        [
            (
                id_,
                document.title,
                document.revision or "",
                document.date or "",
                ", ".join(document.earlier),
                document.status,
                lines((document.confidence or "", document.note or "")),
            )
            for id_, document in law.guidance.documents.items()
        ],
    )
    return sheet.done()


def _clause_page(standard: Standard, law: Law) -> SitePage:
    sheet = Sheet(f"standard-{standard.id}.html", f"Clauses of {standard.designation}", CLAUSES)
    sheet.text(_state(standard))
    sheet.text(standard.clauses_note or "")
    clauses = standard.clauses
    base = law.standard(standard.base) if standard.base else None
    general = f"Changes in {base.designation.split(':')[0]}" if base else "Changes"
    columns: list[tuple[Column, dict[str, Cell]]] = [
        (Column("Clause", 10), {key: key for key in clauses}),
        (Column("Title (own words)", 46), {key: _title(item) for key, item in clauses.items()}),
        (Column("Kind", 12), {key: item.kind or "" for key, item in clauses.items()}),
        (Column(general, 16), {key: _change(item) for key, item in clauses.items()}),
        (Column("Editions", 12), {key: _editions(item) for key, item in clauses.items()}),
        (
            Column("Concerns a device when", 32),
            {key: conditions.words(item.when) if item.when else "" for key, item in clauses.items()},
        ),
        (Column("Measurement", 14), {key: (item.table or "").replace("_", " ") for key, item in clauses.items()}),
        (Column("Points into the risk file", 11), {key: "yes" if item.rm_hook else "" for key, item in clauses.items()}),
    ]
    shown = [(column, cells) for column, cells in columns if any(cells.values())]
    sheet.table(tuple(column for column, _ in shown), [tuple(cells[key] for _, cells in shown) for key in clauses])
    _hooks(sheet, clauses)
    _figures(sheet, clauses)
    return sheet.done()


def _state(standard: Standard) -> str:
    """Edition, date, and who held the clauses against the standard."""
    known = f" Editions known here: {', '.join(standard.editions)}." if len(standard.editions) > 1 else ""
    nobody = "nobody has compared the clauses with a licensed copy"
    who = f"compared with a licensed copy by {standard.checked_by}" if standard.checked_by else nobody
    return f"Edition {standard.edition}, checked on {standard.checked}; confidence {standard.confidence}; {who}.{known}"


def _title(item: ClauseItem) -> Cell:
    """With its doubts; those of a hook stand beside the hook."""
    return lines((item.title, doubt(item.confidence) if not item.rm_hook else "", note(item.note)))


def _change(item: ClauseItem) -> str:
    return f"{item.changes} {(item.mode or '').replace('_', ' ')}" if item.changes else ""


def _editions(item: ClauseItem) -> str:
    if item.since and item.until:
        return f"{item.since} to {item.until}"
    return f"since {item.since}" if item.since else f"until {item.until}" if item.until else ""


def _hooks(sheet: Sheet, clauses: dict[str, ClauseItem]) -> None:
    hooks = {key: item for key, item in clauses.items() if item.rm_hook}
    if not hooks:
        return
    sheet.heading("hooks", "What the risk file must show", "Clauses that point into the risk management file.")
    sheet.text(
        f"{len(hooks)} clauses point into the risk management file. What each asks there is said in our own words, with the "
        "clauses of ISO 14971 that it touches. *Confidence* tells how sure it is that the standard points there."
    )
    sheet.table(
        (
            Column("Clause", 10),
            Column("Title (own words)", 30),
            Column("What the risk file must show (own words)", 60),
            Column("ISO 14971", 20),
            Column("Confidence", 20),
        ),
        [
            (key, item.title, item.asks or "", ", ".join(item.steps), lines((item.confidence or "", item.note or "")))
            for key, item in hooks.items()
        ],
    )


def _figures(sheet: Sheet, clauses: dict[str, ClauseItem]) -> None:
    rows = [(key, *_figure(figure)) for key, item in clauses.items() for figure in item.figures]
    if not rows:
        return
    sheet.heading("figures", "Figures", "Limits and levels that clauses set.")
    sheet.text("For comparison with the limits in a report, never a source of them: a limit is taken from the bought standard.")
    sheet.table(
        (
            Column("Clause", 10),
            Column("Quantity", 44),
            Column("Figure", 18),
            Column("For", 36),
            Column("Editions", 16),
            Column("Confidence and note", 36),
        ),
        rows,
    )


def _figure(figure: ClauseFigure) -> tuple[Cell, ...]:
    unit = f" {figure.unit}" if figure.unit else ""
    where = (figure.part_type, figure.current, figure.condition)
    return (
        figure.quantity,
        f"{BOUNDS[figure.bound]}{figure.value}{unit}",
        ", ".join(words.replace("_", " ") for words in where if words),
        ", ".join(figure.editions) or "all",
        lines((figure.confidence or "", figure.note or "")),
    )
