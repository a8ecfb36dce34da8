"""What was done in the office, by whom, and what was taken back (台账、撤回)."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.domain.workflow import BatchState
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.filings import FilingRow
from portal.kit.db import INTERNAL, Table, UtcDateTime, among

#: What the first row's digest continues.
BEGINNING = "0" * 64


class LedgerRow(Table):
    """One act. Rows are only ever added: the store refuses to change or remove one.

    Numbers have no gaps, and each row's digest covers the row before: see `digest`.
    """

    __bind_key__ = INTERNAL
    __tablename__ = "ledger"
    __table_args__ = (
        Index("ix_ledger_at", "at", "id"),
        Index("ix_ledger_person", "person", "at", "id"),
        Index("ix_ledger_action", "action", "at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    person: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(20))
    batch_id: Mapped[int | None] = mapped_column(index=True)
    detail: Mapped[str]
    #: SHA-256 over the digest of the row before and this row.
    digest: Mapped[str] = mapped_column(String(64), server_default="")


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
    """Write one act into the ledger. The caller holds the store's write lock."""
    newest = sa.select(LedgerRow.id, LedgerRow.digest).order_by(LedgerRow.id.desc()).limit(1)
    last = session.execute(newest).first()
    row = LedgerRow(
        id=last.id + 1 if last else 1,
        at=at, person=person, action=action, batch_id=batch_id, detail=detail,
    )  # fmt: skip
    row.digest = digest(last.digest if last else BEGINNING, row)
    session.add(row)
    session.flush()


def digest(before: str, row: LedgerRow) -> str:
    """Return the digest of `row` behind a row whose digest is `before`, both in hexadecimal."""
    words = [row.id, row.at.isoformat(), row.person, row.action, row.batch_id, row.detail]
    text = json.dumps(words, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(bytes.fromhex(before) + text.encode()).hexdigest()


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
        some = among(session, WithdrawalRow.key, wanted[start : start + 500])
        query = sa.select(WithdrawalRow.key).where(WithdrawalRow.kind == kind, some)
        found.update(session.scalars(query.where(~later.exists())))
    return frozenset(found)


def taken_back(session: Session, rows: Iterable[FilingRow]) -> set[str]:
    """Return the keys of these filings that are of records withdrawn since."""
    ids = [row.id for row in rows]
    query = sa.select(FilingRow.key).where(FilingRow.id.in_(ids), WITHDRAWN)
    return set(session.scalars(query)) if ids else set()
