"""Whether label and instructions for use show what Annex I 23 asks of this device, point by point."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.answers import answer_of, points_above
from mdr_blueprint.facts import Known
from mdr_blueprint.graph import Graph
from mdr_blueprint.load import Dossier, Entry, Law
from mdr_blueprint.model import Device, GsprAnswer, Requirement, Statement
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import call, first, is_missing, is_used, short
from mdr_blueprint.source import Sources

ROWS = ("DEV220", "DEV221", "GSPR302", "GSPR308", "GSPR313", "GSPR314", "GSPR318", "GSPR319", "GSPR323")
"""What tells that a row is open or at odds with the facts."""
GSPR = "gspr:"
LABEL = frozenset({"label", "packaging"})


def _stated(dossier: Dossier) -> dict[str, list[Entry[Statement]]]:
    """Identifier of Annex I -> the statements that it is the reason for, directly or through a requirement."""
    found: dict[str, list[Entry[Statement]]] = {}
    for entry in entries(dossier, Statement):
        for reference in entry.record.why:
            requirement = dossier.get(reference, Requirement)
            for reason in requirement.record.satisfies if requirement else (reference,):
                if reason.startswith(GSPR):
                    found.setdefault(reason.removeprefix(GSPR), []).append(entry)
    for answer in entries(dossier, GsprAnswer):
        for reference in answer.record.records:
            statement = dossier.get(reference, Statement)
            if statement is not None and statement.record.retired is None:
                found.setdefault(answer.key, []).append(statement)
    return found


def _readable(dossier: Dossier, sources: Sources) -> bool:
    """Whether there are statements, all of them read; else another rule tells what is wrong."""
    whole = all(entry.whole for entry in dossier.kind("statements"))
    broken = sources.is_partial or any("statements:" in source.text for source in sources.files if source.faults)
    return whole and not broken and not is_missing(dossier, sources, "statements")


def _missing(dossier: Dossier, law: Law, known: Known, head: str, shown: frozenset[str], where: str) -> Iterator[Found]:
    """The points below a heading that apply, are answered so, and stand nowhere on what they are about."""
    stated = _stated(dossier)
    parents = {item.parent for item in law.gspr.values()}
    for key, item in law.gspr.items():
        above = list(points_above(law, key))
        if head not in above or key in parents or not item.answerable or known.judge(item.when).holds is False:
            continue
        answer = answer_of(dossier, law, key)
        if answer is None or not answer.record.applicable:
            continue
        names = (key, *above[: above.index(head)])  # a statement for the whole list stands for its indents
        statements = [statement for name in names for statement in stated.get(name, ())]
        if not any(shown.intersection(statement.record.shown_on) for statement in statements):
            others = list(dict.fromkeys(f"`{entry.id}`" for entry in statements))
            more = f"; shown elsewhere: {first(others)}" if others else ""
            yield Found.on(answer, f"no statement {where} answers `{key}` ({short(item.topic)}){more}")


@rule("LAB608", "E", basis="MDR Annex I 23.2; Annex II 2, first indent", requires=ROWS)
def missing_on_label(dossier: Dossier, law: Law, known: Known, sources: Sources) -> Iterator[Found]:
    """The label lacks a particular that section 23.2 asks for.

    Why: the label is what remains when everything else is lost; each particular that applies has to stand on it.
    Fix: write the statement, with `shown_on: [label]`, and name the point in its `why`.
    """
    if _readable(dossier, sources):
        on_screen = frozenset({"display"}) if known.stated.get("hardware") == "false" else frozenset()
        yield from _missing(dossier, law, known, "23.2", LABEL | on_screen, "on label or packaging")


@rule("LAB609", "E", basis="MDR Annex I 23.4; Annex II 2, second indent", requires=ROWS)
def missing_in_ifu(dossier: Dossier, law: Law, known: Known, sources: Sources) -> Iterator[Found]:
    """The instructions for use lack a particular that section 23.4 asks for.

    Why: reviewers go through the list of 23.4 with the booklet in hand, and users need what it names.
    Fix: write the statement, with `shown_on: [ifu]` and its `section`, and name the point in its `why`.
    """
    if _readable(dossier, sources):
        yield from _missing(dossier, law, known, "23.4", frozenset({"ifu"}), "in the IFU")


@rule("LAB610", "E", basis="MDR Annex I 23.4(p)", requires=("LAB601", "LAB603"))
def reuse_risk_unfounded(dossier: Dossier, graph: Graph, known: Known) -> Iterator[Found]:
    """The information on the risks of re-use rests on no risk.

    Why: Annex I asks that it rests on a section of the risk management file of its own; a sentence that rests on nothing is a
    habit of the trade.
    Fix: analyse the re-use as a hazardous situation, and let its risk name the statement in `disclosed_in`.
    """
    if known.stated.get("single_use") != "true":
        return
    statements = _stated(dossier).get("23.4(p)", [])
    if statements and not any(is_used(graph, entry.id, "disclosed_in", "implemented_by") for entry in statements):
        entry = statements[0]
        yield Found.on(entry, f"no risk and no control refers to {call(entry)}, which tells the risks of re-use", "why")


@rule("LAB611", "E", basis="MDR Annex I 23.1(f); Regulation (EU) 2021/2226", requires=ROWS)
def electronic_ifu_not_announced(dossier: Dossier, law: Law, known: Known, sources: Sources) -> Iterator[Found]:
    """The instructions come in electronic form, and neither label nor packaging says so.

    Why: who unpacks the device finds no booklet and does not know where to look, or how to ask for paper.
    Fix: write the statement with `shown_on: [label, packaging]`, and name `gspr:23.1(f)` in its `why`.
    """
    if known.stated.get("ifu_electronic") != "true" or not _readable(dossier, sources):
        return
    answer = answer_of(dossier, law, "23.1(f)")
    shown = LABEL | {"display"} if known.stated.get("hardware") == "false" else LABEL
    statements = _stated(dossier).get("23.1(f)", [])
    if any(shown.intersection(statement.record.shown_on) for statement in statements):
        return
    device = next(entries(dossier, Device), None)
    message = "no statement on label or packaging says that the instructions are electronic (ifu_electronic = true)"
    if answer is not None and answer.record.applicable:
        yield Found.on(answer, message)
    elif answer is None and device is not None:
        yield Found.on(device, message, "facts", "ifu_electronic")


@rule("LAB612", "E", basis="MDR Annex I 16.1(b)", requires=(*ROWS, "GSPR301"))
def radiation_data_missing(dossier: Dossier, law: Law, known: Known, sources: Sources) -> Iterator[Found]:
    """The instructions of a device that emits radiation lack what 16.1(b) asks for.

    Why: nature of the radiation, protection, misuse, installation, and acceptance and performance tests belong into the operating
    instructions; for imaging equipment they are the first thing that a physicist asks for.
    Fix: write the statements, with `shown_on: [ifu]`, and name `gspr:16.1(b)` in their `why`.
    """
    answer = answer_of(dossier, law, "16.1(b)")
    if answer is None or not answer.record.applicable or not _readable(dossier, sources):
        return
    if not any("ifu" in statement.record.shown_on for statement in _stated(dossier).get("16.1(b)", [])):
        kind = known.stated.get("modality", "none")
        more = "" if kind == "none" else f" (modality = {kind})"
        yield Found.on(answer, f"no statement in the IFU answers `16.1(b)`{more}: radiation, protection, acceptance and "
                       "performance tests")
