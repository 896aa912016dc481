"""Stage 2, load: `Sources` become a `Dossier` of typed records; the library's data become the `Law`."""

from mdr_blueprint.load.dossier import Dossier, Entry, load
from mdr_blueprint.load.law import Law, load_law

__all__ = ["Dossier", "Entry", "Law", "load", "load_law"]
