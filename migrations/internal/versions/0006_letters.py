"""Letters from the public, and what was decided on them.

Why: error reports, statements and objections are to be answered within 20 working days, by two people.
Data: none yet. On the way down every letter is lost.
Safe while the previous release is running: yes, it does not know the table.
"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('received_letter',
    sa.Column('reference', sa.String(length=20), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('subject', sa.String(length=40), nullable=False),
    sa.Column('agency', sa.String(length=64), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('contact', sa.String(length=200), nullable=True),
    sa.Column('evidence', sa.LargeBinary(), nullable=True),
    sa.Column('evidence_type', sa.String(length=40), nullable=True),
    sa.Column('received_at', sa.DateTime(), nullable=False),
    sa.Column('collected_at', sa.DateTime(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('flagged', sa.Boolean(), nullable=False),
    sa.Column('handler', sa.String(length=40), nullable=True),
    sa.Column('outcome', sa.String(length=12), nullable=True),
    sa.Column('decision', sa.String(), nullable=True),
    sa.Column('statement', sa.String(), nullable=True),
    sa.Column('let_pass', sa.Boolean(), nullable=False),
    sa.Column('proposed_by', sa.String(length=40), nullable=True),
    sa.Column('released_by', sa.String(length=40), nullable=True),
    sa.Column('decided_on', sa.Date(), nullable=True),
    sa.Column('told', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('reference', name=op.f('pk_received_letter'))
    )
    op.create_index('ix_received_letter_state', 'received_letter', ['state', 'due_on', 'reference'])
    op.create_index('ix_received_letter_untold', 'received_letter', ['told', 'reference'])
    op.create_index('ix_received_letter_subject', 'received_letter', ['subject', 'reference'])


def downgrade() -> None:
    op.drop_table('received_letter')
