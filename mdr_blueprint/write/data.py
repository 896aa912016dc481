"""`data/dossier.json`: everything the compiler knows, for other tools: records, links, findings, and the levels it computed."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from mdr_blueprint.formats.json_list import as_object
from mdr_blueprint.tables import Inputs
from mdr_blueprint.tables.inputs import live_risks
from mdr_blueprint.tables.levels import after, before
from mdr_blueprint.version import VERSION


def write_data(inputs: Inputs) -> bytes:
    """Records by kind and id, edges, levels of risks, findings. Keys are in file order, so the bytes follow from the input."""
    dossier, graph = inputs.dossier, inputs.graph
    records: dict[str, dict[str, Any]] = {}
    for entry in dossier.entries.values():
        content = entry.record.model_dump(mode="json", exclude_unset=True) if entry.whole else {}
        records.setdefault(entry.kind, {})[entry.id] = (
            content | {"_place": str(entry.place)} | ({"_in": entry.owner} if entry.owner else {})
        )
    edges = [
        [e.source, e.relation, e.target, *([e.place] if e.place else [])] for edges in graph.outgoing.values() for e in edges
    ]
    whole = {
        "tool": f"mdr-blueprint {VERSION}",
        "revision": {"name": inputs.revision.name, "dirty": inputs.revision.dirty},
        "records": records,
        "edges": edges,
        "levels": _levels(inputs),
        "findings": [as_object(finding) for finding in inputs.report.findings],
    }
    return (json.dumps(whole, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _levels(inputs: Inputs) -> dict[str, dict[str, Any]]:
    """Severity, probability and verdict of each risk before and after control; null where a level is unknown."""
    return {
        entry.id: {name: asdict(found) if (found := judge(inputs, entry)) else None for name, judge in _JUDGES.items()}
        for entry in live_risks(inputs)
    }


_JUDGES = {"before": before, "after": after}
