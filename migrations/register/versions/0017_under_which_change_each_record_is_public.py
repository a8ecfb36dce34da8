"""The digest of what the change feed says beside each record.

Why: number, version and day of publication in a copy were under no signature.
Data: the digest of what is public now is computed. `portal-office migrate` then signs the head again, with it.
Safe while the previous release is running: no, it would publish without it; stop the office.
"""

import sqlalchemy as sa
from alembic import op

from portal.register import digests
from portal.register import numbered

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_TABLES = (
    "agency", "item", "entity", "plan", "draw", "draw_entry", "result", "followup", "document", "withheld", "reply",
)  # fmt: skip


def upgrade() -> None:
    connection = op.get_bind()
    state = 0
    for kind in _TABLES:
        table = sa.table(
            kind, sa.column("public_id"), sa.column("serial"), sa.column("version"),
            sa.column("published_on", sa.Date),
        )  # fmt: skip
        with connection.execute(sa.select(table).execution_options(yield_per=1000)) as rows:
            for row in rows:
                state = digests.plus(state, numbered.element(kind, row.public_id, row))
    kept = sa.table("digest", sa.column("kind", sa.String), sa.column("state", sa.LargeBinary))
    row = {"kind": numbered.NUMBERED, "state": state.to_bytes(digests.STATE_BYTES)}
    connection.execute(sa.insert(kept), row)


def downgrade() -> None:
    op.execute("DELETE FROM digest WHERE kind = 'numbered'")
