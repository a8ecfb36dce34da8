"""Sums over the tasks of each plan, among the figures that the pen keeps.

Why: the page of how far plans have come reads one line for each plan, however many tasks and checks there are.
Data: the sums of the plans that are public now are made from the figures of their tasks.
Safe while the previous release is running: no, it would publish without bringing them up to date; stop the office.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import Session

from portal.register.figuring import add
from portal.register.progressing import Progress
from portal.register.records import PublicPlan, decode
from portal.register.tables.figures import FigureRow

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    plan = sa.table("plan", sa.column("body"))
    progress = Progress()
    with Session(op.get_bind()) as session:
        for body in session.scalars(sa.select(plan.c.body)):
            progress.note(decode(body, PublicPlan), +1)
        change = progress.change(session)
        add(session, FigureRow, ((*cell, by) for cell, by in change.items() if by))
        session.flush()


def downgrade() -> None:
    figure = sa.table("figure", sa.column("measure"))
    op.execute(sa.delete(figure).where(figure.c.measure.in_(("plan", "progress"))))
