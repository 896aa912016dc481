"""Which state of the project an output shows: the last commit that touched its inputs, clean or dirty."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from mdr_blueprint.revision.repository import Repository, UnreadableError, opened
from mdr_blueprint.revision.worktree import is_dirty

INPUT = (":(glob)**/*.yaml", "templates", "evidence")
"""What git is asked about; files elsewhere count with their folder once a record names one of them."""
NOT_INPUT = (":(exclude)build", ":(exclude)docs", ":(exclude).*")
HISTORY = 12
SHALLOW = "the clone is shallow: its oldest commit stands for all before it, so revision and change history may be wrong"
NO_COMMIT = "so the revision is a hash over the inputs and no commit"
UNDATED = "the date of commit {} cannot be read, so dated rules are judged by the newest date in the records"


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a change history. `day` is None where the commit has a date that no calendar holds."""

    day: date | None
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
    inputs = (*INPUT, *(f":(literal){name}" for name in elsewhere), *NOT_INPUT)
    doubt = ""
    try:
        with opened(root) as repository:
            revision = _last_commit(repository, inputs) if repository else None
    except UnreadableError as error:
        revision, doubt = None, f"{error}, {NO_COMMIT}"
    if revision is not None:
        return revision
    digest = hashlib.sha256("".join(f"{path}\0{sha}\n" for path, sha in sorted(contents.items())).encode()).hexdigest()
    return Revision(f"content:{digest}", doubt=doubt)


def _last_commit(repository: Repository, inputs: Sequence[str]) -> Revision | None:
    """The newest commit that touched an input; None where there is none. Raises `UnreadableError` where git cannot say."""
    form = "--format=%H%x1f%P%x1f%cd%x1f%an%x1f%s"
    log = repository.text("log", f"-{HISTORY}", "--date=short", "--encoding=UTF-8", form, "--", *inputs)
    if log is None and _has_no_commit(repository):
        return None
    if log is None:
        raise UnreadableError("git cannot read the history of the repository")
    if not log:
        return None
    changes, is_cut = [], False
    for line in log.rstrip("\n").split("\n"):
        commit, parents, day, author, subject = line.split("\x1f", 4)
        is_cut = is_cut or not parents
        changes.append(Change(_day(day), commit, _printable(author), _printable(subject)))
    newest = changes[0]
    is_cut = is_cut and (repository.text("rev-parse", "--is-shallow-repository") or "").strip() == "true"
    doubt = SHALLOW if is_cut else "" if newest.day else UNDATED.format(newest.commit[:12])
    return Revision(newest.commit, is_dirty(repository, inputs), newest.day, tuple(changes), doubt)


def _has_no_commit(repository: Repository) -> bool:
    """Whether git reads the repository and HEAD names a branch without a commit."""
    is_read = repository.ask("for-each-ref", "--count=1") is not None
    return is_read and repository.ask("rev-parse", "--verify", "--quiet", "HEAD") is None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:  # of the year 10000, or damaged
        return None


def _printable(text: str) -> str:
    """What stands in a commit is no text of ours: a document cannot hold every character of it."""
    return "".join(c if c.isprintable() else " " for c in text)
