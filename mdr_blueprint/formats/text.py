"""Findings for people: place, message, the source line with a caret, basis, fix, and the places it points to."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from mdr_blueprint.diagnostics import Finding, Report
from mdr_blueprint.formats import heading

LineOf = Callable[[str, int], str]
"""Path and line from 1 -> the text of that line, empty where it is not known."""

WIDTH = 100
"""Longest piece of a source line that is shown, in columns of the terminal."""
TAB = 4
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that would move the cursor, turn the direction of the text or show nothing."""
STYLES = {"error": "1;31", "warning": "1;33", "info": "1;36", "waived": "2", "place": "1", "margin": "2", "label": "2"}


def render(report: Report, *, line_of: LineOf, colour: bool = False) -> str:
    """One block per finding, a blank line after each, and the counts at the end."""
    paint = _ansi if colour else _plain
    blocks = [_block(finding, line_of, paint) for finding in report.findings]
    return "".join(f"{block}\n\n" for block in blocks) + report.summary() + "\n"


Paint = Callable[[str, str], str]


def _ansi(text: str, style: str) -> str:
    return f"\x1b[{STYLES[style]}m{text}\x1b[0m"


def _plain(text: str, style: str) -> str:  # noqa: ARG001  the same shape as `_ansi`
    return text


def _block(finding: Finding, line_of: LineOf, paint: Paint) -> str:
    waived = finding.waived is not None
    word = f"waived ({finding.waived})" if waived else finding.severity
    style = "waived" if waived else finding.severity
    place = finding.place
    lines = [f"{paint(_shown(str(place)) + ':', 'place')} {paint(word, style)} {heading(finding)}: {_shown(finding.message)}"]
    lines += _excerpt(line_of(place.path, place.line), place.line, place.column, style, paint)
    lines.append(f"  {paint('basis:', 'label')} {_shown(finding.basis)}")
    lines.append(f"  {paint('fix:', 'label')} {_shown(finding.fix)}")
    lines += [f"  {paint('see:', 'label')} {_shown(str(other.place))}: {_shown(other.message)}" for other in finding.related]
    return "\n".join(lines)


def _excerpt(line: str, number: int, column: int, style: str, paint: Paint) -> list[str]:
    """The source line and a caret below its column; both cut around the column where the line is long."""
    line = line.rstrip()
    if not line or column > len(line) + 1 or (column == 1 and line.startswith("#")):  # nothing is said about a comment
        return []
    start = max(column - 1 - WIDTH, 0)  # a file may be one line of many megabytes
    cells = _cells(line[start : column + WIDTH])
    first, last = _window([width for _, width in cells], column - 1 - start)
    text = "".join(shown for shown, _ in cells[first:last])
    before, after = "…" if start + first else "", "…" if start + last < len(line) else ""
    indent = len(before) + sum(width for _, width in cells[first : column - 1 - start])
    margin = paint(f"{number:>5} | ", "margin")
    return [f"{margin}{before}{text}{after}", f"{paint('      | ', 'margin')}{' ' * indent}{paint('^', style)}"]


def _cells(line: str) -> list[tuple[str, int]]:
    """What each character is shown as and how many columns of the terminal that takes."""
    cells: list[tuple[str, int]] = []
    at = 0
    for character in line:
        if character == "\t":
            width = TAB - at % TAB
            cells.append((" " * width, width))
        elif unicodedata.category(character) in UNSEEN:
            cells.append(("�", 1))
        elif unicodedata.category(character) in ("Mn", "Me"):
            cells.append((character, 0))
        else:
            cells.append((character, 2 if unicodedata.east_asian_width(character) in "WF" else 1))
        at += cells[-1][1]
    return cells


def _window(widths: list[int], column: int) -> tuple[int, int]:
    """The characters to show: all where they fit, else a piece that begins a third of its width before the column."""
    if sum(widths) <= WIDTH:
        return 0, len(widths)
    first, before = column, 0
    while first > 0 and before + widths[first - 1] <= WIDTH // 3:
        first -= 1
        before += widths[first]
    last, shown = first, 0
    while last < len(widths) and shown + widths[last] <= WIDTH:
        shown += widths[last]
        last += 1
    while first > 0 and shown + widths[first - 1] <= WIDTH:  # near the end of the line there is room to the left
        first -= 1
        shown += widths[first]
    return first, last


def _shown(text: str) -> str:
    """On one line, and without characters that would steer a terminal."""
    if text.isprintable():
        return text
    return "".join("�" if c not in "\n\r\t" and unicodedata.category(c) in UNSEEN else " " if c.isspace() else c for c in text)
