"""What a site copies from others is named in it, with the text of its licence."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import metadata
from pathlib import Path
from urllib.parse import unquote

import material
import pytest
import sbom
from projects import ROOT, built_example, small

from mdr_blueprint.pipeline import build

THEME = Path(material.__file__).parent / "templates"
FILE = ROOT / "templates" / "site" / "licences.txt"
INSIDE = {"good-listener", "select", "delegate", "tiny-emitter"}
"""Packages that clipboard.js is built from; Material's source maps name clipboard.js alone."""
ICONS = {"material": "%40mdi/svg", "octicons": "%40primer/octicons", "fontawesome": "%40fortawesome/fontawesome-free"}
"""Folder of Material's icons -> npm package that they are of."""


@cache
def sections() -> dict[str, tuple[str, str]]:
    """Name of the npm or PyPI package -> its version and the text of its section."""
    found = {}
    for part in re.split(r"^-{80}$", FILE.read_text("utf-8"), flags=re.MULTILINE):
        if head := sbom.COPIED.search(part):
            found[re.sub(r"^pkg:\w+/|(?<!/)@.*", "", head["purl"]) + ("#tinyseg" if "#" in head["purl"] else "")] = (head["version"], part[head.end() :])
    return found


def bundled() -> dict[str, str]:
    """Packages inside Material's scripts and styles, by its own source maps -> their source."""
    found: dict[str, str] = {}
    for path in (THEME / "assets").rglob("*.map"):
        content = json.loads(path.read_text("utf-8"))
        for source, text in zip(content["sources"], content.get("sourcesContent") or [""] * len(content["sources"]), strict=True):
            if package := re.search(r"node_modules/((?:@[^/]+/)?[^/]+)", source):
                found[package[1]] = found.get(package[1], "") + text
    return found


@pytest.mark.verifies("REQ-SUP-03")
def test_every_bundled_package_is_named_and_none_else():
    own = {"mkdocs-material", "iframe-worker", "lunr-languages", "lunr-languages#tinyseg", *ICONS.values()}
    assert set(bundled()) | INSIDE | own == set(sections())


def test_every_section_has_a_text():
    for name, (_, text) in sections().items():
        assert re.search(r"copyright|pictogrammers", text, re.IGNORECASE), name
        assert re.search(r"licen[cs]e|permission", text, re.IGNORECASE), name


def test_the_versions_are_those_that_are_copied():
    version, text = sections()["mkdocs-material"]
    assert version == metadata.version("mkdocs-material")
    licence = metadata.distribution("mkdocs-material").locate_file(f"mkdocs_material-{version}.dist-info/licenses/LICENSE")
    assert Path(str(licence)).read_text("utf-8").strip() == text.strip()
    assert f"- {sections()['lunr'][0]}\n" in bundled()["lunr"]
    assert f"clipboard.js v{sections()['clipboard'][0]}\n" in bundled()["clipboard"]


def test_every_picture_of_the_styles_is_of_a_named_set():
    styles = unquote("".join(path.read_text("utf-8") for path in (THEME / "assets" / "stylesheets").glob("*.css")))
    drawn = set(re.findall(r"<path d=[\"']([^\"']+)[\"']", styles))
    known = {folder: "".join(path.read_text("utf-8") for path in (THEME / ".icons" / folder).rglob("*.svg")) for folder in ICONS}
    assert drawn
    assert all(any(f'd="{path}"' in text for text in known.values()) for path in drawn)


@pytest.mark.verifies("REQ-SUP-03")
def test_every_site_holds_the_file():
    output = built_example().output
    for place in ("site/assets/licences.txt", "site_source/docs/assets/licences.txt"):
        assert (output / place).read_bytes() == FILE.read_bytes(), place
    assert "site/assets/licences.txt" in json.loads((output / "manifest.json").read_text("utf-8"))["outputs"]


@pytest.mark.parametrize(
    ("language", "scripts"),
    [
        ("en", set()),
        ("de", {"lunr.stemmer.support.min.js", "lunr.de.min.js"}),
        ("ja", {"lunr.stemmer.support.min.js", "lunr.ja.min.js", "tinyseg.js"}),
        ("pt-BR", {"lunr.stemmer.support.min.js", "lunr.pt.min.js"}),
        ("th", set()),
        ("sl", set()),
    ],
)
def test_a_site_holds_the_search_scripts_of_its_language_alone(tmp_path, language, scripts):
    """Those of other languages are never loaded, and each has a licence of its own."""
    project = small(tmp_path / "lamp")
    text = (project / "project.yaml").read_text("utf-8")
    (project / "project.yaml").write_text(re.sub(r"^  language: .*", f"  language: {language}", text, flags=re.MULTILINE), "utf-8")
    assert f"language: {language}\n" in (project / "project.yaml").read_text("utf-8")
    site = build(project, only=("site",)).output / "site"
    folder = site / "assets" / "javascripts" / "lunr"
    assert {path.name for path in folder.rglob("*.js")} == scripts
    assert folder.exists() == bool(scripts)
    index = (site / "search" / "search_index.js").read_text("utf-8")
    named = re.search(r'"lang":\["([\w-]+)"\]', index)
    assert named
    assert {f"lunr.{named[1]}.min.js"} <= scripts | {"lunr.en.min.js"}, "the search loads nothing that is not there"
