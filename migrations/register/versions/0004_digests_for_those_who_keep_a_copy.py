"""Digests of the live records, and which dumps hold what was taken away.

Why: whoever keeps a copy shall be able to prove that it is complete (checkpoint of the change feed);
a dump that holds a withdrawn text must be known as such the moment the withdrawal is.
Data: the digests of what is public now are computed; where anything was withdrawn before, every dump
that somebody may have made until now counts as retired. `portal-office migrate` then signs the head
of the log again, with the digests in it.
Safe while the previous release is running: no, it would publish without digests; stop the office.
"""

import sqlalchemy as sa
from alembic import op

from portal.register import digests
from portal.register.proofs import entries

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

_TABLES = (
    'agency', 'item', 'entity', 'plan', 'draw', 'draw_entry', 'result', 'followup', 'document', 'withheld',
)


def upgrade() -> None:
    op.create_table('digest',
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('state', sa.LargeBinary(length=2048), nullable=False),
    sa.PrimaryKeyConstraint('kind', name=op.f('pk_digest'))
    )
    op.create_table('retirement',
    sa.Column('serial', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('since', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('serial', name=op.f('pk_retirement'))
    )
    withdrawn = sa.text("op = 'withdraw'")
    op.create_index('ix_change_withdrawn', 'change', ['serial'], unique=False,
                    sqlite_where=withdrawn, postgresql_where=withdrawn)
    _fill(op.get_bind())
    op.execute(
        'INSERT INTO retirement (serial, since) SELECT (SELECT max(serial) FROM change), 1 '
        "WHERE EXISTS (SELECT 1 FROM change WHERE op = 'withdraw')"
    )


def downgrade() -> None:
    op.drop_index('ix_change_withdrawn', table_name='change')
    op.drop_table('retirement')
    op.drop_table('digest')


def _fill(connection: sa.Connection) -> None:
    kept = sa.table('digest', sa.column('kind', sa.String), sa.column('state', sa.LargeBinary))
    for kind in _TABLES:
        table = sa.table(kind, sa.column('public_id', sa.String), sa.column('body', sa.String))
        state, seen = 0, ''
        while rows := connection.execute(
            sa.select(table).where(table.c.public_id > seen).order_by(table.c.public_id).limit(1000)
        ).all():
            seen = rows[-1].public_id
            for row in rows:
                text = entries.canonical_of(row.body)
                state = digests.plus(state, digests.element(kind, row.public_id, text))
        if seen:
            connection.execute(
                sa.insert(kept), {'kind': kind, 'state': state.to_bytes(digests.STATE_BYTES)}
            )
