"""Find what takes more than linear time where very many records meet in one: N copies of one record, one that names N others, chains.

    python tools/probe_hubs.py                    every kind of record in the example, N = 500, 1,000, 4,000
    python tools/probe_hubs.py runs chain         shapes whose name holds a word
    python tools/probe_hubs.py --build            measures `mdr build --only data,site,excel`, else `mdr check`

Works on copies of an example, whose records have every field. For each kind and each of its references a record that has it is
written N times, so that all copies refer to the same few; a list is filled with N records; where a kind refers to itself, N of them
make a chain, and one that leads back from each to the first. Exit code 1 when a growth is more than linear.
"""

from __future__ import annotations

import argparse
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import log
from pathlib import Path

from mdr_blueprint.load import Entry
from mdr_blueprint.model import KINDS, Record
from mdr_blueprint.pipeline import Compilation, compile

ROOT = Path(__file__).parent.parent
STEEPEST = 1.4
NOISE = 1.5
"""Seconds that N records must add before anything is judged."""


@dataclass(frozen=True)
class Shape:
    """A kind of large project: its records are written by `text`, given how many."""

    name: str
    path: str
    """File of the example that is changed."""
    start: int
    end: int
    """Lines that are replaced, from 0."""
    block: tuple[str, ...]
    ids: tuple[str, ...]
    """Ids that the block defines."""
    relation: str = ""
    form: str = "copies"
    beside: Shape | None = None
    """Copies that this one names."""

    def lines(self, number: int) -> list[str]:
        if self.form == "names":  # one record that names N others; none of them is there where nothing is written beside it
            named = self.beside.ids[0] if self.beside else "NONE"
            return [*self.block[:1], f"{self.indent}{self.relation}: [{', '.join(f'{named}-X{i}' for i in range(number))}]", *self._others()]
        made = list(self.block)
        for i in range(number):
            copy = list(self.block) if self.form == "copies" else [*self.block[:1], f"{self.indent}{self.relation}: [{self._above(i)}]", *self._others()]
            made += [self._renamed(line, i) for line in copy]
        return made

    @property
    def indent(self) -> str:
        return next(re.match(" *", line)[0] for line in self.block[1:] if line.strip())  # type: ignore[index]

    def _others(self) -> list[str]:
        """The block without the lines of its relation."""
        kept, skipping = [], False
        for line in self.block[1:]:
            if line.startswith(self.indent) and line[len(self.indent) : len(self.indent) + 1].strip():
                skipping = line.startswith(f"{self.indent}{self.relation}:")
            if not skipping:
                kept.append(line)
        return kept

    def _above(self, number: int) -> str:
        first = self.ids[0]
        above = f"{first}-X{number - 1}" if number else first
        return f"{above}, {first}-X0" if self.form == "rings" else above

    def _renamed(self, line: str, number: int) -> str:
        for id_ in self.ids:
            line = re.sub(rf"^( *)([\"']?){re.escape(id_)}\2:", rf"\g<1>{id_}-X{number}:", line)
        return line


def shapes(project: Path) -> Iterator[Shape]:
    """Every shape that the records of an example can take."""
    made = compile(project)
    sources = {source.path: source.text.splitlines() for source in made.sources.files}
    covered: set[tuple[str, str]] = set()
    kinds: set[str] = set()
    for entry in made.dossier.entries.values():
        if KINDS[entry.kind].keys == "single" or entry.record.retired is not None or entry.place.path not in sources:
            continue
        new = {(entry.kind, edge.relation) for edge in made.graph.out(entry.id)} - covered
        if not new and entry.kind in kinds:
            continue
        start, end = _block(sources[entry.place.path], entry.place.line - 1)
        if end - start < 2:
            continue
        kinds.add(entry.kind)
        covered |= new
        whole = _whole(made, sources, entry, f"{entry.kind}: {entry.id}, copies for {', '.join(sorted(relation for _, relation in new)) or 'its fields'}")
        yield whole
        first = {edge.relation: edge for edge in made.graph.out(entry.id) if (entry.kind, edge.relation) in new and len(edge.steps) == 2}
        for relation, edge in first.items():
            target = made.dossier.entries.get(edge.target)
            if not any(line.startswith(f"{whole.indent}{relation}:") for line in whole.block):
                continue
            named = replace(whole, relation=relation, form="names")
            yield replace(named, name=f"{entry.kind}.{relation}: names of {entry.id}, none there")
            if target is not None and KINDS[target.kind].keys != "single" and target.place.path in sources and not _overlap(whole, target):
                beside = _whole(made, sources, target, "")
                yield replace(named, name=f"{entry.kind}.{relation}: names of {entry.id}, all there", beside=beside)
            if target is not None and target.kind == entry.kind:
                for form in ("chain", "rings"):
                    yield replace(named, name=f"{entry.kind}.{relation}: {form}", form=form)


def _overlap(shape: Shape, entry: Entry[Record]) -> bool:
    return shape.path == entry.place.path and shape.start <= entry.place.line - 1 < shape.end


def _whole(made: Compilation, sources: dict[str, list[str]], entry: Entry[Record], name: str) -> Shape:
    lines = sources[entry.place.path]
    start, end = _block(lines, entry.place.line - 1)
    return Shape(name, entry.place.path, start, end, tuple(lines[start:end]), (entry.key, *_inside(made, entry)))


def _block(lines: list[str], start: int) -> tuple[int, int]:
    depth = len(lines[start]) - len(lines[start].lstrip())
    end = start + 1
    while end < len(lines) and (not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip()) > depth):
        end += 1
    return start, end


def _inside(made: Compilation, entry: Entry[Record]) -> Iterator[str]:
    for other in made.dossier.entries.values():
        if other.owner == entry.id and other.cls.parent == entry.kind:
            yield other.key


def seconds(project: Path, shape: Shape, number: int, *, build: bool, limit: float) -> float:
    """Time of one call on the example with so many records more."""
    with tempfile.TemporaryDirectory(prefix="mdr-hubs-") as folder:
        copy = Path(shutil.copytree(project, Path(folder) / "project", ignore=shutil.ignore_patterns("build", ".*")))
        for part in sorted(filter(None, (shape, shape.beside)), key=lambda part: -part.start):  # from below, so that lines keep their place
            file = copy / part.path
            lines = file.read_text("utf-8").splitlines()
            lines[part.start : part.end] = part.lines(number)
            file.write_text("\n".join(lines) + "\n", "utf-8")
        call = ["build", str(copy), "--only", "data,site,excel", "--output", f"{folder}/out"] if build else ["check", str(copy), "--format", "json"]
        before = _used()
        try:
            ended = subprocess.run([sys.executable, "-m", "mdr_blueprint", *call], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=limit, check=False)
        except subprocess.TimeoutExpired:
            return limit
        if ended.returncode not in (0, 1):
            raise SystemExit(f"{shape.name}: exit code {ended.returncode}: {ended.stderr.decode()[-2000:]}")
        return _used() - before


def _used() -> float:
    """Seconds of the processor that ended children took; other work of the machine is not among them."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--build", action="store_true")
    parser.add_argument("--project", type=Path, default=ROOT / "device_example")
    parser.add_argument("--numbers", type=int, nargs="+", default=[500, 1_000, 4_000])
    parser.add_argument("--limit", type=float, default=300)
    arguments = parser.parse_args()
    steep = 0
    found = [shape for shape in shapes(arguments.project) if not arguments.words or all(word in shape.name for word in arguments.words)]
    for shape in found:
        nothing = seconds(arguments.project, shape, 1, build=arguments.build, limit=arguments.limit)
        took = []
        for number in arguments.numbers:
            took.append(seconds(arguments.project, shape, number, build=arguments.build, limit=arguments.limit) - nothing)
            if took[-1] > arguments.limit / 4:
                break
        numbers = arguments.numbers[: len(took)]
        exponent = log(took[-1] / max(took[-2], 0.05)) / log(numbers[-1] / numbers[-2]) if len(took) > 1 and took[-1] > NOISE else 1.0
        is_steep = exponent > STEEPEST
        steep += is_steep
        print(f"{'STEEP' if is_steep else '     '} n^{exponent:3.1f}  {nothing:5.1f} s + {' '.join(f'{t:6.1f}' for t in took)}  {shape.name}", flush=True)
    print(f"{len(found)} shapes, {steep} of them more than linear")
    return 1 if steep else 0


if __name__ == "__main__":
    sys.exit(main())
