"""What stands for what lies below it: an answer to an identifier of Annex I, a document for a point of Annex II or III."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.load import Dossier, Entry, Law
from mdr_blueprint.model import GsprAnswer


def answer_of(dossier: Dossier, law: Law, key: str) -> Entry[GsprAnswer] | None:
    """The answer to an identifier: its own, else that of the nearest point above whose answer covers the points below it."""
    own = _standing(dossier, key)
    if own is not None:
        return own
    for above in points_above(law, key):
        answer = _standing(dossier, above)
        if answer is not None and answer.record.covers_points:
            return answer
    return None


def points_above(law: Law, key: str) -> Iterator[str]:
    """The identifiers that a point stands below, the nearest first."""
    item = law.gspr.get(key)
    while item is not None and item.parent is not None:
        yield item.parent
        item = law.gspr.get(item.parent)


def points_below(law: Law, key: str) -> Iterator[str]:
    """Every identifier below another, in the order of Annex I."""
    return (other for other in law.gspr if key in points_above(law, other))


def covers_point(above: str, name: str) -> bool:
    """Whether a point of Annex II or III is another one or has it below: `annex_iii:1` and `annex_iii:1(a)/i3`."""
    return name.startswith(above) and name[len(above) :][:1] in ("", "(", "/", ".")


def _standing(dossier: Dossier, key: str) -> Entry[GsprAnswer] | None:
    answer = dossier.get(f"gspr:{key}", GsprAnswer)
    return answer if answer is not None and answer.record.retired is None else None
