"""Room for the region of a party: a township's code has nine digits, a village's twelve.

Why: SQLite does not hold to the length of a column, PostgreSQL does: there a release with a township's code failed.
Data: none is touched; on PostgreSQL the column is declared longer, which writes nothing anew.
Lost on the way down: nothing, but where a longer code is public the way down is refused.
Safe while the previous release is running: yes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _declare(12)


def downgrade() -> None:
    _declare(6)


def _declare(length: int) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("entity", "region", type_=sa.String(length), existing_nullable=True)
