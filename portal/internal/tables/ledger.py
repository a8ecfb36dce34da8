"""What was done in the office, by whom, and what was taken back (台账、撤回)."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.domain.workflow import BatchState
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.filings import FilingRow
from portal.kit.db import INTERNAL, Table, UtcDateTime


class LedgerRow(Table):
    """One act. Rows are only ever added."""

    __bind_key__ = INTERNAL
    __tablename__ = "ledger"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    person: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(20))
    batch_id: Mapped[int | None] = mapped_column(index=True)
    detail: Mapped[str]


class WithdrawalRow(Table):
    """One order to take a record out of the register; written before it is carried out."""

    __bind_key__ = INTERNAL
    __tablename__ = "withdrawal"
    __table_args__ = (Index("ix_withdrawal_record", "kind", "key", "last_filing_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    key: Mapped[str] = mapped_column(String(300))
    public_id: Mapped[str] = mapped_column(String(32))
    #: Filings up to this one may never be released again; a later one may.
    last_filing_id: Mapped[int]
    ordered_by: Mapped[str] = mapped_column(String(40))
    seconded_by: Mapped[str] = mapped_column(String(40))
    ordered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


#: Beside filings: the record was withdrawn after this filing.
WITHDRAWN = (
    sa.select(1)
    .where(
        WithdrawalRow.kind == FilingRow.kind,
        WithdrawalRow.key == FilingRow.key,
        WithdrawalRow.last_filing_id >= FilingRow.id,
    )
    .exists()
)


def note(
    session: Session,
    *,
    at: datetime,
    person: str,
    action: str,
    batch_id: int | None,
    detail: str = "",
) -> None:
    """Write one act into the ledger."""
    session.add(LedgerRow(at=at, person=person, action=action, batch_id=batch_id, detail=detail))


def withdrawn_keys(
    session: Session, kind: str, keys: Iterable[str], *, batch_id: int | None
) -> frozenset[str]:
    """Return which of these records are withdrawn and not released anew since (or by `batch_id`)."""
    wanted = sorted(keys)
    found: set[str] = set()
    later = (
        sa.select(1)
        .select_from(FilingRow)
        .join(BatchRow, BatchRow.id == FilingRow.batch_id)
        .where(FilingRow.kind == WithdrawalRow.kind, FilingRow.key == WithdrawalRow.key)
        .where(FilingRow.id > WithdrawalRow.last_filing_id, FilingRow.live)
        .where(sa.or_(BatchRow.state == BatchState.RELEASED.value, BatchRow.id == batch_id))
    )
    for start in range(0, len(wanted), 500):
        found.update(
            session.scalars(
                sa.select(WithdrawalRow.key)
                .where(
                    WithdrawalRow.kind == kind, WithdrawalRow.key.in_(wanted[start : start + 500])
                )
                .where(~later.exists())
            )
        )
    return frozenset(found)
