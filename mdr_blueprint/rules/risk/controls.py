"""Whether each risk control is real: of a kind, implemented, verified, effective (ISO 14971:2019, clause 7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mdr_blueprint.graph import Graph
from mdr_blueprint.load import Dossier
from mdr_blueprint.model import Control, Evidence
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import base, call, is_used, lacks, listed, unread
from mdr_blueprint.source import Sources

VERIFIED = "ISO 14971:2019 7.2; MDR Annex I 3(d) and 4"


@rule("RISK401", "E", basis=VERIFIED)
def unverified_control(dossier: Dossier) -> Iterator[Found]:
    """The implementation of a risk control is not verified.

    Why: the patient is protected by what was built, not by what was planned; nothing here shows that it was built.
    Fix: name in `verified_implementation` the test, or the review of label or IFU, that shows it is there.
    """
    for entry in entries(dossier, Control):
        if lacks(entry, "verified_implementation"):
            yield Found.on(entry, f"{call(entry)} has no verification of its implementation", "verified_implementation")


@rule("RISK402", "E", basis=VERIFIED)
def unproven_effectiveness(dossier: Dossier) -> Iterator[Found]:
    """Nothing shows that a risk control is effective.

    Why: a measure that is in place may still not lower the risk; the residual estimate rests on its effect.
    Fix: name in `verified_effectiveness` the test, evaluation or data that shows the effect.
    """
    for entry in entries(dossier, Control):
        if lacks(entry, "verified_effectiveness"):
            yield Found.on(entry, f"{call(entry)} has no verification of its effectiveness", "verified_effectiveness")


@rule("RISK403", "E", basis="ISO 14971:2019 7.2 (two verifications, implementation and effectiveness)")
def one_proof_for_both(dossier: Dossier) -> Iterator[Found]:
    """One record is to prove both that a control is implemented and that it is effective.

    Why: "it is there" and "it works" are two questions; a single proof nearly always answers the first one only.
    Fix: name a second record, or two different sections of the same report.
    """
    for entry in entries(dossier, Control):
        there = entry.record.verified_implementation
        for index, proof in enumerate(entry.record.verified_effectiveness):
            if any(_same_proof(proof, other) for other in there):
                yield Found.on(entry, f"{call(entry)} names `{proof}` for its effectiveness and for its implementation",
                               "verified_effectiveness", index)


def _same_proof(one: str, other: str) -> bool:
    """The same record; two named sections of one report are two proofs."""
    return one == other or (base(one) == base(other) and not ("#" in one and "#" in other))


@rule("RISK405", "W", basis="ISO 14971:2019 4.5 and 7.1")
def orphan_control(dossier: Dossier, graph: Graph, sources: Sources) -> Iterator[Found]:
    """A risk control reduces no risk.

    Why: either a risk is missing from the file, or the measure is no risk control and clutters the verification.
    Fix: name it in `controls` of the risks it reduces, or retire it.
    """
    excused = unread(dossier, sources)
    for entry in entries(dossier, Control):
        if entry.id not in excused and not is_used(graph, entry.id, "controls", kind="risks"):
            yield Found.on(entry, f"{call(entry)} is named by no risk")


@rule("RISK415", "W", basis="ISO 14971:2019 7.5")
def unanswered_introduction(dossier: Dossier) -> Iterator[Found]:
    """A risk control does not say whether it brings new risks with it.

    Why: a guard can trap, an interlock can stop the device when it is needed; new risks of a measure are the ones that
    analyses miss.
    Fix: add `introduces` with the new situations, or with `none` and the reason.
    """
    for entry in entries(dossier, Control):
        introduces = entry.record.introduces
        if introduces is None:
            if lacks(entry, "introduces"):
                yield Found.on(entry, f"{call(entry)} does not say what it introduces", "introduces")
        elif not introduces.situations and not introduces.none:
            yield Found.on(entry, f"`introduces` of {call(entry)} names neither a situation nor why there is `none`",
                           "introduces")


@rule("RISK419", "E", basis="ISO 14971:2019 7.2; MDR Annex II 5(b)")
def control_on_paper(dossier: Dossier) -> Iterator[Found]:
    """No requirement or statement implements a risk control.

    Why: a measure that no requirement carries is in nobody's work; the next design change removes it unseen.
    Fix: name in `implemented_by` the requirements, or for information for safety the statements, that realise it.
    """
    for entry in entries(dossier, Control):
        if lacks(entry, "implemented_by"):
            yield Found.on(entry, f"{call(entry)} is implemented by no requirement and no statement", "implemented_by")


@rule("RISK422", "E", basis="ISO 14971:2019 7.1 and 7.3 (our reading: information does not change severity)")
def severity_reduced_by_information(dossier: Dossier) -> Iterator[Found]:
    """Information for safety is said to lower the severity of a harm.

    Why: a warning may keep someone away from the hazard; whoever is reached by it is hurt no less.
    Fix: take `severity` out of `acts_on`, or use an inherent or protective measure that limits the energy.
    """
    for entry in entries(dossier, Control):
        if entry.record.kind == "information_for_safety" and "severity" in entry.record.acts_on:
            yield Found.on(entry, f"{call(entry)} is information for safety and is said to act on the severity",
                           "acts_on", entry.record.acts_on.index("severity"))


@rule("RISK430", "E", basis="MDR Annex I 4(c), 23.1(g)", requires=("RISK419",))
def information_not_a_statement(dossier: Dossier) -> Iterator[Found]:
    """Information for safety does not name the sentence that the user reads.

    Why: "see IFU" cannot be checked; a reviewer wants the very warning, and a translator must not lose it.
    Fix: write the sentence as a statement and name it in `implemented_by`.
    """
    for entry in entries(dossier, Control):
        if entry.record.kind != "information_for_safety" or not entry.record.implemented_by:
            continue
        targets = [dossier.entries.get(base(ref)) for ref in entry.record.implemented_by]
        known = [target for target in targets if target is not None]
        if known and all(target.kind == "requirements" for target in known):
            yield Found.on(entry, f"{call(entry)} is information for safety, but no statement implements it, only "
                           f"{listed([f'`{target.id}`' for target in known])}", "implemented_by")


@rule("RISK431", "E", basis="MDR Annex I 4(a) to (c); ISO 14971:2019 7.1")
def control_without_kind(dossier: Dossier) -> Iterator[Found]:
    """A risk control does not say which kind of measure it is.

    Why: the Regulation sets the order: safe by design, then protection, then information; without the kind nobody can see
    that it was kept.
    Fix: set `kind` to inherent, protective or information_for_safety.
    """
    for entry in entries(dossier, Control):
        if lacks(entry, "kind"):
            yield Found.on(entry, f"{call(entry)} has no kind (inherent, protective, information_for_safety)", "kind")


@rule("RISK432", "E", basis="ISO 14971:2019 7.1 and 7.3")
def control_without_effect(dossier: Dossier) -> Iterator[Found]:
    """A risk control does not say what it acts on.

    Why: a residual estimate is believed only if a measure acts on the very factor that went down.
    Fix: name in `acts_on` what it lowers: p1, p2, p or severity.
    """
    for entry in entries(dossier, Control):
        if lacks(entry, "acts_on"):
            yield Found.on(entry, f"{call(entry)} does not say what it acts on (p1, p2, p, severity)", "acts_on")


@rule("RISK435", "E", basis=VERIFIED)
def unfinished_proof(dossier: Dossier) -> Iterator[Found]:
    """A risk control rests on evidence that is only planned.

    Why: a plan shows what will be looked at; the residual risk is claimed today.
    Fix: carry out the work and approve the evidence, or name evidence that exists.
    """
    for entry in entries(dossier, Control):
        for name in ("verified_implementation", "verified_effectiveness"):
            proofs: Sequence[str] = getattr(entry.record, name)
            documents = [dossier.get(base(proof), Evidence) for proof in proofs]
            if documents and all(document is not None and document.record.status == "planned" for document in documents):
                planned = listed([f"`{base(proof)}`" for proof in proofs])
                yield Found.on(entry, f"`{name}` of {call(entry)} names only planned evidence: {planned}", name)
