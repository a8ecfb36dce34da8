"""The office's doors: signing in and out, what a session is, and what others can make of it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash
from werkzeug.test import TestResponse

from portal.domain.errors import NotAllowed
from portal.domain.workflow import Role
from portal.internal.app import create_app
from portal.internal.cli import main
from portal.internal.desk import people, totp
from portal.internal.desk.throttle import FREE_PER_ACCOUNT
from portal.internal.tables.ledger import LedgerRow
from portal.internal.tables.people import PersonRow, RecoveryCodeRow
from portal.internal.tables.sessions import SessionRow
from portal.kit import clock, config
from tests.conftest import Office
from tests.internal.clicking import PASSWORD, SignIn, post, read, send
from tests.stage import environ as environ_of
from tests.stage import urls

Enter = Callable[..., TestResponse]
CHOSEN = "another long password"


@pytest.fixture
def enter(office_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Enter:
    """Sign in with a fresh browser, or with a given one; the clock stands still meanwhile."""
    moved(monkeypatch, timedelta())

    def sign_in(
        name: str, password: str = PASSWORD, client: FlaskClient | None = None
    ) -> TestResponse:
        browser = client or office_app.test_client()
        return send(browser, "/sign-in", "/sign-in", name=name, password=password)

    return sign_in


def noted(office: Office, *actions: str) -> list[tuple[str, str]]:
    """Return who did which of these acts."""
    with Session(office.stores.internal) as session:
        query = sa.select(LedgerRow).where(LedgerRow.action.in_(actions)).order_by(LedgerRow.id)
        return [(row.person, row.action) for row in session.scalars(query)]


def moved(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> datetime:
    """Let it be later."""
    now = clock.utc_now() + by
    monkeypatch.setattr(clock, "utc_now", lambda: now)
    return now


def cookie(client: FlaskClient) -> str:
    found = client.get_cookie("office")
    return found.value if found else ""


# -- signing in ---------------------------------------------------------------------------------


def test_an_older_hash_is_made_anew_when_its_owner_signs_in(office: Office, enter: Enter) -> None:
    with Session(office.stores.internal) as session, session.begin():
        session.get_one(PersonRow, "lin").password_hash = generate_password_hash(PASSWORD)

    answers = [enter("lin").status_code, enter("lin").status_code]

    with Session(office.stores.internal) as session:
        kept = session.get_one(PersonRow, "lin").password_hash or ""
    assert answers == [302, 302]
    assert kept.startswith("$argon2id$")


def test_a_session_planted_before_signing_in_is_worth_nothing_after(
    office_app: Flask, enter: Enter
) -> None:
    """Fixation: what the browser held before does not become the session."""
    victim = office_app.test_client()
    read(victim, "/sign-in")
    planted = cookie(victim)
    enter("lin", client=victim)
    attacker = office_app.test_client()
    attacker.set_cookie("office", planted)

    assert victim.get("/batches/").status_code == 200
    assert cookie(victim) != planted
    assert attacker.get("/batches/").status_code == 302


def test_a_cookie_kept_from_before_signing_out_opens_nothing(
    office_app: Flask, signed_in: SignIn
) -> None:
    client = signed_in("lin")
    kept = cookie(client)
    post(client, "/batches/", "/sign-out")
    thief = office_app.test_client()
    thief.set_cookie("office", kept)

    assert thief.get("/batches/").status_code == 302


@pytest.mark.parametrize(
    ("after", "status"), [(29, 200), (31, 302)], ids=["within half an hour", "after it"]
)
def test_a_session_nobody_uses_ends(
    signed_in: SignIn, monkeypatch: pytest.MonkeyPatch, after: int, status: int
) -> None:
    client = signed_in("lin")
    moved(monkeypatch, timedelta(minutes=after))

    assert client.get("/sheets/").status_code == status


def test_a_session_in_use_ends_after_twelve_hours(
    signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in("lin")
    statuses = []
    for _ in range(37):
        moved(monkeypatch, timedelta(minutes=20))
        statuses.append(client.get("/sheets/").status_code)

    assert statuses == [200] * 35 + [302] * 2


def test_the_store_does_not_hold_what_the_browser_shows(office: Office, signed_in: SignIn) -> None:
    client = signed_in("lin")
    with client.session_transaction() as held:
        token = held["token"]

    with Session(office.stores.internal) as session:
        kept = session.scalars(sa.select(SessionRow.digest)).all()
    assert len(kept) == 1
    assert token not in kept


def test_signing_in_needs_the_token_of_the_form(office_app: Flask) -> None:
    client = office_app.test_client()

    answer = client.post("/sign-in", data={"name": "lin", "password": PASSWORD})

    assert answer.status_code == 400


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/a\\b", "/\t/evil.example",
     "/\n/evil.example", "javascript:alert(1)", "evil.example", "/ /x"],
)  # fmt: skip
def test_no_address_leads_away_after_signing_in(office_app: Flask, target: str) -> None:
    client = office_app.test_client()

    answer = send(client, "/sign-in", "/sign-in", name="lin", password=PASSWORD, next=target)

    assert answer.headers["Location"] == "/batches/"


# -- guessing -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["lin", "nobody-of-that-name"])
def test_guessing_is_made_to_wait_whether_or_not_there_is_such_an_account(
    enter: Enter, name: str
) -> None:
    answers = [enter(name, "wrong") for _ in range(FREE_PER_ACCOUNT + 1)]

    assert [each.status_code for each in answers] == [401] * FREE_PER_ACCOUNT + [429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 2
    assert "秒后再试" in answers[-1].get_data(as_text=True)


def test_the_right_password_is_not_even_looked_at_during_a_wait(
    office: Office, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(FREE_PER_ACCOUNT):
        enter("lin", "wrong")
    during = enter("lin").status_code
    moved(monkeypatch, timedelta(seconds=5))
    after = enter("lin").status_code

    assert (during, after) == (429, 302)
    assert noted(office, "sign-in-failed", "lock-out", "sign-in") == [
        *[("lin", "sign-in-failed")] * (FREE_PER_ACCOUNT - 1),
        ("lin", "lock-out"),
        ("lin", "sign-in"),
    ]


def test_a_restart_does_not_clear_the_wait(office_app: Flask, data: Path, enter: Enter) -> None:
    for _ in range(FREE_PER_ACCOUNT):
        enter("lin", "wrong")

    again = create_app(*urls(data)).test_client()

    assert enter("lin", client=again).status_code == 429


def test_at_the_browser_they_use_people_get_in_while_others_guess(
    signed_in: SignIn, enter: Enter
) -> None:
    mine = signed_in("lin")
    post(mine, "/batches/", "/sign-out")
    for _ in range(FREE_PER_ACCOUNT + 3):
        enter("lin", "wrong")

    assert enter("lin").status_code == 429
    assert enter("lin", client=mine).status_code == 302


def test_the_mark_of_a_browser_serves_one_person_only(signed_in: SignIn, enter: Enter) -> None:
    mallory = signed_in("elsewhere")
    post(mallory, "/batches/", "/sign-out")
    for _ in range(FREE_PER_ACCOUNT):
        enter("lin", "wrong", client=mallory)

    assert enter("lin", client=mallory).status_code == 429


def test_what_was_typed_as_an_unknown_name_stands_nowhere(office: Office, enter: Enter) -> None:
    enter("my-password-in-the-wrong-box", "x")

    assert noted(office, "sign-in-failed") == [("（未知账号）", "sign-in-failed")]
    with Session(office.stores.internal) as session:
        details = session.scalars(sa.select(LedgerRow.detail)).all()
    assert not any("my-password" in each for each in details)


# -- people -------------------------------------------------------------------------------------


def test_closing_an_account_ends_its_sessions_and_its_commands_at_once(
    office: Office, signed_in: SignIn, enter: Enter
) -> None:
    client = signed_in("lin")
    before = client.get("/batches/").status_code
    people.disable(office.stores.internal, "lin", by="root")

    after = client.get("/batches/").status_code
    again = enter("lin")
    with pytest.raises(NotAllowed) as refused:
        office.file("agencies")

    assert (before, after, again.status_code) == (200, 302, 401)
    assert "账号或口令不正确" in again.get_data(as_text=True)
    assert str(refused.value) == "lin（lin）的账号已停用"
    people.enable(office.stores.internal, "lin", by="root")
    assert enter("lin").status_code == 302


def test_an_administrator_of_one_agency_leaves_the_accounts_of_others_alone(
    office: Office, data: Path
) -> None:
    internal = office.stores.internal
    for name, roles in (("own", (Role.ADMIN,)), ("near", (Role.CLERK,))):
        people.add(internal, name=name, display=name, agency="990199-X", roles=roles, password=None)
    changed = ["--display", "x", "--agency", "990199-X", "--role", "admin"]
    before = _accounts(office)

    orders = [
        ["people", "disable", "lin"],
        ["people", "enable", "lin"],
        ["people", "unlock", "lin"],
        ["people", "totp", "lin"],
        ["people", "totp", "lin", "--off"],
        ["people", "reset-password", "lin"],
        ["people", "set-role", "lin", "--role", "clerk"],
        ["add-person", "lin", *changed],
        ["add-person", "new", *changed[:3], "*", *changed[4:]],
        ["add-person", "near", *changed[:3], "*", *changed[4:]],
    ]
    refused = [_told(data, *order, "--by", "own") for order in orders]
    after = _accounts(office)
    own = _told(data, "people", "disable", "near", "--by", "own")

    assert [code for code, _ in refused] == [1] * len(orders)
    assert {words for _, words in refused} == {"own（own）属于 990199-X，不能办理 * 的账号\n"}
    assert after == before
    assert own == (0, "账号 near 已停用，其登录已全部退出\n")


def _told(data: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, words, env=environ_of(data), input="a-new-long-one-5\n")
    return done.exit_code, done.output


def _accounts(office: Office) -> list[tuple[object, ...]]:
    with Session(office.stores.internal) as session:
        return [tuple(row) for row in session.execute(sa.select(PersonRow.__table__))]


def test_a_change_of_roles_ends_the_sessions(office: Office, signed_in: SignIn) -> None:
    client = signed_in("lin")

    people.set_roles(office.stores.internal, "lin", (Role.REVIEWER,), by="root")

    assert client.get("/batches/").status_code == 302
    assert noted(office, "person-roles") == [("root", "person-roles")]


def test_a_password_somebody_else_set_must_be_changed_first(
    office: Office, enter: Enter, office_app: Flask
) -> None:
    people.reset_password(office.stores.internal, "lin", "set by somebody else", by="root")
    client = office_app.test_client()
    enter("lin", "set by somebody else", client=client)
    led = client.get("/batches/").headers["Location"]
    token = cookie(client)

    changed = post(
        client, "/account", "/account/password",
        present="set by somebody else", chosen=CHOSEN, again=CHOSEN,
    )  # fmt: skip

    assert (led, changed) == ("/account", 302)
    assert client.get("/batches/").status_code == 200
    assert cookie(client) != token
    assert noted(office, "password-reset", "password-change") == [
        ("root", "password-reset"),
        ("lin", "password-change"),
    ]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"present": "wrong", "chosen": CHOSEN, "again": CHOSEN}, "当前口令不正确"),
        ({"present": PASSWORD, "chosen": CHOSEN, "again": "other"}, "两次输入的新口令不一致"),
        ({"present": PASSWORD, "chosen": "short", "again": "short"}, "口令至少 10 个字符"),
        ({"present": PASSWORD, "chosen": PASSWORD, "again": PASSWORD}, "不能与当前口令相同"),
    ],
)
def test_a_password_is_not_changed_otherwise(
    signed_in: SignIn, enter: Enter, fields: dict[str, str], told: str
) -> None:
    answer = send(signed_in("lin"), "/account", "/account/password", **fields)

    assert answer.status_code == 409
    assert told in answer.get_data(as_text=True)
    assert enter("lin").status_code == 302


def test_changing_the_password_signs_out_everywhere_else(signed_in: SignIn) -> None:
    here, there = signed_in("lin"), signed_in("lin")

    post(here, "/account", "/account/password", present=PASSWORD, chosen=CHOSEN, again=CHOSEN)

    assert here.get("/batches/").status_code == 200
    assert there.get("/batches/").status_code == 302


def test_one_click_signs_out_everywhere_else(signed_in: SignIn) -> None:
    here, there = signed_in("lin"), signed_in("lin")
    listed = read(here, "/account").count("其他浏览器</td>")

    post(here, "/account", "/account/sessions/end")

    assert listed == 1
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 302


# -- the second factor --------------------------------------------------------------------------


def enrol(client: FlaskClient) -> tuple[str, list[str]]:
    """Switch the second factor on in the office; return its secret and the recovery codes."""
    assert post(client, "/account", "/account/totp/offer", password=PASSWORD) == 302
    page = read(client, "/account")
    secret = re.findall(r"密钥：<code>([A-Z2-7]{32})</code>", page)[0]
    assert 'src="data:image/svg+xml' in page
    code = pyotp.TOTP(secret).at(clock.utc_now())
    shown = send(client, "/account", "/account/totp/confirm", code=code).get_data(as_text=True)
    assert "退出</button>" in shown
    return secret, re.findall(r"<code>([a-z2-9-]{14})</code>", shown)


def test_with_a_second_factor_the_password_alone_opens_nothing(
    office_app: Flask, signed_in: SignIn, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, codes = enrol(signed_in("lin"))
    later = moved(monkeypatch, timedelta(minutes=2))
    client = office_app.test_client()
    enter("lin", client=client)
    halfway = client.get("/batches/").status_code
    halfway_token = cookie(client)

    wrong = post(client, "/sign-in", "/sign-in/code", code="000000")
    right = post(client, "/sign-in", "/sign-in/code", code=pyotp.TOTP(secret).at(later))

    assert len(codes) == totp.RECOVERY_CODES
    assert (halfway, wrong, right) == (302, 401, 302)
    assert client.get("/batches/").status_code == 200
    assert cookie(client) != halfway_token


def test_a_code_opens_once(
    office_app: Flask, signed_in: SignIn, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, _ = enrol(signed_in("lin"))
    now = moved(monkeypatch, timedelta(minutes=2))
    code = pyotp.TOTP(secret).at(now)
    statuses = []
    for _ in range(2):
        client = office_app.test_client()
        enter("lin", client=client)
        statuses.append(post(client, "/sign-in", "/sign-in/code", code=code))

    assert statuses == [302, 401]


def test_a_recovery_code_opens_once_and_is_kept_as_a_digest(
    office: Office, office_app: Flask, signed_in: SignIn, enter: Enter
) -> None:
    _, codes = enrol(signed_in("lin"))
    statuses = []
    for _ in range(2):
        client = office_app.test_client()
        enter("lin", client=client)
        statuses.append(post(client, "/sign-in", "/sign-in/code", code=codes[0].upper()))

    with Session(office.stores.internal) as session:
        kept = session.scalars(sa.select(RecoveryCodeRow.digest)).all()
    assert statuses == [302, 401]
    assert len(kept) == totp.RECOVERY_CODES - 1
    assert not set(kept) & set(codes)


def test_guessing_codes_is_made_to_wait(office_app: Flask, signed_in: SignIn, enter: Enter) -> None:
    enrol(signed_in("lin"))
    client = office_app.test_client()
    enter("lin", client=client)

    statuses = [
        post(client, "/sign-in", "/sign-in/code", code="000000") for _ in range(FREE_PER_ACCOUNT)
    ]

    #: The password counted as one attempt already.
    assert statuses == [401] * (FREE_PER_ACCOUNT - 1) + [429]


def test_typing_a_code_may_take_five_minutes(
    office_app: Flask, signed_in: SignIn, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, _ = enrol(signed_in("lin"))
    client = office_app.test_client()
    enter("lin", client=client)
    later = moved(monkeypatch, timedelta(minutes=6))

    post(client, "/sign-in", "/sign-in/code", code=pyotp.TOTP(secret).at(later))

    assert client.get("/batches/").status_code == 302


def test_switching_it_off_takes_the_password(office: Office, signed_in: SignIn) -> None:
    client = signed_in("lin")
    enrol(client)

    wrong = post(client, "/account", "/account/totp/drop", password="wrong")
    right = post(client, "/account", "/account/totp/drop", password=PASSWORD)

    assert (wrong, right) == (409, 302)
    assert noted(office, "totp-on", "totp-off") == [("lin", "totp-on"), ("lin", "totp-off")]


def test_a_role_may_need_it(data: Path, office_app: Flask, enter: Enter) -> None:
    environ = environ_of(data) | {"PORTAL_OFFICE_TOTP": "publisher, admin"}
    strict = create_app(config.load(environ), config.internal_url(environ))
    clerk, publisher = strict.test_client(), strict.test_client()
    enter("lin", client=clerk)
    enter("he", client=publisher)

    before = [each.get("/batches/").status_code for each in (clerk, publisher)]
    told = "须启用双因素认证后才能办理业务" in read(publisher, "/account")
    enrol(publisher)

    assert (before, told) == ([200, 302], True)
    assert publisher.get("/batches/").status_code == 200


# -- headers, cookies, bodies -------------------------------------------------------------------

_HEADERS = {
    "Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Permissions-Policy",
    "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy",
}  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 302), ("GET", "/sign-in", 200), ("GET", "/nothing", 404),
        ("POST", "/sign-in", 400), ("DELETE", "/sign-in", 400), ("PUT", "/due", 400),
        ("GET", "/healthz", 200), ("GET", "/static/none.css", 404), ("GET", "/batches/", 302),
        ("OPTIONS", "/sign-in", 200),
    ],
)  # fmt: skip
def test_every_answer_carries_the_headers_and_is_kept_by_nobody(
    office_app: Flask, method: str, path: str, status: int
) -> None:
    answer = office_app.test_client().open(path, method=method)

    assert answer.status_code == status
    assert _HEADERS - set(answer.headers.keys()) == set()
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_goes_wrong_inside_is_told_without_anything_of_it(
    office_app: Flask, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in("lin")
    office_app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr("portal.internal.pages.due.due", None)

    answer = client.get("/due")

    assert answer.status_code == 500
    assert "办理中出现意外" in answer.get_data(as_text=True)
    assert "NoneType" not in answer.get_data(as_text=True)
    assert _HEADERS - set(answer.headers.keys()) == set()


@pytest.mark.parametrize(
    ("url", "cookie_name", "flags"),
    [
        ("http://127.0.0.1:8001", "office", {"HttpOnly", "Path=/", "SameSite=Lax"}),
        ("https://office.example", "__Host-office", {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}),
    ],
)  # fmt: skip
def test_cookies_say_what_they_may(
    data: Path, office_app: Flask, url: str, cookie_name: str, flags: set[str]
) -> None:
    environ = environ_of(data) | {"PORTAL_OFFICE_URL": url}
    app = create_app(config.load(environ), config.internal_url(environ))
    client = app.test_client()

    page = client.get("/sign-in", base_url=url)
    token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page.get_data(as_text=True))[0]
    data_ = {"csrf_token": token, "name": "lin", "password": PASSWORD}
    answer = client.post("/sign-in", base_url=url, data=data_)

    held = [each.split("; ") for each in answer.headers.getlist("Set-Cookie")]
    names = {parts[0].split("=")[0] for parts in held}
    assert answer.status_code == 302
    assert names == {cookie_name, f"{cookie_name}-browser"}
    for parts in held:
        assert {part for part in parts[1:] if not part.startswith(("Max-Age", "Expires"))} == flags
    assert ("Strict-Transport-Security" in answer.headers) == url.startswith("https")


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost", 200), ("127.0.0.1:8001", 200), ("evil.example", 400), ("127.0.0.1.evil.example", 400)],
)  # fmt: skip
def test_the_office_answers_under_its_own_names_only(
    office_app: Flask, host: str, status: int
) -> None:
    answer = office_app.test_client().get("/sign-in", headers={"Host": host})

    assert answer.status_code == status
    assert "evil.example" not in answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_stranger_sends_no_large_body(office_app: Flask) -> None:
    answer = office_app.test_client().post("/import", data={"text": "x" * 100_000})

    assert answer.status_code == 413


@pytest.mark.parametrize(("proxies", "seen"), [("0", "127.0.0.1"), ("1", "203.0.113.9")])
def test_an_address_is_taken_from_as_many_proxies_as_there_are(
    office: Office, data: Path, office_app: Flask, proxies: str, seen: str
) -> None:
    environ = environ_of(data) | {"PORTAL_OFFICE_PROXIES": proxies}
    app = create_app(config.load(environ), config.internal_url(environ))
    client = app.test_client()
    token = re.findall(r'value="([^"]+)"', read(client, "/sign-in"))[0]

    client.post(
        "/sign-in",
        data={"csrf_token": token, "name": "lin", "password": PASSWORD},
        headers={
            "X-Forwarded-For": "198.51.100.7, 203.0.113.9",
            "X-Forwarded-Host": "evil.example",
        },
    )

    with Session(office.stores.internal) as session:
        row = session.scalars(sa.select(LedgerRow).where(LedgerRow.action == "sign-in")).one()
    assert row.detail == f"口令；来自 {seen}"
    assert row.at <= datetime.now(UTC)
