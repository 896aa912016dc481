"""From need to test: whether each requirement has an origin, a place in the device and a test (Annex II 6.1)."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.graph import Graph
from mdr_blueprint.load import Dossier
from mdr_blueprint.model import Need, Requirement, Test
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import base, call, gaps, is_missing, is_used, lacks, listed, referring, unread
from mdr_blueprint.source import Sources

VERIFICATION = "MDR Annex II 6.1(b); ISO 13485:2016 7.3.6"
LEVELS = ("system", "subsystem", "item")
"""From the whole to its parts."""
PROVES = ("verified_by", "verified_implementation", "verified_effectiveness")


@rule("VER501", "W", basis="ISO 13485:2016 7.3.2(e) and 7.3.3 (traceability of outputs to inputs)")
def orphan_requirement(dossier: Dossier, graph: Graph, sources: Sources) -> Iterator[Found]:
    """A requirement has no origin.

    Why: what nobody asked for is built, tested and kept for nothing; or the need, the law or the control behind it was
    forgotten.
    Fix: name in `satisfies` the need, requirement, GSPR or clause it comes from, or let a control name it in `implemented_by`.
    """
    excused = unread(dossier, sources)
    for entry in entries(dossier, Requirement):
        if lacks(entry, "satisfies") and entry.id not in excused and not is_used(graph, entry.id, "implemented_by"):
            yield Found.on(entry, f"{call(entry)} satisfies nothing and implements no risk control", "satisfies")


@rule("VER502", "E", basis=VERIFICATION)
def unverified_requirement(dossier: Dossier) -> Iterator[Found]:
    """A requirement is verified by no test.

    Why: the device may or may not do it; the technical file has to show that it does.
    Fix: name in `verified_by` the test or inspection that decides it.
    """
    for entry in entries(dossier, Requirement):
        if lacks(entry, "verified_by"):
            yield Found.on(entry, f"{call(entry)} is verified by no test", "verified_by")


@rule("VER503", "W", basis="ISO 13485:2016 7.3.6")
def orphan_test(dossier: Dossier, graph: Graph, sources: Sources) -> Iterator[Found]:
    """A test verifies nothing.

    Why: its result proves no requirement and no control, so the work is lost; often the link back was forgotten.
    Fix: name it in `verified_by` of a requirement, or in the verification of a control.
    """
    excused = unread(dossier, sources)
    for entry in entries(dossier, Test):
        if entry.id not in excused and not is_used(graph, entry.id, *PROVES):
            yield Found.on(entry, f"{call(entry)} verifies no requirement and no risk control")


@rule("VER580", "W", basis="ISO 13485:2016 7.3.3; MDR Annex II 3(a) and 6.1(b)")
def incomplete_requirement(dossier: Dossier) -> Iterator[Found]:
    """A requirement has no text, no level or no kind.

    Why: a title is no requirement that a test could fail; level and kind say where in the design it stands and who fulfils it.
    Fix: add what the message names.
    """
    for entry in entries(dossier, Requirement):
        missing = gaps(entry, "text", "level", "kind")
        if missing:
            yield Found.on(entry, f"{call(entry)} has no {listed(missing, 'or')}")


@rule("VER582", "I", basis="ISO 13485:2016 7.3.2(e) (traceability of outputs to inputs); MDR Annex II 3(a)")
def level_not_below(dossier: Dossier) -> Iterator[Found]:
    """A requirement satisfies another one and does not stand on a level below it.

    Why: levels tell a reader which part of the device answers for what; a part that asks something of the whole is turned round.
    Fix: correct `level` of one of the two, or turn `satisfies` round; what refines a requirement on its own level belongs in it.
    """
    for entry in entries(dossier, Requirement):
        for index, reference in enumerate(entry.record.satisfies):
            above = dossier.get(base(reference), Requirement)
            if above is None or above.record.retired is not None or not (entry.record.level and above.record.level):
                continue
            if LEVELS.index(entry.record.level) <= LEVELS.index(above.record.level):
                yield Found.on(entry, f"{call(entry)} of level {entry.record.level} satisfies {call(above)} of level "
                               f"{above.record.level}", "satisfies", index)


@rule("VER504", "E", basis="ISO 13485:2016 7.3.6 (methods and acceptance criteria); MDR Annex II 6.1(b)")
def test_without_acceptance(dossier: Dossier) -> Iterator[Found]:
    """A test has no acceptance criterion.

    Why: without it a result is an observation; pass or fail was decided after the fact.
    Fix: write in `acceptance` what has to come out, with value, unit and number of samples.
    """
    for entry in entries(dossier, Test):
        if lacks(entry, "acceptance"):
            yield Found.on(entry, f"{call(entry)} has no acceptance criterion", "acceptance")


@rule("VER581", "W", basis="ISO 13485:2016 7.3.6 (methods and acceptance criteria); MDR Annex II 6.1(b)")
def test_without_method(dossier: Dossier) -> Iterator[Found]:
    """It is not said how a test is done.

    Why: whoever repeats it after a change needs the same set-up; the reviewer asks whether it can find what it should.
    Fix: write it in `method`, name the `protocol`, or the test cases in `automated`.
    """
    for entry in entries(dossier, Test):
        if lacks(entry, "method") and lacks(entry, "protocol") and lacks(entry, "automated"):
            yield Found.on(entry, f"{call(entry)} does not say how it is done")


@rule("VER557", "I", basis="ISO 13485:2016 7.3.6 (statistical techniques with rationale for sample size)", requires=("VER504",))
def test_without_sample(dossier: Dossier, graph: Graph) -> Iterator[Found]:
    """A test was measured, and nobody says on how many samples.

    Why: one good sample says little of the next one; how many are enough follows from the risk, and the reviewer asks why.
    Fix: write in `sample` how many samples or repetitions, and why that many.
    """
    for entry in entries(dossier, Test):
        if lacks(entry, "sample") and any(run.record.instruments for run, _ in referring(graph, entry.id, "test", kind="runs")):
            yield Found.on(entry, f"{call(entry)} was measured with instruments and does not say on how many samples")


@rule("VER518", "E", basis="ISO 13485:2016 7.3.3; MDR Annex II 6.1(b)")
def unmet_need(dossier: Dossier, graph: Graph, sources: Sources) -> Iterator[Found]:
    """No requirement satisfies a user need.

    Why: what users need and nobody specified is not designed in, and validation will fail on it.
    Fix: name it in `satisfies` of a requirement.
    """
    excused = unread(dossier, sources)
    for entry in entries(dossier, Need):
        if entry.id not in excused and not is_used(graph, entry.id, "satisfies"):
            yield Found.on(entry, f"{call(entry)} is satisfied by no requirement")


@rule("VER522", "W", basis="MDR Annex II 3(a) (design stages understood); ISO 13485:2016 7.3.4")
def requirement_without_component(dossier: Dossier, graph: Graph) -> Iterator[Found]:
    """A requirement is allocated to no component.

    Why: nobody can say which part fulfils it, or what a change of a part puts in question.
    Fix: name the components in `allocated_to`.
    """
    for entry in entries(dossier, Requirement):
        if not entry.record.is_built or not lacks(entry, "allocated_to"):
            continue
        if not is_used(graph, entry.id, "satisfies", kind="requirements"):  # else its children carry it
            yield Found.on(entry, f"{call(entry)} is allocated to no component", "allocated_to")


@rule("VER524", "E", basis="MDR Annex II 6.1")
def missing_verification(dossier: Dossier, sources: Sources) -> Iterator[Found]:
    """The project has no requirements or no tests.

    Why: the technical file has to hold the results of all verification and validation; there is nothing to hold.
    Fix: write the requirements of the device and the tests that verify them.
    """
    for kind in ("requirements", "tests"):
        if is_missing(dossier, sources, kind):
            yield Found.missing(dossier, kind, f"the project names no {kind}")
