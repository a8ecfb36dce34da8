"""Holds what is public, whole, against the last signed head before anything follows from what is not there (在册核对).

A text that is there is held against its entry. That one is not there has no proof of its own: who may write the
register could put a row out of sight while the office withdraws it, looks who names it, draws from a list or tells what
became of a letter, and put it back afterwards. So where something follows from an absence, the rows of that kind have to
be the very set that was signed: it costs half a minute of a core for 1.5 million records, and is done where it decides something.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import LogBroken
from portal.register import digests
from portal.register.canonical import canonical
from portal.register.layout import LAYOUTS
from portal.register.placing import Placing
from portal.register.proofs import holding, leaving
from portal.register.proofs.note import Checkpoint
from portal.register.records import KIND_OF, TYPES, Kind, Record, decode, encode
from portal.register.tables.changes import ChangeRow, DigestRow
from portal.register.tables.draws import DrawRow
from portal.register.tallying import Tallies

#: The option of the office's engine: refuses a session whose newest head its own key has not signed.
GUARD = "guard"
#: Where a session notes which kinds were held: nothing changes in what it sees.
_HELD = "standing"
_AT_A_TIME = 1000


def hold(session: Session, kinds: Iterable[Kind]) -> None:
    """Hold the live records of these kinds against the last head, with the columns they are found by; once a session.

    Nothing may have been written in the transaction of `session`.

    Raises:
        LogBroken: they are not what was signed last.

    """
    held: set[Kind] = session.info.setdefault(_HELD, set())
    wanted = [kind for kind in Kind if kind in set(kinds) - held]
    if not wanted or _head(session) is None:
        return
    for kind in wanted:
        _hold(session, kind, 0)
    held.update(wanted)


class Standing:
    """Holds the live records while a pen writes, with what it has written of them."""

    def __init__(self, session: Session, placing: Placing, tallies: Tallies) -> None:
        """Begin with nothing held; `tallies` have what was written since the transaction began."""
        self._session, self._placing, self._tallies = session, placing, tallies
        self._held: set[Kind] = set()
        self._gone: set[str] = set()
        self._expected: set[str] = set()

    def hold(self, kind: Kind) -> None:
        """Hold all records of a kind; the digest was held against the last head when the transaction began.

        Raises:
            LogBroken: they are not what was signed last, and what was written since.

        """
        if kind not in self._held:
            _hold(self._session, kind, self._tallies.pending(kind))
            self._held.add(kind)

    def hold_list(self, draw_id: str, begun: int) -> None:
        """Hold all entries of draws, unless the draw was published after `begun`: it has no list but its new one.

        Raises:
            LogBroken: see `hold`.

        """
        new = (DrawRow.public_id == draw_id, DrawRow.version == 1, DrawRow.serial > begun)
        if self._session.scalar(sa.select(DrawRow.public_id).where(*new)) is None:
            self.hold(Kind.DRAW_ENTRY)

    def expect(self, public_id: str) -> None:
        """Note that something of this record is to be hidden: that it is so already has to be proven."""
        self._expected.add(public_id)

    def unchanged(self, kind: Kind, records: Iterable[Record], present: Mapping[str, Any]) -> None:
        """Hold all records of a kind where one that was expected to change says already what it is to say.

        What was published once may lie there again for a while, though what came after it is public.

        Raises:
            LogBroken: see `hold`.

        """
        for each in records:
            is_expected = each.id in self._expected and each.id in present
            if is_expected and encode(each).decode() == present[each.id].body:
                self.hold(kind)

    def known(self, records: Sequence[Record], asked: Collection[str]) -> list[Record]:
        """Return these records of one kind, of those that are `asked` for only what is live; that one is not has to be proven.

        Raises:
            LogBroken: see `hold`.

        """
        found = self._placing.known(records, asked)
        if len(found) < len(records):
            self.hold(KIND_OF[type(records[0])])
        return found

    def gone(self, public_ids: Iterable[str]) -> list[str]:
        """Note that these go with this transaction, and return them."""
        found = list(public_ids)
        self._gone.update(found)
        return found

    def look(self, kind: Kind, wanted: Sequence[str]) -> dict[str, Any]:
        """Return the live rows of these; hold all of their kind where one is missing that does not go just now.

        Raises:
            LogBroken: see `hold`.

        """
        present = self._placing.present(LAYOUTS[kind].table, wanted)
        if any(each not in present and each not in self._gone for each in wanted):
            self.hold(kind)
        return present


def there(session: Session, kind: Kind, public_id: str, *, expected: bool = True) -> Record | None:
    """Return the live record with this id as it was published, or None where there is none.

    `expected`: it may have been published, so that none is there has to be proven.

    Raises:
        LogBroken: it is not what was published, or somebody put it out of sight.

    """
    table = LAYOUTS[kind].table
    query = sa.select(table.public_id, table.serial, table.body)
    row = session.execute(query.where(table.public_id == public_id)).one_or_none()
    if row is None:
        if expected:
            hold(session, {kind})
        return None
    leaving.hold(session, [row], _size(session), _head(session), set())
    mine = (ChangeRow.kind == kind.value, ChangeRow.public_id == public_id)
    if session.scalar(sa.select(sa.func.max(ChangeRow.serial)).where(*mine)) != row.serial:
        raise _broken(kind)
    return decode(row.body, TYPES[kind])


def _hold(session: Session, kind: Kind, pending: int) -> None:
    kept = session.scalar(sa.select(DigestRow.state).where(DigestRow.kind == kind.value))
    state = digests.plus(int.from_bytes(kept or b""), pending)
    for public_id, record in _rows(session, kind):
        state = digests.minus(state, digests.element(kind.value, public_id, canonical(record)))
    if state:
        raise _broken(kind)


def _rows(session: Session, kind: Kind) -> Iterator[tuple[str, Record]]:
    layout: Any = LAYOUTS[kind]
    beside = [getattr(layout.table, name) for name in layout.copied]
    query = sa.select(layout.table.public_id, layout.table.body, *beside)
    with session.execute(query, execution_options={"yield_per": _AT_A_TIME}) as rows:
        for public_id, body, *values in rows:
            try:
                record = decode(body, TYPES[kind])
            except msgspec.MsgspecError:
                raise _broken(kind) from None
            #: Words are looked for in the text as it lies there.
            is_to_the_letter = encode(record).decode() == body
            if not is_to_the_letter or values != [getattr(record, name) for name in layout.copied]:
                raise _broken(kind)
            yield public_id, record


def _head(session: Session) -> Checkpoint | None:
    """Return the last head, which says what is kept beside the log, once whoever keeps the key took it for their own."""
    head = holding.hold(session, size := _size(session))
    guard = session.get_bind().get_execution_options().get(GUARD)
    if guard and (head is None or session.info.get(GUARD) != head):
        guard(session)
        session.info[GUARD] = head
    if head is not None and head.size != size:
        raise LogBroken(
            "最新检查点签署的条数多于登记册所载，登记册可能被改动过；请运行 portal-site verify-log 查明原因"
        )
    return head


def _size(session: Session) -> int:
    return session.scalar(sa.select(sa.func.max(ChangeRow.serial))) or 0


def _broken(kind: Kind) -> LogBroken:
    return LogBroken(
        f"登记册中的{kind.zh}与上次签署的不符，有记录可能被改动、移走或者添加过；"
        "请运行 portal-site verify-log 查明原因"
    )
