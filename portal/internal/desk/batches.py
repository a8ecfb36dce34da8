"""Batches as the office sees them: one, the newest, and the records in one."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.airlock.rules import TABLE
from portal.domain.errors import PortalError, UnknownRecord
from portal.domain.workflow import BatchState
from portal.internal.desk import ordered
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.filings import TYPES, FilingRow
from portal.internal.tables.ledger import WITHDRAWN, LedgerRow
from portal.internal.tables.people import EVERY_AGENCY
from portal.kit.db import among
from portal.register.records import Kind

CHUNK = 500
#: Kinds of which days, places or names are shortened for some parties.
_SHORTENED = frozenset(
    kind for kind, rules in TABLE.items() if any(rule.forms for rule in rules.values())
)
Q = TypeVar("Q", bound="sa.Select[*tuple[Any, ...]]")

_Later, _LaterBatch = aliased(FilingRow), aliased(BatchRow)
#: A released batch holds a later filing of the same record; a party brought along once more as it was says nothing new.
_REPLACED = (
    sa.select(1)
    .select_from(_Later)
    .join(_LaterBatch, _LaterBatch.id == _Later.batch_id)
    .where(_Later.kind == FilingRow.kind, _Later.key == FilingRow.key, _Later.id > FilingRow.id)
    .where(_LaterBatch.state == BatchState.RELEASED.value)
    .where(sa.or_(_Later.row > 0, _Later.kind != Kind.ENTITY.value, _Later.body != FilingRow.body))
    .exists()
)


class HalfReleased(PortalError):
    """A release was broken off, or is noted and gone, so nobody knows what of it is public; nothing else was changed."""

    code = "half_released"


def require_whole(session: Session, *, but: int = 0) -> None:
    """Raise HalfReleased while a batch, `but` one, is on its way out, or is released as the ledger says and not here.

    A process that was killed may have committed the register and not noted it here. What is hidden meanwhile would be
    looked for in released batches alone, and said to be done, while this one goes on showing it. So it would in one that
    somebody puts out of sight for a while.
    """
    if found := halfway(session, but=but):
        raise HalfReleased(
            f"批次 {found} 的发布尚未完成（可能中途被打断），其内容或已公开；请先重新执行该批次的发布，再作此项操作"
            "（撤回不受影响）"
        )
    require_noted(session, but=but)


def halfway(session: Session, *, but: int = 0) -> int | None:
    """Return a batch, not `but`, that is on its way out, None where there is none."""
    query = sa.select(BatchRow.id).where(
        BatchRow.state == BatchState.RELEASING.value, BatchRow.id != but
    )
    return session.scalar(query.order_by(BatchRow.id).limit(1))


def require_noted(session: Session, *, but: int = 0) -> None:
    """Raise HalfReleased unless the batches that the store calls released, `but` one, are those that the ledger does.

    Nor while it calls something withdrawn that nobody ordered to be.

    What goes out, and what it changes elsewhere, follows from what is released: one flag changed by hand, and a file
    would hide nothing of what is public, bring an older text again, or let out what nobody released.
    """
    said = sa.select(LedgerRow.batch_id).where(
        LedgerRow.action == "release", LedgerRow.batch_id.is_not(None)
    )
    whole = sa.select(BatchRow.id).where(
        BatchRow.state == BatchState.RELEASED.value, BatchRow.released_at.is_not(None)
    )
    gone = said.where(LedgerRow.batch_id.not_in(whole), LedgerRow.batch_id != but)
    if found := session.scalar(gone.limit(1)):
        raise HalfReleased(
            f"台账载明批次 {found} 已经发布，办公端存储却不是如此，可能被改动过；公开的内容没有变动（撤回不受影响）"
        )
    called = sa.or_(BatchRow.state == BatchState.RELEASED.value, BatchRow.released_at.is_not(None))
    more = sa.select(BatchRow.id).where(called, BatchRow.id.not_in(said), BatchRow.id != but)
    if found := session.scalar(more.limit(1)):
        raise HalfReleased(
            f"办公端存储称批次 {found} 已经发布，台账却没有记载，可能被改动过；公开的内容没有变动（撤回不受影响）"
        )
    if unknown := ordered.unknown_withdrawals(session):
        raise HalfReleased(
            f"办公端存储称 {unknown[0]} 已经撤回，台账却没有记载，可能被改动过；公开的内容没有变动（撤回不受影响）"
        )


def get(session: Session, batch_id: int) -> BatchRow:
    """Return one batch.

    Raises:
        UnknownRecord: there is none of this number.

    """
    batch = session.get(BatchRow, batch_id)
    if batch is None:
        raise UnknownRecord(f"没有编号为 {batch_id} 的批次")
    return batch


def rows_of(session: Session, batch_id: int, public_ids: Iterable[str]) -> dict[str, int]:
    """Return the row of the batch's file that each of these public ids came from; 0 for a party."""
    query = sa.select(FilingRow.public_id, FilingRow.row).where(
        FilingRow.public_id.in_(sorted(public_ids)), FilingRow.batch_id == batch_id
    )
    return {found.public_id: found.row for found in session.execute(query)}


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
    for kind in TYPES:
        mine = sa.select(FilingRow).where(FilingRow.batch_id == batch.id, FilingRow.kind == kind)
        yield from in_chunks(session, mine)


def in_order(session: Session, batch: BatchRow) -> Iterator[list[FilingRow]]:
    """Yield the same in the order in which they become public, which every change number tells for ever.

    Files are kept by day, name or number: a check of which the month is public would stand between its
    neighbours' days. So these go by their ids, of which nobody outside can tell anything.
    """
    for kind in TYPES:
        mine = sa.select(FilingRow).where(FilingRow.batch_id == batch.id, FilingRow.kind == kind)
        if kind not in _SHORTENED:
            yield from in_chunks(session, mine)
            continue
        yield from _by_id(session, mine)


def public_about(session: Session, kind: str, keys: Iterable[str]) -> Iterator[list[FilingRow]]:
    """Yield the released filings of `kind` about these records, as they stand now."""
    wanted = sorted(set(keys))
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        yield from _by_id(session, _released(kind).where(among(session, FilingRow.about, part)))


def public_of(session: Session, kind: str, keys: Iterable[str]) -> Iterator[list[FilingRow]]:
    """Yield the released filings of these records, as they stand now."""
    wanted = sorted(set(keys))
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        yield from _by_id(session, _released(kind).where(among(session, FilingRow.key, part)))


def public_under(session: Session, kind: str, prefix: str) -> Iterator[list[FilingRow]]:
    """Yield the released filings whose keys begin with `prefix`, as they stand now."""
    under = (FilingRow.key >= prefix, FilingRow.key < prefix + "\U0010ffff")
    yield from _by_id(session, _released(kind).where(*under))


def public_with_id(
    session: Session, kind: str, public_ids: Iterable[str], *, batch_id: int | None = None
) -> Iterator[list[FilingRow]]:
    """Yield the released filings of the records with these public ids, as they stand now; those of the batch too."""
    wanted = sorted(set(public_ids))
    for start in range(0, len(wanted), CHUNK):
        part = among(session, FilingRow.public_id, wanted[start : start + CHUNK])
        #: Sought by this alone: told the kind too, SQLite would walk all filings of it.
        found = session.scalars(sa.select(FilingRow.id).where(part)).all()
        yield from _by_id(session, _released(kind, batch_id).where(FilingRow.id.in_(found)))


def filed(
    session: Session,
    kind: str,
    public_ids: Iterable[str],
    *,
    batch_id: int | None = None,
    about: Sequence[str] | None = None,
) -> set[str]:
    """Return those of the public ids under which a released filing stands, or one of the batch, withdrawn or not.

    `about`: and is about one of these.
    """
    part = among(session, FilingRow.public_id, sorted(public_ids))
    found = session.scalars(sa.select(FilingRow.id).where(part, FilingRow.live)).all()
    stands = _released(kind, batch_id).where(FilingRow.id.in_(found), ~_REPLACED)
    if about is not None:
        stands = stands.where(among(session, FilingRow.about, about))
    return set(session.scalars(stands.with_only_columns(FilingRow.public_id)))


def released_before(session: Session, rows: Sequence[FilingRow]) -> set[str]:
    """Return the public ids of these that were released already, or are by another batch: no other of them can be public."""
    query = (
        sa.select(FilingRow.public_id, BatchRow.id, BatchRow.released_at)
        .join(BatchRow, BatchRow.id == FilingRow.batch_id)
        .where(among(session, FilingRow.public_id, sorted({row.public_id for row in rows})))
        .where(BatchRow.state.in_([BatchState.RELEASING.value, BatchState.RELEASED.value]))
    )
    own = {row.batch_id for row in rows}
    return {
        each.public_id
        for each in session.execute(query)
        if each.released_at is not None or each.id not in own
    }


def _released(kind: str, batch_id: int | None = None) -> sa.Select[FilingRow]:
    released: sa.ColumnElement[bool] = BatchRow.state == BatchState.RELEASED.value
    if batch_id is not None:
        released |= BatchRow.id == batch_id
    joined = sa.select(FilingRow).join(BatchRow, BatchRow.id == FilingRow.batch_id)
    return joined.where(FilingRow.kind == kind, released)


def in_chunks(session: Session, query: sa.Select[FilingRow]) -> Iterator[list[FilingRow]]:
    """Walk a query over filings in their order, without what is replaced or withdrawn."""
    live = _live(query)
    last = 0
    while True:
        step = live.where(FilingRow.id > last).order_by(FilingRow.id).limit(CHUNK)
        chunk = list(session.scalars(step))
        if not chunk:
            return
        last = chunk[-1].id
        yield chunk
        for row in chunk:
            session.expunge(row)


def _by_id(session: Session, query: sa.Select[FilingRow]) -> Iterator[list[FilingRow]]:
    """Walk the same in the order of their public ids: what becomes public of it, or does so again, follows that."""
    ids = _live(query).with_only_columns(FilingRow.id)
    order = array("q", session.scalars(ids.order_by(FilingRow.public_id, FilingRow.id)))
    for start in range(0, len(order), CHUNK):
        part = sa.select(FilingRow).where(FilingRow.id.in_(order[start : start + CHUNK]))
        chunk = list(session.scalars(part.order_by(FilingRow.public_id, FilingRow.id)))
        yield chunk
        for row in chunk:
            session.expunge(row)


def _live(query: Q) -> Q:
    return query.where(~_REPLACED, ~WITHDRAWN, FilingRow.live)
