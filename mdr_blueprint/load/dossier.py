"""What loading yields: every record of a project with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, TypeVar, cast

from mdr_blueprint.diagnostics import Fault, Place
from mdr_blueprint.model import KINDS, Device, Figure, Harm, Project, Record, Risk, Situation
from mdr_blueprint.source import Map, place_of

FIGURE = re.compile(r"\{figure:([^{}\s]+)\}")
"""How a text quotes a figure."""
R = TypeVar("R", bound=Record)
R_co = TypeVar("R_co", bound=Record, covariant=True)


@dataclass(frozen=True, slots=True)
class Entry(Generic[R_co]):
    """A record of the project: its id in the graph, its content and where it stands."""

    id: str
    key: str
    """The key it has in YAML: `14.2(d)` where the id is `gspr:14.2(d)`."""
    cls: type[Record]
    record: R_co
    raw: Map
    place: Place
    owner: str | None = None
    """Id of the record it stands in, or of the standard that a clause belongs to."""
    whole: bool = True
    """False where so much was wrong that `record` holds nothing."""

    @property
    def kind(self) -> str:
        return self.cls.kind_name

    def at(self, *steps: str | int, key: bool = False) -> Place:
        """Where a field of the record stands, `at("controls", 0)`; its owner where it is missing."""
        if not steps or (isinstance(steps[0], str) and steps[0] not in self.raw.marks):
            return self.place
        return place_of(self.place.path, self.raw, steps, key=key)


@dataclass(frozen=True)
class Dossier:
    """All records of a project, by id."""

    entries: dict[str, Entry[Record]] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    empty_kinds: dict[str, Place] = field(default_factory=dict)
    """Kinds that are named in a file but hold no records."""

    @cached_property
    def _by_kind(self) -> dict[str, list[Entry[Record]]]:
        grouped: dict[str, list[Entry[Record]]] = {kind: [] for kind in KINDS}
        for entry in self.entries.values():
            grouped[entry.kind].append(entry)
        return grouped

    @cached_property
    def _by_fold(self) -> dict[str, str]:
        return {id_.casefold(): id_ for id_ in self.entries}

    def of(self, cls: type[R]) -> Iterator[Entry[R]]:
        """The whole records of a kind, in file order."""
        for entry in self._by_kind[cls.kind_name]:
            if entry.whole:
                yield cast("Entry[R]", entry)

    def kind(self, name: str) -> list[Entry[Record]]:
        """The records of a kind by its name, broken ones too."""
        return self._by_kind[name]

    def get(self, id_: str, cls: type[R]) -> Entry[R] | None:
        """The record with this id if it is whole and of this kind."""
        entry = self.entries.get(id_)
        return cast("Entry[R]", entry) if entry is not None and entry.whole and entry.cls is cls else None

    def single(self, cls: type[R]) -> R | None:
        """The content of a record that stands once, such as the device; a retired one speaks for the project no longer."""
        entry = self.get(cls.kind_name, cls)
        return entry.record if entry and (entry.record.retired is None or cls is Project) else None

    @property
    def project(self) -> Project | None:
        return self.single(Project)

    @property
    def device_name(self) -> str:
        device = self.single(Device)
        return device.name if device else ""

    def label_of(self, entry: Entry[Record]) -> str:
        """The words that name a record beside its id, with figures still as written; a risk is named by harm and situation."""
        if not entry.whole:
            return ""
        record = entry.record
        if not isinstance(record, Risk):
            return record.label
        harm, situation = self.get(record.harm, Harm), self.get(entry.owner or "", Situation)
        return ": ".join(found.record.label for found in (harm, situation) if found)

    def say(self, text: str | None) -> str:
        """A text as it is printed: `{figure:B0}` becomes the figure, marked where it is illustrative."""
        if text is None:
            return ""
        return FIGURE.sub(self._figure, text) if "{figure:" in text else text

    def _figure(self, match: re.Match[str]) -> str:
        entry = self.get(match[1], Figure)
        if entry is None or not entry.record.quoted:
            return f"[figure {match[1]} missing]"
        return entry.record.quoted + (" (illustrative)" if entry.record.illustrative else "")

    def same_but_case(self, id_: str) -> str | None:
        return self._by_fold.get(id_.casefold())

    def home(self) -> Place:
        """Where a thing is reported that the project lacks as a whole."""
        return Place("project.yaml")
