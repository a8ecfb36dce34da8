"""The pen: the only code that writes the register. Held by the airlock alone."""

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.domain.errors import NotYetPublic
from portal.kit import clock
from portal.kit.db import Table, write_lock
from portal.register.layout import LAYOUTS, Layout, hides_more, is_problem
from portal.register.records import KIND_OF, TYPES, Kind, PublicResult, Record, decode, encode
from portal.register.settling import settle
from portal.register.tables.agencies import AgencyRow
from portal.register.tables.changes import ChangeRow, EpochRow, TallyRow, VersionRow
from portal.register.tables.draws import DrawEntryRow
from portal.register.tables.followups import FollowUpRow
from portal.register.tables.plans import TaskItemRow, TaskRow
from portal.register.tables.results import ResultRow

#: Records written at a time: bounds memory, and the length of an IN list.
CHUNK = 500

#: What goes with a record when it is withdrawn: it makes no sense, or betrays it, without.
_CASCADE: dict[
    Kind, tuple[tuple[Kind, InstrumentedAttribute[str] | InstrumentedAttribute[str | None]], ...]
] = {
    Kind.ENTITY: ((Kind.RESULT, ResultRow.entity_id), (Kind.DRAW_ENTRY, DrawEntryRow.entity_id)),
    Kind.DRAW: ((Kind.DRAW_ENTRY, DrawEntryRow.draw_id),),
    Kind.RESULT: ((Kind.FOLLOWUP, FollowUpRow.result_id),),
}


@contextmanager
def open_pen(engine: sa.Engine, *, now: datetime) -> Iterator["Pen"]:
    """Take the write lock and hand out the pen; everything it wrote becomes public at once, or nothing."""
    with write_lock(engine) as session:
        pen = Pen(session, now)
        yield pen
        pen.close()


class Pen:
    """Appends and withdraws inside one transaction. `serial` is the last number given out."""

    def __init__(self, session: Session, now: datetime) -> None:
        """Read where the changelog stands."""
        self._session = session
        self._now = now
        self._today = clock.local_date(now)
        self.serial = session.scalar(sa.select(sa.func.max(ChangeRow.serial))) or 0
        self.counts: Counter[str] = Counter()
        self._tally: Counter[tuple[str, str]] = Counter()
        self._buffer: dict[str, Record] = {}
        self._kind: Kind | None = None
        self._regions: dict[str, str] = {}
        if session.scalar(sa.select(EpochRow.value)) is None:
            session.add(EpochRow(value=uuid.uuid4().hex))

    def append(self, record: Record) -> None:
        """Publish `record`, or amend what is published under its id; an equal one changes nothing.

        Records of one kind are best given together: they are written in chunks.
        """
        kind = KIND_OF[type(record)]
        if kind is not self._kind or len(self._buffer) >= CHUNK or record.id in self._buffer:
            self.flush()
            self._kind = kind
        self._buffer[record.id] = record

    def withdraw(self, kind: Kind, public_ids: Sequence[str]) -> list[str]:
        """Remove records and what hangs on them; only tombstones stay. Returns the ids removed."""
        self.flush()
        removed: list[str] = []
        for chunk in _chunks(public_ids):
            for child, owner in _CASCADE.get(kind, ()):
                below = self._session.scalars(
                    sa.select(LAYOUTS[child].table.public_id).where(owner.in_(chunk))
                ).all()
                self.withdraw(child, below)
            removed += self._remove(kind, chunk)
        return removed

    def keep_entries(self, draw_id: str, kept: set[str]) -> None:
        """Withdraw the published entries of a draw that are not among `kept`."""
        self.flush()
        listed = self._session.scalars(
            sa.select(DrawEntryRow.public_id).where(DrawEntryRow.draw_id == draw_id)
        )
        if gone := [each for each in listed if each not in kept]:
            self.withdraw(Kind.DRAW_ENTRY, gone)

    def close(self) -> None:
        """Write what is buffered and bring the tallies up to date."""
        self.flush()
        for (scope, what), change in self._tally.items():
            if not change:
                continue
            found = self._session.get(TallyRow, (scope, what))
            if found is None:
                self._session.add(TallyRow(scope=scope, what=what, count=change))
            else:
                found.count += change
        self._tally.clear()

    def flush(self) -> None:
        """Write the buffered records."""
        kind, records = self._kind, list(self._buffer.values())
        self._buffer = {}
        if kind is None or not records:
            return
        if kind is Kind.RESULT:
            records = settle(self._session, [x for x in records if isinstance(x, PublicResult)])
        self._write(kind, records)
        if kind is Kind.FOLLOWUP:
            self._resettle({getattr(record, "result_id") for record in records})  # noqa: B009

    def _resettle(self, result_ids: Iterable[str]) -> None:
        """Amend the results whose state the steps just written (or removed) have changed."""
        bodies = self._session.scalars(
            sa.select(ResultRow.body).where(ResultRow.public_id.in_(list(result_ids)))
        ).all()
        results = [decode(body, PublicResult) for body in bodies]
        self._write(Kind.RESULT, settle(self._session, results))

    def _check_parents(self, layout: Layout, records: Sequence[Record]) -> None:
        """Refuse records that refer to something the public cannot see.

        Raises:
            NotYetPublic: usually because batches are released in the wrong order.

        """
        for name, parent in layout.parents:
            wanted = {getattr(record, name) for record in records}
            table = LAYOUTS[parent].table
            live = set(
                self._session.scalars(sa.select(table.public_id).where(table.public_id.in_(wanted)))
            )
            if missing := len(wanted - live):
                raise NotYetPublic(
                    f"有 {missing} 个所引用的{parent.zh}尚未发布（或已撤回）；请先发布其所在批次"
                )

    def _write(self, kind: Kind, records: Sequence[Record]) -> None:
        layout, table = LAYOUTS[kind], LAYOUTS[kind].table
        self._check_parents(layout, records)
        present = self._present(table, [record.id for record in records])
        fresh: list[dict[str, Any]] = []
        amended: list[dict[str, Any]] = []
        old_versions: list[dict[str, Any]] = []
        tightened: list[str] = []
        changes: list[dict[str, Any]] = []
        written: list[Record] = []
        for record in records:
            body = encode(record).decode()
            was = present.get(record.id)
            if was is not None and was.body == body:
                self.counts["same"] += 1
                continue
            columns = self._columns(kind, layout, record) | {"body": body}
            changes.append(self._change("publish" if was is None else "amend", kind, record.id))
            columns |= {"public_id": record.id, "serial": self.serial}
            if was is None:
                fresh.append(columns | {"version": 1, "published_on": self._today})
            else:
                before = decode(was.body, type(record))
                if hides_more(before, record):
                    #: A redaction made later reaches the older versions too: they go.
                    tightened.append(record.id)
                else:
                    old_versions.append(
                        {
                            "public_id": record.id,
                            "version": was.version,
                            "serial": was.serial,
                            "body": was.body,
                        }
                    )
                amended.append(columns | {"version": was.version + 1})
                self._count(kind, before, -1)
            self._count(kind, record, +1)
            written.append(record)
        self.counts["published"] += len(fresh)
        self.counts["amended"] += len(amended)
        self._replace_satellites(layout, [row["public_id"] for row in amended], written)
        self._insert(ChangeRow, changes)
        self._insert(VersionRow, old_versions)
        self._drop_versions(tightened)
        self._insert(table, fresh)
        if amended:
            self._session.execute(sa.update(table), amended)

    def _columns(self, kind: Kind, layout: Layout, record: Record) -> dict[str, Any]:
        columns = layout.columns(record)
        if kind is Kind.RESULT:
            columns["region"] = self._region(columns["agency_id"])
        return columns

    def _region(self, agency_id: str) -> str:
        if agency_id not in self._regions:
            self._regions[agency_id] = self._session.scalars(
                sa.select(AgencyRow.region).where(AgencyRow.public_id == agency_id)
            ).one()
        return self._regions[agency_id]

    def _replace_satellites(
        self, layout: Layout, amended: Sequence[str], written: Sequence[Record]
    ) -> None:
        self._drop_satellites(layout, amended)
        rows: dict[type[Table], list[dict[str, Any]]] = {}
        for record in written:
            for table, row in layout.satellites(record):
                rows.setdefault(table, []).append(row)
        for table, found in rows.items():
            self._insert(table, found)

    def _drop_satellites(self, layout: Layout, public_ids: Sequence[str]) -> None:
        if not public_ids:
            return
        for owner in layout.owners:
            if owner is TaskRow.plan_id:
                tasks = sa.select(TaskRow.public_id).where(TaskRow.plan_id.in_(public_ids))
                self._session.execute(sa.delete(TaskItemRow).where(TaskItemRow.task_id.in_(tasks)))
            self._session.execute(sa.delete(owner.class_).where(owner.in_(public_ids)))

    def _drop_versions(self, public_ids: Sequence[str]) -> None:
        if public_ids:
            self._session.execute(sa.delete(VersionRow).where(VersionRow.public_id.in_(public_ids)))
            self.counts["purged"] += len(public_ids)

    def _remove(self, kind: Kind, public_ids: Sequence[str]) -> list[str]:
        layout, table = LAYOUTS[kind], LAYOUTS[kind].table
        present = self._present(table, public_ids)
        if not present:
            return []
        ids = list(present)
        results = set()
        if kind is Kind.FOLLOWUP:
            results = set(
                self._session.scalars(
                    sa.select(FollowUpRow.result_id).where(FollowUpRow.public_id.in_(ids))
                )
            )
        self._drop_satellites(layout, ids)
        self._drop_versions(ids)
        self._session.execute(sa.delete(table).where(table.public_id.in_(ids)))
        self._insert(ChangeRow, [self._change("withdraw", kind, each) for each in ids])
        for row in present.values():
            self._count(kind, decode(row.body, TYPES[kind]), -1)
        self.counts["withdrawn"] += len(ids)
        self._resettle(results)
        #: Their older versions told what the withdrawn steps had said.
        self._drop_versions(sorted(results))
        return ids

    def _present(self, table: type[Any], public_ids: Sequence[str]) -> dict[str, Any]:
        rows = self._session.execute(
            sa.select(table.public_id, table.serial, table.version, table.body).where(
                table.public_id.in_(public_ids)
            )
        )
        return {row.public_id: row for row in rows}

    def _change(self, op: str, kind: Kind, public_id: str) -> dict[str, Any]:
        self.serial += 1
        return {
            "serial": self.serial,
            "op": op,
            "kind": kind.value,
            "public_id": public_id,
            "at": self._now,
        }

    def _count(self, kind: Kind, record: Record, by: int) -> None:
        counted = [kind.value]
        if isinstance(record, PublicResult):
            if is_problem(record):
                counted.append("result.problem")
            if record.status == "open":
                counted.append("result.open")
        for what in counted:
            self._tally["", what] += by
            if agency := getattr(record, "agency_id", None):
                self._tally[agency, what] += by

    def _insert(self, table: type[Any], rows: Sequence[dict[str, Any]]) -> None:
        """Insert as plain statements: the ORM would split rows by which of their values are null."""
        if rows:
            self._session.execute(sa.insert(table.__table__), rows)


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
