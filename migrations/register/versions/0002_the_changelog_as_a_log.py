"""The changelog becomes a tamper-evident log.

Why: every change gets a leaf of a Merkle tree (RFC 9162); heads of the tree are signed.
Data: changes there already get their leaves now, with new random salts. Where the text of a change
is gone (withdrawn, or redacted since) nothing is left to commit to: its commitment is 32 random
bytes, which is what an opened-and-destroyed one looks like too. The head is signed by the office,
at `portal-office migrate` or with the next release.
Safe while the previous release is running: no, it would publish without leaves; stop the office.
"""

import secrets
from datetime import UTC

import sqlalchemy as sa
from alembic import op

from portal.register.proofs import entries
from portal.register.proofs.tiles import Growing
from portal.domain.merkle import leaf_hash

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

_CHUNK = 1000
_TABLES = (
    'agency', 'item', 'entity', 'plan', 'draw', 'draw_entry', 'result', 'followup', 'document', 'withheld',
)


def upgrade() -> None:
    op.create_table('leaf',
    sa.Column('serial', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('commitment', sa.LargeBinary(length=32), nullable=False),
    sa.Column('salt', sa.LargeBinary(length=32), nullable=True),
    sa.Column('supersedes', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('serial', name=op.f('pk_leaf'))
    )
    op.create_table('tile',
    sa.Column('level', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('hashes', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('level', 'number', name=op.f('pk_tile'))
    )
    op.create_table('checkpoint',
    sa.Column('size', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('size', name=op.f('pk_checkpoint'))
    )
    op.create_table('log_key',
    sa.Column('vkey', sa.String(length=300), nullable=False),
    sa.PrimaryKeyConstraint('vkey', name=op.f('pk_log_key'))
    )
    with op.batch_alter_table('version', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_version_serial'), ['serial'], unique=False)
    _fill(op.get_bind())


def downgrade() -> None:
    with op.batch_alter_table('version', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_version_serial'))

    op.drop_table('log_key')
    op.drop_table('checkpoint')
    op.drop_table('tile')
    op.drop_table('leaf')


_CHANGE = sa.table(
    'change', sa.column('serial', sa.Integer), sa.column('op', sa.String), sa.column('kind', sa.String),
    sa.column('public_id', sa.String), sa.column('at', sa.DateTime),
)
_LEAF = sa.table(
    'leaf', sa.column('serial', sa.Integer), sa.column('commitment', sa.LargeBinary),
    sa.column('salt', sa.LargeBinary), sa.column('supersedes', sa.Integer),
)
_TILE = sa.table(
    'tile', sa.column('level', sa.Integer), sa.column('number', sa.Integer),
    sa.column('hashes', sa.LargeBinary),
)


def _fill(connection: sa.Connection) -> None:
    """Give every change its leaf, in the order of their serials."""
    growing = Growing()
    while True:
        rows = connection.execute(_next(growing.size)).all()
        if not rows:
            break
        texts = _texts(connection, growing.size, rows[-1].serial)
        leaves = []
        for row in rows:
            if row.serial != growing.size + 1:
                raise RuntimeError(f'the changelog has a gap before {row.serial}')
            salt, sealed = _sealed(row, texts.get(row.serial))
            leaves.append({'serial': row.serial, 'commitment': sealed, 'salt': salt, 'supersedes': row.before})
            at = row.at.replace(tzinfo=UTC)
            growing.add(leaf_hash(entries.entry(row.op, row.kind, at, sealed, row.before)))
        connection.execute(sa.insert(_LEAF), leaves)
        _keep(connection, growing.full())
    _keep(connection, growing.edges())


def _next(after: int) -> sa.Select:
    earlier = _CHANGE.alias('earlier')
    before = (
        sa.select(sa.func.max(earlier.c.serial))
        .where(
            earlier.c.kind == _CHANGE.c.kind,
            earlier.c.public_id == _CHANGE.c.public_id,
            earlier.c.serial < _CHANGE.c.serial,
            _CHANGE.c.op != 'publish',
        )
        .scalar_subquery()
    )
    return (
        sa.select(_CHANGE, before.label('before'))
        .where(_CHANGE.c.serial > after)
        .order_by(_CHANGE.c.serial)
        .limit(_CHUNK)
    )


def _texts(connection: sa.Connection, after: int, until: int) -> dict:
    """Return the bodies that became public with the changes of one chunk, as far as they still are."""
    found = {}
    for name in (*_TABLES, 'version'):
        table = sa.table(name, sa.column('serial', sa.Integer), sa.column('body', sa.String))
        query = sa.select(table).where(table.c.serial > after, table.c.serial <= until)
        found |= {row.serial: row.body for row in connection.execute(query)}
    return found


def _sealed(row: sa.Row, body: str | None) -> tuple:
    if row.op == 'withdraw':
        return entries.seal(entries.tombstone(row.kind, row.public_id))
    if body is None:
        return None, secrets.token_bytes(32)
    return entries.seal(entries.canonical_of(body))


def _keep(connection: sa.Connection, tiles) -> None:
    rows = [{'level': level, 'number': number, 'hashes': hashes} for level, number, hashes in tiles]
    if rows:
        connection.execute(sa.insert(_TILE), rows)
