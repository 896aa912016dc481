"""Needs, requirements, tests, instruments and executed runs (Annex II 6.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from mdr_blueprint.model.base import Cardinality, Inverse, Part, Record, Ref
from mdr_blueprint.model.scalars import Count, Day, Flag, Prose, Text

if TYPE_CHECKING:
    from mdr_blueprint.model.device import Component
    from mdr_blueprint.model.documents import Evidence
    from mdr_blueprint.model.law import ClauseAnswer, GsprAnswer


class DeltaAssessment(Part):
    """Why a result of an older revision of the device holds for a newer one."""

    revision: Text
    """The revision that it is said to hold for."""
    argument: Prose | None = None
    """What changed since, and why the result does not depend on it."""
    by: Text | None = None
    date: Day | None = None
    evidence: Annotated[tuple[Ref[Evidence], ...], Inverse("evidence_for")] = ()

    def holds_for(self, revision: str | None) -> bool:
        """Whether it argues for this very revision."""
        return self.revision == revision and bool(self.argument)


class Imported(Part):
    """What an importer read; it is written anew by the next import of the same execution, and by nobody else."""

    format: Literal["junit"]
    suite: Text | None = None
    time: Text | None = None
    """Time stamp of the suite, as the report has it; with test and device revision it names the execution."""
    cases: Count | None = None
    """How many automated test cases stand for the test."""
    failed: tuple[Text, ...] = ()
    """Those of them that failed, or ended with an error."""
    skipped: tuple[Text, ...] = ()


class Need(Record):
    """A user need; `purpose: true` where it comes straight from the intended purpose."""

    kind_name: ClassVar[str] = "needs"
    singular: ClassVar[str] = "user need"
    plural: ClassVar[str] = "User needs"

    title: Text
    text: Prose | None = None
    purpose: Flag | None = None


class Requirement(Record):
    """A requirement on the device or a part of it."""

    kind_name: ClassVar[str] = "requirements"
    singular: ClassVar[str] = "requirement"
    plural: ClassVar[str] = "Requirements"

    title: Text
    text: Prose | None = None
    level: Literal["system", "subsystem", "item"] | None = None
    kind: Literal["hardware", "software", "interface", "labelling", "service"] | None = None
    satisfies: Annotated[
        tuple[Ref[Need | Requirement | GsprAnswer | ClauseAnswer], ...],
        Inverse("satisfied_by", acyclic=True),
        Cardinality("1..n", "1..n", untargeted="VER501", or_named_by=("implemented_by",), unnamed="VER518", counted="needs"),
    ] = ()
    allocated_to: Annotated[
        tuple[Ref[Component], ...],
        Inverse("carries"),
        Cardinality("1..n", "0..n", untargeted="VER522", when="is_built", or_named_by=("satisfies",)),
    ] = ()
    verified_by: Annotated[
        tuple[Ref[Test], ...],
        Inverse("verifies"),
        Cardinality(
            "1..n",
            "1..n",
            untargeted="VER502",
            unnamed="VER503",
            or_by=("verified_implementation", "verified_effectiveness"),
        ),
    ] = ()

    @property
    def is_built(self) -> bool:
        """Whether a component carries it; a label or a service is no component."""
        return self.kind not in ("labelling", "service")


class Test(Record):
    """A test or inspection with a criterion that decides it."""

    kind_name: ClassVar[str] = "tests"
    singular: ClassVar[str] = "test"
    plural: ClassVar[str] = "Tests"

    title: Text
    method: Prose | None = None
    acceptance: Text | None = None
    sample: Text | None = None
    """How many samples or repetitions, and why that many."""
    protocol: Annotated[tuple[Ref[Evidence], ...], Inverse("protocol_of")] = ()
    automated: tuple[Text, ...] = ()
    """Names of automated test cases that stand for it, as a test report has them: `tests.test_export::test_side`. `*` stands for
    any text.
    """


class Instrument(Record):
    """A measuring instrument and its calibration."""

    kind_name: ClassVar[str] = "instruments"
    singular: ClassVar[str] = "instrument"
    plural: ClassVar[str] = "Instruments"

    title: Text
    serial: Text | None = None
    calibrated: Day | None = None
    due: Day | None = None


class Run(Record):
    """One execution of a test on a device of a named revision."""

    kind_name: ClassVar[str] = "runs"
    singular: ClassVar[str] = "test run"
    plural: ClassVar[str] = "Test runs"

    test: Annotated[Ref[Test], Inverse("run_as"), Cardinality("1", "1..n", unnamed="VER505")]
    device_revision: Text | None = None
    date: Day | None = None
    result: Literal["pass", "fail", "blocked"] | None = None
    instruments: Annotated[tuple[Ref[Instrument], ...], Inverse("used_in")] = ()
    evidence: Annotated[tuple[Ref[Evidence], ...], Inverse("reports"), Cardinality("1..n", "0..n", untargeted="VER516")] = ()
    disposition: Text | None = None
    """What was decided about a failed run."""
    retest: Annotated[Ref[Run] | None, Inverse("repeats", acyclic=True)] = None
    delta_assessment: DeltaAssessment | None = None
    """Where the run was made on an older revision of the device."""
    imported: Imported | None = None
    text: Prose | None = None

    @property
    def label(self) -> str:
        return f"{self.result or 'no result'}, {self.date or 'no date'}"
