"""The site: every link leads somewhere, nothing comes from the network, no text of a record is ever read as HTML."""

from __future__ import annotations

import json
import posixpath
import re
from collections import Counter
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from lxml import html
from projects import built_example, small, tree

from mdr_blueprint.load import Entry
from mdr_blueprint.model import KINDS, TOP_LEVEL
from mdr_blueprint.pipeline import Built, build, present_project
from mdr_blueprint.write.site import make_pages
from mdr_blueprint.write.site.addresses import anchor_of, page_of

HOSTILE = """</title></td><script>alert("1")</script> & <img src=x onerror=alert(2)> 'q' `c` *s* {{ 7*7 }} | [HZ-1] &lt;u&gt;"""
LOADS = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "video": "src", "audio": "src", "object": "data"}
"""What a browser fetches by itself."""


@pytest.fixture(scope="module")
def built() -> Built:
    return built_example()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> Built:
    """A project whose texts and ids try to be something else."""
    project = small(tmp_path_factory.mktemp("hostile") / "device")
    quoted = json.dumps(HOSTILE)
    (project / "project.yaml").write_text(f"project: {{title: {quoted}, id: {quoted}, stage: review}}\n", "utf-8")
    (project / "hostile.yaml").write_text(
        f"""
hazards:
  HZ-1: {{title: {quoted}, category: {quoted}}}
  "HZ.weird_(1)": {{title: With brackets}}
  HZ-CON: {{title: Reserved by Windows when it stands alone}}
  CON: {{title: Reserved by Windows}}
  Index: {{title: As the register is called}}
  '"><script>alert(5)</script>': {{title: No id at all}}
gspr:
  '1"><script>alert(5)</script>': {{applicable: true}}
standards:
  '"><svg onload=alert(5)>': {{edition: "1"}}
clauses:
  '"><svg onload=alert(6)>': {{'4"><svg onload=alert(6)>': {{applicable: true}}}}
documents:
  '"><svg onload=alert(7)>': {{version: "1"}}
needs:
  UN-900: {{title: {quoted}, text: {quoted}}}
requirements:
  REQ-900: {{title: {quoted}, text: {quoted}, satisfies: [UN-900]}}
evidence:
  EV-900: {{title: {quoted}, path: evidence/EV-900.md, status: approved, version: {quoted}}}
figures:
  FIG-900: {{title: {quoted}, value: "1", unit: "<b>m</b>", source: {quoted}}}
statements:
  ST-900: {{title: {quoted}, text: {quoted}, shown_on: [ifu]}}
""",
        "utf-8",
    )
    (project / "evidence" / "EV-900.md").write_text(f"# T\n\n## 1 {HOSTILE}\n\n{HOSTILE}\n\n[x](javascript:alert(3)) <b onclick=alert(4)>bold</b>\n\n- [ ] {HOSTILE}\n", "utf-8")
    templates = project / "templates" / "documents"
    templates.mkdir(parents=True)
    (templates / "hostile.md.j2").write_text(
        f"---\ntitle: {quoted}\nbasis: {quoted}\norder: 5\n---\n"
        "## {{ project.title }}\n\n{{ project.title }}\n\n{% for r in records('needs') %}\n- {{ r.title }}\n{{ r.text|prose }}\n{% endfor %}\n\n::table requirements\n", "utf-8",
    )
    return build(project)


@cache
def parsed(path: Path) -> html.HtmlElement:
    return html.fromstring(path.read_bytes())


@cache
def anchors(path: Path) -> frozenset[str]:
    return frozenset(parsed(path).xpath("//@id"))


def pages(built: Built) -> list[Path]:
    return sorted((built.output / "site").rglob("*.html"))


def links(page: Path) -> list[tuple[str, str, str]]:
    """Tag, attribute and value of every link of a page."""
    return [(e.tag, a, e.get(a)) for e in parsed(page).iter() for a in ("href", "src", "data") if isinstance(e.tag, str) and e.get(a)]


def dead_links(built: Built) -> list[str]:
    dead = []
    for page in pages(built):
        for _, _, target in links(page):
            url = urlsplit(target)
            if url.scheme or target.startswith("//"):
                continue
            file = page if not url.path else Path(posixpath.normpath(page.parent.as_posix() + "/" + unquote(url.path)))
            if not file.is_file():
                dead.append(f"{page.relative_to(built.output)}: {target}: no such file")
            elif url.fragment and file.suffix == ".html" and unquote(url.fragment) not in anchors(file):
                dead.append(f"{page.relative_to(built.output)}: {target}: no such place")
    return dead


# Links


@pytest.mark.verifies("REQ-OUT-06")
def test_every_link_and_anchor_leads_somewhere(built):
    assert len(pages(built)) > 100
    assert dead_links(built) == []


def test_every_link_of_a_hostile_project_leads_somewhere(hostile):
    assert dead_links(hostile) == []


def test_the_search_index_leads_somewhere(built, hostile):
    for project in (built, hostile):
        site = project.output / "site"
        for entry in search(project):
            path, _, fragment = entry["location"].partition("#")
            assert (site / unquote(path)).is_file(), entry
            assert not fragment or unquote(fragment) in anchors(site / unquote(path)), entry


@pytest.mark.verifies("REQ-OUT-06")
def test_nothing_comes_from_the_network(built, hostile):
    cited = set()
    for project in (built, hostile):
        for page in pages(project):
            for tag, attribute, target in links(page):
                if urlsplit(target).scheme in ("http", "https") or target.startswith("//"):
                    assert (tag, attribute) == ("a", "href"), f"{page}: {tag} {target}"
                    cited.add(target)
    assert all(urlsplit(target).netloc for target in cited)
    words = "".join(path.read_text("utf-8") for path in (built.output.parent / "evidence").iterdir())
    assert {target for target in cited if target not in words} == set(), "a link that no author typed"
    for name, data in tree(built.output / "site").items():
        if name.endswith((".css", ".js")) and "assets/javascripts/lunr" not in name:
            assert not re.search(rb"(?:@import|url\()\s*[\"']?(?:https?:)?//", data), name


def test_no_page_is_an_orphan(built):
    site = built.output / "site"
    reached, todo = set(), [site / "index.html"]
    while todo:
        page = todo.pop()
        if page in reached or page.suffix != ".html":
            continue
        reached.add(page)
        for _, _, target in links(page):
            url = urlsplit(target)
            if url.path and not url.scheme:
                todo.append(Path(posixpath.normpath(page.parent.as_posix() + "/" + unquote(url.path))))
    assert set(pages(built)) - reached == set()


@pytest.mark.verifies("REQ-OUT-06")
def test_every_record_has_exactly_one_place(built, hostile):
    for project in (built, hostile):
        entries = project.presentation.compilation.dossier.entries
        for id_, entry in entries.items():
            page = project.output / "site" / page_of(entry.cls, id_)
            assert parsed(page).xpath("count(//h2[@id=$id])", id=anchor_of(id_)) == 1, id_
        headings = Counter(h for page in pages(project) if "records" in page.parts for h in parsed(page).xpath("//h2[@id]/@id"))
        assert [id_ for id_, number in headings.items() if number > 1 and list(map(anchor_of, entries)).count(id_) < number] == []


def test_no_page_gives_an_id_twice(built, hostile):
    for project in (built, hostile):
        for page in pages(project):
            twice = [id_ for id_, number in Counter(parsed(page).xpath("//@id")).items() if number > 1]
            assert twice == [], page


# Addresses


@pytest.mark.parametrize(
    ("kind", "id_", "page"),
    [
        ("controls", "RC-021", "records/controls/rc-0.html"),
        ("controls", "RC-1021", "records/controls/rc-10.html"),
        ("hazards", "HZ-RF-01", "records/hazards/hz-rf.html"),
        ("hazards", "CON", "records/hazards/con_.html"),
        ("hazards", "Index", "records/hazards/index_.html"),
        ("hazards", "Aux.cable-01", "records/hazards/aux_.cable.html"),
        ("gspr", "gspr:14.2(d)", "records/gspr/14.html"),
        ("clauses", "iec-60601-1#8.7.3", "records/clauses/iec-60601-1-8.html"),
        ("device", "device", "records/basics.html"),
    ],
)
def test_addresses_of_records(kind, id_, page):
    assert page_of(KINDS[kind], id_) == page


def test_no_id_is_too_long_for_a_file_system_and_no_two_documents_share_a_page(tmp_path):
    project = small(tmp_path / "device")
    ids = ["E" * 300, "E" * 299 + "F", "NUL"]
    records = "".join(f"  {id_}: {{title: x, path: evidence/EV-001.md}}\n" for id_ in ids)
    (project / "long.yaml").write_text(f"evidence:\n{records}hazards: {{{'H' * 300}: {{title: x}}}}\n", "utf-8")
    made = build(project)
    names = sorted(path.name for path in (made.output / "site" / "evidence").iterdir())
    assert len(names) == len(ids) + 1
    assert "nul_.html" in names
    assert max(len(path.name) for path in pages(made)) < 100
    assert not dead_links(made)


def test_addresses_do_not_change_when_records_are_added(built, tmp_path):
    def places(entries: dict[str, Entry]) -> dict[str, str]:
        return {id_: f"{page_of(entry.cls, id_)}#{anchor_of(id_)}" for id_, entry in entries.items()}

    project = small(tmp_path / "device")
    before = places(present_project(project).compilation.dossier.entries)
    (project / "more.yaml").write_text("hazards:\n" + "".join(f"  HZ-{n:03}: {{title: More}}\n" for n in range(300)), "utf-8")
    after = places(present_project(project).compilation.dossier.entries)
    assert len(after) == len(before) + 300
    assert {id_: after[id_] for id_ in before} == before


# Texts stay texts


@pytest.mark.verifies("REQ-OUT-01")
def test_hostile_texts_are_shown_and_never_run(hostile):
    assert hostile.report is not None
    shown = 0
    for page in pages(hostile):
        document = parsed(page)
        article = document.xpath("//*[contains(@class,'md-content')]")[0]
        assert not [e for e in document.iter() for a in e.attrib if a.startswith("on")], page
        assert not [s for s in document.xpath("//script") if "alert" in (s.text or "")], page
        assert not document.xpath("//img[@src='x']"), page
        assert not [t for _, _, t in links(page) if t.lower().startswith(("javascript:", "data:"))], page
        assert not article.xpath(".//b"), page
        shown += "<img src=x onerror=alert(2)>" in document.text_content()
    assert shown > 10


@pytest.mark.parametrize(
    "where",
    ["//title", "//h1", "//h2", "//td", "//*[contains(@class,'md-nav--primary')]//a", "//*[contains(@class,'md-nav--secondary')]//a", "//footer"],
)
def test_a_hostile_title_is_shown_in_full(hostile, where):
    wanted = "<img src=x onerror=alert(2)>"
    assert any(wanted in "".join(e.itertext()) for page in pages(hostile) for e in parsed(page).xpath(where)), where


def test_hostile_titles_are_escaped_in_the_search_index(hostile):
    entries = search(hostile)
    assert any("&lt;img src=x" in entry["title"] for entry in entries)
    for entry in entries:
        for text in (entry["title"], entry["text"], *entry.get("tags", ())):
            assert "<" not in text, entry


def test_hostile_texts_survive_the_markdown_pages(hostile):
    """What another engine would make of the same pages."""
    import markdown

    for path in (hostile.output / "site_source" / "docs").rglob("*.md"):
        made = html.fromstring(f"<div>{markdown.markdown(path.read_text('utf-8'), extensions=['attr_list'])}</div>")
        assert not made.xpath("//script | //img | //b"), path
        assert not [e for e in made.iter() for a in e.attrib if a.startswith("on")], path
        assert not [t for t in made.xpath("//@href") if t.lower().startswith("javascript:")], path


def search(built: Built) -> list[dict[str, str]]:
    entries = json.loads((built.output / "site" / "search" / "search_index.json").read_text("utf-8"))["docs"]
    assert entries
    return entries


# The same pages for other engines


def test_every_page_is_there_as_markdown(built):
    source = built.output / "site_source"
    here = {path.relative_to(built.output / "site").with_suffix("").as_posix() for path in pages(built)}
    there = {path.relative_to(source / "docs").with_suffix("").as_posix() for path in (source / "docs").rglob("*.md")}
    assert here == there
    config = yaml.safe_load((source / "mkdocs.yml").read_text("utf-8"))
    listed = re.findall(r'"([^"]+\.md)"', json.dumps(config["nav"]))
    assert "index.md" in listed
    assert all((source / "docs" / path).is_file() for path in listed)


def test_links_of_markdown_pages_hold_where_another_engine_writes_them(built):
    source = built.output / "site_source"
    for path in (source / "docs").rglob("*.md"):
        page = source / "site" / path.relative_to(source / "docs")
        for target in re.findall(r'href="(\.\./[^"#]*)', path.read_text("utf-8")):
            file = Path(posixpath.normpath(f"{page.parent.as_posix()}/{unquote(target)}"))
            inside = file.is_relative_to(source / "site")
            there = source / "docs" / file.relative_to(source / "site").with_suffix(".md") if inside else file
            assert there.is_file(), (path, target)


def test_markdown_pages_have_the_headings_and_rows_of_the_site(built):
    import markdown

    for path in sorted((built.output / "site_source" / "docs").rglob("*.md")):
        page = parsed(built.output / "site" / path.relative_to(built.output / "site_source" / "docs").with_suffix(".html"))
        made = html.fromstring(f"<div>{markdown.markdown(path.read_text('utf-8'), extensions=['attr_list'])}</div>")
        article = page.xpath("//article")[0]
        for what in (".//h1", ".//h2", ".//h3", ".//tr", ".//li"):
            assert [words(e) for e in made.xpath(what)] == [words(e) for e in article.xpath(what)], (path, what)
        assert made.xpath(".//*[self::h2 or self::h3]/@id") == article.xpath(".//*[self::h2 or self::h3]/@id"), path


def words(element: html.HtmlElement) -> str:
    return re.sub(r"\s+", "", "".join(element.itertext()))


# Gaps are rows


@pytest.mark.verifies("REQ-OUT-04")
def test_tables_show_their_gaps(built):
    page = parsed(built.output / "site" / "documents" / "traceability.html")
    tables = [t for t in page.xpath("//table[@data-gaps]") if t.xpath(".//tbody/tr")]
    assert tables
    for table in tables:
        assert len(table.xpath("./tbody/tr[@class='mdr-gap-row']")) == int(table.get("data-gaps"))
        assert len(table.xpath("./tbody/tr")) == int(table.get("data-rows"))
    assert page.xpath("//tr[@class='mdr-gap-row']//*[@class='mdr-gap']")


@pytest.mark.verifies("REQ-OUT-04")
def test_a_cited_section_is_one_click_away(built):
    page = parsed(built.output / "site" / "documents" / "electrical_safety_report.html")
    links = {(a.text, a.get("href")) for a in page.xpath("//td/a[text()='EV-026']") if (a.tail or "").endswith("v3, 4.2")}
    assert links == {("EV-026", "../evidence/ev-026.html#section-4.2")}


def test_values_of_a_clause_are_rows_of_a_table_below_its_evidence(built):
    page = parsed(built.output / "site" / "records" / "clauses" / "iec-60601-1-8.html")
    card = page.xpath('//*[@id="iec-60601-1-8.7.3"]/following::div[@class="mdr-record"]')[0]
    (values,) = card.xpath('.//table[contains(@class, "mdr-grid")]')
    head = [cell.text_content() for cell in values.xpath(".//th")]
    first = dict(zip(head, (cell.text_content() for cell in values.xpath(".//tbody/tr")[0]), strict=True))
    assert (first["quantity"], first["value"], first["limit"], first["limit unit"]) == ("earth leakage current", "640", "5", "mA")
    assert not card.xpath('.//table[@class="mdr-fields"]//table'), "over the whole width, not inside a field"


def test_a_file_without_records_shows_gaps_and_builds(tmp_path):
    (tmp_path / "project.yaml").write_text("project: {title: Nothing yet}\n", "utf-8")
    built = build(tmp_path)
    assert not built.report.has_errors
    assert dead_links(built) == []
    assert parsed(built.output / "site" / "documents" / "intended_purpose.html").xpath("//*[@class='mdr-gap']")


@pytest.mark.parametrize("content", ["{}", "[a, b]", "{title: {a: b}, name: [x], text: [1], whatever: 3}", "null", "text"])
def test_records_that_cannot_be_read_have_a_place_too(tmp_path, content):
    """Whatever is wrong with a record, the file is built and says so where the record would stand."""
    (tmp_path / "project.yaml").write_text("project: {title: Broken, stage: review}\n", "utf-8")
    for name, cls in TOP_LEVEL.items():
        key = {"gspr": "14.2(d)", "clause": "iec-60601-1", "library": "iso-14971" if name == "standards" else "intended_purpose"}.get(cls.keys, f"X-{name.upper()}")
        body = content if cls.keys == "single" else f'{{"8.7.3": {content}}}' if cls.keys == "clause" else content
        if name != "project":
            (tmp_path / f"{name}.yaml").write_text(f"{name}: {body}\n" if cls.keys == "single" else f'{name}:\n  "{key}": {body}\n', "utf-8")
    built = build(tmp_path)
    assert dead_links(built) == []
    for id_, entry in built.presentation.compilation.dossier.entries.items():
        assert parsed(built.output / "site" / page_of(entry.cls, id_)).xpath("count(//h2[@id=$id])", id=anchor_of(id_)) == 1, id_


def test_the_status_of_a_document_is_that_of_its_signatures(built):
    documents = {document.id: document.status for document in built.presentation.documents}
    assert documents["device_description"] == "approved"
    assert documents["risk_management_report"] == "reviewed, not approved"
    page = parsed(built.output / "site" / "documents" / "risk_management_report.html")
    assert "reviewed, not approved" in page.xpath("string(//p[@class='mdr-up'])")


def test_a_long_title_is_cut_between_words_and_figures(tmp_path):
    long = " ".join(["a long measure"] * 8) + " within {figure:LIMIT} of the rim and some more words"
    (tmp_path / "project.yaml").write_text("project: {title: T}\n", "utf-8")
    (tmp_path / "all.yaml").write_text(f'figures: {{LIMIT: {{title: Limit, value: "1.50", unit: mm}}}}\ncontrols: {{RC-1: {{text: "{long}", kind: inherent}}}}\n', "utf-8")
    presentation = present_project(tmp_path)
    page = next(p for p in make_pages(presentation.tables, presentation.documents) if p.path == "records/controls/rc.html")
    heading = page.toc[0].title
    assert heading.endswith("...")
    assert "{" not in heading
    assert "within 1.50 mm of the rim" in page.body, "the text itself is whole"
