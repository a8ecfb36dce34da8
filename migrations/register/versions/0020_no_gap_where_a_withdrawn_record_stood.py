"""Events stand by the number of their change in every list that forgets withdrawn records.

Why: these lists were numbered 1, 2, 3, …; when a record was withdrawn its number was missing, so that the file still told
which party, item, task or region it was about, and whether a problem was found.
Data: events of these lists take their serial as position; the purge is noted as owed again, so the next command that
publishes, and the office at its start, write the register's file anew.
Lost on the way down: nothing; the release before reads these lists by rank and goes on behind the last position.
Safe while the previous release is running: yes, it reads these lists by rank.
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_FORGETTING = (
    "(scope IN ('problems', 'adjusted') OR substr(scope, 1, 2) IN ('e:', 'i:', 't:', 'g:'))"
)


def upgrade() -> None:
    #: By way of negative numbers: a serial may be the position of another event of the list.
    op.execute(f"UPDATE event SET position = -serial WHERE {_FORGETTING}")
    op.execute("UPDATE event SET position = -position WHERE position < 0")
    op.execute("DELETE FROM purge")


def downgrade() -> None:
    pass
