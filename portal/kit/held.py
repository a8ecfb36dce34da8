"""Which stores of PostgreSQL an act holds: a server lets go of whoever loses the connection, and tells nobody."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import sqlalchemy as sa

_held: ContextVar[tuple[sa.Connection, ...]] = ContextVar("held", default=())


@contextmanager
def by(connection: sa.Connection) -> Iterator[None]:
    """Note that a store is held by this connection."""
    token = _held.set((*_held.get(), connection))
    try:
        yield
    finally:
        _held.reset(token)


def require() -> None:
    """Ask each store that this act holds whether it does still: another act may have been done since that this one knows nothing of.

    Raises:
        OperationalError: it does not.

    """
    for connection in _held.get():
        connection.exec_driver_sql("SELECT 1")
