"""Reads public records for search, each with the records around it whose text it takes up.

A task is a source of its own although it lies inside its plan; steps and drawn parties are not: a step is
read with its result, and a list of drawn parties is not searched.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register import records as r
from portal.register.layout import LAYOUTS
from portal.register.queries import agencies, entities, followups, items, paging
from portal.register.records import TYPES, Kind, decode
from portal.register.tables.plans import PlanRow, TaskRow

TASK = "task"
#: What is searched, in the order in which an index is built.
SEARCHED = (
    Kind.AGENCY.value, Kind.ITEM.value, Kind.ENTITY.value, Kind.PLAN.value, TASK, Kind.DRAW.value,
    Kind.RESULT.value, Kind.DOCUMENT.value, Kind.WITHHELD.value,
)  # fmt: skip
#: Records read at a time: bounds memory, and the length of an IN list.
CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One public record, where it stands in the changelog, and what around it is public."""

    kind: str
    record: r.Record | r.PublicTask
    serial: int
    published_on: date
    agency: r.PublicAgency | None = None
    entity: r.PublicEntity | None = None
    #: The task that a draw or a result belongs to.
    task: r.PublicTask | None = None
    #: The plan that a task lies in.
    plan_id: str | None = None
    items: tuple[r.PublicItem, ...] = ()
    steps: tuple[r.PublicFollowUp, ...] = ()


@dataclass(frozen=True, slots=True)
class _Read:
    kind: str
    record: Any
    serial: int
    published_on: date
    agency_id: str | None = None
    plan_id: str | None = None


def load(session: Session, wanted: Mapping[str, Sequence[str]]) -> dict[str, Source]:
    """Return what is public of `wanted` (kind → ids) by id, in a fixed number of queries.

    Ids that are not public, or no more, are left out. At most `CHUNK` ids of each kind.
    """
    read = [row for kind, ids in wanted.items() if ids for row in _read(session, kind, ids)]
    return {source.record.id: source for source in _joined(session, read)}


def stream(session: Session, kind: str) -> Iterator[list[Source]]:
    """Yield everything public of one kind by id, `CHUNK` at a time, each chunk in a transaction of its own.

    What changes meanwhile is in the changelog, behind where it stood before the first chunk.
    """
    key = TaskRow.public_id if kind == TASK else LAYOUTS[Kind(kind)].table.public_id
    last = ""
    while True:
        ids = session.scalars(sa.select(key).where(key > last).order_by(key).limit(CHUNK)).all()
        if not ids:
            return
        last = ids[-1]
        yield list(load(session, {kind: ids}).values())
        session.rollback()


def _read(session: Session, kind: str, ids: Sequence[str]) -> Iterator[_Read]:
    if kind == TASK:
        yield from _read_tasks(session, ids)
        return
    table, record_type = LAYOUTS[Kind(kind)].table, TYPES[Kind(kind)]
    for row in paging.stored(session, table, ids):
        record = decode(row.body, record_type)
        agency_id = record.id if kind == Kind.AGENCY.value else getattr(record, "agency_id", None)
        published_on = date.fromisoformat(row.published_on)
        yield _Read(kind, record, row.serial, published_on, agency_id)


def _read_tasks(session: Session, ids: Sequence[str]) -> Iterator[_Read]:
    rows = session.execute(
        sa.select(
            TaskRow.body, TaskRow.plan_id, TaskRow.agency_id, PlanRow.serial, PlanRow.published_on
        )
        .join(PlanRow, PlanRow.public_id == TaskRow.plan_id)
        .where(TaskRow.public_id.in_(ids))
    )
    for row in rows:
        task = decode(row.body, r.PublicTask)
        yield _Read(TASK, task, row.serial, row.published_on, row.agency_id, row.plan_id)


def _joined(session: Session, read: Sequence[_Read]) -> Iterator[Source]:
    """Put the records around each one beside it: one query for each kind of them."""
    bodies = agencies.named(session, [row.agency_id for row in read])
    checks = [row.record for row in read if isinstance(row.record, r.PublicResult)]
    parties = entities.named(session, [check.entity_id for check in checks])
    steps = followups.of_results(session, [check.id for check in checks])
    planned = _tasks(session, {getattr(row.record, "task_id", None) for row in read} - {None})
    tasks = [row.record for row in read if isinstance(row.record, r.PublicTask)]
    looked_at = items.named(session, [each for task in tasks for each in task.item_ids])
    for row in read:
        record = row.record
        yield Source(
            kind=row.kind,
            record=record,
            serial=row.serial,
            published_on=row.published_on,
            agency=bodies.get(row.agency_id or ""),
            entity=parties.get(getattr(record, "entity_id", "")),
            task=planned.get(getattr(record, "task_id", None) or ""),
            plan_id=row.plan_id,
            items=tuple(looked_at[i] for i in getattr(record, "item_ids", ()) if i in looked_at),
            steps=tuple(each.record for each in steps.get(record.id, ())),
        )


def _tasks(session: Session, ids: set[Any]) -> dict[str, r.PublicTask]:
    if not ids:
        return {}
    rows = session.execute(
        sa.select(TaskRow.public_id, TaskRow.body).where(TaskRow.public_id.in_(sorted(ids)))
    )
    return {row.public_id: decode(row.body, r.PublicTask) for row in rows}


def grouped(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Return (kind, id) pairs as `load` wants them."""
    found: dict[str, list[str]] = defaultdict(list)
    for kind, public_id in pairs:
        found[kind].append(public_id)
    return found
