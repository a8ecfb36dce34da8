"""The export text of agencies, plans and draws is made anew.

Why: the columns of agencies and plans say since which fields are withheld, those of replacements what opens their
digest: a line has a cell for it whether or not its draw has any. What was published before kept its text of then:
exports made it as they went, and `verify-log` told of it.
Data: the text of every agency, plan and draw is made from its record.
Lost on the way down: nothing; the release before makes another text as it goes.
Safe while the previous release is running: yes.
"""

import sqlalchemy as sa
from alembic import op

from portal.register.columns.lines import line
from portal.register.records import Kind

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    for kind in (Kind.AGENCY, Kind.PLAN, Kind.DRAW):
        table = sa.table(kind.value, sa.column("public_id"), sa.column("body"), sa.column("line"))
        rows = connection.execute(sa.select(table.c.public_id, table.c.body)).all()
        for public_id, body in rows:
            change = sa.update(table).where(table.c.public_id == public_id)
            connection.execute(change.values(line=line(kind, body)))


def downgrade() -> None:
    pass
