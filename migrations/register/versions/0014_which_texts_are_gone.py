"""The digest of the leaves whose text is gone.

Why: an older version taken away by hand together with its salt looked like one that was taken away rightly.
Data: the digest of what is gone now is computed. `portal-office migrate` then signs the head again, with it. Where a
text went before dumps were retired by serial, every dump that could hold it is retired now.
Safe while the previous release is running: no, it would take texts away without noting it; stop the office.
"""

import sqlalchemy as sa
from alembic import op

from portal.register import digests
from portal.register.proofs import forgotten

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    leaf = sa.table("leaf", sa.column("serial"), sa.column("salt"))
    gone = sa.select(leaf.c.serial).where(leaf.c.salt.is_(None)).order_by(leaf.c.serial)
    state, found = 0, False
    with connection.execute(gone.execution_options(yield_per=1000)) as serials:
        for part in serials.scalars().partitions():
            state, found = forgotten.plus(state, part), True
    if found:
        kept = sa.table("digest", sa.column("kind", sa.String), sa.column("state", sa.LargeBinary))
        row = {"kind": forgotten.FORGOTTEN, "state": state.to_bytes(digests.STATE_BYTES)}
        connection.execute(sa.insert(kept), row)
    _retire(connection)


def _retire(connection: sa.Connection) -> None:
    unmarked = connection.scalar(
        sa.text(
            "SELECT min(serial) FROM leaf WHERE salt IS NULL AND NOT EXISTS"
            " (SELECT 1 FROM retirement WHERE retirement.serial > leaf.serial AND since <= leaf.serial)"
        )
    )
    if unmarked is None:
        return
    newest = connection.scalar(sa.text("SELECT max(serial) FROM change"))
    there = sa.text("SELECT since FROM retirement WHERE serial = :newest")
    since = connection.scalar(there, {"newest": newest})
    row = {"newest": newest, "since": unmarked if since is None else min(since, unmarked)}
    statement = (
        "INSERT INTO retirement (serial, since) VALUES (:newest, :since)"
        if since is None
        else "UPDATE retirement SET since = :since WHERE serial = :newest"
    )
    connection.execute(sa.text(statement), row)


def downgrade() -> None:
    op.execute("DELETE FROM digest WHERE kind = 'forgotten'")
