"""Answers in pieces: all of them from one view of the register, and not a piece after a withdrawal."""

from collections.abc import Generator
from contextlib import ExitStack

from portal.kit.db import db
from portal.register.queries import sync
from portal.register.queries.changes import State

Pieces = Generator[bytes, None, None]


class Retired(RuntimeError):
    """Something was withdrawn while what holds it was being sent: the connection ends there."""


class Streamed:
    """Pieces of a body, and what they are read from: both end together, whatever happens."""

    def __init__(self, pieces: Pieces, begun: State) -> None:
        """Make the first piece, so that what fails at once fails as an error; `begun`: of what all of them are made."""
        self._held = ExitStack()
        self._pieces = pieces
        self._begun, self._engine = begun, db.engine
        self._first: bytes | None = next(pieces, b"")

    def holds(self, held: ExitStack) -> None:
        """Take over what has to be let go of at the end."""
        self._held.push(held)

    def __iter__(self) -> "Streamed":
        return self

    def __next__(self) -> bytes:
        if self._first is not None:
            first, self._first = self._first, None
            return first
        try:
            piece = next(self._pieces)
        except StopIteration:
            self.close()
            raise
        if not self._may_go_on():
            #: A reader of the register as it was would keep the text in its file besides.
            self.close()
            raise Retired("answer in pieces")
        return piece

    def close(self) -> None:
        """Let go of the reading, then of what it held. Called when the answer is sent, or was cut off."""
        self._pieces.close()
        self._held.close()

    def _may_go_on(self) -> bool:
        """Whether nothing that was public when the answer was begun has been taken back since."""
        last, life = sync.last_retired(self._engine)
        return life == self._begun.epoch and last <= self._begun.serial
