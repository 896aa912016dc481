"""The command line. One file per command; each imports what it needs when it runs, so that `mdr --help` is quick."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated

import typer

from mdr_blueprint.cli import build, check, classify, explain, import_, new, schema, serve, status, trace
from mdr_blueprint.cli.terminal import say
from mdr_blueprint.version import VERSION

app = typer.Typer(
    name="mdr",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 no errors, 1 errors found that no waiver covers (the output is still written), 2 wrong call, "
           "3 nothing written (internal fault, full disk, locked file).",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        say(f"mdr-blueprint {VERSION}\n")
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and stop.")]


def mdr(version: Version = False) -> None:
    """Compile a technical file under Regulation (EU) 2017/745 from records in YAML.

    A folder with a project.yaml is a project. Commands run from any folder inside it.

    Start:
      mdr new scanner                  a project that builds at once
      cd scanner
      mdr check                        what is missing or inconsistent
      mdr build                        site, Word and Excel, in build/
    """


def _help(command: Callable[..., None]) -> str:
    """The docstring with each paragraph as one line, which the terminal wraps; one with indented lines stays as it is."""
    paragraphs = (inspect.getdoc(command) or "").split("\n\n")
    return "\n\n".join(text if "  " in text else " ".join(text.split()) for text in paragraphs)


app.callback(help=_help(mdr))(mdr)
_IN_ORDER_OF_WORK = (
    new.new, check.check, build.build, serve.serve, classify.classify, status.status, trace.trace, explain.explain, schema.schema
)
for _command in _IN_ORDER_OF_WORK:
    app.command(help=_help(_command))(_command)

_importers = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")
_importers.command(help=_help(import_.junit))(import_.junit)
app.add_typer(_importers, name="import", help="Make records of what other programs report.")
