"""Whether what is required of an insulation is as much as the figures of the library ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from mdr_blueprint.load import Dossier, Entry, Law
from mdr_blueprint.model import AppliedStandard, Insulation, TestParticulars
from mdr_blueprint.model.electrical import WorkingVoltage
from mdr_blueprint.model.library import ClauseFigure
from mdr_blueprint.model.scalars import number
from mdr_blueprint.quantities import UnitError, compare
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import call
from mdr_blueprint.rules.verification.limits import Figures, about, subject_of

GENERAL = "iec-60601-1"
ROW = "mains, working voltage up to 250 V rms"
"""The condition of the row. Of the tables the library holds this one row; of the rows below and above it, it knows nothing. So a
barrier is judged where this row is its own and no other: mains, and a working voltage of the band. The rows step at 125 V and
250 V r.m.s. for distances; the test voltage steps by the peak, at 212 V and 354 V, which are 150 V and 250 V r.m.s.
"""
BANDS: dict[str, tuple[tuple[str, Decimal, Decimal], ...]] = {
    "distance": (("rms", Decimal(125), Decimal(250)),),
    "test voltage": (("peak", Decimal(212), Decimal(354)), ("rms", Decimal(150), Decimal(250))),
}
"""What is asked -> working voltages by which the row is found, above the one and up to the other. The first one stated counts."""
UNITS = {"rms": "V a.c. r.m.s.", "peak": "V peak"}
ASKED: dict[str, tuple[str, str, str, str]] = {
    "creepage": ("distance", "8.9.1", "creepage distance", "required"),
    "clearance": ("distance", "8.9.1", "air clearance", "required"),
    "dielectric": ("test voltage", "8.8.3", "test voltage withstood", "voltage"),
}
"""Field of an insulation -> band, clause and quantity of the figure, and its own field with the required value."""
MAINS = re.compile(r"(?<!\bno )(?<!\bnot )(?<!\bisolated from )(?<!\bisolated from the )\bmains\b", re.IGNORECASE)
DEGREE = re.compile(r"(?<!\d)[1-4](?!\d)")
GROUP = re.compile(r"(?:\bgroup\s+|\A\s*)(I{1,3})(?:[ab]\b|\b)")
TRACKING = re.compile(r"(?:\bCTI\b\D{0,6}|\A\s*)(\d{2,9})")
GROUPS = ((600, "I"), (400, "II"), (0, "III"))
"""Comparative tracking index from which on a material is of a group."""
OTHER_STANDARD = re.compile(r"\b(?:62368|60950)\b")
"""Standards by which a means of operator protection may be built instead."""
SOURCES = {"secondary": ", a figure of a secondary source", "unverified": ", a figure that nobody has checked"}


@rule("VER572", "W", basis="IEC 60601-1 8.8.3 and 8.9.1; the figures as the library holds them", requires=("VER544", "VER569"))
def insulation_requirement_too_low(dossier: Dossier, law: Law) -> Iterator[Found]:
    """Less is required of an insulation than the standard asks for its means of protection.

    Why: the barrier is measured against a distance or tested with a voltage that is too low, and passes.
    Fix: correct the required value and measure again, or correct means of protection and working voltage. Where the bought
    standard grants less, say by which table and row in a waiver.
    """
    barriers, applied = list(entries(dossier, Insulation)), dossier.get(GENERAL, AppliedStandard)
    if not barriers or applied is None or applied.record.retired is not None or applied.record.not_applied is not None:
        return
    figures, particulars = Figures(dossier, law, GENERAL), dossier.single(TestParticulars)
    degree = particulars.pollution_degree if particulars else None
    for entry in barriers:
        for field in ASKED:
            figure = _figure(entry, field, figures, applied, degree)
            too_low = _too_low(entry, field, figure) if figure is not None else ""
            if too_low:
                yield Found.on(entry, too_low, field, ASKED[field][3])


def _figure(
    entry: Entry[Insulation], field: str, figures: Figures, applied: Entry[AppliedStandard], degree: str | None
) -> ClauseFigure | None:
    """The figure of the library that holds for a barrier; None where it has none or another row may hold. `degree` is the degree
    of pollution of the equipment, which holds where the barrier names none.
    """
    band, clause, quantity, _ = ASKED[field]
    record, protection = entry.record, entry.record.protection
    if protection is None or field in record.not_needed or not _in_band(record.working_voltage, band):
        return None
    if not MAINS.search(" ".join((record.title, *record.between, record.requirement or ""))):
        return None
    if protection.kind == "MOOP" and OTHER_STANDARD.search(record.requirement or ""):
        return None
    if any(f"{clause}.".startswith(f"{excluded}.") for excluded in applied.record.excluded):
        return None
    wanted = subject_of(quantity, f"{protection.count} {protection.kind}", None, ROW)
    found = [figure for figure in about(figures.of(clause), wanted) if _is_of(record, figure, degree)]
    return found[0] if len(found) == 1 else None


def _in_band(voltage: WorkingVoltage | None, band: str) -> bool:
    for name, above, up_to in BANDS[band] if voltage is not None else ():
        value = getattr(voltage, name)
        if value is not None:
            return _keeps(value, voltage, name, up_to) is True and _keeps(value, voltage, name, above) is False
    return False


def _keeps(value: Decimal, voltage: WorkingVoltage | None, name: str, limit: Decimal) -> bool | None:
    try:
        return compare(value, voltage.unit if voltage else None, limit, UNITS[name], "at_most").keeps
    except UnitError:
        return None


def _is_of(record: Insulation, figure: ClauseFigure, degree: str | None) -> bool:
    """Whether a barrier is in the surroundings that a figure names, or does not say otherwise."""
    pairs = ((_degree(record.pollution_degree or degree), _degree(figure.note)), (_group(record.material), _group(figure.note)))
    return all(said is None or of_figure is None or said == of_figure for said, of_figure in pairs)


def _degree(text: str | None) -> str | None:
    found = DEGREE.search(text or "")
    return found.group() if found is not None else None


def _group(text: str | None) -> str | None:
    """Material group that a text names, or that its comparative tracking index belongs to."""
    named, index = GROUP.search(text or ""), TRACKING.search(text or "")
    if named is not None:
        return named[1]
    return next(group for least, group in GROUPS if int(index[1]) >= least) if index is not None else None


def _too_low(entry: Entry[Insulation], field: str, figure: ClauseFigure) -> str:
    """What is wrong with a required value; nothing where it is enough or cannot be compared."""
    _, clause, _, name = ASKED[field]
    part = getattr(entry.record, field)
    required, asked = getattr(part, name, None), number(figure.value)
    if required is None or asked is None or figure.bound is None:
        return ""
    try:
        if compare(required, part.unit, asked, figure.unit, figure.bound).keeps:
            return ""
    except UnitError:
        return ""
    what = "is tested with" if field == "dielectric" else f"requires as `{field}`"
    return (f"{call(entry)} {what} {required} {part.unit}, but {figure.part_type} at {figure.condition} asks for {figure.value} "
            f"{figure.unit} (IEC 60601-1 {clause}{SOURCES.get(figure.confidence or '', '')})")
