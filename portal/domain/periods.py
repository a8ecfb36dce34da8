"""Months as their first and last day (期间)."""

import calendar
from datetime import date


def first_of_month(day: date) -> date:
    """Return the first day of the month of `day`."""
    return day.replace(day=1)


def last_of_month(day: date) -> date:
    """Return the last day of the month of `day`.

    >>> last_of_month(date(2024, 2, 5))
    datetime.date(2024, 2, 29)
    """
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
