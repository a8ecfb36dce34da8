"""Keeps the index where the changelog is: follows it serial after serial, or starts over."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register.queries import changes
from portal.register.search.documents import SHAPE, document
from portal.register.search.model import Damaged, Document, Engine, IndexWriter
from portal.register.search.sources import SEARCHED, load, stream
from portal.register.search.touched import touched
from portal.register.tables.changes import ChangeRow, VersionRow

#: Changes followed at a time: bounds memory, and what a kill undoes.
BATCH = 1000

#: Documents given to the writer at a time.
_AT_ONCE = 2000

Say = Callable[[int], None]
_Logged = sa.Row[int, str, str, str]


@dataclass(frozen=True, slots=True)
class Reached:
    """What one run did: where the index stands now, and how many documents it wrote."""

    serial: int
    documents: int
    rebuilt: bool


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One register and its index. Whoever calls holds the writer's lock; see `turn`."""

    register: sa.Engine
    index: Engine
    writer: IndexWriter

    def catch_up(self, *, rebuild: bool = False, say: Say | None = None) -> Reached:
        """Bring the index to the end of the changelog; start over where it cannot be followed.

        That is when there is no index, when it is of another shape or of another life of the
        register, or when it is ahead of it. When this returns, nothing of what was withdrawn or
        hidden until then is left in any file of the index.
        """
        with Session(self.register) as session:
            wanted, end = life(session), changes.serial(session)
        if wanted is None:
            return Reached(0, 0, rebuilt=False)
        count = _Count(say)
        if not rebuild and self._may_follow(wanted, end):
            try:
                return self._to_the_end(count, rebuilt=False)
            except Damaged:
                count.done = 0
        with Session(self.register) as session:
            self.writer.rebuild(count.each(_everything(session)), serial=end, epoch=wanted)
        return self._to_the_end(count, rebuilt=True)

    def _may_follow(self, wanted: str, end: int) -> bool:
        try:
            return self.writer.epoch() == wanted and self.index.serial() <= end
        except Damaged:
            return False

    def _to_the_end(self, count: "_Count", *, rebuilt: bool) -> Reached:
        while self._follow(count, wary=rebuilt or self.writer.torn()):
            pass
        return Reached(self.index.serial(), count.done, rebuilt)

    def _follow(self, count: "_Count", *, wary: bool) -> bool:
        """Apply the next changes, if there are any; `wary`: the index may hold what came after its serial."""
        since = self.index.serial()
        with Session(self.register) as session:
            log = session.execute(
                sa.select(ChangeRow.serial, ChangeRow.op, ChangeRow.kind, ChangeRow.public_id)
                .where(ChangeRow.serial > since)
                .order_by(ChangeRow.serial)
                .limit(BATCH)
            ).all()
            if not log:
                return False
            purge = _takes_away(session, log, None if wary else since)
            changed: dict[str, set[str]] = defaultdict(set)
            for row in log:
                changed[row.kind].add(row.public_id)
            made: list[Document] = []
            gone: list[str] = []
            known = None if wary else since
            for kind, ids in touched(session, self.index, changed, since=known):
                if len(made) + len(gone) >= _AT_ONCE:
                    self.writer.apply(made, gone, serial=since, purge=purge)
                    made, gone = [], []
                found = load(session, {kind: ids})
                made += count.each(map(document, found.values()))
                gone += [each for each in ids if each not in found]
        self.writer.apply(made, gone, serial=log[-1].serial, purge=purge)
        return True


def life(session: Session) -> str | None:
    """Return what an index of this register, made in this way, calls its epoch; None for an empty one."""
    epoch = changes.epoch(session)
    return None if epoch is None else f"{epoch}-{SHAPE}"


def _everything(session: Session) -> Iterator[Document]:
    for kind in SEARCHED:
        for chunk in stream(session, kind):
            yield from map(document, chunk)


def _takes_away(session: Session, log: Sequence[_Logged], since: int | None) -> bool:
    """Whether `log` withdraws, or amends so that less is shown: then the older versions are gone as well.

    `since` is what the index surely knows nothing beyond; None where that is not known.
    """
    amended: dict[str, set[str]] = defaultdict(set)
    for row in log:
        if row.op == "withdraw" or (row.op == "amend" and since is None):
            return True
        if row.op == "amend":
            amended[row.kind].add(row.public_id)
    for kind, ids in amended.items():
        #: A record that the index knows has a version from then, unless that one had to go.
        known = sa.select(ChangeRow.public_id).where(
            ChangeRow.kind == kind, ChangeRow.public_id.in_(ids), ChangeRow.serial <= since
        )
        kept = sa.select(VersionRow.public_id).where(
            VersionRow.public_id.in_(ids), VersionRow.serial <= since
        )
        if set(session.scalars(known)) - set(session.scalars(kept)):
            return True
    return False


class _Count:
    """Counts documents as they pass, and tells how far it is."""

    def __init__(self, say: Say | None) -> None:
        self.done = 0
        self._say = say

    def each(self, found: Iterable[Document]) -> Iterator[Document]:
        for one in found:
            yield one
            self.done += 1
            if self._say and not self.done % 500:
                self._say(self.done)
