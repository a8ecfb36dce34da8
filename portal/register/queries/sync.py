"""Questions of those who keep a copy: what has changed since, and does my copy equal yours."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.register.digests import Counted
from portal.register.layout import LAYOUTS
from portal.register.queries import changes, log
from portal.register.records import Kind
from portal.register.tables.changes import ChangeRow, RetirementRow
from portal.register.tallying import standing

_Later = aliased(ChangeRow)
#: Written out, because only then does a database see that the index of withdrawals serves.
_WITHDRAWN = ChangeRow.op == sa.literal_column("'withdraw'")


@dataclass(frozen=True, slots=True)
class Item:
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
    note: str | None
    #: The keys that heads are signed with.
    vkeys: tuple[str, ...]


def after(session: Session, number: int, limit: int) -> list[Item]:
    """Return what changed after `number`, each record at its newest number, at most `limit`.

    One query finds the numbers: each table's index of serials is read `limit` entries far, however
    often records were amended. One more for each kind on the page fetches the bodies, now: of what
    was withdrawn meanwhile there is none.
    """
    parts = [_live(kind, number, limit) for kind in Kind]
    found = sorted(session.execute(sa.union_all(*parts, _gone(number, limit))).all())[:limit]
    wanted: dict[str, list[int]] = defaultdict(list)
    items = [Item(row.serial, row.kind, row.public_id, None) for row in found if row.public_id]
    for row in found:
        if not row.public_id:
            wanted[row.kind].append(row.serial)
    for kind, serials in wanted.items():
        table = LAYOUTS[Kind(kind)].table
        rows = session.execute(
            sa.select(
                table.serial, table.public_id, table.body, table.version, table.published_on
            ).where(table.serial >= serials[0], table.serial <= serials[-1])
        )
        items += [
            Item(row.serial, kind, row.public_id, row.body, row.version, row.published_on)
            for row in rows
        ]
    return sorted(items, key=lambda item: item.serial)


def _live(kind: Kind, number: int, limit: int) -> sa.Select[int, str, str]:
    table = LAYOUTS[kind].table
    first = (
        sa.select(table.serial)
        .where(table.serial > number)
        .order_by(table.serial)
        .limit(limit)
        .subquery()
    )
    return sa.select(
        first.c.serial, sa.literal(kind.value).label("kind"), sa.literal("").label("public_id")
    )


def _gone(number: int, limit: int) -> sa.Select[int, str, str]:
    """Select withdrawals after which the record did not come back."""
    back = sa.exists().where(
        _Later.kind == ChangeRow.kind,
        _Later.public_id == ChangeRow.public_id,
        _Later.serial > ChangeRow.serial,
    )
    first = (
        sa.select(ChangeRow.serial, ChangeRow.kind, ChangeRow.public_id)
        .where(_WITHDRAWN, ChangeRow.serial > number, ~back)
        .order_by(ChangeRow.serial)
        .limit(limit)
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
        head.note if head is not None and head.size == serial else None,
        () if head is None else head.vkeys,
    )


def is_retired(session: Session, serial: int) -> bool:
    """Whether something that a dump made at `serial` holds has been withdrawn since."""
    query = sa.select(RetirementRow.serial).where(
        RetirementRow.serial > serial, RetirementRow.since <= serial
    )
    return session.scalar(query.limit(1)) is not None
