"""Live records one by one, by their ids, or as a page of a list."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.kit import clock
from portal.kit.db import Asking, gathered, in_packed, packed, together
from portal.register.columns.datasets import OF_KIND
from portal.register.columns.rows import Stored, reader
from portal.register.records import KIND_OF, Record, decode
from portal.register.selecting.model import Selection
from portal.register.selecting.walking import Walk
from portal.register.tables.rows import RecordRow

R = TypeVar("R", bound=Record)

PAGE_SIZE = 50
Beside = tuple[Any, ...] | None


class Shown(Generic[R]):
    """A live record with what the register adds to it.

    `beside` is what its list brought with it besides, None where that brought nothing.
    """

    __slots__ = ("_body", "_record", "_type", "beside", "published_on", "serial", "version")

    def __init__(
        self, row: RecordRow | Stored, record_type: type[R], beside: Beside = None
    ) -> None:
        """Take a row; it is read when its record is asked for: a line that is known is made of none."""
        day = row.published_on
        self.serial, self.version = row.serial, row.version
        self.published_on = date.fromisoformat(day) if isinstance(day, str) else day
        self.beside = beside
        self._body, self._type = row.body, record_type
        self._record: R | None = None

    @property
    def record(self) -> R:
        """The published record."""
        if self._record is None:
            self._record = decode(self._body, self._type)
        return self._record


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """One page of a list; `next` is the cursor of the next one, None at the end."""

    rows: list[Shown[R]]
    next: str | None


def page_of(
    session: Session,
    record_type: type[R],
    conditions: Mapping[str, Any],
    *,
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
    beside: Sequence[sa.Label[Any]] = (),
) -> Page[R]:
    """Return a page of the records of one type that meet `conditions` (parameters of its dataset).

    `beside` are columns wanted besides; a list that is not one statement brings none.

    Raises:
        BadCursor: the cursor does not belong to this list.

    """
    rows, following = walk(session, OF_KIND[KIND_OF[record_type]].word, conditions).stored(
        cursor, limit, beside
    )
    return Page([Shown(stored, record_type, more) for stored, more in rows], following)


def walk(session: Session, word: str, conditions: Mapping[str, Any]) -> Walk:
    """Return the walk through the live rows of a dataset that meet `conditions`; None is none."""
    selection = Selection(word, {n: v for n, v in conditions.items() if v is not None})
    return Walk(session, selection, reader(word, ""), clock.local_today())


def get(
    session: Session, table: type[RecordRow], record_type: type[R], public_id: str
) -> Shown[R] | None:
    """Return one live record, or None."""
    found = stored(session, table, [public_id])
    return Shown(found[0], record_type) if found else None


def by_ids(
    session: Session, table: type[RecordRow], record_type: type[R], public_ids: Sequence[str | None]
) -> dict[str, R]:
    """Return the live records among `public_ids`, in one query; unknown ones are left out."""
    wanted = sorted({public_id for public_id in public_ids if public_id})
    if not wanted:
        return {}
    return {row.public_id: decode(row.body, record_type) for row in stored(session, table, wanted)}


def stored(
    session: Session, table: type[RecordRow], ids: Iterable[str], column: str = "public_id"
) -> list[Stored]:
    """Return the live rows whose `column` is one of `ids`, in no order."""
    dialect = session.get_bind().dialect.name
    asked = session.execute(_among(table, column, dialect), {"ids": packed(ids, dialect)})
    return [Stored(row[0], row[1], row[2], str(row[3]), row[4]) for row in gathered(asked, dialect)]


@cache
def _among(table: type[RecordRow], column: str, dialect: str) -> Asking:
    """Return the statement of `stored`: each page asks it several times, and making it took most of them."""
    columns = sa.inspect(table).local_table.c
    wanted = in_packed(columns[column], sa.bindparam("ids"), dialect)
    found = sa.select(*(columns[name] for name in Stored._fields)).where(wanted)
    return together(found, dialect)
