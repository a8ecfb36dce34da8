"""Releases that were ordered for a time, and all else that comes due by itself (定时发布)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import NotYetPublic, PortalError, WrongState
from portal.domain.workflow import BatchState, Role
from portal.internal.desk import batches, decide, letters, notices, ordered, people, retract
from portal.internal.desk.binding import ContentChanged
from portal.internal.desk.forgetting import forget
from portal.internal.desk.release import OrderedOtherwise, release_only
from portal.internal.desk.stores import Stores
from portal.internal.tables import decisions, ledger
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.decisions import DecisionRow
from portal.internal.tables.filings import FilingRow
from portal.kit import clock
from portal.kit.db import write_lock

#: Whom the ledger names where nobody gave an order: the office itself.
OFFICE = "office"
#: Batches carried out in one go; the rest follows in the next.
_MOST = 100


@dataclass(slots=True)
class Done:
    """What was carried out: batches released, lists let out, and batches refused with the reason."""

    released: list[int] = field(default_factory=list)
    listed: list[int] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    decisions: int = 0
    #: Orders of withdrawals that a crash had left.
    withdrawals: list[int] = field(default_factory=list)
    #: Whether this month's notices were published.
    notices: bool = False
    #: Letters fetched from the letterbox.
    letters: int = 0

    @property
    def is_nothing(self) -> bool:
        """Whether there was nothing to do."""
        return not (
            self.released
            or self.listed
            or self.refused
            or self.decisions
            or self.withdrawals
            or self.notices
            or self.letters
        )


def order(stores: Stores, batch_id: int, *, at: datetime | None, by: str, now: datetime) -> None:
    """Order an approved batch to be released at `at`; None takes the order back.

    Raises:
        WrongState: it is not approved, or the time has passed.
        FourEyesViolation, NotAllowed, UnknownRecord.

    """
    with write_lock(stores.internal) as session:
        batch = batches.get(session, batch_id)
        people.require(session, by, Role.PUBLISHER, batch.agency)
        if batch.batch_state is not BatchState.APPROVED:
            raise WrongState(f"批次当前为“{batch.batch_state.zh}”，审核通过后才能定时发布")
        if at is not None and at <= now:
            raise WrongState("定时发布的时间应晚于现在")
        people.other(batch.filed_by, by)
        batch.release_at, batch.ordered_by = at, by if at else None
        ledger.note(
            session, at=now, person=by, action="schedule", batch_id=batch_id,
            detail=ordered.release(at),
        )  # fmt: skip


def carry_out(stores: Stores, *, now: datetime) -> Done:
    """Carry out what has come due: withdrawals and decisions left undone, releases, lists, the month's notices.

    Safe to repeat and to run twice at once. A refused release loses its order, so that it is not
    tried for ever; the refusal stands in the ledger and the batch waits for a person.

    Raises:
        NotForgotten, NotPurged: what was taken back, now or by a process killed since, is still in some file.

    """
    try:
        done = _carried_out(stores, now)
    finally:
        forget(stores)
    retract.close(stores, done.withdrawals, now=now)
    return done


def _carried_out(stores: Stores, now: datetime) -> Done:
    done = Done(withdrawals=retract.carry_on(stores, now=now))
    with Session(stores.internal) as session:
        undone = decide.left_undone(session)
        due = _ordered(session, now)
        lists = _lists(session, now)
    _decided(stores, undone, done, now=now)
    for into, batches_due in ((done.released, due), (done.listed, lists)):
        for batch_id, by in batches_due:
            try:
                refusal = _refused(stores, batch_id, by, now=now, is_ordered=into is done.released)
            except OrderedOtherwise:
                continue
            if refusal:
                done.refused.append((batch_id, refusal))
            else:
                into.append(batch_id)
    done.notices = notices.release_notices(stores, by=OFFICE, now=now) is not None
    done.letters = letters.collect(stores, now=now)
    return done


def _decided(stores: Stores, undone: Sequence[int], done: Done, *, now: datetime) -> None:
    """Carry out decisions; what was changed by hand since its approval keeps no other one, nor anything else, waiting."""
    for decision_id in undone:
        with Session(stores.internal) as session:
            row = session.get_one(DecisionRow, decision_id)
            if not decisions.noted(session, [row]):
                #: Put there by hand: nobody decided it.
                done.refused.append((row.batch_id, f"决定 {decision_id} 不在台账中，没有执行"))
                continue
        try:
            decide.carry_out(stores, [decision_id], now=now)
            done.decisions += 1
        except ContentChanged as error:
            done.refused.append((error.batch_id, str(error)))
        except (batches.HalfReleased, NotYetPublic) as error:
            done.refused.append((row.batch_id, str(error)))


def _refused(stores: Stores, batch_id: int, by: str, *, now: datetime, is_ordered: bool) -> str:
    """Release a batch; return why it was refused, "" where it was not.

    Raises:
        OrderedOtherwise: who had ordered it took that back meanwhile, or put it off.

    """
    try:
        release_only(stores, batch_id, by=by, now=now, is_ordered=is_ordered)
    except OrderedOtherwise:
        raise
    except PortalError as error:
        with write_lock(stores.internal) as session:
            batch = batches.get(session, batch_id)
            if batch.release_at is not None and batch.release_at > now:
                return str(error)  # what was ordered since stands
            batch.release_at = None
            ledger.note(
                session, at=now, person=OFFICE, action="refused", batch_id=batch_id,
                detail=f"定时发布未成：{error.code}",
            )  # fmt: skip
        return str(error)
    return ""


def _ordered(session: Session, now: datetime) -> list[tuple[int, str]]:
    """Return the batches whose time has come, and who ordered it."""
    query = (
        sa.select(BatchRow)
        .where(BatchRow.release_at <= now)
        .where(BatchRow.state.in_([BatchState.APPROVED.value, BatchState.RELEASING.value]))
        .order_by(BatchRow.release_at, BatchRow.id)
        .limit(_MOST)
    )
    rows = session.scalars(query).all()
    return [
        (row.id, row.ordered_by or OFFICE) for row in rows if ordered.is_release_noted(session, row)
    ]


def _lists(session: Session, now: datetime) -> list[tuple[int, str]]:
    """Return released draws whose list may go out now, and who released them.

    After a backup was restored, only what was released since: a decision on whom a list names may be lost with it.
    """
    query = (
        sa.select(BatchRow)
        .join(FilingRow, FilingRow.batch_id == BatchRow.id)
        .where(FilingRow.kind == "draw", FilingRow.remind_on < clock.local_date(now))
        .where(BatchRow.state == BatchState.RELEASED.value)
        .distinct()
        .order_by(BatchRow.id)
        .limit(_MOST)
    )
    rows = session.scalars(query).all()
    return [
        (row.id, row.released_by or OFFICE) for row in rows if ordered.is_released(session, row)
    ]
