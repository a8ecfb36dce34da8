"""Answers kept while the register stands still: the same bytes, until anything changes."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any
from unittest.mock import Mock

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import create_environ, run_wsgi_app

from portal.kit import clock, config
from portal.kit.gunicorn import ENDPOINT
from portal.kit.metrics import Watched
from portal.public import kept
from portal.public.app import create_app
from portal.public.kept import KeptAnswers
from portal.register.queries import agencies, changes, entities, results
from portal.register.records import Kind, PublicFinding
from portal.register.writer import open_pen
from tests import stage
from tests.conftest import NOW, Office
from tests.makers import RESULT_ROW
from tests.public.test_query_cost import recorded
from tests.register.makers import a_public_agency

ADDRESSES = [
    "/", "/?lang=en", "/?view=dark", "/results/", "/results/?problems=true", "/entities/", "/agencies/",
    "/items/", "/plans/", "/draws/", "/documents/", "/statistics/", "/withheld/", "/feeds/",
    "/docs/", "/docs/api", "/sitemap.xml", "/results.atom", "/all.rss", "/entities.feed.json",
    "/api/v1/", "/api/v1/results", "/api/v1/results?limit=1&total=true", "/api/v1/codes/", "/api/v1/changes",
]  # fmt: skip
#: What an answer is also made of: the search index, files, what other people sent, who asks.
NEVER = [
    "/api/v1/entities?identifier=91990101MA0000000U",
    "/feeds/?q=青禾",
    "/log/",
    "/search?q=青禾",
    "/api/v1/search?q=青禾",
    "/replies/status",
    "/healthz",
    "/robots.txt",
    "/nothing-here",
]

Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture
def layer(site: Flask) -> KeptAnswers:
    found = site.wsgi_app
    assert isinstance(found, KeptAnswers)
    return found


@pytest.fixture
def published(office: Office) -> Office:
    office.put("results", RESULT_ROW)
    return office


def _ask(app: Any, address: str, method: str = "GET", **headers: str) -> Answer:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    body, status, told = run_wsgi_app(app, create_environ(address, method=method, headers=given))
    return int(status[:3]), dict(told), b"".join(body)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_kept_answer_is_the_one_the_view_gives(
    published: Office, site: Flask, layer: KeptAnswers, address: str
) -> None:
    first = _ask(site.wsgi_app, address)
    with recorded(site) as statements:
        again = _ask(site.wsgi_app, address)
        head = _ask(site.wsgi_app, address, "HEAD")
        held = _ask(site.wsgi_app, address, If_None_Match=first[1]["ETag"])
    other = _ask(site.wsgi_app, address, If_None_Match='"another"')
    bare = layer._app

    assert statements == []
    assert again == first == _ask(bare, address)
    assert head == (200, first[1], b"") == _ask(bare, address, "HEAD")
    assert (held[0], held[2]) == (304, b"")
    assert held == _ask(bare, address, If_None_Match=first[1]["ETag"])
    assert other == first


@pytest.mark.parametrize("address", NEVER)
def test_an_answer_made_of_more_than_the_register_is_not_kept(
    published: Office, site: Flask, layer: KeptAnswers, address: str
) -> None:
    _ask(site.wsgi_app, address)

    assert list(layer._answers) == []


def test_other_media_types_are_other_answers(published: Office, site: Flask) -> None:
    told = [
        _ask(site.wsgi_app, "/api/v1/results", Accept=media)[1]["Content-Type"]
        for media in ("application/json", "text/csv", "application/json")
    ]

    assert told == [
        "application/json",
        "text/csv; charset=utf-8; header=present",
        "application/json",
    ]


def test_nothing_withdrawn_is_in_memory_when_the_next_answer_is_given(
    published: Office, site: Flask, layer: KeptAnswers, client: FlaskClient
) -> None:
    row = client.get("/api/v1/results").get_json()["data"][0]
    party = client.get(f"/api/v1/entities/{row['entity_id']}").get_json()["data"]["name"].encode()
    page = f"/results/{row['id']}"
    assert _ask(site.wsgi_app, page)[0] == 200
    assert any(party in each.body for each in layer._answers.values())

    with open_pen(published.stores.register, now=NOW) as pen:
        pen.withdraw(Kind.RESULT, [row["id"]])
        pen.withdraw(Kind.ENTITY, [row["entity_id"]])
    _ask(site.wsgi_app, "/docs/about")

    assert [key[0] for key in layer._answers] == ["/docs/about"]
    assert _ask(site.wsgi_app, page)[0] == 410
    assert not any(party in each.body for each in layer._answers.values())


def test_an_answer_begun_before_a_withdrawal_is_not_kept_after_it(published: Office) -> None:
    register = published.stores.register
    made: list[changes.State] = []

    def slow(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        state = changes.state(register)
        environ["portal.made"] = state, False
        if not made:
            with open_pen(register, now=NOW) as pen:
                pen.append(a_public_agency(name="示例市后来的局"))
            _ask(layer, "/other")
        made.append(state)
        body = f"as of {state.serial}".encode()
        start_response("200 OK", [("ETag", '"x"'), ("Content-Length", str(len(body)))])
        return [body]

    def other(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/other":
            start_response("200 OK", [])
            return [b""]
        return slow(environ, start_response)

    layer = KeptAnswers(other, register, ("/static/",))
    first, second = _ask(layer, "/page"), _ask(layer, "/page")

    assert (first[2], second[2]) != (first[2], first[2])
    assert second[2] == f"as of {changes.state(register).serial}".encode()


def test_a_new_day_makes_every_answer_anew(
    published: Office, site: Flask, layer: KeptAnswers, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _ask(site.wsgi_app, "/results/")
    monkeypatch.setattr(clock, "local_today", lambda: date(2031, 1, 1))
    after = _ask(site.wsgi_app, "/results/", If_None_Match=before[1]["ETag"])

    assert after[0] == 200
    assert [len(layer._answers), after[1]["ETag"] != before[1]["ETag"]] == [1, True]


def test_what_is_kept_never_grows_beyond_its_bound(
    published: Office, site: Flask, layer: KeptAnswers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "_MOST", 100_000)
    for address in ADDRESSES * 2:
        _ask(site.wsgi_app, address)
        assert layer._size == sum(each.size() for each in layer._answers.values()) <= 100_000

    assert 0 < len(layer._answers) < len(ADDRESSES)


def _lines(layer: KeptAnswers) -> list[str]:
    return [str(each) for each in layer._parts.texts() if each.startswith("<tr>")]


def test_a_line_of_a_list_is_made_once_whatever_else_is_published(
    published: Office, site: Flask, layer: KeptAnswers
) -> None:
    before = _ask(site.wsgi_app, "/results/")[2].decode()
    made = layer._parts.texts()
    with open_pen(published.stores.register, now=NOW) as pen:
        pen.append(a_public_agency(name="示例市后来的局"))
    after = _ask(site.wsgi_app, "/results/")[2].decode()

    assert (
        [before.count(line) for line in _lines(layer)]
        == [1]
        == [after.count(line) for line in _lines(layer)]
    )
    assert list(map(id, layer._parts.texts()[: len(made)])) == list(map(id, made))
    assert ["示例市后来的局" in page for page in (before, after)] == [False, True]


@pytest.mark.parametrize("what", ["agency", "entity", "result"])
def test_a_line_shows_at_once_what_became_of_its_record_and_of_the_names_in_it(
    published: Office, site: Flask, what: str
) -> None:
    (row,) = json.loads(_ask(site.wsgi_app, "/api/v1/results")[2])["data"]
    _ask(site.wsgi_app, "/results/")
    with Session(published.stores.register) as session:
        found = {
            "agency": agencies.get(session, row["agency_id"]),
            "entity": entities.get(session, row["entity_id"]),
            "result": results.get(session, row["id"]),
        }[what]
    assert found is not None
    changed: dict[str, Any] = {"name": "改成的名称"}
    if what == "result":
        changed = {"findings": (PublicFinding(item_name="改成的名称", outcomes=("no_problem",)),)}
    with open_pen(published.stores.register, now=NOW) as pen:
        pen.append(msgspec.structs.replace(found.record, **changed))
    rows = (
        _ask(site.wsgi_app, "/results/")[2]
        .decode()
        .partition("<tbody>")[2]
        .partition("</tbody>")[0]
    )

    assert rows.count("改成的名称") == 1


def test_a_line_made_while_a_row_was_changed_by_hand_is_not_shown_the_next_day(
    published: Office, site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The register is right again and verify-log says so: what is in memory no command looks at."""

    def put(old: str, new: str) -> None:
        with published.stores.register.begin() as connection:
            connection.exec_driver_sql(f"UPDATE result SET body = replace(body, '{old}', '{new}')")

    put("2025-05-20", "2025-05-19")
    doctored = _ask(site.wsgi_app, "/results/")[2]
    put("2025-05-19", "2025-05-20")
    monkeypatch.setattr(clock, "local_today", lambda: date(2031, 1, 1))
    later = _ask(site.wsgi_app, "/results/")[2]

    rows = [page.decode().partition("<tbody>")[2] for page in (doctored, later)]
    assert ["2025-05-19" in each for each in rows] == [True, False]


def test_no_line_is_left_when_a_text_was_taken_away(
    published: Office, site: Flask, layer: KeptAnswers
) -> None:
    (row,) = json.loads(_ask(site.wsgi_app, "/api/v1/results")[2])["data"]
    _ask(site.wsgi_app, "/results/")
    assert len(_lines(layer)) == 1

    with open_pen(published.stores.register, now=NOW) as pen:
        pen.withdraw(Kind.RESULT, [row["id"]])
    _ask(site.wsgi_app, "/docs/about")

    assert _lines(layer) == []


@pytest.mark.parametrize("changed", [{}, {"id": f"a_{7:026x}"}], ids=["renamed", "new"])
def test_the_form_of_a_list_offers_an_agency_by_its_name_as_soon_as_it_is_public(
    published: Office, site: Flask, changed: dict[str, str]
) -> None:
    (agency,) = json.loads(_ask(site.wsgi_app, "/api/v1/agencies")[2])["data"]
    option = f">{(name := '示例市后来的局')}</option>"
    offered = [option in _ask(site.wsgi_app, "/results/")[2].decode()]
    with open_pen(published.stores.register, now=NOW) as pen:
        pen.append(a_public_agency(**{"id": agency["id"], "name": name} | changed))
    offered.append(option in _ask(site.wsgi_app, "/results/")[2].decode())

    assert offered == [False, True]


def test_the_form_of_a_list_offers_no_agency_that_was_withdrawn(
    published: Office, site: Flask
) -> None:
    (agency,) = json.loads(_ask(site.wsgi_app, "/api/v1/agencies")[2])["data"]
    offered = [f">{agency['name']}</option>" in _ask(site.wsgi_app, "/results/")[2].decode()]
    with open_pen(published.stores.register, now=NOW) as pen:
        pen.withdraw(Kind.AGENCY, [agency["id"]])
    offered.append(agency["name"] in _ask(site.wsgi_app, "/results/")[2].decode())

    assert offered == [True, False]


def test_parts_in_memory_never_grow_far_beyond_their_bound(
    published: Office, site: Flask, layer: KeptAnswers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "_MOST_OF_PARTS", 50_000)
    sizes = []
    for year in range(1990, 2020):
        _ask(site.wsgi_app, f"/results/?year={year}")
        sizes.append(sum(map(len, layer._parts.texts())))

    assert max(sizes) < 50_000 + max(map(len, layer._parts.texts()))
    assert sorted(sizes) != sizes


def test_a_register_that_cannot_be_read_is_told_by_the_page(
    published: Office, site: Flask, layer: KeptAnswers, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ask(site.wsgi_app, "/results/")
    error = layer._engine.dialect.loaded_dbapi.OperationalError

    def broken(engine: Any, statement: str) -> None:
        raise error("disk")

    monkeypatch.setattr(changes, "asked", broken)

    assert _ask(site.wsgi_app, "/healthz")[0] == 200
    assert _ask(site.wsgi_app, "/results/")[0] == 503
    assert list(layer._answers) == []


def test_where_readers_are_counted_the_api_keeps_nothing(published: Office, data: Any) -> None:
    settings = config.load(stage.environ(data) | {"PORTAL_RATE_LIMIT": "2"})
    counted = create_app(settings).wsgi_app

    told = [_ask(counted, "/api/v1/results")[0] for _ in range(3)]
    left = _ask(counted, "/api/v1/results")[1]

    assert told == [200, 200, 429]
    assert "Retry-After" in left


def test_a_kept_answer_still_counts_as_its_kind_of_page(published: Office, site: Flask) -> None:
    watched = Watched(site, 0, list)
    environs = [create_environ("/results/") for _ in range(2)]
    for environ in environs:
        list(watched(environ, Mock()))

    assert [each[ENDPOINT] for each in environs] == ["results.index", "results.index"]


def test_no_request_says_under_which_prefix_others_find_the_site(
    published: Office, site: Flask
) -> None:
    told = {"SCRIPT_NAME": "//elsewhere.example"}
    client = site.test_client()

    asked = client.get("/items/", environ_overrides=told).get_data()
    others = [client.get(each).get_data() for each in ("/items/", "/results/")]

    assert [each.count(b"elsewhere.example") for each in (asked, *others)] == [0, 0, 0]
