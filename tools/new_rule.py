"""Begin a rule: a function in its topic and a file of cases, both to be filled in.

    python tools/new_rule.py RISK443 unnamed_harm risk/hazards

Codes are stable for ever: a code that was ever used is refused, and so is one of another family.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from mdr_blueprint.rules.catalogue import FOLDERS, catalogue, families

ROOT = Path(__file__).parent.parent
FUNCTION = '''

@rule("{code}", "W", basis="...")
def {name}(dossier: Dossier) -> Iterator[Found]:
    """One sentence that says what is wrong.

    Why: what a patient, or a reviewer, would lose.
    Fix: one imperative.
    """
    for entry in entries(dossier, ...):
        if ...:
            yield Found.on(entry, f"{{call(entry)}} ...", "field")
'''
CASES = """bad:
  - title: What is found
    files:
      records.yaml: |
        kind:
          ID-1:  # error: {code}
            title: ...
good:
  - title: What is not found
    files:
      records.yaml: |
        kind:
          ID-1:
            title: ...
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("code")
    parser.add_argument("name", help="the fault, as a function name")
    parser.add_argument("topic", help="family folder and module, such as risk/hazards")
    options = parser.parse_args()
    wrong = problem(options.code, options.name, options.topic)
    if wrong:
        print(wrong)
        return 2
    module = ROOT / "mdr_blueprint" / "rules" / f"{options.topic}.py"
    cases = ROOT / "tests" / "rules" / f"{options.code}.yaml"
    if not module.exists():
        module.write_text('"""What the rules of this topic judge."""\n\nfrom __future__ import annotations\n', "utf-8")
    module.write_text(module.read_text("utf-8").rstrip() + "\n" + FUNCTION.format(code=options.code, name=options.name), "utf-8")
    cases.write_text(CASES.format(code=options.code), "utf-8")
    print(f"fill in {module.relative_to(ROOT)} and {cases.relative_to(ROOT)}, then: pytest tests/test_rules.py -k {options.code}")
    return 0


def problem(code: str, name: str, topic: str) -> str | None:
    """Why the rule cannot be begun, or None."""
    family = code.rstrip("0123456789")
    folder = dict(zip(families, FOLDERS, strict=True)).get(family)
    if folder is None or not re.fullmatch(r"[A-Z]+\d{3}", code):
        return f"{code}: a code is one of {', '.join(families)} and three digits"
    if topic.split("/")[0] != folder or topic.count("/") != 1:
        return f"rules {family} stand in {folder}/<topic>"
    taken = {rule.code: rule for rule in catalogue()}
    if code in taken:
        free = next(f"{family}{n}" for n in range(int(max(c for c in taken if c.startswith(family))[len(family) :]) + 1, 1000))
        return f"{code} is {taken[code].name}; the next free code is {free}"
    if not name.isidentifier() or name != name.lower():
        return f"{name}: write the fault as a function name, such as unverified_control"
    return None


if __name__ == "__main__":
    sys.exit(main())
