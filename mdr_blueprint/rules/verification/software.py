"""Whether software that others wrote is identified and watched (IEC 62304)."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.load import Dossier
from mdr_blueprint.model import Soup
from mdr_blueprint.rules.engine import Found, entries, rule
from mdr_blueprint.rules.questions import call, gaps, lacks, listed


@rule("VER520", "W", basis="IEC 62304:2006+A1:2015 8.1.2; MDCG 2019-16")
def soup_without_version(dossier: Dossier) -> Iterator[Found]:
    """A SOUP item has no version or no supplier.

    Why: published faults and vulnerabilities are listed by supplier and version; without them nobody can look them up.
    Fix: add `version` and `supplier`.
    """
    for entry in entries(dossier, Soup):
        missing = gaps(entry, "version", "supplier")
        if missing:
            yield Found.on(entry, f"{call(entry)} has no {listed(missing, 'or')}")


@rule("VER531", "W", basis="IEC 62304:2006+A1:2015 7.1.3", requires=("VER520",))
def unreviewed_soup(dossier: Dossier) -> Iterator[Found]:
    """Nobody looked through the published anomalies of a SOUP item.

    Why: its known faults may be a cause of a hazardous situation; the maker has published them and the file does not know them.
    Fix: review the published anomalies and record date, source and result in `anomalies_reviewed`.
    """
    for entry in entries(dossier, Soup):
        review = entry.record.anomalies_reviewed
        if lacks(entry, "anomalies_reviewed"):
            yield Found.on(entry, f"the published anomalies of {call(entry)} are not reviewed", "anomalies_reviewed")
        elif review is not None and not (review.date and review.source and review.result):
            missing = [f"`{name}`" for name in ("date", "source", "result") if not getattr(review, name)]
            yield Found.on(entry, f"the review of the anomalies of {call(entry)} has no {listed(missing, 'or')}",
                           "anomalies_reviewed")
