"""The holiday table as data: chinesecalendar's copy of the State Council's yearly notices."""

from datetime import date

from chinese_calendar import constants


def exceptions() -> dict[date, bool]:
    """Return the days that differ from the weekday rule: True working, False off."""
    return dict.fromkeys(constants.holidays, False) | dict.fromkeys(constants.workdays, True)


def known_until() -> date:
    """Return the last day of the last year whose notice the table holds."""
    return date(max(constants.holidays).year, 12, 31)
