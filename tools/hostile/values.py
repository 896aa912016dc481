"""Hostile values, as flow YAML that may stand behind any key. SELF becomes the id of the record, OTHER one of another kind."""

from __future__ import annotations

LONG = "a long text with `marks`, *stars* and [SELF] links. " * 800  # 40 kB

NOTHING = ("", "null", "~", '""', '" "', '"\\t\\u00a0 \\n"')
CONTAINERS = (
    "[]", "{}", "[[]]", "[[[x]]]", "[null, '', []]", "{a: {b: {c: {d: e}}}}", "{'': x}", "[{}, {SELF: OTHER}]",
    "{'a b': [c], '1': 2, 'true': {}, '[': ']', OTHER: SELF}", f"{'[' * 25}x{']' * 25}", f"[{', '.join(['SELF'] * 1000)}]",
    f"{{{', '.join(f'K{number}: {{title: T, value: 1}}' for number in range(100))}}}",
)  # fmt: skip
NUMBERS = (
    "0", "-1", "1.0", "007", "-0.0", "1e999999999", "-1e-999999999", "1e99", "9" * 5000, "NaN", ".inf", "-.inf", "0x1F", "1_000",
    "1e5 mA", "12:30:45", "99999999999999999999999999999999",
)  # fmt: skip
DAYS = ("0001-01-01", "9999-12-31", "10000-01-01", "2026-02-30", "2026-13-01", "P9999999Y", "every 99999999 months", "999999999 years")
WORDS = (
    "true", "no", "SELF", "OTHER", "[SELF]", "[OTHER]", "[OTHER, OTHER, SELF]", "'SELF#'", "'OTHER#1.1.1#2'", "'#'", "'{figure:SELF}'",
    "'{figure:OTHER} {figure:' ", "'[SELF] [OTHER] [nobody] [](<record:SELF>)'", "'{{ 7 * 7 }} {% include \"x\" %}'", "'::table risks'",
    "'<script>alert(1)</script>'", "'| a | b |'", "'../../etc/passwd'", "'C:\\x'", "'V AC r.m.s.'", "'mA**9**9'", "'%'", "'*'",
    '"\\u202e\\u200b\\U0001f600 \\u0300\\u0301 \\ufeff"', "'_x000D_'", "'=1+1'", f"'{LONG}'",
    f"'{'V' * 30}{'_' * 3000}x'", f"'{'[' * 3000}'", f"'{'- ' * 200}x'", f"'{'> ' * 200}x'", "'### # ## 1 Result'",
)  # fmt: skip
BROKEN = ("'", '"', '"\\ud83d"', '"\\0"', "!!python/object:os.system x", "*nobody", "&", "{", "]", "%x", "@x", "`x`", "a: b: c", f"{'[' * 50}{']' * 50}")
"""What is no YAML, or none that is read: it costs the whole file."""
VALUES = (*NOTHING, *CONTAINERS, *NUMBERS, *DAYS, *WORDS)


def written(value: str, own: str, other: str) -> str:
    """The value with its ids filled in."""
    return value.replace("SELF", own).replace("OTHER", other)
