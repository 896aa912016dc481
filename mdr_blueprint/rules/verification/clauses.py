"""Whether the verdicts on the clauses of a standard are given, reasoned and in line with facts and exclusions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mdr_blueprint.clause_tree import ClauseState, Verdict, clause_tree, covering, leaves, measures, particulars
from mdr_blueprint.conditions import Condition
from mdr_blueprint.facts import Known
from mdr_blueprint.load import Dossier, Entry, Law
from mdr_blueprint.model import AppliedStandard, ClauseAnswer
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import call, first, lacks, short

REPORT = "MDR Annex II 4(c), (d) and 6.1(b)"
NO_REASONS = frozenset({"n/a", "na", "n.a", "-", "–", "—", "x", "none", "no", "not applicable", "does not apply"})
"""Remarks that repeat the verdict."""
APPLICABILITY = "MDR Annex II 4(c) and 4(d)"


def trees(dossier: Dossier, law: Law, known: Known) -> dict[str, tuple[ClauseState, ...]]:
    """The effective clauses of each standard that the project judges, of the particular standards that change them, and of each
    other one that it applies and by which something is measured: that is shown clause by clause.
    """
    judged = dict.fromkeys(entry.owner or "" for entry in entries(dossier, ClauseAnswer))
    for id_ in tuple(judged):
        judged.update(dict.fromkeys(particulars(dossier, law, id_)))
    for entry in entries(dossier, AppliedStandard):
        content = law.standard(entry.key) if entry.record.not_applied is None else None
        if content is not None and measures(content):
            judged.setdefault(entry.key)
    return {id_: clause_tree(dossier, law, known, id_) for id_ in judged}


def said_by(state: ClauseState, by_key: Mapping[str, ClauseState]) -> Entry[ClauseAnswer] | None:
    """The answer that a verdict comes from: that of the clause or of one above it."""
    while state.source == "above" and (above := by_key.get(state.item.parent or "")) is not None:
        state = above
    return state.entry if state.source == "answer" else None


@rule("VER510", "E", basis=REPORT)
def not_applicable_without_remark(dossier: Dossier) -> Iterator[Found]:
    """A clause is said not to apply, without a reason.

    Why: a bare N/A is the first thing a test laboratory or notified body asks about.
    Fix: say in `remark` what of the device makes the clause not apply.
    """
    for entry in entries(dossier, ClauseAnswer):
        if entry.record.verdict != "N/A":
            continue
        if lacks(entry, "remark"):
            yield Found.on(entry, f"{call(entry)} is N/A without a remark", "verdict")
        elif (entry.record.remark or "").strip(" .").casefold() in NO_REASONS:
            yield Found.on(entry, f"{call(entry)} is N/A with a remark that says no more: `{entry.record.remark}`", "remark")


@rule("VER576", "W", basis=REPORT)
def not_evaluated_without_report(dossier: Dossier) -> Iterator[Found]:
    """A clause is said to be judged in another report, and no report is named.

    Why: N/E stands for what a collateral standard or another laboratory judges; without that report nobody has judged the clause.
    Fix: name the other report in `evidence`, planned or approved; where there is none, the verdict is `open`.
    """
    for entry in entries(dossier, ClauseAnswer):
        if entry.record.verdict == "N/E" and lacks(entry, "evidence"):
            yield Found.on(entry, f"{call(entry)} is N/E and names no other report", "verdict")


@rule("VER511", "E", basis=REPORT)
def verdict_without_evidence(dossier: Dossier) -> Iterator[Found]:
    """A verdict of pass or fail rests on no evidence.

    Why: a letter in a table is no test; the reviewer follows it to the report.
    Fix: name the report, with its section, in `evidence`.
    """
    for entry in entries(dossier, ClauseAnswer):
        if entry.record.verdict in ("P", "F") and lacks(entry, "evidence"):
            yield Found.on(entry, f"{call(entry)} is {entry.record.verdict} and names no evidence", "verdict")


@rule("VER526", "E", basis=REPORT)
def open_clause(dossier: Dossier, law: Law, known: Known) -> Iterator[Found]:
    """A clause is named and not judged.

    Why: a clause that is neither tested nor reasoned out is a gap in the conformity to the standard.
    Fix: give a `verdict` with its evidence, or say in a waiver until when it stays open.
    """
    open_ = [entry for entry in entries(dossier, ClauseAnswer) if entry.record.verdict == "open" or lacks(entry, "verdict")]
    states = {state.id: state for tree in (trees(dossier, law, known) if open_ else {}).values() for state in tree}
    for entry in open_:
        state = states.get(entry.id)
        if state is None or (state.own == "open" and (state.source == "answer" or not state.has_children)):
            yield Found.on(entry, f"{call(entry)} is open", "verdict")


@rule("VER527", "W", basis=REPORT)
def unjudged_clauses(dossier: Dossier, law: Law, known: Known) -> Iterator[Found]:
    """A standard has clauses without a verdict.

    Why: the report shows what was judged; what is missing in it looks as if it had been forgotten.
    Fix: give each clause a verdict; N/A or N/E at a heading, an exclusion in `standards`, or facts of the device that exclude it
    cover what stands below it; a pass does so in a standard by which nothing is measured.
    """
    for id_, tree in trees(dossier, law, known).items():
        single, by_key = list(leaves(tree)), {state.key: state for state in tree}
        content = law.standard(id_)
        if content is None:
            continue
        stands = covering(content)
        unjudged = [state.key for state in single if state.source == "nobody" and not _is_told(state, by_key, stands)]
        applied = dossier.get(id_, AppliedStandard)
        if not unjudged or (applied is not None and applied.record.not_applied):
            continue
        place = applied.place if applied else next(e.place for e in entries(dossier, ClauseAnswer) if e.owner == id_)
        have = "clause of {} has" if len(unjudged) == 1 else "clauses of {} have"
        yield Found(id_, place, f"{len(unjudged)} {have.format(content.designation)} no verdict: {first(unjudged)}")


def _is_told(state: ClauseState, by_key: Mapping[str, ClauseState], stands: Sequence[Verdict]) -> bool:
    """Whether the clause has an answer, or one above it a verdict that would cover it: what is wrong is told there."""
    if state.entry is not None:
        return True
    above = by_key.get(state.item.parent or "")
    while above is not None:
        if above.entry is not None and above.entry.record.verdict in stands:
            return True
        above = by_key.get(above.item.parent or "")
    return False


@rule("VER546", "E", basis=APPLICABILITY, requires=("VER510", "VER521", "VER540"))
def not_applicable_against_facts(dossier: Dossier, law: Law, known: Known) -> Iterator[Found]:
    """A clause is said not to apply, and by the facts of the device it does.

    Why: either a fact is wrong, or a hazard that the clause is about was not looked at.
    Fix: judge the clause; where it does not apply although the fact holds, name the fact in `facts` and say why in `remark`.
    """
    for tree in trees(dossier, law, known).values():
        by_key = {state.key: state for state in tree}
        found: dict[str, list[str]] = {}
        for state in tree:
            said, condition = said_by(state, by_key), state.item.when
            if said is None or condition is None or said.record.verdict != "N/A":
                continue
            if known.judge(condition).holds and not names_facts(said, known, condition):
                found.setdefault(said.id, []).append(f"{state.key} {known.why(condition)}")
        for id_, why in found.items():
            entry = dossier.entries[id_]
            yield Found.on(entry, f"{call(entry)} is N/A, but clause {first(why, 3)}", "verdict")


def names_facts(entry: Entry[ClauseAnswer], known: Known, condition: Condition) -> bool:
    """Whether the verdict was given in view of the facts that decide a condition."""
    return all(name in entry.record.facts for name, _ in known.judge(condition).because)


@rule("VER547", "W", basis=APPLICABILITY, requires=("VER521", "VER540"))
def judged_against_facts(dossier: Dossier, law: Law, known: Known) -> Iterator[Found]:
    """A clause is judged, and by the facts of the device it does not apply.

    Why: what was tested then does not exist by the description of the device: one of the two is out of date.
    Fix: correct the fact or the verdict; where the clause was tested all the same, name the fact in `facts`.
    """
    for entry in entries(dossier, ClauseAnswer):
        content = law.standard(entry.owner or "") if entry.record.verdict in ("P", "F") else None
        key: str | None = entry.key
        while content is not None and key in content.clauses:
            condition = content.clauses[key].when
            if condition is not None and known.judge(condition).holds is False:
                if not names_facts(entry, known, condition):
                    yield Found.on(entry, f"{call(entry)} is {entry.record.verdict}, but clause {key} {known.why(condition)}",
                                   "verdict")
                break
            key = content.clauses[key].parent


@rule("VER556", "W", basis=APPLICABILITY, requires=("VER521",))
def judged_though_taken_out(dossier: Dossier, law: Law, known: Known) -> Iterator[Found]:
    """A clause is judged that an exclusion or an applied standard takes out.

    Why: the report holds two answers, and the one that counts is not the one that was given.
    Fix: take the exclusion out of `standards`, or judge the clause of the standard that the message names instead.
    """
    for id_, tree in trees(dossier, law, known).items():
        applied = dossier.get(id_, AppliedStandard)
        excluded = applied.record.excluded if applied else {}
        by_key = {state.key: state for state in tree}
        for state in tree:
            words: list[str] = []
            key: str | None = state.key
            while key in by_key and state.entry is not None and state.entry.record.verdict in ("P", "F"):
                words += [f"`{change.standard}#{change.key}` {'replaces' if change.mode == 'replaced' else 'takes out'} {key}"
                          for change in by_key[key].changes if change.mode in ("replaced", "not_applicable")]
                words += [f"`standards` excludes {key} ({short(excluded[key])})"] if key in excluded else []
                key = by_key[key].item.parent
            if words and state.entry is not None:
                yield Found.on(state.entry, f"{call(state.entry)} is {state.entry.record.verdict}, but {first(words)}", "verdict")


@rule("VER561", "E", basis=REPORT, requires=("VER511",))
def failed_clause(dossier: Dossier) -> Iterator[Found]:
    """The device fails a clause.

    Why: a standard that is claimed is not met; a file with an F in its tables is not ready to be shown.
    Fix: mend the device and judge the clause anew, or leave the clause out of the claim and show by other means that the
    requirement is met.
    """
    for entry in entries(dossier, ClauseAnswer):
        if entry.record.verdict == "F":
            yield Found.on(entry, f"{call(entry)} is F{': ' + short(entry.record.remark) if entry.record.remark else ''}",
                           "verdict")
