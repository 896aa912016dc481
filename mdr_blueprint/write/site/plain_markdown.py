"""Token trees as plain Markdown that Python-Markdown reads: headings and text as Markdown, tables as HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from mdr_blueprint.markdown import (
    Block,
    CodeBlock,
    CodeText,
    Emphasis,
    Heading,
    Inline,
    LineBreak,
    Link,
    ListBlock,
    Paragraph,
    Quote,
    Strong,
    Text,
)
from mdr_blueprint.write.site.html import HtmlWriter

SPECIAL = re.compile(r"([\\`*_{}\[\]#])")


class MarkdownWriter:
    """Writes for one page; links and whatever Markdown cannot say come from the HTML writer of that page."""

    def __init__(self, html: HtmlWriter) -> None:
        self.html = html

    def text(self, text: str) -> str:
        """Plain text that is shown as itself."""
        escaped = SPECIAL.sub(r"\\\1", escape(text, quote=False)).replace("\n", " ")
        return re.sub(r"^(\s*)([-+]|\d+\.|:::|=)(?=\s|$)", r"\1\\\2", escaped)

    def inlines(self, parts: Iterable[Inline]) -> str:
        return "".join(self._inline(part) for part in parts)

    def _inline(self, part: Inline) -> str:
        match part:
            case Text(text):
                return self.text(text)
            case Strong(parts):
                return f"**{self.inlines(parts)}**"
            case Emphasis(parts):
                return f"*{self.inlines(parts)}*"
            case CodeText() | Link() | LineBreak():
                return self.html.inlines((part,))

    def block(self, block: Block) -> str:
        match block:
            case Heading(level, parts, number, anchor, _):
                shown = f"{number} " if number else ""
                return f"{'#' * level} {shown}{self.inlines(parts)} {{ #{anchor} }}"
            case Paragraph(parts):
                return self.inlines(parts)
            case ListBlock(ordered, items, start):
                return "\n".join(self._item(f"{start + i}." if ordered else "-", item) for i, item in enumerate(items))
            case Quote(blocks):
                text = "\n\n".join(self.block(inner) for inner in blocks)
                return "\n".join(f"> {line}" for line in text.split("\n"))
            case CodeBlock(text, _):
                return "\n".join(f"    {line}" for line in text.rstrip("\n").split("\n"))
            case _:
                return self.html.block(block)

    def _item(self, mark: str, blocks: Iterable[Block]) -> str:
        text = "\n\n".join(self.block(block) for block in blocks)
        first, _, rest = text.partition("\n")
        lines = (
            [f"{mark:<3} {first}", *(f"    {line}" if line else "" for line in rest.split("\n"))]
            if rest
            else [f"{mark:<3} {first}"]
        )
        return "\n".join(lines)
