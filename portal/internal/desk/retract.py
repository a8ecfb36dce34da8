"""Withdrawal: take a record out of the register at once (撤回)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.airlock.around import Passage
from portal.airlock.publish import bring_in_line
from portal.domain.errors import FourEyesViolation, UnknownRecord, WrongState
from portal.domain.workflow import Role
from portal.internal.desk import given, leaning, mentions, ordered, people, retelling
from portal.internal.desk.drawing import following
from portal.internal.desk.forgetting import forget
from portal.internal.desk.leaning import Walk
from portal.internal.desk.stores import Stores
from portal.internal.tables import filings, ledger, reminders
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.filings import FilingRow
from portal.internal.tables.ledger import LedgerRow, WithdrawalRow
from portal.kit import clock
from portal.kit.db import among, write_lock
from portal.register.dumps import shelf
from portal.register.records import Kind

#: What hangs on records of a kind, and is filed by itself.
_BELOW = {Kind.ENTITY: Kind.RESULT, Kind.RESULT: Kind.FOLLOWUP}
#: Withdrawals carried on in one go, and records named in the ledger.
_MOST, _NAMED = 100, 20
_Anew = aliased(FilingRow)
_RELEASED_SINCE = (
    sa.select(1)
    .where(LedgerRow.batch_id == _Anew.batch_id, LedgerRow.action == "release")
    .where(_Anew.kind == WithdrawalRow.kind, _Anew.key == WithdrawalRow.key)
    .where(_Anew.id > WithdrawalRow.last_filing_id)
    .correlate(WithdrawalRow)
    .exists()
)
#: Beside orders: they were not carried out to the last file.
_WAITS = sa.and_(WithdrawalRow.done_at.is_(None), ~_RELEASED_SINCE)


@dataclass(frozen=True, slots=True)
class Retracted:
    """What came of it. `named_in`: public records of others that go on naming it; nobody has decided on these."""

    withdrawn: int
    serial: int
    named_in: tuple[str, ...] = ()


def retract(
    stores: Stores, kind: Kind, public_id: str, *, by: str, second: str, now: datetime
) -> Retracted:
    """Withdraw one record and what hangs on it, by order of two people.

    The order is written down first: after a crash the office carries it out, or the same command, and no
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
        agency = filings.owner(session, newest.kind, newest.key)
        for name in (by, second):
            people.require(session, name, Role.PUBLISHER, agency)
        order = ordered.withdraw(session, newest, by=by, second=second, now=now, done_at=None)
        #: They go with it, and come back by being filed anew alone: whatever this one is filed as since.
        for each in (below := list(_below(session, kind, newest.key))):
            ordered.withdraw(session, each, by=by, second=second, now=now, done_at=now)
        session.flush()
        for each in (newest, *below):
            reminders.withdrawn(session, each.kind, each.key)
        order_id = order.id
    done = _carry_out(stores, order_id, now=now)
    forget(stores)
    close(stores, [order_id], now=now)
    return done


def close(stores: Stores, orders: Sequence[int], *, now: datetime) -> None:
    """Note that these orders are carried out, to the last file."""
    if orders:
        these = sa.update(WithdrawalRow).where(WithdrawalRow.id.in_(orders))
        with write_lock(stores.internal) as session:
            session.execute(these.values(done_at=now))


def require_none_waits(session: Session, batch_id: int) -> None:
    """Refuse to release what was filed anew while the order that took it back still waits to be carried out.

    That would take back what was released since; or, passed over, leave its words in an older version.

    Raises:
        WrongState: an order waits.

    """
    is_anew = (FilingRow.kind == WithdrawalRow.kind, FilingRow.key == WithdrawalRow.key)
    waits = (
        sa.select(WithdrawalRow.public_id)
        .join(FilingRow, sa.and_(*is_anew, FilingRow.id > WithdrawalRow.last_filing_id))
        .where(FilingRow.batch_id == batch_id, _WAITS)
    )
    if found := session.scalar(waits.limit(1)):
        raise WrongState(
            f"本批重新登记的 {found} 此前已决定撤回，撤回尚未执行完毕；办公端每分钟补办，也可运行 portal-office release-due，其后再发布"
        )


def carry_on(stores: Stores, *, now: datetime) -> list[int]:
    """Carry out what was ordered and a crash kept from the register; the caller still has to forget, and to close.

    Raises:
        LogBroken: the register is not what was signed last.

    """
    query = sa.select(WithdrawalRow.id).where(_WAITS)
    with Session(stores.internal) as session:
        rows = session.scalars(
            sa.select(WithdrawalRow).where(WithdrawalRow.id.in_(query)).order_by(WithdrawalRow.id)
        )
        #: A row that nobody ordered takes nothing back.
        noted = (each.id for each in rows if ordered.is_withdrawal_noted(session, each))
        left = list(islice(noted, _MOST))
    for order_id in left:
        _carry_out(stores, order_id, now=now)
    return left


def _carry_out(stores: Stores, order_id: int, *, now: datetime) -> Retracted:
    """Bring the register in line with an order, in one transaction, and note it; again changes nothing."""
    with write_lock(stores.internal) as session:
        order = session.get_one(WithdrawalRow, order_id)
        kind, key, public_id = Kind(order.kind), order.key, order.public_id
        outcome, _ = bring_in_line(
            stores.register, _passages(stores, session, kind, key, public_id, now=now), now=now,
            keys=stores.log_key,
        )  # fmt: skip
        if kind is Kind.ENTITY:
            following.follow(stores, session, kind, [key], now=now)
        retelling.follow(stores, session, kind, [key], now=now)
        shelf.retire(stores.register, stores.dumps)
        named = mentions.naming(session, stores.register, kind, key)
        if named and outcome.withdrawn:
            shown = "、".join(named[:_NAMED])
            ledger.note(
                session, at=now, person=order.ordered_by, action="withdraw", batch_id=None,
                detail=f"{kind.zh} {public_id}：名称仍见于 {len(named)} 条已公开记录：{shown}",
            )  # fmt: skip
    return Retracted(outcome.withdrawn, outcome.serial, tuple(named))


def _passages(
    stores: Stores, session: Session, kind: Kind, key: str, public_id: str, *, now: datetime
) -> Iterator[Passage]:
    """Yield what goes, and the draws whose figures and digests counted it."""
    drawn = leaning.draws_of(stores.register, [public_id]) if kind is Kind.ENTITY else set()
    notice = given.ids(session).notice(kind, key)
    yield Passage(gone=[(kind, public_id), (Kind.WITHHELD, notice)])
    walk = Walk(session, stores.register, clock.local_date(now))
    yield from leaning.redrawn(walk, drawn, at_any_rate=True)


def _below(session: Session, kind: Kind, key: str) -> Iterator[FilingRow]:
    """Yield the released filings of what hangs on a record as it stands: a party's checks, and the steps after them."""
    keys = {key}
    while below := _BELOW.get(kind):
        named = sa.select(FilingRow.key).where(
            FilingRow.kind == below.value, among(session, FilingRow.about, sorted(keys))
        )
        newest = (
            sa.select(sa.func.max(FilingRow.id))
            .join(BatchRow, BatchRow.id == FilingRow.batch_id)
            .where(FilingRow.kind == below.value, FilingRow.key.in_(named), FilingRow.live)
            .where(BatchRow.state.in_(filings.REVIEWED))
            .group_by(FilingRow.key)
        )
        rows = session.scalars(sa.select(FilingRow).where(FilingRow.id.in_(newest))).all()
        found = [row for row in rows if row.about in keys]
        yield from found
        kind, keys = below, {row.key for row in found}


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
