"""`mdr schema`: the record format for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from mdr_blueprint.cli.terminal import say
from mdr_blueprint.diagnostics import UsageError

FILE = "records.schema.json"
Output = Annotated[
    Path | None,
    typer.Option(metavar="DIR", show_default=False, help=f"Write {FILE} into this folder instead of printing it."),
]


def schema(output: Output = None) -> None:
    """Print the JSON Schema of the records, so that an editor completes and checks while you type.

    For example:
      mdr schema --output .            writes records.schema.json
      mdr schema > records.schema.json

    For editors with the YAML language server, one line at the head of a record file is enough:

      # yaml-language-server: $schema=records.schema.json
    """
    from mdr_blueprint.load import load_law
    from mdr_blueprint.model.schema import record_schema

    law = load_law()
    standards = {id_: standard.title for id_ in law.standard_ids if (standard := law.standard(id_))}
    made = record_schema({id_: item.topic for id_, item in law.gspr.items()}, standards, law.facts)
    text = json.dumps(made, ensure_ascii=False, indent=2) + "\n"
    if output is None:
        say(text, exact=True)
        return
    if output.exists() and not output.is_dir():
        raise UsageError(f"{output} is a file; --output names the folder that {FILE} is written into")
    output.mkdir(parents=True, exist_ok=True)
    target = output / FILE
    target.write_text(text, "utf-8", newline="\n")
    say(f"{target} is written. One line at the head of a record file makes the YAML language server use it:\n\n"
        f"  # yaml-language-server: $schema={FILE}\n", only_told=True)
