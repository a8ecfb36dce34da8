"""Decisions on records and fields, finds that were let pass, notices by the month, releases by order.

Why: what is withheld is decided by a reviewer, record by record and field by field, and looked at
again in time; a find of the detectors is let pass by a person, for that very text. Both are only
ever added to. What is filed and not public throughout has to be found without reading everything.
Data: `guarded` and `review_on` are taken from the filed records. Lost on the way down: decisions and
clearances made since; what they withheld would be released again, so withdraw it first.
Safe while the previous release is running: no. It does not know the decisions and would publish what
they withhold: stop it first.
"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

APPEND_ONLY = ('decision', 'clearance', 'notice_run')
GUARDED = sa.text('guarded')
PENDING = sa.text('pending')
REVIEWED = sa.text('review_on IS NOT NULL')


def upgrade() -> None:
    op.create_table('decision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('key', sa.String(length=300), nullable=False),
    sa.Column('place', sa.String(length=40), nullable=False),
    sa.Column('act', sa.String(length=10), nullable=False),
    sa.Column('ground', sa.String(length=24), nullable=False),
    sa.Column('article', sa.String(length=200), nullable=False),
    sa.Column('decided_by', sa.String(length=120), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=False),
    sa.Column('review_on', sa.Date(), nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('over', sa.String(length=64), nullable=False),
    sa.Column('agency', sa.String(length=64), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('made_by', sa.String(length=40), nullable=False),
    sa.Column('seconded_by', sa.String(length=40), nullable=True),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.Column('pending', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('proposal_id', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision'))
    )
    op.create_table('decision_done',
    sa.Column('decision_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('decision_id', name=op.f('pk_decision_done'))
    )
    op.create_index('ix_decision_proposal', 'decision', ['proposal_id'], unique=False)
    op.create_index(
        'ix_decision_pending', 'decision', ['id'], unique=False, sqlite_where=PENDING,
        postgresql_where=PENDING,
    )
    op.create_index('ix_decision_record', 'decision', ['kind', 'key', 'place', 'id'], unique=False)
    op.create_index('ix_decision_review', 'decision', ['review_on', 'id'], unique=False)
    op.create_index('ix_decision_batch', 'decision', ['batch_id', 'id'], unique=False)
    op.create_table('clearance',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('key', sa.String(length=300), nullable=False),
    sa.Column('path', sa.String(length=80), nullable=False),
    sa.Column('find', sa.String(length=24), nullable=False),
    sa.Column('text_sha256', sa.String(length=64), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('made_by', sa.String(length=40), nullable=False),
    sa.Column('seconded_by', sa.String(length=40), nullable=True),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clearance'))
    )
    op.create_index('ix_clearance_record', 'clearance', ['kind', 'key', 'id'], unique=False)
    op.create_table('notice_run',
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('made_by', sa.String(length=40), nullable=False),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.Column('notice_count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('month', name=op.f('pk_notice_run'))
    )
    op.add_column('batch', sa.Column('release_at', sa.DateTime(), nullable=True))
    op.add_column('batch', sa.Column('ordered_by', sa.String(length=40), nullable=True))
    op.create_index('ix_batch_release', 'batch', ['release_at', 'id'], unique=False)
    op.add_column('filing', sa.Column('guarded', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('filing', sa.Column('review_on', sa.Date(), nullable=True))
    _fill()
    op.create_index(
        'ix_filing_review', 'filing', ['review_on', 'id'], unique=False,
        sqlite_where=REVIEWED, postgresql_where=REVIEWED,
    )
    op.create_index(
        'ix_filing_guarded', 'filing', ['kind', 'id'], unique=False,
        sqlite_where=GUARDED, postgresql_where=GUARDED,
    )
    for table in APPEND_ONLY:
        _only_add(table)


def downgrade() -> None:
    op.drop_index('ix_filing_guarded', table_name='filing')
    op.drop_index('ix_filing_review', table_name='filing')
    op.drop_column('filing', 'review_on')
    op.drop_column('filing', 'guarded')
    op.drop_index('ix_batch_release', table_name='batch')
    op.drop_column('batch', 'ordered_by')
    op.drop_column('batch', 'release_at')
    for table in ('notice_run', 'clearance', 'decision_done', 'decision'):
        op.drop_table(table)
    if _postgresql():
        op.execute('DROP FUNCTION only_add()')


def _postgresql() -> bool:
    return op.get_bind().dialect.name == 'postgresql'


def _fill() -> None:
    if _postgresql():
        op.execute(
            "UPDATE filing SET guarded = true, review_on = CAST(body::json #>> '{decision,review_on}' AS date) "
            "WHERE body::json #>> '{decision,disclosure}' <> 'public' OR body::json ->> 'form' = 'military_unit' OR kind = 'inspector'"
        )
    else:
        op.execute(
            "UPDATE filing SET guarded = 1, review_on = json_extract(body, '$.decision.review_on') "
            "WHERE json_extract(body, '$.decision.disclosure') <> 'public' "
            "OR json_extract(body, '$.form') = 'military_unit' OR kind = 'inspector'"
        )


def _only_add(table: str) -> None:
    """Let the database itself refuse to change or remove what was decided."""
    if _postgresql():
        op.execute(
            'CREATE OR REPLACE FUNCTION only_add() RETURNS trigger LANGUAGE plpgsql AS '
            "$$ BEGIN RAISE EXCEPTION 'rows are only added'; END $$"
        )
        op.execute(
            f'CREATE TRIGGER {table}_only_add BEFORE UPDATE OR DELETE ON {table} '
            'FOR EACH ROW EXECUTE FUNCTION only_add()'
        )
        return
    for act in ('UPDATE', 'DELETE'):
        op.execute(
            f'CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} '
            "BEGIN SELECT RAISE(ABORT, 'rows are only added'); END"
        )
