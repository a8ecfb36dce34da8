"""Indexes for what is new since a day and what stood on a day; each record's CSV text beside it.

Why: the open-data lists ask for rows by the day they became public, for drawn parties by day, and
for the last change of a day; each must walk an index, however large the register grows. An export
of a million rows strings together texts that were made once.
Data: the CSV text of every live record is made now.
Safe while the previous release is running: no, it would leave a line behind when it amends a record;
stop the office.
"""

import sqlalchemy as sa
from alembic import op

from portal.register.columns.lines import line
from portal.register.records import Kind

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

_TABLES = (
    'agency', 'item', 'entity', 'plan', 'draw', 'draw_entry', 'result', 'followup', 'document', 'withheld',
)
_CHUNK = 1000


def upgrade() -> None:
    for table in _TABLES:
        op.create_index(f'ix_{table}_published', table, ['published_on', 'public_id'])
    op.create_index('ix_draw_entry_order', 'draw_entry', ['drawn_on', 'public_id'])
    op.create_index('ix_agency_order', 'agency', ['region', 'public_id'])
    op.drop_index('ix_agency_region', 'agency')
    op.create_index('ix_change_at', 'change', ['at', 'serial'])
    for table in _TABLES:
        op.add_column(table, sa.Column('line', sa.String(), nullable=True))
        _fill(op.get_bind(), table)


def _fill(connection: sa.Connection, name: str) -> None:
    table = sa.table(name, sa.column('public_id'), sa.column('body'), sa.column('line'))
    query = sa.select(table.c.public_id, table.c.body).order_by(table.c.public_id).limit(_CHUNK)
    change = sa.update(table).where(table.c.public_id == sa.bindparam('whose')).values(line=sa.bindparam('text'))
    rows = connection.execute(query).all()
    while rows:
        connection.execute(change, [{'whose': each, 'text': line(Kind(name), body)} for each, body in rows])
        rows = connection.execute(query.where(table.c.public_id > rows[-1].public_id)).all()


def downgrade() -> None:
    for table in _TABLES:
        with op.batch_alter_table(table) as batch:
            batch.drop_column('line')
    op.drop_index('ix_change_at', 'change')
    op.create_index('ix_agency_region', 'agency', ['region'])
    op.drop_index('ix_agency_order', 'agency')
    op.drop_index('ix_draw_entry_order', 'draw_entry')
    for table in _TABLES:
        op.drop_index(f'ix_{table}_published', table)
