"""The one place that calls git. Of a repository it reads what is stored in it, and never the configuration that came with it.

The configuration of a repository may name programs: monitors of the file system, filters, helpers that fetch what is missing,
further files to include. A repository can come with the project, in an archive or as files of a commit, so it is not trusted.
git is pointed to a folder of our own, the *view*: it has a configuration written here, copies of the references, and the way to
objects and index of the repository, which are data. What the user of the machine has set for git itself still counts.

git 2.30 is the oldest version that this is tried with.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

SECONDS = 60
"""How long git may be silent."""
PIECE = 1 << 20
MAX_ANSWER = 64 * 1024 * 1024
"""Bytes of one answer. A listing that is longer is of no project that can be compiled."""
MAX_VIEW = 256 * 1024 * 1024
"""Bytes that are copied of a repository, its objects and index apart."""
FIXED = ("--no-pager", "--no-replace-objects", "-c", "core.fsmonitor=", "-c", "log.showSignature=false")
"""What stands in every call, whatever the user has set: the name of a commit means its own content, and nothing is started."""
OF_THE_USER = frozenset({"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_EXEC_PATH"})
"""Variables of git that are handed on. Others are set by hooks for a repository of their own, or name programs."""
NO_FETCHING = {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
REFERENCE = re.compile(rb"([0-9a-f]{40}(?:[0-9a-f]{24})?) (refs/[^\x00-\x20\x7f]+)")
NAME = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
"""Of an object."""
STORAGE = {
    "extensions.objectformat": frozenset({"sha1", "sha256"}),
    "extensions.refstorage": frozenset({"files", "reftable"}),
    "core.ignorecase": frozenset({"true", "false"}),
    "core.precomposeunicode": frozenset({"true", "false"}),
}
"""All that is taken from the configuration of a repository, each with the values that are: how it is stored on this disk."""


class UnreadableError(Exception):
    """A repository is there and cannot be read; says why."""


@dataclass(frozen=True)
class Stored:
    """Where a repository keeps what it holds."""

    top: Path
    """The folder that its files are checked out in."""
    own: Path
    """Holds HEAD and index."""
    common: Path
    """Holds objects and references; another folder than `own` in a linked work tree."""


class Answer:
    """The output of git while it runs. Raises `UnreadableError` once it has been silent for too long, and ends it."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        self._process, self._stream = process, process.stdout
        self._is_silent = False
        self.is_whole = False
        """Git has ended well."""

    def read(self, size: int) -> bytes:
        return self._bounded(lambda: self._stream.read(size))

    def readline(self) -> bytes:
        return self._bounded(self._stream.readline)

    def end(self) -> None:
        """Let it go: what is not read by now is not wanted."""
        self._stream.close()
        if self._process.poll() is None and not self._is_silent:
            with suppress(subprocess.TimeoutExpired):  # one that still writes ends by the closed stream
                self._process.wait(1)
        self._process.kill()
        self.is_whole = self._process.wait() == 0

    def _bounded(self, read: Callable[[], bytes]) -> bytes:
        alarm = threading.Timer(SECONDS, self._stop)
        alarm.daemon = True
        alarm.start()
        try:
            piece = read()
        finally:
            alarm.cancel()
        if self._is_silent:
            raise UnreadableError(f"git has not answered for {SECONDS} seconds")
        return piece

    def _stop(self) -> None:
        self._is_silent = True
        self._process.kill()


@dataclass(frozen=True)
class Repository:
    """A repository as it is asked through its view."""

    root: Path
    """The folder that paths in questions and answers start from."""
    stored: Stored
    view: Path

    def ask(self, *arguments: str) -> bytes | None:
        """What git answers; None where it fails or has no end. Raises `UnreadableError` where it is silent for too long."""
        try:
            with self._asked(arguments, subprocess.DEVNULL) as answer:
                pieces, size = [], 0
                while size <= MAX_ANSWER and (piece := answer.read(PIECE)):
                    pieces.append(piece)
                    size += len(piece)
        except OSError:
            return None
        return b"".join(pieces) if answer.is_whole and size <= MAX_ANSWER else None

    def text(self, *arguments: str) -> str | None:
        answer = self.ask(*arguments)
        return answer.decode("utf-8", "replace") if answer is not None else None

    @contextmanager
    def objects(self, names: Sequence[bytes]) -> Iterator[Answer]:
        """The answer of `git cat-file --batch` for the named objects: a head line, the content, a line end, for each."""
        with tempfile.TemporaryFile() as listed:
            listed.writelines(name + b"\n" for name in names)
            listed.seek(0)
            with self._asked(("cat-file", "--batch"), listed) as answer:
                yield answer

    @contextmanager
    def _asked(self, arguments: Sequence[str], question: IO[bytes] | int) -> Iterator[Answer]:
        call, environment = self._call(arguments)
        process = subprocess.Popen(call, stdin=question, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
        answer = Answer(process)
        try:
            yield answer
        finally:
            answer.end()

    def _call(self, arguments: Sequence[str]) -> tuple[list[str], dict[str, str]]:
        """The command line and the environment, the same for every question."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name in OF_THE_USER}
        environment |= NO_FETCHING
        environment["GIT_OBJECT_DIRECTORY"] = str(self.stored.common / "objects")
        environment["GIT_INDEX_FILE"] = str(self.stored.own / "index")
        where = ("-C", str(self.root), f"--git-dir={self.view}", f"--work-tree={self.stored.top}")
        return [program() or "git", *where, *FIXED, *arguments], environment


@contextmanager
def opened(root: Path) -> Iterator[Repository | None]:
    """The repository that `root` lies in, ready to be asked; None where there is none. Raises `UnreadableError`."""
    stored = find(root)
    if stored is None:
        yield None
        return
    if program() is None:
        raise UnreadableError("git is not installed or not on the path")
    with tempfile.TemporaryDirectory(prefix="mdr-git-") as folder:
        view = Path(folder).resolve()
        try:
            _make_view(view, stored)
        except OSError as error:
            name = Path(error.filename).name if error.filename else ".git"
            raise UnreadableError(f"`{name}` of the repository cannot be read ({error.strerror})") from error
        yield Repository(root, stored, view)


def program() -> str | None:
    """Where git is. Never in the working folder, which Windows would look into first, nor in a relative one of the path."""
    name = "git.exe" if sys.platform == "win32" else "git"
    folders = (folder for folder in os.get_exec_path() if Path(folder).is_absolute())
    return next((found for folder in folders if (found := shutil.which(str(Path(folder) / name)))), None)


def find(root: Path) -> Stored | None:
    """The repository of the nearest folder upwards that has a `.git`. Raises `UnreadableError` where that cannot be followed."""
    root = root.resolve()
    for top in (root, *root.parents):
        entry = top / ".git"
        if not os.path.lexists(entry):
            continue
        own = entry if entry.is_dir() else _led_to(entry, top, "gitdir: ")
        common = _led_to(own / "commondir", own) if os.path.lexists(own / "commondir") else own
        for folder in (own.resolve(), common.resolve()):
            if folder.is_relative_to(root) and not folder.is_relative_to(root / ".git"):
                raise UnreadableError("`.git` leads to a folder of the project, which is not asked")
        return Stored(top, own, common)
    return None


def _led_to(file: Path, base: Path, head: str = "") -> Path:
    """The folder that a file of git names in its only line."""
    try:
        line = _content(file, 4096).decode("utf-8").rstrip("\r\n")
    except (OSError, ValueError):
        raise UnreadableError(f"`{file.name}` cannot be read") from None
    folder = base / line.removeprefix(head)
    if not line.startswith(head) or "\n" in line or "\0" in line or not folder.is_dir():
        raise UnreadableError(f"`{file.name}` names no folder of a repository")
    return folder


def _make_view(view: Path, stored: Stored) -> None:
    """What git needs to find objects: HEAD, references, where history is cut, what is ignored, and a configuration of our own."""
    (view / "HEAD").write_bytes(_content(stored.own / "HEAD", 4096))
    for folder in ("refs", "info", "objects"):
        (view / folder).mkdir()
    lines = sorted(b"%b %b\n" % (name, reference) for reference, name in _references(stored.common).items())
    (view / "packed-refs").write_bytes(b"".join(lines))
    _write_configuration(view, stored)
    parts = [stored.common / name for name in ("shallow", "info/exclude") if os.path.lexists(stored.common / name)]
    parts += sorted((stored.common / "reftable").glob("*"))
    bases = dict.fromkeys(parts, stored.common) | dict.fromkeys(stored.own.glob("sharedindex.*"), stored.own)  # of a split index
    left = MAX_VIEW
    for part, base in bases.items():
        content = _content(part, left)
        left -= len(content)
        copy = view / part.relative_to(base)
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(content)


def _write_configuration(view: Path, stored: Stored) -> None:
    """Ours, with the few settings that say how the repository is stored. The other one is read as a text and not obeyed."""
    (view / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = false\n", "utf-8")
    there = stored.common / "config"
    if not os.path.lexists(there):
        return
    copy = view / "theirs"
    copy.write_bytes(_content(there, MAX_ANSWER))
    asked = "|".join(re.escape(key) for key in STORAGE)
    listed = Repository(view, Stored(view, view, view), view).ask(
        "config", "--file", str(copy), "--no-includes", "--null", "--get-regexp", f"^({asked})$"
    )
    for entry in (listed or b"").decode("utf-8", "replace").split("\0"):
        key, _, value = entry.partition("\n")
        if value.lower() in STORAGE.get(key.lower(), ()):
            section, _, name = key.partition(".")
            format_ = "[core]\n\trepositoryformatversion = 1\n" if section == "extensions" else ""
            with (view / "config").open("a", encoding="utf-8") as ours:
                ours.write(f"{format_}[{section}]\n\t{name} = {value.lower()}\n")


def _references(common: Path) -> dict[bytes, bytes]:
    """Reference -> name of the object, from the file that holds most of them and from those with a file of their own."""
    written: dict[bytes, bytes] = {}
    if os.path.lexists(common / "packed-refs"):
        for line in _content(common / "packed-refs", MAX_VIEW).split(b"\n"):
            match = REFERENCE.fullmatch(line.rstrip(b"\r"))  # other lines are comments, or what a tag stands for
            if match:
                written[match[2]] = match[1]
    for folder, _, names in os.walk(common / "refs"):
        for name in names:
            file = Path(folder) / name
            reference = os.fsencode(file.relative_to(common).as_posix())
            if stat.S_ISREG(file.lstat().st_mode) and REFERENCE.fullmatch(b"0" * 40 + b" " + reference):
                written[reference] = _content(file, 4096).strip()
    found: dict[bytes, bytes] = {}
    for reference, content in written.items():
        aim = written.get(content[5:].strip(), b"") if content.startswith(b"ref: ") else content
        if NAME.fullmatch(aim):
            found[reference] = aim
        elif not content.startswith(b"ref: "):
            raise UnreadableError(f"the reference `{os.fsdecode(reference)}` of the repository is damaged")
    return found


def _content(file: Path, most: int) -> bytes:
    """A file of the repository. One that is no regular file is not opened: it might never end."""
    if not stat.S_ISREG(file.stat().st_mode):
        raise UnreadableError(f"`{file.name}` of the repository is no regular file")
    with file.open("rb") as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        raise UnreadableError(f"`{file.name}` of the repository has more than {most:,} bytes")
    return content
