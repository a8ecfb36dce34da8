"""No list of a region holds changes of parties of which the text is gone.

Why: the lists that feeds walk are named by what they hold, and the region of a party is its own. Early releases left a
party that was withdrawn, or shown by a wider place since, in the list of its region; `verify-log` tells that.
Data: such events go; the purge is noted as owed again, so that the next command that publishes, and the office at its
start, write the register's file anew.
Lost on the way down: nothing; the release before took them out as well.
Safe while the previous release is running: yes.
"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "DELETE FROM event WHERE kind = 'entity' AND event IN ('gone', 'withdrawn') AND substr(scope, 1, 2) = 'g:'"
    )
    op.execute("DELETE FROM purge")


def downgrade() -> None:
    pass
