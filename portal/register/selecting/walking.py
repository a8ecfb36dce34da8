"""Rows of a selection: a page of them, all of them from one snapshot, or how many there are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.kit.db import Asking, gathered, together
from portal.register.columns.rows import Reader, Stored
from portal.register.selecting import figured
from portal.register.selecting.listings import LISTINGS
from portal.register.selecting.model import Around, Reads, Selection
from portal.register.selecting.order import Order, Place, cursor_of, place_of
from portal.register.selecting.standing import Standing
from portal.register.selecting.statement import Compiled
from portal.register.tables.changes import TallyRow

Keyed = tuple[Stored | None, tuple[Any, ...]]
_Kept = tuple[Stored, tuple[Any, ...] | None]

#: Stored rows looked at for one page: where a test lets few through, a page may be short.
MOST_EXAMINED = 20_000
#: What is counted at most; beyond it there are "at least" so many.
MOST_COUNTED = 200_000
_BATCH = 500
#: Statements of first pages by what they are made of: making one takes longer than asking it. When there are too many,
#: all go.
_BEGINNINGS: dict[tuple[object, ...], Asking] = {}
_MOST_BEGINNINGS = 256
_STREAMED = 2_000


class Found(NamedTuple):
    """One row: as it is stored, as its columns show it, and where it stands in the walk."""

    stored: Stored
    row: Any
    place: Place


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page; `next` is the cursor of the one after it. It may be short though there is a next one."""

    rows: list[Found]
    next: str | None


class Walk:
    """Walks one selection. Everything is read in the transaction of `session`."""

    def __init__(self, session: Session, selection: Selection, reader: Reader, today: date) -> None:
        """Prepare the walk."""
        self._session = session
        self._selection = selection
        self._reader = reader
        self._around = Around(session, today)
        self._inside = reader.dataset.inside is not None
        if selection.as_of is None:
            self._compiled = Compiled(selection, self._around)
            self._tests = self._compiled.tests
            self._order: Order = self._compiled.way.order
        else:
            known = LISTINGS[selection.word].known()
            self._tests = [(known[name].keeps, v) for name, v in selection.conditions.items()]
            self._standing = Standing(session, selection, self._around)
            self._order = self._standing.order

    def page(self, cursor: str | None, limit: int) -> Leaf:
        """Return up to `limit` rows behind `cursor`.

        Raises:
            BadCursor: the cursor does not belong to this selection.

        """
        fingerprint = self._selection.fingerprint()
        after = place_of(self._order, cursor, fingerprint, inside=self._inside)
        if self._is_plain:
            rows, following = self._plain(after, limit)
            read = self._reader.row
            return Leaf([Found(stored, read(stored), _NOWHERE) for stored, _ in rows], following)
        found: list[Found] = []
        last = None
        for examined, (stored, keys) in enumerate(self._behind(after, min(limit + 1, _BATCH))):
            if examined == MOST_EXAMINED and last is not None:
                return Leaf(found, self._cursor(last))
            for each in self._kept(stored, keys, after):
                if len(found) == limit:
                    return Leaf(found, self._cursor(found[-1].place))
                found.append(each)
            last = Place(keys, _ALL)
        return Leaf(found, None)

    def stored(
        self, cursor: str | None, limit: int, beside: Sequence[sa.Label[Any]] = ()
    ) -> tuple[list[_Kept], str | None]:
        """Return a page as it is stored, for who reads records and not columns, and the cursor of the next one.

        Each row comes with the values of `beside`, columns wanted besides; None where it takes more than a statement.

        Raises:
            BadCursor: the cursor does not belong to this selection.

        """
        if self._is_plain:
            after = place_of(self._order, cursor, self._selection.fingerprint())
            return self._plain(after, limit, beside)
        leaf = self.page(cursor, limit)
        return [(found.stored, None) for found in leaf.rows], leaf.next

    @property
    def _is_plain(self) -> bool:
        """Whether each stored row is one row, wanted as it is."""
        if self._selection.as_of is not None or self._inside or self._tests:
            return False
        return not self._compiled.way.direct

    def _plain(
        self, after: Place | None, limit: int, beside: Sequence[sa.Label[Any]] = ()
    ) -> tuple[list[_Kept], str | None]:
        """Fetch a page in one statement."""
        connection = self._session.connection()
        edge, dialect = None if after is None else after.keys, connection.dialect.name
        if edge is None and self._is_for_all:
            names = tuple(each.name for each in beside)
            made_of = self._selection.fingerprint(), self._around.today, limit, dialect, names
            asked = _BEGINNINGS.get(made_of)
            if asked is None:
                if len(_BEGINNINGS) >= _MOST_BEGINNINGS:
                    _BEGINNINGS.clear()
                asked = _BEGINNINGS[made_of] = self._asking(None, limit, dialect, beside)
        else:
            asked = self._asking(edge, limit, dialect, beside)
        rows = gathered(connection.execute(asked), dialect)
        behind = len(Stored._fields) + len(self._order.keys)
        found = [
            (Stored(row[0], row[1], row[2], str(row[3]), row[4]), tuple(row[behind:]) or None)
            for row in rows[:limit]
        ]
        if len(rows) <= limit:
            return found, None
        return found, self._cursor(Place(tuple(rows[limit - 1][len(Stored._fields) : behind])))

    @property
    def _is_for_all(self) -> bool:
        """Whether the statement is made of the selection and the day alone, and of nothing that somebody typed."""
        known = LISTINGS[self._selection.word].known()
        return not self._around.was_asked and all(
            known[name].reads is not Reads.IDENTIFIER for name in self._selection.conditions
        )

    def _asking(
        self,
        edge: tuple[Any, ...] | None,
        limit: int,
        dialect: str,
        beside: Sequence[sa.Label[Any]],
    ) -> Asking:
        wanted = self._compiled.rows().add_columns(*beside)
        statement = self._order.behind(wanted, edge).limit(limit + 1)
        keys = [f"key{n}" for n in range(len(self._order.keys))]
        names = [*Stored._fields, *keys, *(each.name for each in beside)]
        #: SQLite keeps the order of a statement that has a limit.
        return together(statement, dialect, names)

    def all(self) -> Iterator[Found]:
        """Yield every row."""
        source = self._streamed() if self._selection.as_of is None else self._behind(None, _BATCH)
        for stored, keys in source:
            yield from self._kept(stored, keys, None)

    def count(self) -> tuple[int, bool]:
        """Return how many rows there are, and whether that is all of them."""
        kept = self._tally()
        if kept is not None:
            return kept, True
        if self._selection.as_of is None and self._is_countable():
            statement = self._compiled.counted(MOST_COUNTED + 1)
            count = self._session.scalar(statement) or 0
            return min(count, MOST_COUNTED), count <= MOST_COUNTED
        count = 0
        source = self._behind(None, _BATCH)
        for stored, keys in islice(source, MOST_EXAMINED):
            count += sum(1 for _ in self._kept(stored, keys, None))
        return count, next(source, None) is None

    def _cursor(self, place: Place) -> str:
        return cursor_of(place, self._selection.fingerprint(), inside=self._inside)

    def _is_countable(self) -> bool:
        return not self._tests or self._selection.word == "findings"

    def _tally(self) -> int | None:
        """Return the count the register keeps: of all rows or of one agency's, and what figures say of results."""
        if self._inside or self._selection.as_of is not None:
            return None
        asked = dict(self._selection.conditions)
        if self._selection.word == "results" and asked:
            return figured.count(self._session, asked, self._around.today)
        scope = asked.pop("agency", "")
        if asked or (scope and not hasattr(LISTINGS[self._selection.word].table, "agency_id")):
            return None
        what = self._reader.dataset.kind.value
        kept = self._session.scalar(
            sa.select(TallyRow.count).where(TallyRow.scope == scope, TallyRow.what == what)
        )
        return kept or 0

    def _kept(
        self, stored: Stored | None, keys: tuple[Any, ...], after: Place | None
    ) -> Iterator[Found]:
        """Yield the rows inside one stored row that pass what is left to test."""
        if stored is None:
            return
        behind = after.inner if after is not None and keys == after.keys else 0
        for number, row in enumerate(self._reader.rows(stored), 1):
            if number > behind and all(
                test(row, value, self._around) for test, value in self._tests
            ):
                yield Found(stored, row, Place(keys, number))

    def _behind(self, after: Place | None, size: int) -> Iterator[Keyed]:
        """Yield stored rows in order, batch after batch, each once."""
        edge = None if after is None else after.keys
        inclusive = after is not None and self._inside and after.inner != _ALL
        while True:
            batch = self._batch(edge, size, inclusive=inclusive)
            for stored, keys in batch:
                if edge is None or keys != edge or inclusive:
                    yield stored, keys
                    inclusive = False
                    edge = keys
            if len(batch) < size:
                return
            size = min(2 * size, _BATCH)

    def _batch(self, edge: tuple[Any, ...] | None, size: int, *, inclusive: bool) -> list[Keyed]:
        if self._selection.as_of is not None:
            return self._standing.batch(edge, size, inclusive=inclusive)
        statement = self._order.behind(self._compiled.rows(), edge, inclusive=inclusive)
        rows = self._session.execute(statement.limit(size)).all()
        return [_read(row) for row in rows]

    def _streamed(self) -> Iterator[Keyed]:
        statement = self._order.behind(self._compiled.rows(), None)
        before = None
        with self._session.execute(statement, execution_options={"yield_per": _STREAMED}) as rows:
            for stored, keys in map(_read, rows):
                if keys != before:
                    yield stored, keys
                before = keys


_NOWHERE = Place(())
#: Behind all rows inside one stored row.
_ALL = 10**6


def _read(row: Any) -> Keyed:  # noqa: ANN401 - a row of SQLAlchemy
    return Stored(row[0], row[1], row[2], str(row[3]), row[4]), tuple(row[5:])
