"""Whether what is claimed is supported (Article 7; Annex XIV A)."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.load import Dossier
from mdr_blueprint.model import Claim, Evidence
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import base, call, lacks, listed

CLAIMS = "MDR Article 7; Annex I 1 and 8; Annex XIV A 1(a)"


@rule("LAB605", "E", basis=CLAIMS)
def claim_without_evidence(dossier: Dossier) -> Iterator[Found]:
    """A claim has no evidence.

    Why: what is claimed and not supported misleads users and patients, and Article 7 forbids it.
    Fix: name the evidence, or drop the claim.
    """
    for entry in entries(dossier, Claim):
        if lacks(entry, "evidence"):
            yield Found.on(entry, f"{call(entry)} has no evidence", "evidence")


@rule("LAB607", "E", basis=CLAIMS)
def claim_on_planned_evidence(dossier: Dossier) -> Iterator[Found]:
    """A claim rests on planned evidence only.

    Why: the data that should support it do not exist yet.
    Fix: finish and approve the evidence before the claim is made.
    """
    for entry in entries(dossier, Claim):
        documents = [dossier.get(base(reference), Evidence) for reference in entry.record.evidence]
        if documents and all(document is not None and document.record.status == "planned" for document in documents):
            named = listed(list(dict.fromkeys(f"`{base(reference)}`" for reference in entry.record.evidence)))
            yield Found.on(entry, f"{call(entry)} rests on planned evidence only: {named}", "evidence")
