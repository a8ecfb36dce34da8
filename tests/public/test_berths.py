"""Long answers: how many are given at once, who waits, and what the surplus is told."""

import threading
from contextlib import ExitStack

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from portal.public import berths
from portal.public.berths import Berths, Full, Pier
from tests.conftest import Office
from tests.makers import RESULT_ROW

_EXPORTS = ("/api/v1/results.csv", "/api/v1/results.ndjson", "/api/v1/results.xlsx")


@given(at_once=st.integers(1, 6), more=st.integers(0, 6))
def test_no_more_hold_a_place_than_there_are_and_every_place_comes_back(
    at_once: int, more: int
) -> None:
    places = Berths(at_once, 0, 0)
    for _ in range(2):
        refused = 0
        with ExitStack() as held:
            for _ in range(at_once + more):
                try:
                    held.enter_context(places.one())
                except Full:
                    refused += 1
        assert refused == more


def test_who_waits_is_served_as_soon_as_a_place_is_free() -> None:
    places, served = Berths(1, 1, 60), threading.Event()

    def wait() -> None:
        with places.one():
            served.set()

    with places.one():
        waiting = threading.Thread(target=wait)
        waiting.start()
        before = served.is_set()
    waiting.join(60)

    assert (before, served.is_set()) == (False, True)


def test_who_finds_the_line_full_or_has_waited_long_enough_is_refused() -> None:
    places = Berths(1, 1, 0.01)
    with places.one():
        with pytest.raises(Full), places.one():
            pass
        with pytest.raises(Full), places.one():
            pass
    with places.one():
        pass


@pytest.fixture
def narrow(office: Office, site: Flask) -> FlaskClient:
    """A site with one result, and with one place for sets."""
    office.put("results", RESULT_ROW)
    berths.moor(site.extensions, Pier(Berths(1, 0, 0), Berths(1, 0, 0)))
    return site.test_client()


@pytest.mark.parametrize("address", _EXPORTS)
def test_a_set_too_many_is_refused_with_a_time_to_come_back_and_pages_go_on(
    narrow: FlaskClient, address: str
) -> None:
    first = narrow.get(address)
    refused = narrow.get(address)
    in_english = narrow.get(f"{address}?lang=en")
    page, rows = narrow.get("/results/"), narrow.get("/api/v1/results")
    first.close()
    again = narrow.get(address, buffered=True)

    told = refused.json
    assert (first.status_code, refused.status_code, again.status_code) == (200, 503, 200)
    assert refused.headers["Retry-After"] == "10"
    assert told is not None
    assert told["type"] == "https://mingcha.example/docs/errors#busy"
    assert (told["title"], told["whole"]) == ("正在下载的人太多", "https://mingcha.example/data/")
    assert in_english.json is not None
    assert in_english.json["title"] == "Too many downloads at present"
    assert (page.status_code, rows.status_code) == (200, 200)


@pytest.mark.parametrize("address", _EXPORTS)
def test_a_place_comes_back_however_an_answer_ends(narrow: FlaskClient, address: str) -> None:
    tag = narrow.get(address, buffered=True).headers["ETag"]
    ends = [
        narrow.head(address, buffered=True).status_code,
        narrow.get(address, headers={"If-None-Match": tag}, buffered=True).status_code,
        narrow.get(f"{address}?agency=nobody&total=true", buffered=True).status_code,
        narrow.get(f"{address}?yaer=2025", buffered=True).status_code,
        narrow.post(address, buffered=True).status_code,
        narrow.get(address, buffered=True).status_code,
    ]

    assert ends == [200, 304, 400, 400, 405, 200]


def test_a_set_that_is_broken_off_gives_its_place_back(narrow: FlaskClient) -> None:
    broken = narrow.get(_EXPORTS[0])
    next(broken.iter_encoded())
    broken.close()

    assert narrow.get(_EXPORTS[0], buffered=True).status_code == 200
