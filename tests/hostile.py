"""Projects in which every field that takes a text, and every id, tries to be something else. Written by the schema, not by a list."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from mdr_blueprint.model import TOP_LEVEL, Part, Record, Ref, Waiver, ready
from mdr_blueprint.model.scalars import ProseMark

INLINE = (
    '"><script>document.title="run"</script>', "<img src=x onerror=\"document.title='run'\">", "' onmouseover='alert(1)", '" onclick="alert(1)" x="',
    "=cmd|'/c calc'!A0", "+1+1", "@SUM(1)", "-2", "{{ 7*7 }}{% raw %}", "[x](javascript:alert(1))", "![x](javascript:alert(1))", "<javascript:alert(1)>",
    "{: onclick=alert(1) }", "{ #stolen onclick=alert(1) }", "</title></td></script></style><svg onload=alert(1)>", "&lt;b&gt; &amp;amp; &#60;i&#62;",
    "`<u>`", "`[x](javascript:alert(1))`", r"[a \[x\](javascript:alert(1))](https://e.org)", "[a](https://e.org/[y](javascript:alert(1)))",
    "<https://e.org/`[y](javascript:alert(1))>", "[a](<x \" onclick=alert(1)>)", "\u202eRTL \u200b", "<!-- <![CDATA[ ]]>", "::table risks", "*[_", "--8<-- \"x\"",
    "[HZ-1]", "$(x)", "\\", "href=\"../../x", "data:text/html,<b>", "_x000D_", "{figure:FIGURES-1}", "a__b",
)  # fmt: skip
PROSE = """# {0}

- {0}

      [x](javascript:alert(1)) {0}

- > {0}
- | a | b |
  |---|---|
  | [x](https://e.org/[y]) `[x](javascript:alert(1))` | {0} |

    [code](javascript:alert(1)) {0}

1.      [code](javascript:alert(1)) {0}

> - {0}
>
>       [code](javascript:alert(1))

```
<b>{0}</b>

[x](javascript:alert(1))
```
::table risks view={0}
{0}
---
**{0}** *{0}*\\
{0}
"""
RICH = PROSE.replace("javascript:alert(1)", "https://e.org")
"""Every sign of Markdown, so that whatever a page may hold is there."""


class Words:
    """Texts that are each other's like in all but what they would do."""

    def __init__(self, *, hostile: bool, plain: str = "") -> None:
        self.hostile = hostile
        self.plain = plain
        self.count = 0

    def text(self) -> str:
        """All of it, another piece first each time: titles are cut, and a workbook looks at the first sign."""
        self.count += 1
        if self.plain:
            return self.plain.format(self.count)
        at = self.count % len(INLINE)
        return " ".join((*INLINE[at:], *INLINE[:at])) if self.hostile else f"plain text {self.count} [HZ-1] {{figure:FIGURES-1}} of the project"

    def prose(self) -> str:
        if self.plain:
            return self.text()
        return (PROSE if self.hostile else RICH).replace("{0}", self.text())

    def id(self) -> str:
        self.count += 1
        return f'{self.count}"><img src=x onerror=alert(1)>\'&`[x](javascript:alert(1)){{ #a onclick=b }}' if self.hostile else f"{self.count} no id"

    def file(self) -> str:
        return "a\"><img src=x onerror=alert(1)> '&`[x](javascript:alert(1)){ #a }" if self.hostile else "a plain name"


@dataclass
class Filler:
    """Fills every field of every kind."""

    words: Words
    own: dict[type[Record], str]
    """Class -> id of the record that references lead to."""
    stray: bool = False
    """References lead to nothing."""
    fields: list[str] = field(default_factory=list)
    """Names of the texts that were filled."""

    def record(self, cls: type[Part], *, nested: bool = True) -> dict[str, Any]:
        filled = {}
        for name, about in ready(cls).model_fields.items():
            if name == "retired" and not self.stray:
                continue
            marks = [*about.metadata]
            filled[name] = self.value(about.annotation, marks, f"{cls.__name__}.{name}")
        return {name: value for name, value in filled.items() if value is not None}

    def value(self, annotation: Any, marks: list[Any], name: str) -> Any:
        origin, arguments = get_origin(annotation), [part for part in get_args(annotation) if part not in (type(None), ...)]
        if origin is Literal:
            return arguments[-1] if self.stray else arguments[0]
        if hasattr(annotation, "__metadata__"):
            return self.value(arguments[0], [*marks, *annotation.__metadata__], name)
        if origin is Ref or annotation is Ref:
            return self._reference(arguments)
        if origin is tuple:
            return [self.value(arguments[0], marks, name) for _ in range(2)]
        if origin is dict:
            return self._mapping(*arguments, name)
        if origin is not None and arguments:
            return self.value(arguments[0], marks, name)
        if isinstance(annotation, type) and issubclass(annotation, Part):
            return self.record(annotation)
        return self._scalar(annotation, marks, name)

    def _scalar(self, annotation: Any, marks: list[Any], name: str) -> Any:
        spelled = {bool: True, int: "3", date: "2026-01-02", Decimal: "1.5"}
        if annotation in spelled:
            return spelled[annotation]
        if annotation is str:
            if any("[0-9a-f]" in str(getattr(mark, "pattern", "")) for mark in marks):
                return "0" * 64
            self.fields.append(name)
            return self.words.prose() if any(isinstance(mark, ProseMark) for mark in marks) else self.words.text()
        raise AssertionError(f"{name}: nothing is known of {annotation}")

    def _reference(self, arguments: list[Any]) -> str:
        if self.stray:
            return self.words.id()
        targets = [cls for part in arguments for cls in (get_args(part) or (part,))]
        return next((self.own[cls] for cls in targets if cls in self.own), "HZ-1")

    def _mapping(self, key: Any, value: Any, name: str) -> dict[str, Any]:
        if get_origin(key) is Literal:
            return {get_args(key)[0]: self.value(value, [], name)}
        if isinstance(value, type) and issubclass(value, Record):
            self.words.count += 1
            return {f"{value.kind_name.upper()}-{self.words.count}": self.record(value), self.words.id(): self.record(value)}
        return {self.words.id(): self.value(value, [], name)}


WAIVED = "DEV220"
"""A finding that the project has."""
KEYS = {"gspr": "14.2(d)", "clause": "8.7.3"}
LIBRARY = {"standards": "iso-14971", "documents": "intended_purpose", "questionnaire": "touch.temperature"}


def ids() -> dict[type[Record], str]:
    """Of the records that references lead to."""
    found: dict[type[Record], str] = {}
    for name, cls in TOP_LEVEL.items():
        found[cls] = {
            "single": name, "gspr": "gspr:14.2(d)", "clause": "iec-60601-1#8.7.3", "library": LIBRARY.get(name, name),
        }.get(cls.keys, f"{name.upper()}-1")  # fmt: skip
    return found


def kinds(words: Words) -> Iterator[tuple[str, Any, Filler]]:
    """Every kind with its records: one that references lead to, one whose id is none and whose references lead nowhere."""
    for name, cls in TOP_LEVEL.items():
        good, bad = Filler(words, ids()), Filler(words, ids(), stray=True)
        if cls.keys == "single":
            yield name, good.record(cls), good
        elif cls.keys == "clause":
            yield name, {"iec-60601-1": {"8.7.3": good.record(cls), words.id(): bad.record(cls)}, words.id(): {words.id(): bad.record(cls)}}, good
        else:
            first = KEYS.get(cls.keys) or (LIBRARY[name] if cls.keys == "library" else f"{name.upper()}-1")
            records = {first: good.record(cls), words.id(): bad.record(cls)}
            if cls is Waiver:  # what waives something is shown beside the finding
                records[words.id()] = {**good.record(cls), "code": WAIVED, "place": "device", "expires": "2099-01-01"}
            yield name, records, good


def write(folder: Path, words: Words) -> list[str]:
    """A project of these; gives the names of the texts that it fills."""
    folder.mkdir(parents=True)
    named: list[str] = []
    evidence = f"evidence/{words.file()}.md"
    for name, records, filler in kinds(words):
        if name == "project":
            records |= {"stage": "submission"}
        if name == "evidence":
            records["EVIDENCE-1"]["path"] = evidence
        file = "project.yaml" if name == "project" else f"{words.file()} {name}.yaml"
        (folder / file).write_text(json.dumps({name: records}, ensure_ascii=False), "utf-8")
        named += filler.fields
    (folder / "evidence").mkdir()
    (folder / evidence).write_text(f"# {words.text()}\n\n## 1 {words.text()}\n\n### {words.text()}\n\n" + words.prose(), "utf-8")
    templates = folder / "templates" / "documents"
    templates.mkdir(parents=True)
    for name in ("own", words.file()):
        (templates / f"{name}.md.j2").write_text(
            f"---\ntitle: {json.dumps(words.text())}\nbasis: {json.dumps(words.text())}\norder: 5\n---\n"
            "## {{ project.title }}\n\n{{ project.title }}\n\n{% for r in records('needs') %}\n- {{ r.title }}\n\n{{ r.text|prose }}\n{% endfor %}\n\n"
            "{% for r in records('evidence') %}\n- {{ r.id | link }}\n{% endfor %}\n\n::table requirements view=cards\n\n::table risk_controls view=tree\n", "utf-8",
        )  # fmt: skip
    return named
