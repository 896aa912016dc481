"""Confused types: every field of every kind, as the model has them, with every hostile value in its place."""

from __future__ import annotations

import random
import re
import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml

from hostile.values import VALUES, written
from mdr_blueprint.load import load_law
from mdr_blueprint.model import KINDS, TOP_LEVEL, Part, Ref, ready

Steps = tuple[str | int, ...]
SAMPLES = {"bool": "true", "int": "3", "Decimal": "0.5", "date": "2026-03-31"}
DIGEST = "0" * 64
LEFT_OUT = ("retired", "illustrative")
"""What a good record of the device does not say of itself."""
DEEPEST = 6


@dataclass(frozen=True)
class Trial:
    """One field of one kind with one value."""

    kind: str
    steps: Steps
    value: str
    lost: Steps
    """What is left out of the record where the value is wrong: the field, or the part that cannot stand without it."""

    @property
    def is_alone(self) -> bool:
        """Whether a project has only one such record."""
        return TOP_LEVEL[self.kind].keys == "single"

    def hides(self, other: Trial) -> bool:
        """Whether one of them may hide the other in the same record."""
        return all(one == two for one, two in zip(self.lost, other.lost, strict=False))

    def __str__(self) -> str:
        return f"{self.kind}: {'.'.join(map(str, self.steps)) or '(the record)'} = {self.value if len(self.value) < 100 else self.value[:97] + '...'}"


def trials() -> list[Trial]:
    return [Trial(kind, steps, value, lost) for kind, cls in TOP_LEVEL.items() for steps, lost in _places(cls, (), ()) for value in VALUES]


def _places(annotation: Any, steps: Steps, lost: Steps) -> Iterator[tuple[Steps, Steps]]:
    """A value of this type and whatever lies in it: an item, the value of a key, a field of a part; with what is lost with each."""
    yield steps, lost
    bare = _bare(annotation)
    if len(steps) == DEEPEST:
        return
    if get_origin(bare) is tuple:
        yield from _places(get_args(bare)[0], (*steps, 0), (*steps, 0))
    elif get_origin(bare) is dict:
        yield from _places(get_args(bare)[1], (*steps, "KEY"), (*steps, "KEY"))
    elif isinstance(bare, type) and issubclass(bare, Part):
        for name, info in ready(bare).model_fields.items():
            yield from _places(info.annotation, (*steps, name), steps if info.is_required() else (*steps, name))


def _bare(annotation: Any) -> Any:
    """A type without its marks and without `None`."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in (Union, types.UnionType):
            annotation = next(arg for arg in get_args(annotation) if arg is not type(None))
        else:
            return annotation


def _sample(annotation: Any, ids: dict[str, str], depth: int = 0) -> Any:
    """A good value, whole as far as it is not endless."""
    bare = _bare(annotation)
    if get_origin(bare) is Ref:
        named = get_args(get_args(bare)[0]) or get_args(bare)
        return ids.get(getattr(named[0], "kind_name", ""), "X-1")
    if get_origin(bare) is Literal:
        return get_args(bare)[0]
    if get_origin(bare) is tuple:
        return [_sample(get_args(bare)[0], ids, depth + 1)]
    if get_origin(bare) is dict:
        key, value = get_args(bare)
        return {get_args(key)[0] if get_origin(key) is Literal else "KEY": _sample(value, ids, depth + 1)}
    if isinstance(bare, type) and issubclass(bare, Part):
        fields = {name: info for name, info in ready(bare).model_fields.items() if name not in LEFT_OUT and (info.is_required() or depth < DEEPEST)}
        return {name: DIGEST if name == "sha256" else _sample(info.annotation, ids, depth + 1) for name, info in fields.items()}
    return SAMPLES.get(getattr(bare, "__name__", ""), "words")


def batches(wanted: list[Trial], size: int, chance: random.Random) -> Iterator[list[Trial]]:
    """Trials that fit into one project. Of a record that stands once there is one, which then holds several that do not hide each other."""
    todo = wanted[:]
    chance.shuffle(todo)
    while todo:
        batch: list[Trial] = []
        rest: list[Trial] = []
        alone: dict[str, list[Trial]] = {}
        for trial in todo:
            beside = alone.setdefault(trial.kind, []) if trial.is_alone else []
            if len(batch) == size or any(trial.hides(other) for other in beside):
                rest.append(trial)
            else:
                batch.append(trial)
                beside.append(trial)
        yield batch
        todo = rest


def project(batch: Sequence[Trial]) -> dict[str, bytes]:
    """A project that holds every trial: a good record of every kind, and for each trial a record with the value in its field."""
    law = load_law()
    known = {"gspr": list(law.gspr), "standards": list(law.standard_ids), "clauses": sorted(law.standard("iec-60601-1").clauses)}
    ids = {kind: f"{cls.__name__}-0" for kind, cls in KINDS.items()}
    ids |= {"gspr": f"gspr:{known['gspr'][0]}", "standards": known["standards"][0], "clauses": f"iec-60601-1#{known['clauses'][0]}"}
    others, placed, hostile = [*ids.values()], {}, {}
    for kind, cls in TOP_LEVEL.items():
        record = _keyed(_sample(cls, ids), 0)
        placed[kind] = record if cls.keys == "single" else {known.get(kind, [ids[kind]])[0]: record}
    for number, trial in enumerate(batch, 1):
        mark, rows, cls = f"HOSTILE-{number}-", placed[trial.kind], TOP_LEVEL[trial.kind]
        names = known.get(trial.kind, ())
        key = trial.kind if trial.is_alone else names[len(rows)] if len(rows) < len(names) else f"{cls.__name__}-{number}"
        hostile[mark] = written(trial.value, key, others[number % len(others)])
        if trial.is_alone:
            placed[trial.kind] = _with(rows, trial.steps, mark)
        else:
            rows[key] = _with(_keyed(_sample(cls, ids), number), trial.steps, mark)
    placed["clauses"] = {"iec-60601-1": placed["clauses"]}
    text = yaml.safe_dump(placed, sort_keys=False, width=200, allow_unicode=True)
    text = re.sub(r"HOSTILE-\d+-", lambda found: hostile[found[0]], text)
    sections = re.finditer(r"^(\w+):.*\n(?:[ -].*\n)*", text, re.MULTILINE)
    return {f"{found[1]}.yaml": found[0].encode() for found in sections}


def _keyed(value: Any, number: int) -> Any:
    """Keys of parts and inner records as the number of the record says, so that no id stands twice."""
    if isinstance(value, dict):
        return {f"KEY-{number}" if key == "KEY" else key: _keyed(item, number) for key, item in value.items()}
    return [_keyed(item, number) for item in value] if isinstance(value, list) else value


def _with(value: Any, steps: Steps, new: str) -> Any:
    """The value with another one at the end of `steps`; `KEY` is the first key that is there."""
    if not steps:
        return new
    step, *rest = steps
    if isinstance(value, list):
        return [_with(value[0] if value else {}, tuple(rest), new), *value[1:]]
    value = value if isinstance(value, dict) else {}
    found = next(iter(value), "KEY-x") if step == "KEY" else step
    return {**value, found: _with(value.get(found, [] if rest and rest[0] == 0 else {}), tuple(rest), new)}
