"""Write the parts of an output: Word, Excel and data in a second process beside the site, where the system can fork."""

from __future__ import annotations

import ctypes
import multiprocessing
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from mdr_blueprint import library
from mdr_blueprint.diagnostics import Fault, Place, UsageError, WriteError
from mdr_blueprint.source.files import WORD_TEMPLATE
from mdr_blueprint.write.data import write_data
from mdr_blueprint.write.output import PARTS

if TYPE_CHECKING:
    from mdr_blueprint.render import Document
    from mdr_blueprint.tables import Inputs, Tables

PR_SET_PDEATHSIG = 1
Progress = Callable[[str], None]


def write_parts(
    tables: Tables, documents: tuple[Document, ...], folder: Path, parts: tuple[str, ...], progress: Progress
) -> tuple[Fault, ...]:
    """Write every part named in `parts`; gives the faults that were met."""
    with _beside(lambda: _office(tables, documents, folder, parts)) as office:
        if "site" in parts:
            progress("site")
            _site(tables, documents, folder, parts)
        if set(parts) - {"site"}:
            progress("documents, workbook, data")
    return office.faults


def footer(inputs: Inputs) -> str:
    """The line that every page of every output carries."""
    project = inputs.dossier.project
    words = (project.id if project else None, inputs.dossier.device_name, f"revision {inputs.revision.brief}")
    return ", ".join(word for word in words if word)


def _site(tables: Tables, documents: tuple[Document, ...], folder: Path, parts: tuple[str, ...]) -> None:
    from mdr_blueprint.write.site import make_pages
    from mdr_blueprint.write.site.wrap import build_site, write_plain

    project = tables.inputs.dossier.project
    name, language = (project.title if project else "Technical file"), (project.language if project else "en")
    beside = {part for part, (first, *_) in PARTS.items() if part in parts or (folder / first).is_dir()}
    pages = make_pages(tables, documents, beside)
    line = footer(tables.inputs)
    write_plain(pages, folder / "site_source", name=name, footer=line, language=language)
    build_site(pages, folder / "site", name=name, footer=line, language=language)


def _office(tables: Tables, documents: tuple[Document, ...], folder: Path, parts: tuple[str, ...]) -> tuple[Fault, ...]:
    faults: tuple[Fault, ...] = ()
    line = footer(tables.inputs)
    if "data" in parts:
        (folder / "data").mkdir()
        (folder / "data" / "dossier.json").write_bytes(write_data(tables.inputs))
    if "excel" in parts:
        from mdr_blueprint.write.excel import write_workbook

        project = tables.inputs.dossier.project
        data, faults = write_workbook(tables.sheets(), title=project.title if project else "Technical file", footer=line)
        (folder / "workbooks").mkdir()
        (folder / "workbooks" / "technical_file.xlsx").write_bytes(data)
    if "word" in parts:
        from mdr_blueprint.write.word import write_word

        template, told = _template(tables.inputs)
        faults += told
        (folder / "documents").mkdir()
        for document in documents:
            if "word" in document.outputs:
                data = write_word(document, footer=line, template=template)
                (folder / "documents" / f"{document.file_name}.docx").write_bytes(data)
    return faults


def _template(inputs: Inputs) -> tuple[bytes, tuple[Fault, ...]]:
    """The Word template: the team's own, where there is one that serves, else the library's."""
    from mdr_blueprint.write.word.template import read_template

    ours = (library.folder("templates") / "word" / "reference.docx").read_bytes()
    own = inputs.sources.inventory.get(WORD_TEMPLATE)
    if own is None and not (inputs.sources.root / WORD_TEMPLATE).is_dir():
        return ours, ()  # there is none, or the reader has told why it is not read
    found = read_template(own.content) if own else "is a folder"
    if isinstance(found, str):
        return ours, (_told(f"{WORD_TEMPLATE} {found}; the documents are written with the template of the library"),)
    if found.removed:
        asked = ", ".join(found.removed)
        message = f"{WORD_TEMPLATE} asks for what is outside of it when a document is opened: {asked}; left out"
        return found.data, (_told(message),)
    return found.data, ()


def _told(message: str) -> Fault:
    return Fault("word-template", message, Place(WORD_TEMPLATE), subject=WORD_TEMPLATE)


class _Office:
    """What the second process had to say."""

    faults: tuple[Fault, ...] = ()


@contextmanager
def _beside(work: Callable[[], tuple[Fault, ...]]) -> Iterator[_Office]:
    """Run `work` in a forked process beside the block, or after it where the system cannot fork cheaply."""
    result = _Office()
    if sys.platform != "linux":
        yield result
        result.faults = work()
        return
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_send, args=(work, sender), daemon=True)
    process.start()
    sender.close()
    try:
        yield result
        result.faults = _receive(receiver)
        process.join()
    finally:
        process.terminate()  # does nothing to one that has ended
        receiver.close()


def _send(work: Callable[[], tuple[Fault, ...]], sender: Connection) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # a killed build leaves nobody behind who holds its lock
    try:
        sender.send(work())
    except (OSError, MemoryError, UsageError, WriteError) as error:
        sender.send(error)
    except Exception as error:  # noqa: BLE001 - handed to the parent, which raises it
        told = RuntimeError(f"{type(error).__name__}: {error}")
        told.add_note(f"In the process that writes documents and workbook:\n\n{traceback.format_exc()}")
        sender.send(told)


def _receive(receiver: Connection) -> tuple[Fault, ...]:
    try:
        answer = receiver.recv()
    except EOFError:
        raise WriteError("the process that writes documents and workbook ended without a word") from None
    if isinstance(answer, BaseException):
        raise answer
    faults: tuple[Fault, ...] = answer
    return faults
