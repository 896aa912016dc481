"""Stage 4, check: rules are pure generator functions over the linked project.

One rule = one function in `rules/<family>/<topic>.py` with its cases in one file `tests/rules/CODE.yaml`.
"""

from mdr_blueprint.rules.catalogue import catalogue, families
from mdr_blueprint.rules.engine import Found, Rule, Subject, WaiverUse, check, check_library, rule

__all__ = ["Found", "Rule", "Subject", "WaiverUse", "catalogue", "check", "check_library", "families", "rule"]
