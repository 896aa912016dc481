"""The tool traces itself: its requirements and the tests that verify them are records, compiled by the tool."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import TODAY

from mdr_blueprint import Compilation, compile, model
from mdr_blueprint.model import Need, Requirement
from mdr_blueprint.source import read_text

HERE = Path(__file__).parent
REQUIREMENTS = HERE / "requirements.yaml"


def markers() -> Iterator[tuple[str, str]]:
    """Id of a test and of a requirement it names, read from the text of the test files: nothing is run."""
    for path in sorted(HERE.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for mark in node.decorator_list:
                    if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.verifies":
                        yield from ((f"TC-{path.stem[5:]}-{node.name[5:]}", ast.literal_eval(named)) for named in mark.args)


MARKERS = tuple(markers())


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Compilation:
    """A project of the requirements, one test record per marked test, and `verified_by` as the markers say."""
    root = tmp_path_factory.mktemp("trace")
    (root / "project.yaml").write_text("project: {title: Validation of mdr-blueprint, stage: submission}\n")
    verified: dict[str, list[str]] = {}
    for test, requirement in MARKERS:
        verified.setdefault(requirement, []).append(test)
    lines = []
    for line in REQUIREMENTS.read_text("utf-8").splitlines():
        tests = verified.get(line.split(":")[0].strip())
        lines.append(
            f"{line.removesuffix('}')}, verified_by: [{', '.join(tests)}]}}" if tests and line.startswith("  REQ-") else line
        )
    (root / "requirements.yaml").write_text("\n".join(lines) + "\n")
    tests = "".join(f"  {test}: {{title: {test.split('-', 2)[2].replace('_', ' ')}}}\n" for test in dict(MARKERS))
    (root / "tests.yaml").write_text(f"tests:\n{tests}")
    return compile(root, as_of=TODAY)


def test_the_requirements_are_records_without_a_fault(traced: Compilation) -> None:
    assert not [str(finding.place) + " " + finding.message for finding in traced.report.findings if finding.code.startswith("ID")]
    assert read_text("requirements.yaml", REQUIREMENTS.read_bytes()).faults == ()


def test_every_requirement_is_verified_by_a_test(traced: Compilation) -> None:
    open_ = [entry.id for entry in traced.dossier.of(Requirement) if not traced.graph.out(entry.id, "verified_by")]
    assert open_ == [], "no test verifies these requirements"


def test_every_marker_names_a_requirement(traced: Compilation) -> None:
    known = {entry.id for entry in traced.dossier.of(Requirement)}
    assert [(test, named) for test, named in MARKERS if named not in known] == []


def test_every_requirement_serves_a_need_and_every_need_is_served(traced: Compilation) -> None:
    assert all(entry.record.satisfies and entry.record.text for entry in traced.dossier.of(Requirement))
    assert all(traced.graph.into(entry.id, "satisfies") for entry in traced.dossier.of(Need))


def test_every_test_is_linked_to_what_it_verifies(traced: Compilation) -> None:
    assert {entry.id for entry in traced.dossier.of(model.Test)} == {test for test, _ in MARKERS}
    assert all(traced.graph.into(entry.id, "verified_by") for entry in traced.dossier.of(model.Test))


def test_the_compiler_itself_finds_the_gap(traced: Compilation, tmp_path: Path) -> None:
    """The same project with one link cut: the rules say which requirement is open."""
    for path in traced.root.glob("*.yaml"):
        lines = path.read_text("utf-8").splitlines()
        cut = [line.split(", verified_by:")[0] + "}" if line.startswith("  REQ-SRC-08:") else line for line in lines]
        (tmp_path / path.name).write_text("\n".join(cut) + "\n")
    before = {finding.code for finding in traced.report.about("REQ-SRC-08")}
    after = {finding.code for finding in compile(tmp_path, as_of=TODAY).report.about("REQ-SRC-08")}
    assert after - before, "no rule tells that the requirement is not verified"
