"""How a rule is declared, and how all of them are run."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from graphlib import TopologicalSorter
from typing import Any, Literal

from mdr_blueprint.diagnostics import Fault, Finding, Place, Related, Report, Severity
from mdr_blueprint.facts import known
from mdr_blueprint.graph import Graph
from mdr_blueprint.load import Dossier, Entry, Law, LibraryData
from mdr_blueprint.model import Project, Record, Waiver
from mdr_blueprint.model.project import Stage
from mdr_blueprint.source import Sources

Weight = Literal["E", "W", "I"]
SEVERITY: dict[Stage, dict[Weight, Severity]] = {
    "draft": {"E": "info", "W": "info", "I": "info"},
    "review": {"E": "warning", "W": "warning", "I": "info"},
    "submission": {"E": "error", "W": "warning", "I": "info"},
}
"""What a weight means at each stage of a project."""

Subject = Entry[Any] | Place


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule yields; the engine adds code, severity, basis and fix."""

    subject: str
    place: Place
    message: str
    related: tuple[Related, ...] = ()
    fix: str | None = None

    @classmethod
    def on(cls, entry: Entry[Any], message: str, *steps: str | int, key: bool = False, related: Sequence[Related] = (),
           fix: str | None = None) -> Found:
        """At a field of a record, or at the record where the field is missing."""
        return cls(entry.id, entry.at(*steps, key=key), message, tuple(related), fix)

    @classmethod
    def missing(cls, dossier: Dossier, kind: str, message: str, fix: str | None = None) -> Found:
        """A whole kind is missing: once, at its empty key or at the head of project.yaml."""
        return cls(kind, dossier.empty_kinds.get(kind, dossier.home()), message, (), fix)

    @classmethod
    def of(cls, faults: Iterable[Fault], kind: str) -> Iterator[Found]:
        """The faults of a kind that a stage met, as they stand."""
        for fault in faults:
            if fault.kind == kind:
                yield cls(fault.subject or fault.place.path, fault.place, fault.message, fault.related, fault.fix)


@dataclass(frozen=True)
class WaiverUse:
    """Which findings each waiver covers; for the rules that judge waivers."""

    covered: dict[str, list[Finding]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with its documentation, all of it taken from the function."""

    code: str
    name: str
    """The fault it finds, such as `unverified-control`."""
    weight: Weight
    always_error: bool
    basis: str
    title: str
    why: str
    fix: str
    requires: tuple[str, ...]
    asks_for: tuple[str, ...]
    run: Callable[..., Iterable[Found]]

    @property
    def family(self) -> str:
        return self.code.rstrip("0123456789")

    @property
    def of_library(self) -> bool:
        """It judges the data of the library and no project."""
        return "library" in self.asks_for

    def severity(self, stage: Stage) -> Severity:
        return "error" if self.always_error else SEVERITY[stage][self.weight]

    def finding(self, found: Found, stage: Stage) -> Finding:
        message = " ".join(found.message.split()) if "\n" in found.message else found.message  # a quoted value may have lines
        return Finding(self.code, self.name, self.severity(stage), message, found.place, self.basis,
                       found.fix or self.fix, found.subject, found.related)


def rule(code: str, weight: Weight, *, basis: str, requires: tuple[str, ...] = (),
         always_error: bool = False) -> Callable[[Callable[..., Iterator[Found]]], Rule]:
    """Declare a rule. Its docstring is title, `Why:` and `Fix:`; its parameters say what it needs
    (`dossier`, `graph`, `law`, `known`, `sources`, `today`, `codes`, `waivers`, `faults`; `library` where it judges
    the data of the library).
    """

    def declare(function: Callable[..., Iterator[Found]]) -> Rule:
        title, why, fix = _parts(inspect.getdoc(function) or "", code)
        name = function.__name__.replace("_", "-")
        asks_for = tuple(inspect.signature(function).parameters)
        return Rule(code, name, weight, always_error, basis, title, why, fix, requires, asks_for, function)

    return declare


def _parts(doc: str, code: str) -> tuple[str, str, str]:
    head, _, rest = doc.partition("Why:")
    why, _, fix = rest.partition("Fix:")
    parts = (" ".join(head.split()), " ".join(why.split()), " ".join(fix.split()))
    if not all(parts):
        raise ValueError(f"{code}: the docstring of a rule is a title, `Why:` and `Fix:`")
    return parts


def check(rules: Sequence[Rule], sources: Sources, dossier: Dossier, graph: Graph, law: Law, today: date) -> Report:
    """Run all rules. A failed prerequisite silences its dependants on the same record: one cause, one message."""
    project = dossier.single(Project)
    stage: Stage = project.stage if project else "draft"
    inputs: dict[str, Any] = {"sources": sources, "dossier": dossier, "graph": graph, "law": law, "today": today}
    inputs["known"] = known(dossier, law)
    by_code = {rule.code: rule for rule in rules}
    inputs["codes"] = frozenset(by_code)
    failed: dict[str, set[str]] = {}
    findings: list[Finding] = []
    last: list[Rule] = []
    order = TopologicalSorter({rule.code: [code for code in rule.requires if code in by_code] for rule in rules})
    for code in order.static_order():
        current = by_code[code]
        if "faults" in current.asks_for or current.of_library:
            continue
        if "waivers" in current.asks_for:
            last.append(current)
            continue
        silenced: set[str] = set().union(*(failed.get(c, ()) for c in current.requires))
        found = [f for f in current.run(**{name: inputs[name] for name in current.asks_for}) if f.subject not in silenced]
        failed[code] = silenced | {f.subject for f in found}
        findings += [current.finding(f, stage) for f in found]
    findings, use = _waive(findings, dossier, today)
    inputs["waivers"] = use
    for current in last:
        findings += [current.finding(f, stage) for f in current.run(**{name: inputs[name] for name in current.asks_for})]
    return Report.of(findings)


def judge(rules: Sequence[Rule], faults: tuple[Fault, ...], dossier: Dossier) -> list[Finding]:
    """Findings about faults that only rendering and writing can meet: rules that ask for `faults`."""
    project = dossier.single(Project)
    stage: Stage = project.stage if project else "draft"
    inputs: dict[str, Any] = {"faults": faults, "dossier": dossier}
    return [rule.finding(found, stage) for rule in rules if "faults" in rule.asks_for
            for found in rule.run(**{name: inputs[name] for name in rule.asks_for})]


def check_library(rules: Sequence[Rule], library: LibraryData) -> Report:
    """Run the rules that judge the data of the library."""
    return Report.of(rule.finding(found, "submission") for rule in rules if rule.of_library for found in rule.run(library))


def _waive(findings: list[Finding], dossier: Dossier, today: date) -> tuple[list[Finding], WaiverUse]:
    """Mark the findings that a waiver covers; none disappears. An expired waiver is in use and covers nothing any more."""
    by_target: dict[tuple[str, str], str] = {}
    use = WaiverUse({entry.id: [] for entry in entries(dossier, Waiver)})
    for entry in entries(dossier, Waiver):
        by_target.setdefault((entry.record.code, entry.record.place), entry.id)
    if not by_target:
        return findings, use
    expired = {entry.id for entry in dossier.of(Waiver) if entry.record.expires is not None and today > entry.record.expires}
    marked = []
    for finding in findings:
        waiver = by_target.get((finding.code, finding.subject)) or by_target.get((finding.code, finding.place.path))
        if waiver is not None:
            use.covered[waiver].append(finding)
            if waiver not in expired:
                finding = replace(finding, waived=waiver)
        marked.append(finding)
    return marked, use


def live(dossier: Dossier, entry: Entry[Any]) -> bool:
    """Whether neither a record nor the one it stands in is retired."""
    if entry.record.retired is not None:
        return False
    owner = dossier.entries.get(entry.owner) if entry.owner else None
    return owner is None or owner.record.retired is None


def entries(dossier: Dossier, *classes: type[Record]) -> Iterator[Entry[Any]]:
    """The whole records of some kinds that are not retired."""
    for cls in classes:
        for entry in dossier.of(cls):
            if live(dossier, entry):
                yield entry
