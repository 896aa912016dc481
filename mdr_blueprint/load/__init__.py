"""Stage 2, load: `Sources` become a `Dossier` of typed records; the library's data become the `Law`."""

from mdr_blueprint.load.data import DataFile, LibraryData, load_library
from mdr_blueprint.load.dossier import Dossier, Entry
from mdr_blueprint.load.law import Law, load_law
from mdr_blueprint.load.loader import load

__all__ = ["DataFile", "Dossier", "Entry", "Law", "LibraryData", "load", "load_law", "load_library"]
