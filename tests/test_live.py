"""Who is answered by a live site, and what makes it build again."""

from __future__ import annotations

import gc
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from projects import small

from mdr_blueprint.collector import GROWTH
from mdr_blueprint.live import INTERVAL, guarded, names_of, watch
from mdr_blueprint.load import load_law
from mdr_blueprint.pipeline import present_project

SECONDS = 10


def asked(host: str | None, path: str = "/", address: str = "127.0.0.1") -> str:
    """The status that a request gets; 200 is that of the application."""
    statuses: list[str] = []

    def application(environ, start_response):
        start_response("200 OK", [])
        return [b""]

    environ = {"PATH_INFO": path} | ({} if host is None else {"HTTP_HOST": host})
    b"".join(guarded(application, names_of(address))(environ, lambda status, headers: statuses.append(status)))
    return statuses[0][:3]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "localhost:8000", "127.0.0.1:9", "[::1]:8000", "LocalHost:8000"])
@pytest.mark.verifies("REQ-SRV-01")
def test_the_names_of_this_machine_are_answered(host):
    assert asked(host) == "200"


@pytest.mark.parametrize("host", [
    None, "", "evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil.example", "evil@localhost", "localhost:8000:1",
    "localhost,evil.example", "localhost/", "0.0.0.0", "[::1", "::1", "127.0.0.2", "localhost:port", "localhost\n", "l\u014dcalhost",
])
@pytest.mark.verifies("REQ-SRV-01")
def test_every_other_name_is_refused(host):
    assert asked(host) == "421"


def test_a_server_at_an_address_of_the_users_choice_is_asked_by_it():
    assert asked("192.168.1.7:8000", address="192.168.1.7") == "200"
    assert asked("[fe80::1]:8000", address="fe80::1") == "200"
    assert asked("desk.example:8000", address="Desk.example") == "200"
    assert asked("evil.example", address="192.168.1.7") == "421"
    assert asked("desk.example", address="0.0.0.0") == "200", "who opens it to the network may call it as he likes"


def test_an_address_with_a_null_character_is_a_bad_request():
    assert asked("localhost", "/a\0b") == "400"


class Watched:
    def __init__(self, root: Path) -> None:
        self.root, self.told = root, threading.Event()

    def sees(self, seconds: float = SECONDS) -> bool:
        seen = self.told.wait(seconds)
        self.told.clear()
        return seen


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    """A project with links that lead out, at the top and further down, made before and while it is watched."""
    root, outside = tmp_path / "device", tmp_path / "outside"
    for folder in (root / "risk", root / "docs", root / "build", root / ".git", outside / "deep"):
        folder.mkdir(parents=True)
    (root / "project.yaml").write_text("a", "utf-8")
    (root / "out").symlink_to(outside)
    (root / "risk" / "loop").symlink_to(root)
    found = Watched(root)
    observer = watch(root, root / "site", found.told.set)
    observer.start()
    found.told.wait(3 * INTERVAL)
    (root / "risk" / "first.yaml").write_text("a", "utf-8")
    assert found.sees()
    yield found
    observer.stop()
    observer.join(SECONDS)
    assert not observer.is_alive()


def test_what_the_compiler_reads_is_watched(watched):
    for path in (watched.root / "project.yaml", watched.root / "new" / "deep" / "a.yaml", watched.root / "evidence.md"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("changed", "utf-8")
        assert watched.sees(), path
    shutil.rmtree(watched.root / "new")
    assert watched.sees()
    (watched.root / "new").mkdir()
    (watched.root / "new" / "a.yaml").write_text("again", "utf-8")
    assert watched.sees()


@pytest.mark.verifies("REQ-SRV-02")
def test_nothing_else_is_watched_and_no_link_is_followed(watched):
    (watched.root / "later").symlink_to(watched.root.parent / "outside")
    assert watched.sees(), "a link itself is a change"
    for path in ("out/deep/a.yaml", "later/b.yaml", "docs/a.md", "build/a.html", "site/a.html", ".git/index", ".hidden"):
        (watched.root / path).parent.mkdir(parents=True, exist_ok=True)
        (watched.root / path).write_text("changed", "utf-8")
    assert not watched.sees(4 * INTERVAL)


def test_a_project_that_vanishes_and_comes_back_is_watched_again(watched):
    watched.root.rename(watched.root.with_name("gone"))
    assert watched.sees()
    watched.root.with_name("gone").rename(watched.root)
    assert watched.sees()
    (watched.root / "project.yaml").write_text("changed once more", "utf-8")
    assert watched.sees()


@pytest.mark.verifies("REQ-SRV-02")
def test_what_was_compiled_before_is_given_back(tmp_path):
    """What holds on to itself in a circle is freed by the collector alone, and the collector is kept from what is frozen."""
    project = small(tmp_path / "device")
    present_project(project)
    counts = []
    for _ in range(60):
        present_project(project)
        counts.append(gc.get_freeze_count())
    assert max(counts[30:]) < 1.1 * GROWTH * min(counts)
    assert max(counts[30:]) <= 1.02 * max(counts[:30])
    assert gc.isenabled()
    assert load_law() is load_law()
