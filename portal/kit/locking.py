"""The one write transaction of a store that sees it as it stood when it began."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.kit import held
from portal.kit.db import ADVISORY_LOCK, write_lock


@contextmanager
def one_state(engine: sa.Engine) -> Iterator[Session]:
    """Open the one write transaction as `write_lock` does; every question in it is answered from one state of the store.

    SQLite gives that by itself. PostgreSQL would answer each by what others had committed until then: what was looked
    through and found right could be another thing when it is used. It commits only while the act still holds the stores
    that it took hold of before.
    """
    if engine.dialect.name == "sqlite":
        with write_lock(engine) as session:
            yield session
            held.require()
        return
    with engine.execution_options(isolation_level="REPEATABLE READ").connect() as connection:
        #: The state is that of the first question, which is therefore asked when the lock is ours already.
        with _lost_together(connection):
            connection.execute(sa.select(sa.func.pg_advisory_lock(ADVISORY_LOCK)))
            connection.commit()
        with Session(connection) as session, session.begin():
            with _lost_together(connection):
                session.execute(sa.select(sa.func.pg_advisory_xact_lock(ADVISORY_LOCK)))
                session.execute(sa.select(sa.func.pg_advisory_unlock(ADVISORY_LOCK)))
            yield session
            held.require()


@contextmanager
def _lost_together(connection: sa.Connection) -> Iterator[None]:
    """Close a connection that is broken off here: kept for others, it would hold the lock as long as the process lives."""
    try:
        yield
    except BaseException:
        connection.invalidate()
        raise
