"""`mdr classify`: the class by Annex VIII from device facts, and the whole reasoning behind it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mdr_blueprint.cli.arguments import HERE, TextOrJson
from mdr_blueprint.cli.terminal import bold, dim, patience, say, wrapped
from mdr_blueprint.diagnostics import UsageError

if TYPE_CHECKING:
    from mdr_blueprint.classification import Classified
    from mdr_blueprint.load import Law

What = Annotated[
    Path,
    typer.Argument(metavar="DIR|FACTS.yaml", show_default=False,
                   help="A project, any folder inside it, or a YAML file with facts. Default: here."),
]
Guidance = Annotated[
    str | None,
    typer.Option(metavar="REVISION", show_default=False,
                 help='Revision of the guidance that the rules are read by, such as "MDCG 2021-24 Rev.1".'),
]


@dataclass(frozen=True)
class Answer:
    """The class of one device, variant, accessory or part."""

    id: str
    kind: str
    title: str
    declared: str | None
    """The class that the project decided on; None where it decided on none."""
    result: Classified

    @property
    def agrees(self) -> bool:
        given = set(self.result.suffixes or (self.result.device_class,))
        return self.declared is None or set(re.split(r"[\s,/+]+", self.declared.strip())) == given

    @property
    def is_sound(self) -> bool:
        return self.agrees and not self.result.unknown and not self.result.contradictions


def classify(what: What = HERE, form: TextOrJson = "text", guidance: Guidance = None) -> None:
    """Give the class by Annex VIII from facts, with every rule that hits and why the others do not.

    For a project: the device, then variants with facts of their own, accessories and parts sold separately, each in its own
    right, beside the class that the project declares. A YAML file holds the facts alone, below `facts` or as they are.
    A fact that is not stated counts as false; it is listed as assumed where it could raise the class.

    For example:
      mdr classify                     the project you stand in
      mdr classify facts.yaml --format json
      mdr classify --guidance "MDCG 2021-24 Rev.1"

    Exit code 1 when a declared class differs, or facts are unknown or contradict each other, else 0.
    """
    from mdr_blueprint.load import load_law

    law = load_law()
    revisions = law.annex_viii.guidance.revisions
    if guidance is not None and guidance not in revisions:
        raise UsageError(f"no guidance is called `{guidance}`; there are {', '.join(revisions)}")
    with patience("classifying"):
        answers = list(_of_file(what, law, guidance) if what.is_file() else _of_project(what, law, guidance))
    say(_as_json(answers) if form == "json" else "\n".join(_as_text(answer) for answer in answers))
    raise typer.Exit(0 if all(answer.is_sound for answer in answers) else 1)


def _of_file(path: Path, law: Law, guidance: str | None) -> Iterator[Answer]:
    from mdr_blueprint.classification import classify as by_rules
    from mdr_blueprint.source import Map, read_text

    source = read_text(path.name, path.read_bytes())
    if source.faults:
        raise UsageError(f"{source.faults[0].place}: {source.faults[0].message}")
    facts: Any = source.root
    for key in ("device", "facts"):
        facts = facts[key] if isinstance(facts, Map) and isinstance(facts.get(key), Map) else facts
    yield Answer(path.name, "facts", "", None, by_rules(facts, law, guidance))


def _of_project(folder: Path, law: Law, guidance: str | None) -> Iterator[Answer]:
    from mdr_blueprint.classification import classify as by_rules
    from mdr_blueprint.facts import subjects
    from mdr_blueprint.load import load
    from mdr_blueprint.model import Classification, Device
    from mdr_blueprint.source import read
    from mdr_blueprint.source.folder import find_root

    dossier = load(read(find_root(folder)))
    device, decided = dossier.single(Device), dossier.single(Classification)
    if device is None:
        raise UsageError("the project has no device that can be read; `mdr check` says why")
    yield Answer("device", "device", device.name, decided.device_class if decided else None,
                 by_rules(device.facts, law, guidance))
    for subject in subjects(dossier, law):
        entry = subject.entry
        facts = {**device.facts, **entry.record.facts} if entry.cls.kind_name == "variants" else entry.record.facts
        yield Answer(entry.id, entry.cls.singular, dossier.say(dossier.label_of(entry)), subject.declared,
                     by_rules(facts, law, guidance))


def _as_text(answer: Answer) -> str:
    result = answer.result
    head = f"{answer.id}: {answer.title}" if answer.title else answer.id
    deciding = [hit.place for hit in result.hits if hit.device_class == result.base_class]
    blocks = [f"{bold(head)}\n{bold(f'Class {_printed(result)}')}{' by ' + '; '.join(deciding) if deciding else ''}"]
    if answer.declared is not None:
        blocks[0] += f"\nThe project declares class {answer.declared}: {'the same' if answer.agrees else 'not the same'}."
    unknown = [f"{fact.fact}{f' = {fact.value}' if fact.value else ''}: {fact.message}"
               f"{f'; did you mean {fact.suggestion}?' if fact.suggestion else ''}" for fact in result.unknown]
    sections = (
        ("Facts that are not understood", unknown),
        ("Facts that contradict each other", [f"{_pairs(c.because)}: {c.why}" for c in result.contradictions]),
        ("To know first", list(result.remarks)),
        ("Rules that hit", [f"{hit.place}: class {hit.device_class} ({hit.reason})" for hit in result.hits]),
        ("Parts of rules that give way", [f"{hit.place}: class {hit.device_class}, {hit.reason}" for hit in result.withdrawn]),
        ("Rules that do not hit", [f"Rule {other.rule}: {other.reason}" for other in result.others]),
        ("Assumed, because not stated; otherwise the class would rise", [_assumed(a) for a in result.assumed]),
    )
    for title, lines in sections:
        if lines:
            blocks.append("\n".join([bold(title), *(wrapped(line, "  ", "    ") for line in lines)]))
    blocks.append(dim(f"Read by {result.guidance}."))
    return "\n\n".join(blocks) + "\n"


def _printed(result: Classified) -> str:
    """`Is, Im` where several suffixes hold."""
    return ", ".join(result.suffixes) or result.device_class


def _assumed(assumption: Any) -> str:
    rests = f", together with {', '.join(assumption.together_with)}" if assumption.together_with else ""
    return f"{assumption.fact} = {' or '.join(assumption.would_be)}{rests}: class {assumption.device_class} by {assumption.place}"


def _pairs(pairs: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(f"{fact} = {value}" for fact, value in pairs)


def _as_json(answers: list[Answer]) -> str:
    rows = [{"id": answer.id, "kind": answer.kind, "title": answer.title, "declared": answer.declared, "agrees": answer.agrees,
             **asdict(answer.result)} for answer in answers]
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"
