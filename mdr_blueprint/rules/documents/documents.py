"""Whether what the project says of the generated documents fits the documents that there are."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint import library
from mdr_blueprint.diagnostics import did_you_mean
from mdr_blueprint.library import TEMPLATE
from mdr_blueprint.load import Dossier
from mdr_blueprint.model import Document
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import call, lacks, listed
from mdr_blueprint.source import Sources

OWN = "templates/documents/"


@rule("DOC807", "E", basis="ISO 13485:2016 4.2.4; record format of this program")
def unknown_document(dossier: Dossier, sources: Sources) -> Iterator[Found]:
    """A record under `documents` belongs to no document.

    Why: its version and approvals are printed nowhere, and the document that was meant looks unapproved.
    Fix: use the id of a document template, which is its file name without `.md.j2`.
    """
    known = {path.name.removesuffix(TEMPLATE) for path in library.files("templates", "documents") if path.name.endswith(TEMPLATE)}
    known |= {path.rpartition("/")[2].removesuffix(TEMPLATE) for path in sources.inventory.files
              if path.startswith(OWN) and path.endswith(TEMPLATE)}
    for entry in entries(dossier, Document):
        if entry.key not in known:
            yield Found.on(entry, f"no document has the id `{entry.key}`{did_you_mean(entry.key, known)}")


@rule("DOC814", "E", basis="ISO 13485:2016 4.2.4(a) (approval before issue)", requires=("DOC807",))
def unapproved_document(dossier: Dossier) -> Iterator[Found]:
    """A document has no version or nobody approved it.

    Why: a document without version and approval is no controlled document; a notified body does not accept it.
    Fix: add `version`, and an approval with name, date and `meaning: approved`.
    """
    for entry in entries(dossier, Document):
        missing = ["version"] if lacks(entry, "version") else []
        approved = [a for a in entry.record.approvals if (a.meaning or "approved").casefold().startswith("approv")]
        if not approved and (lacks(entry, "approvals") or entry.record.approvals):
            missing.append("approval")
        elif approved and all(approval.date is None for approval in approved):
            missing.append("date of approval")
        if missing:
            yield Found.on(entry, f"{call(entry)} has no {listed(missing, 'or')}")
