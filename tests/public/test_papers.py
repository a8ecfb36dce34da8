"""The statement to print and the badge: true to the register, neutral, kept by serial."""

import re
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient

from tests.conftest import Office
from tests.makers import RESULT_ROW, Row

PROBLEM: Row = {
    **RESULT_ROW, "code": "JC-0002", "inspected_on": "2025-05-22", "outcomes": "发现问题已责令改正",
    "due_on": "2099-06-30",
}  # fmt: skip


def _party(client: FlaskClient) -> str:
    found = re.search(
        r'href="(/entities/e_[^"?]+)"', client.get("/entities/").get_data(as_text=True)
    )
    assert found
    return found[1]


def _badge(client: FlaskClient, place: str, lang: str = "zh") -> str:
    drawn = client.get(f"{place}/badge.svg", query_string={"lang": lang})
    assert drawn.mimetype == "image/svg+xml"
    title = ET.fromstring(drawn.data).find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    return str(title.text)


def test_the_badge_states_the_last_check_and_the_open_problems(
    office: Office, client: FlaskClient
) -> None:
    office.put("results", RESULT_ROW)
    place = _party(client)
    before = _badge(client, place)
    office.put("results", PROBLEM)

    assert before == "双随机抽查 最近检查 2025-05-20 · 未完结问题 0"
    assert _badge(client, place) == "双随机抽查 最近检查 2025-05-22 · 未完结问题 1"
    assert _badge(client, place, "en") == "Inspection by lot last 2025-05-22 · open problems 1"


def test_the_badge_may_stand_on_other_sites_and_is_kept_until_the_register_moves(
    office: Office, client: FlaskClient
) -> None:
    office.put("results", RESULT_ROW)
    place = f"{_party(client)}/badge.svg"
    first = client.get(place)
    tag = {"If-None-Match": first.headers["ETag"]}
    again = client.get(place, headers=tag)
    office.put("results", PROBLEM)

    assert first.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert (again.status_code, client.get(place, headers=tag).status_code) == (304, 200)


@pytest.mark.parametrize("paper", ["badge.svg", "statement"])
def test_an_unknown_party_has_no_paper(client: FlaskClient, paper: str) -> None:
    assert client.get(f"/entities/e_0/{paper}").status_code == 404


def test_the_statement_names_the_party_its_checks_its_address_and_its_day(
    office: Office, client: FlaskClient
) -> None:
    office.put("results", RESULT_ROW, PROBLEM)
    place = _party(client)

    page = client.get(f"{place}/statement").get_data(as_text=True)

    assert page.count('<th scope="row"') == 2
    assert page.count(f">https://mingcha.example{place}<") == 1
    assert page.count('class="qr"') == 1
    assert re.findall(r'class="lede">\s*([^<]+?)\s*</p>', page) == [
        "2025年以来公开检查2次，其中1次发现问题，1次尚未完结。"
    ]
