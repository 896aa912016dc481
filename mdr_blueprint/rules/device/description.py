"""Whether the device, its purpose and its makers are described (Annex II 1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mdr_blueprint.facts import Known
from mdr_blueprint.load import Dossier, Entry
from mdr_blueprint.model import Device, IntendedPurpose, Operators
from mdr_blueprint.model.device import Operator
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import gaps, is_missing, lacks, listed
from mdr_blueprint.source import Sources

DESCRIPTION = "MDR Annex II 1.1"
SRN = re.compile(r"[A-Z]{2}-(AR|IM|MF|PR)-\d{9}\Z")
ROLE_LETTERS = {"manufacturer": "MF", "authorised_representative": "AR"}
ANNEX_XVI = re.compile(r"\bannex\s+XVI\b", re.IGNORECASE)
OPERATORS = {"manufacturer": "manufacturer", "authorised_representative": "authorised representative",
             "prrc": "person responsible for regulatory compliance"}


@rule("DEV201", "E", basis="MDR Annex II 1.1(a)")
def missing_device(dossier: Dossier, sources: Sources) -> Iterator[Found]:
    """The project describes no device.

    Why: every document of the technical file starts with the device; its name is printed on each page.
    Fix: write `device` with name, model and revision.
    """
    if is_missing(dossier, sources, "device"):
        yield Found.missing(dossier, "device", "the project describes no device")


@rule("DEV202", "E", basis="MDR Article 2(12); Annex II 1.1(a) and (c)")
def missing_intended_purpose(dossier: Dossier, sources: Sources) -> Iterator[Found]:
    """The project states no intended purpose.

    Why: class, risks, clinical evaluation and instructions all follow from what the device is intended for.
    Fix: write `intended_purpose`.
    """
    if is_missing(dossier, sources, "intended_purpose"):
        yield Found.missing(dossier, "intended_purpose", "the project states no intended purpose")


@rule("DEV203", "E", basis="MDR Article 2(12); Annex II 1.1(c); Annex I 23.4(b)")
def incomplete_intended_purpose(dossier: Dossier) -> Iterator[Found]:
    """The intended purpose leaves out a part that it has to name.

    Why: whom the device is for, on which part of the body, by whom and where decides what is foreseeable use; what is left
    open is everything.
    Fix: add the fields that the message names; where there is nothing to name, say so in words.
    """
    for entry in entries(dossier, IntendedPurpose):
        missing = gaps(entry, "statement", "indications", "contraindications", "patients", "body_parts", "users", "environment")
        if missing:
            yield Found.on(entry, f"the intended purpose has no {listed(missing, 'or')}")


@rule("DEV207", "E", basis="MDR Articles 10, 11 and 15; Annex I 23.2(c), (d); Annex IV 1")
def missing_operators(dossier: Dossier, sources: Sources) -> Iterator[Found]:
    """Manufacturer, authorised representative or responsible person are not named.

    Why: label and declaration carry these names and addresses; a device without a responsible person has nobody to answer for
    it.
    Fix: complete `operators`; where there is no authorised representative, say why in `none`.
    """
    if is_missing(dossier, sources, "operators"):
        yield Found.missing(dossier, "operators", "the project names no manufacturer, authorised representative or responsible "
                            "person")
        return
    for entry in entries(dossier, Operators):
        for name, words in OPERATORS.items():
            operator: Operator | None = getattr(entry.record, name)
            if operator is None:
                if lacks(entry, name):
                    yield Found.on(entry, f"the {words} is not named", name)
            elif not (operator.none and name != "manufacturer"):
                needed = ("name",) if name == "prrc" else ("name", "address")
                missing = [f"`{part}`" for part in needed if not getattr(operator, part) and not _written(entry, name, part)]
                if missing:
                    yield Found.on(entry, f"the {words} has no {listed(missing, 'or')}", name)


def _written(entry: Entry[Any], *steps: str) -> bool:
    """Whether something stands there that could not be read."""
    value: Any = entry.raw
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return bool(value)


@rule("DEV235", "E", basis="MDR Article 11(1); Annex I 23.2(d)", requires=("DEV207", "DEV220", "DEV221"))
def representative_ruled_out(dossier: Dossier, known: Known) -> Iterator[Found]:
    """A manufacturer outside the Union rules an authorised representative out.

    Why: a device of such a manufacturer may be placed on the market only with a sole authorised representative, who answers for
    it to the authorities and stands on its label.
    Fix: name the representative with address and mandate, or correct the fact `manufacturer_outside_union`.
    """
    if known.stated.get("manufacturer_outside_union") != "true":
        return
    for entry in entries(dossier, Operators):
        representative = entry.record.authorised_representative
        if representative is not None and representative.none and not representative.name:
            yield Found.on(entry, "manufacturer_outside_union = true, and `none` says that there is no authorised representative",
                           "authorised_representative", "none")


@rule("DEV236", "W", basis="MDR Article 11(1); Annex I 23.2(d)", requires=("DEV207", "DEV220", "DEV221"))
def representative_without_need(dossier: Dossier, known: Known) -> Iterator[Found]:
    """A manufacturer in the Union names an authorised representative.

    Why: only manufacturers outside the Union have one; either the fact is wrong, or a party stands on the label that has no
    part in it.
    Fix: correct the fact `manufacturer_outside_union`, or write why there is none in `none`.
    """
    if known.stated.get("manufacturer_outside_union") != "false":
        return
    for entry in entries(dossier, Operators):
        representative = entry.record.authorised_representative
        if representative is not None and representative.name:
            yield Found.on(entry, f"manufacturer_outside_union = false, and `{representative.name}` is named as authorised "
                           "representative", "authorised_representative")


@rule("DEV208", "E", basis="MDR Article 31; Annex VI A 1")
def malformed_srn(dossier: Dossier) -> Iterator[Found]:
    """A single registration number is not of its form.

    Why: the number links the device to its operator in EUDAMED; a slip links it to nobody.
    Fix: write the number as EUDAMED issued it: country, role and nine digits, such as `DE-MF-000000000`.
    """
    for entry in entries(dossier, Operators):
        for name, words in OPERATORS.items():
            operator: Operator | None = getattr(entry.record, name)
            srn = operator.srn if operator else None
            if srn is None:
                continue
            form = SRN.match(srn)
            role = ROLE_LETTERS.get(name)
            if form is None:
                yield Found.on(entry, f"`{srn}` of the {words} is no single registration number", name, "srn")
            elif role is not None and form[1] != role:
                yield Found.on(entry, f"`{srn}` is the number of another role: that of the {words} has `{role}`", name, "srn")


@rule("DEV214", "E", basis="MDR Annex II 1.1(a), (d) and (e)")
def missing_device_description(dossier: Dossier) -> Iterator[Found]:
    """The device is not described, or not why it is a medical device.

    Why: a reviewer who has never seen it must understand what it is, how it works and why the Regulation applies to it.
    Fix: write the fields that the message names.
    """
    for entry in entries(dossier, Device):
        missing = gaps(entry, "description", "principle", "qualification")
        if missing:
            yield Found.on(entry, f"the device has no {listed(missing, 'or')}")


@rule("DEV237", "W", basis="MDR Article 1(2); Annex XVI; Annex II 1.1(e)", requires=("DEV214", "DEV220", "DEV221"))
def group_of_annex_xvi_not_named(dossier: Dossier, known: Known) -> Iterator[Found]:
    """A product without a medical purpose does not say by which group of Annex XVI it is covered.

    Why: the Regulation covers such a product only where Annex XVI lists its group; the common specifications and, for some
    groups, the class depend on it.
    Fix: name the group of Annex XVI in `qualification`, or correct the fact `medical_purpose`.
    """
    if known.stated.get("medical_purpose") != "false":
        return
    for entry in entries(dossier, Device):
        text = entry.record.qualification
        if text and not ANNEX_XVI.search(text):
            yield Found.on(entry, "medical_purpose = false, and `qualification` does not speak of Annex XVI", "qualification")


@rule("DEV216", "W", basis="MDR Article 26; MDCG 2021-12")
def emdn_without_version(dossier: Dossier) -> Iterator[Found]:
    """The EMDN code has no version, or there is no code.

    Why: the nomenclature is revised; the same code may mean something else in the next version.
    Fix: add `emdn` with `code` and `version`.
    """
    for entry in entries(dossier, Device):
        emdn = entry.record.emdn
        if emdn is None:
            if lacks(entry, "emdn"):
                yield Found.on(entry, "the device has no EMDN code", "emdn")
        elif not emdn.version and not _written(entry, "emdn", "version"):
            yield Found.on(entry, f"EMDN code `{emdn.code}` does not say from which version of the nomenclature it is", "emdn")


@rule("DEV217", "W", basis="MDR Article 31; Annex IV 1", requires=("DEV207", "DEV208"))
def manufacturer_without_srn(dossier: Dossier) -> Iterator[Found]:
    """The manufacturer has no single registration number.

    Why: the declaration of conformity names it where it was issued; without registration no device can be registered either.
    Fix: add `srn`, or say in `notes` that it is applied for and waive the finding.
    """
    for entry in entries(dossier, Operators):
        manufacturer = entry.record.manufacturer
        if manufacturer is not None and not manufacturer.srn and not _written(entry, "manufacturer", "srn"):
            yield Found.on(entry, "the manufacturer has no single registration number", "manufacturer")


@rule("DEV218", "E", basis="MDR Annex II 1.1(b) and 6.1(b) (the configuration described and tested)")
def device_without_revision(dossier: Dossier) -> Iterator[Found]:
    """The device has no revision.

    Why: test results and documents belong to a configuration; without a name for it nobody can say which results hold.
    Fix: add `revision`.
    """
    for entry in entries(dossier, Device):
        if lacks(entry, "revision"):
            yield Found.on(entry, "the device has no revision: runs and evidence cannot be compared with it", "revision")


@rule("DEV219", "W", basis="MDR Annex II 1.2")
def missing_predecessors(dossier: Dossier) -> Iterator[Found]:
    """Earlier generations or similar devices are not described.

    Why: Annex II asks for both; what is known of them is the first source on risks and the state of the art.
    Fix: write `history` and `similar_devices`; where there are none, say so in words.
    """
    for entry in entries(dossier, Device):
        missing = gaps(entry, "history", "similar_devices")
        if missing:
            yield Found.on(entry, f"the device has no {listed(missing, 'or')}")
