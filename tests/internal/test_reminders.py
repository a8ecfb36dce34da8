"""What waits for a next step stays true through filing, return, release, withdrawal and migration."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.internal.desk import release, retract, review
from portal.internal.desk.stores import Stores
from portal.internal.tables import filings
from portal.internal.tables.filings import FilingRow
from portal.kit import migrate
from portal.register.records import Kind
from tests.conftest import NOW, Office
from tests.makers import (
    AGENCY,
    CREDIT_CODE,
    RESULT_ROW,
    Row,
    a_document,
    a_draw,
    a_followup,
    a_plan,
    a_result,
    an_agency,
    an_entity,
    an_item,
)

PROBLEM: Row = {**RESULT_ROW, "outcomes": "发现问题已责令改正", "due_on": "2025-06-20"}
REPORT: Row = {"result_code": "JC-0001", "step": "收到整改报告", "taken_on": "2025-05-26"}
FAILED: Row = {
    "result_code": "JC-0001", "step": "复查", "taken_on": "2025-05-28", "passed": "否",
}  # fmt: skip
PASSED: Row = {**FAILED, "taken_on": "2025-05-30", "passed": "是"}
ORDERED: Row = {
    "result_code": "JC-0001", "step": "责令改正", "taken_on": "2025-05-21", "due_on": "2025-07-04",
}  # fmt: skip
CLOSED: Row = {"result_code": "JC-0001", "step": "完结", "taken_on": "2025-06-01"}
DRAW: Row = {
    "code": "2025-01", "name": "食品经营抽查第一轮", "drawn_on": "2025-05-26", "method": "系统随机抽取",
    "frame_count": 40, "sample_count": 1, "embargo_until": "2025-06-10",
    "entity_name": "示例市青禾食品有限公司", "identifier": CREDIT_CODE,
}  # fmt: skip
CHECK = f"{AGENCY}/JC-0001"
AFTER_EMBARGO = datetime(2025, 6, 11, 1, 0, tzinfo=UTC)


def waiting(stores: Stores) -> list[tuple[str, str]]:
    """Return (key, day) of every filing that waits for something."""
    with Session(stores.internal) as session:
        rows = session.execute(
            sa.select(FilingRow.key, FilingRow.remind_on)
            .where(FilingRow.remind_on.is_not(None))
            .order_by(FilingRow.id)
        )
        return [(row.key, str(row.remind_on)) for row in rows]


def number(batch_id: int | None) -> int:
    assert batch_id is not None
    return batch_id


def file(office: Office, kind: str, *rows: Row) -> int:
    return number(office.file(kind, *rows).batch_id)


def take_back(office: Office, kind: Kind, key: str) -> None:
    """Withdraw a record."""
    with Session(office.stores.internal) as session:
        wanted = sa.select(FilingRow.public_id).where(
            FilingRow.kind == kind.value, FilingRow.key == key
        )
        public_id = session.scalars(wanted).first() or ""
    retract.retract(office.stores, kind, public_id, by="he", second="an", now=NOW)


@pytest.mark.parametrize(
    ("steps", "waits"),
    [
        ((), [(CHECK, "2025-06-20")]),
        ((ORDERED,), [(CHECK, "2025-07-04")]),
        ((ORDERED, REPORT), [(f"{CHECK}/report_received/2025-05-26", "2025-05-26")]),
        ((ORDERED, REPORT, FAILED), [(CHECK, "2025-07-04")]),
        ((ORDERED, REPORT, FAILED, PASSED), []),
        ((PASSED, CLOSED), []),
    ],
)
def test_filing_moves_the_reminder_along(
    office: Office, steps: tuple[Row, ...], waits: list[tuple[str, str]]
) -> None:
    file(office, "results", PROBLEM)

    for step in steps:
        file(office, "followups", step)

    assert waiting(office.stores) == waits


def test_a_corrected_check_is_reminded_of_as_it_stands_now(office: Office) -> None:
    file(office, "results", PROBLEM)

    file(office, "results", {**PROBLEM, "due_on": "2025-06-27"})
    moved = waiting(office.stores)
    file(office, "results", {**RESULT_ROW, "outcomes": "未发现问题"})

    assert (moved, waiting(office.stores)) == ([(CHECK, "2025-06-27")], [])


def test_what_is_returned_no_longer_counts(office: Office) -> None:
    office.put("results", PROBLEM)
    passed = file(office, "followups", PASSED)

    settled = waiting(office.stores)
    review.give_back(office.stores, passed, by="wu", now=NOW, reason="日期有误")

    assert (settled, waiting(office.stores)) == ([], [(CHECK, "2025-06-20")])


def test_a_returned_check_waits_for_nothing(office: Office) -> None:
    batch = file(office, "results", PROBLEM)

    review.give_back(office.stores, batch, by="wu", now=NOW, reason="日期有误")

    assert waiting(office.stores) == []


def test_a_step_that_is_withdrawn_was_not_taken(office: Office) -> None:
    office.put("results", PROBLEM)
    office.put("followups", PASSED)

    take_back(office, Kind.FOLLOWUP, f"{CHECK}/recheck/2025-05-30")

    assert waiting(office.stores) == [(CHECK, "2025-06-20")]


def test_a_withdrawn_check_waits_for_nothing_until_it_is_filed_anew(office: Office) -> None:
    office.put("results", PROBLEM)

    take_back(office, Kind.RESULT, CHECK)
    withdrawn = waiting(office.stores)
    file(office, "results", {**PROBLEM, "due_on": "2025-06-27"})

    assert (withdrawn, waiting(office.stores)) == ([], [(CHECK, "2025-06-27")])


def test_a_list_waits_until_it_is_released_after_its_embargo(office: Office) -> None:
    draws = file(office, "draws", DRAW)
    office.publish(draws)

    inside = waiting(office.stores)
    release.release(office.stores, draws, by="he", now=AFTER_EMBARGO)

    assert (inside, waiting(office.stores)) == ([(f"{AGENCY}/2025-01", "2025-06-10")], [])


def test_a_correction_of_a_list_returned_leaves_it_as_it_was(office: Office) -> None:
    draws = file(office, "draws", DRAW)
    office.publish(draws)
    release.release(office.stores, draws, by="he", now=AFTER_EMBARGO)
    later = file(office, "draws", {**DRAW, "embargo_until": "2025-06-13"})

    corrected = waiting(office.stores)
    review.give_back(office.stores, later, by="wu", now=NOW, reason="日期有误")

    assert corrected == [(f"{AGENCY}/2025-01", "2025-06-13")]
    assert waiting(office.stores) == []


def test_a_store_of_the_release_before_learns_the_same_from_its_records(office: Office) -> None:
    second = {**PROBLEM, "code": "JC-0002"}
    office.put("results", PROBLEM, second, {**PROBLEM, "code": "JC-0003"})
    file(office, "results", {**PROBLEM, "code": "JC-0004", "due_on": "2025-06-13"})
    office.put("results", {**RESULT_ROW, "code": "JC-0005"})
    for code, step in (("JC-0001", REPORT), ("JC-0002", PASSED), ("JC-0003", ORDERED)):
        office.put("followups", {**step, "result_code": code})
    returned = file(office, "followups", {**PASSED, "result_code": "JC-0003"})
    review.give_back(office.stores, returned, by="wu", now=NOW, reason="日期有误")
    take_back(office, Kind.FOLLOWUP, f"{AGENCY}/JC-0002/recheck/2025-05-30")
    office.put("draws", DRAW)
    url = str(office.stores.internal.url)
    before = _columns(office.stores)

    office.stores.internal.dispose()
    migrate.downgrade("internal", url, "0001")
    migrate.upgrade("internal", url)

    assert _columns(office.stores) == before
    assert waiting(office.stores) == [
        (f"{AGENCY}/JC-0002", "2025-06-20"),
        (f"{AGENCY}/JC-0003", "2025-07-04"),
        (f"{AGENCY}/JC-0004", "2025-06-13"),
        (f"{CHECK}/report_received/2025-05-26", "2025-05-26"),
        (f"{AGENCY}/2025-01", "2025-06-10"),
    ]


def _columns(stores: Stores) -> list[tuple[object, ...]]:
    with Session(stores.internal) as session:
        rows = session.execute(
            sa.select(
                FilingRow.id,
                FilingRow.about,
                FilingRow.formed_on,
                FilingRow.remind_on,
                FilingRow.raw,
            ).order_by(FilingRow.id)
        )
        return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("record", "formed_on", "about"),
    [
        (a_result(), date(2025, 5, 20), f"uscc:{CREDIT_CODE}"),
        (a_followup(), date(2025, 5, 20), CHECK),
        (a_draw(), date(2025, 4, 7), a_draw().name),
        (a_plan(), date(2025, 3, 3), ""),
        (an_item(approved_on=date(2025, 1, 6)), date(2025, 1, 6), an_item().name),
        (an_item(), None, an_item().name),
        (a_document(), a_document().issued_on, a_document().title),
        (an_entity(), None, "示例市青禾食品有限公司"),
        (an_agency(), None, ""),
    ],
)
def test_a_filing_knows_its_forming_day_and_what_it_is_about(
    record: object, formed_on: date | None, about: str
) -> None:
    found = filings.formed_on(record), filings.about(record)

    assert found == (formed_on, about)
