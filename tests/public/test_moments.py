"""A party's history: date order, days counted, what is awaited at the end."""

from datetime import date, timedelta
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from portal.public.pages.lines import ResultLine
from portal.public.pages.moments import timeline
from portal.register.columns.rows import Stored
from portal.register.queries.paging import Shown
from portal.register.records import PublicDraw, PublicFinding, PublicFollowUp, PublicResult, encode

TODAY = date(2025, 9, 1)
R = TypeVar("R", PublicResult, PublicFollowUp)


def _shown(record: R, day: date) -> Shown[R]:
    """Return a record as a list brings it, first published on `day`."""
    stored = Stored(record.id, 1, 1, day.isoformat(), encode(record).decode())
    return Shown(stored, type(record))


def _line(**changes: object) -> ResultLine:
    facts = {
        "id": "r_1", "agency_id": "a_1", "entity_id": "e_1", "inspected_on": date(2025, 5, 20),
        "findings": (PublicFinding(item_name="食品标签检查", outcomes=("ordered_to_rectify",)),),
        "draw_id": "d_1", "status": "open", "due_on": date(2025, 6, 30),
    } | changes  # fmt: skip
    result = PublicResult(**facts)  # type: ignore[arg-type]  # the facts are the record's own
    return ResultLine(_shown(result, date(2025, 6, 3)), (None, None), TODAY)


def _step(step: str, day: date, **more: object) -> Shown[PublicFollowUp]:
    facts = {"id": f"f_{step}", "agency_id": "a_1", "result_id": "r_1", "step": step}
    record = PublicFollowUp(**facts, taken_on=day, **more)  # type: ignore[arg-type]  # as above
    return _shown(record, day)


DRAW = PublicDraw(
    id="d_1", agency_id="a_1", name="食品抽查", round_no=1, drawn_on=date(2025, 5, 13),
    method="system",
)  # fmt: skip


def test_days_are_counted_from_draw_to_check_to_publication_to_step() -> None:
    steps = {"r_1": [_step("ordered", date(2025, 5, 23), due_on=date(2025, 6, 30))]}

    found = timeline([_line()], steps, [DRAW], TODAY)

    assert [(each.kind, each.on, each.days) for each in found] == [
        ("drawn", date(2025, 5, 13), None),
        ("inspected", date(2025, 5, 20), 7),
        ("ordered", date(2025, 5, 23), 3),
        ("published", date(2025, 6, 3), None),
        ("awaited", date(2025, 6, 30), 63),
    ]
    assert found[3].clock is not None
    assert found[3].clock.working_days == 9


def test_a_late_closing_counts_the_days_past_its_deadline() -> None:
    line = _line(status="closed", closed_on=date(2025, 7, 4))

    found = timeline([line], {"r_1": [_step("closed", date(2025, 7, 4))]}, [], TODAY)

    assert [(each.kind, each.days) for each in found] == [
        ("inspected", None), ("published", None), ("closed", 4),
    ]  # fmt: skip


def test_where_only_the_month_is_known_no_days_are_told() -> None:
    line = _line(inspected_on=date(2025, 5, 1), month_only=True)
    steps = {"r_1": [_step("ordered", date(2025, 5, 1), month_only=True)]}

    found = timeline([line], steps, [DRAW], TODAY)

    assert [each.kind for each in found] == [
        "drawn", "inspected", "ordered", "published", "awaited",
    ]  # fmt: skip
    assert [each.days for each in found] == [None] * 5
    assert [each.clock for each in found] == [None] * 5


@given(st.lists(st.tuples(st.integers(0, 900), st.booleans()), max_size=8))
def test_the_order_is_by_date_and_what_is_awaited_comes_last(
    checks: list[tuple[int, bool]],
) -> None:
    lines = [
        _line(id=f"r_{n}", inspected_on=date(2023, 1, 1) + timedelta(days), status=status)
        for n, (days, is_open) in enumerate(checks)
        for status in ["open" if is_open else "closed"]
    ]

    found = timeline(lines, {}, [], TODAY)
    past = [each.on for each in found if each.kind != "awaited"]

    assert past == sorted(past, key=str)
    assert [each.kind for each in found[len(past) :]] == ["awaited"] * sum(o for _d, o in checks)
