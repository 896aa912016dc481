"""One fact of the example changes: the clauses that it had ruled out are open again, in every output."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from docx import Document
from lxml import html
from openpyxl import load_workbook
from projects import example

from mdr_blueprint import compile
from mdr_blueprint.clause_tree import ClauseState, clause_tree, hooks, leaves
from mdr_blueprint.facts import known
from mdr_blueprint.load import load_law
from mdr_blueprint.pipeline import Built, build

TODAY = date(2026, 11, 30)
LAW = load_law()
STANDARD = "iec-60601-1"
BRANCH = "9.7"
"""Parts under pressure."""


class State:
    """The example with a fact changed, built, and what each output says of the clauses of one standard."""

    def __init__(self, folder: Path, pressure: str) -> None:
        self.root = example(folder)
        path = self.root / "device/device.yaml"
        text = path.read_text("utf-8")
        assert text.count("    pressure: false\n") == 1
        path.write_text(text.replace("    pressure: false\n", f"    pressure: {pressure}\n"), "utf-8")
        self.built: Built = build(self.root, as_of=TODAY)
        self.out = self.root / "build"
        compilation = compile(self.root, as_of=TODAY)
        facts = known(compilation.dossier, LAW)
        self.tree: dict[str, ClauseState] = {state.key: state for state in clause_tree(compilation.dossier, LAW, facts, STANDARD)}

    @property
    def branch(self) -> list[str]:
        """The clauses of the branch that are judged one by one."""
        return [state.key for state in leaves(self.tree.values()) if state.key.startswith(f"{BRANCH}.")]

    def sheet(self) -> dict[str, str]:
        """Clause -> verdict in the workbook."""
        sheet = load_workbook(self.out / "workbooks/technical_file.xlsx", read_only=True)["Clauses IEC 60601-1"]
        rows = [row for row in sheet.iter_rows(min_row=3, values_only=True) if any(row)]
        clause, verdict = rows[0].index("Clause"), rows[0].index("Verdict")
        return {str(row[clause]): str(row[verdict]) for row in rows[1:]}

    def word(self) -> dict[str, str]:
        """Clause -> verdict in the Word document; a branch that says the same throughout is one row."""
        document = Document(str(self.out / "documents/72_electrical_safety_report.docx"))
        tables = [table for table in document.tables if [cell.text for cell in table.rows[0].cells][3:4] == ["Verdict"]]
        return {row.cells[0].text: row.cells[3].text for row in tables[0].rows[1:]}

    def site(self) -> dict[str, str]:
        page = html.parse(str(self.out / "site/documents/electrical_safety_report.html"))
        rows = ([cell.text_content() for cell in row.xpath("./td")] for row in page.xpath("//tr"))
        found: dict[str, str] = {}
        for row in rows:
            if len(row) > 4 and row[0].startswith(BRANCH) and row[3] in ("P", "F", "N/A", "N/E", "open"):
                found.setdefault(row[0], row[3])
        return found

    def hooks_in_workbook(self) -> dict[str, str]:
        """Clause that points into the risk file -> the row as text."""
        sheet = load_workbook(self.out / "workbooks/technical_file.xlsx", read_only=True)["Clauses to the risk file"]
        return {str(row[1]): " ".join(str(cell) for cell in row[2:] if cell) for row in sheet.iter_rows(min_row=4, values_only=True)}


@pytest.fixture(scope="module")
def before(tmp_path_factory) -> State:
    return State(tmp_path_factory.mktemp("before") / "device", "false")


@pytest.mark.verifies("REQ-FAC-03", "REQ-OUT-02")
def test_clauses_ruled_out_by_a_fact_are_not_applicable_with_the_fact_as_the_reason(before):
    assert len(before.branch) >= 8
    for key in before.branch:
        state = before.tree[key]
        assert (state.verdict, "pressure = false" in state.why) == ("N/A", True)
        assert before.sheet()[key] == "N/A"
    assert before.word()[BRANCH] == before.site()[BRANCH] == "N/A"


@pytest.mark.verifies("REQ-FAC-03", "REQ-OUT-02")
def test_they_are_open_again_when_the_fact_changes(before, tmp_path):
    after = State(tmp_path / "device", "true")
    assert after.branch == before.branch
    workbook, word, site = after.sheet(), after.word(), after.site()
    for key in after.branch:
        assert after.tree[key].verdict == workbook[key] == "open"
    assert word[BRANCH] == site[BRANCH] == workbook[BRANCH] == "open", "on paper a branch that nobody judged is one row"
    assert after.tree["9"].verdict == word["9"] == workbook["9"] == "open", "what stands above is open with them"
    pointing = [key for key in hooks(LAW.standard(STANDARD)) if key in after.branch]
    assert pointing
    for key in pointing:
        assert "pressure = false" in before.hooks_in_workbook()[key]
        assert "pressure = false" not in after.hooks_in_workbook()[key]
    unjudged = [f.message for f in after.built.report.findings if f.code == "VER527" and f.subject == STANDARD]
    assert unjudged
    assert unjudged != [f.message for f in before.built.report.findings if f.code == "VER527" and f.subject == STANDARD]
