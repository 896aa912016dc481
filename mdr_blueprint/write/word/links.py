"""Bookmarks and links: to a record of this document, to a section of it, to the web; or none, and plain text."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from urllib.parse import quote, unquote, urlsplit

from mdr_blueprint.render.documents import Document, TableBlock

SCHEMES = ("http", "https", "mailto")
URL_SIGNS = "%/:=&?~#+!$,;'@()*[]"


class Links:
    """The places of one document and what points to them. `relate` gives the id of an external relation."""

    def __init__(self, document: Document, relate: Callable[[str], str]) -> None:
        self._relate = relate
        self._sections = {heading.anchor: bookmark_name("sec", heading.anchor) for heading in document.headings}
        tables, trees = _subjects(document)
        self._unclaimed = {subject: bookmark_name("rec", subject) for subject in tables}
        self._records = {subject: bookmark_name("rec", subject) for subject in (*tables, *trees)}
        self._in_trees = {subject: name for subject, name in self._records.items() if subject not in self._unclaimed}
        self._placed = 0

    def section(self, anchor: str) -> str:
        """The bookmark of a heading."""
        return self._sections[anchor]

    def claim(self, subject: str | None) -> str | None:
        """The bookmark of a record, given to the first row about it and to no other."""
        return self._unclaimed.pop(subject, None) if subject else None

    def claim_in_tree(self, subject: str | None) -> str | None:
        """The bookmark of a record that no row of a table is about, given to the first branch that ends a row about it."""
        return self._in_trees.pop(subject, None) if subject else None

    def mark(self, name: str, content: str = "") -> str:
        """The bookmark `name` around some content."""
        self._placed += 1
        return f'<w:bookmarkStart w:id="{self._placed}" w:name="{name}"/>{content}<w:bookmarkEnd w:id="{self._placed}"/>'

    def record(self, id_: str) -> str | None:
        """The bookmark of a record that has a row in this document; `EV-023#4.2` leads to the row of EV-023."""
        return self._records.get(id_) or self._records.get(id_.partition("#")[0])

    def opening(self, target: str) -> str | None:
        """The opening tag of a link, or None where the target is not to be found in this document or on the web."""
        if target.startswith("record:"):
            name = self.record(unquote(target[7:]))
        elif target.startswith("#"):
            name = self._sections.get(unquote(target[1:]))
        else:
            url = web_address(target)
            return f'<w:hyperlink r:id="{self._relate(url)}" w:history="1">' if url else None
        return internal(name) if name else None


def internal(name: str) -> str:
    return f'<w:hyperlink w:anchor="{name}" w:history="1">'


def bookmark_name(kind: str, key: str) -> str:
    """A name Word accepts: letters, digits and underscores, at most 40, and no two keys with the same."""
    return f"{kind}_{re.sub(r'[^A-Za-z0-9]+', '_', key)[:24]}_{sha256(key.encode('utf-8', 'replace')).hexdigest()[:10]}"


def web_address(target: str) -> str | None:
    """The target as a URL that Word opens (it refuses a whole file for one bad address), or None."""
    url = quote(target, safe=URL_SIGNS, errors="replace")
    try:
        parts = urlsplit(url)
        known = parts.scheme in SCHEMES and bool(parts.netloc if parts.scheme != "mailto" else parts.path)
        _ = parts.port
    except ValueError:
        return None
    return url if known else None


def _subjects(document: Document) -> tuple[list[str], list[str]]:
    """The records that the rows of the tables are about, and those of the trees."""
    blocks = [block for block in document.blocks if isinstance(block, TableBlock)]
    tables = [document.control, *(block.table for block in blocks if block.view != "tree")]
    trees = [block.table for block in blocks if block.view == "tree"]
    shown = [row for table in trees for row in table.rows if any(cell != "" for cell in row.cells)]
    every = [row for table in tables for row in table.rows]
    return [row.subject for row in every if row.subject], [row.subject for row in shown if row.subject]
