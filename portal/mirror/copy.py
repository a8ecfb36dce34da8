"""The copy: one table of records and one of what is known about them, in any SQL database."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa

from portal.kit.db import engine_for
from portal.mirror import digests
from portal.mirror.errors import Busy
from portal.mirror.source import Item

_CHUNK = 1000
_METADATA = sa.MetaData()
#: `body` is the record as canonical JSON; the other columns are the change feed's.
RECORD = sa.Table(
    "mirror_record", _METADATA,
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("modified", sa.Integer, nullable=False),
    sa.Column("version", sa.Integer),
    sa.Column("published_on", sa.String(10)),
    sa.Column("body", sa.Text, nullable=False),
)  # fmt: skip
_STATE = sa.Table(
    "mirror_state", _METADATA,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)  # fmt: skip

#: Count and digest state of each kind.
Kinds = dict[str, tuple[int, int]]


class Copy:
    """A copy at `target`: a file name, or an SQLAlchemy URL."""

    def __init__(self, target: str) -> None:
        """Open it; make it where there is none."""
        self.url = target if "://" in target else f"sqlite:///{target}"
        self._engine = engine_for(self.url).execution_options(sqlite_begin="BEGIN IMMEDIATE")
        with self._engine.begin() as connection:
            _METADATA.create_all(connection)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def state(self) -> dict[str, str]:
        """Return what is known: source, key, epoch, number, head, untidy."""
        with self._engine.begin() as connection:
            return _known(connection)

    def remember(self, **values: str) -> None:
        """Write down facts about the copy."""
        with self._engine.begin() as connection:
            _put(connection, values)

    def kinds(self) -> Kinds:
        """Return count and digest of each kind, as kept while changes were applied."""
        with self._engine.begin() as connection:
            return _kinds(_known(connection))

    def recomputed(self) -> Kinds:
        """Return count and digest of each kind, from the records themselves."""
        found: Kinds = {}
        with self._engine.begin() as connection:
            rows = connection.execution_options(yield_per=_CHUNK).execute(
                sa.select(RECORD.c.kind, RECORD.c.id, RECORD.c.body)
            )
            for row in rows:
                _add(found, row.kind, row.id, row.body)
        return found

    def start_over(self, epoch: str, number: int, items: Iterable[Item]) -> Kinds:
        """Replace everything by `items`, at once; return count and digest of what is there then."""
        kinds: Kinds = {}
        with self._engine.begin() as connection:
            connection.execute(sa.delete(RECORD))
            left = iter(items)
            while rows := [_row(item) for item in islice(left, _CHUNK)]:
                for row in rows:
                    _add(kinds, row["kind"], row["id"], row["body"])
                connection.execute(sa.insert(RECORD), rows)
            connection.execute(sa.delete(_STATE).where(_STATE.c.name.startswith("digest ")))
            known = {"epoch": epoch, "number": str(number), "untidy": "yes"}
            _put(connection, known | _written(kinds))
        return kinds

    def apply(self, items: Sequence[Item], *, after: int) -> int:
        """Apply one page that follows `after`, all or nothing; return the number to go on from.

        Raises:
            Busy: the copy is not where it was: somebody else applies changes too.

        """
        with self._engine.begin() as connection:
            known = _known(connection)
            if int(known["number"]) != after:
                raise Busy("另一个进程正在更新同一副本 (another pull works on this copy)")
            kinds = _kinds(known)
            keys = [{"k": item.kind, "i": item.id} for item in items]
            removed = self._take_out(connection, items, kinds)
            if removed:
                connection.execute(
                    sa.delete(RECORD).where(
                        RECORD.c.kind == sa.bindparam("k"), RECORD.c.id == sa.bindparam("i")
                    ),
                    keys,
                )
            rows = [_row(item) for item in items if bytes(item.data)]
            for row in rows:
                _add(kinds, row["kind"], row["id"], row["body"])
            if rows:
                connection.execute(sa.insert(RECORD), rows)
            number = items[-1].modified
            told = {"number": str(number)} | ({"untidy": "yes"} if removed else {})
            _put(connection, told | _written(kinds))
        return number

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

    def _take_out(self, connection: sa.Connection, items: Sequence[Item], kinds: Kinds) -> int:
        """Take what `items` replace out of the digests; return how many records that are."""
        ids: dict[str, list[str]] = defaultdict(list)
        for item in items:
            ids[item.kind].append(item.id)
        count = 0
        for kind, wanted in ids.items():
            rows = connection.execute(
                sa.select(RECORD.c.id, RECORD.c.body).where(
                    RECORD.c.kind == kind, RECORD.c.id.in_(wanted)
                )
            )
            for row in rows:
                there, state = kinds[kind]
                gone = digests.element(kind, row.id, row.body)
                kinds[kind] = there - 1, digests.minus(state, gone)
                count += 1
        return count


def _row(item: Item) -> dict[str, Any]:
    return {
        "kind": item.kind, "id": item.id, "modified": item.modified, "version": item.version,
        "published_on": item.published_on,
        "body": digests.canonical(bytes(item.data)),
    }  # fmt: skip


def _add(kinds: Kinds, kind: str, record_id: str, body: str) -> None:
    count, state = kinds.get(kind, (0, 0))
    kinds[kind] = count + 1, digests.plus(state, digests.element(kind, record_id, body))


def _written(kinds: Kinds) -> dict[str, str]:
    return {
        f"digest {kind}": f"{count} {state.to_bytes(digests.STATE_BYTES).hex()}"
        for kind, (count, state) in kinds.items()
    }


def _kinds(known: dict[str, str]) -> Kinds:
    found: Kinds = {}
    for name, value in known.items():
        word, _, kind = name.partition(" ")
        if word == "digest":
            count, state = value.split(" ")
            found[kind] = int(count), int(state, 16)
    return found


def _known(connection: sa.Connection) -> dict[str, str]:
    rows: Iterator[Any] = iter(connection.execute(sa.select(_STATE.c.name, _STATE.c.value)))
    return {row.name: row.value for row in rows}


def _put(connection: sa.Connection, values: dict[str, str]) -> None:
    connection.execute(sa.delete(_STATE).where(_STATE.c.name.in_(values)))
    connection.execute(
        sa.insert(_STATE), [{"name": name, "value": value} for name, value in values.items()]
    )
