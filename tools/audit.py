"""Ask an advisory database about every locked package. No check starts this: its answer depends on the day and on the network.

    python tools/audit.py                     asks OSV
    python tools/audit.py --osv-url ADDRESS   asks a mirror; what follows is handed to pip-audit

Ends with 1 when a locked version has a known vulnerability, and with 0 when none has. Where no database answers it says so
and ends with 0: then nothing is known, neither good nor bad. 2 is a wrong call. `make audit` installs what this needs.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from typing import Any

from locked import ROOT

AUDITED = ("run", "dev", "maintain")
NO_ANSWER = ("ConnectionError", "Could not connect", "your network may be blocking", "ServiceError", "HTTPError", "Timeout")
"""Words of pip-audit and of what it rests on where a database does not answer."""
UNREACHED = "no advisory database could be reached: known vulnerabilities are not checked"


def main() -> int:
    if find_spec("pip_audit") is None:
        print("pip-audit is not installed here; run `make audit`")
        return 2
    answers: dict[str, dict[str, Any]] = {}
    for name in AUDITED:
        answer = ask(name)
        if answer is None:
            print(UNREACHED)
            return 0
        answers |= {entry["name"]: entry for entry in answer}
    return judge(answers)


def ask(name: str) -> list[dict[str, Any]] | None:
    """What the database says of each package of a lock file; None where it does not answer."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", f"requirements/{name}.txt", "--require-hashes", "--disable-pip"]
    options = ["--vulnerability-service", "osv", "--format", "json", "--progress-spinner", "off", *sys.argv[1:]]
    done = subprocess.run([*command, *options], cwd=ROOT, check=False, capture_output=True, text=True)
    if done.stdout:
        return json.loads(done.stdout)["dependencies"]
    if any(word in done.stderr for word in NO_ANSWER):
        return None
    print(f"pip-audit failed:\n{done.stderr}")
    sys.exit(2)


def judge(answers: dict[str, dict[str, Any]]) -> int:
    """Print what was found; a package that was skipped counts as not checked."""
    skipped = sorted(name for name, entry in answers.items() if "skip_reason" in entry)
    if len(skipped) == len(answers):
        print(UNREACHED)
        return 0
    vulnerable = {name: entry for name, entry in answers.items() if entry.get("vulns")}
    for name, entry in sorted(vulnerable.items()):
        for found in entry["vulns"]:
            print(f"{name} {entry['version']}: {found['id']}, mended in {', '.join(found['fix_versions']) or 'no version yet'}")
    if skipped:
        print(f"not checked, since the database does not know them: {', '.join(skipped)}")
    print(f"{len(answers) - len(skipped)} packages checked, {len(vulnerable)} with a known vulnerability")
    return 1 if vulnerable else 0


if __name__ == "__main__":
    sys.exit(main())
