"""What the parts of the work list have in common: who asks about which day, and one thing due."""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa

from portal.domain.deadlines import WorkCalendar
from portal.domain.worklist import WITHIN_DAYS, Bucket, Duty, span
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.people import EVERY_AGENCY
from portal.kit import holidays

CALENDAR = WorkCalendar(holidays.exceptions(), holidays.known_until())
Q = TypeVar("Q", bound="sa.Select[*tuple[Any, ...]]")


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose list is asked for, as of which day. `scope` is one agency's code, or EVERY_AGENCY."""

    today: date
    scope: str = EVERY_AGENCY
    within: int = WITHIN_DAYS

    def span(self, bucket: Bucket) -> tuple[date | None, date | None]:
        """Return the deadlines of a bucket: behind the first day, up to the last; None is open."""
        return span(CALENDAR, bucket, self.today, self.within)

    def mine(self, query: Q) -> Q:
        """Keep a query over batches to those of the agency."""
        return query if self.scope == EVERY_AGENCY else query.where(BatchRow.agency == self.scope)


class Place(NamedTuple):
    """Where a matter stands in the list: by deadline, then by source, each in its own order."""

    due_on: date
    rank: int
    day: date
    filing_id: int


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing due. `day` is the earliest day its clock runs from; `filing_id` its first filing."""

    place: Place
    duty: Duty
    kind: str
    batch_id: int
    count: int = 1
