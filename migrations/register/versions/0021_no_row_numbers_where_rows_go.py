"""Rows that go with a withdrawn record bear no numbers of their own.

Why: SQLite numbers the rows of a table and keeps the numbers when it writes its file anew. How many were missing told how
many lists, outcomes, names or items a withdrawn record had: whether a check had found a problem. SQLite alone does so.
Data: copied as it is, in the order of the keys.
Lost on the way down: nothing.
Safe while the previous release is running: yes; what it writes meanwhile waits.
"""

import re

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_KEYS = {
    "event": "scope, position",
    "outcome": "result_id, position, outcome",
    "entity_key": "entity_id, value",
    "task_item": "task_id, item_id",
    "visit": "entity_id, agency, region, period",
}


def upgrade() -> None:
    _lay(" WITHOUT ROWID")


def downgrade() -> None:
    _lay("")


def _lay(numbered: str) -> None:
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        return
    for name, keys in _KEYS.items():
        said = bind.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type = 'index'",
            (name,),
        )
        table, *indexes = said.scalars().all()
        columns = re.sub(r"\s*WITHOUT ROWID\s*$", "", table[table.index("(") :])
        bind.exec_driver_sql(f"CREATE TABLE {name}_laid {columns}{numbered}")
        bind.exec_driver_sql(f"INSERT INTO {name}_laid SELECT * FROM {name} ORDER BY {keys}")
        bind.exec_driver_sql(f"DROP TABLE {name}")
        bind.exec_driver_sql(f"ALTER TABLE {name}_laid RENAME TO {name}")
        for each in indexes:
            bind.exec_driver_sql(each)
