"""The straight line, from a project folder to its technical file. The first file to read.

    project folder --read--> Sources --load--> Dossier --link--> Graph --check--> Report      = compile()
    Compilation --tabulate--> Tables --render--> Documents --write--> files + manifest        = build()

Each stage yields a new frozen type; no stage looks back, none changes what it was given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdr_blueprint import classification, library
from mdr_blueprint.classification import Classified
from mdr_blueprint.collector import collector_resting
from mdr_blueprint.diagnostics import Fault, Place, Report, UsageError
from mdr_blueprint.graph import Graph, link
from mdr_blueprint.load import Dossier, Law, load, load_law, load_library
from mdr_blueprint.model import Evidence, Run
from mdr_blueprint.revision import Revision, read_revision
from mdr_blueprint.rules import catalogue, check
from mdr_blueprint.rules import check_library as judge_library
from mdr_blueprint.rules.engine import judge
from mdr_blueprint.source import Sources, read
from mdr_blueprint.source.files import NOT_INPUT, NOT_RECORDS
from mdr_blueprint.source.folder import find_root

if TYPE_CHECKING:
    from mdr_blueprint.render import Document
    from mdr_blueprint.tables import Tables

Progress = Callable[[str], None]


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


def classify(facts: Mapping[str, Any], *, guidance: str | None = None) -> Classified:
    """The class of a device by Annex VIII from its facts, each a plain value or `{value, argument}`.

    Names and values are those of the vocabulary (`gspr/facts.yaml`); what it does not know is reported in the result. `guidance`
    names the revision of the guidance that the rules are read by.
    """
    return classification.classify(facts, load_law(), guidance)


def compile(path: Path | str, *, as_of: date | None = None) -> Compilation:
    """Read, load, link and check the project that `path` lies in. Dated rules judge by `as_of`, else by today."""
    root = find_root(Path(path))
    with collector_resting():
        return compile_sources(read(root), as_of=as_of)


def compile_sources(sources: Sources, *, as_of: date | None = None) -> Compilation:
    """Load, link and check what was read."""
    law = load_law()
    with collector_resting():
        dossier = load(sources)
        graph = link(dossier, law, sources)
        report = check(catalogue(), sources, dossier, graph, law, as_of or date.today())
    return Compilation(sources, dossier, graph, law, report)


def check_library(root: Path | None = None) -> Compilation:
    """The data of the library, checked like a project: a compilation without records. `root` holds `gspr/` and `risk/`."""
    data = load_library(root or library.folder("gspr").parent)
    law, dossier = load_law(), Dossier()
    return Compilation(data.sources, dossier, Graph(dossier), law, judge_library(catalogue(), data))


@dataclass(frozen=True)
class Presentation:
    """A compilation made ready to be written: tables and documents, and a report that includes the faults met in making them."""

    compilation: Compilation
    tables: Tables
    documents: tuple[Document, ...]
    inputs: dict[str, str]
    """Path -> sha256 of every file that the output depends on."""

    @property
    def report(self) -> Report:
        return self.tables.inputs.report


@dataclass(frozen=True)
class Built:
    """What a build wrote."""

    presentation: Presentation
    report: Report
    output: Path
    parts: tuple[str, ...]
    saved_meanwhile: tuple[str, ...] = ()
    """Inputs that were saved while it ran: they are shown as they were before."""


def present(compilation: Compilation, revision: Revision, hashes: dict[str, str]) -> Presentation:
    """Tabulate and render."""
    from mdr_blueprint.render import render
    from mdr_blueprint.tables import Inputs, Tables

    c = compilation
    tables = Tables(Inputs(c.sources, c.dossier, c.graph, c.law, c.report, revision))
    rendering = render(tables)
    faults = (*rendering.faults, *tables.faults)
    if faults:
        report = c.report.with_findings(judge(catalogue(), faults, c.dossier))
        tables = Tables(Inputs(c.sources, c.dossier, c.graph, c.law, report, revision))
        rendering = render(tables)
    return Presentation(compilation, tables, rendering.documents, hashes)


def build(
    path: Path | str,
    output: Path | str | None = None,
    *,
    only: Sequence[str] = (),
    as_of: date | None = None,
    overwrite_edited: bool = False,
    progress: Progress | None = None,
) -> Built:
    """Compile the project that `path` lies in and write every part of its technical file, or those named in `only`.

    Dated rules judge by `as_of`, else by the date of the revision: the clock is in no output. Raises `UsageError` for a
    wrong call and `WriteError` or `OSError` when nothing was written. A folder that holds anything but an output of this program
    is a wrong call; `overwrite_edited` goes on where files of that output were edited.
    """
    from mdr_blueprint.write import write_manifest, write_parts
    from mdr_blueprint.write.exchange import real_place
    from mdr_blueprint.write.output import PARTS, replacing

    parts = tuple(part for part in PARTS if part in (only or PARTS))
    unknown = sorted(set(only) - set(PARTS))
    if unknown:
        raise UsageError(f"there is no part {unknown[0]}; parts are {', '.join(PARTS)}")
    root = find_root(Path(path))
    target = real_place(Path(output) if output else root / "build", root)
    if root.is_relative_to(target):
        raise UsageError(f"the output {target} would replace the project itself")
    if any(target.is_relative_to(root / folder) for folder in NOT_RECORDS - NOT_INPUT):
        raise UsageError(f"the output {target} would become an input of the next build; choose a folder beside it")
    progress = progress or (lambda _: None)
    kept = tuple(folder for part, folders in PARTS.items() if part not in parts for folder in folders)
    with replacing(target, kept, overwrite_edited=overwrite_edited) as (fresh, previous):
        progress("check and render")
        presentation = present_project(root, as_of=as_of)
        faults = write_parts(presentation.tables, presentation.documents, fresh, parts, progress)
        late = saved_meanwhile(presentation)
        report = presentation.report.with_findings(judge(catalogue(), (*faults, *late), presentation.compilation.dossier))
        write_manifest(presentation.tables.inputs, report, fresh, presentation.inputs, parts, previous)
    return Built(presentation, report, target, parts, tuple(fault.place.path for fault in late))


def present_project(path: Path, *, as_of: date | None = None) -> Presentation:
    """Everything of a build but the writing; what the live site shows."""
    with collector_resting():
        law, sources = load_law(), read(find_root(path))
        dossier = load(sources)
        hashes = input_hashes(sources, dossier)
        revision = read_revision(sources.root, hashes)
        graph = link(dossier, law, sources)
        report = check(catalogue(), sources, dossier, graph, law, as_of or revision.day or newest_day(dossier))
        if revision.doubt:
            doubt = Fault("revision", revision.doubt, dossier.home(), subject="project")
            report = report.with_findings(judge(catalogue(), (doubt,), dossier))
        return present(Compilation(sources, dossier, graph, law, report), revision, hashes)


def input_hashes(sources: Sources, dossier: Dossier) -> dict[str, str]:
    """Path -> sha256 of every file that an output depends on: records, evidence in the project, replaced templates."""
    inventory = sources.inventory
    paths = {source.path for source in sources.files}
    paths |= {path for path in inventory.files if path.startswith("templates/")}
    paths |= {entry.record.path for entry in dossier.of(Evidence) if entry.record.path and entry.record.path in inventory}
    return {path: inventory.files[path].sha256 for path in sorted(paths)}


def saved_meanwhile(presentation: Presentation) -> tuple[Fault, ...]:
    """A fault for every input of which the disk now holds other bytes than those that were compiled."""
    files = presentation.compilation.sources.inventory.files
    words = "the file was saved or removed while the build ran, and the output shows it as it was before"
    return tuple(Fault("saved-meanwhile", words, Place(path)) for path in presentation.inputs if not files[path].is_as_read())


def newest_day(dossier: Dossier) -> date:
    """Outside version control: the newest day on which something was executed or approved."""
    runs = [entry.record.date for entry in dossier.of(Run)]
    approvals = [entry.record.date for entry in dossier.of(Evidence)]
    days = [day for day in (*runs, *approvals) if day is not None]
    return max(days, default=date(2017, 5, 5))  # the day the Regulation was published: nothing dated, nothing expired
