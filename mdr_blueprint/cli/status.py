"""`mdr status`: how far the technical file is."""

from __future__ import annotations

import json

from mdr_blueprint.cli.arguments import HERE, AsOf, Folder, TextOrJson, day
from mdr_blueprint.cli.terminal import bold, patience, say


def status(folder: Folder = HERE, form: TextOrJson = "text", as_of: AsOf = None) -> None:
    """Show how complete the file is, per point of Annex II and III, per document and per matrix.

    A point is complete when every kind of record it asks for is there, or the document that answers it is approved, and no
    finding on these is open. One that the facts of the device rule out is not applicable.

    For example:
      mdr status
      mdr status device_example --format json
    """
    from mdr_blueprint.pipeline import present_project
    from mdr_blueprint.tables.shapes import words
    from mdr_blueprint.tables.states import STATES

    with patience("reading the file"):
        presentation = present_project(folder, as_of=day(as_of))
    tables = presentation.tables
    readiness, counts = tables.get("readiness"), tables.get("readiness_counts")
    documents = [(d.title, d.version or "no version", d.status, _gaps_of(d.blocks)) for d in presentation.documents]
    matrices = [(table.title, len(table.rows), table.gaps) for table in tables.sheets()]
    if form == "json":
        point_keys = ("point", "title", "state", "records", "open_findings", "answered_by")
        count_keys = ("part", "points", *(word.replace(" ", "_") for word in STATES))
        say(json.dumps({
            "points": [dict(zip(point_keys, map(words, row.cells), strict=True)) for row in readiness.rows],
            "parts": [dict(zip(count_keys, map(words, row.cells), strict=True)) for row in counts.rows],
            "documents": [dict(zip(("title", "version", "status", "gaps"), d, strict=True)) for d in documents],
            "matrices": [dict(zip(("title", "rows", "gaps"), m, strict=True)) for m in matrices],
            "findings": presentation.report.summary(),
        }, ensure_ascii=False, indent=2) + "\n", exact=True)
        return
    points = [tuple(map(words, row.cells[:5])) for row in readiness.rows]
    parts = [tuple(map(words, row.cells)) for row in counts.rows]
    lines = [
        bold("Annex II and III"), *_columns(parts, ("", "points", *STATES)), "",
        bold("Point by point"), *_columns(points, ("point", "", "state", "records", "open")), "",
        bold("Documents"), *_columns([tuple(map(str, d)) for d in documents], ("document", "version", "status", "gaps")), "",
        bold("Matrices"), *_columns([tuple(map(str, m)) for m in matrices], ("matrix", "rows", "gaps")), "",
        f"Findings: {presentation.report.summary()}",
    ]
    say("\n".join(lines) + "\n")


def _gaps_of(blocks: tuple[object, ...]) -> int:
    """Rows with a gap in the tables of a document."""
    from mdr_blueprint.render import TableBlock

    return sum({block.table.name: block.table.gaps for block in blocks if isinstance(block, TableBlock)}.values())


def _columns(rows: list[tuple[str, ...]], head: tuple[str, ...]) -> list[str]:
    """Rows as aligned columns; a long text is cut so that a row stays a line."""
    cut = [tuple(cell if len(cell) <= 58 else cell[:55] + "..." for cell in row) for row in (head, *rows)]
    widths = [max(len(row[i]) for row in cut) for i in range(len(head))]
    return ["  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cut]
