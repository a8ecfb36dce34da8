"""Spares work that makes many short-lived objects the search for garbage among them."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: New objects between two looks; the interpreter's own figure is 700.
_SELDOM = 100_000


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Look for cycles seldom: a row of a table is freed by its last reference, and makes none.

    A third of an import's time went into it. What the work itself keeps is still looked at.
    """
    before = gc.get_threshold()
    gc.set_threshold(max(_SELDOM, before[0]), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
