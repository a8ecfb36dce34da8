"""Decisions with a mouse: look at what needs it, let a find pass, withhold, confirm, review, order a release."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.domain.workflow import Role
from portal.internal.desk import people, retract, review
from portal.internal.tables.filings import FilingRow
from portal.kit import clock
from portal.register.records import Kind
from tests.conftest import NOW, Office
from tests.internal.clicking import PASSWORD, SignIn, post, read, send
from tests.makers import RESULT_ROW


@pytest.fixture(autouse=True)
def _seconds(office_app: Flask, office: Office) -> None:
    for name, role in (("bao", Role.SECRECY), ("zhou", Role.REVIEWER)):
        people.add(
            office.stores.internal, name=name, display=name, agency="*", roles=(role,),
            password=PASSWORD,
        )  # fmt: skip


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "utc_now", lambda: NOW)


ROWS = [
    {**RESULT_ROW, "code": f"JC-{n:04}", "detail": "经理王小明在场" if n == 7 else "货架整洁"}
    for n in range(1, 31)
]
FORM = {
    "ground": "trade_secret", "decided_by": "示例市市场监督管理局", "decided_on": "2025-06-01",
    "review_on": "2026-05-29", "reason": "含配方",
}  # fmt: skip


def _filed(office: Office) -> str:
    return f"/batches/{office.file('results', *ROWS).batch_id}"


def _record(page: str) -> str:
    return str(re.findall(r'href="(/records/r_\w+)"', page)[0])


def test_of_a_long_batch_the_reviewer_sees_what_needs_a_look_and_lets_it_pass(
    office: Office, signed_in: SignIn
) -> None:
    batch, wu = _filed(office), signed_in("wu")
    page = read(wu, f"{batch}?show=look")
    assert "31 条，其中 30 条无须逐条看" in page
    assert page.count("<section>") == 1
    [find] = re.findall(r'name="find" value="([^"]+)"', page)

    refused = post(wu, f"{batch}?show=look", f"{batch}/let-pass", find=find, reason="")
    passed = post(wu, f"{batch}?show=look", f"{batch}/let-pass", find=find, reason="公众人物")

    assert (refused, passed) == (409, 302)
    assert "尚待判断" not in read(wu, batch)
    assert "已放行" in read(wu, f"{batch}?show=look")


@pytest.mark.parametrize("find", ["", "1|x", "²|detail|phone", f"{'9' * 5000}|detail|phone"])
def test_a_find_that_is_named_otherwise_than_on_the_page_is_told(
    office: Office, signed_in: SignIn, find: str
) -> None:
    batch, wu = _filed(office), signed_in("wu")

    assert post(wu, batch, f"{batch}/let-pass", find=find, reason="公众人物") == 400


def test_a_field_is_withheld_on_the_records_page_and_the_batch_shows_it(
    office: Office, signed_in: SignIn
) -> None:
    batch, wu = _filed(office), signed_in("wu")
    record = _record(read(wu, batch))

    lacking = send(wu, record, record, place="detail", act="withhold", **{**FORM, "review_on": ""})
    made = post(wu, record, record, place="detail", act="withhold", **FORM)

    assert lacking.status_code == 409
    assert "复核日期" in lacking.get_data(as_text=True)
    assert made == 302
    assert "第 1 号" in read(wu, record)
    assert "部分公开" in read(wu, f"{batch}?show=look")


def test_never_acknowledging_waits_on_the_second_persons_page(
    office: Office, signed_in: SignIn
) -> None:
    batch, wu, bao = _filed(office), signed_in("wu"), signed_in("bao")
    record = _record(read(wu, batch))
    unsaid = post(wu, record, record, place="", act="never", **FORM)
    assert unsaid == 409
    assert post(wu, record, record, place="", act="never", confirmed="1", **FORM) == 302

    assert "/decisions/1/confirm" not in read(wu, "/decisions")
    assert post(bao, "/decisions", "/decisions/1/confirm") == 302

    assert "没有待第二人确认的决定" in read(bao, "/decisions")
    assert "不公开任何内容，也不告知" in read(wu, record)


def test_a_review_that_is_due_is_kept_until_another_day(
    office: Office, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed = {
        "disclosure": "部分公开", "ground": "商业秘密", "hidden": "检查情况", "detail": "配方",
        "decided_by": "示例市市场监督管理局", "decided_on": "2025-05-01", "review_on": "2025-06-20",
    }  # fmt: skip
    office.put("results", {**RESULT_ROW, **filed})
    wu = signed_in("wu")
    page = read(wu, "/decisions")
    target = re.findall(r'action="(/reviews/r_\w+)"', page)[0]

    kept = post(
        wu, "/decisions", target, place="detail", reason="未变", until="2026-05-20", keep="1"
    )

    assert "公开决定 1" in page
    assert kept == 302
    assert "三十天内没有到期的复核" in read(wu, "/decisions")


def test_no_other_agency_learns_whether_a_record_that_is_gone_is_kept_back_or_was_withdrawn(
    office: Office, signed_in: SignIn
) -> None:
    """The public sees the same tombstone for both, so whoever tries its number in the office is refused alike."""
    rows = [{**RESULT_ROW, "code": f"JC-{n:04}"} for n in range(2)]
    office.put("results", *rows)
    with Session(office.stores.internal) as session:
        numbers = session.scalars(
            sa.select(FilingRow.public_id).where(FilingRow.kind == "result").order_by(FilingRow.key)
        ).all()
    target = f"/records/{numbers[0]}"
    assert post(signed_in("wu"), target, target, place="", act="withhold", confirmed="1", **FORM) == 302  # fmt: skip
    retract.retract(office.stores, Kind.RESULT, numbers[1], by="he", second="an", now=NOW)
    people.add(
        office.stores.internal, name="rival", display="rival", agency="990199-X",
        roles=(Role.REVIEWER,), password=PASSWORD,
    )  # fmt: skip
    rival = signed_in("rival")

    told = [
        [
            (answer.status_code, answer.get_data(as_text=True).replace(number, ""))
            for answer in (
                send(rival, "/decisions", f"/reviews/{number}", place="", until="2026-05-20"),
                send(rival, "/decisions", f"/records/{number}", place="", act="open"),
                rival.get(f"/records/{number}"),
            )
        ]
        for number in numbers
    ]

    assert told[0] == told[1]
    assert {status for each in told for status, _ in each} == {403}


def test_a_publisher_orders_a_release_for_later(office: Office, signed_in: SignIn) -> None:
    batch, he = _filed(office), signed_in("he")
    review.approve(office.stores, int(batch.rsplit("/", 1)[1]), by="wu", now=NOW)

    assert post(he, batch, f"{batch}/schedule", at="2025-06-03T09:00") == 302
    assert 'value="2025-06-03T09:00"' in read(he, batch)
    assert post(he, batch, f"{batch}/schedule", at="2025-06-01T09:00") == 409
    assert post(he, batch, f"{batch}/schedule", at="2025-06-03T09:00+00:00") == 400
    assert post(he, batch, f"{batch}/schedule", at="") == 302
    assert 'value="2025-06-03T09:00"' not in read(he, batch)


def test_the_rules_are_shown_to_everyone_in_the_office(
    signed_in: SignIn, client: FlaskClient
) -> None:
    page = read(signed_in("lin"), "/disclosure-rules")

    assert "执法证号" in page
    assert "从不公开" in page
    assert client.get("/disclosure-rules").status_code == 404
