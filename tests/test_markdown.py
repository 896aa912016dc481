"""The one Markdown dialect: every text survives the escape, and every mark of ours is read once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdr_blueprint.markdown import (
    CodeBlock,
    Divider,
    Emphasis,
    Grid,
    Heading,
    LineBreak,
    Link,
    ListBlock,
    Marker,
    Paragraph,
    Quote,
    Strong,
    Text,
    escape,
    heading_places,
    mentions,
    parse,
    parse_prose,
    plain,
    plain_blocks,
    slug,
)

STEADY = settings(max_examples=200, derandomize=True, deadline=None, database=None)
NASTY = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a & b &amp; c &#60;",
    "[HS-014]",
    "[x](javascript:alert(1))",
    "*a* _b_ `c`",
    "# no heading",
    "::table risks",
    "1. no list",
    "1) no list",
    "- no list",
    "+ no list",
    "> no quote",
    "| a | b |",
    "---",
    "===",
    "```",
    "~~~",
    "\\",
    "\\*",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "{figure:B0}",
    "a  \nb",
    "http://example.org",
    "![x](y)",
    "5 < 6 > 4",
    "=1+1",
    "  indented",
    "_",
    "**",
    "[",
    "a\n\nb",
    "a\n===\nb",
    "\t",
    "&nbsp;",
    "<!-- x -->",
    ":x:",
    "$x$",
    "^[x]",
    "x^2^",
    "H~2~O",
    "a|b",
    "é 磁 \U0001f9f2",
]


def text_of(blocks):
    return plain_blocks(blocks)


@pytest.mark.verifies("REQ-OUT-01")
@pytest.mark.parametrize("nasty", NASTY)
def test_an_escaped_text_is_itself(nasty):
    blocks = parse(escape(nasty))
    assert all(isinstance(block, Paragraph) for block in blocks), blocks
    parts = [part for block in blocks for part in block.parts]
    assert all(isinstance(part, (Text, LineBreak)) for part in parts), parts
    assert " ".join(text_of(blocks).split()) == " ".join(nasty.split())


@pytest.mark.verifies("REQ-OUT-01")
@STEADY
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n*_[]<>#&\\`-+1.)(|~!={}: "), max_size=60))
def test_any_escaped_text_is_itself(text):
    blocks = parse(escape(text))
    assert all(isinstance(block, Paragraph) for block in blocks), blocks
    assert all(isinstance(part, (Text, LineBreak)) for block in blocks for part in block.parts), blocks
    assert "".join(text_of(blocks).split()) == "".join(text.split())


@pytest.mark.verifies("REQ-OUT-01")
@STEADY
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_any_prose_gives_a_tree_without_headings_and_markers(text):
    def look(blocks):
        for block in blocks:
            assert not isinstance(block, (Heading, Marker))
            if isinstance(block, ListBlock):
                for item in block.items:
                    look(item)
            elif isinstance(block, Quote):
                look(block.blocks)

    look(parse_prose(text))


@pytest.mark.verifies("REQ-OUT-01")
def test_html_is_text():
    assert parse_prose("<b>x</b>\n\n<div>\ny\n</div>") == (
        Paragraph((Text("<b>x</b>"),)),
        Paragraph((Text("<div>"), Text(" "), Text("y"), Text(" "), Text("</div>"))),
    )


def test_prose_has_paragraphs_lists_and_emphasis():
    blocks = parse_prose("One *two* **three**.\n\n- a\n- b\n\n1. c\n\n> d\n\n`e`\n\n    f\n\n---")
    kinds = [type(block) for block in blocks]
    assert kinds == [Paragraph, ListBlock, ListBlock, Quote, Paragraph, CodeBlock, Divider]
    assert blocks[0].parts == (Text("One "), Emphasis((Text("two"),)), Text(" "), Strong((Text("three"),)), Text("."))
    assert not blocks[1].ordered
    assert blocks[2].ordered
    assert parse_prose("3. c\n4. d")[0].start == 3


@pytest.mark.parametrize("text", ["a", "A sentence, with 1.5 T; and (brackets) / slashes \" quotes ' done.", "10 %", "x = y"])
def test_the_short_way_for_plain_text_gives_the_same_tree(text):
    assert parse_prose(text) == parse(text)


def test_links_to_records():
    assert parse_prose("see [HS-014], [gspr:14.2(d)] and [iec-60601-1#8.7.3]")[0].parts == (
        Text("see "),
        Link("record:HS-014", (Text("HS-014"),)),
        Text(", "),
        Link("record:gspr:14.2(d)", (Text("gspr:14.2(d)"),)),
        Text(" and "),
        Link("record:iec-60601-1#8.7.3", (Text("iec-60601-1#8.7.3"),)),
    )
    assert mentions("see [HS-014] and [EV-1#4.2], not [two words], [1], [ ] or [x](y)") == ["HS-014", "EV-1#4.2"]
    assert mentions("nothing") == []


def test_a_link_with_a_target_is_no_record():
    assert parse_prose("[HS-014](https://example.org/)")[0].parts == (Link("https://example.org/", (Text("HS-014"),)),)


@pytest.mark.parametrize("target", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd"])
def test_dangerous_targets_are_no_links(target):
    assert not [
        part
        for block in parse_prose(f"[x]({target})")
        for part in block.parts
        if isinstance(part, Link) and part.target == target
    ]


def test_markers_and_their_options():
    blocks = parse("::table clauses standard=iec-60601-1 view=cards\n\n::toc\n\n::table risks\nmore text")
    assert blocks[0] == Marker("table", "clauses", (("standard", "iec-60601-1"), ("view", "cards")), 1)
    assert (blocks[1].verb, blocks[1].name, blocks[1].line) == ("toc", "", 3)
    assert isinstance(blocks[2], Paragraph)
    assert parse_prose("::table risks") == (Paragraph((Text("::table risks"),)),)


def test_sections_are_numbered_and_anchors_are_unique():
    blocks = parse("# Title\n\n## A\n\n### B\n\n## A\n\n#### Deep\n\n## ???\n\n## ???\n")
    assert [(block.number, block.anchor) for block in blocks] == [
        ("", "title"),
        ("1", "a"),
        ("1.1", "b"),
        ("2", "a-2"),
        ("2.1.1", "deep"),
        ("3", "section"),
        ("4", "section-2"),
    ]
    assert [block.line for block in blocks] == [1, 3, 5, 7, 9, 11, 13]


def test_a_typed_table():
    grid = parse("| a | b |\n|---|---|\n| *c* | d |\n")[0]
    assert isinstance(grid, Grid)
    assert [plain(cell) for cell in grid.header] == ["a", "b"]
    assert [[plain(cell) for cell in row] for row in grid.rows] == [["c", "d"]]


def test_places_of_a_document():
    places = heading_places(
        "# Report *EV-058*\n\n## 4 Results\n\n### 4.2. Limiter trips\n\n```\n# no heading\n```\n\nSetext\n------\n\n## 4 Again\n"
    )
    assert places["4"] == ("4 Results", 3)
    assert places["4.2"] == ("4.2. Limiter trips", 5)
    assert places["report-ev-058"] == ("Report EV-058", 1)
    assert "setext" in places
    assert "no-heading" not in places


@pytest.mark.parametrize(
    ("text", "anchor"),
    [("A b C", "a-b-c"), ("  x  ", "x"), ("Größe & Maß", "größe-maß"), ("!!!", "section"), ("磁石", "磁石"), ("", "section")],
)
def test_slugs(text, anchor):
    assert slug(text) == anchor


def test_plain_words_of_blocks():
    blocks = parse_prose("One  \ntwo\n\n2. a\n3. b\n   - c\n\n> d\n\n```\ncode\n```\n\n| h |\n|---|\n| i |\n")
    assert plain_blocks(blocks) == "One two\n2. a\n3. b\n- c\nd\ncode\nh\ni"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5000,
        "*" * 5000,
        "> " * 2000,
        "- " * 2000,
        "`" * 5000,
        "[a](" * 2000,
        "<" * 5000,
        "_a" * 3000,
        "|" * 3000,
        "1. " * 2000,
    ],
)
def test_deep_nonsense_ends(text):
    parse_prose(text)
