"""What is said when a store cannot be read or written: neither our mistake nor that of who asked."""

import sqlalchemy as sa

from portal.kit import db

#: What the database says or the way to it.
FAULTS = (sa.exc.OperationalError, sa.exc.InternalError)


def why(error: sa.exc.DBAPIError) -> str:
    """Return why, in words where we have them, else as the database says it."""
    told = str(error.orig).splitlines()[0]
    words = {
        "database is locked": f"另一项写入正在进行，等了{db.PATIENCE}秒还没有结束",
        "database or disk is full": "磁盘已满",
        "attempt to write a readonly database": "存储文件不可写",
    }
    return words.get(told, told)
