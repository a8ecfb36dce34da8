"""Lays tables of SQLite anew with or without numbers of rows (行号); for migrations."""

import re
from collections.abc import Mapping

import sqlalchemy as sa


def lay(bind: sa.Connection, keys: Mapping[str, str], *, numbered: bool) -> None:
    """Make each table of `keys` (name → its primary key, in order) anew as it is, with its rows and indexes.

    Rows lie in the order of the keys, and bear numbers where `numbered`. Other databases number no rows.
    """
    if bind.dialect.name != "sqlite":
        return
    for name, key in keys.items():
        said = bind.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type = 'index'",
            (name,),
        )
        table, *indexes = said.scalars().all()
        columns = re.sub(r"\s*WITHOUT ROWID\s*$", "", table[table.index("(") :])
        ending = "" if numbered else " WITHOUT ROWID"
        bind.exec_driver_sql(f"CREATE TABLE {name}_laid {columns}{ending}")
        bind.exec_driver_sql(f"INSERT INTO {name}_laid SELECT * FROM {name} ORDER BY {key}")  # noqa: S608 (of our own)
        bind.exec_driver_sql(f"DROP TABLE {name}")
        bind.exec_driver_sql(f"ALTER TABLE {name}_laid RENAME TO {name}")
        for each in indexes:
            bind.exec_driver_sql(each)
