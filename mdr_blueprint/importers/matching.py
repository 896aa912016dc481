"""Which tests of the project a test case stands for.

Said on purpose counts first: a name in `automated` of the test, and the property `mdr.test` of the case. Only a case that
neither speaks of is matched by an id in its name: `test_TC_201_exports` stands for TC-201.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from mdr_blueprint.diagnostics import cut, did_you_mean
from mdr_blueprint.importers.junit import PROPERTY, Case

WORD = re.compile(r"[^\W_]+")

_Name = tuple[str, str]
"""Id of a test, and one name in its `automated`."""


class Matcher:
    """Finds the tests of cases. `automated` holds, by id of a test, the names of cases that stand for it."""

    def __init__(self, automated: Mapping[str, Iterable[str]]) -> None:
        self.ids = tuple(automated)
        self.by_fold = {id_.casefold(): id_ for id_ in automated}
        self.plain: dict[str, list[_Name]] = {}
        self.patterns: list[tuple[re.Pattern[str], _Name]] = []
        for id_, names in automated.items():
            for written in names:
                name = (id_, written)
                flat = _flat(f"{written}::*" if written.endswith(".py") else written)  # a file is all that stands in it
                if "*" in flat:
                    self.patterns.append((_pattern(flat), name))
                else:
                    self.plain.setdefault(flat, []).append(name)
        self.used: set[_Name] = set()
        self.words: dict[str, list[str]] = {}
        for id_ in automated:
            self.words.setdefault(_word(id_), []).append(id_)
        self.longest = max((len(WORD.findall(word)) for word in self.words), default=0)
        self.heads = {WORD.findall(word)[0] for word in self.words}

    def tests(self, case: Case) -> tuple[str, ...]:
        """Ids of the tests that a case stands for; none where it stands for no test of the project."""
        named = [self.by_fold[id_.casefold()] for id_ in case.tests if id_.casefold() in self.by_fold]
        automated = tuple(self._automated(case))
        self.used.update(automated)
        found = dict.fromkeys((*(id_ for id_, _ in automated), *named))
        if not found and not case.tests:
            found = dict.fromkeys(id_ for text in (case.name, case.classname) for id_ in self._in_words(text))
        return tuple(found)

    def unused(self) -> tuple[_Name, ...]:
        """Names in `automated` that no case had so far, each with its test."""
        names = dict.fromkeys((*(name for names in self.plain.values() for name in names), *(name for _, name in self.patterns)))
        return tuple(name for name in names if name not in self.used)

    def doubt(self, case: Case) -> str:
        """Why a case matches nothing, where it seems to mean a test: `names TC-2O1, which is no test; did you mean TC-201?`."""
        for id_ in case.tests:
            if id_.casefold() not in self.by_fold:
                return f"its {PROPERTY} names {cut(id_)}, which is no test{did_you_mean(id_, self.ids)}"
        for text in (case.name, case.classname):
            for head, second in pairwise(WORD.findall(_word(text))):
                if head in self.heads and any(sign.isdigit() for sign in second):
                    id_ = f"{head}-{second}".upper()
                    return f"names {cut(id_)}, which is no test{did_you_mean(id_, self.ids)}"
        return ""

    def _automated(self, case: Case) -> Iterator[_Name]:
        if not self.plain and not self.patterns:
            return
        name = _without_parameters(case.name)
        whole = f"{case.classname}::{case.name}", f"{case.classname}::{name}"
        texts = dict.fromkeys(map(_flat, (*whole, case.name, name, case.classname)))
        for text in texts:
            yield from self.plain.get(text, ())
        for pattern, written in self.patterns:
            if any(pattern.fullmatch(text) for text in texts):
                yield written

    def _in_words(self, text: str) -> Iterator[str]:
        """Ids in a text, from left to right; of two that begin at the same word the longer one counts."""
        folded = _word(text)
        words = list(WORD.finditer(folded))
        at = 0
        while at < len(words):
            for last in range(min(at + self.longest, len(words)) - 1, at - 1, -1):
                found = self.words.get(folded[words[at].start() : words[last].end()])
                if found and not re.match(r"\.\d", folded[words[last].end() :]):
                    yield from found
                    at = last
                    break
            at += 1


def _without_parameters(name: str) -> str:
    """A name without what pytest adds to it for each set of parameters: `test_a` of `test_a[1-x]`."""
    return name.partition("[")[0] if name.endswith("]") else name


def _flat(name: str) -> str:
    """One spelling for `tests/test_a.py::TestB::test_c`, its like with backslashes, and `tests.test_a.TestB::test_c`."""
    return name.replace("\\", "/").replace(".py::", "::").replace("::", ".").replace("/", ".").strip(".")


def _pattern(name: str) -> re.Pattern[str]:
    """What is written between two `*` is taken where it first stands (`?>`), so that no name costs more than its length."""
    first, *middle, last = map(re.escape, name.split("*"))
    return re.compile("".join((first, *(f"(?>.*?{part})" for part in middle), ".*", last)), re.DOTALL)


def _word(text: str) -> str:
    return text.casefold().replace("_", "-")
