"""Work lists, and what files say besides their data.

Why: the work list by deadline asks what was formed on or before a day and is not public yet, and
what a check or a draw list still waits for; both must cost what waits, not what was ever filed. A
file is kept word for word: cells the records do not hold, rows that are no data, the mapping
profile it was read with, and what its clerk was told. A party is found by its name.
Data: `formed_on` and a party's `about` are taken from the filed record, `remind_on` is counted
from checks, steps and draws as they stand. Of earlier files nothing is known besides their
records: `raw`, `mapping` and `notes` stay empty, `aside` has no rows. Nothing is lost on the way
down but what only the new columns hold.
Safe while the previous release is running: it reads and files as before, every new column has a
default. But what it files meanwhile has no `formed_on` and no `remind_on`, so the work list does not
show it: stop it first.
"""

import json
from datetime import date, timedelta

import sqlalchemy as sa
from alembic import op


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

#: Kind of filing and the field of its record that says when it was formed.
FORMED = (
    ('result', 'inspected_on'), ('item', 'approved_on'), ('plan', 'approved_on'), ('draw', 'drawn_on'),
    ('followup', 'taken_on'), ('document', 'issued_on'),
)
FILING = sa.table(
    'filing', sa.column('id', sa.Integer), sa.column('batch_id', sa.Integer), sa.column('kind', sa.String),
    sa.column('key', sa.String), sa.column('about', sa.String), sa.column('live', sa.Boolean),
    sa.column('body', sa.String), sa.column('formed_on', sa.Date), sa.column('remind_on', sa.Date),
)
WITHDRAWAL = sa.table(
    'withdrawal', sa.column('kind', sa.String), sa.column('key', sa.String),
    sa.column('last_filing_id', sa.Integer),
)
BATCH = sa.table('batch', sa.column('id', sa.Integer), sa.column('released_at', sa.DateTime))
CHINA = timedelta(hours=8)


def upgrade() -> None:
    op.create_table('aside',
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('row', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('role', sa.String(length=12), nullable=False),
    sa.Column('cells', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['batch.id'], name=op.f('fk_aside_batch_id')),
    sa.PrimaryKeyConstraint('batch_id', 'row', name=op.f('pk_aside'))
    )
    op.add_column('batch', sa.Column('mapping', sa.String(length=200), server_default='', nullable=False))
    op.add_column('batch', sa.Column('mapping_sha256', sa.String(length=64), server_default='', nullable=False))
    op.add_column('batch', sa.Column('notes', sa.Text(), server_default='[]', nullable=False))
    op.add_column('filing', sa.Column('raw', sa.Text(), server_default='', nullable=False))
    op.add_column('filing', sa.Column('formed_on', sa.Date(), nullable=True))
    op.add_column('filing', sa.Column('remind_on', sa.Date(), nullable=True))

    if op.get_context().as_sql:
        raise NotImplementedError('reads what is filed; run it on the store itself')
    for kind, field in FORMED:
        _set(kind, FILING.c.formed_on, sa.cast(_field(field), sa.Date) if _postgresql() else _field(field))
    _set('entity', FILING.c.about, _field('name'))
    _remind_of_checks()
    _remind_of_lists()

    #: After the rows are filled in: building an index once is cheaper than keeping it up.
    for name, columns in (
        ('ix_filing_formed', ['batch_id', 'kind', 'formed_on']),
        ('ix_filing_remind', ['kind', 'remind_on', 'id']),
    ):
        condition = sa.text(f'{name.replace("ix_filing_", "")}_on IS NOT NULL')
        op.create_index(
            name, 'filing', columns, unique=False, sqlite_where=condition, postgresql_where=condition
        )


def downgrade() -> None:
    op.drop_index('ix_filing_remind', table_name='filing')
    op.drop_index('ix_filing_formed', table_name='filing')
    op.execute(sa.update(FILING).where(FILING.c.kind == 'entity').values(about=''))
    #: In place: rebuilding a table that others refer to would break their references on SQLite.
    for column in ('remind_on', 'formed_on', 'raw'):
        op.drop_column('filing', column)
    for column in ('notes', 'mapping_sha256', 'mapping'):
        op.drop_column('batch', column)
    op.drop_table('aside')


def _postgresql() -> bool:
    return op.get_bind().dialect.name == 'postgresql'


def _field(name: str):
    """Return a field of the filed record as text, in the database's own words."""
    if _postgresql():
        return sa.func.json_extract_path_text(sa.cast(FILING.c.body, sa.JSON), name)
    return sa.func.json_extract(FILING.c.body, f'$.{name}')


def _set(kind: str, column: sa.ColumnElement, value: sa.ColumnElement) -> None:
    op.execute(sa.update(FILING).where(FILING.c.kind == kind).values({column: value}))


def _standing(kind: str, name: sa.ColumnElement, keys: list[str]):
    """Return the newest live filings of these records, without withdrawn ones."""
    newest = (
        sa.select(sa.func.max(FILING.c.id))
        .where(FILING.c.kind == kind, FILING.c.live, name.in_(keys))
        .group_by(FILING.c.key)
    )
    gone = sa.select(WITHDRAWAL.c.key).where(
        WITHDRAWAL.c.kind == FILING.c.kind, WITHDRAWAL.c.key == FILING.c.key,
        WITHDRAWAL.c.last_filing_id >= FILING.c.id,
    )
    return op.get_bind().execute(
        sa.select(FILING.c.id, FILING.c.batch_id, FILING.c.key, FILING.c.about, FILING.c.body)
        .where(FILING.c.id.in_(newest), ~gone.exists())
    ).all()


def _keys(kind: str):
    """Yield the keys of every live record of this kind, some hundreds at a time."""
    last = ''
    while True:
        keys = op.get_bind().scalars(
            sa.select(FILING.c.key).where(FILING.c.kind == kind, FILING.c.key > last, FILING.c.live)
            .distinct().order_by(FILING.c.key).limit(500)
        ).all()
        if not keys:
            return
        last = keys[-1]
        yield keys


def _remind(filing_id: int, day: str) -> None:
    op.execute(sa.update(FILING).where(FILING.c.id == filing_id).values(remind_on=date.fromisoformat(day)))


def _remind_of_checks() -> None:
    for keys in _keys('result'):
        steps = {}
        for row in _standing('followup', FILING.c.about, keys):
            steps.setdefault(row.about, []).append((row.id, json.loads(row.body)))
        for row in _standing('result', FILING.c.key, keys):
            found = _awaited(row.id, json.loads(row.body), steps.get(row.key, ()))
            if found:
                _remind(*found)


def _awaited(result_id: int, result: dict, steps) -> tuple[int, str] | None:
    """Return the filing that waits and its day, by the rule of this release."""
    def of(name: str):
        return sorted(
            ((step['taken_on'], number, step) for number, step in steps if step['step'] == name),
            key=lambda each: each[:2],
        )

    orders, rechecks = of('ordered'), of('recheck')
    since = orders[-1][0] if orders else result['inspected_on']
    quiet = {'no_problem', 'no_such_activity'}
    problem = any(set(finding['outcomes']) - quiet for finding in result['findings'])
    if not problem or of('closed') or any(s['passed'] and day >= since for day, _, s in rechecks):
        return None
    seen = rechecks[-1][0] if rechecks else ''
    for day, number, _ in of('report_received'):
        if day > seen:
            return number, day
    stated = [step['due_on'] for _, _, step in orders if step['due_on']]
    due_on = stated[-1] if stated else result['due_on']
    return (result_id, due_on) if due_on else None


def _remind_of_lists() -> None:
    for keys in _keys('draw'):
        for row in _standing('draw', FILING.c.key, keys):
            until = json.loads(row.body)['embargo_until']
            at = op.get_bind().scalar(sa.select(BATCH.c.released_at).where(BATCH.c.id == row.batch_id))
            if until and not (at and (at + CHINA).date().isoformat() > until):
                _remind(row.id, until)
