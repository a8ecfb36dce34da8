"""A connection to SQLite is used while the files that it has open lie in their place, and no longer (文件未被换掉).

A file that another is put in the place of stays what it was to whoever has it open: a site would show for as long as it
runs what no command finds. So with the write-ahead log, in which a change may lie that the file itself does not have, and
the index of that log, which says how far it goes. SQLite takes neither away while anybody has it open.
"""

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import sqlalchemy as sa

#: Under which a connection keeps the files that it opened, to write to or to read only.
_OPENED, _READ = "opened", "read"
_GONE = "the store was replaced meanwhile"
#: What this process has open, where the system tells.
_OURS = Path("/proc/self/fd")
_Inodes = tuple[int, ...]


def require(connection: sa.Connection) -> None:
    """Refuse to write to a file that another was put in the place of while we waited: it would be lost.

    Raises:
        OperationalError: it was.

    """
    name, inodes = connection.info.get(_OPENED, ("", ()))
    #: A log that was not there yet is begun by us.
    if any(was and was != now for was, now in zip(inodes, _inodes(name), strict=False)):
        raise sa.exc.OperationalError("BEGIN", None, sqlite3.OperationalError(_GONE))


@sa.event.listens_for(sa.Engine, "do_connect")
def _before_connect(dialect: sa.Dialect, record: Any, given: Any, named: Any) -> None:  # noqa: ANN401
    """Note which file will be opened: SQLite waits for others before it answers anything about it."""
    if dialect.name == "sqlite" and given:
        reads, name = named.get("uri"), given[0]
        name = unquote(name[5:].partition("?")[0]) if reads else name
        record.info[_READ if reads else _OPENED] = name, _inodes(name)[:1]


def note(connection: Any, record: Any) -> None:  # noqa: ANN401
    """Note which log, with its index, a new connection reads: they are there when it has read once, and stay.

    Raises:
        OperationalError: it shares an index that lies elsewhere by now, as long as another of this process has that open.

    """
    for kept in _OPENED, _READ:
        name, inodes = record.info.get(kept, ("", ()))
        if any(inodes):
            connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
            beside = _inodes(name)[1:]
            if _OURS.exists() and not set(filter(None, beside)) <= _open():
                raise sqlite3.OperationalError(_GONE)
            record.info[kept] = name, inodes + beside


def _open() -> set[int]:
    found = set()
    for each in _OURS.iterdir():
        with suppress(OSError):  # that of this very list
            found.add(each.stat().st_ino)
    return found


@sa.event.listens_for(sa.Pool, "checkout")
def _before_use(_connection: object, record: Any, _proxy: object) -> None:  # noqa: ANN401
    """Have a reader connect anew where another file lies in the place of its own: no command looks at the old one."""
    name, inodes = record.info.get(_READ, ("", ()))
    if any(inodes) and _inodes(name) != inodes:
        raise sa.exc.DisconnectionError


def _inodes(name: str) -> _Inodes:
    """Return which files these are; asked before each use of a connection, so plainly: of paths it takes eight times as long."""
    if os.path.islink(name):  # noqa: PTH114
        #: Its log lies beside the file that this leads to.
        name = os.path.realpath(name)
    return _inode(name), _inode(f"{name}-wal"), _inode(f"{name}-shm")


def _inode(name: str) -> int:
    try:
        return os.stat(name).st_ino  # noqa: PTH116
    except FileNotFoundError:
        return 0
