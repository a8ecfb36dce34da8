"""Figures for the statistics, and how many working days each check took to become public.

Why: pages of statistics read what the pen has counted; no page counts rows, however many there are.
Data: the figures of what is public now are counted, and its punctuality measured.
Safe while the previous release is running: no, it would publish without counting; stop the office.
"""

from types import SimpleNamespace

import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import Session

from portal.register.figuring import Figures
from portal.register.punctual import punctuality
from portal.register.records import TYPES, Kind, decode

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

_CHUNK = 1000


def upgrade() -> None:
    op.create_table('figure',
    sa.Column('measure', sa.String(length=16), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('agency', sa.String(length=32), nullable=False),
    sa.Column('period', sa.String(length=6), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('measure', 'region', 'agency', 'period', 'key', name=op.f('pk_figure'))
    )
    op.create_index('ix_figure_period', 'figure', ['measure', 'region', 'period', 'agency', 'key'])
    op.create_table('visit',
    sa.Column('entity_id', sa.String(length=32), nullable=False),
    sa.Column('agency', sa.String(length=32), nullable=False),
    sa.Column('region', sa.String(length=6), nullable=False),
    sa.Column('period', sa.String(length=6), nullable=False),
    sa.Column('checks', sa.Integer(), nullable=False),
    sa.Column('problems', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('entity_id', 'agency', 'region', 'period', name=op.f('pk_visit'))
    )
    op.create_index('ix_visit_agency', 'visit', ['agency', 'period', 'entity_id'])
    op.add_column('result', sa.Column('working_days', sa.Integer(), nullable=True))
    op.add_column('result', sa.Column('late', sa.Boolean(), nullable=True))
    with Session(op.get_bind()) as session:
        _fill(session)
    op.create_index('ix_result_late', 'result', ['late', 'inspected_on', 'public_id'])
    op.create_index('ix_result_agency_late', 'result', ['agency_id', 'late', 'inspected_on', 'public_id'])


def downgrade() -> None:
    op.drop_index('ix_result_agency_late', 'result')
    op.drop_index('ix_result_late', 'result')
    with op.batch_alter_table('result') as batch:
        batch.drop_column('late')
        batch.drop_column('working_days')
    op.drop_table('visit')
    op.drop_table('figure')


def _fill(session: Session) -> None:
    figures = Figures()
    for kind in (Kind.PLAN, Kind.DRAW_ENTRY, Kind.RESULT):
        own = ['region'] if kind is Kind.RESULT else []
        table = sa.table(kind.value, *map(sa.column, ('public_id', 'body', *own, 'working_days', 'late')),
                         sa.column('published_on', sa.Date))
        query = sa.select(table.c.public_id, table.c.body, table.c.published_on, *(table.c[n] for n in own))
        mark = (sa.update(table).where(table.c.public_id == sa.bindparam('whose'))
                .values(working_days=sa.bindparam('days'), late=sa.bindparam('after')))
        seen = ''
        while rows := session.execute(
            query.where(table.c.public_id > seen).order_by(table.c.public_id).limit(_CHUNK)
        ).all():
            seen = rows[-1].public_id
            marks = []
            for row in rows:
                record = decode(row.body, TYPES[kind])
                days, late = punctuality(record, row.published_on) if own else (None, None)
                figures.count(record, SimpleNamespace(
                    region=row.region if own else None, working_days=days, late=late), +1)
                marks.append({'whose': row.public_id, 'days': days, 'after': late})
            if own:
                session.connection().execute(mark, marks)
            figures.write(session)
    session.flush()
