"""The project itself, its generated documents and its waivers."""

from __future__ import annotations

from typing import ClassVar, Literal

from mdr_blueprint.model.base import Keys, Part, Record
from mdr_blueprint.model.scalars import Count, Day, Text

FORMAT = 1
"""The version of the record format that this program reads."""
Stage = Literal["draft", "review", "submission"]


class Project(Record):
    """`project.yaml` at the root of a project; its presence marks the root."""

    kind_name: ClassVar[str] = "project"
    singular: ClassVar[str] = "project"
    plural: ClassVar[str] = "Project"
    keys: ClassVar[Keys] = "single"

    id: Text | None = None
    """Short identifier of the technical file, printed on every document."""
    title: Text
    """Title of the technical file."""
    format: Count = 1
    """Version of this record format."""
    stage: Stage = "draft"
    """How strict the rules are: at `draft` all findings are info, at `submission` a gap is an error."""
    language: Text = "en"
    """Language of the texts, BCP 47."""


class Approval(Part):
    """A signature on a generated document."""

    name: Text
    role: Text | None = None
    date: Day | None = None
    meaning: Text | None = None
    """What the signature says: authored, reviewed, approved."""
    content: Text | None = None
    """Hash of the approved body."""


class Document(Record):
    """What cannot be generated of a generated document; its key is the template's id."""

    kind_name: ClassVar[str] = "documents"
    singular: ClassVar[str] = "document"
    plural: ClassVar[str] = "Documents"
    keys: ClassVar[Keys] = "library"

    version: Text | None = None
    status: Text | None = None
    author_date: Day | None = None
    """Day on which the text was written; no approval may be older."""
    approvals: tuple[Approval, ...] = ()


class Approver(Part):
    """Who decided, and when."""

    name: Text
    role: Text | None = None
    date: Day | None = None


class Waiver(Record):
    """A decision to live with a finding; the finding stays visible, marked as waived."""

    kind_name: ClassVar[str] = "waivers"
    singular: ClassVar[str] = "waiver"
    plural: ClassVar[str] = "Waivers"

    code: Text
    """Code of the finding, such as GSPR307."""
    place: Text
    """Id of the record the finding is about, or the path of a file."""
    reason: Text | None = None
    approved_by: Approver | None = None
    expires: Day | None = None

    @property
    def label(self) -> str:
        return f"{self.code} at {self.place}"
