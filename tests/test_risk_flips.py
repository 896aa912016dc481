"""One band, one cell of the matrix, one estimate or one fact of the example changes: every output follows, and each the same."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from lxml import html
from openpyxl import load_workbook
from projects import example

from mdr_blueprint.diagnostics import Finding
from mdr_blueprint.pipeline import Built, build

TODAY = date(2026, 11, 30)
POLICY, RF, STATIC = "risk/policy.yaml", "risk/rf.yaml", "risk/static_field.yaml"
BAND = (POLICY, "remote: 1e-5,", "remote: 7e-6,")
CELL = (POLICY, "    critical:\n      improbable: acceptable\n      remote: acceptable\n",
        "    critical:\n      improbable: acceptable\n      remote: not_acceptable\n")  # fmt: skip
ESTIMATE = (RF, "residual: {harm: HARM-BURN-1, p1: occasional, p2: possible,", "residual: {harm: HARM-BURN-1, p1: frequent, p2: likely,")
FACT = ("device/device.yaml", "    networked: true", "    networked: false")
Field = tuple[str, str]


class State:
    """The example with one text changed, built, and what each output says."""

    def __init__(self, folder: Path, *changes: tuple[str, str, str]) -> None:
        self.root = example(folder)
        for file, before, after in changes:
            path = self.root / file
            text = path.read_text("utf-8")
            assert text.count(before) == 1, f"`{before.strip()}` stands once in {file}"
            path.write_text(text.replace(before, after), "utf-8")
        self.built: Built = build(self.root, as_of=TODAY)
        self.out = self.root / "build"
        self.levels = json.loads((self.out / "data/dossier.json").read_text("utf-8"))["levels"]
        self.workbook = load_workbook(self.out / "workbooks/technical_file.xlsx", read_only=True)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.built.report.findings

    def level(self, risk: str, when: str = "after") -> tuple[str, str | None, str]:
        found = self.levels[risk][when]
        return found["severity"], found["probability"], found["verdict"]

    def fields(self, when: str) -> dict[Field, list[str]]:
        """Severity and band -> the risks, by the computed levels."""
        found: dict[Field, list[str]] = {}
        for risk, levels in self.levels.items():
            level = levels[when]
            found.setdefault((level["severity"], level["probability"] or "not estimable"), []).append(risk)
        return found

    def site_fields(self, when: str) -> dict[Field, list[str]]:
        """The matrix of the site's risk analysis."""
        page = html.parse(str(self.out / "site/documents/risk_analysis.html"))
        (picture,) = page.xpath(f"//h3[@id='{when}-control']/following::table[contains(@class, 'mdr-matrix')][1]")
        bands = [cell.text_content() for cell in picture.xpath(".//thead//th")][1:]
        return {
            (row.xpath("./th")[0].text_content(), band): [link.text_content() for link in cell.xpath(".//li/a")]
            for row in picture.xpath(".//tbody/tr")
            for band, cell in zip(bands, row.xpath("./td"), strict=True)
            if cell.xpath(".//li/a")
        }

    def sheet(self, name: str) -> list[dict[str, object]]:
        """The rows of a sheet by the titles of its columns."""
        rows = [row for row in self.workbook[name].iter_rows(min_row=3, values_only=True) if any(row)]
        return [dict(zip(map(str, rows[0]), row, strict=False)) for row in rows[1:]]

    def sheet_counts(self, when: str) -> dict[Field, object]:
        return {
            (str(row["Severity of the harm ↓ and its probability →"]), band): number
            for row in self.sheet(f"Risk matrix {when} control")
            for band, number in row.items()
            if isinstance(number, int) and number
        }

    def word_counts(self, when: str) -> dict[Field, int]:
        """The picture in Word: in each field the count stands first."""
        document = Document(str(self.out / "documents/53_risk_analysis.docx"))
        pictures = [table for table in document.tables if table.rows[0].cells[0].text == "Severity of the harm ↓ and its probability →"]
        picture = pictures[("before", "after").index(when)]
        bands = [cell.text for cell in picture.rows[0].cells][1:]
        return {
            (row.cells[0].text, band): int(cell.text.split()[0])
            for row in picture.rows[1:]
            for band, cell in zip(bands, row.cells[1:], strict=True)
            if cell.text.split()[0].isdigit() and cell.text.split()[0] != "0"
        }


def words(fields: dict[Field, list[str]]) -> dict[Field, list[str]]:
    return {(severity, band.replace("_", " ")): sorted(risks) for (severity, band), risks in fields.items()}


def check_every_output(state: State) -> None:
    """Site, Word, workbook and data say the same of every risk."""
    for when in ("before", "after"):
        fields = words(state.fields(when))
        counts = {field: len(risks) for field, risks in fields.items()}
        assert {field: sorted(risks) for field, risks in state.site_fields(when).items()} == fields
        assert state.sheet_counts(when) == counts
        assert state.word_counts(when) == counts
    by_risk = {str(row["Risk"]).split()[0]: row for row in state.sheet("Risk table")}
    assert by_risk.keys() == state.levels.keys()
    for risk, row in by_risk.items():
        for when, column in (("before", "Before control"), ("after", "After control")):
            assert row[column] == state.level(risk, when)[2].replace("_", " ")
    refused = {risk for risk in state.levels if state.level(risk)[2] == "not_acceptable"}
    assert {str(row["Risk"]).split()[0] for row in state.sheet("Not acceptable after control")} == refused
    assert Counter(str(row["Risk"]).split()[0] for row in state.sheet("Residual risks")) == Counter(list(state.levels))


@pytest.fixture(scope="module")
def before(tmp_path_factory) -> State:
    return State(tmp_path_factory.mktemp("before") / "device")


def changed(before: State, after: State) -> dict[str, tuple[str, str]]:
    """Risk -> verdict after control before the change and now."""
    return {
        risk: (before.level(risk)[2], after.level(risk)[2])
        for risk in before.levels
        if before.level(risk) != after.level(risk)
    }


def new(before: State, after: State) -> set[tuple[str, str]]:
    old = {(finding.code, finding.subject, finding.message) for finding in before.findings}
    return {(f.code, f.subject) for f in after.findings if (f.code, f.subject, f.message) not in old}


@pytest.mark.verifies("REQ-RIS-04")
def test_every_output_says_the_same(before):
    check_every_output(before)


@pytest.mark.verifies("REQ-RIS-04")
def test_one_edge_of_a_band(before, tmp_path):
    """A published rate lies close to the edge: it is in another band now, and the risk is not acceptable any more."""
    after = State(tmp_path / "device", BAND)
    assert changed(before, after) == {"R-005-1": ("acceptable", "not_acceptable")}
    assert ("RISK418", "R-005-1") in new(before, after)
    check_every_output(after)


@pytest.mark.verifies("REQ-RIS-04")
def test_one_cell_of_the_matrix(before, tmp_path):
    after = State(tmp_path / "device", CELL)
    standing = {risk for risk in before.levels if before.level(risk)[:2] == ("critical", "remote")}
    assert len(standing) == 11
    flipped = {risk for risk in standing if after.level(risk)[2] == "not_acceptable"}
    assert flipped == standing
    unweighed = {subject for code, subject in new(before, after) if code == "RISK418"}
    assert unweighed == standing
    check_every_output(after)
    weighing = "risks not acceptable by the matrix after control and without a benefit-risk analysis"
    assert (_review(before, weighing), _review(after, weighing)) == ("0", "11")


def _review(state: State, what: str) -> str:
    """How many are open of what the review counts, in the report."""
    page = html.parse(str(state.out / "site/documents/risk_management_report.html"))
    (row,) = (row for row in page.xpath("//tr") if what in [cell.text_content() for cell in row.xpath("./td")])
    return str(row.xpath("./td")[-2].text_content())


@pytest.mark.verifies("REQ-RIS-04")
def test_one_estimate_after_control(before, tmp_path):
    """The effect of the controls of one risk is estimated anew: P1 and P2 of the residual are higher."""
    after = State(tmp_path / "device", ESTIMATE)
    assert changed(before, after) == {"R-012-1": ("acceptable", "not_acceptable")}
    assert after.level("R-012-1")[1] == "frequent"
    assert ("RISK418", "R-012-1") in new(before, after)
    check_every_output(after)


@pytest.mark.verifies("REQ-FAC-03")
def test_one_fact(before, tmp_path):
    """The answers to questions that rest on the fact contradict it now, each at its line; levels stay as they were."""
    after = State(tmp_path / "device", FACT)
    assert changed(before, after) == {}
    contradicted = {subject for code, subject in new(before, after) if code == "RISK458"}
    assert "live.network" in contradicted
    lines = {f.subject: (after.root / f.place.path).read_text("utf-8").splitlines()[f.place.line - 1]
             for f in after.findings if f.code == "RISK458"}  # fmt: skip
    assert all("answer: true" in line for line in lines.values())
    for where in ("site/documents/safety_characteristics.html",):
        assert "contradict" in html.parse(str(after.out / where)).getroot().text_content()
    check_every_output(after)
