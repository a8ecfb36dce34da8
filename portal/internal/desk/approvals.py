"""Approvals that bind: kept when a reviewer approves, held against what a release would publish (审核效力)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.around import Passage
from portal.domain.errors import FourEyesViolation, NotAllowed, Residue, UnknownRecord
from portal.domain.workflow import Role
from portal.internal.desk import binding, ordered, people, unchanged
from portal.internal.desk.binding import Binding, ContentChanged, Part
from portal.internal.desk.brought import is_brought
from portal.internal.desk.projection import passages
from portal.internal.tables.approvals import ApprovalRow
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.filings import FilingRow
from portal.internal.tables.ledger import LedgerRow

_AGAIN = "本批一条也未公开，请审核人重新审核后再发布"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reviewer approves: the parts of what becomes public, and the batch as filed."""

    parts: list[Part]
    filed_sha256: str


def seen(session: Session, batch: BatchRow) -> Seen:
    """Return what approving `batch` now would approve."""
    return Seen(binding.bind(session, batch), binding.filed_sha256(session, batch.id))


def record(session: Session, batch: BatchRow, what: Seen, *, by: str, now: datetime) -> str:
    """Keep an approval in place of any before; return what the ledger says of it."""
    void(session, batch.id)
    digest = binding.total(what.parts)
    session.add(
        ApprovalRow(
            batch_id=batch.id, author=batch.filed_by, reviewer=by, publisher=None, approved_at=now,
            public_sha256=digest, filed_sha256=what.filed_sha256, parts=binding.stored(what.parts),
        )
    )  # fmt: skip
    session.flush()
    return unchanged.detail(digest, what.filed_sha256)


def void(session: Session, batch_id: int) -> None:
    """Take back the approval of a batch: it was returned, or something about it was changed."""
    session.execute(sa.delete(ApprovalRow).where(ApprovalRow.batch_id == batch_id))


def is_approved(session: Session, batch_id: int) -> bool:
    """Whether an approval of the batch stands."""
    return session.get(ApprovalRow, batch_id) is not None


def sign(session: Session, batch: BatchRow, *, by: str) -> ApprovalRow:
    """Return the approval under which `by` may release `batch`, and put their name to it.

    Whoever approved has to be a reviewer still when the batch becomes public: an account may have been closed because
    somebody else used it, and to look again costs little. What was public once stays approved.

    Raises:
        ContentChanged: there is none, it is not the one in the ledger, or who gave it may give none by now.
        FourEyesViolation: `by` approved it.

    """
    found = session.get(ApprovalRow, batch.id)
    if found is None or _last_in_ledger(session, batch.id) != (
        found.reviewer,
        unchanged.detail(found.public_sha256, found.filed_sha256),
    ):
        raise ContentChanged(f"批次 {batch.id} 没有有效的审核记录，{_AGAIN}")
    if found.reviewer == by:
        raise FourEyesViolation("审核人不得发布自己审核的批次，须由另一名发布人发布")
    if not ordered.was_released(session, batch.id):
        _require_reviewer(session, batch, found.reviewer)
    found.publisher = by
    return found


def _require_reviewer(session: Session, batch: BatchRow, name: str) -> None:
    try:
        people.require(session, name, Role.REVIEWER, batch.agency)
    except (NotAllowed, UnknownRecord) as error:
        raise ContentChanged(f"批次 {batch.id} 的审核已失效：{error}。{_AGAIN}") from None


class Watch:
    """Hashes what a release hands out, and holds it against the approval at the end."""

    def __init__(
        self, session: Session, approval: ApprovalRow, batch: BatchRow, today: date
    ) -> None:
        """Watch the release of `batch` under `approval`.

        Raises:
            ContentChanged: the batch as filed, or the approval, is another than was recorded.

        """
        if (
            binding.total(binding.restored(approval.parts)) != approval.public_sha256
            or approval.author != batch.filed_by
            or binding.filed_sha256(session, batch.id) != approval.filed_sha256
        ):
            raise ContentChanged(f"审核后填报内容或审核记录被改动，{_AGAIN}")
        self.batch, self.today = batch, today
        #: Public already: it follows what changed around it since, see `binding`.
        self._strict = not ordered.was_released(session, batch.id)
        self._approved = binding.restored(approval.parts)
        #: What is bound is the fullest that the batch will ever show.
        self._bound_on = date.max if batch.kind == "draws" else today
        self._binding = Binding()

    def over(self, session: Session, rows: list[FilingRow]) -> Iterator[Passage]:
        """Yield what `rows` become today, without the parties they brought along, and hash it with these.

        Raises:
            ContentChanged: what they lean on is not what was approved.
            Residue: a place that nobody leaves empty is empty now, and would tell that there is more.

        """
        #: What is public already follows what changed around it and was let out, and nobody looks at it again.
        unchanged.hold_released(session, rows, batch_id=self.batch.id, is_seen=self._strict)
        otherwise = self._strict and self._bound_on != self.today
        if otherwise:
            for row, passage in passages(session, rows, self._bound_on, batch_id=self.batch.id):
                self._binding.take(row, passage)
        today = passages(
            session, rows, self.today, batch_id=self.batch.id, let_out=not self._strict
        )
        for row, passage in today:
            if self._strict and not otherwise:
                self._binding.take(row, passage)
            if self._strict and passage.emptied:
                #: Something it names was hidden after the file was taken in.
                raise Residue([(f"{row.kind} {row.public_id} {passage.emptied[0]}", "公开后为空")])
            if not is_brought(row):
                yield passage

    def close(self) -> None:
        """Refuse what was not approved.

        Raises:
            ContentChanged: names sheet and rows.

        """
        found = self._binding.parts()
        if self._strict and found != self._approved:
            where = binding.differing(self._approved, found)
            raise ContentChanged(f"审核后内容有变化，请重新审核：{where}。{_AGAIN}")


def _last_in_ledger(session: Session, batch_id: int) -> tuple[str, str] | None:
    """Return who approved the batch last, and what; None where it was returned since."""
    query = sa.select(LedgerRow.action, LedgerRow.person, LedgerRow.detail).where(
        LedgerRow.batch_id == batch_id, LedgerRow.action.in_(["approve", "return"])
    )
    row = session.execute(query.order_by(LedgerRow.id.desc()).limit(1)).first()
    return (row.person, row.detail) if row and row.action == "approve" else None
