"""Outputs of a small project, held against files a person reviews: `pytest --update-golden` rewrites them, git shows what changed.

The site is compared as its plain Markdown, documents and workbook as text.
"""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from docx import Document
from docx.table import Table
from docx.text.paragraph import Paragraph
from openpyxl import load_workbook

from mdr_blueprint import build

HERE = Path(__file__).parent / "golden"
AS_OF = "2026-11-30"
LONG = ("40", "80")
"""Documents that list all of Annex I; their tables are held as sheets of the workbook."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("golden") / "project"
    shutil.copytree(HERE / "project", folder)
    return folder


@pytest.fixture(scope="module")
def output(project: Path) -> Path:
    return build(project).output


def hold(request: pytest.FixtureRequest, name: str, texts: dict[str, str]) -> None:
    """Compare texts with the files below `expected/NAME`, each with each, or rewrite them."""
    folder = HERE / "expected" / name
    if request.config.getoption("--update-golden"):
        shutil.rmtree(folder, ignore_errors=True)
        for path, text in texts.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8", newline="\n")
    known = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()}
    assert sorted(texts) == sorted(known)
    for path, text in texts.items():
        assert text == known[path], f"{name}/{path} is not as expected; `pytest --update-golden` rewrites it"


@pytest.mark.verifies("REQ-OUT-02")
def test_pages(request: pytest.FixtureRequest, output: Path) -> None:
    docs = output / "site_source" / "docs"
    pages = {path.relative_to(docs).as_posix(): path.read_text("utf-8") for path in docs.rglob("*.md")}
    chosen = ("index.md", "documents/device_description", "documents/risk_management_report", "records/basics", "records/risks",
              "records/hazards", "records/situations", "records/gspr", "records/tests", "evidence/")
    hold(request, "pages", {path: text for path, text in pages.items() if path.startswith(chosen)})


@pytest.mark.verifies("REQ-OUT-02")
def test_documents(request: pytest.FixtureRequest, output: Path) -> None:
    chosen = [path for path in sorted((output / "documents").glob("*.docx")) if path.stem[:2] not in LONG]
    hold(request, "documents", {f"{path.stem}.txt": document_text(path) for path in chosen})


def document_text(path: Path) -> str:
    """Paragraphs with their style, tables as rows."""
    lines = []
    for block in Document(str(path)).iter_inner_content():
        if isinstance(block, Paragraph):
            lines.append(f"[{block.style.name}] {block.text}" if block.style is not None else block.text)
        elif isinstance(block, Table):
            for row in block._tbl.tr_lst:
                cells = [" / ".join("".join(t.text or "" for t in p.iter("{*}t")) for p in cell.iter("{*}p")) for cell in row.tc_lst]
                lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


@pytest.mark.verifies("REQ-OUT-02")
def test_workbook(request: pytest.FixtureRequest, output: Path) -> None:
    book = load_workbook(output / "workbooks" / "technical_file.xlsx")
    sheets = {}
    for number, sheet in enumerate(book.worksheets, 1):
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([["" if v is None else v for v in row] for row in sheet.iter_rows(values_only=True)])
        sheets[f"{number:02}_{sheet.title.replace(' ', '_')}.csv"] = text.getvalue()
    hold(request, "workbook", sheets)


@pytest.mark.verifies("REQ-OUT-02")
def test_data(request: pytest.FixtureRequest, output: Path) -> None:
    hold(request, "data", {"dossier.json": (output / "data" / "dossier.json").read_text("utf-8").replace(",{", ",\n{")})


@pytest.mark.parametrize("form", ["text", "json", "github", "gitlab"])
@pytest.mark.verifies("REQ-OUT-02")
def test_check(request: pytest.FixtureRequest, tmp_path: Path, form: str) -> None:
    project = tmp_path / "project"
    shutil.copytree(HERE / "project", project)
    (project / "gspr.yaml").unlink()  # else two hundred rows that nobody answered
    command = [sys.executable, "-m", "mdr_blueprint", "check", "--as-of", AS_OF, "--format", form]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    hold(request, f"check-{form}", {"findings.txt": done.stdout})
