"""Whether the analysis was compared with the hazard libraries that it names (ISO 14971:2019, 5.4)."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.completeness import left_out
from mdr_blueprint.diagnostics import did_you_mean
from mdr_blueprint.facts import Known
from mdr_blueprint.load import Dossier, Law
from mdr_blueprint.model import Hazard, RiskPlan
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import call, first, short

COMPARED = "ISO 14971:2019 5.4 (known hazards); MDR Annex I 3(b)"


@rule("RISK460", "W", basis=COMPARED)
def library_hazard_left_out(dossier: Dossier, law: Law, known: Known) -> Iterator[Found]:
    """A hazard of a library that the plan names is neither used nor argued away.

    Why: what devices of this kind are known to do is the first thing a reviewer looks for; a hazard that is not there may have
    been overlooked.
    Fix: name it in `library` of the hazard that answers it; where it cannot arise in this device, write a hazard that says so in
    `not_arising`.
    """
    for entry in entries(dossier, RiskPlan):
        for index, name in enumerate(entry.record.hazard_libraries):
            library = law.hazard_libraries.get(name)
            if library is None or name in entry.record.hazard_libraries[:index]:
                continue
            left, due = left_out(dossier, law, known, name)
            if left:
                named = [f"`{id_}` ({short(library.hazards[id_].title)})" for id_ in left]
                yield Found.on(entry, f"{len(left)} of {due} hazards of the library `{name}` that concern the device are "
                               f"answered by no hazard: {first(named)}", "hazard_libraries", index)


@rule("RISK461", "W", basis=COMPARED)
def unknown_library_name(dossier: Dossier, law: Law) -> Iterator[Found]:
    """A name of a hazard library, or of a hazard in one, does not exist.

    Why: the comparison that it stands for is not made.
    Fix: correct the name; what the libraries hold stands in `risk/`.
    """
    for plan in entries(dossier, RiskPlan):
        for index, name in enumerate(plan.record.hazard_libraries):
            if name not in law.hazard_libraries:
                known = first([f"`{library}`" for library in law.hazard_libraries])
                hint = did_you_mean(name, law.hazard_libraries) or f"; there are {known}"
                yield Found.on(plan, f"`{name}` is no hazard library{hint}", "hazard_libraries", index)
    for entry in entries(dossier, Hazard):
        for index, id_ in enumerate(entry.record.library):
            if id_ not in law.library_hazards:
                yield Found.on(entry, f"`{id_}` of {call(entry)} is no hazard of a library"
                               f"{did_you_mean(id_, law.library_hazards)}", "library", index)
