"""The search page: what it shows, counts and offers; what it does without an index."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.register.records import Kind, PublicEntity
from portal.register.search import finding, keeping
from portal.register.search.opening import open_engine
from portal.register.writer import open_pen
from tests.conftest import NOW, Office
from tests.makers import CREDIT_CODE, RESULT_ROW
from tests.public.test_pages import EMPTY

NAME = "示例市青禾食品有限公司"
PROBLEM = {**RESULT_ROW, "code": "JC-0002", "outcomes": "发现问题已责令改正", "inspected_on": "2024-03-01",
           "detail": "未按要求公示<b>许可证</b>"}  # fmt: skip


@pytest.fixture
def indexed(office: Office) -> Office:
    """An office with two results of one party, and an index of what is public."""
    office.put("results", RESULT_ROW, PROBLEM)
    keeping.catch_up(office.stores.register, office.stores.index)
    return office


def _page(client: FlaskClient, **asked: str) -> str:
    answer = client.get("/search", query_string=asked)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def _offered(client: FlaskClient, typed: str) -> list[dict[str, str]]:
    answer: dict[str, Any] = client.get("/search/suggest", query_string={"q": typed}).get_json()
    assert answer["q"] == typed
    return list(answer["suggestions"])


def _total(page: str) -> int:
    found = re.search(r"共查到([\d,]+)条", page)
    return int(found[1]) if found else 0


@pytest.mark.parametrize(
    "typed",
    [NAME, "（示例市）青禾 食品有限公司", "示例市青禾食品有限公司".replace("饰", "飾"), CREDIT_CODE, CREDIT_CODE.lower()],
)  # fmt: skip
def test_a_name_or_number_in_full_leads_with_the_party(
    indexed: Office, client: FlaskClient, typed: str
) -> None:
    page = _page(client, q=typed)

    assert re.search(r'class="lead__title"><a href="/entities/e_', page)
    assert "已公开的检查2次" in page
    assert _total(page) == 3


def test_words_are_marked_in_the_public_text_and_markup_stays_text(
    indexed: Office, client: FlaskClient
) -> None:
    page = _page(client, q="许可证", kind="result")

    shown = re.findall(r'entry__text">(.*?)</p>', page)
    assert shown == ["未按要求公示&lt;b&gt;<mark>许可证</mark>&lt;/b&gt;"]
    assert "<b>" not in page


def test_counts_add_up_and_each_leads_to_a_list_of_that_many(
    indexed: Office, client: FlaskClient
) -> None:
    page = _page(client, q="青禾")
    links = re.findall(
        r'<a href="(/search\?[^"]+)" rel="nofollow">.*?facet__count">([\d,]+)<', page
    )
    kinds = [int(count) for link, count in links if "kind=" in link]

    assert sum(kinds) == _total(page) == 3
    assert len(links) >= 8
    for link, count in links:
        narrowed = client.get(link.replace("&amp;", "&")).get_data(as_text=True)
        assert _total(narrowed) == int(count), link


def test_each_condition_can_be_taken_back_alone(indexed: Office, client: FlaskClient) -> None:
    page = _page(client, q="青禾", kind="result", year="2024")

    ways_out = re.findall(r'<a href="(/search[^"]*)">去掉这一条件', page)

    assert _total(page) == 1
    assert [link.replace("&amp;", "&").count("=") for link in ways_out] == [2, 2]


def test_by_date_and_by_page_nothing_is_shown_twice(office: Office, client: FlaskClient) -> None:
    office.put("results", *({**RESULT_ROW, "code": f"JC-{n:04}"} for n in range(45)))
    keeping.catch_up(office.stores.register, office.stores.index)

    pages = [_page(client, kind="result", order="date", page=str(n)) for n in (1, 2, 3, 4)]
    shown = [re.findall(r'entry__title">.*?href="(/results/r_[^"]+)"', page) for page in pages]

    assert [len(each) for each in shown] == [20, 20, 5, 0]
    assert len({address for each in shown for address in each}) == 45
    assert ['rel="next"' in page for page in pages] == [True, True, False, False]


def test_what_was_withdrawn_a_moment_ago_is_not_shown(indexed: Office, client: FlaskClient) -> None:
    """The index proposes, the register disposes."""
    before = _page(client, q="青禾", kind="result")
    public_id = re.findall(r"/results/(r_\w+)", before)[0]

    with open_pen(indexed.stores.register, now=NOW) as pen:
        pen.withdraw(Kind.RESULT, [public_id])
    after = _page(client, q="青禾", kind="result")

    assert (_total(before), _total(after)) == (2, 1)
    assert public_id not in after


@pytest.mark.parametrize(
    "typed",
    ["查无此企业", "91330100799655058B", "’; DROP TABLE entity --", "%", "*", "-青禾 青禾", '""'],
)
def test_every_answer_that_finds_nothing_is_the_same_sentence(
    indexed: Office, client: FlaskClient, typed: str
) -> None:
    page = _page(client, q=typed)

    assert [sentence in page for sentence in EMPTY] == [True, True]
    assert "entry__title" not in page


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (" ".join(f"词{n}" for n in range(30)), "一次最多查20个词"),
        ("长" * 600, "只按前500个字查询"),
        ("？！", "请输入文字、字母或数字"),
        ("-食品", "只写了不要的词"),
    ],
)
def test_what_is_too_much_is_answered_with_a_hint(
    indexed: Office, client: FlaskClient, typed: str, told: str
) -> None:
    assert told in _page(client, q=typed)


def test_a_name_that_is_nearly_right_offers_the_public_one(
    indexed: Office, client: FlaskClient
) -> None:
    for typed in ("示例市青和食品有限公司", "slsqhsp", CREDIT_CODE[:-1] + "A"):
        offered = re.findall(r"您要找的是不是：<a [^>]*>([^<]*)</a>", _page(client, q=typed))
        assert offered in ([NAME], [CREDIT_CODE]), typed


def test_a_synonym_finds_and_is_marked_and_quotation_marks_turn_it_off(
    indexed: Office, client: FlaskClient
) -> None:
    assert "<mark>改正</mark>" in _page(client, q="整改")
    assert _total(_page(client, q="“整改”")) == 0


def test_without_an_index_parties_are_found_by_their_beginning_and_the_page_says_so(
    office: Office, client: FlaskClient
) -> None:
    office.put("results", RESULT_ROW)

    pages = [_page(client, q=typed) for typed in ("示例市青禾", CREDIT_CODE, "许可", '青禾 "食品')]

    assert ["全文检索暂不可用" in page for page in pages] == [True] * 4
    assert ["entry__title" in page for page in pages] == [True, True, False, False]
    assert [each["text"] for each in _offered(client, "示例市青禾")] == [NAME]


def test_suggestions_are_parties_items_and_agencies(indexed: Office, client: FlaskClient) -> None:
    by_name, by_item = _offered(client, "示例市"), _offered(client, "食品经营")

    assert {each["kind"] for each in by_name} == {"entity", "agency"}
    assert [each["kind"] for each in by_item] == ["item"]
    assert by_item[0]["url"].startswith("/items/i_")
    assert _offered(client, "") == []


def test_a_reader_who_holds_the_page_gets_a_new_one_when_the_index_moves_on(
    office: Office, client: FlaskClient
) -> None:
    office.put("results", RESULT_ROW)
    tag = client.get("/search?q=青禾").headers["ETag"]
    same = client.get("/search?q=青禾", headers={"If-None-Match": tag})

    keeping.catch_up(office.stores.register, office.stores.index)
    after = client.get("/search?q=青禾", headers={"If-None-Match": tag})

    assert (same.status_code, after.status_code) == (304, 200)


def test_the_box_alone_links_to_no_search(indexed: Office, client: FlaskClient) -> None:
    """A robot that follows links never walks the combinations of conditions."""
    page = _page(client)

    assert set(re.findall(r"/search\?(\w+)", page)) <= {"lang", "view"}


def test_a_broken_index_is_no_error(indexed: Office, site: Flask, data: Path) -> None:
    (data / "search" / "CURRENT").write_bytes(b"broken")

    answer = site.test_client().get("/search?q=示例市青禾")

    assert answer.status_code == 200
    assert "全文检索暂不可用" in answer.get_data(as_text=True)


def test_without_an_index_no_number_is_told_that_nobody_counted(
    office: Office, client: FlaskClient
) -> None:
    with open_pen(office.stores.register, now=NOW) as pen:
        for number in range(21):
            pen.append(PublicEntity(id=f"e_{number:026x}", name=f"示例市青禾第{number}商店", kind="market_entity", form="enterprise"))  # fmt: skip

    told = [
        client.get(f"/api/v1/search?q=示例市青禾&limit={limit}").get_json() for limit in (20, 21)
    ]

    assert [(len(each["data"]), each["total"], each["next"]) for each in told] == [(20, None, None), (21, 21, None)]  # fmt: skip
    assert "先列出20条，还有更多" in _page(client, q="示例市青禾")
    assert _total(_page(client, q="示例市青禾第20商店")) == 1


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    "path",
    ["/search", "/search?q={}", "/search/suggest?q={}", "/search.atom?q={}", "/api/v1/search?q={}", "/readyz"],
)  # fmt: skip
def test_a_search_server_that_is_away_is_no_error(indexed: Office, site: Flask, path: str) -> None:
    #: Nobody listens on the first port of this machine.
    site.extensions["search"] = open_engine("opensearch://kit:hunter2@127.0.0.1:1/mingcha")

    answer = site.test_client().get(path.format("示例市青禾"))

    assert answer.status_code == 200
    assert "hunter2" not in answer.get_data(as_text=True)
    if path == "/search?q={}":
        assert "全文检索暂不可用" in answer.get_data(as_text=True)
        assert 'href="/entities/e_' in answer.get_data(as_text=True)


def test_machines_ask_the_same_question(indexed: Office, site: Flask) -> None:
    with site.app_context():
        from portal.kit.db import db  # noqa: PLC0415 - needs the app
        from portal.public.pages.search import index  # noqa: PLC0415

        found = finding.find(
            db.session(), index(), finding.Asked(words="青禾", narrowed={"kind": "result"})
        )

    assert (found.total, found.facets["year"]) == (2, {"2024": 1, "2025": 1})
