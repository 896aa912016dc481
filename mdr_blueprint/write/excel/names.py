"""Names of sheets: short and readable, and such as Excel takes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mdr_blueprint.write.excel.cells import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mdr_blueprint.tables import Table

CONTENTS = "Contents"
LONGEST = 31
FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]+")
EDITION = re.compile(r":\d{4}[\w:+-]*")  # of a standard; the title on the sheet keeps it
RESERVED = (CONTENTS, "History")  # Excel keeps "History" for itself

SHORT = {
    "gspr": "GSPR",
    "gspr_trace": "GSPR to evidence",
    "gspr_clause_trace": "GSPR to clause and verdict",
    "clauses": "Clauses",
    "rm_hooks": "Clauses to the risk file",
    "questionnaire": "Safety characteristics",
    "library_hazards": "Hazard libraries",
    "not_acceptable": "Not acceptable after control",
    "control_verification": "Verification of controls",
    "introduced": "What controls bring with them",
    "observations": "Information after production",
    "risk_requirements": "Annex I 1 to 9",
    "coverage": "Coverage of requirements",
    "level_trace": "Need to item by level",
    "results_by_revision": "Results by device revision",
    "delta_assessments": "Results of other revisions",
    "links": "Links of the file",
    "statements": "Label and IFU statements",
    "soup": "SOUP",
}
"""By the name of the table, where its title does not fit on a tab. What follows a comma in the title (a standard) is kept."""


def sheet_names(tables: Sequence[Table]) -> tuple[str, ...]:
    """A name for each table: at most 31 characters, unique whatever the case."""
    taken = {name.lower() for name in RESERVED}
    names = []
    for table in tables:
        wanted = name = _shorten(_wanted(table), LONGEST)
        attempt = 1
        while name.lower() in taken:
            attempt += 1
            ending = f" ({attempt})"
            name = _shorten(wanted, LONGEST - len(ending)) + ending
        taken.add(name.lower())
        names.append(name)
    return tuple(names)


def _wanted(table: Table) -> str:
    kind, _, option = table.name.partition("-")
    title = EDITION.sub("", clean(table.title))
    if kind in SHORT:
        title = f"{SHORT[kind]} {title.rpartition(', ')[2]}" if option else SHORT[kind]
    return " ".join(FORBIDDEN.sub(" ", title).split()).strip("' ") or "Table"


def _shorten(name: str, longest: int) -> str:
    """Cut between words where that leaves enough of the name."""
    if len(name) <= longest:
        return name
    head = name[: longest - 1]
    words = head.rpartition(" ")[0]
    return (words if len(words) > longest // 2 else head).rstrip(" ,;('") + "…"
