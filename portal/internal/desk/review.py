"""Review: see what the public will see, then approve or return (审核)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.around import Passage
from portal.domain.errors import FourEyesViolation, PortalError
from portal.domain.grounds import Disclosure
from portal.domain.workflow import BatchState, Role, move
from portal.internal.desk import approvals, batches, people
from portal.internal.desk.approvals import Seen
from portal.internal.desk.holds import Held, finds
from portal.internal.desk.projection import passages
from portal.internal.desk.stores import Stores
from portal.internal.desk.summary import class_of
from portal.internal.tables import filings, ledger, reminders
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.filings import FilingRow
from portal.kit.db import write_lock


class ReasonMissing(PortalError):
    """A batch is returned with a reason, so that its author can mend it."""

    code = "reason_missing"


@dataclass(frozen=True, slots=True)
class Preview:
    """One record as filed and as the public will see it; finds nobody has decided on stop the release."""

    row: FilingRow
    filed: object
    passage: Passage
    finds: list[Held]

    @property
    def disclosure(self) -> Disclosure:
        """The class the record falls into."""
        return class_of(self.passage)

    @property
    def hits(self) -> list[tuple[str, str]]:
        """Place and kind of what would stop the release now."""
        return [(held.find.path, held.find.kind) for held in self.finds if not held.find.cleared]


def preview(
    session: Session,
    batch_id: int,
    *,
    today: date,
    after: int = 0,
    limit: int = 20,
    only: Sequence[int] | None = None,
) -> list[Preview]:
    """Return records of a batch behind the filing `after`, projected by the very code that publishes.

    `only`: from among these filings.
    """
    query = sa.select(FilingRow).where(FilingRow.batch_id == batch_id, FilingRow.id > after)
    if only is not None:
        query = query.where(FilingRow.id.in_(only))
    rows = session.scalars(query.order_by(FilingRow.id).limit(limit)).all()
    found: list[Preview] = []
    for kind in dict.fromkeys(row.kind for row in rows):
        same = [row for row in rows if row.kind == kind]
        #: What was returned is on its way to nobody, and what it leaned on may be gone.
        live = [row for row in same if row.live]
        projected = dict(_by_row(passages(session, live, today, batch_id=batch_id)))
        found += [_preview(row, projected.get(row.id, Passage())) for row in same]
    return sorted(found, key=lambda each: each.row.id)


def _by_row(pairs: Iterator[tuple[FilingRow, Passage]]) -> Iterator[tuple[int, Passage]]:
    yield from ((row.id, passage) for row, passage in pairs)


def _preview(row: FilingRow, passage: Passage) -> Preview:
    return Preview(row, filings.decode(row.kind, row.body), passage, finds(row, passage))


def approve(stores: Stores, batch_id: int, *, by: str, now: datetime) -> None:
    """Approve a batch for release, as what it makes public stands now; see `approvals`.

    Raises:
        FourEyesViolation, WrongState, NotAllowed, UnknownRecord.
        NotYetPublic: it leans on a batch that was returned.

    """
    #: Counted before the lock is taken: it may last, and release counts it again anyway.
    with Session(stores.internal) as session:
        batch = _may_decide(session, batch_id, "approve", by)
        seen = approvals.seen(session, batch)
    _decide(stores, batch_id, "approve", by=by, now=now, reason=None, seen=seen)


def give_back(stores: Stores, batch_id: int, *, by: str, now: datetime, reason: str) -> None:
    """Return a batch to its author; its filings no longer count.

    Raises:
        ReasonMissing, and as `approve`.

    """
    if not reason.strip():
        raise ReasonMissing("退回必须写明原因，供经办人修改")
    _decide(stores, batch_id, "return", by=by, now=now, reason=reason.strip())


def _may_decide(session: Session, batch_id: int, action: str, by: str) -> BatchRow:
    batch = batches.get(session, batch_id)
    people.require(session, by, Role.REVIEWER, batch.agency)
    move(batch.batch_state, action, author=batch.filed_by, actor=by)
    if by == batch.released_by:
        raise FourEyesViolation("本批次由本人发布，须由他人重新审核")
    return batch


def _decide(
    stores: Stores,
    batch_id: int,
    action: str,
    *,
    by: str,
    now: datetime,
    reason: str | None,
    seen: Seen | None = None,
) -> None:
    with write_lock(stores.internal) as session:
        batch = _may_decide(session, batch_id, action, by)
        state = move(batch.batch_state, action, author=batch.filed_by, actor=by)
        batch.state, batch.reviewed_by, batch.reviewed_at = state.value, by, now
        batch.return_reason = reason
        detail = reason or ""
        if seen:
            detail = approvals.record(session, batch, seen, by=by, now=now)
        if state is BatchState.RETURNED:
            approvals.void(session, batch_id)
            session.execute(
                sa.update(FilingRow).where(FilingRow.batch_id == batch_id).values(live=False)
            )
            reminders.returned(session, batch_id)
        ledger.note(session, at=now, person=by, action=action, batch_id=batch_id, detail=detail)
