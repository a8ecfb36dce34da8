"""The form for letters, and the state of a letter."""

import io

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.internal.desk import letters
from portal.internal.desk.stores import Stores
from portal.internal.tables.letters import ReceivedRow
from portal.letterbox.tables import LetterRow
from portal.register.tables.results import ResultRow
from tests.conftest import NOW, Office
from tests.makers import RESULT_ROW

GOOD = {"kind": "error", "text": "所列事项有误。"}
PNG = b"\x89PNG\r\n\x1a\n....IEND\xaeB`\x82"


@pytest.fixture
def result(office: Office) -> str:
    """The id of one published result."""
    office.put("results", RESULT_ROW)
    with Session(office.stores.register) as session:
        return session.scalars(sa.select(ResultRow.public_id)).one()


def count(stores: Stores) -> int:
    with Session(stores.letterbox) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(LetterRow)) or 0


def test_a_letter_is_taken_without_cookie_and_kept_by_no_cache(
    stores: Stores, client: FlaskClient, result: str
) -> None:
    page = client.post(f"/replies/new?about={result}", data=GOOD)

    assert (page.status_code, page.headers["Cache-Control"]) == (201, "no-store")
    assert "Set-Cookie" not in page.headers
    assert count(stores) == 1


def test_a_letter_copied_with_a_sign_that_no_store_takes_is_taken_and_reaches_the_office(
    stores: Stores, client: FlaskClient, result: str
) -> None:
    copied = GOOD | {"text": "所列\0事项有误。", "contact": "\0"}

    page = client.post(f"/replies/new?about={result}", data=copied)

    assert page.status_code == 201
    assert letters.collect(stores, now=NOW) == 1
    with Session(stores.internal) as session:
        found = session.execute(sa.select(ReceivedRow.text, ReceivedRow.contact)).one()
    assert tuple(found) == (GOOD["text"], None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "other"},
        {"text": "短"},
        {"text": "长" * 4001},
        {"contact": "长" * 201},
        {"website": "https://spam.example"},
        {"evidence": (io.BytesIO(b"MZ\x90\x00"), "photo.png")},
        {"evidence": (io.BytesIO(PNG + b"PK\x03\x04"), "photo.png")},
        {"evidence": (io.BytesIO(b"<svg onload=x>"), "photo.svg")},
    ],
    ids=["kind", "short", "long", "contact", "honeypot", "program", "polyglot", "svg"],
)
def test_what_is_wrong_is_told_and_not_kept(
    stores: Stores, client: FlaskClient, result: str, wrong: dict[str, object]
) -> None:
    page = client.post(f"/replies/new?about={result}", data=GOOD | wrong)

    assert page.status_code == 422
    assert "处需要改正" in page.get_data(as_text=True)
    assert count(stores) == 0


@pytest.mark.parametrize(("size", "status"), [(10 * 2**20 + 1, 422), (12 * 2**20, 413)])
def test_what_is_too_large_is_refused_and_far_too_large_not_even_read(
    stores: Stores, client: FlaskClient, result: str, size: int, status: int
) -> None:
    head = (
        '--x\r\nContent-Disposition: form-data; name="kind"\r\n\r\nerror\r\n'
        '--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nlong enough\r\n'
        '--x\r\nContent-Disposition: form-data; name="evidence"; filename="a.pdf"\r\n\r\n%PDF-1.4'
    )
    body = head.encode().ljust(size + len(head) - 13, b" ") + b"%%EOF\r\n--x--\r\n"
    page = client.post(
        f"/replies/new?about={result}", data=body, content_type="multipart/form-data; boundary=x"
    )

    assert page.status_code == status
    assert count(stores) == 0


def test_one_network_has_an_allowance_and_others_have_theirs(
    stores: Stores, site: Flask, result: str
) -> None:
    client, address = site.test_client(), f"/replies/new?about={result}"

    def status(peer: str, told: str | None = None) -> int:
        headers = {"X-Forwarded-For": told} if told else {}
        environ = {"REMOTE_ADDR": peer}
        return client.post(address, data=GOOD, headers=headers, environ_base=environ).status_code

    mine = [status("192.0.2.7") for _ in range(7)]
    claimed = status("192.0.2.8", "198.51.100.1")
    others = status("198.51.100.1")
    proxied = [status("127.0.0.1", f"203.0.113.9, 10.{n}.0.1") for n in range(7)]

    assert mine == [201] * 6 + [429]
    assert claimed == 429
    assert others == 201
    assert proxied == [201] * 7
    assert count(stores) == 14


def test_a_form_on_another_site_is_refused(
    stores: Stores, client: FlaskClient, result: str
) -> None:
    address, headers = f"/replies/new?about={result}", {"Sec-Fetch-Site": "cross-site"}

    assert client.post(address, data=GOOD, headers=headers).status_code == 403
    assert count(stores) == 0


def test_statements_and_objections_are_about_results_only(
    client: FlaskClient, office: Office, result: str
) -> None:
    with Session(office.stores.register) as session:
        party = session.scalars(sa.select(ResultRow.entity_id)).one()
    page = client.post(f"/replies/new?about={party}", data=GOOD | {"kind": "objection"})

    assert page.status_code == 422
    assert client.get(f"/replies/new?about={party}").status_code == 200


@pytest.mark.parametrize("about", ["", "r_none", "x_1", "w_1", "y_1"])
def test_nobody_writes_about_what_is_not_public(client: FlaskClient, about: str) -> None:
    assert client.get("/replies/new", query_string={"about": about}).status_code == 404


def test_nobody_writes_about_a_letter(site: Flask, office: Office, result: str) -> None:
    """The answer would stay when what that one is about goes."""
    client = site.test_client()
    client.post(f"/replies/new?about={result}", data=GOOD)
    letters.collect(office.stores, now=NOW)
    with office.stores.register.connect() as register:
        told = register.scalars(sa.text("SELECT public_id FROM reply")).one()

    assert client.get(f"/replies/new?about={told}").status_code == 404


def test_every_reference_that_is_not_there_gets_the_same_answer(
    client: FlaskClient, result: str
) -> None:
    page = client.post(f"/replies/new?about={result}", data=GOOD).get_data(as_text=True)
    posted = page.partition('class="code">')[2][:14]
    answers = [client.get(f"/replies/{each}") for each in (posted, "ABCD-EFGH-JKMN", "nonsense")]
    bodies = {
        each.get_data(as_text=True).replace(name, "")
        for each, name in zip(answers, (posted, "ABCD-EFGH-JKMN", "nonsense"), strict=True)
    }

    assert [each.status_code for each in answers] == [404] * 3
    assert len(bodies) == 1
