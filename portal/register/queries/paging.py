"""Keyset paging: complete and without repeats while records are being published, at any depth."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.register.records import Record, decode
from portal.register.tables.rows import RecordRow

R = TypeVar("R", bound=Record)
S = TypeVar("S", bound="sa.Select[*tuple[Any, ...]]")

PAGE_SIZE = 50
#: No key of ours is larger; databases refuse more.
_LARGEST = 2**31 - 1
Key = InstrumentedAttribute[Any]


class BadCursor(ValueError):
    """The cursor is not one we gave out for this list."""


@dataclass(frozen=True, slots=True)
class Shown(Generic[R]):
    """A live record with what the register adds to it."""

    record: R
    serial: int
    version: int
    published_on: date


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """One page of a list; `next` is the cursor of the next one, None at the end."""

    rows: list[Shown[R]]
    next: str | None


def in_year(column: Key, year: int) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions that `column` lies in `year`, as a range that an index serves."""
    return (column >= date(year, 1, 1), column <= date(year, 12, 31))


@dataclass(frozen=True, slots=True)
class Order:
    """The columns a list is sorted by, all in one direction; the last one is unique."""

    keys: tuple[Key, ...]
    descending: bool = True

    def apply(self, query: S, cursor: str | None, limit: int) -> S:
        """Sort `query`, start it behind `cursor`, and fetch one row more than `limit`."""
        if cursor is not None:
            edge = sa.tuple_(
                *(sa.literal(v, k.type) for k, v in zip(self.keys, self._read(cursor), strict=True))
            )
            place = sa.tuple_(*self.keys)
            query = query.where(place < edge if self.descending else place > edge)
        keys = [key.desc() if self.descending else key.asc() for key in self.keys]
        return query.order_by(*keys).limit(limit + 1)

    def cursor(self, values: Sequence[Any]) -> str:
        """Return the opaque cursor that stands behind a row with these key values."""
        text = json.dumps([v.isoformat() if isinstance(v, date) else v for v in values])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def _read(self, cursor: str) -> list[Any]:
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            if len(values) != len(self.keys):
                raise BadCursor(cursor)
            if any(isinstance(v, int) and abs(v) > _LARGEST for v in values):
                raise BadCursor(cursor)
            if any(isinstance(v, str) and not v.isprintable() for v in values):
                raise BadCursor(cursor)
            return [
                date.fromisoformat(value)
                if isinstance(key.type, sa.Date)
                else key.type.python_type(value)
                for key, value in zip(self.keys, values, strict=True)
            ]
        except (ValueError, TypeError, OverflowError, binascii.Error) as error:
            raise BadCursor(cursor) from error


def shown(row: RecordRow, record_type: type[R]) -> Shown[R]:
    """Read one row."""
    return Shown(decode(row.body, record_type), row.serial, row.version, row.published_on)


def fetch(
    session: Session,
    query: sa.Select[Any],
    order: Order,
    record_type: type[R],
    *,
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
) -> Page[R]:
    """Run a list query over one record table.

    Raises:
        BadCursor: the cursor does not belong to this list.

    """
    rows = session.scalars(order.apply(query, cursor, limit)).all()
    page = [shown(row, record_type) for row in rows[:limit]]
    if len(rows) <= limit:
        return Page(page, None)
    return Page(page, order.cursor([getattr(rows[limit - 1], key.key) for key in order.keys]))


def get(
    session: Session, table: type[RecordRow], record_type: type[R], public_id: str
) -> Shown[R] | None:
    """Return one live record, or None."""
    row = session.get(table, public_id)
    return None if row is None else shown(row, record_type)


def by_ids(
    session: Session, table: type[RecordRow], record_type: type[R], public_ids: Sequence[str | None]
) -> dict[str, R]:
    """Return the live records among `public_ids`, in one query; unknown ones are left out."""
    wanted = sorted({public_id for public_id in public_ids if public_id})
    if not wanted:
        return {}
    rows = session.execute(
        sa.select(table.public_id, table.body).where(table.public_id.in_(wanted))
    )
    return {row.public_id: decode(row.body, record_type) for row in rows}
