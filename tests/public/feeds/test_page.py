"""The page about feeds, the links to them on every page, and the list of them."""

import re
from html import unescape

import feedparser
import pytest
from flask.testing import FlaskClient
from lxml import etree

from tests.public.feeds.conftest import Desk
from tests.register.makers import a_public_agency, a_public_entity, a_public_result

SITE = "https://mingcha.example"


def linked(client: FlaskClient, address: str) -> list[str]:
    """Return the feeds that a page names in its head."""
    page = client.get(address).get_data(as_text=True)
    found = re.findall(r'<link rel="alternate" type="application/[^>]*href="([^"]*)"', page)
    return [unescape(each) for each in found]


@pytest.mark.parametrize(
    ("page", "feed"),
    [
        ("/", "/all{}"), ("/results/", "/results{}"), ("/entities/e_1", "/entities/e_1{}"),
        ("/results/?problem=true&agency=a_1", "/results{}?problem=true&agency=a_1"),
        ("/results/r_1", "/results{}"), ("/agencies/a_1?lang=en", "/agencies/a_1{}?lang=en"),
        ("/search?q=x&order=date", "/search{}?q=x"), ("/docs/about", "/all{}"),
        ("/withheld/", "/withheld{}"),
    ],
)  # fmt: skip
def test_every_page_names_the_feeds_of_its_own_query(
    desk: Desk, client: FlaskClient, page: str, feed: str
) -> None:
    desk.put(a_public_agency(), a_public_entity(), a_public_result())

    found = linked(client, page)

    assert found == [SITE + feed.format(suffix) for suffix in (".atom", ".rss", ".feed.json")]
    assert [client.get(each.removeprefix(SITE)).status_code for each in found] == [200, 200, 200]


@pytest.mark.parametrize(
    ("asked", "feed"),
    [
        ("q=食品&dataset=problems&agency=a_1", "/search.atom?q=食品&kind=result&agency=a_1"),
        ("dataset=problems&region=990100", "/results.atom?problem=true&region=990100"),
        ("dataset=plans&agency=a_1", "/plans.atom?agency=a_1"),
        ("q=&dataset=&agency=a_1&region=", "/agencies/a_1.atom"),
        ("region=990100", "/regions/990100.atom"),
    ],
)
def test_a_form_makes_a_feed(desk: Desk, client: FlaskClient, asked: str, feed: str) -> None:
    desk.put(a_public_agency(), a_public_entity(), a_public_result())

    page = client.get(f"/feeds/?{asked}").get_data(as_text=True)
    made = re.findall(r'<li>Atom：<a href="([^"]*)"', page)

    wanted = feed.replace("食品", "%E9%A3%9F%E5%93%81")
    assert [unescape(each) for each in made] == [SITE + wanted]
    assert feedparser.parse(client.get(wanted).data).bozo is False


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("dataset=problems&region=990100", "发现问题的抽查结果（示例市）"),
        ("dataset=plans&agency=a_1", "年度抽查计划（示例市市场监督管理局）"),
        ("q=x&dataset=followups&region=990100", "查询：x（抽查结果，示例市）"),
        ("agency=a_1", "示例市市场监督管理局"),
        ("dataset=plans&agency=a_1&lang=en", "Annual plans (示例市市场监督管理局)"),
    ],
)
def test_a_form_says_what_the_feed_it_made_holds(
    desk: Desk, client: FlaskClient, asked: str, title: str
) -> None:
    desk.put(a_public_agency())

    page = client.get(f"/feeds/?{asked}").get_data(as_text=True)

    assert f"<p>{title}</p>" in page
    assert ("凡含这些词的抽查结果都在其中" in page) is ("q=x" in asked)


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("/results.atom?agency=a_1&problem=true", "抽查结果（示例市市场监督管理局，发现问题）"),
        ("/results.rss?region=990100&entity=e_9", "抽查结果（示例市，entity=e_9）"),
        ("/search.atom?q=x&entity=e_1&lang=en", "Search: x (示例市青禾食品有限公司)"),
    ],
)
def test_a_feed_is_called_by_names(
    desk: Desk, client: FlaskClient, address: str, title: str
) -> None:
    desk.put(a_public_agency(), a_public_entity())

    assert feedparser.parse(client.get(address).data).feed.title.partition(" · ")[2] == title


def test_the_list_of_feeds_can_be_taken_over(desk: Desk, client: FlaskClient) -> None:
    desk.put(a_public_agency(name="示例 & <局>"), a_public_entity())

    root = etree.fromstring(client.get("/feeds.opml").data)
    feeds = [each.get("xmlUrl") for each in root.iter("outline") if each.get("xmlUrl")]

    assert {client.get(each.removeprefix(SITE)).status_code for each in feeds} == {200}
    assert feeds[0] == f"{SITE}/all.atom"
    assert feeds[-2:] == [f"{SITE}/regions/990100.atom", f"{SITE}/agencies/a_1.atom"]
