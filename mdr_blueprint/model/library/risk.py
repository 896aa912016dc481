"""How risk is judged where a project says nothing else, and what it is judged about."""

from __future__ import annotations

from mdr_blueprint.model.base import Part
from mdr_blueprint.model.library.origin import Confidence, LawSource, When
from mdr_blueprint.model.risk_process import RiskPolicy
from mdr_blueprint.model.scalars import Text


class DefaultPolicy(Part):
    source: LawSource
    risk_policy: RiskPolicy


class HazardCategory(Part):
    title: Text
    branch: Text
    text: Text | None = None


class Taxonomy(Part):
    source: LawSource
    categories: dict[str, HazardCategory]


class LibraryHazard(Part):
    """A hazard that a kind of device typically has, with the measures that are usually taken."""

    title: Text
    category: Text
    situation: Text
    harm: Text
    controls: dict[str, Text] = {}
    evidence: Text | None = None
    when: When | None = None
    """The facts with which it concerns a device; None where it concerns every device of the kind."""
    note: Text | None = None


class HazardLibrary(Part):
    """Typical hazards of a kind of device. Their ids are unique among all libraries."""

    source: LawSource
    title: Text
    """The kind of device, in a sentence: low-field magnetic resonance imaging."""
    hazards: dict[str, LibraryHazard]


class LibraryQuestion(Part):
    """A question on a characteristic related to safety."""

    group: Text
    question: Text
    hint: Text | None = None
    """What to think of."""
    yes_when: When | None = None
    """The facts by which the answer is yes."""
    no_when: When | None = None
    """The facts by which the answer is no."""
    categories: tuple[Text, ...] = ()
    """Categories of hazards that a yes leads to in most cases."""
    reference: tuple[Text, ...] = ()
    """Where ISO/TR 24971 treats the subject."""
    confidence: Confidence | None = None
    note: Text | None = None


class QuestionList(Part):
    """Questions on characteristics related to safety, in our own order and words (ISO 14971 5.3)."""

    source: LawSource
    groups: dict[str, Text]
    questions: dict[str, LibraryQuestion]
