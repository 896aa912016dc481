"""`mdr classify`: the class by Annex VIII from device facts, and the whole reasoning behind it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mdr_blueprint.cli.arguments import HERE, TextOrJson
from mdr_blueprint.cli.terminal import bold, dim, patience, say, wrapped
from mdr_blueprint.diagnostics import Place, UsageError

if TYPE_CHECKING:
    from mdr_blueprint.classification import Classified
    from mdr_blueprint.load import Entry, Law
    from mdr_blueprint.source import Map

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
    at: Callable[[str], Place]
    """Where a fact stands."""

    @property
    def agrees(self) -> bool:
        return self.declared is None or self.result.agrees_with(self.declared)

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
    if not what.exists():
        raise UsageError(f"{what} does not exist")
    with patience("classifying"):
        answers = list(_of_file(what, law, guidance) if what.is_file() else _of_project(what, law, guidance))
    told = _as_json(answers) if form == "json" else "\n".join(_as_text(answer) for answer in answers)
    say(told, exact=form == "json")
    raise typer.Exit(0 if all(answer.is_sound for answer in answers) else 1)


def _of_file(path: Path, law: Law, guidance: str | None) -> Iterator[Answer]:
    from mdr_blueprint.classification import classify as by_rules
    from mdr_blueprint.source import place_of, read_text
    from mdr_blueprint.source.files import read_file
    from mdr_blueprint.source.yaml_reader import MAX_BYTES

    try:
        source = read_text(path.as_posix(), read_file(path.resolve(), MAX_BYTES))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    if source.faults:
        raise UsageError("\nmdr: ".join(f"{fault.place}: {fault.message}" for fault in source.faults))
    facts = _facts_in(source.root, source.path)
    yield Answer(path.name, "facts", "", None, by_rules(facts, law, guidance),
                 lambda fact: place_of(source.path, facts, (fact,), key=True))


def _facts_in(root: Map, path: str) -> Map:
    """The facts of a file: below `device` and `facts`, below `facts`, or the whole of it."""
    from mdr_blueprint.source import Map

    found = root
    for key in ("device", "facts"):
        if key not in found.marks:
            continue
        below = found.get(key, Map(found.line, found.column))
        if not isinstance(below, Map):
            raise UsageError(f"{found.key_place(path, key)}: `{key}` is a mapping")
        found = below
    return found


def _of_project(folder: Path, law: Law, guidance: str | None) -> Iterator[Answer]:
    from mdr_blueprint.classification import classify as by_rules
    from mdr_blueprint.facts import Known, known, subjects
    from mdr_blueprint.load import load
    from mdr_blueprint.model import Classification, Device
    from mdr_blueprint.source import read
    from mdr_blueprint.source.folder import find_root

    dossier = load(read(find_root(folder)))
    device, decided = dossier.get("device", Device), dossier.single(Classification)
    if device is None:
        raise UsageError("the project has no device that can be read; `mdr check` says why")

    def answer(entry: Entry[Any], title: str, declared: str | None, facts: dict[str, Any], own: Known) -> Answer:
        def at(fact: str) -> Place:
            return (entry if fact in entry.record.facts else device).at("facts", fact, key=True)

        return Answer(entry.id, entry.cls.singular, title, declared, by_rules(facts, law, guidance or own.guidance), at)

    declared = decided.device_class if decided else None
    yield answer(device, device.record.name, declared, device.record.facts, known(dossier, law))
    for subject in subjects(dossier, law):
        entry = subject.entry
        inherited = device.record.facts if entry.cls.kind_name == "variants" else {}
        title = dossier.say(dossier.label_of(entry))
        yield answer(entry, title, subject.declared, {**inherited, **entry.record.facts}, subject.known)


def _as_text(answer: Answer) -> str:
    result = answer.result
    head = f"{answer.id}: {answer.title}" if answer.title else answer.id
    deciding = [hit.place for hit in result.hits if hit.device_class == result.base_class]
    given = f"Class {_printed(result)}"
    by = wrapped(f"{given}{' by ' + '; '.join(deciding) if deciding else ''}", "", "  ")
    blocks = [f"{bold(wrapped(head, '', '  '))}\n{by.replace(given, bold(given), 1)}"]
    if answer.declared is not None:
        blocks[0] += f"\nThe project declares class {answer.declared}: {'the same' if answer.agrees else 'not the same'}."
    unknown = [f"{answer.at(fact.fact)}: {fact.fact}{f' = {fact.value}' if fact.value else ''}: {fact.message}"
               f"{f'; did you mean {fact.suggestion}?' if fact.suggestion else ''}" for fact in result.unknown]
    sections = (
        ("Facts that are not understood", unknown),
        ("Facts that contradict each other", [f"{_pairs(c.because)}: {c.why}" for c in result.contradictions]),
        ("To know first", list(result.remarks)),
        ("Rules that apply", [f"{hit.place}: class {hit.device_class} ({hit.reason})" for hit in result.hits]),
        ("Parts of rules that give way", [f"{hit.place}: class {hit.device_class}, {hit.reason}" for hit in result.withdrawn]),
        ("Rules that do not apply", [f"Rule {other.rule}: {other.reason}" for other in result.others]),
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
    return json.dumps([_as_object(answer) for answer in answers], ensure_ascii=False, indent=2) + "\n"


def _as_object(answer: Answer) -> dict[str, Any]:
    own = {"id": answer.id, "kind": answer.kind, "title": answer.title, "declared": answer.declared,
           "agrees": answer.agrees if answer.declared is not None else None}
    unknown = [{**asdict(fact), **asdict(answer.at(fact.fact))} for fact in answer.result.unknown]
    return {**own, **asdict(answer.result), "unknown": unknown}
