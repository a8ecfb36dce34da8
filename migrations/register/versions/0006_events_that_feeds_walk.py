"""Every change stands once in each list that a feed follows.

Why: a feed of one agency, party or item walks an index over its own changes, however large the
register grows; its archives are fixed stretches of it.
Data: made from the changelog. A change whose text is no longer public is noted as just that.
Safe while the previous release is running: no, it would publish without noting events; stop the office.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import Session

from portal.register.eventing import Event, Events
from portal.register.records import TYPES, Kind, Record, decode

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

_CHUNK = 500
_CHANGE = sa.table('change', *(sa.column(each) for each in ('serial', 'op', 'kind', 'public_id')))
_VERSION = sa.table('version', *(sa.column(each) for each in ('public_id', 'serial', 'body')))


def upgrade() -> None:
    op.create_table(
        'event',
        sa.Column('scope', sa.String(length=40), nullable=False),
        sa.Column('position', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('serial', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=16), nullable=False),
        sa.Column('event', sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint('scope', 'position', name=op.f('pk_event')),
    )
    op.create_index(op.f('ix_event_serial'), 'event', ['serial'], unique=False)
    session = Session(op.get_bind())
    events, last = Events(session), 0
    while rows := _after(session, last):
        _note(session, events, rows)
        events.flush()
        last = rows[-1].serial
    session.flush()


def _after(session: Session, last: int) -> Sequence[sa.Row]:
    query = sa.select(_CHANGE).where(_CHANGE.c.serial > last).order_by(_CHANGE.c.serial)
    return session.execute(query.limit(_CHUNK)).all()


def _note(session: Session, events: Events, rows: Sequence[sa.Row]) -> None:
    bodies = _bodies(session, rows)
    for row in rows:
        kind = Kind(row.kind)
        if row.op == 'withdraw':
            events.unknown(row.serial, kind, Event.WITHDRAWN)
        elif row.serial not in bodies:
            events.unknown(row.serial, kind, Event.GONE)
        else:
            record = decode(bodies[row.serial], TYPES[kind])
            before = _before(session, row, kind) if row.op == 'amend' else None
            if row.op == 'amend' and before is None:
                #: What it took the place of is gone: it was a correction, as far as anybody can tell.
                events.tell(row.serial, record, Event.CORRECTED)
            else:
                events.note(row.serial, before, record)


def _bodies(session: Session, rows: Sequence[sa.Row]) -> dict[int, str]:
    serials = [row.serial for row in rows]
    found = {}
    #: Kinds that came later have no table yet; of what they told, no more is known here.
    there = set(sa.inspect(session.connection()).get_table_names())
    for name in ('version', *dict.fromkeys(row.kind for row in rows)):
        if name not in there:
            continue
        table = sa.table(name, sa.column('serial'), sa.column('body'))
        query = sa.select(table).where(table.c.serial.in_(serials))
        found |= {serial: body for serial, body in session.execute(query)}
    return found


def _before(session: Session, row: sa.Row, kind: Kind) -> Record | None:
    query = (
        sa.select(_VERSION.c.body)
        .where(_VERSION.c.public_id == row.public_id, _VERSION.c.serial < row.serial)
        .order_by(_VERSION.c.serial.desc())
        .limit(1)
    )
    body = session.scalar(query)
    return None if body is None else decode(body, TYPES[kind])


def downgrade() -> None:
    op.drop_index(op.f('ix_event_serial'), table_name='event')
    op.drop_table('event')
