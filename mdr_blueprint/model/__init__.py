"""The shape of every kind of record. `KINDS` lists them in the order of the technical file."""

from __future__ import annotations

from typing import TypeVar

from mdr_blueprint.model import base, device, documents, electrical, law, project, risk, risk_process, verification
from mdr_blueprint.model.base import Cardinality, Inverse, NotAField, Part, Record, Ref
from mdr_blueprint.model.device import (
    Accessory,
    Classification,
    Component,
    Device,
    Figure,
    IntendedPurpose,
    Misuse,
    Operators,
    UserProfile,
    Variant,
)
from mdr_blueprint.model.documents import Claim, Evidence, SoftwareItem, Soup, Statement
from mdr_blueprint.model.electrical import EssentialPerformance, Insulation, TestParticulars
from mdr_blueprint.model.law import AppliedStandard, ClauseAnswer, GsprAnswer
from mdr_blueprint.model.project import Document, Project, Waiver
from mdr_blueprint.model.risk import Control, FailureMode, Harm, Hazard, Risk, Sequence, Situation
from mdr_blueprint.model.risk_process import (
    BenefitRisk,
    Observation,
    OverallResidualRisk,
    Question,
    RiskAnalysis,
    RiskPlan,
    RiskPolicy,
    RiskReview,
)
from mdr_blueprint.model.verification import Instrument, Need, Requirement, Run, Test

_IN_ORDER: tuple[type[Record], ...] = (
    Project, Device, IntendedPurpose, UserProfile, Misuse, Classification, Operators, Variant, Accessory, Component,
    Figure, SoftwareItem, Soup, GsprAnswer, AppliedStandard, ClauseAnswer, RiskPlan, RiskPolicy, RiskAnalysis, Question, Hazard,
    Situation, Sequence, Risk, Harm, Control, FailureMode, BenefitRisk, OverallResidualRisk, RiskReview, Observation, Need,
    Requirement, Test, Run, Instrument, TestParticulars, EssentialPerformance, Insulation, Evidence, Claim, Statement,
    Document, Waiver,
)  # fmt: skip

KINDS: dict[str, type[Record]] = {cls.kind_name: cls for cls in _IN_ORDER}
"""Top-level key (or, for a record inside another, its field) -> class."""

TOP_LEVEL: dict[str, type[Record]] = {name: cls for name, cls in KINDS.items() if cls.parent is None}


P = TypeVar("P", bound=Part)


def ready(cls: type[P]) -> type[P]:
    """The class with its annotations resolved and its validator built; done when the first such record is met."""
    if cls not in _READY:
        _make_ready(cls)
        _READY.add(cls)
    return cls


_READY: set[type[Part]] = set()


def _make_ready(cls: type[Part]) -> None:
    names = {
        name: value
        for module in (base, device, documents, electrical, law, project, risk, risk_process, verification)
        for name, value in vars(module).items()
        if not name.startswith("__")
    }
    names |= {record.__name__: record for record in _IN_ORDER}
    cls.model_rebuild(_types_namespace=names)


__all__ = [
    "KINDS", "TOP_LEVEL", "Accessory", "AppliedStandard", "BenefitRisk", "Cardinality", "Claim", "Classification",
    "ClauseAnswer", "Component", "Control", "Device", "Document", "EssentialPerformance", "Evidence", "FailureMode",
    "Figure", "GsprAnswer", "Harm", "Hazard", "Instrument", "Insulation", "IntendedPurpose", "Inverse", "Misuse", "Need",
    "NotAField", "Observation", "Operators", "OverallResidualRisk", "Part", "Project", "Question", "Record", "Ref",
    "Requirement", "Risk", "RiskAnalysis", "RiskPlan", "RiskPolicy", "RiskReview", "Run", "Sequence", "Situation",
    "SoftwareItem", "Soup", "Statement", "Test", "TestParticulars", "UserProfile", "Variant", "Waiver", "ready",
]  # fmt: skip
