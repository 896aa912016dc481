"""A JUnit report as a list of test cases, read without trust. The one home of junitparser.

Programs agree on little more than the names of the elements. A report is cut down to those before junitparser sees it:
no entities, no captured output, nothing deeper than a report can be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.etree.ElementTree import TreeBuilder, tostring
from xml.parsers import expat

from mdr_blueprint.diagnostics import UsageError

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 100
PROPERTY = "mdr.test"
"""Name of the property by which a case says which test it stands for."""
KEPT = {
    "testsuites": ("name", "timestamp"),
    "testsuite": ("name", "timestamp"),
    "testcase": ("name", "classname"),
    "failure": (),
    "error": (),
    "skipped": (),
    "properties": (),
    "property": ("name", "value"),
}
"""Elements that are read, with their attributes. What stands inside any other element is passed over."""
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

Outcome = Literal["passed", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Case:
    """A test case as the report has it."""

    name: str
    classname: str
    outcome: Outcome
    """A case with an error counts as failed."""
    suite: str
    time: str | None
    """Time stamp of the nearest suite around it that has one."""
    tests: tuple[str, ...] = ()
    """Ids that its property `mdr.test` names."""

    @property
    def full_name(self) -> str:
        return f"{self.classname}::{self.name}" if self.classname else self.name


def read_report(path: Path) -> tuple[Case, ...]:
    """The cases of a report, in its order. Raises `UsageError` where it cannot be read or holds none."""
    from junitparser import JUnitXml, JUnitXmlError

    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise UsageError(f"{path} is larger than the {MAX_BYTES:,} bytes that are read")
    slim = _Slim(path).cut(data)
    try:
        report = JUnitXml.fromstring(slim)
    except JUnitXmlError as error:
        raise UsageError(f"{path} is no JUnit report: its root is not <testsuites> or <testsuite>") from error
    except SyntaxError as error:  # what both parsers of XML raise, such as for a name of ten million characters
        raise UsageError(f"{path} cannot be read: {error.msg}") from error
    cases = tuple(_cases(report, "", None))
    if not cases:
        raise UsageError(f"{path} holds no test cases")
    return cases


class _Slim:
    """Cuts a report down to the elements of `KEPT`, and refuses what no report needs."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.builder = TreeBuilder()
        self.depth = 0
        self.passed_over = 0
        """Depth below the outermost element that is not kept; 0 outside of one."""
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def cut(self, data: bytes) -> bytes:
        try:
            self.parser.Parse(data, True)
        except expat.ExpatError as error:
            raise UsageError(f"{self.path}:{error.lineno}: not valid XML: {expat.ErrorString(error.code)}") from error
        except (LookupError, ValueError) as error:  # an encoding that nobody knows, or of more bytes than one per sign
            raise UsageError(f"{self.path}:1: its encoding is not read: {error}") from error
        return tostring(self.builder.close())

    def _refuse_doctype(self, *_: object) -> None:
        raise UsageError(f"{self.path}:{self.parser.CurrentLineNumber}: a document type (<!DOCTYPE>) is not read; no test report "
                         "needs one")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise UsageError(f"{self.path}:{self.parser.CurrentLineNumber}: nested deeper than {MAX_DEPTH} elements")
        name = tag.rpartition(":")[2]
        if self.passed_over or (name not in KEPT and self.depth > 1):
            self.passed_over += 1
            return
        self.builder.start(name, {key: attributes[key] for key in KEPT.get(name, ()) if key in attributes})

    def _end(self, tag: str) -> None:
        self.depth -= 1
        if self.passed_over:
            self.passed_over -= 1
        else:
            self.builder.end(tag.rpartition(":")[2])


def _cases(element: object, suite: str, time: str | None) -> Iterator[Case]:
    """The cases of a suite and of those inside it, each with the suite it stands in."""
    from junitparser import Element, Property, TestCase, TestSuite
    from junitparser.junitparser import Properties

    assert isinstance(element, Element)
    for case in element.iterchildren(TestCase):
        properties: list[Property] = [item for found in case.iterchildren(Properties) for item in found]
        named = " ".join(item.value or "" for item in properties if item.name == PROPERTY)
        failed = case.is_failure or case.is_error
        outcome: Outcome = "failed" if failed else "skipped" if case.is_skipped else "passed"
        tests = tuple(dict.fromkeys(re.split(r"[\s,;]+", named.strip()))) if named.strip() else ()
        yield Case(_clean(case.name) or "(no name)", _clean(case.classname), outcome, suite, time, tests)
    for inner in element.iterchildren(TestSuite):
        yield from _cases(inner, _clean(inner.name) or suite, _clean(inner.timestamp) or time)


def _clean(text: str | None) -> str:
    """One line of printable signs; others as an escape that can be read."""
    line = " ".join((text or "").split())
    return UNPRINTABLE.sub(lambda found: f"\\x{ord(found.group()):02x}", line)
