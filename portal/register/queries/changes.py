"""Questions about the changelog: where it stands, what was withdrawn, older versions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register.records import Kind, R, decode
from portal.register.tables.changes import ChangeRow, EpochRow, TallyRow, VersionRow


class State(NamedTuple):
    """Where the register stands: its last serial and its life."""

    serial: int
    epoch: str


def serial(session: Session) -> int:
    """Return the number of the last change, 0 for an empty register."""
    return session.scalar(sa.select(sa.func.max(ChangeRow.serial))) or 0


def was_withdrawn(session: Session, kind: Kind, public_id: str) -> bool:
    """Whether a record with this id was public once and is so no more."""
    last = session.scalar(
        sa.select(ChangeRow.op)
        .where(ChangeRow.kind == kind.value, ChangeRow.public_id == public_id)
        .order_by(ChangeRow.serial.desc())
        .limit(1)
    )
    return last == "withdraw"


def tallies(session: Session, scope: str = "") -> dict[str, int]:
    """Return the live counts of the whole register, or of one agency."""
    rows = session.execute(sa.select(TallyRow.what, TallyRow.count).where(TallyRow.scope == scope))
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a record's public history."""

    serial: int
    op: str
    at: datetime


def history(session: Session, kind: Kind, public_id: str) -> list[Change]:
    """Return what happened to one record, oldest first."""
    rows = session.execute(
        sa.select(ChangeRow.serial, ChangeRow.op, ChangeRow.at)
        .where(ChangeRow.kind == kind.value, ChangeRow.public_id == public_id)
        .order_by(ChangeRow.serial)
    )
    return [Change(row.serial, row.op, row.at) for row in rows]


def old_versions(session: Session, record_type: type[R], public_id: str) -> list[R]:
    """Return the superseded versions of a record, oldest first; none after a withdrawal."""
    bodies = session.scalars(
        sa.select(VersionRow.body)
        .where(VersionRow.public_id == public_id)
        .order_by(VersionRow.version)
    )
    return [decode(body, record_type) for body in bodies]


def epoch(session: Session) -> str | None:
    """Return the life of this register, None before the first change."""
    return session.scalar(sa.select(EpochRow.value))


#: Two look-ups along an index; asked as text, because every answer asks it.
_STATE = "SELECT (SELECT max(serial) FROM change), (SELECT value FROM epoch)"
_MARKS = (
    "SELECT (SELECT max(serial) FROM change), (SELECT value FROM epoch), (SELECT max(serial) FROM retirement), "
    "(SELECT max(serial) FROM agency)"
)


class Marks(NamedTuple):
    """What is kept for longer than a page holds on to: the life of the register, and two changes in it, 0 for none."""

    epoch: str
    #: The one that last took a text away.
    taken: int
    #: The one that last changed an agency which is public.
    agency: int


def state(engine: sa.Engine) -> State:
    """Return where the register stands, in one statement on the bare connection: no page costs less."""
    return asked(engine, _STATE)[0]


def asked(engine: sa.Engine, statement: str) -> tuple[State, *tuple[Any, ...]]:
    """Return where the register stands (State), and what `statement` gives beyond serial and epoch."""
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(statement)
        serial, epoch, *beyond = cursor.fetchall()[0]
        cursor.close()
    finally:
        connection.close()
    return State(serial or 0, epoch or "new"), *beyond


def marks(engine: sa.Engine) -> Marks:
    """Return the changes after which what is kept of pages is made anew."""
    (_, epoch), taken, agency = asked(engine, _MARKS)
    return Marks(epoch, taken or 0, agency or 0)


def state_within(session: Session) -> State:
    """Return where the register stands in the transaction of `session`."""
    serial, epoch = session.connection().exec_driver_sql(_STATE).one()
    return State(serial or 0, epoch or "new")
