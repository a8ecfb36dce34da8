"""Holds orders that the office carries out by itself against the ledger: a row alone is nobody's order (凭台账执行)."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.internal.tables import decisions, ledger
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.decisions import DecisionRow
from portal.internal.tables.filings import FilingRow
from portal.internal.tables.ledger import LedgerRow, WithdrawalRow
from portal.kit import clock
from portal.register.records import Kind

#: What the ledger calls a restoration.
RESTORE = "restore"
_CHUNK = 1000
_SECOND = "，第二人 "
#: Beside the order of a withdrawal: the filing with which the record stood then.
_OF_ORDER = sa.and_(
    FilingRow.id == WithdrawalRow.last_filing_id, FilingRow.kind == WithdrawalRow.kind,
    FilingRow.key == WithdrawalRow.key, FilingRow.public_id == WithdrawalRow.public_id,
)  # fmt: skip
#: Who ordered withdrawals, when, and in which words.
_SAID = sa.select(LedgerRow.person, LedgerRow.at, LedgerRow.detail).where(
    LedgerRow.action == "withdraw", LedgerRow.detail.contains(_SECOND)
)


def withdraw(
    session: Session,
    filing: FilingRow,
    *,
    by: str,
    second: str,
    now: datetime,
    done_at: datetime | None,
) -> WithdrawalRow:
    """Order that a record is withdrawn, as it stands with this filing, and note the order."""
    order = WithdrawalRow(
        kind=filing.kind, key=filing.key, public_id=filing.public_id, last_filing_id=filing.id,
        ordered_by=by, seconded_by=second, ordered_at=now, done_at=done_at,
    )  # fmt: skip
    session.add(order)
    words = withdrawal(Kind(filing.kind), filing.public_id, second, filing.id)
    ledger.note(session, at=now, person=by, action="withdraw", batch_id=None, detail=words)
    return order


def withdrawal(kind: Kind, public_id: str, second: str, last_filing_id: int) -> str:
    """Return what the ledger says of the order of a withdrawal."""
    return f"{_older_withdrawal(kind, public_id, second)}，止于填报 {last_filing_id}"


def _older_withdrawal(kind: Kind, public_id: str, second: str) -> str:
    return f"{kind.zh} {public_id}{_SECOND}{second}"


def is_withdrawal_noted(session: Session, order: WithdrawalRow) -> bool:
    """Whether the ledger knows of the order, in the words and at the moment in which it was given."""
    query = sa.select(LedgerRow.id).where(
        LedgerRow.person == order.ordered_by,
        LedgerRow.at == order.ordered_at,
        LedgerRow.action == "withdraw",
        LedgerRow.detail.in_(
            _words(order.kind, order.public_id, order.seconded_by, order.last_filing_id)
        ),
    )
    return session.scalar(query.limit(1)) is not None


def lost_withdrawals(session: Session) -> set[str]:
    """Return the public ids whose withdrawal the ledger knows, and the store no more as it was ordered."""
    return _unlike(session)[0]


def unknown_withdrawals(session: Session) -> list[str]:
    """Return the public ids of records that the store says were taken back by an order that the ledger knows nothing of.

    What is taken back is shown to nobody again, so nothing of it is brought in line with a decision.
    """
    return _unlike(session)[1]


def _unlike(session: Session) -> tuple[set[str], list[str]]:
    """Hold the orders of the store and of the ledger against each other; return what is in the ledger, or the store, alone."""
    order = WithdrawalRow
    #: Columns and no objects: every transaction asks for all of them. Replies are noted otherwise.
    rows = session.execute(
        sa.select(
            order.ordered_by, order.ordered_at, order.kind, order.public_id, order.seconded_by, order.last_filing_id,
            FilingRow.id.is_(None).label("is_of_another"),
        )
        .outerjoin(FilingRow, _OF_ORDER)
        .where(order.kind != Kind.REPLY.value)
        .order_by(order.id)
    )  # fmt: skip
    said = {(row.person, row.at, row.detail) for row in session.execute(_SAID)}
    there, unknown = set(), []
    for by, at, kind, public_id, second, last, is_of_another in rows:
        words = {(by, at, each) for each in _words(kind, public_id, second, last)}
        if is_of_another or said.isdisjoint(words):
            unknown.append(public_id)
        else:
            there |= words
    lost = {words.partition(_SECOND)[0].rpartition(" ")[2] for _, _, words in said - there}
    return lost, unknown


def _words(kind: str, public_id: str, second: str, last_filing_id: int) -> tuple[str, str]:
    """Return what the ledger may say of an order: that of an earlier release said less."""
    return (
        withdrawal(Kind(kind), public_id, second, last_filing_id),
        _older_withdrawal(Kind(kind), public_id, second),
    )


def release(at: datetime | None) -> str:
    """Return what the ledger says of the order of a release, or of its being taken back."""
    moment = f"{at.astimezone(clock.CHINA):%Y-%m-%d %H:%M}" if at else "取消"
    return f"定时发布：{moment}"


def is_release_noted(session: Session, batch: BatchRow) -> bool:
    """Whether the last that the ledger knows of this batch is the order that stands in its row: it was not carried out yet."""
    said = (batch.ordered_by, release(batch.release_at))
    return _last(session, batch.id, ("schedule", "refused", "return", "release")) == (
        "schedule",
        *said,
    )


def is_due(session: Session, batch: BatchRow, *, by: str, now: datetime) -> bool:
    """Whether `by` has ordered the batch to be released by now, and nobody has ordered otherwise since."""
    is_time = batch.release_at is not None and batch.release_at <= now
    return is_time and batch.ordered_by == by and is_release_noted(session, batch)


def was_released(session: Session, batch_id: int) -> bool:
    """Whether the ledger knows of any release of this batch."""
    query = sa.select(LedgerRow.id).where(
        LedgerRow.batch_id == batch_id, LedgerRow.action == "release"
    )
    return session.scalar(query.limit(1)) is not None


def is_released(session: Session, batch: BatchRow) -> bool:
    """Whether the ledger knows who released this batch, and when, as it stands in its row, with no restoration since."""
    query = sa.select(LedgerRow.id).where(
        LedgerRow.batch_id == batch.id, LedgerRow.action == "release",
        LedgerRow.person == batch.released_by, LedgerRow.at == batch.released_at,
    )  # fmt: skip
    return session.scalar(query.where(LedgerRow.id > _restored(session)).limit(1)) is not None


def _last(session: Session, batch_id: int, actions: Sequence[str]) -> tuple[str, str, str] | None:
    """Return action, person and words of the newest of these acts on a batch since the last restoration."""
    query = sa.select(LedgerRow.action, LedgerRow.person, LedgerRow.detail).where(
        LedgerRow.batch_id == batch_id, LedgerRow.action.in_(actions),
        LedgerRow.id > _restored(session),
    )  # fmt: skip
    row = session.execute(query.order_by(LedgerRow.id.desc()).limit(1)).first()
    return None if row is None else (row.action, row.person, row.detail)


def _restored(session: Session) -> int:
    """Return which row tells of the last restoration: what had been ordered before, nobody but a person lets out."""
    query = sa.select(sa.func.max(LedgerRow.id)).where(LedgerRow.action == RESTORE)
    return session.scalar(query) or 0


def unknown_decisions(session: Session) -> Iterator[int]:
    """Yield the decisions that the ledger knows nothing of."""
    last = 0
    while True:
        query = sa.select(DecisionRow).where(DecisionRow.id > last).order_by(DecisionRow.id)
        rows = session.scalars(query.limit(_CHUNK)).all()
        if not rows:
            return
        known = decisions.noted(session, rows)
        yield from (row.id for row in rows if row.id not in known)
        last = rows[-1].id
        session.expunge_all()
