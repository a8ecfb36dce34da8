"""Rids the register's own file of the bytes of what it no longer says (清除残留).

SQLite overwrites what it deletes (`secure_delete`), but a page that was split keeps stale copies of the
rows that moved to the other half. Only writing the file anew leaves none; then the write-ahead log, which
still holds the old pages, is cut to nothing. Readers go on meanwhile: they see the register as it was, and
it says the same before and after. `scouring` does the same to a PostgreSQL server. That it is owed follows
from the changelog's own rows, written in the transaction that took the text away, so a crash forgets nothing.
"""

import sqlite3
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import PortalError
from portal.kit.db import write_lock
from portal.register import scouring
from portal.register.tables.changes import PurgeRow, RetirementRow

#: Cuts SQLite's write-ahead log to nothing; says first whether somebody was in the way.
_CUT = "PRAGMA wal_checkpoint(TRUNCATE)"


class NotPurged(PortalError):
    """What was taken out of the register may still lie in the bytes of its file."""

    code = "not_purged"


def owed(engine: sa.Engine) -> int:
    """Return the change up to which texts are still to be got rid of, 0 where there are none."""
    with Session(engine) as session:
        taken_away = session.scalar(sa.select(sa.func.max(RetirementRow.serial))) or 0
        purged = session.scalar(sa.select(sa.func.max(PurgeRow.serial))) or 0
    return taken_away if taken_away > purged else 0


def note(engine: sa.Engine, serial: int) -> None:
    """Note that nothing taken away up to `serial` is left anywhere."""
    with write_lock(engine) as session:
        session.execute(sa.delete(PurgeRow))
        session.add(PurgeRow(serial=serial))


def rewrite(engine: sa.Engine) -> None:
    """Write anew what the database keeps of the register, from what the register says.

    Needs as much room again as the register takes, and the write lock; releases wait meanwhile.

    Raises:
        NotPurged: there is no room, somebody would not let go of the register for half a minute, or the
            server does not let the office do it.

    """
    _rid(engine, "VACUUM", _CUT)


def rewrite_undone(engine: sa.Engine) -> None:
    """Get rid of what a transaction had written before it was undone: on SQLite it is in the log alone.

    Raises:
        NotPurged: as `rewrite` does.

    """
    _rid(engine, _CUT)


def _rid(engine: sa.Engine, *statements: str) -> None:
    """Run these on SQLite; another database is written anew."""
    try:
        if engine.dialect.name == "sqlite":
            _run(engine, statements)
        else:
            scouring.scour(engine.url)
    except (sqlite3.OperationalError, scouring.NotScoured) as error:
        raise NotPurged(_words(str(error))) from error


def _run(engine: sa.Engine, statements: Sequence[str]) -> None:
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        busy = [cursor.execute(each).fetchall() for each in statements][-1][0][0]
    finally:
        raw.close()
    if busy:
        raise sqlite3.OperationalError("database is locked")


def _words(reason: str) -> str:
    return (
        "登记册中已撤下，公开页面不再提供；但数据库文件中的残留尚未清除"
        f"（{reason}）。办公端每分钟会再试，也可运行 portal-office release-due"
    )
