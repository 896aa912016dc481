"""The site: pages of our own, wrapped by MkDocs-Material, and the same pages as plain Markdown."""

from mdr_blueprint.write.site.pages import SitePage, make_pages

__all__ = ["SitePage", "make_pages"]
