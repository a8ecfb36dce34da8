"""Draws made with this software: the frozen lists and how far each has come.

Why: a draw is frozen, committed to, seeded and revealed in steps that may lie weeks apart.
Data: none. Lost on the way down: draws under way, which can then be neither revealed nor voided.
Safe while the previous release is running: yes, it does not know the table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drawing",
        sa.Column("draw_id", sa.String(length=64), nullable=False),
        sa.Column("agency", sa.String(length=64), nullable=False),
        sa.Column("live_slot", sa.String(length=200), nullable=True),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("frozen", sa.LargeBinary(), nullable=False),
        sa.Column("commitment", sa.Text(), nullable=False),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.Column("frozen_by", sa.String(length=40), nullable=False),
        sa.Column("frozen_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("draw_id", name=op.f("pk_drawing")),
        sa.UniqueConstraint("live_slot", name=op.f("uq_drawing_live_slot")),
    )
    op.create_index("ix_drawing_agency", "drawing", ["agency", "frozen_at"], unique=False)


def downgrade() -> None:
    op.drop_table("drawing")
