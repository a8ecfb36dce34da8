"""Notices can be counted by the body that decided and the year they were published in.

Why: the one table of counts that may be published; it walks an index and reads no record.
Data: the body is taken from the notices. Nothing is lost on the way down.
Safe while the previous release is running: yes, it writes the empty text, which the next release of
notices does not mend: run `portal-office migrate` again afterwards only if it wrote any.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

NOTICE = sa.table('withheld', sa.column('public_id'), sa.column('decided_by'), sa.column('body'))


def upgrade() -> None:
    op.add_column(
        'withheld', sa.Column('decided_by', sa.String(length=120), server_default='', nullable=False)
    )
    for public_id, body in op.get_bind().execute(sa.select(NOTICE.c.public_id, NOTICE.c.body)).all():
        op.execute(
            sa.update(NOTICE)
            .where(NOTICE.c.public_id == public_id)
            .values(decided_by=json.loads(body)['decided_by'])
        )
    op.create_index('ix_withheld_count', 'withheld', ['decided_by', 'published_on'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_withheld_count', table_name='withheld')
    op.drop_column('withheld', 'decided_by')
