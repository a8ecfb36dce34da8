"""Items, draws and documents are found by what they are called, as parties are.

Why: a title that another body openly bears is no secret there, though some body keeps a record of that title back; who
bears one is asked whenever what may not be said is gathered anew.
Data: `about` is taken from the filed record. On the way down it is emptied, which loses nothing.
Safe while the previous release is running: it neither reads nor writes these names; what it files meanwhile bears none,
and counts as kept back as before.
"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

CALLED = {'item': 'name', 'draw': 'name', 'document': 'title'}
FILING = sa.table(
    'filing', sa.column('kind', sa.String), sa.column('about', sa.String), sa.column('body', sa.String)
)


def upgrade() -> None:
    for kind, field in CALLED.items():
        _set(kind, _text(field))


def downgrade() -> None:
    for kind in CALLED:
        _set(kind, sa.literal(''))


def _set(kind: str, value: sa.ColumnElement) -> None:
    op.execute(sa.update(FILING).where(FILING.c.kind == kind).values(about=value))


def _text(field: str) -> sa.ColumnElement:
    if op.get_context().dialect.name == 'postgresql':
        return sa.func.json_extract_path_text(sa.cast(FILING.c.body, sa.JSON), field)
    return sa.func.json_extract(FILING.c.body, f'$.{field}')
