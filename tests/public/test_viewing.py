"""Large print, dark, light: in the address, kept in links, known to caches, foreign to programs."""

import re

import pytest
from flask.testing import FlaskClient

from tests.conftest import Office
from tests.makers import RESULT_ROW


@pytest.mark.parametrize("view", ["large", "dark", "light"])
def test_the_choice_is_on_the_page_and_in_its_links(
    office: Office, client: FlaskClient, view: str
) -> None:
    office.put("results", RESULT_ROW)

    page = client.get("/results/", query_string={"view": view}).get_data(as_text=True)
    links = re.findall(r'href="(/(?:results|entities|agencies|docs)/[^"]*)"', page)
    others = {"/results/"} | {f"/results/?view={other}" for other in ("large", "dark", "light")}

    assert f'<html lang="zh-Hans" data-view="{view}">' in page
    assert [link for link in links if f"view={view}" not in link and link not in others] == []
    assert page.count(f'name="view" value="{view}"') == 2


def test_a_choice_that_is_none_is_refused(client: FlaskClient) -> None:
    assert client.get("/results/?view=pink").status_code == 400


def test_each_way_to_see_a_page_is_kept_apart(client: FlaskClient) -> None:
    tags = {client.get(f"/{query}").headers["ETag"] for query in ("", "?view=dark", "?view=large")}

    assert len(tags) == 3


def test_the_interface_for_programs_does_not_know_it(client: FlaskClient) -> None:
    assert client.get("/api/v1/results?view=dark").status_code == 400


@pytest.mark.parametrize(
    "query", ["_external=1", "endpoint=x", "_scheme=x", "view=dark&view=large"]
)
def test_a_strange_parameter_is_an_error_page_and_not_a_fault(
    client: FlaskClient, query: str
) -> None:
    assert client.get(f"/results/?{query}").status_code == 400


@pytest.mark.parametrize(
    ("address", "section"),
    [("/", "首页"), ("/results/", "抽查结果"), ("/followups/", "抽查结果"), ("/tasks/", "抽查计划"),
     ("/documents/", "文件"), ("/search", None), ("/results/nobody", "抽查结果")],
)  # fmt: skip
def test_the_section_that_a_page_belongs_to_is_marked_whatever_was_asked_before(
    client: FlaskClient, address: str, section: str | None
) -> None:
    for query in ("", "?lang=en", "?view=large", ""):
        client.get(f"/items/{query}")
        page = client.get(f"{address}{query}").get_data(as_text=True)
        marked = re.findall(r'<a href="[^"]*" aria-current="page">([^<]*)</a>', page)
        assert (query, len(marked)) == (query, int(section is not None))
    assert marked == ([section] if section else [])


def test_a_page_with_a_box_for_words_of_its_own_has_no_other(client: FlaskClient) -> None:
    boxes = {path: client.get(path).get_data(as_text=True).count('type="search"')
             for path in ("/", "/search", "/entities/", "/results/")}  # fmt: skip
    assert boxes == {"/": 1, "/search": 1, "/entities/": 1, "/results/": 1}
