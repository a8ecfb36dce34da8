"""Rows of drums, packages and plans that go with their draw or plan bear no numbers of their own either.

Why: as in 0021. How many were missing told how many parties had stood in the drum of a draw that was taken back, how
long its package had been, and how many tasks a withdrawn plan had.
Data: copied as it is, in the order of the keys; the purge is noted as owed again, so that the next command that publishes,
and the office at its start, write the register's file anew.
Lost on the way down: nothing.
Safe while the previous release is running: yes; what it writes meanwhile waits.
"""

from alembic import op
from portal.kit.laying import lay

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_KEYS = {
    "draw_leaf": "draw_id, number",
    "draw_member": "draw_id, object_id",
    "draw_package": "draw_id, number",
    "task": "public_id",
}


def upgrade() -> None:
    lay(op.get_bind(), _KEYS, numbered=False)
    op.execute("DELETE FROM purge")


def downgrade() -> None:
    lay(op.get_bind(), _KEYS, numbered=True)
