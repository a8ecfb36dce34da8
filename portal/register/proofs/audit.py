"""Walks the whole register and holds every row against the log, and the log against its signatures."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.merkle import Frontier, leaf_hash
from portal.register import digests, salted
from portal.register.layout import LAYOUTS
from portal.register.proofs import entries, forgotten, served
from portal.register.proofs.derived import Derived
from portal.register.proofs.histories import Place, places
from portal.register.proofs.listed import Listed
from portal.register.proofs.report import Audited
from portal.register.proofs.said import Said
from portal.register.proofs.signed import Signed
from portal.register.proofs.tiles import Growing, Tile
from portal.register.records import TYPES, Kind, is_plain
from portal.register.tables.changes import ChangeRow, VersionRow
from portal.register.tables.log import LeafRow, TileRow
from portal.register.tables.rows import RecordRow

CHUNK = 1000

#: What may stand before a change of one record.
_BEFORE: dict[str, set[str | None]] = {
    "publish": {None, "withdraw"},
    "amend": {"publish", "amend"},
    "withdraw": {"publish", "amend"},
}
_Row = Any


def audit(
    session: Session, *, witness: str | None = None, say: Callable[[int], None] = lambda _: None
) -> Audited:
    """Hold the register against its log; `say` is told how many changes are done.

    Everything is read in the one transaction of `session`. Memory does not grow with the register.
    """
    found = Audited()
    try:
        _Walk(session, found, witness).run(say)
    except (
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        OverflowError,
        sa.exc.SQLAlchemyError,
    ) as error:
        #: A value that cannot even be read, such as a day that is none.
        found.fault(f"登记册中有无法读取的内容（{type(error).__name__}）")
    if found.fault_count:
        found.head = None
    return found


class _Walk:
    def __init__(self, session: Session, found: Audited, witness: str | None) -> None:
        self._session = session
        self._found = found
        self._frontier = Frontier()
        self._growing = Growing()
        self._derived = Derived(session, found)
        self._listed = Listed(session, found, self._derived.stood)
        self._said = Said(session, found)
        self._signed = Signed(session, found, witness)
        self._gone = 0
        self._latest: datetime | None = None

    def run(self, say: Callable[[int], None]) -> None:
        served.check(self._session, self._found)
        wanted = self._signed.wanted()
        while rows := self._session.execute(self._next()).all():
            numbers = range(self._frontier.size + 1, self._frontier.size + len(rows) + 1)
            if [row.serial for row in rows] != list(numbers):
                self._found.fault(f"变更记录在第{numbers[0]}至{numbers[-1]}条之间有缺号")
                return
            self._contents(rows)
            if gone := [row.serial for row in rows if row.salt is None]:
                self._gone = forgotten.plus(self._gone, gone)
            for row in rows:
                if row.commitment is None:
                    self._found.fault(f"第{row.serial}条没有日志条目")
                    return
                line = entries.entry(
                    row.op, row.kind, row.at, row.commitment, row.supersedes, spoken=row.spoken
                )  # fmt: skip
                self._timed(row)
                self._frontier.add(leaf_hash(line))
                self._growing.add(leaf_hash(line))
                if self._frontier.size in wanted:
                    self._signed.at(self._frontier.size, self._frontier.root())
            self._tiles(self._growing.full())
            say(self._frontier.size)
        self._tiles(list(self._growing.edges()))
        self._finish()

    def _next(self) -> sa.Select[*tuple[Any, ...]]:
        return (
            sa.select(ChangeRow.serial, ChangeRow.op, ChangeRow.kind, ChangeRow.public_id,
                      ChangeRow.at, LeafRow.commitment, LeafRow.salt, LeafRow.supersedes,
                      LeafRow.spoken)
            .join(LeafRow, LeafRow.serial == ChangeRow.serial, isouter=True)
            .where(ChangeRow.serial > self._frontier.size)
            .order_by(ChangeRow.serial)
            .limit(CHUNK)
        )  # fmt: skip

    def _timed(self, row: _Row) -> None:
        """Tell of a change that says it was made before one that came earlier: a clock went back, or was set back."""
        if self._latest is None or row.at >= self._latest:
            self._latest = row.at
        else:
            self._found.done["backward"] += 1
            self._found.backward = self._found.backward or row.serial

    def _contents(self, rows: Sequence[_Row]) -> None:
        """Hold the changes of one chunk against what became public with them."""
        first, last = rows[0].serial, rows[-1].serial
        by_kind: dict[str, list[_Row]] = defaultdict(list)
        for row in rows:
            by_kind[row.kind].append(row)
        versions = {
            row.serial: row
            for row in self._session.scalars(
                sa.select(VersionRow).where(VersionRow.serial.between(first, last))
            )
        }
        bodies = {serial: row.body for serial, row in versions.items()}
        for name, changes in by_kind.items():
            if name not in {kind.value for kind in Kind}:
                self._found.fault(f"第{changes[0].serial}条的种类无法识别")
                return
            kind = Kind(name)
            table = LAYOUTS[kind].table
            query = sa.select(table).where(table.serial.between(first, last))
            live = {row.serial: row for row in self._session.scalars(query)}
            known = places(self._session, name, {row.public_id for row in changes})
            held = []
            for row in changes:
                record, older = live.get(row.serial), versions.get(row.serial)
                if self._change(row, record, older, known[row.serial]) and record is not None:
                    held.append(record)
            self._derived.check(kind, held)
            bodies |= {row.serial: row.body for row in live.values()}
        self._listed.check(rows, bodies)
        self._said.check(rows, bodies)
        self._session.expunge_all()

    def _change(
        self, row: _Row, live: RecordRow | None, older: VersionRow | None, place: Place
    ) -> bool:
        """Hold one change against its record; say whether `live` is that record."""
        wrong = self._wrong(row, live or older, place)
        if live is not None:
            self._found.done["live"] += 1
            stated = (live.version, live.published_on, True)
            if (place.version, place.published_on, place.is_last) != stated:
                wrong = wrong or "版次、公开日期或先后与变更记录不符"
        if older is not None:
            self._found.done["versions"] += 1
            if (older.version, False) != (place.version, place.is_last) or place.gone:
                wrong = wrong or "旧版次与变更记录不符"
        if wrong:
            self._found.fault(f"第{row.serial}条（{row.kind} {row.public_id}）：{wrong}")
        return live is not None and live.public_id == row.public_id

    def _wrong(self, row: _Row, content: RecordRow | VersionRow | None, place: Place) -> str | None:
        """Return what is wrong with one change and its content, if anything is."""
        if place.op_before not in _BEFORE.get(row.op, ()):
            return "变动的先后不可能"
        if row.supersedes != (None if row.op == "publish" else place.before):
            return "所接续的条目不符"
        if row.op == "withdraw":
            if content is not None:
                return "已撤下的记录仍有正文"
            return self._opened(row, entries.tombstone(row.kind, row.public_id))
        if content is None:
            if place.is_last:
                return "已公开的内容不见了"
            self._found.done["gone"] += 1
            return "正文已不在，盐值却还在" if row.salt is not None else None
        if content.public_id != row.public_id:
            return "正文属于另一条记录"
        try:
            plain = is_plain(content.body, TYPES[Kind(row.kind)])
            text = entries.canonical_of(content.body)
        except (msgspec.MsgspecError, UnicodeError):
            return "正文无法读取"
        return self._opened(row, text) if plain else "正文的写法被改动过"

    def _opened(self, row: _Row, text: bytes) -> str | None:
        self._found.done["commitments"] += 1
        if row.salt is None or len(row.salt) != entries.SALT_BYTES:
            return "盐值不见了"
        if entries.commitment(row.salt, text) != row.commitment:
            return "正文、盐值与承诺值不符"
        return None

    def _tiles(self, tiles: Sequence[Tile]) -> None:
        for level, number, hashes in tiles:
            self._found.done["tiles"] += 1
            query = sa.select(TileRow.hashes).where(
                TileRow.level == level, TileRow.number == number
            )
            if self._session.scalar(query) != hashes:
                self._found.fault(f"日志树第{level}层第{number}块与变更记录不符")

    def _finish(self) -> None:
        size = self._frontier.size
        self._found.done["entries"] = size
        self._derived.finish()
        self._listed.finish()
        gone = digests.digest(self._gone)
        self._signed.finish(size, salted.together(self._session), gone)
        if forgotten.stated(self._session) != gone:
            self._found.fault("已去除正文的条目与其摘要不符")
        records = sum(self._count(LAYOUTS[kind].table) for kind in Kind)
        for what, stored, walked in (
            #: The walk begins at the first: what has no number, or one below, is still asked for by a record's id.
            ("变更记录", self._count(ChangeRow), size),
            ("日志条目", self._count(LeafRow), size),
            ("日志树的块", self._count(TileRow), self._found.done["tiles"]),
            ("已公开的记录", records, self._found.done["live"]),
            ("旧版本", self._count(VersionRow), self._found.done["versions"]),
        ):
            if stored != walked:
                self._found.fault(f"{what}：存有{stored}，变更记录所及{walked}")

    def _count(self, table: type[Any]) -> int:
        return self._session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
