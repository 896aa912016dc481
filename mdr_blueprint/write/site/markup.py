"""The one place where text becomes HTML: a plain `str` is text and is escaped, a `Markup` stands as it is.

No other module of the site writes a tag or makes a `Markup`; a test reads the source for it. The escape is that of the standard
library, for it is made a million times in a large file; the type that carries it on is that of markupsafe.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable
from functools import partial

from markupsafe import Markup

__all__ = [
    "BREAK", "NEWLINE", "NOTHING", "Markup", "element", "elements", "escape", "inert", "inert_quoted", "labelled", "link",
    "quoted", "relinked", "together", "void",
]  # fmt: skip

IN_TEXT = re.compile(r"[\\`*_{}\[\]!]")
IN_TAG = re.compile(r"[\\`{}\[\]!]")
Value = str | int | bool | None

_markup: Callable[[str], Markup] = partial(str.__new__, Markup)
"""What `Markup` does with a text that is HTML already, without asking it first: of a hundred thousand links one notices."""


def element(tag: str, *content: str, **attributes: Value) -> Markup:
    """`<tag>content</tag>`. An attribute is spelled `data_rows` for `data-rows` and `class_` for `class`; None and
    False leave it out, True is `open` without a value.
    """
    opening = f"<{tag}{_written(attributes)}>" if attributes else f"<{tag}>"
    return _markup("".join((opening, *_texts(content), f"</{tag}>")))


def elements(tag: str, items: Iterable[str]) -> Markup:
    """Each item in an element of its own, such as the cells of a row."""
    parts = _texts(items)
    return _markup(f"<{tag}>{f'</{tag}><{tag}>'.join(parts)}</{tag}>") if parts else NOTHING


def void(tag: str, **attributes: Value) -> Markup:
    """`<tag>`, for what has no content."""
    return _markup(f"<{tag}{_written(attributes)}>")


def link(url: str, words: str, rest: str = "") -> Markup:
    """The commonest element of all; `rest` stands behind it."""
    return _markup("".join(('<a href="', _attribute(url), '">', _text(words), "</a>", _text(rest))))


def relinked(html: Markup, start: str, new: str) -> Markup:
    """HTML whose links that begin with `start` begin with `new`; no text of a record looks like one."""
    return _markup(str.replace(html, f'<a href="{quoted(start)}', f'<a href="{quoted(new)}'))


def labelled(rows: Iterable[tuple[str, str]]) -> Markup:
    """Rows of a table, each a label and its value."""
    return _markup("".join(["".join(("<tr><th>", _text(name), "</th><td>", _text(value), "</td></tr>")) for name, value in rows]))


def together(parts: Iterable[str], between: str = "") -> Markup:
    """Parts one after the other."""
    return _markup(str.join(_text(between), _texts(parts)))


def escape(text: str) -> Markup:
    """Text between tags."""
    return text if type(text) is Markup else _markup(html.escape(text, False))


def quoted(text: str) -> Markup:
    """Text that may stand in an attribute, too."""
    return _markup(_attribute(text))


def inert(text: str) -> Markup:
    """Text in HTML that stands inside Markdown, which reads on between two tags."""
    return _markup(IN_TEXT.sub(_by_number, escape(text)))


def inert_quoted(text: str) -> Markup:
    """The same in an attribute: what Markdown would read before it sees the tag."""
    return _markup(IN_TAG.sub(_by_number, quoted(text)))


def _by_number(sign: re.Match[str]) -> str:
    return f"&#{ord(sign[0])};"


def _text(part: str) -> str:
    return part if type(part) is Markup else html.escape(part, False) if part else ""


def _texts(parts: Iterable[str]) -> list[str]:
    return [part if type(part) is Markup else html.escape(part, False) for part in parts]


def _attribute(value: str) -> str:
    return value if type(value) is Markup else html.escape(value)


def _written(attributes: dict[str, Value]) -> str:
    written = ""
    for name, value in attributes.items():
        if value is not None and value is not False:
            spelled = name.rstrip("_").replace("_", "-")
            said = value if isinstance(value, str) else str(value)
            written += f" {spelled}" if value is True else f' {spelled}="{_attribute(said)}"'
    return written


BREAK = void("br")
NOTHING = Markup()
NEWLINE = Markup("&#10;")
