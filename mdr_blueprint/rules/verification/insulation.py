"""The insulation table: whether each barrier is described, and holds. The table in the report asks for the same."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.load import Dossier, Entry
from mdr_blueprint.model import Insulation, TestParticulars
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import call, gaps, listed, unsaid

DISTANCES = ("creepage", "clearance")
SHOWN: dict[str, tuple[str, tuple[str, ...]]] = {
    "creepage": ("`creepage` required and measured", ("required", "measured", "unit")),
    "clearance": ("`clearance` required and measured", ("required", "measured", "unit")),
    "dielectric": ("`dielectric` voltage and result", ("voltage", "unit", "result")),
}
"""What shows that a barrier holds -> how a message names it, and its cells. Not each barrier needs all: solid insulation has no
path in air, and a protective impedance no dielectric strength.
"""


def asks_for_material(record: Insulation) -> bool:
    """Its group decides how long a path along a surface has to be."""
    return "creepage" not in record.not_needed


def asks_for_pollution(record: Insulation, particulars: TestParticulars | None) -> bool:
    """It decides on both distances; what the particulars say of it holds for every barrier."""
    needed = any(name not in record.not_needed for name in DISTANCES)
    return needed and not (particulars is not None and particulars.pollution_degree)


def asks_for_source(record: Insulation) -> bool:
    """Whether anything is required of it."""
    return any(name not in record.not_needed for name in SHOWN)


def results(dossier: Dossier) -> frozenset[str]:
    """The kinds of measurement of which a result stands in the table of insulation."""
    found = set()
    for entry in entries(dossier, Insulation):
        spacings = (entry.record.creepage, entry.record.clearance)
        if any(spacing is not None and spacing.measured is not None for spacing in spacings):
            found.add("spacing")
        if entry.record.dielectric is not None and entry.record.dielectric.result is not None:
            found.add("dielectric")
    return frozenset(found)


@rule("VER550", "E", basis="IEC 60601-1 8.8.3 and 8.9; MDR Annex I 18.7")
def insulation_below_required(dossier: Dossier) -> Iterator[Found]:
    """An insulation falls short of what is required of it.

    Why: the barrier between a dangerous voltage and a person is thinner than it has to be.
    Fix: mend the design and measure again, or correct the values.
    """
    for entry in entries(dossier, Insulation):
        for name in DISTANCES:
            spacing = getattr(entry.record, name)
            if spacing is None or spacing.required is None or spacing.measured is None or spacing.measured >= spacing.required:
                continue
            unit = f" {spacing.unit}" if spacing.unit else ""
            yield Found.on(entry, f"`{name}` of {call(entry)} is {spacing.measured}{unit} and should be at least "
                           f"{spacing.required}{unit}", name, key=True)
        if entry.record.dielectric is not None and entry.record.dielectric.result == "fail":
            yield Found.on(entry, f"{call(entry)} failed the test of dielectric strength", "dielectric", "result")


@rule("VER551", "W", basis="IEC 60601-1 8.5 to 8.9")
def incomplete_insulation(dossier: Dossier) -> Iterator[Found]:
    """A row of the insulation table has empty cells, or cells that contradict each other.

    Why: the laboratory checks each barrier from the diagram to the table; an empty cell is a question.
    Fix: add what the message names; where a barrier needs no creepage distance, clearance or dielectric test, leave the field out
    and name it in `not_needed` with the reason, such as `{creepage: solid insulation}`.
    """
    particulars = dossier.single(TestParticulars)
    for entry in entries(dossier, Insulation):
        missing = [*_unnamed(entry, particulars), *_unshown(entry)]
        if missing:
            yield Found.on(entry, f"{call(entry)} lacks {listed(missing)}")
        for group in entry.record.not_needed:
            if not unsaid(entry, group):
                yield Found.on(entry, f"{call(entry)} says that it needs no `{group}` and has values of it", "not_needed", group)


def _unnamed(entry: Entry[Insulation], particulars: TestParticulars | None) -> Iterator[str]:
    """What is not said of the barrier itself."""
    yield from gaps(entry, "area")
    if unsaid(entry, "between", 0) or unsaid(entry, "between", 1):
        yield "the two sides in `between`"
    if unsaid(entry, "protection", "kind") or unsaid(entry, "protection", "count"):
        yield "`protection`"
    if unsaid(entry, "working_voltage", "unit") or (
            unsaid(entry, "working_voltage", "rms") and unsaid(entry, "working_voltage", "peak")):
        yield "`working_voltage`"
    if asks_for_material(entry.record):
        yield from gaps(entry, "material")
    if asks_for_pollution(entry.record, particulars):
        yield from gaps(entry, "pollution_degree")
    if asks_for_source(entry.record):
        yield from gaps(entry, "requirement")
    yield from gaps(entry, "evidence")


def _unshown(entry: Entry[Insulation]) -> Iterator[str]:
    """What is not said of how it holds."""
    for group, (name, cells) in SHOWN.items():
        left_out = unsaid(entry, group) and not unsaid(entry, "not_needed", group)
        if not left_out and any(unsaid(entry, group, cell) for cell in cells):
            yield name
