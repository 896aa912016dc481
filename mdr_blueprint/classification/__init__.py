"""The class of a device by Annex VIII: every rule that hits, why the others do not, and what was assumed.

Two readings of the same conditions (`gspr/annex_viii.yaml`): for the class, a fact that is not stated takes its `absent`
value, else it counts as false; then every part of a rule that is stricter than the result and could stand if facts that are not
stated were otherwise names those facts as *assumed*. What cannot be read is part of the result and never raised.
"""

from mdr_blueprint.classification.evaluate import classify
from mdr_blueprint.classification.reading import following, guidance_named, plain, stated_in
from mdr_blueprint.classification.result import (
    CLASSES,
    SUFFIXES,
    Assumption,
    Classified,
    Conflict,
    Hit,
    Other,
    Unknown,
    class_words,
)

__all__ = [
    "CLASSES",
    "SUFFIXES",
    "Assumption",
    "Classified",
    "Conflict",
    "Hit",
    "Other",
    "Unknown",
    "class_words",
    "classify",
    "following",
    "guidance_named",
    "plain",
    "stated_in",
]
