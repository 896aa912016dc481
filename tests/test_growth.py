"""No text takes more than its length: what was quadratic, each in a process of its own that may take a minute and needs a moment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mdr_blueprint import compile
from mdr_blueprint.diagnostics import LONGEST_NAME, did_you_mean
from mdr_blueprint.importers.junit import Case
from mdr_blueprint.importers.matching import Matcher
from mdr_blueprint.markdown import Emphasis, Heading, Paragraph, Strong, Text, parse, parse_prose, plain
from mdr_blueprint.rules.verification.spacing import _group
from mdr_blueprint.tables.inputs import natural
from mdr_blueprint.tables.series import clause_order

ROOT = Path(__file__).parent.parent
MINUTE = 60


def in_a_minute(code: str) -> None:
    """Run a piece of code on `n` signs; linear, it takes less than a second."""
    subprocess.run([sys.executable, "-c", f"n = 200_000\n{code}"], cwd=ROOT, check=True, timeout=MINUTE)


@pytest.mark.verifies("REQ-SRC-04")
def test_no_pattern_of_the_code_is_more_than_linear():
    """`tools/probe_patterns.py` measures what this only waits for."""
    tool = subprocess.run([sys.executable, ROOT / "tools/probe_patterns.py", "--quick"], capture_output=True, text=True, timeout=2 * MINUTE, check=True)
    count, _, words = tool.stdout.partition(" ")
    assert words == "texts of 50,000 signs\n"
    assert int(count) > 1500


@pytest.mark.verifies("REQ-SRC-04")
@pytest.mark.parametrize(
    "code",
    [
        "from mdr_blueprint.render.documents import NEWLINES; assert NEWLINES.sub('', ' ' * n + 'x') == ' ' * n + 'x'",
        "from mdr_blueprint.render.documents import NEWLINES; assert NEWLINES.sub(' ', 'a \\n\\n ' + ' ' * n + 'b') == 'a b'",
        "from mdr_blueprint.markdown import escape; assert escape('a' + '\\n' * n + '1.') == 'a' + '\\n' * n + '1\\\\.'",
        "from mdr_blueprint.importers.matching import _without_parameters as f; assert f('[' * n) == '[' * n and f('a' + '[' * n + ']') == 'a'",
        "from mdr_blueprint.importers.yaml_text import NUMBER_LIKE; assert not NUMBER_LIKE.fullmatch('1' * n + 'x')",
        "from mdr_blueprint.rules.gspr.standards import DENIED; assert not DENIED.search('no ' * n)",
        "from mdr_blueprint.markdown import parse; blocks = parse('## 1 Result\\n\\n' * (n // 10)); assert blocks[-1].anchor == f'1-result-{n // 10}'",
        "from mdr_blueprint.diagnostics import did_you_mean as d; assert d('a' * n, ['b' * n, 'a' * n + 'b']) == ''",
    ],
)  # fmt: skip
def test_a_long_text_takes_a_moment(code):
    in_a_minute(code)


def test_no_two_headings_have_one_anchor():
    blocks = parse("# a\n\n# a\n\n# a-2\n\n# a\n\n# a-2\n\n# a 3\n\n# b")
    anchors = [block.anchor for block in blocks if isinstance(block, Heading)]
    assert anchors == ["a", "a-2", "a-2-2", "a-3", "a-2-3", "a-3-2", "b"]


def test_marks_inside_marks_end_somewhere():
    """Words stay; what stands inside more than twenty marks has no more of them."""
    for text in ("*a **b " * 2000 + "c" + "** d*" * 2000, "*" * 5000 + "a" + "*" * 5000, "*a " * 9000 + "b*" * 9000):
        (block,) = parse_prose(text)
        assert isinstance(block, Paragraph)
        depth, parts = 0, block.parts
        while inner := [part for part in parts if isinstance(part, (Strong, Emphasis))]:
            depth, parts = depth + 1, inner[0].parts
        assert 1 <= depth <= 20
        assert plain(block.parts).replace("*", "").split() == text.replace("*", "").split()
    (block,) = parse_prose("*a* " * 100)
    assert sum(isinstance(part, Emphasis) for part in block.parts) == 100
    assert parse_prose("**a *b***") == (Paragraph((Strong((Text("a "), Emphasis((Text("b"),)))),)),)


@pytest.mark.parametrize(
    ("word", "hint"), [("TC-2O1", "; did you mean TC-201?"), ("tc-201", "; did you mean TC-201?"), ("zzz", ""), ("A" * 150, "; did you mean " + "a" * 150 + "?")]
)
def test_what_was_meant_is_found_among_few_and_many(word, hint):
    for number in (0, 1000):
        assert did_you_mean(word, ["TC-201", "a" * 150, *(f"REQ-{n}" for n in range(number))]) == hint


def test_a_name_is_shown_as_far_as_a_person_reads():
    case = Case("n" * 900_000, "c", "failed", "s", None, ("X" * 900_000,))
    assert case.shown == "c::" + "n" * (LONGEST_NAME - 3) + "…"
    assert len(case.full_name) == 900_003
    assert len(Matcher({"TC-1": ()}).doubt(case)) < LONGEST_NAME + 100
    assert Case("n", "c", "passed", "s", None).shown == "c::n"
    assert len(Matcher({"TC-1": ()}).doubt(Case("TC_1" + "2" * 900_000, "", "passed", "s", None))) < LONGEST_NAME + 100


DIGITS = "9" * 5000
"""More than Python makes a number of."""


def test_numbers_of_any_length_are_sorted():
    ids = ["R-10", "R-2", f"R-{DIGITS}", "R-002", "R", "R-2-b", "r-1"]
    assert sorted(ids, key=natural) == ["R", "r-1", "R-2", "R-002", "R-2-b", "R-10", f"R-{DIGITS}"]
    clauses = ["8.10", "8.9", f"8.{DIGITS}", "8.1(b)", "8.1", "8.1(a)", "8.²"]
    assert sorted(clauses, key=clause_order) == ["8.1", "8.1(a)", "8.1(b)", "8.9", "8.10", f"8.{DIGITS}", "8.²"]


def test_long_numbers_in_texts_are_no_fault_of_the_program(tmp_path: Path) -> None:
    (tmp_path / "project.yaml").write_text(
        f"project: {{title: T, stage: review}}\ndevice: {{name: Box, description: 'See MDCG 2020-{DIGITS} and MDCG 2019-011.'}}\n"
        f"insulation:\n  BAR-1: {{title: B, material: 'CTI {DIGITS}', pollution_degree: '{DIGITS}'}}\n"
    )
    cited = [finding.message for finding in compile(tmp_path).report.findings if "cites MDCG" in finding.message]
    assert len(cited) == 1
    assert f"cites MDCG 2020-{DIGITS}, which is not in the register" in cited[0]
    assert _group(f"CTI {DIGITS}") == "I"
    assert _group("CTI 300") == "III"


@pytest.mark.verifies("REQ-SRC-04")
def test_a_ring_of_thousands_is_told_by_its_ends(tmp_path: Path) -> None:
    """Each component is part of the one before and of the first: thousands of rings, each as long as the next."""
    parts = "".join(f"  CO-{n}: {{title: Part, part_of: [CO-{max(n - 1, 0)}, CO-0]}}\n" for n in range(1, 3000))
    (tmp_path / "project.yaml").write_text(f"project: {{title: T}}\ncomponents:\n  CO-0: {{title: Part, part_of: [CO-2999]}}\n{parts}")
    cycles = [fault.message for fault in compile(tmp_path).graph.faults if fault.kind == "cycle"]
    assert cycles
    assert max(map(len, cycles)) < 500
    assert any("CO-0 → … 2989 more … → CO-10" in message and message.endswith("CO-1 → CO-0") for message in cycles), cycles[:2]


def test_a_short_ring_is_told_whole(tmp_path: Path) -> None:
    (tmp_path / "project.yaml").write_text(
        "project: {title: T}\ncomponents:\n  CO-1: {title: A, part_of: [CO-2]}\n  CO-2: {title: B, part_of: [CO-3]}\n  CO-3: {title: C, part_of: [CO-2]}\n"
    )
    (fault,) = (fault for fault in compile(tmp_path).graph.faults if fault.kind == "cycle")
    assert fault.message == "`part_of` leads back to its start: CO-2 → CO-3 → CO-2"
