"""A team's own Word template: whether it can serve, and without what it serves.

What it holds goes into every document and so to everybody who opens one. It is read within limits, programs in it are refused,
and what would ask the network when a document is opened is taken out.
"""

from __future__ import annotations

import io
import posixpath
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit
from zipfile import BadZipFile, ZipFile

from docx.exceptions import PythonDocxError
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from lxml import etree

from mdr_blueprint.write.archive import pack
from mdr_blueprint.write.word.markup import paragraph
from mdr_blueprint.write.word.parts import Package, TemplateError
from mdr_blueprint.write.word.sections import Paper

MOST_BYTES, MOST_PARTS = 64 * 2**20, 2_000
"""Limits of what it unpacks to, and of its parts; a letterhead with pictures stays far below."""
PROGRAM = re.compile(r"vba|macroEnabled|activeX|customUI|extensibility|oleObject|aFChunk|relationships/package$", re.IGNORECASE)
"""Types of parts and relations that hold a program, or a document of another kind."""
FETCHING = re.compile(r"\s*(?:INCLUDE\w*|IMPORT|LINK|EMBED|DDE\w*|DATABASE|RD|MACROBUTTON)\b", re.IGNORECASE)
"""Fields that fetch something, or run it."""
MAIN = re.compile(r"wordprocessingml\.document\.main\+xml$")
NOTHING = ' QUOTE "" '
LINKS = frozenset({qn("w:hyperlink"), qn("a:hlinkClick"), qn("a:hlinkHover")})
PICTURES = (qn("w:drawing"), qn("w:pict"), qn("w:object"))
RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
VML = "{urn:schemas-microsoft-com:vml}"
OFFICE = "{urn:schemas-microsoft-com:office:office}"
OUTSIDE = ("src", f"{OFFICE}href", f"{OFFICE}althref")
"""Attributes by which a drawing of the older kind names a picture without a relation."""
BROKEN = (
    ArithmeticError, AttributeError, BadZipFile, LookupError, NotImplementedError, OSError, OpcError, PythonDocxError,
    RuntimeError, TypeError, ValueError, etree.LxmlError, zlib.error,
)  # fmt: skip
"""What a file that is no Word file makes the libraries raise."""

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml has no other name for it
Trees = dict[str, Element]


@dataclass(frozen=True)
class Template:
    """A template that serves."""

    data: bytes
    removed: tuple[str, ...] = ()
    """What was taken out because it asks for something outside when a document is opened."""


def read_template(data: bytes) -> Template | str:
    """The template in a file, tried; or why it cannot serve, in words that follow on its name."""
    try:
        return _read(data)
    except TemplateError as error:
        return str(error)
    except BROKEN as error:
        return f"is no Word file: {str(error) or type(error).__name__}"


def _read(data: bytes) -> Template:
    parts = _unpack(data)
    trees = {name: _parse(name, content) for name, content in parts.items() if name.endswith((".xml", ".rels"))}
    _refuse_programs(trees)
    removed = tuple(dict.fromkeys(words for name in sorted(trees) for words in _without(name, trees)))
    if removed:
        data = pack(parts | {name: _written(root) for name, root in trees.items()})
    _try(data)
    return Template(data, removed)


def _written(root: Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _unpack(data: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(data)) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if len(entries) > MOST_PARTS or sum(entry.file_size for entry in entries) > MOST_BYTES:
            raise TemplateError(f"unpacks to more than {MOST_BYTES // 2**20} MB or {MOST_PARTS:,} parts")
        return {entry.filename: archive.read(entry) for entry in entries}


def _parse(name: str, content: bytes) -> Element:
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise TemplateError(f"is no Word file: {name}: {error.msg}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise TemplateError(f"holds a document type declaration, which no Word file needs: {name}")
    return root


def _refuse_programs(trees: Trees) -> None:
    kinds = [element.get("ContentType", "") for element in trees["[Content_Types].xml"].iter() if element.get("PartName")]
    if not any(map(MAIN.search, kinds)) and not any(map(PROGRAM.search, kinds)):
        raise TemplateError("is no Word document of the kind .docx")
    for name, root in trees.items():
        types = [element.get("ContentType") or element.get("Type") or "" for element in root.iter()] if _is_index(name) else []
        found = next((type_ for type_ in types if PROGRAM.search(type_)), None)
        if found:
            raise TemplateError(f"holds a macro, an embedded object or a part of another document ({found.rpartition('/')[2]})")


def _is_index(name: str) -> bool:
    return name == "[Content_Types].xml" or name.endswith(".rels")


def _try(data: bytes) -> None:
    """Make a document of it that says nothing."""
    package = Package(data)
    package.fill_furniture({})
    package.describe("", "", "")
    package.finish([(paper, paragraph("")) for paper in Paper])


def _without(name: str, trees: Trees) -> Iterator[str]:
    """Take out of a part what asks for something outside; tells what it was."""
    if name.endswith(".rels"):
        folder, file = posixpath.split(name)
        source = trees.get(posixpath.join(posixpath.dirname(folder), file.removesuffix(".rels")))
        for relation in [found for found in trees[name].iter(RELATION) if found.get("TargetMode") == "External"]:
            users = [] if source is None else list(_users(source, relation.get("Id", "")))
            if relation.get("Type") != RELATIONSHIP_TYPE.HYPERLINK or any(user.tag not in LINKS for user in users):
                _remove(relation)
                for user in users:
                    _remove(next(user.iterancestors(*PICTURES), user))
                yield f"{relation.get('Type', '').rpartition('/')[2]} {relation.get('Target')}"
    else:
        yield from _without_fields(trees[name])
        for element in trees[name].iter(f"{VML}*"):
            for attribute in OUTSIDE:
                target = element.get(attribute, "")
                if urlsplit(target).scheme:
                    del element.attrib[attribute]
                    yield f"picture {target}"


def _users(source: Element, id_: str) -> Iterator[Element]:
    """The elements that name a relation."""
    namespace = qn("r:id").removesuffix("id")
    for element in source.iter():
        if any(value == id_ and str(name).startswith(namespace) for name, value in element.attrib.items()):
            yield element


def _remove(element: Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _without_fields(root: Element) -> Iterator[str]:
    """A field that fetches something says nothing instead; its stored result stays."""
    for simple in root.iter(qn("w:fldSimple")):
        if FETCHING.match(simple.get(qn("w:instr"), "")):
            yield f"field {' '.join(simple.get(qn('w:instr'), '').split())}"
            simple.set(qn("w:instr"), NOTHING)
    open_: list[list[Element]] = []
    for element in root.iter(qn("w:fldChar"), qn("w:instrText")):
        if element.tag == qn("w:instrText"):
            if open_:
                open_[-1].append(element)
        elif element.get(qn("w:fldCharType")) == "begin":
            open_.append([])
        elif element.get(qn("w:fldCharType")) == "end" and open_:
            pieces = open_.pop()
            words = "".join(piece.text or "" for piece in pieces)
            if FETCHING.match(words):
                for piece in pieces:
                    piece.text = ""
                pieces[0].text = NOTHING
                yield f"field {' '.join(words.split())}"
