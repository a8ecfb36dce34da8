"""How far letters are; results about which an objection is being handled.

Why: a right of reply is worth little where nobody sees that it was used.
Data: there are no letters yet and no result is in dispute. The CSV text of the results is made anew
with the new column. Nothing published is lost on the way down but the states of letters.
Safe while the previous release is running: no, it would leave out the flag when it amends a result;
stop the office.
"""

import sqlalchemy as sa
from alembic import op

from portal.register.columns.lines import line
from portal.register.records import Kind

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

RESULT = sa.table('result', sa.column('public_id'), sa.column('body'), sa.column('line'))
_CHUNK = 1000


def upgrade() -> None:
    op.create_table('reply',
    sa.Column('result_id', sa.String(length=32), nullable=True),
    sa.Column('entity_id', sa.String(length=32), nullable=True),
    sa.Column('kind', sa.String(length=12), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('received_on', sa.Date(), nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('serial', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('published_on', sa.Date(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('line', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('public_id', name=op.f('pk_reply')),
    sa.UniqueConstraint('serial', name=op.f('uq_reply_serial'))
    )
    for name, columns in (
        ('order', []), ('result', ['result_id']), ('entity', ['entity_id']), ('kind', ['kind']),
        ('state', ['state']),
    ):
        op.create_index(f'ix_reply_{name}', 'reply', [*columns, 'received_on', 'public_id'])
    op.create_index('ix_reply_published', 'reply', ['published_on', 'public_id'])
    op.add_column('result', sa.Column('disputed', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index('ix_result_disputed', 'result', ['disputed', 'inspected_on', 'public_id'])
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    query = sa.select(RESULT.c.public_id, RESULT.c.body).order_by(RESULT.c.public_id).limit(_CHUNK)
    change = sa.update(RESULT).where(RESULT.c.public_id == sa.bindparam('whose')).values(line=sa.bindparam('text'))
    rows = connection.execute(query).all()
    while rows:
        connection.execute(change, [{'whose': each, 'text': line(Kind.RESULT, body)} for each, body in rows])
        rows = connection.execute(query.where(RESULT.c.public_id > rows[-1].public_id)).all()


def downgrade() -> None:
    op.drop_index('ix_result_disputed', 'result')
    op.drop_column('result', 'disputed')
    op.drop_table('reply')
