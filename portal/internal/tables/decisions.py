"""What people decided about publishing: on records and fields, and on finds (公开决定、放行). Rows are only added."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from portal.domain.grounds import OPEN, Decision, Ground
from portal.domain.verdicts import Act, Ruling
from portal.internal.tables import filings
from portal.internal.tables.ledger import LedgerRow
from portal.kit.db import INTERNAL, Table, UtcDateTime, among

#: Before the numbers of decisions in the ledger.
NUMBERS = "决定编号 "
_CONTENT = "内容 SHA-256 "
_AT_ONCE = 500
#: Place of a decision on the record as a whole.
WHOLE = ""


_IS_PENDING = sa.text("pending")


class DecisionRow(Table):
    """One decision. The newest on a record and place is in force; older ones tell how it came."""

    __bind_key__ = INTERNAL
    __tablename__ = "decision"
    __table_args__ = (
        Index("ix_decision_record", "kind", "key", "place", "id"),
        Index("ix_decision_review", "review_on", "id"),
        Index("ix_decision_batch", "batch_id", "id"),
        Index("ix_decision_proposal", "proposal_id"),
        Index("ix_decision_pending", "id", sqlite_where=_IS_PENDING, postgresql_where=_IS_PENDING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    key: Mapped[str] = mapped_column(String(300))
    #: Name of a field, or WHOLE.
    place: Mapped[str] = mapped_column(String(40))
    act: Mapped[str] = mapped_column(String(10))
    #: The five are empty only where something is opened up.
    ground: Mapped[str] = mapped_column(String(24))
    article: Mapped[str] = mapped_column(String(200))
    decided_by: Mapped[str] = mapped_column(String(120))
    decided_on: Mapped[date]
    review_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(500))
    #: SHA-256 of the decision filed with the record that this one takes the place of; "" for none.
    over: Mapped[str] = mapped_column(String(64))
    agency: Mapped[str] = mapped_column(String(64))
    #: The batch of the filing that it was taken on.
    batch_id: Mapped[int]
    made_by: Mapped[str] = mapped_column(String(40))
    seconded_by: Mapped[str | None] = mapped_column(String(40))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Proposed by one person and not in force until a second one confirms it with a row of its own.
    pending: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    #: The proposal that this row confirms.
    proposal_id: Mapped[int | None]

    def ruling(self) -> Ruling | None:
        """Return what is in force by it; None where it opens up."""
        if self.act == Act.OPEN.value or self.review_on is None:
            return None
        return Ruling(
            Act(self.act), Ground(self.ground), self.decided_by, self.decided_on, self.review_on
        )


class ClearanceRow(Table):
    """One find that a person looked at and let pass. It holds for this very text and no other."""

    __bind_key__ = INTERNAL
    __tablename__ = "clearance"
    __table_args__ = (Index("ix_clearance_record", "kind", "key", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    key: Mapped[str] = mapped_column(String(300))
    #: Place of the find in the public record, such as ``findings[0].detail``.
    path: Mapped[str] = mapped_column(String(80))
    find: Mapped[str] = mapped_column(String(24))
    text_sha256: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(500))
    batch_id: Mapped[int]
    made_by: Mapped[str] = mapped_column(String(40))
    seconded_by: Mapped[str | None] = mapped_column(String(40))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class NoticeRunRow(Table):
    """That the notices of a month were published (每月告知)."""

    __bind_key__ = INTERNAL
    __tablename__ = "notice_run"

    #: The month, as ``2025-06``.
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    made_by: Mapped[str] = mapped_column(String(40))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    notice_count: Mapped[int]


class DoneRow(Table):
    """That a decision on something public was carried out in the register."""

    __bind_key__ = INTERNAL
    __tablename__ = "decision_done"

    decision_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


_Later = aliased(DecisionRow)
#: Beside decisions: it was not only proposed, and none on the same record and place came later.
IN_FORCE = ~DecisionRow.pending & ~(
    sa.select(1)
    .where(
        ~_Later.pending,
        _Later.kind == DecisionRow.kind,
        _Later.key == DecisionRow.key,
        _Later.place == DecisionRow.place,
        _Later.id > DecisionRow.id,
    )
    .exists()
)


def in_force(session: Session, kind: str, keys: Iterable[str]) -> dict[str, list[DecisionRow]]:
    """Return the decisions in force on these records, by key; what the ledger does not know is nobody's decision."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    query = sa.select(DecisionRow).where(
        DecisionRow.kind == kind, among(session, DecisionRow.key, wanted), ~DecisionRow.pending
    )
    rows = session.scalars(query.order_by(DecisionRow.id)).all()
    known = noted(session, rows)
    newest = {(row.key, row.place): row for row in rows if row.id in known}
    found: dict[str, list[DecisionRow]] = {}
    for row in sorted(newest.values(), key=lambda row: row.id):
        found.setdefault(row.key, []).append(row)
    return found


def digest(decision: Decision) -> str:
    """Return the SHA-256 by which a filed decision is known; "" for an open one."""
    if decision == OPEN:
        return ""
    return hashlib.sha256(filings.encode(decision).encode()).hexdigest()


def first_kept_back(session: Session, kind: str, keys: Iterable[str]) -> dict[str, datetime]:
    """Return when the office first decided to keep each of these records back as a whole, of those it ever did."""
    wanted = sorted(set(keys))
    query = (
        sa.select(DecisionRow.key, DecisionRow.made_at)
        .where(DecisionRow.kind == kind, among(session, DecisionRow.key, wanted))
        .where(DecisionRow.place == WHOLE, DecisionRow.act != Act.OPEN.value, ~DecisionRow.pending)
        .order_by(DecisionRow.made_at.desc())
    )
    return {row.key: row.made_at for row in session.execute(query)} if wanted else {}


def noted(session: Session, rows: Sequence[DecisionRow]) -> set[int]:
    """Return the numbers of the decisions that the ledger knows, by who made or confirmed them, and when."""
    said: set[tuple[str, datetime, bool, str]] = set()
    moments = sorted({row.made_at for row in rows})
    for start in range(0, len(moments), _AT_ONCE):
        query = sa.select(LedgerRow.person, LedgerRow.at, LedgerRow.action, LedgerRow.detail).where(
            LedgerRow.at.in_(moments[start : start + _AT_ONCE]),
            LedgerRow.action.in_(["decide", "propose", "confirm"]),
        )
        for person, at, action, detail in session.execute(query):
            for number in detail.rpartition(NUMBERS)[2].split("、"):
                said.add((person, at, action == "confirm", number))
    return {row.id for row in rows if _noted_as(row) in said}


def said(rows: Sequence[DecisionRow]) -> str:
    """Return what the ledger says of decisions: the SHA-256 of their content, and their numbers."""
    numbers = "、".join(str(row.id) for row in rows)
    return f"{_CONTENT}{_sha256(rows)} {NUMBERS}{numbers}"


def lost(session: Session) -> list[int]:
    """Return the numbers that the ledger knows of decisions that are not there any more as they were made."""
    query = sa.select(LedgerRow.detail).where(
        LedgerRow.action.in_(["decide", "propose", "confirm"]), LedgerRow.detail.contains(NUMBERS)
    )
    found: list[int] = []
    for details in session.scalars(query.execution_options(yield_per=_AT_ONCE)).partitions():
        told = [_told(each) for each in details]
        there = _numbered(session, sorted({number for each, _ in told for number in each}))
        for numbers, stated in told:
            kept = [there[each] for each in numbers if each in there]
            if len(kept) < len(numbers) or stated not in ("", _sha256(kept)):
                found += numbers
    return sorted(found)


def _numbered(session: Session, numbers: Sequence[int]) -> dict[int, sa.Row[Any]]:
    """Return decisions by number, as rows and not as objects: every transaction asks for all of them."""
    found: dict[int, sa.Row[Any]] = {}
    for start in range(0, len(numbers), _AT_ONCE):
        some = DecisionRow.id.in_(numbers[start : start + _AT_ONCE])
        rows = session.execute(sa.select(*DecisionRow.__table__.columns).where(some))
        found |= {row.id: row for row in rows}
    return found


def _told(detail: str) -> tuple[list[int], str]:
    """Return the numbers of decisions that the ledger tells of, and the SHA-256 of their content."""
    words, _, listed = detail.rpartition(NUMBERS)
    return [int(each) for each in listed.split("、")], words.partition(_CONTENT)[2].strip()


def _sha256(rows: Sequence[DecisionRow | sa.Row[Any]]) -> str:
    facts = [
        [
            row.id, row.kind, row.key, row.place, row.act, row.ground, row.article, row.decided_by,
            row.decided_on.isoformat(), row.review_on.isoformat() if row.review_on else None, row.reason,
            row.over, row.agency, row.batch_id, row.made_by, row.seconded_by,
            row.made_at.astimezone(UTC).isoformat(), row.pending, row.proposal_id,
        ]
        for row in rows
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _noted_as(row: DecisionRow) -> tuple[str | None, datetime, bool, str]:
    is_answer = row.proposal_id is not None
    return (row.seconded_by if is_answer else row.made_by, row.made_at, is_answer, str(row.id))


def cleared(session: Session, kind: str, keys: Iterable[str]) -> dict[str, list[ClearanceRow]]:
    """Return what was let pass in these records, by key."""
    wanted = sorted(set(keys))
    found: dict[str, list[ClearanceRow]] = {}
    if not wanted:
        return found
    query = sa.select(ClearanceRow).where(
        ClearanceRow.kind == kind, among(session, ClearanceRow.key, wanted)
    )
    for row in session.scalars(query.order_by(ClearanceRow.id)):
        found.setdefault(row.key, []).append(row)
    return found


_Answer = aliased(DecisionRow)
#: Beside decisions: proposed, and nobody has confirmed or overtaken it.
OPEN_PROPOSAL = DecisionRow.pending & ~(
    sa.select(1)
    .where(
        _Answer.kind == DecisionRow.kind,
        _Answer.key == DecisionRow.key,
        _Answer.place == DecisionRow.place,
        _Answer.id > DecisionRow.id,
    )
    .exists()
)


def proposals(session: Session, *, limit: int = 200) -> list[DecisionRow]:
    """Return what waits for a second person, oldest first."""
    query = sa.select(DecisionRow).where(OPEN_PROPOSAL).order_by(DecisionRow.id).limit(limit)
    return list(session.scalars(query))


def history(session: Session, kind: str, key: str) -> list[DecisionRow]:
    """Return every decision on one record, newest first."""
    query = sa.select(DecisionRow).where(DecisionRow.kind == kind, DecisionRow.key == key)
    return list(session.scalars(query.order_by(DecisionRow.id.desc())))


def withheld_as_a_whole(session: Session, *, chunk: int = 500) -> Iterator[list[tuple[str, str]]]:
    """Yield (kind, key) of the records that a decision in force withholds as a whole."""
    last = 0
    while True:
        query = (
            sa.select(DecisionRow.id, DecisionRow.kind, DecisionRow.key)
            .where(DecisionRow.id > last, DecisionRow.place == WHOLE, IN_FORCE)
            .where(DecisionRow.act != Act.OPEN.value)
            .order_by(DecisionRow.id)
            .limit(chunk)
        )
        rows = session.execute(query).all()
        if not rows:
            return
        last = rows[-1].id
        yield [(row.kind, row.key) for row in rows]
