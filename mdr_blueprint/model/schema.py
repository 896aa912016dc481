"""JSON Schema of a record file, for editors that complete and check while somebody types.

An editor reads YAML with its own eyes: `1.10` is a number to it and `true` a truth value, while our reader takes the
type from the field. So the schema accepts what an editor sees wherever our reader would accept the text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic.json_schema import models_json_schema

from mdr_blueprint.model import KINDS, TOP_LEVEL, ClauseAnswer, GsprAnswer, Part, Record, Ref, ready
from mdr_blueprint.model.docs import attribute_docs
from mdr_blueprint.model.library import DerivedFact, FactDefinition, Vocabulary
from mdr_blueprint.model.scalars import NOT_BLANK, ProseMark

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ID = "^[A-Za-z][A-Za-z0-9_.-]*$"
TEXT: Schema = {"type": ["string", "number", "boolean"]}
SPELLED: dict[str, Schema] = {
    "number": {"type": ["number", "string"], "pattern": r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$"},
    "integer": {"type": ["integer", "string"], "minimum": 0, "pattern": r"^\d+$"},
    "boolean": {"enum": [True, False, "true", "false"]},
}
"""A quoted scalar is the same text to our reader as a plain one."""
COMMON = {"title": "Name of the record, as lists and tables show it.", "text": "The wording."}
"""Said of these fields where a kind says nothing of its own."""
PROSE = "Paragraphs, lists, emphasis, and [ID] for a link to a record."


def record_schema(gspr: Mapping[str, str], standards: Mapping[str, str], vocabulary: Vocabulary) -> Schema:
    """The schema of one file: any kinds of records, in any number.

    `gspr` and `standards` map the identifiers of the library to their topics, and `vocabulary` has the device facts, so that an
    editor can offer them.
    """
    classes = [ready(cls) for cls in KINDS.values()]
    _, generated = models_json_schema([(cls, "validation") for cls in classes], ref_template="#/$defs/{model}")
    definitions: dict[str, Schema] = generated["$defs"]
    parts = {part.__name__: part for part in _parts(classes)}
    for name, definition in definitions.items():
        _describe(definition, parts[name])
        if "facts" in definition.get("properties", {}):
            facts = definition["properties"]["facts"]
            known = "known_facts" if issubclass(parts[name], GsprAnswer | ClauseAnswer) else "stated_facts"
            definition["properties"]["facts"] = {"description": facts.get("description", ""), "$ref": f"#/$defs/{known}"}
    definitions["stated_facts"] = _facts(vocabulary.facts)
    definitions["known_facts"] = _facts({**vocabulary.facts, **vocabulary.derived})
    return {
        "$schema": DIALECT,
        "title": "Records of a technical file (mdr-blueprint)",
        "description": "A file of records: each top-level key names a kind, the keys below it are the ids of the records. "
        "A kind may stand in many files.",
        "type": "object",
        "properties": {kind: _kind(cls, gspr, standards) for kind, cls in TOP_LEVEL.items()},
        "additionalProperties": False,
        "$defs": {name: definitions[name] for name in sorted(definitions)},
    }


def _facts(vocabulary: Mapping[str, FactDefinition | DerivedFact]) -> Schema:
    """Facts by name, each plain or as `{value, argument}`, with the question that it answers."""
    properties: dict[str, Schema] = {}
    for name, fact in vocabulary.items():
        flags = [True, False] if "true" in fact.answers else []
        value: Schema = {"enum": [*flags, *fact.answers]} if fact.answers else SPELLED["integer"]
        argued = {"type": "object", "properties": {"value": value, "argument": TEXT}, "required": ["value"],
                  "additionalProperties": False}
        properties[name] = {"description": fact.question, "anyOf": [value, argued, {"type": "null"}]}
    return {"type": ["object", "null"], "properties": properties, "additionalProperties": False}


def _kind(cls: type[Record], gspr: Mapping[str, str], standards: Mapping[str, str]) -> Schema:
    record: Schema = {"$ref": f"#/$defs/{cls.__name__}"}
    about = f"{cls.plural}. {' '.join((cls.__doc__ or '').split())}"
    if cls.keys == "single":
        return {"description": f"{about} Stands once in a project.", "anyOf": [record, {"type": "null"}]}
    rows: Schema = {"description": about, "type": ["object", "null"], "additionalProperties": False}
    if cls.keys == "gspr":
        rows["properties"] = {key: {"description": topic, **record} for key, topic in gspr.items()}
    elif cls.keys == "clause":
        clauses: Schema = {"type": "object", "additionalProperties": record}
        rows["properties"] = {key: {"description": title, **clauses} for key, title in standards.items()}
        rows["additionalProperties"] = clauses
    elif cls.kind_name == "standards":
        rows["properties"] = {key: {"description": title, **record} for key, title in standards.items()}
        rows["additionalProperties"] = record
    else:
        rows["patternProperties"] = {ID: record}
    return rows


def _parts(classes: Sequence[type[Part]]) -> Iterator[type[Part]]:
    """The classes and every group of fields inside them."""
    seen: set[type[Part]] = set()
    todo = list(classes)
    while todo:
        cls = todo.pop()
        if cls in seen:
            continue
        seen.add(cls)
        yield cls
        for info in cls.model_fields.values():
            todo += [part for part in _types_in(info.annotation) if issubclass(part, Part)]


def _types_in(annotation: Any) -> Iterator[type[Any]]:
    """The classes that a field's type is made of, without those that a reference names."""
    if isinstance(annotation, type) and get_origin(annotation) is None:
        yield annotation
    elif get_origin(annotation) is not Ref:
        for argument in get_args(annotation):
            yield from _types_in(argument)


def _referred(annotation: Any) -> Iterator[type[Record]]:
    """The kinds of records that a field may refer to."""
    arguments = get_args(annotation)
    if get_origin(annotation) is Ref:
        yield from cast("tuple[type[Record], ...]", get_args(arguments[0]) or arguments)
    else:
        for argument in arguments:
            yield from _referred(argument)


def _describe(definition: Schema, cls: type[Part]) -> None:
    """Give each field its words, and the types an editor sees."""
    definition.pop("title", None)
    if "description" in definition:
        definition["description"] = " ".join(definition["description"].split())
    docs = COMMON | attribute_docs(cls)
    for name, field in definition.get("properties", {}).items():
        info = cls.model_fields[name]
        referred = [part.singular if part is not Record else "record" for part in _referred(info.annotation)]
        words = (docs.get(name), PROSE if _is_prose(info) else "", f"Refers to: {', '.join(referred)}." if referred else "")
        spelled = _spelled(field)
        field.clear()
        if any(words):
            field["description"] = " ".join(word for word in words if word)
        field |= spelled


def _is_prose(info: FieldInfo) -> bool:
    marks = [*info.metadata, *(mark for part in get_args(info.annotation) for mark in getattr(part, "__metadata__", ()))]
    return any(isinstance(mark, ProseMark) for mark in marks)


def _spelled(schema: Any) -> Any:
    """A piece of a generated schema with each type as an editor may see it; titles and defaults are left out."""
    if isinstance(schema, list):
        return [_spelled(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("$ref") == "#/$defs/Fact":  # plain or as {value, argument}
        return {"anyOf": [TEXT, {"$ref": schema["$ref"]}]}
    if "enum" in schema or "const" in schema or "$ref" in schema:
        return {key: value for key, value in schema.items() if key in ("enum", "const", "$ref")}
    if len(schema.get("anyOf", ())) == 2 and {"type": "null"} in schema["anyOf"]:
        return _or_empty(_spelled(next(item for item in schema["anyOf"] if item != {"type": "null"})))
    kind = schema.get("type")
    if kind in SPELLED:
        return dict(SPELLED[kind])
    if kind == "string":
        kept = {key: value for key, value in schema.items() if key in ("format", "pattern")}
        return {"type": "string", **kept} if kept and kept != {"pattern": NOT_BLANK} else {**TEXT, "pattern": NOT_BLANK}
    return {key: _spelled(value) for key, value in schema.items() if key not in ("title", "default", "description")}


def _or_empty(schema: Schema) -> Schema:
    """A field without a value is the same to our reader as one that is not there."""
    if "enum" in schema:
        return {"enum": [*schema["enum"], None]}
    if "type" in schema:
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        return {**schema, "type": [*kinds, "null"]}
    return {"anyOf": [schema, {"type": "null"}]}
