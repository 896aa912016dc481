"""The class of a device by Annex VIII."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mdr_blueprint.load import Law


@dataclass(frozen=True)
class Classified:
    device_class: str
    base_class: str
    suffixes: tuple[str, ...] = ()
    deciding_rules: tuple[int, ...] = ()
    hits: tuple[Any, ...] = ()
    others: tuple[Any, ...] = ()
    withdrawn: tuple[Any, ...] = ()
    assumed: tuple[Any, ...] = ()
    unknown: tuple[Any, ...] = ()
    contradictions: tuple[Any, ...] = ()
    guidance: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


def classify(facts: Mapping[str, Any], law: Law, guidance: str | None = None) -> Classified:
    return Classified("I", "I")
