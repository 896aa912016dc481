"""`manifest.json`: what was built from what, by which version, with which findings."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from mdr_blueprint.diagnostics import SEVERITIES, Report
from mdr_blueprint.formats.json_list import as_object
from mdr_blueprint.tables import Inputs
from mdr_blueprint.version import VERSION
from mdr_blueprint.write.output import MANIFEST, PARTS, Previous


def write_manifest(
    inputs: Inputs, report: Report, folder: Path, input_hashes: dict[str, str], fresh: tuple[str, ...], previous: Previous
) -> None:
    """Write the manifest of the output in `folder`. A part that was kept from an earlier build says which revision it shows.

    Its files keep the hashes of the build that wrote them, so that a file which was edited since can still be told.
    """
    revision = {"name": inputs.revision.name, "dirty": inputs.revision.dirty}
    project = inputs.dossier.project
    parts = {
        name: revision if name in fresh else _parts_of(previous).get(name, {})
        for name in PARTS
        if (folder / PARTS[name][0]).is_dir()
    }
    kept = frozenset(top for name in PARTS if name not in fresh for top in PARTS[name])
    whole: dict[str, Any] = {
        "tool": f"mdr-blueprint {VERSION}",
        "project": {"id": project.id, "title": project.title, "stage": project.stage} if project else None,
        "revision": revision,
        "parts": parts,
        "findings": {severity: report.count(severity) for severity in SEVERITIES} | {"waived": report.waived_count},
        "messages": [as_object(f) for f in report.findings],
        "inputs": input_hashes,
        "outputs": {
            (name := path.relative_to(folder).as_posix()): (
                previous.listed[name] if name.split("/")[0] in kept else hashlib.sha256(path.read_bytes()).hexdigest()
            )
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        },
    }
    (folder / MANIFEST).write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", "utf-8", newline="\n")


def _parts_of(previous: Previous) -> dict[str, Any]:
    parts = previous.manifest.get("parts")
    return parts if isinstance(parts, dict) else {}
