"""The project template `stethoscope`: a whole small file of another kind of device, with risk scales of its own."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import docx
import pytest
from openpyxl import load_workbook
from projects import ROOT, mdr, small

from mdr_blueprint import classify, library
from mdr_blueprint.cli.new import template_files
from mdr_blueprint.model import KINDS, Control, Device, Harm, Hazard, Question, Risk, RiskPolicy
from mdr_blueprint.pipeline import Built, Compilation, build, compile
from mdr_blueprint.revision import Revision
from mdr_blueprint.tables import Inputs, Tables
from mdr_blueprint.tables.shapes import MatrixField, words

TEMPLATE = ROOT / "templates" / "project" / "stethoscope"
FINDINGS: list[str] = []
"""Codes of the findings that its README explains: none are left."""
OF_ANOTHER_DEVICE = re.compile(r"magnet|\bMRI\b|scanner|gradient|radio.?frequency|\bcoils?\b", re.IGNORECASE)
INVENTED = (
    "device", "operators", "variants", "components", "figures", "risk_plan", "risk_policy", "risk_analysis", "risks", "harms", "controls",
    "failure_modes", "benefit_risks", "overall_residual_risk", "risk_review", "observations", "requirements", "tests", "runs",
    "instruments", "evidence", "claims", "statements", "documents",
)  # fmt: skip
"""Kinds whose records hold figures, persons, results or the device itself."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small(tmp_path_factory.mktemp("new") / "stethoscope", "stethoscope")


@pytest.fixture(scope="module")
def built(project: Path) -> Built:
    return build(project)


@pytest.fixture(scope="module")
def compiled(project: Path) -> Compilation:
    return compile(project)


@pytest.fixture(scope="module")
def tables(compiled: Compilation) -> Tables:
    made = compiled
    return Tables(Inputs(made.sources, made.dossier, made.graph, made.law, made.report, Revision("test")))


def plain(path: Path) -> str:
    """The text of a page or a Markdown file, without tags and as one line."""
    return " ".join(re.sub(r"<[^>]*>", " ", path.read_text("utf-8")).split())


@pytest.mark.verifies("REQ-CLI-02")
def test_the_command_offers_every_template(tmp_path: Path) -> None:
    shown = mdr("new", "--help", cwd=tmp_path, COLUMNS="200").stdout
    for folder in (library.folder("templates") / "project").iterdir():
        assert re.search(rf"^ +{folder.name} +\w", shown, re.MULTILINE), f"`mdr new --help` describes {folder.name}"


@pytest.mark.verifies("REQ-CLI-02")
def test_new_from_the_template(tmp_path: Path) -> None:
    done = mdr("new", "mine", "--template", "stethoscope", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "A project at stage review is in mine" in done.stdout
    written = {path.name.replace(".gitignore", "gitignore.txt") for path in (tmp_path / "mine").iterdir()}
    assert written == {path.name for path in TEMPLATE.iterdir()}


@pytest.mark.parametrize("stage", ["review", "submission"])
@pytest.mark.parametrize("day", [date(2026, 4, 1), date(2036, 4, 1)], ids=str)
def test_findings(tmp_path: Path, stage: str, day: date) -> None:
    """Neither a stricter stage nor time brings findings: a template stays what it is."""
    folder = small(tmp_path / "project", "stethoscope")
    root = folder / "project.yaml"
    root.write_text(root.read_text("utf-8").replace("stage: review", f"stage: {stage}"), "utf-8")
    findings = compile(folder, as_of=day).report.findings
    assert [f"{finding.code} {finding.place}" for finding in findings] == FINDINGS


def test_class(compiled: Compilation) -> None:
    device = compiled.dossier.single(Device)
    assert device is not None
    facts = {name: {"value": fact.value, "argument": fact.argument} for name, fact in device.facts.items()}
    answer = classify(facts)
    assert (answer.device_class, answer.deciding_rules, answer.suffixes, answer.assumed) == ("I", (1,), (), ())


def test_another_fact_is_another_device(tmp_path: Path) -> None:
    """Electronics in it, and the file says what no longer fits: the class, the library, Annex I, standards."""
    folder = small(tmp_path / "project", "stethoscope")
    device = folder / "device.yaml"
    text = device.read_text("utf-8")
    assert text.count("    active: false\n") == 1
    device.write_text(text.replace("    active: false\n", "    active: true\n"), "utf-8")
    findings = compile(folder).report.findings
    (left_out,) = (finding.message for finding in findings if finding.code == "RISK460")
    assert "`S13`" in left_out
    assert {"GSPR", "VER"} <= {finding.code.rstrip("0123456789") for finding in findings}


def test_every_hazard_of_its_library_is_answered(compiled: Compilation) -> None:
    named = {name for entry in compiled.dossier.of(Hazard) for name in entry.record.library}
    hazards = compiled.law.hazard_libraries["stethoscope"].hazards
    assert named == {name for name, hazard in hazards.items() if hazard.when is None}


def test_every_question_is_answered(compiled: Compilation) -> None:
    answers = {entry.id: entry.record for entry in compiled.dossier.of(Question)}
    assert list(answers) == list(compiled.law.questions.questions)
    assert all(answer.rationale for answer in answers.values())


def test_scales_are_data(compiled: Compilation, tables: Tables) -> None:
    policy = compiled.dossier.single(RiskPolicy)
    assert policy is not None
    assert (policy.severity, policy.p2) == (("slight", "moderate", "severe"), None)
    for name in ("matrix_before", "matrix_after"):
        shown = tables.get(name)
        assert [words(row.cells[0]).split("\n")[0] for row in shown.rows] == ["severe", "moderate", "slight"]
        assert [column.title for column in shown.columns] == [
            "Severity of the harm ↓ and its probability →", "rare", "occasional", "frequent", "not estimable"
        ]  # fmt: skip
        fields = [cell for row in shown.rows for cell in row.cells if isinstance(cell, MatrixField)]
        assert sum(len(field.items) for field in fields) == sum(1 for _ in compiled.dossier.of(Risk))


def test_one_risk_is_weighed(tables: Tables) -> None:
    (row,) = tables.get("not_acceptable").rows
    assert "R-AGED" in words(row.cells[0])


def test_controls_of_all_kinds_with_two_proofs(compiled: Compilation) -> None:
    controls = [entry.record for entry in compiled.dossier.of(Control)]
    assert {control.kind for control in controls} == {"inherent", "protective", "information_for_safety"}
    for control in controls:
        assert control.verified_implementation
        assert control.verified_effectiveness
        assert not set(control.verified_implementation) & set(control.verified_effectiveness)


def test_a_physician_judged_each_severity(compiled: Compilation) -> None:
    assert all(entry.record.author and entry.record.author.role == "Physician" for entry in compiled.dossier.of(Harm))


@pytest.mark.parametrize("kind", INVENTED)
def test_what_is_invented_says_so(compiled: Compilation, kind: str) -> None:
    entries = list(compiled.dossier.of(KINDS[kind]))
    assert entries
    for entry in entries:
        parts = [getattr(entry.record, name) for name in type(entry.record).model_fields]
        marked = entry.record.illustrative or any(getattr(part, "illustrative", None) for part in parts)
        assert marked, entry.id


def test_reports_say_that_they_are_invented() -> None:
    for path in (TEMPLATE / "evidence").iterdir():
        assert "*Invented for this example: no such stethoscope was made or tested.*" in path.read_text("utf-8"), path.name


def test_everything_is_built(built: Built, tables: Tables) -> None:
    folder = built.output
    documents = [path.name.removesuffix(".md.j2") for path in library.files("templates", "documents")]
    written = sorted(path.stem.partition("_")[2] for path in (folder / "documents").glob("*.docx"))
    assert written == sorted(documents)
    for path in (folder / "documents").glob("*.docx"):
        assert docx.Document(str(path)).paragraphs
    book = load_workbook(folder / "workbooks" / "technical_file.xlsx", read_only=True)
    assert len(book.sheetnames) == 1 + len(list(tables.sheets())), "a sheet of contents, and one per table"
    assert (folder / "site" / "index.html").is_file()
    assert (folder / "data" / "dossier.json").is_file()


def test_approvals_of_every_document(compiled: Compilation) -> None:
    named = {entry.id.removeprefix("document:") for entry in compiled.dossier.of(KINDS["documents"])}
    assert named == {path.name.removesuffix(".md.j2") for path in library.files("templates", "documents")}


def test_no_word_of_another_kind_of_device(built: Built) -> None:
    """What the outputs say of magnets and scanners are words of law and questions, and of no record."""
    for name, content in template_files("stethoscope").items():
        written = content.decode().replace("goes_into_mr_room", "")
        assert not OF_ANOTHER_DEVICE.search(written), name
    asked = " ".join(
        " ".join(path.read_text("utf-8").split()) for path in [*library.files("gspr"), ROOT / "risk" / "questions.yaml"]
    )
    pages = sorted((built.output / "site_source").rglob("*.md"))
    assert pages
    for page in pages:
        text = plain(page)
        for found in OF_ANOTHER_DEVICE.finditer(text):
            before = re.search(r"\S* ?\S*\Z", text[: found.end()])
            after = re.match(r"\S* ?[\w-]*", text[found.start() :])
            assert before is not None
            assert after is not None
            assert before[0] in asked or after[0] in asked, f"{page.name}: {before[0]} | {after[0]}"
