"""The library's data, read by the same reader as a project and only when asked for."""

from __future__ import annotations

from functools import cache, cached_property
from pathlib import Path
from typing import TypeVar

from mdr_blueprint import library
from mdr_blueprint.load.data import read_data
from mdr_blueprint.model import Part, RiskPolicy
from mdr_blueprint.model.library import (
    AnnexI,
    AnnexPoint,
    AnnexPoints,
    AnnexVIII,
    DefaultPolicy,
    GsprItem,
    GsprText,
    Guidance,
    HazardLibrary,
    LawSource,
    LibraryHazard,
    Obligations,
    QuestionList,
    Refused,
    Standard,
    Taxonomy,
    Vocabulary,
)

P = TypeVar("P", bound=Part)
HAZARD_FILE = "hazards_"
"""A file of `risk/` with this beginning is a hazard library, named by the rest."""


class Law:
    """What the law and the standards ask, as dated data. Every part is read once, when it is first needed."""

    @cached_property
    def _annex_i(self) -> AnnexI:
        return _gspr("annex_i", AnnexI)

    @property
    def gspr(self) -> dict[str, GsprItem]:
        """The identifiers of Annex I in the order of the Regulation."""
        return self._annex_i.requirements

    @property
    def gspr_source(self) -> LawSource:
        return self._annex_i.source

    @property
    def gspr_texts(self) -> dict[str, GsprText]:
        """Texts of Annex I without a number that carry duties."""
        return self._annex_i.texts

    @property
    def refused(self) -> dict[str, Refused]:
        """Identifiers of other texts that are brought to Annex I by mistake."""
        return self._annex_i.refused

    @cached_property
    def technical_documentation(self) -> dict[str, AnnexPoints]:
        """Annexes II and III, with their sources."""
        return {"annex_ii": _gspr("annex_ii", AnnexPoints), "annex_iii": _gspr("annex_iii", AnnexPoints)}

    @property
    def annex_ii(self) -> dict[str, AnnexPoint]:
        return self.technical_documentation["annex_ii"].points

    @property
    def annex_iii(self) -> dict[str, AnnexPoint]:
        return self.technical_documentation["annex_iii"].points

    @cached_property
    def points(self) -> dict[str, AnnexPoint]:
        """The points of both under the names that records give them: `annex_ii:3(b)`."""
        annexes = self.technical_documentation.items()
        return {f"{annex}:{key}": point for annex, held in annexes for key, point in held.points.items()}

    @cached_property
    def annex_iv(self) -> AnnexPoints:
        """The declaration of conformity."""
        return _gspr("annex_iv", AnnexPoints)

    @cached_property
    def annex_viii(self) -> AnnexVIII:
        """The classification rules."""
        return _gspr("annex_viii", AnnexVIII)

    @cached_property
    def annex_xiv(self) -> AnnexPoints:
        """Clinical evaluation and post-market clinical follow-up."""
        return _gspr("annex_xiv", AnnexPoints)

    @cached_property
    def facts(self) -> Vocabulary:
        """The vocabulary of device facts."""
        return _gspr("facts", Vocabulary)

    @cached_property
    def obligations(self) -> Obligations:
        """What class and facts ask for."""
        return _gspr("obligations", Obligations)

    @cached_property
    def guidance(self) -> Guidance:
        """The dated register of guidance documents."""
        return _gspr("guidance", Guidance)

    @cached_property
    def standard_ids(self) -> tuple[str, ...]:
        return tuple(sorted(path.stem for path in library.files("gspr", "standards") if path.suffix == ".yaml"))

    @cached_property
    def _standards(self) -> dict[str, Standard]:
        return {}

    def standard(self, id_: str) -> Standard | None:
        """A standard by its id, or None where the library does not hold it."""
        if id_ not in self._standards:
            if id_ not in self.standard_ids:
                return None
            self._standards[id_] = read_library(library.folder("gspr") / "standards" / f"{id_}.yaml", Standard)
        return self._standards[id_]

    @cached_property
    def policy(self) -> RiskPolicy:
        """The default risk policy, used where a project has none."""
        return read_library(library.folder("risk") / "policy.yaml", DefaultPolicy).risk_policy

    @cached_property
    def hazard_categories(self) -> Taxonomy:
        return read_library(library.folder("risk") / "taxonomy.yaml", Taxonomy)

    @cached_property
    def hazard_libraries(self) -> dict[str, HazardLibrary]:
        """Hazard libraries by name, such as `low_field_mri`."""
        files = (path for path in library.files("risk") if path.name.startswith(HAZARD_FILE))
        return {path.stem.removeprefix(HAZARD_FILE): read_library(path, HazardLibrary) for path in sorted(files)}

    @cached_property
    def library_hazards(self) -> dict[str, LibraryHazard]:
        """The hazards of all libraries."""
        return {id_: hazard for content in self.hazard_libraries.values() for id_, hazard in content.hazards.items()}

    @cached_property
    def questions(self) -> QuestionList:
        """Questions on characteristics related to safety."""
        return read_library(library.folder("risk") / "questions.yaml", QuestionList)


def _gspr(name: str, cls: type[P]) -> P:
    return read_library(library.folder("gspr") / f"{name}.yaml", cls)


@cache
def load_law() -> Law:
    """The one law of the process: it is the same for every project, and what is worked out from it is kept by it."""
    return Law()


def read_library(path: Path, cls: type[P]) -> P:
    """One data file of the library. An error in it is a bug of ours and says where; `mdr check --library` lists them all."""
    file = read_data(path.name, path.read_bytes(), cls)
    if file.faults or file.content is None:
        raise ValueError(f"library data: {file.faults[0].place} {file.faults[0].message}")
    return file.content
