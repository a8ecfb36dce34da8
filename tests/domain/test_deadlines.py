"""The publication clock over the real calendar of working days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.deadlines import PUBLICATION_DAYS, Clock, WorkCalendar, publication_clock
from portal.kit import holidays


@pytest.fixture(scope="module")
def calendar() -> WorkCalendar:
    return WorkCalendar(holidays.exceptions(), holidays.known_until())


#: The State Council's notices, 国办发明电〔2023〕7号 and 〔2024〕12号.
@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2024, 2, 4), True),  # Sunday, worked for Spring Festival
        (date(2024, 2, 9), True),  # New Year's Eve
        (date(2024, 2, 12), False),  # Monday of Spring Festival
        (date(2024, 2, 18), True),  # Sunday
        (date(2024, 9, 29), True),  # Sunday, worked for National Day
        (date(2024, 10, 7), False),  # Monday of National Day
        (date(2024, 10, 12), True),  # Saturday
        (date(2024, 10, 19), False),  # Saturday like any other
        (date(2025, 1, 26), True),  # Sunday, worked for Spring Festival
        (date(2025, 2, 4), False),  # Tuesday of Spring Festival
        (date(2025, 2, 8), True),  # Saturday
        (date(2025, 5, 2), False),  # Friday after Labour Day
        (date(2025, 9, 28), True),  # Sunday
        (date(2025, 10, 8), False),  # Wednesday of National Day and Mid-Autumn
        (date(2025, 10, 11), True),  # Saturday
        (date(2025, 6, 4), True),  # Wednesday like any other
    ],
)
def test_a_day_is_worked_as_the_notice_says(
    calendar: WorkCalendar, day: date, *, working: bool
) -> None:
    found = calendar.is_working(day)

    assert found is working


@pytest.mark.parametrize(
    ("formed_on", "due_on"),
    [
        (date(2024, 9, 20), date(2024, 10, 23)),  # over National Day, with a Sunday and a Saturday
        (date(2024, 9, 30), date(2024, 11, 1)),
        (date(2025, 9, 19), date(2025, 10, 23)),  # over eight days of National Day and Mid-Autumn
        (date(2024, 1, 26), date(2024, 2, 28)),  # over Spring Festival, with two Sundays
        (
            date(2025, 1, 17),
            date(2025, 2, 20),
        ),  # over Spring Festival, with a Sunday and a Saturday
        (date(2025, 2, 1), date(2025, 3, 3)),  # formed on a holiday
        (date(2025, 5, 20), date(2025, 6, 18)),  # over Dragon Boat Festival
        (date(2024, 3, 7), date(2024, 4, 7)),  # the twentieth day is a Sunday that is worked
    ],
)
def test_twenty_working_days_end_where_the_calendar_says(
    calendar: WorkCalendar, formed_on: date, due_on: date
) -> None:
    found = calendar.add(formed_on, PUBLICATION_DAYS)

    assert found == due_on
    assert calendar.between(formed_on, due_on) == PUBLICATION_DAYS


def test_the_day_itself_does_not_count(calendar: WorkCalendar) -> None:
    monday = date(2025, 6, 16)

    assert calendar.between(monday, monday) == 0
    assert calendar.between(monday, monday + timedelta(days=1)) == 1
    assert calendar.between(monday, monday - timedelta(days=9)) == 0
    assert calendar.add(monday, 0) == monday


def test_a_record_is_in_time_to_the_last_day(calendar: WorkCalendar) -> None:
    formed_on, due_on = date(2024, 9, 20), date(2024, 10, 23)

    last = publication_clock(calendar, formed_on, due_on)
    late = publication_clock(calendar, formed_on, due_on + timedelta(days=1))

    assert (last, last.in_time) == (Clock(formed_on, due_on, 20, due_on), True)
    assert (late.working_days, late.in_time) == (21, False)


def test_days_beyond_the_last_notice_follow_the_week(calendar: WorkCalendar) -> None:
    """Their deadlines are provisional; the calendar says from when on."""
    beyond = date(calendar.known_until.year + 1, 1, 1)
    week = [beyond + timedelta(days=n) for n in range(7)]

    worked = [calendar.is_working(day) for day in week]

    assert sum(worked) == 5
    assert calendar.known_until >= date(2025, 12, 31)


@given(
    start=st.dates(date(2023, 1, 1), date(2025, 11, 1)), days=st.integers(min_value=1, max_value=60)
)
def test_counting_and_adding_agree(calendar: WorkCalendar, start: date, days: int) -> None:
    end = calendar.add(start, days)

    assert calendar.is_working(end)
    assert calendar.between(start, end) == days
    assert calendar.between(start, end - timedelta(days=1)) == days - 1


@given(st.dates(date(2003, 1, 1), date(2030, 12, 31)), st.integers(-40, 900))
def test_days_are_counted_as_if_one_by_one(start: date, span: int) -> None:
    calendar = WorkCalendar(holidays.exceptions(), holidays.known_until())
    end = start + timedelta(days=span)
    days = (start + timedelta(days=n) for n in range(1, span + 1))

    assert calendar.between(start, end) == sum(calendar.is_working(day) for day in days)
