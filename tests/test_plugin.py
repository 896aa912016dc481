"""The plugin in a project's own mkdocs.yml, and the live site: the same pages, and a fault is a page, never a stop."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pytest
from lxml import html
from projects import small

from mdr_blueprint.pipeline import build

CONFIG = """\
site_name: Our site
theme: {name: material, font: false}
plugins:
  - search
  - mdr: {project: device, at: file}
nav:
  - Home: index.md
  - Technical file: mdr:pages
"""
FILE_LINKS = re.compile(r"\s?<a href=\"[./]*documents/[^\"]*\.docx\">[^<]*</a>|<p>All matrices.*?</p>|<td></td>(?=</tr>)|<th>File</th>")
"""Word documents, workbook and data lie beside the site of `mdr build` only."""


def mkdocs(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"], cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def body(page: Path) -> str:
    article = html.fromstring(page.read_bytes()).xpath("//article")[0]
    return FILE_LINKS.sub("", html.tostring(article, encoding="unicode"))


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    small(folder / "device")
    (folder / "docs").mkdir()
    (folder / "docs" / "index.md").write_text("# Hello\n\n[the report](file/documents/risk_management_report.md)\n", "utf-8")
    (folder / "mkdocs.yml").write_text(CONFIG, "utf-8")
    done = mkdocs(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_the_plugin_writes_the_pages_of_the_build(site):
    output = build(site / "device", only=["site"]).output / "site"
    ours = {path.relative_to(output) for path in output.rglob("*.html")}
    theirs = {path.relative_to(site / "site" / "file") for path in (site / "site" / "file").rglob("*.html")}
    assert ours == theirs
    for path in sorted(ours):
        assert body(site / "site" / "file" / path) == body(output / path), path


def test_links_of_plugin_pages_lead_somewhere(site):
    for page in (site / "site").rglob("*.html"):
        if page.name == "404.html":
            continue
        for target in html.fromstring(page.read_bytes()).xpath("//article//@href"):
            path = target.split("#")[0]
            if path and "://" not in target:
                assert (page.parent / path).resolve().is_file(), (page, target)


def test_the_navigation_shows_our_pages_where_the_site_wants_them(site):
    home = html.fromstring((site / "site" / "index.html").read_bytes())
    links = {re.sub(r"\s+", " ", a.text_content()).strip(): a.get("href") for a in home.xpath("//nav[contains(@class,'md-nav--primary')]//a[@href]")}
    assert links["Home"] == "index.html"
    assert links["Overview"] == "file/index.html"
    assert links["Risk management report"] == "file/documents/risk_management_report.html"
    assert links["Findings"] == "file/findings.html"
    index = (site / "site" / "search" / "search_index.json").read_text("utf-8")
    assert '"location":"file/records/hazards/hz.html#HZ-HEAT"' in index.replace('": "', '":"')


def test_a_page_that_the_site_has_by_hand_stands(site, tmp_path):
    folder = tmp_path
    small(folder / "device")
    (folder / "docs" / "file").mkdir(parents=True)
    (folder / "docs" / "index.md").write_text("# Hello\n", "utf-8")
    (folder / "docs" / "file" / "findings.md").write_text("# Ours by hand\n", "utf-8")
    (folder / "mkdocs.yml").write_text(CONFIG, "utf-8")
    done = mkdocs(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Ours by hand" in (folder / "site" / "file" / "findings.html").read_text("utf-8")


def test_a_project_that_is_not_there_stops_a_build_with_a_message(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# Hello\n", "utf-8")
    (tmp_path / "mkdocs.yml").write_text(CONFIG, "utf-8")
    done = mkdocs(tmp_path)
    assert done.returncode != 0
    assert "is not a folder" in done.stderr
    assert "Traceback" not in done.stderr


# The live site


class Live:
    """`mdr serve` on a project, and what a browser gets from it."""

    def __init__(self, project: Path, port: int) -> None:
        self.project, self.port = project, port

    def get(self, path: str) -> str:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{path}", timeout=10) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            return f"{error.code}"
        except OSError:
            return ""

    def shows(self, path: str, words: str, seconds: float = 15) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if words in self.get(path):
                return True
            time.sleep(0.1)
        return False

    def replace(self, name: str, old: str, new: str) -> None:
        file = self.project / name
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")


def started(project: Path, port: int, log: TextIO, *before: str) -> subprocess.Popen[bytes]:
    """`mdr serve` with a folder `tmp` beside the project for what is temporary."""
    scratch = project.parent / "tmp"
    scratch.mkdir(exist_ok=True)
    command = [*before, sys.executable, "-m", "mdr_blueprint", "serve", "--port", str(port)]
    environment = {**os.environ, "TMPDIR": str(scratch)}
    return subprocess.Popen(command, cwd=project, stdout=log, stderr=log, env=environment, preexec_fn=hear_signals if os.name == "posix" else None)


def hear_signals() -> None:
    """Whoever runs the tests may ignore a signal, as a service in the background does, and hands that on."""
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="module")
def live(tmp_path_factory) -> Iterator[Live]:
    project = small(tmp_path_factory.mktemp("live") / "device")
    log = (project.parent / "log").open("w+")
    (project / "whole_disk").symlink_to("/")
    (project / "evidence" / "round").symlink_to(project)
    port = free_port()
    process = started(project, port, log)
    try:
        live = Live(project, port)
        assert live.shows("", "Technical file of the device", 40), (project.parent / "log").read_text()
        yield live
        assert process.poll() is None, (project.parent / "log").read_text()
        process.terminate()
        assert process.wait(20) == 0
        assert list((project.parent / "tmp").iterdir()) == []
    finally:
        process.kill()
        process.wait(10)
        log.close()


def test_an_edit_shows(live):
    assert live.shows("records/hazards/hz.html", "Hot surface of the lamp head")
    start = time.monotonic()
    live.replace("risk.yaml", "Hot surface of the lamp head", "Glowing lamp head")
    assert live.shows("records/hazards/hz.html", "Glowing lamp head")
    assert time.monotonic() - start < 8
    live.replace("evidence/EV-001.md", "# ", "# Revised ")
    assert live.shows("evidence/ev-001.html", "Revised")


def test_a_new_file_shows(live):
    (live.project / "more").mkdir()
    (live.project / "more" / "extra.yaml").write_text("hazards:\n  HZ-LATE: {title: Came late}\n", "utf-8")
    assert live.shows("records/hazards/hz.html", "Came late")


def test_broken_yaml_is_a_finding_and_recovers(live):
    live.replace("device.yaml", "name: Examination lamp", "name: [Examination lamp")
    assert live.shows("findings.html", "unreadable-file")
    assert "device.yaml:" in live.get("findings.html")
    live.replace("device.yaml", "name: [Examination lamp", "name: Examination lamp")
    assert live.shows("", "Examination lamp")


def test_a_broken_template_is_a_finding_and_recovers(live):
    folder = live.project / "templates" / "documents"
    folder.mkdir(parents=True)
    (folder / "note.md.j2").write_text("---\ntitle: A note\norder: 12\n---\n{{ nothing.of.the.kind }}\n", "utf-8")
    assert live.shows("findings.html", "templates/documents/note.md.j2")
    (folder / "note.md.j2").write_text("---\ntitle: A note\norder: 12\n---\nAll is well.\n", "utf-8")
    assert live.shows("documents/note.html", "All is well.")


def test_a_project_file_that_is_gone_is_a_page_and_recovers(live):
    (live.project / "project.yaml").rename(live.project / "project.gone")
    assert live.shows("", "The technical file cannot be built")
    (live.project / "project.gone").rename(live.project / "project.yaml")
    assert live.shows("", "Examination lamp")


def test_links_made_while_serving_keep_nobody_waiting(live):
    (live.project / "another").symlink_to("/usr")
    live.replace("risk.yaml", "lamp head", "head of the lamp")
    assert live.shows("records/hazards/hz.html", "head of the lamp")


def test_a_project_folder_that_is_gone_is_a_page_and_recovers(live):
    live.project.rename(live.project.with_name("elsewhere"))
    assert live.shows("", "is not a folder")
    live.project.with_name("elsewhere").rename(live.project)
    assert live.shows("", "Examination lamp")
    live.replace("device.yaml", "name: Examination lamp", "name: Reading lamp")
    assert live.shows("", "Reading lamp")
    live.replace("device.yaml", "name: Reading lamp", "name: Examination lamp")


@pytest.mark.parametrize(("host", "status"), [("localhost", "200"), ("evil.example", "421"), (None, "421")])
@pytest.mark.verifies("REQ-SRV-01")
def test_only_the_names_of_this_machine_are_answered(live, host, status):
    with socket.create_connection(("127.0.0.1", live.port), 10) as asking:
        asking.sendall(f"GET /findings.html HTTP/1.1\r\n{f'Host: {host}' if host else 'Accept: */*'}\r\n\r\n".encode())
        answer = asking.makefile("rb").read().decode()
    assert answer.split()[1] == status
    assert ("mdr-" in answer) == (status == "200")


def test_an_address_with_a_null_character_is_a_bad_request(live):
    assert live.get("a%00b") == "400"


@pytest.mark.verifies("REQ-CLI-01")
def test_a_port_that_is_taken_is_told_at_once_with_a_free_one(tmp_path):
    project = small(tmp_path / "device")
    with socket.socket() as taken, (tmp_path / "log").open("w+") as log:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert started(project, port, log).wait(60) == 2
    said = re.fullmatch(rf"mdr: port {port} is taken by another program; `mdr serve --port (\d+)` takes a free one\n", (tmp_path / "log").read_text())
    assert said, (tmp_path / "log").read_text()
    with socket.socket() as free:
        free.bind(("127.0.0.1", int(said[1])))
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without asking it")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
@pytest.mark.verifies("REQ-SRV-02")
def test_however_it_is_ended_it_leaves_nothing_behind(tmp_path, name):
    """Also while it still builds for the first time, and where the signal comes twice."""
    project, scratch = small(tmp_path / "device"), tmp_path / "tmp"
    with (tmp_path / "log").open("w+") as log:
        process = started(project, free_port(), log)
        end = time.monotonic() + 60
        while time.monotonic() < end and not (scratch.is_dir() and any(scratch.iterdir())):
            time.sleep(0.02)
        process.send_signal(getattr(signal, name))
        time.sleep(0.05)
        process.send_signal(getattr(signal, name))
        assert process.wait(30) == 0, (tmp_path / "log").read_text()
    assert list(scratch.iterdir()) == []
    assert (tmp_path / "log").read_text() == ""


def test_what_is_ignored_from_outside_stays_ignored(tmp_path):
    with (tmp_path / "log").open("w+") as log:
        port = free_port()
        process = started(small(tmp_path / "device"), port, log, "nohup")
        try:
            assert Live(tmp_path / "device", port).shows("", "Technical file of the device", 60)
            process.send_signal(signal.SIGHUP)
            time.sleep(1)
            assert process.poll() is None
        finally:
            process.terminate()
            process.wait(20)
