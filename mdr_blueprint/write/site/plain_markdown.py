"""Token trees as plain Markdown that Python-Markdown reads: headings and text as Markdown, tables as HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable

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
from mdr_blueprint.write.site.html import Address, HtmlWriter
from mdr_blueprint.write.site.markup import NEWLINE, Markup, escape, inert, inert_quoted, relinked

SPECIAL = re.compile(r"([\\`*_{}\[\]#])")
EMPHASIS = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
"""A `_` that does not stand inside a word, and so would be a mark."""
BLANK = re.compile(r"\n(?=[ \t]*\n)")


class MarkdownWriter:
    """Writes for one page: `address` gives URLs as seen from there. Links and whatever Markdown cannot say are HTML."""

    def __init__(self, address: Address) -> None:
        self.html = HtmlWriter(address, inert, inert_quoted)

    def text(self, text: str) -> str:
        """Plain text that is shown as itself."""
        escaped = SPECIAL.sub(r"\\\1", escape(text)).replace("\n", " ")
        return re.sub(r"^(\s*)([-+]|\d+\.|:::|=)(?=\s|$)", r"\1\\\2", escaped)

    def heading(self, level: int, words: str, anchor: str) -> str:
        """A heading of words that are Markdown."""
        named = EMPHASIS.sub(r"\\_", anchor)
        return f"{'#' * level} {words} {{ #{named} }}"

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

    def html_block(self, html: Markup, outside: str) -> str:
        """HTML as a block of its own, which a blank line would end. `outside` leads to the files beside the site: another
        engine writes its site one folder deeper.
        """
        return BLANK.sub(NEWLINE, relinked(html, outside, f"{outside}../"))

    def blocks(self, blocks: Iterable[Block]) -> str:
        return "\n\n".join(self.block(block) for block in blocks)

    def block(self, block: Block) -> str:
        match block:
            case Heading(level, parts, number, anchor, _):
                shown = f"{number} " if number else ""
                return self.heading(level, f"{shown}{self.inlines(parts)}", anchor)
            case Paragraph(parts):
                return self.inlines(parts)
            case ListBlock(ordered, items, start):
                return "\n".join(self._item(f"{start + i}." if ordered else "-", item) for i, item in enumerate(items))
            case Quote(blocks):
                return "\n".join(f"> {line}" for line in self.blocks(blocks).split("\n"))
            case CodeBlock():  # one line: indented code would be text of a list above it, and its tags are looked for
                return self.html.block(block).replace("\n", NEWLINE)
            case _:
                return self.html.block(block)

    def _item(self, mark: str, blocks: Iterable[Block]) -> str:
        first, _, rest = self.blocks(blocks).partition("\n")
        lines = (
            [f"{mark:<3} {first}", *(f"    {line}" if line else "" for line in rest.split("\n"))]
            if rest
            else [f"{mark:<3} {first}"]
        )
        return "\n".join(lines)
