"""Rows that only serve to find or count a record, and go with it."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register.layout import Layout
from portal.register.tables.plans import TaskItemRow, TaskRow


def drop_satellites(session: Session, layout: Layout, public_ids: Sequence[str]) -> None:
    """Remove the satellites of these records, and what hangs on those."""
    if not public_ids:
        return
    for owner in layout.owners:
        if owner is TaskRow.plan_id:
            tasks = sa.select(TaskRow.public_id).where(TaskRow.plan_id.in_(public_ids))
            session.execute(sa.delete(TaskItemRow).where(TaskItemRow.task_id.in_(tasks)))
        session.execute(sa.delete(owner.class_).where(owner.in_(public_ids)))
