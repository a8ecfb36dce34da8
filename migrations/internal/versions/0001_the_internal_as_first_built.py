"""The internal as first built.

Why: the office needs people, batches, records as filed, orders of withdrawal and a ledger.
Data: none yet.
Safe while the previous release is running: there is none.
"""

import sqlalchemy as sa
from alembic import op


revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('batch',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('agency', sa.String(length=64), nullable=False),
    sa.Column('file_name', sa.String(length=200), nullable=False),
    sa.Column('file_sha256', sa.String(length=64), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('row_count', sa.Integer(), nullable=False),
    sa.Column('created_count', sa.Integer(), nullable=False),
    sa.Column('changed_count', sa.Integer(), nullable=False),
    sa.Column('same_count', sa.Integer(), nullable=False),
    sa.Column('warnings', sa.String(), nullable=False),
    sa.Column('filed_by', sa.String(length=40), nullable=False),
    sa.Column('filed_at', sa.DateTime(), nullable=False),
    sa.Column('reviewed_by', sa.String(length=40), nullable=True),
    sa.Column('reviewed_at', sa.DateTime(), nullable=True),
    sa.Column('return_reason', sa.String(length=500), nullable=True),
    sa.Column('released_by', sa.String(length=40), nullable=True),
    sa.Column('released_at', sa.DateTime(), nullable=True),
    sa.Column('released_serial', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_batch'))
    )
    with op.batch_alter_table('batch', schema=None) as batch_op:
        batch_op.create_index('ix_batch_file', ['kind', 'agency', 'file_sha256'], unique=False)
        batch_op.create_index('ix_batch_state', ['state', 'id'], unique=False)

    op.create_table('ledger',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.Column('person', sa.String(length=40), nullable=False),
    sa.Column('action', sa.String(length=20), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=True),
    sa.Column('detail', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger'))
    )
    with op.batch_alter_table('ledger', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_ledger_batch_id'), ['batch_id'], unique=False)

    op.create_table('number',
    sa.Column('number', sa.String(length=200), nullable=False),
    sa.Column('key', sa.String(length=300), nullable=False),
    sa.PrimaryKeyConstraint('number', 'key', name=op.f('pk_number'))
    )
    op.create_table('person',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('display', sa.String(length=60), nullable=False),
    sa.Column('agency', sa.String(length=64), nullable=False),
    sa.Column('roles', sa.String(length=60), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=True),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_person'))
    )
    op.create_table('setting',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('value', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_setting'))
    )
    op.create_table('withdrawal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('key', sa.String(length=300), nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('last_filing_id', sa.Integer(), nullable=False),
    sa.Column('ordered_by', sa.String(length=40), nullable=False),
    sa.Column('seconded_by', sa.String(length=40), nullable=False),
    sa.Column('ordered_at', sa.DateTime(), nullable=False),
    sa.Column('done_at', sa.DateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_withdrawal'))
    )
    with op.batch_alter_table('withdrawal', schema=None) as batch_op:
        batch_op.create_index('ix_withdrawal_record', ['kind', 'key', 'last_filing_id'], unique=False)

    op.create_table('filing',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('key', sa.String(length=300), nullable=False),
    sa.Column('about', sa.String(length=300), nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('row', sa.Integer(), nullable=False),
    sa.Column('live', sa.Boolean(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['batch.id'], name=op.f('fk_filing_batch_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_filing'))
    )
    with op.batch_alter_table('filing', schema=None) as batch_op:
        batch_op.create_index('ix_filing_about', ['kind', 'about', 'id'], unique=False)
        batch_op.create_index('ix_filing_batch', ['batch_id', 'kind', 'id'], unique=False)
        batch_op.create_index('ix_filing_public', ['public_id'], unique=False)
        batch_op.create_index('ix_filing_record', ['kind', 'key', 'id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('filing', schema=None) as batch_op:
        batch_op.drop_index('ix_filing_record')
        batch_op.drop_index('ix_filing_public')
        batch_op.drop_index('ix_filing_batch')
        batch_op.drop_index('ix_filing_about')

    op.drop_table('filing')
    with op.batch_alter_table('withdrawal', schema=None) as batch_op:
        batch_op.drop_index('ix_withdrawal_record')

    op.drop_table('withdrawal')
    op.drop_table('setting')
    op.drop_table('person')
    op.drop_table('number')
    with op.batch_alter_table('ledger', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_ledger_batch_id'))

    op.drop_table('ledger')
    with op.batch_alter_table('batch', schema=None) as batch_op:
        batch_op.drop_index('ix_batch_state')
        batch_op.drop_index('ix_batch_file')

    op.drop_table('batch')
