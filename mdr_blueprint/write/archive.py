"""Word and Excel files that are the same bytes for the same content.

Both are zip files: the order of the parts, their times and attributes, and the two dates in the
properties are all that differs between two runs. Here they are fixed.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import date

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The oldest time a zip file can hold."""
NO_DATE = date(1980, 1, 1)
CORE = "docProps/core.xml"
CORE_DATES = re.compile(rb"(<dcterms:(created|modified)\b[^>]*>)[^<]*(</dcterms:\2>)")
FIRST = ("[Content_Types].xml", "_rels/.rels")


def normalise(data: bytes, day: date = NO_DATE, exchanged: Mapping[str, bytes] | None = None) -> bytes:
    """The same document with fixed order, times and attributes; `day` is written as created and modified.

    `exchanged` gives parts new content by their name, such as `word/document.xml`.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        parts = {name: source.read(name) for name in source.namelist() if not name.endswith("/")}
    parts.update(exchanged or {})
    if CORE in parts:
        stamp = f"{day.isoformat()}T00:00:00Z".encode()
        parts[CORE] = CORE_DATES.sub(lambda found: found[1] + stamp + found[3], parts[CORE])
    return pack(parts)


def pack(parts: dict[str, bytes]) -> bytes:
    """A zip file of these parts, content types first as readers expect, the others by name."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(parts, key=lambda name: (FIRST.index(name) if name in FIRST else len(FIRST), name)):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # else Windows writes other bytes than Unix
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, parts[name], compresslevel=6)
    return target.getvalue()
