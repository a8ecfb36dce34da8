"""Holds the lists that feeds walk against the changes and what became public with them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register.eventing import (
    CORRECTIONS,
    EVERYTHING,
    REGION,
    Event,
    event,
    forgets,
    is_telling,
    lists,
)
from portal.register.proofs.derived import NOWHERE, Stood, stood_in
from portal.register.proofs.report import Audited
from portal.register.records import (
    TYPES,
    Kind,
    PublicPlan,
    PublicReply,
    PublicResult,
    Record,
    decode,
)
from portal.register.tables.changes import VersionRow
from portal.register.tables.events import EventRow
from portal.register.tables.log import CheckpointRow

_Row = Any
#: A line of heads that all releases sign which tell of letters as they should.
_SAID_SINCE = "mingcha/forgotten/1"
_first, _last = sa.func.min(EventRow.position), sa.func.max(EventRow.position)
#: Lists whose positions are not 1, 2, 3, …: walked in blocks of positions, they would show less.
_GAPPED = (
    sa.select(EventRow.scope)
    .group_by(EventRow.scope)
    .having((_first != 1) | (_last != sa.func.count()))
)


class Listed:
    """Follows the changes chunk by chunk; `stood` tells where agencies stand or stood."""

    def __init__(self, session: Session, found: Audited, stood: Stood) -> None:
        """Begin with nothing seen."""
        self._stood = stood
        self._session = session
        self._found = found
        self._rows = 0
        self._until = _told_otherwise(session)

    def check(self, changes: Sequence[_Row], bodies: Mapping[int, str]) -> None:
        """Compare what is listed of some changes with them; `bodies` by serial, where there is one still."""
        stored: dict[int, list[_Row]] = defaultdict(list)
        first, last = changes[0].serial, changes[-1].serial
        query = sa.select(EventRow.serial, EventRow.scope, EventRow.kind, EventRow.event)
        for row in self._session.execute(query.where(EventRow.serial.between(first, last))):
            stored[row.serial].append(row)
            self._rows += 1
        before = self._before(changes)
        for change in changes:
            if not self._fits(change, stored[change.serial], bodies.get(change.serial), before):
                self._found.fault(f"第{change.serial}条：订阅清单所载与变更记录不符")

    def finish(self) -> None:
        """Look for rows of no change, and for lists that are out of order."""
        rows = self._session.scalar(sa.select(sa.func.count()).select_from(EventRow)) or 0
        if rows != self._rows:
            self._found.fault("event 表有不属于任何变更的行")
        prior = sa.func.lag(EventRow.serial).over(
            partition_by=EventRow.scope, order_by=EventRow.position
        )
        inner = sa.select(EventRow.serial, prior.label("prior")).subquery()
        odd = sa.select(sa.func.count()).where(inner.c.prior >= inner.c.serial)
        if self._session.scalar(odd) or not all(map(forgets, self._session.scalars(_GAPPED))):
            self._found.fault("订阅清单的先后与变更记录不符")

    def _before(self, changes: Sequence[_Row]) -> dict[int, str]:
        wanted = [change.supersedes for change in changes if change.op == "amend"]
        found: dict[int, str] = {}
        for start in range(0, len(wanted), 500):
            query = sa.select(VersionRow.serial, VersionRow.body).where(
                VersionRow.serial.in_(wanted[start : start + 500])
            )
            found |= {row.serial: row.body for row in self._session.execute(query)}
        return found

    def _fits(
        self,
        change: _Row,
        rows: Sequence[_Row],
        body: str | None,
        before: Mapping[int, str],
    ) -> bool:
        kind = Kind(change.kind)
        told = {row.event for row in rows}
        if len(told) != 1 or {row.kind for row in rows} != {change.kind}:
            return False
        scopes = {row.scope for row in rows}
        if body is None:
            return _is_silent(change, kind, told.pop(), scopes)
        try:
            record = decode(body, TYPES[kind])
            was = before.get(change.supersedes)
            old = decode(was, TYPES[kind]) if was is not None else None
            happened = Event(told.pop())
        except (msgspec.MsgspecError, ValueError):
            return False
        return self._is_told(change, record, old, happened, scopes)

    def _is_told(
        self,
        change: _Row,
        record: Record,
        old: Record | None,
        happened: Event,
        scopes: set[str],
    ) -> bool:
        if happened in (Event.GONE, Event.WITHDRAWN):
            return False
        is_known = change.op == "publish" or old is not None
        may_be = {event(old, record)} if is_known else _possibly(record)
        if Event.HANDLED in may_be and change.serial <= self._until:
            may_be.add(Event.CORRECTED)
        if happened not in may_be:
            return False
        expected = set(lists(record, happened))
        if not expected <= scopes:
            return False
        more = scopes - expected
        where = stood_in(self._stood, getattr(record, "agency_id", None), change.serial)
        if where is None:
            #: Of a body that is public still, it is known that it had a region.
            return len(more) == 1 and all(each.startswith(REGION) for each in more)
        return more == {f"{REGION}{each}" for each in where - {NOWHERE}}


def _told_otherwise(session: Session) -> int:
    """Return up to which change what is done with a letter was told as a correction, if ever.

    By releases whose heads did not say which texts are gone. An upgrade signs the last of these heads again, with what it did
    not say: up to the first that says it, the changes may be theirs.
    """
    found = session.execute(sa.select(CheckpointRow.size, CheckpointRow.note)).all()
    older = [size for size, note in found if f"\n{_SAID_SINCE} " not in note]
    if not older:
        return 0
    last = max(older)
    return min((size for size, _ in found if size > last), default=last)


def _possibly(record: Record) -> set[Event]:
    """Return what may be told of a record that took the place of one whose text is gone."""
    match record:
        case PublicPlan():
            return {Event.CORRECTED, event(None, record)}
        case PublicReply():
            return {Event.HANDLED}
        case PublicResult():
            settled = Event.DUE if record.status == "open" else Event.RECTIFIED
            return {Event.CORRECTED, Event.HANDLED, settled}
        case _:
            return {Event.CORRECTED}


def _is_silent(change: _Row, kind: Kind, told: str, scopes: set[str]) -> bool:
    """Whether nothing is told of a change whose text is gone but that there was one."""
    withdrawn = change.op == "withdraw"
    expected = {EVERYTHING, kind.value} | ({CORRECTIONS} if withdrawn else set())
    word = Event.WITHDRAWN if withdrawn else Event.GONE
    return (
        told == word and expected <= scopes and not any(is_telling(each, kind) for each in scopes)
    )
