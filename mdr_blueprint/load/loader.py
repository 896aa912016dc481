"""Stage 2, load: records one by one, so that one broken record never hides twenty other findings.

A record that cannot stand is kept as an entry without content, so that references to it are not called dangling as well.
"""

from __future__ import annotations

from typing import Any

from mdr_blueprint.diagnostics import Fault, Place, Related, did_you_mean
from mdr_blueprint.load.dossier import Dossier, Entry
from mdr_blueprint.load.validate import validate
from mdr_blueprint.model import KINDS, TOP_LEVEL, Record, ready
from mdr_blueprint.model.scalars import ID_PATTERN
from mdr_blueprint.source import Map, Source, Sources

_INNER: dict[str, list[tuple[str, type[Record]]]] = {}
for _cls in KINDS.values():
    if _cls.parent is not None:
        _INNER.setdefault(_cls.parent, []).append((_cls.kind_name, _cls))


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
                fix = f"write `{kind}:` and below it one key per record"
                self.faults.append(Fault("wrong-value", f"`{kind}` must hold records by their id", place, fix=fix))
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
            self._malformed(key, id_, place)
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
            record, faults = validate(source, cls, id_, raw, place)
            self.faults += faults
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
                    self._malformed(key, key, place)
                raw = group.get(key)
                if raw is None:
                    self.faults.append(Fault("wrong-value", f"{cls.singular} `{key}` has no content", place, subject=key))
                if not isinstance(raw, Map):
                    raw = Map(place.line - 1, place.column - 1)
                entry = Entry(key, key, cls, record or ready(cls).model_construct(), raw, place, owner.id, record is not None)
                self.entries[key] = self.folded[folded] = entry

    def _malformed(self, key: str, id_: str, place: Place) -> None:
        fix = "an id starts with a letter and has letters, digits, `_`, `.` and `-` only"
        self.faults.append(Fault("malformed-id", f"`{key}` cannot be an id", place, subject=id_, fix=fix))

    def _duplicate(self, earlier: Entry[Record], id_: str, place: Place) -> None:
        same = "" if earlier.id == id_ else " but for the case of letters"
        first, second = Related("first time here", earlier.place), Related("second time here", place)
        told = f"id `{earlier.id}` is defined here and again in {place.path}{same}"
        again = f"id `{id_}` is defined here for the second time{same}; the first one is used"
        self.faults.append(Fault("duplicate-id", told, earlier.place, (second,), subject=earlier.id))
        self.faults.append(Fault("duplicate-id", again, place, (first,), subject=earlier.id))
