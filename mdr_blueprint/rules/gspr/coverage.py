"""Whether every identifier of Annex I that asks for an answer has one, and no other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mdr_blueprint.diagnostics import nearest
from mdr_blueprint.load import Dossier, Law
from mdr_blueprint.model import GsprAnswer
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import call, is_missing, lacks, short
from mdr_blueprint.source import Sources

MATRIX = "MDR Annex I; Annex II 4(a)"
PREFIX = re.compile(r"^(annex i\b|gsprs?\b|sprs?\b|er\b)[\s,:.]*", re.IGNORECASE)


@rule("GSPR301", "E", basis=MATRIX)
def unanswered_requirement(dossier: Dossier, law: Law, sources: Sources) -> Iterator[Found]:
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
    if not answers:
        return
    broken = "".join(source.text for source in sources.files if source.faults)
    first = next(iter(answers.values()))
    for key in due:
        if key in answers or f'"{key}"' in broken or f"'{key}'" in broken:
            continue
        owner, above = first, law.gspr[key].parent
        while above is not None:
            if above in answers:
                owner = answers[above]
                break
            above = law.gspr[above].parent if above in law.gspr else None
        yield Found(f"gspr:{key}", owner.place, f"GSPR `{key}` ({short(law.gspr[key].topic)}) is not answered")


@rule("GSPR302", "E", basis="MDR Annex I", always_error=True)
def unknown_requirement(dossier: Dossier, law: Law) -> Iterator[Found]:
    """An identifier is none of Annex I.

    Why: the answer stands in no row of the checklist, and the requirement that was meant has none; identifiers of older
    directives do not fit.
    Fix: use the identifier as the Regulation prints it, such as `14.2(d)`; unnumbered indents are written `/i1`, `/i2`.
    """
    for entry in dossier.of(GsprAnswer):
        if entry.key not in law.gspr and entry.record.retired is None:
            meant = _meant(entry.key, law)
            hint = f"; did you mean {meant}?" if meant else ""
            yield Found.on(entry, f"`{entry.key}` is no identifier of Annex I{hint}")


def _meant(key: str, law: Law) -> str | None:
    """The identifier behind another way to write it (`10.4.1 (a)`, `GSPR 10.4.1.a`, `10.4.1 a)`), else the most similar one."""
    plain = re.sub(r"\s+", "", PREFIX.sub("", key.strip())).rstrip(".").replace("gspr:", "")
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
    Fix: move the answer to the points below.
    """
    for entry in entries(dossier, GsprAnswer):
        item = law.gspr.get(entry.key)
        if item is not None and item.role in ("heading", "cond"):
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
