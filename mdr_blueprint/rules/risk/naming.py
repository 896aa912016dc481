"""A risk has no title of its own: a message calls it by its harm."""

from __future__ import annotations

from typing import Any

from mdr_blueprint.load import Dossier, Entry
from mdr_blueprint.rules.questions import call


def call_risk(dossier: Dossier, entry: Entry[Any]) -> str:
    """How a message names a risk: risk `R-014-1` (Second-degree burn)."""
    harm = dossier.entries.get(entry.record.harm)
    return call(entry, harm.record.label if harm is not None and harm.whole else "")
