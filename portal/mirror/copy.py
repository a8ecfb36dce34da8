"""The copy in any SQL database: the records, what is known about them, and what is fetched but not yet proved.

Readers of `mirror_record` only ever see what a signed checkpoint has confirmed: changes wait in `mirror_pending`
and are taken over in one transaction, or dropped.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

import sqlalchemy as sa

from portal.kit.db import engine_for, snapshot
from portal.mirror import digests
from portal.mirror.digests import Sums
from portal.mirror.errors import Busy, Untrusted
from portal.mirror.source import Item
from portal.mirror.tables import METADATA, PENDING, RECORD, STATE

_CHUNK = 1000
Kinds = dict[str, Sums]
#: Before the names of facts about what is pending.
_NEXT = "next "


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the copy will be once what is pending is proved: epoch, number of the last change, digests."""

    epoch: str | None
    number: int
    kinds: Kinds


class Copy:
    """A copy at `target`: a file name, or an SQLAlchemy URL."""

    def __init__(self, target: str) -> None:
        """Open it; make it where there is none."""
        self.url = target if "://" in target else f"sqlite:///{target}"
        self._engine = engine_for(self.url).execution_options(sqlite_begin="BEGIN IMMEDIATE")
        with self._engine.begin() as connection:
            METADATA.create_all(connection)
            _bring_up(connection)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def state(self) -> dict[str, str]:
        """Return what is known and proved: source, key, epoch, number, head, untidy."""
        with self._engine.begin() as connection:
            return _known(connection)

    def remember(self, **values: str) -> None:
        """Write down facts about the copy."""
        with self._alone() as connection:
            _put(connection, values)

    def standing(self) -> Standing:
        """Return where the copy is with everything fetched so far, as kept while changes came in."""
        return _standing(self.state())

    def recomputed(self) -> tuple[dict[str, str], Kinds]:
        """Return what is known and proved, and count and digest of each kind, from the records of the same moment."""
        found: Kinds = {}
        with snapshot(self._engine) as session:
            connection = session.connection()
            known = _known(connection)
            rows = connection.execute(sa.select(RECORD), execution_options={"yield_per": _CHUNK})
            for row in rows.mappings():
                _add(found, row)
        return known, found

    def begin(self, origin: str) -> None:
        """Go on with what is pending, if it came from this very source and key; else drop it."""
        with self._alone() as connection:
            known = _known(connection)
            if known.get(f"{_NEXT}origin") not in (None, origin):
                _drop(connection)
            _put(connection, {f"{_NEXT}origin": origin})

    def start_over(self, epoch: str, number: int, items: Iterable[Item]) -> Kinds:
        """Let `items` wait to replace everything; return count and digest of what will be there then."""
        kinds: Kinds = {}
        with self._alone() as connection:
            origin = _known(connection).get(f"{_NEXT}origin", "")
            _drop(connection)
            left = iter(items)
            while rows := [_row(item) for item in islice(left, _CHUNK)]:
                for row in rows:
                    _add(kinds, row)
                connection.execute(sa.insert(PENDING), rows)
            facts = {"epoch": epoch, "number": str(number), "fresh": "yes", "origin": origin}
            _put(connection, _prefixed(facts | _written(kinds)))
        return kinds

    def apply(self, items: Sequence[Item], *, after: int) -> int:
        """Let one page that follows `after` wait, all or nothing; return the number to go on from.

        Raises:
            Busy: the copy is not where it was: somebody else applies changes too.
            Untrusted: the page does not lead on.

        """
        number = items[-1].modified
        if number <= after or len({(item.kind, item.id) for item in items}) < len(items):
            raise Untrusted("变更号没有前进 (the feed does not lead on)")
        with self._alone() as connection:
            known = _known(connection)
            begun = _NEXT if f"{_NEXT}number" in known else ""
            if int(known.get(f"{begun}number", -1)) != after:
                raise _busy()
            kinds = _kinds(known, begun)
            fresh = known.get(f"{_NEXT}fresh", "no")
            self._take_out(connection, items, kinds, with_proved=fresh == "no")
            rows = [_row(item) for item in items]
            for row in rows:
                _add(kinds, row)
            connection.execute(sa.insert(PENDING), rows)
            facts = {"epoch": known[f"{begun}epoch"], "number": str(number), "fresh": fresh}
            _put(connection, _prefixed(facts | _written(kinds)))
        return number

    def settle(self, proved: Standing, after: str | None, **values: str) -> None:
        """Take over what is pending, now that it is `proved` to come `after` a head, with facts about it; all or nothing.

        Raises:
            Busy: pending is something else, or another head is kept: somebody else works on the copy too.

        """
        with self._alone() as connection:
            known = _known(connection)
            #: Another pull may have come as far since, by what nobody has signed.
            if (_standing(known), known.get("head")) != (proved, after):
                raise _busy()
            if f"{_NEXT}number" in known:
                fresh = known[f"{_NEXT}fresh"] == "yes"
                replaced = _take_over(connection, fresh=fresh) or fresh
                facts = {"epoch": known[f"{_NEXT}epoch"], "number": str(proved.number)}
                facts |= {"untidy": "yes"} if replaced else {}
                connection.execute(sa.delete(STATE).where(STATE.c.name.startswith("digest ")))
                _put(connection, facts | _written(_kinds(known, _NEXT)))
            connection.execute(sa.delete(PENDING))
            connection.execute(sa.delete(STATE).where(STATE.c.name.startswith(_NEXT)))
            _put(connection, values)

    def drop(self) -> None:
        """Forget what is pending: it is not what was signed."""
        with self._alone() as connection:
            _drop(connection)

    def tidy(self) -> bool:
        """Leave no byte of what was replaced or removed; say whether there was anything to do.

        SQLite overwrites what it deletes, but pages it has split keep stale copies of moved rows:
        only a rewritten file is clean. Other databases have their own ways; see their manuals.
        """
        if self.state().get("untidy") != "yes":
            return False
        if self._engine.dialect.name == "sqlite":
            raw = self._engine.raw_connection()
            try:
                raw.cursor().execute("VACUUM")
            finally:
                raw.close()
        self.remember(untidy="no")
        return True

    @contextmanager
    def _alone(self) -> Iterator[sa.Connection]:
        """Open the one transaction that may change the copy; of two on PostgreSQL each would see half of what the other does."""
        with self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("LOCK TABLE mirror_state IN EXCLUSIVE MODE")
            yield connection

    def _take_out(
        self, connection: sa.Connection, items: Sequence[Item], kinds: Kinds, *, with_proved: bool
    ) -> None:
        """Take what `items` replace out of the digests, and out of what is pending."""
        ids: dict[str, list[str]] = defaultdict(list)
        for item in items:
            ids[item.kind].append(item.id)
        for kind, wanted in ids.items():
            there = _rows(connection, RECORD, kind, wanted) if with_proved else {}
            there |= _rows(connection, PENDING, kind, wanted)
            for row in there.values():
                if row["body"] is not None:
                    #: Where the sums were lost by hand they agree with nothing, and the copy begins anew.
                    kinds[kind] = kinds.get(kind, Sums()).without(row)
            again = sa.delete(PENDING).where(PENDING.c.kind == kind, PENDING.c.id.in_(wanted))
            if connection.execute(again).rowcount:
                _put(connection, {"untidy": "yes"})


def _rows(
    connection: sa.Connection, table: sa.Table, kind: str, ids: Sequence[str]
) -> dict[str, Mapping[str, Any]]:
    rows = connection.execute(sa.select(table).where(table.c.kind == kind, table.c.id.in_(ids)))
    return {row["id"]: dict(row) for row in rows.mappings()}


def _take_over(connection: sa.Connection, *, fresh: bool) -> bool:
    """Put what is pending in the place of what it replaces; return whether anything was replaced."""
    named = sa.select(PENDING.c.kind, PENDING.c.id)
    gone = sa.delete(RECORD)
    if not fresh:
        gone = gone.where(sa.tuple_(RECORD.c.kind, RECORD.c.id).in_(named))
    replaced = connection.execute(gone).rowcount > 0
    names = [column.name for column in RECORD.columns]
    rows = sa.select(*(PENDING.c[name] for name in names)).where(PENDING.c.body.is_not(None))
    connection.execute(sa.insert(RECORD).from_select(names, rows))
    return replaced


def _drop(connection: sa.Connection) -> None:
    if connection.execute(sa.delete(PENDING)).rowcount:
        _put(connection, {"untidy": "yes"})
    connection.execute(sa.delete(STATE).where(STATE.c.name.startswith(_NEXT)))


def _busy() -> Busy:
    return Busy("另一个进程正在更新同一副本 (another pull works on this copy)")


def _prefixed(facts: dict[str, str]) -> dict[str, str]:
    return {_NEXT + name: text for name, text in facts.items()}


def _row(item: Item) -> dict[str, Any]:
    return {
        "kind": item.kind, "id": item.id, "modified": item.modified, "version": item.version,
        "published_on": item.published_on,
        "body": digests.canonical(text) if (text := bytes(item.data)) else None,
    }  # fmt: skip


def _add(kinds: Kinds, row: Mapping[Any, Any]) -> None:
    if row["body"] is not None:
        kinds[row["kind"]] = kinds.get(row["kind"], Sums()).with_(row)


def _written(kinds: Kinds) -> dict[str, str]:
    return {f"digest {kind}": sums.text for kind, sums in kinds.items()}


def _standing(known: dict[str, str]) -> Standing:
    begun = _NEXT if f"{_NEXT}number" in known else ""
    number = int(known.get(f"{begun}number", 0))
    return Standing(known.get(f"{begun}epoch"), number, _kinds(known, begun))


def _kinds(known: dict[str, str], begun: str) -> Kinds:
    found: Kinds = {}
    for name, value in known.items():
        if name.startswith(f"{begun}digest "):
            found[name.removeprefix(f"{begun}digest ")] = Sums.of(value)
    return found


def _bring_up(connection: sa.Connection) -> None:
    """Sum up anew what a release kept that summed up less; what it had fetched and not proved goes."""
    known = _known(connection)
    kept = [value for name, value in known.items() if "digest " in name]
    if all(value.count(" ") == Sums().text.count(" ") for value in kept):
        return
    _drop(connection)
    found: Kinds = {}
    for row in connection.execute(sa.select(RECORD)).mappings():
        _add(found, row)
    _put(connection, _written(found))


def _known(connection: sa.Connection) -> dict[str, str]:
    rows: Iterator[Any] = iter(connection.execute(sa.select(STATE.c.name, STATE.c.value)))
    return {row.name: row.value for row in rows}


def _put(connection: sa.Connection, values: dict[str, str]) -> None:
    connection.execute(sa.delete(STATE).where(STATE.c.name.in_(values)))
    connection.execute(
        sa.insert(STATE), [{"name": name, "value": value} for name, value in values.items()]
    )
