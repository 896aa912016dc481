"""A record as a card: what it says, what it rests on, what rests on it, what is missing, where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeGuard

from mdr_blueprint.diagnostics import Finding
from mdr_blueprint.graph import Edge
from mdr_blueprint.graph.references import MENTIONS, QUOTES, prose_fields
from mdr_blueprint.load import Entry
from mdr_blueprint.markdown import parse_prose, plain_blocks
from mdr_blueprint.model import AppliedStandard, Document, Evidence, Part, Record, Risk
from mdr_blueprint.tables import Cell, Inputs, Lines
from mdr_blueprint.tables.inputs import shown
from mdr_blueprint.tables.levels import after, before, change, verdict
from mdr_blueprint.tables.proofs import proof
from mdr_blueprint.write.site.html import HtmlWriter, grid
from mdr_blueprint.write.site.markup import BREAK, Markup, element, escape, labelled, together

HIDDEN = frozenset({"notes", "retired", "illustrative", "title"})
PROOFS = frozenset({"verified_implementation", "verified_effectiveness", "verified_by"})
"""Relations to what proves something: the card says what the proof says today."""
WORDS = {
    "p1": "P1",
    "p2": "P2",
    "p": "P",
    "ifu": "IFU",
    "purl": "package URL",
    "srn": "SRN",
    "prrc": "person responsible for regulatory compliance",
    "emdn": "EMDN",
    "sha256": "SHA-256",
    "gspr": "GSPR",
}


class CardWriter:
    """Writes records for one page."""

    def __init__(self, headings: Headings, html: HtmlWriter) -> None:
        self.headings = headings
        self.inputs = headings.inputs
        self.html = html

    def card(self, entry: Entry[Record]) -> Markup:
        """Everything below the heading of a record."""
        parts = []
        record = entry.record
        if not entry.whole:
            parts.append(element("p", "This record could not be read; see its findings.", class_="mdr-gap"))
        if record.retired is not None:
            parts.append(element("p", f"Retired: {self.inputs.say(record.retired.reason)}", class_="mdr-retired"))
        if record.illustrative:
            words = "illustrative: made for the example, not a fact of a real device"
            parts.append(element("p", words, class_="mdr-illustrative"))
        findings = self.inputs.report.about(entry.id)
        if findings:
            parts.append(element("ul", *map(self._finding, findings), class_="mdr-findings"))
        references = self._references(entry)
        fields = self._fields(record, references, ()) if entry.whole else ()
        rows = [*self._computed(entry), *fields, *self._back_rows(entry)]
        parts.append(element("table", element("tbody", labelled(rows)), class_="mdr-fields"))
        parts += self._lists(record, references) if entry.whole else ()
        parts.append(element("p", f"{entry.cls.singular} in ", element("code", str(entry.place)), class_="mdr-where"))
        return element("div", "\n", together(parts, "\n"), class_="mdr-record")

    def words(self, entry: Entry[Record]) -> str:
        """What a search finds besides the heading: what the record is, and its own text."""
        own = getattr(entry.record, "text", None) or getattr(entry.record, "reduction_argument", None)
        return f"{entry.cls.singular}: {plain_blocks(parse_prose(self.inputs.say(own)))}" if own else entry.cls.singular

    def _finding(self, found: Finding) -> Markup:
        state = f"waived by {found.waived}" if found.waived else found.severity
        say = self.inputs.say
        fix = element("span", say(found.fix), " ", element("em", f"({say(found.basis)})"), class_="mdr-fix")
        code = element("strong", found.code)
        words = f" {state}: {say(found.message)}"
        return element("li", code, words, BREAK, fix, class_=f"mdr-{'waived' if found.waived else found.severity}")

    def _references(self, entry: Entry[Record]) -> dict[tuple[str | int, ...], Edge]:
        """By place, those that are a field's value; what a text mentions or quotes stays part of the text."""
        edges = self.inputs.graph.out(entry.id)
        return {edge.steps: edge for edge in edges if edge.relation not in (MENTIONS.name, QUOTES.name)}

    def _computed(self, entry: Entry[Record]) -> Iterator[tuple[str, Markup]]:
        """The level of a risk before and after control, which stands in no field of it."""
        risk = self.inputs.dossier.get(entry.id, Risk)
        if risk is None:
            return
        untouched = not risk.record.controls and risk.record.residual is None
        for words, found in (("before", before(self.inputs, risk)), ("after", after(self.inputs, risk))):
            said = element("strong", self.html.cell(verdict(found)))
            if found:
                band = (found.probability or "not estimable").replace("_", " ")
                said += f": severity {found.severity}, probability of harm {band}"
                said += " (no control, as before)" if words == "after" and untouched else ""
            yield f"level {words} control, computed", said

    def _fields(
        self, part: Part, references: dict[tuple[str | int, ...], Edge], at: tuple[str | int, ...]
    ) -> Iterator[tuple[str, Markup]]:
        prose = prose_fields(type(part))
        for name in type(part).model_fields:
            found = getattr(part, name)
            if found is None or found == () or found == {} or (not at and (name in HIDDEN or _is_list(found))):
                continue
            yield _label(name), self._value(found, references, (*at, name), name in prose)

    def _lists(self, record: Record, references: dict[tuple[str | int, ...], Edge]) -> Iterator[Markup]:
        """Below the other fields, over the whole width: measured values, options, events."""
        for name in type(record).model_fields:
            found = getattr(record, name)
            if _is_list(found):
                yield together((element("p", _label(name), class_="mdr-label"), self._grid(found, references, (name,))), "\n")

    def _value(self, found: Any, references: dict[tuple[str | int, ...], Edge], at: tuple[str | int, ...], prose: bool) -> Markup:
        edge = references.get(at)
        if edge is not None and isinstance(found, str):
            return self._reference(edge)
        if isinstance(found, str):
            if prose:
                return self.html.blocks(parse_prose(self.inputs.say(found)))
            return escape(self.inputs.say(WORDS.get(found) or self.inputs.worded(found)))
        if isinstance(found, Record):
            return self._inner(str(at[-1]))
        if isinstance(found, Part):
            return together((together((f"{name}: ", value)) for name, value in self._fields(found, references, at)), "; ")
        if _is_list(found):
            return self._grid(found, references, at)
        if isinstance(found, tuple):
            items = [self._value(item, references, (*at, index), False) for index, item in enumerate(found)]
            simple = all(isinstance(item, str) and (*at, index) not in references for index, item in enumerate(found))
            return together(items, ", " if simple else BREAK)
        if isinstance(found, dict):
            return together((self._entry(key, item, references, at) for key, item in found.items()), BREAK)
        if isinstance(found, bool):
            return escape("yes" if found else "no")
        return escape(str(found))

    def _entry(self, key: str, item: Any, references: dict[tuple[str | int, ...], Edge], at: tuple[str | int, ...]) -> Markup:
        """An entry of a mapping: a record of its own, or a value with its name."""
        if isinstance(item, Record):
            return self._inner(key)
        return together((f"{self.inputs.worded(key)}: ", self._value(item, references, (*at, key), False)))

    def _grid(self, parts: tuple[Part, ...], references: dict[tuple[str | int, ...], Edge], at: tuple[str | int, ...]) -> Markup:
        """Parts of one shape as rows: measured values, options, events. A column is there where one of them fills it."""
        rows = [dict(self._fields(part, references, (*at, index))) for index, part in enumerate(parts)]
        labels = [_label(name) for name in type(parts[0]).model_fields]
        columns = [label for label in labels if any(label in row for row in rows)]
        return grid(columns, ([row.get(label, "") for label in columns] for row in rows))

    def _inner(self, id_: str) -> Markup:
        """A record that stands inside another one: a risk, a sequence of events, the answer on a clause."""
        entry = self.inputs.dossier.entries.get(id_)
        return self._named(entry) if entry else escape(id_)

    def _named(self, entry: Entry[Record]) -> Markup:
        """A link to a record; a risk says how its level changes, what is retired says that instead."""
        link = self.html.record(entry.id, self.headings.of(entry))
        if self._is_retired(entry):
            return together((link, " ", element("small", "(retired)")))
        risk = self.inputs.dossier.get(entry.id, Risk)
        return together((link, BREAK, element("small", self.html.cell(change(self.inputs, risk))))) if risk else link

    def _is_retired(self, entry: Entry[Record]) -> bool:
        """By itself, or with the record it stands in."""
        owner = self.inputs.dossier.entries.get(entry.owner or "") if entry.cls.parent else None
        return entry.record.retired is not None or (owner is not None and owner.record.retired is not None)

    def _says(self, edge: Edge) -> Markup:
        """What a proof says today, on which revision of the device, and where that is written down."""
        found = proof(self.inputs, edge)
        parts = [self.html.cell(found.result)]
        if found.revision != "":
            parts.append("device " + self.html.cell(found.revision))
        parts.append(escape(found.date))
        if found.report not in ("", self.inputs.link(edge.target)):
            parts.append(self._in_one_line(found.report))
        return element("small", together((part for part in parts if part), ", "))

    def _in_one_line(self, cell: Cell) -> Markup:
        return together(map(self.html.cell, cell.items), "; ") if isinstance(cell, Lines) else self.html.cell(cell)

    def _reference(self, edge: Edge) -> Markup:
        link = self._link(edge)
        return together((link, BREAK, self._says(edge))) if edge.relation in PROOFS else link

    def _link(self, edge: Edge) -> Markup:
        entry = self.inputs.dossier.entries.get(edge.target)
        if entry is not None and edge.place is None and entry.cls is not Evidence:
            words = self.headings.of(entry)
        else:
            label = self.inputs.say(self.inputs.dossier.label_of(entry)) if entry else ""
            words = f"{self.inputs.cited(edge.target, edge.place)} {label}".strip()
        return self.html.record(edge.target, words, edge.place)

    def _back_rows(self, entry: Entry[Record]) -> Iterator[tuple[str, Markup]]:
        """What rests on the record, by the inverse name of the relation."""
        grouped: dict[str, list[str]] = {}
        for edge in self.inputs.graph.into(entry.id):
            grouped.setdefault(edge.inverse, []).append(edge.source)
        for inverse, sources in grouped.items():
            links = [self._named(self.inputs.dossier.entries[id_]) for id_ in dict.fromkeys(sources)]
            yield f"← {_label(inverse)}", together(links, BREAK)


def _is_list(found: Any) -> TypeGuard[tuple[Part, ...]]:
    """Whether a value is several parts, which read better as rows of a table."""
    return isinstance(found, tuple) and len(found) > 1 and isinstance(found[0], Part) and not isinstance(found[0], Record)


@cache
def _label(name: str) -> str:
    return WORDS.get(name, name.replace("_", " "))


@dataclass
class Headings:
    """Id and title of each record, as plain text; a page that names it asks again."""

    inputs: Inputs
    _known: dict[str, str] = field(default_factory=dict)

    def of(self, entry: Entry[Record]) -> str:
        if entry.id not in self._known:
            self._known[entry.id] = _heading(self.inputs, entry)
        return self._known[entry.id]


def _heading(inputs: Inputs, entry: Entry[Record]) -> str:
    label = inputs.say(inputs.dossier.label_of(entry))
    if entry.cls.keys == "single":
        return entry.cls.plural
    if entry.cls.keys == "gspr":
        item = inputs.law.gspr.get(entry.key)
        return f"GSPR {item.citation if item else entry.key}: {item.topic if item else ''} ({label or 'unreadable'})"
    if entry.cls.keys == "clause":
        known = inputs.law.standard(entry.owner or "")
        title = known.clauses[entry.key].title if known and entry.key in known.clauses else ""
        name = known.designation.split(":")[0] if known else entry.owner
        return " ".join(word for word in (f"{name} clause {entry.key}", title, f"({label or 'unreadable'})") if word)
    if entry.cls is AppliedStandard:
        standard = inputs.law.standard(entry.key)
        return f"{standard.designation} ({entry.key})" if standard else entry.key
    if entry.cls is Document:
        return entry.key.replace("_", " ").capitalize()
    return f"{shown(entry.id)} {label}".strip()
