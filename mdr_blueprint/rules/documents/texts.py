"""Words that say a text is not finished."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mdr_blueprint.graph.references import texts
from mdr_blueprint.load import Dossier
from mdr_blueprint.rules.engine import Found, live, rule
from mdr_blueprint.rules.questions import call, listed
from mdr_blueprint.source import Sources

PHRASES = ("tbd", "tba", "fixme", "lorem", "to be defined", "insert here")
"""Words that stand for a text still to come, whatever the case of their letters. `todo` is a word in several languages,
`tbc` an abbreviation in medicine: of these only the capitals count."""
ALONE = ("to be added", "to be agreed", "to be completed", "to be confirmed", "to be decided", "to be determined",
         "to be written", "placeholder")
"""Words of ordinary sentences, unless they stand alone, in brackets or behind a colon."""
PLACEHOLDER = re.compile(rf"(?i:\b(?:{'|'.join(PHRASES)}|x{{3,}})\b)|\b(?:TODO|TBC)\b|\?{{3,}}"
                         rf"|(?i:(?:^|(?<=[(\[:;,])|(?<=[(\[:;,] ))(?:{'|'.join(ALONE)})(?=[)\].,;]|$))")
NOTHING = re.compile(r"(?:\.{3}|…|\?+)\Z")
"""A whole text that says nothing."""
HEADS = ("tbd", "tba", "tbc", "todo", "fixme", "lorem", "insert here", "placeholder", "xxx", "???")
TO_BE = tuple(phrase for phrase in (*PHRASES, *ALONE) if phrase.startswith("to be "))
SAYS_NOTHING = re.compile(r"[:\-,\[{][ \t]*[\"']?(?:\.{3}|…|\?+)[\"']?[ \t]*(?:$|[,\]}#])", re.MULTILINE)


@rule("DOC801", "E", basis="MDR Annex II (documentation clear and unambiguous); ISO 13485:2016 4.2.4")
def placeholder_words(dossier: Dossier, sources: Sources) -> Iterator[Found]:
    """A text holds a placeholder.

    Why: what is still to be written goes into the documents as it stands; reviewers search for these words first.
    Fix: write the text, or put the open point into `notes`, which is not printed.
    """
    files = {source.path for source in sources.files if _may_hold_one(source.text)}
    if not files:
        return
    for entry in dossier.entries.values():
        if entry.place.path not in files or not live(dossier, entry):
            continue
        for steps, text in texts(entry.raw, entry.cls):
            if steps[0] == "notes":
                continue
            words = list(dict.fromkeys(match.group() for match in PLACEHOLDER.finditer(text)))
            if not words and NOTHING.match(text.strip()):
                words = [text.strip()]
            if words:
                yield Found.on(entry, f"`{_field(steps)}` of {call(entry)} holds {listed([f'`{word}`' for word in words])}",
                               *steps)


def _may_hold_one(text: str) -> bool:
    """A quick look at a whole file: most have no such word. Plain searches, for a pattern takes ten times as long."""
    lowered = text.lower()
    if any(head in lowered for head in HEADS) or ("to be " in lowered and any(phrase in lowered for phrase in TO_BE)):
        return True
    return ("..." in text or "…" in text or "?" in text) and SAYS_NOTHING.search(text) is not None


def _field(steps: tuple[str | int, ...]) -> str:
    return ".".join(str(step) for step in steps if isinstance(step, str))
