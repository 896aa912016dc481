"""mdr-blueprint: a compiler for medical-device technical files.

`compile(path)` gives a `Compilation` (sources, dossier, graph, report); `build(path, output)` writes everything;
`classify(facts)` gives the class of a device by Annex VIII from a mapping of facts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mdr_blueprint.pipeline import Compilation, build, classify, compile

__all__ = ["Compilation", "build", "classify", "compile"]


def __getattr__(name: str) -> Any:
    """The public names, imported when first asked for: `mdr --help` needs none of them."""
    if name in __all__:
        from mdr_blueprint import pipeline

        return getattr(pipeline, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
