"""Working days and the publication clock (工作日与公开时限)."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate

#: Days a record may take from being formed to being public (政府信息公开条例 art 26).
PUBLICATION_DAYS = 20
_SATURDAY = 5
_WEEK = 7


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Chinese working days: weekends, holidays off, make-up Saturdays and Sundays on.

    `exceptions` maps a date to True (working) or False (off) where it differs from the
    weekday rule; it comes from the State Council's yearly notice. Days after `known_until`
    follow the weekday rule alone, so deadlines beyond it are provisional.
    """

    exceptions: Mapping[date, bool]
    known_until: date
    #: The exceptions in order, as ordinals, and how many working days they add up to and including each.
    _exceptional: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _added: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Add up the exceptions, so that no count walks the days."""
        days = sorted(self.exceptions)
        more = (self.exceptions[day] - (day.weekday() < _SATURDAY) for day in days)
        object.__setattr__(self, "_exceptional", tuple(day.toordinal() for day in days))
        object.__setattr__(self, "_added", tuple(accumulate(more, initial=0)))

    def is_working(self, day: date) -> bool:
        """Whether `day` is a working day."""
        return self.exceptions.get(day, day.weekday() < _SATURDAY)

    def add(self, start: date, days: int) -> date:
        """Return the `days`-th working day after `start`; the day itself does not count."""
        day = start
        while days > 0:
            day += timedelta(days=1)
            days -= self.is_working(day)
        return day

    def between(self, start: date, end: date) -> int:
        """Count the working days after `start` up to and including `end`; 0 if end <= start."""
        return max(0, self._until(end.toordinal()) - self._until(start.toordinal()))

    def _until(self, day: int) -> int:
        """Count the working days up to and including a day; the first ordinal is a Monday."""
        weekdays = day // _WEEK * _SATURDAY + min(day % _WEEK, _SATURDAY)
        return weekdays + self._added[bisect_right(self._exceptional, day)]


@dataclass(frozen=True, slots=True)
class Clock:
    """How long one record took to become public, held against its limit."""

    formed_on: date
    published_on: date
    working_days: int
    due_on: date

    @property
    def in_time(self) -> bool:
        """Whether it was public by the last day of the limit."""
        return self.published_on <= self.due_on


def publication_clock(calendar: WorkCalendar, formed_on: date, published_on: date) -> Clock:
    """Measure one publication against the 20 working days of 政府信息公开条例 art 26."""
    return Clock(
        formed_on,
        published_on,
        calendar.between(formed_on, published_on),
        calendar.add(formed_on, PUBLICATION_DAYS),
    )
