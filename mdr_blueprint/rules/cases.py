"""The cases of each rule: small whole projects, bad and good. `mdr explain`, the handbook and the tests read the same ones.

One file `CODE.yaml` per rule. A line where a finding is due carries `# error: CODE`; where no comment can stand,
`expect` of the case names file and line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from mdr_blueprint import library
from mdr_blueprint.diagnostics import Place
from mdr_blueprint.source import read_text

TODAY = date(2026, 6, 30)
"""The day by which a case is judged unless it names another."""


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A file of a case: plain text, or what a text cannot be."""

    text: str = ""
    data: bytes | None = None
    """The bytes of a file that is no UTF-8 text."""
    link: str | None = None
    """Where a symbolic link leads."""
    saved: str | None = None
    """What somebody saves over the text while the build runs."""

    @property
    def shown(self) -> str:
        """What a reader sees of it."""
        if self.saved is not None:
            return f"{self.text}(and while the build runs, it is saved as)\n{self.saved}"
        return f"(link to {self.link})" if self.link is not None else self.text


@dataclass(frozen=True, slots=True)
class Case:
    """One small project; `project.yaml` is added where it has none. For a rule on the data of the library, a small library."""

    title: str
    files: dict[str, CaseFile]
    today: date = TODAY
    expect: tuple[Place, ...] = ()
    """Places of findings that no comment marks."""
    of_library: bool = False
    """The files are a small library and no project."""


@dataclass(frozen=True, slots=True)
class Cases:
    """The cases of one rule; the first bad and the first good one are those that people are shown."""

    bad: tuple[Case, ...]
    good: tuple[Case, ...]


@cache
def case(code: str) -> Cases | None:
    """The cases of a rule, or None where it has no file of cases."""
    path = library.folder("cases") / f"{code}.yaml"
    if not path.is_file():
        return None
    source = read_text(path.name, path.read_bytes())
    if source.faults:
        raise ValueError(f"case {source.faults[0].place}: {source.faults[0].message}")
    return Cases(tuple(map(_case, source.root["bad"])), tuple(map(_case, source.root["good"])))


def _case(raw: Any) -> Case:
    of_library = "library" in raw
    files = {path: _file(value) for path, value in raw["library" if of_library else "files"].items()}
    places = tuple(Place(place["path"], int(place.get("line", "1"))) for place in raw.get("expect", ()))
    return Case(raw["title"], files, date.fromisoformat(raw["as_of"]) if "as_of" in raw else TODAY, places, of_library)


def _file(value: Any) -> CaseFile:
    if isinstance(value, str):
        return CaseFile(value)
    if "long" in value:
        return CaseFile(value["long"], value["long"].replace("LONG", "very long " * 4_000).encode())
    if "hex" in value:
        data = bytes.fromhex(value["hex"])
        return CaseFile(data.decode("utf-8", errors="replace"), data)
    if "latin1" in value:
        return CaseFile(value["latin1"], value["latin1"].encode("latin-1"))
    if "saved" in value:
        return CaseFile(value["text"], saved=value["saved"])
    return CaseFile(link=value["link"])
