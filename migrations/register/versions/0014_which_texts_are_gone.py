"""The digest of the leaves whose text is gone.

Why: an older version taken away by hand together with its salt looked like one that was taken away rightly.
Data: the digest of what is gone now is computed. `portal-office migrate` then signs the head again, with it.
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


def downgrade() -> None:
    op.execute("DELETE FROM digest WHERE kind = 'forgotten'")
