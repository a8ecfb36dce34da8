"""Withdrawal: take a record out of the register at once (撤回)."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.around import Ids
from portal.airlock.publish import Outcome, publish, withdraw
from portal.domain.errors import FourEyesViolation, UnknownRecord
from portal.domain.workflow import Role
from portal.internal.desk import batches, people, retelling, ripples
from portal.internal.desk.drawing import following
from portal.internal.desk.forgetting import forget
from portal.internal.desk.stores import Stores
from portal.internal.tables import ledger, reminders
from portal.internal.tables.filings import FilingRow
from portal.internal.tables.ledger import WithdrawalRow
from portal.internal.tables.settings import ID_KEY, secret
from portal.kit import clock
from portal.kit.db import write_lock
from portal.register.dumps import shelf
from portal.register.records import Kind


def retract(
    stores: Stores, kind: Kind, public_id: str, *, by: str, second: str, now: datetime
) -> Outcome:
    """Withdraw one record and what hangs on it, by order of two people.

    The order is written down first: after a crash the same command carries it out, and no
    release can bring the record back meanwhile.

    Raises:
        FourEyesViolation: both are the same person.
        UnknownRecord: the office knows no such record.
        NotAllowed: one of them may not publish for the agency.
        LogBroken: the register is not what was signed last; nothing was withdrawn.
        NotForgotten, NotPurged: it is withdrawn, but still in some file; the same command carries on.

    """
    if by == second:
        raise FourEyesViolation("撤回须由两人共同决定")
    with write_lock(stores.internal) as session:
        newest = _newest(session, kind, public_id)
        for name in (by, second):
            people.require(session, name, Role.PUBLISHER, _agency_of(session, newest))
        order = WithdrawalRow(
            kind=newest.kind, key=newest.key, public_id=public_id, last_filing_id=newest.id,
            ordered_by=by, seconded_by=second, ordered_at=now,
        )  # fmt: skip
        session.add(order)
        ledger.note(
            session,
            at=now,
            person=by,
            action="withdraw",
            batch_id=None,
            detail=f"{kind.zh} {public_id}，第二人 {second}",
        )
        session.flush()
        reminders.withdrawn(session, newest.kind, newest.key)
        order_id, key = order.id, order.key
    drawn = ripples.draws_of(stores.register, [public_id]) if kind is Kind.ENTITY else set()
    keys = stores.log_key
    outcome = withdraw(stores.register, kind, [public_id], now=now, keys=keys)
    shelf.retire(stores.register, stores.dumps)
    with write_lock(stores.internal) as session:
        notice = Ids(secret(session, ID_KEY)).notice(kind, key)
        withdraw(stores.register, Kind.WITHHELD, [notice], now=now, keys=keys)
        today = clock.local_date(now)
        again = ripples.redrawn(session, drawn, today=today)
        publish(stores.register, again, now=now, keys=keys)
        if kind is Kind.ENTITY:
            following.follow(stores, session, kind, [key], now=now)
        retelling.follow(stores, session, kind, [key], now=now)
        shelf.retire(stores.register, stores.dumps)
    forget(stores)
    with write_lock(stores.internal) as session:
        session.execute(
            sa.update(WithdrawalRow).where(WithdrawalRow.id == order_id).values(done_at=now)
        )
    return outcome


def _newest(session: Session, kind: Kind, public_id: str) -> FilingRow:
    query = (
        sa.select(FilingRow)
        .where(FilingRow.public_id == public_id)
        .order_by(FilingRow.id.desc())
        .limit(1)
    )
    found = session.scalar(query)
    if found is None or found.kind != kind.value:
        raise UnknownRecord(f"没有公开编号为 {public_id} 的{kind.zh}")
    return found


def _agency_of(session: Session, filing: FilingRow) -> str:
    return batches.get(session, filing.batch_id).agency
