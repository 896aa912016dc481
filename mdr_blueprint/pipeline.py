"""The straight line, from a project folder to its technical file. The first file to read.

    project folder --read--> Sources --load--> Dossier --link--> Graph --check--> Report      = compile()
    Compilation --tabulate--> Tables --render--> Documents --write--> files + manifest        = build()

Each stage yields a new frozen type; no stage looks back, none changes what it was given.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from mdr_blueprint.diagnostics import Report
from mdr_blueprint.graph import Graph, link
from mdr_blueprint.load import Dossier, Law, load, load_law
from mdr_blueprint.rules import catalogue, check
from mdr_blueprint.source import Sources, read
from mdr_blueprint.source.folder import find_root


@dataclass(frozen=True)
class Compilation:
    """A project, read, linked and checked."""

    sources: Sources
    dossier: Dossier
    graph: Graph
    law: Law
    report: Report

    @property
    def root(self) -> Path:
        return self.sources.root


def compile(path: Path | str, *, as_of: date | None = None) -> Compilation:
    """Read, load, link and check the project that `path` lies in. Dated rules judge by `as_of`, else by today."""
    root = find_root(Path(path))
    law = load_law()
    with collector_resting():
        sources = read(root)
        dossier = load(sources)
        graph = link(dossier, law, sources)
        report = check(catalogue(), sources, dossier, graph, law, as_of or date.today())
    return Compilation(sources, dossier, graph, law, report)


@contextmanager
def collector_resting() -> Iterator[None]:
    """The cyclic collector would walk the growing model over and over: it costs more than the loading itself."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()
