"""What somebody does to a register by hand, on either database: any row by where it lies, any value a little changed."""

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register.proofs.audit import audit
from portal.register.proofs.report import Audited

#: What may stand in a column of PostgreSQL in the place of nothing; SQLite takes anything anywhere.
_ANYTHING: dict[type, Any] = {
    int: 7, str: "7", bytes: b"7", bool: True, date: date(2025, 1, 1), datetime: datetime(2025, 1, 1),
}  # fmt: skip


def rows(
    connection: sa.Connection, table: str, names: Sequence[str] = ("*",), where: str = ""
) -> Sequence[sa.Row[Any]]:
    """Return the rows of a table, first where each lies."""
    place, _ = _place(connection, table)
    query = f"SELECT {place}, {', '.join(names)} FROM {table} {where}"
    return connection.exec_driver_sql(query).all()


def columns(connection: sa.Connection, table: str) -> list[tuple[str, type]]:
    """Return the columns of a table in the order of ``*``, with the type of their values."""
    found = sa.inspect(connection).get_columns(table)
    return [(column["name"], column["type"].python_type) for column in found]


def update(engine: sa.Engine, table: str, name: str) -> str:
    """Return the statement that puts ``:value`` into a column of the row at ``:row``."""
    return f"UPDATE {table} SET {name} = :value WHERE {_here(engine, table)}"


def unguard(connection: sa.Connection, table: str) -> None:
    """Take away what keeps the rows of a table from being changed."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        return
    named = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"
    for name in connection.execute(sa.text(named), {"table": table}).scalars().all():
        connection.exec_driver_sql(f"DROP TRIGGER {name}")


def delete(engine: sa.Engine, table: str) -> str:
    """Return the statement that takes out the row at ``:row``."""
    return f"DELETE FROM {table} WHERE {_here(engine, table)}"


def _here(engine: sa.Engine, table: str) -> str:
    with engine.connect() as connection:
        return " = ".join(_place(connection, table))


def _place(connection: sa.Connection, table: str) -> tuple[str, str]:
    """Return where a row lies, whatever its key, and how that is handed over; SQLite knows some by their key alone."""
    if connection.dialect.name == "postgresql":
        return "ctid", "CAST(:row AS tid)"
    named = "SELECT 1 FROM pragma_table_list WHERE name = :table AND wr"
    if connection.execute(sa.text(named), {"table": table}).first() is None:
        return "rowid", ":row"
    keys = sa.inspect(connection).get_pk_constraint(table)["constrained_columns"]
    return f"json_array({', '.join(keys)})", ":row"


def changed(engine: sa.Engine, random_: random.Random, value: Any, kind: type) -> Any:
    """Return `value` of a column of `kind` with one bit or character changed, or the next day or instant."""
    if value in (None, b""):
        return random_.choice([0, 7]) if engine.dialect.name == "sqlite" else _ANYTHING[kind]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value ^ (1 << random_.randrange(4))
    if isinstance(value, datetime):
        return value + timedelta(microseconds=1)
    if isinstance(value, date):
        return value + timedelta(days=1)
    if not value:
        return "x"
    place = random_.randrange(len(value))
    if isinstance(value, bytes):
        other = bytes([value[place] ^ (1 << random_.randrange(8))])
        return value[:place] + other + value[place + 1 :]
    letter = chr(ord(value[place]) ^ (1 << random_.randrange(5)))
    return value[:place] + letter + value[place + 1 :]


def broken(engine: sa.Engine, statement: str, **values: Any) -> Audited | None:
    """Do something to the register by hand, audit it, undo it; None where the database itself refuses."""
    with engine.connect() as connection, connection.begin() as deed:
        try:
            connection.execute(sa.text(statement), values)
        except (sa.exc.IntegrityError, sa.exc.DataError):
            return None
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            found = audit(session)
        deed.rollback()
    return found
