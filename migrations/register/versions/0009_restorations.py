"""The register states each time that it was restored from a backup.

Why: a restored log is shorter than what was signed before; that must be said for ever, and signed.
Data: none; nothing was restored by the programs before this one.
Safe while the previous release is running: yes, it does not know the table.
"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'restoration',
        sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('size', sa.Integer(), nullable=False),
        sa.Column('lost', sa.String(), nullable=True),
        sa.Column('lost_size', sa.Integer(), nullable=True),
        sa.Column('restored_at', sa.DateTime(), nullable=False),
        sa.Column('statement', sa.String(), nullable=False),
        sa.PrimaryKeyConstraint('number', name=op.f('pk_restoration')),
    )


def downgrade() -> None:
    op.drop_table('restoration')
