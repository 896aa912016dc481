"""A test report cut down to what all programs that write one agree on, read without trust.

Programs agree on little more than the names of the elements. Only those pass, and what one program says in its own way is said
in the common one: a case that was not executed, one that passed only when it was repeated, a failure that was expected, a suite
that broke. No entities, no captured output, nothing deeper or longer than a report can be.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import TreeBuilder, tostring
from xml.parsers import expat

from mdr_blueprint.diagnostics import UsageError

MAX_DEPTH = 100
MAX_CASES = 200_000
SUITE = "(suite)"
"""Name of the case that stands for a suite which failed beside its cases."""
SUITES = ("testsuites", "testsuite")
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
ALSO = {"flakyFailure": "failure", "flakyError": "error", "rerunFailure": "failure", "rerunError": "error", "disabled": "skipped"}
"""Elements of Surefire (a case failed, was repeated and passed) and of CTest."""
EXPECTED_FAILURE = frozenset({"pytest.xfail", "XFAIL"})
"""`type` of a skipped case that was executed and failed, as its author had said: by pytest, and by unittest-xml-reporting."""
NOT_EXECUTED = frozenset({"notrun", "disabled", "suppressed", "skipped", "ignored", "pending", "untested"})
FAILED = frozenset({"fail", "failed", "failure", "error"})
"""What `status` or `result` of a case may say. GoogleTest writes a disabled test that way, and nothing inside it."""


def cut_down(path: Path, data: bytes) -> bytes:
    """The report as XML with the elements of `KEPT` and nothing else. Raises `UsageError` with the line."""
    return _Cutter(path).cut(data)


@dataclass
class _Open:
    """An element that is open and kept."""

    tag: str
    label: str = ""
    counts_failures: bool = False
    """The suite says in its attributes that cases failed."""
    shows_failures: bool = False


class _Cutter:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.builder = TreeBuilder()
        self.open: list[_Open] = []
        self.passed_over = 0
        """Depth below the outermost element that is not kept; 0 outside of one."""
        self.cases = 0
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

    def _refuse(self, what: str) -> UsageError:
        return UsageError(f"{self.path}:{self.parser.CurrentLineNumber}: {what}")

    def _refuse_doctype(self, *_: object) -> None:
        raise self._refuse("a document type (<!DOCTYPE>) is not read; no test report needs one")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self.open) + self.passed_over >= MAX_DEPTH:
            raise self._refuse(f"nested deeper than {MAX_DEPTH} elements")
        name = tag.rpartition(":")[2]
        name = ALSO.get(name, name)
        if name == "skipped" and attributes.get("type") in EXPECTED_FAILURE:
            name = "failure"
        is_suite_broken = name in ("failure", "error") and bool(self.open) and self.open[-1].tag in SUITES
        if is_suite_broken and not self.passed_over:
            self._add_failed_suite(self.open[-1])
        if self.passed_over or is_suite_broken or (name not in KEPT and self.open):
            self.passed_over += 1
            return
        self._keep(name, attributes)

    def _keep(self, name: str, attributes: dict[str, str]) -> None:
        self.builder.start(name, {key: attributes[key] for key in KEPT.get(name, ()) if key in attributes})
        counted = any(attributes.get(key, "").strip("0 ").isdigit() for key in ("failures", "errors"))
        self.open.append(_Open(name, attributes.get("name", ""), name == "testsuite" and counted))
        if name in ("failure", "error"):
            for outer in self.open:
                outer.shows_failures = True
        elif name == "testcase":
            self.cases += 1
            if self.cases > MAX_CASES:
                raise self._refuse(f"more than {MAX_CASES:,} test cases")
            self._say_status(attributes)

    def _say_status(self, attributes: dict[str, str]) -> None:
        """What the attributes of a case say, as an element inside it."""
        for key in ("status", "result"):
            word = "".join(filter(str.isalpha, attributes.get(key, "").casefold()))
            name = "failure" if word in FAILED else "skipped" if word in NOT_EXECUTED else None
            if name:
                self._start(name, {})
                self._end(name)

    def _add_failed_suite(self, suite: _Open) -> None:
        self._start("testcase", {"classname": suite.label, "name": SUITE})
        self._start("error", {})
        self._end("error")
        self._end("testcase")

    def _end(self, _: str) -> None:
        if self.passed_over:
            self.passed_over -= 1
            return
        element = self.open[-1]
        if element.counts_failures and not element.shows_failures:
            self._add_failed_suite(element)
        self.open.pop()
        self.builder.end(element.tag)
