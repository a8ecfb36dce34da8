"""What was filed and waits for a next step: putting right, a recheck, the end of an embargo (待续办)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.awaiting import RECHECK_DAYS
from portal.domain.workflow import BatchState
from portal.domain.worklist import Bucket, Duty, latest_start
from portal.internal.desk.matters import CALENDAR, Asked, Matter, Place
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.filings import FilingRow


@dataclass(frozen=True, slots=True)
class Source:
    """Filings of one kind that wait. Their deadline is `days` working days after `remind_on`."""

    rank: int
    kind: str
    duty: Duty
    days: int


#: A list is let out on the first working day after its embargo.
SOURCES = (
    Source(1, "draw", Duty.LIST, 1),
    Source(2, "result", Duty.RECTIFY, 0),
    Source(3, "followup", Duty.RECHECK, RECHECK_DAYS),
)


def matters(
    session: Session, asked: Asked, bucket: Bucket, *, after: Place | None, limit: int
) -> list[Matter]:
    """Return the first `limit` matters of a bucket behind the place `after`, from every source."""
    return [
        matter
        for source in SOURCES
        for matter in _of(session, asked, source, bucket, after=after, limit=limit)
    ]


def count(session: Session, asked: Asked, bucket: Bucket, *, after: Place | None = None) -> int:
    """Count the matters of a bucket, all or those behind the place `after`."""
    low, high = asked.span(bucket)
    total = 0
    for source in SOURCES:
        query = _waiting(asked, source, low, high, sa.func.count())
        if after is not None:
            query = query.where(_behind(source, after))
        total += session.scalar(query) or 0
    return total


def _of(
    session: Session,
    asked: Asked,
    source: Source,
    bucket: Bucket,
    *,
    after: Place | None,
    limit: int,
) -> list[Matter]:
    low, high = asked.span(bucket)
    query = _waiting(
        asked, source, low, high, FilingRow.id, FilingRow.batch_id, FilingRow.remind_on
    )
    if after is not None:
        query = query.where(_behind(source, after))
    rows = session.execute(query.order_by(FilingRow.remind_on, FilingRow.id).limit(limit))
    return [
        Matter(
            Place(CALENDAR.add(row.remind_on, source.days), source.rank, row.remind_on, row.id),
            source.duty, source.kind, row.batch_id,
        )
        for row in rows
    ]  # fmt: skip


def _waiting(
    asked: Asked,
    source: Source,
    after: date | None,
    until: date | None,
    *columns: Any,  # noqa: ANN401
) -> sa.Select[*tuple[object, ...]]:
    """Ask for filings whose deadline lies behind `after`, up to `until`, by the day it counts from."""
    query = (
        sa.select(*columns)
        .select_from(FilingRow)
        .join(BatchRow, BatchRow.id == FilingRow.batch_id)
        .where(FilingRow.kind == source.kind, FilingRow.remind_on.is_not(None))
    )
    if after is not None:
        query = query.where(FilingRow.remind_on > latest_start(CALENDAR, after, source.days))
    if until is not None:
        query = query.where(FilingRow.remind_on <= latest_start(CALENDAR, until, source.days))
    if source.duty is Duty.LIST:
        #: Before the embargo is over nobody can do anything; and the batch itself must be out.
        query = query.where(FilingRow.remind_on < asked.today)
        query = query.where(BatchRow.state == BatchState.RELEASED.value)
    return asked.mine(query)


def _behind(source: Source, place: Place) -> sa.ColumnElement[bool]:
    """Keep to what stands behind `place` in the list."""
    if source.rank == place.rank:
        return sa.tuple_(FilingRow.remind_on, FilingRow.id) > (place.day, place.filing_id)
    same_day_follows = source.rank > place.rank
    last = place.due_on - timedelta(days=1) if same_day_follows else place.due_on
    return FilingRow.remind_on > latest_start(CALENDAR, last, source.days)
