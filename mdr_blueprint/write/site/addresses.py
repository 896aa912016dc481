"""Where everything stands on the site. The page of a record follows from its kind and id alone, so its address never changes."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from urllib.parse import quote

from mdr_blueprint.load import Dossier, Entry
from mdr_blueprint.model import KINDS, Evidence, Record
from mdr_blueprint.source import Inventory
from mdr_blueprint.write.site.markup import Markup, quoted

NOT_IN_ANCHOR = re.compile(r"[^\w().-]")
FIRST_NUMBER = re.compile(r"(.*?)(\d+)")
RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10)), "index"}
)
"""Names that Windows keeps for itself, whatever follows after a dot; `index` is the register."""
MAX_NAME = 80
"""Longest name of a page, so that a long id makes no file name that a system refuses."""
BASICS = "records/basics.html"


def page_of(cls: type[Record], id_: str) -> str:
    """`records/controls/rc-0.html`: a hundred consecutive numbers share a page."""
    if cls.keys == "single":
        return BASICS
    if cls.keys == "gspr":
        name = id_[5:].split(".")[0].split("(")[0]
    elif cls.keys == "clause":
        standard, _, clause = id_.partition("#")
        name = f"{standard}-{clause.split('.')[0]}"
    else:
        name = _bucket(id_.removeprefix("document:"))
    return f"records/{cls.kind_name}/{file_name(name)}.html"


def file_name(words: str) -> str:
    """A name that every file system holds; a hash keeps apart what is the same up to where it is cut."""
    name = re.sub(r"[^a-z0-9_.-]", "-", words.lower()).rstrip(".")
    if len(name) > MAX_NAME:
        name = f"{name[: MAX_NAME - 13]}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
    first, dot, rest = name.partition(".")
    return f"{first}_{dot}{rest}" if first in RESERVED else name


def _bucket(id_: str) -> str:
    """What ids of one page have in common: all before the last two digits of the first number, else the first segment."""
    match = FIRST_NUMBER.match(id_)
    head = match[1] + match[2][:-2] if match else re.split(r"[-_.]", id_)[0]
    return head.rstrip("-_.") or id_


def anchor_of(id_: str) -> str:
    """The `id` attribute of a record's heading. A malformed key has one too, and themes put it into links as it is."""
    return NOT_IN_ANCHOR.sub("-", id_)


def register_of(kind: str) -> str:
    """The page that lists all records of a kind."""
    return BASICS if KINDS[kind].keys == "single" else f"records/{kind}/index.html"


@dataclass
class Addresses:
    """URLs of records, relative to a page of the site; `page:ID` is a generated document."""

    dossier: Dossier
    inventory: Inventory
    documents: frozenset[str] = frozenset()
    """Ids of the generated documents that have a page."""
    _pages: dict[str, str] = field(default_factory=dict)
    _seen: dict[tuple[str, int], Markup] = field(default_factory=dict)
    """By id and depth."""

    def url(self, id_: str, depth: int, place: str | None = None) -> str | None:
        """Address of a record as seen from a page `depth` folders deep; None for what is no record of the project."""
        if place is not None:
            section = self._section(id_, place)
            if section:
                return "../" * depth + section
        if id_.startswith("page:"):
            return f"{'../' * depth}documents/{quote(id_[5:])}.html" if id_[5:] in self.documents else None
        if (id_, depth) not in self._seen:
            if id_ not in self._pages:
                entry = self.dossier.entries.get(id_)
                if entry is None:
                    return None
                self._pages[id_] = f"{page_of(entry.cls, id_)}#{quote(anchor_of(id_), safe='()')}"
            self._seen[id_, depth] = quoted("../" * depth + self._pages[id_])
        return self._seen[id_, depth]

    def _section(self, id_: str, place: str) -> str | None:
        entry = self.dossier.get(id_, Evidence)
        page = self.evidence_page(entry) if entry else None
        return f"{page}#{quote(section_anchor(place))}" if page else None

    def evidence_page(self, entry: Entry[Evidence]) -> str | None:
        """The page of an evidence document that is a Markdown file of the project."""
        path = entry.record.path
        if path is None or path not in self.inventory or not path.lower().endswith(".md"):
            return None
        return f"evidence/{file_name(entry.id)}.html"


def section_anchor(place: str) -> str:
    """Anchor of a section of an evidence document, by the number its heading carries."""
    return f"section-{place}" if place[:1].isdigit() else place
