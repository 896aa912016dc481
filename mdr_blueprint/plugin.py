"""The MkDocs plugin `mdr`: the same pages inside a project's own `mkdocs.yml`, rebuilt when YAML or a template changes.

    plugins:
      - search
      - mdr: {project: ., at: file}

A thin adapter: it compiles, and hands finished pages to `MdrPages`. While serving, a fault becomes a page: an exception
would leave the browser waiting.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.config import config_options as option
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from watchdog.observers.api import BaseObserver

from mdr_blueprint import library
from mdr_blueprint.diagnostics import UsageError
from mdr_blueprint.live import guarded, names_of, watch
from mdr_blueprint.pipeline import present_project
from mdr_blueprint.write import footer
from mdr_blueprint.write.site import SitePage, make_pages
from mdr_blueprint.write.site.handbook import handbook_pages
from mdr_blueprint.write.site.markup import element, quoted
from mdr_blueprint.write.site.wrap import ASSETS, MdrPages, add_to_search

ANCHOR = re.compile(r'<[^<>]* id="([^"]+)"')


class MdrConfig(Config):
    """Options of the plugin."""

    project = option.Type(str, default=".")
    """Folder of the project, relative to mkdocs.yml."""
    at = option.Type(str, default="")
    """Folder of the site below which the pages stand; the root if empty."""
    library = option.Type(bool, default=False)
    """Also write the pages of rules, law data and record kinds, below `reference/`."""


class MdrPlugin(BasePlugin[MdrConfig]):
    """Adds the pages of a technical file to a site."""

    def __init__(self) -> None:
        super().__init__()
        self.groups: list[MdrPages] = []
        self.serving = False
        self.observer: BaseObserver | None = None

    def on_startup(self, *, command: str, **_: Any) -> None:
        self.serving = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        self.root = (Path(config.config_file_path or ".").parent / self.config.project).resolve()
        config.use_directory_urls = False
        config.extra_css.append("assets/mdr.css")
        config.extra_javascript.append("assets/mdr.js")
        # the shim lets the search work from disk; Material's plugin `offline` would load it from a server
        others = [url for url in config.extra.get("polyfills", []) if "iframe-worker" not in url]
        config.extra["polyfills"] = [*others, "assets/iframe-worker-shim.js"]
        return config

    def on_pre_build(self, *, config: MkDocsConfig) -> None:
        self.groups = []  # those of the build before are not kept beside the new ones
        self.groups = [MdrPages(self._file_pages(config), self.config.at)]
        if self.config.library:
            self.groups.append(MdrPages(handbook_pages(), "reference"))

    def _file_pages(self, config: MkDocsConfig) -> tuple[SitePage, ...]:
        try:
            presentation = present_project(self.root)
            config.copyright = config.copyright or quoted(footer(presentation.tables.inputs))
            return make_pages(presentation.tables, presentation.documents)
        except UsageError as error:
            if not self.serving:
                raise PluginError(str(error)) from error
            return (_fault_page(str(error)),)
        except Exception as error:
            if not self.serving:
                raise
            return (_fault_page(f"{type(error).__name__}: {error}"),)

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        for group in self.groups:
            for path in [path for path in group.pages if files.get_file_from_path(path)]:
                del group.pages[path]  # a page that the site has by hand stands
            group.add_to(files, config)
        self._fill_navigation(config)
        for asset in ASSETS:
            files.append(
                File.generated(config, f"assets/{asset}", abs_src_path=str(library.folder("templates") / "site" / asset))
            )
        return files

    def _fill_navigation(self, config: MkDocsConfig) -> None:
        """`mdr:pages` and `mdr:reference` in the navigation stand for our pages; without a navigation ours is the whole."""
        ours = {f"mdr:{name}": group.navigation() for name, group in zip(("pages", "reference"), self.groups, strict=False)}
        if config.nav is None:
            config.nav = [item for items in ours.values() for item in items]
            return

        def fill(item: Any) -> Any:
            if isinstance(item, dict):
                return {
                    title: ours[value] if isinstance(value, str) and value in ours else fill(value)
                    for title, value in item.items()
                }
            if isinstance(item, list):
                named = (ours.get(entry) if isinstance(entry, str) else None for entry in item)
                return [part for entry, pages in zip(item, named, strict=True) for part in pages or [fill(entry)]]
            return item

        config.nav = fill(config.nav)

    def on_page_content(self, html: str, *, page: Page, **_: Any) -> str:
        for group in self.groups:
            body = group.fill(page)
            if body is not None:
                page.present_anchor_ids = set(ANCHOR.findall(body))  # so that MkDocs can check links into our pages
                return body
        return html

    @event_priority(50)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        for group in self.groups:
            add_to_search(config, group)

    def on_serve(self, server: LiveReloadServer, *, config: MkDocsConfig, **_: Any) -> LiveReloadServer:
        """Build again when anything changes that the compiler reads, and answer this machine alone."""

        def changed() -> None:
            with server._rebuild_cond:  # noqa: SLF001 - MkDocs has no public way to say that something changed
                server._want_rebuild = True  # noqa: SLF001
                server._rebuild_cond.notify_all()  # noqa: SLF001

        application = server.get_app()
        assert application is not None
        server.set_app(guarded(application, names_of(str(server.server_address[0]))))
        self.observer = watch(self.root, Path(config.site_dir).resolve(), changed)
        self.observer.start()
        return server

    def on_shutdown(self) -> None:
        if self.observer is not None:
            self.observer.stop()


def _fault_page(words: str) -> SitePage:
    head = element("h1", "The technical file cannot be built") + element("p", words, class_="mdr-gap")
    body = head + element("p", "Mend it and save: this page builds again.")
    return SitePage("index.html", "Fault", body, words, section="")
