"""Write the bill of materials of the program: CycloneDX 1.6 in JSON, for the exact set of `requirements/run.txt`.

    python tools/sbom.py FOLDER    writes FOLDER/mdr-blueprint-VERSION.cdx.json and prints its path

Versions, hashes and relations come from the lock file, licences from what is installed, and what sites copy from
`templates/site/licences.txt`. The same lock gives the same bytes: no clock, and a serial number made from the content.
"""

from __future__ import annotations

import json
import re
import sys
import uuid
from importlib import metadata
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from locked import ROOT, Locked, read_lock
from packageurl import PackageURL

from mdr_blueprint.version import VERSION

CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""Classifiers that name one licence. `BSD License` names several and stays as it is written."""
COPIED = re.compile(r"^Name: (?P<name>.+)\n(?:Version: (?P<version>.+)\n)?Package: (?P<purl>.+)\nLicence: (?P<licence>.+)\nFiles: (?P<files>.+)$", re.MULTILINE)
OURS = ("iframe-worker",)
"""What this repository holds a copy of; the rest comes with Material for MkDocs."""


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    target = Path(sys.argv[1]) / f"mdr-blueprint-{VERSION}.cdx.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(write(bill()), "utf-8", newline="\n")
    print(target)
    return 0


def bill() -> Bom:
    """The program, the packages it runs with and what they need of each other."""
    program = Component(
        name="mdr-blueprint",
        version=VERSION,
        type=ComponentType.APPLICATION,
        bom_ref=f"mdr-blueprint@{VERSION}",
        licenses=[licence_of("mdr-blueprint")],
    )
    locked = read_lock("run")
    components = {entry.name: package(entry) for entry in locked}
    bom = Bom(components=components.values())
    bom.metadata.component = program
    needs = {"mdr-blueprint": program, **components}
    for name, component in needs.items():
        bom.register_dependency(component, [components[entry.name] for entry in locked if name in entry.wanted_by])
    for name, part in copied().items():
        bom.components.add(part)
        bom.register_dependency(program if name in OURS else components["mkdocs-material"], [part])
    return bom


def package(entry: Locked) -> Component:
    return Component(
        name=entry.name,
        version=entry.version,
        type=ComponentType.LIBRARY,
        purl=(purl := PackageURL("pypi", name=entry.name, version=entry.version)),
        bom_ref=purl.to_string(),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in entry.hashes],
        licenses=[licence_of(entry.name)],
        properties=[Property(name="mdr-blueprint:marker", value=str(entry.requirement.marker))] if entry.requirement.marker else [],
    )


def copied() -> dict[str, Component]:
    """Scripts and pictures inside every site, by name."""
    text = (ROOT / "templates" / "site" / "licences.txt").read_text("utf-8")
    return {
        found["name"]: Component(
            name=found["name"],
            version=found["version"],
            type=ComponentType.LIBRARY,
            purl=PackageURL.from_string(found["purl"]),
            bom_ref=found["purl"],
            licenses=[LicenseFactory().make_from_string(found["licence"])],
            properties=[Property(name="mdr-blueprint:files", value=found["files"])],
        )
        for found in COPIED.finditer(text)
        if not found["purl"].startswith("pkg:pypi/")
    }


def licence_of(name: str) -> LicenseExpression | DisjunctiveLicense:
    """What an installed package says of itself: an SPDX name where it has one, else its own words."""
    about = metadata.metadata(name)
    classified = [line.rpartition(" :: ")[2] for line in about.get_all("Classifier", []) if line.startswith("License ::")]
    stated = about.get("License-Expression") or about.get("License", "")
    said = [words for words in (stated, *(CLASSIFIERS.get(line, line) for line in classified)) if words]
    if not said:
        raise ValueError(f"{name} {about['Version']} names no licence")
    made = [LicenseFactory().make_from_string(words) for words in said]
    return next((one for one in made if isinstance(one, LicenseExpression) or one.id), made[-1])


def write(bom: Bom) -> str:
    """The JSON text. Written twice: the serial number is that of the content."""
    bom.serial_number = uuid.UUID(int=0)
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_OID, _text(bom))
    return _text(bom)


def _text(bom: Bom) -> str:
    content = json.loads(JsonV1Dot6(bom).output_as_string())
    del content["metadata"]["timestamp"]
    return json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.exit(main())
