"""Doors, approvals that bind, and a ledger that is chained.

Why: sessions are kept on the server so that they can be ended, failed attempts so that a restart
does not clear them; a second factor and closed accounts need their columns. An approval is bound
to the bytes that become public and to people who may not be the same. Each ledger row covers the
one before, and the store refuses to change or remove one.
Data: the digests of ledger rows written so far are counted in the order of their numbers, which are
given anew where one is missing. A batch approved or released before has no approval on record: it is
approved again before it is released (again). Everybody signs in again. On the way down sessions,
attempts, second factors and approvals are lost, and closed accounts are open again: look at them.
Safe while the previous release is running: no. Its ledger rows would lack their digest: stop it first.
"""

import hashlib
import json
from datetime import UTC

import sqlalchemy as sa
from alembic import op


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

LEDGER = sa.table(
    'ledger', sa.column('id', sa.Integer), sa.column('at', sa.DateTime), sa.column('person', sa.String),
    sa.column('action', sa.String), sa.column('batch_id', sa.Integer), sa.column('detail', sa.String),
    sa.column('digest', sa.String),
)
REFUSALS = (
    ('ledger_refuses_update', 'UPDATE', ''),
    ('ledger_refuses_delete', 'DELETE', ''),
    #: INSERT OR REPLACE removes a row without asking the trigger above.
    ('ledger_refuses_replace', 'INSERT', ' WHEN EXISTS (SELECT 1 FROM ledger WHERE id = NEW.id)'),
)


def upgrade() -> None:
    if op.get_context().as_sql:
        raise NotImplementedError('reads the ledger; run it on the store itself')
    op.add_column('person', sa.Column('must_change', sa.Boolean(), server_default='0', nullable=False))
    op.add_column('person', sa.Column('totp_secret', sa.String(length=64), nullable=True))
    op.add_column('person', sa.Column('totp_step', sa.Integer(), nullable=True))
    op.add_column('person', sa.Column('disabled_at', sa.DateTime(), nullable=True))
    op.create_table('recovery_code',
    sa.Column('person', sa.String(length=40), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['person'], ['person.name'], name=op.f('fk_recovery_code_person')),
    sa.PrimaryKeyConstraint('person', 'digest', name=op.f('pk_recovery_code'))
    )
    op.create_table('office_session',
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('person', sa.String(length=40), nullable=False),
    sa.Column('started_at', sa.DateTime(), nullable=False),
    sa.Column('complete', sa.Boolean(), nullable=False),
    sa.Column('address', sa.String(length=45), nullable=False),
    sa.Column('totp_offer', sa.String(length=64), nullable=True),
    sa.ForeignKeyConstraint(['person'], ['person.name'], name=op.f('fk_office_session_person')),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_office_session'))
    )
    op.create_index('ix_office_session_person', 'office_session', ['person'], unique=False)
    op.create_table('attempt',
    sa.Column('bucket', sa.String(length=64), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('last_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('bucket', name=op.f('pk_attempt'))
    )
    op.create_index('ix_attempt_last_at', 'attempt', ['last_at'], unique=False)
    op.create_index('ix_batch_author', 'batch', ['id', 'filed_by'], unique=True)
    op.create_table('approval',
    sa.Column('batch_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('author', sa.String(length=40), nullable=False),
    sa.Column('reviewer', sa.String(length=40), nullable=False),
    sa.Column('publisher', sa.String(length=40), nullable=True),
    sa.Column('approved_at', sa.DateTime(), nullable=False),
    sa.Column('public_sha256', sa.String(length=64), nullable=False),
    sa.Column('filed_sha256', sa.String(length=64), nullable=False),
    sa.Column('parts', sa.Text(), nullable=False),
    sa.CheckConstraint('reviewer <> author', name=op.f('ck_approval_reviewer_is_not_author')),
    sa.CheckConstraint('publisher <> author', name=op.f('ck_approval_publisher_is_not_author')),
    sa.CheckConstraint('publisher <> reviewer', name=op.f('ck_approval_publisher_is_not_reviewer')),
    sa.ForeignKeyConstraint(
        ['batch_id', 'author'], ['batch.id', 'batch.filed_by'], name=op.f('fk_approval_batch')
    ),
    sa.PrimaryKeyConstraint('batch_id', name=op.f('pk_approval'))
    )
    op.add_column('ledger', sa.Column('digest', sa.String(length=64), server_default='', nullable=False))
    _chain()
    op.create_index('ix_ledger_at', 'ledger', ['at', 'id'], unique=False)
    op.create_index('ix_ledger_person', 'ledger', ['person', 'at', 'id'], unique=False)
    op.create_index('ix_ledger_action', 'ledger', ['action', 'at', 'id'], unique=False)
    _refuse()


def downgrade() -> None:
    _allow()
    for name in ('ix_ledger_action', 'ix_ledger_person', 'ix_ledger_at'):
        op.drop_index(name, table_name='ledger')
    #: In place: rebuilding a table that others refer to would break their references on SQLite.
    op.drop_column('ledger', 'digest')
    op.drop_table('approval')
    op.drop_index('ix_batch_author', table_name='batch')
    op.drop_table('attempt')
    op.drop_table('office_session')
    op.drop_table('recovery_code')
    for column in ('disabled_at', 'totp_step', 'totp_secret', 'must_change'):
        op.drop_column('person', column)


def _postgresql() -> bool:
    return op.get_bind().dialect.name == 'postgresql'


def _chain() -> None:
    """Number the rows without gaps and count their digests, in the order in which they were written."""
    bind, before, number = op.get_bind(), '0' * 64, 0
    while True:
        rows = bind.execute(
            sa.select(LEDGER).where(LEDGER.c.id > number).order_by(LEDGER.c.id).limit(500)
        ).all()
        if not rows:
            return
        for row in rows:
            number += 1
            at = row.at.replace(tzinfo=UTC).isoformat()
            words = [number, at, row.person, row.action, row.batch_id, row.detail]
            text = json.dumps(words, ensure_ascii=False, separators=(',', ':'))
            before = hashlib.sha256(bytes.fromhex(before) + text.encode()).hexdigest()
            bind.execute(
                sa.update(LEDGER).where(LEDGER.c.id == row.id).values(id=number, digest=before)
            )


def _refuse() -> None:
    if _postgresql():
        op.execute(
            "CREATE FUNCTION ledger_refuses() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'ledger rows are only ever added'; END $$"
        )
        op.execute(
            'CREATE TRIGGER ledger_refuses_change BEFORE UPDATE OR DELETE ON ledger '
            'FOR EACH ROW EXECUTE FUNCTION ledger_refuses()'
        )
        op.execute(
            'CREATE TRIGGER ledger_refuses_truncate BEFORE TRUNCATE ON ledger '
            'FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuses()'
        )
        return
    for name, verb, condition in REFUSALS:
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {verb} ON ledger FOR EACH ROW{condition} "
            "BEGIN SELECT RAISE(ABORT, 'ledger rows are only ever added'); END"
        )


def _allow() -> None:
    if _postgresql():
        for name in ('ledger_refuses_change', 'ledger_refuses_truncate'):
            op.execute(f'DROP TRIGGER {name} ON ledger')
        op.execute('DROP FUNCTION ledger_refuses()')
        return
    for name, _, _ in REFUSALS:
        op.execute(f'DROP TRIGGER {name}')
