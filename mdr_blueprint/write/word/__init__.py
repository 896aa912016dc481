"""Write a document as a Word file: the same blocks and tables as the site, on paper."""

from __future__ import annotations

from mdr_blueprint.render.documents import Document
from mdr_blueprint.write.word.body import body
from mdr_blueprint.write.word.front import control_value, front
from mdr_blueprint.write.word.links import Links
from mdr_blueprint.write.word.parts import Package
from mdr_blueprint.write.word.sections import Paper
from mdr_blueprint.write.word.text import Context

__all__ = ["write_word"]


def write_word(document: Document, *, footer: str, template: bytes) -> bytes:
    """The bytes of the .docx; the same document gives the same bytes. `footer` stands on every page."""
    package = Package(template)
    context = Context(Links(document, package.relate), package.new_list)
    sections = [(Paper.PORTRAIT, front(document, context, package.text_widths[Paper.PORTRAIT]))]
    sections += body(document, context, package.text_widths)
    package.fill_furniture({
        "file": control_value(document, "Technical file") or document.id,
        "device": control_value(document, "Device"),
        "title": document.title,
        "footer": footer,
    })
    subject = " · ".join(filter(None, (control_value(document, "Document"), document.basis)))
    package.describe(document.title, subject, footer)
    return package.finish(sections)
