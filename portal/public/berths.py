"""How many long answers a process gives at once: whole sets and large files never take every thread.

A short line waits for whoever is being served; whoever finds the line full, or has waited long
enough, is told so (503) and when to come back. A slow reader thus costs a place among downloads,
never a page.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import current_app

_NAME = "berths"
#: Seconds after which it is worth asking again.
RETRY_AFTER = 10


class Full(RuntimeError):
    """Every place is taken, and the line is full or did not move."""


class Berths:
    """Places for `at_once` answers, and a line of `waiting` who wait up to `patience` seconds each."""

    def __init__(self, at_once: int, waiting: int, patience: float) -> None:
        """Begin with every place free."""
        self._patience = patience
        self._inside = threading.BoundedSemaphore(at_once + waiting)
        self._free = threading.BoundedSemaphore(at_once)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Hold a place while the block lasts; it may end in another thread.

        Raises:
            Full: there was none.

        """
        if not self._inside.acquire(blocking=False):
            raise Full
        try:
            if not self._free.acquire(timeout=self._patience):
                raise Full
            try:
                yield
            finally:
                self._free.release()
        finally:
            self._inside.release()


@dataclass(frozen=True, slots=True)
class Pier:
    """The places of one process: for `sets` made from the register, and for `files` of dumps."""

    sets: Berths
    files: Berths


def of_the_site() -> Pier:
    """Return places among the four threads of a process that serves pages: one is always left."""
    return Pier(Berths(1, 1, 5), Berths(1, 0, 0))


#: Threads of the process that serves downloads alone: more than all of its places.
THREADS = 48


def of_downloads() -> Pier:
    """Return places among the THREADS of the process that does nothing else.

    Sets cost processor time, of which two take all there is; a file waits for its reader.
    """
    return Pier(Berths(2, 10, 60), Berths(32, 0, 0))


def pier() -> Pier:
    """Return the places of this process."""
    found: Pier = current_app.extensions[_NAME]
    return found


def moor(extensions: dict[str, object], places: Pier) -> None:
    """Say which places an app has, from its `extensions` on."""
    extensions[_NAME] = places
