"""How many working days a check took to become public, and whether that was in time (公开时限)."""

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from portal.domain.deadlines import WorkCalendar, publication_clock
from portal.kit import holidays
from portal.register.records import PublicResult

CALENDAR = WorkCalendar(holidays.exceptions(), holidays.known_until())


class Punctuality(NamedTuple):
    """Working days from inspection to first publication; both None where only the month is public."""

    working_days: int | None
    late: bool | None


def punctuality(result: PublicResult, published_on: date) -> Punctuality:
    """Measure the first publication of one check against the limit of 条例 art 26."""
    if result.month_only:
        return Punctuality(None, None)
    return measured(result.inspected_on, published_on)


@lru_cache(maxsize=20_000)
def measured(inspected_on: date, published_on: date) -> Punctuality:
    """Measure from one day to another; a release holds few different pairs."""
    clock = publication_clock(CALENDAR, inspected_on, published_on)
    return Punctuality(clock.working_days, not clock.in_time)
