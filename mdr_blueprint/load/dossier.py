"""Record by record, so that one broken record never hides twenty other findings.

A field with an error is reported and left out; the rest of the record stands. A record that cannot stand
without what is broken or missing is kept as an entry without content, so that references to it are not
called dangling as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Generic, TypeVar, cast, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mdr_blueprint.diagnostics import Fault, Place, Related, did_you_mean
from mdr_blueprint.model import KINDS, TOP_LEVEL, Device, Project, Record, ready
from mdr_blueprint.model.scalars import ID_PATTERN, NOT_BLANK
from mdr_blueprint.source import Map, Seq, Source, Sources, place_of

FORMAT = 1
"""The version of the record format that this program reads."""
MAX_ROUNDS = 4
"""How often what is broken is cut out of a record: a part may lack what it cannot stand without once that is cut out."""

COMMA = "put the text before it in quotation marks: inside { } a comma ends a text"

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
        """The content of a record that stands once, such as the device."""
        entry = self.get(cls.kind_name, cls)
        return entry.record if entry else None

    @property
    def project(self) -> Project | None:
        return self.single(Project)

    @property
    def device_name(self) -> str:
        device = self.single(Device)
        return device.name if device else ""

    def same_but_case(self, id_: str) -> str | None:
        return self._by_fold.get(id_.casefold())

    def home(self) -> Place:
        """Where a thing is reported that the project lacks as a whole."""
        return Place("project.yaml")


def load(sources: Sources) -> Dossier:
    """Validate every record of every file."""
    loader = _Loader()
    for source in sources.files:
        loader.read_file(source)
    return Dossier(loader.entries, tuple(loader.faults), loader.empty_kinds)


class _Loader:
    def __init__(self) -> None:
        self.entries: dict[str, Entry[Record]] = {}
        self.faults: list[Fault] = []
        self.empty_kinds: dict[str, Place] = {}
        self.folded: dict[str, Entry[Record]] = {}

    def read_file(self, source: Source) -> None:
        for kind in source.root.marks:
            cls = TOP_LEVEL.get(kind)
            place = source.root.key_place(source.path, kind)
            if cls is None:
                self._unknown_kind(kind, place)
            elif kind not in source.root:
                self.empty_kinds.setdefault(kind, place)
            elif cls.keys == "single":
                self._add(source, cls, kind, kind, source.root[kind], place)
            elif not isinstance(source.root[kind], Map):
                self.faults.append(
                    Fault(
                        "wrong-value",
                        f"`{kind}` must hold records by their id",
                        place,
                        fix=f"write `{kind}:` and below it one key per record",
                    )
                )
            elif cls.keys == "clause":
                self._read_clauses(source, cls, source.root[kind])
            else:
                self._read_records(source, cls, source.root[kind])

    def _unknown_kind(self, kind: str, place: Place) -> None:
        owner = KINDS[kind].parent if kind in KINDS else None
        hint = f"; {kind} stand inside their {owner}" if owner else did_you_mean(kind, TOP_LEVEL)
        self.faults.append(Fault("unknown-kind", f"`{kind}` is no kind of record{hint}", place))

    def _read_records(self, source: Source, cls: type[Record], records: Map) -> None:
        for key in records.marks:
            place = records.key_place(source.path, key)
            id_ = {"gspr": f"gspr:{key}", "documents": f"document:{key}"}.get(cls.kind_name, key)
            self._add(source, cls, id_, key, records.get(key), place)

    def _read_clauses(self, source: Source, cls: type[Record], standards: Map) -> None:
        for standard in standards.marks:
            rows = standards.get(standard)
            place = standards.key_place(source.path, standard)
            if not isinstance(rows, Map):
                self.faults.append(Fault("wrong-value", f"`{standard}` must hold clauses by their number", place))
                continue
            for key in rows.marks:
                self._add(source, cls, f"{standard}#{key}", key, rows.get(key), rows.key_place(source.path, key), standard)

    def _add(
        self, source: Source, cls: type[Record], id_: str, key: str, raw: Any, place: Place, owner: str | None = None
    ) -> None:
        if cls.keys == "id" and not ID_PATTERN.match(key):
            self.faults.append(
                Fault(
                    "malformed-id",
                    f"`{key}` cannot be an id",
                    place,
                    subject=id_,
                    fix="an id starts with a letter and has letters, digits, `_`, `.` and `-` only",
                )
            )
        folded = id_.casefold()
        earlier = self.folded.get(folded)
        if earlier is not None:
            self._duplicate(earlier, id_, place)
            return
        if not isinstance(raw, Map):
            what = "has no content" if raw is None else "must be a mapping of fields"
            self.faults.append(Fault("wrong-value", f"{cls.singular} `{key}` {what}", place, subject=id_))
            raw = Map(place.line - 1, place.column - 1)
            entry = Entry(id_, key, cls, ready(cls).model_construct(), raw, place, owner, whole=False)
        else:
            record = self._validate(source.path, cls, id_, raw, place)
            entry = Entry(id_, key, cls, record or ready(cls).model_construct(), raw, place, owner, record is not None)
        self.entries[id_] = self.folded[folded] = entry
        self._add_inner(source, entry)

    def _add_inner(self, source: Source, owner: Entry[Record]) -> None:
        """Records inside a record (the risks of a situation) are nodes of their own."""
        for name, cls in _INNER.get(owner.kind, ()):
            group = owner.raw.get(name)
            if not isinstance(group, Map):
                continue
            loaded: dict[str, Record] = getattr(owner.record, name)
            for key in group.marks:
                record, place = loaded.get(key), group.key_place(source.path, key)
                folded = key.casefold()
                if folded in self.folded:
                    self._duplicate(self.folded[folded], key, place)
                    continue
                if not ID_PATTERN.match(key):
                    self.faults.append(
                        Fault(
                            "malformed-id",
                            f"`{key}` cannot be an id",
                            place,
                            subject=key,
                            fix="an id starts with a letter and has letters, digits, `_`, `.` and `-` only",
                        )
                    )
                raw = group.get(key)
                if raw is None:
                    self.faults.append(Fault("wrong-value", f"{cls.singular} `{key}` has no content", place, subject=key))
                if not isinstance(raw, Map):
                    raw = Map(place.line - 1, place.column - 1)
                entry = Entry(key, key, cls, record or ready(cls).model_construct(), raw, place, owner.id, record is not None)
                self.entries[key] = self.folded[folded] = entry

    def _duplicate(self, earlier: Entry[Record], id_: str, place: Place) -> None:
        same = "" if earlier.id == id_ else " but for the case of letters"
        self.faults.append(
            Fault(
                "duplicate-id",
                f"id `{earlier.id}` is defined here and again in {place.path}{same}",
                earlier.place,
                (Related("second time here", place),),
                subject=earlier.id,
            )
        )
        self.faults.append(
            Fault(
                "duplicate-id",
                f"id `{id_}` is defined here for the second time{same}; the first one is used",
                place,
                (Related("first time here", earlier.place),),
                subject=earlier.id,
            )
        )

    def _validate(self, path: str, cls: type[Record], id_: str, raw: Map, place: Place) -> Record | None:
        self._unknown_empty_fields(path, cls, id_, raw, raw, ())
        validator = ready(cls).__pydantic_validator__
        try:
            return cast("Record", validator.validate_python(raw))
        except ValidationError as error:
            errors = error.errors(include_url=False)
        for detail in errors:
            self.faults.append(_fault(path, cls, id_, raw, place, detail))
        told = {detail["loc"] for detail in errors}
        kept: dict[str, Any] = raw
        for _ in range(MAX_ROUNDS):
            kept = self._without_errors(kept, errors)
            try:
                return cast("Record", validator.validate_python(kept))
            except ValidationError as error:
                errors = error.errors(include_url=False)
            for detail in errors:
                if detail["loc"] not in told and detail["type"] != "missing":
                    self.faults.append(_fault(path, cls, id_, raw, place, detail))
        return None

    def _unknown_empty_fields(
        self, path: str, cls: type[Record], id_: str, raw: Map, part: Any, steps: tuple[int | str, ...]
    ) -> None:
        """A key without a value counts as missing and never reaches the model; here its name is checked all the same."""
        if isinstance(part, Map):
            if len(part.marks) != len(part):
                owner = _model_at(cls, steps)
                for key in part.marks:
                    if key not in part and owner is not None and key not in owner.model_fields:
                        detail = {"type": "extra_forbidden", "loc": (*steps, key), "msg": ""}
                        fault = _fault(path, cls, id_, raw, Place(path), cast("ErrorDetails", detail))
                        self.faults.append(replace(fault, fix=COMMA) if " " in key else fault)
            for key, value in part.items():
                if value.__class__ is not str:
                    self._unknown_empty_fields(path, cls, id_, raw, value, (*steps, key))
        elif isinstance(part, Seq):
            for index, value in enumerate(part):
                if value.__class__ is not str:
                    self._unknown_empty_fields(path, cls, id_, raw, value, (*steps, index))

    @staticmethod
    def _without_errors(raw: dict[str, Any], errors: list[ErrorDetails]) -> dict[str, Any]:
        """A copy of the record in which every place with an error is left out."""
        kept: dict[str, Any] = _copy(raw)
        drop_items: list[tuple[list[Any], int]] = []
        for detail in errors:
            steps = list(detail["loc"])
            holder: Any = kept
            path: list[tuple[Any, Any]] = []
            for step in steps:
                inside = isinstance(holder, dict) and step in holder
                inside = inside or (isinstance(holder, list) and isinstance(step, int) and step < len(holder))
                if not inside:
                    continue
                path.append((holder, step))
                holder = holder[step]
            if detail["type"] == "missing" and path and path[-1][1] == steps[-1]:
                path.pop()
            if not path:
                continue
            owner, step = path[-1]
            if isinstance(owner, dict):
                owner.pop(step, None)
            else:
                drop_items.append((owner, step))
        for items, index in sorted(drop_items, key=lambda pair: -pair[1]):
            if index < len(items):
                del items[index]
        return kept


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copy(item) for item in value]
    return value


def _fault(path: str, cls: type[Record], id_: str, raw: Map, place: Place, detail: ErrorDetails) -> Fault:
    """A pydantic error as a fault at its line and column."""
    steps = detail["loc"]
    fields = [step for step in steps if isinstance(step, str)]
    name = fields[-1] if fields else ""
    where = f"{cls.singular} `{id_.split(':', 1)[-1]}`"
    if len(fields) > 1:
        where = f"`{'.'.join(fields[:-1])}` of {where}"
    if detail["type"] == "extra_forbidden":
        owner = _model_at(cls, steps[:-1])
        hint = did_you_mean(name, owner.model_fields) if owner else ""
        return Fault("unknown-field", f"{where} has no field `{name}`{hint}", place_of(path, raw, steps, key=True), subject=id_)
    if detail["type"] == "missing":
        at = place_of(path, raw, steps[:-1], key=True) if len(steps) > 1 else place
        return Fault("missing-field", f"{where} cannot stand without `{name}`", at, subject=id_, fix=f"add `{name}: ...`")
    value = detail.get("input")
    message = (
        detail["msg"]
        .replace("Input should be a valid tuple", "expected a list, such as [A-1, A-2]")
        .replace("Input should be a valid dictionary", "expected a mapping of fields")
        .replace("Input should be a valid string", "expected text")
        .replace("Input should be", "expected")
        .replace("String should have at least 1 character", "the text is empty")
        .replace(f"String should match pattern '{NOT_BLANK}'", "the text is empty")
        .replace("String should match pattern '^[0-9a-f]{64}$'", "expected 64 hexadecimal digits")
    )
    shown = (
        f", found `{value}`"
        if isinstance(value, str)
        else ", found a list"
        if isinstance(value, Seq)
        else ", found a mapping"
        if isinstance(value, Map)
        else ", found nothing"
        if value is None
        else ""
    )
    hint = ""
    if detail["type"] == "literal_error" and isinstance(value, str):
        known = [word.strip(" '") for word in str(detail.get("ctx", {}).get("expected", "")).replace(" or ", ", ").split(",")]
        hint = did_you_mean(value, known)
    if message.startswith("expected a mapping of fields"):  # pydantic adds the name of a class
        message = "expected a mapping of fields"
    return Fault("wrong-value", f"`{name}` of {where}: {message}{shown}{hint}", place_of(path, raw, steps), subject=id_)


def _model_at(cls: type[Any], steps: tuple[int | str, ...]) -> type[Any] | None:
    """The class that holds the field at the end of a pydantic `loc`."""
    current: type[Any] | None = cls
    keyed = False
    for step in steps:
        if current is None or not isinstance(step, str):
            continue
        if keyed:  # the step is the key of a record inside a mapping
            keyed = False
            continue
        info = ready(current).model_fields.get(step)
        if info is None:
            return None
        current, keyed = _part_in(info.annotation), _is_keyed(info.annotation)
    return None if keyed else current


def _is_keyed(annotation: Any) -> bool:
    return get_origin(annotation) is dict or any(get_origin(arg) is dict for arg in get_args(annotation))


def _part_in(annotation: Any) -> type[Any] | None:
    """The one `Part` class that a field's type holds, however deep."""
    from mdr_blueprint.model import Part

    if isinstance(annotation, type) and issubclass(annotation, Part):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _part_in(inner)
        if found is not None:
            return found
    return None


_INNER: dict[str, list[tuple[str, type[Record]]]] = {}
for _cls in KINDS.values():
    if _cls.parent is not None:
        _INNER.setdefault(_cls.parent, []).append((_cls.kind_name, _cls))
