"""The columns of a record's row: what layouts say, and what only the pen knows."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.domain.errors import LogBroken
from portal.register.layout import LAYOUTS
from portal.register.punctual import punctuality
from portal.register.records import KIND_OF, PublicResult, Record
from portal.register.tables.agencies import AgencyRow
from portal.register.tables.changes import ChangeRow
from portal.register.tables.results import ResultRow

_KINDS = {layout.table: kind.value for kind, layout in LAYOUTS.items()}


class Beside(NamedTuple):
    """What stands beside a result: the region its agency had on the day, and its punctuality."""

    region: str | None = None
    working_days: int | None = None
    late: bool | None = None


class Numbers(NamedTuple):
    """Under which change, as which version and since when a record is public."""

    serial: int
    version: int
    published_on: date


class Placing:
    """Makes columns; remembers the regions it has asked for."""

    def __init__(self, session: Session) -> None:
        """Begin with nothing known."""
        self._session = session
        self._regions: dict[str, str | None] = {}

    def beside(self, record: Record, published_on: date, was: Beside | None = None) -> Beside:
        """Return what stands beside `record`, first published on `published_on`.

        `was`: what stands there. The region stays where the agency was taken back: nobody can tell another.
        """
        if not isinstance(record, PublicResult):
            return Beside()
        region = self._region(record.agency_id) or (was.region if was else None)
        return Beside(region, *punctuality(record, published_on))

    def known(self, records: Sequence[Record], asked: Collection[str]) -> list[Record]:
        """Return these records of one kind, of those that are `asked` for only what is live."""
        mine = [each.id for each in records if each.id in asked]
        there = self.present(LAYOUTS[KIND_OF[type(records[0])]].table, mine) if mine else {}
        absent = set(mine) - there.keys()
        return [each for each in records if each.id not in absent]

    def present(self, table: type[Any], public_ids: Any) -> dict[str, Any]:  # noqa: ANN401 - a sequence of texts
        """Return the live rows among `public_ids`, with what stands beside results.

        Raises:
            LogBroken: one is not there of which the changelog says that it is public, or not as its last change left it:
                taken away by hand, or put back as it was before, what is done to it now would not reach it afterwards.

        """
        columns = [table.public_id, table.serial, table.version, table.body, table.published_on]
        if table is ResultRow:
            columns += [getattr(ResultRow, name) for name in Beside._fields]
        query = sa.select(*columns).where(table.public_id.in_(public_ids))
        found = {row.public_id: row for row in self._session.execute(query)}
        self._hold_absent(table, [each for each in public_ids if each not in found])
        self._hold_newest(table, found)
        return found

    def _hold_newest(self, table: type[Any], found: Mapping[str, Any]) -> None:
        if not found:
            return
        last = sa.func.max(ChangeRow.serial).label("serial")
        mine = (ChangeRow.kind == _KINDS[table], ChangeRow.public_id.in_(found))
        query = sa.select(ChangeRow.public_id, last).where(*mine).group_by(ChangeRow.public_id)
        stand = {row.public_id: row.serial for row in self._session.execute(query)}
        if stand != {each: row.serial for each, row in found.items()}:
            raise LogBroken(
                "登记册中有记录不是其最后一次变更后的样子，可能被改动过；"
                "请运行 portal-site verify-log 查明原因"
            )

    def _hold_absent(self, table: type[Any], absent: Sequence[str]) -> None:
        kind = _KINDS[table]
        later = aliased(ChangeRow)
        again = sa.exists().where(
            later.kind == kind,
            later.public_id == ChangeRow.public_id,
            later.serial > ChangeRow.serial,
        )
        query = (
            sa.select(ChangeRow.serial)
            .where(ChangeRow.kind == kind, ChangeRow.public_id.in_(absent))
            .where(ChangeRow.op != "withdraw", ~again)
            .limit(1)
        )
        if absent and (serial := self._session.scalar(query)):
            raise LogBroken(
                f"第{serial}条公开的记录不在登记册中，却没有撤下过，登记册可能被改动过；"
                "请运行 portal-site verify-log 查明原因"
            )

    def _region(self, agency_id: str) -> str | None:
        if agency_id not in self._regions:
            self._regions[agency_id] = self._session.scalars(
                sa.select(AgencyRow.region).where(AgencyRow.public_id == agency_id)
            ).one_or_none()
        return self._regions[agency_id]


def columns(record: Record, beside: Beside) -> dict[str, Any]:
    """Return the values of the columns of `record`'s row."""
    found = LAYOUTS[KIND_OF[type(record)]].columns(record)
    return found | beside._asdict() if isinstance(record, PublicResult) else found
