"""Markdown to a tree of our own. The one home of markdown-it: no Markdown dialect is read twice.

The dialect: CommonMark without raw HTML, plus tables. Two marks of ours: a paragraph `::table NAME key=value`
is a `Marker` (a place where a renderer puts a table), and `[HS-014]` is a link to a record.
The writers of site, Word and Markdown each walk this tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    parts: Inlines


@dataclass(frozen=True, slots=True)
class Emphasis:
    parts: Inlines


@dataclass(frozen=True, slots=True)
class CodeText:
    text: str


@dataclass(frozen=True, slots=True)
class LineBreak:
    pass


@dataclass(frozen=True, slots=True)
class Link:
    """`target` is a URL, `#anchor` in the same document, `record:ID`, `page:ID` (a generated document), or `gap:` (missing)."""

    target: str
    parts: Inlines


Inline = Text | Strong | Emphasis | CodeText | LineBreak | Link
Inlines = tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    parts: Inlines
    number: str = ""
    """`4.2`, given to every heading below the title so that a citation can name the section in words."""
    anchor: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Paragraph:
    parts: Inlines


@dataclass(frozen=True, slots=True)
class ListBlock:
    ordered: bool
    items: tuple[Blocks, ...]
    start: int = 1


@dataclass(frozen=True, slots=True)
class Quote:
    blocks: Blocks


@dataclass(frozen=True, slots=True)
class CodeBlock:
    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Divider:
    pass


@dataclass(frozen=True, slots=True)
class Grid:
    """A small table typed in the text: rows of cells, the first row is the header."""

    header: tuple[Inlines, ...]
    rows: tuple[tuple[Inlines, ...], ...]


@dataclass(frozen=True, slots=True)
class Marker:
    """`::table risks view=cards`: a place to be filled by the renderer; `line` is the line of the template."""

    verb: str
    name: str
    options: tuple[tuple[str, str], ...] = ()
    line: int = 0


Block = Heading | Paragraph | ListBlock | Quote | CodeBlock | Divider | Grid | Marker
Blocks = tuple[Block, ...]

MARKER = re.compile(r"^::(\w+)(?:[ \t]+(\S+))?((?:[ \t]+\w+=\S+)*)[ \t]*$")
OPTION = re.compile(r"(?<!\w)(\w++)=(\S+)")
RECORD_LINK = re.compile(r"\[([A-Za-z][A-Za-z0-9_.:#()/-]*)\](?!\()")
NUMBERED = re.compile(r"(\d+(?:\.\d+)*)\.?(?:\s|$)")
SPECIAL = re.compile(r"([\\`*_{}\[\]<>#+!|~&-])")
ESCAPED = re.compile(r"\\(.)")
LINE_START = re.compile(r"(?m)^([^\S\n]*+)(\d++)([.)])(?=\s|$)|^([^\S\n]*+)([=:])")
DEEPEST = 20
"""Marks inside each other, such as bold in a link in italics. The parser bounds lists and quotations likewise."""


def parse(text: str) -> Blocks:
    """The tree of a whole document; headings carry their anchor, sections their number."""
    return _number(_blocks(_parser().parse(text)))


def parse_prose(text: str) -> Blocks:
    """The tree of a `Prose` field: no headings and no markers (they become paragraphs)."""
    if _is_plain(text):
        return (Paragraph((Text(text),)),)
    return tuple(_tame(block) for block in _blocks(_parser().parse(text)))


def escape(text: str) -> str:
    """Plain text that Markdown renders as itself."""
    escaped = SPECIAL.sub(r"\\\1", text)
    if "\n" in escaped or escaped[:1].isdigit() or escaped[:1] in "=: \t":
        escaped = LINE_START.sub(lambda m: f"{m[1]}{m[2]}\\{m[3]}" if m[2] else f"{m[4]}\\{m[5]}", escaped.strip())
    return escaped


def unescape(text: str) -> str:
    """The text that `escape` was given: a marker takes its words as they are."""
    return ESCAPED.sub(r"\1", text)


def plain(parts: Iterable[Inline]) -> str:
    """The text of inline parts without its marks."""
    words = []
    for part in parts:
        if isinstance(part, (Text, CodeText)):
            words.append(part.text)
        elif isinstance(part, LineBreak):
            words.append(" ")
        else:
            words.append(plain(part.parts))
    return "".join(words)


def plain_blocks(blocks: Iterable[Block]) -> str:
    """The text of blocks, one line per paragraph or list item; what a workbook cell shows."""
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, (Heading, Paragraph)):
            lines.append(plain(block.parts))
        elif isinstance(block, ListBlock):
            for index, item in enumerate(block.items, block.start):
                lead = f"{index}. " if block.ordered else "- "
                lines.append(lead + plain_blocks(item))
        elif isinstance(block, Quote):
            lines.append(plain_blocks(block.blocks))
        elif isinstance(block, CodeBlock):
            lines.append(block.text.rstrip("\n"))
        elif isinstance(block, Grid):
            lines += [" | ".join(plain(cell) for cell in row) for row in (block.header, *block.rows)]
    return "\n".join(lines)


def heading_places(text: str) -> dict[str, tuple[str, int]]:
    """How a place such as `EV-058#4.2` may name a section of a Markdown document: by its number, or by its slug."""
    places: dict[str, tuple[str, int]] = {}
    tokens = _parser(blocks_only=True).parse(text)
    for token, content in pairwise(tokens):
        if token.type == "heading_open":
            title = plain(_inlines(_parser().parseInline(content.content)[0].children or []))
            line = token.map[0] + 1 if token.map else 0
            number = section_number(title)
            if number:
                places.setdefault(number, (title, line))
            places.setdefault(slug(title), (title, line))
    return places


def section_number(title: str) -> str | None:
    """`4.2` of a heading `4.2 Results` that its author numbered."""
    number = NUMBERED.match(title)
    return number[1] if number else None


def mentions(text: str) -> list[str]:
    """Ids of the records that a prose text links to with `[ID]`."""
    return RECORD_LINK.findall(text) if "[" in text else []


def slug(text: str) -> str:
    """An anchor made of a heading: letters, digits and hyphens."""
    return re.sub(r"[^\w]+", "-", text.lower()).strip("-") or "section"


def _is_plain(text: str) -> bool:
    return "\n" not in text and not SPECIAL.search(text) and not LINE_START.search(text) and text[:1] not in " \t"


@cache
def _parser(*, blocks_only: bool = False) -> MarkdownIt:
    """The one dialect; with `blocks_only` what stands inside a paragraph is not looked at."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("text_join")
    return parser.disable("inline") if blocks_only else parser


def _tame(block: Block) -> Block:
    if isinstance(block, ListBlock):
        return ListBlock(block.ordered, tuple(tuple(map(_tame, item)) for item in block.items), block.start)
    if isinstance(block, Quote):
        return Quote(tuple(map(_tame, block.blocks)))
    if isinstance(block, Heading):
        return Paragraph((Strong(block.parts),))
    if isinstance(block, Marker):
        options = "".join(f" {key}={value}" for key, value in block.options)
        return Paragraph((Text(f"::{block.verb} {block.name}{options}"),))
    return block


def _number(blocks: Sequence[Block]) -> Blocks:
    counters = [0] * 7
    used: set[str] = set()
    last: dict[str, int] = {}
    numbered: list[Block] = []
    for block in blocks:
        if isinstance(block, Heading):
            number = ""
            if block.level > 1:
                counters[block.level] += 1
                counters[block.level + 1 :] = [0] * (6 - block.level)
                number = ".".join(str(max(c, 1)) for c in counters[2 : block.level + 1])
            anchor = base = slug(plain(block.parts))
            while anchor in used:
                last[base] = last.get(base, 1) + 1
                anchor = f"{base}-{last[base]}"
            used.add(anchor)
            block = Heading(block.level, block.parts, number, anchor, block.line)
        numbered.append(block)
    return tuple(numbered)


def _blocks(tokens: Sequence[Token]) -> Blocks:
    blocks, _ = _until(tokens, 0, None)
    return blocks


def _until(tokens: Sequence[Token], at: int, end: str | None) -> tuple[Blocks, int]:
    """Blocks from `at` up to the closing token `end`; gives the position behind it."""
    found: list[Block] = []
    while at < len(tokens) and tokens[at].type != end:
        token = tokens[at]
        line = token.map[0] + 1 if token.map else 0
        if token.type == "heading_open":
            found.append(Heading(int(token.tag[1]), _inlines(tokens[at + 1].children or []), line=line))
            at += 3
        elif token.type == "paragraph_open":
            content = tokens[at + 1].content
            marker = MARKER.match(content) if content.startswith("::") else None
            if marker:
                options = tuple((name, unescape(text)) for name, text in OPTION.findall(marker[3] or ""))
                found.append(Marker(marker[1], unescape(marker[2] or ""), options, line))
            else:
                found.append(Paragraph(_inlines(tokens[at + 1].children or [])))
            at += 3
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            block, at = _list(tokens, at)
            found.append(block)
        elif token.type == "blockquote_open":
            inner, at = _until(tokens, at + 1, "blockquote_close")
            found.append(Quote(inner))
        elif token.type == "table_open":
            grid, at = _grid(tokens, at)
            found.append(grid)
        else:
            if token.type in ("fence", "code_block"):
                found.append(CodeBlock(token.content, token.info.split(" ")[0] if token.info else ""))
            elif token.type == "hr":
                found.append(Divider())
            at += 1
    return tuple(found), at + 1


def _list(tokens: Sequence[Token], at: int) -> tuple[ListBlock, int]:
    ordered = tokens[at].type == "ordered_list_open"
    start = int(tokens[at].attrGet("start") or 1)
    close = "ordered_list_close" if ordered else "bullet_list_close"
    items: list[Blocks] = []
    at += 1
    while tokens[at].type != close:
        item, at = _until(tokens, at + 1, "list_item_close")
        items.append(item)
    return ListBlock(ordered, tuple(items), start), at + 1


def _grid(tokens: Sequence[Token], at: int) -> tuple[Grid, int]:
    rows: list[tuple[Inlines, ...]] = []
    cells: list[Inlines] = []
    while tokens[at].type != "table_close":
        if tokens[at].type == "tr_open":
            cells = []
        elif tokens[at].type == "inline":
            cells.append(_inlines(tokens[at].children or []))
        elif tokens[at].type == "tr_close":
            rows.append(tuple(cells))
        at += 1
    return Grid(rows[0], tuple(rows[1:])), at + 1


def _inlines(tokens: Sequence[Token]) -> Inlines:
    parts, _ = _inline_until(tokens if len(tokens) <= DEEPEST else list(_shallow(tokens)), 0, None)
    return parts


def _shallow(tokens: Sequence[Token]) -> Iterator[Token]:
    """Without the marks that stand inside too many others; their words stay."""
    depth = 0
    for token in tokens:
        depth += token.nesting == 1
        if token.nesting == 0 or depth <= DEEPEST:
            yield token
        depth -= token.nesting == -1


def _inline_until(tokens: Sequence[Token], at: int, end: str | None) -> tuple[Inlines, int]:
    parts: list[Inline] = []
    while at < len(tokens) and tokens[at].type != end:
        token = tokens[at]
        at += 1
        if token.type == "text":
            parts += _text(token.content)
        elif token.type == "text_special":  # an escaped character: never part of a link to a record
            parts.append(Text(token.content))
        elif token.type == "code_inline":
            parts.append(CodeText(token.content))
        elif token.type == "softbreak":
            parts.append(Text(" "))
        elif token.type == "hardbreak":
            parts.append(LineBreak())
        elif token.type == "strong_open":
            inner, at = _inline_until(tokens, at, "strong_close")
            parts.append(Strong(inner))
        elif token.type == "em_open":
            inner, at = _inline_until(tokens, at, "em_close")
            parts.append(Emphasis(inner))
        elif token.type == "link_open":
            inner, at = _inline_until(tokens, at, "link_close")
            parts.append(Link(str(token.attrGet("href") or ""), inner))
        elif token.type == "image":
            parts.append(Text(token.content))
    return tuple(parts), at + 1


def _text(content: str) -> list[Inline]:
    """Text with `[ID]` turned into links to records."""
    if "[" not in content:
        return [Text(content)] if content else []
    parts: list[Inline] = []
    last = 0
    for match in RECORD_LINK.finditer(content):
        if match.start() > last:
            parts.append(Text(content[last : match.start()]))
        parts.append(Link(f"record:{match[1]}", (Text(match[1]),)))
        last = match.end()
    if last < len(content):
        parts.append(Text(content[last:]))
    return parts
