"""Odd names: of files, folders and ids, where a name may stand."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.model import TOP_LEVEL

NAMES = (
    " ", "a b", " a", "a ", "a.", "..a", "-rf", "--help", "~", "$HOME", "%41", "%", "a#b", "a?b", "a&b", "a;b", "a'b", 'a"b', "a<b>c",
    "a|b", "a*b", "a\\b", "C:", "con", "nul.md", "A" * 200, "ä", "a\u0308", "\u65e5\u672c", "\U0001f600", "\u202eabc", "\u200b", "\ufeffx",
    "index", "index.md", "README", "records", "search", "assets", "project.yaml", "manifest.json", "[x](y)", "`x`", "{{x}}", "{% x %}", "::table",
    "\n", "\t", "\x7f", "\udc80", "1", "null", "true", "0x1F", "=1+1", "a,b", "a:b", "a: b", "- a", "&a", "*a", "!a", "@a", "__init__", "x.yaml.yaml",
)  # fmt: skip
PLACES = ("{}.yaml", "{}/x.yaml", "evidence/{}.md", "evidence/{}/x.md", "templates/{}.md.j2", "templates/documents/{}.md.j2", "templates/partials/{}.md.j2")
CONTENT = {".yaml": b"hazards:\n  HZ-%d: {title: Kept}\n", ".md": b"# 1 Result\n\nwords\n", ".j2": b"---\ntitle: T\norder: 3\n---\n\nwords\n"}


def projects(files: dict[str, bytes]) -> Iterator[tuple[str, dict[str, bytes]]]:
    """What is odd, and a project with it."""
    for place in PLACES:
        yield place, files | _placed(place)
    for kind, cls in TOP_LEVEL.items():
        if cls.keys != "single":
            yield f"ids of {kind}", files | {"odd_ids.yaml": _ids(kind)}
    for number, name in enumerate(NAMES):  # cited, wherever an id or a path may stand
        cited = _quoted(name)
        text = f"evidence:\n  EV-ODD: {{title: T, path: {_quoted(f'evidence/{name}.md')}, location: {cited}}}\nwaivers:\n  {cited}: {{rule: {cited}, record: {cited}, reason: {cited}}}\n"
        yield f"citations of {name!r}", files | {"odd.yaml": text.encode("utf-8", "surrogatepass"), f"evidence/n{number}.md": b"# 1\n"}


def _placed(place: str) -> dict[str, bytes]:
    content = CONTENT["." + place.rsplit(".", 1)[1]]
    return {place.format(name): content % number if b"%d" in content else content for number, name in enumerate(NAMES)}


def _ids(kind: str) -> bytes:
    """All at once, each with a title and what most kinds cannot do without."""
    rows = [f"  {_quoted(name)}: {{title: T, name: N, text: X}}" for name in NAMES if name.isprintable()]
    if TOP_LEVEL[kind].keys == "clause":
        rows = [f"  {_quoted(name)}: {{{_quoted(name)}: {{verdict: pass}}}}" for name in NAMES if name.isprintable()]
    return "\n".join([f"{kind}:", *rows, ""]).encode()


def _quoted(name: str) -> str:
    escaped = "".join(sign if sign.isprintable() and sign not in '"\\' else f"\\u{ord(sign):04x}" for sign in name)
    return f'"{escaped}"'
