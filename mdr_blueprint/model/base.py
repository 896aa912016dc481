"""What every record is: `Record`, the typed reference `Ref`, and the marks a field may carry.

An edge of the graph is derived from a field's type and never declared a second time: a field typed
`Ref[Control]` *is* an edge named after the field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic_core import CoreSchema, core_schema

from mdr_blueprint.model.scalars import Day, Flag, Prose, Text

T = TypeVar("T")

LONGEST_LABEL = 120

Keys = Literal["id", "single", "gspr", "clause", "library"]
"""How the keys of a kind are read: ids of the project, a record that stands once, identifiers of Annex I, clauses below
a standard, or ids of the library."""


class Ref(str, Generic[T]):
    """Id of a record of kind `T`, or of one of a union of kinds; may carry a place: `EV-058#4.2`."""

    __slots__ = ()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> CoreSchema:
        return core_schema.str_schema(min_length=1)


@dataclass(frozen=True, slots=True)
class Inverse:
    """Name of a relation read from its other end: `verified_by` is `verifies` there."""

    name: str
    acyclic: bool = False
    """A chain of such relations may not lead back to its start."""


Multiplicity = Literal["1", "0..1", "0..n", "1..n"]


@dataclass(frozen=True, slots=True)
class Cardinality:
    """How many records a relation is expected to join, counted from both ends, and what finds that it does not.

    Fields are named from the record that is asked, and may be nested: `judged.safety_relevant`.
    """

    targets: Multiplicity
    """How many a record names."""
    sources: Multiplicity
    """How many name a target."""
    untargeted: str = ""
    """The rule that finds a record which names none although it is expected to."""
    unnamed: str = ""
    """The rule that finds a target which none names although one is expected to."""
    when: str = ""
    """Only records in which this field is true are expected to name one."""
    unless: str = ""
    """A record in which this field says something needs to name none."""
    unnamed_unless: str = ""
    """A target in which this field says something needs no record that names it."""
    or_named_by: tuple[str, ...] = ()
    """Relations that do as well: for a record that names none, to be named by one of them."""
    or_by: tuple[str, ...] = ()
    """Relations that do as well: for a target that none names, to be named by one of them."""
    counted: str = ""
    """The kind of target that is expected to be named, where a relation may name several."""


@dataclass(frozen=True, slots=True)
class NotAField:
    """A field that people expect and that may not be: what is written there is the compiler's to compute, or misleads."""

    fault: str
    why: str


class Part(BaseModel):
    """A group of fields inside a record."""

    not_fields: ClassVar[Mapping[str, NotAField]] = {}
    """Name of a field that is refused -> why."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Retired(Part):
    """A record that is kept and shown, and whose id is never used again."""

    reason: Text
    date: Day | None = None


class Record(Part):
    """Base of every kind of record."""

    kind_name: ClassVar[str]
    """The top-level key in YAML."""
    singular: ClassVar[str]
    """What one such record is called in a sentence."""
    plural: ClassVar[str]
    """Heading of a page or sheet of such records."""
    keys: ClassVar[Keys] = "id"
    parent: ClassVar[str | None] = None
    """For a record that stands inside another: the kind of its owner."""

    retired: Retired | None = None
    """Kept, shown, its id never used again."""
    illustrative: Flag | None = None
    """Not a fact of the real device: every output says so."""
    notes: Prose | None = None
    """For the team; not printed in deliverables."""

    @property
    def label(self) -> str:
        """The words that name the record in a table: its title, else the head of its text."""
        words = getattr(self, "title", None) or getattr(self, "text", None) or getattr(self, "name", None) or ""
        return headline(words)


def headline(words: str) -> str:
    """The head of a long text, cut between words and never inside a `{figure:...}`, which is filled in later."""
    if len(words) <= LONGEST_LABEL:
        return words
    head = words[: LONGEST_LABEL - 3]
    if head.rfind("{") > head.rfind("}"):
        head = head[: head.rfind("{")]
    elif " " in head and not words[len(head)].isspace():
        head = head.rpartition(" ")[0]
    return f"{head.rstrip(' ,;:([')}..."
