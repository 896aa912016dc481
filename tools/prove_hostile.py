"""Try what nobody meant to write, and show that it ends with findings: no traceback, no check over 10 s, no more than 2 GB.

    python tools/prove_hostile.py                          everything
    python tools/prove_hostile.py mutations --count 30     whole projects with 1 to 60 random mutations each
    python tools/prove_hostile.py confusion --count 5000   every field of every kind with every hostile value, or some of them
    python tools/prove_hostile.py names                    odd names of files, folders and ids
    python tools/prove_hostile.py mutations --only 123     one of them again

Each project is checked in every format and built with all parts, in a process of its own; those of mutations and names are also asked
for their status, class and traces.
Seconds are those of the processor, so that other work on the machine does not count. Exit code 1 when something failed; its project
is then kept, and the way to try it again is printed.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from hostile import confusion, names
from hostile.mutations import STAGES, Files, mutate
from hostile.trial import Outcome, run

from mdr_blueprint.cli.new import template_files

ROOT = Path(__file__).parent.parent
CHECK_LIMIT = 10.0
BUILD_TIMES = 10
"""How many clean builds of the same example a build may last; never less than half a minute."""
MUTATIONS, BATCH = 300, 600
EXAMPLES = ("device", "stethoscope", "blank")
IDEAS = ("mutations", "confusion", "names")


@dataclass(frozen=True)
class Case:
    example: str
    what: str
    make: Callable[[], Files]
    trials: tuple[confusion.Trial, ...] = ()


@dataclass
class Figures:
    tried: int = 0
    failed: int = 0
    slowest: dict[str, tuple[float, str]] = field(default_factory=dict)
    ratio: tuple[float, str] = (0.0, "-")
    memory: tuple[int, str] = (0, "-")

    def add(self, what: str, outcome: Outcome, clean: float) -> None:
        self.tried += 1
        self.failed += bool(outcome.failed)
        for step, seconds in outcome.seconds.items():
            name = step.split(" ")[0]
            self.slowest[name] = max(self.slowest.get(name, (0.0, "")), (seconds, what))
        self.ratio = max(self.ratio, (outcome.seconds.get("build", 0.0) / clean, what))
        self.memory = max(self.memory, (outcome.memory, what))

    def __str__(self) -> str:
        slowest = "".join(f"  slowest {step:<8} {seconds:5.1f} s  {what}\n" for step, (seconds, what) in self.slowest.items())
        return (f"{self.tried} projects tried, {self.failed} failed\n{slowest}  a build took at most {self.ratio[0]:.1f} times the clean one: "
                f"{self.ratio[1]}\n  peak memory {self.memory[0]} MB: {self.memory[1]}")


class Prover:
    """Writes projects, tries them and counts."""

    def __init__(self, scratch: Path, keep: Path) -> None:
        self.scratch, self.keep = scratch, keep
        self.clean: dict[str, float] = {}

    def measure(self, example: str) -> None:
        outcome = self.attempt(example, example, example_files(example))
        if outcome.failed:
            sys.exit(f"the clean {example} fails: {outcome.failed}")
        self.clean[example] = outcome.seconds["build"]
        print(f"clean {example}: check {outcome.seconds['check']:.1f} s, build {outcome.seconds['build']:.1f} s, {outcome.memory} MB", flush=True)

    def attempt(self, name: str, example: str, files: Files, *, readers: bool = True) -> Outcome:
        """Try these files; a project that fails is kept. With `readers`, also status, class and traces."""
        folder = self.scratch / name
        write(folder, files)
        outcome = run(folder, CHECK_LIMIT, max(30.0, BUILD_TIMES * self.clean.get(example, 10.0)), readers=readers)
        if outcome.failed:
            shutil.rmtree(self.keep / name, ignore_errors=True)
            shutil.copytree(folder, self.keep / name, ignore=shutil.ignore_patterns("build", ".mdr-build*"))
        shutil.rmtree(folder)
        return outcome

    def prove(self, idea: str, cases: Sequence[Case], again: str, options: argparse.Namespace) -> bool:
        """Whether every case came through; `again` is what tries one of them once more."""
        figures = Figures()
        numbered = [(number, case) for number, case in enumerate(cases) if options.only in (None, number)]
        with ThreadPoolExecutor(options.workers) as pool:
            outcomes = pool.map(lambda pair: self.attempt(f"{idea}-{pair[0]}", pair[1].example, pair[1].make(), readers=not pair[1].trials), numbered)
            for (number, case), outcome in zip(numbered, outcomes, strict=True):
                figures.add(case.what, outcome, self.clean[case.example])
                if outcome.failed:
                    kept = self.keep / f"{idea}-{number}"
                    print(f"FAILED {case.what}: {outcome.failed.strip()}\n  kept in {kept}; again: {again} --only {number}", flush=True)
                    if case.trials:
                        print(f"  narrowed down to {self.narrow(list(case.trials), f'{idea}-{number}')}", flush=True)
        print(f"{idea}: {figures}", flush=True)
        return not figures.failed

    def narrow(self, trials: list[confusion.Trial], name: str) -> str:
        """The one value that makes a batch fail, or the few that do so together; their project is kept."""
        while len(trials) > 1:
            halves = trials[: len(trials) // 2], trials[len(trials) // 2 :]
            failing = next((half for half in halves if self.attempt(name, "blank", confusion.project(half), readers=False).failed), None)
            if failing is None:
                self.attempt(name, "blank", confusion.project(trials), readers=False)
                break
            trials = failing
        return "; ".join(map(str, trials)) if len(trials) < 5 else f"{len(trials)} values together"


def example_files(example: str) -> Files:
    if example != "device":
        return template_files(example)
    paths = [path for path in sorted((ROOT / "device_example").rglob("*")) if path.is_file()]
    files = {path.relative_to(ROOT / "device_example").as_posix(): path.read_bytes() for path in paths}
    return {path: data for path, data in files.items() if not path.startswith(("build/", "."))}


def write(folder: Path, files: Files) -> None:
    """What the file system can hold of it."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, data in files.items():
        try:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        except OSError:  # a file where a folder is wanted, a name too long
            continue


def mutated(seed: int, count: int) -> list[Case]:
    """Mutations of the three examples in turn, the library's templates among their files."""

    def make(example: str, number: int) -> Files:
        chance, files = random.Random(f"{seed}/{number}"), example_files(example)
        documents = sorted((ROOT / "templates" / "documents").glob("*.j2"))
        files |= {f"templates/documents/{path.name}": path.read_bytes() for path in chance.sample(documents, chance.randint(0, 3))}
        mutate(files, number, chance)
        return files

    of = [EXAMPLES[number // len(STAGES) % len(EXAMPLES)] for number in range(count)]  # each at every stage
    return [Case(example, f"mutation {number} of {example}", partial(make, example, number)) for number, example in enumerate(of)]


def confused(seed: int, count: int | None) -> list[Case]:
    chance, wanted = random.Random(seed), confusion.trials()
    chosen = wanted if count is None else chance.sample(wanted, min(count, len(wanted)))
    print(f"{len(chosen)} of {len(wanted)} pairs of a field and a value", flush=True)
    return [Case("blank", f"batch {number} of {len(batch)} values", partial(confusion.project, batch), tuple(batch))
            for number, batch in enumerate(confusion.batches(chosen, BATCH, chance))]


def named() -> list[Case]:
    return [Case("blank", what, partial(dict, files)) for what, files in names.projects(example_files("blank"))]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ideas", nargs="*", choices=IDEAS, default=IDEAS, metavar="idea", help=", ".join(IDEAS))
    parser.add_argument("--count", type=int, help="how many mutated projects or confused values; default 300, and all")
    parser.add_argument("--seed", type=int, default=14971)
    parser.add_argument("--only", type=int, help="try this case alone")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "mdr-hostile", help="folder for projects that fail")
    options = parser.parse_args()
    cases = {"mutations": lambda: mutated(options.seed, options.count or MUTATIONS), "confusion": lambda: confused(options.seed, options.count), "names": named}
    whole = True
    with tempfile.TemporaryDirectory(prefix="mdr-hostile-") as scratch:
        prover = Prover(Path(scratch), options.keep)
        for example in EXAMPLES:
            prover.measure(example)
        for idea in options.ideas:
            count = f" --count {options.count}" if options.count else ""
            again = f"{Path(sys.argv[0])} {idea} --seed {options.seed}{count}"
            whole &= prover.prove(idea, cases[idea](), again, options)
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
