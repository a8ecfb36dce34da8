"""Holds what is derived from published records against them: columns, satellites, tallies, digests."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.kit.db import Table, UtcDateTime, among
from portal.register.cascade import CASCADE
from portal.register.layout import LAYOUTS
from portal.register.proofs.counted import Counted
from portal.register.proofs.forgotten import FORGOTTEN
from portal.register.proofs.packaged import Packaged
from portal.register.proofs.report import Audited
from portal.register.records import (
    TYPES,
    Kind,
    PublicAgency,
    PublicDraw,
    PublicResult,
    Record,
    decode,
)
from portal.register.salted import SALT
from portal.register.settling import settle
from portal.register.tables.changes import (
    ChangeRow,
    DigestRow,
    RetirementRow,
    TallyRow,
    VersionRow,
)
from portal.register.tables.log import LeafRow, RestorationRow
from portal.register.tables.plans import TaskItemRow, TaskRow
from portal.register.tables.rows import RecordRow
from portal.register.tallying import Tallies

_TWO = "[0-9][0-9]"
#: Characters of the pattern of one digit.
_DIGIT = "[0-9]"
_DAY = f"{_TWO}{_TWO}-{_TWO}-{_TWO}"
#: How SQLite holds what is written properly.
_PLAIN: dict[type[Any], str] = {
    sa.Boolean: "[01]",
    sa.Date: _DAY,
    UtcDateTime: f"{_DAY} {_TWO}:{_TWO}:{_TWO}.{_TWO}{_TWO}{_TWO}",
}
#: Since which change an agency stood for which region, oldest first; None where the text that said so is gone.
Stood = Mapping[str | None, Sequence[tuple[int, str | None]]]
#: The region of an agency that was taken back.
NOWHERE = ""
_Row = tuple[type[Table], tuple[tuple[str, Any], ...]]


_NEXT = aliased(LeafRow)
#: Texts that are gone, for which some dump that held them would not be retired: one made before the next change.
_UNMARKED = (
    sa.select(LeafRow.serial)
    .join(_NEXT, _NEXT.supersedes == LeafRow.serial)
    .where(LeafRow.salt.is_(None))
    .where(
        ~sa.exists().where(
            RetirementRow.serial >= _NEXT.serial, RetirementRow.since <= LeafRow.serial
        )
    )
    .subquery()
)
_NEWEST = sa.select(sa.func.max(ChangeRow.serial)).scalar_subquery()
#: What no transaction leaves behind.
_IMPOSSIBLE = (
    sa.select(RetirementRow.serial)
    .where(
        (RetirementRow.since < 1)
        | (RetirementRow.since >= RetirementRow.serial)
        | (RetirementRow.serial > _NEWEST)
    )
    .subquery()
)


class Derived:
    """Follows the live records as they are walked; `finish` looks for what belongs to none."""

    def __init__(self, session: Session, found: Audited) -> None:
        """Begin with nothing seen."""
        self._session = session
        self._found = found
        self._tallies = Tallies()
        self._counted = Counted(session, found)
        self._packaged = Packaged(session, found)
        self._satellites: Counter[type[Table]] = Counter()
        self.stood = _stood(session)

    def check(self, kind: Kind, rows: Sequence[RecordRow]) -> None:
        """Compare some live rows of one kind with what their bodies say."""
        records: list[Record] = []
        for row in rows:
            try:
                record = decode(row.body, TYPES[kind])
            except msgspec.MsgspecError:
                continue  # its commitment does not fit either, and that has been said
            records.append(record)
            self._tallies.count(kind, record, +1)
            self._tallies.number(kind, row.public_id, row, +1)
            self._counted.count(record, row)
            if isinstance(record, PublicDraw):
                self._packaged.check(record)
            if not self._fits(kind, row, record):
                self._found.fault(f"{kind.zh} {row.public_id}：供查询的列与正文不符")
        self._settled([each for each in records if isinstance(each, PublicResult)])
        expected = Counter(
            (table, tuple(sorted(values.items())))
            for record in records
            for table, values in LAYOUTS[kind].satellites(record)
        )
        stored = Counter(self._stored(kind, [record.id for record in records]))
        if expected != stored:
            first, last = rows[0].serial, rows[-1].serial
            self._found.fault(f"{kind.zh}（第{first}至{last}条之间）：供查找的行与正文不符")

    def _settled(self, results: Sequence[PublicResult]) -> None:
        """Hold the state of results against the steps and letters that it follows from."""
        for stated, rightly in zip(results, settle(self._session, results), strict=True):
            if stated != rightly:
                self._found.fault(f"抽查结果 {stated.id}：处理状态与已公开的后续处理、来信办理不符")

    def finish(self) -> None:
        """Look for derived rows that belong to no live record, and compare the tallies."""
        for table in {table for kind in Kind for table, _ in _owned(self._session, kind, ())}:
            rows = self._session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            self._found.done["satellites"] += rows
            if rows != self._satellites[table]:
                self._found.fault(f"{table.__tablename__} 表有不属于任何已公开记录的行")
            self._written_plainly(table)
        self._written_plainly(ChangeRow)
        self._written_plainly(RestorationRow)
        for kind in Kind:
            self._written_plainly(LAYOUTS[kind].table)
        self._sums()
        self._referred()
        self._counted.finish()
        self._packaged.finish()

    def _sums(self) -> None:
        """Compare counts and digests with those of what was walked."""
        counts, states = self._tallies.expected()
        stored = {
            (scope, what): count
            for scope, what, count in self._session.execute(
                sa.select(TallyRow.scope, TallyRow.what, TallyRow.count)
            )
            if count
        }
        if stored != counts:
            self._found.fault("计数与已公开的记录不符")
        self._found.done["tallies"] = len(stored)
        query = sa.select(DigestRow.kind, DigestRow.state).where(
            DigestRow.kind.not_in((FORGOTTEN, SALT))
        )
        for kind, state in self._session.execute(query):
            if states.pop(kind, bytes(len(state))) != state:
                self._found.fault(f"{kind} 的集合摘要与已公开的记录不符")
        for kind in states:
            self._found.fault(f"缺少 {kind} 的集合摘要")
        for odd in (_UNMARKED, _IMPOSSIBLE):
            if self._session.scalar(sa.select(sa.func.count()).select_from(odd)):
                self._found.fault("有撤下或隐去的内容没有使载有它的数据包停用")

    def _referred(self) -> None:
        """Look for live records that were kept out of sight while what they belong to was withdrawn, though it may be back."""
        for parent, below in CASCADE.items():
            owner = LAYOUTS[parent].table
            went = (ChangeRow.kind == parent.value) & (ChangeRow.op == "withdraw")
            for child, refers in below:
                own = LAYOUTS[child].table
                live = sa.exists().where(owner.public_id == refers)
                since = sa.exists().where(
                    went, ChangeRow.public_id == refers, ChangeRow.serial > own.serial
                )
                for left, why in ((~live, "已不在登记册中"), (since, "在其后撤下过")):
                    found = sa.select(own.public_id).where(refers.is_not(None), left)
                    if which := self._session.scalar(found.limit(1)):
                        self._found.fault(f"{child.zh} {which}：所属的{parent.zh}{why}")

    def _written_plainly(self, table: type[Any]) -> None:
        """Look for days and truths that read right and sort wrong; SQLite takes any value anywhere."""
        if self._session.get_bind().dialect.name != "sqlite":
            return
        for column in table.__table__.columns:
            if pattern := _PLAIN.get(type(column.type)):
                #: A pattern ends where a NUL stands.
                length = len(pattern.replace(_DIGIT, "0").replace("[01]", "0"))
                odd = (sa.func.glob(pattern, sa.type_coerce(column, sa.Text)) == 0) | (
                    sa.func.length(sa.cast(column, sa.LargeBinary)) != length
                )
                if self._session.scalar(sa.select(sa.func.count()).where(odd)):
                    self._found.fault(f"{table.__tablename__} 表的 {column.name} 列有写法不对的值")

    def _fits(self, kind: Kind, row: RecordRow, record: Record) -> bool:
        """Whether the columns beside the body say what the body says."""
        columns = LAYOUTS[kind].columns(record)
        if any(getattr(row, name) != value for name, value in columns.items()):
            return False
        if kind is not Kind.RESULT:
            return True
        #: A result keeps the region its agency had on the day.
        where = stood_in(self.stood, columns.get("agency_id"), row.serial)
        return where is None or NOWHERE in where or getattr(row, "region", None) in where

    def _stored(self, kind: Kind, public_ids: Sequence[str]) -> Iterator[_Row]:
        for table, condition in _owned(self._session, kind, public_ids):
            columns = table.__table__.columns
            names = tuple(column.name for column in columns)
            for row in self._session.execute(sa.select(*columns).where(condition)):
                self._satellites[table] += 1
                yield table, tuple(sorted(zip(names, row, strict=True)))


def _owned(
    session: Session, kind: Kind, public_ids: Sequence[str]
) -> Iterator[tuple[type[Table], sa.ColumnElement[bool]]]:
    """Yield the satellite tables of a kind, each with the condition that finds these records' rows."""
    for owner in LAYOUTS[kind].owners:
        condition = among(session, owner, public_ids)
        yield cast("type[Table]", owner.class_), condition
        if owner is TaskRow.plan_id:
            yield (
                TaskItemRow,
                TaskItemRow.task_id.in_(sa.select(TaskRow.public_id).where(condition)),
            )


def stood_in(stood: Stood, agency: str | None, serial: int) -> set[str] | None:
    """Return where an agency stood when a change was made; None where nobody can tell any more.

    Once it was taken back it stands nowhere, and what its checks say of its region is as it was.
    """
    before = [region for since, region in stood.get(agency, ()) if since < serial][-1:]
    return None if None in before else {each for each in before if each is not None}


def _stood(session: Session) -> Stood:
    said = dict(_regions(session))
    found: dict[str | None, list[tuple[int, str | None]]] = defaultdict(list)
    query = sa.select(ChangeRow.public_id, ChangeRow.serial, ChangeRow.op)
    query = query.where(ChangeRow.kind == Kind.AGENCY.value).order_by(ChangeRow.serial)
    for agency, serial, op in session.execute(query):
        found[agency].append((serial, NOWHERE if op == "withdraw" else said.get(serial)))
    return found


def _regions(session: Session) -> Iterator[tuple[int, str]]:
    """Yield every region an agency stands or stood for, behind the change since which it did."""
    live = LAYOUTS[Kind.AGENCY].table
    older = VersionRow.public_id.in_(sa.select(live.public_id))
    bodies = sa.union_all(
        sa.select(live.serial, live.body),
        sa.select(VersionRow.serial, VersionRow.body).where(older),
    )
    for serial, body in session.execute(bodies):
        try:
            agency = decode(body, PublicAgency)
        except msgspec.MsgspecError:
            continue
        yield serial, agency.region
