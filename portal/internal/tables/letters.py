"""Letters as the office has them (来信)."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.domain.codelists import CodeList
from portal.internal.tables.people import EVERY_AGENCY
from portal.kit.db import INTERNAL, Table, UtcDateTime

PAGE = 50


class LetterState(CodeList):
    """办理环节."""

    RECEIVED = "received", "待办理", "Received"
    HANDLING = "handling", "异议处理中", "Being handled"
    PROPOSED = "proposed", "已拟办待发布", "Decision drafted"
    DONE = "done", "已办结", "Done"


class ReceivedRow(Table):
    """One letter, with what was decided on it. Of all this the public sees what `airlock.replies` names."""

    __bind_key__ = INTERNAL
    __tablename__ = "received_letter"
    __table_args__ = (
        Index("ix_received_letter_state", "state", "due_on", "reference"),
        Index("ix_received_letter_untold", "told", "reference"),
        Index("ix_received_letter_subject", "subject", "reference"),
    )

    reference: Mapped[str] = mapped_column(String(20), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    #: Public id of the record it is about.
    subject: Mapped[str] = mapped_column(String(40))
    #: Whose record that is; "" where nobody filed it.
    agency: Mapped[str] = mapped_column(String(64))
    text: Mapped[str]
    contact: Mapped[str | None] = mapped_column(String(200))
    evidence: Mapped[bytes | None] = mapped_column(deferred=True)
    evidence_type: Mapped[str | None] = mapped_column(String(40))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    collected_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(12))
    #: Whether the result shows that an objection is being handled.
    flagged: Mapped[bool]
    handler: Mapped[str | None] = mapped_column(String(40))
    #: The draft, and once it is released the decision: accepted or refused, why, and a statement to publish.
    outcome: Mapped[str | None] = mapped_column(String(12))
    decision: Mapped[str | None]
    statement: Mapped[str | None]
    #: Finds of the detectors that do not forbid it were looked at and are harmless.
    let_pass: Mapped[bool]
    proposed_by: Mapped[str | None] = mapped_column(String(40))
    released_by: Mapped[str | None] = mapped_column(String(40))
    decided_on: Mapped[date | None]
    #: Whether the register says what this row says.
    told: Mapped[bool]

    @property
    def stage(self) -> LetterState:
        """Where it stands."""
        return LetterState(self.state)


def queue(
    session: Session, scope: str, *, done: bool = False, limit: int = PAGE
) -> list[ReceivedRow]:
    """Return letters that wait, soonest deadline first; or those done, newest first."""
    query = sa.select(ReceivedRow)
    if scope != EVERY_AGENCY:
        query = query.where(ReceivedRow.agency == scope)
    if done:
        query = query.where(ReceivedRow.state == LetterState.DONE.value)
        query = query.order_by(ReceivedRow.due_on.desc(), ReceivedRow.reference.desc())
    else:
        query = query.where(ReceivedRow.state.in_(_OPEN))
        query = query.order_by(ReceivedRow.due_on, ReceivedRow.reference)
    return list(session.scalars(query.limit(limit)))


def count_due(session: Session, scope: str, *, until: date) -> int:
    """Count the letters that wait and fall due by a day."""
    query = sa.select(sa.func.count()).where(
        ReceivedRow.state.in_(_OPEN), ReceivedRow.due_on <= until
    )
    if scope != EVERY_AGENCY:
        query = query.where(ReceivedRow.agency == scope)
    return session.scalar(query) or 0


_OPEN = [each.value for each in LetterState if each is not LetterState.DONE]
