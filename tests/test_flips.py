"""One fact of the example changes: class, requirements, duties, standards, points, findings and outputs follow."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from lxml import html
from openpyxl import load_workbook
from projects import example

from mdr_blueprint import Compilation, compile
from mdr_blueprint.answers import answer_of
from mdr_blueprint.diagnostics import Finding
from mdr_blueprint.facts import Known, known, subjects
from mdr_blueprint.load import load_law
from mdr_blueprint.pipeline import Built, build

TODAY = date(2026, 11, 30)
LAW = load_law()
STERILE = ("    sterile: false", "    sterile: true")
MEASURING = ("    measuring: false", "    measuring: true")
IONISING = ("    ionising: none", "    ionising: diagnostic")
ETHYLENE_OXIDE = (STERILE[0], f"{STERILE[1]}\n    sterilisation_method: ethylene_oxide")


class State:
    """The example with some texts of one file changed, and what follows."""

    def __init__(self, folder: Path, *changes: tuple[str, str], file: str = "device/device.yaml") -> None:
        self.root = example(folder)
        path = self.root / file
        text = path.read_text("utf-8")
        for before, after in changes:
            assert text.count(before) == 1, f"`{before.strip()}` stands once in {file}"
            text = text.replace(before, after)
        path.write_text(text, "utf-8")
        self.compilation: Compilation = compile(self.root, as_of=TODAY)
        self.known: Known = known(self.compilation.dossier, LAW)

    @property
    def device_class(self) -> str:
        return self.known.classified.base_class

    def rows(self) -> set[str]:
        """The requirements that apply by the facts."""
        return {key for key, item in LAW.gspr.items() if item.answerable and self.known.judge(item.when).holds}

    def points(self) -> set[str]:
        return {key for key, point in LAW.annex_ii.items() if self.known.judge(point.when).holds}

    def duties(self) -> set[str]:
        return {id_ for id_, duty in LAW.obligations.obligations.items() if self.known.judge(duty.when).holds}

    def standards(self) -> set[str]:
        found = ((id_, LAW.standard(id_)) for id_ in LAW.standard_ids)
        return {id_ for id_, standard in found if standard and standard.when and self.known.judge(standard.when).holds}

    def says(self, duty: str) -> list[str]:
        """The details of a duty that hold."""
        return [detail.text for detail in LAW.obligations.obligations[duty].details if self.known.judge(detail.when).holds]

    def line(self, finding: Finding) -> str:
        return (self.root / finding.place.path).read_text("utf-8").splitlines()[finding.place.line - 1].strip()

    def subject_facts(self, id_: str) -> Known:
        return next(subject.known for subject in subjects(self.compilation.dossier, LAW) if subject.entry.id == id_)


@pytest.fixture(scope="module")
def before(tmp_path_factory) -> State:
    return State(tmp_path_factory.mktemp("before") / "device")


def new(before: State, after: State) -> list[Finding]:
    """Findings that the change has brought; wherever a line has moved to, its record is the same."""
    old = {(finding.code, finding.subject, finding.message) for finding in before.compilation.report.findings}
    return [f for f in after.compilation.report.findings if (f.code, f.subject, f.message) not in old]


def gone(before: State, after: State) -> list[Finding]:
    return new(after, before)


def check_answers(before: State, after: State, *fallen: str) -> None:
    """Every row that changed is told, at the line that does not hold any more: the answer, or a fact that it rests on."""
    found = [finding for finding in new(before, after) if finding.code in ("GSPR318", "GSPR319", "GSPR323")]
    told = {finding.subject for finding in found}
    for key in before.rows() ^ after.rows():
        answer = answer_of(after.compilation.dossier, LAW, key)
        assert answer is not None
        assert answer.record.applicable is (key in before.rows())
        assert answer.id in told, f"nothing is said of GSPR {key}"
    for finding in found:
        wrong = {"GSPR318": ("applicable: false",), "GSPR319": ("applicable: true",), "GSPR323": fallen}[finding.code]
        assert any(words in after.line(finding) for words in wrong)


@pytest.mark.verifies("REQ-FAC-03", "REQ-FAC-04")
def test_sterile(before, tmp_path):
    after = State(tmp_path / "device", STERILE)
    assert (before.device_class, after.device_class) == ("IIa", "IIa")
    assert after.rows() - before.rows() == {
        "11.4", "11.5", "11.6", "23.2(l)", "23.3", "23.3(a)", "23.3(b)", "23.3(c)", "23.3(d)", "23.3(e)", "23.3(h)", "23.3(i)",
        "23.3(j)", "23.4(l)",
    }  # fmt: skip
    assert before.rows() - after.rows() == {"11.7"}
    assert after.points() - before.points() == {"6.2(e)"}
    assert after.duties() == before.duties()
    assert {f.code for f in new(before, after)} == {"DOC823", "GSPR319", "GSPR320", "GSPR323", "RISK458", "VER527"}
    (unstated,) = (finding for finding in new(before, after) if finding.code == "GSPR320")
    assert unstated.message.startswith("`sterilisation_method` is not stated, which leaves open 13 standards: ")
    assert gone(before, after) == []
    check_answers(before, after, "sterile: false")


@pytest.mark.verifies("REQ-FAC-03")
def test_sterile_by_ethylene_oxide(before, tmp_path):
    """Which standards a sterile device calls for depends on the method."""
    after = State(tmp_path / "device", ETHYLENE_OXIDE)
    called = {"iso-11135", "iso-11607-1", "iso-11607-2", "iso-11737-1", "iso-11737-2", "en-556-1"}
    assert called <= after.standards() - before.standards()
    told = {finding.subject: after.line(finding) for finding in new(before, after) if finding.code == "VER533"}
    assert called <= told.keys()
    assert set(told.values()) <= {"sterile: true", "sterilisation_method: ethylene_oxide"}


@pytest.mark.verifies("REQ-FAC-03", "REQ-FAC-04")
def test_measuring(before, tmp_path):
    after = State(tmp_path / "device", MEASURING)
    assert after.device_class == "IIa"
    assert after.rows() ^ before.rows() == {"15.2"}
    assert after.points() ^ before.points() == {"6.2(f)"}
    assert after.duties() == before.duties()
    told = [(finding.code, finding.subject) for finding in new(before, after)]
    assert told == [("GSPR323", "gspr:15.2"), ("DOC823", "annex_ii:6.2(f)")]
    assert gone(before, after) == []
    check_answers(before, after, "measuring: false")


@pytest.mark.verifies("REQ-FAC-03", "REQ-FAC-04")
def test_ionising(before, tmp_path):
    after = State(tmp_path / "device", IONISING)
    assert after.device_class == "IIb"
    assert after.known.classified.deciding_rules == (10,)
    assert after.rows() - before.rows() == {"16.4(a)", "16.4(b)", "16.4(c)"}
    assert before.rows() <= after.rows()
    assert after.points() == before.points()
    check_answers(before, after, "ionising: none", "device_class: IIa")
    assert gone(before, after) == []
    codes = ("DEV225", "GSPR323", "VER527", "VER532", "VER540", "VER547")
    findings = {code: [f for f in new(before, after) if f.code == code] for code in codes}
    assert sum(map(len, findings.values())) == len(new(before, after))
    (declared,), (standard,) = findings["DEV225"], findings["VER532"]
    assert "class IIb by Rule 10, last paragraph" in declared.message
    assert "ionising = diagnostic" in declared.message
    assert (declared.place.path, after.line(declared)) == ("device/classification.yaml", "device_class: IIa")
    assert standard.subject == "iec-60601-1-3"
    assert "ionising = diagnostic" in standard.message
    assert any(after.line(standard).startswith(f"{fact}:") for fact in ("active", "hardware", "contact", "ionising"))
    assert all("ionising: none" in after.line(finding) for finding in findings["VER540"])


@pytest.mark.verifies("REQ-FAC-03")
def test_ionising_duties_and_standards(before, tmp_path):
    after = State(tmp_path / "device", IONISING)
    assert after.duties() - before.duties() == {"route_class_iib", "act_radiation_protection"}
    assert before.duties() - after.duties() == {"route_class_iia", "ifu_may_be_left_out"}
    assert after.standards() - before.standards() == {"iec-60601-1-3"}
    assert [text for text in before.says("psur") if "every" in text] == ["When needed, and at least every two years, for implants too."]
    assert [text for text in after.says("psur") if "every" in text] == ["At least every year."]


@pytest.mark.verifies("REQ-FAC-03")
def test_one_flip_after_the_other(before, tmp_path):
    """All three at once bring what each of them brings, and nothing else."""
    alone = [State(tmp_path / change[1].strip(" :").replace(": ", "-"), change) for change in (STERILE, MEASURING, IONISING)]
    after = State(tmp_path / "device", STERILE, MEASURING, IONISING)
    assert after.device_class == "IIb"
    assert after.rows() == set().union(*(one.rows() for one in alone)) - {"11.7"}
    assert after.points() == set().union(*(one.points() for one in alone))
    assert {f.subject for f in new(before, after)} == set().union(*({f.subject for f in new(before, one)} for one in alone))


@pytest.mark.verifies("REQ-FAC-03", "REQ-FAC-04")
@pytest.mark.parametrize(("fact", "suffix"), [("sterile", "Is"), ("measuring", "Im")])
def test_an_accessory_of_class_i(before, tmp_path, fact, suffix):
    """An accessory is classified by its own facts, and the device stays as it is."""
    path = before.root / "device/accessories.yaml"
    head, mark, pads = path.read_text("utf-8").partition("  ACC-PADS:")
    text = mark + pads
    after = State(tmp_path / "device", (text, text.replace(f"{fact}: false", f"{fact}: true", 1)), file="device/accessories.yaml")
    assert (before.subject_facts("ACC-PADS").classified.suffixes, after.subject_facts("ACC-PADS").classified.suffixes) == ((), (suffix,))
    assert after.device_class == before.device_class
    assert after.rows() == before.rows()
    (finding,) = new(before, after)
    assert (finding.code, finding.subject, after.line(finding)) == ("DEV228", "ACC-PADS", "device_class: I")
    assert finding.place.line > head.count("\n")
    assert f"{fact} = true" in finding.message


@pytest.fixture(scope="module")
def flipped(tmp_path_factory) -> Built:
    """The example with ionising radiation, built."""
    folder = tmp_path_factory.mktemp("flipped")
    return build(State(folder / "device", IONISING).root, folder / "out", only=("excel", "site", "data"))


@pytest.fixture(scope="module")
def sheets(flipped) -> dict[str, list[tuple[str, ...]]]:
    book = load_workbook(flipped.output / "workbooks/technical_file.xlsx", read_only=True)
    return {name: [tuple("" if cell is None else str(cell) for cell in row) for row in book[name].iter_rows(values_only=True)] for name in book.sheetnames}


@pytest.fixture(scope="module")
def page(flipped) -> dict[str, list[str]]:
    """The rows of the checklist on the site, by their first cell."""
    tree = html.parse(flipped.output / "site/documents/gspr_checklist.html")
    rows = ([" ".join(cell.itertext()) for cell in row.xpath("./td")] for row in tree.xpath("//tr"))
    return {cells[0].strip(): cells for cells in rows if len(cells) == 8}


@pytest.mark.verifies("REQ-FAC-03")
def test_the_workbook_follows(sheets):
    (row,) = [row for row in sheets["GSPR"] if row[0] == "16.4(c)"]
    assert row[2].splitlines() == ["no", "answered for ionising = none, now diagnostic", "facts: applies because ionising = diagnostic"]
    assert row[7] == "open"
    hits = [row[2].splitlines() for row in sheets["Rules of Annex VIII"] if row[0] == "10"]
    assert hits == [["applies: class IIa", "first indent"], ["applies and decides: class IIb", "last paragraph"]]
    duties = {row[0]: row for row in sheets["Duties by class and facts"]}
    assert "Conformity assessment of class IIb" in duties
    assert "At least every year." in duties["Periodic safety update report"][3]
    (standard,) = [row for row in sheets["Standards called for by facts"] if row[0] == "IEC 60601-1-3"]
    assert "ionising = diagnostic" in standard[4]


@pytest.mark.verifies("REQ-FAC-03")
def test_the_site_follows(flipped, page):
    row = page["16.4(c)"]
    assert "answered for ionising = none, now diagnostic" in row[2]
    assert "facts: applies because ionising = diagnostic" in row[2]
    assert row[7].strip() == "open"
    rationale = html.parse(flipped.output / "site/documents/classification_rationale.html")
    compared = [[cell.text_content().strip() for cell in row.xpath("./td")] for row in rationale.xpath("//tr")]
    assert ["Risk class", "class IIa", "class IIb", "no"] in compared


@pytest.mark.verifies("REQ-LIB-02")
def test_every_identifier_that_asks_for_an_answer_has_its_row(sheets, page):
    """In the order of Annex I, in the workbook as on the site."""
    due = [item.citation for item in LAW.gspr.values() if item.answerable]
    everything = {item.citation for item in LAW.gspr.values()}
    assert len(due) > 200
    for rows in ([row[0] for row in sheets["GSPR"]], list(page)):
        assert [citation for citation in rows if citation in due] == due
        assert everything <= set(rows)


@pytest.mark.verifies("REQ-MSG-01")
def test_no_identifier_of_another_text_gets_through(make_project, tmp_path):
    """Each is an error at every stage, and the message names what stands for it in Annex I."""
    lines = ["gspr:", *(f"  '{key}': {{applicable: false, justification: it was brought from another text}}" for key in LAW.refused)]
    report = compile(make_project({"gspr.yaml": "\n".join(lines)}, stage="draft"), as_of=TODAY).report
    told = {finding.subject: finding for finding in report.findings if finding.code == "GSPR302"}
    assert LAW.refused.keys().isdisjoint(LAW.gspr)
    assert told.keys() == {f"gspr:{key}" for key in LAW.refused}
    for number, (key, other) in enumerate(LAW.refused.items(), 2):
        finding = told[f"gspr:{key}"]
        assert (finding.severity, finding.place.line) == ("error", number)
        assert all(instead in finding.message for instead in other.instead)
