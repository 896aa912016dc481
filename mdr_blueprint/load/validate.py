"""A record against its model: every error at its line and column, and the record without what is wrong.

A field with an error is reported and left out; the rest of the record stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeVar, cast, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mdr_blueprint.diagnostics import Fault, Place, did_you_mean
from mdr_blueprint.model import Part, Record, ready
from mdr_blueprint.model.base import headline
from mdr_blueprint.model.scalars import NOT_BLANK
from mdr_blueprint.source import Map, Seq, Source, place_of

Steps = tuple[int | str, ...]
P = TypeVar("P", bound=Part)

MAX_ROUNDS = 4
"""How often what is broken is cut out of a record: a part may lack what it cannot stand without once that is cut out."""
COMMA = "put the text before it in quotation marks: inside { } a comma ends a text"
A_PART = "expected a mapping of fields"
OWN_WORDS = (
    ("Input should be a valid tuple", "expected a list, such as [A-1, A-2]"),
    ("Input should be a valid dictionary", A_PART),
    ("Input should be a valid string", "expected text"),
    ("Input should be", "expected"),
    ("String should have at least 1 character", "the text is empty"),
    (f"String should match pattern '{NOT_BLANK}'", "the text is empty"),
    ("String should match pattern '^[0-9a-f]{64}$'", "expected 64 hexadecimal digits"),
)
"""What pydantic says -> what we say."""


def validate(source: Source, cls: type[P], id_: str, raw: Map, place: Place) -> tuple[P | None, list[Fault]]:
    """The record or data file, without the fields that are wrong, and what is wrong; None where it cannot stand without them."""
    path = source.path
    faults = list(_unknown_empty_fields(path, cls, id_, raw, raw, ())) if source.has_empty else []
    validator = ready(cls).__pydantic_validator__
    try:
        return cast("P", validator.validate_python(raw)), faults
    except ValidationError as error:
        errors = error.errors(include_url=False)
    faults += [_fault(path, cls, id_, raw, place, detail) for detail in errors]
    told = {detail["loc"] for detail in errors}
    kept: dict[str, Any] = raw
    for _ in range(MAX_ROUNDS):
        kept = _without_errors(kept, errors)
        try:
            return cast("P", validator.validate_python(kept)), faults
        except ValidationError as error:
            errors = error.errors(include_url=False)
        news = [detail for detail in errors if detail["loc"] not in told and detail["type"] != "missing"]
        faults += [_fault(path, cls, id_, raw, place, detail) for detail in news]
    return None, faults


def _unknown_empty_fields(path: str, cls: type[Part], id_: str, raw: Map, part: Any, steps: Steps) -> Iterator[Fault]:
    """A key without a value counts as missing and never reaches the model; here its name is checked all the same."""
    if isinstance(part, Map):
        owner = _model_at(cls, steps) if len(part.marks) != len(part) else None
        for key in part.marks if owner is not None else ():
            if owner is not None and key not in part and key not in owner.model_fields:
                fault = _unknown_field(path, cls, id_, raw, (*steps, key))
                yield replace(fault, fix=COMMA) if " " in key else fault
        for key, value in part.items():
            if value.__class__ is not str:
                yield from _unknown_empty_fields(path, cls, id_, raw, value, (*steps, key))
    elif isinstance(part, Seq):
        for index, value in enumerate(part):
            if value.__class__ is not str:
                yield from _unknown_empty_fields(path, cls, id_, raw, value, (*steps, index))


def _without_errors(raw: dict[str, Any], errors: list[ErrorDetails]) -> dict[str, Any]:
    """A copy of the record in which every place with an error is left out."""
    kept: dict[str, Any] = _copy(raw)
    items: list[tuple[list[Any], int]] = []
    for detail in errors:
        way = _way(kept, detail["loc"])
        if detail["type"] == "missing" and way and way[-1][1] == detail["loc"][-1]:
            way.pop()
        if not way:
            continue
        owner, step = way[-1]
        if isinstance(owner, dict):
            owner.pop(step, None)
        else:
            items.append((owner, step))
    for owner, index in sorted(items, key=lambda item: -item[1]):  # from the end, so that the indexes before stay right
        if index < len(owner):
            del owner[index]
    return kept


def _way(value: Any, steps: Steps) -> list[tuple[Any, Any]]:
    """Owner and step along a pydantic `loc`, without the steps that name nothing in the value."""
    way: list[tuple[Any, Any]] = []
    for step in steps:
        in_dict = isinstance(value, dict) and step in value
        in_list = isinstance(value, list) and isinstance(step, int) and step < len(value)
        if in_dict or in_list:
            way.append((value, step))
            value = value[step]
    return way


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copy(item) for item in value]
    return value


def _fault(path: str, cls: type[Part], id_: str, raw: Map, place: Place, detail: ErrorDetails) -> Fault:
    """A pydantic error as a fault at its line and column."""
    steps = detail["loc"]
    name, where = _names(cls, id_, steps)
    if detail["type"] == "extra_forbidden":
        return _unknown_field(path, cls, id_, raw, steps)
    if detail["type"] == "missing":
        at = place_of(path, raw, steps[:-1], key=True) if len(steps) > 1 else place
        return Fault("missing-field", f"{where} cannot stand without `{name}`", at, subject=id_, fix=f"add `{name}: ...`")
    words = _in_own_words(detail)
    part = _model_at(cls, steps) if words.startswith(A_PART) else None
    fix = f"write the fields that it has: {', '.join(part.model_fields)}" if part is not None else None
    return Fault("wrong-value", f"`{name}` of {where}: {words}", place_of(path, raw, steps), subject=id_, fix=fix)


def _unknown_field(path: str, cls: type[Part], id_: str, raw: Map, steps: Steps) -> Fault:
    name, where = _names(cls, id_, steps)
    owner = _model_at(cls, steps[:-1])
    refused = owner.not_fields.get(name.casefold()) if owner else None
    if refused is not None:
        message = f"{where} has no field `{name}`: {refused.why}"
        return Fault(refused.fault, message, place_of(path, raw, steps, key=True), subject=id_, fix=f"take `{name}` out")
    hint = did_you_mean(name, owner.model_fields) if owner else ""
    return Fault("unknown-field", f"{where} has no field `{name}`{hint}", place_of(path, raw, steps, key=True), subject=id_)


def _names(cls: type[Part], id_: str, steps: Steps) -> tuple[str, str]:
    """The field at the end of a pydantic `loc`, and whose field it is: `risks.R-4.residual` of hazardous situation `HS-1`."""
    fields = [step for step in steps if isinstance(step, str)]
    where = f"{cls.singular} `{id_.split(':', 1)[-1]}`" if issubclass(cls, Record) else f"`{id_}`"
    if len(fields) > 1:
        where = f"`{'.'.join(fields[:-1])}` of {where}"
    return (fields[-1] if fields else ""), where


def _in_own_words(detail: ErrorDetails) -> str:
    """What was expected, what was found, and what was probably meant."""
    message = detail["msg"]
    if detail["type"] == "value_error":  # in our own words already
        return message.removeprefix("Value error, ")
    for theirs, ours in OWN_WORDS:
        message = message.replace(theirs, ours)
    if message.startswith(A_PART):  # pydantic adds the name of a class
        message = A_PART
    value = detail.get("input")
    if not isinstance(value, str):
        found = {Seq: ", found a list", Map: ", found a mapping", type(None): ", found nothing"}.get(type(value), "")
        return message + found
    hint = ""
    if detail["type"] == "literal_error":
        expected = str(detail.get("ctx", {}).get("expected", ""))
        hint = did_you_mean(value, [word.strip(" '") for word in expected.replace(" or ", ", ").split(",")])
    return f"{message}, found `{headline(' '.join(value.split()))}`{hint}"


def _model_at(cls: type[Any], steps: tuple[int | str, ...]) -> type[Any] | None:
    """The class that holds the field at the end of a pydantic `loc`."""
    current: type[Any] | None = cls
    keyed = False
    for step in steps:
        if current is None or not isinstance(step, str):
            continue
        if keyed:  # the step is the key of a record inside a mapping
            keyed = False
            continue
        info = ready(current).model_fields.get(step)
        if info is None:
            return None
        current, keyed = _part_in(info.annotation), _is_keyed(info.annotation)
    return None if keyed else current


def _is_keyed(annotation: Any) -> bool:
    return get_origin(annotation) is dict or any(get_origin(arg) is dict for arg in get_args(annotation))


def _part_in(annotation: Any) -> type[Any] | None:
    """The one `Part` class that a field's type holds, however deep."""
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _part_in(inner)
        if found is not None:
            return found
    return None
