"""What is filed and not public yet, with the day by which it must be (待公开)."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.domain.deadlines import PUBLICATION_DAYS
from portal.domain.plans import Plan
from portal.domain.workflow import BatchState
from portal.domain.worklist import Bucket, Duty, latest_start, plan_due
from portal.internal.desk.matters import CALENDAR, Asked, Matter, Place
from portal.internal.tables import filings
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.filings import FilingRow
from portal.internal.tables.ledger import WITHDRAWN
from portal.kit import clock

#: What was returned and not filed again within this time is not coming back.
RETURNED_FOR = timedelta(days=365)
RANK = 0
_UNRELEASED = (
    BatchState.FILED, BatchState.RETURNED, BatchState.APPROVED, BatchState.RELEASING,
)  # fmt: skip
#: Kinds whose versions are each formed on a day of their own; of the others a second filing is a
#: correction, and its clock runs from the day it was filed (条例第二十六条：形成或者变更之日).
_VERSIONED = ("item", "plan", "document")

_Other, _OtherBatch = aliased(FilingRow), aliased(BatchRow)
_SAME = (
    sa.select(1)
    .select_from(_Other)
    .join(_OtherBatch, _OtherBatch.id == _Other.batch_id)
    .where(_Other.kind == FilingRow.kind, _Other.key == FilingRow.key, _Other.live)
)
_IS_RELEASED = _OtherBatch.state == BatchState.RELEASED.value
#: The same record, formed no earlier, is public already. A batch of new records has none such.
_CORRECTS = sa.and_(
    BatchRow.changed_count + BatchRow.same_count > 0,
    _SAME.where(_Other.id < FilingRow.id, _IS_RELEASED)
    .where(sa.or_(FilingRow.kind.not_in(_VERSIONED), _Other.formed_on >= FilingRow.formed_on))
    .exists(),
)
#: A later filing of the record is public; or, after a return, the record was filed again.
_REPLACED = (
    _SAME.where(_Other.id > FilingRow.id)
    .where(sa.or_(_IS_RELEASED, BatchRow.state == BatchState.RETURNED.value))
    .exists()
)


def matters(
    session: Session, asked: Asked, *, until: date | None = None
) -> dict[Bucket, list[Matter]]:
    """Return what waits, one matter for each batch, kind and duty, soonest deadline first.

    Costs what waits: the walk starts at the batches that are not released. Counting a record's
    days needs its forming day only, so filings are counted by day and never read, but for plans.
    `until` leaves out what surely falls due later.
    """
    last_of = {bucket: asked.span(bucket)[1] or date.max for bucket in Bucket}
    found: dict[tuple[Bucket, int, str, Duty], Matter] = {}
    for each in _by_day(session, asked, until):
        bucket = next(bucket for bucket in Bucket if each.place.due_on <= last_of[bucket])
        key = (bucket, each.batch_id, each.kind, each.duty)
        found[key] = _joined(found[key], each) if key in found else each
    lists: dict[Bucket, list[Matter]] = {bucket: [] for bucket in Bucket}
    for (bucket, *_), matter in found.items():
        lists[bucket].append(matter)
    return {bucket: sorted(each, key=lambda matter: matter.place) for bucket, each in lists.items()}


def _by_day(session: Session, asked: Asked, until: date | None) -> list[Matter]:
    """Count what waits by batch, kind and forming day; plans one by one, for their year."""
    rows = session.execute(_query(asked, until)).all()
    plans = {row.plan for row in rows if row.plan}
    bodies = session.execute(sa.select(FilingRow.id, FilingRow.body).where(FilingRow.id.in_(plans)))
    plan_of = {filing_id: filings.decode("plan", body) for filing_id, body in bodies}
    add = cache(CALENDAR.add)
    found = []
    for row in rows:
        day, duty = row.formed_on, Duty.PUBLISH
        if row.corrects:
            day, duty = clock.local_date(row.filed_at), Duty.CORRECTION
        due_on = add(day, PUBLICATION_DAYS)
        plan: Plan | None = plan_of.get(row.plan)
        if plan is not None and plan.version == 1 and not row.corrects:
            duty, due_on = plan_due(CALENDAR, day, plan.year)
        place = Place(due_on, RANK, row.formed_on, row.first)
        found.append(Matter(place, duty, row.kind, row.batch_id, row.times))
    return found


def _query(asked: Asked, until: date | None) -> sa.Select[*tuple[object, ...]]:
    since = datetime.combine(asked.today - RETURNED_FOR, time(), UTC)
    query = (
        sa.select(
            FilingRow.batch_id, FilingRow.kind, FilingRow.formed_on, BatchRow.filed_at, FilingRow.id,
            sa.case((_CORRECTS, 1), else_=0).label("corrects"),
            sa.case((FilingRow.kind == "plan", FilingRow.id)).label("plan"),
        )
        .join(BatchRow, BatchRow.id == FilingRow.batch_id)
        .where(BatchRow.state.in_([state.value for state in _UNRELEASED]))
        .where(
            sa.or_(BatchRow.state != BatchState.RETURNED.value, BatchRow.reviewed_at >= since),
            FilingRow.formed_on.is_not(None), ~_REPLACED, ~WITHDRAWN,
        )
    )  # fmt: skip
    if until is not None:
        formed_by = latest_start(CALENDAR, until, PUBLICATION_DAYS)
        query = query.where(sa.or_(FilingRow.kind == "plan", FilingRow.formed_on <= formed_by))
    each = asked.mine(query).subquery().c
    alike = (each.batch_id, each.kind, each.formed_on, each.filed_at, each.corrects, each.plan)
    first = sa.func.min(each.id).label("first")
    return sa.select(*alike, sa.func.count().label("times"), first).group_by(*alike)


def _joined(one: Matter, other: Matter) -> Matter:
    """Put two counts of one batch together under the sooner deadline and the earliest day."""
    first, second = sorted((one, other), key=lambda matter: matter.place)
    day = min(first.place.day, second.place.day)
    number = min(first.place.filing_id, second.place.filing_id)
    place = first.place._replace(day=day, filing_id=number)
    return Matter(place, first.duty, first.kind, first.batch_id, first.count + second.count)
