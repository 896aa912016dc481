"""Whether the project's own risk policy decides every case, without steps backwards (ISO 14971:2019, 4.2 and 4.4)."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.diagnostics import Related
from mdr_blueprint.evaluation import p1_bands, p2_bands, probability, severity
from mdr_blueprint.load import Dossier, Entry
from mdr_blueprint.model import Risk, RiskPolicy
from mdr_blueprint.model.risk_process import ProbabilityScale
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import first, lacks, listed

CRITERIA = "ISO 14971:2019 4.2 and 4.4(d)"


@rule("RISK423", "E", basis=CRITERIA, requires=("RISK439",))
def incomplete_matrix(dossier: Dossier) -> Iterator[Found]:
    """A table of the risk policy has empty cells.

    Why: a risk that falls into an empty cell has no verdict, and someone will decide it by feeling.
    Fix: fill each cell.
    """
    for entry in entries(dossier, RiskPolicy):
        policy = entry.record
        tables = [("matrix", policy.severity, p1_bands(policy), {row: set(cells) for row, cells in policy.matrix.items()})]
        if p2_bands(policy):
            tables.append(("combine", p1_bands(policy), p2_bands(policy),
                          {row: set(cells) for row, cells in policy.combine.items()}))
        for table, rows, columns, cells in tables:
            if lacks(entry, table):
                continue
            absent = [row for row in rows if row not in cells]
            if absent:
                yield Found.on(entry, f"the table `{table}` has no row {listed([f'`{row}`' for row in absent])}", table, key=True)
            for row in rows:
                empty = [column for column in columns if row in cells and column not in cells[row]]
                if empty:
                    yield Found.on(entry, f"row `{row}` of the table `{table}` has no cell "
                                   f"{listed([f'`{column}`' for column in empty])}",
                                   table, row, key=True)
        open_ = [grade for grade in policy.severity if grade not in policy.not_estimable] if policy.not_estimable else []
        if open_:
            yield Found.on(entry, f"the table `not_estimable` has no verdict for {listed([f'`{grade}`' for grade in open_])}",
                           "not_estimable", key=True)


@rule("RISK424", "E", basis=CRITERIA, requires=("RISK439",))
def matrix_not_monotone(dossier: Dossier) -> Iterator[Found]:
    """A worse case gets a better verdict than a milder one.

    Why: the criteria contradict themselves; one of the two cells is a slip, and nobody knows which.
    Fix: correct the cell, so that no verdict improves when severity or probability rises.
    """
    for entry in entries(dossier, RiskPolicy):
        policy = entry.record
        p1, p2 = p1_bands(policy), p2_bands(policy)
        verdicts = {(s, p): int(verdict == "not_acceptable") for s, row in policy.matrix.items() for p, verdict in row.items()}
        ranks = {(a, b): p1.index(band) for a, row in policy.combine.items() for b, band in row.items() if band in p1}
        for table, cells, rows, columns in (("matrix", verdicts, policy.severity, p1), ("combine", ranks, p1, p2)):
            for milder, worse in _backwards(cells, rows, columns):
                was, now = (getattr(policy, table)[r][c] for r, c in (milder, worse))
                yield Found.on(entry, f"the table `{table}` says `{now}` for {_cell(worse)}, but `{was}` for the milder "
                               f"{_cell(milder)}",
                               table, *worse)
        yield from _mild_where_unknown(entry)


def _mild_where_unknown(entry: Entry[RiskPolicy]) -> Iterator[Found]:
    """Verdicts on risks that cannot be estimated: milder than for a lesser severity, or than for every band of probability."""
    policy, refused = entry.record, None
    for grade in policy.severity:
        verdict, row = policy.not_estimable.get(grade), policy.matrix.get(grade, {})
        if verdict == "not_acceptable":
            refused = grade
        elif verdict is not None and refused is not None:
            yield Found.on(entry, f"the table `not_estimable` says `{verdict}` for `{grade}`, but `not_acceptable` for the "
                           f"milder `{refused}`", "not_estimable", grade)
        elif verdict is not None and row and "acceptable" not in row.values():
            yield Found.on(entry, f"the table `not_estimable` says `{verdict}` for `{grade}`, but the matrix refuses it at every "
                           "probability", "not_estimable", grade)


def _cell(cell: tuple[str, str]) -> str:
    return f"`{cell[0]}` and `{cell[1]}`"


def _backwards(cells: dict[tuple[str, str], int], rows: tuple[str, ...],
               columns: tuple[str, ...]) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Pairs of neighbouring cells, milder and worse, where the value falls; each worse cell once."""
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            here = cells.get((row, column))
            milder = [(rows[i - 1], column)] if i else []
            milder += [(row, columns[j - 1])] if j else []
            fallen = next((cell for cell in milder if here is not None and cells.get(cell, 0) > here), None)
            if fallen is not None:
                yield fallen, (row, column)


@rule("RISK425", "E", basis=CRITERIA)
def disordered_bands(dossier: Dossier) -> Iterator[Found]:
    """The bands of a probability scale overlap, are out of order or leave a gap.

    Why: a measured rate must fall into exactly one band, from never to always.
    Fix: let the upper edges rise from band to band and end at 1.
    """
    for entry in entries(dossier, RiskPolicy):
        for name, words in (("probability", "P1"), ("p2", "P2")):
            scale: ProbabilityScale | None = getattr(entry.record, name)
            bands = list(scale.bands.items()) if scale else []
            below = None
            for band, edge in bands:
                if edge <= 0 or edge > 1:
                    yield Found.on(entry, f"band `{band}` of {words} ends at {edge}; a probability lies between 0 and 1", name,
                                   "bands", band)
                elif below is not None and edge <= below[1]:
                    yield Found.on(entry, f"band `{band}` of {words} ends at {edge}, not above `{below[0]}` before it "
                                   f"({below[1]})", name, "bands", band)
                below = (band, edge)
            if bands and 0 < bands[-1][1] < 1:
                band, edge = bands[-1]
                yield Found.on(entry, f"the last band `{band}` of {words} ends at {edge}; what lies between it and 1 has no band",
                               name, "bands", band)


@rule("RISK439", "E", basis=CRITERIA)
def policy_without_scale(dossier: Dossier) -> Iterator[Found]:
    """The risk policy does not define its scales.

    Why: words such as "remote" mean nothing until the policy says what they mean; no estimate can be checked against it.
    Fix: add the scales and tables that the message names.
    """
    for entry in entries(dossier, RiskPolicy):
        policy = entry.record
        absent = [f"`{name}`" for name in ("severity", "matrix") if lacks(entry, name)]
        if not p1_bands(policy) and not _unread_scale(entry, "probability"):
            absent.insert(1, "`probability` with `bands`")
        two_factors = bool(policy.combine) or any(
            estimate is not None and estimate.p2 is not None
            for risk in entries(dossier, Risk) for estimate in (risk.record.initial, risk.record.residual))
        if two_factors and not p2_bands(policy) and not _unread_scale(entry, "p2"):
            absent.append("`p2` with `bands`")
        if (two_factors or p2_bands(policy)) and lacks(entry, "combine"):
            absent.append("`combine`")
        if absent:
            yield Found.on(entry, f"the risk policy has no {listed(absent)}")


def _unread_scale(entry: Entry[RiskPolicy], name: str) -> bool:
    """Whether a scale was written and left out, itself or all of its bands, because it could not be read (ID108)."""
    scale, raw = getattr(entry.record, name), entry.raw.get(name)
    return bool(raw) if scale is None else not scale.bands and bool(raw and raw.get("bands"))


@rule("RISK449", "W", basis="ISO 14971:2019 4.4(d) (criteria where no probability can be estimated)",
      requires=("RISK423", "RISK439"))
def no_criterion_for_unestimable(dossier: Dossier) -> Iterator[Found]:
    """A probability cannot be estimated, and the risk policy has no criterion for that.

    Why: the standard asks for such a criterion; without it the risk is judged as if the harm were in the highest band, which
    nobody decided.
    Fix: give each severity its verdict in `not_estimable` of the risk policy.
    """
    for entry in entries(dossier, RiskPolicy):
        without: dict[str, list[Entry[Risk]]] = {}
        for risk in entries(dossier, Risk):
            for estimate in (risk.record.initial, risk.record.residual):
                grade = severity(dossier, estimate, risk.record.harm)
                open_ = estimate is not None and estimate.not_estimable and probability(entry.record, estimate) is None
                if open_ and grade in entry.record.severity and grade not in entry.record.not_estimable:
                    without.setdefault(str(grade), []).append(risk)
        if without:
            risks = list({risk.id: risk for found in without.values() for risk in found}.values())
            grades = listed([f"`{grade}`" for grade in entry.record.severity if grade in without])
            yield Found.on(entry, f"the risk policy has no verdict in `not_estimable` for {grades}, the severity of risks whose "
                           f"probability cannot be estimated: {first([f'`{risk.id}`' for risk in risks])}", "not_estimable",
                           key=True, related=[Related("risk without a probability", risk.place) for risk in risks[:3]])


@rule("RISK480", "W", basis=CRITERIA)
def scale_without_unit(dossier: Dossier) -> Iterator[Found]:
    """The bands of P1 do not say what they are counted by.

    Why: once in a thousand uses and once in a thousand years are not the same risk; without the unit no estimate can be checked,
    and no rate that is observed can be held against it.
    Fix: add `unit`: per use, per hour, per patient, per device and year.
    """
    for entry in entries(dossier, RiskPolicy):
        scale = entry.record.probability
        if scale is not None and scale.bands and not scale.unit:
            yield Found.on(entry, "the scale `probability` does not say per what it counts", "probability", key=True)


@rule("RISK440", "W", basis="ISO 14971:2019 4.2 (top management defines the policy)")
def unapproved_policy(dossier: Dossier) -> Iterator[Found]:
    """Nobody approved the risk policy.

    Why: what risk is acceptable is a decision of top management; without name and date nobody took it.
    Fix: add `approved_by` with name and date.
    """
    for entry in entries(dossier, RiskPolicy):
        approver = entry.record.approved_by
        if approver is None:
            if lacks(entry, "approved_by"):
                yield Found.on(entry, "the risk policy names nobody who approved it", "approved_by")
        elif approver.date is None and not entry.raw["approved_by"].get("date"):
            yield Found.on(entry, "the approval of the risk policy has no date", "approved_by")
