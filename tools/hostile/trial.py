"""One project, tried in a process of its own with limits of time and memory: every command that reads it, every part that is written."""

from __future__ import annotations

import math
import multiprocessing
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import typer

from mdr_blueprint.cli.check import written
from mdr_blueprint.cli.classify import classify
from mdr_blueprint.cli.status import status
from mdr_blueprint.cli.trace import trace
from mdr_blueprint.diagnostics import UsageError
from mdr_blueprint.pipeline import build, compile

FORMATS = ("text", "json", "sarif", "github", "gitlab")
MEMORY = 2 * 1024**3
PATIENCE = 20
"""How many times its seconds a step may wait for a busy machine."""
Step = tuple[str, Callable[[], object]]


@dataclass
class Outcome:
    """How a project came through: processor seconds of each step, and what went wrong in the last one."""

    seconds: dict[str, float] = field(default_factory=dict)
    failed: str = ""
    memory: int = 0
    """Peak, in MB."""


def run(project: Path, check_limit: float, build_limit: float, *, readers: bool) -> Outcome:
    """Every step on a project. Whatever is raised is a fault, but a wrong call of `trace` or `classify`.

    The limits are seconds of the processor, so that other work on the machine does not count.
    """
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_work, args=(project, check_limit, build_limit, readers, sender))
    process.start()
    sender.close()
    outcome, step = Outcome(), "start"
    try:
        while True:
            if not receiver.poll(PATIENCE * build_limit):
                outcome.failed = f"{step}: waits for ever"
                break
            what, *told = receiver.recv()
            if what == "begin":
                step = told[0]
            elif what == "end":
                outcome.seconds[step] = told[0]
            elif what == "failed":
                outcome.failed = f"{step}: {told[0]}"
            else:
                outcome.memory = told[0]
                break
    except EOFError:
        process.join()
        late = process.exitcode == -signal.SIGXCPU
        outcome.failed = f"{step}: not done in time" if late else f"{step}: the process died, {process.exitcode}"
    finally:
        process.kill()
        process.join()
        receiver.close()
    return outcome


def _work(project: Path, check_limit: float, build_limit: float, readers: bool, sender: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    sys.stdout = sys.stderr = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - as long as the process lives
    for name, step in _steps(project, readers):
        sender.send(("begin", name))
        start = _used()
        own = time.process_time() + (build_limit if name == "build" else check_limit)
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(own), resource.RLIM_INFINITY))
        try:
            step()
        except Exception as error:
            if isinstance(error, UsageError) and name.startswith(("trace", "classify")):  # no such record, no device: told in plain words
                continue
            sender.send(("failed", traceback.format_exc()))
            break
        sender.send(("end", _used() - start))
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    sender.send(("memory", peak // 1024))


def _used() -> float:
    """Processor seconds so far, those of the second process of a build included."""
    return sum(found.ru_utime + found.ru_stime for found in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def _steps(project: Path, readers: bool) -> Iterator[Step]:
    found = []

    def check() -> None:
        found.append(compile(project))
        written(found[0], "text")

    yield "check", check
    if not found:
        return
    for form in FORMATS[1:]:
        yield f"check --format {form}", lambda form=form: written(found[0], form)
    if readers:
        yield "status", lambda: status(project)
        yield "classify", lambda: _exits(lambda: classify(project))
        ids = [*found[0].dossier.entries]
        for id_ in [*ids[len(ids) // 2 :][:1], "nobody#1"]:
            yield f"trace {id_}", lambda id_=id_: trace(id_, project, 0)
    yield "build", lambda: build(project)


def _exits(command: Callable[[], object]) -> None:
    """A command that says by its exit code what it found."""
    with suppress(typer.Exit):
        command()
