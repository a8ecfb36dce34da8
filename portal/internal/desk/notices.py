"""The notices of what is withheld, published once a month and all at once (每月告知)."""

from collections.abc import Iterator
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.publish import Outcome, publish_notices
from portal.airlock.rules import WHOLE
from portal.domain.workflow import BatchState
from portal.internal.desk import batches
from portal.internal.desk.projection import passages
from portal.internal.desk.stores import Stores
from portal.internal.tables import decisions, filings, ledger
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.decisions import NoticeRunRow
from portal.internal.tables.filings import FilingRow
from portal.kit import clock
from portal.kit.db import write_lock
from portal.register.records import PublicNotice


def release_notices(stores: Stores, *, by: str, now: datetime) -> Outcome | None:
    """Publish the notices that stand, unless this month's are published already, or a release is broken off (then None).

    One day in the month for all of them: a notice that came with its record's batch would tell
    which check it stands for. What is opened up loses its notice the same way.

    Raises:
        LogBroken: the register is not what was signed last; nothing was published.

    """
    today = clock.local_date(now)
    month = f"{today:%Y-%m}"
    with write_lock(stores.internal) as session:
        #: A file whose release was begun, and may yet be refused, opens nothing of which a notice would tell.
        if session.get(NoticeRunRow, month) is not None or batches.halfway(session):
            return None
        found = list(standing(session, today))
        outcome = publish_notices(stores.register, found, now=now, keys=stores.log_key)
        session.add(NoticeRunRow(month=month, made_by=by, made_at=now, notice_count=len(found)))
        ledger.note(
            session, at=now, person=by, action="notices", batch_id=None, detail=f"{month} 告知公布"
        )
    return outcome


def standing(session: Session, today: date) -> Iterator[PublicNotice]:
    """Yield the notices of what is withheld and would be public otherwise."""
    for kind in sorted(WHOLE):
        for rows in _withheld(session, kind):
            for _, passage in passages(session, rows, today):
                if passage.notice is not None:
                    yield passage.notice


def _withheld(session: Session, kind: str) -> Iterator[list[FilingRow]]:
    """Yield the released filings of a kind that may be withheld as a whole."""
    guarded = sa.select(FilingRow).join(BatchRow, BatchRow.id == FilingRow.batch_id)
    guarded = guarded.where(FilingRow.kind == kind, filings.IS_GUARDED)
    yield from batches.in_chunks(
        session, guarded.where(BatchRow.state == BatchState.RELEASED.value)
    )
    for named in decisions.withheld_as_a_whole(session):
        keys = [key for each, key in named if each == kind]
        for rows in batches.public_of(session, kind, keys):
            yield [row for row in rows if not row.guarded]
