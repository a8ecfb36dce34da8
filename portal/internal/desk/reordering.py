"""What was taken back since a backup was made, ordered in the restored office as well (恢复后重新下达撤回)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.internal.desk import answers, ordered, retelling
from portal.internal.tables import ledger
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.filings import FilingRow
from portal.kit.db import write_lock
from portal.register.records import Kind

#: Whom ledger and withdrawals name.
_OFFICE = "restore"
_CHUNK = 500


def order_again(internal: sa.Engine, taken: Mapping[Kind, Sequence[str]], *, now: datetime) -> None:
    """Order these withdrawals anew: what was filed until now may not be released; a later filing may."""
    with write_lock(internal) as session:
        for public_id in taken.get(Kind.REPLY, ()):
            session.add(retelling.order(public_id, by=_OFFICE, second=_OFFICE, now=now))
            ledger.note(
                session, at=now, person=_OFFICE, action=answers.TAKE_BACK, batch_id=None,
                detail=answers.taken_back(public_id, _OFFICE),
            )  # fmt: skip
        #: Orders that were taken back since would be carried out a minute from now.
        session.execute(sa.update(BatchRow).values(release_at=None, ordered_by=None))
        for public_ids in taken.values():
            for start in range(0, len(public_ids), _CHUNK):
                _order(session, public_ids[start : start + _CHUNK], now)
        total = sum(map(len, taken.values()))
        ledger.note(
            session, at=now, person=_OFFICE, action=ordered.RESTORE, batch_id=None,
            detail=f"从备份恢复；其后撤下或隐去的 {total} 条须重新报送后方可公开",
        )  # fmt: skip


def _order(session: Session, public_ids: Sequence[str], now: datetime) -> None:
    newest = (
        sa.select(sa.func.max(FilingRow.id))
        .where(FilingRow.public_id.in_(public_ids))
        .group_by(FilingRow.public_id)
    )
    for filing in session.scalars(sa.select(FilingRow).where(FilingRow.id.in_(newest))).all():
        ordered.withdraw(session, filing, by=_OFFICE, second=_OFFICE, now=now, done_at=now)
