"""Decides what the public may see of a record, and carries that out at once where it is public (公开决定)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.airlock.publish import Outcome
from portal.airlock.retold import is_sealed
from portal.domain.errors import FourEyesViolation, NotAllowed, PortalError, UnknownRecord
from portal.domain.grounds import OPEN
from portal.domain.verdicts import Act
from portal.domain.workflow import Role
from portal.internal.desk import batches, decided, given, people, rehiding
from portal.internal.desk.forgetting import forget
from portal.internal.desk.orders import NotConfirmed, Order
from portal.internal.desk.stores import Stores
from portal.internal.tables import decisions, filings, ledger, reminders
from portal.internal.tables.decisions import OPEN_PROPOSAL, WHOLE, DecisionRow, DoneRow
from portal.internal.tables.filings import FilingRow
from portal.internal.tables.people import PersonRow
from portal.kit import clock
from portal.kit.db import snapshot, write_lock
from portal.register.proofs import standing
from portal.register.records import Kind

#: Who may be the second person of a decision.
SECONDS = (Role.SECRECY, Role.REVIEWER)


class Unsettled(PortalError):
    """A decision on something in the batch still waits for its second person."""

    code = "awaiting_second"


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of it. `waits`: proposed, in force once a second person confirms it."""

    rows: list[int]
    waits: bool
    outcome: Outcome | None = None
    #: Records around that had to go because their text still tells what is withheld now.
    taken_out: int = 0


def decide(
    stores: Stores,
    kind: Kind,
    key: str,
    orders: Sequence[Order],
    *,
    by: str,
    now: datetime,
    second: str | None = None,
    confirmed: bool = False,
) -> Decided:
    """Decide on the record with this natural key. Where it is public, the register follows at once.

    What shows more than before, or hides a record for good, needs a second person; without one
    it is proposed and waits. Meanwhile the batch it lies in is not released.

    Raises:
        BadOrder, NotConfirmed: the decision is incomplete, or was not said twice.
        FourEyesViolation: by the author of the filing, or twice by the same person.
        NotAllowed, UnknownRecord: as they say.
        HalfReleased: a release was broken off, which has to be carried through first.
        LogBroken, NotYetPublic: decided, but the register refused; carried out by `release-due`.
        NotForgotten, NotPurged: the register follows, but what it hid is still in some file.

    """
    with write_lock(stores.internal) as session:
        batches.require_whole(session)
        filing = newest(session, kind, key)
        batch = batches.get(session, filing.batch_id)
        agency = filings.owner(session, filing.kind, key)
        _may_decide(session, by, agency, author=batch.filed_by)
        today = clock.local_date(now)
        for order in orders:
            order.check(kind, today)
        if any(order.needs_saying_twice() for order in orders) and not confirmed:
            raise NotConfirmed("整条不公开须再次确认：能够区分处理的，应当只隐去不能公开的部分")
        record = filings.decode(filing.kind, filing.body)
        rows = decisions.in_force(session, kind.value, [key]).get(key, [])
        stands = decided.standing(record, rows)
        waits = second is None and any(
            order.needs_second(stands.whole if order.place == WHOLE else stands.on(order.place))
            for order in orders
        )
        if second is not None:
            _may_second(session, second, agency, by=by, author=batch.filed_by)
        made = [
            _row(filing, agency, order, by=by, second=second, now=now, pending=waits)
            for order in orders
        ]
        for row in made:
            row.over = decisions.digest(getattr(record, "decision", OPEN))
            session.add(row)
        session.flush()
        ids = [row.id for row in made]
        _note(session, "propose" if waits else "decide", made, by, now)
    return Decided(ids, waits) if waits else Decided(ids, waits, *_at_once(stores, ids, now=now))


def confirm(stores: Stores, proposal_id: int, *, by: str, now: datetime) -> Decided:
    """Put a proposed decision in force, as its second person; the register follows at once.

    Raises:
        UnknownRecord: nothing of this number waits.
        FourEyesViolation, NotAllowed: by somebody who may not be the second.
        HalfReleased: as `decide`.

    """
    with write_lock(stores.internal) as session:
        batches.require_whole(session)
        found = session.scalar(
            sa.select(DecisionRow).where(DecisionRow.id == proposal_id, OPEN_PROPOSAL)
        )
        if found is None or not decisions.noted(session, [found]):
            raise UnknownRecord(f"没有编号为 {proposal_id} 的待确认决定（或已另有决定）")
        filing = newest(session, Kind(found.kind), found.key)
        batch = batches.get(session, filing.batch_id)
        agency = filings.owner(session, found.kind, found.key)
        #: Two people decide, and both may still do so now.
        people.require(session, found.made_by, Role.REVIEWER, agency)
        _may_second(session, by, agency, by=found.made_by, author=batch.filed_by)
        row = DecisionRow(
            **{
                name: getattr(found, name)
                for name in (
                    "kind", "key", "place", "act", "ground", "article", "decided_by", "decided_on",
                    "review_on", "reason", "over", "agency", "batch_id", "made_by",
                )
            },
            seconded_by=by, made_at=now, pending=False, proposal_id=found.id,
        )  # fmt: skip
        session.add(row)
        session.flush()
        ids = [row.id]
        _note(session, "confirm", [row], by, now)
    return Decided(ids, False, *_at_once(stores, ids, now=now))


def _at_once(stores: Stores, ids: Sequence[int], *, now: datetime) -> tuple[Outcome, int]:
    """Carry out decisions, and leave in no file what they hide."""
    done = carry_out(stores, ids, now=now)
    forget(stores)
    return done


def carry_out(stores: Stores, ids: Sequence[int], *, now: datetime) -> tuple[Outcome, int]:
    """Bring the register in line with these decisions; doing it again changes nothing.

    The caller still has to forget. Also returns how many records around had to be taken out, because their text still tells
    what is withheld now.
    """
    with write_lock(stores.internal) as session:
        rows = list(session.scalars(sa.select(DecisionRow).where(DecisionRow.id.in_(ids))))
        done = rehiding.bring(stores, session, {(row.kind, row.key) for row in rows}, now=now)
        for row in rows:
            session.merge(DoneRow(decision_id=row.id))
        reminders.sealed(session, _sealed(stores, session, rows))
    return done


def _sealed(stores: Stores, session: Session, rows: Sequence[DecisionRow]) -> set[str]:
    """Return the keys of the filed draws among what was decided on whose lists stand under their digests alone."""
    keys, ids = {row.key for row in rows if row.kind == Kind.DRAW.value}, given.ids(session)
    with snapshot(stores.register) as public:
        return {
            key
            for key in keys
            if is_sealed(standing.there(public, Kind.DRAW, ids.of(Kind.DRAW, key), expected=False))
        }


def left_undone(session: Session, *, limit: int = 500) -> list[int]:
    """Return decisions in force that a crash or a refusal kept from the register."""
    done = sa.select(1).where(DoneRow.decision_id == DecisionRow.id).exists()
    query = sa.select(DecisionRow.id).where(~done, ~DecisionRow.pending)
    return list(session.scalars(query.order_by(DecisionRow.id).limit(limit)))


def require_settled(session: Session, batch_id: int) -> None:
    """Raise Unsettled while a decision on something in the batch waits for its second person."""
    query = sa.select(sa.func.count()).where(DecisionRow.batch_id == batch_id, OPEN_PROPOSAL)
    if waiting := session.scalar(query):
        raise Unsettled(f"本批有 {waiting} 项决定尚待第二人确认，确认后方可发布")


def newest(session: Session, kind: Kind, key: str) -> FilingRow:
    """Return the newest live filing of a record.

    Raises:
        UnknownRecord: there is none.

    """
    found = filings.latest(session, kind.value, [key]).get(key)
    if found is None:
        raise UnknownRecord(f"没有登记键为“{key}”的{kind.zh}")
    return found


def key_of(session: Session, public_id: str) -> tuple[Kind, str]:
    """Return kind and natural key of the record with this public id.

    Raises:
        UnknownRecord: the office knows none.

    """
    query = sa.select(FilingRow.kind, FilingRow.key).where(FilingRow.public_id == public_id)
    found = session.execute(query.limit(1)).first() if public_id else None
    if found is None:
        raise UnknownRecord(f"没有公开编号为 {public_id} 的记录")
    return Kind(found.kind), found.key


def _may_decide(session: Session, name: str, agency: str, *, author: str) -> PersonRow:
    if name == author:
        raise FourEyesViolation("本人提交的记录须由他人作出公开决定")
    return people.require(session, name, Role.REVIEWER, agency)


def _may_second(session: Session, name: str, agency: str, *, by: str, author: str) -> None:
    if name in (by, author):
        raise FourEyesViolation("第二人不得是提出决定的人或者经办人")
    person = people.still_open(session, name)
    if not any(person.has(role) for role in SECONDS) or not person.acts_for(agency):
        raise NotAllowed("第二人须为本机关的审核人员或者保密审查人员")


def _row(
    filing: FilingRow, agency: str, order: Order, *, by: str, second: str | None, now: datetime,
    pending: bool,
) -> DecisionRow:  # fmt: skip
    opened = order.act is Act.OPEN
    return DecisionRow(
        kind=filing.kind, key=filing.key, place=order.place, act=order.act.value,
        ground="" if opened or order.ground is None else order.ground.value,
        article="" if opened else order.article.strip(), decided_by=order.decided_by.strip(),
        decided_on=order.decided_on, review_on=None if opened else order.review_on,
        reason=order.reason.strip(), over="", agency=agency, batch_id=filing.batch_id, made_by=by,
        seconded_by=second, made_at=now, pending=pending, proposal_id=None,
    )  # fmt: skip


def _note(
    session: Session, action: str, rows: Sequence[DecisionRow], by: str, now: datetime
) -> None:
    """Write into the ledger which decisions were made, and the digest of their content: that is in these alone."""
    detail = f"{Kind(rows[0].kind).zh} {decisions.said(rows)}" if rows else ""
    ledger.note(session, at=now, person=by, action=action, batch_id=rows[0].batch_id, detail=detail)
