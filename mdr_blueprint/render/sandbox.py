"""What a template may use up. A project's own template can be a stranger's: it reaches nothing, and it ends.

Time is looked at in each turn of a loop, each call and each filter, by a clock and not by an alarm, so that the limit holds in
any thread and on any system. What runs inside one step of Python cannot be looked at, so no step is given more than can be done
in a moment: whatever makes a long text or list of short ones is asked first how long it will be.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, ItemsView, Iterable, KeysView, Mapping, ValuesView
from functools import wraps
from time import monotonic
from types import BuiltinMethodType
from typing import Any

from jinja2 import nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.filters import make_attrgetter
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment, SandboxedFormatter
from jinja2.utils import Namespace

SECONDS = 30.0
"""Time for one document."""
LARGEST = 8_000_000
"""Signs of a document, and of any text or list on the way to it."""
WIDEST = 100_000
"""Signs to which a short text may be filled up at once."""
BITS = 20_000
"""Size of a whole number; what measures devices has fewer than a hundred."""
LEFT_OUT = ("pprint", "urlize", "xmlattr")
"""Filters of Jinja that make HTML or help to find bugs; a document has no use for them, and their time is not bounded."""
LONG_IN = 100_000
"""Signs that a filter may be given whose time grows faster than its text."""
SLOW = frozenset({"striptags"})
SIZED = frozenset({"batch", "center", "indent", "round", "slice", "tojson", "wordwrap"})
"""Filters that are told how much to make."""
PADDING = frozenset({"center", "expandtabs", "ljust", "rjust", "to_bytes", "zfill"})
"""Methods that are told how much to make."""
MANY = (list, tuple, set, frozenset, KeysView, ValuesView, ItemsView)


class ExhaustedError(SecurityError):
    """A template uses up more than a document may."""


class Meter:
    """What a document has used so far."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        self.end = monotonic() + SECONDS
        self.signs = 0

    def look(self) -> None:
        if monotonic() > self.end:
            raise ExhaustedError(f"takes more than {SECONDS:g} s")

    def spend(self, signs: int) -> None:
        """For what stands in the document; also where it may stand there in the end."""
        self.look()
        self.signs += signs
        _check(self.signs)


class Sandbox(ImmutableSandboxedEnvironment):
    """An environment whose templates end, and use no more than their share."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.meter = Meter()
        self._lengths: dict[str | None, int] = {}
        for name in LEFT_OUT:
            del self.filters[name]
        del self.globals["lipsum"]
        self.globals["namespace"] = _Names
        self.binop_table |= {"+": _add, "*": _multiply, "**": _power, "%": _percent}
        for name, function in {**self.filters, "join": _join}.items():
            self.filters[name] = self._metered(name, function)
        # no template can spell these names
        self.filters |= {" turn": _turn, " weighed": _weighed, " joined": _joined}

    def add_filter(self, name: str, function: Callable[..., Any]) -> None:
        self.filters[name] = self._metered(name, function)

    def _metered(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        meter, first = self.meter, 1 if hasattr(function, "jinja_pass_arg") else 0

        @wraps(function)
        def metered(*args: Any, **options: Any) -> Any:
            meter.look()
            _check_filter(name, args[first:], options)
            return _check_made(function(*args, **options))

        return metered

    def _generate(self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False) -> str:
        self._lengths[name] = _data(source)
        _rewrite(source, self)
        return super()._generate(source, name, filename, defer_init)

    def get_template(self, *args: Any, **options: Any) -> Any:
        """For what is included, extended or imported: once for each time."""
        template = super().get_template(*args, **options)
        self.meter.spend(self._lengths.get(template.name, 0))
        return template

    def call(self, context: Context, called: Any, /, *args: Any, **options: Any) -> Any:
        self.meter.look()
        if isinstance(called, BuiltinMethodType):
            args = _checked(called, args)
        return _check_made(super().call(context, called, *args, **options))

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        if super().wrap_str_format(value) is None:
            return None
        text, is_map = str(value.__self__), value.__name__ == "format_map"

        def bounded(*args: Any, **options: Any) -> str:
            return _Formatter(self).vformat(text, () if is_map else args, args[0] if is_map and args else options)

        return bounded


class _Formatter(SandboxedFormatter):
    signs = 0

    def format_field(self, value: Any, format_spec: str) -> str:
        _check_widths(format_spec)
        made = str(super().format_field(value, format_spec))
        self.signs += len(made)
        _check(self.signs)
        return made


class _Names(Namespace):
    """`namespace()`, whose text does not hold that of its values."""

    def __repr__(self) -> str:
        return "namespace"


def _rewrite(node: nodes.Node, environment: Sandbox) -> None:
    """All below a node: each loop looks at the clock at its head, and what joins several values asks for their size."""
    for name, value in node.iter_fields():
        if isinstance(value, list):
            setattr(node, name, [_rewritten(item, environment) if isinstance(item, nodes.Node) else item for item in value])
        elif isinstance(value, nodes.Node):
            setattr(node, name, _rewritten(value, environment))


def _rewritten(node: nodes.Node, environment: Sandbox) -> nodes.Node:
    _rewrite(node, environment)
    if isinstance(node, nodes.For):
        turn = _filter(nodes.Const(_data(node)), " turn", node.lineno, environment)
        node.body.insert(0, nodes.ExprStmt(turn, lineno=node.lineno, environment=environment))
    elif isinstance(node, nodes.Concat):
        return _filter(nodes.List(node.nodes, lineno=node.lineno), " joined", node.lineno, environment)
    elif isinstance(node, nodes.Dict | nodes.List | nodes.Tuple) and _is_made(node):
        return _filter(node, " weighed", node.lineno, environment)
    return node


def _is_made(node: nodes.Dict | nodes.List | nodes.Tuple) -> bool:
    """Whether a list is made when the template runs: of other values, and not as the target of a loop."""
    is_target = isinstance(node, nodes.Tuple) and node.ctx != "load"
    return not is_target and not all(isinstance(item, nodes.Const) for item in node.items)


def _filter(value: nodes.Expr, name: str, line: int, environment: Sandbox) -> nodes.Filter:
    made = nodes.Filter(value, name, [], [], None, None, lineno=line)
    made.set_environment(environment)
    return made


def _data(node: nodes.Node) -> int:
    """Signs that a template prints as they stand, without those of the loops inside it."""
    total = 0
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.TemplateData):
            total += len(child.data)
        elif not isinstance(child, nodes.For):
            total += _data(child)
    return total


# --- what the templates call; the context keeps Jinja from doing it beforehand ---------------------------------------------


@pass_context
def _turn(context: Context, signs: int) -> None:
    _meter(context).spend(signs)


@pass_context
def _weighed(context: Context, value: Any) -> Any:
    _meter(context).look()
    return _check_made(value)


@pass_context
def _joined(context: Context, parts: list[Any]) -> str:
    _meter(context).look()
    return _in_one("", parts)


@pass_context
def _join(context: Context, value: Iterable[Any], d: str = "", attribute: str | int | None = None) -> str:
    """The filter `join`."""
    getter = make_attrgetter(context.environment, attribute) if attribute is not None else None
    return _in_one(str(d), map(getter, value) if getter else value)


def _meter(context: Context) -> Meter:
    environment = context.environment
    assert isinstance(environment, Sandbox)
    return environment.meter


# --- how much something will be ------------------------------------------------------------------------------------------


def _check(signs: int) -> None:
    if signs > LARGEST:
        raise ExhaustedError(f"makes a text or a list of more than {LARGEST:,} signs")


def _weight(value: Any) -> int:
    """Signs and items of a value and of all that it holds, as often as it holds them; counts no further than is allowed."""
    total, todo = 0, [value]
    while todo:
        item = todo.pop()
        if isinstance(item, (str, bytes)):
            total += len(item)
        elif isinstance(item, MANY):
            total += len(item)
            _check(total)
            todo += item
        elif isinstance(item, Mapping):
            total += len(item)
            _check(total)
            todo += item.keys()
            todo += item.values()
        total += 1
        _check(total)
    return total


def _check_made(value: Any) -> Any:
    if isinstance(value, (str, bytes)):
        _check(len(value))
    elif isinstance(value, (Mapping, *MANY)):
        _weight(value)
    return value


def _in_one(between: str, parts: Iterable[Any]) -> str:
    texts, total = [], 0
    for part in parts:
        texts.append(str(part))
        total += len(texts[-1]) + len(between)
        _check(total)
    return between.join(texts)


def _check_widths(spelt: str) -> int:
    """The sum of the numbers in a format."""
    widths = [int(digits[:9]) for digits in re.findall(r"\d++", spelt, re.ASCII)]
    if any(width > WIDEST for width in widths):
        raise ExhaustedError(f"fills a text up to more than {WIDEST:,} signs")
    return sum(widths)


def _check_sizes(values: Iterable[Any]) -> int:
    """The largest whole number among some arguments."""
    sizes = [abs(value) for value in values if isinstance(value, int)]
    if any(size > WIDEST for size in sizes):
        raise ExhaustedError(f"fills a text or a list up to more than {WIDEST:,} signs")
    return max(sizes, default=1)


def _check_filter(name: str, args: tuple[Any, ...], options: Mapping[str, Any]) -> None:
    rest = [*args[1:], *options.values()]
    if name in SLOW and args and isinstance(args[0], str) and len(args[0]) > LONG_IN:
        raise ExhaustedError(f"gives the filter `{name}` a text of more than {LONG_IN:,} signs")
    if name in SIZED:
        size = max(_check_sizes(rest), *(len(value) for value in rest if isinstance(value, str)), 1) if rest else 1
        if name in ("indent", "tojson", "wordwrap"):
            text = args[0] if args else ""
            pieces = text.count("\n") + 1 if name == "indent" and isinstance(text, str) else _weight(text)
            _check(pieces * size if name != "wordwrap" or any(isinstance(value, str) for value in rest) else pieces)
    elif name == "replace" and len(args) >= 3:
        _check(_replaced(str(args[0]), str(args[1]), str(args[2])))
    elif name == "format" and args:
        _check(_filled(str(args[0]), options or args[1:]))
    elif name == "sum" and any(isinstance(value, (str, bytes, Mapping, *MANY)) for value in rest[-1:]):
        raise ExhaustedError("sums up lists; `sum` is for numbers")


def _checked(method: BuiltinMethodType, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments of a method of Python, none of which makes too much."""
    name, owner = method.__name__, method.__self__
    if name in PADDING:
        size = _check_sizes(args)
        if name == "expandtabs":
            _check(_weight(owner) * max(size, 8))
    elif name == "replace" and len(args) >= 2 and isinstance(owner, (str, bytes)):
        _check(_replaced(owner, args[0], args[1]))
    elif name == "join" and args and isinstance(owner, (str, bytes)):
        parts = list(args[0])  # it may be read once alone
        _check(_weight(parts) + len(owner) * len(parts))
        return (parts,)
    elif name == "translate" and args and isinstance(owner, (str, bytes)):
        values = args[0].values() if isinstance(args[0], Mapping) else args[0]
        _check(len(owner) * max(map(_weight, values), default=1))
    return args


def _replaced(text: Any, old: Any, new: Any) -> int:
    return len(text) + (text.count(old) * len(new) if type(old) is type(new) is type(text) else 0)


def _filled(spelt: str, values: Any) -> int:
    """Signs of a text that is filled in by `%`."""
    widths = _check_widths(spelt)
    if "*" in spelt:
        widths += spelt.count("*") * _check_sizes(values if isinstance(values, tuple) else (values,))
    if isinstance(values, Mapping):  # each of them may be named again and again
        return len(spelt) + widths + spelt.count("%") * max(map(_weight, values.values()), default=0)
    return len(spelt) + widths + _weight(values)


def _add(left: Any, right: Any) -> Any:
    if isinstance(left, (str, bytes, *MANY)):
        _check(_weight(left) + _weight(right))
    return operator.add(left, right)


def _multiply(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int):
        _check_bits(left.bit_length() + right.bit_length())
    else:
        for many, times in ((left, right), (right, left)):
            if isinstance(times, int) and isinstance(many, (str, bytes, *MANY)):
                _check((len(many) if isinstance(many, (str, bytes)) else _weight(many)) * max(times, 0))
    return operator.mul(left, right)


def _power(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int):
        _check_bits(left.bit_length() * abs(right))
    return operator.pow(left, right)


def _check_bits(bits: int) -> None:
    if bits > BITS:
        raise ExhaustedError("computes a number that no device has")


def _percent(left: Any, right: Any) -> Any:
    if isinstance(left, (str, bytes)):
        _check(_filled(left if isinstance(left, str) else left.decode("latin-1"), right))
    return operator.mod(left, right)
