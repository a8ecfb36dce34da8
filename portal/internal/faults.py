"""What is said when a store cannot be read or written: neither our mistake nor that of who asked."""

import sqlalchemy as sa

from portal.kit import db

_CHANGED = "写入期间登记册被别处改动，本次没有写入任何内容；请先运行 portal-site verify-log 检查"
#: What the database says or the way to it.
FAULTS = (sa.exc.OperationalError, sa.exc.InternalError)


def known(error: sa.exc.DBAPIError) -> str | None:
    """Return why, in words for whoever is at work; None where only an operator can tell from what the database says."""
    return {
        "database is locked": f"另一项写入正在进行，等了{db.PATIENCE}秒还没有结束",
        "database or disk is full": "磁盘已满",
        "attempt to write a readonly database": "存储文件不可写",
        "could not serialize access due to concurrent update": _CHANGED,
        "could not serialize access due to concurrent delete": _CHANGED,
    }.get(raw(error))


def raw(error: sa.exc.DBAPIError) -> str:
    """Return what the database says. It may name hosts, accounts and tables: not for a page."""
    return str(error.orig).splitlines()[0]
