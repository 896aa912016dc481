"""The project's answers to the law and to standards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from mdr_blueprint.model.base import Cardinality, Inverse, Keys, Part, Record, Ref
from mdr_blueprint.model.device import Facts
from mdr_blueprint.model.scalars import Day, Flag, Number, Prose, Text

if TYPE_CHECKING:
    from mdr_blueprint.model.device import Component
    from mdr_blueprint.model.documents import Evidence
    from mdr_blueprint.model.risk import Control, Risk
    from mdr_blueprint.model.verification import Instrument


class AppliedStandard(Record):
    """A standard that the project applies; what it is stands in the library under the same id."""

    kind_name: ClassVar[str] = "standards"
    singular: ClassVar[str] = "applied standard"
    plural: ClassVar[str] = "Applied standards"
    keys: ClassVar[Keys] = "library"

    edition: Text | None = None
    applied: Literal["full", "part"] | None = None
    excluded: dict[str, Text] = {}
    """Clause -> reason, where it is applied in part (Annex II 4(c))."""
    not_applied: Text | None = None
    """Why a standard that the facts of the device call for is not applied."""
    title: Text | None = None
    """Only for a standard that the library does not hold."""
    text: Prose | None = None


class Measurement(Part):
    """A measured value against its limit."""

    quantity: Text
    part: Annotated[Ref[Component] | None, Inverse("measured_in")] = None
    part_type: Text | None = None
    current: Text | None = None
    condition: Text | None = None
    value: Number | None = None
    unit: Text | None = None
    limit: Number | None = None
    limit_unit: Text | None = None
    """That of the value where none is named."""
    no_limit: Text | None = None
    """Why nothing limits the value, such as a working voltage that other values are looked up with."""
    limit_source: Text | None = None
    """Where the limit comes from: clause, table and row, or the specification of the device."""
    bound: Literal["at_most", "at_least"] | None = None
    """Leakage current has a limit above it, a creepage distance one below it."""
    uncertainty: Number | None = None
    """Expanded uncertainty, in the unit of the value."""
    decision_rule: Text | None = None
    """How a value is judged whose uncertainty reaches over the limit."""
    instrument: Annotated[Ref[Instrument] | None, Inverse("used_in")] = None
    date: Day | None = None
    illustrative: Flag | None = None


class ClauseAnswer(Record):
    """The project's verdict on a clause of a standard."""

    kind_name: ClassVar[str] = "clauses"
    singular: ClassVar[str] = "clause verdict"
    plural: ClassVar[str] = "Clause verdicts"
    keys: ClassVar[Keys] = "clause"

    verdict: Literal["P", "F", "N/A", "N/E", "open"] | None = None
    """Pass, fail, not applicable, not evaluated under this report (collaterals), or not judged yet."""
    remark: Text | None = None
    measurements: tuple[Measurement, ...] = ()
    evidence: Annotated[tuple[Ref[Evidence], ...], Inverse("evidence_for")] = ()
    facts: Facts = {}
    """The answer stands while these facts hold."""
    risks: Annotated[tuple[Ref[Risk], ...], Inverse("judged_in")] = ()
    controls: Annotated[tuple[Ref[Control], ...], Inverse("judged_in")] = ()
    reviewer: Text | None = None
    """Who judged what the clause asks of the risk file."""

    @property
    def label(self) -> str:
        return self.verdict or "open"


class GsprAnswer(Record):
    """The project's answer to a general safety and performance requirement (Annex II 4)."""

    kind_name: ClassVar[str] = "gspr"
    singular: ClassVar[str] = "GSPR answer"
    plural: ClassVar[str] = "GSPR answers"
    keys: ClassVar[Keys] = "gspr"

    applicable: Flag | None = None
    justification: Text | None = None
    """Why it does not apply (Annex II 4(a))."""
    method: Text | None = None
    """How conformity is shown (Annex II 4(b))."""
    standards: Annotated[tuple[Ref[AppliedStandard], ...], Inverse("shows")] = ()
    evidence: Annotated[
        tuple[Ref[Evidence], ...],
        Inverse("evidence_for"),
        Cardinality("1..n", "0..n", untargeted="GSPR305", when="applicable"),
    ] = ()
    records: Annotated[tuple[Ref[Record], ...], Inverse("answers")] = ()
    facts: Facts = {}
    """The answer stands while these facts hold."""
    covers_points: Flag | None = None
    """The one answer also stands for the points below, where Annex I or the facts allow that."""

    @property
    def label(self) -> str:
        return "applicable" if self.applicable else "not applicable" if self.applicable is False else "open"
