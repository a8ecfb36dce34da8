"""Questions of those who keep a copy: what has changed since, and does my copy equal yours."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from operator import itemgetter
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.register import salted
from portal.register.digests import Counted
from portal.register.layout import LAYOUTS
from portal.register.queries import changes, log
from portal.register.queries.changes import State
from portal.register.records import Kind
from portal.register.tables.changes import ChangeRow, RetirementRow
from portal.register.tallying import standing

_Later = aliased(ChangeRow)
#: Written out, because only then does a database see that the index of withdrawals serves.
_WITHDRAWN = ChangeRow.op == sa.literal_column("'withdraw'")
_LAST_RETIRED = "SELECT (SELECT max(serial) FROM retirement), (SELECT value FROM epoch)"
_NUMBER, _MOST = sa.bindparam("number", type_=sa.Integer), sa.bindparam("most", type_=sa.Integer)


class Item(NamedTuple):
    """One record at its newest number: its body, or None where only the tombstone is left."""

    serial: int
    kind: str
    public_id: str
    body: str | None
    version: int | None = None
    #: The day it first became public, in China.
    published_on: date | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the register stands. `note` is the signed head over exactly `serial` changes, if any."""

    serial: int
    epoch: str | None
    kinds: Mapping[str, Counted]
    #: What goes into the digest of all records beside them, in hex; "" before a release that knows of it signed a head.
    salt: str
    note: str | None
    #: The keys that heads were signed with, the one that signs now last, and the heads by which they were handed over.
    vkeys: tuple[str, ...]
    handovers: tuple[str, ...]


def after(session: Session, number: int, limit: int) -> list[Item]:
    """Return what changed after `number`, each record at its newest number, at most `limit`.

    One query finds the numbers: each table's index of serials is read `limit` entries far, however
    often records were amended. One more for each kind on the page fetches the bodies, now: of what
    was withdrawn meanwhile there is none.
    """
    connection = session.connection()
    found = connection.execute(_found(), {"number": number, "most": limit}).all()
    wanted: dict[str, list[int]] = defaultdict(list)
    items = []
    for serial, kind, public_id in found:
        if public_id:
            items.append(Item(serial, kind, public_id, None))
        else:
            wanted[kind].append(serial)
    for kind, serials in wanted.items():
        span = {"first": serials[0], "last": serials[-1]}
        items += [Item(*row) for row in connection.execute(_bodies(Kind(kind)), span).all()]
    return sorted(items, key=itemgetter(0))


@cache
def _found() -> sa.Executable:
    """Select number and kind of what changed after `number`, `most` of them; an id for tombstones alone."""
    parts = sa.union_all(*map(_live, Kind), _gone()).subquery()
    return sa.select(parts).order_by(parts.c.serial).limit(_MOST)


@cache
def _bodies(kind: Kind) -> sa.Executable:
    """Select the fields of an item for the live records numbered from `first` to `last`."""
    table = LAYOUTS[kind].table
    return sa.select(
        table.serial, sa.literal_column(f"'{kind.value}'"), table.public_id, table.body, table.version,
        table.published_on,
    ).where(table.serial >= sa.bindparam("first"), table.serial <= sa.bindparam("last"))  # fmt: skip


def _live(kind: Kind) -> sa.Select[int, str, str]:
    table = LAYOUTS[kind].table
    first = (
        sa.select(table.serial)
        .where(table.serial > _NUMBER)
        .order_by(table.serial)
        .limit(_MOST)
        .subquery()
    )
    return sa.select(
        first.c.serial, sa.literal(kind.value).label("kind"), sa.literal("").label("public_id")
    )


def _gone() -> sa.Select[int, str, str]:
    """Select withdrawals after which the record did not come back."""
    back = sa.exists().where(
        _Later.kind == ChangeRow.kind,
        _Later.public_id == ChangeRow.public_id,
        _Later.serial > ChangeRow.serial,
    )
    first = (
        sa.select(ChangeRow.serial, ChangeRow.kind, ChangeRow.public_id)
        .where(_WITHDRAWN, ChangeRow.serial > _NUMBER, ~back)
        .order_by(ChangeRow.serial)
        .limit(_MOST)
        .subquery()
    )
    return sa.select(first.c.serial, first.c.kind, first.c.public_id)


def checkpoint(session: Session) -> Standing:
    """Return what a complete copy looks like now."""
    serial = changes.serial(session)
    head = log.head(session)
    return Standing(
        serial,
        changes.epoch(session),
        standing(session),
        salted.stated(session),
        head.note if head is not None and head.size == serial else None,
        () if head is None else head.vkeys,
        () if head is None else head.handovers,
    )


def last_retired(engine: sa.Engine) -> State:
    """Return the last change that took something away, and the life of the register: one look, between two pieces."""
    return changes.asked(engine, _LAST_RETIRED)[0]


def is_retired(session: Session, serial: int) -> bool:
    """Whether something that a dump made at `serial` holds has been withdrawn since."""
    query = sa.select(RetirementRow.serial).where(
        RetirementRow.serial > serial, RetirementRow.since <= serial
    )
    return session.scalar(query.limit(1)) is not None
