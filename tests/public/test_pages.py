"""Pages for people: what they promise whatever is in the register."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from portal.kit.db import db
from portal.public.filters import LISTS
from tests.browser.sights import in_english
from tests.conftest import Office
from tests.makers import AGENCY, RESULT_ROW

EMPTY = ("没有查到已公开的记录", "未查到不等于未被抽查，也不等于未发现问题")
LIST_PAGES = (
    "results",
    "plans",
    "tasks",
    "draws",
    "items",
    "entities",
    "agencies",
    "documents",
    "followups",
    "withheld",
)


@pytest.mark.parametrize("section", LIST_PAGES)
def test_an_empty_list_says_the_one_honest_sentence(client: FlaskClient, section: str) -> None:
    page = client.get(f"/{section}/")

    assert page.status_code == 200
    assert [sentence in page.get_data(as_text=True) for sentence in EMPTY] == [True, True]


@pytest.mark.parametrize(
    "query", ["示例市查无此企业", "91330100799655058B", "’; DROP TABLE entity --", "%", "*"]
)
def test_a_search_that_finds_nothing_says_the_same_sentence(
    client: FlaskClient, query: str
) -> None:
    page = client.get("/search", query_string={"q": query})

    assert page.status_code == 200
    assert [sentence in page.get_data(as_text=True) for sentence in EMPTY] == [True, True]


@pytest.mark.parametrize(
    "typed",
    [
        "示例市青禾食品有限公司",
        "示例市青禾",
        "（示例市）青禾 食品",
        RESULT_ROW["identifier"],
        "示例市ｑ",
    ],
)
def test_a_party_is_found_by_name_by_its_beginning_and_by_number(
    office: Office, client: FlaskClient, typed: str
) -> None:
    office.put("results", RESULT_ROW)

    page = client.get("/search", query_string={"q": typed}).get_data(as_text=True)

    assert ('href="/entities/e_' in page) == (typed != "示例市ｑ")


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("/results/?yaer=2025", "yaer"),
        ("/results/?year=abc", "year"),
        ("/results/?outcome=perfect", "outcome"),
        ("/results/?year=2024&year=2025", "year"),
        ("/results/?cursor=%21%21", "翻页"),
        ("/plans/?lang=fr", "lang"),
        ("/search?page=0", "page"),
        ("/search?order=best", "order"),
        ("/search?kind=person", "kind"),
        ("/docs/about?x=1", "x"),
    ],
)
def test_a_wrong_parameter_is_an_error_that_names_it(
    client: FlaskClient, address: str, named: str
) -> None:
    page = client.get(address)

    assert page.status_code == 400
    assert named in page.get_data(as_text=True)


@pytest.mark.parametrize(
    "address",
    [
        "/nothing",
        "/results/r_0",
        "/plans/p_0?version=1",
        "/docs/nothing",
        "/results/%00",
        "/entities/../etc",
    ],
)
def test_an_unknown_address_is_404(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_other_methods_are_405_and_say_what_is_allowed(client: FlaskClient) -> None:
    answer = client.post("/results/")

    assert (answer.status_code, sorted(answer.headers["Allow"].split(", "))) == (
        405,
        ["GET", "HEAD", "OPTIONS"],
    )


def test_every_answer_carries_the_security_headers_and_no_cookie(client: FlaskClient) -> None:
    for address in ("/", "/nothing", "/results/?x=1", "/healthz", "/static/css/site.css"):
        with client.get(address) as answer:
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert "Set-Cookie" not in answer.headers


def test_the_english_page_keeps_english_in_its_links(office: Office, client: FlaskClient) -> None:
    office.put("results", RESULT_ROW)

    page = client.get("/results/?lang=en").get_data(as_text=True)

    own = [link for link in re.findall(r'href="(/[^"]*)"', page) if not link.startswith("/static/")]
    assert '<html lang="en">' in page
    assert {link for link in own if "lang=en" not in link} == {"/results/"}  # back to Chinese


def test_every_page_tells_search_engines_what_it_is_and_where_its_languages_are(
    office: Office, client: FlaskClient
) -> None:
    office.put("results", RESULT_ROW)
    result = str(re.findall(r"/results/r_\w+", client.get("/results/").get_data(as_text=True))[0])

    for address in ("/", "/results/?year=2025", result, "/docs/about", "/statistics/outcomes"):
        page = client.get(address).get_data(as_text=True)
        english = client.get(in_english(address)).get_data(as_text=True)
        own = f"https://mingcha.example{address.partition('?')[0]}"
        languages = {"zh-Hans": own, "en": f"{own}?lang=en", "x-default": own}
        title = re.findall(r"<title>(.+) · 明察</title>", page)[0]
        described = re.findall(r'<meta name="description" content="([^"]+)">', page)

        assert (
            dict(re.findall(r'<link rel="alternate" hreflang="(.+)" href="(.+)">', page))
            == languages
        )
        assert re.findall(r'<link rel="canonical" href="(.+)">', page) == [own]
        assert re.findall(r'<link rel="canonical" href="(.+)">', english) == [f"{own}?lang=en"]
        assert [each.partition("。")[0] for each in described] == [title]


def test_code_lists_have_both_languages() -> None:
    for codes in LISTS.values():
        assert [member for member in codes if not (member.zh and member.en)] == []


def test_the_site_refuses_to_write_its_register(site: Flask, office: Office) -> None:
    with (
        site.app_context(),
        db.engine.connect() as connection,
        pytest.raises(sa.exc.DBAPIError),
    ):
        connection.exec_driver_sql("DELETE FROM agency")


def test_the_makers_agency_is_fictitious() -> None:
    assert AGENCY.startswith("99")


@pytest.mark.sqlite
def test_of_a_store_that_cannot_be_read_the_log_names_the_error_and_not_the_question(
    office: Office, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with office.stores.register.begin() as connection:
        connection.exec_driver_sql("DROP TABLE result")

    answer = client.get("/results/?region=990101")

    assert answer.status_code == 503
    assert caplog.messages == ["a store cannot be reached: OperationalError SQLITE_ERROR"]
