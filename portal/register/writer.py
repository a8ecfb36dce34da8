"""The pen: the only code that writes the register. Held by the airlock alone."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.errors import PortalError
from portal.kit import clock, locking
from portal.register import packages, settling
from portal.register.cascade import below, decided, naming
from portal.register.eventing import Events
from portal.register.figuring import Figures
from portal.register.layout import LAYOUTS, hides_more, keeps_its_words
from portal.register.parents import When, with_parents
from portal.register.past import Past
from portal.register.placing import Numbers, Placing, columns
from portal.register.proofs import entries, heads, named
from portal.register.proofs.heads import KeyHolder
from portal.register.proofs.journal import Journal
from portal.register.proofs.restorations import Restoration, begin_anew
from portal.register.proofs.spoken import goes, spoken
from portal.register.proofs.standing import Standing
from portal.register.records import KIND_OF, TYPES, Kind, PublicResult, Record, decode, encode
from portal.register.satellites import drop_satellites, replace_satellites
from portal.register.tables.changes import EpochRow, VersionRow
from portal.register.tables.draws import DrawEntryRow
from portal.register.tables.withheld import NoticeRow
from portal.register.tallying import Tallies

#: Records written at a time: bounds memory, and the length of an IN list.
CHUNK = 500
_VERSION = ("public_id", "serial", "version", "body")


@contextmanager
def open_pen(
    engine: sa.Engine, *, now: datetime, restorations: Sequence[Restoration] = ()
) -> Iterator["Pen"]:
    """Hand out the pen under the write lock: all or nothing. A restored register gets its `restorations` first."""
    with locking.one_state(engine) as session:
        if restorations:
            begin_anew(session, restorations)
        pen = Pen(session, now, is_restored=bool(restorations))
        try:
            yield pen
            pen.close()
        except PortalError as error:
            error.undone = pen.serial > pen.begun
            raise


class Pen:
    """Appends and withdraws inside one transaction."""

    def __init__(self, session: Session, now: datetime, *, is_restored: bool = False) -> None:
        """Read where the changelog stands."""
        self._session, self._journal = session, Journal(session, now)
        self._now, self._today, self._is_restored = now, clock.local_date(now), is_restored
        self.begun = self._journal.serial
        self._taken: list[tuple[str, Kind, str]] = []
        self.head: str | None = None
        self.counts: Counter[str] = Counter()
        self._tallies, self._figures, self._events = Tallies(), Figures(), Events(session)
        self._placing = Placing(session)
        self._standing = Standing(session, self._placing, self._tallies)
        self.past = Past(session, self._placing, self._standing, self._journal.versions)
        self._buffer: dict[str, Record] = {}
        self._left_out: dict[str, frozenset[str]] = {}
        self._asked: defaultdict[When, set[str]] = defaultdict(set)
        self._kind: Kind | None = None
        if session.scalar(sa.select(EpochRow.value)) is None:
            session.add(EpochRow(value=uuid.uuid4().hex))

    @property
    def serial(self) -> int:
        """The last serial given out."""
        return self._journal.serial

    def append(
        self, record: Record, *, left_out: frozenset[str] = frozenset(), when: When = When.ALWAYS
    ) -> None:
        """Publish `record`, or amend what is published under its id; an equal one changes nothing.

        `left_out`: ids of what it was filed with and does not name, because they are hidden.
        Records of one kind are best given together: they are written in chunks.
        """
        kind = KIND_OF[type(record)]
        if kind is not self._kind or len(self._buffer) >= CHUNK or record.id in self._buffer:
            self.flush()
            self._kind = kind
        self._buffer[record.id] = record
        if left_out:
            self._left_out[record.id] = left_out
            self._standing.expect(record.id)
        self._asked[when].add(record.id)

    def withdraw(self, kind: Kind, public_ids: Sequence[str]) -> list[str]:
        """Remove records and what hangs on them; only tombstones stay. Returns the ids removed."""
        self.flush()
        removed: list[str] = []
        for start in range(0, len(public_ids), CHUNK):
            chunk = public_ids[start : start + CHUNK]
            for child, hanging in below(self._session, kind, chunk):
                self.withdraw(child, hanging)
            removed += self._remove(kind, chunk)
        return removed

    def keep_entries(self, draw_id: str, kept: set[str]) -> None:
        """Withdraw the published entries of a draw that are not among `kept`."""
        self.flush()
        self._standing.hold_list(draw_id, self.begun)
        listed = naming(self._session, Kind.DRAW_ENTRY, DrawEntryRow.draw_id, [draw_id])
        self.withdraw(Kind.DRAW_ENTRY, [each for each in listed if each not in kept])

    def keep_notices(self, kept: set[str]) -> None:
        """Withdraw the published notices that are not among `kept`."""
        self.flush()
        self._standing.hold(Kind.WITHHELD)
        listed = self._session.scalars(sa.select(NoticeRow.public_id).order_by(NoticeRow.public_id))
        self.withdraw(Kind.WITHHELD, [each for each in listed if each not in kept])

    def say_again(self, kind: Kind, public_ids: Sequence[str]) -> None:
        """Publish records anew as they are, and take their older versions away: these tell of what is hidden since.

        A change like any other, so that nothing that was made of the register before is served on.
        """
        self.flush()
        table = LAYOUTS[kind].table
        for start in range(0, len(public_ids), CHUNK):
            chunk = VersionRow.public_id.in_(public_ids[start : start + CHUNK])
            named = table.public_id.in_(sa.select(VersionRow.public_id).where(chunk))
            bodies = self._session.scalars(sa.select(table.body).where(named)).all()
            self._write(kind, [decode(body, TYPES[kind]) for body in bodies], again=True)

    def standing(self, kind: Kind, public_ids: Sequence[str]) -> list[str]:
        """Return those of the ids under which something is published."""
        self.flush()
        parts = [public_ids[n : n + CHUNK] for n in range(0, len(public_ids), CHUNK)]
        return [each for part in parts for each in self._standing.look(kind, part)]

    def attach(self, draw_id: str, package: packages.Package | None) -> None:
        """Keep the package of a draw beside its record, or take it away; who is named no more is a change of it."""
        again = named.less(self._session, draw_id, package, begun=self.begun)
        packages.put(self._session, draw_id, package)
        self._write(Kind.DRAW, again, again=True)

    def close(self) -> None:
        """Write what is buffered and bring tree and tallies up to date."""
        self.flush()
        self._journal.close()
        self._tallies.write(self._session)
        self._figures.write(self._session)

    def sign(self, keys: KeyHolder) -> None:
        """Have noted what this transaction takes back, and sign the head of the log as it will leave it.

        Raises:
            LogBroken: it does not continue the last head, or the key is not the log's.

        """
        self.close()
        keys.remember(self._taken, now=self._now)
        self.head = heads.sign(self._session, self.serial, keys, is_restored=self._is_restored)

    def flush(self) -> None:
        """Write the buffered records."""
        kind, records = self._kind, list(self._buffer.values())
        self._buffer = {}
        asked, self._asked = self._asked, defaultdict(set)
        records = self._standing.known(records, asked[When.THERE])
        if kind is not None and records:
            records = with_parents(self._session, self._standing, records, asked[When.LED])
        if kind is None or not records:
            return
        if kind is Kind.RESULT:
            settling.hold(self._session, [record.id for record in records])
            records = settling.settle(
                self._session, [each for each in records if isinstance(each, PublicResult)]
            )
        ids = [record.id for record in records]
        results = decided(self._session, kind, ids, records)
        settling.hold(self._session, results)
        if results and self._placing.present(LAYOUTS[kind].table, ids):
            self._standing.hold(kind)
        self._write(kind, records)
        self._resettle(results)

    def _resettle(self, result_ids: Sequence[str]) -> None:
        """Amend the results whose state the steps just written or removed have changed: nothing new is referred to."""
        if results := settling.live(self._session, result_ids):
            self._write(Kind.RESULT, settling.settle(self._session, results))

    def _write(self, kind: Kind, records: Sequence[Record], *, again: bool = False) -> None:
        layout, table = LAYOUTS[kind], LAYOUTS[kind].table
        present = self._placing.present(table, [record.id for record in records])
        if not again:
            self._standing.unchanged(kind, records, present)
        fresh: list[dict[str, Any]] = []
        amended: list[dict[str, Any]] = []
        old_versions: list[dict[str, Any]] = []
        tightened: list[str] = []
        written: list[Record] = []
        for record in records:
            body = encode(record).decode()
            was = present.get(record.id)
            if was is not None and was.body == body and not again:
                self.counts["same"] += 1
                continue
            since = self._today if was is None else was.published_on
            beside = self._placing.beside(record, since, was)
            op, before_it = ("publish", None) if was is None else ("amend", was.serial)
            before = None if was is None else decode(was.body, type(record))
            serial = self._journal.add(
                op, kind, record.id, entries.canonical(record), before_it,
                spoken=spoken(before, record),
            )  # fmt: skip
            placed = Numbers(serial, 1 if was is None else was.version + 1, since)
            own = {"public_id": record.id, "body": body} | placed._asdict()
            row = columns(record, beside) | own
            self._events.note(serial, before, record)
            if was is None or before is None:
                fresh.append(row)
            else:
                if again or hides_more(before, record, self._left_out.get(record.id, frozenset())):
                    #: A redaction made later reaches the older versions too: they go.
                    tightened.append(record.id)
                    act = "close" if keeps_its_words(before, record) else "hide"
                    self._taken.append((act, kind, record.id))
                else:
                    old_versions.append({name: getattr(was, name) for name in _VERSION})
                amended.append(row)
                self._count(kind, before, was, -1)
            self._count(kind, record, beside, +1, placed)
            written.append(record)
        self.counts.update(published=len(fresh), amended=len(amended))
        replace_satellites(self._session, layout, [row["public_id"] for row in amended], written)
        self._journal.flush()
        self._journal.hold(list(present.values()))
        self._events.flush()
        self._insert(VersionRow, old_versions)
        self._drop_versions({each: present[each] for each in tightened})
        self._events.forget(kind, tightened)
        self._journal.forget([present[each] for each in tightened])
        self._insert(table, fresh)
        if amended:
            self._session.execute(sa.update(table), amended)
        if self._figures.is_large:
            self._figures.write(self._session)

    def _count(self, kind: Kind, record: Record, beside: Any, by: int, placed: Any = None) -> None:  # noqa: ANN401 - a row
        self._tallies.count(kind, record, by)
        self._tallies.number(kind, record.id, placed or beside, by)
        self._figures.count(record, beside, by)

    def _drop_versions(self, live: Mapping[str, Any]) -> None:
        if live:
            self._journal.forget_versions({each: row.serial for each, row in live.items()})
            self._session.execute(sa.delete(VersionRow).where(VersionRow.public_id.in_(live)))
            self.counts["purged"] += len(live)

    def _remove(self, kind: Kind, public_ids: Sequence[str]) -> list[str]:
        layout, table = LAYOUTS[kind], LAYOUTS[kind].table
        present = self._standing.look(kind, public_ids)
        if not present:
            return []
        ids = self._standing.gone(present)
        self._taken += [("withdraw", kind, each) for each in ids]
        results = decided(self._session, kind, ids)
        settling.hold(self._session, results)
        if results:  # what stood behind a step that goes decides now
            self._standing.hold(kind)
        drop_satellites(self._session, layout, ids)
        packages.drop(self._session, ids)
        self._drop_versions(present)
        self._session.execute(sa.delete(table).where(table.public_id.in_(ids)))
        for each, row in present.items():
            record, gone = goes(decode(row.body, TYPES[kind])), entries.tombstone(kind.value, each)
            self._events.withdrawn(
                self._journal.add("withdraw", kind, each, gone, row.serial), record
            )
            self._count(kind, record, row, -1)
        self._journal.flush()
        self._events.forget(kind, ids)
        self._journal.forget(list(present.values()))
        self.counts["withdrawn"] += len(ids)
        self._resettle(results)
        self._drop_versions(self._placing.present(LAYOUTS[Kind.RESULT].table, results))
        self._events.forget(Kind.RESULT, results)  # they told what the withdrawn steps had said
        return ids

    def _insert(self, table: type[Any], rows: Sequence[dict[str, Any]]) -> None:
        """Insert as plain statements: the ORM would split rows by which of their values are null."""
        if rows:
            self._session.execute(sa.insert(table.__table__), rows)
