"""Whether the standards that answers rest on are those the project declares."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mdr_blueprint.diagnostics import Place
from mdr_blueprint.load import Dossier, Law
from mdr_blueprint.model import AppliedStandard, ClauseAnswer, GsprAnswer, Requirement
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import base, call, first, is_missing
from mdr_blueprint.source import Sources

LIST = "MDR Annex II 4(c)"
HARMONISED = re.compile(r"\bharmoni[sz]ed\b", re.IGNORECASE)
DENIED = re.compile(r"(?:\A|(?<=[.;]))"
                    r"(?:(?>[^.;]*?\b(?:no|not|non|none|nor|neither|never|without|until|once)\b)[^.;]*\bharmoni[sz]ed\b"
                    r"|(?>[^.;]*?\bharmoni[sz]ed\b)[^.;]*\b(?:no|not|none|yet)\b)", re.IGNORECASE)
"""Words that say that something is not harmonised, in one part of a sentence: the first of a pair, then the other behind it."""


def _uses(dossier: Dossier, law: Law) -> dict[str, list[tuple[Place, str]]]:
    """Standards that answers, requirements and clause verdicts rest on -> where, and in which kind of record."""
    uses: dict[str, list[tuple[Place, str]]] = {}
    for answer in entries(dossier, GsprAnswer):
        for index, id_ in enumerate(answer.record.standards):
            if base(id_) in law.standard_ids or base(id_) in dossier.entries:
                uses.setdefault(base(id_), []).append((answer.at("standards", index), "GSPR answer"))
    for requirement in entries(dossier, Requirement):
        for index, reference in enumerate(requirement.record.satisfies):
            if "#" in reference and base(reference) in law.standard_ids:
                uses.setdefault(base(reference), []).append((requirement.at("satisfies", index), "requirement"))
    for clause in entries(dossier, ClauseAnswer):
        if clause.owner in law.standard_ids:
            uses.setdefault(clause.owner, []).append((clause.place, "clause verdict"))
    return uses


@rule("GSPR311", "W", basis=LIST)
def undeclared_standard(dossier: Dossier, law: Law, sources: Sources) -> Iterator[Found]:
    """A standard is used and not in the list of applied standards.

    Why: the list is what the reviewer compares with the state of the art; a standard outside it has no edition and no scope.
    Fix: add it under `standards` with its edition, full or in part.
    """
    uses = _uses(dossier, law)
    undeclared = {id_: places for id_, places in uses.items() if id_ not in dossier.entries and not sources.is_partial}
    if not undeclared:
        return
    if is_missing(dossier, sources, "standards"):
        named = first([f"`{id_}`" for id_ in undeclared])
        yield Found.missing(dossier, "standards", f"the project uses {len(undeclared)} "
                            f"standard{'s' if len(undeclared) > 1 else ''} and declares none: {named}")
        return
    for id_, places in undeclared.items():
        (place, kind), number = places[0], len(places)
        more = f" and {number - 1} other place{'s' if number > 2 else ''}" if number > 1 else ""
        yield Found(id_, place, f"`{id_}` is used in this {kind}{more} and is not in `standards`")


@rule("GSPR317", "I", basis=LIST)
def unused_standard(dossier: Dossier, law: Law, sources: Sources) -> Iterator[Found]:
    """A standard is declared and nothing rests on it.

    Why: a list of standards that no row uses reads like decoration; often the rows forgot to name it.
    Fix: name it in `standards` of the requirements that it helps to meet, or take it off the list.
    """
    if sources.is_partial or next(entries(dossier, GsprAnswer), None) is None:
        return
    uses = _uses(dossier, law)
    for entry in entries(dossier, AppliedStandard):
        if entry.id not in uses and not entry.record.not_applied:
            yield Found.on(entry, f"{call(entry)} is declared, but no answer, requirement or clause verdict uses it")


@rule("GSPR324", "W", basis="MDR Article 8(1); Annex II 4(c)", requires=("GSPR302",))
def harmonised_in_words_only(dossier: Dossier, law: Law) -> Iterator[Found]:
    """An answer speaks of harmonised standards, and none of those it names is listed as such in the edition applied.

    Why: only a standard whose reference is in the Official Journal carries the presumption of conformity, and only in the
    edition listed; the word for another one is an error that every reviewer knows.
    Fix: say "state of the art" where the standard is not listed, or name the standard and edition that is.
    """
    for entry in entries(dossier, GsprAnswer):
        text = next((name for name in ("method", "justification") if _claims(getattr(entry.record, name))), None)
        names = list(dict.fromkeys(base(id_) for id_ in entry.record.standards))
        unlisted = [reason for id_ in names if (reason := _unlisted(dossier, law, id_)) is not None]
        if text is not None and unlisted and len(unlisted) == len(names):
            yield Found.on(entry, f"{call(entry)} speaks of harmonised standards, but {first(unlisted, 3)}", text)


def _claims(text: str | None) -> bool:
    """Whether a text says that something is harmonised, and nowhere that it is not."""
    return text is not None and HARMONISED.search(text) is not None and DENIED.search(text) is None


def _unlisted(dossier: Dossier, law: Law, id_: str) -> str | None:
    """Why a standard is not harmonised in the edition applied; None where it is, or where nobody knows."""
    known, applied = law.standard(id_), dossier.get(id_, AppliedStandard)
    if known is None or known.status == "unknown":
        return None
    if known.status != "harmonised":
        return f"`{id_}` is not listed (as of {known.checked})"
    edition = " ".join((applied.record.edition or "").split()) if applied else ""
    if edition and edition in known.editions and edition != known.edition:
        return f"`{id_}` is known as listed in edition {known.edition} (as of {known.checked}) and applied in {edition}"
    return None
