"""What a draw says in clear in the log, and the packages of revealed draws.

Why: a draw is recomputed from its package, and its commit stands in the log in clear.
Data: none to be filled; entries already in the log say nothing in clear. Lost on the way down: packages,
and with them what the entries of verifiable draws were hashed over, so that the log verifies no more.
Safe while the previous release is running: yes, it publishes no such draw.
"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('leaf', sa.Column('spoken', sa.Text(), nullable=True))
    op.create_table('draw_package',
    sa.Column('draw_id', sa.String(length=32), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('piece', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('draw_id', 'number', name=op.f('pk_draw_package'))
    )
    op.create_table('draw_member',
    sa.Column('draw_id', sa.String(length=32), nullable=False),
    sa.Column('object_id', sa.String(length=256), nullable=False),
    sa.Column('stratum', sa.String(length=256), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.PrimaryKeyConstraint('draw_id', 'object_id', name=op.f('pk_draw_member'))
    )
    op.create_index('ix_draw_member_state', 'draw_member', ['draw_id', 'state', 'object_id'], unique=False)


def downgrade() -> None:
    op.drop_table('draw_member')
    op.drop_table('draw_package')
    op.drop_column('leaf', 'spoken')
