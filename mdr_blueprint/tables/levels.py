"""The level of a risk before and after control, and how it is said. Shared by several families.

Levels are computed from the policy, never read from a record.
"""

from __future__ import annotations

from collections.abc import Iterable

from mdr_blueprint.evaluation import Level, level, policy_of
from mdr_blueprint.load import Entry
from mdr_blueprint.model import Risk, Situation
from mdr_blueprint.tables.inputs import Inputs, kept
from mdr_blueprint.tables.shapes import VERDICTS, Cell, Gap, LineItem, Lines, RecordLink

UNKNOWN = "level unknown"


def before(inputs: Inputs, risk: Entry[Risk]) -> Level | None:
    """The level of the initial estimate."""
    return level(policy_of(inputs.dossier, inputs.law), inputs.dossier, risk.record.initial, risk.record.harm)


def after(inputs: Inputs, risk: Entry[Risk]) -> Level | None:
    """The level that is left: of the residual estimate, or of the initial one where the risk has no controls.

    A risk that has controls and no residual estimate has no level yet.
    """
    record = risk.record
    estimate = record.residual or (None if record.controls else record.initial)
    return level(policy_of(inputs.dossier, inputs.law), inputs.dossier, estimate, record.harm)


def is_refused(found: Level | None) -> bool:
    """Whether the matrix does not accept the level."""
    return found is not None and found.verdict == "not_acceptable"


def verdict(found: Level | None) -> str | Gap:
    """The verdict of the matrix, alone: a column of it can be filtered."""
    return VERDICTS[found.verdict] if found else Gap(UNKNOWN)


def words(found: Level) -> str:
    """`serious, remote: acceptable`: severity, probability of harm, verdict."""
    band = (found.probability or "not estimable").replace("_", " ")
    return f"{found.severity}, {band}: {VERDICTS[found.verdict]}"


def change(inputs: Inputs, risk: Entry[Risk]) -> str | Gap:
    """`serious, probable: not acceptable → serious, remote: acceptable`; a gap where one of the two is unknown."""
    was, now = before(inputs, risk), after(inputs, risk)
    text = " → ".join(words(found) if found else UNKNOWN for found in (was, now))
    return text if was and now else Gap(text)


def live(inputs: Inputs, ids: Iterable[str]) -> list[Entry[Risk]]:
    """Those of some risks that are not retired, by themselves or with their situation."""
    found = []
    for id_ in ids:
        entry = inputs.dossier.get(id_, Risk)
        situation = inputs.dossier.get(entry.owner or "", Situation) if entry else None
        if entry and entry.record.retired is None and (situation is None or situation.record.retired is None):
            found.append(entry)
    return found


def risks_of(inputs: Inputs, control: str) -> list[str]:
    """The risks that rest on a control."""
    return [entry.id for entry in live(inputs, inputs.graph.sources(control, "controls"))]


def with_levels(inputs: Inputs, risks: Iterable[Entry[Risk]], missing: str) -> Cell:
    """Each risk with the level that is left, or a gap where there is none."""
    items: list[LineItem] = []
    for risk in risks:
        found = after(inputs, risk)
        items.append(RecordLink(risk.id, f"{risk.id} {words(found)}") if found else inputs.link(risk.id))
        items += [] if found else [Gap(UNKNOWN)]
    return Lines(tuple(items)) if items else Gap(missing)


def live_situations(inputs: Inputs, ids: Iterable[str]) -> list[Entry[Situation]]:
    """Those of some situations that are not retired."""
    return list(kept(entry for id_ in ids if (entry := inputs.dossier.get(id_, Situation))))
