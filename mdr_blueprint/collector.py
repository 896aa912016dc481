"""The cyclic collector of Python, kept away from a model while it grows and as long as it is used.

The collector would walk the growing model over and over, which costs more than the loading itself. What is *frozen* it never
walks; a process that makes many models must give the old ones back, whose parts hold on to each other.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

GROWTH = 1.25
"""Old models are given back once as much more is frozen: to look for them costs a walk over all there is."""


class _Frozen:
    """How many objects there were after old models were last given back."""

    count = 0


@contextmanager
def collector_resting() -> Iterator[None]:
    """No collection in the block; what it made is frozen at its end, until it is no longer used and much more was made."""
    was_on = gc.isenabled()
    gc.disable()
    is_due = gc.get_freeze_count() > GROWTH * _Frozen.count > 0
    if is_due:
        gc.unfreeze()
        gc.collect()
    try:
        yield
    finally:
        gc.freeze()
        if is_due or not _Frozen.count:
            _Frozen.count = gc.get_freeze_count()
        if was_on:
            gc.enable()
