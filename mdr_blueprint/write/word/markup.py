"""The few pieces of WordprocessingML that everything is made of, as text."""

from __future__ import annotations

import re
from typing import NamedTuple

ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
SPECIAL = re.compile(ILLEGAL.pattern[:-1] + "&<>\t\n\r]")
BEHIND_STYLE = re.compile(r"(<w:pStyle [^>]*/>)(?!<w:keepNext\b)")
BREAKS = {"\n": '</w:t><w:br/><w:t xml:space="preserve">', "\t": '</w:t><w:tab/><w:t xml:space="preserve">', "\r": ""}
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


class Look(NamedTuple):
    """How a run looks: a character style and what emphasis adds to it."""

    style: str = ""
    bold: bool = False
    italic: bool = False


PLAIN = Look()
LINK = Look("Hyperlink")
GAP = Look("Gap")


def clean(text: str) -> str:
    """Text without what XML cannot hold; such a character becomes U+FFFD."""
    return ILLEGAL.sub("\ufffd", text)


def run(text: str, look: Look = PLAIN) -> str:
    """A run of text; line breaks and tabs in it are kept."""
    if SPECIAL.search(text):
        text = SPECIAL.sub(lambda found: ENTITIES.get(found[0]) or BREAKS.get(found[0], "\ufffd"), text)
    return f'<w:r>{properties(look)}<w:t xml:space="preserve">{text}</w:t></w:r>'


def properties(look: Look) -> str:
    if look == PLAIN:
        return ""
    style = f'<w:rStyle w:val="{look.style}"/>' if look.style else ""
    return f"<w:rPr>{style}{'<w:b/>' if look.bold else ''}{'<w:i/>' if look.italic else ''}</w:rPr>"


def paragraph(content: str, style: str = "Normal", extra: str = "") -> str:
    """A paragraph; `extra` holds further properties, in the order of the schema."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{extra}</w:pPr>{content}</w:p>'


def kept(content: str) -> str:
    """Paragraphs that stay on the page of what follows them."""
    return BEHIND_STYLE.sub(r"\1<w:keepNext/>", content)


def field(instruction: str, result: str = "", look: Look = PLAIN) -> str:
    """A field with its stored result."""
    marks = properties(look)
    parts = [
        '<w:fldChar w:fldCharType="begin"/>',
        f'<w:instrText xml:space="preserve"> {instruction} </w:instrText>',
        '<w:fldChar w:fldCharType="separate"/>',
        f"<w:t>{result}</w:t>" if result else "",
        '<w:fldChar w:fldCharType="end"/>',
    ]
    return "".join(f"<w:r>{marks}{part}</w:r>" for part in parts if part)


SPACER = paragraph("", "SectionEnd", '<w:spacing w:before="0" w:after="160"/>')
"""Parts two tables, which would else be one, and keeps text away from a table."""
