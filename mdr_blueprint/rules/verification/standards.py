"""Which standards are applied, in which edition and how far (Annex II 4(c))."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mdr_blueprint.diagnostics import did_you_mean
from mdr_blueprint.load import Dossier, Law
from mdr_blueprint.model import AppliedStandard, ClauseAnswer
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import call, first, lacks

STANDARDS = "MDR Annex II 4(c); Article 8"


@rule("VER507", "E", basis=STANDARDS)
def standard_without_edition(dossier: Dossier) -> Iterator[Found]:
    """An applied standard has no edition.

    Why: editions differ in what they ask; a conformity claim to a bare number means nothing.
    Fix: add `edition` as the standard prints it.
    """
    for entry in entries(dossier, AppliedStandard):
        if lacks(entry, "edition") and not entry.record.not_applied:
            yield Found.on(entry, f"{call(entry)} has no edition", "edition")


@rule("VER512", "W", basis=STANDARDS)
def unknown_standard(dossier: Dossier, law: Law) -> Iterator[Found]:
    """A standard is not in the library and has no title of its own.

    Why: the tables can print no more than an id; a slip in the id separates the standard from its clauses and its status.
    Fix: correct the id, or give the title in `title`.
    """
    told = set()
    for entry in entries(dossier, AppliedStandard):
        told.add(entry.id)
        if entry.id not in law.standard_ids and lacks(entry, "title"):
            yield Found.on(entry, f"the library holds no standard `{entry.id}`{did_you_mean(entry.id, law.standard_ids)}",
                           "title")
    for clause in entries(dossier, ClauseAnswer):
        standard = clause.owner or ""
        if standard not in law.standard_ids and standard not in told:
            told.add(standard)
            yield Found.on(clause, f"clause verdicts for `{standard}`, a standard neither the library nor the project knows"
                           f"{did_you_mean(standard, law.standard_ids)}",
                           fix="correct the id, or name the standard under `standards`")


@rule("VER513", "W", basis=STANDARDS)
def partial_without_exclusions(dossier: Dossier) -> Iterator[Found]:
    """A standard is applied in part, and no clause is named as left out.

    Why: what was left out has to be covered by other means; nobody can check that without the list.
    Fix: name the clauses and the reasons in `excluded`.
    """
    for entry in entries(dossier, AppliedStandard):
        if entry.record.applied == "part" and lacks(entry, "excluded"):
            yield Found.on(entry, f"{call(entry)} is applied in part, but no excluded clause is named", "applied")


@rule("VER514", "W", basis="MDR Article 10(9) and Annex I 1 (state of the art)", requires=("VER507",))
def other_edition(dossier: Dossier, law: Law) -> Iterator[Found]:
    """A standard is applied in another edition than the newest one in the library.

    Why: the state of the art moves on with the editions; the reviewer asks for the gap analysis between the two.
    Fix: move to the newer edition, or describe the differences in `text` and waive the finding.
    """
    for entry in entries(dossier, AppliedStandard):
        known = law.standard(entry.id)
        edition = " ".join((entry.record.edition or "").split())
        if known is None or not edition or edition == known.edition or entry.record.not_applied:
            continue
        if edition in known.editions:
            yield Found.on(entry, f"{call(entry)} is applied in edition {edition}; the newest in the library is {known.edition} "
                           f"(checked {known.checked})", "edition")
        else:
            yield Found.on(entry, f"edition {edition} of {call(entry)} is not known to the library; the newest there is "
                           f"{known.edition} (checked {known.checked})", "edition")


def _nearest(clause: str, known: Iterable[str]) -> str:
    """A clause of the same parent that may be meant, or which there are; else one that is spelt alike."""
    above = clause.rpartition(".")[0]
    beside = [key for key in known if above and key.rpartition(".")[0] == above]
    return did_you_mean(clause, beside or known) or (f"; {above} has {first(beside)}" if beside else "")


@rule("VER521", "E", basis="MDR Annex II 4(c)", always_error=True)
def unknown_clause_of_standard(dossier: Dossier, law: Law) -> Iterator[Found]:
    """A clause does not exist in its standard.

    Why: the verdict stands in no row of the report, and the clause that was meant stays open.
    Fix: correct the number of the clause.
    """
    for entry in entries(dossier, ClauseAnswer):
        known = law.standard(entry.owner or "")
        if known is not None and known.clauses and entry.key not in known.clauses:
            yield Found.on(entry, f"`{entry.key}` is no clause of {known.designation} that the library lists"
                           f"{_nearest(entry.key, known.clauses)}")
    for standard in entries(dossier, AppliedStandard):
        known = law.standard(standard.id)
        if known is None or not known.clauses:
            continue
        for clause in standard.record.excluded:
            if clause not in known.clauses:
                yield Found.on(standard, f"`{clause}` in `excluded` is no clause of {known.designation} that the library lists"
                               f"{_nearest(clause, known.clauses)}", "excluded", clause, key=True)
