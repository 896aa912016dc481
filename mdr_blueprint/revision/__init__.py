"""Which state of the project an output shows, and how the project was at an earlier one. What git knows is asked here alone."""

from mdr_blueprint.revision.earlier import Earlier, restore
from mdr_blueprint.revision.state import Change, Revision, read_revision

__all__ = ["Change", "Earlier", "Revision", "read_revision", "restore"]
