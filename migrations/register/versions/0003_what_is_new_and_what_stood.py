"""Indexes for what is new since a day, and for the register as it stood on a day.

Why: the open-data lists ask for rows by the day they became public, for drawn parties by day, and
for the last change of a day; each must walk an index, however large the register grows.
Data: unchanged.
Safe while the previous release is running: yes, it only finds more indexes than it knows.
"""

from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

_TABLES = (
    'agency', 'item', 'entity', 'plan', 'draw', 'draw_entry', 'result', 'followup', 'document', 'withheld',
)


def upgrade() -> None:
    for table in _TABLES:
        op.create_index(f'ix_{table}_published', table, ['published_on', 'public_id'])
    op.create_index('ix_draw_entry_order', 'draw_entry', ['drawn_on', 'public_id'])
    op.create_index('ix_agency_order', 'agency', ['region', 'public_id'])
    op.drop_index('ix_agency_region', 'agency')
    op.create_index('ix_change_at', 'change', ['at', 'serial'])


def downgrade() -> None:
    op.drop_index('ix_change_at', 'change')
    op.create_index('ix_agency_region', 'agency', ['region'])
    op.drop_index('ix_agency_order', 'agency')
    op.drop_index('ix_draw_entry_order', 'draw_entry')
    for table in _TABLES:
        op.drop_index(f'ix_{table}_published', table)
