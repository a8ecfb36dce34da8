"""Writes the changelog: each change with its serial, its leaf and its place in the tree."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import LogBroken
from portal.domain.merkle import leaf_hash
from portal.register import digests
from portal.register.proofs import entries, forgotten, holding, leaving
from portal.register.proofs.leaving import Text
from portal.register.proofs.tiles import Tile, resumed
from portal.register.records import Kind
from portal.register.tables.changes import ChangeRow, PurgeRow, RetirementRow, VersionRow
from portal.register.tables.log import LeafRow, TileRow

#: Texts taken away at a time: bounds the length of an IN list.
_AT_A_TIME = 1000


class Journal:
    """Appends to the changelog inside the pen's transaction. `serial` is the last number given out."""

    def __init__(self, session: Session, now: datetime) -> None:
        """Read where changelog and tree stand.

        Raises:
            LogBroken: they do not stand at the same place; nothing may be added then.

        """
        self._session = session
        self._now = now
        self.serial = session.scalar(sa.select(sa.func.max(ChangeRow.serial))) or 0
        if self.serial != (session.scalar(sa.select(sa.func.max(LeafRow.serial))) or 0):
            raise LogBroken("变更记录与日志条数不符；请先运行 portal-site verify-log 查明原因")
        self._tree = resumed(session, self.serial)
        self._begun, self._head = self.serial, holding.hold(session, self.serial)
        #: Tiles whose leaves were held against the last head.
        self._proven: set[int] = set()
        self._changes: list[dict[str, Any]] = []
        self._leaves: list[dict[str, Any]] = []
        #: Serial of the oldest text this transaction takes away.
        self._forgotten_since: int | None = None
        self._is_gone_held = False

    def add(
        self,
        op: str,
        kind: Kind,
        public_id: str,
        text: bytes,
        supersedes: int | None,
        *,
        spoken: str | None = None,
    ) -> int:
        """Note one change, which commits to `text` and says `spoken` in clear; return its serial."""
        self.serial += 1
        salt, sealed = entries.seal(text)
        self._changes.append(
            {
                "serial": self.serial,
                "op": op,
                "kind": kind.value,
                "public_id": public_id,
                "at": self._now,
            }
        )
        self._leaves.append(
            {
                "serial": self.serial,
                "commitment": sealed,
                "salt": salt,
                "supersedes": supersedes,
                "spoken": spoken,
            }
        )
        line = entries.entry(op, kind.value, self._now, sealed, supersedes, spoken=spoken)
        self._tree.add(leaf_hash(line))
        return self.serial

    def flush(self) -> None:
        """Write what was noted."""
        if self._changes:
            self._insert(ChangeRow, self._changes)
            self._insert(LeafRow, self._leaves)
            self._changes, self._leaves = [], []
        self._keep(self._tree.full())

    def forget(self, texts: Sequence[Text]) -> None:
        """Destroy the salts of texts that go.

        Raises:
            LogBroken: one is not what was published.

        """
        for start in range(0, len(texts), _AT_A_TIME):
            self._forget(texts[start : start + _AT_A_TIME])

    def hold(self, texts: Sequence[Text]) -> None:
        """Hold texts that others take the place of, or are equal to, against the log: what is done follows from how they differ.

        Raises:
            LogBroken: one is not what was published.

        """
        for start in range(0, len(texts), _AT_A_TIME):
            these = texts[start : start + _AT_A_TIME]
            leaving.hold(self._session, these, self._begun, self._head, self._proven)

    def _forget(self, texts: Sequence[Text]) -> None:
        leaving.hold(self._session, texts, self._begun, self._head, self._proven)
        these = LeafRow.serial.in_([text.serial for text in texts])
        query = sa.select(LeafRow.serial).where(these, LeafRow.salt.is_not(None))
        if serials := self._session.scalars(query).all():
            self._forgotten_since = min(*serials, self._forgotten_since or serials[0])
            forgotten.add(self._session, serials)
            self._session.execute(sa.update(LeafRow).where(these).values(salt=None))

    def forget_versions(self, newest: Mapping[str, int]) -> None:
        """Destroy the salts of the older versions of records, which are about to go; given by id, with their last change.

        Raises:
            LogBroken: see `versions`.

        """
        self.forget(self.versions(newest))

    def versions(self, newest: Mapping[str, int]) -> Sequence[Text]:
        """Return all older versions of records, given by id with their last change, as they were published.

        Raises:
            LogBroken: one is not what was published, or somebody put one out of sight.

        """
        older = sa.select(VersionRow.public_id, VersionRow.serial, VersionRow.body)
        rows = self._session.execute(older.where(VersionRow.public_id.in_(newest))).all()
        led = leaving.before(self._session, newest.values(), self._begun, self._head, self._proven)
        there = {row.serial for row in rows}
        if lost := [serial for serial, has_salt in led.items() if has_salt and serial not in there]:
            raise LogBroken(
                f"第{min(lost)}条公开的旧版本不在登记册中，登记册可能被改动过；"
                "请运行 portal-site verify-log 查明原因"
            )
        if not all(led.values()):
            self._hold_gone()
        self.hold(rows)
        return rows

    def _hold_gone(self) -> None:
        """Hold the leaves without a salt against what was signed of them; one taken away for a while would be passed over."""
        if self._is_gone_held:
            return
        query = sa.select(LeafRow.serial).where(LeafRow.salt.is_(None))
        gone = forgotten.plus(0, self._session.scalars(query))
        if digests.digest(gone) != forgotten.stated(self._session):
            raise LogBroken(
                "已去除正文的条目与上次签署的不符，登记册可能被改动过；请运行 portal-site verify-log 查明原因"
            )
        self._is_gone_held = True

    def close(self) -> None:
        """Write everything, unfinished tiles too: changelog and tree stand at the same place."""
        self.flush()
        self._keep([*self._tree.full(), *self._tree.edges()])
        if self._forgotten_since is not None:
            self._session.add(RetirementRow(serial=self.serial, since=self._forgotten_since))
            #: Whatever stands there, by hand even: of these texts nobody has purged anything yet.
            self._session.execute(sa.delete(PurgeRow))
            self._forgotten_since = None

    def _insert(self, table: type[Any], rows: list[dict[str, Any]]) -> None:
        """Insert as one plain statement, as the pen does."""
        self._session.execute(sa.insert(table.__table__), rows)

    def _keep(self, tiles: Sequence[Tile]) -> None:
        for level, number, hashes in tiles:
            self._session.merge(TileRow(level=level, number=number, hashes=hashes))
