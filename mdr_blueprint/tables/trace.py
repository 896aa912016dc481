"""Chains from end to end: from a need to its results, from level to level, from Annex I to the verdict on a clause."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import takewhile

from mdr_blueprint.answers import answer_of
from mdr_blueprint.clause_tree import WORST_FIRST, ClauseState, hooks
from mdr_blueprint.load import Entry
from mdr_blueprint.model import AppliedStandard, GsprAnswer, Need, Requirement
from mdr_blueprint.rules.verification.requirements import LEVELS
from mdr_blueprint.tables.engine import table
from mdr_blueprint.tables.inputs import Inputs, records, standard_words
from mdr_blueprint.tables.proofs import live, origin, requirement_result, standing, tests_of
from mdr_blueprint.tables.series import counted, states, verdict_counts
from mdr_blueprint.tables.shapes import Cell, Column, Gap, LineItem, Lines, RecordLink, Row, row, value

SHOWN = 6
"""How many clauses or documents a cell names before it only counts the rest."""


@table(
    "need_trace",
    "Need to result",
    Column("User need", 26),
    Column("Requirement", 30),
    Column("Level", 11),
    Column("Test", 30),
    Column("Result", 16),
    Column("Evidence", 28),
    sheet=True,
)
def need_trace(inputs: Inputs) -> Iterator[Row]:
    """One row per need, requirement and test; requirements that rest on no need follow with the origin they have."""
    told: set[str] = set()
    for need in records(inputs, Need):
        below = requirements_below(inputs, need.id)
        if not below:
            yield row(need.id, inputs.marked(need.id), Gap("no requirement"), "", "", "", "")
        for requirement in below:
            told.add(requirement)
            yield from _requirement_rows(inputs, inputs.marked(need.id), requirement)
    for entry in records(inputs, Requirement):
        if entry.id not in told:
            yield from _requirement_rows(inputs, inputs.links(origin(inputs, entry.id), "no origin"), entry.id)


def requirements_below(inputs: Inputs, id_: str) -> list[str]:
    """Requirements that satisfy a need, and those that satisfy these, breadth first."""
    found: dict[str, None] = {}
    todo = [id_]
    for above in todo:
        for source in live(inputs, inputs.graph.sources(above, "satisfies")):
            if source not in found:
                found[source] = None
                todo.append(source)
    return list(found)


def _requirement_rows(inputs: Inputs, first: Cell, requirement: str) -> Iterator[Row]:
    entry = inputs.dossier.get(requirement, Requirement)
    level = value(entry.record.level if entry else None, "no level")
    tests = tests_of(inputs, requirement)
    if not tests:
        yield row(requirement, first, inputs.marked(requirement), level, Gap("no test"), "", "")
    for test in tests:
        found = standing(inputs, test)
        evidence = inputs.places(found.run, "evidence") if found.run else ""
        yield row(requirement, first, inputs.marked(requirement), level, inputs.titled(test), found.shown, evidence)


@table(
    "level_trace",
    "From need to item, level by level",
    Column("User need or origin", 26),
    Column("System requirement", 28),
    Column("Subsystem requirement", 28),
    Column("Item requirement", 28),
    Column("Result", 20),
    sheet=True,
)
def level_trace(inputs: Inputs) -> Iterator[Row]:
    """One row per requirement, behind those that it satisfies; below the needs those that rest on no need, by their origin."""
    told: set[str] = set()
    result = cache(partial(requirement_result, inputs))  # a requirement stands below every need that it serves
    for need in records(inputs, Need):
        below = dict.fromkeys(requirements_below(inputs, need.id))
        told.update(below)
        if not below:
            yield row(need.id, inputs.marked(need.id), Gap("no requirement"), "", "", "")
        yield from _Descent(inputs, inputs.marked(need.id), below, result).rows()
    origins = _origins(inputs)
    others: dict[str, dict[str, None]] = {}
    for entry in records(inputs, Requirement):
        if entry.id not in told:
            others.setdefault(origins.get(entry.id, ""), {})[entry.id] = None
    for words, group in others.items():
        yield from _Descent(inputs, words or Gap("no origin"), group, result).rows()


def _origins(inputs: Inputs) -> dict[str, str]:
    """What requirements come from that rest on no need; one that satisfies another requirement comes from what that one does."""
    graph, entries = inputs.graph, inputs.dossier.entries
    direct: dict[str, list[str]] = {"Annex I or a standard": [], "risk control": []}
    for entry in inputs.dossier.of(Requirement):
        targets = graph.targets(entry.id, "satisfies")
        used = (id_ for id_ in targets if id_ not in entries or entries[id_].record.retired is None)
        if any(inputs.dossier.get(id_, Requirement) is None for id_ in used):
            direct["Annex I or a standard"].append(entry.id)
        if graph.sources(entry.id, "implemented_by"):
            direct["risk control"].append(entry.id)
    found: dict[str, list[str]] = {}
    for words, todo in direct.items():
        told = set(todo)
        for id_ in todo:  # grows: what is below it follows
            found.setdefault(id_, []).append(words)
            if entries[id_].record.retired is None:
                below = [under for under in graph.sources(id_, "satisfies") if under not in told]
                told.update(below)
                todo += below
    return {id_: " and ".join(words) for id_, words in found.items()}


@dataclass
class _Descent:
    """The requirements under one need or origin, each below those of them that it satisfies."""

    inputs: Inputs
    first: Cell
    among: dict[str, None]
    result: Callable[[str], Cell]

    def rows(self) -> Iterator[Row]:
        """What was met before is not unfolded a second time. Where requirements satisfy each other in a circle and none stands on
        top, the first of them does.
        """
        met: set[str] = set()
        for start in sorted(self.among, key=lambda id_: not self._is_top(id_)):
            if start not in met:
                yield from self._below(start, met)

    def _below(self, start: str, met: set[str]) -> Iterator[Row]:
        """A requirement and what is below it."""
        todo: list[tuple[str, tuple[Cell, ...]]] = [(start, ())]
        while todo:  # without recursion: a chain may be as long as the project
            id_, path = todo.pop()
            chain = self._chain(id_, path)
            below = [child for child in live(self.inputs, self.inputs.graph.sources(id_, "satisfies")) if child in self.among]
            result = self.result(id_)
            if id_ in met and below:
                result = Lines((*(result.items if isinstance(result, Lines) else (result,)), "what is below it stands above"))
            yield row(id_, self.first, *chain, *[""] * (len(LEVELS) - len(chain)), result)
            if id_ not in met:
                met.add(id_)
                todo += [(child, chain) for child in reversed(below)]

    def _is_top(self, id_: str) -> bool:
        return not any(above in self.among for above in self.inputs.graph.targets(id_, "satisfies"))

    def _chain(self, id_: str, path: tuple[Cell, ...]) -> tuple[Cell, ...]:
        """The cells up to a requirement, in the column of its level; a level that is not below the one above is a gap."""
        entry = self.inputs.dossier.get(id_, Requirement)
        level = entry.record.level if entry else None
        items: list[LineItem] = [self.inputs.marked(id_)]
        at = LEVELS.index(level) if level else len(path)
        if level is None:
            items.append(Gap("no level"))
        if at < len(path):
            items.append(Gap(f"level {level}, not below the one above it"))
        at = min(max(at, len(path)), len(LEVELS) - 1)
        cell = items[0] if len(items) == 1 else Lines(tuple(items))
        return (*path[:at], *[""] * (at - len(path)), cell)


@table(
    "gspr_clause_trace",
    "Requirement of Annex I to clause and verdict",
    Column("Annex I", 8),
    Column("Topic (own words)", 26),
    Column("Standard", 17),
    Column("Clause", 20),
    Column("Verdict, or number of each", 14),
    Column("Clauses that count, and which are open or failed", 24),
    Column("Evidence", 26),
    sheet=True,
)
def gspr_clause_trace(inputs: Inputs) -> Iterator[Row]:
    """One row per requirement that applies and standard or clause that its answer names; then the standards that are applied and
    that the library knows to support it. A failed or open clause is a gap. A standard named as a whole has no one verdict: its
    row says how many clauses have which.
    """
    applied = [entry for entry in records(inputs, AppliedStandard) if not entry.record.not_applied]
    verdicts = _Verdicts(inputs)
    for key, item in inputs.law.gspr.items():
        entry = answer_of(inputs.dossier, inputs.law, key)
        if entry is None or entry.record.applicable is None:
            if item.answerable:
                missing = Gap("no answer" if entry is None else "open")
                yield Row((item.citation, item.topic, missing, "", "", "", ""), f"gspr:{key}", gap=True)
            continue
        if entry.key != key or not entry.record.applicable:
            continue
        head = RecordLink(entry.id, item.citation)
        found = list(_named(inputs, entry))
        supporting = [s.id for s in applied if _supports(inputs, s.id, key) and s.id not in {id_ for id_, _ in found}]
        if not found and not supporting:
            yield row(entry.id, head, item.topic, "none", "", "", "", inputs.places(entry.id, "evidence", "no evidence"))
        for standard, clause in found:
            yield row(entry.id, head, item.topic, inputs.link(standard, standard_words(inputs, standard)),
                      *verdicts.of(standard, clause, entry))  # fmt: skip
        for standard in supporting:
            yield row(entry.id, head, item.topic, inputs.link(standard, standard_words(inputs, standard)),
                      "supports it, not named in the answer", *verdicts.of(standard, None, None)[1:])  # fmt: skip


def _named(inputs: Inputs, answer: Entry[GsprAnswer]) -> Iterator[tuple[str, str | None]]:
    """The standards that an answer names, with the clause where it names one, each once."""
    pairs = [(edge.target, edge.place) for edge in inputs.graph.out(answer.id, "standards")]
    for edge in inputs.graph.out(answer.id, "records"):
        standard, mark, clause = edge.target.partition("#")
        if mark and inputs.law.standard(standard) is not None:
            pairs.append((standard, clause))
    yield from dict.fromkeys(pairs)


def _supports(inputs: Inputs, standard: str, key: str) -> bool:
    known = inputs.law.standard(standard)
    return known is not None and key in known.supports


class _Verdicts:
    """Verdicts on standards and clauses, each worked out once."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs
        self.told: dict[str, list[ClauseState]] = {}
        self.made: dict[tuple[str, str | None], tuple[Cell, Cell, Cell, Cell]] = {}

    def of(self, standard: str, clause: str | None, answer: Entry[GsprAnswer] | None) -> tuple[Cell, Cell, Cell, Cell]:
        """Clause, verdict, what is below it and evidence; where no clause has evidence, that of the answer."""
        if (standard, clause) not in self.made:
            self.made[standard, clause] = self._make(standard, clause)
        named, verdict, below, evidence = self.made[standard, clause]
        if evidence == "" and answer is not None:
            evidence = self.inputs.places(answer.id, "evidence", "no evidence")
        return named, verdict, below, evidence

    def _make(self, standard: str, clause: str | None) -> tuple[Cell, Cell, Cell, Cell]:
        if standard not in self.told:
            self.told[standard] = states(self.inputs, standard)
        told = self.told[standard]
        at = next((at for at, state in enumerate(told) if state.key == clause), None)
        named: Cell = "none named" if clause is None else RecordLink(f"{standard}#{clause}", clause)
        if at is not None:
            named = RecordLink(told[at].id, f"{clause} {told[at].item.title}".strip())
        if not any(state.entry for state in told):
            return named, self._unjudged(standard), "", ""
        if clause is None:
            return named, _numbers(told), _which(told), ""
        if at is None:
            listed = bool(self.inputs.clause_states(standard))
            return named, Gap("not in this edition") if listed else self._unjudged(standard), "", ""
        below = list(takewhile(lambda state: state.depth > told[at].depth, told[at + 1 :]))
        return named, _word(told[at].verdict), _which(below), self._evidence((told[at], *below))

    def _unjudged(self, standard: str) -> Cell:
        """Where the project judges no clause. A standard that a laboratory tests by is judged clause by clause; one for a process
        need not be.
        """
        known = self.inputs.law.standard(standard)
        by_clause = known is not None and bool(known.clauses) and (known.base is not None or bool(hooks(known)))
        return Gap("not judged") if by_clause else "not judged by clause"

    def _evidence(self, states: Sequence[ClauseState]) -> Cell:
        """The documents behind the verdicts, each once."""
        ids = dict.fromkeys(
            target for state in states if state.entry for target in self.inputs.graph.targets(state.entry.id, "evidence")
        )
        items: list[LineItem] = [RecordLink(id_, self.inputs.cited(id_, None)) for id_ in list(ids)[:SHOWN]]
        if len(ids) > SHOWN:
            items.append(f"and {len(ids) - SHOWN} more")
        return "" if not items else items[0] if len(items) == 1 else Lines(tuple(items))


def _word(verdict: str) -> Cell:
    return Gap(verdict) if verdict in ("F", "open") else verdict


def _numbers(told: Sequence[ClauseState]) -> Cell:
    """`18 open`, then `220 P`: how many clauses have which verdict."""
    counts = verdict_counts(told)
    items = [f"{counts[verdict]} {verdict}" for verdict in WORST_FIRST if counts[verdict]]
    return Lines(tuple(Gap(item) if item.endswith((" F", " open")) else item for item in items))


def _which(told: Sequence[ClauseState]) -> Cell:
    """`40 clauses`, then `open: 8.7.3, 8.7.4, 8.8.1`."""
    ends = list(counted(told))
    items: list[LineItem] = [f"{len(ends)} clause{'s' if len(ends) > 1 else ''}"] if ends else []
    for verdict in ("F", "open"):
        keys = [state.key for state in ends if state.own == verdict]
        more = f" and {len(keys) - SHOWN} more" if len(keys) > SHOWN else ""
        items += [Gap(f"{verdict}: {', '.join(keys[:SHOWN])}{more}")] if keys else []
    return "" if not items else items[0] if len(items) == 1 else Lines(tuple(items))
