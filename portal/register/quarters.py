"""Quarters of a year, written 2025Q2 (季度)."""

from calendar import monthrange
from datetime import date


def quarter(day: date) -> str:
    """Return the quarter of a day.

    >>> quarter(date(2025, 5, 20))
    '2025Q2'
    """
    return f"{day.year:04}Q{(day.month + 2) // 3}"


def days_of(period: str) -> tuple[date, date]:
    """Return the first and the last day of a quarter.

    >>> days_of("2025Q1")
    (datetime.date(2025, 1, 1), datetime.date(2025, 3, 31))
    """
    year, number = int(period[:4]), int(period[5])
    last = 3 * number
    return date(year, last - 2, 1), date(year, last, monthrange(year, last)[1])
