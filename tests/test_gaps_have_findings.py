"""What a sheet of the proof shows as a gap, a rule finds: piece by piece in a project without gaps, and in the example."""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from projects import example

from mdr_blueprint.pipeline import compile
from mdr_blueprint.revision import Revision
from mdr_blueprint.tables import Gap, Inputs, Lines, RecordLink, Row, Tables
from mdr_blueprint.tables.series import judged
from mdr_blueprint.tables.shapes import words

CLEAN = Path(__file__).parent / "seeded" / "proof_clean"
TODAY = date(2026, 6, 30)
SHEETS = (
    "particulars", "applied_parts", "essential_performance", "insulation", "critical_components", "measurements", "rm_hooks",
    "coverage", "needs", "need_trace", "level_trace", "allocation", "requirements", "tests", "runs", "instruments", "imported_runs",
    "results_by_revision", "delta_assessments",
)
"""With the clauses of each standard that is judged."""
RECORDS = {
    "test_particulars": None, "components": None, "essential_performance": None, "insulation": None, "needs": None,
    "instruments": None, "runs": ["RUN-ACCURACY-1", "RUN-ACCURACY-2", "RUN-CHECK"], "requirements": ["REQ-ACCURACY", "REQ-CHECK"], "tests": ["TC-ACCURACY"],
    "clauses": ["4", "4.3", "6.4", "8.5.1.2", "8.7.3", "8.11.3", "12.4.4"],
}
"""The kinds that are changed, and where there are many alike, which records of them."""
OTHERS: dict[str, list[Any]] = {
    "result": ["fail", "blocked"], "verdict": ["P", "F", "open", "N/A", "N/E"], "device_revision": ["v0", "v9"], "revision": ["v9"],
    "value": [9999], "measured": [0.1], "uncertainty": [500], "date": [date(2029, 1, 1), date(2020, 1, 1)], "due": [date(2020, 1, 1)],
    "calibrated": [date(2029, 1, 1)], "unit": ["K", "nonsense"], "limit_unit": ["K"], "facts": [{"pressure": True}],
    "level": ["item", "system"], "retest": ["RUN-CHECK"], "retired": [{"reason": "gone"}],
}
"""Field -> what it is changed to."""
Where = tuple[str | int, ...]


@cache
def project() -> dict[str, Any]:
    texts = (path.read_text("utf-8") for path in sorted(CLEAN.glob("*.yaml")))
    return {kind: records for text in texts for kind, records in yaml.safe_load(text).items()}


def pieces(value: Any, path: Where) -> Iterator[Where]:
    """Everything that can be left out: records, fields and what stands in them."""
    yield path
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if isinstance(value, dict) or isinstance(part, dict):
            yield from pieces(part, (*path, key))


def places(kind: str) -> list[Where]:
    start: Where = ("clauses", "iec-60601-1") if kind == "clauses" else (kind,)
    chosen = RECORDS[kind]
    found = pieces(at(project(), start), start)
    return [p for p in found if p[-1] != "illustrative" and (chosen is None or len(p) == len(start) or p[len(start)] in chosen)]


def at(records: Any, path: Where) -> Any:
    for step in path:
        records = records[step]
    return records


def changes(kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The project without each piece of a kind, and with another value in its place."""
    for place in places(kind):
        said = ".".join(map(str, place))
        changed = copy.deepcopy(project())
        del at(changed, place[:-1])[place[-1]]
        yield f"without {said}", changed
        value = at(project(), place)
        if isinstance(value, dict) and len(place) == (3 if kind == "clauses" else 2) and kind != "test_particulars":
            yield f"{said} retired", other(place, {**value, "retired": {"reason": "gone"}})
        for new in OTHERS.get(str(place[-1]), ()):
            if new != value and isinstance(new, dict) == isinstance(value, dict):
                yield f"{said} is {new}", other(place, new)


def other(place: Where, value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(project())
    at(changed, place[:-1])[place[-1]] = value
    return changed


def tables_of(folder: Path) -> Tables:
    made = compile(folder, as_of=TODAY)
    return Tables(Inputs(made.sources, made.dossier, made.graph, made.law, made.report, Revision("test")))


def told(folder: Path, records: dict[str, Any]) -> tuple[Counter[str], Counter[str]]:
    """The gaps in the sheets and the findings, each as it reads."""
    (folder / "project.yaml").write_text(yaml.safe_dump(records, allow_unicode=True, sort_keys=False), "utf-8")
    tables = tables_of(folder)
    shown = Counter(f"{name}: {row.subject}: {gaps_in(row)}" for name, row in gap_rows(tables))
    return shown, Counter(f"{f.code} {f.subject}: {f.message}" for f in tables.inputs.report.findings)


def gap_rows(tables: Tables) -> Iterator[tuple[str, Row]]:
    for name in SHEETS:
        yield from ((name, row) for row in tables.get(name).rows if row.gap)
    for standard in judged(tables.inputs):
        yield from (("clauses", row) for row in tables.get("clauses", standard).rows if row.gap)


def gaps_in(row: Row) -> list[str]:
    return [item.text for item in items_of(row) if isinstance(item, Gap)]


def items_of(row: Row) -> list[Any]:
    return [item for cell in row.cells for item in (cell.items if isinstance(cell, Lines) else (cell,))]


@cache
def unchanged(folder: Path) -> tuple[Counter[str], Counter[str]]:
    return told(folder, project())


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("proof")


def test_the_clean_proof_has_no_gap_but_the_levels_of_its_risks(folder):
    """The risks are not estimated there, which is told at the risks."""
    assert [gap for gap in unchanged(folder)[0] if "level unknown" not in gap] == []


@pytest.mark.verifies("REQ-RUL-01")
@pytest.mark.parametrize("kind", RECORDS)
def test_a_new_gap_is_a_new_finding(folder, kind):
    gaps, findings = unchanged(folder)
    silent, seen = {}, 0
    for change, records in changes(kind):
        new_gaps, new_findings = (new - old for new, old in zip(told(folder, records), (gaps, findings), strict=True))
        seen += bool(new_gaps)
        if new_gaps and not new_findings:
            silent[change] = dict(new_gaps)
    assert silent == {}
    assert seen, "something was taken away that a sheet misses"


def test_each_gap_of_the_example_is_told_where_it_is(tmp_path):
    """At the record of the row, at one that the row names or rests on, or at a clause of the standard that it names."""
    tables = tables_of(example(tmp_path / "device"))
    subjects = {finding.subject for finding in tables.inputs.report.findings}
    subjects |= {subject.partition("#")[0] for subject in subjects}
    rows = [*gap_rows(tables), *(("gspr_clause_trace", row) for row in tables.get("gspr_clause_trace").rows if row.gap)]
    assert rows, "the example is not finished"
    silent = [(name, row.subject, gaps_in(row)) for name, row in rows if not named(tables, row) & subjects]
    assert silent == []


def named(tables: Tables, row: Row) -> set[str]:
    """The records that a row is about, and what they are verified by."""
    found = {row.subject or "", *(item.id for item in items_of(row) if isinstance(item, RecordLink))}
    found |= {word for cell in row.cells for word in re.findall(r"[A-Z]+-[\w-]+", words(cell))}
    graph, todo = tables.inputs.graph, list(found)
    for id_ in todo:  # a need rests on requirements, these on tests
        below = [*graph.sources(id_, "satisfies"), *graph.targets(id_, "verified_by")]
        todo += [next_ for next_ in below if next_ not in found]
        found.update(below)
    return found
