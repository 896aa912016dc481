"""`mdr explain`: a rule, or all of them."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING, Annotated

import typer

from mdr_blueprint.cli.terminal import bold, dim, say, wrapped
from mdr_blueprint.diagnostics import UsageError, did_you_mean

if TYPE_CHECKING:
    from mdr_blueprint.rules.cases import Case
    from mdr_blueprint.rules.engine import Rule

Code = Annotated[str | None, typer.Argument(metavar="CODE", show_default=False,
                                            help="Code or name of a rule: RISK401, unverified-control. Default: list them all.")]


def explain(code: Code = None) -> None:
    """Explain a rule: why it exists, its legal basis, how to mend a finding, a bad and a good example.

    Codes never change their meaning; names say what the fault is.

    For example:
      mdr explain                      every rule, by family
      mdr explain ID112
      mdr explain dangling-reference
    """
    from mdr_blueprint.rules import catalogue

    rules = catalogue()
    say(_list(rules) if code is None else _page(_find(code, rules)))


def _find(code: str, rules: tuple[Rule, ...]) -> Rule:
    for rule in rules:
        if code.upper() == rule.code or code.lower() == rule.name:
            return rule
    hint = did_you_mean(code, [rule.code for rule in rules]) if any(c.isdigit() for c in code) else \
        did_you_mean(code, [rule.name for rule in rules])
    raise UsageError(f"no rule is called `{code}`{hint or '; `mdr explain` lists them all'}")


def _list(rules: tuple[Rule, ...]) -> str:
    from mdr_blueprint.rules.catalogue import families

    blocks = []
    for family, about in families.items():
        rows = [rule for rule in rules if rule.family == family]
        if rows:
            lines = [f"  {rule.code:<8} {'E!' if rule.always_error else rule.weight:<2}  {rule.name}" for rule in rows]
            blocks.append("\n".join([bold(about), *lines]))
    legend = wrapped("E! is an error at every stage; E an error at submission, a warning at review, info at draft; W a warning "
                     "at review and submission, info at draft; I always info. `mdr explain CODE` tells all about one rule.")
    return "\n\n".join([*blocks, legend]) + "\n"


def _page(rule: Rule) -> str:
    from mdr_blueprint.rules.cases import case

    parts = [bold(f"{rule.code} {rule.name}"), wrapped(rule.title), _severity(rule)]
    parts += [f"{dim(name + ':')}\n{wrapped(text, '  ')}" for name, text in
              (("Basis", rule.basis), ("Why", rule.why), ("Fix", rule.fix))]
    if rule.requires:
        parts.append(wrapped(f"Not judged on a record that already has a finding of {', '.join(rule.requires)}."))
    found = case(rule.code)
    if found is not None:
        parts += [_example("Bad", found.bad[0]), _example("Good", found.good[0])]
    return "\n\n".join(parts) + "\n"


def _severity(rule: Rule) -> str:
    if rule.always_error:
        return "Severity: error at every stage."
    from mdr_blueprint.rules.engine import SEVERITY

    stages = ", ".join(f"{by_weight[rule.weight]} at {stage}" for stage, by_weight in SEVERITY.items())
    return f"Severity: {stages}."


def _example(kind: str, case: Case) -> str:
    """A small project; the line that the rule is about carries a comment."""
    files = [f"  {dim(f'# {path}')}\n{indent(file.shown.rstrip(), '  ')}" for path, file in case.files.items()]
    return "\n".join([f"{dim(kind + ' example:')} {case.title}", *files])
