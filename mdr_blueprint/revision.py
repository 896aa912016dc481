"""Which state of the project an output shows: the last commit that touched its inputs, clean or dirty."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

from mdr_blueprint.diagnostics import UsageError, did_you_mean

INPUT = (":(glob)**/*.yaml", "templates", "evidence")
"""What git is asked about; files elsewhere count with their folder once a record names one of them."""
NOT_INPUT = (":(exclude)build", ":(exclude)docs", ":(exclude).*")
HISTORY = 12
LINK = b"120000"
"""Mode of a symbolic link in git."""
PIECE = 1 << 20
NOT_OURS = frozenset(
    {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX"}
    | {f"GIT_{how}_PATHSPECS" for how in ("LITERAL", "GLOB", "NOGLOB", "ICASE")}
)
"""What a hook of git sets for its own repository and call; the project may lie in another one."""


SHALLOW = "the clone is shallow: its oldest commit stands for all before it, so revision and change history may be wrong"
REFUSED = "the project lies in a repository that git does not open, so the revision is a hash over the inputs and no commit"


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a change history."""

    day: date
    commit: str
    author: str
    subject: str


@dataclass(frozen=True, slots=True)
class Revision:
    """`name` is a commit, or `content:<sha256>` outside git; `dirty` when an input is changed or untracked."""

    name: str
    dirty: bool = False
    day: date | None = None
    history: tuple[Change, ...] = ()
    doubt: str = ""
    """Why the project's own version control would name another state; nothing where it would not."""

    @property
    def short(self) -> str:
        return self.name[:12] if ":" not in self.name else self.name[: len("content:") + 12]

    @property
    def brief(self) -> str:
        """As the foot of a page names it."""
        return self.short if ":" in self.name else str(self)

    def __str__(self) -> str:
        state = "dirty" if self.dirty else "clean"
        return self.name if ":" in self.name else f"{self.short} ({state})"


def read_revision(root: Path, contents: dict[str, str]) -> Revision:
    """The revision of the project at `root`; `contents` maps the path of each input to its sha256."""
    elsewhere = sorted({path.split("/")[0] for path in contents if not path.endswith(".yaml")} - set(INPUT))
    inputs = ("--", *INPUT, *(f":(literal){name}" for name in elsewhere), *NOT_INPUT)
    log = _git(root, "log", f"-{HISTORY}", "--date=short", "--encoding=UTF-8", "--format=%H%x1f%P%x1f%cd%x1f%an%x1f%s", *inputs)
    if not log:
        digest = hashlib.sha256("".join(f"{path}\0{sha}\n" for path, sha in sorted(contents.items())).encode()).hexdigest()
        return Revision(f"content:{digest}", doubt=_refusal(root))
    changes, cut = [], False
    for line in log.rstrip("\n").split("\n"):
        commit, parents, day, author, subject = line.split("\x1f", 4)
        cut = cut or not parents
        changes.append(Change(date.fromisoformat(day), commit, _printable(author), _printable(subject)))
    status = _git(root, "status", "--porcelain", "--untracked-files=all", *inputs)
    dirty = status is None or bool(status.strip())
    cut = cut and (_git(root, "rev-parse", "--is-shallow-repository") or "").strip() == "true"
    return Revision(changes[0].commit, dirty, changes[0].day, tuple(changes), SHALLOW if cut else "")


def _printable(text: str) -> str:
    """What stands in a commit is no text of ours: a document cannot hold every character of it."""
    return "".join(c if c.isprintable() else " " for c in text)


def _refusal(root: Path) -> str:
    """Whether a repository is there and git cannot read it: not installed, owned by another user, damaged."""
    here = any(os.path.lexists(folder / ".git") for folder in (root, *root.parents))
    return REFUSED if here and _git(root, "rev-parse", "--git-dir") is None else ""


def restore(root: Path, ref: str, target: Path) -> bool:
    """Write the project as it was at a revision to `target`, without touching the working tree; False where it was not there.

    Blobs are read as they were committed: neither attributes nor filters of the repository hide or change one. UsageError
    where git has no such revision.
    """
    commit = (_git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}") or "").strip()
    if not commit:
        raise UsageError(_why_not(root, ref))
    if _git(root, "cat-file", "-e", f"{commit}:./project.yaml") is None:
        return False
    listing = _run(root, "ls-tree", "-r", "-z", commit, ".") or b""
    entries = [(path, *about.split()) for about, _, path in (entry.partition(b"\t") for entry in listing.split(b"\0") if entry)]
    blobs = [(path, mode, name) for path, mode, kind, name in entries if kind == b"blob" and not _is_aside(path)]
    blobs.sort(key=lambda blob: blob[1] == LINK)  # no file is written through a link
    with tempfile.TemporaryFile() as names:
        names.writelines(name + b"\n" for _, _, name in blobs)
        names.seek(0)
        call, environment = _call(root, "cat-file", "--batch")
        with subprocess.Popen(call, stdin=names, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as reader:
            assert reader.stdout is not None
            for path, mode, _ in blobs:
                _restore_one(reader.stdout, Path(os.fsdecode(path)), mode == LINK, root, target, ref)
    return True


def _why_not(root: Path, ref: str) -> str:
    """Why a revision cannot be compared with, and what may have been meant."""
    if shutil.which("git") is None:
        return f"git is not installed or not on the path, so nothing can be compared with `{ref}`"
    if _git(root, "rev-parse", "--git-dir") is None:
        return f"{root} is in no repository that git can read, so nothing can be compared with `{ref}`"
    names = (_git(root, "for-each-ref", "--format=%(refname:short)") or "").split()
    remote = next((name for name in names if ref and name.endswith(f"/{ref}")), None)
    if ref in names:
        return f"`{ref}` names no commit, so nothing can be compared with it"
    hint = f"; did you mean {remote}?" if remote else did_you_mean(ref, names)
    if (_git(root, "rev-parse", "--is-shallow-repository") or "").strip() == "true":
        hint += "; the clone is shallow: fetch that revision too, with `git fetch --unshallow`"
    return f"git knows no revision `{ref}` here{hint}"


def _restore_one(stream: IO[bytes], path: Path, is_link: bool, root: Path, target: Path, ref: str) -> None:
    """The next blob that `git cat-file --batch` gives, piece by piece: evidence may be larger than memory."""
    head = stream.readline().split()
    if len(head) != 3 or head[1] != b"blob":
        raise UsageError(f"git cannot read `{path.as_posix()}` as it was at `{ref}`; `git fsck` tells more")
    left, file = int(head[2]), target / path
    file.parent.mkdir(parents=True, exist_ok=True)
    if is_link:
        _write_link(file, os.fsdecode(stream.read(left)), root / path.parent, root, target)
    else:
        with file.open("wb") as copy:
            while left:
                piece = stream.read(min(left, PIECE))
                if not piece:
                    raise UsageError(f"git stopped in the middle of `{path.as_posix()}` as it was at `{ref}`")
                copy.write(piece)
                left -= len(piece)
    stream.read(1)  # the line end after each blob


def _write_link(file: Path, text: str, folder: Path, root: Path, target: Path) -> None:
    """A link that leads where that of the project leads: out of the project to the same place."""
    there = Path(os.path.normpath(folder / text))
    try:
        file.symlink_to(target / there.relative_to(root) if there.is_relative_to(root) else there)
    except OSError:  # without the right to make links git itself writes a file with the text
        file.write_text(text, "utf-8", errors="surrogateescape")


def _is_aside(path: bytes) -> bool:
    """Whether a path is below a folder that the compiler never reads."""
    return path.split(b"/")[0] in (b"build", b"docs") or any(part.startswith(b".") for part in path.split(b"/"))


def _git(root: Path, *arguments: str) -> str | None:
    """What git says, or None where there is no git, no repository or no commit."""
    said = _run(root, *arguments)
    return said.decode("utf-8", "replace") if said is not None else None


def _run(root: Path, *arguments: str) -> bytes | None:
    call, environment = _call(root, *arguments)
    try:
        done = subprocess.run(call, capture_output=True, check=False, timeout=60, env=environment)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def _call(root: Path, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """How git is called, and in which environment."""
    environment = {name: value for name, value in os.environ.items() if name not in NOT_OURS} | {"GIT_OPTIONAL_LOCKS": "0"}
    return ["git", "-C", str(root), "-c", "log.showSignature=false", *arguments], environment
