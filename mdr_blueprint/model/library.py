"""The shape of the library's data: identifiers of the law, standards, the default policy, taxonomies."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import PlainValidator

from mdr_blueprint import conditions
from mdr_blueprint.model.base import Part
from mdr_blueprint.model.risk_process import RiskPolicy
from mdr_blueprint.model.scalars import Count, Flag, Text

Confidence = Literal["high", "secondary", "unverified"]


BaseClass = Literal["I", "IIa", "IIb", "III"]
When = Annotated[conditions.Condition, PlainValidator(conditions.parse)]
"""A condition over device facts, see `mdr_blueprint.conditions`."""


class LawSource(Part):
    """Where a data file comes from, of which date, and how sure it is."""

    id: Text
    title: Text
    regulation: Text | None = None
    celex: Text | None = None
    consolidated: Text | None = None
    consolidated_celex: Text | None = None
    checked: Text | None = None
    reference: Text | None = None
    confidence: Confidence | None = None
    note: Text | None = None


class GsprItem(Part):
    """An identifier of Annex I with its place and an own-words topic."""

    citation: Text
    parent: Text | None = None
    chapter: Text
    kind: Literal["section", "point", "indent"]
    role: Literal["heading", "lead", "req", "cond", "interpretive", "informational"]
    topic: Text
    when: When | None = None
    """The facts by which it applies; None where it always does."""
    one_answer: Flag = False
    """One answer may stand for the points below."""
    changed: Text | None = None
    """What a later text changed."""
    note: Text | None = None

    @property
    def answerable(self) -> bool:
        """Whether a row of the checklist is due for it."""
        return self.role in ("req", "lead", "interpretive")


class GsprText(Part):
    """A text of Annex I that has no number of its own and carries a duty."""

    belongs_to: Text
    citation: Text
    topic: Text
    when: When | None = None
    answered_by: tuple[Text, ...] = ()
    """Identifiers whose answers meet it."""
    confidence: Confidence | None = None
    note: Text | None = None


class Refused(Part):
    """An identifier that people bring from another text, and what it is in Annex I."""

    instead: tuple[Text, ...]
    origin: Text
    confidence: Confidence | None = None
    note: Text | None = None


class AnnexI(Part):
    source: LawSource
    requirements: dict[str, GsprItem]
    texts: dict[str, GsprText] = {}
    refused: dict[str, Refused] = {}


class AnnexPoint(Part):
    """A point of Annex II or III: what must be there and what in a project answers it."""

    citation: Text
    title: Text
    needs: Text
    kinds: tuple[Text, ...] = ()
    optional: tuple[Text, ...] = ()
    """Kinds among these that a complete file may lack: not every device has accessories or variants."""
    documents: tuple[Text, ...] = ()
    when: When | None = None
    confidence: Confidence | None = None
    note: Text | None = None


class AnnexPoints(Part):
    source: LawSource
    points: dict[str, AnnexPoint]


class ClauseFigure(Part):
    """A figure that a clause sets: a limit, a distance, a level."""

    quantity: Text
    value: Text
    unit: Text | None = None
    bound: Literal["at_most", "at_least"] | None = None
    part_type: Text | None = None
    current: Text | None = None
    condition: Text | None = None
    editions: tuple[Text, ...] = ()
    """The editions that set it; all of them where none is named."""
    confidence: Confidence | None = None
    note: Text | None = None


class ClauseItem(Part):
    """A clause of a standard: its number, its place in the tree and an own-words title."""

    title: Text
    parent: Text | None = None
    kind: Literal["requirement", "test", "marking", "document"] | None = None
    rm_hook: Flag = False
    """The clause points into the risk management file."""
    asks: Text | None = None
    """What it asks of the risk file, in our own words."""
    steps: tuple[Text, ...] = ()
    """Clauses of ISO 14971 that it touches."""
    table: Text | None = None
    """Kind of measurement that it asks for, such as `leakage`."""
    when: When | None = None
    """The facts with which it applies; None where it always does."""
    changes: Text | None = None
    """In a particular or collateral standard: the clause of the general standard that it changes."""
    mode: Literal["replaced", "added", "amended", "not_applicable"] | None = None
    """How it changes that clause."""
    since: Text | None = None
    """Edition that brought it."""
    until: Text | None = None
    """Last edition that has it."""
    figures: tuple[ClauseFigure, ...] = ()
    confidence: Confidence | None = None
    note: Text | None = None


class OjListing(Part):
    """A citation in the Official Journal under the Regulation."""

    decision: Text | None = None
    date: Text | None = None
    listed: Text | None = None
    confidence: Confidence | None = None
    note: Text | None = None


class Standard(Part):
    """A standard as dated data: edition, status, source."""

    id: Text
    title: Text
    designation: Text
    european: Text | None = None
    edition: Text
    editions: tuple[Text, ...] = ()
    status: Literal["harmonised", "state_of_the_art", "superseded", "unknown"]
    oj: OjListing | None = None
    successor: Text | None = None
    checked: Text
    reference: Text
    confidence: Confidence
    note: Text | None = None
    when: When | None = None
    """The facts that call for it; None where none do."""
    always: Flag = False
    """Every device calls for it."""
    supports: tuple[Text, ...] = ()
    base: Text | None = None
    """In a particular or collateral standard: the general standard whose clauses it changes."""
    checked_by: Text | None = None
    """Who held the clauses against a licensed copy; None where nobody did."""
    clauses: dict[str, ClauseItem] = {}
    clauses_note: Text | None = None


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


class FactDefinition(Part):
    """A device fact: the question a manufacturer answers, and the words that answer it."""

    question: Text
    type: Literal["number"] | None = None
    values: dict[str, Text] = {}
    """Value -> what it means; a fact without values is true or false, or a number."""
    absent: Text | None = None
    """The value that the class assumes where it is not stated."""
    judgement: Flag = False
    """The answer needs an argument."""
    note: Text | None = None

    @property
    def answers(self) -> tuple[str, ...]:
        """The words that answer it; none for a number."""
        return tuple(self.values) or (() if self.type == "number" else ("true", "false"))


class DerivedFact(Part):
    """A fact that follows from others and is never stated; without a condition the compiler computes it."""

    question: Text
    values: dict[str, Text] = {}
    when: When | None = None
    citation: Text | None = None
    confidence: Confidence | None = None
    note: Text | None = None

    @property
    def answers(self) -> tuple[str, ...]:
        return tuple(self.values) or ("true", "false")


class Contradiction(Part):
    """Facts that cannot hold together."""

    when: When
    why: Text
    basis: Text | None = None
    confidence: Confidence | None = None


class Vocabulary(Part):
    source: LawSource
    facts: dict[str, FactDefinition]
    derived: dict[str, DerivedFact] = {}
    contradictions: tuple[Contradiction, ...] = ()


class Definition(Part):
    """A definition of Annex VIII and the facts that hold it."""

    term: Text
    text: Text
    facts: tuple[Text, ...] = ()
    confidence: Confidence | None = None
    note: Text | None = None


class Implementing(Part):
    """An implementing rule of Annex VIII, chapter II."""

    title: Text
    text: Text
    note: Text | None = None


class GuidanceRevision(Part):
    date: Text | None = None
    confidence: Confidence | None = None
    note: Text | None = None


class GuidanceChoice(Part):
    """The guidance that the rules are read by: a parameter of the classification."""

    default: Text
    revisions: dict[str, GuidanceRevision]


class RuleOutcome(Part):
    """An indent, exception or paragraph of a classification rule."""

    clause: Text
    text: Text
    device_class: BaseClass
    when: When | None = None
    general: Flag = False
    """What holds where nothing else of the rule does."""
    replaces: Text | None = None
    """The outcome that it withdraws."""
    guidance: tuple[Text, ...] = ()
    """The revisions of the guidance that it is limited to."""
    confidence: Confidence | None = None
    note: Text | None = None


class ClassRule(Part):
    """A classification rule with its indents and exceptions."""

    section: Text
    title: Text
    scope_text: Text
    scope: When | None = None
    yields_to: tuple[Count, ...] = ()
    """Rules beside which it is silent."""
    outcomes: dict[str, RuleOutcome]
    traps: tuple[Text, ...] = ()
    recheck: Text | None = None
    """What a later guidance is said to change."""
    note: Text | None = None


class AnnexVIII(Part):
    source: LawSource
    guidance: GuidanceChoice
    definitions: dict[str, Definition]
    implementing: dict[str, Implementing]
    rules: dict[str, ClassRule]


class Detail(Part):
    when: When | None = None
    text: Text


class Obligation(Part):
    """What class and facts ask of a manufacturer: a route, a document, a marking, a report."""

    title: Text
    kind: Literal["route", "document", "marking", "registration", "report", "retention", "procedure"]
    citation: Text
    duty: Text
    when: When | None = None
    details: tuple[Detail, ...] = ()
    confidence: Confidence | None = None
    note: Text | None = None


class Obligations(Part):
    source: LawSource
    obligations: dict[str, Obligation]


class GuidanceDocument(Part):
    """A guidance document in the dated register."""

    title: Text
    revision: Text | None = None
    earlier: tuple[Text, ...] = ()
    date: Text | None = None
    status: Literal["current", "superseded", "unknown"]
    subject: Text | None = None
    confidence: Confidence | None = None
    note: Text | None = None


class Guidance(Part):
    source: LawSource
    documents: dict[str, GuidanceDocument]
