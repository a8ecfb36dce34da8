"""What a draw says in clear in the log, and the packages of revealed draws.

Why: a draw is recomputed from its package, and its commit stands in the log in clear.
Data: the text of each draw for exports is made again with the new columns; entries already in the log say
nothing in clear. Lost on the way down: packages,
and with them what the entries of verifiable draws were hashed over, so that the log verifies no more.
Safe while the previous release is running: no, it would write the text of draws without the new columns.
"""

import sqlalchemy as sa
from alembic import op

from portal.register.columns.lines import line
from portal.register.records import Kind

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

DRAW = sa.table('draw', sa.column('public_id'), sa.column('body'), sa.column('line'))


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
    connection = op.get_bind()
    for public_id, body in connection.execute(sa.select(DRAW.c.public_id, DRAW.c.body)).all():
        change = sa.update(DRAW).where(DRAW.c.public_id == public_id)
        connection.execute(change.values(line=line(Kind.DRAW, body)))


def downgrade() -> None:
    op.drop_table('draw_member')
    op.drop_table('draw_package')
    op.drop_column('leaf', 'spoken')
