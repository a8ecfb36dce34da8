"""The figures that the pen keeps: whatever happened, they equal what counting again gives."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.domain.deadlines import WorkCalendar, publication_clock
from portal.kit import holidays
from portal.register import records as r
from portal.register.columns.rows import reader
from portal.register.proofs.audit import audit
from portal.register.queries import statistics
from portal.register.queries.statistics import Scope
from portal.register.records import Kind, decode
from portal.register.selecting import figured
from portal.register.selecting.checks import ResultState
from portal.register.selecting.model import Selection
from portal.register.selecting.walking import Walk
from portal.register.tables.agencies import AgencyRow
from portal.register.tables.draws import DrawEntryRow, DrawRow
from portal.register.tables.entities import EntityRow
from portal.register.tables.figures import FigureRow, VisitRow
from portal.register.tables.plans import PlanRow
from portal.register.tables.results import ResultRow
from portal.register.writer import Pen, open_pen
from tests.register.makers import a_public_agency, a_public_entity, a_public_result, a_public_step
from tests.stage import register_alone

START = datetime(2025, 7, 7, 1, 0, tzinfo=UTC)
CALENDAR = WorkCalendar(holidays.exceptions(), holidays.known_until())
OUTCOMES = ("no_problem", "ordered_to_rectify", "pending", "no_such_activity")
Cell = tuple[str, str, str, str, str]

_RESULTS = st.builds(
    lambda number, agency, entity, day, outcomes, item, task, month, due: a_public_result(
        id=f"r_{number}", agency_id=f"a_{agency}", entity_id=f"e_{entity}",
        inspected_on=date(2024, 11, 1) + timedelta(days=day), task_id=task, month_only=month,
        stated_due_on=date(2025, 8, due) if due else None,
        findings=tuple(
            r.PublicFinding(item_name="检查", outcomes=(each,), item_id=item) for each in outcomes
        ),
    ),
    st.integers(0, 3), st.integers(1, 2), st.integers(1, 3), st.integers(0, 240),
    st.lists(st.sampled_from(OUTCOMES), min_size=1, max_size=3),
    st.sampled_from(["i_1", "i_2", None]), st.sampled_from(["t_10", "t_11", "t_20", None]), st.booleans(),
    st.integers(0, 2),
)  # fmt: skip
_STEPS = st.builds(
    lambda number, step: a_public_step(id=f"f_{number}", result_id=f"r_{number}", step=step),
    st.integers(0, 3),
    st.sampled_from(["ordered", "closed"]),
)
_PLANS = st.builds(
    lambda number, version, months: r.PublicPlan(
        id=f"p_{number}", agency_id="a_1", code="P", name="示例市计划", year=2024 + version, version=version,
        approved_on=date(2025, 1, 5),
        tasks=tuple(
            r.PublicTask(
                id=f"t_{number}{n}", code=f"T{n}", name="任务", object_scope="全部", task_type="directed",
                starts_on=date(2025, month, 1), ends_on=date(2025, 12, 31), joint=joint,
                planned_count=month if month % 2 else None,
            )
            for n, (month, joint) in enumerate(months)
        ),
    ),
    st.integers(1, 2),
    st.integers(1, 2),
    st.lists(st.tuples(st.integers(1, 12), st.sampled_from([None, "internal"])), max_size=3),
)  # fmt: skip
_A_PLAN = r.PublicPlan(
    id="p_1", agency_id="a_1", code="P", name="示例市计划", year=2025, version=1,
    approved_on=date(2025, 1, 5),
    tasks=(
        r.PublicTask(
            id="t_10", code="T", name="任务", object_scope="全部", task_type="directed",
            starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31),
        ),
    ),
)  # fmt: skip
_ENTRIES = st.builds(
    lambda entity: r.PublicDrawEntry(
        id=f"l_{entity}", draw_id="d_1", entity_id=f"e_{entity}", drawn_on=date(2025, 3, 3)
    ),
    st.integers(1, 3),
)
_GONE = st.sampled_from(
    [(Kind.RESULT, "r_0"), (Kind.RESULT, "r_1"), (Kind.ENTITY, "e_1"), (Kind.FOLLOWUP, "f_2"),
     (Kind.DRAW_ENTRY, "l_1"), (Kind.PLAN, "p_1"), (Kind.DRAW, "d_1")]
)  # fmt: skip
_MOVED = st.sampled_from(["990100", "990101"])
Act = r.Record | tuple[Kind, str] | str
_ACTS = st.lists(
    st.one_of(_RESULTS, _RESULTS, _STEPS, _PLANS, _ENTRIES, _GONE, _MOVED), max_size=20
)


def _do(pen: Pen, act: Act, live: set[str]) -> None:
    if isinstance(act, str):
        pen.append(a_public_agency(region=act))
    elif isinstance(act, tuple):
        pen.withdraw(act[0], [act[1]])
    elif {getattr(act, name, "a_1") for name in ("entity_id", "result_id", "draw_id")} - {
        None
    } <= live:
        pen.append(act)


def _play(engine: sa.Engine, acts: list[Act]) -> None:
    with open_pen(engine, now=START) as pen:
        pen.append(a_public_agency())
        pen.append(a_public_agency(id="a_2", name="示例市示例县应急管理局", region="990121"))
        for number in (1, 2, 3):
            pen.append(a_public_entity(id=f"e_{number}"))
        pen.append(
            r.PublicDraw(
                id="d_1", agency_id="a_1", name="抽取", round_no=1, drawn_on=date(2025, 3, 3),
                method="computer", task_id="t_10",
            )
        )  # fmt: skip
    for number, act in enumerate(acts, 1):
        with Session(engine) as session:
            live = {"a_1", *session.scalars(sa.select(ResultRow.public_id))}
            live |= set(session.scalars(sa.select(EntityRow.public_id)))
            live |= set(session.scalars(sa.select(DrawRow.public_id)))
        with open_pen(engine, now=START + timedelta(days=number)) as pen:
            _do(pen, act, live)


def _places(region: str, agency: str, day: date) -> Iterator[tuple[str, str, str]]:
    periods = (f"{day.year}Q{-(-day.month // 3)}", f"{day.year}", "")
    return product({region, ""}, {agency, ""}, periods)


def _from_scratch(session: Session) -> dict[Cell, int]:
    """Count everything from the live rows, in the plainest words."""
    found: Counter[Cell] = Counter()
    seen: dict[tuple[str, str, str, str], list[bool]] = {}
    for row in session.scalars(sa.select(ResultRow)):
        result = decode(row.body, r.PublicResult)
        for place in _places(row.region, row.agency_id, row.inspected_on):
            found.update({(measure, *place, key): 1 for measure, key in _keys(row, result)})
            seen.setdefault((row.entity_id, *place), []).append(row.problem)
    for (_, *where), problems in seen.items():
        place = (where[0], where[1], where[2])
        found["party", *place, "checked"] += 1
        found["party", *place, "problem"] += any(problems)
        found["party", *place, "repeat"] += sum(problems) >= 2
    for plan_row in session.scalars(sa.select(PlanRow)):
        for task in decode(plan_row.body, r.PublicPlan).tasks:
            for place in _places("", plan_row.agency_id, task.starts_on):
                found["task", *place, task.joint or "none"] += 1
    for entry in session.scalars(sa.select(DrawEntryRow)):
        for place in _places("", "", entry.drawn_on):
            found["entry", *place, entry.draw_id] += 1
    for plan_row in session.scalars(sa.select(PlanRow)):
        plan = decode(plan_row.body, r.PublicPlan)
        for what, count in _of_plan(session, plan).items():
            found["plan", "", "", "", f"{plan.id}/{what}"] += count
            for agency, period in product((plan.agency_id, ""), (str(plan.year), "")):
                found["progress", "", agency, period, what] += count
    return {cell: count for cell, count in found.items() if count}


def _of_plan(session: Session, plan: r.PublicPlan) -> Counter[str]:
    tasks = {task.id: task for task in plan.tasks}
    found = Counter(task=len(tasks), planned=sum(t.planned_count or 0 for t in plan.tasks))
    draws = sa.select(DrawRow.public_id).where(DrawRow.task_id.in_(tasks))
    entries = session.scalars(sa.select(DrawEntryRow.draw_id)).all()
    found["drawn"] = sum(entries.count(draw) for draw in session.scalars(draws))
    for row in session.scalars(sa.select(ResultRow).where(ResultRow.task_id.in_(tasks))):
        found["published"] += 1
        found["stated"] += bool(tasks[str(row.task_id)].planned_count)
        found["problem"] += row.problem
        found["closed"] += row.problem and row.status == "closed"
    return found


def _keys(row: ResultRow, result: r.PublicResult) -> Iterator[tuple[str, str]]:
    state = row.status if row.problem else None
    yield "result", "problem" if row.problem else "none"
    if state:
        yield "state", state
    if state == "open" and row.due_on:
        yield "due", str(row.due_on)
    if not result.month_only:
        clock = publication_clock(CALENDAR, row.inspected_on, row.published_on)
        yield "days", f"{clock.working_days:03}"
        yield "published", "in_time" if clock.in_time else "late"
    if row.task_id:
        yield "of_task", f"{row.task_id}/"
        if row.problem:
            yield "of_task", f"{row.task_id}/problem"
        if state:
            yield "of_task", f"{row.task_id}/{state}"
    for finding in result.findings:
        for code in finding.outcomes:
            yield "outcome", code
            if finding.item_id:
                yield "item", finding.item_id
                yield "item_outcome", f"{finding.item_id}/{code}"


def _kept(session: Session) -> Mapping[Cell, int]:
    rows = session.scalars(sa.select(FigureRow))
    return {(e.measure, e.region, e.agency, e.period, e.key): e.count for e in rows}


@given(acts=_ACTS)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_figures_equal_what_counting_again_gives(acts: list[Act], migrated: Path) -> None:
    engine = register_alone(migrated)
    _play(engine, acts)

    with Session(engine) as session:
        assert _kept(session) == _from_scratch(session)
        assert set(session.scalars(sa.select(VisitRow.entity_id))) == set(
            session.scalars(sa.select(ResultRow.entity_id))
        )
        #: Nobody has signed this log, and that alone is missed.
        assert [each for each in audit(session).faults if "尚未签署" not in each] == []


@given(acts=_ACTS)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_selection_has_as_many_results_as_figures_say(acts: list[Act], migrated: Path) -> None:
    engine = register_alone(migrated)
    _play(engine, acts)
    scopes: list[dict[str, Any]] = [{}, {"agency": "a_1"}, {"year": 2025}, {"quarter": "2025Q1"}]
    scopes += [{"agency": "a_2", "year": 2024}, {"agency": "a_1", "quarter": "2025Q2"}]
    rest: list[dict[str, Any]] = [{}, {"problems": True}, {"problems": False}]
    rest += [{"status": ResultState(each)} for each in ("open", "overdue", "closed")]

    with Session(engine) as session:
        for asked in (one | other for one, other in product(scopes, rest)):
            for today in (
                (date(2025, 8, 1), date(2025, 8, 2)) if "status" in asked else (date(2025, 8, 1),)
            ):
                walk = Walk(session, Selection("results", asked), reader("results", ""), today)
                figure = figured.count(session, asked, today)
                assert (asked, figure) == (asked, sum(1 for _ in walk.all()))
                assert walk.count() == (figure, True)


def test_of_two_periods_or_two_conditions_no_figure_is_kept(migrated_register: sa.Engine) -> None:
    asked: list[dict[str, Any]] = [
        {"year": 2025, "quarter": "2025Q1"}, {"problems": True, "status": "open"}, {"late": True},
        {"region": "990100"},
    ]  # fmt: skip
    with Session(migrated_register) as session:
        assert [figured.count(session, each, date(2025, 8, 1)) for each in asked] == [None] * 4


def test_the_median_of_days_is_the_one_in_the_middle(migrated_register: sa.Engine) -> None:
    """Of an odd number; half-way between the two in the middle of an even one; of none there is none."""
    days = {"a_1": {3: 2, 8: 1, 9: 1}, "a_2": {7: 1, 12: 1, 30: 1}}
    days[""] = {number: count for own in list(days.values()) for number, count in own.items()}
    with Session(migrated_register) as session:
        for agency, own in days.items():
            counts = [("published", "in_time", sum(own.values()))]
            counts += [("days", f"{number:03}", count) for number, count in own.items()]
            for measure, key, count in counts:
                at = {"measure": measure, "region": "", "agency": agency, "period": "", "key": key}
                session.add(FigureRow(**at, count=count))
        session.flush()
        found = statistics.punctuality(session, Scope(), "agency")
        assert {line.group: line.values["median_days"] for line in found.lines} == {
            "a_1": Decimal("5.5"), "a_2": Decimal(12),
        }  # fmt: skip
        assert found.total.values["median_days"] == Decimal(8)
        of_none = statistics.punctuality(session, Scope(year=1999), "all")
        assert of_none.total.values["median_days"] is None
        session.rollback()


def test_a_withdrawal_leaves_no_count_behind(migrated_register: sa.Engine) -> None:
    with open_pen(migrated_register, now=START) as pen:
        pen.append(a_public_agency())
        pen.append(a_public_entity())
        pen.append(a_public_result())

    with open_pen(migrated_register, now=START + timedelta(days=1)) as pen:
        pen.withdraw(Kind.RESULT, ["r_1"])

    with Session(migrated_register) as session:
        assert [
            session.scalar(sa.select(sa.func.count()).select_from(t)) for t in (FigureRow, VisitRow)
        ] == [0, 0]


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE figure SET count = count + 1 WHERE measure = 'result'", "统计数字与已公开的记录不符"),
        ("UPDATE figure SET count = count + 1 WHERE measure = 'plan'", "统计数字与已公开的记录不符"),
        ("DELETE FROM figure WHERE measure = 'party'", "统计数字与已公开的记录不符"),
        ("UPDATE visit SET problems = 1", "检查对象受检次数的记录与已公开的结果不符"),
        ("DELETE FROM visit", "检查对象受检次数的记录与已公开的结果不符"),
        ("UPDATE result SET late = NULL", "抽查结果 r_1：所记公开用时与检查日期、公开日期不符"),
    ],
)  # fmt: skip
def test_the_audit_finds_a_changed_figure(
    migrated_register: sa.Engine, statement: str, fault: str
) -> None:
    with open_pen(migrated_register, now=START) as pen:
        pen.append(a_public_agency())
        pen.append(a_public_entity())
        pen.append(_A_PLAN)
        pen.append(a_public_result())
    with migrated_register.begin() as connection:
        connection.exec_driver_sql(statement)

    with Session(migrated_register) as session:
        assert fault in audit(session).faults


def test_figures_of_a_region_stay_where_the_agency_was_on_the_day(
    migrated_register: sa.Engine,
) -> None:
    with open_pen(migrated_register, now=START) as pen:
        pen.append(a_public_agency())
        pen.append(a_public_entity())
        pen.append(a_public_result())
        pen.append(a_public_agency(region="990101"))

    with Session(migrated_register) as session:
        regions = session.scalars(sa.select(AgencyRow.region)).all()
        counted = sa.select(FigureRow.region).where(FigureRow.region != "").distinct()
        assert (regions, session.scalars(counted).all()) == (["990101"], ["990100"])
