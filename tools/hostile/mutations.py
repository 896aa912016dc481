"""Random mutations of the files of a whole project, a path -> bytes mapping that is changed in place."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from hostile.values import BROKEN, DAYS, LONG, NUMBERS, VALUES, written

Files = dict[str, bytes]
Mutation = Callable[[Files, random.Random], None]

STAGES = ("draft", "review", "submission")
ID = re.compile(r"\b[A-Z][A-Z0-9]*-[A-Z0-9][A-Za-z0-9-]*\b")
RECORD = re.compile(r"^  ([A-Za-z][\w.()-]*):", re.MULTILINE)
FIELD = re.compile(r"^(\s*(?:- )?[\w.]+:)[ \t]+(\S.*)$")
UNITS = ("furlong", "mA**9", "°", "V/V/V/V", "1/1", "m" * 200, "kgkg", "A AC DC", "%%", "Vpp rms peak", "degC/degF", "µ", "10", "[mA]")


def mutate(files: Files, number: int, chance: random.Random) -> list[str]:
    """Set the stage and do 1 to 60 mutations; gives their names."""
    files["project.yaml"] = re.sub(rb"stage: \w+", f"stage: {STAGES[number % 3]}".encode(), files["project.yaml"])
    done = [chance.choice(MUTATIONS) for _ in range(chance.randint(1, 60))]
    for mutation in done:
        mutation(files, chance)
    return [mutation.__name__ for mutation in done]


def _pick(files: Files, chance: random.Random, ending: tuple[str, ...] = (".yaml", ".yaml", ".md", ".j2")) -> tuple[str, list[str]]:
    """A file, with records more often than others, and its lines."""
    wanted = chance.choice(ending)
    path = chance.choice([path for path in sorted(files) if path.endswith(wanted)] or sorted(files))
    return path, files[path].decode("utf-8", "replace").split("\n")


def _keep(files: Files, path: str, lines: list[str]) -> None:
    files[path] = "\n".join(lines).encode("utf-8", "surrogatepass")


def _on_line(change: Callable[[list[str], int, random.Random], None], name: str) -> Mutation:
    def mutation(files: Files, chance: random.Random) -> None:
        path, lines = _pick(files, chance)
        change(lines, chance.randrange(len(lines)), chance)
        _keep(files, path, lines)

    mutation.__name__ = name
    return mutation


def _swap_lines(lines: list[str], at: int, chance: random.Random) -> None:
    other = chance.randrange(len(lines))
    lines[at], lines[other] = lines[other], lines[at]


def _set(lines: list[str], at: int, text: str) -> None:
    lines[at] = text


def _quotes(lines: list[str], at: int, chance: random.Random) -> None:
    lines[at] = lines[at].replace("'", '"') if "'" in lines[at] else lines[at].replace('"', "'") + chance.choice(("", '"', "'"))


def _case(lines: list[str], at: int, chance: random.Random) -> None:
    head, colon, tail = lines[at].partition(":")
    lines[at] = chance.choice((str.upper, str.title, str.swapcase))(head) + colon + tail


def _block(lines: list[str], at: int, chance: random.Random) -> None:
    lines[at : at + 1] = chance.choice((["  - ", "  -", "- -"], ["? [a, b]", ": c"], ["---", *lines[at : at + 1]], ["%YAML 9.9"], ["\t" + lines[at]]))


def _deep(lines: list[str], at: int, chance: random.Random) -> None:
    depth = chance.choice((5, 39, 41, 2000))
    lines[at] = lines[at].partition(":")[0] + ": " + chance.choice(("[" * depth + "]" * depth, "{a: " * depth + "1" + "}" * depth))


def _anchor(lines: list[str], at: int, chance: random.Random) -> None:
    head, colon, tail = lines[at].partition(":")
    other = chance.randrange(len(lines))
    lines[at] = f"{head}{colon} &x{tail}"
    lines[other] = lines[other].partition(":")[0] + ": *x" if chance.random() < 0.8 else "    <<: *x"


def _value(values: tuple[str, ...], name: str) -> Mutation:
    """Put one of these values in the place of a field's own."""

    def mutation(files: Files, chance: random.Random) -> None:
        path, lines = _pick(files, chance, (".yaml",))
        fields = [at for at, line in enumerate(lines) if FIELD.match(line)]
        if fields:
            at = chance.choice(fields)
            value = written(chance.choice(values), _owner(lines, at), _any_id(files, chance))
            lines[at] = FIELD.sub(lambda found: f"{found[1]} {value}", lines[at])
        _keep(files, path, lines)

    mutation.__name__ = name
    return mutation


def _owner(lines: list[str], at: int) -> str:
    """The record that a line stands in."""
    return next((found[1] for line in reversed(lines[: at + 1]) if (found := RECORD.match(line))), "X-1")


def _any_id(files: Files, chance: random.Random) -> str:
    _, lines = _pick(files, chance, (".yaml",))
    return chance.choice(ID.findall("\n".join(lines)) or ["X-1"])


def _reference(files: Files, chance: random.Random, to_self: bool) -> None:
    path, lines = _pick(files, chance, (".yaml",))
    naming = [at for at, line in enumerate(lines) if ID.search(line) and not RECORD.match(line)]
    if naming:
        at = chance.choice(naming)
        new = _owner(lines, at) if to_self else _any_id(files, chance)
        lines[at] = ID.sub(lambda _: new, lines[at], count=1)
    _keep(files, path, lines)


def self_reference(files: Files, chance: random.Random) -> None:
    _reference(files, chance, to_self=True)


def other_reference(files: Files, chance: random.Random) -> None:
    """Mostly to a record of another kind."""
    _reference(files, chance, to_self=False)


def swap_ids(files: Files, chance: random.Random) -> None:
    """Everywhere in a file: records of two kinds change places, chains become cycles."""
    path, lines = _pick(files, chance, (".yaml",))
    one, two = _any_id(files, chance), _any_id(files, chance)
    _keep(files, path, [re.sub(rf"\b({one}|{two})\b", lambda found: two if found[1] == one else one, line) for line in lines])


def cycle(files: Files, chance: random.Random) -> None:
    """Two records that name each other by the same field."""
    path, lines = _pick(files, chance, (".yaml",))
    records = [at for at, line in enumerate(lines) if RECORD.match(line)]
    fields = re.findall(r"^    (\w+): \[", "\n".join(lines), re.MULTILINE)
    if len(records) > 1 and fields:
        field = chance.choice(fields)
        for at, other in ((max(pair := chance.sample(records, 2)), min(pair)), (min(pair), max(pair))):
            lines[at] += f"\n    {field}: [{_owner(lines, other)}]"
    _keep(files, path, "\n".join(lines).split("\n"))


def truncate(files: Files, chance: random.Random) -> None:
    path, _ = _pick(files, chance)
    files[path] = files[path][: chance.randrange(len(files[path]) + 1)]


def random_bytes(files: Files, chance: random.Random) -> None:
    path, _ = _pick(files, chance)
    at = chance.randrange(len(files[path]) + 1)
    files[path] = files[path][:at] + chance.randbytes(chance.randint(1, 20)) + files[path][at:]


def move_section(files: Files, chance: random.Random) -> None:
    """From its top-level key on, to the end of another file."""
    path, lines = _pick(files, chance, (".yaml",))
    heads = [at for at, line in enumerate(lines) if re.match(r"\w", line)]
    if heads:
        at = chance.choice(heads)
        other, its = _pick(files, chance, (".yaml",))
        if other != path:
            _keep(files, path, lines[:at])
            _keep(files, other, its + lines[at:])


def rename_file(files: Files, chance: random.Random) -> None:
    path, _ = _pick(files, chance)
    if path != "project.yaml":
        folder, _, name = path.rpartition("/")
        new = chance.choice((name.upper(), f"x/{name}", f"{name}.yml", f"evidence/{name}", f"ä ö {name}", f"a#b?c%20&{name}", name[::-1]))
        files.setdefault(f"{folder}/{new}".lstrip("/"), files.pop(path))


def copy_file(files: Files, chance: random.Random) -> None:
    path, _ = _pick(files, chance)
    files[f"copy/{path}"] = files[path]


def drop_file(files: Files, chance: random.Random) -> None:
    path, _ = _pick(files, chance)
    if path != "project.yaml":
        del files[path]


def long_markdown(files: Files, chance: random.Random) -> None:
    """A wide table, many equal headings, deep lists, long lines, in evidence or a template."""
    path, lines = _pick(files, chance, (".md", ".j2"))
    row = "|" + " x |" * 60
    lines.insert(
        chance.randrange(len(lines) + 1),
        chance.choice(("\n".join([row, row.replace("x", "-"), *[row] * 50]), "## 1 Result\n\n" * 200, "> " * 300 + "x", "- " * 100 + "x", LONG, "[" * 2000,
                       "`" * 1001, "{% raw %}", "{{ device.name.x }}", "::table risks", "{{ records('hazards') }}", "<b" * 500)),
    )  # fmt: skip
    _keep(files, path, lines)


MUTATIONS: tuple[Mutation, ...] = (
    _on_line(lambda lines, at, _: lines.pop(at) and None if len(lines) > 1 else None, "delete_line"),
    _on_line(lambda lines, at, _: lines.insert(at, lines[at]), "duplicate_line"),
    _on_line(_swap_lines, "swap_lines"),
    _on_line(lambda lines, at, chance: _set(lines, at, " " * chance.randint(0, 9) + lines[at].lstrip()), "indent"),
    _on_line(_quotes, "quotes"),
    _on_line(_case, "case"),
    _on_line(_block, "block"),
    _on_line(_deep, "deep"),
    _on_line(_anchor, "anchor"),
    _on_line(lambda lines, at, _: _set(lines, at, lines[at].partition(":")[0] + ":"), "empty"),
    _value(VALUES, "value"),
    _value(BROKEN, "broken_value"),
    _value(NUMBERS, "number"),
    _value(DAYS, "day"),
    _value(UNITS, "unit"),
    self_reference, other_reference, swap_ids, cycle, truncate, random_bytes, move_section, rename_file, copy_file, drop_file, long_markdown,
)  # fmt: skip
