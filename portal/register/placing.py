"""The columns of a record's row: what layouts say, and what only the pen knows."""

from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.register.layout import LAYOUTS
from portal.register.punctual import punctuality
from portal.register.records import KIND_OF, PublicResult, Record
from portal.register.tables.agencies import AgencyRow
from portal.register.tables.results import ResultRow


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
        self._regions: dict[str, str] = {}

    def beside(self, record: Record, published_on: date) -> Beside:
        """Return what stands beside `record`, first published on `published_on`."""
        if not isinstance(record, PublicResult):
            return Beside()
        return Beside(self._region(record.agency_id), *punctuality(record, published_on))

    def present(self, table: type[Any], public_ids: Any) -> dict[str, Any]:  # noqa: ANN401 - a sequence of texts
        """Return the live rows among `public_ids`, with what stands beside results."""
        columns = [table.public_id, table.serial, table.version, table.body, table.published_on]
        if table is ResultRow:
            columns += [getattr(ResultRow, name) for name in Beside._fields]
        query = sa.select(*columns).where(table.public_id.in_(public_ids))
        return {row.public_id: row for row in self._session.execute(query)}

    def _region(self, agency_id: str) -> str:
        if agency_id not in self._regions:
            self._regions[agency_id] = self._session.scalars(
                sa.select(AgencyRow.region).where(AgencyRow.public_id == agency_id)
            ).one()
        return self._regions[agency_id]


def columns(record: Record, beside: Beside) -> dict[str, Any]:
    """Return the values of the columns of `record`'s row."""
    found = LAYOUTS[KIND_OF[type(record)]].columns(record)
    return found | beside._asdict() if isinstance(record, PublicResult) else found
