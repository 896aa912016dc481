"""Stage 6, render: templates and tables become documents: token trees that every writer walks."""

from mdr_blueprint.render.documents import Document, Rendering, TableBlock, render

__all__ = ["Document", "Rendering", "TableBlock", "render"]
