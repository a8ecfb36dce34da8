"""Rows that go with a withdrawn record bear no numbers of their own.

Why: SQLite numbers the rows of a table and keeps the numbers when it writes its file anew. How many were missing told how
many lists, outcomes, names or items a withdrawn record had: whether a check had found a problem. SQLite alone does so.
Data: copied as it is, in the order of the keys.
Lost on the way down: nothing.
Safe while the previous release is running: yes; what it writes meanwhile waits.
"""

from alembic import op
from portal.kit.laying import lay

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
    lay(op.get_bind(), _KEYS, numbered=False)


def downgrade() -> None:
    lay(op.get_bind(), _KEYS, numbered=True)
