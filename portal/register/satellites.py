"""Rows that only serve to find or count a record, and go with it."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register.layout import Layout
from portal.register.records import Record
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


def replace_satellites(
    session: Session, layout: Layout, amended: Sequence[str], written: Iterable[Record]
) -> None:
    """Put the satellites of what was written in the place of those of what was amended."""
    drop_satellites(session, layout, amended)
    rows: dict[type[Any], list[dict[str, Any]]] = {}
    for record in written:
        for table, row in layout.satellites(record):
            rows.setdefault(table, []).append(row)
    for table, found in rows.items():
        session.execute(sa.insert(table.__table__), found)
