"""The office with a mouse: sign in, import, look, approve, release; and what it refuses."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from portal.internal.sheets.catalogue import SHEETS
from portal.kit import db as stores
from tests.conftest import Office
from tests.internal.clicking import PASSWORD, SignIn, file_it, hand_in, post, read, send, waiting
from tests.makers import AGENCY, CANARY, RESULT_ROW, a_workbook


def test_three_people_bring_a_workbook_to_the_public(
    signed_in: SignIn, tmp_path: Path, client: FlaskClient
) -> None:
    clerk, reviewer, publisher = signed_in("lin"), signed_in("wu"), signed_in("he")
    address = waiting(clerk, a_workbook(tmp_path / "结果.xlsx", "results", [RESULT_ROW]))
    filed_at = file_it(clerk, address)
    batch = filed_at.headers["Location"]

    seen = reviewer.get(batch).get_data(as_text=True)
    approved = post(reviewer, batch, f"{batch}/approve")
    released = post(publisher, batch, f"{batch}/release")

    public = client.get("/results/").get_data(as_text=True)
    filed, shown = seen.split("公众将看到</h4>")[0], "".join(seen.split("公众将看到</h4>")[1:])
    assert (filed_at.status_code, approved, released) == (303, 302, 302)
    assert CANARY in seen
    assert CANARY not in shown.split("原始填报")[0]
    assert "示例市青禾食品有限公司" in filed
    assert "示例市青禾食品有限公司" in public


def test_a_broken_file_comes_back_with_every_fault(signed_in: SignIn, tmp_path: Path) -> None:
    rows = [{**RESULT_ROW, "inspected_on": "2023-02-30", "outcomes": "好"}]
    clerk = signed_in("lin")

    address = waiting(clerk, a_workbook(tmp_path / "坏.xlsx", "results", rows))

    page = read(clerk, address)
    assert "有 2 处错误，尚未登记" in page
    assert "不是实际存在的日期" in page


def test_handing_in_files_nothing(signed_in: SignIn, tmp_path: Path) -> None:
    clerk = signed_in("lin")
    before = read(clerk, "/batches/")

    address = waiting(clerk, a_workbook(tmp_path / "r.xlsx", "results", [RESULT_ROW]))

    assert "检查通过，尚未登记" in read(clerk, address)
    assert read(clerk, "/batches/").count("/batches/") == before.count("/batches/")


def test_nothing_is_shown_before_signing_in(office_app: Flask) -> None:
    client = office_app.test_client()

    answers = [
        client.get(address)
        for address in ("/batches/", "/batches/1", "/import", "/sheets/", "/sheets/results/blank")
    ]

    assert [(a.status_code, a.headers["Location"].split("?")[0]) for a in answers] == [
        (302, "/sign-in")
    ] * 5


def test_a_wrong_password_and_an_unknown_account_look_the_same(office_app: Flask) -> None:
    answers = []
    for name in ("lin", "nobody"):
        client = office_app.test_client()
        answer = send(client, "/sign-in", "/sign-in", name=name, password="wrong")
        answers.append(
            (answer.status_code, re.sub(r'value="[^"]*"', "", answer.get_data(as_text=True)))
        )

    assert answers[0] == answers[1]
    assert answers[0][0] == 401


@pytest.mark.parametrize(
    ("name", "action"),
    [("lin", "approve"), ("lin", "release"), ("he", "approve"), ("wu", "release")],
)
def test_a_role_does_only_what_is_its_own(
    signed_in: SignIn, office: Office, name: str, action: str
) -> None:
    batch = office.file("results", RESULT_ROW).batch_id

    status = post(signed_in(name), "/batches/", f"/batches/{batch}/{action}")

    assert status == 403


def test_another_agencys_people_may_not_touch_a_batch(
    signed_in: SignIn, office: Office, tmp_path: Path
) -> None:
    batch = office.file("results", RESULT_ROW).batch_id
    stranger = signed_in("elsewhere")

    seen = stranger.get(f"/batches/{batch}")
    approved = post(stranger, "/batches/", f"/batches/{batch}/approve")
    handed_in = hand_in(stranger, a_workbook(tmp_path / "r.xlsx", "results", [RESULT_ROW]))

    assert (seen.status_code, approved, handed_in.status_code) == (403, 403, 403)
    assert CANARY not in seen.get_data(as_text=True)
    assert AGENCY not in stranger.get("/batches/").get_data(as_text=True)


def test_a_form_without_its_token_is_refused(signed_in: SignIn, office: Office) -> None:
    batch = office.file("results", RESULT_ROW).batch_id
    reviewer = signed_in("wu")

    answers = [
        reviewer.post(f"/batches/{batch}/approve", data=data).status_code
        for data in ({}, {"csrf_token": "x"})
    ]

    assert answers == [400, 400]


@pytest.mark.parametrize(
    "address",
    ["/batches/99999999999999999999", "/draws/a%00b", "/draws/a%00b/sheet", "/draws/a%00b/teams/1",
     "/draws/a%00b/package.json", "/records/agency%00/x", "/letters/a%00b"],
)  # fmt: skip
def test_an_address_that_no_store_can_hold_names_nothing(signed_in: SignIn, address: str) -> None:
    assert signed_in("wu").get(address).status_code == 404


@pytest.mark.parametrize("number", ["99999999999999999999", "-99999999999999999999", "9" * 5000])
def test_a_number_that_no_store_can_hold_is_as_good_as_none(
    signed_in: SignIn, office: Office, number: str
) -> None:
    batch = office.file("results", RESULT_ROW).batch_id
    reviewer = signed_in("wu")

    answers = [
        reviewer.get(f"{address}={number}").status_code
        for address in ("/batches/?before", f"/batches/{batch}?after", f"/batches/{batch}?show=look&after")
    ]  # fmt: skip

    assert answers == [200, 200, 200]


def test_a_sign_that_no_store_can_hold_is_refused_in_words(
    signed_in: SignIn, office: Office
) -> None:
    batch = office.file("results", RESULT_ROW).batch_id
    reviewer = signed_in("wu")

    asked = reviewer.get("/ledger/?person=a%00b")
    sent = send(reviewer, f"/batches/{batch}", f"/batches/{batch}/return", reason="退回\0重报")

    for answer in (asked, sent):
        assert answer.status_code == 400
        assert "U+0000" in answer.get_data(as_text=True)


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_signing_in_leads_to_our_own_pages_only(office_app: Flask, target: str) -> None:
    client = office_app.test_client()

    answer = send(client, "/sign-in", "/sign-in", name="lin", password=PASSWORD, next=target)

    assert answer.headers["Location"] == "/batches/"


def test_a_return_needs_a_reason(signed_in: SignIn, office: Office) -> None:
    batch = office.file("results", RESULT_ROW).batch_id
    reviewer = signed_in("wu")

    without = post(reviewer, "/batches/", f"/batches/{batch}/return", reason=" ")
    with_one = post(reviewer, "/batches/", f"/batches/{batch}/return", reason="检查日期有误")

    assert (without, with_one) == (409, 302)
    assert "检查日期有误" in reviewer.get(f"/batches/{batch}").get_data(as_text=True)


@pytest.mark.parametrize("kind", SHEETS)
def test_every_template_explains_itself_and_hands_out_its_blank(
    signed_in: SignIn, kind: str
) -> None:
    clerk = signed_in("lin")

    page = clerk.get(f"/sheets/{kind}").get_data(as_text=True)
    blank = clerk.get(f"/sheets/{kind}/blank")

    missing = [column.title for column in SHEETS[kind].columns if column.title not in page]
    content = blank.get_data()
    blank.close()
    assert missing == []
    if kind == "documents":
        assert content.decode().startswith("---\n")
    else:
        assert load_workbook(BytesIO(content)).sheetnames == [SHEETS[kind].title, "填写说明"]


def test_answers_are_kept_by_no_cache_and_framed_by_nobody(signed_in: SignIn) -> None:
    answer = signed_in("lin").get("/batches/")

    assert answer.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who finds the store being written to waits no second."""
    monkeypatch.setattr(stores, "PATIENCE", 0)


@pytest.mark.sqlite
def test_a_store_that_another_writes_to_is_no_accident_and_loses_nothing(
    impatient: None, office: Office, signed_in: SignIn, tmp_path: Path
) -> None:
    clerk = signed_in("lin")
    address = waiting(clerk, a_workbook(tmp_path / "结果.xlsx", "results", [RESULT_ROW]))

    with stores.write_lock(office.stores.internal):
        refused = file_it(clerk, address)
    filed = file_it(clerk, address)

    assert (refused.status_code, filed.status_code) == (503, 303)
    assert "另一项写入正在进行，等了0秒还没有结束" in refused.get_data(as_text=True)


def test_what_the_database_says_of_itself_stands_on_no_page(
    office: Office, office_app: Flask
) -> None:
    """Nobody has signed in yet, and a fault of the store names its tables, hosts and accounts."""
    token_page = office_app.test_client()
    with office.stores.internal.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE person RENAME TO people_elsewhere")

    answer = send(token_page, "/sign-in", "/sign-in", name="lin", password=PASSWORD)

    page = answer.get_data(as_text=True)
    assert (answer.status_code, "person" in page, "no such table" in page) == (500, False, False)
    assert "办理中出现意外，已记入运行日志" in page
