"""Holds what was released against its approval before it is projected again (发布后未经改动).

A release is held against the bytes that were approved. But what is public goes out again later, without a release of
its own: a decision hides a word, a party is disclosed otherwise. Who changed the filing in the store meanwhile would
have that published as if it had been approved, and where the decision hides something the older version goes.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.around import Passage
from portal.domain.workflow import BatchState
from portal.internal.desk import batches, binding, ordered
from portal.internal.desk.binding import ContentChanged
from portal.internal.desk.projection import passages
from portal.internal.desk.underlying import batches_under, on_their_way
from portal.internal.tables import decisions
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.filings import FilingRow
from portal.internal.tables.ledger import LedgerRow
from portal.kit.db import among
from portal.register.records import Kind

#: Where a transaction notes which batches it has held: nothing changes while it keeps the lock.
_HELD = "held"
#: Likewise, what was taken back by orders that are gone.
_LOST = "lost"
_DECIDED = "decided"
#: Decisions named at a time.
_SHOWN = 20


def again(
    session: Session, rows: list[FilingRow], today: date, *, batch_id: int | None = None
) -> Iterator[tuple[FilingRow, Passage]]:
    """Project released filings again, as `passages` does; those of `batch_id` are held by its own release.

    Raises:
        ContentChanged: the batch of one of them, or of what it is about, is not what was approved; or an order that
            took one of them back, or any decision, is gone from the store.
        HalfReleased: what they lean on is on its way out, and nobody knows whether it is public.

    """
    _hold_decided(session, rows)
    _hold_withdrawn(session, rows)
    _hold_whole(session, rows, but=batch_id)
    _hold(session, {row.batch_id for row in rows} | batches_under(session, rows), but=batch_id)
    for row, passage in passages(session, rows, today, batch_id=batch_id, let_out=True):
        passage.is_again = True
        yield row, passage


def hold_released(session: Session, rows: list[FilingRow], *, batch_id: int, is_seen: bool) -> None:
    """Hold what a batch on its way out follows, and unless a reviewer has seen what comes of it what it leans on.

    Raises:
        ContentChanged: a decision is gone from the store, or an order that took one of these back, or the batch of
            something that they lean on is not what was approved.
        HalfReleased: as `again` does.

    """
    _hold_decided(session, rows)
    _hold_withdrawn(session, rows)
    _hold_whole(session, rows, but=batch_id)
    if not is_seen:
        _hold(session, batches_under(session, rows), but=batch_id)


def require_filed(
    session: Session,
    kind: Kind,
    public_ids: Iterable[str],
    *,
    batch_id: int | None = None,
    about: Sequence[str] | None = None,
) -> None:
    """Refuse to hide anything while what is public stands in no released filing: put out of sight, it would go on telling.

    `about`: the filing has to be about one of these.

    Raises:
        ContentChanged: one of these public records stands in none.

    """
    wanted = set(public_ids)
    if lost := wanted - batches.filed(session, kind.value, wanted, batch_id=batch_id, about=about):
        raise ContentChanged(
            f"登记册中的{kind.zh} {min(lost)} 在办公端存储中没有已发布的填报，或者填报已不与其相符，可能被改动过；"
            "公开的内容没有变动。请找回填报内容，或者从备份恢复（撤回不受影响）"
        )


def as_approved(session: Session, rows: list[FilingRow]) -> list[FilingRow]:
    """Return those of the released filings that may go out again: none while a decision is gone, nor by what is half released."""
    if _decisions_gone(session):
        return []
    held = {each for each in {row.batch_id for row in rows} if _is_as_approved(session, each)}
    stand = [row for row in rows if row.batch_id in held and not _was_taken_back(session, row)]
    if on_their_way(session, stand, but=None) is None:
        return stand
    return [row for row in stand if on_their_way(session, [row], but=None) is None]


def changed(session: Session) -> Iterator[int]:
    """Yield the released batches that are not what was approved."""
    released = sa.select(BatchRow.id).where(BatchRow.state == BatchState.RELEASED.value)
    for batch_id in session.scalars(released.order_by(BatchRow.id)).all():
        if not _is_as_approved(session, batch_id):
            yield batch_id


def detail(public_sha256: str, filed_sha256: str) -> str:
    """Return what the ledger says of an approval."""
    return f"公开内容 SHA-256 {public_sha256}；{_filed(filed_sha256)}"


def _filed(filed_sha256: str) -> str:
    return f"填报内容 SHA-256 {filed_sha256}"


def _hold_whole(session: Session, rows: list[FilingRow], *, but: int | None) -> None:
    """Refuse to tell anything by a file whose release was begun: refused, or broken off, it may show what never comes out."""
    if found := on_their_way(session, rows, but=but):
        raise batches.HalfReleased(
            f"本次发布所依据的批次 {found} 的发布尚未完成（可能中途被打断）；请先重新执行该批次的发布，再作此项操作"
            "（撤回不受影响）"
        )


def _hold(session: Session, batch_ids: set[int], *, but: int | None) -> None:
    held: set[int] = session.info.setdefault(_HELD, set())
    for batch_id in sorted(batch_ids - held - {but}):
        if not _is_as_approved(session, batch_id):
            raise ContentChanged(
                f"批次 {batch_id} 的填报内容与审核时不符，可能在发布后被改动过；公开的内容没有变动。"
                "请查明原因，并将所涉记录重新填报、审核、发布（撤回不受影响）",
                batch_id,
            )
        held.add(batch_id)


def _hold_decided(session: Session, rows: list[FilingRow]) -> None:
    """Refuse everything while a decision that the ledger knows is gone or another: nobody can tell what it hid."""
    if rows and (numbers := _decisions_gone(session)):
        shown = "、".join(map(str, numbers[:_SHOWN]))
        raise ContentChanged(
            f"有 {len(numbers)} 项公开决定已不在办公端存储中，或者被改动过：{shown}；公开的内容没有变动。"
            "请找回这些决定，或者从备份恢复（撤回不受影响）",
            rows[0].batch_id,
        )


def _decisions_gone(session: Session) -> list[int]:
    """Return the decisions that the ledger knows and the store no more, asked for once in a transaction."""
    if _DECIDED not in session.info:
        session.info[_DECIDED] = decisions.lost(session)
    found: list[int] = session.info[_DECIDED]
    return found


def _hold_withdrawn(session: Session, rows: list[FilingRow]) -> None:
    """Refuse what was taken back by an order that the ledger knows and the store no more: it would be public again."""
    for row in rows:
        if _was_taken_back(session, row):
            raise ContentChanged(
                f"批次 {row.batch_id} 中有记录曾被撤回，撤回令却已不在办公端存储中或者被改动过；"
                "公开的内容没有变动。请运行 portal-office verify-ledger 查明原因",
                row.batch_id,
            )


def _was_taken_back(session: Session, row: FilingRow) -> bool:
    """Whether an order that is gone took back this record, or what it is about."""
    if _LOST not in session.info:
        named = among(session, FilingRow.public_id, sorted(ordered.lost_withdrawals(session)))
        session.info[_LOST] = set(session.scalars(sa.select(FilingRow.key).where(named)))
    lost: set[str] = session.info[_LOST]
    keys = {row.key, row.about}
    if lost and row.kind == "followup":
        check = FilingRow.kind == "result", FilingRow.key == row.about
        keys |= set(session.scalars(sa.select(FilingRow.about).where(*check)))
    return bool(keys & lost)


def _is_as_approved(session: Session, batch_id: int) -> bool:
    """Whether the ledger knows that the batch was released, and as filed it is what was approved; approvals of old did not say what."""
    if not ordered.was_released(session, batch_id):
        return False
    query = sa.select(LedgerRow.detail).where(
        LedgerRow.batch_id == batch_id, LedgerRow.action == "approve"
    )
    said = session.scalar(query.order_by(LedgerRow.id.desc()).limit(1))
    if said is None:
        return False
    return "SHA-256" not in said or said.endswith(_filed(binding.filed_sha256(session, batch_id)))
