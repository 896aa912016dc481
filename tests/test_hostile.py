"""No text and no id acts, whatever it holds: the outputs of a hostile project are made of what those of a harmless one are."""

from __future__ import annotations

import ast
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import hostile
import openpyxl
import pytest
from lxml import etree, html
from projects import ROOT, commit, git

from mdr_blueprint.model import KINDS, ready
from mdr_blueprint.pipeline import Built, build

SITE = ROOT / "mdr_blueprint" / "write" / "site"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TEXT = re.compile(r"^<class 'str'>|Annotated\[str\b(?!.*0-9a-f)")
"""A type that takes a text."""
RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


@dataclass(frozen=True)
class Pair:
    """The same project twice, with harmless words and with hostile ones."""

    harmless: Built
    hostile: Built
    fields: frozenset[str]
    """Names of the fields that hold the words."""


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> Pair:
    made = []
    for is_hostile in (False, True):
        folder = tmp_path_factory.mktemp("pair") / "device"
        named = hostile.write(folder, hostile.Words(hostile=is_hostile))
        commit(folder)
        words = hostile.Words(hostile=is_hostile)
        git(folder, "commit", "--quiet", "--allow-empty", "--author", f"{words.text().translate(dict.fromkeys(map(ord, '<>')))} <a@example.org>", "-m", words.text())
        made.append(build(folder))
    return Pair(*made, frozenset(named))


def test_the_project_fills_every_text_of_every_kind(pair):
    entries = pair.hostile.presentation.compilation.dossier.entries.values()
    assert all(entry.whole for entry in entries)
    assert {entry.cls for entry in entries} == set(KINDS.values())
    texts = {f"{cls.__name__}.{name}" for cls in KINDS.values() for name, about in ready(cls).model_fields.items() if TEXT.search(repr(about.annotation))}
    assert len(texts) > 150
    assert texts - pair.fields == set()
    report = pair.hostile.report
    assert any("<img" in (finding.waived or "") for finding in report.findings), "a waiver whose id is hostile waives something"
    assert {"<img" in finding.message for finding in report.findings} == {True, False}


# The site


def shapes(built: Built) -> frozenset[tuple[str, tuple[str, ...]]]:
    """What the pages are made of: tags with the names of their attributes."""
    return frozenset((element.tag, tuple(sorted(element.attrib))) for page in pages(built) for element in elements(page))


def pages(built: Built) -> list[Path]:
    return sorted((built.output / "site").rglob("*.html"))


@cache
def elements(page: Path) -> list[html.HtmlElement]:
    return [element for element in html.fromstring(page.read_bytes()).iter() if isinstance(element.tag, str)]


def built_by_another(built: Built) -> list[Path]:
    """The pages that MkDocs makes of the Markdown ones."""
    source = built.output / "site_source"
    quiet = {"DISABLE_MKDOCS_2_WARNING": "true", "NO_MKDOCS_2_WARNING": "1"}
    run = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--config-file", str(source / "mkdocs.yml")]
    subprocess.run(run, check=True, capture_output=True, env=os.environ | quiet)
    return sorted((source / "site").rglob("*.html"))


def acting(element: html.HtmlElement) -> list[str]:
    """What of an element would act, or lead to where nobody pointed."""
    found = [name for name in element.attrib if name.startswith("on") or name in ("srcdoc", "formaction", "http-equiv")]
    targets = [element.get(name, "") for name in ("href", "src", "action", "data")]
    return found + [target for target in targets if urlsplit(target).scheme not in ("", "http", "https", "mailto") and target != "javascript:void(0)"]


@pytest.mark.verifies("REQ-OUT-01")
def test_pages_of_a_hostile_project_are_made_of_what_harmless_ones_are(pair):
    assert len(pages(pair.hostile)) == len(pages(pair.harmless)) > 100
    assert shapes(pair.hostile) - shapes(pair.harmless) == set()
    for page in pages(pair.hostile):
        assert [(page.name, found) for element in elements(page) for found in acting(element)] == []


@pytest.mark.verifies("REQ-OUT-01")
def test_scripts_styles_and_classes_are_those_of_a_harmless_project(pair):
    def kept(built: Built, what: str) -> set[str]:
        return {str(value) for page in pages(built) for value in elements(page)[0].getroottree().xpath(what)}

    for what in ("//script[not(@id='__config')]/text()", "//style/text()", "//*/@class", "//script/@src", "//link/@rel", "//meta/@name"):
        assert kept(pair.hostile, what) - kept(pair.harmless, what) == set(), what
    for page in pages(pair.hostile):
        (settings,) = (element for element in elements(page) if element.get("id") == "__config")
        assert set(json.loads(settings.text)) == set(json.loads(next(e.text for e in elements(pages(pair.harmless)[0]) if e.get("id") == "__config")))


@pytest.mark.verifies("REQ-OUT-01")
def test_the_search_shows_no_tag(pair):
    entries = json.loads((pair.hostile.output / "site" / "search" / "search_index.json").read_text("utf-8"))["docs"]
    said = [text for entry in entries for text in (entry["title"], entry["text"], *entry.get("tags", ()))]
    assert [text for text in said if "<" in text] == []
    assert any("&lt;img src=x" in text for text in said)


@pytest.mark.verifies("REQ-OUT-01")
def test_pages_for_other_engines_are_made_of_what_harmless_ones_are(pair):
    def shapes(pages: list[Path]) -> set[tuple[str, tuple[str, ...]]]:
        return {(element.tag, tuple(sorted(element.attrib))) for page in pages for element in elements(page)}

    theirs = built_by_another(pair.hostile)
    assert len(theirs) > len(pages(pair.hostile))
    assert shapes(theirs) - shapes(built_by_another(pair.harmless)) == set()
    assert [(page.name, found) for page in theirs for element in elements(page) for found in acting(element)] == []


def test_html_in_a_markdown_page_holds_no_blank_line(pair):
    """It would end the HTML for some engines, which would read on as Markdown."""
    for path in (pair.hostile.output / "site_source" / "docs").rglob("*.md"):
        for block in re.split(r"\n[ \t]*\n", path.read_text("utf-8")):
            if block.startswith(("<div", "<table", "<details")):
                assert block.rstrip().endswith((">", "-->")), (path, block[-80:])
                assert block.count("<table") == block.count("</table>"), path


# Word, Excel


def test_word_files_hold_no_field_and_no_relation_but_ours(pair):
    def instructions(built: Built) -> set[str]:
        return {"".join(e.itertext()).split()[0] for data in documents(built) for part in parts(data) if part.endswith(".xml") for e in parse(data, part).iter(f"{W}instrText")}

    assert instructions(pair.hostile) == instructions(pair.harmless)
    for data in documents(pair.hostile):
        for part in parts(data):
            if part.endswith(".rels"):
                outside = [r for r in parse(data, part).iter(RELATION) if r.get("TargetMode") == "External"]
                assert [r.get("Type") for r in outside if not r.get("Type").endswith("/hyperlink")] == []
                assert [r.get("Target") for r in outside if urlsplit(r.get("Target")).scheme not in ("http", "https", "mailto")] == []


def test_no_cell_of_the_workbook_is_a_formula(pair):
    file = pair.hostile.output / "workbooks" / "technical_file.xlsx"
    assert [name for name in parts(file.read_bytes()) if "externalLink" in name or "vba" in name] == []
    workbook = openpyxl.load_workbook(file)
    cells = [cell for sheet in workbook for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert any(str(cell.value).startswith("=cmd") for cell in cells)
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert [cell.hyperlink.target for cell in cells if cell.hyperlink and cell.hyperlink.target] == []


def documents(built: Built) -> list[bytes]:
    found = [path.read_bytes() for path in sorted((built.output / "documents").glob("*.docx"))]
    assert len(found) > 10
    return found


def parts(data: bytes) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(data)).namelist()


def parse(data: bytes, part: str) -> etree._Element:
    return etree.fromstring(zipfile.ZipFile(io.BytesIO(data)).read(part))


# No text is changed on its way


def test_no_free_text_loses_its_underscores(tmp_path):
    """Only words of closed lists are written with spaces for people."""
    folder = tmp_path / "device"
    hostile.write(folder, hostile.Words(hostile=False, plain="v_supply_{}"))
    built = build(folder)
    said = {page.relative_to(built.output).as_posix(): elements(page)[0].text_content() for page in pages(built)}
    said |= {path.name: " ".join("".join(e.itertext()) for e in parse(path.read_bytes(), "word/document.xml").iter(f"{W}t")) for path in (built.output / "documents").iterdir()}
    workbook = openpyxl.load_workbook(built.output / "workbooks" / "technical_file.xlsx")
    said |= {sheet.title: " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row) for sheet in workbook}
    assert sum("v_supply_" in words for words in said.values()) > 100
    assert {name: found[0] for name, words in said.items() if (found := re.findall(r".{40}v supply.{40}|v_supply \d+|v supply_", words))} == {}


# By type


def test_only_one_module_of_the_site_writes_tags():
    """Everywhere else a plain text becomes HTML by way of it, and is escaped."""
    tag = re.compile(r"<[a-zA-Z/]|<!-")
    for path in (*SITE.glob("*.py"), ROOT / "mdr_blueprint" / "plugin.py"):
        tree = ast.parse(path.read_text("utf-8"))
        said = {id(node.body[0].value) for node in ast.walk(tree) if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node)}
        said |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        if path.name != "markup.py":
            texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said]
            assert [(path.name, node.lineno, node.value) for node in texts if tag.search(node.value)] == []
            assert [(path.name, node.lineno) for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Markup"] == []
