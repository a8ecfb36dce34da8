"""What a session asked for while it was being ended: no new one follows from it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.domain.workflow import Role
from portal.internal.app import create_app
from portal.internal.desk import account, people, signing_in
from portal.internal.desk.signing_in import Attempt, Refused
from portal.internal.tables.sessions import SessionRow
from portal.kit import clock, config
from portal.kit.db import write_lock
from tests.conftest import NOW, Office
from tests.internal.clicking import PASSWORD, SignIn, read, send
from tests.makers import RESULT_ROW
from tests.stage import environ as environ_of

CHOSEN = "another long password"


@pytest.mark.parametrize(
    ("step", "fields"),
    [
        ("sessions/end", {}),
        ("password", {"present": PASSWORD, "chosen": CHOSEN, "again": CHOSEN}),
        ("totp/offer", {"password": PASSWORD}),
        ("totp/drop", {"password": PASSWORD}),
    ],
)
def test_a_session_that_ended_while_its_request_waited_opens_no_other(
    office: Office,
    signed_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    fields: dict[str, str],
) -> None:
    client = signed_in("lin")
    _overtaken(office, monkeypatch)

    answer = send(client, "/account", f"/account/{step}", **fields)

    assert answer.status_code == 409
    assert "登录已失效" in answer.get_data(as_text=True)
    assert client.get("/account").status_code == 302
    with Session(office.stores.internal) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(SessionRow)) == 0


def _overtaken(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an administrator change the person's roles while the account's page waits for the store."""

    @contextmanager
    def late(engine: sa.Engine) -> Iterator[Session]:
        monkeypatch.setattr(account, "write_lock", write_lock)
        people.set_roles(office.stores.internal, "lin", (Role.CLERK, Role.REVIEWER), by="root")
        with write_lock(engine) as session:
            yield session

    monkeypatch.setattr(account, "write_lock", late)


def test_who_is_let_do_nothing_else_yet_signs_as_no_second_person_either(office: Office) -> None:
    internal = office.stores.internal
    people.add(
        internal, name="bao", display="bao", agency="*", roles=(Role.SECRECY,), password=PASSWORD
    )

    def sign(password: str, **terms: frozenset[str]) -> str:
        attempt = Attempt("bao", "127.0.0.1")
        return signing_in.as_second(internal, attempt, password, "", now=clock.utc_now(), **terms)

    assert sign(PASSWORD, totp_roles=frozenset({"publisher"})) == "bao"
    with pytest.raises(Refused, match="双因素认证"):
        sign(PASSWORD, totp_roles=frozenset({"secrecy"}))
    people.reset_password(internal, "bao", CHOSEN, by="root")
    with pytest.raises(Refused, match="更改口令"):
        sign(CHOSEN)


def test_the_form_of_a_second_signature_asks_for_the_second_factor_of_its_role(
    data: Path, office: Office, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "utc_now", lambda: NOW)
    people.add(
        office.stores.internal, name="bao", display="bao", agency="*", roles=(Role.SECRECY,),
        password=PASSWORD,
    )  # fmt: skip
    row = {**RESULT_ROW, "detail": "本文件为机密★一年"}
    batch = f"/batches/{office.file('results', row).batch_id}"
    environ = environ_of(data) | {"PORTAL_OFFICE_TOTP": "secrecy"}
    strict = create_app(config.load(environ), config.internal_url(environ)).test_client()
    signed_in("wu")
    assert send(strict, "/sign-in", "/sign-in", name="wu", password=PASSWORD).status_code == 302
    finds = re.findall(r'name="find" value="([^"]+)"', read(strict, f"{batch}?show=look"))
    assert finds

    answer = send(
        strict, f"{batch}?show=look", f"{batch}/let-pass", find=finds[0], reason="无妨",
        second="bao", second_password=PASSWORD,
    )  # fmt: skip

    assert answer.status_code == 409
    assert "启用双因素认证后才能签名" in answer.get_data(as_text=True)
