"""The register notes up to which withdrawal its own file has been purged.

Why: a purge that a crash prevented is still owed, and is carried out by whoever comes next.
Data: nothing is purged yet; the first release after this writes the file anew where anything was withdrawn.
Safe while the previous release is running: yes, it does not know the table.
"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'purge',
        sa.Column('serial', sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint('serial', name=op.f('pk_purge')),
    )


def downgrade() -> None:
    op.drop_table('purge')
