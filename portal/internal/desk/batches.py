"""Batches as the office sees them: one, the newest, and the records in one."""

from collections.abc import Iterator
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.domain.errors import UnknownRecord
from portal.domain.workflow import BatchState
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.filings import TYPES, FilingRow
from portal.internal.tables.ledger import WithdrawalRow
from portal.internal.tables.people import EVERY_AGENCY

CHUNK = 500
Q = TypeVar("Q", bound="sa.Select[*tuple[Any, ...]]")


def get(session: Session, batch_id: int) -> BatchRow:
    """Return one batch.

    Raises:
        UnknownRecord: there is none of this number.

    """
    batch = session.get(BatchRow, batch_id)
    if batch is None:
        raise UnknownRecord(f"没有编号为 {batch_id} 的批次")
    return batch


def newest(
    session: Session,
    *,
    scope: str,
    state: BatchState | None,
    before: int | None = None,
    limit: int = 50,
) -> list[BatchRow]:
    """Return batches of one agency (or of EVERY_AGENCY), newest first; `before` continues a list."""
    query = _in_scope(sa.select(BatchRow), scope).order_by(BatchRow.id.desc()).limit(limit)
    if state is not None:
        query = query.where(BatchRow.state == state.value)
    if before is not None:
        query = query.where(BatchRow.id < before)
    return list(session.scalars(query))


def count(session: Session, state: BatchState, *, scope: str) -> int:
    """Count the batches in one state."""
    query = sa.select(sa.func.count()).select_from(BatchRow).where(BatchRow.state == state.value)
    return session.scalar(_in_scope(query, scope)) or 0


def _in_scope(query: Q, scope: str) -> Q:
    return query if scope == EVERY_AGENCY else query.where(BatchRow.agency == scope)


def releasable(session: Session, batch: BatchRow) -> Iterator[list[FilingRow]]:
    """Yield the filings of a batch that may become public, chunk by chunk, what others refer to first.

    Left out are filings that a later released one replaces, and those of withdrawn records: an
    old batch released again must neither undo a correction nor bring back what was withdrawn.
    """
    later, newer_batch = aliased(FilingRow), aliased(BatchRow)
    replaced = (
        sa.select(1)
        .select_from(later)
        .join(newer_batch, newer_batch.id == later.batch_id)
        .where(later.kind == FilingRow.kind, later.key == FilingRow.key, later.id > FilingRow.id)
        .where(newer_batch.state == BatchState.RELEASED.value)
    )
    withdrawn = sa.select(1).where(
        WithdrawalRow.kind == FilingRow.kind,
        WithdrawalRow.key == FilingRow.key,
        WithdrawalRow.last_filing_id >= FilingRow.id,
    )
    for kind in TYPES:
        last = 0
        while True:
            query = (
                sa.select(FilingRow)
                .where(FilingRow.batch_id == batch.id, FilingRow.kind == kind, FilingRow.id > last)
                .order_by(FilingRow.id)
                .limit(CHUNK)
            )
            if batch.state == BatchState.RELEASED.value:
                query = query.where(~replaced.exists(), ~withdrawn.exists())
            else:
                query = query.where(~withdrawn.exists())
            chunk = list(session.scalars(query))
            if not chunk:
                break
            last = chunk[-1].id
            yield chunk
            session.expunge_all()
