"""Write a synthetic project of N linked records, to measure with: layered, about 40 words and 2 links a record.

    python tools/make_project.py 10000 /tmp/p10000
"""

from __future__ import annotations

import random
import shutil
import sys
from pathlib import Path

from mdr_blueprint.load import load_law

FACTS = {"active": "true", "role": "diagnostic", "energy": "electrical", "energy_to_body": "true", "contact": "intact_skin", "duration": "short",
         "software": "part_of_device", "sterile": "false", "measuring": "true", "hardware": "true", "mains_powered": "true", "networked": "true"}
"""Enough to decide the class and many conditions, and to leave others open."""
WORDS = ["amplifier", "limiter", "removes", "supply", "within", "five", "milliseconds", "when", "duty", "cycle", "exceeds", "bound", "operator", "sees", "message", "on", "console", "and", "scan", "stops", "before", "tissue", "warms", "gradient", "coil", "driver", "reports", "temperature", "sensor", "value", "every", "second", "patient", "table", "locks", "magnet", "field", "stays", "inside", "marked", "area", "cable", "trap", "keeps", "current", "low", "image", "shows", "orientation", "marker", "phantom", "test", "confirms", "distortion", "below", "limit"]


def words(rng: random.Random, count: int) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(count)).capitalize()


def make(total: int, target: Path, seed: int = 7) -> None:
    """A fifth each of requirements, tests, controls and situations with a risk; runs, harms, hazards and evidence share the rest."""
    rng = random.Random(seed)
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    (target / "project.yaml").write_text("project:\n  id: BENCH\n  title: Synthetic file\n  stage: review\n\ndevice:\n  name: Bench\n  revision: v1\n  facts:\n"
                                         + "".join(f"    {name}: {value}\n" for name, value in FACTS.items()))
    part = total // 8
    many = {"evidence": max(part // 4, 4), "harms": 20, "hazards": max(part // 4, 4), "needs": max(part // 4, 4), "requirements": part, "tests": part,
            "controls": part, "situations": part, "runs": part, "failure_modes": max(part // 4, 4), "observations": max(part // 40, 2)}
    used = sum(many.values()) + many["situations"]  # each situation holds one risk and one sequence
    many["components"] = max(total - used - many["situations"], 1)

    answers = [f"  \"{key}\":\n    applicable: true\n    method: {words(rng, 12)}\n    standards: [iso-14971]\n    evidence: [EV-{i % many['evidence']:05}]\n"
               for i, key in enumerate(key for key, item in load_law().gspr.items() if item.answerable)]
    (target / "gspr.yaml").write_text("gspr:\n" + "".join(answers))

    (target / "process.yaml").write_text(
        "risk_plan:\n  hazard_libraries: [electrical_equipment]\n"
        "  feedback:\n    - {source: complaints, method: monthly review, interval: a month, responsible: N.N.}\n"
        f"risk_analysis: {{scope: {words(rng, 8)}, date: 2026-03-01, device_revision: v1, persons: [{{name: N.N., role: Engineer}}]}}\n"
        "questionnaire:\n" + "".join(f"  {id_}: {{answer: false, rationale: {words(rng, 8)}}}\n" for id_ in load_law().questions.questions))

    def pick(prefix: str, kind: str) -> str:
        return f"{prefix}-{rng.randrange(many[kind]):05}"

    def write(kind: str, blocks: list[str], per_file: int = 250) -> None:
        folder = target / ("proof" if kind == "evidence" else kind)
        folder.mkdir()
        for start in range(0, len(blocks), per_file):
            (folder / f"{kind}_{start // per_file:03}.yaml").write_text(f"{kind}:\n" + "".join(blocks[start : start + per_file]))

    def text(count: int = 40) -> str:
        return f"    text: >-\n      {words(rng, count // 2)}\n      {words(rng, count // 2)}\n"

    write("evidence", [f"  EV-{i:05}:\n    title: {words(rng, 6)}\n    type: report\n    version: '1'\n    date: 2026-03-01\n    status: approved\n"
                       f"    held: {{system: DMS, number: D-{i}, sha256: {'a' * 64}}}\n{text(30)}" for i in range(many["evidence"])])
    write("harms", [f"  HARM-{i:05}:\n    title: {words(rng, 3)}\n    severity: {rng.choice(['minor', 'serious', 'critical'])}\n" for i in range(20)])
    write("hazards", [f"  HZ-{i:05}:\n    title: {words(rng, 6)}\n    category: energy.rf_heating\n{text()}" for i in range(many["hazards"])])
    write("needs", [f"  UN-{i:05}:\n    title: {words(rng, 5)}\n    purpose: true\n{text()}" for i in range(many["needs"])])
    write("components", [f"  CO-{i:05}:\n    title: {words(rng, 5)}\n    version: '1'\n{text()}" for i in range(many["components"])])
    write("requirements", [f"  REQ-{i:05}:\n    title: {words(rng, 5)}\n{text()}    level: system\n    kind: hardware\n    satisfies: [{pick('UN', 'needs')}]\n"
                           f"    allocated_to: [{pick('CO', 'components')}]\n    verified_by: [TC-{i:05}]\n" for i in range(many["requirements"])])
    write("tests", [f"  TC-{i:05}:\n    title: {words(rng, 5)}\n    method: {words(rng, 25)}\n    acceptance: {words(rng, 10)}\n" for i in range(many["tests"])])
    write("runs", [f"  RUN-{i:05}:\n    test: TC-{i:05}\n    device_revision: v1\n    date: 2026-03-02\n    result: pass\n    evidence: [{pick('EV', 'evidence')}]\n"
                   f"{text(30)}" for i in range(many["runs"])])
    write("controls", [f"  RC-{i:05}:\n    kind: protective\n    text: {words(rng, 16)}\n    acts_on: [p1]\n    implemented_by: [{pick('REQ', 'requirements')}]\n"
                       f"    verified_implementation: [{pick('TC', 'tests')}]\n    verified_effectiveness: [{pick('EV', 'evidence')}]\n"
                       f"    introduces: {{none: {words(rng, 8)}}}\n    options_considered:\n      - {{kind: inherent, text: {words(rng, 6)}, rejected: {words(rng, 8)}}}\n"
                       for i in range(many["controls"])])
    write("failure_modes", [f"  FM-{i:05}:\n    title: {words(rng, 5)}\n    component: {pick('CO', 'components')}\n    mechanism: {words(rng, 8)}\n"
                            f"    effect: {words(rng, 8)}\n    guarded_by: [{pick('RC', 'controls')}]\n" for i in range(many["failure_modes"])])
    write("observations", [f"  OBS-{i:05}:\n    title: {words(rng, 6)}\n    source: service\n    date: 2026-05-04\n    judged: {{safety_relevant: true, "
                           f"reason: {words(rng, 6)}, by: N.N., date: 2026-05-11}}\n    touches: [{pick('RC', 'controls')}]\n"
                           f"    rates: [{{risk: R-{rng.randrange(many['situations']):05}, factor: p1, events: 1, of: 1000000}}]\n" for i in range(many["observations"])])
    write("situations", [f"  HS-{i:05}:\n    title: {words(rng, 8)}\n    hazards: [{pick('HZ', 'hazards')}]\n    condition: normal\n    exposed: [patient]\n"
                         f"    sequences:\n      SEQ-{i:05}:\n        events:\n          - {{text: {words(rng, 8)}, cause: {pick('FM', 'failure_modes')}}}\n          - text: {words(rng, 8)}\n"
                         f"    risks:\n      R-{i:05}:\n        harm: {pick('HARM', 'harms')}\n        initial: {{p1: 5e-4, p2: likely}}\n"
                         f"        controls: [RC-{i:05}]\n        residual: {{p1: remote, p2: likely}}\n        reduction_argument: {words(rng, 20)}\n"
                         for i in range(many["situations"])])


if __name__ == "__main__":
    make(int(sys.argv[1]), Path(sys.argv[2]))
