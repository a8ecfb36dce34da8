"""Annual plans and tasks (年度抽查计划、抽查任务)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.kit.db import among
from portal.register.queries import changes
from portal.register.queries.paging import PAGE_SIZE, Page, Shown, page_of, walk
from portal.register.queries.paging import get as get_record
from portal.register.records import PublicPlan, PublicTask, decode
from portal.register.tables.plans import PlanRow, TaskItemRow, TaskRow


def listed(
    session: Session,
    *,
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
    **conditions: Any,  # noqa: ANN401 - each parameter of the dataset has its own type
) -> Page[PublicPlan]:
    """Return plans, newest year first."""
    return page_of(session, PublicPlan, conditions, cursor=cursor, limit=limit)


def get(session: Session, public_id: str) -> Shown[PublicPlan] | None:
    """Return the version in force of one plan, or None."""
    return get_record(session, PlanRow, PublicPlan, public_id)


def named(session: Session, public_ids: Sequence[str]) -> dict[str, Any]:
    """Return id and name of the plans with these ids; their tasks are not read."""
    query = sa.select(PlanRow.public_id, PlanRow.name).where(
        among(session, PlanRow.public_id, public_ids)
    )
    return {row.public_id: row for row in session.execute(query)}


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


class _Lone(msgspec.Struct):
    """A task as a walk gives it: inside a plan that holds it alone."""

    id: str
    agency_id: str
    tasks: tuple[PublicTask]


@dataclass(frozen=True, slots=True)
class TaskPage:
    """One page of tasks: (task, plan id, agency id)."""

    rows: list[tuple[PublicTask, str, str]]
    next: str | None


def tasks_listed(
    session: Session,
    *,
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
    **conditions: Any,  # noqa: ANN401 - each parameter of the dataset has its own type
) -> TaskPage:
    """Return tasks by starting day, latest first."""
    leaf = walk(session, "tasks", conditions).page(cursor, limit)
    lone = [msgspec.json.decode(found.stored.body, type=_Lone) for found in leaf.rows]
    return TaskPage([(plan.tasks[0], plan.id, plan.agency_id) for plan in lone], leaf.next)


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
