"""The site in a browser, opened from disk: no request leaves the machine, the search finds ids, tables filter and scroll."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

import hostile
from projects import built_example, small

from mdr_blueprint.load import Dossier
from mdr_blueprint.model import BenefitRisk, Control, Risk, Run
from mdr_blueprint.pipeline import build

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = os.environ.get("MDR_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
HOSTILE = "<img src=x onerror=\"document.title='run'\"> Hostile & co"

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium; MDR_CHROMIUM names one")]


class Visitor:
    """A page in the browser, with everything that it asked for and complained about."""

    def __init__(self, page: sync_api.Page, site: Path) -> None:
        self.page, self.site = page, site
        self.clicks = 0
        page.set_default_timeout(10_000)
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def go(self, path: str, width: int = 1400) -> None:
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.goto((self.site / path.split("#")[0]).as_uri() + ("#" + path.split("#")[1] if "#" in path else ""))
        self.page.wait_for_load_state("load")

    def click(self, link: sync_api.Locator) -> None:
        """Follow a link with the mouse; it is in sight, or comes into it by scrolling."""
        link.click()
        self.clicks += 1
        self.page.wait_for_load_state("load")
        self.page.wait_for_timeout(300)

    def document(self, name: str) -> None:
        """From the overview, which lists all documents."""
        self.click(self.page.locator("main td").get_by_role("link", name=name, exact=True))

    def chapter(self, title: str) -> sync_api.Locator:
        """By the table of contents beside the page; the heading, in sight."""
        self.click(self.page.locator(".md-sidebar--secondary").get_by_role("link", name=re.compile(rf"[\d.]+ {title}$")))
        heading = self.page.locator("h2, h3").filter(has_text=re.compile(rf"^[\d.]+ {title}$"))
        assert 0 <= heading.bounding_box()["y"] < 400
        return heading

    def field(self, id_: str, name: str) -> sync_api.Locator:
        """What stands in a field of a record's card."""
        card = self.page.locator(f'h2[id="{id_}"] + .mdr-record')
        return card.locator("tr").filter(has=self.page.locator("th", has_text=re.compile(rf"^{name}$"))).locator("td")

    def search(self, words: str) -> sync_api.Locator:
        """The links of the hits, best first."""
        self.clicks += 1
        if not self.page.locator("[data-md-toggle=search]").is_checked():
            self.page.locator(".md-search__input").click()
        self.page.locator(".md-search__input").fill("")
        self.page.locator(".md-search__input").press_sequentially(words)  # the theme listens to keys
        links = self.page.locator(".md-search-result__link")
        last = words.split()[-1].split("-")[-1].split("(")[0]
        self.page.wait_for_function(
            "word => [...document.querySelectorAll('.md-search-result__link')].some(a => a.textContent.toLowerCase().includes(word.toLowerCase()))",
            arg=last,
        )
        self.page.wait_for_timeout(150)
        return links

    def scrolls_sideways(self) -> bool:
        return bool(self.page.evaluate("() => { scrollTo(5000, scrollY); const moved = scrollX > 0; scrollTo(0, scrollY); return moved; }"))


@pytest.fixture(scope="module")
def browser() -> Iterator[sync_api.Browser]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def visitor(browser) -> Iterator[Visitor]:
    page = browser.new_page()
    visitor = Visitor(page, built_example().output / "site")
    yield visitor
    page.close()
    assert [url for url in visitor.requests if not url.startswith(("file:", "data:", "blob:"))] == []
    assert visitor.complaints == []


@pytest.fixture
def dossier() -> Dossier:
    """The records behind the site."""
    return built_example().presentation.compilation.dossier


PAGES = ["index.html", "documents/risk_analysis.html", "documents/risk_management_report.html", "documents/gspr_checklist.html",
         "records/controls/rc-0.html", "records/basics.html", "findings.html", "evidence/ev-023.html"]  # fmt: skip


@pytest.mark.parametrize("width", [1400, 390])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_from_disk_and_never_scrolls_sideways(visitor, path, width):
    visitor.go(path, width)
    assert visitor.page.locator("h1").inner_text()
    assert not visitor.scrolls_sideways()
    assert any(url.endswith("assets/mdr.js") for url in visitor.requests)


@pytest.mark.parametrize(
    ("words", "anchor"),
    [
        ("HZ-RF-01", "HZ-RF-01"),
        ("hz-rf-01", "HZ-RF-01"),
        ("RC-025", "RC-025"),
        ("R-010-1", "R-010-1"),
        ("HS-012", "HS-012"),
        ("GSPR 14.2(d)", "gspr-14.2(d)"),
        ("8.7.3", "iec-60601-1-8.7.3"),
        ("quench", "HZ-STATIC-05"),
    ],
)
def test_the_first_hit_is_the_record_and_leads_to_its_place(visitor, words, anchor):
    visitor.go("index.html")
    first = visitor.search(words).first
    assert (first.get_attribute("href") or "").endswith(f"#{anchor}")
    first.click()
    visitor.page.wait_for_url(f"**#{anchor}")
    heading = visitor.page.locator(f'h2[id="{anchor}"]')
    heading.wait_for()
    visitor.page.wait_for_timeout(300)
    assert 0 <= heading.bounding_box()["y"] < 800
    assert visitor.page.locator("mark").count() > 0, "the words are marked on the page"


def test_a_word_finds_the_text_of_evidence(visitor):
    visitor.go("records/controls/rc-0.html")
    assert "EV-023" in visitor.search("limiter").first.inner_text()


def test_ids_by_their_head(visitor):
    visitor.go("index.html")
    assert "HZ-" in visitor.search("HZ-").first.inner_text()


def test_a_table_filters_and_shows_only_gaps(visitor):
    visitor.go("documents/traceability.html")
    bar = visitor.page.locator(".mdr-tools:has(input[type=checkbox]):has(+ * td:text-is('UN-001'), + * a:text-is('UN-001'))").first
    rows = bar.locator("xpath=following-sibling::*[1]").locator("tbody tr")
    everything = rows.count()
    assert bar.inner_text().strip().endswith(f"{everything} rows")
    bar.locator("input[type=checkbox]").check()
    gaps = rows.filter(visible=True)
    assert 0 < gaps.count() < everything
    assert all("mdr-gap-row" in (row.get_attribute("class") or "") for row in gaps.all())
    assert f"{gaps.count()} of {everything} rows" in bar.inner_text()
    bar.locator("input[type=checkbox]").uncheck()
    bar.locator("input[type=search]").fill("no such row at all")
    assert rows.filter(visible=True).count() == 0
    bar.locator("input[type=search]").fill("un-001 HEAD")
    assert 0 < rows.filter(visible=True).count() < everything
    bar.locator("input[type=search]").fill("")
    assert rows.filter(visible=True).count() == everything


def only_gaps(visitor: Visitor) -> int:
    """Narrow everything on the page to its gaps and back, with the keyboard alone; how many bars it has for that."""
    bars = visitor.page.locator(".mdr-tools:has(input[type=checkbox])")
    bars.evaluate_all("bars => bars.forEach(bar => { const folded = bar.closest('details'); if (folded) folded.open = true; })")
    for bar in bars.all():
        choice, status = bar.locator("input[type=checkbox]"), bar.get_by_role("status")
        below = visitor.page.locator(f"[id='{choice.get_attribute('aria-controls')}']")
        rows = below.locator("tbody tr, > .mdr-card, ul.mdr-tree > li:not(:has(details)), details > ul > li:not(:has(details))")
        gaps = below.locator(".mdr-gap-row")
        number, everything = gaps.count(), rows.count()
        assert choice.evaluate("e => e.getAttribute('aria-label').startsWith(e.parentNode.textContent)"), "the name holds what is seen"
        choice.focus()
        visitor.page.keyboard.press("Space")
        assert re.fullmatch(rf"only gaps: {number} of {everything} (rows|cards|lines)", status.inner_text())
        assert rows.filter(visible=True).count() == gaps.filter(visible=True).count() == number > 0
        visitor.page.keyboard.press("Space")
        assert re.match(rf"{everything} of {everything} ", status.inner_text())
        if not below.locator("details:not([open])").count():
            assert rows.filter(visible=True).count() == everything
    return bars.count()


@pytest.mark.parametrize("path", ["documents/traceability.html", "documents/verification_report.html", "documents/risk_analysis.html"])
@pytest.mark.verifies("REQ-OUT-04")
def test_everything_that_has_gaps_can_be_narrowed_to_them(visitor, path):
    visitor.go(path)
    with_gaps = visitor.page.locator("table[data-gaps], .mdr-tree-box:has(.mdr-gap-row), .mdr-cards:has(.mdr-gap-row)").count()
    assert only_gaps(visitor) == with_gaps
    assert with_gaps or path == "documents/risk_analysis.html"


def test_a_tree_narrowed_to_its_gaps_keeps_what_leads_to_them(visitor):
    visitor.go("documents/traceability.html")
    box = visitor.page.locator(".mdr-tree-box:has(.mdr-gap-row)").first
    box.locator("xpath=preceding-sibling::*[1]").locator("input[type=checkbox]").check()
    tops = box.locator("ul.mdr-tree > li").filter(visible=True)
    assert 0 < tops.count() < box.locator("ul.mdr-tree > li").count()
    assert all(top.locator(".mdr-gap-row").filter(visible=True).count() for top in tops.all())
    visitor.page.emulate_media(media="print")
    assert "only gaps" in box.locator("xpath=preceding-sibling::*[1]").inner_text(), "paper says that it does not show everything"


def test_the_plain_source_of_the_site_narrows_as_well(browser, tmp_path):
    """Built by MkDocs alone and opened from disk."""
    source = build(small(tmp_path / "project"), only=("site",)).output / "site_source"
    made = subprocess.run([sys.executable, "-m", "mkdocs", "build", "-q", "-f", source / "mkdocs.yml", "-d", tmp_path / "plain"], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    page = browser.new_page()
    visitor = Visitor(page, tmp_path / "plain")
    visitor.go("documents/traceability.html")
    assert only_gaps(visitor) > 0
    assert visitor.complaints == []
    page.close()


@pytest.mark.parametrize("width", [1400, 390])
def test_the_risk_table_scrolls_inside_its_frame_and_keeps_its_head(visitor, width):
    visitor.go("documents/risk_analysis.html#risk-table", width)
    frame = visitor.page.locator("#risk-table ~ .mdr-wide").first
    frame.scroll_into_view_if_needed()
    inner, outer, height = frame.evaluate("e => [e.scrollWidth, e.clientWidth, e.clientHeight]")
    assert inner > outer
    assert height < 900, "the scroll bar is never far below the window"
    frame.evaluate("e => e.scrollTo(5000, 1500)")
    assert frame.evaluate("e => e.scrollLeft") > 0
    head = frame.evaluate("e => e.querySelector('th').getBoundingClientRect().top - e.getBoundingClientRect().top")
    assert abs(head) < 3, "the head stays in sight"
    assert not visitor.scrolls_sideways()


@pytest.mark.parametrize("width", [1400, 390])
def test_a_field_of_the_matrix_opens_to_links_to_its_risks(visitor, width):
    visitor.go("documents/risk_analysis.html", width)
    table = visitor.page.locator("table.mdr-matrix").first
    assert table.evaluate("t => t.scrollWidth <= t.parentNode.clientWidth"), "the whole matrix is in sight"
    field = table.locator("td:has(details)").first
    link = field.locator("ul a").first
    assert not link.is_visible()
    field.locator("summary").click()
    assert link.is_visible()
    assert field.locator("ul a").count() == int(field.locator(".mdr-count").inner_text())
    id_ = link.inner_text()
    link.click()
    visitor.page.wait_for_url(f"**#{id_}")
    assert id_ in visitor.page.locator(f'h2[id="{id_}"]').inner_text()


def test_fields_of_the_matrix_have_one_width_and_their_words_fit(visitor):
    visitor.go("documents/risk_analysis.html", 390)
    fields = visitor.page.locator("table.mdr-matrix td.mdr-field")
    widths = fields.evaluate_all("cells => cells.map(c => Math.round(c.getBoundingClientRect().width))")
    assert max(widths) - min(widths) <= 1
    lines = fields.locator(".mdr-verdict").evaluate_all(
        "all => all.filter(e => e.getClientRects()[0].height > 2.2 * parseFloat(getComputedStyle(e).lineHeight)).length"
    )
    assert lines == 0, "no word is broken: `not acceptable` takes two lines"


def test_a_tree_folds_and_its_links_lead_away(visitor):
    visitor.go("documents/risk_analysis.html", 390)
    box = visitor.page.locator(".mdr-tree-box").first
    top = box.locator("ul.mdr-tree > li > details")
    below = top.first.locator("> ul")
    assert below.is_visible()
    box.locator("xpath=preceding-sibling::*[1]").get_by_role("button", name="Fold all", exact=True).click()
    assert not below.is_visible()
    assert box.locator("details[open]").count() == 0
    top.first.locator("> summary .mdr-level").click()
    assert below.is_visible()
    box.locator("xpath=preceding-sibling::*[1]").get_by_role("button", name="Unfold all").click()
    assert box.locator("details:not([open])").count() == 0
    link = top.first.locator("> summary a")
    id_ = link.inner_text()
    link.click()
    visitor.page.wait_for_url(f"**#{id_}")


def test_no_id_is_broken_inside_a_word(visitor):
    visitor.go("findings.html")
    heights = visitor.page.locator("table.mdr-table tbody tr td:nth-child(2)").evaluate_all(
        "cells => cells.map(c => { const r = document.createRange(); r.selectNodeContents(c); return r.getClientRects().length; })"
    )
    assert set(heights) == {1}


def test_print_shows_whole_tables_and_no_menus(visitor, tmp_path):
    visitor.go("documents/risk_management_report.html")
    visitor.page.emulate_media(media="print")
    assert not visitor.page.locator(".md-header").is_visible()
    assert not visitor.page.locator(".md-sidebar--primary").is_visible()
    assert not visitor.page.locator(".mdr-tools").first.is_visible()
    frame = visitor.page.locator(".mdr-wide").first
    assert frame.evaluate("e => getComputedStyle(e).overflowY") == "visible"
    assert frame.evaluate("e => e.scrollHeight - e.clientHeight") == 0
    pdf = visitor.page.pdf(path=tmp_path / "report.pdf", format="A4", landscape=True)
    assert len(pdf) > 50_000


def asked(visitor: Visitor, control: str) -> None:
    """From the overview to the card of a control: type its id, take the first hit."""
    visitor.go("index.html")
    visitor.click(visitor.search(control).first)
    visitor.page.wait_for_url(f"**#{control}")


def test_which_risks_rest_on_a_control(visitor, dossier):
    asked(visitor, "RC-021")
    shown = visitor.field("RC-021", "← controls risk")
    due = [entry.id for entry in dossier.of(Risk) if "RC-021" in entry.record.controls]
    assert len(due) > 1
    assert [link.inner_text().split()[0] for link in shown.locator("a").all()] == due
    assert shown.inner_text().count("→") == len(due), "with the level before and after control"
    assert visitor.clicks <= 3


def test_what_proves_a_control_effective_and_on_which_revision(visitor, dossier):
    asked(visitor, "RC-021")
    shown = visitor.field("RC-021", "verified effectiveness").inner_text()
    (test,) = dossier.entries["RC-021"].record.verified_effectiveness
    (run,) = [entry.record for entry in dossier.of(Run) if entry.record.test == test]
    for said in (test, dossier.entries[test].record.title, str(run.result), f"device {run.device_revision}", str(run.date)):
        assert said in shown
    assert all(reference.partition("#")[0] in shown for reference in run.evidence)
    assert visitor.clicks <= 3


def test_what_is_not_acceptable_and_why_we_go_on(visitor, dossier):
    visitor.go("index.html")
    visitor.document("Benefit-risk analysis")
    table = visitor.chapter("Risks not acceptable after control").locator("xpath=following::table[1]")
    weighed = {entry.id: entry.record.benefit_risk for entry in dossier.of(Risk) if entry.record.benefit_risk}
    rows = {row.locator("a").first.inner_text(): row.inner_text() for row in table.locator("tbody tr").all()}
    assert set(rows) == set(weighed)
    assert all(weighing in rows[risk] for risk, weighing in weighed.items())
    cards = visitor.chapter("How they were weighed").locator("xpath=following-sibling::*[contains(@class, 'mdr-cards')][1]")
    texts = cards.locator(".mdr-card").all_inner_texts()
    entries = list(dossier.of(BenefitRisk))
    assert len(texts) == len(entries)
    for entry, text in zip(entries, texts, strict=True):
        assert text.startswith(entry.id)
        for name in ("Benefits", "Alternatives of the patient", "Argument", "Benefits outweigh", "Evidence", "Approved by"):
            assert f"\n{name}\n" in text
    assert visitor.clicks <= 3


def test_what_was_rejected(visitor, dossier):
    visitor.go("index.html")
    visitor.document("Risk control and its verification")
    table = visitor.chapter("Rejected options").locator("xpath=following::table[1]")
    shown = [" ".join(row.inner_text().split()) for row in table.locator("tbody tr").all()]
    due = [(entry.id, option) for entry in dossier.of(Control) for option in entry.record.options_considered]
    assert len(due) > 30
    for id_, option in due:
        assert any(row.startswith(id_) and option.rejected[:30] in row for row in shown), (id_, option.rejected)
    assert visitor.clicks <= 3


def test_nothing_of_a_hostile_project_acts(browser, tmp_path):
    """The pages that hold most of its texts and ids; the mouse goes over all that is on them."""
    hostile.write(tmp_path / "device", hostile.Words(hostile=True))
    site = build(tmp_path / "device", only=["site"]).output / "site"
    fullest = sorted(site.rglob("*.html"), key=lambda path: -path.stat().st_size)[:8]
    assert any("img src=x" in path.read_text("utf-8") for path in fullest)
    page = browser.new_page()
    visitor = Visitor(page, site)
    page.on("dialog", lambda dialog: (visitor.complaints.append(dialog.message), dialog.dismiss()))
    for path in (*fullest, site / "index.html"):
        page.goto(path.as_uri())
        page.wait_for_load_state("load")
        page.evaluate(
            "() => document.querySelectorAll('body *').forEach(e => { for (const name of ['mouseover', 'focus', 'toggle', 'error'])"
            " e.dispatchEvent(new Event(name)); })"
        )
        page.wait_for_timeout(100)
        assert page.title() != "run"
        assert page.locator("img[src=x], svg[onload], [onclick], [onmouseover]").count() == 0
    visitor.go("index.html")
    visitor.search("onerror")
    assert page.title() != "run"
    assert page.locator("img[src=x]").count() == 0
    assert visitor.complaints == []
    assert [url for url in visitor.requests if not url.startswith(("file:", "data:", "blob:"))] == []
    page.close()


def test_a_hostile_title_is_text_in_pages_and_search(browser, tmp_path):
    project = small(tmp_path / "device")
    (project / "hostile.yaml").write_text(f"hazards:\n  HZ-EVIL-01: {{title: {json.dumps(HOSTILE)}}}\n", "utf-8")
    (project / "project.yaml").write_text(f"project: {{title: {json.dumps(HOSTILE)}}}\n", "utf-8")
    page = browser.new_page()
    visitor = Visitor(page, build(project, only=["site"]).output / "site")
    visitor.go("index.html")
    assert page.locator("h1").inner_text() == HOSTILE
    first = visitor.search("HZ-EVIL-01").first
    assert HOSTILE in first.inner_text()
    first.click()
    page.wait_for_url("**#HZ-EVIL-01")
    page.wait_for_timeout(300)
    assert HOSTILE in page.locator('h2[id="HZ-EVIL-01"]').inner_text()
    assert page.title() != "run"
    assert page.locator("img[src=x]").count() == 0
    assert [url for url in visitor.requests if not url.startswith(("file:", "data:", "blob:"))] == []
    page.close()
