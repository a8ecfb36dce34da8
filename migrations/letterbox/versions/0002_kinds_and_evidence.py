"""Letters have a kind and may bring an evidence file.

Why: an objection is handled otherwise than an error report, and shows what it rests on.
Data: letters posted before count as error reports. On the way down evidence not yet collected is lost.
Safe while the previous release is running: yes, it posts error reports.
"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('letter', sa.Column('kind', sa.String(length=12), server_default='error', nullable=False))
    op.add_column('letter', sa.Column('evidence', sa.LargeBinary(), nullable=True))
    op.add_column('letter', sa.Column('evidence_type', sa.String(length=40), nullable=True))


def downgrade() -> None:
    for name in ('evidence_type', 'evidence', 'kind'):
        op.drop_column('letter', name)
