"""Every rule, found in the family packages by name. Nothing is registered by hand."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from mdr_blueprint.rules.engine import Rule

families: dict[str, str] = {
    "ID": "Identity and references",
    "DEV": "Device, intended purpose, classification",
    "GSPR": "General safety and performance requirements",
    "RISK": "Risk management",
    "VER": "Verification and standards",
    "LAB": "Label and instructions for use",
    "DOC": "Documents, evidence and waivers",
    "LAW": "Data of the library",
}
"""Prefix of the codes -> what the family judges; the folders below `rules/` follow the same order."""

FOLDERS = ("identity", "device", "gspr", "risk", "verification", "labelling", "documents", "law")


@cache
def catalogue() -> tuple[Rule, ...]:
    """All rules in the order of their codes."""
    here = Path(__file__).parent
    found: dict[str, Rule] = {}
    for folder in FOLDERS:
        for path in sorted((here / folder).glob("*.py")):
            if path.stem == "__init__":
                continue
            module = import_module(f"mdr_blueprint.rules.{folder}.{path.stem}")
            for value in vars(module).values():
                if isinstance(value, Rule) and found.setdefault(value.code, value) is not value:
                    raise ValueError(f"two rules have the code {value.code}")
    order = list(families)
    return tuple(sorted(found.values(), key=lambda rule: (order.index(rule.family), rule.code)))
