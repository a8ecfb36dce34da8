"""Events of one list, newest first, each with its record as that change made it, if it may still be read."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.kit.db import among
from portal.register.columns.rows import Stored
from portal.register.eventing import Event, forgets
from portal.register.layout import LAYOUTS
from portal.register.queries.paging import stored
from portal.register.records import Kind
from portal.register.tables.changes import ChangeRow, VersionRow
from portal.register.tables.events import EventRow

#: Positions of one archive.
BLOCK = 50


class _Named(msgspec.Struct):
    name: str = ""


_NAMED = msgspec.json.Decoder(_Named)


@dataclass(frozen=True, slots=True)
class Happened:
    """One event. `stored` is None where that version is public no more; `live`: the record still is."""

    position: int
    serial: int
    event: Event
    kind: Kind
    public_id: str
    at: datetime
    stored: Stored | None
    live: bool
    #: Whether it is the last change of its record.
    current: bool


def last_block(session: Session, scope: str) -> int:
    """Return the number of the block that the newest event of a list is in, -1 if there is none."""
    counted = sa.func.count() if forgets(scope) else sa.func.max(EventRow.position)
    query = sa.select(counted).select_from(EventRow).where(EventRow.scope == scope)
    return ((session.scalar(query) or 0) - 1) // BLOCK


def stretch(
    session: Session, scope: str, first: int, last: int, kind: Kind | None
) -> list[Happened]:
    """Return the events in the blocks from `first` to `last`, of one kind or of all, newest first.

    A list that forgets withdrawn records counts those it still holds: a block with fewer than its
    fellows would tell that something about this party, item or task was withdrawn.
    """
    query = (
        sa.select(
            EventRow.position, EventRow.serial, EventRow.event, EventRow.kind, ChangeRow.public_id,
            ChangeRow.at,
        )
        .join(ChangeRow, ChangeRow.serial == EventRow.serial)
        .where(EventRow.scope == scope)
        .order_by(EventRow.position)
    )  # fmt: skip
    begins, most = first * BLOCK, (last - first + 1) * BLOCK
    if forgets(scope):
        start = sa.select(EventRow.position).where(EventRow.scope == scope)
        start = start.order_by(EventRow.position).offset(begins).limit(1)
        query = query.where(EventRow.position >= start.scalar_subquery()).limit(most)
        ranked: Iterable[tuple[int, Any]] = enumerate(session.execute(query), begins + 1)
    else:
        query = query.where(EventRow.position > begins, EventRow.position <= begins + most)
        ranked = ((row.position, row) for row in session.execute(query))
    kept = [
        (at, row, Event(row.event)) for at, row in ranked if kind is None or row.kind == kind.value
    ]
    return _filled(session, kept[::-1])


def of_records(session: Session, wanted: Iterable[tuple[Kind, str]]) -> list[Happened]:
    """Return the last change of each of these records, newest first; those not public are left out."""
    found: dict[Kind, list[str]] = {}
    for kind, public_id in wanted:
        found.setdefault(kind, []).append(public_id)
    serials = [
        stored.serial for kind, ids in found.items() for stored in live(session, kind, ids).values()
    ]
    #: Any list that holds every change tells what each of them was.
    query = (
        sa.select(
            EventRow.position, EventRow.serial, EventRow.event, EventRow.kind, ChangeRow.public_id,
            ChangeRow.at,
        )
        .join(ChangeRow, ChangeRow.serial == EventRow.serial)
        .where(EventRow.serial.in_(serials), EventRow.scope == "")
    )  # fmt: skip
    rows = sorted(session.execute(query), key=lambda row: -row.serial)
    return _filled(session, [(row.position, row, Event(row.event)) for row in rows])


def _filled(session: Session, rows: Sequence[tuple[int, Any, Event]]) -> list[Happened]:
    ids: dict[str, set[str]] = {}
    for _, row, _ in rows:
        ids.setdefault(row.kind, set()).add(row.public_id)
    present: dict[str, Stored] = {}
    for kind, each in ids.items():
        present |= live(session, Kind(kind), each)
    serials = {stored.serial for stored in present.values()}
    old = _old(session, [row.serial for _, row, _ in rows if row.serial not in serials])
    found = []
    for position, row, event in rows:
        now = present.get(row.public_id)
        then = now if now is not None and now.serial == row.serial else None
        if now is not None and row.serial in old:
            version, body = old[row.serial]
            then = now._replace(serial=row.serial, version=version, body=body)
        found.append(
            Happened(
                position, row.serial, event, Kind(row.kind), row.public_id, row.at, then,
                now is not None, now is not None and now.serial == row.serial,
            )
        )  # fmt: skip
    return found


def live(session: Session, kind: Kind, public_ids: Collection[str]) -> dict[str, Stored]:
    """Return the live records among these, by id."""
    return {row.public_id: row for row in stored(session, LAYOUTS[kind].table, public_ids)}


def _old(session: Session, serials: Sequence[int]) -> dict[int, tuple[int, str]]:
    if not serials:
        return {}
    rows = session.execute(
        sa.select(VersionRow.serial, VersionRow.version, VersionRow.body).where(
            VersionRow.serial.in_(serials)
        )
    )
    return {row.serial: (row.version, row.body) for row in rows}


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A change whose record was withdrawn later: the numbers of both, and when it was withdrawn."""

    serial: int
    by: int
    at: datetime


def last_withdrawals(session: Session, most: int) -> list[int]:
    """Return the serials of the newest withdrawals of all, newest first."""
    query = sa.select(ChangeRow.serial).where(ChangeRow.op == "withdraw")
    return list(session.scalars(query.order_by(ChangeRow.serial.desc()).limit(most)))


def taken_back(session: Session, withdrawals: Collection[int], most: int) -> list[TakenBack]:
    """Return the newest `most` changes that the withdrawals with these serials took back, oldest first."""
    if not withdrawals:
        return []
    gone, earlier = aliased(ChangeRow), aliased(ChangeRow)
    between = aliased(ChangeRow)
    is_first = ~sa.exists().where(
        between.kind == gone.kind, between.public_id == gone.public_id, between.op == "withdraw",
        between.serial > earlier.serial, between.serial < gone.serial,
    )  # fmt: skip
    rows = session.execute(
        sa.select(earlier.serial, gone.serial.label("by"), gone.at)
        .join(
            earlier,
            sa.and_(
                earlier.kind == gone.kind, earlier.public_id == gone.public_id,
                earlier.serial < gone.serial, earlier.op != "withdraw",
            ),
        )
        .where(gone.op == "withdraw", gone.serial.in_(withdrawals), is_first)
        .order_by(earlier.serial.desc())
        .limit(most)
    )  # fmt: skip
    return [TakenBack(row.serial, row.by, row.at) for row in reversed(rows.all())]


class Names:
    """What agencies, parties and items were called when something happened, as far as that is public."""

    def __init__(self, session: Session, wanted: dict[Kind, set[str]]) -> None:
        """Read the names of the records wanted, and those they had before."""
        self._names: dict[str, list[tuple[int, str]]] = {}
        for kind, ids in wanted.items():
            present = live(session, kind, ids)
            for public_id, now in present.items():
                self._names[public_id] = [(now.serial, _name(now.body))]
        if self._names:
            rows = session.execute(
                sa.select(VersionRow.public_id, VersionRow.serial, VersionRow.body).where(
                    among(session, VersionRow.public_id, self._names)
                )
            )
            for public_id, serial, body in rows:
                self._names[public_id].append((serial, _name(body)))
        for known in self._names.values():
            known.sort()

    def at(self, public_id: str, serial: int) -> str | None:
        """Return the name at the change `serial`, else the oldest still public; None where it is not public."""
        known = self._names.get(public_id, ())
        then = [name for since, name in known if since <= serial]
        return then[-1] if then else known[0][1] if known else None


def _name(body: str) -> str:
    return _NAMED.decode(body).name


def scopes_since(session: Session, serial: int, most: int) -> list[str]:
    """Return the lists that the newest `most` rows noted after the change `serial` stand in."""
    newest = (
        sa.select(EventRow.scope)
        .where(EventRow.serial > serial)
        .order_by(EventRow.serial.desc())
        .limit(most)
        .subquery()
    )
    return sorted(set(session.scalars(sa.select(newest.c.scope))))
