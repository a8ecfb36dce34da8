"""Search for programs: the hits, the total and the counts of the page."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from portal.register.search import keeping
from tests.conftest import Office
from tests.makers import CREDIT_CODE, RESULT_ROW

PROBLEM = {
    **RESULT_ROW,
    "code": "JC-0002",
    "outcomes": "发现问题已责令改正",
    "inspected_on": "2024-03-01",
}


@pytest.fixture
def indexed(office: Office) -> Office:
    """An office with two results of one party, and an index of what is public."""
    office.put("results", RESULT_ROW, PROBLEM)
    keeping.catch_up(office.stores.register, office.stores.index)
    return office


def _asked(client: FlaskClient, address: str) -> dict[str, Any]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


def test_programs_find_what_the_page_finds(indexed: Office, client: FlaskClient) -> None:
    found = _asked(client, "/api/v1/search?q=青禾")
    page = client.get("/search?q=青禾").get_data(as_text=True)

    shown = re.findall(r'href="(/(?:results|entities)/[er]_\w+)"', page)
    assert [hit["url"].removeprefix("https://mingcha.example") for hit in found["data"]] == list(
        dict.fromkeys(shown)
    )
    assert found["total"] == len(found["data"]) == 3
    assert found["facets"]["kind"] == {"entity": 1, "result": 2}


def test_the_party_that_a_number_names_comes_first(indexed: Office, client: FlaskClient) -> None:
    found = _asked(client, f"/api/v1/search?q={CREDIT_CODE}")

    assert (found["data"][0]["kind"], found["data"][0]["tier"]) == ("entity", "identifier")


def test_following_next_gives_every_hit_once(indexed: Office, client: FlaskClient) -> None:
    address, seen = "/api/v1/search?q=青禾&limit=1", []
    while address:
        found = _asked(client, address)
        seen += [hit["id"] for hit in found["data"]]
        address = (found["next"] or "").removeprefix("https://mingcha.example")

    every = _asked(client, "/api/v1/search?q=青禾")["data"]
    assert seen == [hit["id"] for hit in every]


def test_an_unchanged_answer_is_not_sent_again(indexed: Office, client: FlaskClient) -> None:
    first = client.get("/api/v1/search?q=青禾")
    again = client.get("/api/v1/search?q=青禾", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("query", ["kind=parties", "limit=101", "page=0", "qq=1", "year=20x5"])
def test_a_wrong_parameter_is_a_problem_that_names_it(
    indexed: Office, client: FlaskClient, query: str
) -> None:
    answer = client.get(f"/api/v1/search?{query}")

    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert answer.get_json()["parameter"] == query.split("=", maxsplit=1)[0]
