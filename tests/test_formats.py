"""Each format is a pure function of a report: what it promises to its reader is checked on values made by hand."""

import json
from pathlib import Path

import jsonschema
import pytest

from mdr_blueprint.diagnostics import Finding, Place, Related, Report
from mdr_blueprint.formats import fingerprints, github, gitlab, json_list, sarif, text

SCHEMA = Path(__file__).parent / "data" / "sarif-2.1.0.json"
RULES = (
    sarif.RuleInfo("RISK401", "unverified-control", "A control is not verified.", "why", "fix", "ISO 14971 7.2", "error"),
    sarif.RuleInfo("ID112", "dangling-reference", "A reference leads nowhere.", "why", "fix", "Annex II", "error"),
)


def finding(message="RC-1 is not verified", severity="error", place=None, **fields):
    return Finding("RISK401", "unverified-control", severity, message, place or Place("risk/rf.yaml", 2, 5),
                   "ISO 14971:2019 7.2", "name a test", fields.pop("subject", "RC-1"), **fields)


def shown(line, column, **fields):
    report = Report.of([finding(place=Place("a.yaml", 7, column), **fields)])
    return text.render(report, line_of=lambda path, number: line if (path, number) == ("a.yaml", 7) else "")


def under_caret(line, column):
    """The source line as shown and the column of the terminal at which the caret stands below it."""
    lines = shown(line, column).splitlines()
    source, caret = lines[1].partition(" | ")[2], lines[2].partition(" | ")[2]
    assert caret.strip() == "^"
    return source, len(caret) - 1


# ---------------------------------------------------------------- text


@pytest.mark.verifies("REQ-MSG-01", "REQ-MSG-02")
def test_text_of_one_finding():
    report = Report.of([finding(related=(Related("defined here", Place("risk/x.yaml", 3, 4)),))])
    lines = {("risk/rf.yaml", 2): "    RC-1: {text: limiter}"}
    assert text.render(report, line_of=lambda path, number: lines[path, number]) == (
        "risk/rf.yaml:2:5: error RISK401 unverified-control: RC-1 is not verified\n"
        "    2 |     RC-1: {text: limiter}\n"
        "      |     ^\n"
        "  basis: ISO 14971:2019 7.2\n"
        "  fix: name a test\n"
        "  see: risk/x.yaml:3:4: defined here\n"
        "\n"
        "1 error, 0 warnings, 0 infos\n"
    )


def test_text_of_nothing():
    assert text.render(Report(), line_of=lambda path, number: "") == "0 errors, 0 warnings, 0 infos\n"


@pytest.mark.verifies("REQ-RUL-04")
def test_waived_finding_names_its_waiver_and_not_its_severity():
    written = shown("a: b", 1, waived="WV-1")
    assert written.startswith("a.yaml:7:1: waived (WV-1) RISK401 unverified-control: ")
    assert written.endswith("0 errors, 0 warnings, 0 infos, 1 waived\n")


def test_no_excerpt_where_the_line_is_not_known():
    assert "^" not in shown("", 1)
    assert "^" not in shown("ab", 9)


def test_no_excerpt_of_a_comment_at_the_head_of_a_file():
    assert "^" not in shown("# about this file", 1)


@pytest.mark.parametrize(("line", "column", "before"), [
    ("key: value", 6, "key: "),
    ("\tkey: value", 2, "    "),
    ("a:\tvalue", 4, "a:  "),
    ("磁石: value", 5, "磁石: "),
    ("e\u0301te\u0301: value", 8, "e\u0301te\u0301: "),
])
def test_caret_stands_below_its_column(line, column, before):
    source, at = under_caret(line, column)
    assert source.startswith(before)
    widths = {"磁": 2, "石": 2, "\u0301": 0}
    assert at == sum(widths.get(character, 1) for character in before)


@pytest.mark.parametrize("column", [1, 40, 150, 5_000, 999_990])
def test_long_line_is_cut_around_the_column(column):
    line = ["."] * 1_000_000
    line[column - 1] = "X"
    source, at = under_caret("".join(line), column)
    assert source[at] == "X"
    assert len(source) <= text.WIDTH + 2
    assert source.startswith("…") == (column - 1 > text.WIDTH // 3)
    assert source.endswith("…") == (column < 999_000)


@pytest.mark.verifies("REQ-OUT-01")
def test_nothing_steers_the_terminal():
    written = shown("a: \x1b[2Jb\u202ec", 1, message="found `\x1b[31mred\nnext`")
    assert "\x1b" not in written
    assert "\u202e" not in written
    assert "found `�[31mred next`" in written.splitlines()[0]


def test_a_non_breaking_space_is_a_space():
    assert "10 mT" in shown("a: b", 1, message="10\u00a0mT")


def test_colour_only_adds_colour():
    report = Report.of([finding(), finding("other", "warning", waived="WV-1")])
    plain = text.render(report, line_of=lambda path, number: "a: b: c")
    coloured = text.render(report, line_of=lambda path, number: "a: b: c", colour=True)
    assert "\x1b[1;31merror\x1b[0m" in coloured
    for style in {*text.STYLES.values(), "0"}:
        coloured = coloured.replace(f"\x1b[{style}m", "")
    assert coloured == plain


# ---------------------------------------------------------------- json


@pytest.mark.verifies("REQ-MSG-02")
def test_json_has_every_field():
    report = Report.of([finding(waived="WV-1", related=(Related("there", Place("b.yaml", 1, 2)),))])
    assert json.loads(json_list.render(report)) == [{
        "code": "RISK401", "name": "unverified-control", "severity": "error", "waived": True, "message": "RC-1 is not verified",
        "path": "risk/rf.yaml", "line": 2, "column": 5, "basis": "ISO 14971:2019 7.2", "fix": "name a test",
        "waiver": "WV-1", "subject": "RC-1", "related": [{"message": "there", "path": "b.yaml", "line": 1, "column": 2}],
    }]  # fmt: skip


def test_json_of_nothing_is_an_empty_list():
    assert json_list.render(Report()) == "[]\n"


# ---------------------------------------------------------------- sarif


def log(report, **arguments):
    written = json.loads(sarif.render(report, rules=RULES, version="1.2.3", **arguments))
    jsonschema.Draft4Validator(json.loads(SCHEMA.read_text("utf-8")), format_checker=jsonschema.FormatChecker()).validate(written)
    return written["runs"][0]


@pytest.mark.verifies("REQ-MSG-02")
def test_sarif_of_all_kinds_of_findings():
    report = Report.of([
        finding(),
        finding("w", "warning", related=(Related("there", Place("b.yaml", 1, 2)),)),
        finding("i", "info"),
        finding("accepted", waived="WV-1"),
    ])
    run = log(report, waivers={"WV-1": "the supplier will deliver it"})
    by_message = {result["message"]["text"]: result for result in run["results"]}
    assert [by_message[m]["level"] for m in ("RC-1 is not verified", "w", "i")] == ["error", "warning", "note"]
    assert by_message["accepted"]["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "WV-1: the supplier will deliver it"}
    ]
    assert "suppressions" not in by_message["w"]
    assert by_message["w"]["relatedLocations"][0]["message"]["text"] == "there"
    assert run["tool"]["driver"]["version"] == "1.2.3"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["RISK401", "ID112"]
    assert all(run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])


def test_sarif_of_nothing_still_lists_the_rules():
    assert len(log(Report())["tool"]["driver"]["rules"]) == 2


@pytest.mark.parametrize(("prefix", "uri"), [
    ("", "risk/a%20b%23%25.yaml"), ("x", "x/risk/a%20b%23%25.yaml"), ("../x/", "../x/risk/a%20b%23%25.yaml"),
])  # fmt: skip
def test_sarif_paths_are_uris_from_the_working_folder(prefix, uri):
    run = log(Report.of([finding(place=Place("risk/a b#%.yaml", 2, 5))]), prefix=prefix)
    assert run["results"][0]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": uri}, "region": {"startLine": 2, "startColumn": 5},
    }  # fmt: skip


# ---------------------------------------------------------------- github


def test_github_escapes_what_would_end_a_property_or_a_command():
    report = Report.of([finding("100 %\r\nnext: a, b; c", place=Place("a,b:c;d.yaml", 2, 5))])
    command, summary = github.render(report, prefix="../x").splitlines()
    assert command == (
        "::error file=../x/a%2Cb%3Ac;d.yaml,line=2,col=5,title=RISK401 unverified-control"
        "::100 %25%0D%0Anext: a, b; c%0Abasis: ISO 14971:2019 7.2%0Afix: name a test"
    )
    assert summary == "1 error, 0 warnings, 0 infos"


@pytest.mark.verifies("REQ-MSG-02")
def test_github_levels():
    report = Report.of([finding("a"), finding("b", "warning"), finding("c", "info"), finding("d", waived="WV-1")])
    lines = github.render(report).splitlines()
    assert [line.split(" ")[0] for line in lines[:4]] == ["::error", "::warning", "::notice", "::notice"]
    assert "title=RISK401 unverified-control (waived by WV-1)::" in lines[3]


# ---------------------------------------------------------------- gitlab


@pytest.mark.verifies("REQ-MSG-02")
def test_gitlab_issues():
    report = Report.of([finding("a"), finding("b", "warning"), finding("c", "info"), finding("d", waived="WV-1")])
    issues = json.loads(gitlab.render(report, prefix="x"))
    assert [issue["severity"] for issue in issues] == ["critical", "major", "info", "info"]
    assert issues[3]["description"] == "waived (WV-1): d"
    assert issues[0]["location"] == {"path": "x/risk/rf.yaml", "lines": {"begin": 2}}
    assert len({issue["fingerprint"] for issue in issues}) == 4


# ---------------------------------------------------------------- fingerprints


def test_fingerprint_stays_when_lines_move():
    before = Report.of([finding("stands here and again at line 7", place=Place("a.yaml", 3))])
    after = Report.of([finding("stands here and again at line 9", place=Place("b.yaml", 5))])
    assert fingerprints(before) == fingerprints(after)


def test_fingerprint_tells_equal_findings_apart():
    report = Report.of([finding(place=Place("a.yaml", 3)), finding(place=Place("a.yaml", 4)), finding(subject="RC-2")])
    assert len(set(fingerprints(report))) == 3
