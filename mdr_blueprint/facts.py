"""What is known of a device: the facts it states, those that follow from them, and its class.

Two readings of a fact that is not stated: for the class it counts as its `absent` value, else as false, and is listed as
assumed; for everything else it is unknown, and what rests on it stays open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

from mdr_blueprint.classification import Classified, classify, following, guidance_named, stated_in
from mdr_blueprint.conditions import Condition, Outcome, judge
from mdr_blueprint.load import Dossier, Entry, Law
from mdr_blueprint.model import Accessory, Classification, Component, Device, Variant
from mdr_blueprint.model.device import AccessoryClass, Facts

DECISIVE = ("active", "contact", "software", "substance_based")
"""Without any of these nothing is known of a device, and its class drives nothing."""


@dataclass(frozen=True)
class Known:
    """The facts of one device, variant, accessory or part."""

    stated: Mapping[str, str]
    """As the records state them, those of the vocabulary with a value of the vocabulary."""
    law: Law
    guidance: str | None = None
    """The revision that the rules are read by; the library's default where it is None."""

    @cached_property
    def classified(self) -> Classified:
        """The class by Annex VIII with every rule that hits, and why the others do not."""
        return classify(self.stated, self.law, self.guidance)

    @cached_property
    def values(self) -> Mapping[str, str]:
        """Stated facts and those that follow."""
        values = dict(self.stated)
        if any(name in values for name in DECISIVE):
            values["device_class"] = self.classified.base_class
        return following(values, self.law)

    def judge(self, condition: Condition | None) -> Outcome:
        """Whether a condition holds, told by facts that a person states and by the class."""
        outcome = judge(condition, self.values)
        because = tuple(dict.fromkeys(pair for name, value in outcome.because for pair in self._behind(name, value)))
        open_ = tuple(dict.fromkeys(fact for name in outcome.open for fact in self._open_behind(name)))
        return replace(outcome, because=because, open=open_)

    def why(self, condition: Condition | None) -> str:
        """`applies because ionising = diagnostic`, `open: not stated whether ...`, or the facts that exclude it."""
        outcome = self.judge(condition)
        if outcome.holds is None:
            return f"open: not stated: {', '.join(outcome.open)}"
        if not outcome.because:
            return "always applies"
        facts = said(outcome.because)
        return f"applies because {facts}" if outcome.holds else f"does not apply because {facts}"

    def _behind(self, name: str, value: str) -> Iterator[tuple[str, str]]:
        derived = self.law.facts.derived.get(name)
        if derived is None or derived.when is None:
            yield name, value
            return
        for fact, its_value in judge(derived.when, self.values).because:
            yield from self._behind(fact, its_value)

    def _open_behind(self, name: str) -> Iterator[str]:
        derived = self.law.facts.derived.get(name)
        if derived is None:
            yield name
        elif derived.when is None:
            yield from (fact for fact in DECISIVE[:2] if fact not in self.stated)
        else:
            for fact in judge(derived.when, self.values).open:
                yield from self._open_behind(fact)


@dataclass(frozen=True)
class Subject:
    """What is classified in its own right (Annex VIII 3.2)."""

    entry: Entry[Any]
    known: Known
    declared: str | None
    """The class that the project decided on."""


def known_of(facts: Mapping[str, Any], law: Law, decided: AccessoryClass | Classification | None = None) -> Known:
    """What follows from some facts; each is a plain value or has a `value`. What the vocabulary does not know is left out.

    The class is read with the guidance that the decision names, where the library knows it.
    """
    guidance = guidance_named(decided.guidance, law) if decided else None
    return _known(tuple(stated_in(facts, law).items()), law, guidance)


@lru_cache(maxsize=4096)
def _known(stated: tuple[tuple[str, str], ...], law: Law, guidance: str | None) -> Known:
    """Several rules ask for the same accessory or part; its class is worked out once."""
    return Known(dict(stated), law, guidance)


def known(dossier: Dossier, law: Law) -> Known:
    """What is known of the device of a project."""
    device = dossier.single(Device)
    return known_of(device.facts if device else {}, law, dossier.single(Classification))


def subjects(dossier: Dossier, law: Law) -> Iterator[Subject]:
    """Variants with facts of their own, accessories, and parts that are sold separately."""
    device = dossier.single(Device)
    base: Facts = device.facts if device else {}
    for variant in dossier.of(Variant):
        if variant.record.facts and variant.record.retired is None:
            yield Subject(variant, known_of({**base, **variant.record.facts}, law, dossier.single(Classification)), None)
    for accessory in dossier.of(Accessory):
        if accessory.record.retired is None:
            yield _alone(accessory, law)
    for component in dossier.of(Component):
        if component.record.sold_separately and component.record.retired is None:
            yield _alone(component, law)


def _alone(entry: Entry[Accessory] | Entry[Component], law: Law) -> Subject:
    decided = entry.record.classification
    return Subject(entry, known_of(entry.record.facts, law, decided), decided.device_class if decided else None)


def said(pairs: tuple[tuple[str, str], ...]) -> str:
    """`ionising = diagnostic and sterile = true`."""
    return " and ".join(f"class {value}" if name == "device_class" else f"{name} = {value}" for name, value in pairs)
