"""The text of a draw begins with its id, as later releases write it.

Why: releases of before draws were made here wrote the id last. Nothing else differs, and what an entry commits to is the
same; but `verify-log` and the office take a text in another order for one that was written by hand.
Data: the id of draws, and of their older versions, is put first; whoever has a copy computes the same digests.
Lost on the way down: nothing; the release before reads either.
Safe while the previous release is running: yes.
"""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_LAST = """',"id":"' || public_id || '"}'"""


def upgrade() -> None:
    for table in ("draw", "version"):
        op.execute(
            f"""UPDATE {table} SET body =
                '{{"id":"' || public_id || '",' || substr(body, 2, length(body) - 1 - length({_LAST})) || '}}'
                WHERE substr(body, length(body) + 1 - length({_LAST})) = {_LAST} AND substr(public_id, 1, 2) = 'd_'"""
        )


def downgrade() -> None:
    pass
