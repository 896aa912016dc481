"""The data files of the library: read by the reader of a project and held against their shape, every fault at its line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from mdr_blueprint.diagnostics import Fault, Place, did_you_mean
from mdr_blueprint.load.validate import validate
from mdr_blueprint.model import Part
from mdr_blueprint.model.library import (
    AnnexI,
    AnnexPoints,
    AnnexVIII,
    DefaultPolicy,
    Guidance,
    HazardLibrary,
    LawSource,
    Obligations,
    QuestionList,
    Standard,
    Taxonomy,
    Vocabulary,
)
from mdr_blueprint.source import Inventory, Source, Sources, place_of, read_text

P = TypeVar("P", bound=Part)
P_co = TypeVar("P_co", bound=Part, covariant=True)

SHAPES: dict[str, type[Part]] = {
    "gspr/facts.yaml": Vocabulary,
    "gspr/annex_i.yaml": AnnexI,
    "gspr/annex_ii.yaml": AnnexPoints,
    "gspr/annex_iii.yaml": AnnexPoints,
    "gspr/annex_iv.yaml": AnnexPoints,
    "gspr/annex_viii.yaml": AnnexVIII,
    "gspr/annex_xiv.yaml": AnnexPoints,
    "gspr/obligations.yaml": Obligations,
    "gspr/guidance.yaml": Guidance,
    "risk/policy.yaml": DefaultPolicy,
    "risk/taxonomy.yaml": Taxonomy,
    "risk/questions.yaml": QuestionList,
}
"""Data file -> what it holds. A file of `gspr/standards/` is a standard, one named `risk/hazards_*.yaml` a hazard library."""
STANDARDS = "gspr/standards/"
HAZARDS = "risk/hazards_"
FOLDERS = ("gspr", "risk")


def shape_of(path: str) -> type[Part] | None:
    """What a data file holds, by its path in the library."""
    if path.startswith(STANDARDS):
        return Standard
    if path.startswith(HAZARDS):
        return HazardLibrary
    return SHAPES.get(path)


@dataclass(frozen=True)
class DataFile(Generic[P_co]):
    """A data file, read: its content without what is wrong, None where it cannot stand without that."""

    source: Source
    content: P_co | None
    faults: tuple[Fault, ...]

    @property
    def path(self) -> str:
        return self.source.path

    @property
    def name(self) -> str:
        return Path(self.path).stem

    def at(self, *steps: str | int, key: bool = False) -> Place:
        """Where a value stands, or its owner where it is missing."""
        return place_of(self.path, self.source.root, steps, key=key)


def read_data(path: str, data: bytes, cls: type[P]) -> DataFile[P]:
    """A data file with everything that is wrong with it."""
    source = read_text(path, data)
    content, faults = validate(source, cls, Path(path).stem, source.root, Place(path))
    blind = any(fault.kind == "unreadable" for fault in source.faults)  # then what is missing was not read
    return DataFile(source, content, (*source.faults, *(() if blind else faults)))


@dataclass(frozen=True)
class LibraryData:
    """All data files of a library, for the rules that judge them."""

    root: Path
    files: tuple[DataFile[Part], ...]
    strangers: tuple[Fault, ...] = ()
    """Files that are none of the library."""

    @cached_property
    def faults(self) -> tuple[Fault, ...]:
        return (*self.strangers, *(fault for file in self.files for fault in file.faults))

    @property
    def sources(self) -> Sources:
        return Sources(self.root, tuple(file.source for file in self.files), Inventory(), self.faults)

    def of(self, cls: type[P]) -> Iterator[tuple[DataFile[P], P]]:
        """The files of a shape that can be used, with their content."""
        for file in self.files:
            if isinstance(file.content, cls):
                yield cast("DataFile[P]", file), file.content

    def one(self, cls: type[P]) -> P | None:
        """The content of a file of which there is one."""
        return next((content for _, content in self.of(cls)), None)

    def dated(self) -> Iterator[tuple[DataFile[Part], LawSource]]:
        """The files that say in `source` where they come from."""
        for file in self.files:
            source = getattr(file.content, "source", None)
            if isinstance(source, LawSource):
                yield file, source


def load_library(root: Path) -> LibraryData:
    """Every data file below `gspr/` and `risk/` of a library."""
    files: list[DataFile[Any]] = []
    strangers: list[Fault] = []
    for location in sorted(path for folder in FOLDERS for path in (root / folder).rglob("*.yaml") if path.is_file()):
        path = location.relative_to(root).as_posix()
        cls = shape_of(path)
        if cls is None:
            message = f"`{path}` is no data file of the library{did_you_mean(path, SHAPES)}"
            strangers.append(Fault("unknown-file", message, Place(path), fix="rename the file, or take it out"))
        else:
            files.append(read_data(path, location.read_bytes(), cls))
    return LibraryData(root, tuple(files), tuple(strangers))
