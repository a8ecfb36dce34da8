"""Redactions that are due for review, and keeping or opening them up (到期复核)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.domain.errors import UnknownRecord
from portal.domain.verdicts import Act, Ruling
from portal.domain.workflow import BatchState
from portal.internal.desk import decided
from portal.internal.desk.decide import Decided, decide
from portal.internal.desk.orders import Order
from portal.internal.desk.stores import Stores
from portal.internal.tables import decisions, filings
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.decisions import IN_FORCE, WHOLE, DecisionRow
from portal.internal.tables.filings import FilingRow
from portal.internal.tables.ledger import WITHDRAWN
from portal.internal.tables.people import EVERY_AGENCY
from portal.kit import clock
from portal.register.records import Kind

#: Listed this many days ahead of the review date.
AHEAD = timedelta(days=30)
LIMIT = 50

_Later, _LaterBatch = aliased(FilingRow), aliased(BatchRow)
_REPLACED = (
    sa.select(1)
    .select_from(_Later)
    .join(_LaterBatch, _LaterBatch.id == _Later.batch_id)
    .where(_Later.kind == FilingRow.kind, _Later.key == FilingRow.key, _Later.id > FilingRow.id)
    .where(_LaterBatch.state == BatchState.RELEASED.value)
    .exists()
)


@dataclass(frozen=True, slots=True)
class Review:
    """One ruling that is due, or will be soon. `place` is a field's name, or WHOLE."""

    kind: Kind
    key: str
    public_id: str
    agency: str
    place: str
    ruling: Ruling

    def is_overdue(self, today: date) -> bool:
        """Whether the review date has passed."""
        return self.ruling.review_on < today


def due(session: Session, *, today: date, scope: str, limit: int = LIMIT) -> list[Review]:
    """Return what is due for review up to AHEAD from today, the longest overdue first.

    Of rulings filed with records and of decisions made in the office, as they stand now.
    """
    until = today + AHEAD
    found = {
        (row.kind, row.key)
        for query in (_filed(until, scope), _decided(until, scope))
        for row in session.execute(query.limit(limit))
    }
    reviews: list[Review] = []
    for kind in Kind:
        keys = [key for each, key in found if each == kind.value]
        reviews += _standing(session, kind, keys, until) if keys else []
    return sorted(reviews, key=lambda each: (each.ruling.review_on, each.kind, each.key))[:limit]


def count(session: Session, *, today: date, scope: str) -> int:
    """Count what is due, up to LIMIT."""
    return len(due(session, today=today, scope=scope))


def _filed(until: date, scope: str) -> sa.Select[str, str]:
    query = (
        sa.select(FilingRow.kind, FilingRow.key)
        .join(BatchRow, BatchRow.id == FilingRow.batch_id)
        .where(FilingRow.review_on <= until, FilingRow.live, ~_REPLACED, ~WITHDRAWN)
        .where(BatchRow.state == BatchState.RELEASED.value, ~_overruled())
        .order_by(FilingRow.review_on, FilingRow.id)
    )
    return query if scope == EVERY_AGENCY else query.where(BatchRow.agency == scope)


def _overruled() -> sa.ColumnElement[bool]:
    """Whether the office has decided anew on the record since: the decision has its own date."""
    later = aliased(DecisionRow)
    return (
        sa.select(1)
        .where(later.kind == FilingRow.kind, later.key == FilingRow.key, ~later.pending)
        .where(
            later.over != "", later.review_on.is_(None) | (later.review_on > FilingRow.review_on)
        )
        .exists()
    )


def _decided(until: date, scope: str) -> sa.Select[str, str]:
    query = (
        sa.select(DecisionRow.kind, DecisionRow.key)
        .where(DecisionRow.review_on <= until, IN_FORCE)
        .order_by(DecisionRow.review_on, DecisionRow.id)
    )
    return query if scope == EVERY_AGENCY else query.where(DecisionRow.agency == scope)


def _standing(session: Session, kind: Kind, keys: list[str], until: date) -> list[Review]:
    records: dict[str, object] = filings.standing(
        session, filings.TYPES[kind.value], keys, batch_id=None
    )
    rows = filings.latest(session, kind.value, keys)
    since = decisions.in_force(session, kind.value, keys)
    found: list[Review] = []
    for key, record in records.items():
        verdict = decided.standing(record, since.get(key, ()))
        rulings = [(WHOLE, verdict.whole), *verdict.fields]
        agency = filings.owner(session, kind.value, key)
        found += [
            Review(kind, key, rows[key].public_id, agency, place, ruling)
            for place, ruling in rulings
            if ruling and ruling.review_on <= until
        ]
    return found


def keep(
    stores: Stores, review: Review, *, until: date, body: str, reason: str, by: str, now: datetime
) -> Decided:
    """Keep something back until another day: a new decision with the same ground.

    Raises:
        As `decide`.

    """
    order = Order(
        place=review.place,
        act=review.ruling.act,
        ground=review.ruling.ground,
        article=review.ruling.ground.article,
        decided_by=body or review.ruling.decided_by,
        decided_on=clock.local_date(now),
        review_on=until,
        reason=reason,
    )
    return decide(stores, review.kind, review.key, [order], by=by, now=now, confirmed=True)


def open_up(
    stores: Stores,
    review: Review,
    *,
    body: str,
    reason: str,
    by: str,
    now: datetime,
    second: str | None = None,
) -> Decided:
    """Open up what was kept back; with its second person it is public at once.

    Raises:
        As `decide`.

    """
    order = Order(
        place=review.place,
        act=Act.OPEN,
        decided_by=body or review.ruling.decided_by,
        decided_on=clock.local_date(now),
        reason=reason,
    )
    return decide(stores, review.kind, review.key, [order], by=by, now=now, second=second)


def find(stores: Stores, kind: Kind, key: str, place: str) -> Review:
    """Return the ruling in force on a record and place.

    Raises:
        UnknownRecord: nothing is kept back there.

    """
    with Session(stores.internal) as session:
        found = _standing(session, kind, [key], date.max)
    for each in found:
        if each.place == place:
            return each
    raise UnknownRecord("这条记录的这一处没有隐去，无须复核")
