"""Reading: what YAML may and may not hold, where everything stands, and which files are read at all."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from conftest import TODAY, told
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mdr_blueprint import compile
from mdr_blueprint.diagnostics import Place, UsageError
from mdr_blueprint.source import Map, Seq, files, folder, place_of, read, read_text, yaml_reader

KEPT = b"hazards:\n  HZ-1: {title: Kept}\n"


def faults(data: bytes | str) -> list[str]:
    source = read_text("x.yaml", data if isinstance(data, bytes) else data.encode())
    return [f"{fault.place.line}:{fault.place.column} {fault.kind}" for fault in source.faults]


# ---------------------------------------------------------------- values


@pytest.mark.verifies("REQ-SRC-03")
@pytest.mark.parametrize(
    "text",
    [
        "no",
        "yes",
        "on",
        "NO",
        "true",
        "1.10",
        "12:30",
        "0x1F",
        "0o17",
        "1_000",
        "1e3",
        ".inf",
        ".nan",
        "2026-01-01",
        "1640995200",
        "+49 30",
        "007",
        "=",
        "-1",
        "N/A",
        "null and void",
        "# no",
        "'",
        "ä",
        "\U0001f9f2",
        "\u00a0",
    ],
)
def test_a_scalar_stays_the_text_it_is(text):
    quoted = text.replace("'", "''")
    assert read_text("x.yaml", f"a: '{quoted}'\n".encode()).root == {"a": text}
    if text[0] not in "#'\u00a0":
        source = read_text("x.yaml", f"a: {text}\nb: [{text}]\n".encode())
        assert source.root == {"a": text, "b": [text]}
        assert not source.faults


@pytest.mark.verifies("REQ-SRC-03")
@pytest.mark.parametrize("nothing", ["", "~", "null", "Null", "NULL"])
def test_an_empty_value_is_missing_but_its_key_is_known(nothing):
    root = read_text("x.yaml", f"a: {nothing}\nb: [x, {nothing or '~'}]\nc: '{nothing}'\n".encode()).root
    assert "a" not in root
    assert "a" in root.marks
    assert root["b"] == ["x", None]
    assert root["c"] == nothing


def test_block_texts_are_read_as_yaml_says():
    text = "a: |\n  one\n  two\nb: >\n  one\n  two\n\n  three\nc: plain\n  goes on\nd: |-\n  end\n"
    assert read_text("x.yaml", text.encode()).root == {
        "a": "one\ntwo\n",
        "b": "one two\nthree\n",
        "c": "plain goes on",
        "d": "end",
    }


def test_anchors_and_aliases_are_fine_in_measure():
    source = read_text("x.yaml", b"a: &x {title: T}\nb: *x\nc: [*x, *x]\nd: &n\ne: *n\n")
    assert not source.faults
    assert source.root["b"] == source.root["c"][1] == {"title": "T"}


@pytest.mark.verifies("REQ-SRC-04")
def test_a_long_text_does_not_multiply_by_aliases():
    lines = b"".join(b"b%d: *x\n" % number for number in range(3000))
    assert [fault.split()[1] for fault in faults(b"a: &x '" + b"long " * 2000 + b"'\n" + lines)] == ["unreadable"]
    assert faults(b"a: &x short\n" + lines) == []


@pytest.mark.verifies("REQ-SRC-04")
def test_aliases_in_one_list_are_counted_together(monkeypatch):
    monkeypatch.setattr(yaml_reader, "MAX_ALIASED_NODES", 10)
    assert faults("a: &x [1, 2, 3]\nb: [*x, *x]\n") == []
    assert faults("a: &x [1, 2, 3]\nb: [*x, *x, *x]\n") == ["2:13 unreadable"]


# ---------------------------------------------------------------- places

PLACES = """\
block:
  key:   value
  "quoted key": 'quoted value'
  ? explicit
  : value
  literal: |
    line one
    line two
  folded: >-
    line one
    line two
  next line:
    far below
  list:
    - first
    -   - nested
    - {flow: x,  other: [a,   b,
        c]}
  ümlaut 𝄞: after
  empty:
"""


@pytest.mark.verifies("REQ-SRC-05")
@pytest.mark.parametrize(
    ("steps", "key", "value"),
    [
        (("block",), (1, 1), (2, 3)),
        (("block", "key"), (2, 3), (2, 10)),
        (("block", "quoted key"), (3, 3), (3, 17)),
        (("block", "explicit"), (4, 5), (5, 5)),
        (("block", "literal"), (6, 3), (6, 12)),
        (("block", "folded"), (9, 3), (9, 11)),
        (("block", "next line"), (12, 3), (13, 5)),
        (("block", "list", 0), (15, 7), (15, 7)),
        (("block", "list", 1, 0), (16, 11), (16, 11)),
        (("block", "list", 2, "flow"), (17, 8), (17, 14)),
        (("block", "list", 2, "other", 1), (17, 31), (17, 31)),
        (("block", "list", 2, "other", 2), (18, 9), (18, 9)),
        (("block", "ümlaut 𝄞"), (19, 3), (19, 13)),
        (("block", "empty"), (20, 3), (20, 9)),
        (("block", "missing"), (2, 3), (2, 3)),
        (("block", "list", 9), (15, 5), (15, 5)),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_every_key_and_value_knows_its_place(steps, key, value, end, start):
    source = read_text("x.yaml", (start + PLACES.replace("\n", end)).encode())
    assert not source.faults
    if "missing" not in steps and 9 not in steps:
        assert place_of("x.yaml", source.root, steps, key=True) == Place("x.yaml", *key)
    assert place_of("x.yaml", source.root, steps) == Place("x.yaml", *value)


def test_a_place_far_away_is_still_a_place():
    text = "a:\n" + "\n" * 70_000 + "  b\n" + "c: {" + "x" * 900 + ": [" + "y, " * 5000 + "z]}\n"
    root = read_text("x.yaml", text.encode()).root
    assert root.key_place("x.yaml", "c") == Place("x.yaml", 70_003, 1)
    assert root.value_place("x.yaml", "a").line > 60_000
    assert root["c"]["x" * 900].item_place("x.yaml", 5000).line == 70_003


def test_maps_and_lists_keep_their_types():
    root = read_text("x.yaml", b"a: {b: [c]}\n").root
    assert isinstance(root, Map)
    assert isinstance(root["a"]["b"], Seq)


# ---------------------------------------------------------------- what is no clean text


@pytest.mark.verifies("REQ-SRC-06")
@pytest.mark.parametrize(
    ("data", "place"),
    [
        ("hazards:\n  HZ-1: {title: Gerät}\n".encode("latin-1"), "2:20"),
        ("hazards:\n  HZ-1: {title: Gerät}\n".encode("utf-16"), "1:1"),
        ("hazards:\n  HZ-1: {title: x}\n".encode("utf-16-be"), "1:1"),
        ("hazards:\n  HZ-1: {title: x}\n".encode("utf-32"), "1:1"),
        (b"hazards:\n  HZ-1: {title: a\x00b}\n", "2:18"),
        (b"hazards:\n  HZ-1: {title: a\x07b}\n", "2:18"),
        (b"hazards:\n  HZ-1: {title: a\x1b[31mb}\n", "2:18"),
        (b"hazards:\r\n  HZ-1: {title: a\x0bb}\r\n", "2:18"),
        ("hazards:\n  HZ-1: {title: a\uffffb}\n".encode(), "2:18"),
        (b"hazards:\n  HZ-1: {title: a\xed\xa0\x80b}\n", "2:18"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "1:1"),
        (b"\xff" * 1000, "1:1"),
    ],
)
def test_what_is_no_clean_text_is_refused_at_its_place(data, place):
    assert faults(data) == [f"{place} unreadable"]


@pytest.mark.verifies("REQ-SRC-06", "REQ-SRC-07")
@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "cp1252"])
def test_references_into_a_file_of_another_encoding_are_not_called_dangling(check, encoding):
    found = check(
        {
            "a.yaml": "hazards: {HZ-1: {title: Gerät}}\n".encode(encoding),
            "b.yaml": "situations:\n  HS-1: {title: x, hazards: [HZ-1]}\n",
        }
    )
    assert [place.split(":")[0] for place in told(found)] == ["a.yaml"]


@pytest.mark.verifies("REQ-SRC-06")
def test_control_characters_written_as_escapes():
    assert faults('a: "x\\0y"\n') == faults('a: "x\\x1by"\n') == faults('a: "x\\u009by"\n') == ["1:4 unreadable"]
    assert faults('"a\\a": x\n') == ["1:1 unreadable"]
    assert faults('a: "tab\\tand\\nline"\n') == []
    assert faults("a: 'no \\a escape'\n") == []


@pytest.mark.verifies("REQ-SRC-04")
def test_size_is_bounded(monkeypatch, check):
    monkeypatch.setattr(files, "MAX_BYTES", 200_000)
    found = check(
        {
            "a.yaml": KEPT,
            "b.yaml": b"harms:\n  HA-1: {title: A harm}\n" + b"#" * 200_000,
            "c.yaml": "situations: {S: {title: x, hazards: [HZ-1], risks: {R: {harm: HA-1}}}}",
        }
    )
    assert told(found) == ["b.yaml:1:1 ID101"]


@pytest.mark.verifies("REQ-SRC-04")
@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 100_000,
        "a: " + "{b: " * 100_000,
        "a: " + "[" * 100_000 + "]" * 100_000,
        "".join(" " * depth + "a:\n" for depth in range(300)),
        "a:\n" + "- " * 50_000,
        "a: " + "&x [" * 1000,
        "a:\n " + "? " * 20_000,
    ],
)
def test_depth_is_bounded(text):
    assert [fault.split()[1] for fault in faults(text)] == ["unreadable"]


def test_depth_at_the_limit_is_read():
    deepest = yaml_reader.MAX_DEPTH - 1
    assert faults("a: " + "[" * deepest + "]" * deepest) == []
    assert len(faults("a: " + "[" * (deepest + 1) + "]" * (deepest + 1))) == 1


@pytest.mark.verifies("REQ-SRC-04")
@pytest.mark.parametrize(
    "text",
    [
        "hazards:\n  HZ-1: {title: '" + "long " * 1_000_000 + "'}\n",
        "hazards:\n  " + "A" * 100_000 + ": {title: x}\n",
        "hazards:\n  " + "A" * 100_000 + "\n",
        "a.b-c_d" * 30_000 + ":",
        "[" * 30,
        "[a" * 20_000,
        "\"'" * 20_000,
        "hazards:\n  A: {title: x, text: " + "[" * 50_000 + "}\n",
    ],
    ids=range(8),
)
def test_huge_words_take_no_time_out_of_proportion(check, text):
    check(text)


@pytest.mark.parametrize(
    "text",
    [
        ":\n",
        ": :\n",
        "*\n",
        "&\n",
        "%\n",
        "@\n",
        "`\n",
        "!\n",
        "|\n",
        ">\n",
        "?\n",
        "-\n",
        "[\n",
        "]\n",
        "{\n",
        "}\n",
        ",\n",
        "'\n",
        '"\n',
        "...\n",
        "--- a\n",
        "%YAML 9.9\n---\n",
        "%TAG ! x\n",
        "<<: x\n",
        "a: b: c\n",
        "a:\n- b\n c\n",
        "\t\n",
        "\ta: b\n",
        "? a\n? b\n",
        "a: !!set {x}\n",
        "a: &a\n  b: *a\n",
        "\ufeff\ufeffa: b\n",
        "a: |9\n",
        "a: [b]c\n",
        "{a: b}}\n",
    ],
)
def test_short_nonsense_never_raises(check, text):
    check(text)


# ---------------------------------------------------------------- faults keep what is whole


@pytest.mark.verifies("REQ-SRC-02", "REQ-SRC-07")
@pytest.mark.parametrize(
    "broken",
    [
        "title: a: b",
        "title: 'x",
        "title: [x",
        "title: *x",
        "title: !!str x",
        "{<<: x}",
        '"\\ud800": x',
        "title: @x",
        "? [x]\n    : y",
        "title: &a [*a]",
    ],
)
@pytest.mark.parametrize("flow", [False, True])
def test_a_fault_in_the_middle_drops_one_record_and_accuses_no_reference(check, broken, flow):
    middle = (
        f"hazards: {{HZ-1: {{title: Kept}}, HZ-2: {{{broken}}}, HZ-3: {{title: x}}}}"
        if flow
        else f"hazards:\n  HZ-1: {{title: Kept}}\n  HZ-2:\n    {broken}\n  HZ-3: {{title: x}}"
    )
    found = check(
        {
            "a.yaml": f"harms:\n  HA-1: {{title: Kept}}\n{middle}\ncontrols:\n  RC-1: {{text: x}}\n",
            "b.yaml": "situations:\n  HS-1: {title: x, hazards: [HZ-1, HZ-2, HZ-3],"
            " risks: {R-1: {harm: HA-1, controls: [RC-1]}}}\n",
        }
    )
    assert {id_ for id_, entry in found.dossier.entries.items() if entry.whole} >= {"HA-1", "HZ-1", "HS-1", "R-1"}
    assert "HZ-2" not in found.dossier.entries
    assert [line.split(":")[0] for line in told(found)] == ["a.yaml"]


@pytest.mark.verifies("REQ-SRC-07", "REQ-SRC-08")
def test_what_stands_below_a_repeated_key_is_not_called_dangling(check):
    found = check(
        {
            "a.yaml": "hazards:\n  HZ-1: {title: Kept}\nhazards:\n  HZ-2: {title: x}\n",
            "b.yaml": "situations:\n  HS-1: {title: x, hazards: [HZ-2, HZ-3]}\n",
        }
    )
    assert told(found) == ["a.yaml:1:1 ID102", "a.yaml:3:1 ID102", "b.yaml:2:36 ID112"]


@pytest.mark.verifies("REQ-SRC-08")
def test_a_repeated_key_points_from_each_place_to_the_other():
    first, second = read_text("x.yaml", b"a: {b: 1, b: 2}\n").faults
    assert (first.place, first.related[0].place) == (second.related[0].place, second.place)
    assert read_text("x.yaml", b"a: {b: 1, b: 2}\n").root == {"a": {"b": "1"}}
    assert read_text("x.yaml", b"a: 1\na: {b: 2, b: [c]}\nd: 4\n").root == {"a": "1", "d": "4"}
    assert read_text("x.yaml", b"a:\na: 2\n").root == {}


def test_two_documents():
    assert faults("---\na: b\n---\nc: d\n") == ["3:1 second-document"]
    assert faults("a: b\n...\n---\nc: d\n") == ["3:1 second-document"]
    assert faults("%YAML 1.2\n---\na: b\n...\n") == []


# ---------------------------------------------------------------- which files are read

HAZARD = "hazards: {%s: {title: x}}\n"


@pytest.mark.verifies("REQ-SRC-09")
def test_folders_that_hold_no_records(check):
    files = {
        path: HAZARD % f"HZ-{number}"
        for number, path in enumerate(
            (
                "build/x.yaml",
                "docs/x.yaml",
                "evidence/x.yaml",
                "templates/x.yaml",
                ".hidden/x.yaml",
                ".hidden.yaml",
                "inner/x.yaml",
            )
        )
    }
    found = check(
        files
        | {"inner/project.yaml": "project: {}\n", "deep/er/build/x.yaml": HAZARD % "HZ-A", "dir.yaml/x.yaml": HAZARD % "HZ-B"}
    )
    assert set(found.dossier.entries) == {"project", "HZ-A", "HZ-B"}
    assert "evidence/x.yaml" in found.sources.inventory
    assert "build/x.yaml" not in found.sources.inventory


@pytest.mark.parametrize(
    "name",
    [
        "with space.yaml",
        "ünïcode 磁石.yaml",
        "a'b\"c.yaml",
        "a,b;c[d].yaml",
        "%41&#60;.yaml",
        "-x.yaml",
        "narrow\u202fspace.yaml",
    ],
)
def test_file_names_of_every_kind(check, name):
    assert told(check({name: "hazards: {HZ-1: {titel: x}}\n"})) == [f"{name}:1:11 ID109", f"{name}:1:18 ID107"]


@pytest.mark.verifies("REQ-SRC-10")
@pytest.mark.parametrize("name", [b"new\nline.yaml", b"bell\x07.yaml", b"latin-\xe4.yaml", b"folder\n/x.yaml"])
def test_a_name_that_cannot_be_printed_is_a_finding(make_project, name):
    root = make_project({"x.yaml": KEPT})
    try:
        path = root / os.fsdecode(name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"hazards: {HZ-2: {titel: x}}\n")
    except OSError:
        pytest.skip("this file system refuses the name")
    found = compile(root)
    assert [line.split()[-1] for line in told(found)] == ["ID101"]
    assert "\n" not in told(found)[0]
    told(found)[0].encode()


@pytest.mark.verifies("REQ-SRC-10")
def test_links(make_project, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.yaml").write_text(HAZARD % "HZ-OUT")
    root = make_project({"real/x.yaml": HAZARD % "HZ-1"})
    for name, target in {
        "file.yaml": "../outside/x.yaml",
        "folder": "../outside",
        "broken.yaml": "nothing",
        "self": "self",
        "a": "b",
        "b": "a",
        "inside.yaml": "real/x.yaml",
        "real/up": "..",
        "absolute.yaml": str(outside / "x.yaml"),
        "docs": "../outside",
    }.items():
        (root / name).symlink_to(target)
    found = compile(root)
    assert set(found.dossier.entries) == {"project", "HZ-1"}
    assert told(found) == [
        f"{name}:1:1 ID105" for name in ("a", "absolute.yaml", "b", "broken.yaml", "file.yaml", "folder", "self")
    ]


def test_the_project_folder_may_be_reached_by_a_link(make_project, tmp_path):
    root = make_project({"x.yaml": KEPT})
    (tmp_path / "link").symlink_to(root)
    assert compile(tmp_path / "link").root == root.resolve()


@pytest.mark.verifies("REQ-SRC-10")
def test_a_file_that_may_not_be_read_is_a_finding(make_project, monkeypatch):
    root = make_project({"secret.yaml": HAZARD % "HZ-1", "evidence/secret.md": "# x", "x.yaml": KEPT})
    allowed = os.access
    for path in ("secret.yaml", "evidence/secret.md"):
        (root / path).chmod(0)
    monkeypatch.setattr(
        folder.os, "access", lambda path, mode: "secret" not in str(path) and allowed(path, mode)
    )  # root may read everything
    found = compile(root)
    assert told(found) == ["evidence/secret.md:1:1 ID101", "secret.yaml:1:1 ID101"]
    assert not [path for path in found.sources.inventory.files if "secret" in path]


@pytest.mark.verifies("REQ-SRC-10")
def test_a_folder_that_may_not_be_read_is_a_finding(make_project, monkeypatch):
    root = make_project({"secret/x.yaml": HAZARD % "HZ-1", "x.yaml": KEPT})
    scandir = os.scandir

    def refuse(path):
        if Path(path).name == "secret":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(folder.os, "scandir", refuse)
    assert told(compile(root)) == ["secret:1:1 ID101"]


def test_a_file_that_vanishes_is_a_finding(make_project, monkeypatch):
    root = make_project({"x.yaml": KEPT})

    def gone(path, limit):
        if path.name == "x.yaml":
            raise FileNotFoundError(2, "No such file or directory")
        return b"project: {title: x}\n"

    monkeypatch.setattr(folder, "read_file", gone)
    assert [fault.message for fault in read(root).faults] == ["the file cannot be read: No such file or directory"]


@pytest.mark.verifies("REQ-SRC-09")
def test_files_of_other_suffixes(check):
    found = check(
        {
            "a.yml": HAZARD % "HZ-1",
            "b.yml": "hazards:\n  HZ-2: {title: x}\n",
            "C.YAML": "hazards:\n  HZ-3: {title: x}\n",
            "mkdocs.yml": "plugins:\n  - search\n",
            "docs/d.yml": "hazards:\n  x: y\n",
            "e.yaml.bak": "hazards:\n  x: y\n",
            "f.json": "{}",
        }
    )
    assert told(found) == ["C.YAML:1:1 ID116", "b.yml:1:1 ID116"]


def test_the_project_is_found_from_any_folder_inside(make_project):
    root = make_project({"risk/deep/x.yaml": KEPT})
    assert folder.find_root(root / "risk" / "deep") == root.resolve()
    with pytest.raises(UsageError, match="not a folder"):
        folder.find_root(root / "project.yaml")
    with pytest.raises(UsageError, match=r"no project\.yaml"):
        folder.find_root(root.parent)


def test_project_file_is_read_first_and_the_others_in_order(make_project):
    root = make_project({"a.yaml": KEPT, "z/b.yaml": HAZARD % "HZ-2", "B.yaml": HAZARD % "HZ-3"})
    assert [source.path for source in read(root).files] == ["project.yaml", "B.yaml", "a.yaml", "z/b.yaml"]


def test_the_inventory_hashes_what_was_read(make_project):
    files = {"evidence/e.md": "# 1 A\n\ntext\n\n## 1.1 B\n", "x.yaml": "hazards: {}\n", "evidence/e.pdf": "scan"}
    root = make_project(files)
    inventory = read(root).inventory.files
    assert inventory["evidence/e.md"].headings["1.1"] == ("1.1 B", 5)
    assert all(inventory[path].is_as_read() for path in files)
    for path in ("evidence/e.md", "x.yaml"):
        (root / path).write_text("saved meanwhile")
    for path, text in files.items():
        assert inventory[path].sha256 == hashlib.sha256(text.encode()).hexdigest()
        assert inventory[path].is_as_read() == (path == "evidence/e.pdf")


def test_a_text_has_the_line_breaks_of_python(make_project):
    file = read(make_project({"evidence/e.md": b"a\r\nb\rc\nd\xff"})).inventory.files["evidence/e.md"]
    assert file.text == file.location.read_text("utf-8", errors="replace") == "a\nb\nc\nd\ufffd"


# ---------------------------------------------------------------- fuzz

VALID = """\
device: {name: Device, facts: {active: true, hazardous: {value: false, argument: why}}}
hazards:
  HZ-1: {title: Hazard, category: energy.sound}
situations:
  HS-1:
    title: "Situation [HZ-1]"
    hazards: [HZ-1]
    sequences: {SEQ-1: {events: [{text: Step, cause: FM-1}]}}
    risks:
      R-1: {harm: HA-1, initial: {p1: remote, p2: likely, basis: [EV-1#1]}, controls: [RC-1], residual: {p: remote}}
harms: {HA-1: {title: Harm, severity: serious}}
controls:
  RC-1:
    text: >
      Folded
      text
    acts_on: [p1]
    introduces: {none: nothing}
failure_modes: {FM-1: {title: Mode}}
clauses: {iec-60601-1: {"8.7.3": {verdict: P, measurements: [{quantity: q, value: 1.5, limit: 2, unit: mA}]}}}
gspr: {"14.2(d)": {applicable: true, records: [RC-1]}}
evidence: {EV-1: {title: Report, date: 2026-01-02, path: evidence/r.md}}
waivers: {WV-1: {code: GSPR301, place: "gspr:1", reason: r, approved_by: {name: N, date: 2026-01-01}, expires: 2027-01-01}}
"""
PIECES = st.sampled_from(
    [
        "",
        " ",
        "\n",
        "\t",
        ":",
        ": ",
        "- ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "#",
        "'",
        '"',
        "&a ",
        "*a",
        "!!str ",
        "|",
        ">",
        "? ",
        "---\n",
        "...",
        "<<: ",
        "~",
        "null",
        "\\",
        "\x00",
        "\ufeff",
        "\u2028",
        "\ud800",
        "é",
        "HZ-1",
        "HZ-1: {title: x}",
        "title: ",
        "[[",
        "}}",
        "%",
        "@",
    ]
)
EDIT = st.tuples(st.integers(0, len(VALID)), st.integers(0, 12), PIECES)
FUZZ = settings(
    max_examples=120, derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def survives(root: Path, data: bytes) -> None:
    (root / "x.yaml").write_bytes(data)
    found = compile(root, as_of=TODAY)
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1
    for finding in found.report.findings:
        assert finding.place.line >= 1
        assert finding.place.column >= 1
        if finding.place.path == "x.yaml" and b"\xe2\x80" not in data and b"\xc2\x85" not in data:
            assert finding.place.line <= lines


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "project.yaml").write_text("project: {title: Fuzz, stage: review}\n")
    (folder / "evidence").mkdir()
    (folder / "evidence" / "r.md").write_text("# 1 Result\n")
    return folder


@pytest.mark.verifies("REQ-SRC-11")
@FUZZ
@given(st.lists(EDIT, min_size=1, max_size=4))
def test_damaged_records_never_raise(root, edits):
    text = VALID
    for at, length, piece in edits:
        text = text[:at] + piece + text[at + length :]
    survives(root, text.encode("utf-8", "surrogatepass"))


@pytest.mark.verifies("REQ-SRC-11")
@FUZZ
@given(st.binary(max_size=200))
@example(b"")
def test_any_bytes_never_raise(root, data):
    survives(root, data)


@pytest.mark.verifies("REQ-SRC-11")
@FUZZ
@given(
    st.recursive(
        st.sampled_from(["x", "HZ-1", "", "~", "1.10", "true", "[x]", "2026-01-01"]),
        lambda inner: (
            st.lists(inner, max_size=3).map(lambda items: "[" + ", ".join(items) + "]")
            | st.dictionaries(
                st.sampled_from(
                    [
                        "title",
                        "text",
                        "hazards",
                        "risks",
                        "harm",
                        "initial",
                        "retired",
                        "facts",
                        "HZ-1",
                        "value",
                        "events",
                        "measurements",
                        "approved_by",
                        "none",
                        "bogus",
                    ]
                ),
                inner,
                max_size=4,
            ).map(lambda items: "{" + ", ".join(f"{key}: {value}" for key, value in items.items()) + "}")
        ),
        max_leaves=12,
    ),
    st.sampled_from(
        [
            "hazards",
            "situations",
            "controls",
            "clauses",
            "gspr",
            "device",
            "risk_policy",
            "waivers",
            "documents",
            "standards",
            "variants",
            "operators",
            "figures",
            "soup",
            "project",
            "components",
            "overall_residual_risk",
            "evidence",
            "runs",
            "intended_purpose",
        ]
    ),
)
def test_any_shape_of_record_never_raises(root, value, kind):
    survives(root, f"{kind}: {value}\n".encode())
    survives(root, f"{kind}: {{A: {value}, B: {{C: {value}}}}}\n".encode())
