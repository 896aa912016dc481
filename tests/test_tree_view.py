"""The tree view of a table: which rows share a branch, and how site and Word show it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from test_word import TEMPLATE, audit, document, faults, part, qn, words

from mdr_blueprint.markdown import parse_prose
from mdr_blueprint.render import Document, TableBlock
from mdr_blueprint.render.tree import Branch, branches
from mdr_blueprint.tables import Column, Gap, Lines, RecordLink, Row, Table, Words
from mdr_blueprint.write.site.html import HtmlWriter
from mdr_blueprint.write.site.pictures import OPEN_UNTIL
from mdr_blueprint.write.word import write_word

HEAT, NOISE = RecordLink("HZ-1", "HZ-1 Heat"), RecordLink("HZ-2", "HZ-2 Noise")
EVIL = "<img src=x onerror=alert(1)> & co"


def tree(*rows: Row) -> Table:
    columns = tuple(Column(title, 20) for title in ("Hazard", "Hazardous situation", "Risk", "Risk control"))
    situation = Lines((RecordLink("HS-1", "HS-1 Lamp is touched"), "single fault"))
    usual = (
        Row((HEAT, situation, "R-1", Words(parse_prose("A **fuse**"))), "R-1"),
        Row((HEAT, situation, "R-1", RecordLink("RC-2", "RC-2 A cover")), "R-1"),
        Row((HEAT, situation, "R-2", Gap("no control")), "R-2", gap=True),
        Row((NOISE, Gap("no situation"), "", ""), "HZ-2", gap=True),
    )
    return Table("hazard_tree", "From hazard to control", columns, rows or usual)


def shape(found: tuple[Branch, ...]) -> list[object]:
    return [(branch.level, str(branch.cell), shape(branch.branches)) for branch in found]


def site(table: Table) -> html.HtmlElement:
    return html.fromstring(HtmlWriter(lambda id_, _place: f"r.html#{id_}").table(table, "tree"))


def with_trees(*tables: Table, text: str = "") -> Document:
    plain = document(text)
    return replace(plain, blocks=(*plain.blocks, *(TableBlock(table, "tree") for table in tables)))


def word(*tables: Table, text: str = "") -> bytes:
    return write_word(with_trees(*tables, text=text), footer="", template=TEMPLATE.read_bytes())


def test_equal_neighbours_share_a_branch_and_empty_cells_end_it():
    heat, noise = branches(tree())
    assert [len(branches) for branches in (heat.branches, heat.branches[0].branches, noise.branches)] == [1, 2, 1]
    assert [branch.level for branch in (heat, heat.branches[0], heat.branches[0].branches[0])] == [
        "Hazard",
        "Hazardous situation",
        "Risk",
    ]
    assert noise.branches[0].cell == Gap("no situation")
    assert noise.branches[0].branches == ()


def test_rows_that_are_no_neighbours_keep_their_order():
    rows = (Row(("a", "b", "", "")), Row(("c", "", "", "")), Row(("a", "b", "", "")))
    assert shape(branches(tree(*rows))) == [
        ("Hazard", "a", [("Hazardous situation", "b", [])]),
        ("Hazard", "c", []),
        ("Hazard", "a", [("Hazardous situation", "b", [])]),
    ]


def test_an_empty_cell_is_no_level_and_a_row_may_end_where_another_goes_on():
    rows = (Row(("a", "", "r", "")), Row(("a", "", "r", "c"), gap=True), Row(("", "", "", "")))
    (a,) = branches(tree(*rows))
    (r,) = a.branches
    assert (r.level, r.ending) == ("Risk", (rows[0],))
    assert [(c.level, c.ending) for c in r.branches] == [("Risk control", (rows[1],))]


def test_site_folds_keeps_links_and_labels_each_level():
    box = site(tree())
    top = box.cssselect("ul.mdr-tree > li")
    assert len(top) == 2
    assert top[0].cssselect("summary a")[0].get("href") == "r.html#HZ-1"
    assert [level.text for level in top[0].cssselect(".mdr-level")][:3] == ["Hazard", "Hazardous situation", "Risk"]
    assert len(box.cssselect("details[open]")) == len(box.cssselect("details")) == 5
    assert box.cssselect("strong")[0].text == "fuse"
    assert len(top[0].cssselect("li li summary br")) == 1, "each line of a cell on a line of its own"


@pytest.mark.verifies("REQ-OUT-04")
def test_gaps_are_marked_on_site_and_in_word():
    assert [li.cssselect(".mdr-gap")[0].text for li in site(tree()).cssselect("li.mdr-gap-row")] == ["no control", "no situation"]
    root = part(word(tree()))
    marked = [
        words(r)
        for r in root.iter(qn("w:r"))
        if (s := r.find(f".//{qn('w:rStyle')}")) is not None and s.get(qn("w:val")) == "Gap"
    ]
    assert {"no control", "no situation"} <= set(marked)


def test_a_large_tree_opens_at_its_first_level_only():
    rows = (Row((f"h{n // 50}", f"s{n // 10}", f"r{n}", "")) for n in range(OPEN_UNTIL + 50))
    box = site(tree(*rows))
    assert len(box.cssselect("details[open]")) == 4
    assert len(box.cssselect("ul.mdr-tree > li > details[open]")) == 4
    assert (box.get("class"), site(tree()).get("class")) == ("mdr-tree-box mdr-many", "mdr-tree-box")


def test_site_escapes_and_says_what_is_empty():
    evil = Table("t", "T", (Column(EVIL), Column("b")), (Row((EVIL, RecordLink("X", EVIL)), "X"), Row((EVIL, Gap(EVIL)))))
    assert "<img" not in HtmlWriter(lambda _id, _place: None).table(evil, "tree")
    assert HtmlWriter(lambda _id, _place: None).table(Table("t", "T", (Column("a"),), (), "Nothing here."), "tree") == (
        '<p class="mdr-empty">Nothing here.</p>'
    )


@pytest.mark.verifies("REQ-OUT-10")
def test_word_file_with_a_tree_is_valid(tmp_path):
    data = word(tree(), Table("none", "No tree", (Column("a"),), (), "Nothing here."))
    assert faults(data) == audit(data, tmp_path) == []
    assert "Nothing here." in words(part(data))


def test_word_levels_are_levels_of_a_list_and_stay_with_what_hangs_below():
    root = part(word(tree()))
    lines = [
        (words(p), int(level.get(qn("w:val"))), p.find(f".//{qn('w:keepNext')}") is not None)
        for p in root.iter(qn("w:p"))
        if (level := p.find(f".//{qn('w:ilvl')}")) is not None
    ]
    assert lines == [
        ("Hazard: HZ-1 Heat", 0, True),
        ("Hazardous situation: HS-1 Lamp is touchedsingle fault", 1, True),
        ("Risk: R-1", 2, True),
        ("Risk control: A fuse", 3, False),
        ("Risk control: RC-2 A cover", 3, False),
        ("Risk: R-2", 2, True),
        ("Risk control: no control", 3, False),
        ("Hazard: HZ-2 Noise", 0, True),
        ("Hazardous situation: no situation", 1, False),
    ]


def test_word_places_of_records_are_those_of_the_table_where_there_is_one():
    text = "## A\n\n::table controls\n\n## B"
    rows = (Row(("a", RecordLink("RC-1", "RC-1"), "", ""), "RC-1"), Row(("a", RecordLink("HZ-9", "HZ-9"), "", ""), "HZ-9"))
    root = part(word(tree(*rows), text=text))
    for id_, where in (("RC_1", "tc"), ("HZ_9", "body")):
        (mark,) = (mark for mark in root.iter(qn("w:bookmarkStart")) if mark.get(qn("w:name")).startswith(f"rec_{id_}_"))
        assert mark.getparent().getparent().tag == qn(f"w:{where}")
    linked = [words(link) for link in root.iter(qn("w:hyperlink")) if (link.get(qn("w:anchor")) or "").startswith("rec_")]
    assert linked == ["RC-1"], "in the tree; a record is not linked to where it stands"


def test_word_rows_that_share_all_cells_each_keep_their_place():
    rows = (
        Row(("a", "b", "", ""), "R-1"),
        Row(("a", "b", "", ""), "R-2"),
        Row(("a", "b", "", ""), "R-2"),
        Row(("", "", "", ""), "R-3"),
    )
    data = word(tree(*rows), text="[R-1], [R-2], [R-3].")
    assert faults(data) == []
    names = [mark.get(qn("w:name"))[:8] for mark in part(data).iter(qn("w:bookmarkStart"))]
    assert [name for name in names if name.startswith("rec_R")] == ["rec_R_1_", "rec_R_2_"]


cells = st.one_of(
    st.sampled_from(["", "a"]),
    st.text(max_size=5),
    st.builds(Gap, st.text(max_size=5)),
    st.builds(RecordLink, st.text(min_size=1, max_size=3), st.text(max_size=3)),
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.builds(Row, st.tuples(cells, cells, cells, cells), st.one_of(st.none(), st.text(min_size=1, max_size=2))),
        min_size=1,
        max_size=6,
    )
)
def test_every_row_of_any_table_ends_once(rows):
    table = tree(*rows)

    def ending(found: tuple[Branch, ...]) -> list[Row]:
        return [row for branch in found for row in (*branch.ending, *ending(branch.branches))]

    shown = [row for row in rows if any(cell != "" for cell in row.cells)]
    assert sorted(map(id, ending(branches(table)))) == sorted(map(id, shown))
    assert faults(word(table)) == []
