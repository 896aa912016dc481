"""Find regular expressions, and functions that read texts, whose time grows with more than the length of what they read.

    python tools/probe_patterns.py               every pattern and every function below
    python tools/probe_patterns.py quantities    those whose name holds a word
    python tools/probe_patterns.py --list        which there are
    python tools/probe_patterns.py --quick       every pattern on the simplest texts, measuring nothing: what is quadratic takes minutes

Patterns are taken from the code: each call of `re`, with the methods that are called on what it compiled. Long texts are made of
each pattern itself: runs of every sign it names, of every part it repeats behind what leads there, with ends that make it fail.
Exit code 1 when a growth is more than linear. Each pattern has a process of its own, so that an endless one ends the others not.
"""

from __future__ import annotations

import argparse
import ast
import gc
import importlib
import multiprocessing
import pkgutil
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import mdr_blueprint

LONGEST = 16_000
STEEPEST = 1.35
"""The exponent of growth that counts as linear, with the noise of a machine at work."""
NOISE = 0.02
"""Seconds below which nothing is judged: a linear pattern is done with 16,000 signs in a tenth of it."""
QUICK = 50_000
LIMIT = 300.0
"""Seconds for all texts of one pattern."""
METHODS = {"search", "match", "fullmatch", "sub", "subn", "findall", "finditer", "split"}
FLAGS = {"re.compile": 1, "re.sub": 4, "re.subn": 4, "re.split": 3}
"""Where flags stand among the arguments, if not third."""
ALWAYS = (" ", "\n", "\t", "a", "A", "7", "_", "-", ".", "[", "]", "(", "\\", "\u00e9", " a", "a ", "a.", "1.", "\n ", "a\n", "a,", "[a", "_a")
ENDS = ("", "!", "\n!", " ", "\x00", "a", "7")


@dataclass(frozen=True)
class Found:
    """A pattern of the code, and what is done with it."""

    name: str
    pattern: str | bytes
    flags: int
    methods: tuple[str, ...]


def patterns() -> Iterator[Found]:
    """Every pattern of every module."""
    names = [info.name for info in pkgutil.walk_packages(mdr_blueprint.__path__, "mdr_blueprint.") if not info.name.endswith("__main__")]
    modules = [importlib.import_module(name) for name in sorted(names)]
    trees = {module.__name__: ast.parse(Path(module.__file__ or "").read_text("utf-8")) for module in modules}
    used: dict[int, set[str]] = {}
    for module in modules:  # compiled once for a module, perhaps asked in another
        for node in ast.walk(trees[module.__name__]):
            if isinstance(node, ast.Attribute) and node.attr in METHODS and isinstance(node.value, ast.Name):
                held = vars(module).get(node.value.id)
                if isinstance(held, re.Pattern):
                    used.setdefault(id(held), set()).add(node.attr)
    seen: set[int] = set()
    for module in modules:
        space = vars(module)
        for name, value in space.items():
            if isinstance(value, re.Pattern) and id(value) not in seen:
                seen.add(id(value))
                flags = value.flags & ~re.UNICODE if isinstance(value.pattern, str) else value.flags
                yield Found(f"{module.__name__}.{name}", value.pattern, flags, tuple(sorted(used.get(id(value), METHODS))))
        for node in ast.walk(trees[module.__name__]):
            if isinstance(node, ast.Call) and _is_of_re(node) and not _is_constant(node, trees[module.__name__]):
                assert isinstance(node.func, ast.Attribute)
                method = node.func.attr
                name = f"{module.__name__}:{node.lineno}"
                if method == "compile" and name_of_function(node, trees[module.__name__]) in MADE:
                    continue
                yield Found(name, _text(node.args[0], space), _flags(node, space), ("search", "fullmatch") if method == "compile" else (method,))
    for made, samples in MADE.items():
        for sample in samples:
            yield Found(f"{made}: {sample[:20]}", _made(made, sample).pattern, re.DOTALL, ("fullmatch",))


MADE = {"mdr_blueprint.importers.matching._pattern": ("a*b", "a*", "*a", "a*b*c", "*a*", "a*a*a*a*a*b")}
"""Functions that make a pattern of what they are given -> samples of that."""


def _made(name: str, sample: str) -> re.Pattern[str]:
    module, _, function = name.rpartition(".")
    made: re.Pattern[str] = getattr(importlib.import_module(module), function)(sample)
    return made


def name_of_function(call: ast.Call, tree: ast.Module) -> str:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and any(inner is call for inner in ast.walk(node)):
            for made in MADE:
                if made.endswith(f".{node.name}"):
                    return made
    return ""


def _is_of_re(call: ast.Call) -> bool:
    function = call.func
    return (isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "re"
            and function.attr in METHODS | {"compile"})


def _is_constant(call: ast.Call, tree: ast.Module) -> bool:
    """Whether it is compiled into a name of the module, where it is found by its value."""
    return any(isinstance(node, ast.Assign | ast.AnnAssign) and node.value is call for node in tree.body)


def _text(node: ast.expr, space: dict[str, Any]) -> str | bytes:
    """A pattern as written; a value that only a run would know is taken for a word."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(_text(value, space)) for value in node.values)
    expression = node.value if isinstance(node, ast.FormattedValue) else node
    try:
        value = eval(compile(ast.Expression(expression), "pattern", "eval"), dict(space))  # our own code
    except NameError:
        if isinstance(node, ast.FormattedValue):
            return "word"
        raise SystemExit(f"line {node.lineno}: `{ast.unparse(node)}` is only known at run time; name its function in MADE") from None
    return value if isinstance(value, bytes) else str(value)


def _flags(call: ast.Call, space: dict[str, Any]) -> int:
    assert isinstance(call.func, ast.Attribute)
    at = FLAGS.get(f"re.{call.func.attr}", 2)
    nodes = [keyword.value for keyword in call.keywords if keyword.arg == "flags"] + call.args[at : at + 1]
    return int(eval(compile(ast.Expression(nodes[0]), "flags", "eval"), dict(space))) if nodes else 0


# --- texts made of a pattern ---------------------------------------------------------------------------------------------


def hostile(pattern: str, flags: int) -> list[tuple[str, str, str]]:
    """What leads to a part that repeats, the part, and an end: `lead + part * many + end`."""
    tree = _parser.parse(pattern, flags)
    signs = dict.fromkeys(_signs(tree))
    parts = dict.fromkeys([*signs, *ALWAYS, *(a + b for a in list(signs)[:14] for b in list(signs)[:14] if a != b)])
    leads = dict.fromkeys(["", *_leads(tree, "")])
    for sample in dict.fromkeys([_sample(tree), *(part for _, part in _repeats(tree, ""))]):
        parts.setdefault(sample)
        parts.setdefault(sample[:-1])
        parts.setdefault(f"{sample} ")
    whole = [("", part, end) for part in parts if part for end in (ENDS if len(part) == 1 else ENDS[:3])]
    behind = [(lead, part, end) for lead in leads if lead for part in [*list(signs)[:12], *ALWAYS[:8]] for end in ENDS[:3]]
    repeated = [(lead, part, end) for lead, part in _repeats(tree, "") if part for end in ENDS]
    return list(dict.fromkeys([*whole, *repeated, *behind]))


def _signs(tree: Any) -> Iterator[str]:
    """A sign for each literal, set and category that stands in a pattern."""
    for op, value in tree:
        if op in (sre.LITERAL, sre.NOT_LITERAL):
            yield chr(value)
        elif op is sre.IN:
            yield from (sign for sign in _members(value))
        elif op is sre.ANY:
            yield "x"
        else:
            for inner in _inside(op, value):
                yield from _signs(inner)


def _inside(op: Any, value: Any) -> list[Any]:
    if op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        return [value[2]]
    if op is sre.SUBPATTERN:
        return [value[3]]
    if op is sre.BRANCH:
        return list(value[1])
    if op in (sre.ASSERT, sre.ASSERT_NOT):
        return [value[1]]
    if op is sre.ATOMIC_GROUP:
        return [value]
    return []


CANDIDATES = " \n\ta7_.-A\u00e9!,;:x([{<*'\"#\x00" + "".join(map(chr, range(33, 127)))


def _members(items: Any) -> list[str]:
    """Up to three signs that are in a set."""
    state = _parser.State()
    state.str = ""
    one = re.compile(_set_source(items))
    found = [sign for sign in CANDIDATES if one.fullmatch(sign)]
    return found[:3] + found[-1:] or [chr(next((value if op is sre.LITERAL else value[0] for op, value in items if op in (sre.LITERAL, sre.RANGE)), 97))]


CATEGORIES = {"CATEGORY_DIGIT": r"\d", "CATEGORY_NOT_DIGIT": r"\D", "CATEGORY_SPACE": r"\s", "CATEGORY_NOT_SPACE": r"\S",
              "CATEGORY_WORD": r"\w", "CATEGORY_NOT_WORD": r"\W"}


def _set_source(items: Any) -> str:
    source = ""
    for op, value in items:
        if op is sre.NEGATE:
            source += "^"
        elif op is sre.LITERAL:
            source += re.escape(chr(value))
        elif op is sre.RANGE:
            source += f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
        elif op is sre.CATEGORY:
            source += CATEGORIES[str(value)]
    return f"[{source}]"


def _sample(tree: Any) -> str:
    """A text that a pattern would take, near enough."""
    text = ""
    for op, value in tree:
        if op is sre.LITERAL:
            text += chr(value)
        elif op is sre.NOT_LITERAL:
            text += "x" if value != ord("x") else "y"
        elif op is sre.ANY:
            text += "x"
        elif op is sre.IN:
            text += _members(value)[0]
        elif op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            text += _sample(value[2]) * max(1, min(value[0], 5))
        elif op is sre.BRANCH:
            text += _sample(value[1][0])
        elif op not in (sre.ASSERT, sre.ASSERT_NOT):
            text += "".join(map(_sample, _inside(op, value)))
    return text


def _repeats(tree: Any, lead: str) -> Iterator[tuple[str, str]]:
    """Each part that may stand more than once, with what leads to it: itself, and it with what follows."""
    items = list(tree)
    for at, (op, value) in enumerate(items):
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT) and value[1] > 1:
            yield lead, _sample(value[2])
            yield from ((lead, sign) for sign in dict.fromkeys(_signs(value[2])))
            yield lead, _sample(value[2]) + _sample(items[at + 1 :])
            yield lead, _sample(items[max(0, at - 1) : at + 2])
        for inner in _inside(op, value):
            yield from _repeats(inner, lead)
        lead += _sample([(op, value)])


def _leads(tree: Any, lead: str) -> Iterator[str]:
    """What stands before each part."""
    for op, value in tree:
        yield lead
        for inner in _inside(op, value):
            yield from _leads(inner, lead)
        lead += _sample([(op, value)])


# --- functions that read a text ------------------------------------------------------------------------------------------

Call = Callable[[str], object]
EVERY = [chr(sign) for sign in (9, 10, *range(32, 127))] + ["\u00e9", "\u00b5"]
PAIRS = [
    "a ", "a\n", "a\n\n", "1. ", "1.\n", "- a\n", "> ", ">\n", "# a\n", "## 1 a\n", "a\n=\n", "[a", "[a]", "[a](", "[a](b", "[a](<b", "![", "![a](", "![[]()", "[]", "()",
    "](", "[[]", "*a", "*a ", "a*", "**a", "**a *", "_a", "_a ", "a_", "*_", "`a", "`` ` ", "<a", "<a ", "<a:", "<a@", "<!--", "<?", "&a", "&#", "&#x", "|a", "|-", "a|b\n-|-\n",
    "|a|\n|-|\n", "|\n", "\\", "\\a", "\\\n", "  \n", "\n ", " \n", "\t\n", "    a\n", "```\n", "~~~\n", "[a]: b\n", "[a]: <b> '\n", "[a]:\n", "::a b\n", "::a b c=d ", "{figure:",
    "{figure:a}", "{figure:a} ", "TC-1", "TC-1 ", "TC_1_", "a.", "a. ", "A.B.", "a, ", "1 ", "1.1", "12", "uA ", "V AC", "V ", "m2", "ohm", "a/", "a*b", "a^2", "(a", "a)", "http://", "http://a ", "www.a", "a@b.c ", "<a>", "<a>b", "* ", "*\n", "+ ", "* a\n  ",
]  # fmt: skip
NESTED = [(" ", "- "), ("  ", "* a\n")]


def functions() -> Iterator[tuple[str, Call]]:
    """Functions that are given a text of a record, of a report or of a call as it was written."""
    from mdr_blueprint import markdown, quantities
    from mdr_blueprint.diagnostics import did_you_mean
    from mdr_blueprint.importers.junit import Case
    from mdr_blueprint.importers.matching import Matcher
    from mdr_blueprint.render.sandbox import Sandbox
    from mdr_blueprint.tables.inputs import natural

    def unit(text: str) -> None:
        try:
            quantities.check_unit(text)
        except quantities.UnitError:
            return

    matcher = Matcher({"TC-1": ["a*b*c", "tests/a.py", "x::y"], "TC-1.1": []})

    def case(text: str) -> None:
        found = Case(text, text, "passed", "suite", None, ())
        matcher.tests(found)
        matcher.doubt(found)

    yield "markdown.parse", markdown.parse
    yield "markdown.parse_prose", markdown.parse_prose
    yield "markdown.heading_places", markdown.heading_places
    yield "markdown.escape", markdown.escape
    yield "markdown.unescape", markdown.unescape
    yield "markdown.slug", markdown.slug
    yield "markdown.mentions", markdown.mentions
    yield "markdown.plain_blocks", lambda text: markdown.plain_blocks(markdown.parse_prose(text))
    yield "quantities.printed", quantities.printed
    yield "quantities.check_unit", unit
    yield "diagnostics.did_you_mean", lambda text: did_you_mean(text, [text[:-1] + "z", "TC-201", "a" * 500])
    yield "importers.matching.Matcher", case
    yield "tables.inputs.natural", natural
    environment = Sandbox()
    for name in ("capitalize", "escape", "forceescape", "int", "float", "lower", "replace", "reverse", "striptags", "title", "trim", "truncate", "unique",
                 "urlencode", "wordcount", "wordwrap"):
        yield f"filter {name}", _filter(environment, name)


def _filter(environment: Any, name: str) -> Call:
    arguments = ["a", "b"] if name == "replace" else []

    def call(text: str) -> object:
        environment.meter.start()
        found = environment.call_filter(name, text, arguments)
        return found if isinstance(found, str | int | float) else list(found)

    return call


# --- measuring -----------------------------------------------------------------------------------------------------------


def judge(texts: Sequence[tuple[str, str, str]], call: Call, longest: int) -> tuple[float, float, str] | None:
    """The first growth beyond linear: exponent, seconds, and the text; None where there is none."""
    for lead, part, end in texts:
        length = 1_000 if _seconds(call, lead, part, end, 1_000) > NOISE else longest
        if length == longest and _seconds(call, lead, part, end, length) < NOISE:
            continue
        exponent, now = 9.0, 0.0
        for _ in range(3):  # the machine has other work: the best of three
            now = _seconds(call, lead, part, end, length)
            exponent = min(exponent, _exponent(_seconds(call, lead, part, end, length // 4), now))
            if exponent < STEEPEST or now > 2:
                break
        if exponent > STEEPEST:
            return exponent, now, f"{lead[:20]!r} {part!r}*{length // len(part)} {end!r}"
    return None


def _exponent(shorter: float, longer: float) -> float:
    return log(longer / max(shorter, 1e-6), 4)


def _seconds(call: Call, lead: str, part: str, end: str, length: int) -> float:
    text = lead + part * (length // len(part)) + end
    start = time.process_time()
    call(text)
    return time.process_time() - start


def _of_method(compiled: re.Pattern[Any], method: str, is_bytes: bool) -> Call:
    def call(text: str) -> object:
        subject: Any = text.encode("utf-8", "replace") if is_bytes else text
        if method in ("sub", "subn"):
            return getattr(compiled, method)(b"" if is_bytes else "", subject)
        found = getattr(compiled, method)(subject)
        return list(found) if method == "finditer" else found

    return call


def _work(job: Found | tuple[str, Call], pipe: Any) -> None:
    gc.disable()  # its rounds grow with what there is, and have nothing to do with the text
    if isinstance(job, Found):
        compiled = re.compile(job.pattern, job.flags)
        source = job.pattern.decode("latin-1") if isinstance(job.pattern, bytes) else job.pattern
        texts = hostile(source, job.flags)
        calls = [_of_method(compiled, method, isinstance(job.pattern, bytes)) for method in job.methods]
    else:
        texts = [("", part, end) for part in (*EVERY, *PAIRS) for end in ("", "a", "\n!")]
        calls = [job[1]]
    found = [worst for call in calls if (worst := judge(texts, call, LONGEST))]
    pipe.send((len(texts), max(found, key=lambda one: one[1], default=None)))


def hurry(found: Found) -> int:
    """Ask a pattern for runs of each of its signs, and of each of its parts that repeat; gives how many texts that were."""
    compiled, is_bytes = re.compile(found.pattern, found.flags), isinstance(found.pattern, bytes)
    tree = _parser.parse(found.pattern.decode("latin-1") if isinstance(found.pattern, bytes) else found.pattern, found.flags)
    parts = dict.fromkeys((("", sign) for sign in (*_signs(tree), " ", "\n", "a")), True) | dict.fromkeys(_repeats(tree, ""), True)
    texts = [(lead, part) for lead, part in parts if part]
    for lead, part in texts:
        for method in found.methods if len(found.methods) < len(METHODS) else ("search", "fullmatch"):
            _of_method(compiled, method, is_bytes)(lead + part * (QUICK // len(part)) + "!")
    return len(texts)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", help="parts of names")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--all", action="store_true", help="name those that are linear as well")
    arguments = parser.parse_args()
    if arguments.quick:
        print(f"{sum(map(hurry, patterns()))} texts of {QUICK:,} signs")
        return 0
    jobs: list[tuple[str, str, Any]] = [(found.name, f"{'|'.join(found.methods) if len(found.methods) < len(METHODS) else 'all'}  {found.pattern!r}", found) for found in patterns()]
    jobs += [(name, "", (name, call)) for name, call in functions()]
    jobs = [job for job in jobs if not arguments.words or any(word in job[0] for word in arguments.words)]
    context = multiprocessing.get_context("fork")
    steep = 0
    for name, shown, job in jobs:
        if arguments.list:
            print(f"{name:<60} {shown}")
            continue
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(job, sender))
        process.start()
        sender.close()
        try:
            count, worst = receiver.recv() if receiver.poll(LIMIT) else (0, (9.9, LIMIT, "no end"))
        except EOFError:
            count, worst = 0, (9.9, 0.0, "a fault, see above")
        process.kill()
        process.join()
        steep += worst is not None
        if worst is not None:
            print(f"{name:<56} n^{worst[0]:.1f} {worst[1]:6.2f} s  {worst[2]}  {shown[:100]}", flush=True)
        elif arguments.all:
            print(f"{name:<56} linear, {count} texts", flush=True)
    if not arguments.list:
        print(f"{len(jobs)} patterns and functions, {steep} of them more than linear")
    return 1 if steep else 0


if __name__ == "__main__":
    sys.exit(main())
