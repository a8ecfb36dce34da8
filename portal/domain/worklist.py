"""What falls due when, counted in working days (待办期限)."""

from datetime import date, timedelta

from portal.domain.codelists import CodeList
from portal.domain.deadlines import PUBLICATION_DAYS, WorkCalendar

#: Working days ahead that a work list shows unless asked otherwise.
WITHIN_DAYS = 5


class Bucket(CodeList):
    """How pressing it is (轻重缓急)."""

    OVERDUE = "overdue", "已超期", "Overdue"
    TODAY = "today", "今日到期", "Due today"
    SOON = "soon", "即将到期", "Due soon"
    LATER = "later", "以后到期", "Due later"


class Duty(CodeList):
    """What is to be done by then (事由)."""

    PUBLISH = "publish", "形成之日起20个工作日内公开", "To be public within 20 working days"
    PLAN = "publish_plan", "年度计划3月31日前公开", "Annual plan to be public by 31 March"
    CORRECTION = (
        "publish_correction",
        "更正登记之日起20个工作日内公开",
        "Correction to be public within 20 working days",
    )
    LIST = "publish_list", "名单保密期已过，请再次发布", "Embargo over: release the list"
    RECTIFY = "rectify", "整改到期，待复查", "Time to put right is over: recheck"
    RECHECK = (
        "recheck",
        "已收到整改报告，10个工作日内复查",
        "Recheck within 10 working days of the report",
    )


def latest_start(calendar: WorkCalendar, by: date, days: int) -> date:
    """Return the last day from which `days` working days end on or before `by`.

    The inverse of `WorkCalendar.add`, so that a deadline can be asked of an index over starting
    days: ``calendar.add(start, days) <= by`` exactly where ``start <= latest_start(...)``.
    """
    day = by
    while days > 0:
        days -= calendar.is_working(day)
        day -= timedelta(days=1)
    return day


def plan_due(calendar: WorkCalendar, approved_on: date, year: int) -> tuple[Duty, date]:
    """Return what binds the first version of a plan: 31 March of its year, or the 20 days if sooner."""
    in_march, in_days = date(year, 3, 31), calendar.add(approved_on, PUBLICATION_DAYS)
    return (Duty.PLAN, in_march) if in_march < in_days else (Duty.PUBLISH, in_days)


def days_left(calendar: WorkCalendar, today: date, due_on: date) -> int:
    """Return the working days from `today` to `due_on`, negative once it is past.

    Past on a day off, before any working day has gone by, is 0 as on the day itself.
    """
    return calendar.between(today, due_on) - calendar.between(due_on, today)


def span(
    calendar: WorkCalendar, bucket: Bucket, today: date, within: int
) -> tuple[date | None, date | None]:
    """Return the days that the deadlines of `bucket` lie behind, and the last of them; None is open."""
    yesterday, last = today - timedelta(days=1), calendar.add(today, within)
    return {
        Bucket.OVERDUE: (None, yesterday),
        Bucket.TODAY: (yesterday, today),
        Bucket.SOON: (today, last),
        Bucket.LATER: (last, None),
    }[bucket]
