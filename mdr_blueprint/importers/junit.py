"""A JUnit report as a list of test cases. The one home of junitparser."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from mdr_blueprint.diagnostics import UsageError, cut
from mdr_blueprint.importers.report_xml import cut_down

MAX_BYTES = 64 * 1024 * 1024
PROPERTY = "mdr.test"
"""Name of the property by which a case says which test it stands for."""
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""Control characters, and those that make a line read otherwise than it is."""

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

    @property
    def shown(self) -> str:
        """Its name in a message."""
        return cut(self.full_name)


def read_report(path: Path) -> tuple[Case, ...]:
    """The cases of a report, in its order. Raises `UsageError` where it cannot be read or holds none."""
    from junitparser import Attr, JUnitXml, JUnitXmlError

    class Report(JUnitXml):
        timestamp = Attr()

    slim = cut_down(path, _bytes(path))
    try:
        report = cast("Report", Report.fromstring(slim))
    except JUnitXmlError as error:
        raise UsageError(f"{path} is no JUnit report: its root is not <testsuites> or <testsuite>") from error
    except SyntaxError as error:  # what both parsers of XML raise, such as for a name of ten million characters
        raise UsageError(f"{path} cannot be read: {error.msg}") from error
    cases = tuple(_cases(report, "", _clean(report.timestamp) or None))
    if not cases:
        raise UsageError(f"{path} holds no test cases")
    return cases


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:  # a pipe, which knows no size, is as good as a file
            size = os.fstat(stream.fileno()).st_size
            data = stream.read(MAX_BYTES + 1) if size <= MAX_BYTES else b""
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    if max(size, len(data)) > MAX_BYTES:
        raise UsageError(f"{path} is larger than the {MAX_BYTES:,} bytes that are read")
    return data


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
    return UNPRINTABLE.sub(lambda found: f"\\x{ord(found[0]):02x}" if ord(found[0]) < 256 else f"\\u{ord(found[0]):04x}", line)
