"""The office with a mouse: sign in, import, look, approve, release; and what it refuses."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from portal.domain.workflow import Role
from portal.internal.app import create_app
from portal.internal.desk import people
from portal.internal.sheets.catalogue import SHEETS
from tests.conftest import Office, urls
from tests.makers import AGENCY, CANARY, RESULT_ROW, a_workbook

PASSWORD = "a-long-enough-one"
SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def office_app(office: Office, data: Path) -> Flask:
    """The office over stores in which everyone has a password."""
    accounts = (
        ("lin", (Role.CLERK,), "*"),
        ("wu", (Role.REVIEWER,), "*"),
        ("he", (Role.PUBLISHER,), "*"),
        ("elsewhere", (Role.CLERK, Role.REVIEWER, Role.PUBLISHER), "990199-X"),
    )
    for name, roles, agency in accounts:
        people.add(
            office.stores.internal,
            name=name,
            display=name,
            agency=agency,
            roles=roles,
            password=PASSWORD,
        )
    settings, internal = urls(data)
    return create_app(settings, internal)


@pytest.fixture
def signed_in(office_app: Flask) -> SignIn:
    def enter(name: str) -> FlaskClient:
        client = office_app.test_client()
        answer = _post(client, "/sign-in", "/sign-in", name=name, password=PASSWORD)
        assert answer == 302
        return client

    return enter


def _token(client: FlaskClient, address: str) -> str:
    page = client.get(address).get_data(as_text=True)
    return str(re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)[0])


def _post(client: FlaskClient, form: str, target: str, **fields: object) -> int:
    token = _token(client, form)
    answer = client.post(
        target, data={"csrf_token": token, **fields}, content_type="multipart/form-data"
    )
    answer.close()
    return answer.status_code


def _upload(client: FlaskClient, path: Path, **fields: object) -> tuple[int, str]:
    token = _token(client, "/import")
    with path.open("rb") as file:
        answer = client.post(
            "/import",
            data={
                "csrf_token": token,
                "kind": "results",
                "agency": AGENCY,
                "file": (file, path.name),
                **fields,
            },
        )
    return answer.status_code, answer.get_data(as_text=True) + answer.headers.get("Location", "")


def test_three_people_bring_a_workbook_to_the_public(
    signed_in: SignIn, tmp_path: Path, client: FlaskClient
) -> None:
    clerk, reviewer, publisher = signed_in("lin"), signed_in("wu"), signed_in("he")
    status, location = _upload(clerk, a_workbook(tmp_path / "结果.xlsx", "results", [RESULT_ROW]))
    batch = re.findall(r"/batches/\d+", location)[0]

    seen = reviewer.get(batch).get_data(as_text=True)
    approved = _post(reviewer, batch, f"{batch}/approve")
    released = _post(publisher, batch, f"{batch}/release")

    public = client.get("/results/").get_data(as_text=True)
    filed, shown = seen.split("公众将看到</h4>")[0], "".join(seen.split("公众将看到</h4>")[1:])
    assert (status, approved, released) == (302, 302, 302)
    assert CANARY in seen
    assert CANARY not in shown.split("原始填报")[0]
    assert "示例市青禾食品有限公司" in filed
    assert "示例市青禾食品有限公司" in public


def test_a_broken_file_comes_back_with_every_fault(signed_in: SignIn, tmp_path: Path) -> None:
    rows = [{**RESULT_ROW, "inspected_on": "2023-02-30", "outcomes": "好"}]

    status, page = _upload(signed_in("lin"), a_workbook(tmp_path / "坏.xlsx", "results", rows))

    assert status == 422
    assert "文件有 2 处问题" in page
    assert "不是实际存在的日期" in page


def test_a_dry_run_files_nothing(signed_in: SignIn, tmp_path: Path) -> None:
    clerk = signed_in("lin")
    before = clerk.get("/batches/").get_data(as_text=True)

    status, page = _upload(
        clerk, a_workbook(tmp_path / "r.xlsx", "results", [RESULT_ROW]), dry_run="1"
    )

    after = clerk.get("/batches/").get_data(as_text=True)
    assert (status, "试运行通过，未登记" in page) == (200, True)
    assert after.count("/batches/") == before.count("/batches/")


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
        token = _token(client, "/sign-in")
        answer = client.post(
            "/sign-in", data={"csrf_token": token, "name": name, "password": "wrong"}
        )
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

    status = _post(signed_in(name), "/batches/", f"/batches/{batch}/{action}")

    assert status == 403


def test_another_agencys_people_may_not_touch_a_batch(
    signed_in: SignIn, office: Office, tmp_path: Path
) -> None:
    batch = office.file("results", RESULT_ROW).batch_id
    stranger = signed_in("elsewhere")

    seen = stranger.get(f"/batches/{batch}")
    approved = _post(stranger, "/batches/", f"/batches/{batch}/approve")
    filed, _ = _upload(stranger, a_workbook(tmp_path / "r.xlsx", "results", [RESULT_ROW]))

    assert (seen.status_code, approved, filed) == (403, 403, 403)
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


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_signing_in_leads_to_our_own_pages_only(office_app: Flask, target: str) -> None:
    client = office_app.test_client()
    token = _token(client, "/sign-in")

    answer = client.post(
        "/sign-in", data={"csrf_token": token, "name": "lin", "password": PASSWORD, "next": target}
    )

    assert answer.headers["Location"] == "/batches/"


def test_a_return_needs_a_reason(signed_in: SignIn, office: Office) -> None:
    batch = office.file("results", RESULT_ROW).batch_id
    reviewer = signed_in("wu")

    without = _post(reviewer, "/batches/", f"/batches/{batch}/return", reason=" ")
    with_one = _post(reviewer, "/batches/", f"/batches/{batch}/return", reason="检查日期有误")

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
