"""Which key of the log signs after which, and the head by which the one before made it so.

Why: the office can hand the log over to another key.
Data: there is one key until now; it is the first.
Lost on the way down: the heads by which keys were handed over; nobody could tell any more that the later ones may sign.
Safe while the previous release is running: yes; it writes a key with the first head alone, which is there.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("log_key") as table:
        table.add_column(sa.Column("number", sa.Integer(), nullable=False, server_default="1"))
        table.add_column(sa.Column("handover", sa.Text(), nullable=True))
        table.create_unique_constraint(op.f("uq_log_key_number"), ["number"])


def downgrade() -> None:
    with op.batch_alter_table("log_key") as table:
        table.drop_constraint(op.f("uq_log_key_number"))
        table.drop_column("handover")
        table.drop_column("number")
