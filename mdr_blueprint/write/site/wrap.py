"""MkDocs as one renderer: it puts Material's frame around finished bodies, and does nothing else.

`MdrPages` is what `mdr build` hands to MkDocs in place of plugins; `plugin.py` uses the same class in a project's own
`mkdocs.yml`. No page is parsed a second time, neither as Markdown nor for the search index.
"""

from __future__ import annotations

import json
import logging
import os
import posixpath
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mdr_blueprint import library
from mdr_blueprint.write.site.markup import Markup, element, escape, quoted
from mdr_blueprint.write.site.pages import SitePage, TocEntry

os.environ.setdefault("DISABLE_MKDOCS_2_WARNING", "true")
os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink, TableOfContents

ASSETS = ("mdr.css", "mdr.js", "iframe-worker-shim.js", "licences.txt")
NO_STEMMER = ("hi", "sl", "th")
"""Languages that Material's search cannot load from disk, or only with a script under a licence that sites do not carry."""
PLUGIN = "mdr-pages"
BODY = element("h1", data_mdr_body=True)
"""Stands for the body of a page while the theme is filled."""


def source_path(page: SitePage) -> str:
    """Where MkDocs believes the page comes from: its address with `.md`."""
    return page.path.removesuffix(".html") + ".md"


class MdrPages:
    """Pages of ours inside a MkDocs build, below the folder `at`."""

    def __init__(self, pages: Iterable[SitePage], at: str = "") -> None:
        self.at = at
        self.pages = {posixpath.join(at, source_path(page)): page for page in pages}

    def add_to(self, files: Files, config: MkDocsConfig) -> Files:
        for path, page in self.pages.items():
            level = InclusionLevel.NOT_IN_NAV if page.section is None else InclusionLevel.INCLUDED
            files.append(File.generated(config, path, content="", inclusion=level))
        return files

    def navigation(self) -> list[Any]:
        """Sections with the pages that stand in them; the home page first."""
        sections: dict[str, list[dict[Markup, str]]] = {}
        top: list[Any] = []
        for path, page in self.pages.items():
            if page.section is None:
                continue
            item = {escape(page.menu): path}
            if page.section in ("", page.title):
                top.append(item)
            else:
                if page.section not in sections:
                    sections[page.section] = []
                    top.append({page.section: sections[page.section]})
                sections[page.section].append(item)
        return top

    def fill(self, page: Page) -> str | None:
        """Give MkDocs the finished page: title, contents, body. None where the page is not ours."""
        ours = self.pages.get(page.file.src_uri)
        if ours is None:
            return None
        page.meta = {"search": {"exclude": True}}
        if ours.menu == ours.title:
            page.meta["title"] = escape(ours.title)  # the theme's own way to a <title> undoes the escape below
        page.title = escape(ours.menu)
        page.toc = _contents(ours.toc)
        return ours.body

    def search_docs(self) -> list[dict[str, Any]]:
        """Entries of the search index; Material shows them as HTML, so they are escaped here. Tags weigh most in a search."""
        prefix = f"{self.at}/" if self.at else ""
        return [
            {
                "location": f"{prefix}{entry.url}",
                "title": escape(entry.title),
                "text": escape(entry.text),
            }
            | ({"tags": [escape(entry.id)]} if entry.id else {})
            for page in self.pages.values()
            for entry in page.search
        ]


def _contents(entries: Iterable[TocEntry]) -> TableOfContents:
    """A flat list of headings as the tree that the theme expects."""
    top: list[AnchorLink] = []
    trail: list[AnchorLink] = []
    for entry in entries:
        link = AnchorLink(escape(entry.title), entry.anchor, entry.level)
        while trail and trail[-1].level >= entry.level:
            trail.pop()
        (trail[-1].children if trail else top).append(link)
        trail.append(link)
    return TableOfContents(top)


def build_site(pages: Iterable[SitePage], target: Path, *, name: str, footer: str, language: str) -> None:
    """Write the site to `target`: opens from disk, with search, and asks the network for nothing."""
    from mkdocs.commands.build import build

    logging.getLogger("mkdocs").setLevel(logging.CRITICAL)  # what it raises is told once, by us
    ours = MdrPages(pages)
    scratch = target.with_name(target.name + ".docs")
    try:
        (scratch / "assets").mkdir(parents=True)
        for asset in ASSETS:
            shutil.copyfile(library.folder("templates") / "site" / asset, scratch / "assets" / asset)
        config = _config(ours, scratch, target, name, footer, language)
        build(config)
        _drop_unused_scripts(target, config.plugins["material/search"].config["lang"])
        for rest in (*target.glob("sitemap.xml*"), *target.rglob("*.map")):  # of no use from disk; a sitemap carries today's date
            rest.unlink()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _config(ours: MdrPages, docs: Path, target: Path, name: str, footer: str, language: str) -> MkDocsConfig:
    config = MkDocsConfig()
    config.load_dict(
        settings(ours.navigation(), name, footer, language)
        | {
            "docs_dir": str(docs),
            "site_dir": str(target),
            "plugins": [{"material/search": {"lang": ["en"]} if language in NO_STEMMER else {}}, "material/offline"],
            "validation": {"omitted_files": "ignore", "absolute_links": "ignore", "unrecognized_links": "ignore"},
        }
    )
    errors, _ = config.validate()
    if errors:
        raise ValueError(f"site configuration: {errors}")
    config.theme.static_templates -= {"404.html"}
    config.plugins[PLUGIN] = _adapter(ours)
    return config


def _drop_unused_scripts(target: Path, languages: Iterable[str]) -> None:
    """Material copies the search scripts of all languages; a site keeps those that its own languages load."""
    folder = target / "assets" / "javascripts" / "lunr"
    kept = {f"lunr.{language}.min.js" for language in languages if language != "en"}
    kept |= {"lunr.stemmer.support.min.js"} if kept else set()
    kept |= {"tinyseg.js"} if "ja" in languages else set()
    for script in [path for path in folder.rglob("*.js") if path.name not in kept]:
        script.unlink()
    for place in (folder / "min", folder):
        if place.is_dir() and not any(place.iterdir()):
            place.rmdir()


def settings(navigation: list[Any], name: str, footer: str, language: str) -> dict[str, Any]:
    """What a mkdocs.yml of ours holds, whichever engine reads it."""
    return {
        "site_name": quoted(name),  # the theme puts both into the page as they are
        "copyright": quoted(footer),
        "use_directory_urls": False,
        "nav": navigation,
        "theme": {
            "name": "material",
            "font": False,
            "language": language if language in _languages() else "en",
            "features": ["navigation.prune", "navigation.path", "navigation.top", "toc.follow", "search.highlight"],
            "palette": [{"scheme": "default", "primary": "indigo"}],
        },
        "extra": {"generator": False, "polyfills": ["assets/iframe-worker-shim.js"]},
        "extra_css": ["assets/mdr.css"],
        "extra_javascript": ["assets/mdr.js"],
        "markdown_extensions": ["attr_list"],
    }


def _languages() -> frozenset[str]:
    import material

    folder = Path(material.__file__).parent / "templates" / "partials" / "languages"
    return frozenset(path.stem for path in folder.glob("*.html"))


def _adapter(ours: MdrPages) -> Any:
    """Our pages as a MkDocs plugin; made here so that MkDocs is imported only when a site is built."""
    from mkdocs.plugins import BasePlugin, event_priority

    class Adapter(BasePlugin):  # type: ignore[type-arg]
        def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
            return ours.add_to(files, config)

        def on_page_content(self, html: str, *, page: Page, **_: Any) -> str:
            return html if ours.fill(page) is None else BODY

        def on_post_page(self, output: str, *, page: Page, **_: Any) -> str:
            """The body comes last, so that neither the theme nor the search plugin walks through it."""
            return output.replace(BODY, ours.fill(page) or "", 1)

        @event_priority(50)
        def on_post_build(self, *, config: MkDocsConfig) -> None:
            add_to_search(config, ours)

    return Adapter()


def add_to_search(config: MkDocsConfig, ours: MdrPages) -> None:
    """Append our entries to the index of the search plugin before it is written."""
    for name in ("material/search", "search"):
        plugin: Any = config.plugins.get(name)
        index = getattr(plugin, "search_index", None)
        if index is None:
            continue
        entries: list[Any] = index.entries if hasattr(index, "entries") else index._entries  # noqa: SLF001 - Material, MkDocs
        entries.extend(ours.search_docs())
        return


def write_plain(pages: Iterable[SitePage], target: Path, *, name: str, footer: str, language: str) -> None:
    """The same pages as plain Markdown with a mkdocs.yml that other engines build unchanged."""
    ours = MdrPages(pages)
    (target / "docs" / "assets").mkdir(parents=True)
    for path, page in ours.pages.items():
        file = target / "docs" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_titled(page), "utf-8", newline="\n")
    for asset in ASSETS:
        shutil.copyfile(library.folder("templates") / "site" / asset, target / "docs" / "assets" / asset)
    config = settings(ours.navigation(), name, footer, language) | {
        "plugins": ["search", "offline"],
        "validation": {"omitted_files": "ignore", "not_found": "ignore", "unrecognized_links": "ignore", "anchors": "ignore"},
    }
    # JSON is YAML: a title may hold any character
    (target / "mkdocs.yml").write_text(json.dumps(config, indent=1, ensure_ascii=False) + "\n", "utf-8", newline="\n")


def _titled(page: SitePage) -> str:
    """A page with its title at its head, where that holds a sign of HTML: a theme that takes it from the heading would undo the
    escape.
    """
    title = escape(page.title)
    if title == page.title or page.menu != page.title:
        return page.markdown
    return f"---\ntitle: {json.dumps(title, ensure_ascii=False)}\n---\n\n{page.markdown}"
