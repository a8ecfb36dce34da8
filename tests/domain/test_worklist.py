"""What falls due when: counting back from a deadline agrees with counting on to it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.deadlines import PUBLICATION_DAYS, WorkCalendar
from portal.domain.worklist import Bucket, Duty, days_left, latest_start, plan_due, span
from portal.kit import holidays

DAYS = st.dates(date(2019, 1, 1), date(2027, 12, 31))


@pytest.fixture(scope="module")
def calendar() -> WorkCalendar:
    return WorkCalendar(holidays.exceptions(), holidays.known_until())


def holder(calendar: WorkCalendar, due_on: date, today: date, within: int) -> list[Bucket]:
    """Return the buckets a deadline belongs in."""
    found = []
    for bucket in Bucket:
        after, until = span(calendar, bucket, today, within)
        if (after is None or after < due_on) and (until is None or due_on <= until):
            found.append(bucket)
    return found


@given(start=DAYS, by=DAYS, days=st.integers(0, 60))
def test_a_day_is_early_enough_exactly_where_its_deadline_is(
    calendar: WorkCalendar, start: date, by: date, days: int
) -> None:
    early = start <= latest_start(calendar, by, days)

    assert early == (calendar.add(start, days) <= by)


@given(by=DAYS, days=st.integers(0, 60))
def test_the_day_behind_the_latest_start_is_too_late(
    calendar: WorkCalendar, by: date, days: int
) -> None:
    start = latest_start(calendar, by, days)

    assert calendar.add(start, days) <= by < calendar.add(start + timedelta(days=1), days)


#: The State Council's notice for 2025, 国办发明电〔2024〕12号.
@pytest.mark.parametrize(
    ("by", "start"),
    [
        (date(2025, 6, 18), date(2025, 5, 20)),  # over Dragon Boat Festival
        (date(2025, 2, 20), date(2025, 1, 19)),  # over Spring Festival; formed on a day off
        (date(2025, 10, 22), date(2025, 9, 18)),  # over National Day, with a Sunday and a Saturday
        (date(2025, 10, 8), date(2025, 9, 3)),  # the last day of the holiday: as the day before it
        (date(2025, 10, 11), date(2025, 9, 8)),  # a Saturday that is worked
        (date(2025, 10, 12), date(2025, 9, 8)),  # the Sunday behind it, which is not
    ],
)
def test_counting_back_knows_holidays_and_the_days_worked_for_them(
    calendar: WorkCalendar, by: date, start: date
) -> None:
    found = latest_start(calendar, by, PUBLICATION_DAYS)

    assert found == start
    assert calendar.between(found, by) == PUBLICATION_DAYS


@given(due_on=DAYS, today=DAYS, within=st.integers(0, 30))
def test_every_deadline_belongs_in_one_bucket(
    calendar: WorkCalendar, due_on: date, today: date, within: int
) -> None:
    found = holder(calendar, due_on, today, within)

    assert len(found) == 1


@pytest.mark.parametrize(
    ("due_on", "bucket", "left"),
    [
        (date(2025, 9, 26), Bucket.OVERDUE, -1),
        (date(2025, 9, 27), Bucket.OVERDUE, -1),  # a Saturday; the Sunday behind it is worked
        (date(2025, 9, 28), Bucket.TODAY, 0),
        (date(2025, 9, 29), Bucket.SOON, 1),
        (date(2025, 10, 8), Bucket.SOON, 2),  # the holiday's end: no day more than before it
        (date(2025, 10, 9), Bucket.SOON, 3),
        (date(2025, 10, 11), Bucket.SOON, 5),  # a Saturday that is worked
        (date(2025, 10, 13), Bucket.LATER, 6),
    ],
)
def test_five_working_days_ahead_reach_over_a_holiday(
    calendar: WorkCalendar, due_on: date, bucket: Bucket, left: int
) -> None:
    """From Sunday 28 September 2025, a working day before National Day."""
    today = date(2025, 9, 28)

    assert holder(calendar, due_on, today, 5) == [bucket]
    assert days_left(calendar, today, due_on) == left


def test_what_was_due_on_friday_is_overdue_on_saturday_by_no_working_day(
    calendar: WorkCalendar,
) -> None:
    friday, saturday = date(2025, 6, 20), date(2025, 6, 21)

    assert holder(calendar, friday, saturday, 5) == [Bucket.OVERDUE]
    assert days_left(calendar, saturday, friday) == 0


@pytest.mark.parametrize(
    ("approved_on", "due"),
    [
        (date(2025, 1, 6), (Duty.PUBLISH, date(2025, 2, 8))),
        (date(2025, 3, 3), (Duty.PUBLISH, date(2025, 3, 31))),
        (date(2025, 3, 20), (Duty.PLAN, date(2025, 3, 31))),
        (date(2025, 5, 6), (Duty.PLAN, date(2025, 3, 31))),
    ],
)
def test_a_plan_is_due_by_march_or_within_twenty_days_whichever_is_sooner(
    calendar: WorkCalendar, approved_on: date, due: tuple[Duty, date]
) -> None:
    found = plan_due(calendar, approved_on, 2025)

    assert found == due
