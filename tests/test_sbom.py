"""The bill of materials: valid by the schema, complete by the lock, the same bytes each time."""

from __future__ import annotations

import json

import pytest
import sbom
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from locked import read_lock

from mdr_blueprint.version import VERSION


@pytest.fixture(scope="module")
def text() -> str:
    return sbom.write(sbom.bill())


@pytest.fixture(scope="module")
def bill(text) -> dict:
    return json.loads(text)


@pytest.mark.verifies("REQ-SUP-02")
def test_it_follows_the_schema(text):
    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    assert fault is None, fault
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text.replace('"bomFormat"', '"bomShape"')) is not None


@pytest.mark.verifies("REQ-SUP-02")
def test_it_names_every_locked_package_with_hashes_and_licence(bill):
    listed = {part["purl"]: part for part in bill["components"]}
    for entry in read_lock("run"):
        part = listed[f"pkg:pypi/{entry.name}@{entry.version}"]
        assert {line["content"] for line in part["hashes"]} == set(entry.hashes)
        assert part["licenses"], entry.name
    assert bill["metadata"]["component"]["version"] == VERSION


@pytest.mark.verifies("REQ-SUP-02")
def test_it_names_every_script_that_sites_copy(bill):
    listed = {part["name"]: part for part in bill["components"]}
    assert listed["lunr"]["purl"] == "pkg:npm/lunr@2.3.9"
    assert listed["iframe-worker"]["licenses"] == [{"license": {"id": "MIT"}}]
    assert set(sbom.copied()) <= set(listed)


def test_everything_is_reached_from_the_program(bill):
    """Whatever is listed is listed because something needs it."""
    needs = {line["ref"]: line.get("dependsOn", []) for line in bill["dependencies"]}
    reached, todo = set(), [bill["metadata"]["component"]["bom-ref"]]
    while todo:
        ref = todo.pop()
        if ref not in reached:
            reached.add(ref)
            todo += needs[ref]
    assert reached - {bill["metadata"]["component"]["bom-ref"]} == {part["bom-ref"] for part in bill["components"]}


def test_the_same_lock_gives_the_same_bytes(text, monkeypatch):
    assert sbom.write(sbom.bill()) == text
    assert "timestamp" not in text
    serial = json.loads(text)["serialNumber"]
    fewer = sbom.read_lock("run")[1:]
    monkeypatch.setattr(sbom, "read_lock", lambda _: fewer)
    assert json.loads(sbom.write(sbom.bill()))["serialNumber"] != serial, "the serial number is that of the content"


class Words(dict):
    """Metadata of a package: one value per field, or a list of classifiers."""

    def get_all(self, _: str, __: list) -> list:
        return self["Classifier"]


@pytest.mark.parametrize(
    ("expression", "licence", "classifiers", "expected"),
    [
        ("Apache-2.0 OR BSD-2-Clause", "", [], "Apache-2.0 OR BSD-2-Clause"),
        (None, "BSD-3-Clause", ["License :: OSI Approved :: BSD License"], "BSD-3-Clause"),
        (None, "BSD", ["License :: OSI Approved :: BSD License"], "BSD License"),
        (None, "UNKNOWN", ["Topic :: Text", "License :: OSI Approved :: MIT License"], "MIT"),
        (None, "The words of its author", [], "The words of its author"),
    ],
)
def test_a_licence_is_what_the_package_declares(monkeypatch, expression, licence, classifiers, expected):
    about = Words({"License-Expression": expression, "License": licence, "Classifier": classifiers, "Version": "1"})
    monkeypatch.setattr(sbom.metadata, "metadata", lambda _: about)
    found = sbom.licence_of("x")
    assert expected in (getattr(found, "value", None), getattr(found, "id", None), getattr(found, "name", None))


def test_a_package_without_a_licence_is_told(monkeypatch):
    monkeypatch.setattr(sbom.metadata, "metadata", lambda _: Words({"Classifier": [], "Version": "1"}))
    with pytest.raises(ValueError, match="x 1 names no licence"):
        sbom.licence_of("x")
