"""What stands before the body: title, control block, approvals, change history and contents."""

from __future__ import annotations

from mdr_blueprint.render.documents import Document
from mdr_blueprint.tables import Table
from mdr_blueprint.tables.shapes import words
from mdr_blueprint.write.word.body import depth, heading_words, is_title
from mdr_blueprint.write.word.links import internal
from mdr_blueprint.write.word.markup import Look, field, paragraph, properties, run
from mdr_blueprint.write.word.tables import bare_table
from mdr_blueprint.write.word.text import Context

CONTENTS_DEPTH = 3


def front(document: Document, context: Context, width: int) -> str:
    """The first pages, on portrait paper `width` twentieths of a point wide."""
    titles = [heading for heading in document.headings if is_title(heading, document)]
    marks = "".join(context.links.mark(context.links.section(heading.anchor)) for heading in titles)
    about = " · ".join(filter(None, (control_value(document, "Technical file"), control_value(document, "Device"))))
    return "".join((
        paragraph(marks + run(document.title), "Title"),
        paragraph(run(about or document.id), "Subtitle"),
        *(_part(table, context, width) for table in (document.control, document.approvals, document.history)),
        contents(document, context, width),
    ))  # fmt: skip


def control_value(document: Document, item: str) -> str:
    """What the control block says under this name, empty where it says nothing."""
    return next((words(row.cells[1]) for row in document.control.rows if row.cells[0] == item), "")


def _part(table: Table, context: Context, width: int) -> str:
    content = bare_table(table, context, width) if table.rows else paragraph(run(table.empty))
    return paragraph(run(table.title), "FrontHeading") + content


def contents(document: Document, context: Context, width: int) -> str:
    """The contents list: number, title and page of each section, each line a link to it.

    No TOC field: within one, LibreOffice shows the stored page numbers, which nobody can know before the pages are laid out.
    Page fields outside of it are computed by LibreOffice and, as the template's settings ask for it, by Word on opening.
    """
    headings = [heading for heading in document.headings if not is_title(heading, document) and depth(heading) <= CONTENTS_DEPTH]
    if not headings:
        return ""
    tab = f'<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="{width}"/></w:tabs>'
    look = Look("ContentsLink")
    lines = [paragraph(run("Contents"), "FrontHeading")]
    for heading in headings:
        bookmark = context.links.section(heading.anchor)
        page = f"<w:r>{properties(look)}<w:tab/></w:r>" + field(f"PAGEREF {bookmark} \\h", look=look)
        words = run(heading_words(heading), look)
        lines.append(paragraph(f"{internal(bookmark)}{words}{page}</w:hyperlink>", f"TOC{depth(heading)}", tab))
    return "".join(lines)
