"""What goes with a record: others that make no sense without it, and rows that only serve to find or count it."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.register.layout import Layout
from portal.register.records import Kind
from portal.register.tables.draws import DrawEntryRow
from portal.register.tables.followups import FollowUpRow
from portal.register.tables.plans import TaskItemRow, TaskRow
from portal.register.tables.results import ResultRow

#: What goes with a record when it is withdrawn: it makes no sense, or betrays it, without.
CASCADE: dict[
    Kind, tuple[tuple[Kind, InstrumentedAttribute[str] | InstrumentedAttribute[str | None]], ...]
] = {
    Kind.ENTITY: ((Kind.RESULT, ResultRow.entity_id), (Kind.DRAW_ENTRY, DrawEntryRow.entity_id)),
    Kind.DRAW: ((Kind.DRAW_ENTRY, DrawEntryRow.draw_id),),
    Kind.RESULT: ((Kind.FOLLOWUP, FollowUpRow.result_id),),
}


def drop_satellites(session: Session, layout: Layout, public_ids: Sequence[str]) -> None:
    """Remove the satellites of these records, and what hangs on those."""
    if not public_ids:
        return
    for owner in layout.owners:
        if owner is TaskRow.plan_id:
            tasks = sa.select(TaskRow.public_id).where(TaskRow.plan_id.in_(public_ids))
            session.execute(sa.delete(TaskItemRow).where(TaskItemRow.task_id.in_(tasks)))
        session.execute(sa.delete(owner.class_).where(owner.in_(public_ids)))
