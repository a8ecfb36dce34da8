"""Annual plans and tasks (年度抽查计划、抽查任务)."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register.queries import changes
from portal.register.queries.paging import PAGE_SIZE, Order, Page, Shown, fetch
from portal.register.queries.paging import get as get_record
from portal.register.records import PublicPlan, PublicTask, decode
from portal.register.tables.plans import PlanRow, TaskItemRow, TaskRow

_ORDER = Order((PlanRow.year, PlanRow.public_id))
_TASK_ORDER = Order((TaskRow.starts_on, TaskRow.public_id))


def listed(
    session: Session,
    *,
    agency: str | None = None,
    year: int | None = None,
    adjusted: bool | None = None,
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
) -> Page[PublicPlan]:
    """Return plans, newest year first; `adjusted` keeps only those that were (or were not)."""
    query = sa.select(PlanRow)
    if agency:
        query = query.where(PlanRow.agency_id == agency)
    if year:
        query = query.where(PlanRow.year == year)
    if adjusted is not None:
        query = query.where((PlanRow.plan_version > 1) == adjusted)
    return fetch(session, query, _ORDER, PublicPlan, cursor=cursor, limit=limit)


def get(session: Session, public_id: str) -> Shown[PublicPlan] | None:
    """Return the version in force of one plan, or None."""
    return get_record(session, PlanRow, PublicPlan, public_id)


def versions(session: Session, public_id: str) -> list[PublicPlan]:
    """Return every published version of a plan, the one in force last.

    A correction inside one version replaces it, so that each version number stands once.
    """
    current = get(session, public_id)
    if current is None:
        return []
    every = [*changes.old_versions(session, PublicPlan, public_id), current.record]
    by_number = {plan.version: plan for plan in every}
    return [by_number[number] for number in sorted(by_number)]


def task(session: Session, task_id: str) -> tuple[PublicTask, str] | None:
    """Return one task and the id of its plan, or None."""
    row = session.get(TaskRow, task_id)
    return None if row is None else (decode(row.body, PublicTask), row.plan_id)


def tasks_listed(
    session: Session,
    *,
    agency: str | None = None,
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
) -> tuple[list[tuple[PublicTask, str, str]], str | None]:
    """Return (task, plan id, agency id) by starting day, latest first, and the next cursor."""
    query = sa.select(TaskRow)
    if agency:
        query = query.where(TaskRow.agency_id == agency)
    rows = session.scalars(_TASK_ORDER.apply(query, cursor, limit)).all()
    found = [(decode(row.body, PublicTask), row.plan_id, row.agency_id) for row in rows[:limit]]
    last = rows[limit - 1] if len(rows) > limit else None
    return found, _TASK_ORDER.cursor([last.starts_on, last.public_id]) if last else None


def tasks_with_item(
    session: Session, item_id: str, limit: int = PAGE_SIZE
) -> list[tuple[PublicTask, str]]:
    """Return (task, plan id) of tasks that look at one item."""
    query = (
        sa.select(TaskRow)
        .join(TaskItemRow, TaskItemRow.task_id == TaskRow.public_id)
        .where(TaskItemRow.item_id == item_id)
        .limit(limit)
    )
    return [(decode(row.body, PublicTask), row.plan_id) for row in session.scalars(query)]
