"""Whether every identifier of Annex I that asks for an answer has one, and no other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mdr_blueprint.answers import answer_of, points_above
from mdr_blueprint.diagnostics import nearest
from mdr_blueprint.facts import Known
from mdr_blueprint.load import Dossier, Law
from mdr_blueprint.model import GsprAnswer
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import call, is_missing, lacks, listed, short
from mdr_blueprint.source import Sources

MATRIX = "MDR Annex I; Annex II 4(a)"
SLIP = "slip: "
"""How the origin of a refused identifier begins that is of no other text."""
PREFIX = re.compile(r"^(annex i\b|gsprs?\b|sprs?\b|er\b)[\s,:.]*", re.IGNORECASE)


@rule("GSPR301", "E", basis=MATRIX)
def unanswered_requirement(dossier: Dossier, law: Law, sources: Sources, known: Known) -> Iterator[Found]:
    """A requirement of Annex I has no answer.

    Why: the manufacturer has to say of each requirement whether it applies and how it is met; a missing row is a missing
    answer.
    Fix: add the identifier under `gspr`, as applicable or with the reason why not.
    """
    due = [key for key, item in law.gspr.items() if item.answerable]
    if is_missing(dossier, sources, "gspr"):
        yield Found.missing(dossier, "gspr", f"the project answers none of the {len(due)} requirements of Annex I")
        return
    answers = {entry.key: entry for entry in dossier.kind("gspr") if entry.record.retired is None}
    if not answers or sources.is_partial:
        return
    broken = "".join(source.text for source in sources.files if source.faults)
    top = next(iter(answers.values()))
    for key in due:
        if key in answers or f'"{key}"' in broken or f"'{key}'" in broken or answer_of(dossier, law, key) is not None:
            continue
        owner = next((answers[above] for above in points_above(law, key) if above in answers), top)
        item = law.gspr[key]
        decided = item.when is not None and known.judge(item.when).holds is not None
        fix = f"add it under `gspr`; by the facts it {known.why(item.when)}" if decided else None
        yield Found(f"gspr:{key}", owner.place, f"GSPR `{key}` ({short(item.topic)}) is not answered", fix=fix)


@rule("GSPR302", "E", basis="MDR Annex I", always_error=True)
def unknown_requirement(dossier: Dossier, law: Law) -> Iterator[Found]:
    """An identifier is none of Annex I.

    Why: the answer stands in no row of the checklist, and the requirement that was meant has none; identifiers of older
    directives do not fit.
    Fix: use the identifier as the Regulation prints it, such as `14.2(d)`; unnumbered indents are written `/i1`, `/i2`.
    """
    for entry in dossier.of(GsprAnswer):
        if entry.key not in law.gspr and entry.record.retired is None:
            yield Found.on(entry, f"`{entry.key}` is no identifier of Annex I{_hint(entry.key, law)}")


def _hint(key: str, law: Law) -> str:
    """Where an identifier comes from and what stands for it in Annex I, or what was likely meant."""
    other = law.refused.get(key) or law.refused.get(_bare(key))
    if other is None:
        meant = _meant(key, law)
        return f"; did you mean {meant}?" if meant else ""
    instead = listed([f"`{id_}`" for id_ in other.instead], "or")
    if other.origin.startswith(SLIP):
        return f": {other.origin.removeprefix(SLIP)}; did you mean {instead}?"
    return f" but one of {other.origin}; here it is {instead}"


def _bare(key: str) -> str:
    """An identifier without the words and blanks that people put around it: `10.4.1(a)` of `GSPR 10.4.1 (a)`."""
    return re.sub(r"\s+", "", PREFIX.sub("", key.strip())).rstrip(".").replace("gspr:", "")


def _meant(key: str, law: Law) -> str | None:
    """The identifier behind another way to write it (`10.4.1 (a)`, `GSPR 10.4.1.a`, `10.4.1 a)`), else the most similar one."""
    plain = _bare(key)
    point = re.sub(r"[.(]?([a-z]{1,2})\)?(/i\d+)?$", r"(\1)\2", plain, flags=re.IGNORECASE).lower()
    for candidate in (plain, plain.lower(), point):
        if candidate in law.gspr:
            return candidate
    return nearest(plain, law.gspr)


@rule("GSPR308", "I", basis="MDR Annex I 10.4.3 and 10.4.4 (addressed to the Commission and to agencies)", requires=("GSPR302",))
def informational_row_answered(dossier: Dossier, law: Law) -> Iterator[Found]:
    """A row that asks nothing of the manufacturer is answered as a duty.

    Why: the row speaks to the Commission or to authorities; an answer to it shows that the text was not read.
    Fix: remove the row, or mark it as not applicable.
    """
    for entry in entries(dossier, GsprAnswer):
        item = law.gspr.get(entry.key)
        answered = entry.record.applicable or entry.record.method or entry.record.evidence
        if item is not None and item.role == "informational" and answered:
            yield Found.on(entry, f"GSPR `{entry.key}` is addressed to authorities and asks nothing of the manufacturer")


@rule("GSPR314", "I", basis=MATRIX, requires=("GSPR302",))
def answer_to_heading(dossier: Dossier, law: Law) -> Iterator[Found]:
    """A heading or a mere condition of Annex I is answered.

    Why: a heading asks nothing; an answer there hides that the points below it need answers of their own.
    Fix: move the answer to the points below; to rule a whole section out by one reason, add `covers_points: true`.
    """
    for entry in entries(dossier, GsprAnswer):
        item = law.gspr.get(entry.key)
        ruled_out = entry.record.applicable is False and entry.record.covers_points
        if item is not None and item.role in ("heading", "cond") and not (item.role == "heading" and ruled_out):
            what = "a heading" if item.role == "heading" else "a condition"
            yield Found.on(entry, f"GSPR `{entry.key}` is {what} and asks for no answer of its own")


@rule("GSPR313", "E", basis=MATRIX, requires=("GSPR302", "GSPR308", "GSPR314"))
def open_answer(dossier: Dossier) -> Iterator[Found]:
    """An answer does not say whether the requirement applies.

    Why: the first question of each row is open.
    Fix: set `applicable` to true or false.
    """
    for entry in entries(dossier, GsprAnswer):
        if lacks(entry, "applicable") and entry.record.applicable is None:
            yield Found.on(entry, f"{call(entry)} says neither that the requirement applies nor that it does not", "applicable")


@rule("GSPR325", "W", basis="MDR Annex I 4 and others (texts without a number that carry duties)",
      requires=("GSPR302", "GSPR308", "GSPR314"))
def unnumbered_text_without_evidence(dossier: Dossier, law: Law, known: Known) -> Iterator[Found]:
    """A text of Annex I that has no number is met by no row with evidence.

    Why: the closing sentence of a section is a duty like the points above it; a checklist of numbers alone drops it.
    Fix: give evidence in one of the rows that the message names.
    """
    for text in law.gspr_texts.values():
        if len(text.answered_by) < 2 or not known.judge(text.when).holds:  # of a single row its own findings speak
            continue
        found = [answer_of(dossier, law, key) for key in text.answered_by]
        rows = [row for row in found if row is not None and row.record.applicable is not None]
        if rows and not any(row.record.applicable and row.record.evidence for row in rows):
            keys = listed([f"`{key}`" for key in text.answered_by], "or")
            yield Found.on(rows[0], f"the text without a number at {text.citation} ({short(text.topic)}) is met by no row with "
                           f"evidence: {keys}")
