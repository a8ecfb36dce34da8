"""The work list: what is due when, whose move it is, and what it costs to ask."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.domain.workflow import Role
from portal.domain.worklist import Bucket
from portal.internal.app import create_app
from portal.internal.cli import main
from portal.internal.desk import due, people, release, review
from portal.internal.desk.due import Later, Line, Section
from portal.internal.desk.matters import Asked, Place
from portal.internal.desk.stores import Stores
from portal.internal.tables.batches import BatchRow
from portal.internal.tables.filings import FilingRow
from portal.internal.tables.people import EVERY_AGENCY
from portal.kit import clock
from tests.conftest import NOW, Office
from tests.makers import AGENCY, AGENCY_ROW, CREDIT_CODE, RESULT_ROW, Row, a_text
from tests.plans import recorded
from tests.stage import environ, urls

PARTY = "示例市青禾食品有限公司"
PROBLEM: Row = {**RESULT_ROW, "outcomes": "发现问题已责令改正", "due_on": "2025-06-20"}
REPORT: Row = {"result_code": "JC-0001", "step": "收到整改报告", "taken_on": "2025-05-30"}
PASSED: Row = {
    "result_code": "JC-0001", "step": "复查", "taken_on": "2025-06-02", "passed": "是",
}  # fmt: skip
DRAW: Row = {
    "code": "2025-01", "name": "食品经营抽查第一轮", "drawn_on": "2025-05-20", "method": "系统随机抽取",
    "frame_count": 40, "sample_count": 1, "embargo_until": "2025-06-10",
    "entity_name": PARTY, "identifier": CREDIT_CODE,
}  # fmt: skip
PLAN: Row = {
    "code": "2025-SCJG", "name": "示例市市场监督管理局2025年度抽查计划", "year": 2025, "version": 1,
    "approved_on": "2025-03-20", "approver": "张某某", "task_code": "2025-SCJG-01",
    "task_name": "食品经营抽查", "object_scope": "全市食品经营者", "task_type": "不定向", "item_codes": "SP-001",
    "starts_on": "2025-04-01", "ends_on": "2025-06-30",
}  # fmt: skip
#: The twentieth working day after 20 May 2025, over Dragon Boat Festival.
LAST_DAY = date(2025, 6, 18)
OTHER_AGENCY = "990101-SCJG"
PASSWORD = "a-long-enough-one"


def ask(
    stores: Stores, today: date, *, scope: str = EVERY_AGENCY, within: int = 5, **more: Any
) -> tuple[list[Section], Later]:
    with Session(stores.internal) as session:
        found = due.survey(session, Asked(today, scope, within), **{"limit": 50, **more})
        session.expunge_all()
    return found


def lines(stores: Stores, today: date, **more: Any) -> list[tuple[Bucket, Line]]:
    """Return every line with its bucket."""
    sections, _ = ask(stores, today, **more)
    return [(section.bucket, line) for section in sections for line in section.lines]


def brief(stores: Stores, today: date, **more: Any) -> list[tuple[str, str, str, str]]:
    """Return (deadline, remaining, title, whose move) of every line."""
    return [
        (str(line.due_on), line.remaining, f"{line.title} {line.number}".strip(), mover(line))
        for _, line in lines(stores, today, **more)
    ]


def mover(line: Line) -> str:
    """Say whose move it is, and who that is."""
    return f"{line.move.zh} {line.who}".strip()


def number(batch_id: int | None) -> int:
    assert batch_id is not None
    return batch_id


def file(office: Office, kind: str, *rows: Row, now: datetime = NOW) -> int:
    return number(office.file(kind, *rows, now=now).batch_id)


def publish_party(office: Office) -> None:
    """Have the inspected party public, so that a check of it may be released alone."""
    office.put("entities", {"entity_name": PARTY, "identifier": CREDIT_CODE})


def give_back(office: Office, batch: int, now: datetime = NOW) -> None:
    review.give_back(office.stores, batch, by="wu", now=now, reason="日期有误")


# -- buckets ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "told"),
    [
        (date(2025, 6, 10), []),
        (date(2025, 6, 11), [(Bucket.SOON, "还有 5 个工作日")]),
        (date(2025, 6, 14), [(Bucket.SOON, "还有 3 个工作日")]),
        (date(2025, 6, 17), [(Bucket.SOON, "还有 1 个工作日")]),
        (LAST_DAY, [(Bucket.TODAY, "今日到期")]),
        (date(2025, 6, 19), [(Bucket.OVERDUE, "超期 1 个工作日")]),
        (date(2025, 6, 22), [(Bucket.OVERDUE, "超期 2 个工作日")]),
    ],
)
def test_a_result_falls_due_twenty_working_days_after_the_check(
    office: Office, today: date, told: list[tuple[Bucket, str]]
) -> None:
    file(office, "results", RESULT_ROW)

    sections, later = ask(office.stores, today)

    found = [(section.bucket, each.remaining) for section in sections for each in section.lines]
    assert found == told
    assert later == Later(1 - len(told), 1 - len(told))


def test_records_of_a_batch_that_fall_due_together_are_one_line(office: Office) -> None:
    days = ("2025-05-20", "2025-05-22", "2025-05-21", "2025-05-21", "2025-05-29")
    rows = [{**RESULT_ROW, "code": f"JC-{n}", "inspected_on": d} for n, d in enumerate(days)]
    batch = file(office, "results", *rows)

    sections, later = ask(office.stores, LAST_DAY)

    found = [
        (
            s.line_count,
            s.record_count,
            [(e.title, e.number, str(e.formed_on)) for e in s.lines],
        )
        for s in sections
    ]
    assert found == [
        (0, 0, []),
        (1, 1, [(PARTY, "JC-0", "2025-05-20")]),
        (1, 3, [(f"批次 {batch} 抽查结果 3 条", "", "2025-05-21")]),
    ]
    assert later == Later(1, 1)


def test_the_soonest_deadline_stands_first(office: Office) -> None:
    for code, day in (("JC-1", "2025-05-22"), ("JC-2", "2025-05-20"), ("JC-3", "2025-05-21")):
        file(office, "results", {**RESULT_ROW, "code": code, "inspected_on": day})

    found = [line.number for _, line in lines(office.stores, date(2025, 6, 23))]

    assert found == ["JC-2", "JC-3", "JC-1"]


def test_who_asks_for_more_days_sees_further(office: Office) -> None:
    file(office, "results", RESULT_ROW)

    found = brief(office.stores, date(2025, 6, 2), within=12)

    assert found == [("2025-06-18", "还有 12 个工作日", f"{PARTY} JC-0001", "审核 lin 以外")]


def test_kinds_without_a_forming_day_are_never_due(office: Office) -> None:
    file(
        office,
        "entities",
        {"entity_name": "示例市白露酒家", "identifier": "9901000000001", "form": "企业"},
    )

    found = ask(office.stores, date(2026, 6, 2))

    assert [section.line_count for section in found[0]] == [0, 0, 0]
    assert found[1] == Later(0, 0)


def test_a_document_and_an_item_run_from_their_own_days(office: Office, tmp_path: Path) -> None:
    item = {
        "code": "SP-002", "name": "食品标签检查", "basis": "《中华人民共和国食品安全法》第六十七条",
        "object_scope": "食品经营者", "content": "标签是否合规", "methods": "实地检查",
        "approved_on": "2025-05-21",
    }  # fmt: skip
    file(office, "items", item)
    paper = a_text(
        tmp_path / "paper.md", "# 一、总体要求\n\n依法开展随机抽查。", code="fangan-2025",
        title="2025年随机抽查实施方案", agency=AGENCY, kind="实施方案", issued_on="2025-05-20",
        summary="部署2025年度随机抽查工作。",
    )  # fmt: skip
    office.take(paper, "documents")

    found = brief(office.stores, LAST_DAY)

    assert found == [
        ("2025-06-18", "今日到期", "2025年随机抽查实施方案 fangan-2025", "审核 lin 以外"),
        ("2025-06-19", "还有 1 个工作日", "食品标签检查 SP-002", "审核 lin 以外"),
    ]


# -- moves and dates ----------------------------------------------------------------------------


def story(stores: Stores) -> list[tuple[str | None, ...]]:
    """Return (whose move, formed, approved, published, returned) of every line on the last day."""
    return [
        (mover(line), *(str(day) if day else None for day in _days(line)))
        for _, line in lines(stores, LAST_DAY)
    ]


def _days(line: Line) -> tuple[date | None, ...]:
    return line.formed_on, line.approved_on, line.published_on, line.returned_on


def test_each_state_says_whose_move_it_is(office: Office) -> None:
    batch = file(office, "results", RESULT_ROW)

    filed = story(office.stores)
    review.approve(office.stores, batch, by="wu", now=NOW)
    approved = story(office.stores)
    give_back(office, batch)
    returned = story(office.stores)

    assert filed == [("审核 lin 以外", "2025-05-20", None, None, None)]
    assert approved == [("发布 lin 以外", "2025-05-20", "2025-06-02", None, None)]
    assert returned == [("经办 lin", "2025-05-20", None, None, "2025-06-02")]


def test_a_release_that_was_interrupted_is_the_publishers_to_finish(office: Office) -> None:
    batch = file(office, "results", RESULT_ROW)
    review.approve(office.stores, batch, by="wu", now=NOW)
    with Session(office.stores.internal) as session, session.begin():
        session.get_one(BatchRow, batch).state = "releasing"

    assert story(office.stores) == [("发布 lin 以外", "2025-05-20", "2025-06-02", None, None)]


def test_what_is_released_is_no_longer_due(office: Office) -> None:
    office.put("results", RESULT_ROW)

    assert lines(office.stores, date(2026, 1, 5)) == []


def test_what_was_returned_leaves_the_list_once_it_is_filed_again(office: Office) -> None:
    other = {**RESULT_ROW, "code": "JC-0002"}
    give_back(office, file(office, "results", RESULT_ROW, other))

    again = file(office, "results", RESULT_ROW)
    found = brief(office.stores, LAST_DAY)
    office.publish(again)

    left = ("2025-06-18", "今日到期", f"{PARTY} JC-0002", "经办 lin")
    assert found == [left, ("2025-06-18", "今日到期", f"{PARTY} JC-0001", "审核 lin 以外")]
    assert brief(office.stores, LAST_DAY) == [left]


def test_what_was_returned_a_year_ago_is_not_coming_back(office: Office) -> None:
    give_back(office, file(office, "results", RESULT_ROW))

    counts = [len(lines(office.stores, day)) for day in (date(2026, 6, 2), date(2026, 6, 3))]

    assert counts == [1, 0]


# -- corrections --------------------------------------------------------------------------------

AUGUST = datetime(2025, 8, 1, 1, 0, tzinfo=UTC)


def test_a_correction_of_what_is_public_runs_from_the_day_it_was_filed(office: Office) -> None:
    office.put("results", RESULT_ROW)
    file(office, "results", {**RESULT_ROW, "handling_text": "已口头提醒"}, now=AUGUST)

    found = lines(office.stores, date(2025, 8, 29))

    told = [(each.matter.duty.value, str(each.formed_on), str(each.due_on)) for _, each in found]
    assert told == [("publish_correction", "2025-05-20", "2025-08-29")]


def test_a_new_version_runs_from_its_own_approval(office: Office) -> None:
    office.put("plans", PLAN)
    second = {**PLAN, "version": 2, "approved_on": "2025-05-20", "adjustment_reason": "任务调整"}
    file(office, "plans", second, now=datetime(2025, 6, 10, 1, tzinfo=UTC))

    found = lines(office.stores, LAST_DAY)

    told = [(e.title, e.number, e.matter.duty.value, str(e.due_on)) for _, e in found]
    assert told == [(PLAN["name"], "2025-SCJG 第 2 版", "publish", "2025-06-18")]


def test_a_filing_that_a_later_release_replaces_is_nobodys_move(office: Office) -> None:
    publish_party(office)
    review.approve(office.stores, file(office, "results", RESULT_ROW), by="wu", now=NOW)

    office.put("results", {**RESULT_ROW, "handling_text": "已口头提醒"})

    assert brief(office.stores, LAST_DAY) == []


# -- plans and draws ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("approved_on", "duty", "due_on"),
    [("2025-02-24", "publish", "2025-03-24"), ("2025-03-20", "publish_plan", "2025-03-31")],
)
def test_a_first_plan_is_due_by_march_or_within_twenty_days(
    office: Office, approved_on: str, duty: str, due_on: str
) -> None:
    file(office, "plans", {**PLAN, "approved_on": approved_on})

    found = lines(office.stores, date(2025, 3, 31))

    assert [(each.matter.duty.value, str(each.due_on)) for _, each in found] == [(duty, due_on)]


def test_two_plans_of_one_batch_keep_their_own_deadlines(office: Office) -> None:
    other = {**PLAN, "code": "2026-SCJG", "year": 2026, "task_code": "2026-SCJG-01"}
    file(office, "plans", PLAN, other)

    found = lines(office.stores, date(2025, 3, 31), within=20)

    told = [(bucket.value, each.matter.duty.value, str(each.due_on)) for bucket, each in found]
    assert told == [("today", "publish_plan", "2025-03-31"), ("soon", "publish", "2025-04-18")]


def test_a_draw_is_due_as_a_record_first_and_as_a_list_after_its_embargo(office: Office) -> None:
    draws = file(office, "draws", DRAW)
    filed = brief(office.stores, LAST_DAY)
    office.publish(draws)

    inside = brief(office.stores, date(2025, 6, 10))
    over = lines(office.stores, date(2025, 6, 11))
    release.release(office.stores, draws, by="he", now=datetime(2025, 6, 11, 1, tzinfo=UTC))

    assert filed == [("2025-06-18", "今日到期", "食品经营抽查第一轮 2025-01", "审核 lin 以外")]
    assert inside == []
    assert [
        (bucket.value, each.matter.duty.zh, each.title, mover(each), str(each.published_on))
        for bucket, each in over
    ] == [("today", "名单保密期已过，请再次发布", DRAW["name"], "发布 lin 以外", "2025-06-02")]
    assert brief(office.stores, date(2025, 6, 12)) == []


def test_a_list_that_is_not_public_itself_is_not_to_be_released_again(office: Office) -> None:
    file(office, "draws", DRAW)

    found = [each.matter.duty.value for _, each in lines(office.stores, date(2025, 6, 18))]

    assert found == ["publish"]


# -- putting right ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "told"),
    [
        (date(2025, 6, 12), []),
        (date(2025, 6, 13), [("soon", "还有 5 个工作日")]),
        (date(2025, 6, 20), [("today", "今日到期")]),
        (date(2025, 6, 21), [("overdue", "超期不足 1 个工作日")]),
        (date(2025, 6, 23), [("overdue", "超期 1 个工作日")]),
    ],
)
def test_a_problem_is_to_be_rechecked_when_its_time_is_up(
    office: Office, today: date, told: list[tuple[str, str]]
) -> None:
    office.put("results", PROBLEM)

    found = lines(office.stores, today)

    assert [(bucket.value, each.remaining) for bucket, each in found] == told
    assert {(e.matter.duty.zh, mover(e), e.title, e.number) for _, e in found} <= {
        ("整改到期，待复查", "经办", PARTY, "JC-0001")
    }


def test_a_report_is_to_be_rechecked_within_ten_working_days(office: Office) -> None:
    office.put("results", PROBLEM)
    office.put("followups", REPORT)

    found = lines(office.stores, date(2025, 6, 16))

    assert [
        (bucket.value, e.matter.duty.zh, e.title, e.number, str(e.formed_on), str(e.due_on))
        for bucket, e in found
    ] == [
        ("today", "已收到整改报告，10个工作日内复查", PARTY, "JC-0001",
         "2025-05-30", "2025-06-16")
    ]  # fmt: skip


def test_a_passed_recheck_ends_it_as_soon_as_it_is_filed(office: Office) -> None:
    office.put("results", PROBLEM)
    recheck = file(office, "followups", PASSED)

    after = [each.matter.duty.value for _, each in lines(office.stores, date(2025, 6, 30))]
    give_back(office, recheck)
    returned = [each.matter.duty.value for _, each in lines(office.stores, date(2025, 6, 30))]

    assert after == ["publish"]
    assert returned == ["rectify", "publish"]


def test_a_problem_that_is_filed_only_is_due_twice(office: Office) -> None:
    file(office, "results", PROBLEM)

    found = [(e.matter.duty.value, str(e.due_on)) for _, e in lines(office.stores, LAST_DAY)]

    assert found == [("publish", "2025-06-18"), ("rectify", "2025-06-20")]


# -- scope and paging ---------------------------------------------------------------------------


@pytest.fixture
def crowded(office: Office) -> Office:
    """An office with matters of every source, many on the same days, and another agency's."""
    other = {**AGENCY_ROW, "code": OTHER_AGENCY, "name": "示例市示东区市场监督管理局"}
    office.put("agencies", AGENCY_ROW, {**other, "level": "县区级", "region": "990101"})
    publish_party(office)
    office.put("draws", DRAW, {**DRAW, "code": "2025-02", "embargo_until": "2025-06-06"})
    days = ("2025-06-05", "2025-06-06", "2025-06-06", "2025-06-09", "2025-06-11", "2025-06-13")
    for start in range(0, 18, 6):
        office.put(
            "results",
            *({**PROBLEM, "code": f"JC-{start + n}", "due_on": d} for n, d in enumerate(days)),
        )
    #: Saturday, Sunday and the holiday behind them: all due on the same day.
    reported = ("2025-05-30", "2025-05-31", "2025-06-01", "2025-06-02", "2025-05-26")
    steps = ({**REPORT, "result_code": f"JC-{n}", "taken_on": d} for n, d in enumerate(reported))
    office.put("followups", *steps)
    for n, day in enumerate(("2025-05-12", "2025-05-14", "2025-05-14", "2025-05-16")):
        file(office, "results", {**RESULT_ROW, "code": f"W-{n}", "inspected_on": day})
    theirs = {**RESULT_ROW, "item_code": None, "item_name": "食品标签检查"}
    office.file("results", {**theirs, "inspected_on": "2025-05-12"}, agency=OTHER_AGENCY)
    return office


def test_a_person_sees_what_their_agency_has_to_do(crowded: Office) -> None:
    day = date(2025, 6, 16)

    everything = lines(crowded.stores, day)
    mine = lines(crowded.stores, day, scope=AGENCY)
    theirs = lines(crowded.stores, day, scope=OTHER_AGENCY)

    assert {each.batch.agency for _, each in mine} == {AGENCY}
    assert [each.batch.agency for _, each in theirs] == [OTHER_AGENCY]
    assert len(everything) == len(mine) + len(theirs)


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
@pytest.mark.parametrize("scope", [EVERY_AGENCY, AGENCY])
def test_paging_shows_every_line_once_and_in_order(crowded: Office, limit: int, scope: str) -> None:
    day = date(2025, 6, 17)
    (whole,), _ = ask(crowded.stores, day, scope=scope, only=Bucket.OVERDUE, limit=1000)

    seen: list[Place] = []
    rests: list[int] = []
    after: Place | None = None
    while not seen or after:
        (page,), _ = ask(
            crowded.stores, day, scope=scope, only=Bucket.OVERDUE, after=after, limit=limit
        )
        seen += [line.matter.place for line in page.lines]
        rests.append(page.rest)
        after = page.after

    total = whole.line_count
    assert len({place.rank for place in seen}) == 4
    assert seen == [line.matter.place for line in whole.lines]
    assert rests == [max(total - limit * (n + 1), 0) for n in range(-(-total // limit))]


def test_what_presses_is_what_is_overdue_or_due_today(crowded: Office) -> None:
    for day in (date(2025, 6, 5), date(2025, 6, 11), date(2025, 6, 16), date(2025, 7, 1)):
        with Session(crowded.stores.internal) as session:
            pressing = due.pressing(session, Asked(day))
        overdue, today, _ = ask(crowded.stores, day)[0]

        assert pressing == overdue.line_count + today.line_count


# -- cost ---------------------------------------------------------------------------------------


@pytest.mark.sqlite
@pytest.mark.parametrize("scope", [EVERY_AGENCY, AGENCY])
def test_every_question_walks_an_index(crowded: Office, scope: str) -> None:
    """About SQLite: its plans, word by word; PostgreSQL chooses otherwise while there are few rows."""
    engine = crowded.stores.internal
    place = Place(date(2025, 6, 9), 2, date(2025, 6, 9), 1)

    with recorded(engine) as questions:
        ask(crowded.stores, date(2025, 6, 16), scope=scope)
        ask(crowded.stores, date(2025, 6, 16), scope=scope, only=Bucket.OVERDUE, after=place)

    walks: set[str] = set()
    with engine.connect() as connection:
        for statement, parameters in questions:
            if not statement.startswith("SELECT"):
                continue
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            walks.update(str(step[3]) for step in plan)
    ways = {walk for walk in walks if re.match(r"(SCAN|SEARCH) (batch|filing|withdrawal)", walk)}
    assert [walk for walk in ways if walk.startswith("SCAN")] == []
    assert [walk for walk in walks if "TEMP B-TREE FOR ORDER BY" in walk] == []
    assert "SEARCH batch USING INDEX ix_batch_state (state=?)" in ways
    assert "SEARCH filing USING INDEX ix_filing_formed (batch_id=?)" in ways
    assert {walk.split("ix_filing_remind")[1] for walk in ways if "ix_filing_remind" in walk} == {
        " (kind=? AND remind_on>? AND remind_on<?)", " (kind=? AND remind_on>?)",
    }  # fmt: skip


def _steps(stores: Stores, today: date) -> int:
    """Count how far SQLite walks for one look at the list, in instructions."""
    count = 0

    def tick() -> int:
        nonlocal count
        count += 1
        return 0

    with Session(stores.internal) as session:
        raw = session.connection().connection.driver_connection
        assert raw is not None
        raw.set_progress_handler(tick, 1)
        due.survey(session, Asked(today), limit=50)
        due.pressing(session, Asked(today))
        raw.set_progress_handler(None, 0)
    return count


@pytest.mark.sqlite
def test_the_list_costs_what_waits_and_not_what_was_ever_filed(crowded: Office) -> None:
    """Counted in instructions of SQLite, which PostgreSQL has no like of."""
    today = date(2025, 6, 16)
    before = _steps(crowded.stores, today)

    with Session(crowded.stores.internal) as session, session.begin():
        template = session.scalars(sa.select(FilingRow).where(FilingRow.kind == "result")).first()
        assert template is not None
        released = template.batch_id
        copied = {
            column.key: getattr(template, column.key)
            for column in sa.inspect(FilingRow).columns
            if column.key not in ("id", "key", "public_id", "remind_on")
        }
        session.execute(
            sa.insert(FilingRow),
            [
                {**copied, "key": f"{AGENCY}/OLD-{n}", "public_id": f"r_old{n}", "remind_on": None}
                for n in range(3000)
            ],
        )

    with Session(crowded.stores.internal) as session:
        assert session.get_one(BatchRow, released).state == "released"
    assert _steps(crowded.stores, today) == before


# -- command line -------------------------------------------------------------------------------


def command(data: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["due", *words], env=environ(data))


def test_the_command_tells_the_list_in_words(office: Office, data: Path) -> None:
    office.put("results", PROBLEM)
    rows = [{**RESULT_ROW, "code": f"JC-{n}", "inspected_on": "2025-05-19"} for n in range(3)]
    batch = file(office, "results", *rows)

    done = command(data, "--today", "2025-06-18")

    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == (
        "截至 2025-06-18\n"
        "\n"
        "已超期 1 项（3 条）\n"
        f"  2025-06-17  超期 1 个工作日     批次 {batch} 抽查结果 3 条\n"
        "              审核（lin 以外）    形成之日起20个工作日内公开；"
        f"形成 2025-05-19，尚未审核，尚未发布；批次 {batch}，{AGENCY}\n"
        "\n"
        "今日到期 0 项\n"
        "\n"
        "5 个工作日内到期 1 项\n"
        f"  2025-06-20  还有 2 个工作日     {PARTY}（抽查结果 JC-0001）\n"
        "              经办                整改到期，待复查；"
        f"形成 2025-05-20，审核 2025-06-02，发布 2025-06-02；批次 {batch - 1}，{AGENCY}\n"
        "\n"
        "以后到期 0 项\n"
    )


def test_the_command_tells_the_list_to_programs(office: Office, data: Path) -> None:
    batch = file(office, "results", RESULT_ROW)

    done = command(data, "--today", "2025-06-19", "--within", "3", "--agency", AGENCY, "--json")

    facts = json.loads(done.stdout)
    overdue, *others = facts.pop("buckets")
    known_until = facts.pop("calendar_known_until")
    assert (done.exit_code, known_until >= "2025-12-31") == (0, True)
    assert facts == {
        "today": "2025-06-19", "agency": AGENCY, "within": 3, "later": {"lines": 0, "records": 0},
        "letters": [],
    }  # fmt: skip
    assert overdue == {
        "bucket": "overdue", "lines": 1, "records": 1, "rest": 0,
        "matters": [
            {
                "duty": "publish", "kind": "result", "title": PARTY, "number": "JC-0001", "records": 1,
                "formed_on": "2025-05-20", "approved_on": None, "published_on": None,
                "returned_on": None, "due_on": "2025-06-18", "working_days_left": -1,
                "move": "reviewer", "batch": batch, "agency": AGENCY,
            }
        ],
    }  # fmt: skip
    assert [(each["bucket"], each["matters"]) for each in others] == [("today", []), ("soon", [])]


def test_the_command_says_how_much_it_left_out(
    crowded: Office, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.internal.commands.due.LIMIT", 2)

    short = command(data, "--today", "2025-06-17").stdout
    whole = command(data, "--today", "2025-06-17", "--all").stdout

    total = ask(crowded.stores, date(2025, 6, 17), limit=1000)[0][0].line_count
    assert f"……另有 {total - 2} 项，用 --all 全部列出" in short
    assert "另有" not in whole


def test_the_command_says_where_the_calendar_ends(office: Office, data: Path) -> None:
    office.put("results", {**PROBLEM, "due_on": "2045-01-04"})

    done = command(data, "--today", "2045-01-03")

    assert "以后的放假安排尚未公布，其后的期限暂按周末推算" in done.stderr


def test_the_command_knows_no_unknown_agency(office: Office, data: Path) -> None:
    done = command(data, "--agency", "990100-XXXX")

    assert (done.exit_code, done.stderr) == (1, "没有代码为 990100-XXXX 的机关\n")


# -- page ---------------------------------------------------------------------------------------

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def signed_in(crowded: Office, data: Path, monkeypatch: pytest.MonkeyPatch) -> SignIn:
    """Sign in to the office as it stands on 11 June 2025."""
    monkeypatch.setattr(clock, "utc_now", lambda: datetime(2025, 6, 11, 2, tzinfo=UTC))
    accounts = (("all", EVERY_AGENCY), ("mine", AGENCY), ("theirs", OTHER_AGENCY), ("none", "x"))
    for name, agency in accounts:
        people.add(
            crowded.stores.internal, name=name, display=name, agency=agency, roles=(Role.CLERK,),
            password=PASSWORD,
        )  # fmt: skip
    app: Flask = create_app(*urls(data))

    def enter(name: str) -> FlaskClient:
        client = app.test_client()
        form = client.get("/sign-in").get_data(as_text=True)
        token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', form)[0]
        fields = {"csrf_token": token, "name": name, "password": PASSWORD}
        assert client.post("/sign-in", data=fields).status_code == 302
        return client

    return enter


def nav(page: str) -> list[str]:
    """Return the words of the main navigation."""
    inside = re.findall(r'<nav class="site-nav".*?</nav>', page, re.DOTALL)[0]
    return re.findall(r"<a [^>]*>([^<]*)</a>", inside)


def test_the_page_shows_each_bucket_and_the_navigation_counts_what_presses(
    crowded: Office, signed_in: SignIn
) -> None:
    page = signed_in("all").get("/due").get_data(as_text=True)

    overdue, today, soon = ask(crowded.stores, date(2025, 6, 11))[0]
    headings = re.findall(r"<h2[^>]*>([^<]*)</h2>", page)
    captions = re.findall(r"<caption>([^<，]*)[，<]", page)
    assert headings == ["已超期", "今日到期", "即将到期（5 个工作日内）"]
    assert captions == [f"{s.line_count} 项" for s in (overdue, today, soon)]
    assert nav(page)[:2] == [f"待办 {overdue.line_count + today.line_count}", "批次"]
    assert page.count('data-label="形成"') == sum(s.line_count for s in (overdue, today, soon))
    assert "尚未审核" in page
    assert "尚未发布" in page


def test_the_page_keeps_to_ones_own_agency(signed_in: SignIn) -> None:
    mine = signed_in("mine").get("/due").get_data(as_text=True)
    theirs = signed_in("theirs").get("/due").get_data(as_text=True)

    assert (OTHER_AGENCY in mine, nav(theirs)[0]) == (False, "待办 1")
    assert theirs.count('data-label="形成"') == 1


def test_who_has_nothing_to_do_is_told_so(signed_in: SignIn) -> None:
    page = signed_in("none").get("/due").get_data(as_text=True)

    assert "没有到期的待办" in page
    assert "<table" not in page
    assert nav(page)[0] == "待办"


def test_a_single_record_is_one_click_away(crowded: Office, signed_in: SignIn) -> None:
    client = signed_in("theirs")

    link = re.findall(r'href="(/batches/[^"]+)"', client.get("/due").get_data(as_text=True))[0]
    batch = client.get(link).get_data(as_text=True)

    assert "after=" in link
    assert "<h3>第 2 行 · " in batch


def test_the_page_goes_on_where_it_stopped(
    signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "LIMIT", 2)
    client = signed_in("all")

    first = client.get("/due").get_data(as_text=True)
    further = re.findall(r'href="(/due\?bucket=overdue&amp;after=[^"]+)"', first)[0]
    second = client.get(further.replace("&amp;", "&")).get_data(as_text=True)

    links = [
        re.findall(r'<th scope="row"><a href="([^"]+)"', page.split("<section>")[1])
        for page in (first, second)
    ]
    assert [len(each) for each in links] == [2, 2]
    assert set(links[0]) & set(links[1]) == set()
    assert "回到全部待办" in second


@pytest.mark.parametrize(
    "query",
    [
        "bucket=later",
        "after=2025-06-01_1_2025-06-01_1",
        "bucket=overdue&after=x",
        "bucket=overdue&after=a_b_c_d",
        "bucket=overdue&after=0001-01-01_1_0001-01-01_1",
        "bucket=overdue&after=2026-01-01_1_2026-01-01_99999999999999999999",
        "bucket=overdue&after=2026-01-01_99999999999999999999_2026-01-01_1",
    ],
)
def test_an_address_that_means_nothing_is_not_found(signed_in: SignIn, query: str) -> None:
    assert signed_in("all").get(f"/due?{query}").status_code == 404


def test_the_list_is_not_shown_before_signing_in(signed_in: SignIn, data: Path) -> None:
    answer = create_app(*urls(data)).test_client().get("/due")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in?next=/due")
