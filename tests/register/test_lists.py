"""Lists: complete, without repeats, and steady while records are being published."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.kit import clock
from portal.register.queries import paging, results
from portal.register.queries.results import ResultFilter
from portal.register.records import PublicEntity, PublicResult
from portal.register.selecting import walking
from portal.register.selecting.order import BadCursor
from portal.register.writer import open_pen
from tests.register.makers import a_public_agency, a_public_entity, a_public_result

NOW = datetime(2025, 6, 2, tzinfo=UTC)


def _fill(engine: sa.Engine, count: int) -> None:
    with open_pen(engine, now=NOW) as pen:
        pen.append(a_public_agency())
        pen.append(a_public_entity())
        for number in range(count):
            day = date(2024, 1, 1) + timedelta(days=number // 3)
            outcomes = ("ordered_to_rectify", "concealed") if number % 4 == 0 else ("no_problem",)
            pen.append(a_public_result(id=f"r_{number:04}", inspected_on=day, outcomes=outcomes))


def _walk(session: Session, wanted: ResultFilter) -> list[str]:
    found: list[str] = []
    cursor = None
    while True:
        page = results.listed(session, wanted, cursor=cursor, limit=7)
        found += [row.record.id for row in page.rows]
        if page.next is None:
            return found
        cursor = page.next


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (ResultFilter(), range(100)),
        (ResultFilter(problems=True), range(0, 100, 4)),
        (ResultFilter(status="open"), range(0, 100, 4)),
        (ResultFilter(outcome="concealed"), range(0, 100, 4)),
        (ResultFilter(item="i_1"), range(100)),
        (ResultFilter(outcome="no_problem", agency="a_2"), ()),
        (ResultFilter(agency="a_1", outcome="no_problem"), [n for n in range(100) if n % 4]),
        (ResultFilter(region="990100"), range(100)),
        (ResultFilter(year=2023), ()),
        (ResultFilter(entity="e_1", year=2024), range(100)),
    ],
    ids=str,
)
def test_walking_a_list_gives_each_match_once_latest_first(
    migrated_register: sa.Engine, wanted: ResultFilter, numbers: list[int]
) -> None:
    _fill(migrated_register, 100)

    with Session(migrated_register) as session:
        found = _walk(session, wanted)

    expected = sorted(numbers, key=lambda number: (number // 3, number), reverse=True)
    assert found == [f"r_{number:04}" for number in expected]


def test_a_list_stays_complete_while_records_are_published(migrated_register: sa.Engine) -> None:
    _fill(migrated_register, 30)
    with Session(migrated_register) as session:
        first = results.listed(session, ResultFilter(), limit=10)

    with open_pen(migrated_register, now=NOW) as pen:
        for number in range(50, 60):
            pen.append(a_public_result(id=f"r_{number:04}", inspected_on=date(2025, 1, 1)))
    with Session(migrated_register) as session:
        rest = results.listed(session, ResultFilter(), cursor=first.next, limit=100)

    found = [row.record.id for row in (*first.rows, *rest.rows)]
    assert found == [f"r_{number:04}" for number in reversed(range(30))]


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "!!",
        "W10",
        "WyIyMDI0LTEzLTAxIiwiYSJd",
        "bnVsbA",
        "WzEwMDAwMDAwMDAwMDAwMDAwMDAwLCJwIl0",
        "W0luZmluaXR5LCJwIl0",
        "WyIyMDI0LTAxLTAxIiwiXHVkODAwIl0",
    ],
)
def test_a_strange_cursor_is_refused(migrated_register: sa.Engine, cursor: str) -> None:
    with Session(migrated_register) as session, pytest.raises(BadCursor):
        results.listed(session, ResultFilter(), cursor=cursor)


def test_the_same_list_of_another_day_is_another_list(
    migrated_register: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was asked before is kept as it was asked, the day with it."""
    _fill(migrated_register, 8)
    due = a_public_result(
        id="r_due", outcomes=("ordered_to_rectify",), stated_due_on=date(2025, 6, 10)
    )
    with open_pen(migrated_register, now=NOW) as pen:
        pen.append(due)
    found = []
    for day in (date(2025, 6, 10), date(2025, 6, 11), date(2025, 6, 10)):
        monkeypatch.setattr(clock, "local_today", lambda day=day: day)
        with Session(migrated_register) as session:
            page = paging.page_of(session, PublicResult, {"status": "overdue"})
        found.append([row.record.id for row in page.rows if row.record.id == "r_due"])

    assert found == [[], ["r_due"], []]


def test_no_number_that_somebody_typed_is_kept_with_what_was_asked(
    migrated_register: sa.Engine,
) -> None:
    typed = "91990101MA0A00003Y"
    walking._BEGINNINGS.clear()
    with Session(migrated_register) as session:
        for conditions in ({"identifier": typed}, {"kind": "enterprise"}):
            paging.page_of(session, PublicEntity, conditions)

    kept = [made_of for made_of in walking._BEGINNINGS if "entities" in str(made_of[0])]
    assert [typed in str(made_of) for made_of in kept] == [False]
